//! Service accounts: one provider, one environment, one workflow each.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::model::access::{Level, words};
use crate::model::credential::Credential;
use crate::model::date::{Date, Span};
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{
    AccountId, BoundaryPath, ConsumerId, EnvironmentName, Name, PlatformId, Principal, ProcedureId,
    ProviderId, RotationId,
};
use crate::model::text::Text;

words! {
    /// Where an account stands in its life.
    AccountStatus {
        Proposed = "proposed",
        Active = "active",
        Suspended = "suspended",
        Retired = "retired",
    }
}

words! {
    /// What an audit record must cover.
    AuditRecord {
        Import = "import",
        Write = "write",
        Retry = "retry",
        Failure = "failure",
    }
}

/// Who answers for an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Owner {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business: Option<Principal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technical: Option<Principal>,
    /// Who rotates; the technical owner where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Principal>,
}

impl Owner {
    fn is_empty(&self) -> bool {
        self == &Owner::default()
    }
}

/// What must be recorded of the account's work, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Audit {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<AuditRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sink: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Span>,
}

/// Records at the provider that the account must, and must not, see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Canary {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Text>,
}

/// The controls that an access level demands; which of them, `catalog` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Controls {
    // attachment-sync
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_file_size: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_policy: Option<Text>,
    // draft-handoff
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisor: Option<Principal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_ownership: Option<Text>,
    // status-sync
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict_rule: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_log: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_approval: Option<Text>,
    // write-back and closeout
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<ProcedureId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_window: Option<crate::model::rotation::Window>,
    // ai-agent-draft
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_gate: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_citation: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_approval: Option<Text>,
}

/// What [`Controls`] are where none is stated.
static NO_CONTROLS: Controls = Controls {
    max_file_size: None,
    classification: None,
    retention: None,
    access_policy: None,
    supervisor: None,
    provider_ownership: None,
    conflict_rule: None,
    retry_log: None,
    owner_approval: None,
    fields: Vec::new(),
    rollback: None,
    test_window: None,
    review_gate: None,
    source_citation: None,
    action_approval: None,
};

