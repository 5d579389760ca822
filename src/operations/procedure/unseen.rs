//! What a create may have made without our seeing it: it is looked for by its tag, and taken away. Never what is on record:
//! a provider that does not understand the question may name the key that is in use. And what is not there yet may still
//! come.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;

use crate::lifecycle::operation::{is_live, logons};
use crate::lifecycle::versions;
use crate::model::credential::Version;
use crate::model::date::Timestamp;
use crate::model::id::AccountId;
use crate::model::key::VersionKey;
use crate::model::operation::Entry;
use crate::model::procedure::Step;
use crate::model::record::{Kind, Record, RecordId};
use crate::operations::procedure::Scene;
use crate::operations::secrets;
use crate::provider::{How, Performed, Surroundings};
use crate::store::Store;

/// How many things are taken away that have one tag: more are not ours.
const MOST: usize = 4;

/// Whoever looks: a rotation, or what closed it.
pub(super) trait Looks {
    /// What is on record: of the account, and of all.
    fn recorded(&mut self) -> (&Scene, &Store);

    /// Does a step, about what the provider calls so.
    fn asks(&mut self, step: &Step, id: Option<&str>) -> Result<Performed>;

    /// Writes into the journal what is taken away, or was.
    fn notes(&mut self, note: &str) -> Result<()>;
}

/// What was found.
pub(super) enum Found {
    /// Nothing is there now.
    Nothing,
    /// It was there, and is gone.
    Gone,
    /// The provider does not say.
    Unsaid(String),
    /// Something is there, and may work.
    Live(String),
}

/// Looks for what was made, and takes it away.
pub(super) fn cleared(by: &mut dyn Looks, find: &Step, discard: Option<&Step>) -> Result<Found> {
    let mut taken: Option<String> = None;
    for _ in 0..MOST {
        let found = by.asks(find, None)?;
        let id = match (found.how, found.id, taken.is_some()) {
            (How::Done, None, true) => return Ok(Found::Gone),
            (How::Done, None, false) => return Ok(Found::Nothing),
            (How::Done, Some(id), _) => id.to_string(),
            (How::Failed | How::Unknown, _, _) => {
                return Ok(Found::Unsaid(format!(
                    "a key may have been made, and the provider does not say: {}",
                    found.why
                )));
            }
        };
        if taken.as_ref() == Some(&id) {
            return Ok(Found::Live(format!(
                "`{id}` was made and its value was lost; that it was taken away was said, and it is still there"
            )));
        }
        let (scene, store) = by.recorded();
        if let Some(why) = not_ours(scene, store, &id) {
            return Ok(Found::Live(why));
        }
        let Some(discard) = discard else {
            return Ok(Found::Live(format!(
                "`{id}` was made and its value was lost; take it away at the provider"
            )));
        };
        let gone = discarded(by, discard, Some(&id))?;
        match gone.how {
            How::Done => taken = Some(id),
            How::Failed | How::Unknown => {
                return Ok(Found::Live(format!(
                    "`{id}` was made, and could not be taken away: {}",
                    gone.why
                )));
            }
        }
    }
    Ok(Found::Live(format!(
        "{MOST} keys of that tag were taken away, and there are more: does the provider understand the question?"
    )))
}

/// Takes away what was made. The journal says so before and after.
pub(super) fn discarded(by: &mut dyn Looks, step: &Step, id: Option<&str>) -> Result<Performed> {
    let shown = id.unwrap_or("what was made");
    by.notes(&format!("takes `{shown}` away"))?;
    let gone = by.asks(step, id)?;
    by.notes(&match gone.how {
        How::Done => format!("took `{shown}` away"),
        How::Failed => format!("did not take `{shown}` away: {}", gone.why),
        How::Unknown => format!("may have taken `{shown}` away: {}", gone.why),
    })?;
    Ok(gone)
}

/// Why what was found is not taken away: it is a version on record, or could be one.
fn not_ours(scene: &Scene, store: &Store, id: &str) -> Option<String> {
    match on_record(scene, store, id, None) {
        Ok(None) => {}
        Ok(Some(key)) => {
            return Some(format!(
                "the provider's answer to find names `{id}`, which is version {} of account/{}: nothing is taken away; \
                 does the provider understand the question?",
                key.number, key.account
            ));
        }
        // What is wrong with another account keeps nothing else from being done.
        Err(error) => {
            return Some(format!(
                "the provider's answer to find names `{id}`, and whether that is on record cannot be told: {error:#}: \
                 nothing is taken away"
            ));
        }
    }
    let mut own = versions::of(scene.versions(), &scene.id);
    let (key, _) = own.find(|(_, version)| version.id.is_none() && is_live(version))?;
    Some(format!(
        "the provider's answer to find names `{id}`, which could be version {}, whose id is not on record: \
         `keyroll credential id {} ID --version {}` records it; nothing is taken away",
        key.number, scene.id, key.number
    ))
}

/// The version that the provider calls so, but one: of whichever account works there, or administers it.
///
/// # Errors
/// When the store cannot be read, or a record is not what its trail says.
pub(super) fn on_record(
    scene: &Scene,
    store: &Store,
    id: &str,
    but: Option<u32>,
) -> Result<Option<VersionKey>> {
    let is_it = |key: &VersionKey| key.account == scene.id && Some(key.number) == but;
    let is_called_so = |version: &Version| version.id.as_ref().is_some_and(|it| it.as_str() == id);
    store.at_once(|| {
        let mut works_here: BTreeMap<AccountId, bool> = BTreeMap::new();
        for key in secrets::versions(store)?.into_keys() {
            let is_here = match works_here.get(&key.account) {
                Some(known) => *known,
                None => {
                    scene.versions().contains_key(&key) || works_beside(scene, store, &key.account)?
                }
            };
            works_here.insert(key.account.clone(), is_here);
            if !is_here || is_it(&key) {
                continue;
            }
            if let Some(Record::Version(key, version)) =
                store.vouched(&RecordId::new(Kind::Version, &key))?
                && is_called_so(&version)
            {
                return Ok(Some(key));
            }
        }
        Ok(None)
    })
}

/// Whether an account works where that of a scene does: ids are those of a provider in one environment.
fn works_beside(scene: &Scene, store: &Store, id: &AccountId) -> Result<bool> {
    Ok(match store.vouched(&RecordId::new(Kind::Account, id))? {
        Some(Record::Account(_, account)) => {
            account.provider == scene.account.provider
                && account.environment == scene.account.environment
        }
        Some(_) | None => false,
    })
}

/// Until when what was tried may still take effect, where that is to come: a request that nobody waits for any more may
/// still be under way. As long as the step and what comes before it may take, and no shorter than the longest lag of the
/// provider.
pub(super) fn may_come_until(
    scene: &Scene,
    around: &Surroundings,
    tried: &Entry,
    now: Timestamp,
) -> Option<Timestamp> {
    let is_program = tried.step.as_ref().is_some_and(|it| it.command.is_some());
    // What looks for it in an emergency does not say how it was made.
    let limit = match is_program || tried.tag.is_some() {
        true => around.limit.max(around.http.timeout),
        false => around.http.timeout,
    };
    let limit = limit.saturating_add(around.http.timeout.saturating_mul(logons(tried)));
    let lag = scene.provider.max_lag.as_ref();
    let lag = lag.map_or(0, |lag| u64::from(lag.minutes()) * 60);
    let limit = limit.max(Duration::from_secs(lag)).as_secs();
    let until = tried.at?.unix() + i64::try_from(limit).unwrap_or(i64::MAX / 2);
    (now.unix() < until).then(|| Timestamp::from_unix(until))
}
