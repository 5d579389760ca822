//! Authentication fails: the secret's value, its environment, its end. The network's part is in `network`.

use crate::diagnosis::case::Case;
use crate::diagnosis::network;
use crate::diagnosis::seen::{Seen, told, untold};
use crate::diagnosis::verdict::{
    CERTAIN, FAIR, STRONG, declared, likely, probed, recorded, ruled_out, unknown,
};
use crate::model::account::AccountStatus;
use crate::model::credential::ExpirySource;
use crate::model::date::Date;
use crate::model::diagnosis::{Cause, Ground, Symptom, Verdict};
use crate::model::entitlement::Side;
use crate::model::fact::{Fact, Outcome, Refusal};
use crate::model::operation::{Operation, Work};
use crate::model::probe::ProbeKind;

/// What shows that a secret logs on.
pub(super) const LOGON: &[ProbeKind] = &[ProbeKind::Authenticate, ProbeKind::Read];

pub(super) fn secret_value(case: &Case<'_>) -> Verdict {
    let cause = Cause::SecretValue;
    let id = case.id;
    let set = format!("keyroll secret set {id}");
    let Some((number, version)) = case.current() else {
        let text = "no version of its credential is current";
        return likely(cause, CERTAIN, recorded(text, None), set);
    };
    if let Some(on) = taken_away(case, number) {
        let text = format!("version {number} was seen refused after it was taken away");
        return likely(cause, CERTAIN, recorded(text, on), set);
    }
    let way = case.way(Side::Provider, LOGON);
    match case.logon() {
        Some(seen) if seen.outcome == Outcome::Fail || seen.is_bad() => {
            let ended = ends(case).into_iter().find(|(_, end)| *end < seen.on);
            match ended {
                Some((what, end)) => {
                    unknown(cause, told(&seen), format!("keyroll rotate {id}")).beside(Some(
                        recorded(format!("its end explains that already: {what} ended"), end),
                    ))
                }
                None => likely(cause, STRONG, told(&seen), set),
            }
        }
        Some(seen) if seen.is_pass() => match behind(case, number, version.issued) {
            Some((ground, next)) => likely(cause, FAIR, ground, next).beside(Some(told(&seen))),
            None => ruled_out(cause, told(&seen)),
        },
        Some(_) | None => match under_way(case) {
            Some(operation) => {
                let text = "its credential is being rotated, and that is not finished";
                let ground = recorded(text, operation.began.date());
                likely(cause, FAIR, ground, format!("keyroll rotate {id} --resume"))
            }
            None => unknown(cause, untold(case), way),
        },
    }
}

/// The day on which a fresh logon with a version was seen refused, as its withdrawal was proven.
fn taken_away(case: &Case<'_>, number: u32) -> Option<Date> {
    let mut facts = case.own_facts();
    let found = facts.find(|fact| {
        matches!(fact, Fact::Refused { version, way: Refusal::FreshLogon, .. } if *version == number)
    });
    found.map(Fact::on)
}

fn under_way<'a>(case: &Case<'a>) -> Option<&'a Operation> {
    let all = case.inventory.operations.iter();
    let mut ours = all.filter(|(key, _)| key.account == *case.id);
    let open = ours.find(|(_, operation)| operation.is_open() && operation.what == Work::Rotate);
    open.map(|(_, operation)| operation)
}

/// The consumer that has not said that it has a version, where the account was not seen at work since it was issued.
fn behind(case: &Case<'_>, number: u32, issued: Date) -> Option<(Ground, String)> {
    if number == 1 || case.at_work().is_some_and(|day| day > issued) {
        return None;
    }
    let has = |wanted: &str| {
        case.own_facts().any(|fact| {
            matches!(fact, Fact::Acknowledged { version, consumer, .. }
                if *version == number && consumer.as_str() == wanted)
        })
    };
    let consumers = case.account.consumers.iter();
    let mut asked = consumers.filter(|id| {
        let known = case.inventory.consumers.get(*id);
        known.is_none_or(|consumer| !consumer.fetches)
    });
    let late = asked.find(|id| !has(id.as_str()))?;
    let text = format!(
        "`consumer/{late}` has not said that it has version {number}, and nothing was seen at work since that was issued"
    );
    let next = format!("keyroll consumer ack {late} {}", case.id);
    Some((recorded(text, issued), next))
}

