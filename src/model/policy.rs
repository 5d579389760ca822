//! What an organisation sets in place of what ships: choices, limits, lines of the tables. As `keyroll.toml` has them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::access::{ActionClass, Effect, Level, words};
use crate::model::credential::StoreClass;
use crate::model::date::Span;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::finding::Severity;
use crate::model::hook::Hooks;
use crate::model::id::Name;
use crate::model::text::Text;

words! {
    /// Which findings make the exit status other than 0.
    FailOn {
        Warning = "warning",
        Error = "error",
        Never = "never",
    }
}

/// How to judge, and by what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Which findings make `validate` fail: errors, unless this says otherwise.
    pub fail_on: Option<FailOn>,
    /// Whether findings of severity info are shown.
    pub pedantic: bool,
    /// Judge by these rules alone.
    pub select: Vec<Name>,
    /// Leave these rules out.
    pub ignore: Vec<Name>,
    /// Severities in place of the rules' own: `boundary-too-wide = "error"`.
    pub severity: BTreeMap<Name, Severity>,
    /// A file with the findings of a legacy inventory, beside this one: only new findings count.
    pub baseline: Option<Text>,
    /// Central choices; they stand over what an inventory says of itself.
    pub organisation: Choices,
    /// What rules measure by.
    pub limits: LimitsSet,
    /// What an access level may do and must have: each key replaces what ships.
    pub level: BTreeMap<Level, LevelSet>,
    /// Lines of the least-privilege map; each replaces the shipped line of its level and permission.
    pub requirement: Vec<RequirementSet>,
    /// Permissions that nobody may hold together, beside those that ship.
    pub duty: Vec<DutySet>,
    /// Programs that are told what happened. Only a configuration that was named, or is the user's own, may have them run.
    pub hooks: Hooks,
    /// The folder of the programs that steps, probes and health checks of an inventory may name. As for hooks, only a
    /// configuration that is the user's own says so; `programs` beside it where absent.
    pub programs: Option<Text>,
    /// How providers and platforms are reached; the user's own, too.
    pub http: HttpSet,
}

/// How providers and platforms are reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct HttpSet {
    /// A file with the PEM certificates of the authority, in place of those of the system.
    pub ca: Option<Text>,
    /// The longest that a request takes, in seconds; 30 unless set.
    pub timeout: Option<u16>,
}

/// The organisation's choices, made centrally.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Choices {
    /// Classes of places where a secret may live.
    pub secret_stores: Option<Vec<StoreClass>>,
    /// The longest that one secret may live, rotation interval and overlap together.
    pub max_lifetime: Option<Span>,
    /// The pattern of account names: `{provider}-{environment}-{workflow}-{site}`.
    pub naming: Option<Text>,
}

/// What rules measure by, where it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitsSet {
    /// How long the review of a third party counts; `365d` unless set.
    pub third_party_review: Option<Span>,
    /// The longest approval, from its day to its last, that allows a person to use an account by hand; `31d` unless set.
    pub interactive_use: Option<Span>,
    /// The share of all accounts, in percent, that one technical owner may have alone; 90 unless set.
    pub custodian_share: Option<u32>,
    /// The number of accounts from which a single custodian is told; 5 unless set.
    pub custodian_accounts: Option<u32>,
    /// How long a test of the current version counts; `180d` unless set.
    pub evidence_age: Option<Span>,
    /// How long the rehearsal of a procedure counts; `180d` unless set.
    pub drill_age: Option<Span>,
    /// How long the review of an account counts; `90d` unless set.
    pub review_age: Option<Span>,
    /// How long an account in use may be seen in no log; `90d` unless set.
    pub unseen: Option<Span>,
    /// How long a rotation may be open, beside an overlap that it waits for; `7d` unless set.
    pub stalled: Option<Span>,
}

/// What rules measure by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Days that the review of a third party counts.
    pub third_party_review: u32,
    /// Days that an approval of use by hand may last.
    pub interactive_use: u32,
    /// Percent of all accounts.
    pub custodian_share: u32,
    pub custodian_accounts: u32,
    /// Days that a test counts.
    pub evidence_age: u32,
    /// Days that a rehearsal counts.
    pub drill_age: u32,
    /// Days that the review of an account counts.
    pub review_age: u32,
    /// Days that an account in use may be seen in no log.
    pub unseen: u32,
    /// Days that a rotation may be open.
    pub stalled: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            third_party_review: 365,
            interactive_use: 31,
            custodian_share: 90,
            custodian_accounts: 5,
            evidence_age: 180,
            drill_age: 180,
            review_age: 90,
            unseen: 90,
            stalled: 7,
        }
    }
}

/// What is set of one access level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LevelSet {
    /// Action classes beside read; each needs an approval of its own.
    pub actions: Option<Vec<ActionClass>>,
    /// The effects that its entitlements may have.
    pub allowed: Option<Vec<Effect>>,
    /// The effects that no approval brings into it.
    pub never: Option<Vec<Effect>>,
    /// Platform scopes that fit it.
    pub scopes: Option<Vec<EntitlementKey>>,
    /// Keys of `controls` that an account of it must state.
    pub controls: Option<Vec<Name>>,
    /// Whether it changes anything at the provider.
    pub writes: Option<bool>,
}

words! {
    /// What an organisation says of one permission at one level.
    NeedSet {
        Required = "required",
        Optional = "optional",
        NeedsApproval = "needs-approval",
        Forbidden = "forbidden",
        /// The shipped line does not count: the permission is judged by its effect.
        Unlisted = "unlisted",
    }
}

/// A line of the least-privilege map that is set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequirementSet {
    /// The provider's glossary.
    pub catalog: CatalogName,
    pub level: Level,
    pub permission: EntitlementKey,
    pub need: NeedSet,
    #[serde(default)]
    pub why: Option<Text>,
}

/// A pair of permissions that is set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DutySet {
    /// The glossary of both.
    pub catalog: CatalogName,
    pub a: EntitlementKey,
    pub b: EntitlementKey,
    #[serde(default)]
    pub why: Option<Text>,
    /// Lifts a pair that ships.
    #[serde(default)]
    pub allowed: bool,
}
