//! `keyroll report risk`: the accounts in the order of what an attacker would gain by one.

use std::num::NonZeroUsize;

use crate::access::holdings::Holdings;
use crate::catalog::Weights;
use crate::cli::asking::Origin;
use crate::cli::astray;
use crate::cli::commands::report::narrow::Narrow;
use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::dossier::risk::{Asked, rank};
use crate::report::risk::{Of, render};
use crate::report::summary::counted;
use crate::store::Access;

/// Rank accounts by what an attacker would gain: what it may do x where x environment x age of the secret
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll report risk --top 10\n  \
    keyroll report risk --environment production --format csv > risk.csv\n  \
    keyroll report risk --path inventory/ --format md\n\n\
    The score is an order and no probability; docs/risk.md says what each factor weighs, and why.")]
pub struct Args {
    #[command(flatten)]
    origin: Origin,
    #[command(flatten)]
    narrow: Narrow,
    /// Only the first so many
    #[arg(long, value_name = "NUMBER")]
    top: Option<NonZeroUsize>,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let asked = args.origin.read(context)?;
    args.narrow.check(&asked.inventory)?;

    let terms = asked.terms(context);
    let holdings = Holdings::of(&asked.inventory);
    let of = Asked {
        holdings: &holdings,
        terms: &terms,
        weights: Weights::shipped(),
    };
    // Ranked among all, whichever are shown.
    let mut ranking = rank(&of, |_, _| true);
    let all = ranking.len();
    ranking.retain(|ranked| {
        let account = asked.inventory.accounts.get(&ranked.account);
        account.is_some_and(|account| args.narrow.wants(&ranked.account, account))
    });
    ranking.truncate(args.top.map_or(usize::MAX, NonZeroUsize::get));

    if ranking.is_empty() {
        context.out.note("no account to rank");
    }
    let format = context.globals.format;
    let of = Of {
        as_of: terms.as_of,
        covers: args.narrow.words(),
        all,
    };
    let shown = render(&ranking, &of, format, &context.terminal());
    context.out.data(&shown)?;
    if ranking.len() < all && !ranking.is_empty() {
        let ranks = counted(all, "account");
        context.out.note(format!("{} of {ranks}", ranking.len()));
    }
    if args.origin.path.is_empty() {
        astray::warn(&context.open(Access::Read)?, context)?;
    }
    Ok(Status::Clean)
}
