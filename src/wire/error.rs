//! What can go wrong on the wire, in words that hold no header, no body, and of an address the origin alone.

use crate::wire::Origin;

/// Why nothing usable came back.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The address itself is not repeated: people paste passwords into them.
    #[error("it is no address of a server: {why}")]
    BadUrl { why: &'static str },
    #[error("the certificates of its authority cannot be read: {why}")]
    BadCertificate { why: &'static str },
    #[error("the proxy's address cannot be used: it is `http://HOST:PORT` or `https://HOST:PORT`")]
    BadProxy,
    #[error("the header `{name}` holds what no header may")]
    BadHeader { name: String },
    #[error("{origin} cannot be reached: {why}")]
    Unreachable {
        origin: Origin,
        why: String,
        /// Whether something may have been sent.
        sent: bool,
    },
    #[error("{origin} is not who it should be, or speaks no TLS: {why}")]
    Tls {
        origin: Origin,
        why: String,
        sent: bool,
    },
    #[error("{origin} did not answer in {milliseconds} ms")]
    Timeout {
        origin: Origin,
        milliseconds: u128,
        sent: bool,
    },
    #[error("{origin} answered with status {status}")]
    Status { origin: Origin, status: u16 },
    #[error("{origin} answered with more than {limit} bytes")]
    TooLarge { origin: Origin, limit: usize },
    /// `to` is an origin, or says that it is none.
    #[error("{origin} sends on to {to}, and redirects are not followed")]
    Redirect { origin: Origin, to: String },
    #[error("what {origin} answered is no HTTP")]
    Protocol { origin: Origin },
}

/// What is said of a name that has no address that may be asked.
pub(super) const NO_NAME: &str = "its name leads nowhere";

/// How the system's own words for that begin.
const NO_ADDRESS: &str = "failed to lookup address information";

impl WireError {
    /// Whether it is the name that leads nowhere.
    pub fn is_of_name(&self) -> bool {
        match self {
            WireError::Unreachable { why, .. } => why == NO_NAME || why.starts_with(NO_ADDRESS),
            WireError::BadUrl { .. }
            | WireError::BadCertificate { .. }
            | WireError::BadProxy
            | WireError::BadHeader { .. }
            | WireError::Tls { .. }
            | WireError::Timeout { .. }
            | WireError::Status { .. }
            | WireError::TooLarge { .. }
            | WireError::Redirect { .. }
            | WireError::Protocol { .. } => false,
        }
    }

    /// Whether the other side may have got what was sent. Where it cannot have, it did nothing.
    pub fn may_have_been_sent(&self) -> bool {
        match self {
            WireError::BadUrl { .. }
            | WireError::BadCertificate { .. }
            | WireError::BadProxy
            | WireError::BadHeader { .. } => false,
            WireError::Unreachable { sent, .. }
            | WireError::Tls { sent, .. }
            | WireError::Timeout { sent, .. } => *sent,
            WireError::Status { .. }
            | WireError::TooLarge { .. }
            | WireError::Redirect { .. }
            | WireError::Protocol { .. } => true,
        }
    }
}
