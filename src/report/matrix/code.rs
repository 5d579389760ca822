//! Short codes for headings that do not fit: `Work Order` is WO, `Request For Quotation (RFQ)` RFQ, `Asset` As.

use std::collections::BTreeSet;

/// A code for each name, no two alike, in the order given.
pub(super) fn codes(names: &[String]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    names
        .iter()
        .map(|name| {
            let short = code(name);
            let numbered = (2..).map(|n| format!("{short}{n}"));
            let free = std::iter::once(short.clone())
                .chain(numbered)
                .find(|code| !taken.contains(code))
                .expect("there are more numbers than names");
            taken.insert(free.clone());
            free
        })
        .collect()
}

/// An acronym in parentheses, else the initials, else the first two letters.
fn code(name: &str) -> String {
    if let Some((_, rest)) = name.split_once('(')
        && let Some((acronym, _)) = rest.split_once(')')
        && (2..=4).contains(&acronym.len())
        && acronym.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        return acronym.to_owned();
    }
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        [] => "?".to_owned(),
        [word] => {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters.next()).collect()
        }
        words => {
            let initials = words.iter().take(4).filter_map(|word| word.chars().next());
            initials.flat_map(char::to_uppercase).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_short_and_unlike() {
        let names = [
            "Work Order",
            "Asset",
            "Purchase Order (PO)",
            "Part Order",
            "attachment-sync",
            "",
            "asset",
        ];
        let names = names.map(str::to_owned);
        assert_eq!(codes(&names), ["WO", "As", "PO", "PO2", "AS", "?", "As2"]);
    }
}
