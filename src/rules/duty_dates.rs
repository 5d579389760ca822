//! The dated duties of all accounts, for the rules on what is due and what is late.

use crate::lifecycle::due::{self, Cause, Due, DueKind};
use crate::model::account::Account;
use crate::model::credential::Version;
use crate::model::finding::FieldPath;
use crate::model::id::AccountId;
use crate::rules::{Facts, Findings};

/// A dated duty, and what it comes from.
struct Duty<'a> {
    id: &'a AccountId,
    account: &'a Account,
    current: Option<&'a Version>,
    due: Due,
}

/// Adds a finding for each duty of a kind that `is_found` on the judged day, with the fix: the command that rotates, where
/// the account names a procedure for that, else in words.
pub(super) fn find(
    facts: &Facts<'_>,
    findings: &mut Findings,
    what: DueKind,
    is_found: fn(&Due, &Facts<'_>) -> bool,
    fix: &str,
) {
    for duty in duties(facts).filter(|duty| duty.due.what == what && is_found(&duty.due, facts)) {
        let (field, message) = match what {
            DueKind::Rotation => (FieldPath::of("rotation"), rotation(&duty)),
            DueKind::Expiry if duty.account.expires == Some(duty.due.due_on) => {
                (FieldPath::of("expires"), expiry(&duty))
            }
            // The version's own end, which is declared nowhere.
            DueKind::Expiry => (FieldPath::record(), expiry(&duty)),
        };
        findings
            .account(duty.id, field, message)
            .fix(way(&duty, fix))
            .days(facts.as_of.days_until(duty.due.due_on));
    }
}

fn duties<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = Duty<'a>> + 'a {
    facts.accounts().flat_map(move |(id, account)| {
        let current = facts.current(id);
        let dates = due::of(facts.inventory, facts.owner_changes(), id, account);
        dates.into_iter().map(move |due| Duty {
            id,
            account,
            current,
            due,
        })
    })
}

fn way(duty: &Duty<'_>, in_words: &str) -> String {
    let has_procedure = duty.account.rotate.is_some();
    match duty.due.what {
        DueKind::Rotation if has_procedure => format!("keyroll rotate {}", duty.id),
        DueKind::Rotation | DueKind::Expiry => in_words.to_owned(),
    }
}

fn rotation(duty: &Duty<'_>) -> String {
    let policy = duty
        .account
        .rotation
        .as_ref()
        .map_or("", |name| name.as_str());
    let issued = duty
        .current
        .map(|version| format!(", version issued on {}", version.issued));
    let issued = issued.unwrap_or_default();
    let due_on = duty.due.due_on;
    match duty.due.cause {
        Cause::Exposed => format!(
            "somebody who was taken off the recipients could read it{issued}, due on {due_on}"
        ),
        Cause::OwnerChange => format!("an owner changed{issued}, due on {due_on}"),
        Cause::Policy | Cause::AccountEnd | Cause::VersionEnd => {
            format!("rotation by policy `{policy}`{issued}, due on {due_on}")
        }
    }
}

fn expiry(duty: &Duty<'_>) -> String {
    let end = duty.due.due_on;
    match duty.current {
        Some(version) if version.expires == Some(end) => {
            format!(
                "the end of the version issued on {} is {end}",
                version.issued
            )
        }
        _ => format!("the account's end is {end}"),
    }
}
