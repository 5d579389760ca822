//! A glossary as TOML, to and from `model`: the form of `data/*.toml` and of a user's own file.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::model::access::{Condition, Effect};
use crate::model::entitlement::{Catalog, Entitlement, EntitlementKey, Side};
use crate::model::text::Text;

/// The most entitlements that a glossary may have.
const MOST: usize = 20_000;

/// The longest glossary, in bytes.
const LONGEST: usize = 16 << 20;

/// The longest part of a message that may come from the file, in characters.
const SHOWN: usize = 160;

/// Why a glossary was refused, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadGlossary {
    pub message: String,
    /// Bytes of the text; none where the whole is at fault.
    pub span: Option<Range<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    title: Text,
    side: Side,
    source: Option<Text>,
    #[serde(default)]
    entitlement: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    key: Spanned<EntitlementKey>,
    group: Text,
    title: Text,
    meaning: Text,
    effect: Effect,
    #[serde(default)]
    conditions: Vec<Condition>,
    #[serde(default)]
    placeholder: bool,
}

fn too_many() -> BadGlossary {
    whole(format!("a glossary has more than {MOST} entitlements"))
}

/// Reads a glossary. Unknown keys, a key that stands twice and an unknown effect are errors.
pub fn parse(text: &str) -> Result<Catalog, BadGlossary> {
    if text.len() > LONGEST {
        return Err(whole(format!("a glossary is longer than {LONGEST} bytes")));
    }
    // An entitlement has two brackets at its head and two around its conditions. Counted before anything is parsed: a
    // text of brackets takes fifty times its size.
    if text.bytes().filter(|byte| *byte == b'[').count() > 4 * MOST {
        return Err(too_many());
    }
    let file: File = toml::from_str(text).map_err(|error| BadGlossary {
        message: cleaned(error.message()),
        span: error.span(),
    })?;
    if file.entitlement.len() > MOST {
        return Err(too_many());
    }
    let mut entitlements = BTreeMap::new();
    for row in file.entitlement {
        let span = row.key.span();
        let key = row.key.into_inner();
        let entitlement = Entitlement {
            group: row.group,
            title: row.title,
            meaning: row.meaning,
            effect: row.effect,
            conditions: row.conditions,
            placeholder: row.placeholder,
        };
        if entitlements.insert(key.clone(), entitlement).is_some() {
            return Err(BadGlossary {
                message: format!("`{key}` stands twice in the glossary"),
                span: Some(span),
            });
        }
    }
    Ok(Catalog {
        title: file.title,
        side: file.side,
        source: file.source,
        entitlements,
    })
}

fn whole(message: String) -> BadGlossary {
    BadGlossary {
        message,
        span: None,
    }
}

/// The reader's message as one short line without control characters.
fn cleaned(message: &str) -> String {
    message
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(SHOWN)
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct FileOut<'a> {
    title: &'a Text,
    side: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: &'a Option<Text>,
    entitlement: Vec<RowOut<'a>>,
}

#[derive(Serialize)]
struct RowOut<'a> {
    key: &'a EntitlementKey,
    #[serde(flatten)]
    entitlement: &'a Entitlement,
}

/// The glossary as a file that [`parse`] reads back as the same value: sorted, stable.
pub fn to_toml(catalog: &Catalog) -> String {
    let file = FileOut {
        title: &catalog.title,
        side: catalog.side,
        source: &catalog.source,
        entitlement: catalog
            .entitlements
            .iter()
            .map(|(key, entitlement)| RowOut { key, entitlement })
            .collect(),
    };
    toml::to_string(&file).expect("a glossary holds strings, lists and flags")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{BUILTIN, builtin};

    const HEAD: &str = "title = \"Mine\"\nside = \"provider\"\n";

    fn row(key: &str, rest: &str) -> String {
        format!(
            "[[entitlement]]\nkey = \"{key}\"\ngroup = \"G\"\ntitle = \"T\"\nmeaning = \"M\"\n{rest}\n"
        )
    }

    #[test]
    fn a_glossary_written_and_read_again_is_the_same() {
        for name in BUILTIN {
            let catalog = builtin(name).unwrap();
            let text = to_toml(catalog);
            assert_eq!(&parse(&text).unwrap(), catalog, "{name}");
        }
    }

    #[test]
    fn a_fault_is_shown_where_it_is() {
        for (text, wants, at) in [
            (row("g/a", "effect = \"reads\""), "`reads`", "\"reads\""),
            (
                row("g/a", "effect = \"read\"\nefect = 1"),
                "`efect`",
                "efect",
            ),
            (
                row("g/a", "effect = \"read\"") + &row("g/a", "effect = \"read\""),
                "`g/a` stands twice",
                "\"g/a\"",
            ),
        ] {
            let text = format!("{HEAD}{text}");
            let error = parse(&text).unwrap_err();
            assert!(error.message.contains(wants), "{error}");
            let span = error.span.unwrap();
            assert_eq!(&text[span.clone()], at, "{span:?}");
        }
    }

    #[test]
    fn any_text_is_refused_without_control_characters() {
        for text in [
            "\u{1b}[2J = 1",
            "title = \"\u{0}\"",
            "= =",
            "[[[",
            "x = \"\\u001b\"",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!error.message.contains(char::is_control), "{error:?}");
        }
    }

    #[test]
    fn a_glossary_has_at_most_20000_entitlements() {
        let mut text = HEAD.to_owned();
        for at in 0..=MOST {
            text.push_str(&row(&format!("g/{at}"), "effect = \"read\""));
        }
        let error = parse(&text).unwrap_err();
        assert!(error.message.contains("20000"), "{error}");
    }
}
