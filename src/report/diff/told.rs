//! A change in access in words, for reports that tell of other things too. Not escaped yet; what looks like a secret is hidden.

use crate::access::diff::{Change, Diff};
use crate::report::diff::line::Line;

/// The most entitlements of one change that are named.
const MOST_NAMED: usize = 12;

/// One change in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    pub change: &'a Change,
    /// `gained permission work-order/view-work-orders (read) at femo`.
    pub words: String,
}

/// The changes of a diff that give or take something, in its order.
pub fn told(diff: &Diff) -> impl Iterator<Item = Told<'_>> {
    let turning = diff.changes.iter();
    let turning = turning.filter(|change| change.turn.gains() || change.turn.loses());
    turning.map(|change| {
        let line = Line::of(change);
        let mut words = format!("{} {}", line.word, line.text);
        let named = line.items.iter().take(MOST_NAMED).map(String::as_str);
        let named: Vec<&str> = named.collect();
        if !named.is_empty() {
            words.push_str(&format!(": {}", named.join(", ")));
        }
        if let more @ 1.. = line.items.len().saturating_sub(MOST_NAMED) {
            words.push_str(&format!(" and {more} more"));
        }
        Told { change, words }
    })
}
