//! The measures of CIS Controls 5.5, inventory of service accounts, as its assessment specification counts them.

use std::collections::{BTreeMap, BTreeSet};

use crate::dossier::handoff::{Around, table};
use crate::lifecycle::census;
use crate::lifecycle::review::{Past, newest};
use crate::model::account::{Account, AccountStatus};
use crate::model::date::Date;
use crate::model::id::{AccountId, EnvironmentName, ProviderId};
use crate::report::handoff::{Gap, Section};
use crate::report::view::{Cell, Tone};

/// The longest that reviews may lie apart, in months: quarterly.
const QUARTER: i64 = 3;

/// One measure: its name there, what it counts, how much that is, what is good.
struct Measure {
    name: &'static str,
    title: &'static str,
    value: Option<i64>,
    is_good: Option<bool>,
    because: String,
}

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let mut gaps = around.missed(&["review-overdue"]);
    gaps.extend(unlisted(around).into_iter().map(never_listed));
    Section {
        id: "cis-5-5",
        title: "CIS Controls 5.5",
        lead: "An inventory of service accounts with owner, review date and purpose, reviewed at least every quarter: the \
               measures of the assessment specification, from this roll."
            .to_owned(),
        gaps: super::gaps::sorted(gaps),
        blocks: vec![
            table(
                "measures",
                "The measures",
                &["measure", "counts", "value", "because"],
                measures(around).into_iter().map(row).collect(),
                "There is nothing to measure.",
            ),
            table(
                "reviews",
                "The newest review of each active account",
                &["account", "on", "by", "verdict"],
                reviews(around),
                "There is no active account.",
            ),
        ],
    }
}

fn row(measure: Measure) -> Vec<Cell> {
    let value = measure
        .value
        .map_or_else(|| super::none("not known"), Cell::number);
    vec![
        Cell::text(measure.name),
        Cell::text(measure.title),
        match measure.is_good {
            Some(true) => value.tone(Tone::Good),
            Some(false) => value.tone(Tone::Error),
            None => value,
        },
        Cell::text(measure.because),
    ]
}

fn reviews(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let reviewed = reviewed(around);
    let rows = active(around).map(|(id, _)| {
        let last = reviewed.get(id);
        vec![
            Cell::text(id),
            last.map_or_else(|| super::none("never"), |past| Cell::date(past.on)),
            Cell::optional(last.map(|past| &past.by)),
            Cell::optional(last.map(|past| past.verdict)),
        ]
    });
    rows.collect()
}

fn never_listed((provider, environment): Place<'_>) -> Gap {
    Gap {
        subject: format!("provider/{provider}"),
        what: format!(
            "its own list of accounts in `{environment}` was never held against the roll"
        ),
        way: Some(format!(
            "keyroll reconcile accounts --provider {provider} --environment {environment} FILE"
        )),
    }
}

fn active<'i>(around: &'i Around<'_, '_>) -> impl Iterator<Item = (&'i AccountId, &'i Account)> {
    let accounts = around.inventory.accounts.iter();
    accounts.filter(|(_, account)| is_active(account))
}

fn is_active(account: &Account) -> bool {
    match account.status {
        AccountStatus::Active => true,
        AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => false,
    }
}

/// The newest review of each account.
fn reviewed<'i>(around: &'i Around<'_, '_>) -> BTreeMap<&'i AccountId, Past> {
    newest(&around.inventory, around.facts.as_of)
}

type Place<'i> = (&'i ProviderId, &'i EnvironmentName);

/// Where active accounts are of which no list was ever held against the roll.
fn unlisted<'i>(around: &'i Around<'_, '_>) -> BTreeSet<Place<'i>> {
    let censuses = census::newest(&around.inventory, around.facts.as_of);
    let places = active(around).map(|(_, account)| (&account.provider, &account.environment));
    let places = places.filter(|place| !censuses.contains_key(place));
    places.collect()
}

fn measures(around: &Around<'_, '_>) -> Vec<Measure> {
    let inventory = of_the_inventory(around).into_iter();
    let systems = of_the_systems(around);
    inventory
        .chain(systems)
        .chain([of_the_reviews(around)])
        .collect()
}

