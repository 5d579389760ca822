//! What the audit trail is made of never changes silently: digests of every kind of record are pinned here. And whoever may
//! write the store's file cannot change its past unseen, however well he knows the form.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod samples;

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use binary::{Home, as_nobody, finish};
use keyroll::audit::tree::{Tree, leaf_hash};
use keyroll::audit::{EventView, GENESIS, hash_view, hex, record_digest};
use keyroll::model::record::Kind;
use keyroll::secrets::AuditKey;
use rusqlite::Connection;

/// A line that changes breaks every store that was ever written.
const PINNED: &str = include_str!("samples/digests.txt");

const ONE: &str = "unicmms-production-status-sync-plant1";

#[test]
fn the_digest_of_a_record_of_every_kind_never_changes() {
    let records = samples::records();
    for kind in Kind::ALL {
        assert!(
            records.iter().any(|record| record.kind() == *kind),
            "a sample of {kind}"
        );
    }
    let digests: String = records
        .iter()
        .map(|record| format!("{}  {}\n", hex(&record_digest(record)), record.id()))
        .collect();
    assert_eq!(digests, PINNED, "\n{digests}");
}

/// A home whose last event tells of something that left no other trace: the roll was exported.
fn exported() -> Home {
    let home = Home::filled();
    home.run(&["export", "--output", "out"]).ok(0);
    home
}

fn with_key(home: &Home) -> String {
    let ran = home.run(&["audit", "key", "new", "--file"]).ok(0);
    ran.stdout.trim().to_owned()
}

fn edit(home: &Home, sql: &str) {
    let db = Connection::open(home.store()).unwrap();
    db.execute_batch(sql).unwrap();
}

/// Makes every hash and the tree fit what the events say now, as somebody does who knows the form and has no key.
fn refit(home: &Home) {
    let db = Connection::open(home.store()).unwrap();
    let sql = "SELECT sequence, format, at, actor, host, command, reason, record, action, change, after FROM event
        ORDER BY sequence";
    let (mut tree, mut previous, mut scratch) = (Tree::default(), GENESIS, Vec::new());
    let mut statement = db.prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let text = |at: usize| row.get::<_, String>(at).unwrap();
        let [at, actor, host, command, record, action, change] = [2, 3, 4, 5, 7, 8, 9].map(text);
        let reason: Option<String> = row.get(6).unwrap();
        let after: Option<Vec<u8>> = row.get(10).unwrap();
        let sequence: i64 = row.get(0).unwrap();
        let view = EventView {
            format: row.get(1).unwrap(),
            sequence: sequence.try_into().unwrap(),
            at: &at,
            actor: &actor,
            host: &host,
            command: &command,
            reason: reason.as_deref(),
            record: &record,
            action: &action,
            change: &change,
            after: after.as_deref(),
            previous: &previous,
        };
        let hash = hash_view(&view, &mut scratch);
        tree.push(leaf_hash(&hash));
        db.execute(
            "UPDATE event SET previous = ?1, hash = ?2 WHERE sequence = ?3",
            rusqlite::params![previous, hash, sequence],
        )
        .unwrap();
        previous = hash;
    }
    let size = i64::try_from(tree.size()).unwrap();
    db.execute(
        "UPDATE tree SET size = ?1, head = ?2, nodes = ?3",
        rusqlite::params![size, previous, tree.nodes().concat()],
    )
    .unwrap();
}

const CUT: &str = "DELETE FROM event WHERE sequence = (SELECT max(sequence) FROM event)";
const REWRITE: &str = "UPDATE event SET actor = 'somebody else' WHERE sequence = 3";

fn forget_what_was_seen(home: &Home) {
    fs::remove_dir_all(home.path().join("state/keyroll/seen")).unwrap();
}

#[test]
fn an_end_that_was_cut_off_is_seen_and_nothing_is_written_over_it() {
    let home = exported();
    edit(&home, CUT);
    let ran = home.run(&["audit", "verify"]).ok(5);
    assert!(ran.stdout.contains("the end was cut off"), "{ran:#?}");
    home.run(&["rotation", "set", "every-60-days", "warn=6d"])
        .refused(5)
        .says("behind keyroll's back");
}

