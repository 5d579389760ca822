//! Fills placeholders. A secret goes into headers, bodies, forms and standard input, never into a path or an argument.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::model::placeholder::{self, Part};
use crate::model::text::Text;
use crate::provider::values::{Filling, Scope};
use crate::secret::Secret;

/// The longest argument, in bytes.
const LONGEST: usize = 1024;

/// Why a text could not be filled. Holds names, never what they stand for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfilled {
    #[error("nothing is known that fills `{{{0}}}`")]
    Missing(String),
    #[error("`{{{0}}}` is a secret, and stands in a path")]
    SecretInPath(String),
    #[error("`{{{0}}}` is a secret, and stands in an argument")]
    SecretInArgument(String),
    #[error("`{{{0}}}` stands inside an argument; it is an argument of its own")]
    InsideArgument(String),
    #[error("`{{{0}}}` is no text, and stands in JSON")]
    NotText(String),
    #[error("what fills `{{{0}}}` cannot stand in a path")]
    NoSegment(String),
    #[error("what fills `{{{0}}}` cannot be an argument")]
    NoArgument(String),
}

/// Bytes as they stand in a URL or a form: all but the unreserved characters percent-encoded.
pub(super) fn percent(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn found<'s>(scope: &'s Scope<'_>, name: &str) -> Result<Filling<'s>, Unfilled> {
    scope
        .find(name)
        .ok_or_else(|| Unfilled::Missing(name.to_owned()))
}

/// A path: what fills it is one segment or one value of the query.
pub(super) fn path(text: &str, scope: &Scope<'_>) -> Result<String, Unfilled> {
    let mut out = String::new();
    for part in placeholder::parts(text) {
        let name = match part {
            Part::Literal(literal) => {
                out.push_str(literal);
                continue;
            }
            Part::Name(name) => name,
        };
        match found(scope, name)? {
            // An empty one would ask for a list in place of a record, and dots lead elsewhere.
            Filling::Plain("" | "." | "..") => return Err(Unfilled::NoSegment(name.to_owned())),
            Filling::Plain(value) => out.push_str(&percent(value.as_bytes())),
            Filling::Secret(_) => return Err(Unfilled::SecretInPath(name.to_owned())),
        }
    }
    Ok(out)
}

/// An argument: a fixed text, or one placeholder alone.
pub(super) fn argument(word: &str, scope: &Scope<'_>) -> Result<String, Unfilled> {
    let Some(name) = placeholder::whole(word) else {
        return match placeholder::names(word).next() {
            None => Ok(word.to_owned()),
            Some(name) => Err(Unfilled::InsideArgument(name.to_owned())),
        };
    };
    match found(scope, name)? {
        Filling::Secret(_) => Err(Unfilled::SecretInArgument(name.to_owned())),
        // It would be taken for an option.
        Filling::Plain(value) if value.starts_with('-') => {
            Err(Unfilled::NoArgument(name.to_owned()))
        }
        Filling::Plain(value) if value.len() > LONGEST || value.contains(char::is_control) => {
            Err(Unfilled::NoArgument(name.to_owned()))
        }
        Filling::Plain(value) => Ok(value.to_owned()),
    }
}

/// A text that may hold secrets: a header, or what a program reads. Whether it holds one.
pub(super) fn bytes(text: &str, scope: &Scope<'_>) -> Result<(Secret, bool), Unfilled> {
    let mut pieces: Vec<&[u8]> = Vec::new();
    let mut is_secret = false;
    for part in placeholder::parts(text) {
        pieces.push(match part {
            Part::Literal(literal) => literal.as_bytes(),
            Part::Name(name) => match found(scope, name)? {
                Filling::Plain(value) => value.as_bytes(),
                Filling::Secret(secret) => {
                    is_secret = true;
                    secret.expose()
                }
            },
        });
    }
    Ok((Secret::new(pieces.concat()), is_secret))
}

/// A JSON body: its texts are filled, its keys stay as they are.
pub(super) fn json(body: &Json, scope: &Scope<'_>) -> Result<Secret, Unfilled> {
    let filled = filled(body, scope)?;
    Ok(Secret::from(filled.to_string()))
}

fn filled(value: &Json, scope: &Scope<'_>) -> Result<Json, Unfilled> {
    Ok(match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
        Json::String(text) => Json::String(string(text, scope)?),
        Json::Array(items) => {
            let items = items.iter().map(|item| filled(item, scope));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        Json::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| Ok((key.clone(), filled(value, scope)?)));
            Json::Object(fields.collect::<Result<_, _>>()?)
        }
    })
}

