//! What can be seen of one entry of a revoke without an effect.

use anyhow::Result;

use crate::lifecycle::due;
use crate::model::credential::VersionStage;
use crate::model::fact::Outcome;
use crate::model::operation::Entry;
use crate::model::probe::ProbeKind;
use crate::model::procedure::Step;
use crate::operations::procedure::Scene;
use crate::operations::procedure::drill::{Drill, Looked, worse};
use crate::operations::procedure::values::{Opened, Subject};
use crate::operations::procedure::withdrawal;
use crate::provider::{How, Reach, Sight, health};

impl Drill<'_, '_> {
    /// A step: rehearsed as it says, else held against all that it needs.
    pub(super) fn step(&mut self, entry: &Entry, step: &Step) -> Result<Looked> {
        if let (Some(what), None) = (&step.manual, &step.rehearse) {
            return self.by_hand(step, what.as_str());
        }
        let before = self.now();
        let looked = match self.asked(entry, step) {
            Ok(looked) => looked,
            // What cannot be opened or found now will not be at night.
            Err(error) => Looked::of(Outcome::Fail, format!("{error:#}")),
        };
        let took = (self.now().unix() - before.unix())
            .max(0)
            .saturating_mul(1000);
        Ok(Looked {
            millis: looked.millis.or(u32::try_from(took).ok()),
            ..looked
        })
    }

    fn by_hand(&mut self, step: &Step, what: &str) -> Result<Looked> {
        let before = self.now();
        let noted = self.tools.hands.rehearsed(step.title.as_str(), what)?;
        let took = (self.now().unix() - before.unix())
            .max(0)
            .saturating_mul(1000);
        let looked = match noted {
            Some(note) => Looked::of(Outcome::Pass, note),
            None => Looked::of(
                Outcome::Inconclusive,
                "it is done by hand, and nobody said that it could be",
            ),
        };
        Ok(Looked {
            millis: u32::try_from(took).ok(),
            ..looked
        })
    }

    fn asked(&mut self, entry: &Entry, step: &Step) -> Result<Looked> {
        let subject = Subject {
            version: entry
                .version
                .and_then(|number| self.scene.version(number).ok()),
            tag: Some("keyroll-drill"),
            ..Subject::default()
        };
        let text = serde_json::to_string(step)?;
        let text = match step.command.is_some() && step.stdin.is_none() {
            true => format!("{text} {{secret}}"),
            false => text,
        };
        let opened = Opened::for_text(&text, &self.scene, &subject, self.tools.secrets)?;
        let values = opened.values(&self.scene, &subject, self.now());
        let reach = Reach::of(self.scene.environment()?, self.tools.around);
        if let Some(done) = reach.rehearse(step, &values) {
            return Ok(Looked {
                millis: Some(done.millis),
                ..match done.how {
                    How::Done => Looked::of(Outcome::Pass, "rehearsed"),
                    How::Failed | How::Unknown => {
                        Looked::of(Outcome::Fail, format!("the rehearsal failed: {}", done.why))
                    }
                }
            });
        }
        if let Err(why) = reach.ready(step, &values) {
            return Ok(Looked::of(Outcome::Fail, why));
        }
        let Some(http) = &step.http else {
            let why = "not rehearsed: the program is there, is ours, and is told what it needs";
            return Ok(Looked::of(Outcome::Pass, why));
        };
        let millis = match reach.answers(http.at.as_ref()) {
            Ok(millis) => millis,
            Err(why) => return Ok(Looked::of(Outcome::Fail, why)),
        };
        let looked = match text.contains("{admin") {
            true => self.admin()?,
            false => Looked::of(Outcome::Pass, "not rehearsed: the server answers"),
        };
        Ok(Looked {
            millis: Some(millis),
            ..looked
        })
    }

    /// Whether whoever administers the environment logs on.
    fn admin(&mut self) -> Result<Looked> {
        if let Some(seen) = &self.admin {
            return Ok(seen.clone());
        }
        let looked = self.admin_logon()?;
        self.admin = Some(looked.clone());
        Ok(looked)
    }

