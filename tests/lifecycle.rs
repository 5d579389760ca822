//! What the lifecycle decides, tried on real stores with the examples in them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod samples;

use std::path::{Path, PathBuf};

use keyroll::catalog::Glossaries;
use keyroll::lifecycle::due::{DueKind, OwnerChanges};
use keyroll::lifecycle::{facts, plan, schedule};
use keyroll::manifest;
use keyroll::model::change::Change;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::{Kind, Record, RecordId};
use keyroll::operations::{self, due, records::removal};
use keyroll::rules::{self, Facts, Selection};
use keyroll::store::{Store, StoreError};
use samples::{actor, creations, record};
use serde_json::json;

fn example(file: &str) -> PathBuf {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/femo");
    examples.join(file)
}

fn femo() -> Inventory {
    let manifest = manifest::read(&[example("")]);
    assert!(manifest.problems.is_empty(), "{:#?}", manifest.problems);
    manifest.inventory
}

/// Declares everything, and records what happened.
fn fill(store: &mut Store, femo: &Inventory) {
    let plan = plan::compare(femo, &store.inventory().unwrap(), false);
    store.commit(&actor(), &plan.changes).unwrap();
    let stored = store.inventory().unwrap();
    let lines = operations::facts::read(&example("facts.jsonl")).unwrap();
    let changes = facts::decide(&lines, &stored).unwrap();
    store.commit(&actor(), &changes).unwrap();
}

fn filled(femo: &Inventory) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(&dir.path().join("roll.db"), &actor()).unwrap();
    fill(&mut store, femo);
    (dir, store)
}

fn by_command(account: &str, by: &str) -> Record {
    let id = format!("approval/{account} closeout 2026-10-03");
    record(&id, json!({ "by": by, "by-command": true }))
}

#[test]
fn what_is_due_is_judged_alike_from_the_index_and_from_everything() {
    let femo = femo();
    let (_dir, mut store) = filled(&femo);
    let account = femo.accounts.keys().next().unwrap();
    let waivers = due::RULES.iter().map(|rule| {
        let subject = format!("account/{account}");
        let body = json!({ "rule": rule, "subject": subject, "reason": "the plant is closed",
            "owner": "person/dee-diaz", "until": "2028-12-31" });
        record(&format!("waiver/{rule} {subject}"), body)
    });
    store
        .commit(&actor(), &creations(&waivers.collect::<Vec<_>>()))
        .unwrap();
    let as_of = "2027-11-22".parse().unwrap();
    let selection = Selection {
        select: due::RULES.iter().map(|id| (*id).to_owned()).collect(),
        ..Selection::all()
    };
    let judged = |inventory: &Inventory| {
        let glossaries = Glossaries::of(inventory);
        rules::judgement(&Facts::new(inventory, &glossaries, as_of), &selection)
    };
    let whole = judged(&store.inventory().unwrap());
    assert_eq!(judged(&due::candidates(&store, as_of).unwrap()), whole);
    assert!(!whole.findings.is_empty() && !whole.waived.is_empty());
}

#[test]
fn a_change_of_owner_makes_an_account_due_in_the_index_as_in_the_rules() {
    let femo = femo();
    let (_dir, mut store) = filled(&femo);
    let as_of = "2026-11-22".parse().unwrap();
    let by_owner = |store: &Store| {
        let selection = Selection::all();
        let judged = |inventory: &Inventory| {
            let glossaries = Glossaries::of(inventory);
            rules::judge(&Facts::new(inventory, &glossaries, as_of), &selection)
        };
        let mine = |inventory: &Inventory| {
            let mut findings = judged(inventory);
            findings.retain(|finding| due::RULES.contains(&finding.rule));
            findings.retain(|finding| finding.message.starts_with("an owner changed"));
            let subjects = findings
                .iter()
                .map(|finding| (finding.rule, finding.subject.clone()));
            subjects.collect::<Vec<_>>()
        };
        let whole = mine(&store.inventory().unwrap());
        assert_eq!(mine(&due::candidates(store, as_of).unwrap()), whole);
        assert_eq!(store.verify().unwrap().faults, []);
        whole
    };
    assert_eq!(by_owner(&store), []);
    let stored = store.inventory().unwrap();
    let account = stored.versions.keys().next().unwrap().account.clone();
    let change = |on: &str| {
        let body = json!({ "fact": "owner-changed", "account": account, "on": on });
        record(&format!("fact/owner-changed {account} {on}"), body)
    };
    let facts = ["2020-01-01", "2026-11-19", "2026-11-20"].map(change);
    store.commit(&actor(), &creations(&facts)).unwrap();
    let id = RecordId::new(Kind::Account, &account);
    assert_eq!(by_owner(&store), [("rotation-overdue", id)]);
    let due = store.due(as_of).unwrap();
    let row = due
        .iter()
        .find(|row| row.account == account && row.what == DueKind::Rotation);
    assert_eq!(row.unwrap().due_on.to_string(), "2026-11-19");
    // Taken back, it is not due any more.
    let removed: Vec<_> = facts.into_iter().map(Change::remove).collect();
    store.commit(&actor(), &removed).unwrap();
    assert_eq!(by_owner(&store), []);
}

