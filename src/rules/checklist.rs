//! The guide's validation checklist for one account: judged from the same proofs as the rules, and no rule itself.

mod audit;
mod procedures;

use crate::model::account::Account;
use crate::model::checklist::{Checked, Line, Standing};
use crate::model::date::Date;
use crate::model::entitlement::Side;
use crate::model::fact::Outcome;
use crate::model::id::AccountId;
use crate::model::probe::ProbeKind;
use crate::rules::Facts;
use crate::rules::proofs::{self, Proof, Proofs, moved, told};
use crate::rules::write_before_read::written_unread;

/// What a line came to: how it stands, why, and the day of what it stands on.
type Found = (Standing, String, Option<Date>);

/// Every line of the checklist for an account, in the guide's order; nothing where there is no such account.
pub fn checklist(facts: &Facts<'_>, id: &AccountId) -> Vec<Checked> {
    let Some((id, account)) = facts.inventory.accounts.get_key_value(id) else {
        return Vec::new();
    };
    let proofs = proofs::of(facts, id, account);
    let proofs = proofs.as_ref();
    let lines = Line::ALL.iter().map(|line| {
        let (standing, why, on) = match line {
            Line::Authenticates => authenticates(facts, proofs),
            Line::Capabilities => capabilities(facts, account, proofs),
            Line::ReadFirst => read_first(facts, account, proofs),
            Line::AuditRecords => audit::records(facts, id, account, proofs),
            Line::FailsClosed => fails_closed(facts, id, account),
            Line::Procedures => procedures::tested(facts, account),
        };
        Checked {
            line: *line,
            standing,
            why,
            on,
        }
    });
    lines.collect()
}

fn missing(why: impl Into<String>) -> Found {
    (Standing::Missing, why.into(), None)
}

fn unversioned() -> Found {
    missing("no current version of its credential is recorded")
}

fn writes(facts: &Facts<'_>, account: &Account) -> bool {
    facts.policy.levels().policy(account.level).writes
}

fn authenticates(facts: &Facts<'_>, proofs: Option<&Proofs<'_, '_>>) -> Found {
    let Some(proofs) = proofs else {
        return unversioned();
    };
    let asked = proofs.needed.iter().filter(|one| one.is_authentication());
    let (environment, number) = (&proofs.account.environment, proofs.number);
    let logon = format!("version {number} logged on to `{environment}`");
    proven(facts, &asked.copied().collect::<Vec<_>>(), logon)
}

fn capabilities(facts: &Facts<'_>, account: &Account, proofs: Option<&Proofs<'_, '_>>) -> Found {
    if account.permissions.is_empty() && account.scopes.is_empty() {
        let why = "it is granted neither a permission nor a scope of its own".to_owned();
        return (Standing::NotApplicable, why, None);
    }
    let Some(proofs) = proofs else {
        return unversioned();
    };
    let asked = proofs.needed.iter().filter(|one| !one.is_authentication());
    let asked: Vec<Proof<'_>> = asked.copied().collect();
    let is_listed = asked.iter().any(|proof| proof.probe == ProbeKind::Discover);
    let how = match is_listed {
        true => format!("as granted: {}", told(&asked)),
        false => format!(
            "as granted: {}; no probe asks what else it can do",
            told(&asked)
        ),
    };
    proven(facts, &asked, how)
}

/// Whether everything that is asked for was seen, and lately enough.
fn proven(facts: &Facts<'_>, asked: &[Proof<'_>], how: String) -> Found {
    let is = |outcome: Outcome| {
        let with = asked
            .iter()
            .filter(move |proof| proof.tested.map(|tested| tested.outcome()) == Some(outcome));
        with.copied().collect::<Vec<Proof<'_>>>()
    };
    let newest = |proofs: &[Proof<'_>]| {
        let days = proofs.iter().filter_map(|proof| proof.tested);
        days.map(|tested| tested.last.0).max()
    };
    let failed = is(Outcome::Fail);
    if !failed.is_empty() {
        let why = format!("failed: {}", told(&failed));
        return (Standing::Fail, why, newest(&failed));
    }
    let never = asked.iter().filter(|proof| proof.tested.is_none());
    let never: Vec<Proof<'_>> = never.copied().collect();
    if !never.is_empty() {
        return missing(format!("never tested: {}{}", told(&never), moved(&never)));
    }
    let unclear = is(Outcome::Inconclusive);
    if !unclear.is_empty() {
        let why = format!("inconclusive, which proves nothing: {}", told(&unclear));
        return (Standing::Missing, why, newest(&unclear));
    }
    let days = asked.iter().filter_map(|proof| proof.tested);
    dated(facts, days.map(|tested| tested.last.0).min(), how)
}

