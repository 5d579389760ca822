//! What was found, in every form: each is rendered, is what it says it is, and holds nothing raw.

use clap::ValueEnum;
use keyroll::cli::diagnose::Diagnosis;
use keyroll::cli::failure::Status;
use keyroll::manifest::Manifest;
use keyroll::model::text::is_unsafe;
use keyroll::report::format::{CiFormat, FindingsFormat, WatchFormat};
use keyroll::report::{Format, Terminal};
use keyroll::report::{escape, findings};
use keyroll::rules::{Judgement, Selection};
use serde_json::Value;

const NARROW: Terminal = Terminal {
    width: Some(40),
    color: false,
};

/// Shows a judgement in every form.
pub fn everywhere(manifest: &Manifest, judgement: &Judgement, selection: &Selection) {
    let diagnosis = Diagnosis::new(manifest, judgement);
    log(&diagnosis.page(&Terminal::PIPE), "page");
    log(&diagnosis.page(&NARROW), "narrow page");
    log(&diagnosis.summary(), "summary");
    let places = diagnosis.accepted_places();
    let mut judged = diagnosis.judged(&places, selection, Status::Error);
    // The rest of the book is longer than all else, and no stranger's.
    let is_named = |id: &str| judged.items.iter().any(|item| item.rule == id);
    judged.rules.retain(|rule| is_named(rule.id));
    for rule in &mut judged.rules {
        (rule.summary, rule.explain) = ("", "");
    }
    for format in FindingsFormat::value_variants() {
        let text = findings::render(&judged, *format, &Terminal::PIPE);
        checked(&text, *format);
    }
    let counted = findings::statistics(&judged);
    log(
        &keyroll::report::render(&counted, Format::Table, &NARROW),
        "statistics",
    );
}

fn checked(text: &str, format: FindingsFormat) {
    match format {
        FindingsFormat::Rows(Format::Json) => document(text),
        FindingsFormat::Rows(Format::Jsonl) => text.lines().for_each(document),
        FindingsFormat::Rows(Format::Tsv) => log(&text.replace('\t', " "), "tsv"),
        FindingsFormat::Rows(Format::Table | Format::Csv | Format::Md | Format::Html) => {
            log(text, "rows")
        }
        FindingsFormat::Ci(CiFormat::Sarif | CiFormat::Gitlab) => document(text),
        FindingsFormat::Ci(CiFormat::Junit) => {
            clean(text, "junit");
            roxmltree::Document::parse(text).expect("a report in JUnit's form is XML");
        }
        FindingsFormat::Ci(CiFormat::Github) => {
            clean(text, "github");
            let is_ours = |line: &str| {
                ["::error", "::warning", "::notice"].iter().any(|command| {
                    let rest = line.strip_prefix(command);
                    rest.is_some_and(|rest| rest.starts_with([' ', ':']))
                })
            };
            assert!(
                text.lines().all(is_ours),
                "a command of a stranger's: {text:?}"
            );
        }
        FindingsFormat::Watch(WatchFormat::Prometheus | WatchFormat::Nagios | WatchFormat::Ics) => {
            log(&text.replace("\r\n", "\n"), "watch")
        }
        FindingsFormat::Siem(_) => log(text, "siem"),
    }
}

fn document(text: &str) {
    clean(text, "json");
    serde_json::from_str::<Value>(text).expect("a document is JSON");
}

/// A line of a refusal as the program prints it: escaped, whatever a stranger's word in it holds.
pub fn said(line: &str, what: &str) {
    log(&escape::terminal(line), what);
}

/// A text that a log may show: nothing raw, and nothing that a CI obeys.
pub fn log(text: &str, what: &str) {
    clean(text, what);
    let obeyed = |line: &str| {
        let line = line.trim_start();
        // `::: FILE` leads to a second place; no command is called that.
        line.starts_with("::") && !line.starts_with("::: ")
    };
    assert!(
        !text.lines().any(obeyed),
        "a workflow command in the {what}: {text:?}"
    );
}

fn clean(text: &str, what: &str) {
    let raw = text.chars().find(|c| *c != '\n' && is_unsafe(*c));
    assert!(raw.is_none(), "{raw:?} stands raw in the {what}: {text:?}");
    let obeyed = text.contains("##[") || text.contains("##vso[");
    assert!(!obeyed, "a workflow command in the {what}: {text:?}");
}
