//! keyroll against a real PostgreSQL, by the commands a user types and the example that ships.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod counterparts;

use std::fs;

use counterparts::postgresql::Postgresql;
use counterparts::roll::{HEALTH, LATER, Roll};

const ADMIN: &str = "admin-canary-9sW3kD";
const A: &str = "svc_import_hawthorne_a";
const B: &str = "svc_import_hawthorne_b";
const READ: &str = "SELECT id FROM orders.work_order;";

fn roll(more: &[(&str, &str)]) -> (Postgresql, Roll) {
    let server = Postgresql::start();
    server.root("ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf();");
    server.root(&format!("\\password keyroll_admin\n{ADMIN}\n{ADMIN}"));
    let endpoint = server.endpoint();
    let shipped = "postgresql://127.0.0.1:5432/maintenance";
    let texts = [&[(shipped, endpoint.as_str())], more].concat();
    let roll = Roll::of("postgresql", &texts, ADMIN);
    (server, roll)
}

fn reads(server: &Postgresql, role: &str, password: &str) -> bool {
    let said = server.ask(role, password, READ);
    assert!([0, 2].contains(&said.status), "{said:?}");
    said.status == 0
}

#[test]
fn two_roles_take_turns_and_the_old_one_is_refused() {
    let (server, roll) = roll(&[]);
    let first = roll.first();
    let second = roll.second();
    assert!(reads(&server, A, &first) && reads(&server, B, &second));
    let held = "refused, by a fresh logon and in a held session";
    roll.later().ok(0).says(held);
    assert!(!reads(&server, A, &first) && reads(&server, B, &second));
    assert_eq!(roll.stages(), ["revoked", "current"]);
    let third = roll.second();
    assert!(
        reads(&server, A, &third),
        "it is the first role's turn again"
    );
    roll.later().ok(0).says(held);
    assert!(!reads(&server, B, &second) && reads(&server, A, &third));
    let secrets = [ADMIN, &first, &second, &third];
    roll.holds_none_of(&secrets);
    let log = server.log();
    assert!(
        log.contains("ALTER USER svc_import_hawthorne_b PASSWORD 'SCRAM-SHA-256$"),
        "{log}"
    );
    assert!(!secrets.iter().any(|secret| log.contains(secret)));
}

#[test]
fn one_password_in_place_is_refused_from_then_on_and_so_is_the_session_that_was_held() {
    let (server, roll) = roll(&[
        ("rotation = \"two-roles\"", "rotation = \"in-place\""),
        // The role is the same: it must not be kept out.
        (
            "\"lock\", \"{previous.identity}\"",
            "\"end\", \"{previous.identity}\"",
        ),
        ("max-lag = \"1m\"", ""),
    ]);
    let first = roll.first();
    let mut held = server.session(A, &first);
    let ran = roll.run("rotate", &[]).ok(0);
    ran.says("refused, by a fresh logon and in a held session");
    assert_eq!(held.ask(READ), None);
    assert!(!reads(&server, A, &first) && reads(&server, A, &roll.secret()));
    assert_eq!(roll.stages(), ["revoked", "current"]);
}

#[test]
fn each_probe_shows_what_it_must() {
    let (_server, roll) = roll(&[]);
    roll.first();
    let expected = [
        "authenticate pass",
        "discover pass",
        "read pass",
        "foreign pass",
        "forbidden pass",
        "write pass",
    ];
    assert_eq!(roll.probes(), expected);
}

#[test]
fn a_grant_and_a_policy_too_many_are_found() {
    let (server, roll) = roll(&[]);
    roll.first();
    server.root(
        "GRANT SELECT (cost) ON orders.work_order TO import_hawthorne;
         CREATE POLICY all_sites ON orders.work_order FOR SELECT TO import_hawthorne USING (true);",
    );
    let expected = [
        "authenticate pass",
        "discover fail",
        "read pass",
        "foreign fail",
        "forbidden fail",
        "write pass",
    ];
    assert_eq!(roll.probes(), expected);
}

#[test]
fn a_write_that_was_to_be_refused_is_found_and_its_row_shown_to_have_changed() {
    let (server, roll) = roll(&[]);
    roll.first();
    server.root(
        "GRANT UPDATE (title) ON orders.work_order TO import_hawthorne;
         CREATE POLICY writes ON orders.work_order FOR UPDATE TO import_hawthorne USING (site = 'hawthorne');",
    );
    let probes = roll.probes();
    assert_eq!(probes[5], "write fail", "{probes:?}");
    let title = "SELECT title FROM orders.work_order WHERE id = 'WO-1001';";
    assert_eq!(server.root(title), "keyroll was here");
}

