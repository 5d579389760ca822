//! One event of the trail, in the words of a weekly review; none where it says nothing that somebody would ask about.

use crate::dossier::past::Told;
use crate::model::approval::Approval;
use crate::model::change::{FieldChange, Verb};
use crate::model::fact::{Fact, Outcome};
use crate::model::id::{AccountId, ProviderId};
use crate::model::operation::{OperationState, Work};
use crate::model::reconciliation::{Census, Compared};
use crate::model::record::{Kind, Record, RecordId};
use crate::report::changes::{Group, Happening};
use crate::report::plan;

/// The fields of an account whose change is told as access gained or lost.
const ACCESS: &[&str] = &["permissions", "scopes", "level", "boundary"];

/// What an event tells.
pub(super) fn of(told: &Told) -> Option<Happening> {
    let changes: Vec<FieldChange> = serde_json::from_str(&told.event.change).unwrap_or_default();
    let (group, account, what) = match told.change() {
        Some((id, verb)) => changed(&id, verb, &changes)?,
        None => noted(told, &changes)?,
    };
    let actor = &told.event.actor;
    Some(Happening {
        group,
        at: Some(actor.at),
        account,
        record: told.event.record.clone(),
        turn: None,
        what,
        who: vec![actor.name.to_string()],
        reason: actor.reason.as_ref().map(ToString::to_string),
        times: 1,
    })
}

type What = (Group, Option<AccountId>, String);

/// What happened to a record, or to the store, that changed no record.
fn noted(told: &Told, details: &[FieldChange]) -> Option<What> {
    let id = told.event.record.parse::<RecordId>().ok();
    let account = id.and_then(|id| account_of(&id, None));
    match told.event.action.as_str() {
        "reveal" => Some((Group::Reveal, account, "shown or handed out".to_owned())),
        "run" => Some((Group::Reveal, account, "given to a program".to_owned())),
        // That a hook was told says nothing that is not told here.
        "notify" => None,
        action => {
            let detail = |detail: &FieldChange| {
                let value = detail.to.as_ref()?;
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                Some(format!("{}: {value}", detail.field))
            };
            let details: Vec<String> = details.iter().filter_map(detail).collect();
            let what = match details.is_empty() {
                true => action.to_owned(),
                false => format!("{action} ({})", details.join("; ")),
            };
            Some((Group::Store, account, what))
        }
    }
}

fn changed(id: &RecordId, verb: Verb, changes: &[FieldChange]) -> Option<What> {
    // The whole of a record that came or went.
    let whole = changes.first().filter(|change| change.field.is_empty());
    let whole = whole.and_then(|change| change.to.clone().or(change.from.clone()));
    let record = whole.and_then(|body| Record::from_value(id, body).ok());
    let account = account_of(id, record.as_ref());
    let plain = |group: Group| Some((group, account.clone(), in_words(verb, changes)));
    match id.kind {
        Kind::Account => {
            of_account(verb, record.as_ref(), changes).map(|(g, what)| (g, account, what))
        }
        Kind::Approval => {
            let what = if let Some(Record::Approval(key, approval)) = &record {
                approved(key.action.as_str(), approval, verb)
            } else {
                in_words(verb, changes)
            };
            Some((Group::Approval, account, what))
        }
        Kind::Waiver | Kind::ResidualRisk | Kind::Decision => plain(Group::Waiver),
        Kind::Version => of_version(id, verb, changes).map(|(g, what)| (g, account, what)),
        Kind::Operation => {
            of_operation(verb, record.as_ref(), changes).map(|(g, what)| (g, account, what))
        }
        Kind::Fact => of_fact(record.as_ref()?).map(|(g, what)| (g, account, what)),
        Kind::Recipient => plain(Group::Recipient),
        Kind::StoreKey => match verb {
            Verb::Create | Verb::Remove => plain(Group::Recipient),
            Verb::Update => Some((
                Group::Recipient,
                None,
                "the store's key was made anew".to_owned(),
            )),
        },
        // Where a value is, its version says.
        Kind::Sealed => None,
        Kind::Organisation
        | Kind::Person
        | Kind::Team
        | Kind::Boundary
        | Kind::Catalog
        | Kind::Platform
        | Kind::Provider
        | Kind::Rotation
        | Kind::Procedure
        | Kind::Consumer
        | Kind::Role
        | Kind::Assignment
        | Kind::Assertion
        | Kind::Invitation => plain(Group::Record),
    }
}

