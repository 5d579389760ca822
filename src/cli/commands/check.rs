//! `keyroll check`: what is due, late or broken in the roll. The cron job: silent when there is nothing to say. It only
//! reads the store, and waits for nobody.

mod figures;
mod hooks;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::cli::audit_key;
use crate::cli::context::{Beside, Context};
use crate::cli::diagnose;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::mark;
use crate::cli::past;
use crate::cli::roll::{self, RuleOptions};
use crate::cli::settings::Settings;
use crate::cli::witness;
use crate::lifecycle::telling;
use crate::model::finding::{Finding, Severity};
use crate::model::hook::Threshold;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::policy::FailOn;
use crate::operations::{due, textfile};
use crate::report::findings::{self, Judged};
use crate::report::summary::counted;
use crate::report::{self, FindingsFormat, Terminal, WatchFormat};
use crate::rules::{self, Judgement, Selection};
use crate::store::{Access, Store, StoreError};

/// The format of monitoring that a file is written in.
const METRICS: FindingsFormat = FindingsFormat::Watch(WatchFormat::Prometheus);

/// Who may read the file: whoever scrapes it runs as somebody else, and there is no secret in it.
const READABLE: u32 = 0o644;

/// Judge the stored roll: what is due, late or broken
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll check                          # silent, exit 0: nothing to do\n  \
    keyroll check --as-of 2027-03-01       # what is due by March\n  \
    keyroll check --due --format jsonl     # rotation and expiry alone, from the index\n  \
    keyroll check --format nagios          # one line and an exit status of 0 to 3\n  \
    keyroll check --format ics > due.ics   # what has a day, as a calendar\n  \
    keyroll check --quiet --textfile /var/lib/keyroll-metrics/keyroll.prom")]
pub struct Args {
    /// Only rotation and expiry, answered from the index of due dates
    #[arg(long, conflicts_with = "select")]
    due: bool,
    /// The least severity that makes the exit status other than 0; what is possibly live makes it 5 all the same, and so does
    /// an audit trail that does not go on from what was last seen here
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    /// Count the findings of each rule instead of showing them
    #[arg(long)]
    statistics: bool,
    /// Print nothing: the exit status tells
    #[arg(long, short, conflicts_with = "statistics")]
    quiet: bool,
    /// Write metrics to a file too, whole, for the node exporter of Prometheus
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    textfile: Option<PathBuf>,
    /// Metrics of each account too: a series for each, with its name
    #[arg(long)]
    per_account: bool,
    /// Tell no hook, whatever is due
    #[arg(long)]
    no_hooks: bool,
    #[command(flatten)]
    rules: RuleOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    refuse_what_does_not_go_together(&args, context)?;
    let settings = Settings::load(context, Beside::Store)?;
    let mut selection = settings.selection(&args.rules, Selection::all())?;
    let store = context.open(Access::Read)?;
    let broken = broken(&args, &store, context)?;
    if args.due {
        selection.select = due::RULES.iter().map(|id| (*id).to_owned()).collect();
        selection.only_selected = true;
    }
    // The index knows what stands today: what was due on a day that is over may have been done since.
    let inventory = match args.due && !past::is_past(context) {
        true => due::candidates(&store, context.as_of())?,
        false => past::inventory(&store, context)?,
    };
    if !args.due {
        settings.meet(&inventory, context)?;
    }
    let judgement = rules::judgement(&settings.facts(&inventory, context), &selection);

    let stopped = stopped(&args, &store, context)?;
    if !args.quiet {
        tell_unsigned(&store, context);
    }
    let mut status = status_of(&judgement.findings, args.fail_on).and(stopped);
    if broken.is_some() {
        // No choice silences that, either.
        status = status.and(Status::Integrity);
    }
    let form = |status| Judged {
        broken: broken.as_deref(),
        ..judged(&args, &judgement, &inventory, &selection, status, context)
    };
    if let Some(path) = &args.textfile {
        let metrics = findings::render(&form(status), METRICS, &Terminal::PIPE);
        status = status.and(or_failed(publish(path, &metrics), context));
    }
    if !args.no_hooks && context.as_of() == context.today() {
        let found = hooks::Found {
            judgement: &judgement,
            selection: &selection,
            around: &|ids| around(&args, ids, &store, &inventory),
        };
        let told = hooks::tell(&found, &settings, &store, context);
        status = status.and(or_failed(told, context));
    }

    let form = Judged {
        broken: broken.as_deref(),
        ..judged(&args, &judgement, &inventory, &selection, status, context)
    };
    show(&args, &judgement, &form, context)?;
    Ok(status)
}

/// What the findings come to: a secret that may still work is graver than any other error, and no choice silences it.
fn status_of(findings: &[Finding], fail_on: FailOn) -> Status {
    let is_live = |finding: &Finding| {
        telling::past(finding.rule, finding.days) == Some(Threshold::PossiblyLive)
    };
    let status = fail_on.status(roll::worst(findings));
    if findings.iter().any(is_live) {
        status.and(Status::Integrity)
    } else {
        status
    }
}

/// Says where the trail does not go on from what was last seen and signed here: somebody may have put another in its place.
fn broken(args: &Args, store: &Store, context: &mut Context) -> Result<Option<String>, Failure> {
    let broken = witness::astray(store, context)?;
    if let Some(broken) = broken.as_ref().filter(|_| !args.quiet) {
        context.out.note(format!("warning: {broken}"));
        context
            .out
            .note("hint: `keyroll audit verify` tells more; keep the store's file as evidence");
    }
    Ok(broken)
}

