//! Takes a version away: a step of the procedure, or somebody by hand. That it may be gone is committed before it is
//! touched.

use anyhow::Result;

use crate::lifecycle::operation::{About, Came, advanced, is_uncertain, of_step};
use crate::model::change::Change;
use crate::model::credential::{Version, VersionStage};
use crate::model::key::VersionKey;
use crate::model::operation::{Entry, EntryState, Phase, Work};
use crate::model::procedure::Step;
use crate::model::record::Record;
use crate::operations::procedure::Scene;
use crate::operations::procedure::revoke::Revocation;
use crate::operations::procedure::values::{Opened, Subject};
use crate::operations::procedure::went::Went;
use crate::provider::{How, Performed, Reach};

/// What is gone when it is asked to go: nothing is there of it, or not any more.
const GONE: [u16; 2] = [404, 410];

/// The versions as they were before an entry was begun.
type Before = Vec<(VersionKey, Version)>;

impl Revocation<'_, '_> {
    pub(super) fn withdraw(&mut self, at: usize, entry: &Entry) -> Result<Went> {
        if let Some(went) = self.is_superfluous(entry) {
            return Ok(went);
        }
        match (by_hand(&self.scene, entry), &entry.step) {
            (Some(what), _) => self.asked(at, entry, &what),
            (None, Some(step)) => self.performed(at, entry, step),
            (None, None) => Ok(Went::new(Came::Skipped)),
        }
    }

    /// A step that was begun, about a version alone that the provider was seen to refuse since: it took effect, or there
    /// was no need for it.
    pub(super) fn is_superfluous(&self, entry: &Entry) -> Option<Went> {
        let number = entry.version?;
        let is_alone = match &entry.step {
            Some(step) => of_step(step) == About::Version,
            None => true,
        };
        let was_begun = match entry.state {
            EntryState::Started | EntryState::Unknown => true,
            EntryState::Waiting | EntryState::Failed | EntryState::Done | EntryState::Skipped => {
                false
            }
        };
        // The value of a version that is revoked is not given out any more.
        let is_impossible = needs_secret(entry);
        let is_refused = self.stage(number) == VersionStage::Revoked;
        (is_alone && is_refused && (was_begun || is_impossible)).then(|| {
            Went::because(
                Came::Skipped,
                format!("the provider was seen to refuse version {number}"),
            )
        })
    }

    /// Somebody takes it away.
    pub(super) fn asked(&mut self, at: usize, entry: &Entry, what: &str) -> Result<Went> {
        let title = entry.title().to_owned();
        let waits = format!("`{title}` is done by hand, and nobody said that it is");
        if !self.tools.hands.is_somebody_there() {
            return Ok(Went::because(Came::Waits, waits));
        }
        let before = self.begin_effect(at, entry)?;
        let noted = match self.tools.hands.manual(&title, what) {
            Ok(noted) => noted,
            Err(_) if self.is_emergency() => None,
            Err(error) => return Err(error),
        };
        Ok(match noted {
            Some(note) => Went::because(Came::Done, note),
            None => Went {
                more: self.put_back(before),
                // What was in doubt before it was asked for stays so.
                ..Went::because(
                    match is_uncertain(entry) {
                        true => Came::Waits,
                        false => Came::NotBegun,
                    },
                    waits,
                )
            },
        })
    }

    /// A request or a program takes it away.
    fn performed(&mut self, at: usize, entry: &Entry, step: &Step) -> Result<Went> {
        let was_begun = is_uncertain(entry) || self.may_be_gone(entry);
        let tag = self.journal.operation.tag();
        let subject = Subject {
            version: entry
                .version
                .and_then(|number| self.scene.version(number).ok()),
            tag: Some(&tag),
            is_going: true,
            ..Subject::default()
        };
        // What cannot be opened or reached is known before anything is touched.
        self.scene.environment()?;
        let text = step.asked();
        let opened = Opened::for_text(&text, &self.scene, &subject, self.tools.secrets)?;
        let before = self.begin_effect(at, entry)?;
        let subject = Subject {
            version: entry
                .version
                .and_then(|number| self.scene.version(number).ok()),
            tag: Some(&tag),
            is_going: true,
            ..Subject::default()
        };
        let values = opened.values(&self.scene, &subject, self.now());
        let reach = Reach::of(self.scene.environment()?, self.tools.around);
        let done = reach.perform(step, &values);
        let went = went(&done, was_begun, of_step(step));
        Ok(match went.came {
            Came::Failed => Went {
                more: self.put_back(before),
                ..went
            },
            Came::Started
            | Came::Done
            | Came::Skipped
            | Came::Unknown
            | Came::Waits
            | Came::NotBegun => went,
        })
    }

