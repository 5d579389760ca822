//! Every rule, in `tests/rules/ID`: in `bad.toml` it finds its fault, where the line says `# fault`, and no other rule finds
//! any; in `good.toml` nothing is found. Beside the TOML of a rule that needs what happened stand `bad.jsonl` and
//! `good.jsonl`: facts, and records as the store holds them, each with its id under `record`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use keyroll::catalog::Glossaries;
use keyroll::lifecycle::facts;
use keyroll::manifest::{self, Manifest};
use keyroll::model::baseline::Known;
use keyroll::model::finding::Finding;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use keyroll::rules::{self, Facts, RuleKind, Selection};

/// The day that the fixtures are judged by.
const AS_OF: &str = "2026-11-22";
const NEXT_DAY: &str = "2026-11-23";

fn read(rule: &str, name: &str) -> Manifest {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let path: PathBuf = folder.join(rule).join(name);
    assert!(path.is_file(), "{} is missing", path.display());
    let manifest = manifest::read(&[path]);
    assert!(
        manifest.problems.is_empty(),
        "{rule}/{name}: {:#?}",
        manifest.problems
    );
    manifest
}

fn judge(inventory: &Inventory, base: Selection) -> Vec<Finding> {
    judge_on(AS_OF, inventory, base)
}

fn judge_on(day: &str, inventory: &Inventory, base: Selection) -> Vec<Finding> {
    let glossaries = Glossaries::of(inventory);
    let facts = Facts::new(inventory, &glossaries, day.parse().unwrap());
    let selection = Selection {
        pedantic: true,
        ..base
    };
    rules::judge(&facts, &selection)
}

fn line(manifest: &Manifest, finding: &Finding) -> String {
    let place = manifest.place(&finding.subject, &finding.field);
    let place = place.unwrap_or_else(|| panic!("no place: {finding:#?}"));
    let text = manifest.source(&place.file).unwrap_or_default();
    text.lines()
        .nth(place.line.saturating_sub(1))
        .unwrap_or_default()
        .to_owned()
}

fn holds(rule: &str) {
    let good = judge(&read(rule, "good.toml").inventory, Selection::declared());
    assert!(good.is_empty(), "{rule}/good.toml: {good:#?}");
    let manifest = read(rule, "bad.toml");
    let bad = judge(&manifest.inventory, Selection::declared());
    assert!(!bad.is_empty(), "{rule}/bad.toml: nothing found");
    for finding in &bad {
        assert_eq!(finding.rule, rule, "{finding:#?}");
        let line = line(&manifest, finding);
        assert!(line.contains("# fault"), "{rule} points at: {line}");
    }
    let known = |findings: &[Finding]| findings.iter().map(Known::of).collect::<Vec<_>>();
    let next = judge_on(NEXT_DAY, &manifest.inventory, Selection::declared());
    assert_eq!(
        known(&bad),
        known(&next),
        "{rule} says something else each day: what changes by itself stands in no backquotes"
    );
}

/// An inventory with what happened to it: `tests/rules/ID/NAME.toml` and `NAME.jsonl`.
fn happened(rule: &str, name: &str) -> (Manifest, Inventory) {
    let manifest = read(rule, &format!("{name}.toml"));
    let mut inventory = manifest.inventory.clone();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let path = folder.join(rule).join(format!("{name}.jsonl"));
    let (mut lines, mut records) = (Vec::new(), Vec::new());
    for (at, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        let mut body: serde_json::Value = serde_json::from_str(line).unwrap();
        match body.as_object_mut().unwrap().remove("record") {
            None => lines.push((at + 1, serde_json::from_value(body).unwrap())),
            Some(id) => {
                let id = id.as_str().unwrap().parse().unwrap();
                records.push(Record::from_value(&id, body).unwrap());
            }
        }
    }
    for change in facts::decide(&lines, &inventory).unwrap() {
        inventory.put(change.after().unwrap().clone());
    }
    for record in records {
        inventory.put(record);
    }
    (manifest, inventory)
}

