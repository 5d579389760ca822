//! `keyroll credential`: what each account authenticates with, where its secret lives, and its versions.

use std::collections::BTreeMap;

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::unlock::{self, IdentityOptions};
use crate::lifecycle::due;
use crate::lifecycle::versions::{self, Versions};
use crate::model::account::Account;
use crate::model::change::Change;
use crate::model::credential::{Credential, SecretPlace, StoreClass, VersionStage};
use crate::model::id::{AccountId, EnvironmentName, ProviderId};
use crate::model::record::{Kind, Record, RecordId};
use crate::operations::secrets::{Refusal, account};
use crate::report;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, Tone, View};
use crate::secret::names;
use crate::store::{Access, Store};

/// What accounts authenticate with, where its secret lives, and its versions
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show the credentials, the current version of each, and how old it is
    #[command(
        after_help = "Examples:\n  keyroll credential list\n  keyroll credential list --place age --format csv"
    )]
    List {
        /// Only at this provider
        #[arg(long, value_name = "PROVIDER", add = completion::names(Kind::Provider))]
        provider: Option<ProviderId>,
        /// Only in this environment
        #[arg(long, value_name = "ENVIRONMENT")]
        environment: Option<EnvironmentName>,
        /// Only in places of this class: age, keyring, vault, command, environment
        #[arg(long, value_name = "CLASS")]
        place: Option<StoreClass>,
    },
    /// Show one credential and its versions; never a secret
    #[command(after_help = "Example:\n  keyroll credential show etl")]
    Show {
        #[arg(add = completion::names(Kind::Account))]
        account: String,
    },
    /// Give an account a credential: what it is, and where its secret lives
    #[command(after_help = "Examples:\n  \
        keyroll credential add etl --kind api-key\n  \
        keyroll credential add dfs --kind oauth2-client --place vault:kv/factory/dfs --field client-id --field secret")]
    Add(Add),
    /// Change what is said of a credential: its kind, its fields, its names at the provider
    #[command(
        after_help = "Example:\n  keyroll credential set etl kind=bearer-token identity=svc-etl,svc-etl-2"
    )]
    Set {
        #[arg(add = completion::names(Kind::Account))]
        account: String,
        /// What to change; an empty value takes it away
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Carry the secret to another place: verified there before the old copy goes
    #[command(after_help = "Example:\n  keyroll credential move etl vault:kv/factory/etl")]
    Move {
        #[arg(add = completion::names(Kind::Account))]
        account: String,
        /// age, keyring, vault:PATH or command:NAME
        to: SecretPlace,
        #[command(flatten)]
        identity: IdentityOptions,
    },
    /// Make the pending version the current one
    #[command(after_help = "Example:\n  keyroll credential promote etl")]
    Promote {
        #[arg(add = completion::names(Kind::Account))]
        account: String,
    },
}

#[derive(clap::Args)]
struct Add {
    #[arg(add = completion::names(Kind::Account))]
    account: String,
    /// api-key, basic, oauth2-client, bearer-token, certificate or database-password
    #[arg(long, value_name = "KIND")]
    kind: crate::model::credential::CredentialKind,
    /// Where the secret lives: age, keyring, vault:PATH, command:NAME or environment:VAR
    #[arg(long, value_name = "PLACE", default_value = "age")]
    place: SecretPlace,
    /// A named value of a composite credential; several times for several
    #[arg(long, value_name = "NAME")]
    field: Vec<crate::model::id::Name>,
    /// Its name at the provider; two for blue/green
    #[arg(long, value_name = "NAME")]
    identity_name: Vec<crate::model::text::Text>,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::List {
            provider,
            environment,
            place,
        } => list(context, |account, credential| {
            provider
                .as_ref()
                .is_none_or(|name| account.provider == *name)
                && environment
                    .as_ref()
                    .is_none_or(|name| account.environment == *name)
                && place.is_none_or(|class| credential.store.class() == class)
        }),
        What::Show { account } => show(&account, context),
        What::Add(args) => add(args, context),
        What::Set { account, fields } => set(&account, &fields, context),
        What::Move {
            account,
            to,
            identity,
        } => carry(&account, &to, &identity, context),
        What::Promote { account } => promote(&account, context),
    }
}

fn versions_of(store: &Store) -> Result<Versions, Failure> {
    let records = store.records(Kind::Version)?.into_iter();
    let pairs = records.filter_map(|record| match record {
        Record::Version(key, version) => Some((key, *version)),
        _ => None,
    });
    Ok(pairs.collect::<BTreeMap<_, _>>())
}

