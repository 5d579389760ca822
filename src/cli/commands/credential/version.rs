//! `keyroll credential promote`, `retire` and `forget`: what becomes of one version.

use crate::cli::commands::credential::known;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::under_way::way_on;
use crate::lifecycle::operation::{Open, open};
use crate::lifecycle::versions::NoVersion;
use crate::lifecycle::{due, versions};
use crate::model::change::Change;
use crate::model::credential::{StoreClass, Version, VersionStage};
use crate::model::id::AccountId;
use crate::model::key::VersionKey;
use crate::model::record::{Kind, RecordId};
use crate::operations::procedure::operations;
use crate::operations::secrets::{self, Refusal};
use crate::store::{Access, Store};

pub(super) fn promote(name: &str, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, _, _) = known(&store, name)?;
    not_open(&store, &id)?;
    let recorded = secrets::versions(&store)?;
    let account = id.clone();
    let key = versions::pending(&recorded, &id).ok_or(NoVersion::NonePending { account });
    let changes = key
        .and_then(|key| versions::promote(&recorded, key, context.today()))
        .map_err(anyhow::Error::from)?;
    roll::commit(context, &mut store, &changes)?;
    if let Some((key, _)) = due::newest(&secrets::versions(&store)?, &id) {
        let number = key.number;
        context.out.note(format!(
            "version {number} of account/{id} is the current one"
        ));
    }
    Ok(Status::Clean)
}

/// That no operation is open on an account: what it proves would be passed over, or what it needs taken away.
fn not_open(store: &Store, id: &AccountId) -> Result<(), Failure> {
    let operations = operations(store, id)?;
    match open(&operations, id) {
        None => Ok(()),
        Some((key, operation)) => Err(Failure::refused(format!(
            "{} {} of `account/{id}` is open",
            operation.what, key.number
        ))
        .hint(format!(
            "{}; nothing was changed",
            way_on(&Open::of(key, operation))
        ))),
    }
}

/// A version of an account that is out of use, while nothing is under way on it.
fn old(
    store: &Store,
    name: &str,
    number: u32,
) -> Result<(AccountId, VersionKey, Version), Failure> {
    let (id, _, _) = known(store, name)?;
    not_open(store, &id)?;
    let key = VersionKey {
        account: id.clone(),
        number,
    };
    let Some(version) = secrets::versions(store)?.remove(&key) else {
        let account = id;
        return Err(anyhow::Error::from(Refusal::NoVersion { account, number }).into());
    };
    let way = match version.stage {
        VersionStage::Previous | VersionStage::Revoked => return Ok((id, key, version)),
        VersionStage::Current => format!("store its successor first: keyroll secret set {id}"),
        VersionStage::Pending => {
            format!("`keyroll credential promote {id}` makes it the current one")
        }
        // With its value it is seen refused.
        VersionStage::PossiblyLive => {
            format!("`keyroll revoke {id} --resume` looks whether its provider refuses it")
        }
    };
    let stage = version.stage;
    let why = format!("version {number} of `account/{id}` is {stage}");
    Err(Failure::refused(why).hint(format!("{way}; nothing was changed")))
}

pub(super) fn retire(name: &str, number: u32, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, key, version) = old(&store, name, number)?;
    let is_proven = version.stage == VersionStage::Revoked;
    let mut after = version.clone();
    after.retired = after.retired.or(Some(context.today()));
    let change = Change::update((key.clone(), version).into(), (key, after).into());
    roll::commit(context, &mut store, &[change])?;
    if !is_proven {
        context.out.note(format!(
            "that is noted, not seen: `keyroll revoke {id} --version {number}` proves it, and until then it counts as live"
        ));
    }
    Ok(Status::Clean)
}

pub(super) fn forget(name: &str, number: u32, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, key, version) = old(&store, name, number)?;
    let Some(held) = version.held.clone() else {
        return Err(anyhow::Error::from(Refusal::NoSecret(id)).into());
    };
    let mut after = version.clone();
    after.held = None;
    let mut changes = Vec::new();
    if let Some(sealed) = store.record(&RecordId::new(Kind::Sealed, &key))? {
        changes.push(Change::remove(sealed));
    }
    changes.push(Change::update(
        (key.clone(), version).into(),
        (key, after).into(),
    ));
    context.confirm(&format!(
        "Give up the value of version {number} of account/{id}? Nothing brings it back"
    ))?;
    roll::commit(context, &mut store, &changes)?;
    if held.place.class() != StoreClass::Age {
        context
            .out
            .note(format!("what lies in {} is still there", held.place));
    }
    Ok(Status::Clean)
}