/// The same of a rule that needs what happened. Its finding points at the record, or at the line that says `# fault`.
fn holds_of_what_happened(rule: &str) {
    let (_, inventory) = happened(rule, "good");
    let good = judge(&inventory, Selection::all());
    assert!(good.is_empty(), "{rule}/good: {good:#?}");
    let (manifest, inventory) = happened(rule, "bad");
    let bad = judge(&inventory, Selection::all());
    assert!(!bad.is_empty(), "{rule}/bad: nothing found");
    for finding in &bad {
        assert_eq!(finding.rule, rule, "{finding:#?}");
        let line = line(&manifest, finding);
        assert!(line.contains("# fault"), "{rule} points at: {line}");
        assert!(finding.fix.is_some(), "{rule} knows a way out");
    }
    let declared = judge(&manifest.inventory, Selection::declared());
    assert_eq!(declared, [], "{rule}: what is declared is well");
}

/// A test for each rule, named as the rule is, and the list of them.
macro_rules! fixtures {
    ($listed:ident $holds:ident: $($name:ident)*) => {
        const $listed: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                $holds(&stringify!($name).replace('_', "-"));
            }
        )*
    };
}

fixtures! {
    LISTED holds:
    missing_owner
    owner_departed
    missing_purpose
    missing_expiry
    missing_rotation
    missing_revoke_procedure
    missing_audit_requirements
    missing_consumer
    unapproved_secret_store
    secret_in_inventory
    unclear_name
    unknown_reference
    unknown_permission
    unknown_scope
    no_glossary
    tenant_crossed
    boundary_too_wide
    credential_shared
    identity_shared
    environment_shared
    endpoint_mismatch
    insecure_endpoint
    weak_authentication
    credential_in_url
    level_exceeded
    actions_mixed
    forbidden_permission
    missing_required_permission
    bulk_egress
    agent_without_gate
    wildcard_grant
    half_grant
    missing_control
    missing_approval
    approval_expired
    approval_unsound
    interactive_use
    overlap_impossible
    no_rotation_window
    missing_allowlist
    single_custodian
    third_party_unmanaged
    lifetime_over_policy
    duties_conflict
    tenant_roles_mixed
    assignment_without_boundary
    assignment_outside_tenant
    assignment_outside_workplace
    assignment_too_wide
    assignment_of_departed
    team_circle
    redundant_assignment
    assertion_failed
    empty_role
    unused_role
    unused_procedure
    unused_rotation
    waiver_expired
    waiver_unused
    waiver_incomplete
}

fixtures! {
    HAPPENED holds_of_what_happened:
    rotation_due
    rotation_overdue
    credential_expiring
    credential_expired
    possibly_live
    rotation_stalled
    owner_changed
    overlap_exceeded
    retired_unrevoked
    untested_authentication
    untested_authorization
    write_before_read
    evidence_failed
    evidence_stale
    fail_closed_unproven
    drill_overdue
    review_overdue
    expiry_disagrees
    provider_orphan
    provider_ghost
    dormant_account
    unused_permission
    audit_record_missing
    invitation_open
}

#[test]
fn every_rule_has_its_fixtures() {
    let declared = rules::ALL
        .iter()
        .filter(|rule| rule.kind != RuleKind::State)
        // Found in a baseline, not in an inventory: tests/cli/baseline.trycmd.
        .filter(|rule| rule.id != "baseline-unused");
    let ids: Vec<String> = declared.map(|rule| rule.id.replace('-', "_")).collect();
    assert_eq!(ids, LISTED);
    let happened = rules::ALL
        .iter()
        .filter(|rule| rule.kind == RuleKind::State);
    let ids: Vec<String> = happened.map(|rule| rule.id.replace('-', "_")).collect();
    assert_eq!(ids, HAPPENED);
}
