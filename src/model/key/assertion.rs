//! The key of an assertion: who, what, where, and what is given.

use std::fmt;
use std::str::FromStr;

use crate::model::assertion::Given;
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{BoundaryPath, Principal};
use crate::model::key::BadKey;

/// Who an assertion is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whom {
    /// Everybody: people and accounts.
    Anyone,
    One(Principal),
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whom::Anyone => f.write_str(ANYONE),
            Whom::One(principal) => write!(f, "{principal}"),
        }
    }
}

/// How everybody is written; no principal is, as those hold a slash.
pub const ANYONE: &str = "anyone";

/// Who, what, where and, where a permission depends on it, what is given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssertionKey {
    pub principal: Whom,
    pub permission: EntitlementKey,
    pub at: BoundaryPath,
    pub given: Option<Given>,
}

impl fmt::Display for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.principal, self.permission, self.at)?;
        self.given.map_or(Ok(()), |given| write!(f, " {given}"))
    }
}

impl FromStr for AssertionKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let bad = || BadKey {
            text: text
                .chars()
                .take(200)
                .flat_map(char::escape_debug)
                .collect(),
            what: "an assertion",
            form: "`PRINCIPAL PERMISSION BOUNDARY`",
        };
        let mut parts = text.split(' ');
        let principal = match parts.next().ok_or_else(bad)? {
            ANYONE => Whom::Anyone,
            one => Whom::One(one.parse().map_err(|_| bad())?),
        };
        let permission = parts.next().and_then(|part| part.parse().ok());
        let at = parts.next().and_then(|part| part.parse().ok());
        let given = parts.next().map(str::parse).transpose();
        match (permission, at, given, parts.next()) {
            (Some(permission), Some(at), Ok(given), None) => Ok(AssertionKey {
                principal,
                permission,
                at,
                given,
            }),
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_an_assertion_reads_back_as_itself() {
        for text in [
            "person/jo asset/view-assets femo/x",
            "anyone work-order/close femo own-unresolved",
        ] {
            assert_eq!(text.parse::<AssertionKey>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "anyone",
            "anyone a femo later",
            "jo a femo",
            "anyone a femo own own",
        ] {
            assert!(text.parse::<AssertionKey>().is_err(), "{text}");
        }
    }
}
