//! Tests what a version of a credential can do, and records what was seen. Reads come before writes, and a logon that was
//! refused is the last.

use anyhow::Result;

use crate::lifecycle::testing::{LeftOut, Planned, was_read};
use crate::model::date::Timestamp;
use crate::model::entitlement::{EntitlementKey, Side};
use crate::model::fact::Outcome;
use crate::model::id::EnvironmentName;
use crate::model::key::VersionKey;
use crate::model::placeholder::Plain;
use crate::model::probe::{Probe, ProbeKind, Verdict};
use crate::model::provider::Environment;
use crate::operations::evidence;
use crate::operations::procedure::{Opened, Scene, Subject};
use crate::operations::secrets::Secrets;
use crate::provider::{Reach, Seen, Sight, Surroundings, Values};

/// What a test needs.
pub struct Tester<'t, 's> {
    pub secrets: &'t mut Secrets<'s>,
    pub around: &'t Surroundings,
    pub scene: &'t Scene,
    pub side: Side,
    pub environment: &'t Environment,
    pub version: VersionKey,
    /// The moment.
    pub now: &'t dyn Fn() -> Timestamp,
}

/// What came of a probe.
pub struct Tested {
    pub kind: ProbeKind,
    pub must_be: Verdict,
    pub came: Came,
}

/// Whether it was run.
pub enum Came {
    Seen(Seen),
    LeftOut(LeftOut),
}

/// What an account is tested for on one side: its environment there, and the probes that are declared.
pub fn side(scene: &Scene, side: Side) -> Option<(&Environment, Tests<'_>)> {
    match side {
        Side::Provider => Some((scene.environment().ok()?, &scene.provider.test)),
        Side::Platform => {
            let (platform, environment) = scene.platform()?;
            Some((environment, &platform.test))
        }
    }
}

/// Probes by what they prove.
pub type Tests<'p> = &'p std::collections::BTreeMap<ProbeKind, Probe>;

impl Tester<'_, '_> {
    /// Runs the probes in their order, and records each before the next.
    ///
    /// # Errors
    /// When the secret cannot be had, or what was seen cannot be recorded.
    pub fn run(&mut self, planned: &[Planned<'_>]) -> Result<Vec<Tested>> {
        let number = self.version.number;
        let place = self.scene.account.environment.clone();
        let mut has_read = was_read(self.scene.facts_here(), number, self.side, &place);
        let mut is_refused = false;
        let mut out = Vec::new();
        for planned in planned {
            let left_out = match &planned.left_out {
                _ if is_refused => Some(LeftOut::RefusedLogon),
                Some(why) => Some(why.clone()),
                None if planned.writes && !has_read => Some(LeftOut::Unread),
                None => None,
            };
            let must_be = planned.probe.must_be(planned.kind);
            let came = match left_out {
                Some(why) => Came::LeftOut(why),
                None => {
                    let seen = self.probe(planned)?;
                    self.record(planned.kind, &seen, place.clone())?;
                    has_read |= planned.kind == ProbeKind::Read && seen.outcome == Outcome::Pass;
                    is_refused = self.is_bad_logon(planned.kind, must_be, &seen);
                    Came::Seen(seen)
                }
            };
            out.push(Tested {
                kind: planned.kind,
                must_be,
                came,
            });
        }
        Ok(out)
    }

    fn probe(&self, planned: &Planned<'_>) -> Result<Seen> {
        let recorded = self.scene.version(self.version.number)?;
        let subject = Subject {
            version: Some(recorded),
            ..Subject::default()
        };
        // What a platform is asked gets no secret of whoever administers the provider.
        let text = match self.side {
            Side::Provider => format!("{{secret}} {}", serde_json::to_string(planned.probe)?),
            Side::Platform => "{secret}".to_owned(),
        };
        let opened = Opened::for_text(&text, self.scene, &subject, self.secrets)?;
        let values = opened.values(self.scene, &subject, (self.now)());
        let values = values.plain(Plain::Endpoint, self.environment.endpoint.as_str());
        let values: Values<'_> = values.granted(self.granted());
        let reach = Reach::of(self.environment, self.around);
        Ok(reach.probe(planned.kind, planned.probe, &values))
    }

    /// What the other side must report.
    fn granted(&self) -> impl Iterator<Item = EntitlementKey> {
        let account = &self.scene.account;
        let keys = match self.side {
            Side::Provider => &account.permissions,
            Side::Platform => &account.scopes,
        };
        keys.iter().cloned()
    }

    /// Whether one more request could lock the account: the logon was refused, or what must be allowed was denied where
    /// bad logons are counted.
    fn is_bad_logon(&self, kind: ProbeKind, must_be: Verdict, seen: &Seen) -> bool {
        if must_be == Verdict::Denied {
            return false;
        }
        let counts = self.side == Side::Provider && self.scene.provider.lockout_after.is_some();
        let refused = matches!(seen.status, Some(400 | 401 | 403));
        match seen.sight {
            Sight::Denied => kind == ProbeKind::Authenticate || counts,
            Sight::Inconclusive => counts && refused,
            Sight::Allowed => false,
        }
    }

    /// Records what was seen: that it was, never what was answered.
    fn record(&mut self, kind: ProbeKind, seen: &Seen, environment: EnvironmentName) -> Result<()> {
        let version = (&self.scene.id, self.version.number);
        let place = (self.side, &environment);
        let fact = evidence::of_probe(version, (kind, seen), place, (self.now)());
        // None where the same was seen in this very second.
        match self.scene.newly(fact) {
            None => Ok(()),
            Some(change) => self.secrets.commit(&[change]),
        }
    }
}
