//! Floor 3: why something does not work: the causes that the guide checks for a symptom, each held against what is known of
//! an account. Values in, values out: it asks nobody, and decides nothing.

mod agent;
mod audit;
mod authentication;
mod case;
mod network;
mod production;
mod seen;
mod verdict;
mod write;

use std::cmp::Reverse;

use crate::model::diagnosis::{Cause, Standing, Symptom, Verdict};

pub use case::{Case, Known, RULES};
pub use network::DRIFT_LIMIT;

/// Every cause of a symptom: the likeliest first, what is unknown next, and what is ruled out last; else in the guide's order.
pub fn judge(case: &Case<'_>, symptom: Symptom) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = symptom.causes().map(|cause| of(case, cause)).collect();
    verdicts.sort_by_key(|it| (it.standing, Reverse(it.weight), it.cause));
    verdicts
}

/// The gravest of some standings: likely before unknown before ruled out.
pub fn worst(verdicts: &[Verdict]) -> Option<Standing> {
    verdicts.iter().map(|verdict| verdict.standing).min()
}

fn of(case: &Case<'_>, cause: Cause) -> Verdict {
    match cause {
        Cause::SecretValue => authentication::secret_value(case),
        Cause::ProviderEnvironment => authentication::provider_environment(case),
        Cause::IpAllowlist => network::ip_allowlist(case),
        Cause::Expiry => authentication::expiry(case),
        Cause::ClockDrift => network::clock_drift(case),
        Cause::EnvironmentEndpoint => production::environment_endpoint(case),
        Cause::TenantBoundary => production::tenant_boundary(case),
        Cause::ProviderRole => production::provider_role(case),
        Cause::FirewallRule => network::firewall_rule(case),
        Cause::FieldPermission => write::field_permission(case),
        Cause::PlatformScope => write::platform_scope(case),
        Cause::WorkflowApproval => write::workflow_approval(case),
        Cause::SourceOwnership => write::source_ownership(case),
        Cause::ToolScope => agent::tool_scope(case),
        Cause::ServiceIdentity => agent::service_identity(case),
        Cause::EndpointSlice => agent::endpoint_slice(case),
        Cause::TenantEnablement => agent::tenant_enablement(case),
        Cause::ReviewGate => agent::review_gate(case),
        Cause::ActionPath => audit::action_path(case),
        Cause::AccountId => audit::account_id(case),
        Cause::SyncLog => audit::sync_log(case),
        Cause::ProviderResponse => audit::provider_response(case),
        Cause::RetryHandler => audit::retry_handler(case),
    }
}
