//! Recall and precision: in the inventories with planted faults, the rules find each fault that they can see, where it
//! was planted, and nothing else; in the clean ones they find nothing.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use keyroll::catalog::Glossaries;
use keyroll::lifecycle::facts;
use keyroll::manifest::{self, Manifest};
use keyroll::model::credential::VersionStage;
use keyroll::model::finding::Finding;
use keyroll::model::id::{AccountId, Fingerprint};
use keyroll::model::inventory::Inventory;
use keyroll::model::sealed::{Held, Source};
use keyroll::operations;
use keyroll::reconcile::{self, List};
use keyroll::rules::{self, Facts, Selection};

const AS_OF: &str = "2026-11-22";

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Planted {
    fault: Vec<Fault>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Fault {
    organisation: String,
    word: String,
    subject: String,
    rules: Vec<String>,
    #[serde(default)]
    also: Vec<Also>,
    seen_by: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Also {
    rule: String,
    subject: Option<String>,
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn planted(organisation: &str) -> Vec<Fault> {
    let text = std::fs::read_to_string(examples().join("planted.toml")).unwrap();
    let all: Planted = toml::from_str(&text).unwrap();
    all.fault
        .into_iter()
        .filter(|fault| fault.organisation == organisation)
        .collect()
}

fn read(folder: &str) -> Manifest {
    let manifest = manifest::read(&[examples().join(folder)]);
    assert!(manifest.problems.is_empty(), "{:#?}", manifest.problems);
    manifest
}

/// The fingerprint that a secret of this name has: any 32 digits will do.
fn fingerprint(name: &str) -> Fingerprint {
    let sum = name.bytes().fold(7u128, |sum, byte| {
        sum.wrapping_mul(0x0100_0000_01b3).wrapping_add(byte.into())
    });
    format!("{sum:032x}").parse().unwrap()
}

/// Gives every account a current version with a secret of its own; those that a fault names, the fault's.
fn with_secrets(mut inventory: Inventory, organisation: &str) -> Inventory {
    let faults = planted(organisation);
    let accounts: Vec<AccountId> = inventory.accounts.keys().cloned().collect();
    for account in accounts {
        let subject = format!("account/{account}");
        let fault = faults
            .iter()
            .find(|fault| fault.subject == subject && fault.seen_by == "stored");
        let name = fault.map_or(&subject, |fault| &fault.word);
        let held = Held {
            place: "age".parse().unwrap(),
            item: None,
            source: Source::Stdin,
            bound: None,
            fingerprints: [("key".parse().unwrap(), fingerprint(name))].into(),
            exposed: None,
        };
        let mut of_account = inventory.versions.iter_mut().rev();
        let current = of_account.find(|(key, version)| {
            key.account == account && version.stage == VersionStage::Current
        });
        match (current, fault) {
            (Some((_, version)), _) => version.held = Some(held),
            (None, Some(_)) => panic!("{account} has no version to hold the secret"),
            (None, None) => {}
        }
    }
    inventory
}

/// Gives the versions whose tokens end on a day of their own that day.
fn with_tokens(mut inventory: Inventory, organisation: &str) -> Inventory {
    for fault in planted(organisation) {
        if fault.seen_by != "token" {
            continue;
        }
        let account = fault.subject.trim_start_matches("account/");
        let mut versions = inventory.versions.iter_mut();
        let (_, version) = versions
            .find(|(key, version)| {
                key.account.as_str() == account && version.stage == VersionStage::Current
            })
            .unwrap();
        assert_eq!(version.expires, Some("2026-12-29".parse().unwrap()));
        version.seen_expires = Some("2026-11-29".parse().unwrap());
    }
    inventory
}

/// The inventory with its facts recorded.
fn with_facts(folder: &str) -> Inventory {
    let mut inventory = read(folder).inventory;
    let lines = operations::facts::read(&examples().join(folder).join("facts.jsonl")).unwrap();
    for change in facts::decide(&lines, &inventory).unwrap() {
        inventory.put(change.after().unwrap().clone());
    }
    inventory
}

fn judge(inventory: &Inventory, state: bool, pedantic: bool) -> Vec<Finding> {
    let glossaries = Glossaries::of(inventory);
    let base = if state {
        Selection::all()
    } else {
        Selection::declared()
    };
    let selection = Selection { pedantic, ..base };
    rules::judge(
        &Facts::new(inventory, &glossaries, AS_OF.parse().unwrap()),
        &selection,
    )
}

/// The subject as the map names it: for an assignment, its principal.
fn subject(finding: &Finding) -> String {
    let whole = finding.subject.to_string();
    match whole.strip_prefix("assignment/") {
        Some(key) => key.split(' ').next().unwrap_or(key).to_owned(),
        None => whole,
    }
}

/// `seen` is what the judge is given: more and more of it is `validate`, `check`, then `stored` or `token`.
fn found_equals_planted(organisation: &str, inventory: &Inventory, seen: &[&str]) {
    let state = seen.contains(&"check");
    let built = |id: &str| rules::find(id).is_some();
    let faults: Vec<Fault> = planted(organisation)
        .into_iter()
        .filter(|fault| seen.contains(&fault.seen_by.as_str()))
        .collect();
    let found: BTreeSet<(String, String)> = judge(inventory, state, true)
        .iter()
        .map(|finding| (finding.rule.to_owned(), subject(finding)))
        .collect();
    let mut explained = BTreeSet::new();
    let mut judged = 0;
    for fault in &faults {
        for rule in fault.rules.iter().filter(|rule| built(rule)) {
            let expected = (rule.clone(), fault.subject.clone());
            assert!(
                found.contains(&expected),
                "missed: {} {expected:?}",
                fault.word
            );
            explained.insert(expected);
            judged += 1;
        }
        for also in &fault.also {
            let subject = also.subject.as_ref().unwrap_or(&fault.subject);
            explained.insert((also.rule.clone(), subject.clone()));
        }
    }
    assert!(judged > 0, "some rules of the map are built");
    let extra: Vec<_> = found.difference(&explained).collect();
    assert!(extra.is_empty(), "not planted: {extra:#?}");
}

#[test]
fn clean_inventories_raise_nothing() {
    for folder in ["femo", "brookfield", "manifest-example"] {
        let findings = judge(&read(folder).inventory, false, true);
        assert!(findings.is_empty(), "{folder}: {findings:#?}");
    }
}

#[test]
fn clean_inventories_with_their_facts_raise_nothing_today_and_much_a_year_later() {
    for folder in ["femo", "brookfield"] {
        let inventory = with_facts(folder);
        let findings = judge(&inventory, true, true);
        assert!(findings.is_empty(), "{folder}: {findings:#?}");
        let glossaries = Glossaries::of(&inventory);
        let later = Facts::new(&inventory, &glossaries, "2027-11-22".parse().unwrap());
        let late = rules::judge(&later, &Selection::all());
        assert!(
            late.iter()
                .any(|finding| finding.rule == "rotation-overdue")
        );
        assert!(
            late.iter()
                .any(|finding| finding.rule == "credential-expired")
        );
    }
}

#[test]
fn validate_finds_what_was_planted_and_nothing_else() {
    for organisation in ["femo", "brookfield"] {
        let manifest = read(&format!("{organisation}-with-faults"));
        found_equals_planted(organisation, &manifest.inventory, &["validate"]);
    }
}

#[test]
fn check_finds_what_was_planted_and_nothing_else() {
    for organisation in ["femo", "brookfield"] {
        let inventory = with_facts(&format!("{organisation}-with-faults"));
        found_equals_planted(organisation, &inventory, &["validate", "check"]);
    }
}

#[test]
fn check_finds_shared_secrets_once_they_are_stored_and_nothing_else() {
    for organisation in ["femo", "brookfield"] {
        let inventory = with_facts(&format!("{organisation}-with-faults"));
        let inventory = with_secrets(inventory, organisation);
        found_equals_planted(organisation, &inventory, &["validate", "check", "stored"]);
        let clean = with_secrets(with_facts(organisation), "nobody");
        assert_eq!(judge(&clean, true, true), []);
    }
}

#[test]
fn check_finds_an_end_that_the_token_tells_otherwise_and_nothing_else() {
    let inventory = with_tokens(with_facts("femo-with-faults"), "femo");
    found_equals_planted("femo", &inventory, &["validate", "check", "token"]);
}

/// The inventory with what the providers' own lists told of it.
fn with_lists(folder: &str) -> Inventory {
    let mut inventory = with_facts(folder);
    let lists = [
        ("unicmms", "production", "unicmms-production.csv"),
        ("servicenow", "staging", "servicenow-staging.jsonl"),
    ];
    let mut told = Vec::new();
    for (provider, environment, file) in lists {
        let (provider, environment) = (provider.parse().unwrap(), environment.parse().unwrap());
        let text = std::fs::read(examples().join(folder).join("lists").join(file)).unwrap();
        let list = List {
            name: file.parse().unwrap(),
            map: inventory.providers[&provider].accounts.as_ref().unwrap(),
            from: Box::new(text.as_slice()),
        };
        let counted = reconcile::census(&inventory, (&provider, &environment), list).unwrap();
        assert_eq!(counted.malformed, 0, "{file}");
        told.push(counted.fact(&provider, "2026-11-20".parse().unwrap()));
    }
    for change in reconcile::changes(told, &inventory) {
        inventory.put(change.after().unwrap().clone());
    }
    inventory
}

#[test]
fn check_finds_what_the_providers_own_lists_tell_and_nothing_else() {
    let inventory = with_lists("femo-with-faults");
    found_equals_planted("femo", &inventory, &["validate", "check", "list"]);
    assert_eq!(judge(&with_lists("femo"), true, true), []);
}

#[test]
fn every_rule_of_the_map_is_built() {
    for organisation in ["femo", "brookfield"] {
        for fault in planted(organisation) {
            for rule in &fault.rules {
                assert!(rules::find(rule).is_some(), "{rule}");
            }
        }
    }
}

#[test]
fn every_finding_points_at_the_line_where_its_fault_was_planted() {
    for organisation in ["femo", "brookfield"] {
        let folder = format!("{organisation}-with-faults");
        let manifest = read(&folder);
        let findings = judge(&manifest.inventory, false, true);
        assert!(!findings.is_empty());
        let expected: Vec<Fault> = planted(organisation);
        for finding in &findings {
            let named = |fault: &&Fault| {
                fault.subject == subject(finding)
                    && fault.rules.iter().any(|rule| rule == finding.rule)
            };
            let Some(fault) = expected.iter().find(named) else {
                continue;
            };
            let place = manifest
                .place(&finding.subject, &finding.field)
                .expect("a finding has a place");
            let text = std::fs::read_to_string(&place.file).unwrap();
            let line = text.lines().nth(place.line - 1).unwrap_or_default();
            assert!(
                line.contains(&format!("fault: {}", fault.word)) || line.contains(&fault.word),
                "{} {} points at {}:{}: {line}",
                finding.rule,
                finding.subject,
                place.file,
                place.line
            );
        }
    }
}
