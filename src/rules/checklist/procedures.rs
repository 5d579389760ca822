//! The checklist's last line: whether the procedures to rotate and to revoke are written down, and were gone through.

use crate::model::account::Account;
use crate::model::checklist::Standing;
use crate::model::date::Date;
use crate::model::id::ProcedureId;
use crate::rules::Facts;
use crate::rules::checklist::Found;

pub(super) fn tested(facts: &Facts<'_>, account: &Account) -> Found {
    let both = [
        ("rotate", account.rotate.as_ref()),
        ("revoke", account.revoke.as_ref()),
    ];
    let parts = both.map(|(what, procedure)| one(facts, what, procedure));
    let worst = |standing| parts.iter().any(|(found, _, _)| *found == standing);
    let standing = match (worst(Standing::Fail), worst(Standing::Missing)) {
        (true, _) => Standing::Fail,
        (false, true) => Standing::Missing,
        (false, false) => Standing::Pass,
    };
    // Only what keeps it from passing is told, where something does.
    let told = parts.iter().filter(|(found, _, _)| *found == standing);
    let why: Vec<&str> = told.clone().map(|(_, why, _)| why.as_str()).collect();
    let on = told.filter_map(|(_, _, on)| *on).min();
    (standing, why.join("; "), on)
}

fn one(facts: &Facts<'_>, what: &str, procedure: Option<&ProcedureId>) -> Found {
    let missing = |why: String, on: Option<Date>| (Standing::Missing, why, on);
    let Some(name) = procedure else {
        return missing(format!("no procedure to {what} it is named"), None);
    };
    let record = facts.inventory.procedures.get(name);
    if record.is_none_or(|record| record.step.is_empty()) {
        return missing(format!("`{name}` has no steps"), None);
    }
    let rehearsed = facts.history().procedure(name.as_str());
    let passed = rehearsed.and_then(|rehearsed| rehearsed.passed);
    let failed = rehearsed.and_then(|rehearsed| rehearsed.failed);
    let allowed = i64::from(facts.policy.limits.drill_age);
    match (passed, failed) {
        (passed, Some(failed)) if passed.is_none_or(|passed| passed <= failed) => (
            Standing::Fail,
            format!("`{name}` failed when it was last gone through"),
            Some(failed),
        ),
        (Some(passed), _) if passed.days_until(facts.as_of) > allowed => missing(
            format!("`{name}` was last gone through more than {allowed} days ago"),
            Some(passed),
        ),
        (Some(passed), _) => (
            Standing::Pass,
            format!("`{name}` is written down and was gone through"),
            Some(passed),
        ),
        (None, _) => missing(format!("`{name}` was never rehearsed"), None),
    }
}