#[test]
fn an_end_that_was_cut_off_with_everything_made_to_fit_is_seen_by_who_wrote_last() {
    let home = exported();
    edit(&home, CUT);
    refit(&home);
    let ran = home.run(&["audit", "verify"]).ok(5);
    assert!(
        ran.stdout.contains("what was last seen here is of"),
        "{ran:#?}"
    );
    assert!(ran.stderr.contains("--accept"), "{ran:#?}");
    // A write goes on, and says so; what was seen stays what was seen.
    let write = |to: &str| home.run(&["rotation", "set", "every-60-days", to]).ok(0);
    write("warn=6d").says("not the one that was last seen here");
    write("warn=8d").says("not the one that was last seen here");
    home.run(&["audit", "verify"]).ok(5);
    home.run(&["audit", "verify", "--accept", "--yes"]).ok(0);
    home.run(&["audit", "verify"]).ok(0);
    let ran = write("warn=9d");
    assert!(!ran.stderr.contains("warning"), "{ran:#?}");
}

#[test]
fn a_trail_written_anew_with_fitting_hashes_is_seen_by_who_wrote_last() {
    let home = exported();
    edit(&home, REWRITE);
    home.run(&["audit", "verify"]).ok(5).says("event 3");
    refit(&home);
    let ran = home.run(&["audit", "verify"]).ok(5);
    assert!(ran.stdout.contains("was written anew"), "{ran:#?}");
    // Without what was seen, a key or a checkpoint, there is nothing to see: this is what those are for.
    forget_what_was_seen(&home);
    home.run(&["audit", "verify"]).ok(0);
}

#[test]
fn a_trail_written_anew_or_cut_off_does_not_fit_what_was_signed() {
    for sql in [CUT, REWRITE] {
        let home = Home::filled();
        let key = with_key(&home);
        home.run(&["export", "--output", "out"]).ok(0);
        let ran = home.run(&["audit", "verify"]).ok(0);
        assert!(ran.stderr.contains("all of it"), "{ran:#?}");
        home.run(&["audit", "checkpoint", "--out", "kept.txt"])
            .ok(0);
        edit(&home, sql);
        refit(&home);
        forget_what_was_seen(&home);
        let ran = home.run(&["audit", "verify"]).ok(5);
        assert!(
            ran.stdout.contains("the kept checkpoint of `keyroll/"),
            "{ran:#?}"
        );
        // The next honest write does not put its signature over it, here nor seen from another host.
        home.run(&["rotation", "set", "every-60-days", "warn=6d"])
            .ok(0)
            .says("does not go on from the kept checkpoint")
            .says("nothing is signed");
        let ran = elsewhere(&home)
            .run(&["audit", "verify", "--key", &key])
            .ok(5);
        assert!(
            ran.stdout.contains("the kept checkpoint of `keyroll/"),
            "{ran:#?}"
        );
        // One who takes that out as well is seen by whoever holds a checkpoint.
        edit(&home, "DELETE FROM checkpoint");
        home.run(&["audit", "verify"])
            .ok(0)
            .says("no event is signed");
        let words = ["audit", "verify", "--checkpoint", "kept.txt", "--key", &key];
        let ran = home.run(&words).ok(5);
        assert!(ran.stdout.contains("`kept.txt`"), "{ran:#?}");
    }
}

/// Another host, that has the store and knows nothing of it.
fn elsewhere(home: &Home) -> Home {
    let copy = Home::new();
    let path = copy.store();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    binary::set_mode(path.parent().unwrap(), 0o700);
    fs::copy(home.store(), &path).unwrap();
    binary::set_mode(&path, 0o600);
    copy
}

const SET: &[&str] = &["rotation", "set", "every-60-days"];

fn set(home: &Home, to: &str) -> binary::Ran {
    home.run(&[SET, &[to]].concat()).ok(0)
}

#[test]
fn what_was_rewritten_is_signed_by_nobody_however_it_is_asked_for() {
    let home = Home::filled();
    let key = with_key(&home);
    set(&home, "warn=6d");
    edit(&home, REWRITE);
    refit(&home);
    set(&home, "warn=8d")
        .says("not the one that was last seen here")
        .says("nothing is signed");
    for words in [
        &["audit", "checkpoint", "--out", "new"][..],
        &["audit", "prove", "2", "--out", "new"],
        &["report", "handoff", "--out", "new"],
    ] {
        let ran = home.run(words).ok(5);
        assert!(ran.stderr.contains("nothing was signed"), "{ran:#?}");
        assert!(!home.path().join("new").exists(), "{words:?}");
    }
    let there = elsewhere(&home);
    there.run(&["audit", "verify", "--key", &key]).ok(5);
    // Neither does the trail say that the roll left: one more event would only cover the place.
    home.run(&["export", "--output", "out"])
        .ok(0)
        .says("not noted in the audit trail");
}

