//! What the values of a column say: whether they are what its heading promises, how lists are parted, what words mean.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::role::Role;
use crate::model::access::Level;
use crate::model::account::AccountStatus;
use crate::model::credential::{CredentialKind, SecretPlace};
use crate::model::provider::Hosting;
use crate::spreadsheet::headings::normalised;
use crate::spreadsheet::survey::Seen;

/// What means that there is nothing, normalised, besides what has no letter or digit at all.
const NOTHING: &[&str] = &[
    "na",
    "none",
    "null",
    "unknown",
    "tbd",
    "keine",
    "keiner",
    "unbekannt",
    "offen",
    "entfaellt",
];

/// The words of a field by what people write for them, normalised.
fn table(field: &str) -> &'static BTreeMap<String, String> {
    static READ: OnceLock<BTreeMap<String, BTreeMap<String, String>>> = OnceLock::new();
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    let tables = READ.get_or_init(|| {
        let text = include_str!("../data/words.toml");
        let read: BTreeMap<String, BTreeMap<String, Vec<String>>> =
            toml::from_str(text).expect("the words are read by a test");
        let turned = read.into_iter().map(|(field, words)| {
            let pairs = words.into_iter().flat_map(|(word, written)| {
                written
                    .into_iter()
                    .map(move |written| (normalised(&written), word.clone()))
            });
            (field, pairs.collect())
        });
        turned.collect()
    });
    tables.get(field).unwrap_or(&NONE)
}

/// The words that a field knows; none where it takes any name.
pub fn known(role: Role) -> Vec<&'static str> {
    macro_rules! all {
        ($words:ident) => {
            $words::ALL.iter().map(|word| word.as_str()).collect()
        };
    }
    let lists: [(Role, Vec<&'static str>); 5] = [
        (
            Role::Environment,
            vec!["production", "staging", "test", "development"],
        ),
        (Role::Level, all!(Level)),
        (Role::Kind, all!(CredentialKind)),
        (Role::Status, all!(AccountStatus)),
        (Role::Hosting, all!(Hosting)),
    ];
    let found = lists.into_iter().find(|(of, _)| *of == role);
    found.map(|(_, words)| words).unwrap_or_default()
}

/// The roles whose values are words that we know.
pub const WORDED: &[Role] = &[
    Role::Environment,
    Role::Level,
    Role::Kind,
    Role::Place,
    Role::Status,
    Role::Hosting,
];

/// The roles whose values are dates.
pub const DATED: &[Role] = &[
    Role::Expires,
    Role::Issued,
    Role::Rotated,
    Role::Seen,
    Role::Drilled,
];

/// What a value of a field means: itself, a known word, or nothing that we know.
pub enum Meaning {
    Itself,
    Word(String),
    Unknown,
}

pub fn meaning(role: Role, value: &str) -> Meaning {
    let known = known(role);
    if known.contains(&value) || (role == Role::Place && value.parse::<SecretPlace>().is_ok()) {
        return Meaning::Itself;
    }
    let name = normalised(value);
    let same = known.iter().find(|word| normalised(word) == name);
    let written = table(role.as_str()).get(&name).map(String::as_str);
    match same.copied().or(written) {
        Some(word) => Meaning::Word(word.to_owned()),
        // An environment may have any name.
        None if role == Role::Environment => Meaning::Itself,
        None => Meaning::Unknown,
    }
}

/// Whether a value means that there is nothing.
pub fn is_nothing(value: &str) -> bool {
    let name = normalised(value);
    name.is_empty() && value.chars().all(|c| !c.is_alphanumeric()) && value != "*"
        || NOTHING.contains(&name.as_str())
}

/// How the dates of a column are written: `None` where they are plain, an empty text where it cannot be told.
pub fn date_form(seen: &Seen) -> Option<&'static str> {
    let values = || seen.values.iter().filter(|value| !is_nothing(value));
    let parts = |value: &str, by: char| {
        let day = value.split([' ', 'T']).next().unwrap_or_default();
        let parts: Vec<u32> = day.split(by).filter_map(|part| part.parse().ok()).collect();
        <[u32; 3]>::try_from(parts).ok()
    };
    let dotted = values().filter(|value| parts(value, '.').is_some()).count();
    let slashed: Vec<_> = values().filter_map(|value| parts(value, '/')).collect();
    let timed = values().any(|value| value.len() > 10 && value.contains(':'));
    if dotted > slashed.len() {
        return Some("day.month.year");
    }
    if !slashed.is_empty() {
        // Told only where one of the numbers can be no month.
        let day_first = slashed
            .iter()
            .any(|[first, _, _]| (13..=31).contains(first));
        let month_first = slashed
            .iter()
            .any(|[_, second, _]| (13..=31).contains(second));
        return Some(match (day_first, month_first) {
            (true, false) => "day/month/year",
            (false, true) => "month/day/year",
            _ => "",
        });
    }
    timed.then_some("year-month-day")
}

