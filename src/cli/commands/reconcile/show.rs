//! What reading logs or a list came to: tables, rows, JSON; and on stderr what was read.

use serde_json::{Value, json};

use crate::cli::asking;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::date::{Date, Timestamp};
use crate::model::finding::Severity;
use crate::model::id::ProviderId;
use crate::reconcile::{Counted, Finding, LogRead, Malformed, Outcome, Place, Used, severity};
use crate::report::lists::Lists;
use crate::report::paint::tone;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, View};
use crate::report::{Format, json};

/// How many lines that cannot be read are named below a table.
const NAMED: usize = 3;

/// Shows what logs told.
pub(super) fn logs(
    outcome: &Outcome,
    days: (Option<Date>, Option<Date>),
    context: &mut Context,
) -> Result<(), Failure> {
    for log in &outcome.logs {
        read(log, context);
    }
    if context.globals.format == Format::Json {
        return context.out.data(&json::pretty(&document(outcome)));
    }
    let mut notes = Vec::new();
    if let Some((from, to)) = outcome.window {
        let held: u64 = outcome.compared.values().sum();
        let writes = counted(usize::try_from(held).unwrap_or(usize::MAX), "write");
        notes.push(format!(
            "{writes} held against the other log, from {from} to {to}"
        ));
    } else if days == (None, None) && outcome.logs.len() > 1 {
        notes.push("the logs were not held against each other: both must cover some time in common and name `request`".to_owned());
    }
    for (count, what) in [
        (
            outcome.uncompared,
            "written without an id of the request: not held against the other log",
        ),
        (
            outcome.undecided,
            "failed so near the end of the log that a further try may have come later",
        ),
        (outcome.left_out, "more found, and not told apart"),
    ] {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    }
    let lists = Lists {
        tables: vec![findings(outcome), work(outcome)],
        rows: rows(outcome),
        notes,
    };
    if outcome.findings.is_empty() {
        context.out.note("nothing is amiss");
    }
    asking::show(&lists, context).map(|_| ())
}

/// Says what was read of a log.
fn read(log: &LogRead, context: &mut Context) {
    let of = format!("{} log {}", log.side, log.name);
    let records = counted(usize::try_from(log.records).unwrap_or(usize::MAX), "record");
    let span = log
        .span
        .map_or(String::new(), |(from, to)| format!(", from {from} to {to}"));
    context.out.note(format!("{of}: {records}{span}"));
    for (count, what) in [
        (log.passed, "passed over, as the map says"),
        (log.elsewhere, "of accounts of other providers"),
    ] {
        if count > 0 {
            context.out.note(format!("  {count} {what}"));
        }
    }
    malformed(log.malformed, &log.examples, context);
}

fn malformed(count: u64, examples: &[Malformed], context: &mut Context) {
    if count == 0 {
        return;
    }
    let named = examples.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|one| format!("line {}: {}", one.line, one.why))
        .collect();
    let more = if count > named.len() as u64 {
        "; ..."
    } else {
        ""
    };
    let named = named.join("; ");
    context
        .out
        .note(format!("  {count} could not be read: {named}{more}"));
}

fn findings(outcome: &Outcome) -> View {
    let columns = vec![
        Column::new("severity"),
        Column::new("kind"),
        Column::new("account").titled("Who"),
        Column::new("what"),
        Column::new("count").right(),
        Column::new("lines"),
        Column::new("last").spare(),
    ];
    let row = |finding: &Finding| {
        let (who, what) = subject(finding);
        let grave = severity(finding.kind);
        let what = match (what, finding.not_done) {
            (what, 0) => what,
            (what, all) if all == finding.count => Some(
                format!("{} (not done)", what.unwrap_or_default())
                    .trim()
                    .to_owned(),
            ),
            (what, some) => Some(
                format!("{} ({some} not done)", what.unwrap_or_default())
                    .trim()
                    .to_owned(),
            ),
        };
        vec![
            Cell::text(grave).tone(tone(grave)),
            Cell::text(finding.kind),
            Cell::text(who),
            Cell::optional(what),
            Cell::number(i64::try_from(finding.count).unwrap_or(i64::MAX)),
            Cell::list(lines(outcome, finding)),
            Cell::date(finding.last.date()),
        ]
    };
    View {
        rows: outcome.findings.iter().map(row).collect(),
        ..View::new("reconciliation", columns)
    }
}

/// The account, or the name that no account has; and what it is about.
fn subject(finding: &Finding) -> (String, Option<String>) {
    match &finding.account {
        Some(account) => (account.to_string(), finding.what.clone()),
        None => (finding.what.clone().unwrap_or_default(), None),
    }
}

/// `audit.jsonl:12`, for each record that is named.
fn lines(outcome: &Outcome, finding: &Finding) -> Vec<String> {
    let line = |place: &Place| {
        let name = outcome.logs.get(place.log).map(|log| log.name.as_str());
        format!("{}:{}", name.unwrap_or_default(), place.line)
    };
    finding.places.iter().map(line).collect()
}

