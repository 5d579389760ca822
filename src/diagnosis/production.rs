//! It works in staging and fails in production: the endpoint, the boundary, the role. The firewall is in `network`.

use std::cmp::Reverse;

use crate::diagnosis::authentication::LOGON;
use crate::diagnosis::case::Case;
use crate::diagnosis::network;
use crate::diagnosis::seen::{Seen, newest, told, untested, untold};
use crate::diagnosis::verdict::{
    CERTAIN, FAINT, FAIR, STRONG, declared, found, likely, ruled_out, unknown,
};
use crate::model::account::{Account, AccountStatus};
use crate::model::diagnosis::{Cause, Ground, Verdict};
use crate::model::entitlement::Side;
use crate::model::fact::Outcome;
use crate::model::id::AccountId;
use crate::model::probe::ProbeKind;

/// How many permissions are named.
const NAMED: usize = 3;

/// The account that works elsewhere: of the same provider in another environment, the most alike.
fn twin<'a>(case: &Case<'a>) -> Option<(&'a AccountId, &'a Account)> {
    let own = case.account;
    let others = case.inventory.accounts.iter().filter(|(_, other)| {
        other.provider == own.provider
            && other.environment != own.environment
            && other.status == AccountStatus::Active
    });
    let alike = |other: &Account| (other.level == own.level, other.workflow == own.workflow);
    let near = others.filter(|(_, other)| alike(other) != (false, false));
    near.min_by_key(|(id, other)| (Reverse(alike(other)), *id))
}

pub(super) fn environment_endpoint(case: &Case<'_>) -> Verdict {
    let cause = Cause::EnvironmentEndpoint;
    let (provider, name) = (&case.account.provider, &case.account.environment);
    let edit = format!("keyroll provider edit {provider}");
    let Some(environment) = case.environment() else {
        let text = format!("`provider/{provider}` has no environment `{name}`");
        return likely(cause, CERTAIN, declared(text), edit);
    };
    if let Some(ground) = case.rule_on_environment(&["endpoint-mismatch", "environment-shared"]) {
        return likely(cause, STRONG, ground, edit);
    }
    if let Some((weight, ground)) = network::of_endpoint(case) {
        return likely(cause, weight, ground, edit);
    }
    if let Some(seen) = case.logon().filter(|seen| seen.status == Some(404)) {
        return likely(cause, FAIR, told(&seen), edit);
    }
    let is_logon = |seen: &Seen<'_>| seen.is_pass() && LOGON.contains(&seen.probe);
    let here = case.tests_here().filter(|seen| seen.side == Side::Provider);
    let logon = newest(here.filter(is_logon)).map(|seen| {
        let ground = told(&seen);
        let text = format!("account/{}: {}", seen.account, ground.text);
        (seen, Ground { text, ..ground })
    });
    let old = match logon {
        Some((seen, ground)) if case.counts(seen.on) => return ruled_out(cause, ground),
        Some((seen, ground)) if seen.account != case.id => Some(case.aged(ground)),
        Some(_) | None => None,
    };
    if let Some((_, other)) = twin(case)
        && let Some(theirs) = case
            .provider()
            .and_then(|it| it.environment.get(&other.environment))
    {
        let [own, other_path] =
            [environment, theirs].map(|environment| path(environment.endpoint.as_str()));
        if own != other_path {
            let text = format!(
                "the endpoint of `{name}` has the path `{own}`, and that of `{}` has `{other_path}`",
                other.environment
            );
            return likely(cause, FAINT, declared(text), edit);
        }
    }
    unknown(cause, untold(case), case.way(Side::Provider, LOGON)).beside(old)
}

/// The path of an address, without a last slash.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    }
}

pub(super) fn tenant_boundary(case: &Case<'_>) -> Verdict {
    let cause = Cause::TenantBoundary;
    let own = &case.account.boundary;
    if own.is_empty() {
        let text = "the account names no boundary";
        return likely(cause, STRONG, declared(text), case.set("boundary=PATH"));
    }
    let is_ours = |field: &str| field == "boundary" || field.starts_with("boundary[");
    let misfit = case
        .finding(&["tenant-crossed"])
        .or_else(|| case.finding(&["unknown-reference"]))
        .filter(|it| it.rule == "tenant-crossed" || is_ours(&it.field.to_string()));
    if let Some(finding) = misfit {
        return likely(cause, STRONG, found(finding), case.set("boundary=PATH"));
    }
    if let Some(seen) = case.passed(Side::Provider, ProbeKind::Read) {
        return ruled_out(cause, told(&seen));
    }
    let way = case.way(Side::Provider, &[ProbeKind::Read]);
    let logon = case.passed(Side::Provider, ProbeKind::Authenticate);
    if let Some(seen) = case.failed(Side::Provider, ProbeKind::Read)
        && logon.is_some()
    {
        let show = format!("keyroll account show {}", case.id);
        return likely(cause, STRONG, told(&seen), show).beside(logon.map(|seen| told(&seen)));
    }
    if let Some((id, other)) = twin(case) {
        let mut theirs = other.boundary.iter();
        let is_ours = |node| own.iter().any(|held| held.holds(node));
        if let Some(wider) = theirs.find(|node| !is_ours(node)) {
            let text = format!("`account/{id}` reaches `{wider}`, which this account does not");
            let set = case.set(&format!("boundary+={wider}"));
            return likely(cause, FAINT, declared(text), set);
        }
    }
    unknown(
        cause,
        untested(case, Side::Provider, &[ProbeKind::Read]),
        way,
    )
}

pub(super) fn provider_role(case: &Case<'_>) -> Verdict {
    let cause = Cause::ProviderRole;
    let show = format!("keyroll access account/{}", case.id);
    if let Some(seen) = case.failed(Side::Provider, ProbeKind::Discover) {
        return likely(cause, CERTAIN, told(&seen), show);
    }
    let rules = ["missing-required-permission", "unknown-permission"];
    if let Some(ground) = case.rule(&rules) {
        return likely(cause, STRONG, ground, show);
    }
    if let Some(seen) = case.passed(Side::Provider, ProbeKind::Discover) {
        return ruled_out(cause, told(&seen));
    }
    if let Some((id, other)) = twin(case) {
        let own = &case.account.permissions;
        let more = other.permissions.iter().filter(|key| !own.contains(key));
        let more: Vec<String> = more.map(|key| format!("`{key}`")).collect();
        if let Some(shown) = more
            .get(..more.len().min(NAMED))
            .filter(|it| !it.is_empty())
        {
            let rest = match more.len() - shown.len() {
                0 => String::new(),
                rest => format!(" and {rest} more"),
            };
            let text = format!(
                "`account/{id}` has {}{rest}, which this account has not",
                shown.join(", ")
            );
            return likely(cause, FAIR, declared(text), show);
        }
    }
    let read = case.seen(Side::Provider, ProbeKind::Read);
    let refused = read.filter(|seen| seen.status == Some(403) && seen.outcome == Outcome::Fail);
    if let Some(seen) = refused.filter(|_| {
        case.passed(Side::Provider, ProbeKind::Authenticate)
            .is_some()
    }) {
        return likely(cause, FAIR, told(&seen), show);
    }
    let way = case.way(Side::Provider, &[ProbeKind::Discover]);
    let ground = untested(case, Side::Provider, &[ProbeKind::Discover]);
    unknown(cause, ground, way)
}
