//! Diagnosis: a symptom, the causes that the service-account guide checks for it, and how each stands. Never what a server
//! answered.

use crate::model::access::words;
use crate::model::date::{Date, Timestamp};

words! {
    /// What somebody sees go wrong: a row of the guide's table of troubles.
    Symptom {
        /// Authentication fails.
        AuthFails = "auth-fails",
        /// Access works in staging but fails in production.
        ProdOnly = "prod-only",
        /// Write-back is denied.
        WriteDenied = "write-denied",
        /// An AI agent cannot call a tool.
        AgentBlocked = "agent-blocked",
        /// An audit record is missing.
        AuditMissing = "audit-missing",
    }
}

words! {
    /// What may be behind it, in the guide's order: five, four, four, five and five.
    Cause {
        SecretValue = "secret-value",
        ProviderEnvironment = "provider-environment",
        IpAllowlist = "ip-allowlist",
        Expiry = "expiry",
        ClockDrift = "clock-drift",

        EnvironmentEndpoint = "environment-endpoint",
        TenantBoundary = "tenant-boundary",
        ProviderRole = "provider-role",
        FirewallRule = "firewall-rule",

        FieldPermission = "field-permission",
        PlatformScope = "platform-scope",
        WorkflowApproval = "workflow-approval",
        SourceOwnership = "source-ownership",

        ToolScope = "tool-scope",
        ServiceIdentity = "service-identity",
        EndpointSlice = "endpoint-slice",
        TenantEnablement = "tenant-enablement",
        ReviewGate = "review-gate",

        ActionPath = "action-path",
        AccountId = "account-id",
        SyncLog = "sync-log",
        ProviderResponse = "provider-response",
        RetryHandler = "retry-handler",
    }
}

words! {
    /// How a cause stands, the one to look at first before the others.
    Standing {
        /// Something that is known speaks for it.
        Likely = "likely",
        /// Nothing that is known tells.
        Unknown = "unknown",
        /// Something that is known speaks against it.
        RuledOut = "ruled-out",
    }
}

words! {
    /// Where it is known from.
    Source {
        /// The roll, as somebody wrote it.
        Declared = "declared",
        /// A dated fact, a version or an operation.
        Recorded = "recorded",
        /// A finding of the rule book.
        Rule = "rule",
        /// A request made just now.
        Probe = "probe",
    }
}

impl Symptom {
    /// The guide's row, in words.
    pub fn title(self) -> &'static str {
        match self {
            Symptom::AuthFails => "authentication fails",
            Symptom::ProdOnly => "access works elsewhere and fails here",
            Symptom::WriteDenied => "a write is denied",
            Symptom::AgentBlocked => "an AI agent cannot call a tool",
            Symptom::AuditMissing => "an audit record is missing",
        }
    }

    /// What the guide checks for it, in its order.
    pub fn causes(self) -> impl Iterator<Item = Cause> {
        let causes = Cause::ALL.iter().copied();
        causes.filter(move |cause| cause.symptom() == self)
    }
}

impl Cause {
    /// The row that it stands in.
    pub fn symptom(self) -> Symptom {
        match self {
            Cause::SecretValue
            | Cause::ProviderEnvironment
            | Cause::IpAllowlist
            | Cause::Expiry
            | Cause::ClockDrift => Symptom::AuthFails,
            Cause::EnvironmentEndpoint
            | Cause::TenantBoundary
            | Cause::ProviderRole
            | Cause::FirewallRule => Symptom::ProdOnly,
            Cause::FieldPermission
            | Cause::PlatformScope
            | Cause::WorkflowApproval
            | Cause::SourceOwnership => Symptom::WriteDenied,
            Cause::ToolScope
            | Cause::ServiceIdentity
            | Cause::EndpointSlice
            | Cause::TenantEnablement
            | Cause::ReviewGate => Symptom::AgentBlocked,
            Cause::ActionPath
            | Cause::AccountId
            | Cause::SyncLog
            | Cause::ProviderResponse
            | Cause::RetryHandler => Symptom::AuditMissing,
        }
    }
}

/// One thing that is known, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    pub text: String,
    /// The day of it, where it has one.
    pub on: Option<Date>,
    pub from: Source,
    /// The rule, where it is the finding of one.
    pub rule: Option<&'static str>,
}

/// How one cause stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub cause: Cause,
    pub standing: Standing,
    /// How much speaks for it, beside the others that are likely.
    pub weight: u8,
    /// What it stands on; never empty.
    pub grounds: Vec<Ground>,
    /// The command that would tell, or mend it; none where nothing is left to do.
    pub next: Option<String>,
}

words! {
    /// Why a server that was asked gave no answer.
    Silence {
        /// Its name has no address.
        NoName = "no-name",
        /// No connection came to be.
        NoConnection = "no-connection",
        Timeout = "timeout",
        /// It is not who it should be, or speaks no TLS.
        Tls = "tls",
        /// It cannot be asked like this, or answered what is no HTTP.
        Other = "other",
    }
}

words! {
    /// Why no logon was tried.
    Untried {
        /// One more could lock the identity.
        Lockout = "lockout",
        NoSecret = "no-secret",
        /// No probe that only reads is declared.
        NoProbe = "no-probe",
    }
}

/// What a server said to a request that held no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The HTTP status, or why there is none.
    pub heard: Result<u16, Silence>,
    /// How far its clock is before ours.
    pub drift: Option<Drift>,
}

/// How far one clock is before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Negative: behind.
    pub seconds: i64,
    /// By how much that may be off, either way.
    pub slack: i64,
}

impl Drift {
    /// What a server that was asked between two moments here says of its own. Each clock tells whole seconds, and ours is read
    /// in two parts.
    pub fn between(server: Timestamp, before: Timestamp, after: Timestamp) -> Drift {
        let (before, after) = (before.unix(), after.unix().max(before.unix()));
        let middle = before + (after - before) / 2;
        Drift {
            seconds: server.unix() - middle,
            slack: (after - before) / 2 + 2,
        }
    }
}

/// What was asked just now, and not recorded as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// What came of a request that held no secret, where one was made.
    pub greeting: Option<Greeting>,
    /// Why no logon was tried, where none was.
    pub untried: Option<Untried>,
    /// Whether the answer to a logon says that something is expired.
    pub expired: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_have_as_many_causes_as_the_guide() {
        let counts = Symptom::ALL.iter().map(|row| row.causes().count());
        assert_eq!(counts.collect::<Vec<_>>(), [5, 4, 4, 5, 5]);
    }

    #[test]
    fn a_slow_answer_tells_less_of_a_clock() {
        let at = Timestamp::from_unix;
        let drift = |server, before, after| {
            let Drift { seconds, slack } = Drift::between(at(server), at(before), at(after));
            (seconds, slack)
        };
        assert_eq!(drift(1_000, 1_000, 1_000), (0, 2));
        assert_eq!(drift(900, 1_000, 1_020), (-110, 12));
        assert_eq!(drift(1_400, 1_000, 990), (400, 2));
    }
}
