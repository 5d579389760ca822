//! The fourth output: where each secret is stored, who rotates it and when, and by which procedures. Never the secret.

use crate::dossier::handoff::{Around, lanes, none, or_none, procedures, table};
use crate::lifecycle::due;
use crate::lifecycle::due::{DueKind, OwnerChanges};
use crate::model::account::{Account, AccountStatus};
use crate::model::id::AccountId;
use crate::report::handoff::{Block, Gap, Section};
use crate::report::view::{Cell, Tone};

/// The rules that miss something here.
const MISSES: &[&str] = &[
    "missing-rotation",
    "missing-revoke-procedure",
    "no-rotation-window",
];

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let accounts = || around.inventory.accounts.iter();
    let changes = OwnerChanges::of(&around.inventory);
    let blocks = vec![
        table(
            "secrets",
            "Where each secret is stored",
            &[
                "account", "kind", "place", "identity", "version", "value", "expires",
            ],
            accounts()
                .map(|(id, account)| stored(around, id, account))
                .collect(),
            "There is no account.",
        ),
        table(
            "rotations",
            "Who rotates it, and when",
            &[
                "account",
                "rotation-owner",
                "policy",
                "every",
                "overlap",
                "issued",
                "due",
            ],
            accounts()
                .map(|(id, account)| rotated(around, &changes, id, account))
                .collect(),
            "There is no account.",
        ),
        Block::Timeline(lanes::timeline(around)),
        procedures::table_of(around),
    ];
    let mut gaps = around.missed(MISSES);
    gaps.extend(accounts().flat_map(|(id, account)| lacks(around, id, account)));
    Section {
        id: "secrets",
        title: "Secret storage and rotation owner",
        lead: "Where the value of each credential lives, who replaces it, how often, and by which steps. No value stands in \
               this pack, nor anything that it could be told by."
            .to_owned(),
        gaps: super::gaps::sorted(gaps),
        blocks,
    }
}

fn stored(around: &Around<'_, '_>, id: &AccountId, account: &Account) -> Vec<Cell> {
    let credential = account.credential.as_deref();
    let current = due::newest(&around.inventory.versions, id);
    let version = current.map(|(_, version)| version);
    let held = version.map(|version| match version.held {
        Some(_) => Cell::text("held"),
        None => Cell::text("not known to keyroll").tone(Tone::Muted),
    });
    vec![
        Cell::text(id),
        or_none(credential.map(|credential| credential.kind)),
        or_none(credential.map(|credential| &credential.store)),
        credential.map_or_else(Cell::missing, |credential| Cell::list(&credential.identity)),
        current.map_or_else(|| none("none"), |(key, _)| Cell::number(key.number.into())),
        held.unwrap_or_else(Cell::missing),
        version
            .and_then(|version| version.expires)
            .map_or_else(Cell::missing, Cell::date),
    ]
}

fn rotated(
    around: &Around<'_, '_>,
    changes: &OwnerChanges<'_>,
    id: &AccountId,
    account: &Account,
) -> Vec<Cell> {
    let policy = account.rotation.as_ref();
    let record = policy.and_then(|name| around.inventory.rotations.get(name));
    let current = due::current(&around.inventory.versions, id);
    let dues = due::of(&around.inventory, changes, id, account);
    let due = dues.iter().find(|due| due.what == DueKind::Rotation);
    vec![
        Cell::text(id),
        or_none(account.rotation_owner()),
        or_none(policy),
        Cell::optional(record.map(|record| &record.every)),
        Cell::optional(record.and_then(|record| record.overlap.as_ref())),
        current.map_or_else(Cell::missing, |version| Cell::date(version.issued)),
        due.map_or_else(Cell::missing, |due| {
            let cell = Cell::date(due.due_on);
            match (
                due.due_on < around.facts.as_of,
                due.warn_on <= around.facts.as_of,
            ) {
                (true, _) => cell.tone(Tone::Error),
                (false, true) => cell.tone(Tone::Warning),
                (false, false) => cell,
            }
        }),
    ]
}

/// What no rule asks for, and a successor does.
fn lacks(around: &Around<'_, '_>, id: &AccountId, account: &Account) -> Vec<Gap> {
    match account.status {
        AccountStatus::Active | AccountStatus::Suspended => {}
        AccountStatus::Proposed | AccountStatus::Retired => return Vec::new(),
    }
    let gap = |what: &str, way: String| Gap {
        subject: format!("account/{id}"),
        what: what.to_owned(),
        way: Some(way),
    };
    let mut gaps = Vec::new();
    if account.credential.is_none() {
        gaps.push(gap(
            "nothing says what it authenticates with, nor where that is stored",
            format!("keyroll account edit {id}, a table [account.{id}.credential]"),
        ));
    } else if due::current(&around.inventory.versions, id).is_none() {
        gaps.push(gap(
            "no version of its credential is recorded: nobody knows how old it is",
            format!("keyroll secret set {id}; or, where keyroll is not to hold it: keyroll import facts FILE"),
        ));
    }
    if account.rotation_owner().is_none() {
        gaps.push(gap(
            "no rotation owner, and no technical owner in the place of one",
            format!("keyroll account set {id} owner.rotation=team/NAME"),
        ));
    }
    if account.rotate.is_none() {
        gaps.push(gap(
            "no procedure to rotate it is named",
            format!("keyroll account set {id} rotate=PROCEDURE"),
        ));
    }
    gaps
}