/// The account that a record belongs to, by its key or by what it says.
pub(super) fn account_of(id: &RecordId, record: Option<&Record>) -> Option<AccountId> {
    let first = || id.name.split(' ').next().unwrap_or_default();
    match id.kind {
        Kind::Account
        | Kind::Approval
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Version
        | Kind::Operation
        | Kind::Sealed => first().parse().ok(),
        Kind::Assignment => first().strip_prefix("account/")?.parse().ok(),
        Kind::Waiver => {
            let subject = id.name.split_once(' ')?.1;
            subject.strip_prefix("account/")?.parse().ok()
        }
        Kind::Fact => {
            let Some(Record::Fact(_, fact)) = record else {
                return None;
            };
            fact.account().cloned()
        }
        Kind::Organisation
        | Kind::Person
        | Kind::Team
        | Kind::Boundary
        | Kind::Catalog
        | Kind::Platform
        | Kind::Provider
        | Kind::Rotation
        | Kind::Procedure
        | Kind::Consumer
        | Kind::Role
        | Kind::Assertion
        | Kind::Invitation
        | Kind::StoreKey
        | Kind::Recipient => None,
    }
}

/// `added`, `removed`, or what differs.
fn in_words(verb: Verb, changes: &[FieldChange]) -> String {
    match verb {
        Verb::Create => "added".to_owned(),
        Verb::Remove => "removed".to_owned(),
        Verb::Update => plan::fields(changes),
    }
}

fn of_account(
    verb: Verb,
    record: Option<&Record>,
    changes: &[FieldChange],
) -> Option<(Group, String)> {
    match (verb, record) {
        (Verb::Create, Some(Record::Account(_, account))) => {
            let what = format!(
                "added, {}: {} at {} {}",
                account.status, account.level, account.provider, account.environment
            );
            return Some((Group::Account, what));
        }
        (Verb::Create | Verb::Remove, _) => return Some((Group::Account, in_words(verb, changes))),
        (Verb::Update, _) => {}
    }
    let is_owner = |change: &FieldChange| change.field.split('.').next() == Some("owner");
    let (owners, rest): (Vec<FieldChange>, Vec<FieldChange>) =
        changes.iter().cloned().partition(is_owner);
    let rest: Vec<FieldChange> = rest
        .into_iter()
        .filter(|change| !ACCESS.contains(&change.field.as_str()))
        .collect();
    match (owners.is_empty(), rest.is_empty()) {
        // Both in one event: whoever owns it is what a review asks about first.
        (false, _) => Some((Group::Owner, plan::fields(&[owners, rest].concat()))),
        (true, false) => Some((Group::Account, plan::fields(&rest))),
        (true, true) => None,
    }
}

fn approved(action: &str, approval: &Approval, verb: Verb) -> String {
    if verb == Verb::Remove {
        return format!("{action}: the approval by {} was taken out", approval.by);
    }
    let ticket = approval.ticket.as_ref();
    let ticket = ticket.map_or(String::new(), |ticket| format!(", {ticket}"));
    let until = approval
        .until
        .map_or(String::new(), |day| format!(", until {day}"));
    format!("{action} approved by {}{ticket}{until}", approval.by)
}

