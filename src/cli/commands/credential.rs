//! `keyroll credential`: what each account authenticates with, where its secret lives, and its versions.

mod change;
pub(in crate::cli::commands) mod id;
mod show;
mod version;

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::scene::meant;
use crate::cli::unlock::IdentityOptions;
use crate::model::account::Account;
use crate::model::credential::{Credential, SecretPlace, StoreClass};
use crate::model::id::{AccountId, EnvironmentName, ProviderId};
use crate::model::record::Kind;
use crate::operations::secrets::account;
use crate::store::Store;

/// What accounts authenticate with, where its secret lives, and its versions
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(
    after_help = "Examples:\n  keyroll credential list --provider unicmms\n  keyroll credential show etl"
)]
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
    Add(change::Add),
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
    /// Record that the provider accepts a version no longer: it is not counted as shared or live any more
    ///
    /// It is your word for it: `revoked` is said of a version only when the provider was seen to refuse it. Until then a
    /// revoke takes it away too, and the account cannot be retired.
    #[command(after_help = "Example:\n  keyroll credential retire etl 3")]
    Retire {
        #[arg(add = completion::names(Kind::Account))]
        account: String,
        /// The version
        number: u32,
    },
    /// Give up the value of a version that is not the current one; its record stays
    #[command(after_help = "Example:\n  keyroll credential forget etl 3")]
    Forget {
        #[arg(add = completion::names(Kind::Account))]
        account: String,
        /// The version
        number: u32,
    },
    /// Take the credential out of an account
    #[command(after_help = "Example:\n  keyroll credential remove etl --with-history")]
    Remove {
        #[arg(add = completion::names(Kind::Account))]
        account: String,
        /// Its versions and what is sealed of them too; what lies elsewhere stays there
        #[arg(long)]
        with_history: bool,
    },
    /// Record what the provider calls a version: its id of the key, which steps name as {previous.id} and {credential.id}
    #[command(
        after_help = "Examples:\n  keyroll credential id etl k1\n  keyroll credential id etl k1 --version 3\n\n\
        It is compared with the secrets, so that none is recorded for it: that takes the identity."
    )]
    Id {
        #[arg(add = completion::names(Kind::Account))]
        account: String,
        /// The provider's id of the credential: never the secret itself
        id: String,
        /// Of this version instead of the current one
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
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

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::List {
            provider,
            environment,
            place,
        } => show::list(context, |account, credential| {
            provider
                .as_ref()
                .is_none_or(|name| account.provider == *name)
                && environment
                    .as_ref()
                    .is_none_or(|name| account.environment == *name)
                && place.is_none_or(|class| credential.store.class() == class)
        }),
        What::Show { account } => show::show(&account, context),
        What::Add(args) => change::add(args, context),
        What::Set { account, fields } => change::set(&account, &fields, context),
        What::Move {
            account,
            to,
            identity,
        } => change::carry(&account, &to, &identity, context),
        What::Remove {
            account,
            with_history,
        } => change::remove(&account, with_history, context),
        What::Retire { account, number } => version::retire(&account, number, context),
        What::Forget { account, number } => version::forget(&account, number, context),
        What::Id {
            account,
            id,
            version,
            identity,
        } => id::run(&account, &id, version, &identity, context),
        What::Promote { account } => version::promote(&account, context),
    }
}

/// An account with a credential.
fn known(store: &Store, name: &str) -> Result<(AccountId, Account, Credential), Failure> {
    account(store, name).map_err(|error| meant(error, name, store))
}