/// What parts the values of a list; none where no cell has several.
pub fn separator(seen: &Seen) -> Option<&'static str> {
    let holds = |sign: &str| {
        seen.values
            .iter()
            .filter(|value| value.contains(sign))
            .count()
    };
    let signs = ["\n", ";", "|", ","].map(|sign| (holds(sign), sign));
    let most = signs
        .iter()
        .map(|(count, _)| *count)
        .max()
        .filter(|most| *most > 0)?;
    signs
        .iter()
        .find(|(count, _)| *count == most)
        .map(|(_, sign)| *sign)
}

/// Whether the values are of the kind that the role promises.
pub fn fits(role: Role, seen: &Seen) -> bool {
    let values: Vec<&String> = seen
        .values
        .iter()
        .filter(|value| !is_nothing(value))
        .collect();
    let good = |test: &dyn Fn(&str) -> bool| {
        values.iter().filter(|value| test(value)).count() * 2 >= values.len()
    };
    let is_date = |value: &str| {
        let day = value.split([' ', 'T']).next().unwrap_or_default();
        let digits = day.bytes().filter(u8::is_ascii_digit).count();
        (6..=8).contains(&digits) && day.len() <= 10
    };
    let begins_with_number = |value: &str| value.starts_with(|c: char| c.is_ascii_digit());
    if DATED.contains(&role) {
        good(&is_date) && date_form(seen) != Some("")
    } else if WORDED.contains(&role) {
        !values
            .iter()
            .any(|value| matches!(meaning(role, value), Meaning::Unknown))
    } else if role == Role::Interval {
        good(&begins_with_number)
    } else if role == Role::Endpoint {
        good(&|value| value.contains("://"))
    } else {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spreadsheet::fault::Place;

    fn seen(values: &[&str]) -> Seen {
        Seen {
            place: Place {
                heading: "x".into(),
                at: 0,
            },
            filled: values.len(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            is_suspect: false,
        }
    }

    #[test]
    fn the_words_of_the_data_are_words_of_the_model() {
        for role in [
            Role::Environment,
            Role::Level,
            Role::Kind,
            Role::Status,
            Role::Hosting,
        ] {
            assert!(!table(role.as_str()).is_empty());
            for word in table(role.as_str()).values() {
                assert!(known(role).contains(&word.as_str()), "{role}: {word}");
            }
        }
        for word in table("place").values() {
            assert!(word.parse::<SecretPlace>().is_ok(), "{word}");
        }
    }

    #[test]
    fn dates_are_told_by_their_signs_and_slashes_only_where_they_leave_no_doubt() {
        assert_eq!(date_form(&seen(&["2026-12-31", "-"])), None);
        assert_eq!(date_form(&seen(&["1.12.2026"])), Some("day.month.year"));
        assert_eq!(
            date_form(&seen(&["12/31/2026", "1/2/2026"])),
            Some("month/day/year")
        );
        assert_eq!(date_form(&seen(&["31/12/2026"])), Some("day/month/year"));
        assert_eq!(date_form(&seen(&["1/2/2026"])), Some(""));
        assert_eq!(
            date_form(&seen(&["2026-12-31 00:00:00"])),
            Some("year-month-day")
        );
    }

    #[test]
    fn lists_are_told_by_what_parts_them() {
        assert_eq!(separator(&seen(&["a,b; c", "d; e"])), Some(";"));
        assert_eq!(separator(&seen(&["a\nb"])), Some("\n"));
        assert_eq!(separator(&seen(&["a"])), None);
    }

    #[test]
    fn nothing_is_told_from_something() {
        for nothing in ["-", "n/a", "N.A.", "none", "—", "?", "unbekannt"] {
            assert!(is_nothing(nothing), "{nothing}");
        }
        for something in ["*", "no", "0", "all", "-1", "北京"] {
            assert!(!is_nothing(something), "{something}");
        }
    }
}
