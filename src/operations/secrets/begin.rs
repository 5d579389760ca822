//! Makes a store ready for secrets: its own key, and the first recipients.

use anyhow::Result;

use crate::model::change::Change;
use crate::model::event::Actor;
use crate::model::id::Fingerprint;
use crate::model::key::Only;
use crate::operations::secrets::{Refusal, store_key};
use crate::secrets::{Identity, Keys, Recipients};
use crate::store::Store;

/// Makes the store's own key, sealed to its first recipients, one of whom must be the identity; gives its pin.
///
/// # Errors
/// When it has one already, or the identity is none of the recipients; nothing is changed then.
pub fn begin(
    store: &mut Store,
    actor: &Actor,
    recipients: Recipients,
    identity: Identity,
) -> Result<Fingerprint> {
    if store_key(store)?.is_some() {
        return Err(Refusal::Begun.into());
    }
    let (keys, key) = Keys::renew(&store.name()?, &recipients, identity)?;
    let mut changes = vec![Change::create((Only, key).into())];
    changes.extend(
        recipients
            .into_iter()
            .map(|pair| Change::create(pair.into())),
    );
    store.commit(actor, &changes)?;
    Ok(keys.pin().clone())
}
