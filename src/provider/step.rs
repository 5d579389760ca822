//! One step of a procedure, run once: what became of it, and what the answer gave. An outcome that is not known is told
//! as that, never as a failure: something may have been made or taken away.

use std::collections::BTreeMap;

use crate::model::date::{Date, Timestamp};
use crate::model::id::Name;
use crate::model::placeholder;
use crate::model::probe::{Ask, HttpRequest};
use crate::model::procedure::{Pointers, Step};
use crate::model::text::Text;
use crate::provider::answer::{Heard, Unheard};
use crate::provider::probe::Refused;
use crate::provider::reach::Reach;
use crate::provider::values::{Scope, Values};
use crate::secret::{Secret, Value, is_public, parts};

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Done,
    /// It certainly did nothing.
    Failed,
    /// It may have done its work, or a part of it.
    Unknown,
}

/// What became of a step, and what its answer gave.
pub struct Performed {
    pub how: How,
    /// The HTTP status of the step itself, or the exit status of its program: of one that was not begun there is none.
    pub status: Option<u16>,
    pub millis: u32,
    /// The new secret, where the step takes one.
    pub secret: Option<Value>,
    /// What the provider calls what was made or found.
    pub id: Option<Text>,
    /// The last day on which it is good, as the answer says.
    pub expires: Option<Date>,
    /// What the server says of its own clock.
    pub date: Option<String>,
    /// In words, without anything that was sent or heard.
    pub why: String,
}

impl Reach<'_> {
    /// Runs the request or the program of a step. A step that a person does is none for this: it did nothing.
    pub fn perform(&self, step: &Step, values: &Values<'_>) -> Performed {
        let ask = match (&step.http, &step.command) {
            (Some(http), None) => Ask::Http(Box::new(http.clone())),
            (None, Some(words)) => Ask::Command(words.clone()),
            (None, None) | (Some(_), Some(_)) => {
                return Performed::unheard(Unheard::unsent("a person does this step"));
            }
        };
        self.act(&ask, step, values)
    }

    /// Runs what a drill does in place of a step; none where the step cannot be rehearsed.
    pub fn rehearse(&self, step: &Step, values: &Values<'_>) -> Option<Performed> {
        let ask = step.rehearse.as_ref()?;
        if let Ask::Http(http) = ask
            && !http.reads()
        {
            let why = "a rehearsal only reads: its method is GET or HEAD";
            return Some(Performed::unheard(Unheard::unsent(why)));
        }
        let text = serde_json::to_string(ask).unwrap_or_default();
        let is_taken = |name: &str| step.taken().any(|taken| taken.as_str() == name);
        let only = Step {
            before: match placeholder::names(&text).any(is_taken) {
                true => step.before.clone(),
                false => Vec::new(),
            },
            secret: None,
            id: None,
            expires: None,
            ..step.clone()
        };
        Some(self.act(ask, &only, values))
    }

    fn act(&self, ask: &Ask, step: &Step, values: &Values<'_>) -> Performed {
        let mut scope = Scope::of(values);
        if let Err(refused) = self.logon(&step.before, &mut scope) {
            return Performed::refused(&refused);
        }
        let heard = match self.ask(ask, step.stdin.as_ref(), &scope) {
            Ok(heard) => heard,
            Err(unheard) => return Performed::unheard(unheard),
        };
        let (how, why) = match ask {
            Ask::Http(http) => of_status(http, heard.status),
            Ask::Command(_) if heard.status == 0 => (How::Done, String::new()),
            Ask::Command(_) => {
                let status = heard.status;
                (
                    How::Unknown,
                    format!("the program ended with status {status}"),
                )
            }
        };
        let mut performed = Performed {
            how,
            status: Some(heard.status),
            millis: heard.millis,
            secret: None,
            id: None,
            expires: None,
            date: heard.date.clone(),
            why,
        };
        if how == How::Done {
            performed.read(step, &heard, &scope);
        }
        performed
    }
}

/// What a status means for a step. What a server refuses it did not do; what else it says leaves that open.
fn of_status(http: &HttpRequest, status: u16) -> (How, String) {
    let is_done = match &http.expect {
        Some(expected) => expected.contains(status),
        None => (200..300).contains(&status),
    };
    match status {
        _ if is_done => (How::Done, String::new()),
        // A request that took too long may have been taken all the same.
        400..=407 | 409..=499 => (How::Failed, format!("it was refused with status {status}")),
        _ => (
            How::Unknown,
            format!("status {status} does not say whether it was done"),
        ),
    }
}

impl Performed {
    /// What came before it, which does nothing by itself, did not end well: the step was not begun, and what was answered
    /// says nothing of it.
    fn refused(refused: &Refused) -> Performed {
        let heard = refused.heard();
        Performed {
            date: heard.and_then(|heard| heard.date.clone()),
            millis: refused.millis(),
            ..Performed::unheard(Unheard::unsent(refused.why()))
        }
    }

    fn unheard(unheard: Unheard) -> Performed {
        Performed {
            how: match unheard.maybe_done {
                true => How::Unknown,
                false => How::Failed,
            },
            status: None,
            millis: unheard.millis,
            secret: None,
            id: None,
            expires: None,
            date: None,
            why: unheard.why,
        }
    }

