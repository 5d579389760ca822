//! What a finding is known by from one run to the next: the rule, the record, the field and the words, never the line.

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
    // What is about no record, is about its file.
    let subject = item.subject.as_deref();
    let file = item.place.map_or("", |place| place.file);
    let field = item.field.as_deref().map(without_places);
    let again = again.to_string();
    let parts = [
        item.rule,
        subject.unwrap_or(file),
        field.as_deref().unwrap_or(""),
        item.message,
        &again,
    ];
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

/// `permissions[4]` as `permissions[]`: the words say which one it is.
fn without_places(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut inside = false;
    for c in field.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ if inside && c.is_ascii_digit() => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    #[test]
    fn a_fingerprint_stays_when_lines_move_and_changes_with_the_finding() {
        let findings = findings();
        let mut items: Vec<Item> = findings.iter().map(Item::from).collect();
        items[0].field = Some("permissions[4]".to_owned());
        let before = fingerprints(&items);
        items[0].field = Some("permissions[17]".to_owned());
        items[1].place = Some(super::super::Place {
            file: "b.toml",
            line: 9,
            column: 1,
            end_line: 9,
            end_column: 2,
        });
        assert_eq!(before, fingerprints(&items));
        assert!(before.iter().all(|word| word.len() == 32));
        items[0].message = "another";
        items[1].field = Some("owner".to_owned());
        items[2].rule = "another";
        let after = fingerprints(&items);
        assert!(before.iter().zip(&after).all(|(a, b)| a != b));
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
