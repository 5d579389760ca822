//! The keys of records that need more than one name, written as their parts with a blank between.

mod assertion;

use std::fmt;
use std::str::FromStr;

use crate::model::access::ActionClass;
use crate::model::date::{Date, Timestamp};
use crate::model::fact::Fact;
use crate::model::id::{AccountId, BoundaryPath, Name, Principal, RoleId};
use crate::model::text::shape;

pub use assertion::{ANYONE, AssertionKey, Whom};

/// A text that is not the key of such a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the key of {what}: write {form}")]
pub struct BadKey {
    text: String,
    what: &'static str,
    form: &'static str,
}

/// The key of the one organisation: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Only;

/// A key made of parts that hold no blanks.
macro_rules! composite_key {
    ($(#[$doc:meta])* $name:ident, $what:literal, $form:literal { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            $(pub $field: $type,)*
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut blank = "";
                $(write!(f, "{blank}{}", self.$field)?; blank = " ";)*
                let _ = blank;
                Ok(())
            }
        }

        impl FromStr for $name {
            type Err = BadKey;
            fn from_str(text: &str) -> Result<Self, BadKey> {
                let bad = || BadKey {
                    text: text.chars().take(200).flat_map(char::escape_debug).collect(),
                    what: $what,
                    form: $form,
                };
                let mut parts = text.split(' ');
                let key = $name {
                    $($field: parts.next().and_then(|part| part.parse().ok()).ok_or_else(bad)?,)*
                };
                if parts.next().is_some() { Err(bad()) } else { Ok(key) }
            }
        }
    };
}

composite_key! {
    /// Account, action class and the day it was approved.
    ApprovalKey, "an approval", "`ACCOUNT ACTION DATE`" { account: AccountId, action: ActionClass, on: Date, }
}
composite_key! {
    DecisionKey, "a decision", "`ACCOUNT BOUNDARY`" { account: AccountId, boundary: BoundaryPath, }
}
composite_key! {
    /// Account, and the gap's words as a name.
    RiskKey, "a residual risk", "`ACCOUNT GAP`" { account: AccountId, gap: Name, }
}
composite_key! {
    VersionKey, "a version", "`ACCOUNT NUMBER`" { account: AccountId, number: u32, }
}

composite_key! {
    OperationKey, "an operation", "`ACCOUNT NUMBER`" { account: AccountId, number: u32, }
}

impl RiskKey {
    /// The key of a gap described in free text: its letters and digits, cut to 80 bytes.
    pub fn new(account: AccountId, gap: &str) -> RiskKey {
        // The key is shown wherever the record is, so it is made of no secret.
        let mut name = slug(&shape::masked(gap));
        name.truncate(80);
        let name = name.trim_end_matches('-');
        let gap = name.parse().or_else(|_| "gap".parse());
        RiskKey {
            account,
            gap: gap.expect("`gap` is a name"),
        }
    }
}

/// Free text as a name: lower case, every run of other characters one `-`, parentheses dropped.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !matches!(c, '(' | ')')) {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

/// Principal, role and, unless it was left out, boundary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssignmentKey {
    pub principal: Principal,
    pub role: RoleId,
    pub at: Option<BoundaryPath>,
}

impl fmt::Display for AssignmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.principal, self.role)?;
        self.at.as_ref().map_or(Ok(()), |at| write!(f, " {at}"))
    }
}

impl FromStr for AssignmentKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let parts: Vec<&str> = text.split(' ').collect();
        let (principal, role, at) = match parts[..] {
            [principal, role] => (principal.parse(), role.parse(), None),
            [principal, role, at] => (principal.parse(), role.parse(), Some(at.parse())),
            _ => ("".parse(), "".parse(), None),
        };
        match (principal, role, at.transpose()) {
            (Ok(principal), Ok(role), Ok(at)) => Ok(AssignmentKey {
                principal,
                role,
                at,
            }),
            _ => Err(BadKey {
                text: text
                    .chars()
                    .take(200)
                    .flat_map(char::escape_debug)
                    .collect(),
                what: "an assignment",
                form: "`PRINCIPAL ROLE BOUNDARY`",
            }),
        }
    }
}

/// Rule and subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaiverKey {
    pub rule: Name,
    pub subject: Box<str>,
}

impl fmt::Display for WaiverKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rule, self.subject)
    }
}

impl FromStr for WaiverKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        text.split_once(' ')
            .and_then(|(rule, subject)| {
                Some(WaiverKey {
                    rule: rule.parse().ok()?,
                    subject: subject.into(),
                })
            })
            .ok_or_else(|| BadKey {
                text: text
                    .chars()
                    .take(200)
                    .flat_map(char::escape_debug)
                    .collect(),
                what: "a waiver",
                form: "`RULE SUBJECT`",
            })
    }
}

