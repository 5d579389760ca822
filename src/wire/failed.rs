//! What went wrong, from the words of the libraries into ours: of theirs nothing is repeated that could quote what was sent.

use std::io;

use ureq::Timeout;

use crate::wire::client::{Client, LARGEST, before_sending};
use crate::wire::error::{NO_NAME, WireError};
use crate::wire::origin::Origin;

impl Client {
    pub(super) fn failed(&self, error: ureq::Error) -> WireError {
        let origin = self.origin.clone();
        let unreachable = |why: &str| WireError::Unreachable {
            origin: self.origin.clone(),
            why: why.to_owned(),
            sent: false,
        };
        match error {
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => WireError::Timeout {
                origin,
                milliseconds: before_sending(self.timeout).as_millis(),
                sent: false,
            },
            ureq::Error::Timeout(_) => WireError::Timeout {
                origin,
                milliseconds: self.timeout.as_millis(),
                sent: true,
            },
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
                WireError::TooLarge {
                    origin,
                    limit: LARGEST,
                }
            }
            ureq::Error::HostNotFound => unreachable(NO_NAME),
            ureq::Error::ConnectionFailed => unreachable("no connection"),
            ureq::Error::InvalidProxyUrl => WireError::BadProxy,
            ureq::Error::ConnectProxyFailed(_) => unreachable("the proxy refused"),
            ureq::Error::Rustls(error) => tls(origin, &error),
            ureq::Error::Tls(why) => WireError::Tls {
                origin,
                why: why.to_owned(),
                sent: true,
            },
            ureq::Error::TlsRequired => WireError::Tls {
                origin,
                why: "no TLS".to_owned(),
                sent: false,
            },
            ureq::Error::Io(error) => self.failed_io(&error),
            // Theirs may grow; what they say could quote what was sent.
            _ => WireError::Protocol { origin },
        }
    }

    fn failed_io(&self, error: &io::Error) -> WireError {
        let origin = self.origin.clone();
        let inner = error.get_ref();
        if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return tls(origin, error);
        }
        let why = match error.kind() {
            io::ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => "it hung up".to_owned(),
            // Everything else is the system's own text, of the look-up and of the socket.
            _ => error.to_string(),
        };
        let sent = !matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::AddrNotAvailable
        );
        WireError::Unreachable { origin, why, sent }
    }
}

/// A certificate is looked at before anything is sent.
fn tls(origin: Origin, error: &rustls::Error) -> WireError {
    WireError::Tls {
        origin,
        why: error.to_string(),
        sent: !matches!(
            error,
            rustls::Error::InvalidCertificate(_) | rustls::Error::PeerIncompatible(_)
        ),
    }
}
