//! `keyroll reconcile accounts`: a provider's own list of accounts against the roll.

use std::path::PathBuf;

use crate::cli::commands::reconcile::{
    check_environment, day, name, open, provider, record, show, size,
};
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::model::finding::Severity;
use crate::model::id::EnvironmentName;
use crate::model::policy::FailOn;
use crate::model::provider::Provider;
use crate::model::record::Kind;
use crate::reconcile::{self, List, MOST_ORPHANS, NotAList};
use crate::store::Access;

/// Hold a provider's own list of accounts against the roll: who is there and in no roll, and who is in the roll alone
///
/// How the list is read stands in `[provider.NAME.accounts]`. What it tells is recorded as of the day, and `check` has it:
/// provider-orphan, provider-ghost.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  keyroll reconcile accounts --provider unicmms --environment production users.csv\n\n\
    Exit status: 0 the list and the roll agree; 1 the list could not be read, or is none of service accounts; 2 a wrong \
    command line, or a list without the columns of its map; 3 an account of the roll is not listed, or a line could not be \
    read; 4 the list has an account that is in no roll."
)]
pub struct Accounts {
    /// The list, or - for standard input
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// The provider whose list it is
    #[arg(long, value_name = "PROVIDER", add = completion::names(Kind::Provider))]
    provider: String,
    /// The environment that it is of [default: the provider's only one]
    #[arg(long, value_name = "NAME")]
    environment: Option<EnvironmentName>,
    /// Show what is found, and record nothing
    #[arg(long)]
    dry_run: bool,
    /// What makes the exit status other than 0: warning, error or never
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    fail_on: FailOn,
}

pub fn run(args: Accounts, context: &mut Context) -> Outcome {
    let today = day(context)?;
    let access = if args.dry_run {
        Access::Read
    } else {
        Access::Write
    };
    let mut store = context.open(access)?;
    let inventory = store.inventory()?;
    let of = provider(&inventory, &args.provider, &store)?;
    let (id, body) = of;
    let environment = match (&args.environment, body.environment.len()) {
        (Some(name), _) => name,
        (None, 1) => body.environment.keys().next().ok_or_else(|| untold(body))?,
        (None, _) => return Err(untold(body)),
    };
    check_environment(of, environment)?;
    let map = body.accounts.as_deref().ok_or_else(|| {
        Failure::usage(format!(
            "nothing says how the list of `provider/{id}` is read"
        ))
        .hint("declare `accounts` there, with `form` and `identity`: docs/reconcile.md shows how")
    })?;
    let bar = context.out.reading(size([&args.file].into_iter()));
    let list = List {
        name: name(&args.file),
        map,
        from: open(&args.file, &bar)?,
    };
    let counted = reconcile::census(&inventory, (id, environment), list);
    bar.end();
    let counted = counted.map_err(refused)?;
    show::accounts(&counted, id, context)?;
    if args.dry_run {
        context.out.note("nothing was recorded");
    } else if counted.malformed > 0 {
        let note = "nothing was recorded: what could not be read may name who seems to be missing";
        context.out.note(note);
    } else {
        record(
            vec![counted.fact(id, today)],
            (&inventory, &mut store),
            context,
        )?;
    }
    let is_orphan = !counted.census.orphans.is_empty();
    let is_short = !counted.census.ghosts.is_empty() || counted.malformed > 0;
    Ok(args.fail_on.status(match (is_orphan, is_short) {
        (true, _) => Some(Severity::Error),
        (false, true) => Some(Severity::Warning),
        (false, false) => None,
    }))
}

fn untold(provider: &Provider) -> Failure {
    let names = provider.environment.keys().map(|name| name.as_str());
    let names: Vec<&str> = names.collect();
    let hint = match names.is_empty() {
        true => "the provider has no environment: declare one".to_owned(),
        false => format!("name it: --environment {}", names.join(" or ")),
    };
    Failure::usage("the environment of the list cannot be told").hint(hint)
}

fn refused(error: NotAList) -> Failure {
    let hint = match &error {
        NotAList::Read(_) => "check the file",
        NotAList::Heading(_) => "correct the map, or take the file that it is for",
        NotAList::Empty => "check `only` and `except` of the map, and that the export is whole",
        NotAList::Long => "cut the list, or say in the map which rows are service accounts: `only`",
        NotAList::Orphans(_) => "say in the map which rows are service accounts: `only`, `except`",
    };
    let status = match &error {
        NotAList::Heading(_) => Status::Usage,
        // Nothing was judged: not the status of an orphan.
        NotAList::Read(_) | NotAList::Empty | NotAList::Long | NotAList::Orphans(_) => {
            Status::Failed
        }
    };
    let more = match &error {
        NotAList::Orphans(_) => format!(" (at most {MOST_ORPHANS} are told)"),
        NotAList::Read(cause) => format!(": {cause}"),
        NotAList::Heading(_) | NotAList::Empty | NotAList::Long => String::new(),
    };
    Failure::new(format!("{error}{more}; nothing was recorded"))
        .hint(hint)
        .with(status)
}
