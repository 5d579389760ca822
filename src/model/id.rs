//! The names of records, as types that cannot be wrong. Never free text: that is `text`.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::model::shared::shared;
use crate::model::text::shape;

/// The longest name, in bytes.
pub const LONGEST: usize = 120;

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    #[error("a name is empty")]
    Empty,
    #[error("a name is longer than {LONGEST} bytes")]
    Long,
    #[error(
        "`{0}` is not a name: names are lower case letters, digits and `-`, and begin with a letter or digit"
    )]
    Character(String),
    #[error("`{0}` is not a boundary: a boundary is a path of names, `tenant/site/machine`")]
    Path(String),
    #[error("`{0}` is not a principal: write `person/NAME`, `team/NAME` or `account/NAME`")]
    Principal(String),
    #[error("it is not a fingerprint: 32 hexadecimal digits")]
    Fingerprint,
    #[error("it looks like a secret, and is no name")]
    Secret,
}

/// How tokens begin that hold nothing but what names do. Names are shown everywhere, so none of them is one.
const SECRETS: &[&str] = &["xox", "glpat-", "sk-"];

/// Checks one name: `[a-z0-9][a-z0-9-]*`, at most [`LONGEST`] bytes.
fn check(text: &str) -> Result<(), BadName> {
    let wrong = |b: u8| !(b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if text.is_empty() {
        Err(BadName::Empty)
    } else if text.len() > LONGEST {
        Err(BadName::Long)
    } else if text.starts_with('-') || text.bytes().any(wrong) {
        Err(BadName::Character(text.escape_debug().collect()))
    } else if SECRETS.iter().any(|prefix| text.starts_with(prefix))
        && shape::known_shape(text).is_some()
    {
        Err(BadName::Secret)
    } else {
        Ok(())
    }
}

/// Checks a path of names.
fn check_path(text: &str) -> Result<(), BadName> {
    if text.len() > 4 * LONGEST {
        return Err(BadName::Long);
    }
    match text.split('/').try_for_each(check) {
        Ok(()) => Ok(()),
        Err(BadName::Long) => Err(BadName::Long),
        Err(BadName::Secret) => Err(BadName::Secret),
        Err(_) => Err(BadName::Path(text.escape_debug().collect())),
    }
}

/// Checks `person/NAME`, `team/NAME` or `account/NAME`.
fn check_principal(text: &str) -> Result<(), BadName> {
    match text.split_once('/') {
        Some(("person" | "team" | "account", name)) => check(name),
        _ => Err(BadName::Principal(text.escape_debug().collect())),
    }
}

/// Checks 32 hexadecimal digits.
fn check_fingerprint(text: &str) -> Result<(), BadName> {
    let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if text.len() == 32 && text.bytes().all(is_digit) {
        Ok(())
    } else {
        Err(BadName::Fingerprint)
    }
}

/// A string type that is checked when it is made, and never empty.
macro_rules! checked_string {
    ($($(#[$doc:meta])* $name:ident by $check:path, $pattern:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                $check(text).map(|()| $name(shared(text)))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "`{}`", self.0)
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        $crate::model::text::string_serde!($name, $pattern);
    )*};
}

checked_string! {
    /// A person's name in the roll.
    PersonId by check, "^[a-z0-9][a-z0-9-]*$";
    TeamId by check, "^[a-z0-9][a-z0-9-]*$";
    AccountId by check, "^[a-z0-9][a-z0-9-]*$";
    ProviderId by check, "^[a-z0-9][a-z0-9-]*$";
    PlatformId by check, "^[a-z0-9][a-z0-9-]*$";
    RoleId by check, "^[a-z0-9][a-z0-9-]*$";
    RotationId by check, "^[a-z0-9][a-z0-9-]*$";
    ProcedureId by check, "^[a-z0-9][a-z0-9-]*$";
    ConsumerId by check, "^[a-z0-9][a-z0-9-]*$";
    /// Who may open the secrets: a name for a key.
    RecipientId by check, "^[a-z0-9][a-z0-9-]*$";
    /// A keyed hash (HMAC-SHA-256, its first 16 bytes in hexadecimal): of a secret, or of the list of recipients.
    Fingerprint by check_fingerprint, "^[0-9a-f]{32}$";
    /// An environment of a provider or platform: `production`, `staging`, `test` ...
    EnvironmentName by check, "^[a-z0-9][a-z0-9-]*$";
    /// Any other plain name: a workflow, a tenant role, the id of a rule.
    Name by check, "^[a-z0-9][a-z0-9-]*$";
    /// A node of the boundary tree, as its path from the tenant down.
    BoundaryPath by check_path, "^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*$";
    /// Who may hold a role or own an account: `person/NAME`, `team/NAME` or `account/NAME`.
    Principal by check_principal, "^(person|team|account)/[a-z0-9][a-z0-9-]*$";
}

impl BoundaryPath {
    /// The node above, if there is one.
    pub fn parent(&self) -> Option<BoundaryPath> {
        let (above, _) = self.0.rsplit_once('/')?;
        Some(BoundaryPath(shared(above)))
    }

    /// The topmost name of the path: the tenant, by convention.
    pub fn root(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }

    /// Whether `other` is this node or lies below it.
    pub fn holds(&self, other: &BoundaryPath) -> bool {
        other
            .0
            .strip_prefix(&*self.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Principal {
    /// `person`, `team` or `account`, and the name behind it.
    pub fn parts(&self) -> (&str, &str) {
        self.0
            .split_once('/')
            .expect("a principal holds one slash: checked when it was made")
    }

    /// The account that it is, if it is one.
    pub fn as_account(&self) -> Option<AccountId> {
        let (kind, name) = self.parts();
        (kind == "account").then(|| name.parse().ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_lower_case_letters_digits_and_hyphens() {
        for good in ["a", "0", "anna-berg", "svc-01"] {
            assert!(good.parse::<PersonId>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "A",
            "a b",
            "a/b",
            "../a",
            "a\u{1b}[2J",
            "ä",
            "a.b",
        ] {
            assert!(bad.parse::<PersonId>().is_err(), "{bad:?}");
        }
        assert!("a".repeat(LONGEST + 1).parse::<PersonId>().is_err());
    }

    #[test]
    fn a_token_is_no_name() {
        let token = ["xoxb-", "83749201-kqw7"].concat();
        for error in [
            token.parse::<PersonId>().unwrap_err(),
            format!("femo/{token}").parse::<BoundaryPath>().unwrap_err(),
        ] {
            assert_eq!(error, BadName::Secret);
        }
        assert!("sk-import-hawthorne-7".parse::<PersonId>().is_ok());
    }

    #[test]
    fn a_boundary_holds_itself_and_what_is_below_it() {
        let femo: BoundaryPath = "femo".parse().unwrap();
        let press: BoundaryPath = "femo/hawthorne/press-01".parse().unwrap();
        let femora: BoundaryPath = "femora".parse().unwrap();
        assert!(femo.holds(&press) && femo.holds(&femo));
        assert!(!press.holds(&femo) && !femo.holds(&femora));
        assert_eq!(press.parent().unwrap().as_str(), "femo/hawthorne");
        assert_eq!(press.root(), "femo");
    }

    #[test]
    fn a_refused_name_is_shown_escaped() {
        let error = "a\u{1b}[2J".parse::<PersonId>().unwrap_err().to_string();
        assert!(!error.contains('\u{1b}'), "{error:?}");
    }
}
