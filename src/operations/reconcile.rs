//! What the trail knows of accounts whose logs are read.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::model::account::AccountStatus;
use crate::model::change::{FieldChange, Verb};
use crate::model::date::Timestamp;
use crate::model::id::{AccountId, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::store::{EventFilter, Store};

/// Since when the accounts of a provider that are not active are so. What came into the roll as retired is not among them:
/// nobody knows since when it is.
///
/// # Errors
/// When the trail cannot be read.
pub fn ended(
    store: &Store,
    inventory: &Inventory,
    provider: &ProviderId,
) -> Result<BTreeMap<AccountId, Timestamp>> {
    let mut ended = BTreeMap::new();
    for (id, account) in &inventory.accounts {
        if account.provider != *provider || account.status == AccountStatus::Active {
            continue;
        }
        let filter = EventFilter {
            record: Some(RecordId::new(Kind::Account, id).to_string()),
            actions: vec![Verb::Update.as_str().to_owned()],
            ..EventFilter::default()
        };
        store.events(&filter, &mut |event| {
            let changes: Vec<FieldChange> = serde_json::from_str(&event.change).unwrap_or_default();
            let was_active = |change: &FieldChange| {
                let from = change.from.as_ref().and_then(|from| from.as_str());
                change.field == "status" && from == Some(AccountStatus::Active.as_str())
            };
            if changes.iter().any(was_active) {
                ended.insert(id.clone(), event.actor.at);
            }
            Ok(())
        })?;
    }
    Ok(ended)
}
