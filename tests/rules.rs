//! Every rule that needs only what is declared: in `tests/rules/ID/bad.toml` it finds its fault, where the line says
//! `# fault`, and no other rule finds any; in `good.toml` nothing is found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use keyroll::catalog::Glossaries;
use keyroll::manifest::{self, Manifest};
use keyroll::model::baseline::Known;
use keyroll::model::finding::Finding;
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

fn judge(manifest: &Manifest) -> Vec<Finding> {
    judge_on(AS_OF, manifest)
}

fn judge_on(day: &str, manifest: &Manifest) -> Vec<Finding> {
    let inventory = &manifest.inventory;
    let glossaries = Glossaries::of(inventory);
    let facts = Facts::new(inventory, &glossaries, day.parse().unwrap());
    let selection = Selection {
        pedantic: true,
        ..Selection::declared()
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
    let good = judge(&read(rule, "good.toml"));
    assert!(good.is_empty(), "{rule}/good.toml: {good:#?}");
    let manifest = read(rule, "bad.toml");
    let bad = judge(&manifest);
    assert!(!bad.is_empty(), "{rule}/bad.toml: nothing found");
    for finding in &bad {
        assert_eq!(finding.rule, rule, "{finding:#?}");
        let line = line(&manifest, finding);
        assert!(line.contains("# fault"), "{rule} points at: {line}");
    }
    let known = |findings: &[Finding]| findings.iter().map(Known::of).collect::<Vec<_>>();
    let next = judge_on(NEXT_DAY, &manifest);
    assert_eq!(
        known(&bad),
        known(&next),
        "{rule} says something else each day: what changes by itself stands in no backquotes"
    );
}

/// A test for each rule, named as the rule is, and the list of them.
macro_rules! fixtures {
    ($($name:ident)*) => {
        const LISTED: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                holds(&stringify!($name).replace('_', "-"));
            }
        )*
    };
}

fixtures! {
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

#[test]
fn every_rule_of_what_is_declared_has_its_fixtures() {
    let declared = rules::ALL
        .iter()
        .filter(|rule| rule.kind != RuleKind::State)
        // Found in a baseline, not in an inventory: tests/cli/baseline.trycmd.
        .filter(|rule| rule.id != "baseline-unused");
    let ids: Vec<String> = declared.map(|rule| rule.id.replace('-', "_")).collect();
    assert_eq!(ids, LISTED);
}