/// Runs with the key named, as a service does: whatever the store calls itself.
fn with_named_key(home: &Home, args: &[&str]) -> binary::Ran {
    let keys = fs::read_dir(home.path().join("config/keyroll/audit-keys")).unwrap();
    let mut keys = keys.map(|entry| entry.unwrap().path());
    let key = keys.find(|path| path.extension().is_some_and(|it| it == "key"));
    let mut command = home.command(args);
    command.env("KEYROLL_AUDIT_KEY", key.unwrap());
    finish(command)
}

#[test]
fn nothing_but_a_uuid_is_signed_as_the_name_of_a_store() {
    let home = Home::filled();
    with_key(&home);
    // What stands behind it would be taken for the size and the root of the trail with the real name.
    let forged = "\\n7\\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let db = Connection::open(home.store()).unwrap();
    let sql = "UPDATE event SET change = replace(change, '\"}]', ?1 || '\"}]') WHERE sequence = 1";
    assert_eq!(db.execute(sql, [forged]).unwrap(), 1);
    let named: String = db
        .query_row("SELECT change FROM event WHERE sequence = 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(named.contains(forged), "{named}");
    db.execute("DELETE FROM checkpoint", []).unwrap();
    drop(db);
    refit(&home);
    forget_what_was_seen(&home);
    with_named_key(&home, &[SET, &["warn=6d"]].concat())
        .ok(0)
        .says("nothing is signed nor noted");
    with_named_key(&home, &["audit", "checkpoint"]).refused(5);
    let db = Connection::open(home.store()).unwrap();
    let kept: i64 = db
        .query_row("SELECT count(*) FROM checkpoint", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 0);
}

#[test]
fn another_store_in_its_place_is_seen_and_not_signed() {
    let home = Home::filled();
    with_key(&home);
    set(&home, "warn=6d");
    fs::copy(exported().store(), home.store()).unwrap();
    for words in [&["audit", "verify"][..], &["doctor"]] {
        home.run(words).ok(5);
    }
    with_named_key(&home, &[SET, &["warn=8d"]].concat())
        .ok(0)
        .says("not the one that was last seen here")
        .says("nothing is signed");
    with_named_key(&home, &["audit", "checkpoint"]).refused(5);
    home.run(&["audit", "verify", "--accept", "--yes"]).ok(0);
    home.run(&["audit", "verify"]).ok(0);
    fs::remove_file(home.store()).unwrap();
    home.run(&["init", "--no-secrets"])
        .ok(0)
        .says("another store stood in this place");
    home.run(&["audit", "verify"]).ok(0);
}

#[test]
fn what_cannot_be_noted_or_told_of_the_trail_is_said_and_holds_nothing_up() {
    let home = Home::filled();
    with_key(&home);
    let found = home.run(&["check"]).stdout;
    binary::set_mode(home.path().join("config/keyroll/audit-keys"), 0o777);
    let ran = home.run(&["check"]).says("cannot be told");
    assert_eq!(ran.stdout, found);
    binary::set_mode(home.path().join("config/keyroll/audit-keys"), 0o700);
    forget_what_was_seen(&home);
    fs::write(home.path().join("state/keyroll/seen"), "").unwrap();
    set(&home, "warn=6d").says("is not noted here");
    let told = home.run(&["doctor"]).ok(3).stdout;
    assert!(told.contains("put back is not seen here"), "{told}");
}

#[test]
fn a_pack_of_a_rewritten_store_says_so() {
    let home = exported();
    edit(&home, REWRITE);
    refit(&home);
    let ran = home.run(&["report", "handoff", "--format", "json"]).ok(5);
    assert!(
        ran.stderr.contains("integrity broken: in 1 place"),
        "{ran:#?}"
    );
    home.run(&["report", "handoff", "--out", "pack"]).ok(5);
}

#[test]
fn a_key_that_nobody_here_knows_signs_nothing_for_us() {
    let home = Home::filled();
    with_key(&home);
    set(&home, "warn=6d");
    let stranger = AuditKey::generate("keyroll/stranger").unwrap();
    let path = home.file("stranger.key", stranger.text().expose());
    binary::set_mode(path, 0o600);
    let mut theirs = home.command(&[SET, &["warn=8d"]].concat());
    theirs.env("KEYROLL_AUDIT_KEY", "stranger.key");
    finish(theirs).ok(0);
    home.run(&["doctor"]).says("unsigned at the end: 1");
    home.run(&["check"])
        .says("unsigned at the end of the audit trail: 1 event");
    // What a row says of itself counts for nothing, either.
    edit(&home, "UPDATE checkpoint SET size = 99999");
    let ran = home.run(&["check"]);
    assert!(!ran.stderr.contains("unsigned"), "{ran:#?}");
    home.run(&["audit", "verify"]).ok(5);
}

#[test]
fn a_kept_checkpoint_that_was_taken_out_is_missed_by_who_signed_last() {
    let home = Home::filled();
    with_key(&home);
    set(&home, "warn=6d");
    edit(&home, "DELETE FROM checkpoint");
    let gone = || {
        let ran = home.run(&["audit", "verify"]).ok(5);
        assert!(ran.stdout.contains("is gone"), "{ran:#?}");
    };
    gone();
    set(&home, "warn=8d").says("is gone");
    gone();
    home.run(&["audit", "verify", "--accept", "--yes"]).ok(0);
    set(&home, "warn=9d");
    let ran = home.run(&["audit", "verify"]).ok(0);
    assert!(ran.stderr.contains("all of it"), "{ran:#?}");
}

#[test]
fn what_was_seen_and_cannot_be_read_is_not_taken_for_nothing() {
    let home = Home::filled();
    set(&home, "warn=6d");
    let folder = home.path().join("state/keyroll/seen");
    let mark = fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    for (garbled, to) in [("", "warn=8d"), ("nonsense\n", "warn=9d")] {
        fs::write(&mark, garbled).unwrap();
        let ran = home.run(&["audit", "verify"]).ok(5);
        assert!(ran.stdout.contains("cannot be read"), "{ran:#?}");
        // It stays for whoever looks.
        set(&home, to).says("cannot be read");
        assert_eq!(fs::read_to_string(&mark).unwrap(), garbled);
        home.run(&["audit", "verify", "--accept", "--yes"]).ok(0);
        home.run(&["audit", "verify"]).ok(0);
    }
}

#[test]
fn a_key_is_made_only_where_it_can_be_noted_and_only_our_own_notes_are_trusted() {
    let home = Home::filled();
    with_key(&home);
    let folder = home.path().join("config/keyroll/audit-keys");
    let find = |ending: &str| {
        let mut files = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|it| it == ending))
    };
    let public = find("pub").unwrap();
    fs::remove_file(find("key").unwrap()).unwrap();
    let was = fs::read_to_string(&public).unwrap();
    fs::write(&public, "nonsense\n").unwrap();
    home.run(&["audit", "key", "new", "--file"])
        .refused(1)
        .says("nothing was made");
    assert_eq!(find("key"), None);
    fs::write(&public, "").unwrap();
    home.run(&["audit", "verify"])
        .refused(1)
        .says("there is no key in it");
    fs::write(&public, was).unwrap();
    binary::set_mode(&public, 0o666);
    for words in [&["audit", "verify"][..], &["audit", "key", "new", "--file"]] {
        home.run(words).refused(4).says("are not trusted");
    }
    assert_eq!(find("key"), None);
    binary::set_mode(&public, 0o600);
    home.run(&["audit", "verify"]).ok(0);
}