#[test]
fn a_server_that_is_gone_proves_nothing() {
    let (server, roll) = roll(&[]);
    roll.first();
    drop(server);
    assert_eq!(roll.probes()[0], "authenticate inconclusive");
    roll.run("test", &[]).ok(3);
}

#[test]
fn a_role_whose_sessions_go_on_is_possibly_live() {
    let (server, roll) = roll(&[("max-lag = \"1m\"", "")]);
    // A program that forgets the sessions.
    let program = roll.home.path().join("config/keyroll/programs/pg");
    let text = fs::read_to_string(&program).unwrap();
    let forgetful = text.replace("SELECT pg_terminate_backend(pid, 5000)", "SELECT pid");
    assert_ne!(forgetful, text);
    fs::write(&program, forgetful).unwrap();
    let first = roll.first();
    let second = roll.second();
    let ran = roll.later().ok(5);
    ran.says("a fresh logon is refused, a held session still accepted");
    assert!(!reads(&server, A, &first) && reads(&server, B, &second));
    assert_eq!(roll.stages(), ["possibly-live", "current"]);
    roll.home.run(&["check"]).ok(5);
}

/// A job that reads as the first role.
fn job(server: &Postgresql, roll: &Roll) -> String {
    let program = roll.home.path().join("config/keyroll/programs/pg");
    format!(
        "import subprocess, sys\nasked = [{program:?}, 'probe', {:?}, {A:?}, 'read', 'WO-1001']\n\
         sys.exit(subprocess.run(asked, input=secret, text=True, stdout=subprocess.DEVNULL).returncode)",
        server.endpoint(),
    )
}

#[test]
fn a_revoke_sees_the_job_fail_that_was_well() {
    let (server, roll) = roll(&[HEALTH]);
    let first = roll.first();
    roll.job(&first, &job(&server, &roll));
    let ran = roll.run("revoke", &[]).ok(0);
    ran.says("consumer/etl-01-import-hourly fails now, and was well before");
    assert!(!reads(&server, A, &first));
    assert_eq!(roll.stages(), ["revoked"]);
}

#[test]
fn an_emergency_in_the_middle_of_a_rotation_keeps_both_roles_out() {
    let (server, roll) = roll(&[]);
    let first = roll.first();
    let second = roll.second();
    let mut held =
        [(A, &first), (B, &second)].map(|(role, password)| server.session(role, password));
    let ran = roll.run("revoke", &["--emergency"]).ok(0);
    ran.says("version 1: REVOKED (refused, by a fresh logon and in a held session; ");
    assert!(!reads(&server, A, &first) && !reads(&server, B, &second));
    let asked = held.each_mut().map(|session| session.ask(READ));
    assert_eq!(asked, [None, None]);
    assert_eq!(roll.stages(), ["revoked", "revoked"]);
    roll.holds_none_of(&[ADMIN, &first, &second]);
}

#[test]
fn a_drill_takes_nothing_away() {
    let (server, roll) = roll(&[]);
    let first = roll.first();
    roll.run("revoke", &["--drill"])
        .ok(0)
        .says("the drill passed");
    assert!(reads(&server, A, &first));
    assert_eq!(roll.stages(), ["current"]);
}

#[test]
fn an_emergency_that_leaves_a_session_says_so_until_it_is_over() {
    let (server, roll) = roll(&[]);
    let program = roll.home.path().join("config/keyroll/programs/pg");
    let text = fs::read_to_string(&program).unwrap();
    fs::write(
        &program,
        text.replace("SELECT pg_terminate_backend(pid, 5000)", "SELECT pid"),
    )
    .unwrap();
    let first = roll.first();
    let mut held = server.session(A, &first);
    let ran = roll.run("revoke", &["--emergency", "--wait", "0"]).ok(5);
    ran.says("POSSIBLY LIVE");
    assert_eq!(held.ask(READ).as_deref(), Some("WO-1001"));
    assert!(!reads(&server, A, &first));
    roll.run("revoke", &["--resume", LATER]).ok(0);
    assert_eq!(roll.stages(), ["revoked"]);
}
