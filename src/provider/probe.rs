//! Runs a probe: what a credential is seen to be able to do. A status is no verdict; what fits nothing that was declared
//! is inconclusive, and proves nothing.

use crate::model::fact::Outcome;
use crate::model::placeholder::Plain;
use crate::model::probe::{Ask, Before, HttpRequest, Probe, ProbeKind, Verdict};
use crate::provider::answer::{Heard, Unheard};
use crate::provider::discover::{self, Discovered};
use crate::provider::leak;
use crate::provider::mask;
use crate::provider::reach::Reach;
use crate::provider::values::{Scope, Values};
use crate::provider::verify::{Look, changed};
use crate::secret::Secret;

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    Allowed,
    Denied,
    Inconclusive,
}

/// What a probe showed. Nothing of it is a secret, or a part of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub sight: Sight,
    /// Whether that is as it must be.
    pub outcome: Outcome,
    /// The HTTP status, or the exit status of the program.
    pub status: Option<u16>,
    /// Of the judged request alone.
    pub millis: u32,
    /// The SHA-256 of the answer, with every secret taken out first.
    pub digest: Option<String>,
    /// What the server says of its own clock.
    pub date: Option<String>,
    /// Whether the answer refuses, and says that something is expired.
    pub expired: bool,
    /// In words; empty where there is nothing to say.
    pub why: String,
}

impl Reach<'_> {
    /// Runs a probe, and judges what it saw.
    pub fn probe(&self, kind: ProbeKind, probe: &Probe, values: &Values<'_>) -> Seen {
        let must_be = probe.must_be(kind);
        let mut scope = Scope::of(values);
        match self.logon(&probe.before, &mut scope) {
            Ok(()) => {}
            Err(refused) => return refused.seen(probe, must_be, &scope),
        }
        let seen = self.judged(kind, probe, &scope);
        Seen {
            outcome: match seen.outcome {
                // What differs from what was granted fails, whoever may log on.
                Outcome::Fail => Outcome::Fail,
                Outcome::Pass | Outcome::Inconclusive => outcome(seen.sight, must_be),
            },
            ..seen
        }
    }

    /// The requests before the judged one, and what their answers hand on.
    pub(super) fn logon(&self, all: &[Before], scope: &mut Scope<'_>) -> Result<(), Refused> {
        for before in all {
            let heard = self.send(&before.http, scope);
            let heard = heard.map_err(Refused::Unheard)?;
            if !is_done(&before.http, heard.status) {
                return Err(Refused::Heard(Box::new(heard)));
            }
            for (name, pointer) in &before.take {
                match heard.text_at(pointer.as_str()) {
                    Some(text) => scope.take(name.as_str(), Secret::from(text)),
                    None => return Err(Refused::Without(name.to_string(), Box::new(heard))),
                }
            }
        }
        Ok(())
    }

    /// The judged request, with what the requests before it took. Its outcome is a failure only where that is beyond what
    /// the probe must be.
    pub(super) fn judged(&self, kind: ProbeKind, probe: &Probe, scope: &Scope<'_>) -> Seen {
        let ask = match (&probe.http, &probe.command) {
            (Some(http), None) => Ask::Http(Box::new(http.clone())),
            (None, Some(words)) => Ask::Command(words.clone()),
            (None, None) | (Some(_), Some(_)) => {
                let why = "the probe has not exactly one of `http` and `command`";
                return Seen::inconclusive(why);
            }
        };
        let look = || self.look(probe, scope);
        let before = match (&probe.verify, kind) {
            (Some(_), _) => match look().and_then(|first| Ok((first, look()?))) {
                Ok(looks) => Some(looks),
                Err(why) => return Seen::inconclusive(format!("nothing was written: {why}")),
            },
            (None, ProbeKind::Write) => {
                let why = "nothing was written: the probe has no `verify` to see what changes";
                return Seen::inconclusive(why);
            }
            (None, _) => None,
        };
        let heard = self.ask(&ask, probe.stdin.as_ref(), scope);
        let mut seen = match &heard {
            Ok(heard) => judge(kind, probe, heard, scope),
            Err(unheard) => Seen {
                millis: unheard.millis,
                ..Seen::inconclusive(unheard.why.clone())
            },
        };
        if let Some((first, second)) = before {
            match look() {
                Ok(after) => {
                    let has_changed = changed(&first, &second, &after);
                    seen.hold_against(has_changed, probe.must_be(kind));
                }
                Err(why) => {
                    seen.sight = Sight::Inconclusive;
                    seen.why = format!("whether it changed something is not known: {why}");
                }
            }
        }
        seen
    }

    /// What `verify` reads.
    fn look(&self, probe: &Probe, scope: &Scope<'_>) -> Result<Look, String> {
        let Some(verify) = &probe.verify else {
            return Err("there is no `verify`".to_owned());
        };
        if let Ask::Http(http) = verify
            && !http.reads()
        {
            return Err("`verify` is no read: its method is GET or HEAD".to_owned());
        }
        let heard = self.ask(verify, probe.stdin.as_ref(), scope);
        let heard =
            heard.map_err(|unheard| format!("`verify` was not answered: {}", unheard.why))?;
        let done = match verify {
            Ask::Http(http) => is_done(http, heard.status),
            Ask::Command(_) => heard.status == 0,
        };
        match done {
            true => Look::of(&heard)
                .ok_or_else(|| "`verify` was answered with more than can be looked at".to_owned()),
            false => Err(format!(
                "`verify` was answered with status {}",
                heard.status
            )),
        }
    }
}

