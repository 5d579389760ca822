//! The pages say what is so: links lead somewhere, tests and messages that are named are there, each command has an example.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder with an ending, as paths from the root.
fn below(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if root().join(&path).is_dir() {
            found.extend(below(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The pages that are written by hand.
fn pages() -> Vec<String> {
    let mut pages = below("docs", ".md");
    pages.extend(["README.md", "examples/README.md"].map(str::to_owned));
    pages
}

/// The text without its blocks of code.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        is_code ^= fence;
        !is_code && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the links of a text lead.
fn links(text: &str) -> Vec<String> {
    let parts = text.split("](").skip(1);
    parts
        .filter_map(|part| part.split_once(')').map(|(link, _)| link.to_owned()))
        .collect()
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let folder = Path::new(&page).parent().unwrap().to_owned();
        for link in links(&prose(&read(&page))) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            seen += 1;
            let (path, place) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => root().join(&page),
                path => root().join(&folder).join(path),
            };
            let Ok(text) = fs::read_to_string(&target) else {
                if !target.is_dir() {
                    faults.push(format!("{page}: {link}"));
                }
                continue;
            };
            let has = prose(&text)
                .lines()
                .any(|line| line.starts_with('#') && anchor(line) == place);
            if !place.is_empty() && !has {
                faults.push(format!("{page}: {link}: there is no such heading"));
            }
        }
    }
    assert!(seen > 100, "{seen} links were looked at");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_page_is_reached_from_the_first_one() {
    let listed: BTreeSet<String> = ["README.md", "docs/README.md"]
        .iter()
        .flat_map(|page| {
            let at = if page.starts_with("docs/") {
                "docs/"
            } else {
                ""
            };
            links(&read(page))
                .into_iter()
                .map(move |link| format!("{at}{link}"))
        })
        .collect();
    for page in below("docs", ".md") {
        let is_listed = listed.contains(&page);
        // Each has a page of its own that lists them.
        let is_below = page.starts_with("docs/rules/") || page.starts_with("docs/decisions/");
        assert!(is_listed || is_below, "{page} is in no list of guides");
    }
}

/// The cells of each row of the tables of a page.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---"));
    lines
        .map(|line| {
            line.trim_matches('|')
                .split(" | ")
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect()
}

/// What stands in backquotes, of one or two.
fn quoted(cell: &str) -> Vec<String> {
    let quote = if cell.contains("``") { "``" } else { "`" };
    let parts = cell.split(quote).skip(1).step_by(2);
    parts.map(|part| part.trim().to_owned()).collect()
}

#[test]
fn every_message_that_is_told_of_is_one_that_is_said() {
    let mut sources = String::new();
    for path in below("src", ".rs") {
        let text = read(&path);
        // A text that goes on over a line end, as the compiler reads it.
        let mut parts = text.split("\\\n");
        sources.push_str(parts.next().unwrap());
        parts.for_each(|part| sources.push_str(part.trim_start()));
    }
    let page = read("docs/troubleshooting.md");
    let messages: Vec<String> = rows(&page)
        .into_iter()
        .filter(|row| row[0] != "message")
        .flat_map(|row| quoted(&row[0]))
        .collect();
    assert!(messages.len() > 30, "{messages:?}");
    for message in messages {
        for part in message.split('…').map(|part| part.trim_matches(['`', ' '])) {
            let part = part.trim_end_matches([':', '`', ' ']);
            assert!(
                sources.contains(part),
                "nothing says `{part}` of `{message}`"
            );
        }
    }
}

#[test]
fn every_test_that_proves_a_promise_is_there() {
    let page = read("docs/security.md");
    let mut seen = 0;
    for row in rows(&page)
        .iter()
        .filter(|row| row.len() == 3 && row[2] != "the test")
    {
        let tests = quoted(&row[2]);
        assert!(!tests.is_empty(), "nothing proves {}", row[1]);
        for test in tests {
            if test.starts_with("cargo ") {
                continue;
            }
            seen += 1;
            let (file, name) = test.split_once("::").unwrap_or((&test, ""));
            let files = match root().join(format!("tests/{file}")).is_dir() {
                true => below(&format!("tests/{file}"), ".rs"),
                false => vec![format!("tests/{file}.rs")],
            };
            let texts: Vec<String> = files.iter().map(|file| read(file)).collect();
            let is_there = texts
                .iter()
                .any(|text| text.contains(&format!("fn {name}")));
            let is_test = name.is_empty()
                || texts
                    .iter()
                    .any(|text| text.contains(&format!("fn {name}(")));
            assert!(is_there && is_test, "`{test}` is no test");
        }
    }
    assert!(seen > 20, "{seen} tests are named");
}

#[test]
fn every_command_has_an_example() {
    fn each(command: &clap::Command, path: &str, without: &mut Vec<String>) {
        let shows = |text: Option<&clap::builder::StyledStr>| {
            let text = text.map(ToString::to_string).unwrap_or_default();
            text.contains("Example") && text.contains("  keyroll ")
        };
        if !shows(command.get_after_help()) && !shows(command.get_after_long_help()) {
            without.push(path.to_owned());
        }
        for sub in command.get_subcommands() {
            each(sub, &format!("{path} {}", sub.get_name()), without);
        }
    }
    let mut without = Vec::new();
    each(&keyroll::cli::command(), "keyroll", &mut without);
    assert!(without.is_empty(), "no example: {without:#?}");
}

#[test]
fn every_example_of_a_help_is_a_command_line() {
    fn each(command: &clap::Command, lines: &mut Vec<String>) {
        let help = command.get_after_help().or(command.get_after_long_help());
        let help = help.map(ToString::to_string).unwrap_or_default();
        let examples = help
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("keyroll "));
        lines.extend(examples.map(str::to_owned));
        command.get_subcommands().for_each(|sub| each(sub, lines));
    }
    let mut lines = Vec::new();
    each(&keyroll::cli::command(), &mut lines);
    assert!(lines.len() > 120, "{} examples", lines.len());
    let mut faults = Vec::new();
    for line in &lines {
        // What follows is another program's, or a remark.
        let own = line
            .split(" # ")
            .next()
            .unwrap()
            .split(['|', '>', '<'])
            .next()
            .unwrap();
        let Some(words) = shlex(own) else {
            faults.push(format!("{line}: a quote is open"));
            continue;
        };
        if let Err(error) = keyroll::cli::command().try_get_matches_from(&words) {
            let message = error.to_string();
            faults.push(format!(
                "{line}: {}",
                message.lines().next().unwrap_or_default()
            ));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The words of a line as a shell has them, of quotes alone; none where one is open.
fn shlex(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[test]
fn the_page_for_the_night_is_one_page() {
    // Printed by a browser in 12 point it fills one page of A4 and of Letter with this many lines; a line more may be too much.
    let text = read("docs/emergency.md");
    assert!(text.lines().count() <= 43, "{} lines", text.lines().count());
    assert!(text.lines().all(|line| line.chars().count() <= 160));
}