fn string(text: &str, scope: &Scope<'_>) -> Result<String, Unfilled> {
    let mut out = String::new();
    for part in placeholder::parts(text) {
        match part {
            Part::Literal(literal) => out.push_str(literal),
            Part::Name(name) => match found(scope, name)? {
                Filling::Plain(value) => out.push_str(value),
                Filling::Secret(secret) => {
                    let value = std::str::from_utf8(secret.expose());
                    out.push_str(value.map_err(|_| Unfilled::NotText(name.to_owned()))?);
                }
            },
        }
    }
    Ok(out)
}

/// The fields of a form.
pub(super) fn form(fields: &BTreeMap<String, Text>, scope: &Scope<'_>) -> Result<Secret, Unfilled> {
    let mut out = String::new();
    for (name, text) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        let (value, _) = bytes(text.as_str(), scope)?;
        out.push_str(&percent(name.as_bytes()));
        out.push('=');
        out.push_str(&percent(value.expose()));
    }
    Ok(Secret::from(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::placeholder::Plain;
    use crate::provider::values::Values;
    use crate::secret::Value;
    use serde_json::json;

    fn with<T>(look: impl FnOnce(&Scope<'_>) -> T) -> T {
        let value = Value::single(Secret::from("p&ss \"word\"".to_owned())).unwrap();
        let values = Values::new()
            .plain(Plain::Identity, "svc a/b")
            .plain(Plain::Visible, "..")
            .plain(Plain::Hidden, "--all")
            .secret(&value);
        look(&Scope::of(&values))
    }

    #[test]
    fn a_secret_stands_in_no_path_and_in_no_argument() {
        with(|scope| {
            assert_eq!(
                path("/a/{identity}?x={identity}", scope),
                Ok("/a/svc%20a%2Fb?x=svc%20a%2Fb".into())
            );
            for name in ["secret", "basic", "basic-form", "secret.secret"] {
                let text = format!("/{{{name}}}");
                assert_eq!(path(&text, scope), Err(Unfilled::SecretInPath(name.into())));
                let word = format!("{{{name}}}");
                let refused = Unfilled::SecretInArgument(name.into());
                assert_eq!(argument(&word, scope), Err(refused));
            }
            assert_eq!(
                path("/{canary.visible}", scope),
                Err(Unfilled::NoSegment("canary.visible".into()))
            );
            assert_eq!(path("/{tag}", scope), Err(Unfilled::Missing("tag".into())));
        });
    }

    #[test]
    fn a_placeholder_is_an_argument_of_its_own_and_no_option() {
        with(|scope| {
            assert_eq!(argument("{identity}", scope), Ok("svc a/b".into()));
            assert_eq!(argument("--flag", scope), Ok("--flag".into()));
            assert_eq!(
                argument("--user={identity}", scope),
                Err(Unfilled::InsideArgument("identity".into()))
            );
            assert_eq!(
                argument("{canary.hidden}", scope),
                Err(Unfilled::NoArgument("canary.hidden".into()))
            );
        });
    }

    #[test]
    fn bodies_are_written_in_their_own_form() {
        with(|scope| {
            let body = json!({ "{id}": ["{secret}", 1, null], "u": "{identity}!" });
            let filled = json(&body, scope).ok().unwrap();
            let read: Json = serde_json::from_slice(filled.expose()).unwrap();
            assert_eq!(
                read,
                json!({ "{id}": ["p&ss \"word\"", 1, null], "u": "svc a/b!" })
            );
            let fields = BTreeMap::from([
                ("a b".to_owned(), "x {secret}".parse().unwrap()),
                ("c".to_owned(), "{identity}".parse().unwrap()),
            ]);
            let form = form(&fields, scope).ok().unwrap();
            assert_eq!(
                form.expose(),
                b"a%20b=x%20p%26ss%20%22word%22&c=svc%20a%2Fb"
            );
            let (header, is_secret) = bytes("Basic {basic}", scope).ok().unwrap();
            assert!(is_secret);
            assert_eq!(header.expose(), b"Basic c3ZjIGEvYjpwJnNzICJ3b3JkIg==");
            // RFC 6749, 2.3.1: `svc%20a%2Fb:p%26ss%20%22word%22`.
            let (header, _) = bytes("Basic {basic-form}", scope).ok().unwrap();
            let encoded = b"Basic c3ZjJTIwYSUyRmI6cCUyNnNzJTIwJTIyd29yZCUyMg==";
            assert_eq!(header.expose(), encoded);
        });
    }
}
