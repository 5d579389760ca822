//! The new value: made here and sealed before the provider hears of it, typed by whoever made it, or taken from the
//! provider's answer. What a create may have made without our seeing it is looked for by its tag.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::lifecycle::operation::{Came, advanced, ends_old, gives, is_uncertain};
use crate::lifecycle::versions::Given;
use crate::model::credential::{SecretPlace, Version, VersionStage};
use crate::model::date::Date;
use crate::model::id::Name;
use crate::model::key::VersionKey;
use crate::model::operation::{Entry, Operation, Phase};
use crate::model::procedure::{Alphabet, Generate, Pointers, Stage, Step};
use crate::model::sealed::Source;
use crate::model::text::Text;
use crate::operations::procedure::Scene;
use crate::operations::procedure::journal::is_conflict;
use crate::operations::procedure::rotate::Rotation;
use crate::operations::procedure::unseen::Found;
use crate::operations::procedure::went::Went;
use crate::operations::secrets::Also;
use crate::provider::How;
use crate::secret::{Value, names};
use crate::secrets::random;

/// The length of a value of our own making, where nobody says otherwise: 43 letters and digits are 256 bits.
const LENGTH: u32 = 43;

/// How often a value is sealed again, where something else was committed meanwhile.
const TRIES: u32 = 5;

impl Rotation<'_, '_> {
    /// Makes a value and seals it: nothing outside is touched.
    pub(super) fn make(&mut self, at: usize) -> Result<Went> {
        let generate = self.scene.rotate().and_then(|(_, it)| it.generate.clone());
        let value = generated(&self.scene, generate.as_ref())?;
        self.seal(at, &New::of(value, Source::Generated))
    }

    /// Has a value made at the provider, by a step of the procedure.
    pub(super) fn create(&mut self, at: usize, entry: &Entry, step: &Step) -> Result<Went> {
        if step.manual.is_some() && gives(step) {
            return self.typed(at, entry, step);
        }
        let Some(pointers) = &step.secret else {
            return self.part(at, entry, step);
        };
        if let Some(why) = other_fields(pointers, &names(&self.scene.credential)) {
            return Ok(Went::because(Came::Failed, why));
        }
        let mut is_settled = false;
        if is_uncertain(entry) {
            match self.look_for(entry, step)? {
                Looked::Nothing if self.is_gone(at) => return Ok(self.anew(at)),
                Looked::Nothing => is_settled = true,
                Looked::Again => {}
                Looked::Stop(went) => return Ok(*went),
            }
        }
        let done = self.acted(Some(at), step, None)?;
        match (done.how, done.secret) {
            (How::Done, Some(value)) => {
                let new = New {
                    id: done.id.or_else(|| self.part_id()),
                    expires: done.expires,
                    millis: Some(done.millis),
                    ..New::of(value, Source::Provider)
                };
                self.seal(at, &new)
            }
            (How::Failed, _) => Ok(Went {
                millis: Some(done.millis),
                is_settled,
                ..Went::because(Came::Failed, done.why)
            }),
            (How::Done | How::Unknown, _) => Ok(Went {
                millis: Some(done.millis),
                ..Went::because(Came::Unknown, done.why)
            }),
        }
    }

    /// A value that somebody made by hand at the provider. Once they said so, it is there whether it was typed or not.
    fn typed(&mut self, at: usize, entry: &Entry, step: &Step) -> Result<Went> {
        let went = self.by_hand(at, entry, step)?;
        if went.came != Came::Done {
            return Ok(went);
        }
        match self.tools.hands.value(&names(&self.scene.credential))? {
            Some(value) => self.seal(at, &New::of(value, Source::Prompt)),
            None => Ok(Went::because(
                Came::Waits,
                format!(
                    "`{}` was done by hand, and nobody typed its value: `keyroll secret set {} --pending` hands it over",
                    step.title, self.scene.id
                ),
            )),
        }
    }