fn list(context: &mut Context, wanted: impl Fn(&Account, &Credential) -> bool) -> Outcome {
    let store = context.open(Access::Read)?;
    let versions = versions_of(&store)?;
    let today = context.as_of();
    let columns = [
        Column::new("account"),
        Column::new("kind"),
        Column::new("place"),
        Column::new("version").right(),
        Column::new("issued").spare(),
        Column::new("age-days").titled("Age").right(),
        Column::new("expires"),
        Column::new("state"),
    ];
    let mut view = View::new("credential-list", columns.into());
    for record in store.records(Kind::Account)? {
        let Record::Account(id, account) = record else {
            continue;
        };
        let Some(credential) = &account.credential else {
            continue;
        };
        if !wanted(&account, credential) {
            continue;
        }
        let current = due::newest(&versions, &id);
        let version = current.map(|(_, version)| version);
        let state = match version {
            None => Cell::text("no version").tone(Tone::Muted),
            Some(version) => match &version.held {
                None => Cell::text("no secret").tone(Tone::Warning),
                Some(held) if held.exposed.is_some() => Cell::text("exposed").tone(Tone::Error),
                Some(_) => Cell::text("stored").tone(Tone::Good),
            },
        };
        view.rows.push(vec![
            Cell::text(&id),
            Cell::text(credential.kind),
            Cell::text(&credential.store),
            current.map_or(Cell::missing(), |(key, _)| Cell::number(key.number.into())),
            version.map_or(Cell::missing(), |version| Cell::date(version.issued)),
            version.map_or(Cell::missing(), |version| {
                Cell::number(version.issued.days_until(today))
            }),
            version
                .and_then(|version| version.expires)
                .map_or(Cell::missing(), Cell::date),
            state,
        ]);
    }
    if view.rows.is_empty() {
        context.out.note("no credentials");
    }
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

fn show(name: &str, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let (id, _, credential) = known(&store, name)?;
    let versions = versions_of(&store)?;
    let columns = [
        Column::new("version").right(),
        Column::new("stage"),
        Column::new("issued"),
        Column::new("activated").spare(),
        Column::new("expires"),
        Column::new("retired").spare(),
        Column::new("place"),
        Column::new("source").spare(),
        Column::new("exposed").spare(),
        Column::new("fingerprint").spare(),
    ];
    let mut view = View::new("credential-show", columns.into());
    for (key, version) in versions::of(&versions, &id) {
        let date =
            |date: Option<crate::model::date::Date>| date.map_or(Cell::missing(), Cell::date);
        let held = version.held.as_ref();
        let prints = held.map(|held| {
            held.fingerprints
                .iter()
                .map(|(field, print)| format!("{field} {print}"))
        });
        view.rows.push(vec![
            Cell::number(key.number.into()),
            Cell::text(version.stage).tone(tone(version.stage)),
            Cell::date(version.issued),
            date(version.activated),
            date(version.expires),
            date(version.retired),
            held.map_or(Cell::missing(), |held| Cell::text(&held.place)),
            held.map_or(Cell::missing(), |held| Cell::text(held.source)),
            date(held.and_then(|held| held.exposed)),
            prints.map_or(Cell::missing(), Cell::list),
        ]);
    }
    let fields: Vec<String> = names(&credential).iter().map(ToString::to_string).collect();
    view.notes.push(format!(
        "account/{id}: {} in {}, {}",
        credential.kind,
        credential.store,
        fields.join(", ")
    ));
    if view.rows.is_empty() {
        view.notes
            .push(format!("no version yet: keyroll secret set {id}"));
    }
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

fn tone(stage: VersionStage) -> Tone {
    match stage {
        VersionStage::Current => Tone::Good,
        VersionStage::Pending | VersionStage::Previous => Tone::Warning,
        VersionStage::Revoked => Tone::Muted,
        VersionStage::PossiblyLive => Tone::Error,
    }
}

fn add(args: Add, context: &mut Context) -> Outcome {
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

/// An account with a credential.
fn known(store: &Store, name: &str) -> Result<(AccountId, Account, Credential), Failure> {
    account(store, name).map_err(|error| match error.downcast_ref::<Refusal>() {
        Some(Refusal::NoAccount(_)) => roll::unknown(Kind::Account, name, store),
        _ => error.into(),
    })
}

fn set(name: &str, fields: &[String], context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, account, credential) = known(&store, name)?;
    let mut body = serde_json::to_value(&credential).map_err(Failure::new)?;
    let stored = versions_of(&store)?;
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

fn carry(
    name: &str,
    to: &SecretPlace,
    identity: &IdentityOptions,
    context: &mut Context,
) -> Outcome {
    let mut store = unlock::open(context)?;
    let (id, _, _) = known(&store, name)?;
    let mut secrets = unlock::unlock(&mut store, identity, context)?;
    let carried = secrets.carry(name, to)?;
    context.out.note(format!(
        "the secret of account/{id} lives in {to} now: {}",
        counted(carried.versions.len(), "version")
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

fn promote(name: &str, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, _, _) = known(&store, name)?;
    let changes = versions::promote(&versions_of(&store)?, &id, context.today())
        .map_err(anyhow::Error::from)?;
    roll::commit(context, &mut store, &changes)?;
    Ok(Status::Clean)
}
