//! The forms that findings take for a CI: valid by their own schemas, the same at every run, harmless with hostile names.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::binary::{Home, finish};

const FORMATS: [&str; 4] = ["sarif", "junit", "github", "gitlab"];

/// The examples with faults, from the root of the repository as a CI would.
fn validate(words: &[&str]) -> (String, Option<i32>) {
    let home = Home::new();
    let mut command = home.command(&[&["validate"], words].concat());
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let ran = finish(command).clean();
    (ran.stdout, ran.status)
}

fn valid(schema: &str, document: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(schema);
    let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(document)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// An inventory with a waived finding, one that stands, a file that is no TOML and one that is well.
fn mixed(home: &Home) -> String {
    home.file(
        "inventory/a b.toml",
        "[team.x]\nname = \"工X\"\nmembers = [\"jo\"]\n\n[team.y]\nname = \"Y\"\nmembers = [\"bo\"]\n\n\
         [[waiver]]\nrule = \"unknown-reference\"\nsubject = \"team/y\"\nreason = \"bo comes in January\"\n\
         owner = \"team/x\"\nuntil = 2027-01-31\n",
    );
    home.file(
        "inventory/broken.toml",
        "[person.zoe]\nname = \"Zoe\"\nnaem = 3\n",
    );
    home.file("inventory/well.toml", "[person.ann]\nname = \"Ann\"\n");
    "inventory".to_owned()
}

#[test]
fn sarif_is_valid_and_has_every_finding() {
    for folder in ["examples/femo-with-faults", "examples/femo"] {
        let (text, status) = validate(&[folder, "--pedantic", "--format", "sarif"]);
        let sarif = json(&text);
        valid("sarif/sarif-schema-2.1.0.json", &sarif);
        let run = &sarif["runs"][0];
        assert_eq!(
            run["invocations"][0]["exitCode"].as_i64().map(|n| n as i32),
            status
        );
        let (rows, _) = validate(&[folder, "--pedantic", "--format", "jsonl"]);
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), rows.lines().count());
        for result in results {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            let rule = &run["tool"]["driver"]["rules"][index];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(
                result["locations"][0]["physicalLocation"].is_object(),
                "{result}"
            );
        }
    }
}

#[test]
fn sarif_tells_what_is_waived_and_what_is_malformed() {
    let home = Home::new();
    let folder = mixed(&home);
    let words = [
        "validate",
        &folder,
        "--as-of",
        "2026-11-22",
        "--format",
        "sarif",
    ];
    let sarif = json(&home.run(&words).ok(4).stdout);
    valid("sarif/sarif-schema-2.1.0.json", &sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of = |rule: &str| {
        results
            .iter()
            .filter(|r| r["ruleId"] == rule)
            .collect::<Vec<_>>()
    };
    let (references, malformed) = (of("unknown-reference"), of("malformed"));
    assert_eq!((references.len(), malformed.len()), (2, 1), "{results:#?}");
    assert_eq!(references[0]["suppressions"], json("[]"));
    assert_eq!(
        references[1]["suppressions"][0]["justification"],
        "waived: bo comes in January; team/x, until 2027-01-31"
    );
    let place = &references[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "inventory/a%20b.toml");
    assert_eq!(
        malformed[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "inventory/broken.toml"
    );
}

#[test]
fn gitlab_has_what_it_asks_for_and_fingerprints_that_stay() {
    let (text, _) = validate(&["examples/femo-with-faults", "--format", "gitlab"]);
    let report = json(&text);
    valid("gitlab/code-quality.schema.json", &report);
    let words = |report: &Value| -> BTreeSet<String> {
        let issues = report.as_array().unwrap().iter();
        issues
            .map(|issue| issue["fingerprint"].to_string())
            .collect()
    };
    assert_eq!(words(&report).len(), report.as_array().unwrap().len());

    let home = Home::new();
    let folder = mixed(&home);
    let run = |home: &Home| {
        let words = [
            "validate",
            &folder,
            "--as-of",
            "2026-11-22",
            "--format",
            "gitlab",
        ];
        json(&home.run(&words).ok(4).stdout)
    };
    let before = run(&home);
    let path = home.path().join("inventory/a b.toml");
    let moved = format!("# a line\n\n{}", fs::read_to_string(&path).unwrap());
    fs::write(&path, moved).unwrap();
    let after = run(&home);
    assert_eq!(words(&before), words(&after));
    assert_ne!(before, after);
}

#[test]
fn junit_has_a_case_for_each_record_and_counts_that_add_up() {
    let home = Home::new();
    let folder = mixed(&home);
    let words = [
        "validate",
        &folder,
        "--as-of",
        "2026-11-22",
        "--format",
        "junit",
    ];
    let text = home.run(&words).ok(4).stdout;
    let document = roxmltree::Document::parse(&text).unwrap();
    let cases: Vec<String> = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .map(|case| {
            let body = case
                .first_element_child()
                .map_or("passed", |b| b.tag_name().name());
            let part = |name| case.attribute(name).unwrap();
            format!("{} {} {body}", part("classname"), part("name"))
        })
        .collect();
    assert_eq!(
        cases,
        [
            "inventory/a b.toml team/x failure",
            "inventory/a b.toml team/y, unknown-reference skipped",
            "inventory/broken.toml malformed error",
            "inventory/well.toml no findings passed",
        ]
    );
    for suite in document
        .descendants()
        .filter(|n| n.has_tag_name("testsuite"))
    {
        let count = |tag| {
            suite
                .descendants()
                .filter(|n| n.has_tag_name(tag))
                .count()
                .to_string()
        };
        for (attribute, tag) in [
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ] {
            assert_eq!(suite.attribute(attribute), Some(&*count(tag)), "{text}");
        }
    }
}

#[test]
fn github_gets_a_command_for_each_finding_and_nothing_else() {
    let (text, _) = validate(&["examples/femo-with-faults", "--format", "github"]);
    let (rows, _) = validate(&["examples/femo-with-faults", "--format", "jsonl"]);
    assert_eq!(text.lines().count(), rows.lines().count());
    let command =
        |line: &str| line.starts_with("::error file=") || line.starts_with("::warning file=");
    assert!(text.lines().all(command), "{text}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for format in FORMATS {
        let words = ["examples/femo-with-faults", "--format", format];
        assert_eq!(validate(&words), validate(&words), "{format}");
    }
}

#[test]
fn the_stored_roll_is_told_in_every_format_without_a_place() {
    let home = Home::filled();
    for format in FORMATS {
        let words = ["check", "--as-of", "2027-06-01", "--format", format];
        let text = home.run(&words).ok(4).says("rotation-overdue").stdout;
        match format {
            "sarif" => valid("sarif/sarif-schema-2.1.0.json", &json(&text)),
            "gitlab" => valid("gitlab/code-quality.schema.json", &json(&text)),
            "junit" => drop(roxmltree::Document::parse(&text).unwrap()),
            _ => assert!(text.starts_with("::"), "{text}"),
        }
    }
}

#[test]
fn other_commands_refuse_formats_of_findings_before_they_do_anything() {
    let home = Home::new();
    for words in [
        &["init", "--no-secrets"][..],
        &["account", "list"],
        &["plan", "."],
        &[],
        &["validate", ".", "--statistics"],
    ] {
        for format in FORMATS {
            let words = [words, &["--format", format]].concat();
            let ran = home.run(&words).refused_at_once(2);
            ran.says("json, jsonl, csv, tsv, md and html");
        }
    }
    assert!(!home.store().exists());
}
