//! What reading logs or a list came to: tables, rows, JSON; and on stderr what was read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::finding::Severity;
use crate::model::id::ProviderId;
use crate::reconcile::{
    Counted, Finding, LogRead, Malformed, Outcome, Place, Stretch, Used, severity, stretches,
};
use crate::report::paint::tone;
use crate::report::reconciliation::{self, Block, Line};
use crate::report::summary::counted;
use crate::report::view::{Cell, View};
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
    let mut notes = Vec::new();
    if let Some((first, last)) = outcome.windows.first().zip(outcome.windows.last()) {
        let (from, to) = (first.from, last.to);
        let held: u64 = outcome.compared.values().sum();
        let writes = counted(usize::try_from(held).unwrap_or(usize::MAX), "write");
        notes.push(format!(
            "{writes} held against the other log, from {from} to {to}"
        ));
    } else if days == (None, None) && outcome.logs.len() > 1 {
        notes.push("the logs were not held against each other: both must cover some time in common and name `request`".to_owned());
    }
    for side in Side::ALL {
        let stretches = stretches(&outcome.logs, *side);
        for pair in stretches.windows(2) {
            if let [(_, from), (to, _)] = pair {
                notes.push(format!(
                    "the {side} log has a gap from {from} to {to}: nothing is judged missing there, and its days are not recorded as read"
                ));
            }
        }
    }
    for (count, what) in [
        (
            outcome.uncompared.values().sum(),
            "written without an id of the request, or as one of too many: not held against the other log",
        ),
        (
            outcome.undecided,
            "so near the end of a log that a further try, or the other log's record, may stand beyond it",
        ),
        (outcome.left_out, "more found, and not told apart"),
    ] {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    }
    for account in &outcome.cut {
        notes.push(format!(
            "too much found of `{account}`: how its logs compare is not recorded"
        ));
    }
    let format = context.globals.format;
    let shown = match format {
        Format::Table => reconciliation::text(&blocks(outcome), &context.terminal()),
        Format::Json => json::pretty(&document(outcome)),
        Format::Jsonl | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            crate::report::render(&rows(outcome), format, &context.terminal())
        }
    };
    context.out.data(&shown)?;
    let empty: Vec<&LogRead> = outcome.logs.iter().filter(|log| log.records == 0).collect();
    for log in &empty {
        notes.push(format!(
            "the {} log {} is empty: nothing is known of its days",
            log.side, log.name
        ));
    }
    let beside = outcome.logs.iter().filter(|log| log.is_beside());
    notes.extend(beside.map(|log| {
        format!(
            "no record of the {} log {} is of what was asked for: nothing is known of that",
            log.side, log.name
        )
    }));
    if outcome.worst().is_none() {
        context.out.note("nothing is amiss");
    }
    notes.iter().for_each(|note| context.out.note(note));
    Ok(())
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

/// `audit.jsonl:12`, for each record that is named.
fn lines(outcome: &Outcome, finding: &Finding) -> Vec<String> {
    let line = |place: &Place| {
        let name = outcome.logs.get(place.log).map(|log| log.name.as_str());
        format!("{}:{}", name.unwrap_or_default(), place.line)
    };
    finding.places.iter().map(line).collect()
}

/// A block for each name that no account has, then for each account.
fn blocks(outcome: &Outcome) -> Vec<Block> {
    let mut by_name: BTreeMap<(bool, &str), Vec<Line>> = BTreeMap::new();
    for finding in &outcome.findings {
        let what = finding.what.as_deref();
        let (key, what) = match &finding.account {
            Some(account) => ((true, account.as_str()), what),
            None => ((false, what.unwrap_or_default()), None),
        };
        by_name.entry(key).or_default().push(Line {
            severity: Some(severity(finding.kind)),
            word: finding.kind.to_string(),
            text: sentence(outcome, finding, what),
        });
    }
    for used in &outcome.used {
        let key = (true, used.account.as_str());
        by_name.entry(key).or_default().push(Line {
            severity: None,
            word: used.side.to_string(),
            text: work(used),
        });
    }
    let block = |((_, name), lines): ((bool, &str), Vec<Line>)| Block {
        name: name.to_owned(),
        lines,
    };
    by_name.into_iter().map(block).collect()
}

/// `work-order/add-work-order, 1 record, not done: audit.jsonl:10`.
fn sentence(outcome: &Outcome, finding: &Finding, what: Option<&str>) -> String {
    let records = counted(
        usize::try_from(finding.count).unwrap_or(usize::MAX),
        "record",
    );
    let not_done = match finding.not_done {
        0 => None,
        all if all == finding.count => Some("not done".to_owned()),
        some => Some(format!("{some} of them not done")),
    };
    let what = what.map(str::to_owned);
    let parts = [what, Some(records), not_done].into_iter().flatten();
    let more = match finding.count > finding.places.len() as u64 {
        true => ", ...",
        false => "",
    };
    let parts = parts.collect::<Vec<_>>().join(", ");
    format!("{parts}: {}{more}", lines(outcome, finding).join(", "))
}

fn work(used: &Used) -> String {
    let records = counted(
        usize::try_from(used.records).unwrap_or(usize::MAX),
        "record",
    );
    let word = match used.side {
        Side::Provider => "permission",
        Side::Platform => "scope",
    };
    let keys = counted(used.used.len(), word);
    let seen = format!("{records}, last use {}, by {keys}", used.last.date());
    let never: Vec<&str> = used.never.iter().map(|key| key.as_str()).collect();
    match never.is_empty() {
        true if used.unknown > 0 => format!(
            "{seen}; what it never used is not known: {} by unknown words",
            used.unknown
        ),
        true => seen,
        false => format!("{seen}; never used: {}", never.join(", ")),
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
            "passed": log.passed, "elsewhere": log.elsewhere, "judged": log.judged })
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
    let compared = outcome.windows.first().zip(outcome.windows.last());
    let compared = compared.map(|(first, last)| (first.from, last.to));
    let gaps = Side::ALL.iter().flat_map(|side| {
        let stretches = stretches(&outcome.logs, *side);
        let pairs = stretches.iter().zip(stretches.iter().skip(1));
        let gap = |((_, from), (to, _)): (&Stretch, &Stretch)| json!({ "side": side, "from": from, "to": to });
        pairs.map(gap).collect::<Vec<_>>()
    });
    let used = |used: &Used| {
        json!({ "account": used.account, "side": used.side, "records": used.records, "first": used.first,
            "last": used.last, "used": used.used, "unknown": used.unknown, "never": used.never })
    };
    json!({
        "version": json::VERSION,
        "kind": "reconciliation",
        "logs": outcome.logs.iter().map(log).collect::<Vec<_>>(),
        "compared": span(compared),
        "gaps": gaps.collect::<Vec<_>>(),
        "findings": outcome.findings.iter().map(finding).collect::<Vec<_>>(),
        "work": outcome.used.iter().map(used).collect::<Vec<_>>(),
        "writes-compared": outcome.compared,
        "uncompared": outcome.uncompared,
        "undecided": outcome.undecided,
        "left-out": outcome.left_out,
        "cut": outcome.cut,
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
