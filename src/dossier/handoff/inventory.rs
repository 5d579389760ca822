//! The first output: which service accounts there are, what for, where, and who answers for them.

use std::collections::BTreeSet;

use crate::dossier::handoff::scope::owners;
use crate::dossier::handoff::{Around, or_none, table};
use crate::model::account::AccountStatus;
use crate::model::id::{PersonId, Principal};
use crate::report::handoff::Section;
use crate::report::view::{Cell, Tone};

/// The rules that miss something here.
const MISSES: &[&str] = &[
    "missing-owner",
    "owner-departed",
    "missing-purpose",
    "missing-expiry",
    "missing-consumer",
    "unknown-reference",
];

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let blocks = vec![
        table(
            "accounts",
            "What each account is for, and where it may act",
            &[
                "account",
                "purpose",
                "provider",
                "environment",
                "boundary",
                "level",
                "status",
            ],
            what(around),
            "There is no account.",
        ),
        table(
            "owners",
            "Who answers for it, what uses it, when it ends",
            &[
                "account",
                "business-owner",
                "technical-owner",
                "workflow",
                "consumers",
                "expires",
            ],
            who(around),
            "There is no account.",
        ),
        table(
            "endpoints",
            "Where the accounts log on",
            &[
                "provider",
                "product",
                "environment",
                "endpoint",
                "hosting",
                "allowlist",
                "contact",
            ],
            endpoints(around),
            "No provider is declared.",
        ),
        table(
            "people",
            "The people behind the names",
            &["principal", "name", "email", "left"],
            people(around),
            "Nobody is named.",
        ),
    ];
    Section {
        id: "inventory",
        title: "Service account inventory",
        lead: "Every account, with one provider, one environment and one workflow each, and the two people or teams that \
               answer for it."
            .to_owned(),
        gaps: around.missed(MISSES),
        blocks,
    }
}

/// What each account is for, and where.
fn what(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let rows = around.inventory.accounts.iter().map(|(id, account)| {
        let status = Cell::text(account.status);
        vec![
            Cell::text(id),
            or_none(account.purpose.as_ref()),
            Cell::text(&account.provider),
            Cell::text(&account.environment),
            Cell::list(&account.boundary),
            Cell::text(account.level),
            match account.status {
                AccountStatus::Active => status,
                AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => {
                    status.tone(Tone::Muted)
                }
            },
        ]
    });
    rows.collect()
}

/// Who answers for each account, and what uses it.
fn who(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let rows = around.inventory.accounts.iter().map(|(id, account)| {
        vec![
            Cell::text(id),
            or_none(account.owner.business.as_ref()),
            or_none(account.owner.technical.as_ref()),
            Cell::text(&account.workflow),
            Cell::list(&account.consumers),
            account
                .expires
                .map_or_else(|| or_none(None::<&str>), Cell::date),
        ]
    });
    rows.collect()
}

/// The environments that the accounts are in, and no others.
fn endpoints(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let accounts = around.inventory.accounts.values();
    let used: BTreeSet<_> = accounts
        .map(|account| (&account.provider, &account.environment))
        .collect();
    let rows = used.into_iter().map(|(id, name)| {
        let provider = around.inventory.providers.get(id);
        let environment = provider.and_then(|provider| provider.environment.get(name));
        vec![
            Cell::text(id),
            Cell::optional(provider.and_then(|provider| provider.product.as_ref())),
            Cell::text(name),
            or_none(environment.map(|environment| &environment.endpoint)),
            Cell::optional(environment.and_then(|environment| environment.hosting)),
            Cell::list(environment.map_or(&[][..], |environment| &environment.allowlist)),
            Cell::optional(provider.and_then(|provider| provider.contact.as_ref())),
        ]
    });
    rows.collect()
}

/// Everybody who owns something of the pack or signed for it; of a team, its members.
fn people(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let some = &around.inventory;
    let owning = some.accounts.values().flat_map(owners);
    let signed = some.approvals.values().map(|approval| &approval.by);
    let decided = some.decisions.values().map(|decision| &decision.by);
    let accepted = some.residual_risks.values().map(|risk| &risk.owner);
    let waived = some
        .waivers
        .values()
        .filter_map(|waiver| waiver.owner.as_ref());
    let named: BTreeSet<&Principal> = owning
        .chain(signed)
        .chain(decided)
        .chain(accepted)
        .chain(waived)
        .collect();
    let mut members: BTreeSet<&PersonId> = BTreeSet::new();
    let mut rows = Vec::new();
    for principal in named {
        match principal.parts() {
            ("person", name) => {
                members.extend(some.people.get_key_value(name).map(|(id, _)| id));
            }
            ("team", name) => {
                let team = some.teams.get(name);
                members.extend(team.into_iter().flat_map(|team| &team.members));
                let told = team.map(|team| &team.name);
                rows.push(vec![
                    Cell::text(principal),
                    or_none(told),
                    Cell::missing(),
                    Cell::missing(),
                ]);
            }
            _ => {}
        }
    }
    rows.extend(members.into_iter().map(|id| {
        let person = some.people.get(id);
        let left = person.and_then(|person| person.left);
        vec![
            Cell::text(format!("person/{id}")),
            or_none(person.map(|person| &person.name)),
            Cell::optional(person.and_then(|person| person.email.as_ref())),
            left.map_or_else(Cell::missing, |day| Cell::date(day).tone(Tone::Error)),
        ]
    }));
    rows
}
