//! Reads the trail from a moment on, as taking it back needs it.

use std::collections::HashMap;

use anyhow::Result;

use crate::dossier::past::Told;
use crate::model::date::Timestamp;
use crate::model::event::Digest;
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
