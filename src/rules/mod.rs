//! Floor 3: the rule book. One rule a file; a rule sees an inventory and returns findings, and never acts.

mod approvals;
mod baseline;
pub mod checklist;
mod duty_dates;
mod endpoints;
mod facts;
mod findings;
mod grants;
mod history;
mod judge;
mod members;
mod places;
mod proofs;
mod rule;
#[cfg(test)]
mod sample;
mod seats;
mod selection;
mod sharing;
mod sites;
mod terms;
mod unlisted;

// The rules, one file each.
mod actions_mixed;
mod agent_without_gate;
mod approval_expired;
mod approval_unsound;
mod assertion_failed;
mod assignment_of_departed;
mod assignment_outside_tenant;
mod assignment_outside_workplace;
mod assignment_too_wide;
mod assignment_without_boundary;
mod audit_record_missing;
mod baseline_unused;
mod boundary_too_wide;
mod bulk_egress;
mod credential_expired;
mod credential_expiring;
mod credential_in_url;
mod credential_shared;
mod dormant_account;
mod drill_overdue;
mod duties_conflict;
mod empty_role;
mod endpoint_mismatch;
mod environment_shared;
mod evidence_failed;
mod evidence_stale;
mod expiry_disagrees;
mod fail_closed_unproven;
mod forbidden_permission;
mod half_grant;
mod identity_shared;
mod insecure_endpoint;
mod interactive_use;
mod invitation_open;
mod level_exceeded;
mod lifetime_over_policy;
mod malformed;
mod missing_allowlist;
mod missing_approval;
mod missing_audit_requirements;
mod missing_consumer;
mod missing_control;
mod missing_expiry;
mod missing_owner;
mod missing_purpose;
mod missing_required_permission;
mod missing_revoke_procedure;
mod missing_rotation;
mod no_glossary;
mod no_rotation_window;
mod overlap_exceeded;
mod overlap_impossible;
mod owner_changed;
mod owner_departed;
mod possibly_live;
mod provider_ghost;
mod provider_orphan;
mod redundant_assignment;
mod retired_unrevoked;
mod review_overdue;
mod rotation_due;
mod rotation_overdue;
mod rotation_stalled;
mod secret_in_inventory;
mod single_custodian;
mod team_circle;
mod tenant_crossed;
mod tenant_roles_mixed;
mod third_party_unmanaged;
mod unapproved_secret_store;
mod unclear_name;
mod unknown_permission;
mod unknown_reference;
mod unknown_scope;
mod untested_authentication;
mod untested_authorization;
mod unused_permission;
mod unused_procedure;
mod unused_role;
mod unused_rotation;
mod waiver_expired;
mod waiver_incomplete;
mod waiver_unused;
mod weak_authentication;
mod wildcard_grant;
mod write_before_read;

pub use facts::Facts;
pub use findings::Findings;
pub use judge::{Judgement, baseline, judge, judgement, judgement_beside};
pub use malformed::RULE as MALFORMED;
pub use rule::{Rule, RuleKind};
pub use selection::{Selection, UnknownRule};
pub use terms::Terms;

/// Every rule, in the order of the book.
pub static ALL: &[&Rule] = &[
    &missing_owner::RULE,
    &owner_departed::RULE,
    &missing_purpose::RULE,
    &missing_expiry::RULE,
    &missing_rotation::RULE,
    &missing_revoke_procedure::RULE,
    &missing_audit_requirements::RULE,
    &missing_consumer::RULE,
    &unapproved_secret_store::RULE,
    &secret_in_inventory::RULE,
    &unclear_name::RULE,
    &unknown_reference::RULE,
    &unknown_permission::RULE,
    &unknown_scope::RULE,
    &no_glossary::RULE,
    &tenant_crossed::RULE,
    &boundary_too_wide::RULE,
    &credential_shared::RULE,
    &identity_shared::RULE,
    &environment_shared::RULE,
    &endpoint_mismatch::RULE,
    &insecure_endpoint::RULE,
    &weak_authentication::RULE,
    &credential_in_url::RULE,
    &level_exceeded::RULE,
    &actions_mixed::RULE,
    &forbidden_permission::RULE,
    &missing_required_permission::RULE,
    &bulk_egress::RULE,
    &agent_without_gate::RULE,
    &wildcard_grant::RULE,
    &half_grant::RULE,
    &missing_control::RULE,
    &missing_approval::RULE,
    &approval_expired::RULE,
    &approval_unsound::RULE,
    &interactive_use::RULE,
    &overlap_impossible::RULE,
    &no_rotation_window::RULE,
    &missing_allowlist::RULE,
    &single_custodian::RULE,
    &third_party_unmanaged::RULE,
    &lifetime_over_policy::RULE,
    &duties_conflict::RULE,
    &tenant_roles_mixed::RULE,
    &assignment_without_boundary::RULE,
    &assignment_outside_tenant::RULE,
    &assignment_outside_workplace::RULE,
    &assignment_too_wide::RULE,
    &assignment_of_departed::RULE,
    &team_circle::RULE,
    &redundant_assignment::RULE,
    &assertion_failed::RULE,
    &empty_role::RULE,
    &unused_role::RULE,
    &unused_procedure::RULE,
    &unused_rotation::RULE,
    &rotation_due::RULE,
    &rotation_overdue::RULE,
    &credential_expiring::RULE,
    &credential_expired::RULE,
    &possibly_live::RULE,
    &rotation_stalled::RULE,
    &owner_changed::RULE,
    &overlap_exceeded::RULE,
    &retired_unrevoked::RULE,
    &untested_authentication::RULE,
    &untested_authorization::RULE,
    &write_before_read::RULE,
    &evidence_failed::RULE,
    &evidence_stale::RULE,
    &fail_closed_unproven::RULE,
    &drill_overdue::RULE,
    &review_overdue::RULE,
    &expiry_disagrees::RULE,
    &provider_orphan::RULE,
    &provider_ghost::RULE,
    &dormant_account::RULE,
    &unused_permission::RULE,
    &audit_record_missing::RULE,
    &invitation_open::RULE,
    &waiver_expired::RULE,
    &waiver_unused::RULE,
    &waiver_incomplete::RULE,
    &baseline_unused::RULE,
];

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}

/// The rule's page: what `explain` prints and what stands in `docs/rules/`.
pub fn page(rule: &Rule) -> String {
    format!(
        "# {}\n\n{}: {}. Judged from {}.\n\n{}\n",
        rule.id,
        rule.severity,
        rule.summary,
        match rule.kind {
            RuleKind::Static | RuleKind::Found => "what is declared",
            RuleKind::State => "what is declared and recorded",
        },
        rule.explain.trim()
    )
}
