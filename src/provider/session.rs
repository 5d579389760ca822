//! A session that was opened before a credential is withdrawn, and is asked again afterwards: what it still sees.

use std::collections::BTreeMap;

use crate::model::fact::Outcome;
use crate::model::placeholder;
use crate::model::probe::{HttpRequest, Probe, ProbeKind};
use crate::program::{Held, Silent};
use crate::provider::probe::{Seen, Sight};
use crate::provider::reach::Reach;
use crate::provider::template;
use crate::provider::values::{Scope, Values};
use crate::secret::Secret;

/// A session that is held.
pub struct Session(Kind);

enum Kind {
    /// A program that is logged on.
    Program { held: Held, name: String },
    /// What the requests before the read took: a token.
    Taken {
        taken: BTreeMap<String, Secret>,
        probe: Box<Probe>,
    },
}

impl Reach<'_> {
    /// Opens a session: by the program that the tests declare for it, or with what the read probe takes before its
    /// request. None where a credential has no session: each request shows the secret itself.
    ///
    /// # Errors
    /// When there is one, and it cannot be opened; in words.
    pub fn hold(
        &self,
        tests: &BTreeMap<ProbeKind, Probe>,
        values: &Values<'_>,
    ) -> Result<Option<Session>, String> {
        if let Some(probe) = tests.get(&ProbeKind::Session) {
            return self.run_session(probe, values).map(Some);
        }
        let Some(probe) = tests.get(&ProbeKind::Read) else {
            return Ok(None);
        };
        let is_held = probe.http.as_ref().is_some_and(|http| !names_secret(http));
        if !is_held || probe.taken().next().is_none() {
            return Ok(None);
        }
        let mut scope = Scope::of(values);
        self.logon(&probe.before, &mut scope)
            .map_err(|refused| refused.why())?;
        if !scope.has_taken() {
            return Ok(None);
        }
        let taken = scope.into_taken();
        let probe = Box::new(probe.clone());
        Ok(Some(Session(Kind::Taken { taken, probe })))
    }

    fn run_session(&self, probe: &Probe, values: &Values<'_>) -> Result<Session, String> {
        let words = probe.command.as_ref();
        let words = words.ok_or("the session has no `command`")?;
        let scope = Scope::of(values);
        let program = self.program(words, &scope)?;
        let text = probe
            .stdin
            .as_ref()
            .map_or("{secret}", |text| text.as_str());
        let first = template::bytes(text, &scope);
        let (first, _) = first.map_err(|error| error.to_string())?;
        let arguments = program.arguments.iter().cloned();
        let limit = self.limit();
        let held = Held::start(&program.path, arguments, &first, limit, program.around());
        let held = held.map_err(|failed| failed.why(&program.name, limit))?;
        let name = program.name;
        match held.line().as_deref() {
            Ok("held") => Ok(Session(Kind::Program { held, name })),
            Ok(_) => Err(format!("`{name}` said something else than `held`")),
            Err(Silent::TimedOut) => Err(format!("`{name}` did not say `held` in time")),
            Err(Silent::Ended) => Err(format!("`{name}` ended before it said `held`")),
        }
    }
}

impl Session {
    /// Asks once more on the same session. What is allowed is not yet refused. The values are those that it was opened
    /// with.
    pub fn ask(&mut self, reach: &Reach<'_>, values: &Values<'_>) -> Seen {
        match &mut self.0 {
            Kind::Taken { taken, probe } => {
                let mut scope = Scope::of(values);
                for (name, secret) in std::mem::take(taken) {
                    scope.take(&name, secret);
                }
                let seen = reach.judged(ProbeKind::Read, probe, &scope);
                *taken = scope.into_taken();
                seen
            }
            Kind::Program { held, name } => {
                // It may have been opened in haste.
                held.within(reach.limit());
                let (answer, millis) = reach.timed(|| held.ask("again"));
                let seen = match answer.as_deref() {
                    Ok("allowed") => sight(Sight::Allowed),
                    Ok("denied") => sight(Sight::Denied),
                    Ok(_) => Seen::inconclusive(format!("`{name}` says neither")),
                    Err(Silent::TimedOut) => {
                        Seen::inconclusive(format!("`{name}` did not answer in time"))
                    }
                    // A server that cuts the line ends the program; so does much else.
                    Err(Silent::Ended) => Seen::inconclusive(format!("`{name}` has ended")),
                };
                Seen { millis, ..seen }
            }
        }
    }
}

fn sight(sight: Sight) -> Seen {
    Seen {
        sight,
        outcome: Outcome::Inconclusive,
        ..Seen::inconclusive("")
    }
}

/// Whether a request shows the secret itself: each is a fresh logon then.
fn names_secret(http: &HttpRequest) -> bool {
    let is_secret = |text: &str| {
        placeholder::names(text)
            .any(|name| placeholder::sort(name) == Some(placeholder::Sort::Secret))
    };
    let texts = http.header.values().chain(http.form.values());
    let body = http.body.as_ref().map(ToString::to_string);
    let mut all = texts.map(|text| text.as_str()).chain(body.as_deref());
    all.any(is_secret)
}