    /// Whether a version may have been taken away before this operation touched it.
    fn may_be_gone(&self, entry: &Entry) -> bool {
        entry.version.is_some_and(|number| {
            let is_doubtful = self.stage(number) == VersionStage::PossiblyLive;
            is_doubtful && self.withdrawn_at(number).is_none()
        })
    }

    /// Commits that an entry is about to take effect, and in the same commit that what it takes away may be gone.
    fn begin_effect(&mut self, at: usize, entry: &Entry) -> Result<Before> {
        let numbers = self.touched(entry);
        let changes = self.possibly_live(&numbers);
        let before: Before = changes
            .iter()
            .filter_map(|change| match change.before() {
                Some(Record::Version(key, version)) => Some((key.clone(), (**version).clone())),
                Some(_) | None => None,
            })
            .collect();
        let operation = &self.journal.operation;
        let now = self.now();
        let after = advanced(operation, at, &Came::Started, now, None, None);
        let after = self.with_healths(after);
        self.journal.write(self.tools.secrets, after, changes)?;
        self.refresh()?;
        Ok(before)
    }

    /// The changes that take back what was said before an entry that certainly did nothing. What an emergency is about
    /// stays in doubt until it is proven.
    fn put_back(&self, before: Before) -> Vec<Change> {
        match self.journal.operation.what {
            Work::Emergency | Work::Rotate | Work::Drill => return Vec::new(),
            Work::Revoke => {}
        }
        let back = before.into_iter().filter_map(|(key, version)| {
            let now = self.scene.versions().get(&key)?.clone();
            Some(Change::update(
                (key.clone(), now).into(),
                (key, version).into(),
            ))
        });
        back.collect()
    }
}

/// What came of a step. One whose outcome was not known, and of which nothing is there now, did its work. Where nothing is
/// there of a version from the first, it may be gone, or be looked for in the wrong place: whether it is refused tells.
fn went(done: &Performed, was_begun: bool, about: About) -> Went {
    let is_gone = done.status.is_some_and(|status| GONE.contains(&status));
    let (came, why) = match done.how {
        How::Done => (Came::Done, done.why.clone()),
        How::Failed if was_begun && is_gone => (
            Came::Done,
            "it was gone already, by the try before".to_owned(),
        ),
        How::Failed if was_begun => (
            Came::Unknown,
            format!("{}; what the try before did is not known", done.why),
        ),
        // What is not there under this name may be gone, or there under another: nothing took it away.
        How::Failed if is_gone && about == About::Version => (
            Came::Skipped,
            format!("{}: it may be gone already", done.why),
        ),
        How::Failed => (Came::Failed, done.why.clone()),
        How::Unknown => (Came::Unknown, done.why.clone()),
    };
    Went {
        note: Some(why).filter(|why| !why.is_empty()),
        millis: Some(done.millis),
        ..Went::new(came)
    }
}

fn needs_secret(entry: &Entry) -> bool {
    entry.step.as_ref().is_some_and(|step| {
        let names = ["secret", "basic", "basic-form"];
        step.is_given_secret() || names.iter().any(|name| step.names(name))
    })
}

/// What somebody does for an entry; none where it is no one's to do.
pub(super) fn by_hand(scene: &Scene, entry: &Entry) -> Option<String> {
    if entry.phase != Phase::Withdraw {
        return None;
    }
    match &entry.step {
        Some(step) => {
            let what = step.manual.as_ref()?;
            Some(match entry.version {
                Some(number) => format!("{what} (version {number}{})", id_of(scene, number)),
                None => what.to_string(),
            })
        }
        None => {
            let number = entry.version.unwrap_or_default();
            Some(format!(
                "take version {number}{} of account/{} away at provider/{} ({})",
                id_of(scene, number),
                scene.id,
                scene.account.provider,
                scene.account.environment
            ))
        }
    }
}

/// What the provider calls a version, where that is known.
fn id_of(scene: &Scene, number: u32) -> String {
    let version = scene.version(number).ok();
    let id = version.and_then(|(_, version)| version.id.as_ref());
    id.map_or_else(String::new, |id| format!(", `{id}`"))
}