fn of_version(id: &RecordId, verb: Verb, changes: &[FieldChange]) -> Option<(Group, String)> {
    let number = id.name.split(' ').nth(1).unwrap_or_default();
    let stage = changes.iter().find(|change| change.field == "stage");
    let whole = changes.first().and_then(|change| change.to.as_ref());
    let word = |value: Option<&serde_json::Value>| {
        value
            .and_then(|value| value.as_str())
            .unwrap_or("?")
            .to_owned()
    };
    match verb {
        Verb::Create => {
            let stage = word(whole.and_then(|body| body.get("stage")));
            Some((Group::Rotation, format!("version {number}: {stage}")))
        }
        Verb::Remove => Some((Group::Rotation, format!("version {number}: removed"))),
        Verb::Update => {
            let stage = stage?;
            let (from, to) = (word(stage.from.as_ref()), word(stage.to.as_ref()));
            let group = match to.as_str() {
                "revoked" | "possibly-live" => Group::Revoke,
                _ => Group::Rotation,
            };
            Some((group, format!("version {number}: {from} -> {to}")))
        }
    }
}

fn of_operation(
    verb: Verb,
    record: Option<&Record>,
    changes: &[FieldChange],
) -> Option<(Group, String)> {
    if let (Verb::Create, Some(Record::Operation(_, operation))) = (verb, record) {
        let group = match operation.what {
            Work::Rotate => Group::Rotation,
            Work::Revoke | Work::Emergency | Work::Drill => Group::Revoke,
        };
        return Some((group, format!("{} begun", operation.what)));
    }
    let state = changes.iter().find(|change| change.field == "state")?;
    let state: OperationState = state.to.as_ref()?.as_str()?.parse().ok()?;
    let what = match state {
        OperationState::Open => "goes on",
        OperationState::Stalled => "stalled: it failed too often, and waits for somebody",
        OperationState::Done => "done",
        OperationState::Aborted => "given up",
    };
    Some((Group::Rotation, format!("operation {what}")))
}

fn of_fact(record: &Record) -> Option<(Group, String)> {
    let Record::Fact(_, fact) = record else {
        return None;
    };
    let told = match &**fact {
        Fact::Evidence {
            probe,
            outcome,
            version,
            ..
        } => match outcome {
            Outcome::Fail => (Group::Test, format!("{probe} of version {version}: fail")),
            Outcome::Pass | Outcome::Inconclusive => return None,
        },
        Fact::Drill {
            result, procedure, ..
        } => match result {
            Outcome::Fail => (Group::Test, format!("drill of {procedure}: fail")),
            Outcome::Pass | Outcome::Inconclusive => {
                (Group::Revoke, format!("drill of {procedure}: {result}"))
            }
        },
        Fact::Review {
            by,
            verdict,
            detail,
            ..
        } => {
            let note = detail.as_ref().and_then(|detail| detail.note.as_ref());
            let note = note.map_or(String::new(), |note| format!(": {note}"));
            (Group::Review, format!("{verdict}, by {by}{note}"))
        }
        Fact::Refused { version, way, .. } => (
            Group::Revoke,
            format!("version {version} was seen refused ({way})"),
        ),
        Fact::FailClosed {
            consumer, outcome, ..
        } => match outcome {
            Outcome::Fail => (
                Group::Test,
                format!("{consumer} went on without the value: fail"),
            ),
            Outcome::Pass | Outcome::Inconclusive => return None,
        },
        Fact::Reconciled { compared, .. } => (Group::Log, disagreeing(compared)?),
        Fact::Listed {
            census, provider, ..
        } => (Group::Log, unknown(provider, census)?),
        // What came of each stands in its version, its account or its owner; that it was seen is no change.
        Fact::Issued { .. }
        | Fact::Rotated { .. }
        | Fact::Seen { .. }
        | Fact::OwnerChanged { .. }
        | Fact::Acknowledged { .. } => return None,
    };
    Some(told)
}

/// How often the logs of two sides disagree; nothing where they never do.
fn disagreeing(compared: &Compared) -> Option<String> {
    let found: u64 = compared.found.values().sum();
    (found > 0).then(|| format!("the logs disagree {found} times"))
}

/// How many accounts only one of a provider's list and the roll knows; nothing where both know all.
fn unknown(provider: &ProviderId, census: &Census) -> Option<String> {
    let (orphans, ghosts) = (census.orphans.len(), census.ghosts.len());
    (orphans + ghosts > 0).then(|| {
        format!("the list of {provider}: {orphans} unknown to the roll, {ghosts} unknown to it")
    })
}