#[test]
fn a_kept_checkpoint_that_somebody_without_the_key_made_is_seen() {
    let home = Home::filled();
    with_key(&home);
    home.run(&["rotation", "set", "every-60-days", "warn=6d"])
        .ok(0);
    edit(&home, REWRITE);
    refit(&home);
    forget_what_was_seen(&home);
    // The right size and root under the old signature.
    let db = Connection::open(home.store()).unwrap();
    let note: String = db
        .query_row("SELECT note FROM checkpoint", [], |row| row.get(0))
        .unwrap();
    let other = Home::filled();
    with_key(&other);
    other
        .run(&["rotation", "set", "every-60-days", "warn=6d"])
        .ok(0);
    let foreign: String = Connection::open(other.store())
        .unwrap()
        .query_row("SELECT note FROM checkpoint", [], |row| row.get(0))
        .unwrap();
    let signature = note.lines().last().unwrap();
    let text: String = foreign
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    let forged = format!("{text}\n{signature}\n");
    db.execute("UPDATE checkpoint SET note = ?1", [forged])
        .unwrap();
    home.run(&["audit", "verify"])
        .ok(5)
        .says("is not of this text");
}

#[test]
fn a_store_put_back_to_an_older_state_is_seen() {
    let home = Home::filled();
    home.run(&["rotation", "set", "every-60-days", "warn=6d"])
        .ok(0);
    let older = fs::read(home.store()).unwrap();
    home.run(&["rotation", "set", "every-60-days", "warn=8d"])
        .ok(0);
    fs::write(home.store(), &older).unwrap();
    let ran = home.run(&["audit", "verify"]).ok(5);
    assert!(
        ran.stdout.contains("an older store was put in its place"),
        "{ran:#?}"
    );
    home.run(&["rotation", "set", "every-60-days", "warn=9d"])
        .ok(0)
        .says("an older store");
    // As many events as were seen, but others.
    home.run(&["audit", "verify"])
        .ok(5)
        .says("was written anew");
    home.run(&["doctor"]).ok(5).says("keyroll audit verify");
}