impl fmt::Display for Only {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl FromStr for Only {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        if text.is_empty() {
            Ok(Only)
        } else {
            Err(BadKey {
                text: text
                    .chars()
                    .take(200)
                    .flat_map(char::escape_debug)
                    .collect(),
                what: "the organisation",
                form: "nothing: there is one",
            })
        }
    }
}

/// The key of a fact: its word and whatever tells it from another of the day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey(Box<str>);

impl FactKey {
    pub fn of(fact: &Fact) -> FactKey {
        let word = fact.word();
        let text = match fact {
            Fact::Issued {
                account,
                version,
                on,
                ..
            }
            | Fact::Rotated {
                account,
                version,
                on,
                ..
            } => {
                format!("{word} {account} {version} {on}")
            }
            Fact::Evidence {
                account,
                version,
                probe,
                outcome,
                on,
                detail,
            } => {
                // Of several tests of one day, each is kept: the moment and the side tell them apart.
                let seen = detail.as_deref().and_then(|detail| detail.at);
                let side = detail.as_deref().and_then(|detail| detail.side);
                let seen = seen.map_or_else(|| on.to_string(), |at| at.to_string());
                let side = side.map_or_else(String::new, |side| format!("{side} "));
                format!("{word} {account} {version} {side}{probe} {seen} {outcome}")
            }
            Fact::Drill {
                procedure,
                account: None,
                on,
                result,
                ..
            } => {
                format!("{word} {procedure} {on} {result}")
            }
            Fact::Drill {
                procedure,
                account: Some(account),
                on,
                result,
                ..
            } => {
                format!("{word} {procedure} {account} {on} {result}")
            }
            Fact::Seen {
                account,
                on,
                log: None,
                ..
            } => format!("{word} {account} {on}"),
            Fact::Seen {
                account,
                on,
                log: Some(log),
                reading,
            } => {
                // Logs of both sides may have one name.
                let side = reading
                    .as_deref()
                    .map(|reading| format!("{} ", reading.side));
                let side = side.unwrap_or_default();
                format!("{word} {account} {on} {side}{}", slug(log.as_str()))
            }
            Fact::Reconciled {
                account,
                on,
                compared,
            } => format!("{word} {account} {} {on}", compared.since),
            Fact::Listed {
                provider,
                on,
                census,
            } => format!("{word} {provider} {} {on}", census.environment),
            Fact::Review {
                account,
                on,
                by,
                verdict,
                ..
            } => format!("{word} {account} {on} {by} {verdict}"),
            Fact::OwnerChanged { account, on } => format!("{word} {account} {on}"),
            Fact::Acknowledged {
                account,
                version,
                consumer,
                on,
                ..
            } => format!("{word} {account} {version} {consumer} {on}"),
            Fact::Refused {
                account,
                version,
                way,
                on,
                ..
            } => format!("{word} {account} {version} {way} {on}"),
            Fact::FailClosed {
                account,
                version,
                consumer,
                outcome,
                on,
                ..
            } => format!("{word} {account} {version} {consumer} {on} {outcome}"),
        };
        FactKey(text.into())
    }

    /// The key of the same, said again at a later moment.
    pub fn again(&self, at: Timestamp) -> FactKey {
        FactKey(format!("{self} {at}").into())
    }
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FactKey {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(FactKey(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_composite_key_reads_back_as_itself() {
        let text = "etl read 2026-10-01";
        assert_eq!(text.parse::<ApprovalKey>().unwrap().to_string(), text);
        assert!("etl read".parse::<ApprovalKey>().is_err());
        for text in ["person/jo operator femo/x", "person/jo operator"] {
            assert_eq!(text.parse::<AssignmentKey>().unwrap().to_string(), text);
        }
        assert!("person/jo".parse::<AssignmentKey>().is_err());
    }

    #[test]
    fn a_gap_becomes_a_name() {
        let account: AccountId = "etl".parse().unwrap();
        let key = RiskKey::new(account.clone(), "No (metadata)-only right!");
        assert_eq!(key.to_string(), "etl no-metadata-only-right");
        assert_eq!(RiskKey::new(account, "?!").to_string(), "etl gap");
    }

    #[test]
    fn titles_become_slugs() {
        assert_eq!(
            slug("Request For Quotation (RFQ)"),
            "request-for-quotation-rfq"
        );
        assert_eq!(
            slug("View Site & Asset Hierarchy"),
            "view-site-asset-hierarchy"
        );
    }
}
