//! What a finding is known by from one run to the next, as a word: the rule, the record, the field and the values that it
//! names, as in a baseline; never the line.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::report::findings::Item;

/// A word of 32 digits for each item. It stays when lines move, when a list is sorted and when a record moves to
/// another file; no two of one run are alike.
pub fn fingerprints<'a>(items: impl IntoIterator<Item = &'a Item<'a>>) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let each = items.into_iter().map(|item| {
        let word = fingerprint(item, 0);
        let count = seen.entry(word.clone()).or_default();
        *count += 1;
        match *count {
            1 => word,
            again => fingerprint(item, again),
        }
    });
    each.collect()
}

fn fingerprint(item: &Item, again: usize) -> String {
    let again = again.to_string();
    let mut parts = vec![item.rule, &again];
    let subject = item.subject.as_deref().unwrap_or_default();
    match &item.known {
        Some(known) => {
            parts.extend([subject, &known.field]);
            parts.extend(known.what.iter().map(|value| &**value));
        }
        // What is about no record, is about its file.
        None => parts.extend([item.place.map_or("", |place| place.file), item.message]),
    }
    let mut hash = Sha256::new();
    for part in parts {
        // The length first: so no two lists of parts run into the same bytes.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;
    use crate::model::baseline::Known;
    use crate::model::finding::{FieldPath, Finding};

    #[test]
    fn a_fingerprint_stays_when_lines_move_and_changes_with_the_finding() {
        let mut findings = findings();
        findings[0].field = FieldPath::of("permissions").index(4);
        let before = words(&findings, 3);
        findings[0].field = FieldPath::of("permissions").index(17);
        assert_eq!(before, words(&findings, 9));
        assert!(before.iter().all(|word| word.len() == 32));
        findings[0].message = "by `another`".to_owned();
        findings[1].field = FieldPath::of("owner");
        findings[2].rule = "another";
        let after = words(&findings, 3);
        assert!(before.iter().zip(&after).all(|(a, b)| a != b));
    }

    /// The words of findings that stand at a line.
    fn words(findings: &[Finding], line: usize) -> Vec<String> {
        let place = super::super::Place {
            file: "b.toml",
            line,
            column: 1,
            end_line: line,
            end_column: 2,
        };
        let items = findings.iter().map(|finding| Item {
            place: Some(place),
            ..Item::from(finding)
        });
        fingerprints(&items.collect::<Vec<_>>())
    }

    #[test]
    fn a_fingerprint_stays_when_figures_change_and_two_findings_of_a_baseline_have_two() {
        let mut findings = findings();
        findings[1].message = "3 days past, of 5 accounts of `etl`".to_owned();
        let before = words(&findings, 1);
        findings[1].message = "4 days past, of 6 accounts of `etl`".to_owned();
        assert_eq!(before, words(&findings, 1));
        let known = Known::of(&findings[1]);
        findings[1].message = "4 days past, of 6 accounts of `crm`".to_owned();
        assert_ne!(before, words(&findings, 1));
        assert_ne!(known, Known::of(&findings[1]));
    }

    #[test]
    fn no_two_of_one_run_are_alike() {
        let findings = findings();
        let items = vec![Item::from(&findings[0]); 5];
        let mut words = fingerprints(&items);
        words.sort();
        words.dedup();
        assert_eq!(words.len(), 5);
    }
}
