//! `keyroll review`: the access review of each quarter: what is due, the sheet to decide by, and what was decided.

mod decisions;
mod due;
mod list;
mod one;
mod sheets;
mod walk;

use crate::cli::asking;
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::model::fact::ReviewVerdict;
use crate::model::id::{AccountId, Principal};
use crate::model::record::Kind;
use crate::model::text::Text;

/// Review accounts: whether each is still needed as it is; without an account, what is due, one after the other
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  \
    keyroll review due\n  \
    keyroll review                                      # at a terminal: shows each that is due, and asks\n  \
    keyroll review etl                                  # its sheet; at a terminal it asks\n  \
    keyroll review etl keep --by anna-berg\n  \
    keyroll review etl change --by anna-berg --note 'drop the right to close'\n  \
    keyroll review import decisions.csv                 # what a meeting decided\n  \
    keyroll review list --since 2026-10-01")]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    one: One,
}

#[derive(clap::Args)]
struct One {
    /// The account
    #[arg(add = completion::names(Kind::Account))]
    account: Option<AccountId>,
    /// What is decided: keep, change, retire
    #[arg(requires = "account")]
    verdict: Option<ReviewVerdict>,
    /// Who decides: a person, or team/NAME [default: the person whose login you are]
    #[arg(long, value_name = "PERSON", value_parser = asking::principal, add = completion::principals())]
    by: Option<Principal>,
    /// Why, or what is to change
    #[arg(long, value_name = "TEXT", requires = "verdict")]
    note: Option<Text>,
    /// Only what this person or team owns, without an account
    #[arg(long, value_name = "PRINCIPAL", value_parser = asking::principal, conflicts_with = "account", add = completion::principals())]
    owner: Option<Principal>,
}

#[derive(clap::Subcommand)]
enum What {
    Due(due::Args),
    List(list::Args),
    Import(decisions::Args),
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match (args.what, args.one.account) {
        (Some(What::Due(args)), _) => due::run(&args, context),
        (Some(What::List(args)), _) => list::run(&args, context),
        (Some(What::Import(args)), _) => decisions::run(&args, context),
        (None, Some(account)) => match args.one.verdict {
            Some(verdict) => one::record(&account, verdict, args.one.by, args.one.note, context),
            None => one::look(&account, args.one.by, context),
        },
        (None, None) if context.may_ask() => walk::run(args.one.by, args.one.owner.as_ref(), context),
        (None, None) => Err(Failure::usage("nobody is there to review with").hint(
            "`keyroll review due` lists what is due; keyroll review ACCOUNT keep --by PERSON records a verdict",
        )),
    }
}
