//! Gives a rotation up: what it had made is taken away again, and seen to be refused. Never touches the version that
//! works.

use anyhow::Result;

use crate::lifecycle::operation::{
    ends_old, forgotten, gives, has_begun, is_uncertain, possibly_live, provider_knows,
    told_in_doubt,
};
use crate::model::change::Change;
use crate::model::fact::Fact;
use crate::model::key::VersionKey;
use crate::model::operation::{Entry, Operation, OperationState, Phase};
use crate::model::procedure::{Stage, Step};
use crate::operations::procedure::Ended;
use crate::operations::procedure::rotate::Rotation;
use crate::operations::procedure::unseen::{Found, discarded, on_record};
use crate::operations::procedure::withdrawal::{self, Ground, Seen};
use crate::provider::How;

impl Rotation<'_, '_> {
    /// Gives it up.
    ///
    /// # Errors
    /// When the store or a place fails; the journal says how far it came.
    pub fn abort(&mut self) -> Result<Ended> {
        let went = self.give_all_up();
        self.or_closed(went)
    }

    fn give_all_up(&mut self) -> Result<Ended> {
        if let Some(why) = self.too_late() {
            return Ok(Ended::Failed { why });
        }
        if let Some(why) = self.unseen()? {
            return Ok(Ended::PossiblyLive { why });
        }
        let Some(number) = self.journal.operation.version else {
            return self.close(Vec::new());
        };
        // What is the old one as well is not taken away.
        if !provider_knows(&self.journal.operation) || self.is_no_new_one() {
            let (key, _) = self.scene.version(number)?;
            let key = key.clone();
            return self.forget(&key);
        }
        self.seen_accepted(number)?;
        self.give_up(number)?;
        let mut failed = None;
        let mut is_taken = false;
        if let Some(discard) = self.aside(Stage::Discard) {
            let id = self.scene.version(number)?.1.id.clone();
            let id = id.as_ref().map(|id| id.as_str());
            let other = match id {
                Some(id) => {
                    let store = self.tools.secrets.store();
                    on_record(&self.scene, store, id, Some(number))?
                }
                None => None,
            };
            failed = match other {
                Some(key) => Some(format!(
                    "version {} of account/{} has the same id",
                    key.number, key.account
                )),
                None => {
                    let id = id.map(ToOwned::to_owned);
                    let gone = discarded(self, &discard, id.as_deref())?;
                    is_taken = gone.how == How::Done;
                    (gone.how != How::Done).then_some(gone.why)
                }
            };
        }
        // What is refused before it is told proves nothing.
        let tried = told_in_doubt(&self.journal.operation);
        if let Some(until) = tried.filter_map(|entry| self.may_come_until(entry)).max() {
            let why = format!(
                "version {number} may still come to be accepted, since the provider was told of it just now: \
                 from {until} on `keyroll rotate {} --abort` goes on",
                self.scene.id
            );
            return Ok(Ended::PossiblyLive { why });
        }
        let operation = &self.journal.operation;
        let ground = Ground {
            since: Some(self.now()),
            most: None,
            others: operation.from.into_iter().collect(),
            taken: is_taken.then_some(operation.began),
            is_done: is_taken,
        };
        let tools = (
            &mut *self.tools.secrets,
            self.tools.around,
            &mut *self.tools.hands,
        );
        let seen = withdrawal::refusal(&self.scene, number, &ground, None, tools)?;
        match seen {
            Seen::Refused { changes, .. } => self.close(changes),
            Seen::NotYet { changes, why, .. } => {
                self.close(changes)?;
                let failed = failed.map(|failed| format!("; it was not taken away: {failed}"));
                let why = format!("{why}{}", failed.unwrap_or_default());
                Ok(Ended::PossiblyLive { why })
            }
        }
    }