#[test]
fn a_rotation_is_begun_in_the_window_that_the_schedule_shows_and_at_no_other_time() {
    let femo = femo();
    let (_dir, mut store) = filled(&femo);
    let policies = store.records(Kind::Rotation).unwrap();
    let changes = policies.into_iter().map(|before| {
        let mut body = before.to_value();
        body["warn"] = json!("1d");
        body["window"] =
            json!({ "days": ["sun"], "from": "02:00", "to": "04:00", "zone": "Europe/Berlin" });
        body["blackout"] = json!([{ "from": "2026-12-14", "to": "2027-01-15" }]);
        let after = record(&before.id().to_string(), body);
        Change::update(before, after)
    });
    let changes: Vec<_> = changes.collect();
    store.commit(&actor(), &changes).unwrap();
    let inventory = store.inventory().unwrap();
    let (now, days) = ("2026-11-22T00:00:00Z", ("2026-11-22", "2027-02-01"));
    let days = (days.0.parse().unwrap(), days.1.parse().unwrap());
    let planned = schedule::schedule(&inventory, &|_, _| true, now.parse().unwrap(), days);
    let runs = planned
        .lines
        .iter()
        .flat_map(|line| line.runs.iter().map(|run| (line.id, run)));
    let first: Vec<_> = runs
        .filter(|(_, run)| run.what == DueKind::Rotation)
        .collect();
    assert!(
        first
            .iter()
            .any(|(_, run)| run.day() < run.due_on.plus_days(-20))
    );
    for (id, run) in first {
        let opening = run.opening.unwrap();
        let begun = |at| due::to_rotate(&store, at).unwrap().contains(id);
        // Nothing was rotated meanwhile, so only the first of an account is planned so.
        let (_, account) = inventory.accounts.get_key_value(id).unwrap();
        let changes = OwnerChanges::of(&inventory);
        let next = schedule::next(&inventory, &changes, id, account, opening.from).unwrap();
        assert_eq!(begun(opening.from), next.is_time(opening.from));
        assert!(begun(opening.from), "{id}");
        assert!(!begun(opening.until), "{id}");
    }
}

/// A generator of one's own: the same subsets in every run.
struct Dice(u64);

impl Dice {
    fn one_in(&mut self, sides: u64) -> bool {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33).is_multiple_of(sides)
    }
}

/// Every account reviewed and approved by another, and drilled with its procedure.
fn entangled(femo: &Inventory) -> Vec<Record> {
    let people: Vec<String> = femo
        .people
        .keys()
        .map(|id| format!("person/{id}"))
        .chain(femo.teams.keys().map(|id| format!("team/{id}")))
        .chain(femo.accounts.keys().map(|id| format!("account/{id}")))
        .collect();
    let mut out = Vec::new();
    for (at, (id, account)) in femo.accounts.iter().enumerate() {
        let by = &people[(at * 7) % people.len()];
        out.push(by_command(id.as_str(), by));
        let review = json!({ "fact": "review", "account": id, "on": "2026-10-02", "by": by, "verdict": "keep" });
        out.push(record(&format!("fact/review {id}"), review));
        for procedure in account.rotate.iter().chain(&account.revoke) {
            let drill = json!({ "fact": "drill", "procedure": procedure, "account": id, "on": "2026-10-02",
                "result": "pass" });
            out.push(record(&format!("fact/drill {procedure} {id}"), drill));
        }
    }
    out
}

#[test]
fn whatever_is_left_out_a_prune_is_taken_and_leaves_nothing_to_do() {
    let femo = femo();
    let mut dice = Dice(7);
    for sides in [1, 2, 3, 8, 40, 2, 3, 8] {
        let (_dir, mut store) = filled(&femo);
        store
            .commit(&actor(), &creations(&entangled(&femo)))
            .unwrap();
        let mut declared = femo.clone();
        for _ in 0..3 {
            // Smaller and smaller: what is added names only what is there.
            declared = declared.records().filter(|_| !dice.one_in(sides)).collect();
            let plan = plan::compare(&declared, &store.inventory().unwrap(), true);
            store.commit(&actor(), &plan.changes).unwrap();
            let again = plan::compare(&declared, &store.inventory().unwrap(), true);
            assert_eq!(again.changes, []);
            assert_eq!(again.kept, plan.kept);
        }
        assert_eq!(store.verify().unwrap().faults, []);
    }
}

#[test]
fn an_account_goes_with_its_history_or_not_at_all() {
    let femo = femo();
    let (_dir, mut store) = filled(&femo);
    let role = femo.roles.keys().next().unwrap();
    for name in femo.accounts.keys() {
        let id = RecordId::new(Kind::Account, name);
        let assigned = json!({ "principal": id.to_string(), "role": role });
        let waived = json!({ "rule": "missing-owner", "subject": id.to_string() });
        let about = [
            by_command(name.as_str(), &id.to_string()),
            record(&format!("assignment/{id} {role}"), assigned),
            record(&format!("waiver/missing-owner {id}"), waived),
        ];
        store.commit(&actor(), &creations(&about)).unwrap();
        let account = store.record(&id).unwrap().unwrap();
        let alone = removal(&store, account.clone(), false).unwrap();
        let error = store.commit(&actor(), &alone).unwrap_err();
        assert!(matches!(error, StoreError::Dangling { .. }), "{error}");
        let whole = removal(&store, account, true).unwrap();
        store.commit(&actor(), &whole).unwrap();
        for about in about {
            assert_eq!(store.record(&about.id()).unwrap(), None);
        }
    }
    assert_eq!(store.verify().unwrap().faults, []);
}
