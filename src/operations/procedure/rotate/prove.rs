//! The new value is seen to work before anything depends on it: it logs on, and reads what it must.

use anyhow::Result;

use crate::lifecycle::operation::Came;
use crate::lifecycle::testing::{was_read, was_refused};
use crate::model::change::Change;
use crate::model::entitlement::Side;
use crate::model::fact::Outcome;
use crate::model::probe::ProbeKind;
use crate::operations::evidence;
use crate::operations::procedure::rotate::Rotation;
use crate::operations::procedure::values::Opened;
use crate::operations::procedure::went::Went;
use crate::provider::{Reach, Seen, Sight};

impl Rotation<'_, '_> {
    /// Tests the new version, and records what was seen.
    pub(super) fn prove(&mut self) -> Result<Went> {
        let Some(number) = self.journal.operation.version else {
            return Ok(Went::because(Came::Failed, "there is no new version"));
        };
        if self.is_no_new_one() {
            return Ok(Went::because(
                Came::Failed,
                format!("the value of version {number} is that of the version before it"),
            ));
        }
        if self.was_seen_to_read(number) {
            return Ok(Went::because(Came::Done, "it was seen to read"));
        }
        if let Some(why) = self.could_lock(number) {
            return Ok(Went::because(Came::Waits, why));
        }
        let tests = &self.scene.provider.test;
        let wanted = [ProbeKind::Authenticate, ProbeKind::Read];
        let probes: Vec<_> = wanted
            .iter()
            .filter_map(|kind| Some((*kind, tests.get(kind)?)))
            .collect();
        if !tests.contains_key(&ProbeKind::Read) {
            return Ok(Went::because(
                Came::Waits,
                format!(
                    "`provider/{}` declares no read test: declare it, or record what you saw: `keyroll evidence add {} \
                     read --version {number} --outcome pass --file FILE`",
                    self.scene.account.provider, self.scene.id
                ),
            ));
        }
        let mut more = Vec::new();
        let subject = self.subject();
        let opened = Opened::for_text("{secret}", &self.scene, &subject, self.tools.secrets)?;
        let values = opened.values(&self.scene, &subject, self.now());
        let reach = Reach::of(self.scene.environment()?, self.tools.around);
        let mut went = Went::new(Came::Done);
        for (kind, probe) in probes {
            let seen = reach.probe(kind, probe, &values);
            more.extend(self.evidence(number, kind, &seen));
            went = match seen.outcome {
                Outcome::Pass => went,
                Outcome::Fail => Went::because(
                    Came::Failed,
                    format!("version {number} does not work: {kind} is {}", word(&seen)),
                ),
                Outcome::Inconclusive => Went::because(
                    Came::Failed,
                    format!("version {number} is not proven: {kind}: {}", seen.why),
                ),
            };
            // One bad logon at most.
            if went.came != Came::Done {
                break;
            }
        }
        Ok(Went { more, ..went })
    }

    /// Why it is not tried again by itself: bad logons are counted, and its last one was none that is known to be good.
    fn could_lock(&self, number: u32) -> Option<String> {
        let most = self.scene.provider.lockout_after?;
        let id = &self.scene.id;
        was_refused(self.scene.facts_of_locks(), number, Side::Provider).then(|| {
            format!(
                "the last logon with version {number} was refused, and {most} bad ones lock: `keyroll test {id} \
                 --version {number}` tries it once more; where it reads then, `keyroll rotate {id} --resume` goes on"
            )
        })
    }

    /// Whether the newest evidence of a read by this version is that it could.
    fn was_seen_to_read(&self, number: u32) -> bool {
        let place = &self.scene.account.environment;
        was_read(self.scene.facts_here(), number, Side::Provider, place)
    }

    /// What was seen, as a fact.
    fn evidence(&self, version: u32, probe: ProbeKind, seen: &Seen) -> Option<Change> {
        let place = (Side::Provider, &self.scene.account.environment);
        let version = (&self.scene.id, version);
        let fact = evidence::of_probe(version, (probe, seen), place, self.now());
        self.scene.newly(fact)
    }
}

fn word(seen: &Seen) -> &'static str {
    match seen.sight {
        Sight::Allowed => "allowed",
        Sight::Denied => "denied",
        Sight::Inconclusive => "inconclusive",
    }
}
