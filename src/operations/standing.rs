//! Since when an account stands as it does: by the audit trail, which nobody writes by hand.

use anyhow::Result;

use crate::model::account::AccountStatus;
use crate::model::change::FieldChange;
use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::model::record::{Kind, RecordId};
use crate::store::{EventFilter, Store};

/// The day on which an account last came to have a status; none where the trail does not tell.
///
/// # Errors
/// When the trail cannot be read.
pub fn since(store: &Store, account: &AccountId, status: AccountStatus) -> Result<Option<Date>> {
    let filter = EventFilter {
        record: Some(RecordId::new(Kind::Account, account).to_string()),
        ..EventFilter::default()
    };
    let mut found = None;
    store.events(&filter, &mut |event| {
        let changes: Vec<FieldChange> = serde_json::from_str(&event.change).unwrap_or_default();
        let changed = changes.into_iter().find(|change| change.field == "status");
        let to = changed.and_then(|change| change.to);
        match to.as_ref().and_then(|to| to.as_str()) {
            Some(word) if word == status.as_str() => found = Some(event.actor.at.date()),
            Some(_) => found = None,
            None => {}
        }
        Ok(())
    })?;
    Ok(found)
}
