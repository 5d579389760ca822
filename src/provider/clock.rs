//! A knock at an endpoint, with no secret: whether it answers this host, and what its clock says.

use crate::model::diagnosis::Silence;
use crate::provider::reach::Reach;
use crate::wire::WireError;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeted {
    /// The HTTP status, or why there is none.
    pub heard: Result<u16, Silence>,
    /// What the server says of its own clock.
    pub date: Option<String>,
}

impl Reach<'_> {
    /// Asks the environment's own endpoint for no more than the head of an answer.
    pub fn greet(&self) -> Greeted {
        let greeted = self.own().map(|client| client.greet());
        match greeted {
            None => silent(Silence::Other),
            Some(Ok(greeting)) => Greeted {
                heard: Ok(greeting.status),
                date: greeting.date,
            },
            Some(Err(error)) => silent(silence(&error)),
        }
    }
}

fn silent(why: Silence) -> Greeted {
    Greeted {
        heard: Err(why),
        date: None,
    }
}

fn silence(error: &WireError) -> Silence {
    match error {
        WireError::Unreachable { .. } if error.is_of_name() => Silence::NoName,
        WireError::Unreachable { .. } => Silence::NoConnection,
        WireError::Timeout { .. } => Silence::Timeout,
        WireError::Tls { .. } => Silence::Tls,
        WireError::BadUrl { .. }
        | WireError::BadCertificate { .. }
        | WireError::BadProxy
        | WireError::BadHeader { .. }
        | WireError::Status { .. }
        | WireError::TooLarge { .. }
        | WireError::Redirect { .. }
        | WireError::Protocol { .. } => Silence::Other,
    }
}
