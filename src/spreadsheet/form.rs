//! One value of a cell as the value of a field, or why it is none.

use std::str::FromStr;

use serde_json::{Value, json};

use super::fault::shown;
use super::fields::Written;
use super::headings::normalised;
use crate::catalog::nearest;
use crate::model::credential::SecretPlace;
use crate::model::date::{Date, Span};
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{BoundaryPath, Name, Principal};
use crate::model::text::Text;

/// Why a value does not fit, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub message: String,
    pub hint: Option<String>,
}

impl Misfit {
    pub fn new(message: String) -> Misfit {
        Misfit {
            message,
            hint: None,
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Misfit {
        self.hint = Some(hint.into());
        self
    }
}

/// The value in the shape of `model`.
///
/// # Errors
/// When it is not of the form that the field has.
pub fn value(written: Written, text: &str) -> Result<Value, Misfit> {
    let is = |what: &str| Misfit::new(format!("{} is not {what}", shown(text)));
    match written {
        Written::Text => checked::<Text>(text, || {
            is("a text: it is too long or holds control characters")
        }),
        Written::Name => checked::<Name>(text, || {
            is("a name").hint("names are small letters, digits and `-`: the filter `slug` makes one, `{Column|slug}`")
        }),
        Written::Principal => checked::<Principal>(text, || {
            is("a principal").hint("write `person/{Column|slug}`, `team/...` or `account/...`")
        }),
        Written::Boundary => checked::<BoundaryPath>(text, || {
            is("a boundary")
                .hint("a boundary is a path of names: the filter `path` makes one, `{Column|path}`")
        }),
        Written::Entitlement => checked::<EntitlementKey>(text, || {
            is("an entitlement").hint("`titles` in the column's table turns titles into keys")
        }),
        Written::Glossary => checked::<CatalogName>(text, || {
            is("a glossary").hint("name a built-in one or `./mine.toml`; the filter `glossary` takes only those that are built in")
        }),
        Written::Place => checked::<SecretPlace>(text, || place(text)),
        Written::Date => checked::<Date>(text, || date(text)),
        Written::Span => checked::<Span>(text, || {
            is("a span of time").hint("write `90d`, or say `unit = \"d\"` in the column's table")
        }),
        Written::Number => text
            .parse::<u32>()
            .map(|number| json!(number))
            .map_err(|_| is("a whole number")),
        Written::Flag => flag(text).map(Value::Bool).ok_or_else(|| is("yes or no")),
        Written::Word(words) => word(text, &words()),
        Written::Step => {
            let text = text.parse::<Text>();
            let text =
                text.map_err(|_| is("a step: it is too long or holds control characters"))?;
            Ok(json!({ "title": text, "manual": text }))
        }
    }
}

fn checked<T: FromStr>(text: &str, misfit: impl Fn() -> Misfit) -> Result<Value, Misfit> {
    match text.parse::<T>() {
        Ok(_) => Ok(Value::String(text.to_owned())),
        Err(_) => Err(misfit()),
    }
}

fn word(text: &str, known: &[&'static str]) -> Result<Value, Misfit> {
    if known.contains(&text) {
        return Ok(Value::String(text.to_owned()));
    }
    let misfit = Misfit::new(format!(
        "{} is not one of {}",
        shown(text),
        known.join(", ")
    ));
    // Written otherwise, `Read only import`, it is as near as can be.
    let same = known
        .iter()
        .find(|known| normalised(known) == normalised(text));
    let near = same
        .copied()
        .or_else(|| nearest(text, known.iter().copied()));
    Err(match near {
        Some(near) => misfit.hint(format!(
            "did you mean `{near}`? `words` in the column's table replaces it"
        )),
        None => misfit.hint("`words` in the column's table says which is meant"),
    })
}

fn date(text: &str) -> Misfit {
    let misfit = Misfit::new(format!("{} is not a date", shown(text)));
    let parts = |by: char| text.split(by).filter(|part| !part.is_empty()).count() == 3;
    if parts('.') {
        misfit.hint("write `2027-03-31`, or say `date = \"day.month.year\"` in the column's table")
    } else if parts('/') {
        misfit.hint("say `date = \"day/month/year\"` or `\"month/day/year\"` in the column's table")
    } else {
        misfit.hint("write `2027-03-31`; `empty` in the column's table says which words mean that there is none")
    }
}

fn place(text: &str) -> Misfit {
    let known = [
        "age",
        "keyring",
        "vault:PATH",
        "command:NAME",
        "environment:VAR",
    ];
    // What stands here may be the secret itself: only a short word of letters is repeated.
    let plain = text.len() <= 24
        && text
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b"-_ ".contains(&b));
    let what = if plain { shown(text) } else { "it".to_owned() };
    let misfit = Misfit::new(format!(
        "{what} is not a place for a secret: {}",
        known.join(", ")
    ));
    misfit.hint("`words` in the column's table says which is meant")
}

/// Yes or no, as people write it.
fn flag(text: &str) -> Option<bool> {
    match normalised(text).as_str() {
        "true" | "yes" | "y" | "ja" | "j" | "x" | "1" | "on" => Some(true),
        "false" | "no" | "n" | "nein" | "0" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::access::Level;

    #[test]
    fn a_value_that_does_not_fit_says_what_was_meant() {
        let levels = Written::Word(|| Level::ALL.iter().map(|level| level.as_str()).collect());
        let misfit = value(levels, "Read only import").unwrap_err();
        assert!(
            misfit
                .hint
                .unwrap()
                .starts_with("did you mean `read-only-import`?")
        );
        let misfit = value(Written::Date, "31.13.2026").unwrap_err();
        assert_eq!(misfit.message, "`31.13.2026` is not a date");
        assert!(misfit.hint.unwrap().contains("day.month.year"));
    }

    #[test]
    fn what_may_be_a_pasted_secret_is_not_repeated() {
        for secret in [
            "hunter2!",
            "sk_live_51Habcd",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        ] {
            let misfit = value(Written::Place, secret).unwrap_err();
            assert!(!misfit.message.contains(secret), "{}", misfit.message);
        }
        assert!(
            value(Written::Place, "dotenv-in-git")
                .unwrap_err()
                .message
                .contains("dotenv")
        );
    }

    #[test]
    fn yes_and_no_are_read_in_two_languages() {
        assert_eq!(value(Written::Flag, "Ja"), Ok(json!(true)));
        assert_eq!(value(Written::Flag, "no"), Ok(json!(false)));
        assert!(value(Written::Flag, "perhaps").is_err());
    }
}
