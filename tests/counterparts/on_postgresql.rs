//! PostgreSQL: roles as service accounts, row policies, column grants.

use crate::counterparts::postgresql::{Postgresql, Session};

const READ: &str = "SELECT id, site FROM orders.work_order;";
const A: &str = "svc_import_hawthorne_a";
const B: &str = "svc_import_hawthorne_b";

/// With a password for the first of the two roles.
fn server() -> Postgresql {
    let server = Postgresql::start();
    set(&server, A, "first-4kZ");
    server
}

/// As psql does it: the server is told a verifier.
fn set(server: &Postgresql, role: &str, password: &str) {
    server.root(&format!("\\password {role}\n{password}\n{password}"));
}

fn lock(server: &Postgresql, role: &str) {
    server.root(&format!("ALTER ROLE {role} NOLOGIN PASSWORD NULL;"));
}

fn end_sessions(server: &Postgresql, role: &str) {
    server.root(&format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{role}';"
    ));
}

fn reads(session: &mut Session) -> Option<String> {
    session.ask(READ)
}

#[test]
fn a_role_sees_its_rows_and_no_others_without_an_error() {
    let server = server();
    let ask = |sql: &str| server.ask(A, "first-4kZ", sql);
    assert_eq!(ask(READ).ok(), "WO-1001|hawthorne");
    // A foreign row is no error: it is as if it were not there.
    let one = |id: &str| format!("SELECT id FROM orders.work_order WHERE id = '{id}';");
    assert_eq!(ask(&one("WO-9001")).ok(), "");
    assert_eq!(ask(&one("WO-0000")).ok(), "");
}

#[test]
fn a_column_that_is_not_granted_and_a_write_are_refused() {
    let server = server();
    let ask = |sql: &str| server.ask(A, "first-4kZ", sql);
    for refused in [
        "SELECT cost FROM orders.work_order;",
        "SELECT * FROM orders.work_order;",
        "UPDATE orders.work_order SET title = 'x';",
        "DELETE FROM orders.work_order;",
        "CREATE TABLE mine (id int);",
    ] {
        let said = ask(refused);
        let state = if refused.starts_with("CREATE") {
            "3F000"
        } else {
            "42501"
        };
        assert!(said.refused(state), "{refused}: {said:?}");
    }
    let title = "SELECT title FROM orders.work_order WHERE id = 'WO-1001';";
    assert_eq!(server.root(title), "Grease press 01");
}

#[test]
fn a_foreign_write_is_answered_as_done_and_changes_nothing() {
    let server = server();
    server.root(
        "GRANT UPDATE (status) ON orders.work_order TO import_hawthorne;
         CREATE POLICY writes ON orders.work_order FOR UPDATE TO import_hawthorne USING (site = 'hawthorne');",
    );
    let write = |id: &str| {
        let sql = format!(
            "\\set QUIET off\nUPDATE orders.work_order SET status = 'done' WHERE id = '{id}';"
        );
        server.ask(A, "first-4kZ", &sql).ok()
    };
    assert!(write("WO-1001").ends_with("UPDATE 1"));
    // No error: only the count says that nothing was changed. A probe has to ask for the row.
    assert!(write("WO-9001").ends_with("UPDATE 0"));
    let status = "SELECT status FROM orders.work_order ORDER BY id;";
    assert_eq!(server.root(status), "done\nopen");
}

#[test]
fn one_role_has_one_password_and_a_held_session_outlives_it() {
    let server = server();
    let mut held = server.session(A, "first-4kZ");
    set(&server, A, "second-9qW");
    assert_eq!(server.ask(A, "first-4kZ", READ).status, 2);
    assert_eq!(server.ask(A, "second-9qW", READ).ok(), "WO-1001|hawthorne");
    assert_eq!(reads(&mut held).as_deref(), Some("WO-1001|hawthorne"));
}

#[test]
fn a_held_session_outlives_everything_but_its_end() {
    let server = server();
    let mut held = server.session(A, "first-4kZ");
    lock(&server, A);
    let refused = server.ask(A, "first-4kZ", READ);
    assert_eq!(refused.status, 2);
    assert!(
        refused.err.contains("password authentication failed"),
        "{refused:?}"
    );
    assert_eq!(reads(&mut held).as_deref(), Some("WO-1001|hawthorne"));
    server.root(&format!("ALTER ROLE {A} VALID UNTIL '2020-01-01';"));
    assert_eq!(reads(&mut held).as_deref(), Some("WO-1001|hawthorne"));
    // The right itself is asked for anew each time.
    server.root(&format!("REVOKE import_hawthorne FROM {A};"));
    assert_eq!(reads(&mut held).as_deref(), Some("42501"));
    server.root(&format!(
        "\\password {A}\nthird-7vN\nthird-7vN\nALTER ROLE {A} LOGIN VALID UNTIL 'infinity';"
    ));
    let fresh = server.ask(A, "third-7vN", READ);
    assert!(
        fresh.err.contains("permission denied for database"),
        "{fresh:?}"
    );
    server.root(&format!("GRANT import_hawthorne TO {A};"));
    assert_eq!(reads(&mut held).as_deref(), Some("WO-1001|hawthorne"));
    end_sessions(&server, A);
    assert_eq!(reads(&mut held), None);
}

#[test]
fn a_dropped_role_leaves_a_session_without_rights() {
    let server = server();
    let mut held = server.session(A, "first-4kZ");
    server.root(&format!("DROP ROLE {A};"));
    assert_eq!(server.ask(A, "first-4kZ", READ).status, 2);
    assert_eq!(reads(&mut held).as_deref(), Some("42501"));
}

#[test]
fn two_roles_in_turn_give_an_overlap() {
    let server = server();
    set(&server, B, "second-9qW");
    let out = server.ask(B, "second-9qW", READ);
    assert!(out.err.contains("is not permitted to log in"), "{out:?}");
    server.root(&format!("ALTER ROLE {B} LOGIN;"));
    for (role, password) in [(A, "first-4kZ"), (B, "second-9qW")] {
        assert_eq!(server.ask(role, password, READ).ok(), "WO-1001|hawthorne");
    }
    lock(&server, A);
    assert_eq!(server.ask(A, "first-4kZ", READ).status, 2);
    assert_eq!(server.ask(B, "second-9qW", READ).ok(), "WO-1001|hawthorne");
}

#[test]
fn the_admin_sets_passwords_and_ends_sessions_and_reads_nothing() {
    let server = server();
    set(&server, "keyroll_admin", "admin-2mB");
    let admin = |sql: &str| server.ask("keyroll_admin", "admin-2mB", sql);
    assert!(admin(READ).refused("42501"));
    assert!(admin("ALTER ROLE postgres PASSWORD 'x';").refused("42501"));
    admin(&format!("\\password {A}\nsecond-9qW\nsecond-9qW")).ok();
    let mut held = server.session(A, "second-9qW");
    let end = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{A}';"
    );
    assert_eq!(admin(&end).ok(), "t");
    assert_eq!(reads(&mut held), None);
}

#[test]
fn no_password_reaches_the_log() {
    let server = server();
    server.root("ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf();");
    set(&server, A, "second-9qW");
    server.ask(A, "second-9qW", READ).ok();
    let log = server.log();
    assert!(log.contains("SCRAM-SHA-256$4096:"), "{log}");
    assert!(!log.contains("second-9qW"));
}
