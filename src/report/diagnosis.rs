//! A diagnosis: for people cause by cause, for programs as one versioned document or as rows. Its keys are a contract:
//! docs/diagnose.md lists them.

use serde_json::{Value, json};

use crate::model::date::Date;
use crate::model::diagnosis::{Ground, Live, Source, Standing, Symptom, Verdict};
use crate::model::id::AccountId;
use crate::model::text::shape::masked;
use crate::report::json::VERSION;
use crate::report::paint::{bold, toned};
use crate::report::view::{Cell, Column, Tone, View};
use crate::report::wrap::wrapped;
use crate::report::{Terminal, escape};

/// Where nothing limits the width, lines are still for reading.
const WIDTH: usize = 100;

/// The columns before a ground.
const INDENT: usize = 14;

/// The word under which programs know it.
const KIND: &str = "diagnosis";

/// What came of a diagnosis.
pub struct Told<'a> {
    pub account: &'a AccountId,
    pub symptom: Symptom,
    pub as_of: Date,
    /// In the order in which they are to be looked at.
    pub verdicts: &'a [Verdict],
    pub live: Option<&'a Live>,
}

/// For people: each cause with what it stands on, and the command that goes on.
pub fn text(told: &Told<'_>, terminal: &Terminal) -> String {
    let width = terminal.width.map_or(WIDTH, usize::from).clamp(40, 120);
    let heading = format!(
        "account/{}: {}, as of {}",
        told.account,
        told.symptom.title(),
        told.as_of
    );
    let mut out = format!("{}\n", bold(&heading, terminal.color));
    for verdict in told.verdicts {
        let standing = words(verdict.standing);
        let standing = toned(
            &format!("{standing:<9}"),
            tone(verdict.standing),
            terminal.color,
        );
        out.push_str(&format!("\n{standing}  {}\n", verdict.cause));
        for ground in &verdict.grounds {
            let text = escape::terminal(&said(ground));
            let mut label = label(ground);
            for line in wrapped(&text, width - INDENT) {
                out.push_str(&format!("  {label:<10}  {line}\n"));
                label.clear();
            }
        }
        // A command is to be copied: it stays in one piece.
        if let Some(next) = &verdict.next {
            out.push_str(&format!("  {:<10}  {}\n", "next", escape::terminal(next)));
        }
    }
    out
}

fn words(standing: Standing) -> &'static str {
    match standing {
        Standing::Likely => "likely",
        Standing::Unknown => "unknown",
        Standing::RuledOut => "ruled out",
    }
}

fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::Likely => Tone::Error,
        Standing::Unknown => Tone::Warning,
        Standing::RuledOut => Tone::Good,
    }
}

/// The day of a ground, else where it is from.
fn label(ground: &Ground) -> String {
    match (ground.on, ground.from) {
        (Some(on), _) => on.to_string(),
        (None, Source::Declared) => "declared".to_owned(),
        (None, Source::Rule) => "rule".to_owned(),
        (None, Source::Recorded | Source::Probe) => String::new(),
    }
}

/// What a ground says, with the rule that says it, and nothing that looks like a secret.
fn said(ground: &Ground) -> String {
    let text = masked(&ground.text);
    match ground.rule {
        Some(rule) => format!("{text} ({rule})"),
        None => text.into_owned(),
    }
}

/// The document.
pub fn document(told: &Told<'_>) -> Value {
    let causes: Vec<Value> = told.verdicts.iter().map(cause).collect();
    json!({
        "version": VERSION,
        "kind": KIND,
        "account": told.account,
        "symptom": told.symptom.as_str(),
        "as-of": told.as_of.to_string(),
        "causes": causes,
        "probe": told.live.map(probe),
    })
}

fn cause(verdict: &Verdict) -> Value {
    let evidence = verdict.grounds.iter().map(|ground| {
        json!({
            "text": masked(&ground.text),
            "on": ground.on.map(|on| on.to_string()),
            "from": ground.from.as_str(),
            "rule": ground.rule,
        })
    });
    json!({
        "cause": verdict.cause.as_str(),
        "standing": verdict.standing.as_str(),
        "evidence": evidence.collect::<Vec<_>>(),
        "next": verdict.next,
    })
}

fn probe(live: &Live) -> Value {
    let heard = live.greeting.map(|greeting| greeting.heard);
    let drift = live.greeting.and_then(|greeting| greeting.drift);
    json!({
        "status": heard.and_then(Result::ok),
        "silence": heard.and_then(Result::err).map(|why| why.as_str()),
        "drift-seconds": drift.map(|drift| drift.seconds),
        "drift-slack-seconds": drift.map(|drift| drift.slack),
        "says-expired": live.expired,
        "no-logon": live.untried.map(|why| why.as_str()),
    })
}

/// One row for each cause, in the same order.
pub fn rows(told: &Told<'_>) -> View {
    let columns = [
        "account", "symptom", "cause", "standing", "evidence", "on", "next",
    ];
    let mut view = View::new(KIND, columns.map(Column::new).into());
    let row = |verdict: &Verdict| {
        let day = verdict.grounds.iter().filter_map(|ground| ground.on).max();
        vec![
            Cell::text(told.account),
            Cell::text(told.symptom),
            Cell::text(verdict.cause),
            Cell::text(verdict.standing).tone(tone(verdict.standing)),
            Cell::list(verdict.grounds.iter().map(said)),
            day.map_or(Cell::missing(), Cell::date),
            Cell::optional(verdict.next.as_ref()),
        ]
    };
    view.rows = told.verdicts.iter().map(row).collect();
    view
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnosis::Cause;

    #[test]
    fn what_is_hostile_or_a_secret_is_shown_as_neither() {
        let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        let verdict = Verdict {
            cause: Cause::ReviewGate,
            standing: Standing::Unknown,
            weight: 0,
            grounds: vec![Ground {
                text: format!("`\u{1b}[31m{token}\u{202e}` reviews each draft"),
                on: None,
                from: Source::Declared,
                rule: None,
            }],
            next: Some("keyroll account show \u{9b}x".to_owned()),
        };
        let account = "etl".parse().unwrap();
        let told = Told {
            account: &account,
            symptom: Symptom::AgentBlocked,
            as_of: "2026-11-22".parse().unwrap(),
            verdicts: &[verdict],
            live: None,
        };
        let shown = [
            text(&told, &Terminal::PIPE),
            crate::report::json::pretty(&document(&told)),
            crate::report::render(&rows(&told), crate::report::Format::Csv, &Terminal::PIPE),
        ];
        for shown in shown {
            assert!(!shown.contains("16C7e4"), "{shown}");
            let raw = |c: char| c != '\n' && escape::is_unsafe(c);
            assert!(!shown.chars().any(raw), "{shown:?}");
            assert!(shown.contains("reviews each draft"), "{shown}");
        }
    }
}
