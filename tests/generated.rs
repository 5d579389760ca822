//! Generated files are what the program makes. With `KEYROLL_BLESS=1` they are written anew (`just bless`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use keyroll::rules::{self, RuleKind};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules")
}

#[allow(
    clippy::disallowed_methods,
    reason = "a test knows no context of the command line"
)]
fn is_blessed() -> bool {
    std::env::var_os("KEYROLL_BLESS").is_some_and(|value| value == "1")
}

/// Compares a file with what it should hold, or writes it.
fn same(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if is_blessed() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{name} is old: run `just bless`");
}

fn table() -> String {
    let mut text = String::from(
        "# The rule book\n\n\
         Each rule has a page; `keyroll explain RULE` prints the same. This list is generated.\n\n\
         | Rule | Severity | Judged from | Finds |\n\
         |---|---|---|---|\n",
    );
    for rule in rules::ALL.iter().chain([&&rules::MALFORMED]) {
        let from = match rule.kind {
            RuleKind::Static | RuleKind::Found => "what is declared",
            RuleKind::State => "what is declared and recorded",
        };
        let summary = rule.summary.replace('|', "\\|");
        let (id, severity) = (rule.id, rule.severity);
        text.push_str(&format!(
            "| [{id}]({id}.md) | {severity} | {from} | {summary} |\n"
        ));
    }
    text
}

#[test]
fn every_rule_has_its_page() {
    for rule in rules::ALL.iter().chain([&&rules::MALFORMED]) {
        same(&format!("docs/rules/{}.md", rule.id), &rules::page(rule));
    }
}

#[test]
fn the_list_of_rules_is_whole() {
    same("docs/rules/README.md", &table());
}

#[test]
fn no_page_is_left_of_a_rule_that_is_gone() {
    for entry in fs::read_dir(folder()).into_iter().flatten() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let id = name.strip_suffix(".md").unwrap_or(&name);
        assert!(
            ["README", rules::MALFORMED.id].contains(&id) || rules::find(id).is_some(),
            "docs/rules/{name}: no such rule"
        );
    }
}

#[test]
fn the_completion_scripts_are_current() {
    use keyroll::cli::commands::completions::{Shell, script};
    for (file, shell) in [
        ("completions/keyroll.bash", Shell::Bash),
        ("completions/_keyroll", Shell::Zsh),
        ("completions/keyroll.fish", Shell::Fish),
        ("completions/keyroll.ps1", Shell::Powershell),
    ] {
        same(file, &script(shell).unwrap());
    }
}

#[test]
fn every_command_has_a_page_and_a_help_that_says_what_it_does() {
    fn each(command: &clap::Command, path: &str) {
        assert!(
            command.get_about().is_some(),
            "{path} says nothing of itself"
        );
        for sub in command.get_subcommands() {
            each(sub, &format!("{path} {}", sub.get_name()));
        }
    }
    each(&keyroll::cli::command(), "keyroll");
    let pages = keyroll::cli::commands::man::pages().expect("pages are made in memory");
    assert!(pages.len() > 60, "{} pages", pages.len());
    assert!(pages.iter().all(|(_, page)| page.contains(".TH")));
    let of_help = pages.iter().filter(|(name, _)| name.contains("-help"));
    assert_eq!(
        of_help.count(),
        0,
        "a page of `help` repeats that of its command"
    );
}
