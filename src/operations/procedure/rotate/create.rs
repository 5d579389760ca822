//! The new value: made here and sealed before the provider hears of it, typed by whoever made it, or taken from the
//! provider's answer. What a create may have made without our seeing it is looked for by its tag.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::lifecycle::operation::{Came, advanced};
use crate::lifecycle::versions::Given;
use crate::model::credential::Version;
use crate::model::date::Date;
use crate::model::operation::{Entry, Operation, Phase};
use crate::model::procedure::{Alphabet, Generate, Stage, Step};
use crate::model::sealed::Source;
use crate::model::text::Text;
use crate::operations::procedure::Scene;
use crate::operations::procedure::rotate::{Rotation, Went, is_uncertain};
use crate::operations::procedure::values::{Opened, Subject};
use crate::operations::secrets::Also;
use crate::provider::{How, Reach};
use crate::secret::{Value, names};
use crate::secrets::random;

/// The length of a value of our own making, where nobody says otherwise: 43 letters and digits are 256 bits.
const LENGTH: u32 = 43;

impl Rotation<'_, '_> {
    /// Makes a value and seals it: nothing outside is touched.
    pub(super) fn make(&mut self, at: usize) -> Result<Went> {
        let generate = self.scene.rotate().and_then(|(_, it)| it.generate.clone());
        let value = generated(&self.scene, generate.as_ref())?;
        self.seal(at, value, Source::Generated, None, None, None)
    }

    /// Has a value made at the provider, by a step of the procedure.
    pub(super) fn create(&mut self, at: usize, entry: &Entry, step: &Step) -> Result<Went> {
        if step.manual.is_some() {
            return self.typed(at, step);
        }
        if step.secret.is_none() {
            return self.perform(at, step);
        }
        if is_uncertain(entry)
            && let Some(went) = self.look_for(at, step)?
        {
            return Ok(went);
        }
        self.started(at)?;
        let tag = self.journal.operation.tag();
        let subject = Subject {
            tag: Some(&tag),
            ..self.subject()
        };
        let text = serde_json::to_string(step).unwrap_or_default();
        let opened = Opened::for_text(&text, &self.scene, &subject, self.tools.secrets)?;
        let values = opened.values(&self.scene, &subject, self.now());
        let reach = Reach::of(self.scene.environment()?, self.tools.around);
        let done = reach.perform(step, &values);
        drop(opened);
        match (done.how, done.secret) {
            (How::Done, Some(value)) => self.seal(
                at,
                value,
                Source::Provider,
                done.id,
                done.expires,
                Some(done.millis),
            ),
            (How::Failed, _) => Ok(Went {
                millis: Some(done.millis),
                ..Went::because(Came::Failed, done.why)
            }),
            (How::Done | How::Unknown, _) => Ok(Went {
                millis: Some(done.millis),
                ..Went::because(Came::Unknown, done.why)
            }),
        }
    }

    /// A value that somebody made by hand at the provider.
    fn typed(&mut self, at: usize, step: &Step) -> Result<Went> {
        let what = step.manual.as_ref().map_or("", |text| text.as_str());
        let hands = &mut self.tools.hands;
        let waits = || {
            Went::because(
                Came::Waits,
                format!("`{}` is done by hand, and nobody is there", step.title),
            )
        };
        if hands.manual(step.title.as_str(), what)?.is_none() {
            return Ok(waits());
        }
        match hands.value(&names(&self.scene.credential))? {
            Some(value) => self.seal(at, value, Source::Prompt, None, None, None),
            None => Ok(waits()),
        }
    }

