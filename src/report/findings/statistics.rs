//! How many findings each rule has: where to begin with an old inventory.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::report::findings::Judged;
use crate::report::paint;
use crate::report::view::{Cell, Column, View};

/// A row for each rule and severity that has findings, the most frequent first.
pub fn statistics(judged: &Judged) -> View {
    let mut counts = BTreeMap::new();
    for item in &judged.items {
        *counts.entry((item.rule, item.severity)).or_insert(0usize) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|((rule, severity), count)| (Reverse(*count), Reverse(*severity), *rule));
    let columns = vec![
        Column::new("count").right(),
        Column::new("severity"),
        Column::new("rule"),
    ];
    let mut view = View::new("statistics", columns);
    view.rows = counts
        .into_iter()
        .map(|((id, severity), count)| {
            vec![
                Cell::count(count),
                Cell::text(severity).tone(paint::tone(severity)),
                Cell::text(id),
            ]
        })
        .collect();
    view
}

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;
    use crate::report::{self, Format, Terminal};

    #[test]
    fn the_most_frequent_rule_comes_first() {
        let findings = findings();
        let mut judged = judged(&findings);
        judged.items.push(judged.items[1].clone());
        let csv = report::render(&statistics(&judged), Format::Csv, &Terminal::PIPE);
        assert_eq!(
            csv,
            "count,severity,rule\n\
             2,warning,no-drill\n\
             1,error,rotation-overdue\n"
        );
    }
}
