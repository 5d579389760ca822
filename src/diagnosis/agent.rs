//! An AI agent cannot call a tool: its scopes and tools, who it is, where it may ask, who has enabled it, who reviews it.

use crate::diagnosis::authentication::LOGON;
use crate::diagnosis::case::Case;
use crate::diagnosis::seen::{Seen, outdated, told, untested, untold};
use crate::diagnosis::verdict::{
    CERTAIN, FAIR, STRONG, declared, likely, recorded, ruled_out, unknown,
};
use crate::diagnosis::write::{absent, scope, workflow_approval};
use crate::model::access::Level;
use crate::model::account::{AccountStatus, Agent};
use crate::model::date::Date;
use crate::model::diagnosis::{Cause, Standing, Verdict};
use crate::model::entitlement::Side;
use crate::model::fact::Outcome;
use crate::model::id::Principal;
use crate::model::probe::ProbeKind;

/// What shows that the platform lets the agent in, to its slice and its tenant.
const IN: &[ProbeKind] = &[ProbeKind::Discover, ProbeKind::Read];

/// What shows that it does not: a logon shows neither slice nor tenant, and its refusal is one all the same.
const AT_ALL: &[ProbeKind] = &[
    ProbeKind::Discover,
    ProbeKind::Read,
    ProbeKind::Authenticate,
];

fn agent<'a>(case: &Case<'a>) -> Option<&'a Agent> {
    case.account.agent.as_deref()
}

/// A test by which the platform let the current version in, where none since says otherwise.
fn let_in<'a>(case: &Case<'a>) -> Option<Seen<'a>> {
    case.last_of(Side::Platform, AT_ALL).filter(Seen::is_pass)?;
    case.last_of(Side::Platform, IN).filter(Seen::is_pass)
}

fn edit(case: &Case<'_>) -> String {
    format!("keyroll account edit {}", case.id)
}

pub(super) fn tool_scope(case: &Case<'_>) -> Verdict {
    let cause = Cause::ToolScope;
    let tools = agent(case).map(|agent| agent.tools.as_slice());
    if tools.unwrap_or_default().iter().all(|tool| tool.is_blank()) {
        let text = "the account names no tools: `agent.tools`";
        return likely(cause, CERTAIN, declared(text), edit(case));
    }
    scope(case, cause)
}

pub(super) fn service_identity(case: &Case<'_>) -> Verdict {
    let cause = Cause::ServiceIdentity;
    let (id, account) = (case.id, case.account);
    let show = format!("keyroll account show {id}");
    let status = account.status;
    match status {
        AccountStatus::Active => {}
        AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => {
            let text = format!("the account is {status}");
            return likely(cause, CERTAIN, declared(text), show);
        }
    }
    if account.level != Level::AiAgentDraft {
        let text = format!(
            "the account is of level `{}`: an agent acts by an identity of its own",
            account.level
        );
        return likely(
            cause,
            STRONG,
            declared(text),
            format!("keyroll level show {}", Level::AiAgentDraft),
        );
    }
    if case.current().is_none() {
        let ground = recorded("no version of its credential is current", None);
        return likely(cause, STRONG, ground, format!("keyroll secret set {id}"));
    }
    if let Some(ground) = case.rule(&["identity-shared", "credential-shared"]) {
        return likely(cause, FAIR, ground, edit(case));
    }
    match case.logon() {
        Some(seen) if seen.outcome == Outcome::Fail || seen.is_bad() => {
            let next = format!("keyroll diagnose {id} auth-fails");
            likely(cause, STRONG, told(&seen), next)
        }
        Some(seen) if seen.is_pass() => ruled_out(cause, told(&seen)),
        Some(_) | None => unknown(cause, untold(case), case.way(Side::Provider, LOGON)),
    }
}

