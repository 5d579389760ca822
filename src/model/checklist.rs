//! The validation checklist of the service-account guide: its lines, and how an account stands to each.

use crate::model::access::words;
use crate::model::date::Date;

words! {
    /// One line of the checklist, in the guide's order.
    Line {
        /// Each credential authenticates to the intended environment.
        Authenticates = "authenticates",
        /// Tool discovery or API access exposes the expected capabilities.
        Capabilities = "expected-capabilities",
        /// Read-only tests run before write or action tests.
        ReadFirst = "read-before-write",
        /// Write-back tests create the expected audit records on both sides.
        AuditRecords = "audit-records",
        /// Without its credential, the integration fails closed.
        FailsClosed = "fails-closed",
        /// Rotation and revoke procedures are documented and tested.
        Procedures = "procedures-tested",
    }
}

words! {
    /// How an account stands to a line.
    Standing {
        Pass = "pass",
        Fail = "fail",
        /// Nothing proves it, or not any more.
        Missing = "missing",
        /// It asks for something that the account's level never does.
        NotApplicable = "not-applicable",
    }
}

impl Line {
    /// What it asks for, as a sentence.
    pub fn asks(self) -> &'static str {
        match self {
            Line::Authenticates => "The credential authenticates to the intended environment",
            Line::Capabilities => "Tool discovery or API access exposes the expected capabilities",
            Line::ReadFirst => "Read-only tests ran before write or action tests",
            Line::AuditRecords => "Writes leave the expected audit records on both sides",
            Line::FailsClosed => "Without the credential, the integration fails closed",
            Line::Procedures => "Rotation and revoke are documented and rehearsed",
        }
    }

    /// The same in a word or two, for a heading.
    pub fn title(self) -> &'static str {
        match self {
            Line::Authenticates => "Authenticates",
            Line::Capabilities => "Capabilities",
            Line::ReadFirst => "Read before write",
            Line::AuditRecords => "Audit records",
            Line::FailsClosed => "Fails closed",
            Line::Procedures => "Procedures",
        }
    }
}

/// How one account stands to one line, and what that stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub line: Line,
    pub standing: Standing,
    /// In words: lower case, no full stop.
    pub why: String,
    /// The day of what it stands on: of several, the oldest.
    pub on: Option<Date>,
}