/// A pass of a day, unless that is longer ago than a test counts.
fn dated(facts: &Facts<'_>, on: Option<Date>, how: String) -> Found {
    let allowed = i64::from(facts.policy.limits.evidence_age);
    match on {
        Some(day) if day.days_until(facts.as_of) > allowed => {
            let why = format!("last seen more than {allowed} days ago; then {how}");
            (Standing::Missing, why, on)
        }
        _ => (Standing::Pass, how, on),
    }
}

fn read_first(facts: &Facts<'_>, account: &Account, proofs: Option<&Proofs<'_, '_>>) -> Found {
    let Some(proofs) = proofs else {
        return unversioned();
    };
    let unread = Side::ALL
        .iter()
        .find_map(|side| written_unread(proofs, *side));
    if let Some(on) = unread {
        let why = "a write was tested before a read had passed there".to_owned();
        return (Standing::Fail, why, Some(on));
    }
    let tested = |probe| proofs.past.tests.get(&(Side::Provider, probe));
    let read = tested(ProbeKind::Read).and_then(|read| read.passed);
    match (read, tested(ProbeKind::Write)) {
        (Some((on, _)), Some(_)) => (
            Standing::Pass,
            "a read had passed before the first write was tested".to_owned(),
            Some(on),
        ),
        (Some((on, _)), None) if writes(facts, account) => (
            Standing::Pass,
            "a read has passed; no write was tested yet".to_owned(),
            Some(on),
        ),
        (Some((on, _)), None) => (
            Standing::Pass,
            "a read has passed; the level writes nothing".to_owned(),
            Some(on),
        ),
        (None, _) if account.permissions.is_empty() && account.scopes.is_empty() => (
            Standing::NotApplicable,
            "it is granted nothing that could be read or written".to_owned(),
            None,
        ),
        (None, _) => {
            let read = Proof::of(proofs.past, Side::Provider, ProbeKind::Read);
            let moved = moved(&[read]);
            missing(format!(
                "no read has passed with the current version{moved}"
            ))
        }
    }
}

fn fails_closed(facts: &Facts<'_>, id: &AccountId, account: &Account) -> Found {
    let past = facts.history().account(id.as_str());
    let jobs = account.consumers.iter().filter(|name| {
        let consumer = facts.inventory.consumers.get(*name);
        consumer.is_none_or(|consumer| consumer.person.is_none())
    });
    let seen = jobs.map(|name| (name, past.withdrawn.get(name.as_str())));
    let seen: Vec<_> = seen.collect();
    if seen.is_empty() {
        return missing("no job that uses it is named, so none can be seen to fail");
    }
    let names = |wanted: fn(Option<Outcome>) -> bool| {
        let these = seen
            .iter()
            .filter(|(_, seen)| wanted(seen.map(|(_, outcome)| *outcome)));
        let names: Vec<String> = these.map(|(name, _)| format!("`{name}`")).collect();
        names.join(", ")
    };
    let went_on = names(|outcome| outcome == Some(Outcome::Fail));
    let days = seen.iter().filter_map(|(_, seen)| *seen);
    if !went_on.is_empty() {
        let failed = days.filter(|(_, outcome)| *outcome == Outcome::Fail);
        let on = failed.map(|(on, _)| *on).max();
        return (Standing::Fail, format!("went on without it: {went_on}"), on);
    }
    let unproven = names(|outcome| outcome != Some(Outcome::Pass));
    if !unproven.is_empty() {
        return missing(format!("never seen to fail without it: {unproven}"));
    }
    let on = days.map(|(on, _)| *on).min();
    let all = names(|_| true);
    (
        Standing::Pass,
        format!("seen to fail without it: {all}"),
        on,
    )
}

#[cfg(test)]
mod tests;