    /// Seals the new value as the pending version, in the transaction that says that the entry is done. Where another
    /// command closed the rotation meanwhile, the value is kept all the same: the provider made it.
    fn seal(&mut self, at: usize, new: &New) -> Result<Went> {
        let mut is_alone = false;
        for _ in 1..TRIES {
            match self.sealed(at, new, is_alone) {
                Err(error) if is_conflict(&error) => {
                    is_alone = self.is_overtaken()?;
                    // What was made here alone is nothing to anybody else.
                    if is_alone && new.source == Source::Generated {
                        return Err(error);
                    }
                }
                went => return went,
            }
        }
        self.sealed(at, new, is_alone)
    }

    /// One try of it: with the journal, or the version alone, which is being taken away then.
    fn sealed(&mut self, at: usize, new: &New, is_alone: bool) -> Result<Went> {
        let now = self.now();
        // A value that is good no more by its own word is sealed all the same: a test tells.
        let ends = new.expires.filter(|end| *end >= now.date());
        let tag: Option<Text> = self.journal.operation.tag().parse().ok();
        let identity = self.journal.operation.identity.clone();
        let amend = |version: &mut Version| {
            version.tag = tag.clone();
            version.identity = identity.clone();
            version.seen_expires = new.expires;
            if is_alone {
                version.stage = VersionStage::PossiblyLive;
            }
        };
        let journal = &self.journal;
        let entered = |number: u32| -> Operation {
            let made = Operation {
                version: Some(number),
                ..journal.operation.clone()
            };
            advanced(&made, at, &Came::Done, now, new.millis, None)
        };
        let changes = |key: &VersionKey| match is_alone {
            true => Vec::new(),
            false => vec![journal.change(&entered(key.number))],
        };
        let given = Given {
            issued: None,
            expires: ends,
            pending: true,
            new: true,
            id: new.id.clone(),
        };
        let name = self.scene.id.to_string();
        let place: SecretPlace = "age".parse().expect("`age` is a place");
        let mut also = Also {
            place: is_alone.then_some(&place),
            amend: &amend,
            changes: &changes,
        };
        let secrets = &mut *self.tools.secrets;
        let dated = (&given, now.date());
        let value = Some(&new.value);
        let mut refused = None;
        let stored = match secrets.give_with(&name, value, new.source, dated, &also) {
            Ok(stored) => stored,
            Err(error) if is_conflict(&error) || is_alone || new.source == Source::Generated => {
                return Err(error);
            }
            // The provider has made it, and shows it once: it is kept here, whatever speaks against its own place.
            Err(error) => {
                also.place = Some(&place);
                refused = Some(format!("{error:#}"));
                secrets.give_with(&name, value, new.source, dated, &also)?
            }
        };
        let number = stored.version.number;
        if is_alone {
            self.kept = Some(number);
        } else {
            self.journal.operation = entered(number);
        }
        self.refresh()?;
        let note = match refused {
            Some(why) => format!("version {number} is sealed in the store, and waits: {why}"),
            None if is_alone => format!("version {number} is sealed, and possibly live"),
            None => format!("version {number} is sealed, and waits"),
        };
        Ok(Went {
            millis: new.millis,
            ..Went::because(Came::Done, note)
        })
    }

