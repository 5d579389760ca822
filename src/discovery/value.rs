//! What stands behind a key, told from its form alone: the value itself, a word of where it is, or a blank.

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// The value itself, for whoever reads the file.
    Value,
    /// A word of where the value is: a variable, a vault, another file.
    Reference,
    /// Nothing, or a word that stands for it.
    Blank,
}

impl Holds {
    pub fn as_str(self) -> &'static str {
        match self {
            Holds::Value => "value",
            Holds::Reference => "reference",
            Holds::Blank => "blank",
        }
    }
}

/// How references to what other programs keep begin.
const ELSEWHERE: &[&str] = &[
    "vault:",
    "op://",
    "keyring:",
    "file:",
    "secret://",
    "secretref:",
    "env:",
    "arn:aws:secretsmanager",
    "@microsoft.keyvault",
    "ENC[",
    "!vault",
    "!secret",
    "!Ref",
    "!Sub",
    "!GetAtt",
    "/run/secrets/",
    "$ANSIBLE_VAULT",
    "sm://",
    "ssm:",
    "bao:",
    "pass:",
];

/// Words that stand for a value, in small letters.
const BLANKS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "todo",
    "tbd",
    "none",
    "null",
    "nil",
    "~",
    "true",
    "false",
    "example",
    "placeholder",
    "redacted",
    "secret",
    "password",
    "token",
    "yes",
    "no",
    "undefined",
    "read",
    "write",
];

/// What a value is, by its form.
pub(super) fn holds(value: &str) -> Holds {
    let value = value.trim();
    if value.is_empty() || is_blank(value) {
        Holds::Blank
    } else if is_reference(value) {
        Holds::Reference
    } else {
        Holds::Value
    }
}

fn is_blank(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut signs = value.chars();
    let first = signs.next();
    let one_sign = matches!(first, Some('*' | 'x' | 'X' | '.' | '-' | '_' | '?'))
        && signs.all(|c| Some(c) == first);
    let bracketed = value.starts_with('<') && value.ends_with('>');
    let yours = ["your-", "your_", "my-", "enter-", "insert-", "replace-"];
    BLANKS.contains(&lower.as_str())
        || one_sign
        || bracketed
        || yours.iter().any(|word| lower.starts_with(word))
            && !lower.contains(|c: char| c.is_ascii_digit())
}

fn is_reference(value: &str) -> bool {
    let elsewhere = |begin: &&str| {
        value
            .get(..begin.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(begin))
    };
    if ELSEWHERE.iter().any(elsewhere) {
        return true;
    }
    let is_name = |name: &str| {
        let mut bytes = name.bytes();
        bytes
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let within = |open: &str, close: &str| {
        let inner = value
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close));
        inner.map(str::trim)
    };
    if within("${{", "}}").is_some()
        || within("{{", "}}").is_some()
        || within("$(", ")").is_some()
        || within("`", "`").is_some()
    {
        return true;
    }
    // A placeholder, and a path: to a file, or into an answer.
    let path = value.strip_prefix('/').filter(|rest| !rest.is_empty());
    let is_path = path.is_some_and(|rest| {
        rest.split('/')
            .all(|part| is_name(&part.replace(['.', '-'], "_")))
    });
    if is_path || within("{", "}").is_some_and(is_name) {
        return true;
    }
    if let Some(inner) = within("${", "}") {
        // What is used where the variable is not set is a value.
        let usual = inner.split_once(":-").or_else(|| inner.split_once('-'));
        return usual.is_none_or(|(_, usual)| usual.is_empty());
    }
    let percent = within("%", "%").is_some_and(is_name);
    let variable = value
        .strip_prefix('$')
        .map(|rest| rest.split_once('/').map_or(rest, |(name, _)| name));
    percent || variable.is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_from_where_it_is_and_from_nothing() {
        for value in [
            "hunter2",
            "${X:-hunter2}",
            "$",
            "9f86d081",
            "your-9f86d081",
            "$1a$b",
            "x1",
            "secret:x",
        ] {
            assert_eq!(holds(value), Holds::Value, "{value}");
        }
        for reference in [
            "${MAXIMO_KEY}",
            "$MAXIMO_KEY",
            "$folder/key",
            "${{ secrets.KEY }}",
            "{{ vault_key }}",
            "$(cat /k)",
            "%KEY%",
            "vault:femo/maximo",
            "!vault |",
            "/run/secrets/key",
            "${X:-}",
            "/access_token",
            "/etc/keys/maximo.key",
            "{secret}",
            "ENC[AES256_GCM,data:x]",
        ] {
            assert_eq!(holds(reference), Holds::Reference, "{reference}");
        }
        for blank in [
            "",
            " ",
            "changeme",
            "<your key>",
            "xxxx",
            "****",
            "null",
            "your-api-key",
        ] {
            assert_eq!(holds(blank), Holds::Blank, "{blank}");
        }
    }
}
