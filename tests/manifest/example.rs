//! The example of the documentation: reads without a problem, and writes in the same form.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use keyroll::manifest::{self, Manifest};
use keyroll::model::finding::FieldPath;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Kind;

pub fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/manifest/example.toml")
}

/// Reads one text as a file, which stays for the places of its records.
pub fn read_text(text: impl AsRef<[u8]>) -> Manifest {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let name = format!("manifest-{}.toml", FILES.fetch_add(1, Ordering::Relaxed));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).unwrap();
    manifest::read(&[file])
}

#[test]
fn the_example_reads_without_a_problem() {
    let read = manifest::read(&[example()]);
    assert_eq!(read.problems, []);
    let count = |kind| read.inventory.count(kind);
    assert_eq!(count(Kind::Organisation), 1);
    assert_eq!(count(Kind::Person), 2);
    assert_eq!(count(Kind::Boundary), 3);
    assert_eq!(count(Kind::Account), 1);
    assert_eq!(count(Kind::Approval), 1);
    assert_eq!(count(Kind::Assignment), 1);
    assert_eq!(count(Kind::Decision), 1);
    assert_eq!(count(Kind::ResidualRisk), 1);
    assert_eq!(count(Kind::Waiver), 1);
}

#[test]
fn the_example_written_reads_back_as_itself_and_is_stable() {
    let read = manifest::read(&[example()]);
    let written = manifest::write(&read.inventory);
    let again = read_text(&written);
    assert_eq!(again.problems, [], "{written}");
    assert_eq!(again.inventory, read.inventory, "{written}");
    assert_eq!(manifest::write(&again.inventory), written);
    assert!(
        written.contains("\n[boundary.\"femo/hawthorne\"]\n"),
        "{written}"
    );
    assert!(written.contains("\nexpires = 2027-03-31\n"), "{written}");
    assert!(
        written.contains("\npermissions = [\n  \"work-order/"),
        "{written}"
    );
    assert!(
        written.contains("owner = { business = \"person/anna-berg\", technical = "),
        "{written}"
    );
    let record = read.inventory.accounts.iter().next().unwrap();
    let record = (record.0.clone(), record.1.clone()).into();
    assert!(
        written.contains(&manifest::write_record(&record)),
        "{written}"
    );
}

/// Every path into a record's body, with the key that it ends in.
pub fn fields(
    inventory: &Inventory,
) -> Vec<(keyroll::model::record::RecordId, FieldPath, Option<String>)> {
    fn walk(
        value: &serde_json::Value,
        path: FieldPath,
        key: Option<&str>,
        out: &mut Vec<(FieldPath, Option<String>)>,
    ) {
        out.push((path.clone(), key.map(str::to_owned)));
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    walk(value, path.clone().key(key), Some(key), out);
                }
            }
            serde_json::Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    walk(value, path.clone().index(at), None, out);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    for record in inventory
        .declared()
        .filter(|record| record.kind() != Kind::Catalog)
    {
        let mut out = Vec::new();
        walk(&record.to_value(), FieldPath::record(), None, &mut out);
        all.extend(out.into_iter().map(|(path, key)| (record.id(), path, key)));
    }
    all
}

/// Every field has a place in its file, on a line that holds its key.
pub fn assert_places(read: &Manifest) {
    for (id, path, key) in fields(&read.inventory) {
        let place = read
            .place(&id, &path)
            .unwrap_or_else(|| panic!("{id} {path} has no place"));
        let text = read.source(&place.file).unwrap();
        assert!(place.span.end <= text.len() && place.span.start <= place.span.end);
        let line = text.split('\n').nth(place.line - 1).unwrap();
        let here = text.get(place.span.clone()).unwrap();
        if let Some(key) = key {
            let bare = key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            // An assignment's boundary is pointed at itself.
            if bare && !(id.kind == Kind::Assignment && key == "at") {
                assert!(line.contains(&key), "{id} {path}: `{line}`");
                assert!(here.contains(&key), "{id} {path}: `{here}`");
            }
        }
    }
}

#[test]
fn every_field_of_the_example_has_its_place() {
    let read = manifest::read(&[example()]);
    assert_places(&read);
    let id = "account/unicmms-production-import-hawthorne"
        .parse()
        .unwrap();
    let at = |path: FieldPath| {
        let place = read.place(&id, &path).unwrap();
        let text = read.source(&place.file).unwrap();
        text[place.span].to_owned()
    };
    assert_eq!(
        at(FieldPath::record()),
        "[account.unicmms-production-import-hawthorne]"
    );
    assert_eq!(at(FieldPath::of("expires")), "expires = 2027-03-31");
    assert_eq!(
        at(FieldPath::of("permissions").index(2)),
        "\"asset/view-assets\""
    );
    assert_eq!(at(FieldPath::of("credential.store")), "store = \"age\"");
    assert_eq!(
        at(FieldPath::of("credential")),
        "[account.unicmms-production-import-hawthorne.credential]"
    );
    assert_eq!(
        at(FieldPath::of("agent.tools")),
        "[account.unicmms-production-import-hawthorne]"
    );
    assert_eq!(
        at(FieldPath::of("owner.technical")),
        "technical = \"team/integration\""
    );
    let id = "assignment/person/jo-miller machine-operator femo/hawthorne"
        .parse()
        .unwrap();
    let place = read.place(&id, &FieldPath::of("at")).unwrap();
    assert_eq!(
        read.source(&place.file).unwrap()[place.span],
        *"\"femo/hawthorne\""
    );
    let place = read.place(&id, &FieldPath::of("role")).unwrap();
    assert_eq!(
        read.source(&place.file).unwrap()[place.span],
        *"role = \"machine-operator\""
    );
}

#[test]
fn one_record_is_written_and_parsed_by_itself() {
    let read = manifest::read(&[example()]);
    for record in read.inventory.declared() {
        let text = manifest::write_record(&record);
        let id = record.id();
        assert_eq!(
            manifest::parse_record(&id, &text).unwrap(),
            record,
            "{text}"
        );
        let value = record.to_value();
        assert_eq!(
            manifest::record_from_value(&id, value).unwrap(),
            record,
            "{text}"
        );
    }
}

#[test]
fn a_record_keeps_its_name_when_it_is_edited() {
    let id = "team/a".parse().unwrap();
    let problems = manifest::parse_record(&id, "[team.b]\nname = \"B\"\n").unwrap_err();
    assert_eq!(
        problems[0].message,
        "the text declares `team/b`, not `team/a` alone"
    );
    let both = "[team.a]\nname = \"A\"\n[team.b]\nname = \"B\"\n";
    assert!(manifest::parse_record(&id, both).is_err());
    assert!(manifest::parse_record(&id, "").is_err());
}

#[test]
fn values_from_the_command_line_are_told_like_files() {
    let id = "person/anna".parse().unwrap();
    let value = serde_json::json!({ "nmae": "Anna", "left": "tomorrow" });
    let problems = manifest::record_from_value(&id, value).unwrap_err();
    let told: Vec<_> = problems
        .iter()
        .map(|p| (p.message.as_str(), p.hint.as_deref()))
        .collect();
    assert!(
        told.contains(&("`nmae` is not a known key", Some("did you mean `name`?"))),
        "{told:?}"
    );
    assert!(
        told.contains(&("`person/anna` lacks `name`", None)),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|(m, _)| m.contains("`tomorrow` is not a date")),
        "{told:?}"
    );
    assert!(problems.iter().all(|p| p.place.is_none()));
}
