//! The main job from end to end, through the program, and what the sqlite3 shell can do to its store.

use std::path::Path;
use std::process::{Command, Output};

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().expect("a scratch folder"))
    }

    fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_keyroll"))
            .args(line.split_whitespace())
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("HOME", self.0.path())
            .env("KEYROLL_STORE", self.store())
            .output()
            .expect("keyroll runs")
    }

    fn store(&self) -> std::path::PathBuf {
        self.0.path().join("roll.db")
    }

    /// Runs a command that must end with a status, and gives what it printed.
    fn ends(&self, line: &str, status: i32) -> String {
        let output = self.run(line);
        assert_eq!(
            output.status.code(),
            Some(status),
            "keyroll {line}: {output:?}"
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

/// Changes a store behind keyroll's back.
fn sqlite3(store: &Path, sql: &str) {
    let output = Command::new("sqlite3").arg(store).arg(sql).output();
    let output = output.unwrap_or_else(|error| panic!("sqlite3: {error}; is it installed?"));
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_inventory_is_validated_applied_and_checked_today_and_a_year_later() {
    let home = Home::new();
    home.ends("validate examples/femo-with-faults", 4);
    home.ends("init --no-secrets", 0);
    home.ends("apply examples/femo --yes", 0);
    home.ends("import facts examples/femo/facts.jsonl", 0);
    assert_eq!(home.ends("check --as-of 2026-11-22", 0), "");
    let late = home.ends("check --as-of 2027-11-22", 4);
    assert!(late.contains("rotation-overdue") && late.contains("credential-expired"));
    home.ends("check --as-of 2027-11-22 --fail-on never", 0);
    home.ends("audit verify", 0);
}

#[test]
fn one_byte_changed_with_the_sqlite3_shell_is_named_with_exit_5() {
    for (sql, named) in [
        (
            "update account set purpose = replace(purpose, 'Pull', 'pull') where id like 'unicmms%'",
            "account/unicmms",
        ),
        (
            "update event set actor = actor || 'x' where sequence = 7",
            "event 7",
        ),
        ("delete from event where sequence = 9", "event 10"),
        (
            "update person set left_on = '2026-01-01' where id = 'cy-chen'",
            "person/cy-chen",
        ),
        (
            "delete from account_consumer where account like 'unicmms%'",
            "account/",
        ),
    ] {
        let home = Home::new();
        home.ends("init --no-secrets", 0);
        home.ends("apply examples/femo --yes", 0);
        sqlite3(&home.store(), sql);
        let said = home.ends("audit verify", 5);
        assert!(said.contains(named), "{sql}: {said}");
    }
}

#[test]
fn what_is_exported_is_no_change_when_it_is_applied_again() {
    let home = Home::new();
    home.ends("init --no-secrets", 0);
    home.ends("apply examples/femo --yes", 0);
    let folder = home.0.path().join("export");
    home.ends(&format!("export --output {}", folder.display()), 0);
    home.ends(&format!("plan {} --prune --exit-code", folder.display()), 0);
    home.ends(
        &format!("validate {} --pedantic --fail-on warning", folder.display()),
        0,
    );
}

#[test]
fn a_change_never_hides_that_its_record_was_tampered_with() {
    let home = Home::new();
    home.ends("init --no-secrets", 0);
    home.ends("apply examples/brookfield --yes", 0);
    sqlite3(
        &home.store(),
        "update person set email = 'mallory@example.org' where id = 'bo-berg'",
    );
    sqlite3(
        &home.store(),
        "update consumer set host = 'planted' where id = 'sync-plant1'",
    );
    home.ends("person set bo-berg name=Bo", 5);
    home.ends("consumer set sync-plant1 host=x", 5);
    home.ends("consumer remove sync-plant1 --yes", 5);
    home.ends("person set ana-lima name=Ana", 0);
    assert!(home.ends("audit verify", 5).contains("person/bo-berg"));
    sqlite3(&home.store(), "drop table waiver");
    home.ends("audit verify", 5);
}

#[test]
fn a_fact_that_has_not_happened_is_refused() {
    let home = Home::new();
    home.ends("init --no-secrets", 0);
    home.ends("apply examples/brookfield --yes", 0);
    let file = home.0.path().join("facts.jsonl");
    let account = "unicmms-production-status-sync-plant1";
    let fact =
        format!(r#"{{"fact":"issued","account":"{account}","version":1,"on":"2030-01-01"}}"#);
    std::fs::write(&file, fact).expect("a file can be written");
    home.ends(
        &format!("import facts {} --as-of 2029-12-30", file.display()),
        4,
    );
    home.ends(
        &format!("import facts {} --as-of 2030-01-01", file.display()),
        0,
    );
}
