//! `keyroll matrix`: accounts against permissions, scopes, levels and what they can really do; principals against roles.

use std::path::PathBuf;

use crate::access::holdings::Holdings;
use crate::access::matrix::{self, Filter, Matrix};
use crate::catalog::Glossaries;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::settings::Settings;
use crate::cli::{asking, completion, roll};
use crate::model::access::{Effect, Level};
use crate::model::id::{AccountId, BoundaryPath, EnvironmentName, Name, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::report;
use crate::rules::Terms;
use crate::store::Access;

/// What a matrix sets the accounts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Accounts x provider permissions
    Permissions,
    /// Accounts x platform scopes
    Scopes,
    /// Accounts x access levels
    Levels,
    /// Principals x roles
    Roles,
    /// Accounts x action classes: what each can really do
    Effective,
}

/// Show who may do what: accounts against permissions, scopes, levels or what they can do; principals against roles
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll matrix permissions --provider unicmms\n  \
    keyroll matrix permissions --group \"Work Order\" --format csv > permissions.csv\n  \
    keyroll matrix permissions --format html > permissions.html\n  \
    keyroll matrix scopes --site femo/hawthorne --path inventory/\n  \
    keyroll matrix effective --at femo/hawthorne\n  \
    keyroll matrix roles --at femo/hawthorne --effective")]
pub struct Args {
    #[arg(value_enum)]
    what: What,
    /// Read these files or folders instead of the store
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    path: Vec<PathBuf>,
    /// Only accounts of this provider
    #[arg(long, add = completion::names(Kind::Provider))]
    provider: Option<ProviderId>,
    /// Only accounts of this environment
    #[arg(long)]
    environment: Option<EnvironmentName>,
    /// Only this tenant: the topmost boundary
    #[arg(long)]
    tenant: Option<Name>,
    /// Only who may act at this boundary: there, above or below it
    #[arg(long, value_name = "BOUNDARY", add = completion::names(Kind::Boundary))]
    site: Option<BoundaryPath>,
    /// Only what holds at this boundary: given there or above it
    #[arg(long, value_name = "BOUNDARY", add = completion::names(Kind::Boundary))]
    at: Option<BoundaryPath>,
    /// Of `roles`: those that come by teams too, of whoever is there
    #[arg(long)]
    effective: bool,
    /// Only accounts of this level
    #[arg(long)]
    level: Option<Level>,
    /// Only this account
    #[arg(long, add = completion::names(Kind::Account))]
    account: Option<AccountId>,
    /// Only this group of entitlements, each with a column of its own
    #[arg(long)]
    group: Option<String>,
    /// Only entitlements of this effect
    #[arg(long)]
    effect: Option<Effect>,
    /// A column for every entitlement, held or not
    #[arg(long)]
    all: bool,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if args.effective && args.what != What::Roles {
        let failure = Failure::usage("`--effective` is an option of `matrix roles`");
        return Err(failure.hint("`keyroll matrix effective` shows what accounts can really do"));
    }
    let inventory = if args.path.is_empty() {
        context.open(Access::Read)?.inventory()?
    } else {
        roll::declared(&args.path)?
    };
    known(&args, &inventory)?;
    let matrix = matrix(&args, &inventory, context)?;
    if matrix.rows.is_empty() {
        context.out.note("nothing to show: no record fits");
        return Ok(Status::Clean);
    }
    let shown = report::matrix::render(&matrix, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

fn matrix(args: &Args, inventory: &Inventory, context: &mut Context) -> Result<Matrix, Failure> {
    let glossaries = Glossaries::of(inventory);
    let lookup = |name: &_| glossaries.get(name);
    let filter = filter(args);
    Ok(match args.what {
        What::Permissions => matrix::permissions(inventory, &lookup, &filter),
        What::Scopes => matrix::scopes(inventory, &lookup, &filter),
        What::Levels => matrix::levels(inventory, &filter),
        What::Roles if args.effective => {
            let holdings = Holdings::of(inventory);
            asking::warn_of_tangles(holdings.teams.left_out, context);
            matrix::roles_with_teams(&holdings, &filter, context.as_of())
        }
        What::Roles => matrix::roles(inventory, &filter),
        What::Effective => {
            let beside = match args.path.is_empty() {
                true => Beside::Store,
                false => Beside::Inventory,
            };
            let settings = Settings::load(context, beside)?;
            settings.meet(inventory, context)?;
            let terms = Terms {
                glossaries,
                policy: &settings.policy,
                as_of: context.as_of(),
            };
            matrix::effective(&Holdings::of(inventory), &terms, &filter)
        }
    })
}

fn filter(args: &Args) -> Filter {
    Filter {
        provider: args.provider.clone(),
        environment: args.environment.clone(),
        tenant: args.tenant.clone(),
        site: args.site.clone(),
        at: args.at.clone(),
        level: args.level,
        account: args.account.clone(),
        group: args.group.clone(),
        effect: args.effect,
        all: args.all,
    }
}

/// A filter that names nothing must not read as "nobody".
fn known(args: &Args, inventory: &Inventory) -> Result<(), Failure> {
    let provider = args
        .provider
        .as_ref()
        .map(|name| (Kind::Provider, name.as_str()));
    let site = args
        .site
        .as_ref()
        .map(|name| (Kind::Boundary, name.as_str()));
    let at = args.at.as_ref().map(|name| (Kind::Boundary, name.as_str()));
    let tenant = args
        .tenant
        .as_ref()
        .map(|name| (Kind::Boundary, name.as_str()));
    let account = args
        .account
        .as_ref()
        .map(|name| (Kind::Account, name.as_str()));
    for (kind, name) in [provider, site, at, tenant, account].into_iter().flatten() {
        let id = RecordId {
            kind,
            name: name.into(),
        };
        if !inventory.contains(&id) {
            let names = inventory.names(kind);
            let failure = Failure::usage(format!("there is no {kind} `{name}`"));
            return Err(
                match crate::catalog::nearest(name, names.iter().map(String::as_str)) {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None => failure.hint("the filters name records of the inventory"),
                },
            );
        }
    }
    Ok(())
}
