//! The house holds: floors, crates by floor, the size of files, what each file opens with.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by floor. A room imports only rooms of lower floors.
const FLOORS: &[(u8, &[&str])] = &[
    (1, &["model"]),
    (2, &["access", "audit", "catalog", "lifecycle", "secret"]),
    (
        3,
        &[
            "diagnosis",
            "discovery",
            "manifest",
            "program",
            "reconcile",
            "report",
            "rules",
            "spreadsheet",
            "store",
            "wire",
        ],
    ),
    (4, &["dossier", "git", "provider", "secrets"]),
    (5, &["operations"]),
    (6, &["cli"]),
];

/// Crates that only some places may name.
const CRATES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("toml", &["catalog", "manifest", "spreadsheet"]),
    (
        "csv",
        &["reconcile", "spreadsheet", "cli/commands/can/lines.rs"],
    ),
    ("toml_parser", &["manifest"]),
    ("jiff", &["model/date.rs", "model/date/zone.rs"]),
    ("comfy_table", &["report/table.rs"]),
    ("annotate_snippets", &["report/diagnostic.rs"]),
    ("similar", &["report/unified.rs"]),
    ("clap", &["cli", "report/format.rs"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    (
        "anyhow",
        &[
            "manifest",
            "report",
            "rules",
            "spreadsheet",
            "store",
            "wire",
            "secrets",
            "operations",
            "cli",
        ],
    ),
    (
        "rustix",
        &[
            "cli",
            "manifest/source.rs",
            "operations/rewrite.rs",
            "operations/run.rs",
            "store",
        ],
    ),
    ("age", &["secrets"]),
    ("keyring", &["secrets/keyring.rs"]),
    ("keyring_core", &["secrets/keyring.rs"]),
    ("ed25519_dalek", &["audit/note.rs", "secrets/audit_key.rs"]),
    ("hmac", &["secrets/fingerprint.rs"]),
    ("hkdf", &["secrets/fingerprint.rs"]),
    ("zeroize", &["secret"]),
    ("command_fds", &["operations/run.rs", "program/run.rs"]),
    ("ureq", &["wire"]),
    ("rustls", &["wire"]),
    ("zeroizing_alloc", &["main.rs"]),
    ("indicatif", &["cli/output.rs"]),
    ("arboard", &["cli/clipboard.rs"]),
    (
        "getrandom",
        &[
            "secrets/audit_key.rs",
            "secrets/fingerprint.rs",
            "secrets/random.rs",
        ],
    ),
    ("whoami", &["cli"]),
    ("etcetera", &["cli"]),
    (
        "tempfile",
        &[
            "cli",
            "operations/backup.rs",
            "operations/rewrite.rs",
            "operations/textfile.rs",
            "reconcile/sorter.rs",
            "store/snapshot.rs",
        ],
    ),
];

const WALL: usize = 400;

struct Source {
    /// Relative to src/.
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("src can be read") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 10, "the sources were found");
    paths
        .into_iter()
        .map(|path| Source {
            text: fs::read_to_string(&path).expect("sources are UTF-8"),
            path: path
                .strip_prefix(&root)
                .expect("below src")
                .to_string_lossy()
                .into_owned(),
        })
        .collect()
}

fn room(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or(path)
}

fn floor(room: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(_, rooms)| rooms.contains(&room))
        .map(|(floor, _)| *floor)
}

/// Code lines: no comments, and nothing from the unit tests at a file's foot.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

/// Every `word::` that a line names, where `word` begins a path.
fn names<'a>(line: &'a str, word: &'a str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + word.len()..];
        let begins = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
        begins
            && (after.starts_with("::")
                || (line.trim_start().starts_with("use ") && after.starts_with(';')))
    })
}

#[test]
fn a_room_imports_only_rooms_of_lower_floors() {
    let mut faults = Vec::new();
    for source in sources() {
        let here = room(&source.path);
        let Some(own) = floor(here) else { continue };
        for (number, line) in code(&source.text) {
            for (at, _) in line.match_indices("crate::") {
                let there = line[at + 7..]
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .unwrap_or("");
                if there == here {
                    continue;
                }
                match floor(there) {
                    Some(other) if other < own => {}
                    Some(_) => {
                        faults.push(format!("{}:{number}: {here} imports {there}", source.path))
                    }
                    None => {}
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Rooms that never see a plaintext, though the floors would let them.
const BLIND: &[&str] = &[
    "model",
    "catalog",
    "access",
    "lifecycle",
    "audit",
    "dossier",
    "manifest",
    "store",
    "rules",
    "report",
    "git",
    "reconcile",
    "spreadsheet",
    "diagnosis",
    "discovery",
];

#[test]
fn plaintext_stays_out_of_the_rooms_that_do_not_need_it() {
    for source in sources() {
        if !BLIND.contains(&room(&source.path)) {
            continue;
        }
        for (number, line) in code(&source.text) {
            assert!(
                !line.contains("crate::secret::") && !line.contains("crate::secrets"),
                "{}:{number}: names what may hold a plaintext",
                source.path
            );
        }
    }
}

#[test]
fn every_room_is_on_a_floor() {
    for source in sources() {
        let here = room(&source.path);
        assert!(
            floor(here).is_some() || ["lib", "main"].contains(&here),
            "{here} has no floor"
        );
    }
}

#[test]
fn a_crate_is_named_only_in_its_rooms() {
    let mut faults = Vec::new();
    for source in sources() {
        for (name, homes) in CRATES {
            let home = homes
                .iter()
                .any(|home| source.path == *home || room(&source.path) == *home);
            if home {
                continue;
            }
            for (number, line) in code(&source.text) {
                if names(line, name) {
                    faults.push(format!("{}:{number}: names {name}", source.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn only_the_context_reads_the_clock_and_the_environment() {
    for source in sources() {
        if source.path.starts_with("cli/context/") {
            continue;
        }
        for (number, line) in code(&source.text) {
            for banned in [
                "SystemTime::now",
                "Instant::now",
                "env::var",
                "env::current_dir",
                "allow(clippy::disallowed",
            ] {
                assert!(!line.contains(banned), "{}:{number}: {banned}", source.path);
            }
        }
    }
}

#[test]
fn a_file_says_what_it_is_and_stays_below_the_wall() {
    for source in sources() {
        let lines = source.text.lines().count();
        assert!(
            lines <= WALL,
            "{}: {lines} lines, the wall is {WALL}",
            source.path
        );
        if source.path != "main.rs" {
            assert!(
                source.text.starts_with("//! "),
                "{}: opens without saying what it is",
                source.path
            );
        }
    }
}
