//! `keyroll who-can`: everybody who may do something at a boundary.

use crate::access::holdings::Holdings;
use crate::access::who::{Wanted, who_may};
use crate::cli::asking::{self, Origin};
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::BoundaryPath;
use crate::model::record::Kind;
use crate::report::lists;

/// List who may do something at a boundary, and by what
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll who-can work-order/view-work-orders --at femo/hawthorne\n  \
    keyroll who-can work-request/edit-own-unresolved-work-request --at femo/berlin --own --unresolved\n  \
    keyroll who-can asset/view-assets --at femo --path inventory/ --format csv")]
pub struct Args {
    /// The permission or scope, as its glossary spells it
    permission: EntitlementKey,
    /// Where
    #[arg(long, value_name = "BOUNDARY", add = completion::names(Kind::Boundary))]
    at: BoundaryPath,
    /// Who may where the record is their own
    #[arg(long)]
    own: bool,
    /// Who may where the record is not resolved yet
    #[arg(long)]
    unresolved: bool,
    /// List teams, too, not their people alone
    #[arg(long)]
    teams: bool,
    /// The glossary of the permission, where several list it
    #[arg(long, value_name = "NAME")]
    catalog: Option<CatalogName>,
    #[command(flatten)]
    origin: Origin,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let asked = args.origin.read(context)?;
    let terms = asked.terms(context);
    let holdings = Holdings::of(&asked.inventory);
    asked.boundary(&args.at)?;
    let said = args.catalog.as_ref();
    let catalog = asking::glossary(&holdings, &terms, None, &args.permission, said)?;
    asking::warn_of_tangles(holdings.teams.left_out, context);
    let wanted = Wanted {
        catalog: &catalog,
        permission: &args.permission,
        at: &args.at,
        own: args.own,
        unresolved: args.unresolved,
        teams: args.teams,
    };
    let found = who_may(&holdings, &terms, &wanted);
    asking::show(&lists::who(&found), context)
}