fn work(outcome: &Outcome) -> View {
    let columns = vec![
        Column::new("account"),
        Column::new("side"),
        Column::new("records").right(),
        Column::new("first").spare(),
        Column::new("last").titled("Last use"),
        Column::new("used").right(),
        Column::new("never").titled("Never used"),
    ];
    let row = |used: &Used| {
        vec![
            Cell::text(&used.account),
            Cell::text(used.side),
            Cell::number(i64::try_from(used.records).unwrap_or(i64::MAX)),
            Cell::text(used.first.date()),
            Cell::text(used.last.date()),
            Cell::count(used.used.len()),
            Cell::list(&used.never),
        ]
    };
    View {
        rows: outcome.used.iter().map(row).collect(),
        ..View::new("work", columns)
    }
}

/// Findings and work in one, for programs: a row of kind `work` says what an account did.
fn rows(outcome: &Outcome) -> View {
    let columns = [
        "kind", "severity", "account", "what", "side", "count", "not-done", "first", "last",
        "lines", "used", "never",
    ];
    let number = |count: u64| Cell::number(i64::try_from(count).unwrap_or(i64::MAX));
    let found = outcome.findings.iter().map(|finding| {
        vec![
            Cell::text(finding.kind),
            Cell::text(severity(finding.kind)),
            Cell::optional(finding.account.as_ref()),
            Cell::optional(finding.what.as_ref()),
            Cell::optional(None::<&str>),
            number(finding.count),
            number(finding.not_done),
            Cell::text(finding.first),
            Cell::text(finding.last),
            Cell::list(lines(outcome, finding)),
            Cell::list(&[] as &[&str]),
            Cell::list(&[] as &[&str]),
        ]
    });
    let work = outcome.used.iter().map(|used| {
        vec![
            Cell::text("work"),
            Cell::optional(None::<&str>),
            Cell::text(&used.account),
            Cell::optional(None::<&str>),
            Cell::text(used.side),
            number(used.records),
            Cell::optional(None::<&str>),
            Cell::text(used.first),
            Cell::text(used.last),
            Cell::list(&[] as &[&str]),
            Cell::list(&used.used),
            Cell::list(&used.never),
        ]
    });
    View::of("reconciliation", columns, found.chain(work).collect())
}

/// All of it.
fn document(outcome: &Outcome) -> Value {
    let span = |span: Option<(Timestamp, Timestamp)>| {
        span.map(|(from, to)| json!({ "from": from, "to": to }))
    };
    let log = |log: &LogRead| {
        let malformed = log
            .examples
            .iter()
            .map(|one| json!({ "line": one.line, "why": one.why }));
        json!({ "side": log.side, "name": log.name, "records": log.records, "covers": span(log.span),
            "malformed": log.malformed, "malformed-lines": malformed.collect::<Vec<_>>(),
            "passed": log.passed, "elsewhere": log.elsewhere })
    };
    let place = |place: &Place| {
        let name = outcome.logs.get(place.log).map(|log| log.name.as_str());
        json!({ "log": name, "line": place.line, "time": place.time, "action": place.action,
            "record": place.record, "request": place.request })
    };
    let finding = |finding: &Finding| {
        json!({ "kind": finding.kind.as_str(), "severity": severity(finding.kind), "account": finding.account,
            "what": finding.what, "count": finding.count, "not-done": finding.not_done,
            "first": finding.first, "last": finding.last,
            "examples": finding.places.iter().map(place).collect::<Vec<_>>() })
    };
    let used = |used: &Used| {
        json!({ "account": used.account, "side": used.side, "records": used.records, "first": used.first,
            "last": used.last, "used": used.used, "never": used.never })
    };
    json!({
        "version": json::VERSION,
        "kind": "reconciliation",
        "logs": outcome.logs.iter().map(log).collect::<Vec<_>>(),
        "compared": span(outcome.window),
        "findings": outcome.findings.iter().map(finding).collect::<Vec<_>>(),
        "work": outcome.used.iter().map(used).collect::<Vec<_>>(),
        "writes-compared": outcome.compared,
        "without-request": outcome.uncompared,
        "undecided": outcome.undecided,
        "left-out": outcome.left_out,
    })
}

/// Shows what a list told.
pub(super) fn accounts(
    found: &Counted,
    provider: &ProviderId,
    context: &mut Context,
) -> Result<(), Failure> {
    let census = &found.census;
    let listed = counted(
        usize::try_from(census.listed).unwrap_or(usize::MAX),
        "account",
    );
    context.out.note(format!(
        "{}: {listed} of `provider/{provider}` in `{}`",
        census.list, census.environment
    ));
    if found.passed > 0 {
        context
            .out
            .note(format!("  {} passed over, as the map says", found.passed));
    }
    malformed(found.malformed, &found.examples, context);
    let row = |kind: &str, grave: Severity, name: &str| {
        vec![
            Cell::text(grave).tone(tone(grave)),
            Cell::text(kind),
            Cell::text(name),
        ]
    };
    let orphans = census.orphans.iter();
    let orphans = orphans.map(|name| row("provider-orphan", Severity::Error, name.as_str()));
    let ghosts = census.ghosts.iter();
    let ghosts = ghosts.map(|id| row("provider-ghost", Severity::Warning, id.as_str()));
    let rows: Vec<_> = orphans.chain(ghosts).collect();
    if rows.is_empty() {
        context.out.note("the list and the roll agree");
    }
    let view = View::of("census", ["severity", "kind", "name"], rows);
    let format = context.globals.format;
    if format == Format::Table && view.rows.is_empty() {
        return Ok(());
    }
    let shown = crate::report::render(&view, format, &context.terminal());
    context.out.data(&shown)
}