    fn admin_logon(&mut self) -> Result<Looked> {
        let found = self.scene.admin()?.map(|(id, _)| id);
        let Some(id) = found else {
            return Ok(Looked::of(
                Outcome::Fail,
                "nobody administers the environment",
            ));
        };
        let admin = Scene::read(self.tools.secrets.store(), id.as_str())?;
        let Some(probe) = admin.provider.test.get(&ProbeKind::Authenticate) else {
            return Ok(Looked::of(
                Outcome::Inconclusive,
                format!("account/{id} has a value; no authenticate test says whether it works"),
            ));
        };
        let subject = Subject {
            version: due::newest(admin.versions(), &id),
            ..Subject::default()
        };
        let opened = Opened::for_text("{secret}", &admin, &subject, self.tools.secrets)?;
        let values = opened.values(&admin, &subject, self.tools.hands.now());
        let reach = Reach::of(admin.environment()?, self.tools.around);
        let seen = reach.probe(ProbeKind::Authenticate, probe, &values);
        Ok(match seen.sight {
            Sight::Allowed => Looked::of(
                Outcome::Pass,
                format!("not rehearsed: the server answers, and account/{id} logs on"),
            ),
            Sight::Denied => Looked::of(Outcome::Fail, format!("account/{id} is refused")),
            Sight::Inconclusive => Looked::of(
                Outcome::Inconclusive,
                format!("whether account/{id} logs on is not known: {}", seen.why),
            ),
        })
    }

    /// Whether the probe that will see a version refused sees it allowed today: else it could never tell.
    pub(super) fn logon(&mut self, entry: &Entry) -> Looked {
        let version = entry
            .version
            .and_then(|number| self.scene.version(number).ok());
        let Some((key, version)) = version else {
            return Looked::nothing("");
        };
        if version.stage != VersionStage::Current {
            return Looked::nothing("only the current version is tried");
        }
        let Some((kind, probe)) = withdrawal::logon(&self.scene) else {
            let why = withdrawal::untried(&self.scene);
            let why = format!("{why}: nobody could see it refused but by hand");
            return Looked::of(Outcome::Inconclusive, why);
        };
        let subject = Subject {
            version: Some((key, version)),
            ..Subject::default()
        };
        let seen = || {
            let opened = Opened::for_text("{secret}", &self.scene, &subject, self.tools.secrets)?;
            let values = opened.values(&self.scene, &subject, self.now());
            let reach = Reach::of(self.scene.environment()?, self.tools.around);
            anyhow::Ok(reach.probe(kind, probe, &values))
        };
        let seen = match seen() {
            Ok(seen) => seen,
            Err(error) => return Looked::of(Outcome::Fail, format!("{error:#}")),
        };
        let looked = match seen.sight {
            Sight::Allowed => Looked::of(
                Outcome::Pass,
                format!("{kind} is allowed today, so that it can be seen refused"),
            ),
            Sight::Denied => Looked::of(Outcome::Fail, format!("{kind} is denied today")),
            Sight::Inconclusive => Looked::of(
                Outcome::Fail,
                format!("{kind} tells nothing, even today: {}", seen.why),
            ),
        };
        Looked {
            millis: Some(seen.millis),
            ..looked
        }
    }

    /// Whether the consumers are well today: else nobody could see them fail.
    pub(super) fn consumers(&self) -> Looked {
        let mut outcome = None;
        let mut words = Vec::new();
        for (id, consumer) in self.scene.consumers() {
            let Some(declared) = &consumer.health else {
                words.push(format!("consumer/{id} declares no health"));
                continue;
            };
            let seen = health(declared, self.tools.around);
            let (found, word) = match seen.sight {
                Sight::Allowed => (Outcome::Pass, "is well".to_owned()),
                Sight::Denied => (Outcome::Inconclusive, "is not well today".to_owned()),
                Sight::Inconclusive => {
                    (Outcome::Inconclusive, format!("is not seen: {}", seen.why))
                }
            };
            outcome = Some(worse(outcome.unwrap_or(Outcome::Pass), Some(found)));
            words.push(format!("consumer/{id} {word}"));
        }
        Looked {
            outcome,
            why: words.join("; "),
            millis: None,
        }
    }
}
