//! `keyroll account minimise`: the least that an account's level still works with, as TOML to paste or written to the store.

use std::path::PathBuf;

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use serde_json::{Value, json};

use crate::access::holdings::Holdings;
use crate::access::minimise::{Line, Outcome, Smaller, State, minimise};
use crate::access::terms::Terms as _;
use crate::catalog::{Glossaries, Policy, nearest};
use crate::cli::completion;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome as Ended, Status};
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::manifest;
use crate::model::account::Account;
use crate::model::change::Change;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record};
use crate::report::{self, Format};
use crate::rules::Terms;
use crate::store::{Access, Store};

/// Print the least that an account needs at its level, with what may go and what that would break
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll account minimise unicmms-production-import-hawthorne\n  \
    keyroll account minimise unicmms-production-import-hawthorne --path inventory/ --format json\n  \
    keyroll account minimise unicmms-production-import-hawthorne --apply")]
struct Args {
    /// The account's name
    #[arg(add = completion::names(Kind::Account))]
    account: AccountId,
    /// Read these files or folders instead of the store
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath, conflicts_with = "apply")]
    path: Vec<PathBuf>,
    /// Write the smaller lists to the store, after the plan was shown and confirmed
    #[arg(long)]
    apply: bool,
}

pub fn command() -> Command {
    Args::augment_args(Command::new("minimise"))
}

pub fn run(matches: &ArgMatches, context: &mut Context) -> Ended {
    let args = match Args::from_arg_matches(matches) {
        Ok(args) => args,
        Err(error) => return context.out.clap(&error).map(|()| Status::Usage),
    };
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    let access = match args.apply {
        true => Access::Write,
        false => Access::Read,
    };
    let mut store = match args.path.is_empty() {
        true => Some(context.open(access)?),
        false => None,
    };
    let inventory = match &store {
        Some(store) => store.inventory()?,
        None => roll::declared(&args.path)?,
    };
    let account = known(&args.account, &inventory)?;
    let beside = match &store {
        Some(_) => Beside::Store,
        None => Beside::Inventory,
    };
    let settings = Settings::load(context, beside)?;
    settings.meet(&inventory, context)?;

    let holdings = Holdings::of(&inventory);
    let terms = terms(&inventory, &settings.policy, context);
    // What was used nobody records yet: the sync logs will tell.
    let found = minimise(&holdings, &terms, &args.account, None);
    let found = found.expect("the account was found above");
    let after = found.applied(account);
    let outcome = outcome((&holdings, &terms), &args.account, &after, &settings.policy);

    let shown = match format {
        Format::Json => report::json::pretty(&document(&args.account, account, &found, &outcome)),
        Format::Jsonl => report::json::line(&document(&args.account, account, &found, &outcome)),
        Format::Table | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            manifest::smaller(&args.account, account, &found, &outcome)
        }
    };
    context.out.data(&shown)?;
    match &mut store {
        Some(store) if args.apply => apply(&args.account, (account, after), store, context),
        Some(_) | None => Ok(Status::Clean),
    }
}

fn known<'a>(name: &AccountId, inventory: &'a Inventory) -> Result<&'a Account, Failure> {
    inventory.accounts.get(name).ok_or_else(|| {
        let failure = Failure::usage(format!("there is no account `{name}`"));
        let names = inventory.accounts.keys().map(AccountId::as_str);
        match nearest(name.as_str(), names) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`keyroll account list` shows what there is"),
        }
    })
}

fn terms<'a>(inventory: &'a Inventory, policy: &'a Policy, context: &Context) -> Terms<'a> {
    Terms {
        glossaries: Glossaries::of(inventory),
        policy,
        as_of: context.as_of(),
    }
}

/// What changes once the account has the smaller lists.
fn outcome(
    (holdings, terms): (&Holdings<'_>, &Terms<'_>),
    name: &AccountId,
    after: &Account,
    policy: &Policy,
) -> Outcome {
    let mut changed = holdings.inventory.clone();
    changed.put(Record::Account(name.clone(), after.clone().into()));
    let then = Terms {
        glossaries: Glossaries::of(&changed),
        policy,
        as_of: terms.as_of,
    };
    let before = State::of(holdings, terms, name);
    let later = State::of(&Holdings::of(&changed), &then, name);
    Outcome::between(&before, &later, terms.level(after.level))
}

fn apply(
    name: &AccountId,
    (before, after): (&Account, Account),
    store: &mut Store,
    context: &mut Context,
) -> Ended {
    if *before == after {
        context.out.note("no change");
        return Ok(Status::Clean);
    }
    let record = |account: Account| Record::Account(name.clone(), account.into());
    let change = Change::update(record(before.clone()), record(after));
    let id = change.id();
    let question = format!("Take this away from account `{name}` in the roll?");
    roll::change(context, store, &[change], &question)?;
    roll::remark(&id, store, context)?;
    let note = "the roll alone was changed: take it away at the provider and on the platform too";
    context.out.note(note);
    Ok(Status::Clean)
}

fn document(name: &AccountId, account: &Account, found: &Smaller<'_>, to: &Outcome) -> Value {
    let lines = |lines: &[Line<'_>]| -> Vec<Value> {
        let line = |line: &Line<'_>| {
            json!({ "key": line.key, "verdict": line.verdict.word(), "reason": line.verdict.reason(),
                "why": line.verdict.to_string() })
        };
        lines.iter().map(line).collect()
    };
    let roles = found.roles.iter().map(|wide| {
        let beyond = wide.beyond.iter().map(|(key, _)| key);
        let assignments = wide.assignments.iter().map(|id| id.to_string());
        json!({ "role": wide.role, "take-away": assignments.collect::<Vec<_>>(),
            "beyond": beyond.collect::<Vec<_>>(), "needed": wide.needed })
    });
    let actions = to.shifts.iter().map(|shift| {
        json!({ "action": shift.class, "before": shift.from, "after": shift.to, "of-level": shift.is_of_level })
    });
    let assertions = to.flips.iter().map(|flip| {
        json!({ "assertion": flip.key.to_string(), "expect": flip.expect, "breaks": flip.breaks })
    });
    let missing = found.missing.iter().map(|line| &line.permission);
    json!({
        "version": report::json::VERSION, "kind": "account-minimise", "account": name, "level": account.level,
        "changes": found.changes(), "permissions": lines(&found.permissions), "scopes": lines(&found.scopes),
        "roles": roles.collect::<Vec<_>>(), "missing": missing.collect::<Vec<_>>(),
        "actions": actions.collect::<Vec<_>>(), "assertions": assertions.collect::<Vec<_>>(),
        "consumers": account.consumers,
    })
}
