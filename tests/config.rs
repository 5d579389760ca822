//! Which configuration counts, and what it changes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::path::Path;

use binary::{EXAMPLE, Home};

/// A rule that the example breaks once this is set.
const STRICT: &str = "[organisation]\nmax-lifetime = \"1d\"\n";

fn validated_in(home: &Home, folder: &str, more: &[&str]) -> binary::Ran {
    let mut command = home.command(&["validate", EXAMPLE, "--fail-on", "warning"]);
    command.args(more).current_dir(home.path().join(folder));
    binary::finish(command)
}

#[test]
fn the_nearest_configuration_counts_up_to_the_root_of_the_repository() {
    let home = Home::new();
    home.file("repository/deep/deeper/here", "");
    home.file("repository/.git/HEAD", "");
    validated_in(&home, "repository/deep/deeper", &[]).ok(0);
    home.file("repository/keyroll.toml", STRICT);
    let found = validated_in(&home, "repository/deep/deeper", &[]).ok(3);
    assert!(found.stdout.contains("lifetime-over-policy"), "{found:?}");
    validated_in(&home, "repository/deep/deeper", &["--no-config"]).ok(0);
    home.file("repository/deep/keyroll.toml", "");
    validated_in(&home, "repository/deep/deeper", &[]).ok(0);
    // What lies above the repository is somebody else's.
    home.file("other/.git/HEAD", "");
    home.file("keyroll.toml", STRICT);
    validated_in(&home, "other", &[]).ok(0);
}

#[test]
fn without_a_repository_only_the_configuration_of_the_folder_counts() {
    let home = Home::new();
    home.file("keyroll.toml", STRICT);
    home.file("deep/deeper/here", "");
    validated_in(&home, "deep/deeper", &[]).ok(0);
    home.file("deep/deeper/keyroll.toml", STRICT);
    validated_in(&home, "deep/deeper", &[]).ok(3);
}

#[test]
fn a_link_is_followed_where_it_was_named_and_not_where_it_was_found() {
    let home = Home::new();
    let secret = home.file("elsewhere/private", "hunter2-and-more = [\n");
    std::os::unix::fs::symlink(&secret, home.path().join("keyroll.toml")).unwrap();
    let refused = validated_in(&home, ".", &[]).ok(2);
    assert!(refused.stderr.contains("symbolic link"), "{refused:?}");
    assert!(!refused.stderr.contains("hunter2"), "{refused:?}");
    let strict = home.file("dotfiles/strict.toml", STRICT);
    let link = home.path().join("linked.toml");
    std::os::unix::fs::symlink(strict, &link).unwrap();
    validated_in(&home, ".", &["--config", link.to_str().unwrap()]).ok(3);
}

#[test]
fn a_store_is_not_judged_by_what_lies_in_a_folder() {
    let home = Home::filled();
    let check = ["check", "--fail-on", "warning", "--as-of", "2026-11-22"];
    let before = home.run(&check).ok(0);
    home.file("keyroll.toml", STRICT);
    assert_eq!(home.run(&check).ok(0).stdout, before.stdout);
    home.file("config/keyroll/keyroll.toml", STRICT);
    let found = home.run(&check).ok(3);
    assert!(found.stdout.contains("lifetime-over-policy"), "{found:?}");
}

#[test]
fn a_word_of_the_command_line_stands_over_the_configuration() {
    let home = Home::new();
    let text =
        format!("fail-on = \"never\"\n{STRICT}[severity]\nlifetime-over-policy = \"error\"\n");
    home.file("keyroll.toml", text);
    home.run(&["validate", EXAMPLE]).ok(0);
    home.run(&["validate", EXAMPLE, "--fail-on", "error"]).ok(4);
    let lower = "lifetime-over-policy=info";
    home.run(&[
        "validate",
        EXAMPLE,
        "--fail-on",
        "error",
        "--severity",
        lower,
    ])
    .ok(0);
    let without = "lifetime-over-policy";
    home.run(&[
        "validate",
        EXAMPLE,
        "--fail-on",
        "error",
        "--ignore",
        without,
    ])
    .ok(0);
}

