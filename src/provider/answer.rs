//! What came back, and what it is held against. It is looked at, and never shown.

use std::cell::OnceCell;

use serde_json::Value as Json;

use crate::lifecycle::testing::BAD;
use crate::model::probe::{Expectation, JsonExpectation};
use crate::secret::Secret;

/// The word that is looked for in a refusal, and how much of it is looked at, in bytes.
const EXPIRED: &[u8] = b"expired";
const LOOKED_AT: usize = 64 * 1024;

/// An answer of a server, or the end of a program.
pub(super) struct Heard {
    /// Of a program, its exit status.
    pub status: u16,
    pub body: Secret,
    pub millis: u32,
    pub date: Option<String>,
    json: OnceCell<Option<Json>>,
}

/// Why there is no answer, in words that hold nothing that was sent or heard.
pub(super) struct Unheard {
    pub why: String,
    /// Whether the other side may have done something all the same.
    pub maybe_done: bool,
    pub millis: u32,
}

impl Unheard {
    /// Nothing was sent.
    pub(super) fn unsent(why: impl Into<String>) -> Unheard {
        Unheard {
            why: why.into(),
            maybe_done: false,
            millis: 0,
        }
    }
}

impl Heard {
    pub(super) fn new(status: u16, body: Secret, millis: u32, date: Option<String>) -> Heard {
        Heard {
            status,
            body,
            millis,
            date,
            json: OnceCell::new(),
        }
    }

    /// The answer as JSON, where it is that.
    pub(super) fn json(&self) -> Option<&Json> {
        let read = || serde_json::from_slice(self.body.expose()).ok();
        self.json.get_or_init(read).as_ref()
    }

    /// What a JSON pointer leads to; nothing where that is null.
    pub(super) fn at(&self, pointer: &str) -> Option<&Json> {
        self.json()?.pointer(pointer).filter(|it| !it.is_null())
    }

    /// A text or a number at a JSON pointer, as text.
    pub(super) fn text_at(&self, pointer: &str) -> Option<String> {
        match self.at(pointer)? {
            Json::String(text) if !text.is_empty() => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::String(_) | Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// Whether it refuses a logon, and says that something is expired. It is a server's word, and proves nothing.
    pub(super) fn says_expired(&self) -> bool {
        let body = self.body.expose();
        let body = body.get(..LOOKED_AT).unwrap_or(body);
        let mut words = body.windows(EXPIRED.len());
        BAD.contains(&self.status) && words.any(|word| word.eq_ignore_ascii_case(EXPIRED))
    }

    /// Whether it is what was declared: the status, and what the JSON must have.
    pub(super) fn fits(&self, expectation: &Expectation) -> bool {
        if !expectation.status.contains(self.status) {
            return false;
        }
        match &expectation.json {
            None => true,
            Some(JsonExpectation::Present(pointer)) => self.at(pointer.as_str()).is_some(),
            Some(JsonExpectation::Equal(wanted)) => wanted
                .iter()
                .all(|(pointer, value)| self.at(pointer) == Some(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fits(status: u16, body: &str, expectation: Json) -> bool {
        let heard = Heard::new(status, Secret::from(body.to_owned()), 0, None);
        heard.fits(&serde_json::from_value(expectation).unwrap())
    }

    #[test]
    fn only_a_refusal_says_that_something_is_expired() {
        let says = |status, body: &str| {
            Heard::new(status, Secret::from(body.to_owned()), 0, None).says_expired()
        };
        assert!(says(
            401,
            r#"{"error":"invalid_token","message":"The token Expired"}"#
        ));
        assert!(!says(401, r#"{"error":"invalid_token"}"#));
        assert!(!says(200, r#"{"expired":false}"#));
        assert!(!says(401, "exp"));
    }

    #[test]
    fn a_status_alone_is_not_what_was_declared_with_json() {
        let id = json!({ "status": 200, "json": "/items/0/id" });
        assert!(fits(200, r#"{"items":[{"id":7}]}"#, id.clone()));
        for body in [
            r#"{"items":[]}"#,
            r#"{"items":[{"id":null}]}"#,
            "<html>",
            "",
        ] {
            assert!(!fits(200, body, id.clone()), "{body}");
        }
        assert!(!fits(404, r#"{"items":[{"id":7}]}"#, id));
        let site = json!({ "status": [200, 206], "json": { "/site": "hawthorne" } });
        assert!(fits(206, r#"{"site":"hawthorne"}"#, site.clone()));
        assert!(!fits(200, r#"{"site":"berlin"}"#, site));
        let deep = "[".repeat(100_000);
        assert!(!fits(200, &deep, json!({ "status": 200, "json": "/0" })));
    }
}
