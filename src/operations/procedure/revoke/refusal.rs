//! The proof of a revoke: whether the provider refuses each version, held against what was done about it.

use std::time::Duration;

use anyhow::Result;

use crate::lifecycle::operation::{
    Came, Going, ends_old, has_begun, is_live, numbers, touched, undone, was_tried,
};
use crate::lifecycle::testing::accepted;
use crate::model::credential::VersionStage;
use crate::model::date::Timestamp;
use crate::model::operation::{Entry, EntryState, Operation, Phase, Work};
use crate::operations::procedure::Hands;
use crate::operations::procedure::revoke::{Revocation, is_of_the_store};
use crate::operations::procedure::went::Went;
use crate::operations::procedure::withdrawal::{self, Ground, Seen};
use crate::operations::secrets::Secrets;
use crate::provider::Surroundings;

impl Revocation<'_, '_> {
    /// Sees whether the provider refuses a version.
    pub(super) fn refusal(&mut self, entry: &Entry) -> Result<Went> {
        let Some(number) = entry.version else {
            return Ok(Went::new(Came::Skipped));
        };
        if self.stage(number) == VersionStage::Revoked {
            return Ok(Went::because(Came::Done, "it was seen refused"));
        }
        let ground = self.ground(number, entry);
        let tools: (&mut Secrets<'_>, &Surroundings, &mut dyn Hands) = (
            &mut *self.tools.secrets,
            self.tools.around,
            &mut *self.tools.hands,
        );
        let session = self.sessions.get_mut(&number);
        let seen = withdrawal::refusal(&self.scene, number, &ground, session, tools);
        Ok(match seen {
            Ok(Seen::Refused { changes, note }) => {
                self.sessions.remove(&number);
                Went {
                    more: changes,
                    ..Went::because(Came::Done, note)
                }
            }
            Ok(Seen::NotYet {
                changes,
                why,
                works,
            }) => Went {
                more: changes,
                after: works.then(|| self.undone(self.journal.operation.clone(), number)),
                is_possibly_live: true,
                ..Went::because(Came::Unknown, why)
            },
            Err(error) if is_of_the_store(&error) => return Err(error),
            Err(error) => Went {
                more: self.possibly_live(&[number]),
                is_possibly_live: true,
                ..Went::because(Came::Unknown, format!("nobody could look: {error:#}"))
            },
        })
    }

    /// What a refusal of a version is held against.
    fn ground(&self, number: u32, entry: &Entry) -> Ground {
        let proves_alone = self.withdrawals().next().is_none();
        let since = match proves_alone {
            true => self.withdrawn_before(number).or(entry.at),
            false => self.withdrawn_at(number),
        };
        let going = numbers(&self.journal.operation);
        let all = self.scene.versions().iter();
        let own = all.filter(|(key, version)| key.account == self.scene.id && is_live(version));
        let others = own.map(|(key, _)| key.number);
        Ground {
            since,
            // Nothing was done about it: one look tells whether somebody else did.
            most: match since {
                None if !proves_alone => Some(Duration::ZERO),
                None | Some(_) => self.wait,
            },
            others: others.filter(|other| !going.contains(other)).collect(),
            taken: self.taken_since(number, has_begun),
            is_done: (self.taken_since(number, |entry| entry.state == EntryState::Done)).is_some(),
        }
    }

    /// When a version was taken away, or may have been; none where nothing was done about it.
    pub(super) fn withdrawn_at(&self, number: u32) -> Option<Timestamp> {
        let begun = self.withdrawals().filter(|entry| was_tried(entry));
        let begun = begun.filter(|entry| self.touched(entry).contains(&number));
        begun.filter_map(|entry| entry.at).max()
    }

    /// When it was taken away by an operation before, for one that only proves.
    fn withdrawn_before(&self, number: u32) -> Option<Timestamp> {
        let about = self.withdrawals_of(number);
        let begun = about.filter(|(_, entry)| was_tried(entry));
        begun.filter_map(|(_, entry)| entry.at).max()
    }

    /// Since when the operation is under way of which a step about a version came to something: the last that saw it accepted,
    /// where one did.
    fn taken_since(&self, number: u32, came: impl Fn(&Entry) -> bool) -> Option<Timestamp> {
        let place = &self.scene.account.environment;
        let accepted = accepted(self.scene.facts_here(), number, place);
        // What was refused before anything was done about it is refused for something else.
        let is_refused = self.refused_before.contains(&number);
        let about = self.withdrawals_of(number).filter(|(_, entry)| came(entry));
        // One that ended with a look that proved nothing took away nothing that is known.
        let is_in_doubt = |operation: &Operation| {
            operation.token == self.journal.operation.token
                || operation.entries.iter().any(|entry| {
                    entry.phase == Phase::Refusal && entry.state == EntryState::Unknown
                })
        };
        let about = about.filter(|(operation, _)| !(is_refused && is_in_doubt(operation)));
        let began: Vec<Timestamp> = about.map(|(operation, _)| operation.began).collect();
        let seen = began
            .iter()
            .copied()
            .filter(|began| Some(*began) <= accepted);
        seen.max().or_else(|| began.iter().copied().max())
    }

    /// What was to take a version away, in every operation of the account.
    fn withdrawals_of(&self, number: u32) -> impl Iterator<Item = (&Operation, &Entry)> {
        let scene = &self.scene;
        let every = Going::every(&scene.id, &scene.credential, scene.versions());
        let all = scene.operations().values().flat_map(|operation| {
            let entries = operation.entries.iter();
            entries.map(move |entry| (operation, entry))
        });
        all.filter(move |(operation, entry)| match operation.what {
            Work::Revoke | Work::Emergency => {
                entry.phase == Phase::Withdraw
                    && touched(entry, operation, &every).contains(&number)
            }
            Work::Rotate => {
                operation.from == Some(number)
                    && entry.step.is_some()
                    && ends_old(operation, entry.phase)
            }
            Work::Drill => false,
        })
    }

    /// The operation where what was said to take a version away did not.
    pub(super) fn undone(&self, operation: Operation, number: u32) -> Operation {
        let scene = &self.scene;
        let every = Going::every(&scene.id, &scene.credential, scene.versions());
        undone(operation, number, &every)
    }
}