    /// What became of a create of which nobody knows whether it made something.
    pub(super) fn look_for(&mut self, entry: &Entry, step: &Step) -> Result<Looked> {
        if self.tools.made_nothing {
            return Ok(Looked::Nothing);
        }
        if is_repeatable(step) {
            return Ok(Looked::Again);
        }
        let Some(find) = self.aside(Stage::Find) else {
            let (title, id, tag) = (&step.title, &self.scene.id, self.journal.operation.tag());
            let again = format!("`keyroll rotate {id} --resume --made-nothing`");
            let why = match ends_old(&self.journal.operation, Phase::Create) {
                true => format!(
                    "`{title}` may have put a value that nobody saw in the place of the old one: {again} does it once more"
                ),
                false => format!(
                    "`{title}` may have made a key that nobody saw: look for `{tag}` at the provider, take it away, then {again}"
                ),
            };
            return Ok(Looked::stop(Went::because(Came::Waits, why)));
        };
        Ok(match self.cleared(&find)? {
            Found::Gone => Looked::Nothing,
            Found::Nothing => match self.may_come_until(entry) {
                None => Looked::Nothing,
                Some(until) => {
                    let (title, id) = (&step.title, &self.scene.id);
                    let why = format!(
                        "`{title}` was not seen to make anything, and may still: from {until} on `keyroll rotate {id} --resume` looks again"
                    );
                    Looked::stop(Went::because(Came::Waits, why))
                }
            },
            Found::Unsaid(why) => Looked::stop(Went::because(Came::Unknown, why)),
            Found::Live(why) => Looked::stop(Went {
                is_possibly_live: true,
                ..Went::because(Came::Unknown, why)
            }),
        })
    }
}

/// A new value, and what is known of it.
struct New {
    value: Value,
    source: Source,
    /// What the provider calls it.
    id: Option<Text>,
    /// Until when it is good, by its own word.
    expires: Option<Date>,
    /// How long it took to make.
    millis: Option<u32>,
}

impl New {
    fn of(value: Value, source: Source) -> New {
        New {
            value,
            source,
            id: None,
            expires: None,
            millis: None,
        }
    }
}

/// What was found of a create of which nobody knew whether it made something.
pub(super) enum Looked {
    /// It made nothing, or that is gone.
    Nothing,
    /// It can be done again: it makes nothing twice.
    Again,
    Stop(Box<Went>),
}

impl Looked {
    /// It was looked for alone: since when nobody knows stays as it was.
    fn stop(went: Went) -> Looked {
        Looked::Stop(Box::new(Went {
            is_look: true,
            ..went
        }))
    }
}

/// How the fields that a step takes are not those of the credential.
fn other_fields(pointers: &Pointers, wanted: &[Name]) -> Option<String> {
    let given: Vec<&Name> = match pointers {
        Pointers::One(_) if wanted.len() == 1 => return None,
        Pointers::One(_) => Vec::new(),
        Pointers::Fields(fields) => fields.keys().collect(),
    };
    let fits = given.len() == wanted.len() && wanted.iter().all(|name| given.contains(&name));
    let words: Vec<&str> = wanted.iter().map(Name::as_str).collect();
    (!fits).then(|| {
        let words = words.join("`, `");
        format!("the step must take the fields of the credential, and no others: `{words}`")
    })
}

/// Whether a request says itself that it is the same one: a server that knows idempotency keys makes nothing twice. A
/// program that is given the tag can tell that too. What only reads makes nothing at all.
fn is_repeatable(step: &Step) -> bool {
    if step.http.as_ref().is_some_and(|http| http.reads()) {
        return true;
    }
    let words = step.command.iter().flatten().chain(&step.stdin);
    if step.command.is_some() {
        return words
            .into_iter()
            .any(|word| word.as_str().contains("{tag}"));
    }
    let headers = step.http.iter().flat_map(|http| &http.header);
    let mut keys = headers.filter(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
    keys.any(|(_, value)| value.as_str().contains("{tag}"))
}

/// A value of our own making: every field that is no name of something random.
fn generated(scene: &Scene, how: Option<&Generate>) -> Result<Value> {
    let length = how.map_or(LENGTH, |how| how.length);
    let alphabet = how
        .and_then(|how| how.alphabet)
        .unwrap_or(Alphabet::Alphanumeric);
    let mut fields = BTreeMap::new();
    for name in names(&scene.credential) {
        fields.insert(name, random(length, alphabet)?);
    }
    Ok(Value::of(&scene.credential, fields)?)
}
