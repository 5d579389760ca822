//! `keyroll credential add`, `set`, `move` and `promote`: what is said of a credential, and where its secret lives.

use crate::cli::commands::credential::known;
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::unlock::{self, IdentityOptions};
use crate::lifecycle::versions;
use crate::model::change::Change;
use crate::model::credential::{Credential, CredentialKind, SecretPlace, StoreClass};
use crate::model::id::{AccountId, Name};
use crate::model::record::{Kind, Record, RecordId};
use crate::model::text::Text;
use crate::operations::secrets::{self, Refusal, account};
use crate::report::summary::counted;
use crate::store::{Access, Store};

/// Give an account a credential: what it is, and where its secret lives
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll credential add etl --kind api-key\n  \
    keyroll credential add dfs --kind oauth2-client --place vault:kv/factory/dfs --field client-id --field secret")]
pub struct Add {
    #[arg(add = completion::names(Kind::Account))]
    account: String,
    /// api-key, basic, oauth2-client, bearer-token, certificate or database-password
    #[arg(long, value_name = "KIND")]
    kind: CredentialKind,
    /// Where the secret lives: age, keyring, vault:PATH, command:NAME or environment:VAR
    #[arg(long, value_name = "PLACE", default_value = "age")]
    place: SecretPlace,
    /// A named value of a composite credential; several times for several
    #[arg(long, value_name = "NAME")]
    field: Vec<Name>,
    /// Its name at the provider; two for blue/green
    #[arg(long, value_name = "NAME")]
    identity_name: Vec<Text>,
}

pub(super) fn add(args: Add, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, before) = match account(&store, &args.account) {
        Err(error) => match error.downcast_ref::<Refusal>() {
            Some(Refusal::NoCredential(id)) => {
                let record = store.record(&RecordId::new(Kind::Account, id))?;
                (
                    id.clone(),
                    record.ok_or_else(|| roll::unknown(Kind::Account, &args.account, &store))?,
                )
            }
            _ => return Err(roll::unknown(Kind::Account, &args.account, &store)),
        },
        Ok((id, ..)) => {
            return Err(
                Failure::refused(format!("`account/{id}` has a credential already")).hint(format!(
                    "`keyroll credential set {id}` changes it; nothing was changed"
                )),
            );
        }
    };
    let credential = Credential {
        kind: args.kind,
        fields: args.field,
        store: args.place,
        identity: args.identity_name,
        expiry_source: None,
    };
    write(&id, before, credential, &mut store, context)?;
    if store.records(Kind::StoreKey)?.is_empty() {
        context
            .out
            .note("next: keyroll init, which makes the store ready for secrets");
    } else {
        context.out.note(format!("next: keyroll secret set {id}"));
    }
    Ok(Status::Clean)
}

fn write(
    id: &AccountId,
    before: Record,
    credential: Credential,
    store: &mut Store,
    context: &mut Context,
) -> Result<(), Failure> {
    let Record::Account(_, account) = &before else {
        return Ok(());
    };
    let mut after = (**account).clone();
    after.credential = Some(Box::new(credential));
    roll::commit(
        context,
        store,
        &[Change::update(before, (id.clone(), after).into())],
    )?;
    roll::remark(&RecordId::new(Kind::Account, id), store, context)
}

pub(super) fn set(name: &str, fields: &[String], context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, account, credential) = known(&store, name)?;
    let mut body = serde_json::to_value(&credential).map_err(Failure::new)?;
    let stored = secrets::versions(&store)?;
    let has_secret = versions::of(&stored, &id).any(|(_, version)| version.held.is_some());
    for field in fields {
        let (key, text) = field.split_once('=').ok_or_else(|| {
            Failure::usage(format!("`{}` is not FIELD=VALUE", field.escape_debug()))
                .hint("for example kind=api-key")
        })?;
        if key == "store" && has_secret {
            return Err(Failure::refused(format!(
                "the secret of `account/{id}` would be looked for where it is not"
            ))
            .hint(format!(
                "`keyroll credential move {id} PLACE` carries it there; nothing was changed"
            )));
        }
        if key == "fields" && has_secret {
            return Err(Failure::refused(format!("the versions of `account/{id}` hold other fields"))
                .hint("store a new version after its fields were changed in the inventory; nothing was changed"));
        }
        let list = matches!(key, "fields" | "identity");
        body[key] = match (text, list) {
            ("", _) => serde_json::Value::Null,
            (text, true) => text.split(',').map(str::trim).collect(),
            (text, false) => text.into(),
        };
    }
    if let Some(object) = body.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    let credential: Credential = serde_json::from_value(body).map_err(|error| {
        Failure::usage(format!("no credential: {error}")).hint("nothing was changed")
    })?;
    write(
        &id,
        (id.clone(), account).into(),
        credential,
        &mut store,
        context,
    )?;
    Ok(Status::Clean)
}

pub(super) fn carry(
    name: &str,
    to: &SecretPlace,
    identity: &IdentityOptions,
    context: &mut Context,
) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, _, _) = known(&store, name)?;
    let mut secrets = unlock::unlock_to_seal(&mut store, identity, context)?;
    let carried = secrets.carry(name, to)?;
    context.out.note(format!(
        "the secret of account/{id} lives in {to} now: {}",
        counted(carried.versions.len(), "version")
    ));
    context.out.note(format!(
        "where the inventory is kept as files, say so there: store = \"{to}\""
    ));
    let mut status = Status::Clean;
    for (version, error) in &carried.left_behind {
        context.out.note(format!(
            "warning: the old copy of version {} is still there: {error:#}",
            version.number
        ));
        status = Status::Failed;
    }
    if status != Status::Clean {
        context
            .out
            .note("hint: take it away by hand; keyroll does not use it any more");
    }
    roll::remark(&RecordId::new(Kind::Account, &id), &store, context)?;
    Ok(status)
}

/// The credential goes, on request with its versions and what is sealed of them.
pub(super) fn remove(name: &str, with_history: bool, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, account, _) = known(&store, name)?;
    let mut after = account.clone();
    after.credential = None;
    let mut changes = vec![Change::update(
        (id.clone(), account).into(),
        (id.clone(), after).into(),
    )];
    let versions = secrets::versions(&store)?;
    let mut elsewhere = Vec::new();
    for (key, version) in versions::of(&versions, &id) {
        if let Some(held) = version.held.as_ref() {
            if !with_history {
                return Err(Failure::refused(format!(
                    "version {} of `account/{id}` has a secret",
                    key.number
                ))
                .hint("--with-history removes its versions too; nothing was changed"));
            }
            elsewhere
                .extend((held.place.class() != StoreClass::Age).then(|| held.place.to_string()));
        }
        if with_history {
            if let Some(sealed) = store.record(&RecordId::new(Kind::Sealed, key))? {
                changes.push(Change::remove(sealed));
            }
            changes.push(Change::remove((key.clone(), version.clone()).into()));
        }
    }
    roll::change(context, &mut store, &changes, "Remove this?")?;
    elsewhere.dedup();
    for place in elsewhere {
        context
            .out
            .note(format!("warning: what lies in {place} is still there"));
    }
    context
        .out
        .note("what the provider accepts is not changed by this: revoke it there");
    Ok(Status::Clean)
}