#[test]
fn a_configuration_is_no_inventory_and_changes_what_levels_demand() {
    let home = Home::new();
    let text = "[[requirement]]\ncatalog = \"unicmms\"\nlevel = \"read-only-import\"\n\
        permission = \"asset/view-assets\"\nneed = \"forbidden\"\nwhy = \"nobody looks\"\n";
    let folder = home.path().join("inventory");
    for name in ["inventory.toml", "glossaries/maintainx.toml"] {
        let source = Path::new(EXAMPLE).join(name);
        if source.exists() {
            home.file(&format!("inventory/{name}"), std::fs::read(source).unwrap());
        }
    }
    home.file("inventory/keyroll.toml", text);
    let mut command = home.command(&["validate", "."]);
    command.current_dir(&folder);
    let found = binary::finish(command).ok(4);
    assert!(found.stdout.contains("nobody looks"), "{found:?}");
    assert!(!found.stdout.contains("malformed"), "{found:?}");
}

/// An inventory with one error.
fn without_purpose(home: &Home) -> String {
    let text = std::fs::read_to_string("tests/rules/missing-purpose/bad.toml").unwrap();
    home.file("inventory.toml", text);
    home.path().join("inventory.toml").display().to_string()
}

#[test]
fn what_the_baseline_accepts_is_applied() {
    let home = Home::new();
    let inventory = without_purpose(&home);
    home.run(&["init", "--no-secrets"]).ok(0);
    home.run(&["apply", &inventory, "--yes"]).ok(4);
    home.run(&["validate", &inventory, "--write-baseline", "known.jsonl"])
        .ok(0);
    home.file("keyroll.toml", "baseline = \"known.jsonl\"\n");
    home.run(&["validate", &inventory]).ok(0);
    home.run(&["apply", &inventory, "--yes", "--no-config"])
        .ok(4);
    home.run(&["apply", &inventory, "--yes"]).ok(0);
}

#[test]
fn a_baseline_is_replaced_as_it_is_read() {
    let home = Home::new();
    let inventory = without_purpose(&home);
    let write = ["validate", &inventory, "--write-baseline", "known.jsonl"];
    // Larger than a file of an inventory may be, and no larger than a baseline.
    let large = format!("{{\"keyroll-baseline\":1}}\n{}", "\n".repeat(5 << 20));
    home.file("known.jsonl", large);
    home.run(&write).ok(0);
    std::fs::rename(
        home.path().join("known.jsonl"),
        home.path().join("elsewhere.jsonl"),
    )
    .unwrap();
    std::os::unix::fs::symlink("elsewhere.jsonl", home.path().join("known.jsonl")).unwrap();
    let refused = home.run(&write).ok(2);
    assert!(refused.stderr.contains("symbolic link"), "{refused:?}");
}

#[test]
fn what_cannot_be_mended_is_no_success() {
    let home = Home::new();
    let inventory = without_purpose(&home);
    home.run(&["validate", &inventory, "--fix", "--diff"]).ok(3);
    std::fs::create_dir(home.path().join("empty")).unwrap();
    std::os::unix::fs::symlink(&inventory, home.path().join("link.toml")).unwrap();
    for (name, why) in [
        ("empty", "no `*.toml` file"),
        ("link.toml", "symbolic link"),
    ] {
        let ran = home.run(&["validate", name, "--fix", "--diff"]).ok(4);
        assert!(ran.stderr.contains(why), "{ran:?}");
    }
    for more in [["--format", "json"], ["--write-baseline", "known.jsonl"]] {
        let words = ["validate", &inventory, "--fix", "--diff", more[0], more[1]];
        home.run(&words).ok(2);
    }
}

#[test]
fn a_baseline_lies_beside_the_configuration_that_names_it() {
    let home = Home::new();
    let written = home
        .run(&["validate", EXAMPLE, "--write-baseline", "known.jsonl"])
        .ok(0);
    assert!(written.stderr.contains("known.jsonl"), "{written:?}");
    for (name, status) in [
        ("known.jsonl", 0),
        ("../known.jsonl", 2),
        ("/etc/passwd", 2),
        (".", 2),
    ] {
        home.file("keyroll.toml", format!("baseline = \"{name}\"\n"));
        let ran = home.run(&["validate", EXAMPLE]).ok(status);
        assert!(!ran.stderr.contains("root"), "{ran:?}");
    }
}
