//! The tables whose keys are spread over model's key and body: approvals, assignments, assertions, decisions, residual risks.

use serde::Deserialize;

use crate::model::access::ActionClass;
use crate::model::approval::{Approval, Choice, Decision, ResidualRisk};
use crate::model::assertion::{Assertion, Expectation, Given};
use crate::model::date::Date;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{AccountId, BoundaryPath, Principal, RoleId};
use crate::model::key::{ApprovalKey, AssertionKey, AssignmentKey, DecisionKey, RiskKey, Whom};
use crate::model::role::Assignment;
use crate::model::text::Text;

/// Who approved one action class of the account.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ApprovalForm {
    pub action: ActionClass,
    pub by: Principal,
    /// The day it was approved.
    pub on: Date,
    #[serde(default)]
    pub ticket: Option<Text>,
    /// The last day that it holds.
    #[serde(default)]
    pub until: Option<Date>,
    /// Permissions and scopes that it approves by name, beside the action as such.
    #[serde(default)]
    pub permissions: Vec<EntitlementKey>,
    /// Whether it was added by command, and so is never pruned; only `export` writes it.
    #[serde(default)]
    pub by_command: bool,
}

impl ApprovalForm {
    pub fn of(self, account: AccountId) -> (ApprovalKey, Approval) {
        let key = ApprovalKey {
            account,
            action: self.action,
            on: self.on,
        };
        let body = Approval {
            by: self.by,
            ticket: self.ticket,
            until: self.until,
            permissions: self.permissions,
            by_command: self.by_command,
        };
        (key, body)
    }
}

/// Principal x role x boundaries: one assignment for each of `at`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AssignmentForm {
    pub principal: Principal,
    pub role: RoleId,
    /// Where the role holds; nowhere is a finding, not everywhere.
    #[serde(default)]
    pub at: Vec<BoundaryPath>,
}

impl AssignmentForm {
    /// One assignment for each boundary; a single one without, where there is none.
    pub fn expand(self) -> impl Iterator<Item = (AssignmentKey, Assignment)> {
        let none = self.at.is_empty().then_some(None);
        let each = none.into_iter().chain(self.at.into_iter().map(Some));
        each.map(move |at| {
            let body = Assignment {
                principal: self.principal.clone(),
                role: self.role.clone(),
                at: at.clone(),
            };
            let key = AssignmentKey {
                principal: self.principal.clone(),
                role: self.role.clone(),
                at,
            };
            (key, body)
        })
    }
}

/// Who may, or may not, do what where: judged like a test.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AssertionForm {
    /// Who; everybody where absent. A team stands for what each of its members gets by it.
    #[serde(default)]
    pub principal: Option<Principal>,
    /// A permission or a scope, as its glossary has it.
    pub permission: EntitlementKey,
    /// Where: `allowed` there, or `denied` there and everywhere below it.
    pub at: BoundaryPath,
    /// What holds of the record that is touched, where the permission depends on it.
    #[serde(default)]
    pub given: Option<Given>,
    /// `denied` fails where the other end would let somebody in, though an approval is missing; `allowed` needs all of it.
    pub expect: Expectation,
    /// The glossary of the permission, where several list it.
    #[serde(default)]
    pub catalog: Option<CatalogName>,
    /// Who is left out, where no principal is named; a team with all its people.
    #[serde(default)]
    pub except: Vec<Principal>,
    /// Why, for whoever reads it later.
    #[serde(default)]
    pub because: Option<Text>,
}

impl From<AssertionForm> for (AssertionKey, Assertion) {
    fn from(form: AssertionForm) -> Self {
        let key = AssertionKey {
            principal: form.principal.map_or(Whom::Anyone, Whom::One),
            permission: form.permission,
            at: form.at,
            given: form.given,
        };
        let body = Assertion {
            expect: form.expect,
            catalog: form.catalog,
            except: form.except,
            because: form.because,
        };
        (key, body)
    }
}

/// The read/write decision for an account at a boundary.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DecisionForm {
    pub account: AccountId,
    pub boundary: BoundaryPath,
    pub choice: Choice,
    pub reason: Text,
    pub by: Principal,
    pub on: Date,
}

impl From<DecisionForm> for (DecisionKey, Decision) {
    fn from(form: DecisionForm) -> Self {
        let key = DecisionKey {
            account: form.account,
            boundary: form.boundary,
        };
        let body = Decision {
            choice: form.choice,
            reason: form.reason,
            by: form.by,
            on: form.on,
        };
        (key, body)
    }
}

/// What the provider cannot enforce, owned until a day.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RiskForm {
    pub account: AccountId,
    pub gap: Text,
    pub owner: Principal,
    pub until: Date,
}

impl From<RiskForm> for (RiskKey, ResidualRisk) {
    fn from(form: RiskForm) -> Self {
        let key = RiskKey::new(form.account, form.gap.as_str());
        let body = ResidualRisk {
            gap: form.gap,
            owner: form.owner,
            until: form.until,
        };
        (key, body)
    }
}