#[test]
fn a_backup_that_was_restored_on_purpose_is_the_one_to_go_on_from() {
    let home = Home::with_secrets();
    home.run(&["backup", "b.age"]).ok(0);
    home.run(&["rotation", "set", "every-60-days", "warn=8d"])
        .ok(0);
    // Elsewhere first, to try it: that says nothing of the one in its place.
    home.run(&["restore", "b.age", "--store", "tried/roll.db"])
        .ok(0);
    home.run(&["audit", "verify"]).ok(0);
    home.run(&["audit", "verify", "--store", "tried/roll.db"])
        .ok(0);
    for file in [home.store(), home.store().with_extension("db.lock")] {
        let _ = fs::remove_file(file);
    }
    home.run(&["restore", "b.age"]).ok(0);
    home.run(&["audit", "verify"]).ok(0);
    let ran = home
        .run(&["rotation", "set", "every-60-days", "warn=9d"])
        .ok(0);
    assert!(!ran.stderr.contains("last seen"), "{ran:#?}");
}

#[test]
fn an_event_is_proven_to_somebody_who_has_the_key_and_no_store() {
    let home = Home::filled();
    let key = with_key(&home);
    for event in ["1", "2", "7"] {
        let file = format!("{event}.tlog-proof");
        home.run(&["audit", "prove", event, "--out", &file]).ok(0);
        let elsewhere = Home::new();
        let proof = fs::read_to_string(home.path().join(&file)).unwrap();
        let words = ["audit", "verify-proof", "p", "--key", &key];
        elsewhere.file("p", &proof);
        elsewhere.run(&words).ok(0).says("proven: event");
        let without = ["audit", "verify-proof", "p"];
        elsewhere.run(&without).refused(4).says("--key");
        // Another place, another event, another trail.
        let place = format!("index {}", event.parse::<u64>().unwrap() - 1);
        elsewhere.file("p", proof.replace(&place, "index 5"));
        elsewhere.run(&words).refused(5);
        elsewhere.file("p", proof.replace("extra AQAAA", "extra AgAAA"));
        elsewhere.run(&words).refused(5);
        let size = proof.lines().nth_back(4 - 1).unwrap().to_owned();
        elsewhere.file("p", proof.replace(&format!("\n{size}\n"), "\n99\n"));
        elsewhere.run(&words).refused(5);
        elsewhere.file("p", "c2sp.org/tlog-proof@v1\n");
        elsewhere.run(&words).refused(5);
        elsewhere.file("p", "c2sp.org/tlog-proof@v2\n");
        elsewhere.run(&words).refused(2);
    }
    home.run(&["audit", "prove", "999"]).refused(2);
    home.run(&["audit", "checkpoint", "--out", "now.txt"]).ok(0);
    let held = [
        "audit",
        "verify-proof",
        "2.tlog-proof",
        "--checkpoint",
        "now.txt",
    ];
    home.run(&held).ok(0);
    home.run(&["rotation", "set", "every-60-days", "warn=8d"])
        .ok(0);
    home.run(&["audit", "checkpoint", "--out", "later.txt"])
        .ok(0);
    home.run(&[
        "audit",
        "verify",
        "--checkpoint",
        "now.txt",
        "--checkpoint",
        "later.txt",
    ])
    .ok(0)
    .says("goes on from `now.txt`");
    let held = [
        "audit",
        "verify-proof",
        "2.tlog-proof",
        "--checkpoint",
        "later.txt",
    ];
    home.run(&held).refused(2).says("--checkpoint");
}

#[test]
fn a_checkpoint_of_a_key_that_nobody_knows_vouches_for_nothing() {
    let home = Home::filled();
    with_key(&home);
    home.run(&["audit", "checkpoint", "--out", "own.txt"]).ok(0);
    let other = Home::filled();
    let foreign = with_key(&other);
    let words = [
        "audit",
        "verify",
        "--checkpoint",
        "own.txt",
        "--key",
        &foreign,
    ];
    home.run(&words).refused(4).says("no key that is known");
    let text = fs::read_to_string(home.path().join("own.txt")).unwrap();
    let (origin, _) = text.split_once('\n').unwrap();
    home.file("own.txt", text.replacen(origin, "keyroll/other", 1));
    home.run(&["audit", "verify", "--checkpoint", "own.txt"])
        .refused(5);
    home.run(&["audit", "verify", "--key", "nonsense"])
        .refused(2);
}

