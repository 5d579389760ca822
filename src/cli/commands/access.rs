//! `keyroll access`: all that a principal may do, and where; two principals side by side.

use crate::access::comparing::compare;
use crate::access::extent::{Filter, extent, reached};
use crate::access::holdings::Holdings;
use crate::access::reading::Reader;
use crate::catalog::{groups, nearest};
use crate::cli::asking::{self, Asked, Origin};
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::model::access::Effect;
use crate::model::entitlement::CatalogName;
use crate::model::id::{BoundaryPath, Principal};
use crate::model::key::slug;
use crate::model::record::Kind;
use crate::report::Format;
use crate::report::lists;
use crate::rules::Terms;

/// List all that a principal may do, and where; or set two side by side
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll access person/jo-miller\n  \
    keyroll access person/jo-miller --at femo/hawthorne --group \"Work Order\"\n  \
    keyroll access account/unicmms-production-status-sync-berlin --actions\n  \
    keyroll access --compare person/jo-miller person/ida-holm")]
pub struct Args {
    /// person/NAME, team/NAME or account/NAME
    #[arg(required_unless_present = "compare", add = completion::principals())]
    principal: Option<Principal>,
    /// Set two principals side by side: what only one may do, and what both may
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["principal", "actions"], add = completion::principals())]
    compare: Vec<Principal>,
    /// Only what holds at this boundary
    #[arg(long, value_name = "BOUNDARY", add = completion::names(Kind::Boundary))]
    at: Option<BoundaryPath>,
    /// Only permissions of this glossary
    #[arg(long, value_name = "NAME")]
    catalog: Option<CatalogName>,
    /// Only this group of permissions, each by itself
    #[arg(long)]
    group: Option<String>,
    /// Only permissions of this effect, each by itself
    #[arg(long)]
    effect: Option<Effect>,
    /// How far the action classes of an account go, and no permissions
    #[arg(long, conflicts_with_all = ["catalog", "group", "effect"])]
    actions: bool,
    #[command(flatten)]
    origin: Origin,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let asked = args.origin.read(context)?;
    let terms = asked.terms(context);
    let holdings = Holdings::of(&asked.inventory);
    for principal in args.principal.iter().chain(&args.compare) {
        asked.principal(principal)?;
    }
    let reader = Reader::of(&holdings, &terms);
    let is_each = args.group.is_some() || args.effect.is_some();
    let filter = filter(&args, &asked, &holdings, &terms)?;
    asking::warn_of_tangles(holdings.teams.left_out, context);
    if let [a, b] = args.compare.as_slice() {
        let compared = compare(&reader, [a, b], &filter);
        return asking::show(&lists::compared(&compared, [a, b], is_each), context);
    }
    let principal = args
        .principal
        .expect("a principal is there where two are not compared: clap says so");
    let is_account = holdings.account(&principal).is_some();
    if args.actions && !is_account {
        return Err(Failure::usage(format!(
            "`{principal}` is no account, and only accounts have action classes"
        ))
        .hint("leave --actions out"));
    }
    let extent = extent(&reader, &principal, &filter);
    let is_for_people = context.globals.format == Format::Table;
    if args.actions || (is_for_people && !is_each) {
        let reached = reached(&reader, &principal, &extent, filter.at.as_ref());
        let actions = lists::actions(&reached);
        if args.actions {
            return asking::show(&actions, context);
        }
        let mut list = lists::extent(&extent, is_account, is_each);
        list.tables.splice(0..0, actions.tables);
        return asking::show(&list, context);
    }
    asking::show(&lists::extent(&extent, is_account, is_each), context)
}

/// The filter; what it names is there.
fn filter(
    args: &Args,
    asked: &Asked,
    holdings: &Holdings<'_>,
    terms: &Terms<'_>,
) -> Result<Filter, Failure> {
    if let Some(at) = &args.at {
        asked.boundary(at)?;
    }
    let used = holdings.catalogs();
    if let Some(name) = args.catalog.as_ref().filter(|name| !used.contains(*name)) {
        let failure = Failure::usage(format!("no glossary `{name}` is used here"));
        let near = nearest(name.as_str(), used.iter().map(|name| name.as_str()));
        return Err(match near {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`keyroll catalog list` shows what there is"),
        });
    }
    if let Some(group) = &args.group {
        let read = used.into_iter();
        let read = read.filter(|name| args.catalog.as_ref().is_none_or(|only| only == *name));
        let catalogs = read.filter_map(|name| terms.glossaries.get(name));
        let names: Vec<&str> = catalogs
            .flat_map(|catalog| groups(catalog).into_iter().map(|group| group.name))
            .collect();
        if !names.iter().any(|name| slug(name) == slug(group)) {
            let shown = group.escape_debug();
            let failure = Failure::usage(format!(
                "no glossary that is used here has a group `{shown}`"
            ));
            return Err(match nearest(group, names) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("`keyroll catalog show NAME` shows the groups"),
            });
        }
    }
    Ok(Filter {
        at: args.at.clone(),
        catalog: args.catalog.clone(),
        group: args.group.clone(),
        effect: args.effect,
    })
}