pub(super) fn provider_environment(case: &Case<'_>) -> Verdict {
    let cause = Cause::ProviderEnvironment;
    let (provider, environment) = (&case.account.provider, &case.account.environment);
    let edit = format!("keyroll provider edit {provider}");
    if case.environment().is_none() {
        let text = format!("`provider/{provider}` has no environment `{environment}`");
        return likely(cause, CERTAIN, declared(text), edit);
    }
    if let Some(ground) = case.rule_on_environment(&["endpoint-mismatch", "environment-shared"]) {
        return likely(cause, STRONG, ground, edit);
    }
    if let Some(seen) = case.logon().filter(Seen::is_pass) {
        return ruled_out(cause, told(&seen));
    }
    if let Some(seen) = case.logon_elsewhere() {
        let text = format!(
            "version {} logged on in another environment than its own",
            seen.version
        );
        let set = format!("keyroll secret set {}", case.id);
        return likely(cause, STRONG, recorded(text, seen.on), set);
    }
    if let Some(ground) = case.rule(&["environment-shared", "credential-shared"]) {
        let set = format!("keyroll secret set {}", case.id);
        return likely(cause, STRONG, ground, set);
    }
    unknown(cause, untold(case), case.way(Side::Provider, LOGON))
}

/// The ends that are recorded, the earliest first: what ends, and the last day on which it is good.
fn ends(case: &Case<'_>) -> Vec<(String, Date)> {
    let account = case
        .account
        .expires
        .map(|end| ("the account".to_owned(), end));
    let version = case.current().into_iter().flat_map(|(number, version)| {
        let recorded = version
            .expires
            .map(|end| (format!("version {number}"), end));
        let seen = version.seen_expires.map(|end| {
            let what = format!("version {number}, as the provider or the value itself says,");
            (what, end)
        });
        recorded.into_iter().chain(seen)
    });
    let mut all: Vec<(String, Date)> = account.into_iter().chain(version).collect();
    all.sort_by_key(|(_, end)| *end);
    all
}

pub(super) fn expiry(case: &Case<'_>) -> Verdict {
    let cause = Cause::Expiry;
    let id = case.id;
    if let Some((what, end)) = ends(case).into_iter().find(|(_, end)| *end < case.as_of) {
        let next = match case.account.expires.is_some_and(|own| own == end) {
            true => case.set("expires=DATE"),
            false => format!("keyroll rotate {id}"),
        };
        return likely(cause, CERTAIN, recorded(format!("{what} ended"), end), next);
    }
    let status = case.account.status;
    match status {
        AccountStatus::Active => {}
        AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => {
            let text = format!("the account is {status}");
            let next = match status {
                AccountStatus::Suspended => format!("keyroll account resume {id}"),
                AccountStatus::Proposed | AccountStatus::Active | AccountStatus::Retired => {
                    format!("keyroll account show {id}")
                }
            };
            return likely(cause, STRONG, declared(text), next);
        }
    }
    if case.known.live.is_some_and(|live| live.expired) {
        let text = "the answer to the logon says that something is expired";
        let ground = probed(text, case.as_of);
        return likely(cause, STRONG, ground, format!("keyroll rotate {id}"));
    }
    if let Some(seen) = case.logon().filter(Seen::is_pass)
        && case.is_fresh(seen.on)
    {
        return ruled_out(cause, told(&seen));
    }
    let show = format!("keyroll credential show {id}");
    let ask = network::ask(case, Symptom::AuthFails, show);
    let Some((number, version)) = case.current() else {
        return unknown(cause, untold(case), format!("keyroll secret set {id}"));
    };
    let source = case.account.credential.as_ref();
    let source = source.and_then(|credential| credential.expiry_source);
    match (version.seen_expires, version.expires, source) {
        (Some(end), ..) | (None, Some(end), None | Some(ExpirySource::Recorded)) => {
            ruled_out(cause, recorded(format!("version {number} ends"), end))
        }
        (None, Some(end), Some(source)) => {
            let text = format!(
                "version {number} ends, as recorded; but its end goes by {source}, and that was not seen"
            );
            unknown(cause, recorded(text, end), ask)
        }
        (None, None, _) => {
            let text = format!("no end of version {number} is recorded");
            unknown(cause, recorded(text, None), ask)
        }
    }
}
