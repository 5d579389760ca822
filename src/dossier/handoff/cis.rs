//! The measures of CIS Controls 5.5, inventory of service accounts, as its assessment specification counts them.

use std::collections::BTreeMap;

use crate::dossier::handoff::{Around, table};
use crate::model::account::{Account, AccountStatus};
use crate::model::date::Date;
use crate::model::fact::Fact;
use crate::model::id::{AccountId, EnvironmentName, ProviderId};
use crate::model::reconciliation::Census;
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
    let rows = measures(around).into_iter().map(|measure| {
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
    });
    let reviewed = reviewed(around);
    let reviews = around
        .inventory
        .accounts
        .iter()
        .filter(|(_, account)| is_active(account));
    let reviews = reviews.map(|(id, _)| {
        let last = reviewed.get(id);
        vec![
            Cell::text(id),
            last.map_or_else(|| super::none("never"), |(on, _, _)| Cell::date(*on)),
            Cell::optional(last.map(|(_, by, _)| by)),
            Cell::optional(last.map(|(_, _, verdict)| verdict)),
        ]
    });
    let blocks = vec![
        table(
            "measures",
            "The measures",
            &["measure", "counts", "value", "because"],
            rows.collect(),
            "There is nothing to measure.",
        ),
        table(
            "reviews",
            "The newest review of each active account",
            &["account", "on", "by", "verdict"],
            reviews.collect(),
            "There is no active account.",
        ),
    ];
    let mut gaps = around.missed(&["review-overdue"]);
    let unlisted = around
        .inventory
        .accounts
        .values()
        .filter(|account| is_active(account));
    let unlisted = unlisted.map(|account| (&account.provider, &account.environment));
    let censuses = censuses(around);
    gaps.extend(unlisted.filter(|place| !censuses.contains_key(place)).map(
        |(provider, environment)| Gap {
            subject: format!("provider/{provider}"),
            what: format!(
                "its own list of accounts in `{environment}` was never held against the roll"
            ),
            way: Some(format!(
                "keyroll reconcile accounts --provider {provider} --environment {environment} FILE"
            )),
        },
    ));
    Section {
        id: "cis-5-5",
        title: "CIS Controls 5.5",
        lead: "An inventory of service accounts with owner, review date and purpose, reviewed at least every quarter: the \
               measures of the assessment specification, from this roll."
            .to_owned(),
        gaps: super::gaps::sorted(gaps),
        blocks,
    }
}

fn is_active(account: &Account) -> bool {
    match account.status {
        AccountStatus::Active => true,
        AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => false,
    }
}

/// The newest review of each account: the day, by whom, and what was decided.
fn reviewed<'i>(
    around: &'i Around<'_, '_>,
) -> BTreeMap<&'i AccountId, (Date, String, &'static str)> {
    let mut newest = BTreeMap::new();
    for fact in around.inventory.facts.values() {
        let Fact::Review {
            account,
            on,
            by,
            verdict,
            ..
        } = fact
        else {
            continue;
        };
        let known: Option<&(Date, String, &str)> = newest.get(account);
        if *on <= around.facts.as_of && known.is_none_or(|(day, _, _)| day <= on) {
            newest.insert(account, (*on, by.to_string(), verdict.as_str()));
        }
    }
    newest
}

type Place<'i> = (&'i ProviderId, &'i EnvironmentName);

/// The newest list of each provider and environment.
fn censuses<'i>(around: &'i Around<'_, '_>) -> BTreeMap<Place<'i>, (Date, &'i Census)> {
    let mut newest: BTreeMap<Place<'_>, (Date, &Census)> = BTreeMap::new();
    for fact in around.inventory.facts.values() {
        let Fact::Listed {
            provider,
            on,
            census,
        } = fact
        else {
            continue;
        };
        let place = (provider, &census.environment);
        let is_newer = newest.get(&place).is_none_or(|(day, _)| day <= on);
        if *on <= around.facts.as_of && is_newer {
            newest.insert(place, (*on, census));
        }
    }
    newest
}

fn measures(around: &Around<'_, '_>) -> Vec<Measure> {
    let number = |count: usize| Some(i64::try_from(count).unwrap_or(i64::MAX));
    let reviewed = reviewed(around);
    let accounts = &around.inventory.accounts;
    let is_whole = |id: &AccountId, account: &Account| {
        let purpose = account.purpose.as_ref();
        account.owner.business.is_some()
            && purpose.is_some_and(|purpose| !purpose.is_blank())
            && reviewed.contains_key(id)
    };
    let whole = accounts
        .iter()
        .filter(|(id, account)| is_whole(id, account))
        .count();
    let active = || accounts.iter().filter(|(_, account)| is_active(account));
    let oldest = active()
        .map(|(id, _)| reviewed.get(id).map(|(on, _, _)| *on))
        .min()
        .flatten();
    let months = oldest.map(|on| months(on, around.facts.as_of));
    let censuses = censuses(around);
    let listed: u64 = censuses.values().map(|(_, census)| census.listed).sum();
    let orphans: usize = censuses
        .values()
        .map(|(_, census)| census.orphans.len())
        .sum();
    let is_counted = !censuses.is_empty() && around.scope.is_all();
    let of_lists = || match (censuses.is_empty(), around.scope.is_all()) {
        (true, _) => "no list of a provider was held against the roll".to_owned(),
        (false, false) => "not told of a part of the roll".to_owned(),
        (false, true) => format!("by {} lists of providers", censuses.len()),
    };
    let measure = |name, title, value, is_good, because: &str| Measure {
        name,
        title,
        value,
        is_good,
        because: because.to_owned(),
    };
    vec![
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
            Some(whole == accounts.len()),
            "business owner, purpose, and a recorded review",
        ),
        measure(
            "M5",
            "accounts that lack one",
            number(accounts.len() - whole),
            Some(whole == accounts.len()),
            "",
        ),
        Measure {
            value: is_counted.then(|| i64::try_from(listed).unwrap_or(i64::MAX)),
            ..measure(
                "M6",
                "accounts that the systems themselves list",
                None,
                None,
                &of_lists(),
            )
        },
        measure(
            "M7",
            "accounts that are meant to be active",
            number(active().count()),
            None,
            "status `active`",
        ),
        Measure {
            value: is_counted.then(|| i64::try_from(orphans).unwrap_or(i64::MAX)),
            is_good: is_counted.then_some(orphans == 0),
            ..measure(
                "M8",
                "accounts that are not meant to be there",
                None,
                None,
                &of_lists(),
            )
        },
        measure(
            "M9",
            "months since the last complete review",
            months,
            months.map(|months| months <= QUARTER),
            match months {
                Some(_) => {
                    "since the review of the active account that was reviewed longest ago; more than 3 fails"
                }
                None => "an active account was never reviewed, or there is none",
            },
        ),
    ]
}

/// Whole months from one day to another, a month that has begun counted.
fn months(from: Date, to: Date) -> i64 {
    let begun = (0..1200).find(|months| from.plus_months(*months) >= to);
    begun.map_or(1200, i64::from)
}
