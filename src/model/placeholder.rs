//! Placeholders such as `{identity}` in requests, arguments and inputs: which there are, and which of them stand for a
//! secret. Fills none.

use crate::model::access::words;

words! {
    /// What may be filled in anywhere: no secret.
    Plain {
        Id = "id",
        CredentialId = "credential.id",
        PreviousId = "previous.id",
        Identity = "identity",
        PreviousIdentity = "previous.identity",
        AdminId = "admin.id",
        AdminIdentity = "admin.identity",
        Tag = "tag",
        Visible = "canary.visible",
        Hidden = "canary.hidden",
        Account = "account",
        Environment = "environment",
        Endpoint = "endpoint",
        Now = "now",
    }
}

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Plain,
    /// Never in a path or an argument.
    Secret,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'t> {
    Literal(&'t str),
    /// The name of a placeholder, without its braces.
    Name(&'t str),
}

/// What a name stands for; none where there is no such placeholder. Names that requests take from answers are not known here.
pub fn sort(name: &str) -> Option<Sort> {
    if name.parse::<Plain>().is_ok() {
        return Some(Sort::Plain);
    }
    let (first, field) = match name.split_once('.') {
        Some((first, field)) => (first, Some(field)),
        None => (name, None),
    };
    let is_field = |field: &str| !field.is_empty() && !field.contains('.');
    match (first, field) {
        ("secret" | "admin" | "basic" | "basic-form", None) => Some(Sort::Secret),
        ("secret" | "admin", Some(field)) if is_field(field) => Some(Sort::Secret),
        _ => None,
    }
}

/// The pieces of a text, in order. A brace that begins no name stands for itself, as those of JSON do.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(brace) = text[at..].find('{') {
        let open = at + brace;
        match name_at(&text[open + 1..]) {
            Some((name, length)) => {
                if from < open {
                    out.push(Part::Literal(&text[from..open]));
                }
                out.push(Part::Name(name));
                (from, at) = (open + 1 + length, open + 1 + length);
            }
            None => at = open + 1,
        }
    }
    if from < text.len() {
        out.push(Part::Literal(&text[from..]));
    }
    out
}

/// The name behind an opening brace, and how far its closing one reaches.
fn name_at(text: &str) -> Option<(&str, usize)> {
    let end = text.find(['{', '}'])?;
    let name = text[..end].trim();
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_word);
    (text[end..].starts_with('}') && is_name && name.len() <= 80).then_some((name, end + 1))
}

/// The names in a text, in order.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    parts(text).into_iter().filter_map(|part| match part {
        Part::Name(name) => Some(name),
        Part::Literal(_) => None,
    })
}

/// The name, where a text is one placeholder and nothing else.
pub fn whole(text: &str) -> Option<&str> {
    match parts(text).as_slice() {
        [Part::Name(name)] => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_braces_of_json() {
        let name = Part::Name;
        let text = Part::Literal;
        for (whole, expected) in [
            ("", vec![]),
            ("/me", vec![text("/me")]),
            ("Bearer {token}", vec![text("Bearer "), name("token")]),
            ("{a}{b.c-d}", vec![name("a"), name("b.c-d")]),
            (r#"{"a":{}}"#, vec![text(r#"{"a":{}}"#)]),
            (
                r#"{"a":"{tag}"}"#,
                vec![text(r#"{"a":""#), name("tag"), text(r#""}"#)],
            ),
            (
                "{{secret}} { id }",
                vec![text("{"), name("secret"), text("} "), name("id")],
            ),
            ("{1} {ä} {", vec![text("{1} {ä} {")]),
        ] {
            assert_eq!(parts(whole), expected, "{whole}");
        }
        assert_eq!(super::whole("{id}"), Some("id"));
        assert_eq!(super::whole("{id}s"), None);
    }

    #[test]
    fn what_is_a_secret_is_known_by_its_name() {
        for plain in ["id", "credential.id", "canary.visible", "admin.identity"] {
            assert_eq!(sort(plain), Some(Sort::Plain), "{plain}");
        }
        for secret in [
            "secret",
            "secret.key",
            "admin",
            "admin.basic",
            "basic",
            "basic-form",
        ] {
            assert_eq!(sort(secret), Some(Sort::Secret), "{secret}");
        }
        for none in ["token", "previous.secret", "secret.", "secret.a.b", "new"] {
            assert_eq!(sort(none), None, "{none}");
        }
    }
}