/// What it comes to that scheduled changes are stopped: nobody should wait for a rotation that does not come.
fn stopped(args: &Args, store: &Store, context: &mut Context) -> Result<Status, Failure> {
    let is_stopped = match args.quiet {
        true => !mark::stops(store, context)?.is_empty(),
        false => mark::tell(store, context)?,
    };
    Ok(args.fail_on.status(is_stopped.then_some(Severity::Warning)))
}

/// Refuses options that would have no effect, or tell half of it.
fn refuse_what_does_not_go_together(args: &Args, context: &Context) -> Result<(), Failure> {
    if args.statistics {
        context.rows_alone()?;
    }
    let has_metrics = args.textfile.is_some() || context.findings_format() == METRICS;
    if args.per_account && !has_metrics {
        let refused = Failure::usage("--per-account is about metrics, and none are asked for");
        return Err(refused.hint("add --textfile PATH or --format prometheus"));
    }
    if args.due && has_metrics {
        let refused = Failure::usage("metrics tell of the whole roll, and --due looks at a part");
        return Err(refused.hint("leave --due out"));
    }
    Ok(())
}

/// The judgement as the forms for programs take it.
fn judged<'a>(
    args: &Args,
    judgement: &'a Judgement,
    inventory: &Inventory,
    selection: &Selection,
    status: Status,
    context: &Context,
) -> Judged<'a> {
    let format = context.findings_format();
    let is_watched = args.textfile.is_some() || matches!(format, FindingsFormat::Watch(_));
    Judged {
        at: is_watched.then(|| context.judged_at()),
        roll: (is_watched && !args.due).then(|| figures::of(inventory)),
        per_account: args.per_account,
        ..diagnose::stored(judgement, inventory, selection, status)
    }
}

/// Some accounts with their owners.
fn around<'a>(
    args: &Args,
    ids: &[AccountId],
    store: &Store,
    inventory: &'a Inventory,
) -> Result<Cow<'a, Inventory>, StoreError> {
    match args.due {
        // The index knows of no owner.
        true => store.accounts(ids).map(Cow::Owned),
        false => Ok(Cow::Borrowed(inventory)),
    }
}

/// Says how many events nobody signed, where a key was ever used: whoever writes the file may change those unseen.
fn tell_unsigned(store: &Store, context: &mut Context) {
    let told = unsigned(store, context).unwrap_or_else(|failure| {
        let why = failure.causes();
        Some(format!(
            "warning: whether the audit trail is signed cannot be told: {why}"
        ))
    });
    if let Some(told) = told {
        context.out.note(told);
    }
}

fn unsigned(store: &Store, context: &Context) -> Result<Option<String>, Failure> {
    let keys = audit_key::trusted(&store.name()?, context)?;
    let unsigned = store.unsigned(&keys)?.filter(|unsigned| *unsigned > 0);
    Ok(unsigned.map(|unsigned| {
        let events = counted(usize::try_from(unsigned).unwrap_or(usize::MAX), "event");
        format!(
            "note: unsigned at the end of the audit trail: {events}; a write with the audit key at hand signs it all"
        )
    }))
}

fn publish(path: &Path, metrics: &str) -> Result<Status, Failure> {
    textfile::publish(path, metrics, READABLE).map_err(|error| {
        Failure::new(error)
            .hint("the old file stands as it was; name a plain file in a folder that is there")
    })?;
    Ok(Status::Clean)
}

/// The status of what goes on beside the judgement: a failure is told, and holds nothing up.
fn or_failed(outcome: Outcome, context: &mut Context) -> Status {
    outcome.unwrap_or_else(|failure| {
        failure
            .lines()
            .iter()
            .for_each(|line| context.out.note(line));
        Status::Failed
    })
}

fn show(
    args: &Args,
    judgement: &Judgement,
    judged: &Judged,
    context: &mut Context,
) -> Result<(), Failure> {
    let (format, terminal) = (context.findings_format(), context.terminal());
    let is_silent = judgement.findings.is_empty() && format.is_for_people();
    if args.quiet || is_silent {
        return Ok(());
    }
    let shown = if args.statistics {
        let counted = findings::statistics(judged);
        report::render(&counted, context.globals.format, &terminal)
    } else if format.is_for_people() {
        findings::text(&judgement.findings, &terminal)
    } else {
        findings::render(judged, format, &terminal)
    };
    context.out.data(&shown)?;
    if format.is_for_people() {
        context.out.note(judged.counts().line(None));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::FieldPath;

    #[test]
    fn a_secret_that_may_still_work_is_graver_than_any_error() {
        let finding = |rule| Finding {
            subject: "account/etl".parse().unwrap(),
            field: FieldPath::record(),
            rule,
            severity: Severity::Error,
            message: String::new(),
            fix: None,
            days: None,
            wants: None,
            particular: None,
            entry: None,
        };
        let live = [finding("missing-owner"), finding("possibly-live")];
        assert_eq!(status_of(&live, FailOn::Error), Status::Integrity);
        assert_eq!(status_of(&live[..1], FailOn::Warning), Status::Error);
        assert_eq!(status_of(&live, FailOn::Never), Status::Integrity);
        assert_eq!(status_of(&live[..1], FailOn::Never), Status::Clean);
        assert_eq!(status_of(&[], FailOn::Warning), Status::Clean);
    }
}
