//! What rules measure by: what ships, with what a configuration sets over it.

use crate::catalog::policy::{BadPolicy, bad};
use crate::model::date::Span;
use crate::model::finding::FieldPath;
use crate::model::policy::{Limits, LimitsSet};

/// The limits as they are set.
///
/// # Errors
/// When a share is none.
pub(super) fn of(set: &LimitsSet) -> Result<Limits, BadPolicy> {
    let usual = Limits::default();
    let days = |span: &Option<Span>, usual| span.as_ref().map_or(usual, Span::days);
    let share = set.custodian_share.unwrap_or(usual.custodian_share);
    if !(1..=100).contains(&share) {
        return Err(bad(
            FieldPath::of("limits.custodian-share"),
            format!("{share} is no share in percent"),
            "write a number from 1 to 100",
        ));
    }
    Ok(Limits {
        third_party_review: days(&set.third_party_review, usual.third_party_review),
        interactive_use: days(&set.interactive_use, usual.interactive_use),
        custodian_share: share,
        custodian_accounts: set.custodian_accounts.unwrap_or(usual.custodian_accounts),
        evidence_age: days(&set.evidence_age, usual.evidence_age),
        drill_age: days(&set.drill_age, usual.drill_age),
        review_age: days(&set.review_age, usual.review_age),
        unseen: days(&set.unseen, usual.unseen),
        stalled: days(&set.stalled, usual.stalled),
    })
}
