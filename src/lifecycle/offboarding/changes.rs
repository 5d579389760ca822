//! The changes by which somebody leaves. What they signed stays signed; what only an identity can do is no part of it.

use std::collections::BTreeMap;

use crate::lifecycle::offboarding::{Leaving, Part, Report, Seat};
use crate::model::account::{Account, Controls};
use crate::model::change::Change;
use crate::model::id::AccountId;
use crate::model::party::{Person, Team};
use crate::model::record::Record;
use crate::model::sealed::Held;

/// What is left to change, and nothing that is so already.
pub fn changes(leaving: &Leaving<'_>, report: &Report) -> Vec<Change> {
    let mut changes: Vec<Change> = accounts(leaving, &report.seats).collect();
    changes.extend(risks(leaving));
    changes.extend(waivers(leaving));
    changes.extend(exposures(leaving, report));
    changes.extend(assignments(leaving, report));
    changes.extend(teams(leaving));
    changes.extend(person(leaving));
    changes
}

fn person(leaving: &Leaving<'_>) -> Option<Change> {
    let id = leaving.person.clone();
    let before = leaving.inventory.people.get(&id)?;
    if before.left.is_some_and(|left| left <= leaving.on) {
        return None;
    }
    let after = Person {
        left: Some(leaving.on),
        ..before.clone()
    };
    Some(Change::update(
        (id.clone(), before.clone()).into(),
        (id, after).into(),
    ))
}

fn accounts<'a>(
    leaving: &'a Leaving<'_>,
    seats: &'a [Seat],
) -> impl Iterator<Item = Change> + use<'a> {
    let mut by_account: BTreeMap<&AccountId, Vec<&Seat>> = BTreeMap::new();
    for seat in seats {
        by_account.entry(&seat.account).or_default().push(seat);
    }
    by_account.into_iter().filter_map(|(id, seats)| {
        let before = leaving.inventory.accounts.get(id)?;
        let after = seats.into_iter().fold(before.clone(), handed_over);
        let record = |account: Account| Record::from((id.clone(), account));
        (after != *before).then(|| Change::update(record(before.clone()), record(after)))
    })
}

fn handed_over(mut account: Account, seat: &Seat) -> Account {
    let Some(heir) = &seat.heir else {
        return account;
    };
    let who = Some(heir.who.clone());
    match seat.part {
        Part::Business => account.owner.business = who,
        Part::Technical => account.owner.technical = who,
        Part::Rotation => account.owner.rotation = who,
        Part::Supervisor => {
            let controls = Controls {
                supervisor: who,
                ..(*account.controls).clone()
            };
            account.controls = controls.into();
        }
    }
    account
}

/// The risks go to whoever was named for all: nobody is proposed to answer for one.
fn risks(leaving: &Leaving<'_>) -> Vec<Change> {
    let Some(to) = &leaving.choice.to else {
        return Vec::new();
    };
    let all = leaving.inventory.residual_risks.iter();
    let own = all.filter(|(_, risk)| leaving.is_them(&risk.owner));
    own.map(|(key, risk)| {
        let mut after = risk.clone();
        after.owner = to.clone();
        Change::update(
            (key.clone(), risk.clone()).into(),
            (key.clone(), after).into(),
        )
    })
    .collect()
}

fn waivers(leaving: &Leaving<'_>) -> Vec<Change> {
    let Some(to) = &leaving.choice.to else {
        return Vec::new();
    };
    let all = leaving.inventory.waivers.iter();
    let own = all.filter(|(_, waiver)| waiver.owner.as_ref().is_some_and(|p| leaving.is_them(p)));
    own.map(|(key, waiver)| {
        let mut after = waiver.clone();
        after.owner = Some(to.clone());
        Change::update(
            (key.clone(), waiver.clone()).into(),
            (key.clone(), after).into(),
        )
    })
    .collect()
}

/// What they may know is due for rotation from the day on which they leave.
fn exposures(leaving: &Leaving<'_>, report: &Report) -> Vec<Change> {
    let known = report.secrets.iter();
    let known = known.filter(|known| known.exposed.is_none_or(|day| day > leaving.on));
    known
        .filter_map(|known| {
            let key = &known.version;
            let before = leaving.inventory.versions.get(key)?;
            let mut after = before.clone();
            after.held = before.held.clone().map(|held| Held {
                exposed: Some(leaving.on),
                ..held
            });
            let record = |version| Record::from((key.clone(), version));
            (after != *before).then(|| Change::update(record(before.clone()), record(after)))
        })
        .collect()
}

fn assignments(leaving: &Leaving<'_>, report: &Report) -> Vec<Change> {
    let own = report.assignments.iter();
    own.filter_map(|key| {
        let body = leaving.inventory.assignments.get(key)?;
        Some(Change::remove((key.clone(), body.clone()).into()))
    })
    .collect()
}

fn teams(leaving: &Leaving<'_>) -> Vec<Change> {
    let all = leaving.inventory.teams.iter();
    let own = all.filter(|(_, team)| team.members.contains(leaving.person));
    own.map(|(id, team)| {
        let members = team.members.iter();
        let after = Team {
            members: members
                .filter(|member| *member != leaving.person)
                .cloned()
                .collect(),
            ..team.clone()
        };
        Change::update(
            (id.clone(), team.clone()).into(),
            (id.clone(), after).into(),
        )
    })
    .collect()
}
