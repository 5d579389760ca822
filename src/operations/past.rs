//! Reads the trail from a moment on, as taking it back needs it.

use std::collections::HashMap;

use anyhow::Result;

use crate::audit::rewind;
use crate::dossier::past::{Astray, Told};
use crate::model::date::Timestamp;
use crate::model::event::Digest;
use crate::model::record::{Kind, Record, RecordId};
use crate::store::{EventFilter, Store};

/// Every event from a moment on, oldest first. All of them are held: so much of the trail must fit into memory.
///
/// # Errors
/// When the trail cannot be read.
pub fn since(store: &Store, moment: Timestamp) -> Result<Vec<Told>> {
    let filter = EventFilter {
        since: Some(moment),
        ..EventFilter::default()
    };
    let mut left: HashMap<String, Option<Digest>> = HashMap::new();
    let mut all = Vec::new();
    store.events(&filter, &mut |event| {
        let before = match left.get(&event.record) {
            Some(before) => *before,
            None => store.digest_before(&event.record, event.sequence)?,
        };
        left.insert(event.record.clone(), event.after);
        all.push(Told {
            event,
            left: before,
        });
        Ok(())
    })?;
    Ok(all)
}

/// Every record that is not as its latest event left it, with what stands and what should. Only the events of such records
/// are read.
///
/// # Errors
/// When the store cannot be read.
pub fn astray(store: &Store) -> Result<Vec<Astray>> {
    let ids = store.astray()?;
    let one = |id: RecordId| -> Result<Astray> {
        Ok(Astray {
            stands: store.record(&id)?,
            told: told(store, &id)?,
            id,
        })
    };
    ids.into_iter().map(one).collect()
}

/// A record as its events tell it, from the first to the newest.
fn told(store: &Store, id: &RecordId) -> Result<Result<Option<Record>, rewind::Lost>> {
    // Of sealed values the trail keeps digests alone.
    if matches!(id.kind, Kind::Sealed | Kind::StoreKey) {
        return Ok(Err(rewind::Lost(id.clone())));
    }
    let filter = EventFilter {
        record: Some(id.to_string()),
        ..EventFilter::default()
    };
    let mut told = Ok(None);
    store.events(&filter, &mut |event| {
        if let Ok(verb) = event.action.parse()
            && let Ok(before) = &told
        {
            let change = (verb, event.change.as_str());
            told = rewind::after(id, Option::as_ref(before), change, event.after.as_ref());
        }
        Ok(())
    })?;
    Ok(told)
}
