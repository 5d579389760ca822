//! What `--fix` mends: nothing but spelling and order, all of it at once, and never a file that it cannot read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keyroll::manifest::{self, Mended};
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use proptest::prelude::*;

/// The shipped example with the most to read.
fn example() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/femo");
    let mut files = Vec::new();
    for below in ["", "accounts", "glossaries"] {
        for entry in fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "toml") {
                let name = path.strip_prefix(&folder).unwrap().to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Writes files into a folder of their own.
fn written(files: &[(PathBuf, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Mends a folder, and writes what came of it.
fn mend(folder: &Path) -> Mended {
    let mended = manifest::mend(&[folder.to_owned()]).unwrap();
    for file in &mended.files {
        fs::write(&file.path, &file.after).unwrap();
    }
    mended
}

/// An inventory with the lists in order whose order means nothing.
fn ordered(inventory: &Inventory) -> Vec<(String, String)> {
    let sets = [
        "/permissions",
        "/scopes",
        "/consumers",
        "/members",
        "/teams",
        "/except",
        "/agent/tools",
    ];
    let body = |record: Record| {
        let mut body = record.to_value();
        for key in sets {
            if let Some(list) = body.pointer_mut(key).and_then(|list| list.as_array_mut()) {
                let set: BTreeSet<String> = list.iter().map(|v| v.to_string()).collect();
                *list = set.into_iter().map(Into::into).collect();
            }
        }
        (record.id().to_string(), body.to_string())
    };
    inventory.declared().map(body).collect()
}

fn read(folder: &Path) -> Vec<(String, String)> {
    let manifest = manifest::read(&[folder.to_owned()]);
    assert_eq!(manifest.problems, []);
    ordered(&manifest.inventory)
}

/// One text mended; a second time there is nothing to do.
fn mended(text: &str) -> String {
    let folder = written(&[("a.toml".into(), text.to_owned())]);
    mend(folder.path());
    let after = fs::read_to_string(folder.path().join("a.toml")).unwrap();
    assert!(mend(folder.path()).files.is_empty(), "{after}");
    after
}

#[test]
fn line_ends_byte_order_mark_and_layout_stay() {
    let text = "\u{feff}[person.anna]\r\nName  =  'A' # x\r\n\r\n[team.a]\r\nname=\"A\"\r\nmembers = [\"Anna\"]\r\n";
    let after = text.replace("Name", "name").replace("\"Anna\"", "\"anna\"");
    assert_eq!(mended(text), after);
}

#[test]
fn what_has_several_meanings_or_none_is_left() {
    for text in [
        "[organisation]\nname = \"A\"\nmax-lifetime = \"90d\"\nmax_lifetime = \"80d\"\n",
        "[organisation]\nname = \"A\"\n[organization]\nname = \"B\"\n",
        "[team.a]\nname = \"A\"\nmembers = [\"Nobody\"]\n",
        "[person.jo]\nname = \"Jo\"\nleft = \"2027-02-30\"\n",
        "[role.r]\ncatalog = \"unicmms\"\npermissions = [\"View Users\"]\n",
        "[person.x]\nname = \n[team.a]\nName = \"A\"\n",
    ] {
        assert_eq!(mended(text), text);
    }
}

#[test]
fn one_title_may_mean_two_keys_in_two_glossaries() {
    let glossary = |key: &str| {
        format!(
            "title = \"G\"\nside = \"provider\"\n[[entitlement]]\nkey = \"{key}\"\ngroup = \"G\"\ntitle = \"See It\"\n\
             meaning = \"sees it\"\neffect = \"read\"\n"
        )
    };
    let role = |name: &str| {
        format!("[role.{name}]\ncatalog = \"./{name}.toml\"\npermissions = [\"See It\"]\n")
    };
    let provider = |name: &str| format!("[provider.{name}]\ncatalog = \"./{name}.toml\"\n");
    let files = [
        ("a.toml".into(), glossary("g/a")),
        ("b.toml".into(), glossary("h/b")),
        (
            "c.toml".into(),
            [provider("a"), provider("b"), role("a"), role("b")].concat(),
        ),
    ];
    let folder = written(&files);
    assert_eq!(mend(folder.path()).files.len(), 1);
    let after = fs::read_to_string(folder.path().join("c.toml")).unwrap();
    assert!(
        after.contains("[\"g/a\"]") && after.contains("[\"h/b\"]"),
        "{after}"
    );
}

#[test]
fn the_shipped_examples_say_the_same_once_they_are_mended() {
    let folder = written(&example());
    let before = read(folder.path());
    mend(folder.path());
    assert_eq!(read(folder.path()), before);
    assert!(mend(folder.path()).files.is_empty());
}

#[test]
fn a_key_that_names_the_record_is_mended_too() {
    let assignment = "# keyroll: waive x\n[[assignment]]\nprincipal = \"person/jo\"\nrole = \"r\"\nAT = [\"f\"]\n";
    assert_eq!(mended(assignment), assignment.replace("AT", "at"));
    let assertion = "# keyroll: waive x\n[[assert]]\nPrincipal = \"person/jo\"\npermission = \"a/b\"\nat = \"f\"\nGiven = \"own\"\nexpect = \"denied\"\n";
    let meant = assertion
        .replace("Principal", "principal")
        .replace("Given", "given");
    assert_eq!(mended(assertion), meant);
}

/// A damage that `--fix` takes back: another spelling of a key, a name, a date; other line ends; a list in another order.
fn misspell(text: &str, what: u8, at: prop::sample::Index) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let number = at.index(lines.len());
    let line = lines[number];
    let (key, rest) = line.split_once(" = ").unwrap_or(("", line));
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    out[number] = match what {
        0 if is_key => format!("{} = {rest}", key.replace('-', "_").to_uppercase()),
        1 if is_key && ["provider", "platform", "rotation", "revoke"].contains(&key) => {
            format!("{key} = {}", rest.to_uppercase())
        }
        2 if is_key && ["expires", "left", "reviewed", "on", "until"].contains(&key) => {
            let (date, end) = rest.split_at(10.min(rest.len()));
            format!("{key} = \"{date}\"{end}")
        }
        3 if line.starts_with("  \"") && line.trim_end().ends_with(',') => {
            format!("{}  # {number}\n{line}", line)
        }
        4 => line.replace('\n', "\r\n"),
        // What names a person in words of its own is no reference.
        5 if ["owner-approval", "review-gate", "supervisor"].contains(&key) => line.to_owned(),
        5 => line
            .replace("\"person/", "\"Person/")
            .replace("members = [\"", "MEMBERS = [\""),
        _ => line.to_owned(),
    };
    out.concat()
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        cases: 24,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_misspelt_is_mended_to_the_same_records(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), 0..6u8, any::<prop::sample::Index>()), 1..20)
    ) {
        let mut files = example();
        let clean = read(written(&files).path());
        for (file, what, at) in damage {
            let file = file.index(files.len());
            if !files[file].0.starts_with("glossaries") {
                files[file].1 = misspell(&files[file].1, what, at);
            }
        }
        let folder = written(&files);
        mend(folder.path());
        prop_assert_eq!(read(folder.path()), clean);
        prop_assert!(mend(folder.path()).files.is_empty());
    }

    #[test]
    fn whatever_is_damaged_a_second_mending_changes_nothing(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), 0..4u8, any::<prop::sample::Index>()), 1..6)
    ) {
        let mut text: String = ["accounts/unicmms.toml", "organisation.toml", "access.toml", "providers.toml"]
            .iter()
            .map(|name| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/femo").join(name)).unwrap())
            .collect();
        for (at, what, from) in damage {
            let chars: Vec<(usize, char)> = text.char_indices().collect();
            let (start, c) = chars[at.index(chars.len())];
            let (other, _) = chars[from.index(chars.len())];
            match what {
                0 => drop(text.remove(start)),
                1 => {
                    let end = text[other..].find('\n').map_or(text.len(), |n| other + n + 1);
                    let piece = text[other..end].to_owned();
                    text.insert_str(start, &piece);
                }
                2 => text.replace_range(start..start + c.len_utf8(), &c.to_uppercase().to_string()),
                _ => text.insert(start, ['"', '[', '#', '\n', ',', '_', '\r', '{'][other % 8]),
            }
        }
        mended(&text);
    }
}