pub(super) fn endpoint_slice(case: &Case<'_>) -> Verdict {
    let cause = Cause::EndpointSlice;
    let slice = agent(case).and_then(|agent| agent.endpoint_slice.as_ref());
    let Some(slice) = slice.filter(|slice| !slice.is_blank()) else {
        let text = "the account names no slice of endpoints: `agent.endpoint-slice`";
        return likely(cause, CERTAIN, declared(text), edit(case));
    };
    if !slice.as_str().starts_with('/') || slice.as_str().contains("//") {
        let text = format!("the slice `{slice}` is no path that begins with `/`");
        return likely(cause, STRONG, declared(text), edit(case));
    }
    let environment = &case.account.environment;
    let has_place = case
        .platform()
        .is_some_and(|platform| platform.environment.contains_key(environment));
    if !has_place {
        let text = format!("its platform has no environment `{environment}`");
        return likely(cause, STRONG, declared(text), "keyroll platform list");
    }
    let last = case.last_of(Side::Platform, AT_ALL);
    if let Some(seen) = last.filter(|seen| seen.status == Some(404)) {
        return likely(cause, FAIR, told(&seen), edit(case));
    }
    match let_in(case) {
        Some(seen) => ruled_out(cause, told(&seen)),
        None => unknown(
            cause,
            declared(format!("the slice is `{slice}`, as declared")),
            case.way(Side::Platform, IN),
        )
        .beside(Some(untested(case, Side::Platform, AT_ALL))),
    }
}

pub(super) fn tenant_enablement(case: &Case<'_>) -> Verdict {
    let cause = Cause::TenantEnablement;
    if !agent(case).is_some_and(|agent| agent.tenant_enabled) {
        let text = "the tenant has not enabled the agent: `agent.tenant-enabled`";
        return likely(cause, CERTAIN, declared(text), edit(case));
    }
    if let Some(ground) = case.rule(&["tenant-crossed"]) {
        return likely(cause, FAIR, ground, edit(case));
    }
    match let_in(case) {
        Some(seen) => ruled_out(cause, told(&seen)),
        None => {
            let text = "the tenant has enabled the agent, as declared";
            unknown(cause, declared(text), case.way(Side::Platform, IN)).beside(Some(untested(
                case,
                Side::Platform,
                AT_ALL,
            )))
        }
    }
}

pub(super) fn review_gate(case: &Case<'_>) -> Verdict {
    let cause = Cause::ReviewGate;
    if let Some(ground) = absent(case, &["review-gate", "source-citation", "action-approval"]) {
        return likely(cause, STRONG, ground, edit(case));
    }
    let Some(gate) = case.account.controls.review_gate.as_ref() else {
        let text = "the account states no review gate: `controls.review-gate`";
        return likely(cause, FAIR, declared(text), edit(case));
    };
    if let Some(left) = reviewer_left(case, gate.as_str()) {
        let text = format!("`{gate}`, who reviews, has left");
        return likely(cause, CERTAIN, recorded(text, left), edit(case));
    }
    let approval = workflow_approval(case);
    if approval.standing == Standing::Likely {
        return Verdict { cause, ..approval };
    }
    if let Some(seen) = case.passed(Side::Platform, ProbeKind::Write) {
        return ruled_out(cause, told(&seen));
    }
    let text =
        format!("`{gate}` reviews each draft: whether one waits there, the roll does not know");
    let old = outdated(case, Side::Platform, &[ProbeKind::Write]);
    let next = asking(gate.as_str()).filter(|_| old.is_none());
    let next = next.unwrap_or_else(|| case.way(Side::Platform, &[ProbeKind::Write]));
    unknown(cause, declared(text), next).beside(old)
}

/// The command that shows how whoever reviews is reached.
fn asking(gate: &str) -> Option<String> {
    let principal: Principal = gate.parse().ok()?;
    let (kind, name) = principal.parts();
    Some(format!("keyroll {kind} show {name}"))
}

/// The day on which the person who reviews left.
fn reviewer_left(case: &Case<'_>, gate: &str) -> Option<Date> {
    let principal: Principal = gate.parse().ok()?;
    let ("person", name) = principal.parts() else {
        return None;
    };
    let left = case.inventory.people.get(name)?.left?;
    (left <= case.as_of).then_some(left)
}