/// Why the judged request was not made.
pub(super) enum Refused {
    Unheard(Unheard),
    /// A request before it was answered with another status than it should.
    Heard(Box<Heard>),
    /// An answer had no value of this name.
    Without(String, Box<Heard>),
}

impl Refused {
    pub(super) fn why(&self) -> String {
        match self {
            Refused::Unheard(unheard) => unheard.why.clone(),
            Refused::Heard(heard) => {
                format!(
                    "the request before it was answered with status {}",
                    heard.status
                )
            }
            Refused::Without(name, _) => {
                format!("the answer of the request before it has no `{{{name}}}`")
            }
        }
    }

    /// The answer, where there is one.
    pub(super) fn heard(&self) -> Option<&Heard> {
        match self {
            Refused::Unheard(_) => None,
            Refused::Heard(heard) | Refused::Without(_, heard) => Some(heard),
        }
    }

    pub(super) fn millis(&self) -> u32 {
        match self {
            Refused::Unheard(unheard) => unheard.millis,
            Refused::Heard(heard) | Refused::Without(_, heard) => heard.millis,
        }
    }

    /// A logon that is refused is a denial only where the probe must be allowed: it proves nothing of a record that must
    /// not be seen.
    fn seen(self, probe: &Probe, must_be: Verdict, scope: &Scope<'_>) -> Seen {
        let mut seen = Seen::inconclusive(self.why());
        seen.millis = self.millis();
        if let Some(heard) = self.heard() {
            seen.status = Some(heard.status);
            seen.date.clone_from(&heard.date);
            seen.expired = heard.says_expired();
            seen.digest = Some(mask::digest(&heard.body, scope, &[]));
        }
        if let Refused::Heard(heard) = &self {
            let denied = probe
                .denied
                .as_ref()
                .is_some_and(|denied| heard.fits(denied));
            if denied && must_be == Verdict::Allowed {
                seen.sight = Sight::Denied;
                seen.outcome = outcome(Sight::Denied, must_be);
            }
        }
        seen
    }
}

impl Seen {
    pub(super) fn inconclusive(why: impl Into<String>) -> Seen {
        Seen {
            sight: Sight::Inconclusive,
            outcome: Outcome::Inconclusive,
            status: None,
            millis: 0,
            digest: None,
            date: None,
            expired: false,
            why: why.into(),
        }
    }

