//! Whether a consumer is well: its program ends with status 0, or its address answers with a status of success. It is
//! given no secret.

use crate::model::consumer::Health;
use crate::model::fact::Outcome;
use crate::model::probe::{Ask, HttpRequest};
use crate::model::provider::Environment;
use crate::model::text::Text;
use crate::provider::probe::{Seen, Sight};
use crate::provider::reach::{Reach, Surroundings};
use crate::provider::values::{Scope, Values};

/// Looks once. Allowed is well, denied is not; inconclusive where it cannot be told, such as where nobody answers.
pub fn look(health: &Health, around: &Surroundings) -> Seen {
    let (endpoint, path) = match &health.http {
        Some(address) => split(address.as_str()),
        None => (String::new(), String::new()),
    };
    let ask = match (&health.http, &health.command) {
        (Some(_), None) => Ask::Http(Box::new(HttpRequest {
            at: None,
            method: plain("GET"),
            path: plain(&path),
            header: Default::default(),
            body: None,
            form: Default::default(),
            expect: None,
        })),
        (None, Some(words)) => Ask::Command(words.clone()),
        (None, None) | (Some(_), Some(_)) => {
            return Seen::inconclusive("its health has not exactly one of `http` and `command`");
        }
    };
    let environment = Environment {
        endpoint: plain(&endpoint),
        endpoints: Default::default(),
        hosting: None,
        allowlist: Vec::new(),
        admin: None,
    };
    let values = Values::new();
    let reach = Reach::of(&environment, around);
    let heard = match reach.ask(&ask, None, &Scope::of(&values)) {
        Ok(heard) => heard,
        Err(unheard) => {
            return Seen {
                millis: unheard.millis,
                ..Seen::inconclusive(unheard.why)
            };
        }
    };
    let is_well = match ask {
        Ask::Http(_) => (200..300).contains(&heard.status),
        Ask::Command(_) => heard.status == 0,
    };
    Seen {
        sight: match is_well {
            true => Sight::Allowed,
            false => Sight::Denied,
        },
        outcome: Outcome::Inconclusive,
        status: Some(heard.status),
        millis: heard.millis,
        ..Seen::inconclusive("")
    }
}

/// The server of an address, and the path at it.
fn split(address: &str) -> (String, String) {
    let host = address.find("://").map_or(0, |at| at + 3);
    match address[host..].find(['/', '?']) {
        Some(at) if address[host + at..].starts_with('/') => {
            let (server, path) = address.split_at(host + at);
            (server.to_owned(), path.to_owned())
        }
        Some(_) | None => (address.to_owned(), "/".to_owned()),
    }
}

/// A part of a text that is one already.
fn plain(part: &str) -> Text {
    part.parse().expect("a part of a text is a text")
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn an_address_is_a_server_and_a_path() {
        for (address, server, path) in [
            (
                "https://etl.example/health?x=1",
                "https://etl.example",
                "/health?x=1",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "/"),
            ("https://etl.example?x", "https://etl.example?x", "/"),
            ("nonsense", "nonsense", "/"),
        ] {
            assert_eq!(split(address), (server.into(), path.into()));
        }
    }
}
