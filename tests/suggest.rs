//! A suggested account, once its blanks are filled in, passes the whole rule book: at every level.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use keyroll::catalog::{Glossaries, Policy};
use keyroll::manifest::{self, Wish};
use keyroll::model::access::Level;
use keyroll::model::inventory::Inventory;
use keyroll::rules::{self, Facts, Selection};

const AS_OF: &str = "2026-11-22";

/// The fixtures' inventory without its account, and what the levels that write need beside it.
fn around(level: Level) -> String {
    let path = "tests/rules/level-exceeded/good.toml";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let from = text.find("[account.").unwrap();
    let to = text.find("[role.").unwrap();
    let rollback = "[procedure.unicmms-rollback]\nkind = \"rollback\"\n\
        step = [{ title = \"Put the old values back\", manual = \"Restore them from the sync log.\" }]\n\n";
    let rollback = match level {
        Level::WriteBack | Level::Closeout => rollback,
        Level::ReadOnlyImport
        | Level::AttachmentSync
        | Level::DraftHandoff
        | Level::StatusSync
        | Level::AiAgentDraft => "",
    };
    format!("{}{rollback}{}", &text[..from], &text[to..])
}

/// What an operator writes into each blank, by its key.
const FILLED: &[(&str, &str)] = &[
    ("boundary", r#"["femo/hawthorne"]"#),
    ("purpose", r#""Do the work of the level at Hawthorne""#),
    (
        "owner",
        r#"{ business = "person/anna-berg", technical = "team/integration" }"#,
    ),
    ("rotation", r#""standard""#),
    ("revoke", r#""unicmms-revoke""#),
    ("consumers", r#"["etl-01"]"#),
    (
        "credential",
        r#"{ kind = "api-key", store = "age", identity = ["svc-femo"] }"#,
    ),
    ("max-file-size", r#""25MB""#),
    ("retention", r#""730d""#),
    ("supervisor", r#""person/anna-berg""#),
    ("fields", r#"["schedule"]"#),
    ("rollback", r#""unicmms-rollback""#),
    (
        "test-window",
        r#"{ days = ["sun"], from = "02:00", to = "04:00" }"#,
    ),
    ("tools", r#"["list_assets"]"#),
    ("endpoint-slice", r#""/mcp/base/""#),
    ("tenant-enabled", "true"),
];

fn filled(text: &str) -> String {
    let line = |line: &str| {
        let day = line.replace("YYYY-MM-DD", "2027-03-31");
        if let Some(expires) = day.strip_prefix("# expires") {
            return format!("expires{expires}");
        }
        if let Some(approval) = day.strip_prefix("  # { action") {
            let approved = approval.replace("NAME", "jo-miller");
            return format!(
                "  {{ action{}",
                approved.replacen("2027-03-31", "2026-10-01", 1)
            );
        }
        let Some((key, _)) = line
            .split_once(" = ")
            .filter(|_| line.contains("# fill in"))
        else {
            return line.to_owned();
        };
        let known = FILLED.iter().find(|(name, _)| *name == key);
        match known {
            Some((_, value)) => format!("{key} = {value}"),
            None => line.replace("\"\"", "\"what the operator knows\""),
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

fn faults(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.toml");
    std::fs::write(&file, text).unwrap();
    let read = manifest::read(&[file]);
    let problems = read.problems.iter().map(|problem| problem.message.clone());
    let mut faults: Vec<String> = problems.collect();
    let glossaries = Glossaries::of(&read.inventory);
    let facts = Facts::new(&read.inventory, &glossaries, AS_OF.parse().unwrap());
    let selection = Selection {
        pedantic: true,
        ..Selection::declared()
    };
    let found = rules::judge(&facts, &selection).into_iter();
    faults.extend(found.map(|f| format!("{} {} {}: {}", f.rule, f.subject, f.field, f.message)));
    faults
}

fn suggested(level: Level) -> String {
    let wish = Wish {
        level,
        provider: "unicmms".parse().unwrap(),
        platform: None,
        environment: None,
        boundary: None,
        workflow: None,
    };
    manifest::suggest(&wish, &Inventory::default(), Policy::shipped()).text
}

#[test]
fn a_suggested_account_passes_once_it_is_filled_in() {
    for level in Level::ALL {
        let text = filled(&suggested(*level));
        let whole = format!("{}\n{text}", around(*level));
        assert_eq!(faults(&whole), [""; 0], "{level}\n{text}");
    }
}

#[test]
fn a_suggested_account_does_not_pass_as_it_is() {
    for level in Level::ALL {
        let whole = format!("{}\n{}", around(*level), suggested(*level));
        assert!(!faults(&whole).is_empty(), "{level}");
    }
}