#[test]
fn the_audit_key_is_never_in_the_store_nor_used_where_others_may_read_it() {
    let home = Home::filled();
    with_key(&home);
    let folder = home.path().join("config/keyroll/audit-keys");
    let find = |ending: &str| -> PathBuf {
        let mut files = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        files
            .find(|path| path.extension().is_some_and(|it| it == ending))
            .unwrap()
    };
    let key = find("key");
    assert_eq!(binary::mode(&key), 0o600);
    home.run(&["rotation", "set", "every-60-days", "warn=6d"])
        .ok(0);
    let text = fs::read_to_string(&key).unwrap();
    // The base64 of it may hold a plus of its own.
    let secret = text.trim().splitn(5, '+').last().unwrap();
    let raw = STANDARD.decode(secret).unwrap();
    assert_eq!(raw.len(), 33);
    let store = fs::read(home.store()).unwrap();
    for secret in [secret.as_bytes(), &raw[1..]] {
        assert!(!store.windows(secret.len()).any(|bytes| bytes == secret));
    }
    // What is looked for would be found: the public half does stand there.
    let signer = text.trim().split('+').nth(3).unwrap().as_bytes();
    assert!(store.windows(signer.len()).any(|bytes| bytes == signer));
    // A second one is not made over it; the first still signs.
    home.run(&["audit", "key", "new", "--file"]).refused(1);
    assert_eq!(fs::read_to_string(&key).unwrap(), text);
    binary::set_mode(&key, 0o644);
    home.run(&["rotation", "set", "every-60-days", "warn=8d"])
        .ok(0)
        .says("the audit key is not used");
    home.run(&["check"])
        .says("unsigned at the end of the audit trail: 1 event");
    binary::set_mode(&key, 0o600);
    home.run(&["doctor"]).says("unsigned at the end: 1");
    home.run(&["rotation", "set", "every-60-days", "warn=9d"])
        .ok(0);
    let ran = home.run(&["check"]);
    assert!(!ran.stderr.contains("unsigned"), "{ran:#?}");
}