impl Controls {
    /// Every control by its TOML key, and whether it is stated: a blank text states nothing.
    fn stated(&self) -> [(&'static str, bool); 15] {
        let c = self;
        let text = |text: &Option<Text>| text.as_ref().is_some_and(|text| !text.is_blank());
        [
            ("max-file-size", text(&c.max_file_size)),
            ("classification", text(&c.classification)),
            ("retention", c.retention.is_some()),
            ("access-policy", text(&c.access_policy)),
            ("supervisor", c.supervisor.is_some()),
            ("provider-ownership", text(&c.provider_ownership)),
            ("conflict-rule", text(&c.conflict_rule)),
            ("retry-log", text(&c.retry_log)),
            ("owner-approval", text(&c.owner_approval)),
            ("fields", c.fields.iter().any(|field| !field.is_blank())),
            ("rollback", c.rollback.is_some()),
            ("test-window", c.test_window.is_some()),
            ("review-gate", text(&c.review_gate)),
            ("source-citation", text(&c.source_citation)),
            ("action-approval", text(&c.action_approval)),
        ]
    }
}

impl Controls {
    /// Every control by its TOML key, in the order of [`stated`](Self::stated), with what it says where it is stated.
    pub fn values(&self) -> [(&'static str, Option<String>); 15] {
        let Controls {
            max_file_size,
            classification,
            retention,
            access_policy,
            supervisor,
            provider_ownership,
            conflict_rule,
            retry_log,
            owner_approval,
            fields,
            rollback,
            test_window,
            review_gate,
            source_citation,
            action_approval,
        } = self;
        let text = |text: &Option<Text>| {
            let stated = text.as_ref().filter(|text| !text.is_blank());
            stated.map(Text::to_string)
        };
        let fields = fields.iter().filter(|field| !field.is_blank());
        let fields: Vec<&str> = fields.map(Text::as_str).collect();
        [
            ("max-file-size", text(max_file_size)),
            ("classification", text(classification)),
            ("retention", retention.as_ref().map(Span::to_string)),
            ("access-policy", text(access_policy)),
            ("supervisor", supervisor.as_ref().map(Principal::to_string)),
            ("provider-ownership", text(provider_ownership)),
            ("conflict-rule", text(conflict_rule)),
            ("retry-log", text(retry_log)),
            ("owner-approval", text(owner_approval)),
            ("fields", (!fields.is_empty()).then(|| fields.join(", "))),
            ("rollback", rollback.as_ref().map(ProcedureId::to_string)),
            ("test-window", test_window.as_ref().map(ToString::to_string)),
            ("review-gate", text(review_gate)),
            ("source-citation", text(source_citation)),
            ("action-approval", text(action_approval)),
        ]
    }
}

/// The TOML keys of all controls.
pub fn controls() -> impl Iterator<Item = &'static str> {
    NO_CONTROLS.stated().into_iter().map(|(key, _)| key)
}

/// The controls of an account. Most accounts state none, and then hold no room for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Controls")]
pub struct StatedControls(Option<Box<Controls>>);

impl StatedControls {
    fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl From<Controls> for StatedControls {
    fn from(controls: Controls) -> StatedControls {
        StatedControls((controls != NO_CONTROLS).then(|| Box::new(controls)))
    }
}

impl Deref for StatedControls {
    type Target = Controls;
    fn deref(&self) -> &Controls {
        self.0.as_deref().unwrap_or(&NO_CONTROLS)
    }
}

impl Serialize for StatedControls {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

/// What an AI agent may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Agent {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_slice: Option<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tenant_enabled: bool,
}

/// A non-human identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Account {
    pub provider: ProviderId,
    pub environment: EnvironmentName,
    /// Where it may act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boundary: Vec<BoundaryPath>,
    pub workflow: Name,
    pub level: Level,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Text>,
    #[serde(default, skip_serializing_if = "Owner::is_empty")]
    pub owner: Owner,
    /// Provider side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<EntitlementKey>,
    /// Platform side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<EntitlementKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformId>,
    /// The last day of the account itself: the last day on which the provider accepts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationId>,
    /// The procedure that rotates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotate: Option<ProcedureId>,
    /// The procedure that revokes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke: Option<ProcedureId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<Box<Audit>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consumers: Vec<ConsumerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Box<Canary>>,
    #[serde(default = "active")]
    pub status: AccountStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Box<Credential>>,
    #[serde(default, skip_serializing_if = "StatedControls::is_empty")]
    #[cfg_attr(test, schemars(with = "Controls"))]
    pub controls: StatedControls,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Box<Agent>>,
}

fn active() -> AccountStatus {
    AccountStatus::Active
}

impl Account {
    /// The names by which logs and lists of its provider know it: its identities there, and its own.
    pub fn names<'a>(&'a self, id: &'a AccountId) -> impl Iterator<Item = &'a str> {
        let identities = self.credential.iter().flat_map(|it| &it.identity);
        identities.map(Text::as_str).chain([id.as_str()])
    }

    /// Who rotates: the rotation owner, else the technical one.
    pub fn rotation_owner(&self) -> Option<&Principal> {
        self.owner
            .rotation
            .as_ref()
            .or(self.owner.technical.as_ref())
    }

    /// Every control by its TOML key, and whether it is stated.
    pub fn stated_controls(&self) -> [(&'static str, bool); 15] {
        self.controls.stated()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_has_a_value_where_it_is_stated() {
        for stated in [
            serde_json::json!({}),
            serde_json::json!({ "review-gate": " ", "fields": [" "], "rollback": "undo" }),
            serde_json::json!({ "retention": "30d", "fields": ["a"], "supervisor": "person/jo",
                "test-window": { "days": ["mon"], "from": "22:00", "to": "23:00" } }),
        ] {
            let controls: Controls = serde_json::from_value(stated).unwrap();
            let values = controls.values().map(|(key, value)| (key, value.is_some()));
            assert_eq!(values, controls.stated());
        }
    }
}