    /// Takes what the step says the answer holds. A secret that is not there leaves the outcome open: one was made.
    fn read(&mut self, step: &Step, heard: &Heard, scope: &Scope<'_>) {
        if let Some(pointers) = &step.secret {
            match secret(pointers, step.command.is_some(), heard, scope) {
                Ok(value) => self.secret = Some(value),
                Err(why) => {
                    self.how = How::Unknown;
                    self.why = why;
                }
            }
        }
        if let Some(pointer) = &step.id {
            let text = heard.text_at(pointer.as_str());
            let id = text.and_then(|text| text.parse::<Text>().ok());
            // What holds a secret is no id, whatever the provider calls it.
            self.id = id.filter(|id| !self.holds_secret(id, scope));
        }
        if let Some(pointer) = &step.expires {
            let text = heard.text_at(pointer.as_str());
            self.expires = text.as_deref().and_then(end);
        }
    }

    /// Whether a secret stands in what should be an id; what is short stands in many.
    fn holds_secret(&self, id: &Text, scope: &Scope<'_>) -> bool {
        let new = self.secret.iter().flat_map(|value| value.fields());
        let new = new.filter(|(name, _)| !is_public(name));
        let new = new.map(|(_, secret)| secret);
        let id = id.as_str().as_bytes();
        new.chain(scope.secrets())
            .any(|secret| parts(id).any(|part| part == secret.expose()))
    }
}

/// The new secret, under the names of the credential's fields.
fn secret(
    pointers: &Pointers,
    is_program: bool,
    heard: &Heard,
    scope: &Scope<'_>,
) -> Result<Value, String> {
    let missing = || "it was done, and the secret is not where the step says".to_owned();
    let mut fields: BTreeMap<Name, Secret> = BTreeMap::new();
    match pointers {
        Pointers::One(pointer) => {
            let taken = match pointer.as_str() {
                "" if is_program => {
                    let mut whole = Secret::new(heard.body.expose().to_vec());
                    whole.trim_newline();
                    Some(whole)
                }
                pointer => heard.text_at(pointer).map(Secret::from),
            };
            fields.insert(scope.values.only_field(), taken.ok_or_else(missing)?);
        }
        Pointers::Fields(named) => {
            for (name, pointer) in named {
                let taken = heard.text_at(pointer.as_str()).map(Secret::from);
                fields.insert(name.clone(), taken.ok_or_else(missing)?);
            }
        }
    }
    Value::read(fields).map_err(|error| format!("it was done, and the secret is none: {error}"))
}

/// A day from a date, a time, or seconds since 1970 (or thousandths of them).
fn end(text: &str) -> Option<Date> {
    /// More seconds than these are thousandths: the year 5138.
    const SECONDS: i64 = 100_000_000_000;
    if let Ok(number) = text.parse::<i64>() {
        let seconds = match number {
            0 | i64::MIN..0 => return None,
            SECONDS.. => number / 1000,
            _ => number,
        };
        return Some(Timestamp::from_unix(seconds).date());
    }
    let time = || text.parse::<Timestamp>().ok().map(Timestamp::date);
    text.parse::<Date>().ok().or_else(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(expect: serde_json::Value, status: u16) -> How {
        let http = serde_json::json!({ "method": "DELETE", "path": "/", "expect": expect });
        of_status(&serde_json::from_value(http).unwrap(), status).0
    }

    #[test]
    fn only_a_refusal_is_a_failure() {
        let none = || serde_json::Value::Null;
        for (expect, status, expected) in [
            (none(), 204, How::Done),
            (none(), 403, How::Failed),
            (none(), 429, How::Failed),
            (none(), 408, How::Unknown),
            (none(), 302, How::Unknown),
            (none(), 500, How::Unknown),
            (none(), 503, How::Unknown),
            (serde_json::json!([204, 404]), 404, How::Done),
            (serde_json::json!(201), 200, How::Unknown),
        ] {
            assert_eq!(how(expect, status), expected, "{status}");
        }
    }

    #[test]
    fn what_holds_a_secret_is_no_id() {
        let mut done = Performed::unheard(Unheard::unsent("x"));
        let secret = Secret::from("k2-Jc6vRk4wYx8zTm1".to_owned());
        done.secret = Some(Value::single(secret).unwrap());
        let values = Values::new();
        let scope = Scope::of(&values);
        let holds = |id: &str| done.holds_secret(&id.parse().unwrap(), &scope);
        assert!(holds("k2-Jc6vRk4wYx8zTm1"));
        assert!(holds("/keys/k2-Jc6vRk4wYx8zTm1?full"));
        assert!(!holds("k2"));
    }

    #[test]
    fn the_end_is_a_day() {
        let day = |text: &str| end(text).map(|date| date.to_string());
        for text in [
            "2027-03-31",
            "2027-03-31T14:00:00Z",
            "1806501600",
            "1806501600000",
        ] {
            assert_eq!(day(text).as_deref(), Some("2027-03-31"), "{text}");
        }
        for text in ["", "never", "0", "-5", "31.03.2027"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
