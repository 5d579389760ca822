//! Approvals, boundary decisions, residual risks and waivers: what people have signed.

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::date::Date;
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{Name, Principal};
use crate::model::text::Text;

/// Who approved one action class of one account. Its key is account, action and day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Approval {
    pub by: Principal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Permissions and scopes that it approves by name, beside the action as such.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<EntitlementKey>,
    /// Whether it was added by command; such an approval is never pruned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_command: bool,
}

impl Approval {
    /// Whether it holds on a day: it was given by then, and its last day is not past. `on` is the day it was given.
    pub fn holds(&self, on: Date, as_of: Date) -> bool {
        on <= as_of && self.until.is_none_or(|until| until >= as_of)
    }
}

words! {
    /// The answer to "read or write?" at a boundary.
    Choice {
        Read = "read",
        Write = "write",
    }
}

/// A read/write boundary decision. Its key is account and boundary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Decision {
    pub choice: Choice,
    pub reason: Text,
    pub by: Principal,
    pub on: Date,
}

/// What the provider cannot enforce, owned instead of reported for ever. Its key is account and gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResidualRisk {
    pub gap: Text,
    pub owner: Principal,
    pub until: Date,
}

/// A finding that is accepted for a while. Its key is rule and subject; what it lacks, a rule reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waiver {
    pub rule: Name,
    /// A record, as findings name it: `account/NAME`; for a rule that finds several of one record, with which one behind it.
    pub subject: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Principal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Waiver {
    /// The fields that every waiver must have and this one has not.
    pub fn lacks(&self) -> Vec<&'static str> {
        let reason = self.reason.as_ref();
        let stated = [
            ("owner", self.owner.is_some()),
            ("reason", reason.is_some_and(|reason| !reason.is_blank())),
            ("until", self.until.is_some()),
        ];
        let lacking = stated.into_iter().filter(|(_, is_stated)| !is_stated);
        lacking.map(|(key, _)| key).collect()
    }
}
