//! `keyroll consumer ack`: a consumer has the version that a rotation waits for.

use clap::{Arg, ArgMatches, Command};

use crate::cli::asking;
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::lifecycle::acknowledgement::{self, Asked, NoAcknowledgement};
use crate::model::id::{AccountId, ConsumerId, Principal};
use crate::model::record::Kind;
use crate::operations::records;
use crate::store::{Access, Store};

/// The verb that a consumer has beside those of every noun.
pub fn command() -> Command {
    Command::new("ack")
        .about("Record that a consumer has the version of an account that it waits for")
        .after_help(
            "Examples:\n  keyroll consumer ack etl-01 unicmms-production-import-hawthorne\n  \
             keyroll consumer ack etl-01 unicmms-production-import-hawthorne --version 3 --by jo-miller",
        )
        .arg(
            Arg::new("name")
                .value_name("CONSUMER")
                .required(true)
                .help("The job or host that has it")
                .add(completion::names(Kind::Consumer)),
        )
        .arg(
            Arg::new("account")
                .value_name("ACCOUNT")
                .required(true)
                .help("The account whose credential it uses")
                .add(completion::names(Kind::Account)),
        )
        .arg(
            Arg::new("version")
                .long("version")
                .value_name("N")
                .value_parser(clap::value_parser!(u32))
                .help("The version [default: the pending one, else the current one]"),
        )
        .arg(
            Arg::new("by")
                .long("by")
                .value_name("PRINCIPAL")
                .value_parser(asking::principal)
                .help("Who says so: a person, or team/NAME")
                .add(completion::principals()),
        )
}

pub fn run(name: &str, arguments: &ArgMatches, context: &mut Context) -> Outcome {
    context.acts_today()?;
    let account = arguments.get_one::<String>("account");
    let account = account.map(String::as_str).unwrap_or_default();
    let by = arguments.get_one::<Principal>("by");
    let mut store = context.open(Access::Write)?;
    let consumer: ConsumerId = known(Kind::Consumer, name, &store)?;
    let account: AccountId = known(Kind::Account, account, &store)?;
    if let Some((kind, name)) = by.map(Principal::parts) {
        let kind = kind.parse().map_err(Failure::usage)?;
        records::find(&store, kind, name)?.ok_or_else(|| roll::unknown(kind, name, &store))?;
    }
    let around = store.accounts(std::slice::from_ref(&account))?;
    let asked = Asked {
        account: &account,
        consumer: &consumer,
        version: arguments.get_one("version").copied(),
        by,
        at: context.now(),
    };
    let done = acknowledgement::acknowledge(&asked, &around).map_err(|why| refused(&why))?;
    match done.change {
        None => context.out.note("no change"),
        Some(change) => {
            roll::commit(context, &mut store, &[change])?;
            let (number, stage) = (done.version, done.stage);
            context.out.note(format!(
                "consumer/{consumer} has version {number} of account/{account}, which is {stage}"
            ));
        }
    }
    Ok(Status::Clean)
}

/// The name of a record that is there.
fn known<I: std::str::FromStr>(kind: Kind, name: &str, store: &Store) -> Result<I, Failure> {
    let unknown = || roll::unknown(kind, name, store);
    records::find(store, kind, name)?.ok_or_else(unknown)?;
    name.parse().map_err(|_| unknown())
}

fn refused(why: &NoAcknowledgement) -> Failure {
    let failure = Failure::refused(format!("{why}; nothing was changed"));
    failure.hint(match why {
        NoAcknowledgement::NotListed { account, consumer } => {
            format!("if it uses the account: keyroll account set {account} consumers+={consumer}")
        }
        NoAcknowledgement::Retired(account) => {
            format!("`keyroll account show {account}` shows it")
        }
        NoAcknowledgement::Fetches(consumer) => {
            format!("if it does not: keyroll consumer set {consumer} fetches=false")
        }
        NoAcknowledgement::NoVersion(account) => {
            format!("store one first: keyroll secret set {account}")
        }
        NoAcknowledgement::Unknown { account, .. } | NoAcknowledgement::Over { account, .. } => {
            format!("`keyroll credential show {account}` lists its versions")
        }
    })
}