    /// Seals the new value as the pending version, in the transaction that says that the entry is done.
    fn seal(
        &mut self,
        at: usize,
        value: Value,
        source: Source,
        id: Option<Text>,
        expires: Option<Date>,
        millis: Option<u32>,
    ) -> Result<Went> {
        let now = self.now();
        let tag: Option<Text> = self.journal.operation.tag().parse().ok();
        let identity = self.journal.operation.identity.clone();
        let amend = |version: &mut Version| {
            version.tag = tag.clone();
            version.identity = identity.clone();
            version.seen_expires = expires;
        };
        let journal = &self.journal;
        let entered = |number: u32| -> Operation {
            let made = Operation {
                version: Some(number),
                ..journal.operation.clone()
            };
            advanced(&made, at, &Came::Done, now, millis, None)
        };
        let changes =
            |key: &crate::model::key::VersionKey| vec![journal.change(&entered(key.number))];
        let given = Given {
            issued: None,
            expires,
            pending: true,
            new: true,
            id,
        };
        let name = self.scene.id.to_string();
        let stored = self.tools.secrets.give_with(
            &name,
            Some(value),
            source,
            (&given, now.date()),
            &Also {
                amend: &amend,
                changes: &changes,
            },
        )?;
        let number = stored.version.number;
        self.journal.operation = entered(number);
        self.refresh()?;
        Ok(Went {
            millis,
            ..Went::because(Came::Done, format!("version {number} is sealed, and waits"))
        })
    }

    /// What becomes of a create of which nobody knows whether it made something. `None` where it can be done (again).
    fn look_for(&mut self, at: usize, step: &Step) -> Result<Option<Went>> {
        if self.tools.made_nothing || step.command.is_some() || is_repeatable(step) {
            return Ok(None);
        }
        let Some(find) = self.aside(Stage::Find) else {
            let tag = self.journal.operation.tag();
            return Ok(Some(Went::because(
                Came::Waits,
                format!(
                    "`{}` may have made a key that nobody saw: look for `{tag}` at the provider, take it away, then \
                     `keyroll rotate {} --resume --made-nothing`",
                    step.title, self.scene.id
                ),
            )));
        };
        let found = self.aside_performed(&find, None)?;
        match (found.how, found.id) {
            (How::Done, None) => Ok(None),
            (How::Done, Some(id)) => match self.aside(Stage::Discard) {
                Some(discard) => {
                    let gone = self.aside_performed(&discard, Some(id.as_str()))?;
                    match gone.how {
                        How::Done => Ok(None),
                        How::Failed | How::Unknown => Ok(Some(Went {
                            is_possibly_live: true,
                            ..Went::because(
                                Came::Unknown,
                                format!(
                                    "`{id}` was made, and could not be taken away: {}",
                                    gone.why
                                ),
                            )
                        })),
                    }
                }
                None => Ok(Some(Went {
                    is_possibly_live: true,
                    ..Went::because(
                        Came::Unknown,
                        format!(
                            "`{id}` was made and its value was lost; take it away at the provider"
                        ),
                    )
                })),
            },
            (How::Failed | How::Unknown, _) => Ok(Some(Went::because(
                Came::Unknown,
                format!(
                    "entry {} may have made a key, and the provider does not say: {}",
                    at + 1,
                    found.why
                ),
            ))),
        }
    }

    /// A step beside the order, as it was when the rotation began.
    pub(super) fn aside(&self, stage: Stage) -> Option<Step> {
        let entries = self.journal.operation.entries.iter();
        let steps = entries.filter(|entry| entry.phase == Phase::Create);
        let mut steps = steps.filter_map(|entry| entry.step.as_ref());
        steps.find(|step| step.stage == Some(stage)).cloned()
    }

    /// Does such a step.
    pub(super) fn aside_performed(
        &mut self,
        step: &Step,
        id: Option<&str>,
    ) -> Result<crate::provider::Performed> {
        let tag = self.journal.operation.tag();
        let subject = Subject {
            tag: Some(&tag),
            id,
            ..self.subject()
        };
        let text = serde_json::to_string(step).unwrap_or_default();
        let opened = Opened::for_text(&text, &self.scene, &subject, self.tools.secrets)?;
        let values = opened.values(&self.scene, &subject, self.now());
        let reach = Reach::of(self.scene.environment()?, self.tools.around);
        Ok(reach.perform(step, &values))
    }
}

/// Whether a request says itself that it is the same one: a server that knows idempotency keys makes nothing twice.
fn is_repeatable(step: &Step) -> bool {
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