    /// Takes out a version that the provider never heard of, and what was said of it.
    fn forget(&mut self, key: &VersionKey) -> Result<Ended> {
        let sealed = self.tools.secrets.sealed_of(key)?;
        let facts = self.scene.inventory.facts.iter();
        let about = facts.filter(|(_, fact)| match fact {
            Fact::Acknowledged {
                account, version, ..
            }
            | Fact::Evidence {
                account, version, ..
            } => *account == key.account && *version == key.number,
            // A version that the provider never heard of took over nothing, and was refused nowhere.
            Fact::Issued { .. }
            | Fact::Rotated { .. }
            | Fact::Drill { .. }
            | Fact::Seen { .. }
            | Fact::Reconciled { .. }
            | Fact::Listed { .. }
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. }
            | Fact::Refused { .. }
            | Fact::FailClosed { .. } => false,
        });
        let mut changes: Vec<Change> = about
            .map(|(id, fact)| Change::remove((id.clone(), fact.clone()).into()))
            .collect();
        changes.extend(forgotten(self.scene.versions(), key, sealed));
        self.close(changes)
    }

    /// Commits that what it made goes: from here on it never becomes the current one, and no `--due` goes on with it.
    fn give_up(&mut self, number: u32) -> Result<()> {
        let key = self.scene.version(number)?.0.clone();
        let going = possibly_live(self.scene.versions(), &key);
        let after = Operation {
            state: OperationState::Stalled,
            ..self.journal.operation.clone()
        };
        let changes = going.into_iter().collect();
        self.journal.write(self.tools.secrets, after, changes)?;
        self.refresh()
    }

    /// Why it cannot be given up any more.
    fn too_late(&self) -> Option<String> {
        let entries = &self.journal.operation.entries;
        let resume = format!("`keyroll rotate {} --resume` goes on", self.scene.id);
        let mut promotes = entries.iter().filter(|entry| entry.phase == Phase::Promote);
        if promotes.any(has_begun) {
            return Some(format!(
                "the new version is the current one already: {resume}"
            ));
        }
        let mut steps = entries.iter().filter(|entry| entry.step.is_some());
        let ends = |entry: &Entry| ends_old(&self.journal.operation, entry.phase);
        let is_ended = steps.any(|entry| ends(entry) && has_begun(entry));
        (is_ended && self.journal.operation.from.is_some()).then(|| {
            format!(
                "the old version may not work any more, so that the new one is the only one: {resume}"
            )
        })
    }

    /// Something that a create may have made without our seeing it.
    fn unseen(&mut self) -> Result<Option<String>> {
        let entries = self.journal.operation.entries.iter();
        let mut creates = entries.filter(|entry| {
            entry.phase == Phase::Create && (is_uncertain(entry) || self.is_part(entry))
        });
        let makes = |step: &Step| gives(step) || step.id.is_some();
        let tried = creates.find_map(|entry| {
            let step = entry.step.clone().filter(makes)?;
            Some((entry.clone(), step))
        });
        let (Some((tried, step)), false) = (tried, self.tools.made_nothing) else {
            return Ok(None);
        };
        let tag = self.journal.operation.tag();
        let id = &self.scene.id;
        let abort = format!("`keyroll rotate {id} --abort --made-nothing`");
        // Whoever makes one by hand calls it what they like.
        if step.manual.is_some() {
            let title = &step.title;
            return Ok(Some(format!(
                "`{title}` may have been done by hand: take what was made away at the provider, then {abort}"
            )));
        }
        let Some(find) = self.aside(Stage::Find) else {
            return Ok(Some(format!(
                "a key `{tag}` may be at the provider: take it away there, then {abort}"
            )));
        };
        Ok(match self.cleared(&find)? {
            Found::Gone => None,
            Found::Nothing => self.may_come_until(&tried).map(|until| {
                format!(
                    "nothing is there under `{tag}`, and it may still come: from {until} on `keyroll rotate {} --abort` looks again",
                    self.scene.id
                )
            }),
            Found::Unsaid(why) | Found::Live(why) => Some(format!("{why} (`{tag}`)")),
        })
    }

    fn close(&mut self, changes: Vec<Change>) -> Result<Ended> {
        let after = Operation {
            state: OperationState::Aborted,
            ..self.journal.operation.clone()
        };
        self.journal.write(self.tools.secrets, after, changes)?;
        Ok(Ended::Done)
    }
}
