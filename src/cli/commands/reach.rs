//! `keyroll reach`: everything that can touch a machine, a site, a tenant.

use crate::access::holdings::Holdings;
use crate::access::reaching::{Sought, reaching};
use crate::access::reading::Reader;
use crate::cli::asking::{self, Origin};
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::model::access::Effect;
use crate::model::id::BoundaryPath;
use crate::model::record::Kind;
use crate::report::lists;

/// List everything that can touch a boundary: people, accounts and the jobs that use them
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll reach femo/hawthorne/press-01\n  \
    keyroll reach femo --below --effect closeout")]
pub struct Args {
    /// A machine, a site, a tenant
    #[arg(add = completion::names(Kind::Boundary))]
    boundary: BoundaryPath,
    /// Who reaches only a part of it, too
    #[arg(long)]
    below: bool,
    /// Only who may do something of this effect
    #[arg(long)]
    effect: Option<Effect>,
    #[command(flatten)]
    origin: Origin,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let asked = args.origin.read(context)?;
    let terms = asked.terms(context);
    let holdings = Holdings::of(&asked.inventory);
    asked.boundary(&args.boundary)?;
    asking::warn_of_tangles(holdings.teams.left_out, context);
    let sought = Sought {
        at: &args.boundary,
        below: args.below,
        effect: args.effect,
    };
    let found = reaching(&Reader::of(&holdings, &terms), &sought);
    asking::show(&lists::reach(&found, &asked.inventory), context)
}
