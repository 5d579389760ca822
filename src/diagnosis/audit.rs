//! An audit record is missing: which way the action took, under which identity, into which log, with which answer, and
//! who tried again. The logs themselves are read elsewhere: here stands what came of it.

use crate::diagnosis::case::Case;
use crate::diagnosis::seen::{told, untested};
use crate::diagnosis::verdict::{
    CERTAIN, FAIR, STRONG, declared, likely, recorded, ruled_out, unknown,
};
use crate::diagnosis::write::absent;
use crate::lifecycle::census;
use crate::model::account::AuditRecord;
use crate::model::date::Date;
use crate::model::diagnosis::{Cause, Ground, Verdict};
use crate::model::entitlement::Side;
use crate::model::fact::Outcome;
use crate::model::probe::ProbeKind;
use crate::model::reconciliation::{Compared, Discrepancy, Reading};

fn edit(case: &Case<'_>) -> String {
    format!("keyroll account edit {}", case.id)
}

/// How often the last comparison found one of some discrepancies.
fn discrepancy(on: Date, compared: &Compared, kinds: &[Discrepancy]) -> Option<Ground> {
    let found = kinds.iter().filter_map(|kind| {
        let count = compared.found.get(kind).filter(|count| **count > 0)?;
        Some(format!("`{kind}`: {count}"))
    });
    let found: Vec<String> = found.collect();
    let (since, until) = (compared.since, compared.until);
    let text = format!("the logs of {since} to {until} show {}", found.join(", "));
    (!found.is_empty()).then(|| recorded(text, on))
}

/// That the last comparison found none of what was looked for.
fn clean(on: Date, compared: &Compared) -> Ground {
    let (since, until, records) = (compared.since, compared.until, compared.records);
    recorded(
        format!("the logs of {since} to {until} agree on that, in {records} records"),
        on,
    )
}

/// That the logs were compared, and nothing of the account in them was: only writes are, and what one side alone tells
/// agrees with nothing.
fn nothing_held(case: &Case<'_>, on: Date, compared: &Compared) -> Ground {
    let reading = case.reading(Some(compared.since));
    let read = reading.map_or(0, |(_, reading)| reading.records);
    let text = match read {
        0 => "the logs that were compared hold no record of the account".to_owned(),
        read => format!(
            "the logs hold {read} records of the account, and none that could be held against the other side"
        ),
    };
    recorded(text, on)
}

/// Nothing speaks for it: whether the logs speak against it.
fn by_logs(case: &Case<'_>, cause: Cause) -> Verdict {
    match case.compared() {
        None => unknown(cause, never(case), case.reconcile()),
        Some((on, compared)) => match (compared.records, compared.uncompared) {
            (0, _) => unknown(cause, nothing_held(case, on, compared), case.reconcile()),
            (_, 0) => ruled_out(cause, clean(on, compared)),
            (_, left) => {
                let text = format!("{left} writes more could not be held against the other side");
                unknown(cause, clean(on, compared), case.reconcile())
                    .beside(Some(recorded(text, on)))
            }
        },
    }
}

/// That no comparison is recorded, or none that counts.
fn never(case: &Case<'_>) -> Ground {
    match case.last_compared() {
        None => recorded("its logs were never held against each other", None),
        Some((on, compared)) => {
            let (since, until) = (compared.since, compared.until);
            let text = format!("the logs of {since} to {until} were the last that were compared");
            case.aged(recorded(text, on))
        }
    }
}

pub(super) fn action_path(case: &Case<'_>) -> Verdict {
    let cause = Cause::ActionPath;
    let ways = [
        Discrepancy::NotGranted,
        Discrepancy::BeyondLevel,
        Discrepancy::OutsideBoundary,
        Discrepancy::MissingAtPlatform,
    ];
    let compared = case.compared();
    if let Some((on, compared)) = compared
        && let Some(ground) = discrepancy(on, compared, &ways)
    {
        return likely(cause, STRONG, ground, case.reconcile());
    }
    if let Some(ground) = case.rule(&["interactive-use"]) {
        return likely(cause, FAIR, ground, edit(case));
    }
    by_logs(case, cause)
}

pub(super) fn account_id(case: &Case<'_>) -> Verdict {
    let cause = Cause::AccountId;
    let credential = case.account.credential.as_deref();
    let identity = credential.map(|it| it.identity.as_slice());
    if identity.unwrap_or_default().is_empty() {
        let text =
            "the roll does not say how the provider calls the account: `credential.identity`";
        return likely(cause, STRONG, declared(text), edit(case));
    }
    if let Some(on) = ghost(case) {
        let text = "the provider's own list has no identity of the account";
        let show = format!("keyroll credential show {}", case.id);
        return likely(cause, CERTAIN, recorded(text, on), show);
    }
    if let Some(ground) = case.rule(&["identity-shared"]) {
        return likely(cause, STRONG, ground, edit(case));
    }
    let compared = case.compared();
    if let Some((on, compared)) = compared
        && let Some(ground) = discrepancy(on, compared, &[Discrepancy::WrongEnvironment])
    {
        return likely(cause, FAIR, ground, case.reconcile());
    }
    let reading = case.reading(compared.map(|(_, compared)| compared.since));
    match (reading, compared) {
        (Some((on, reading)), _) => ruled_out(cause, borne(on, reading)),
        (None, Some((on, compared))) if compared.records > 0 => {
            let text = format!("{} writes in the logs bear its identity", compared.records);
            ruled_out(cause, recorded(text, on))
        }
        (None, Some((on, _))) => {
            let text = "the logs that were compared hold no record under its identity";
            likely(cause, STRONG, recorded(text, on), case.reconcile())
        }
        (None, None) => {
            let old = case.last_reading();
            unknown(cause, never(case), case.reconcile())
                .beside(old.map(|(on, reading)| case.aged(borne(on, reading))))
        }
    }
}