    /// A write counts as allowed only where something changed, and as denied only where nothing did.
    fn hold_against(&mut self, has_changed: bool, must_be: Verdict) {
        match (self.sight, has_changed) {
            (Sight::Allowed, true) | (Sight::Denied, false) | (Sight::Inconclusive, false) => {}
            (Sight::Allowed, false) => {
                self.sight = Sight::Inconclusive;
                self.why = "it was answered as allowed, and nothing changed".to_owned();
            }
            (Sight::Denied, true) => {
                self.sight = Sight::Allowed;
                self.outcome = Outcome::Fail;
                self.why = "it was answered as denied, and something changed".to_owned();
            }
            (Sight::Inconclusive, true) => {
                self.why = format!("{}; something changed", self.why);
                // Whatever was answered: what must not be done was.
                if must_be == Verdict::Denied {
                    self.sight = Sight::Allowed;
                    self.outcome = Outcome::Fail;
                }
            }
        }
    }
}

fn is_done(http: &HttpRequest, status: u16) -> bool {
    match &http.expect {
        Some(expected) => expected.contains(status),
        None => (200..300).contains(&status),
    }
}

fn outcome(sight: Sight, must_be: Verdict) -> Outcome {
    match (sight, must_be) {
        (Sight::Allowed, Verdict::Allowed) | (Sight::Denied, Verdict::Denied) => Outcome::Pass,
        (Sight::Allowed, Verdict::Denied) | (Sight::Denied, Verdict::Allowed) => Outcome::Fail,
        (Sight::Inconclusive, _) => Outcome::Inconclusive,
    }
}

/// Whether what must be denied was given all the same, where the probe does not say how that would look: a success that
/// holds a record. A success without one may be a provider's way to deny.
fn leaks(kind: ProbeKind, probe: &Probe, heard: &Heard, scope: &Scope<'_>) -> bool {
    let is_success = match &probe.http {
        Some(_) => (200..300).contains(&heard.status),
        None => heard.status == 0,
    };
    let hidden = scope.values.text(Plain::Hidden);
    probe.must_be(kind) == Verdict::Denied && is_success && leak::shows(heard, hidden)
}

fn judge(kind: ProbeKind, probe: &Probe, heard: &Heard, scope: &Scope<'_>) -> Seen {
    let fits = |declared: &Option<_>| declared.as_ref().map(|it| heard.fits(it));
    let status = heard.status;
    let (sight, why) = match (fits(&probe.allowed), fits(&probe.denied)) {
        (Some(true), Some(true)) => {
            let why = format!("status {status} is both what `allowed` and what `denied` says");
            (Sight::Inconclusive, why)
        }
        (Some(true), _) => (Sight::Allowed, String::new()),
        (_, Some(true)) => (Sight::Denied, String::new()),
        (None, _) if leaks(kind, probe, heard, scope) => {
            let why = "the answer holds a record, and nothing says that it may";
            (Sight::Allowed, why.to_owned())
        }
        (None, None) => {
            let why = "the probe says neither what is `allowed` nor what is `denied`";
            (Sight::Inconclusive, why.to_owned())
        }
        (_, _) => {
            let why = format!("status {status} and its answer are not what the probe declares");
            (Sight::Inconclusive, why)
        }
    };
    let mut seen = Seen {
        sight,
        outcome: Outcome::Inconclusive,
        status: Some(status),
        millis: heard.millis,
        digest: Some(mask::digest(&heard.body, scope, &[])),
        date: heard.date.clone(),
        expired: heard.says_expired(),
        why,
    };
    if kind == ProbeKind::Discover && sight == Sight::Allowed {
        match discover::compare(probe, heard, scope) {
            Discovered::Equal => {}
            Discovered::Different(why) => {
                seen.outcome = Outcome::Fail;
                seen.why = why;
            }
            Discovered::Unclear(why) => {
                seen.sight = Sight::Inconclusive;
                seen.why = why;
            }
        }
    }
    seen
}