fn number(count: usize) -> Option<i64> {
    Some(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What the inventory is, and what its accounts have.
fn of_the_inventory(around: &Around<'_, '_>) -> [Measure; 5] {
    let reviewed = reviewed(around);
    let accounts = &around.inventory.accounts;
    let is_whole = |(id, account): &(&AccountId, &Account)| {
        let purpose = account.purpose.as_ref();
        account.owner.business.is_some()
            && purpose.is_some_and(|purpose| !purpose.is_blank())
            && reviewed.contains_key(id)
    };
    let whole = accounts.iter().filter(is_whole).count();
    let is_good = Some(whole == accounts.len());
    let measure = |name, title, value, is_good, because: &str| Measure {
        name,
        title,
        value,
        is_good,
        because: because.to_owned(),
    };
    [
        measure(
            "M1",
            "an inventory of service accounts exists",
            Some(1),
            Some(true),
            "this one",
        ),
        measure(
            "M2",
            "accounts in the inventory",
            number(accounts.len()),
            None,
            "",
        ),
        measure(
            "M3",
            "minimum elements that the inventory holds",
            Some(3),
            Some(true),
            "owner, review date, purpose",
        ),
        measure(
            "M4",
            "accounts with all of them",
            number(whole),
            is_good,
            "business owner, purpose, and a recorded review",
        ),
        measure(
            "M5",
            "accounts that lack one",
            number(accounts.len() - whole),
            is_good,
            "",
        ),
    ]
}

/// What the systems themselves list. A figure is of every place where an account is active, or there is none.
fn of_the_systems(around: &Around<'_, '_>) -> [Measure; 3] {
    let censuses = census::newest(&around.inventory, around.facts.as_of);
    let unlisted = unlisted(around).len();
    let is_counted = !censuses.is_empty() && unlisted == 0 && around.scope.is_all();
    let because = match (censuses.len(), around.scope.is_all(), unlisted) {
        (0, _, _) => "no list of a provider was held against the roll".to_owned(),
        (_, false, _) => "not told of a part of the roll".to_owned(),
        (lists, true, 0) => format!("by {lists} lists of providers"),
        (_, true, unlisted) => format!(
            "no list was held against the roll of {unlisted} places where accounts are active"
        ),
    };
    let listed: u64 = censuses.values().map(|(_, census)| census.listed).sum();
    let strangers = strangers(around);
    [
        Measure {
            name: "M6",
            title: "accounts that the systems themselves list",
            value: is_counted.then(|| i64::try_from(listed).unwrap_or(i64::MAX)),
            is_good: None,
            because: because.clone(),
        },
        Measure {
            name: "M7",
            title: "accounts that are meant to be active",
            value: number(active(around).count()),
            is_good: None,
            because: "status `active`".to_owned(),
        },
        Measure {
            name: "M8",
            title: "accounts that are not meant to be there",
            value: number(strangers).filter(|_| is_counted),
            is_good: is_counted.then_some(strangers == 0),
            because,
        },
    ]
}

/// How many identities the newest lists name that no account of the roll has as it is now: a waiver takes none away.
fn strangers(around: &Around<'_, '_>) -> usize {
    let waived = around.all.waived.iter().map(|(finding, _)| finding);
    let found = around.all.findings.iter().chain(waived);
    found
        .filter(|finding| finding.rule == "provider-orphan")
        .count()
}

fn of_the_reviews(around: &Around<'_, '_>) -> Measure {
    let reviewed = reviewed(around);
    let days = active(around).map(|(id, _)| reviewed.get(id).map(|past| past.on));
    let months = days
        .min()
        .flatten()
        .map(|on| months(on, around.facts.as_of));
    let because = match months {
        Some(_) => {
            "since the review of the active account that was reviewed longest ago; a month that has begun counts as one, and \
             more than 3 fails"
        }
        None => "an active account was never reviewed, or there is none",
    };
    Measure {
        name: "M9",
        title: "months since the last complete review",
        value: months,
        is_good: months.map(|months| months <= QUARTER),
        because: because.to_owned(),
    }
}

/// The months from one day to another. The specification counts in months and says nothing of a part of one: here one that has
/// begun counts whole, so that a quarter is three and the day after it four, which fails.
fn months(from: Date, to: Date) -> i64 {
    let begun = (0..1200).find(|months| from.plus_months(*months) >= to);
    begun.map_or(1200, i64::from)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_quarter_is_three_months_and_the_day_after_it_four() {
        let between =
            |from: &str, to: &str| super::months(from.parse().unwrap(), to.parse().unwrap());
        for (from, to, expected) in [
            ("2026-08-22", "2026-08-22", 0),
            ("2026-08-22", "2026-08-23", 1),
            ("2026-08-22", "2026-09-22", 1),
            ("2026-08-22", "2026-11-22", 3),
            ("2026-08-22", "2026-11-23", 4),
            // A month that has no such day ends with its last.
            ("2026-08-31", "2026-11-30", 3),
            ("2026-08-31", "2026-12-01", 4),
            ("2025-11-30", "2026-02-28", 3),
            ("2025-11-30", "2026-03-01", 4),
            ("2023-11-29", "2024-02-29", 3),
            ("2026-11-15", "2027-02-15", 3),
        ] {
            assert_eq!(between(from, to), expected, "{from} {to}");
        }
    }
}