fn borne(on: Date, reading: &Reading) -> Ground {
    let text = format!("{} records of a log bear its identity", reading.records);
    recorded(text, on)
}

/// The day of the provider's last list, where it has no identity of the account.
fn ghost(case: &Case<'_>) -> Option<Date> {
    let lists = census::newest(case.inventory, case.as_of);
    let place = (&case.account.provider, &case.account.environment);
    let (on, census) = lists.get(&place).filter(|(on, _)| case.counts(*on))?;
    census.ghosts.contains(case.id).then_some(*on)
}

/// The record that the account's audit requirements leave out, of some that must be there.
fn unrequired(case: &Case<'_>, wanted: &[AuditRecord]) -> Option<Ground> {
    let Some(audit) = case.account.audit.as_deref() else {
        return Some(declared(
            "the account says nothing of what must be recorded: `audit`",
        ));
    };
    let missing = wanted
        .iter()
        .find(|record| !audit.records.contains(record))?;
    let text = format!("`audit.records` does not ask for `{missing}`");
    Some(declared(text))
}

pub(super) fn sync_log(case: &Case<'_>) -> Verdict {
    let cause = Cause::SyncLog;
    let audit = case.account.audit.as_deref();
    let sink = audit.and_then(|audit| audit.sink.as_ref());
    if sink.is_none_or(|sink| sink.is_blank()) {
        let text = "the account names no log that its records go to: `audit.sink`";
        return likely(cause, CERTAIN, declared(text), edit(case));
    }
    let wanted = match case.level.writes {
        true => AuditRecord::Write,
        false => AuditRecord::Import,
    };
    if let Some(ground) = unrequired(case, &[wanted]) {
        return likely(cause, STRONG, ground, edit(case));
    }
    let compared = case.compared();
    if let Some((on, compared)) = compared
        && let Some(ground) = discrepancy(on, compared, &[Discrepancy::MissingAtPlatform])
    {
        return likely(cause, STRONG, ground, case.reconcile());
    }
    match compared.filter(|(_, compared)| !is_kept(case, compared)) {
        None => by_logs(case, cause),
        Some((on, compared)) => {
            let ground = match compared.records {
                0 => nothing_held(case, on, compared),
                _ => clean(on, compared),
            };
            let text = "what was compared is older than the log is kept";
            unknown(cause, ground, case.reconcile()).beside(Some(declared(text)))
        }
    }
}

/// Whether the log still holds what was compared.
fn is_kept(case: &Case<'_>, compared: &Compared) -> bool {
    let audit = case.account.audit.as_deref();
    let retention = audit.and_then(|audit| audit.retention.as_ref());
    retention.is_none_or(|span| span.after(compared.until) >= case.as_of)
}

pub(super) fn provider_response(case: &Case<'_>) -> Verdict {
    let cause = Cause::ProviderResponse;
    let compared = case.compared();
    if let Some((on, compared)) = compared
        && let Some(ground) = discrepancy(on, compared, &[Discrepancy::MissingAtProvider])
    {
        return likely(cause, STRONG, ground, case.reconcile());
    }
    let way = case.way(Side::Provider, &[ProbeKind::Audit]);
    match case.seen(Side::Provider, ProbeKind::Audit) {
        Some(seen) if seen.is_pass() => ruled_out(cause, told(&seen)),
        Some(seen) if seen.outcome == Outcome::Fail => likely(cause, STRONG, told(&seen), way),
        Some(seen) => unknown(cause, told(&seen), way),
        None => match compared {
            Some((_, compared)) if compared.records > 0 => by_logs(case, cause),
            Some((on, _)) => {
                let text = "no write of the account is in the logs that were compared";
                unknown(cause, recorded(text, on), way)
            }
            None => unknown(
                cause,
                untested(case, Side::Provider, &[ProbeKind::Audit]),
                way,
            )
            .beside(Some(never(case))),
        },
    }
}

pub(super) fn retry_handler(case: &Case<'_>) -> Verdict {
    let cause = Cause::RetryHandler;
    let kinds = [Discrepancy::NotRetried, Discrepancy::RetryStorm];
    let compared = case.compared();
    if let Some((on, compared)) = compared
        && let Some(ground) = discrepancy(on, compared, &kinds)
    {
        return likely(cause, STRONG, ground, case.reconcile());
    }
    let wanted = [AuditRecord::Retry, AuditRecord::Failure];
    if let Some(ground) = unrequired(case, &wanted).or_else(|| absent(case, &["retry-log"])) {
        return likely(cause, FAIR, ground, edit(case));
    }
    let is_tried = |compared: &Compared| compared.found.contains_key(&Discrepancy::NotRetried);
    let told = compared.filter(|(_, compared)| {
        let is_read = case.reading(Some(compared.since)).is_some();
        compared.records > 0 || is_read || is_tried(compared)
    });
    let Some((on, compared)) = told else {
        return by_logs(case, cause);
    };
    let (since, until) = (compared.since, compared.until);
    match is_tried(compared) {
        true => {
            let text = format!("each failure in the logs of {since} to {until} was tried again");
            ruled_out(cause, recorded(text, on))
        }
        // How a failure is handled only a failure shows.
        false => {
            let text = format!(
                "the logs of {since} to {until} show no failure that was tried again, and so not how one is handled"
            );
            unknown(cause, recorded(text, on), case.reconcile())
        }
    }
}
