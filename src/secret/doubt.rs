//! What speaks against a secret before it is stored. Judges, never refuses: the provider made it, and it may have to do.

use crate::model::id::Name;
use crate::secret::{Secret, Value, is_public};

/// One reason for doubt about a field of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("`{field}` is short: {length} characters")]
    Short { field: Name, length: usize },
    #[error("`{field}` repeats itself: {different} different characters in {length}")]
    Repetitive {
        field: Name,
        different: usize,
        length: usize,
    },
    #[error("`{field}` is made of a common password or placeholder")]
    Common { field: Name },
    #[error("`{field}` ends with a line end")]
    Newline { field: Name },
    #[error("`{field}` has blanks around it")]
    Blanks { field: Name },
}

/// The shortest secret that is not called short, in characters: a random one of sixteen letters and digits has 95 bits.
const SHORT: usize = 16;

/// Words that are tried first, and what stands in documents until it is replaced.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "secret",
    "changeme",
    "change-me",
    "letmein",
    "welcome",
    "admin",
    "qwerty",
    "123456",
    "test",
    "default",
    "example",
    "placeholder",
    "your-api-key",
    "todo",
    "xxxx",
];

/// What speaks against a value; nothing, most times. Fields that are no secret by their name are not looked at.
pub fn doubts(value: &Value) -> Vec<Doubt> {
    let secret = value.fields().filter(|(name, _)| !is_public(name));
    secret
        .flat_map(|(name, secret)| of_field(name, secret))
        .collect()
}

fn of_field(field: &Name, secret: &Secret) -> Vec<Doubt> {
    let field = field.clone();
    let mut out = Vec::new();
    let bytes = secret.expose();
    // A key or certificate in its text form is many lines, and ends with one.
    let is_block = bytes.starts_with(b"-----BEGIN ");
    if bytes.ends_with(b"\n") && !is_block {
        out.push(Doubt::Newline {
            field: field.clone(),
        });
    } else if !is_block && bytes.trim_ascii().len() != bytes.len() {
        out.push(Doubt::Blanks {
            field: field.clone(),
        });
    }
    let length = std::str::from_utf8(bytes).map_or(bytes.len(), |text| text.chars().count());
    let mut seen = [false; 256];
    bytes.iter().for_each(|b| seen[usize::from(*b)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    if length < SHORT {
        out.push(Doubt::Short {
            field: field.clone(),
            length,
        });
    } else if different < 8 {
        out.push(Doubt::Repetitive {
            field: field.clone(),
            different,
            length,
        });
    }
    if is_common(bytes) {
        out.push(Doubt::Common { field });
    }
    out
}

/// Whether little more is left of it without a common word.
fn is_common(bytes: &[u8]) -> bool {
    let word_in = |word: &&str| {
        let word = word.as_bytes();
        let found = bytes
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word));
        found && bytes.len() <= word.len() + 8
    };
    COMMON.iter().any(word_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubted(text: &str) -> Vec<String> {
        let value = Value::single(Secret::from(text.to_owned())).unwrap();
        doubts(&value).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_random_key_and_a_pem_block_raise_no_doubt() {
        assert!(doubted("q7Rz2mWc9LxKpV4tN8bG").is_empty());
        assert!(
            doubted("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n")
                .is_empty()
        );
    }

    #[test]
    fn what_speaks_against_a_secret_is_said_without_it() {
        assert_eq!(doubted("hunter2"), ["`secret` is short: 7 characters"]);
        assert_eq!(
            doubted("q7Rz2mWc9LxKpV4tN8bG\n"),
            ["`secret` ends with a line end"]
        );
        assert_eq!(
            doubted(" q7Rz2mWc9LxKpV4tN8bG"),
            ["`secret` has blanks around it"]
        );
        assert_eq!(
            doubted("Password2026!!!!"),
            ["`secret` is made of a common password or placeholder"]
        );
        assert_eq!(
            doubted("aaaaaaaaaaaaaaaaaaaab"),
            ["`secret` repeats itself: 2 different characters in 21"]
        );
    }
}