#[test]
fn what_was_refused_is_in_the_trail_and_a_store_that_takes_nothing_stays_a_refusal() {
    let home = Home::with_secrets();
    let refused = |home: &Home| {
        home.run(&["audit", "log", "--action", "refuse", "--format", "jsonl"])
            .ok(0)
            .stdout
    };
    home.run(&["secret", "get", ONE]).refused(4);
    let told = refused(&home);
    assert!(
        told.contains(r#""action":"refuse""#) && told.contains(r#""to":"refused""#),
        "{told}"
    );
    let wrong = home.file("wrong.txt", "AGE-SECRET-KEY-hunter2");
    binary::set_mode(&wrong, 0o600);
    home.run(&["secret", "get", ONE, "--identity", "wrong.txt"])
        .refused(1);
    let told = refused(&home);
    assert!(
        told.contains(r#""to":"identity""#) && !told.contains("hunter2"),
        "{told}"
    );
    // A look that changes nothing, and a no of one's own, are no refusals.
    let before = refused(&home);
    home.run(&["can", "person/nobody", "x", "--at", "femo"]);
    assert_eq!(refused(&home), before);
    home.run(&["audit", "verify"]).ok(0);
    home.give_away();
    binary::set_mode(home.store(), 0o400);
    as_nobody(home.command(&["secret", "get", ONE]))
        .refused(1)
        .says("read-only");
}

#[test]
fn another_configuration_is_noted_once() {
    let home = Home::filled();
    let noted = |home: &Home| {
        let ran = home.run(&["audit", "log", "--action", "configure", "--format", "jsonl"]);
        ran.ok(0).stdout.lines().count()
    };
    assert_eq!(noted(&home), 0);
    let set = |to: &str| home.run(&["person", "set", "ana-lima", to]).ok(0);
    home.file("config/keyroll/keyroll.toml", "pedantic = true\n");
    let apply = || {
        home.run(&["apply", binary::EXAMPLE, "--yes", "--reason", "CHG-1"])
            .ok(0)
    };
    set("name=Anna");
    apply();
    let first = noted(&home);
    assert_eq!(first, 1);
    set("name=Anne");
    apply();
    assert_eq!(noted(&home), 1);
    home.file("config/keyroll/keyroll.toml", "pedantic = false\n");
    set("name=Anna");
    apply();
    assert_eq!(noted(&home), 2);
}

#[test]
fn a_log_that_is_followed_ends_with_its_reader() {
    let home = Home::filled();
    for form in ["jsonl", "ocsf", "cef", "csv", "table"] {
        // The reader goes after a line; the writer has nothing more to say, and ends all the same.
        let script = format!("\"$0\" audit log --follow --format {form} | head -n 1");
        let ran = finish(home.shell(&script, &[])).ok(0);
        assert_eq!(ran.stdout.lines().count(), 1, "{ran:#?}");
    }
    home.run(&["audit", "log", "--follow", "--format", "json"])
        .refused(2);
}

#[test]
fn the_filters_of_the_log_bound_what_is_shown() {
    let home = Home::filled();
    home.run(&["rotation", "set", "every-60-days", "warn=6d"])
        .ok(0);
    home.run(&["rotation", "set", "every-60-days", "warn=8d"])
        .ok(0);
    let count = |words: &[&str]| {
        let words = [&["audit", "log", "--format", "jsonl"], words].concat();
        home.run(&words).ok(0).stdout.lines().count()
    };
    let all = count(&[]);
    assert_eq!(count(&["--last", "3"]), 3);
    assert_eq!(count(&["--last", "99999"]), all);
    assert_eq!(count(&["--action", "update", "--last", "1"]), 1);
    let made = count(&["--action", "create"]);
    let changed = count(&["--action", "update"]);
    assert_eq!(count(&["--action", "create,update"]), made + changed);
    assert_eq!(
        count(&["--action", "create", "--action", "update"]),
        made + changed
    );
    assert_eq!(count(&["--until", "2020-01-01"]), 0);
    assert_eq!(
        count(&["--since", "2020-01-01", "--until", "2199-01-01"]),
        all
    );
    assert_eq!(
        count(&["--record", "rotation/every-60-days", "--last", "2"]),
        2
    );
    let csv = home.run(&["audit", "log", "--format", "csv"]).ok(0);
    assert_eq!(csv.stdout.lines().count(), all + 1);
    home.run(&["account", "list", "--format", "cef"])
        .refused(2)
        .says("audit log");
}

#[test]
fn a_reason_with_the_look_of_a_secret_is_kept_nowhere() {
    let home = Home::filled();
    let before = home.holds();
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    let words = ["person", "add", "mo", "name=Mo", "--reason", &token];
    let ran = home.run(&words).refused(2);
    assert!(!ran.stderr.contains(&token), "{ran:#?}");
    assert!(home.holds() == before);
}

/// The newest event.
fn newest(home: &Home) -> serde_json::Value {
    let ran = home.run(&["audit", "log", "--last", "1", "--format", "jsonl"]);
    serde_json::from_str(&ran.ok(0).stdout).unwrap()
}

/// What an event tells in one of its fields.
fn told(event: &serde_json::Value, field: &str) -> serde_json::Value {
    let all = event["change"].as_array().unwrap();
    let found = all.iter().find(|change| change["field"] == field);
    found.unwrap_or_else(|| panic!("{field}: {event}"))["to"].clone()
}

#[test]
fn who_accepts_a_trail_is_asked_and_stands_in_it_with_what_was_seen_before() {
    let home = exported();
    with_key(&home);
    set(&home, "warn=6d");
    let older = fs::read(home.store()).unwrap();
    set(&home, "warn=8d");
    let seen = home.run(&["audit", "verify", "--format", "json"]).ok(0);
    let seen: serde_json::Value = serde_json::from_str(&seen.stdout).unwrap();
    fs::write(home.store(), older).unwrap();
    home.run(&["audit", "verify"]).ok(5);
    // Nobody is there to say so: nothing is written, and nothing is accepted.
    let before = home.holds();
    home.run(&["audit", "verify", "--accept"])
        .refused(2)
        .says("--yes");
    assert!(home.holds() == before);
    home.run(&["audit", "checkpoint"]).refused(5);
    let words = ["audit", "verify", "--accept", "--yes", "--reason", "CHG-7"];
    let ran = home.run(&words).ok(0);
    let event = newest(&home);
    let number = event["sequence"].as_u64().unwrap();
    assert!(
        ran.stderr.contains(&format!("accepted: event {number} ")),
        "{ran:#?}"
    );
    assert!(ran.stderr.contains("all of it"), "signed: {ran:#?}");
    assert_eq!(
        (&event["action"], &event["record"]),
        (&"accept".into(), &"store".into())
    );
    assert_eq!(event["reason"], "CHG-7");
    assert_eq!(told(&event, "seen-events"), seen["events"]);
    assert_eq!(told(&event, "seen-root"), seen["root"]);
    assert_eq!(told(&event, "events"), number - 1);
    assert!(!told(&event, "found").as_array().unwrap().is_empty());
    home.run(&["audit", "verify"]).ok(0);
    home.run(&["audit", "checkpoint"]).ok(0);
    // There is nothing more to accept, and so no more to tell.
    home.run(&words).ok(0).says("nothing to accept");
    assert_eq!(newest(&home)["sequence"], number);
}

#[test]
fn a_trail_that_was_tampered_with_is_accepted_by_nobody() {
    let home = exported();
    edit(&home, REWRITE);
    let events = newest(&home)["sequence"].clone();
    home.run(&["audit", "verify", "--accept", "--yes"])
        .ok(5)
        .says("event 3");
    assert_eq!(newest(&home)["sequence"], events);
}

#[test]
fn a_resume_that_accepts_another_store_says_so_in_the_same_event() {
    let home = Home::filled();
    set(&home, "warn=6d");
    let older = fs::read(home.store()).unwrap();
    set(&home, "warn=8d");
    // A scheduled run saw it so.
    home.run(&["rotate", "--due", "--yes"]).clean();
    fs::write(home.store(), older).unwrap();
    let ran = home.run(&["schedule", "resume", "--yes", "--reason", "CHG-8"]);
    ran.ok(0).says("stopped");
    let event = newest(&home);
    assert_eq!(
        (&event["action"], &event["reason"]),
        (&"accept".into(), &"CHG-8".into())
    );
    assert!(told(&event, "seen-events").as_u64() > told(&event, "events").as_u64());
    home.run(&["audit", "verify"]).ok(0);
}

#[test]
fn the_daily_check_says_at_once_that_the_trail_was_put_back_forked_or_cut_off() {
    let check = |home: &Home, more: &[&str]| {
        home.run(&[&["check", "--no-hooks", "--as-of", "2026-11-22"], more].concat())
    };
    for with_a_key in [false, true] {
        let home = Home::filled();
        if with_a_key {
            with_key(&home);
        }
        set(&home, "warn=6d");
        let older = fs::read(home.store()).unwrap();
        set(&home, "warn=8d");
        let well = check(&home, &[]).ok(0);
        assert_eq!(well.stderr, "");
        let told = || {
            let ran = check(&home, &[]).ok(5);
            assert!(
                ran.stderr.starts_with("warning: the audit trail "),
                "{ran:#?}"
            );
            assert!(
                ran.stderr.contains("hint: `keyroll audit verify`"),
                "{ran:#?}"
            );
            assert_eq!(ran.stdout, well.stdout);
            // No choice silences it; a form for programs has it in its own way.
            check(&home, &["--fail-on", "never", "--due"]).ok(5);
            let ran = check(&home, &["--quiet"]).ok(5);
            assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""));
            let ran = check(&home, &["--format", "nagios"]).ok(2);
            let line = "KEYROLL CRITICAL - the audit trail ";
            assert!(ran.stdout.starts_with(line), "{ran:#?}");
            let ran = check(&home, &["--format", "prometheus"]).ok(5);
            assert!(
                ran.stdout.contains("\nkeyroll_audit_trail_broken 1\n"),
                "{ran:#?}"
            );
            assert!(ran.stdout.contains("\nkeyroll_exit_status 5\n"), "{ran:#?}");
        };
        // Put back.
        fs::write(home.store(), &older).unwrap();
        told();
        // Forked: it is as long again, and another.
        let mut theirs = home.command(&[SET, &["warn=9d"]].concat());
        theirs.env("XDG_STATE_HOME", home.path().join("other-state"));
        finish(theirs).ok(0);
        told();
        home.run(&["audit", "verify", "--accept", "--yes"]).ok(0);
        let ran = check(&home, &["--format", "prometheus"]).ok(0);
        assert!(
            ran.stdout.contains("\nkeyroll_audit_trail_broken 0\n"),
            "{ran:#?}"
        );
    }
    // An end that was cut off is seen by who never wrote there.
    let home = exported();
    edit(&home, CUT);
    forget_what_was_seen(&home);
    check(&home, &[]).ok(5).says("warning: ");
}
