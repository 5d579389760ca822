//! Columns that seem to hold secrets: told by their heading or by what stands in them. Never keeps or shows a value.

use super::headings::folded;
use crate::model::text::shape;

/// Words of a heading that say that secrets stand below it. English and German.
const TELLING: &[&str] = &[
    "password",
    "passwort",
    "kennwort",
    "passwd",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "geheimnis",
    "geheimnisse",
    "token",
    "passphrase",
    "pin",
];

/// The same in two words.
const PAIRS: &[(&str, &str)] = &[
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("auth", "key"),
    ("api", "schluessel"),
    ("privater", "schluessel"),
    ("geheimer", "schluessel"),
];

/// Words that say that a column tells of secrets and holds none: where they are, of what kind, until when.
const ABOUT: &[&str] = &[
    "store",
    "storage",
    "stored",
    "location",
    "place",
    "path",
    "vault",
    "where",
    "manager",
    "ort",
    "ablage",
    "speicherort",
    "ablageort",
    "type",
    "kind",
    "art",
    "typ",
    "expires",
    "expiry",
    "exp",
    "expiration",
    "until",
    "valid",
    "ablauf",
    "gueltig",
    "owner",
    "besitzer",
    "rotation",
    "rotated",
    "rotate",
    "changed",
    "last",
    "next",
    "date",
    "datum",
    "days",
    "tage",
    "age",
    "policy",
    "status",
    "count",
    "anzahl",
    "id",
    "name",
    "procedure",
    "issued",
    "created",
    "set",
];

/// Whether a heading says that secrets stand below it.
pub fn heading(heading: &str) -> bool {
    let folded = folded(heading).to_lowercase();
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let joined = words.concat();
    let pair = |pair: &(&str, &str)| {
        let apart = words.windows(2).any(|two| two == [pair.0, pair.1]);
        apart || joined == format!("{}{}", pair.0, pair.1)
    };
    let tells = words.iter().any(|word| TELLING.contains(word)) || PAIRS.iter().any(pair);
    tells && !words.iter().any(|word| ABOUT.contains(word))
}

/// What the value of a cell looks like, where that is a secret: `a GitHub token`.
pub fn value(cell: &str) -> Option<&'static str> {
    shape::looks_secret(cell).map(shape::Shape::words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_secrets_are_told_from_those_about_them() {
        for secret in [
            "Password",
            "API key",
            "apikey",
            "Client secret",
            "secret_fp",
            "Kennwort",
            "API-Schlüssel",
            "PW",
        ] {
            assert!(heading(secret), "{secret}");
        }
        for about in [
            "Secret location",
            "secret_store",
            "token_exp",
            "Password last changed",
            "Key type",
            "Credential",
            "Passwort Ablageort",
            "Secret owner",
            "Key",
            "Ablauf Token",
            "Rotation",
        ] {
            assert!(!heading(about), "{about}");
        }
    }
}
