//! A write is denied: the provider's permissions and fields, the platform's scopes, the approval, and whose record it is.

use crate::access::effective::{self, Allows};
use crate::diagnosis::case::Case;
use crate::diagnosis::seen::{Seen, told, untested};
use crate::diagnosis::verdict::{
    CERTAIN, FAIR, STRONG, declared, likely, recorded, ruled_out, unknown,
};
use crate::model::access::ActionClass;
use crate::model::approval::Choice;
use crate::model::diagnosis::{Cause, Ground, Verdict};
use crate::model::entitlement::Side;
use crate::model::fact::Outcome;
use crate::model::id::BoundaryPath;
use crate::model::probe::ProbeKind;

/// What a provider answers where the record is another's, or was changed meanwhile.
const CONFLICT: [u16; 3] = [409, 412, 423];

/// A write that went through at the provider.
fn written<'a>(case: &Case<'a>) -> Option<Seen<'a>> {
    case.passed(Side::Provider, ProbeKind::Write)
}

/// What the last test of a write, or that there was none, says.
fn last_write(case: &Case<'_>) -> Ground {
    untested(case, Side::Provider, &[ProbeKind::Write])
}

/// The first control of some that the level wants and the account does not state.
pub(super) fn absent(case: &Case<'_>, controls: &[&'static str]) -> Option<Ground> {
    let stated = case.account.stated_controls();
    let is_wanted = |name: &str| case.level.controls.iter().any(|it| it.as_str() == name);
    let is_absent = |name: &&&str| is_wanted(name) && !stated.contains(&(**name, true));
    let name = controls.iter().find(is_absent)?;
    let text = format!("`controls.{name}`, which the level wants, is not stated");
    Some(declared(text))
}

fn no_write(case: &Case<'_>) -> String {
    let level = case.account.level;
    format!("the level `{level}` writes nothing at the provider")
}

fn only_reads(case: &Case<'_>) -> String {
    let level = case.account.level;
    format!("the level `{level}` has no action but to read")
}

pub(super) fn field_permission(case: &Case<'_>) -> Verdict {
    let cause = Cause::FieldPermission;
    let show = format!("keyroll access account/{}", case.id);
    if !case.level.writes {
        let text = format!(
            "{}; to let it write is a decision, for a level that does",
            no_write(case)
        );
        return likely(cause, CERTAIN, declared(text), case.set("level=LEVEL"));
    }
    if let Some(seen) = written(case) {
        return ruled_out(cause, told(&seen));
    }
    if let Some(seen) = case.failed(Side::Provider, ProbeKind::Discover) {
        return likely(cause, STRONG, told(&seen), show);
    }
    let own = case.own();
    if let Some(action) = own.filter(|action| action.provider == Allows::No) {
        let text = format!("no permission of the account allows `{}`", action.class);
        return likely(cause, CERTAIN, declared(text), show);
    }
    if let Some(ground) = case.rule(&["missing-required-permission", "unknown-permission"]) {
        return likely(cause, STRONG, ground, show);
    }
    if let Some(ground) = absent(case, &["fields"]) {
        return likely(cause, FAIR, ground, case.set("controls.fields+=FIELD"));
    }
    let denied = case.failed(Side::Provider, ProbeKind::Write);
    if let Some(seen) = denied.filter(|seen| seen.status.is_none_or(|it| !CONFLICT.contains(&it))) {
        return likely(cause, FAIR, told(&seen), show);
    }
    // What `discover` lists are permissions; which fields they open, only a write shows.
    let listed = case.passed(Side::Provider, ProbeKind::Discover);
    let way = case.way(Side::Provider, &[ProbeKind::Write]);
    unknown(cause, last_write(case), way).beside(listed.map(|seen| told(&seen)))
}

pub(super) fn platform_scope(case: &Case<'_>) -> Verdict {
    match case.level.actions.is_empty() {
        true => ruled_out(Cause::PlatformScope, declared(only_reads(case))),
        false => scope(case, Cause::PlatformScope),
    }
}

/// Whether the platform lets the account's own action through: a write at the provider, or a tool of an agent.
pub(super) fn scope(case: &Case<'_>, cause: Cause) -> Verdict {
    let show = format!("keyroll matrix scopes --account {}", case.id);
    if let Some(seen) = case.failed(Side::Platform, ProbeKind::Discover) {
        return likely(cause, CERTAIN, told(&seen), show);
    }
    if let Some(ground) = case.rule(&["unknown-scope"]) {
        return likely(cause, STRONG, ground, show);
    }
    let way = case.way(Side::Platform, &[ProbeKind::Discover]);
    let Some(action) = case.own() else {
        return unknown(
            cause,
            untested(case, Side::Platform, &[ProbeKind::Discover]),
            way,
        );
    };
    let class = action.class;
    match action.platform {
        Allows::No => {
            let text = format!("no scope of the account allows `{class}`");
            likely(cause, STRONG, declared(text), case.set("scopes+=SCOPE"))
        }
        Allows::Apart if cause == Cause::PlatformScope => {
            ruled_out(cause, declared("the account has no platform and no scope"))
        }
        Allows::Apart => {
            let text = "the account has no platform and no scope";
            likely(cause, STRONG, declared(text), case.set("platform=NAME"))
        }
        Allows::Yes => match case.passed(Side::Platform, ProbeKind::Discover) {
            Some(seen) => ruled_out(cause, told(&seen)),
            None => {
                let text = format!("a scope of the account allows `{class}`, as declared");
                unknown(cause, declared(text), way).beside(Some(untested(
                    case,
                    Side::Platform,
                    &[ProbeKind::Discover],
                )))
            }
        },
        Allows::Unclear => {
            let text = format!("whether a scope allows `{class}` is not in its glossary");
            unknown(cause, declared(text), way)
        }
    }
}

pub(super) fn workflow_approval(case: &Case<'_>) -> Verdict {
    approval(case, Cause::WorkflowApproval)
}

/// Whether every action of the level is approved on the day.
fn approval(case: &Case<'_>, cause: Cause) -> Verdict {
    let id = case.id;
    if case.level.actions.is_empty() {
        return ruled_out(cause, declared(only_reads(case)));
    }
    if let Some(action) = case.actions().find(|action| !action.approved) {
        let class = action.class;
        let next = format!("keyroll approve {id} {class} --by WHO --ticket TICKET --until DATE");
        return likely(cause, STRONG, last_approval(case, class), next);
    }
    let class = effective::own_class(&case.level);
    let ground = last_approval(case, class);
    // Where the level writes nothing at the provider, its action shows at the platform.
    let side = match case.level.writes {
        true => Side::Provider,
        false => Side::Platform,
    };
    if case.passed(side, ProbeKind::Write).is_some() {
        return ruled_out(cause, ground);
    }
    let text = format!("what waits in the {side}'s own workflow, the roll does not know");
    unknown(cause, ground, case.way(side, &[ProbeKind::Write]))
        .beside(Some(untested(case, side, &[ProbeKind::Write])))
        .beside(Some(declared(text)))
}

/// The last approval of an action class by the day, and whether it holds.
fn last_approval(case: &Case<'_>, class: ActionClass) -> Ground {
    let all = case.inventory.approvals.iter();
    let ours = all
        .filter(|(key, _)| key.account == *case.id && key.action == class && key.on <= case.as_of);
    match ours.max_by_key(|(key, approval)| (approval.holds(key.on, case.as_of), key.on)) {
        None => recorded(format!("no approval of `{class}` is recorded"), None),
        Some((key, approval)) if approval.holds(key.on, case.as_of) => {
            recorded(format!("`{class}` is approved by {}", approval.by), key.on)
        }
        Some((_, approval)) => recorded(
            format!("the approval of `{class}` by {} ended", approval.by),
            approval.until,
        ),
    }
}

pub(super) fn source_ownership(case: &Case<'_>) -> Verdict {
    let cause = Cause::SourceOwnership;
    let id = case.id;
    let decisions = || {
        let all = case.inventory.decisions.iter();
        all.filter(|(key, decision)| key.account == *case.id && decision.on <= case.as_of)
    };
    if let Some(seen) = written(case) {
        return ruled_out(cause, told(&seen));
    }
    let boundary = &case.account.boundary;
    let is_decided = |node: &BoundaryPath| {
        decisions().any(|(key, it)| it.choice == Choice::Write && key.boundary.holds(node))
    };
    let concerns = |place: &BoundaryPath| {
        let meets = |node: &BoundaryPath| place.holds(node) || node.holds(place);
        boundary.is_empty() || boundary.iter().any(meets)
    };
    let mut to_read = decisions().filter(|(_, it)| it.choice == Choice::Read);
    if !boundary.iter().any(is_decided)
        && let Some((key, decision)) = to_read.find(|(key, _)| concerns(&key.boundary))
    {
        let text = format!(
            "at `{}` it was decided to read: {}",
            key.boundary, decision.reason
        );
        let show = format!("keyroll account show {id}");
        return likely(cause, STRONG, recorded(text, decision.on), show);
    }
    if !case.level.writes {
        let text = format!("{}: whose record it is does not matter", no_write(case));
        return ruled_out(cause, declared(text));
    }
    let write = case.seen(Side::Provider, ProbeKind::Write);
    let way = case.way(Side::Provider, &[ProbeKind::Write]);
    if let Some(seen) = write.filter(|it| it.status.is_some_and(|it| CONFLICT.contains(&it))) {
        return likely(
            cause,
            STRONG,
            told(&seen),
            format!("keyroll account show {id}"),
        );
    }
    if let Some(ground) = absent(case, &["provider-ownership", "conflict-rule"]) {
        return likely(cause, FAIR, ground, format!("keyroll account edit {id}"));
    }
    let is_denied = write.is_some_and(|seen| seen.outcome == Outcome::Fail);
    if !is_denied
        && !boundary.is_empty()
        && boundary.iter().all(is_decided)
        && let Some((_, decision)) = decisions().max_by_key(|(_, it)| it.on)
    {
        let text = "at each of its boundaries it was decided to write";
        return ruled_out(cause, recorded(text, decision.on));
    }
    let text = "which system owns the record, no decision and no test says";
    unknown(cause, recorded(text, None), way).beside(Some(last_write(case)))
}
