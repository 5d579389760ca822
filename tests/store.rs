//! What the store promises, tried from outside on real files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "a test may be told how to run")]

mod samples;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keyroll::audit::{hex, record_digest};
use keyroll::model::change::Change;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::{Kind, Record, RecordId};
use keyroll::store::{Access, EventFilter, Store, StoreError};
use samples::{actor, actor_at, creations, record, records};
use serde_json::json;

struct Place {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    Place {
        path: dir.path().join("roll.db"),
        _dir: dir,
    }
}

/// A store with every sample in it.
fn filled() -> (Place, Store) {
    let place = place();
    let mut store = Store::create(&place.path, &actor()).unwrap();
    store.commit(&actor(), &creations(&records())).unwrap();
    (place, store)
}

fn refused(path: &Path, access: Access) -> StoreError {
    match Store::open(path, access) {
        Ok(_) => panic!("`{}` was opened", path.display()),
        Err(error) => error,
    }
}

fn with_bytes(bytes: &[u8]) -> Place {
    let place = place();
    fs::write(&place.path, bytes).unwrap();
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o600)).unwrap();
    place
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn every_record_comes_back_as_it_went_in() {
    let (place, store) = filled();
    assert_eq!(store.inventory().unwrap(), samples::inventory());
    let expected: Inventory = records().into_iter().collect();
    drop(store);
    let store = Store::open(&place.path, Access::Read).unwrap();
    for record in records() {
        let found = store.record(&record.id()).unwrap().unwrap();
        assert_eq!(found, record);
        assert_eq!(hex(&record_digest(&found)), hex(&record_digest(&record)));
    }
    for kind in Kind::ALL.iter().copied() {
        let mut names = expected.names(kind);
        names.sort();
        let mut stored = store.names(kind).unwrap();
        stored.sort();
        assert_eq!(stored, names);
        assert_eq!(store.count(kind).unwrap(), names.len() as u64);
    }
    let verification = store.verify().unwrap();
    assert_eq!(verification.faults, []);
    assert_eq!(verification.events, records().len() as u64 + 1);
}

#[test]
fn a_record_that_was_updated_or_removed_leaves_the_trail_whole() {
    let (_place, mut store) = filled();
    let etl = store
        .record(&"account/etl".parse().unwrap())
        .unwrap()
        .unwrap();
    let mut body = etl.to_value();
    body["boundary"] = json!(["femo"]);
    body["consumers"] = json!([]);
    body["status"] = json!("active");
    let changed = record("account/etl", body);
    let maximo = store
        .record(&"provider/maximo".parse().unwrap())
        .unwrap()
        .unwrap();
    let mut body = maximo.to_value();
    body["environment"]["staging"] = json!({ "endpoint": "https://s.example" });
    body["test"] = json!({});
    let provider = record("provider/maximo", body);
    let waiver = store
        .record(&"waiver/no-owner a b  c".parse().unwrap())
        .unwrap()
        .unwrap();
    let assignment = store
        .record(&"assignment/person/jo operator".parse().unwrap())
        .unwrap()
        .unwrap();
    let changes = [
        Change::update(etl.clone(), changed.clone()),
        Change::update(maximo, provider.clone()),
        Change::remove(waiver),
        Change::remove(assignment),
    ];
    let committed = store.commit(&actor(), &changes).unwrap();
    assert_eq!(committed.last - committed.first + 1, 4);
    assert_eq!(store.record(&changed.id()).unwrap(), Some(changed.clone()));
    assert_eq!(store.record(&provider.id()).unwrap(), Some(provider));
    assert_eq!(store.verify().unwrap().faults, []);

    let same = store
        .commit(&actor(), &[Change::update(changed.clone(), changed)])
        .unwrap();
    assert!(
        same.first > same.last,
        "a change that changes nothing leaves no event"
    );
}

#[test]
fn everything_can_be_taken_out_again_in_any_order() {
    let (_place, mut store) = filled();
    let removals: Vec<Change> = records().into_iter().map(Change::remove).collect();
    store.commit(&actor(), &removals).unwrap();
    assert_eq!(store.inventory().unwrap(), Inventory::default());
    assert_eq!(store.due("2199-12-31".parse().unwrap()).unwrap(), []);
    assert_eq!(store.verify().unwrap().faults, []);
}

#[test]
fn files_are_private_whatever_the_umask() {
    // The umask belongs to the process: a child sets it and runs this test alone.
    if std::env::var_os("KEYROLL_TEST_UMASK").is_none() {
        let status = std::process::Command::new("sh")
            .args([
                "-c",
                "umask 000; exec \"$0\" --exact files_are_private_whatever_the_umask",
            ])
            .arg(std::env::current_exe().unwrap())
            .env("KEYROLL_TEST_UMASK", "000")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&status.stdout);
        assert!(
            status.status.success() && said.contains("1 passed"),
            "{said}"
        );
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b/roll.db");
    let mut store = Store::create(&path, &actor()).unwrap();
    store.commit(&actor(), &creations(&records())).unwrap();
    assert_eq!(mode(&dir.path().join("a")), 0o700);
    assert_eq!(mode(&dir.path().join("a/b")), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&dir.path().join("a/b/roll.db.lock")), 0o600);
}

#[test]
fn a_store_is_not_made_over_another_file() {
    let place = with_bytes(b"mine");
    let error = Store::create(&place.path, &actor()).unwrap_err();
    assert!(matches!(error, StoreError::Exists { .. }), "{error}");
    assert_eq!(fs::read(&place.path).unwrap(), b"mine");
}

#[test]
fn what_is_not_a_whole_store_of_ours_is_refused_untouched() {
    let (place, store) = filled();
    drop(store);
    let good = fs::read(&place.path).unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut copy = good.clone();
        copy[at..at + bytes.len()].copy_from_slice(bytes);
        copy
    };
    let foreign = |error: &StoreError| matches!(error, StoreError::Foreign { .. });
    let newer = |error: &StoreError| {
        matches!(
            error,
            StoreError::Newer {
                found: 99,
                known: 7
            }
        )
    };
    let damaged = |error: &StoreError| matches!(error, StoreError::Damaged { .. });
    type Expected<'a> = &'a dyn Fn(&StoreError) -> bool;
    let cases: [(Vec<u8>, Expected); 6] = [
        (b"hello".to_vec(), &foreign),
        (vec![0x20; 5000], &foreign),
        (with(68, &7_u32.to_be_bytes()), &foreign),
        (with(60, &99_u32.to_be_bytes()), &newer),
        (good[..good.len() - 4096].to_vec(), &damaged),
        (Vec::new(), &damaged),
    ];
    for (number, (bytes, expected)) in cases.into_iter().enumerate() {
        for access in [Access::Read, Access::Write] {
            let place = with_bytes(&bytes);
            let error = refused(&place.path, access);
            assert!(expected(&error), "case {number}: {error}");
            assert_eq!(fs::read(&place.path).unwrap(), bytes);
            let beside = fs::read_dir(place.path.parent().unwrap()).unwrap().count();
            assert_eq!(beside, 1, "case {number} left files behind");
        }
    }
}

#[test]
fn a_missing_file_and_a_folder_are_told_apart() {
    let place = place();
    assert!(matches!(
        refused(&place.path, Access::Read),
        StoreError::NotFound { .. }
    ));
    fs::create_dir(&place.path).unwrap();
    assert!(matches!(
        refused(&place.path, Access::Write),
        StoreError::Foreign { .. }
    ));
}

#[test]
fn a_store_that_others_may_write_to_is_refused() {
    let (place, store) = filled();
    drop(store);
    for mode in [0o620, 0o602] {
        fs::set_permissions(&place.path, fs::Permissions::from_mode(mode)).unwrap();
        let error = refused(&place.path, Access::Read);
        assert!(matches!(error, StoreError::Permissions { .. }), "{error}");
    }
}

#[test]
fn a_folder_that_others_may_write_in_is_refused_for_writing() {
    let (place, store) = filled();
    drop(store);
    let folder = place.path.parent().unwrap();
    for open in [0o777, 0o770, 0o702] {
        fs::set_permissions(folder, fs::Permissions::from_mode(open)).unwrap();
        let error = refused(&place.path, Access::Write);
        assert!(matches!(error, StoreError::Permissions { .. }), "{error}");
        assert!(error.to_string().contains("others may write in its folder"));
        let other = folder.join("other.db");
        let error = Store::create(&other, &actor()).unwrap_err();
        assert!(matches!(error, StoreError::Permissions { .. }), "{error}");
        assert!(!other.exists());
        let store = Store::open(&place.path, Access::Read).unwrap();
        assert_eq!(store.warnings().len(), 1, "{:?}", store.warnings());
    }
    // Through a link in a folder of one's own, too.
    let own = tempfile::tempdir().unwrap();
    let link = own.path().join("roll.db");
    std::os::unix::fs::symlink(&place.path, &link).unwrap();
    refused(&link, Access::Write);
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&link, Access::Write).unwrap();
    assert!(store.warnings().is_empty());
}

#[test]
fn a_store_right_in_the_folder_of_scratch_files_is_taken_with_a_warning() {
    use std::os::unix::fs::MetadataExt;
    let own = tempfile::tempdir().unwrap();
    let shared = fs::metadata(own.path().parent().unwrap()).unwrap();
    if shared.mode() & 0o7777 != 0o1777 || shared.uid() != 0 {
        return;
    }
    let path = own.path().with_extension("db");
    let store = Store::create(&path, &actor()).unwrap();
    let warned = store.warnings().to_vec();
    fs::remove_file(&path).unwrap();
    assert_eq!(warned.len(), 1, "{warned:?}");
}

#[test]
fn a_path_is_a_path_whatever_it_holds() {
    for name in ["file:x?mode=memory", ":memory:", "a  b %41.db"] {
        let (dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let run = |words: &[&str]| {
            std::process::Command::new(env!("CARGO_BIN_EXE_keyroll"))
                .args(words)
                .args(["--store", name])
                .current_dir(dir.path())
                .env("HOME", dir.path())
                .env("XDG_STATE_HOME", state.path())
                .output()
                .unwrap()
        };
        for words in [
            &["init", "--no-secrets"][..],
            &["consumer", "add", "etl", "--no-input"],
        ] {
            let output = run(words);
            assert!(output.status.success(), "{name}: {output:?}");
        }
        let mut names: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [name.to_owned(), format!("{name}.lock")]);
        let store = Store::open(&dir.path().join(name), Access::Read).unwrap();
        assert_eq!(store.names(Kind::Consumer).unwrap(), ["etl"]);
    }
}

#[test]
fn a_store_opened_for_reading_is_not_written() {
    let (place, store) = filled();
    drop(store);
    let before = fs::read(&place.path).unwrap();
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(
        place.path.parent().unwrap(),
        fs::Permissions::from_mode(0o500),
    )
    .unwrap();
    let mut store = Store::open(&place.path, Access::Read).unwrap();
    assert_eq!(store.inventory().unwrap().accounts.len(), 3);
    let error = store
        .commit(
            &actor(),
            &[Change::create(record(
                "person/eve",
                json!({ "name": "Eve" }),
            ))],
        )
        .unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    assert_eq!(fs::read(&place.path).unwrap(), before);
    fs::set_permissions(
        place.path.parent().unwrap(),
        fs::Permissions::from_mode(0o700),
    )
    .unwrap();
}

#[test]
fn an_interrupted_write_is_undone_before_reading() {
    let (place, store) = filled();
    let expected = store.inventory().unwrap();
    drop(store);
    // A writer dies: its pages are in the file, its journal is hot.
    let status = std::process::Command::new("sqlite3")
        .arg("-version")
        .output();
    if status.is_err() {
        return;
    }
    let script = "PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN; UPDATE event SET command = 'x' || command; \
                  UPDATE person SET name = 'x'; UPDATE event SET command = 'y' || command;\n.system kill -9 $PPID\n";
    let mut child = std::process::Command::new("sqlite3")
        .arg(&place.path)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), script.as_bytes()).unwrap();
    child.wait().unwrap();
    let journal = place.path.with_extension("db-journal");
    assert!(
        fs::metadata(&journal).unwrap().len() > 0,
        "the journal is hot"
    );
    // Not where the journal may be anybody's.
    let folder = place.path.parent().unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
    let error = refused(&place.path, Access::Read);
    assert!(matches!(error, StoreError::Permissions { .. }), "{error}");
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    let store = Store::open(&place.path, Access::Read).unwrap();
    assert_eq!(store.inventory().unwrap(), expected);
    assert_eq!(store.verify().unwrap().faults, []);
}

#[test]
fn a_writer_waits_no_longer_than_told_for_another() {
    let (place, mut store) = filled();
    let lock = fs::File::options()
        .read(true)
        .write(true)
        .open(place.path.with_extension("db.lock"))
        .unwrap();
    lock.lock().unwrap();
    store.set_wait(Duration::from_millis(30));
    let change = [Change::create(record(
        "person/eve",
        json!({ "name": "Eve" }),
    ))];
    let error = store.commit(&actor(), &change).unwrap_err();
    let us = std::process::id();
    assert!(
        matches!(error, StoreError::Locked { holder: Some(pid), .. } if pid == us),
        "{error}"
    );
    drop(lock);
    store.commit(&actor(), &change).unwrap();
}

#[test]
fn what_changed_since_it_was_seen_is_a_conflict_and_changes_nothing() {
    let (_place, mut store) = filled();
    let before = store.verify().unwrap().head;
    let jo = record("person/jo", json!({ "name": "Jo" }));
    let stale = record("person/jo", json!({ "name": "Joe" }));
    let after = record("person/jo", json!({ "name": "Joan" }));
    let eve = record("person/eve", json!({ "name": "Eve" }));
    let conflicts = [
        Change::create(jo),
        Change::update(stale.clone(), after.clone()),
        Change::remove(stale),
        Change::update(eve.clone(), eve.clone()),
        Change::remove(eve.clone()),
    ];
    for change in conflicts {
        let id = change.id();
        let changes = [
            Change::create(record("person/new", json!({ "name": "New" }))),
            change,
        ];
        match store.commit(&actor(), &changes).unwrap_err() {
            StoreError::Conflict { record } => assert_eq!(record, id),
            other => panic!("{other}"),
        }
    }
    assert_eq!(store.verify().unwrap().head, before);
    assert_eq!(store.record(&"person/new".parse().unwrap()).unwrap(), None);
}

fn dangling(store: &mut Store, change: Change) -> (String, String) {
    match store.commit(&actor(), &[change]).unwrap_err() {
        StoreError::Dangling { record, wants } => (record.to_string(), wants),
        other => panic!("{other}"),
    }
}

#[test]
fn a_reference_to_nothing_names_who_wants_what() {
    let (_place, mut store) = filled();
    let etl = || store_body("account/etl");
    let mut cases: Vec<(Record, &str)> = Vec::new();
    let account = [
        ("provider", json!("ghost"), "provider/ghost"),
        (
            "environment",
            json!("ghost"),
            "provider/maximo environment ghost",
        ),
        ("boundary", json!(["femo", "ghost"]), "boundary/ghost"),
        ("platform", json!("ghost"), "platform/ghost"),
        ("rotation", json!("ghost"), "rotation/ghost"),
        ("rotate", json!("ghost"), "procedure/ghost"),
        ("revoke", json!("ghost"), "procedure/ghost"),
        ("consumers", json!(["ghost"]), "consumer/ghost"),
        ("owner", json!({ "business": "team/ghost" }), "team/ghost"),
        (
            "owner",
            json!({ "rotation": "account/ghost" }),
            "account/ghost",
        ),
        (
            "controls",
            json!({ "supervisor": "person/ghost" }),
            "person/ghost",
        ),
        (
            "controls",
            json!({ "rollback": "ghost" }),
            "procedure/ghost",
        ),
    ];
    for (field, value, wants) in account {
        let mut body = etl();
        body[field] = value;
        cases.push((record("account/new", body), wants));
    }
    cases.extend([
        (
            record("person/new", json!({ "name": "", "tenant": "ghost" })),
            "boundary/ghost",
        ),
        (
            record("person/new", json!({ "name": "", "workplace": ["ghost"] })),
            "boundary/ghost",
        ),
        (
            record("team/new", json!({ "name": "", "members": ["ghost"] })),
            "person/ghost",
        ),
        (
            record(
                "boundary/ghost/below",
                json!({ "kind": "site", "name": "" }),
            ),
            "boundary/ghost",
        ),
        (
            record("provider/new", json!({ "catalog": "./ghost.toml" })),
            "catalog/./ghost.toml",
        ),
        (
            record("role/new", json!({ "catalog": "./ghost.toml" })),
            "catalog/./ghost.toml",
        ),
        (
            record("consumer/new", json!({ "person": "ghost" })),
            "person/ghost",
        ),
        (
            record(
                "platform/new",
                json!({ "environment": { "x": { "endpoint": "", "admin": "person/ghost" } } }),
            ),
            "person/ghost",
        ),
        (
            record(
                "approval/ghost read 2026-01-01",
                json!({ "by": "person/jo" }),
            ),
            "account/ghost",
        ),
        (
            record(
                "approval/etl read 2026-01-01",
                json!({ "by": "person/ghost" }),
            ),
            "person/ghost",
        ),
        (
            record(
                "assignment/person/jo ghost",
                json!({ "principal": "person/jo", "role": "ghost" }),
            ),
            "role/ghost",
        ),
        (
            record(
                "version/ghost 1",
                json!({ "stage": "current", "issued": "2026-01-01" }),
            ),
            "account/ghost",
        ),
        (
            record(
                "fact/x",
                json!({ "fact": "owner-changed", "account": "ghost", "on": "2026-01-01" }),
            ),
            "account/ghost",
        ),
    ]);
    for (new, wants) in cases {
        let id = new.id().to_string();
        assert_eq!(
            dangling(&mut store, Change::create(new)),
            (id, wants.to_owned())
        );
    }
    assert_eq!(store.verify().unwrap().faults, []);
}

fn store_body(id: &str) -> serde_json::Value {
    let id: RecordId = id.parse().unwrap();
    records()
        .into_iter()
        .find(|record| record.id() == id)
        .unwrap()
        .to_value()
}

#[test]
fn a_record_that_others_name_is_not_removed() {
    let (_place, mut store) = filled();
    for (gone, by) in [
        ("consumer/etl-01", "account/etl"),
        ("rotation/yearly", "account/half"),
        ("platform/factverse", "account/etl"),
        ("boundary/femo/hawthorne/press-01", "account/etl"),
        ("catalog/./mine.toml", "assert/anyone b/close femo own"),
        ("role/operator", "assignment/person/jo operator"),
        ("team/ops", "account/etl"),
    ] {
        let record = record(gone, store_body(gone));
        let (who, wants) = dangling(&mut store, Change::remove(record));
        assert_eq!(wants, gone);
        assert!(who.starts_with(by), "{gone} is named by {who}");
    }
    assert_eq!(store.verify().unwrap().faults, []);
}

#[test]
fn references_may_be_written_in_any_order() {
    let place = place();
    let mut store = Store::create(&place.path, &actor()).unwrap();
    let mut backwards = records();
    backwards.reverse();
    store.commit(&actor(), &creations(&backwards)).unwrap();
    assert_eq!(store.inventory().unwrap(), samples::inventory());
}

#[test]
fn what_is_due_follows_the_records() {
    let (_place, mut store) = filled();
    let due = |store: &Store, day: &str| -> Vec<(String, String, String)> {
        store
            .due(day.parse().unwrap())
            .unwrap()
            .into_iter()
            .map(|row| {
                (
                    row.account.to_string(),
                    row.what.to_string(),
                    row.due_on.to_string(),
                )
            })
            .collect()
    };
    let row =
        |account: &str, what: &str, on: &str| (account.to_owned(), what.to_owned(), on.to_owned());
    // Its owner changed after the version was issued, and its policy says that this counts.
    assert_eq!(
        due(&store, "2026-11-01"),
        [
            row("etl", "rotation", "2026-09-07"),
            row("etl", "expiry", "2026-12-31")
        ]
    );
    let yearly = record("rotation/yearly", store_body("rotation/yearly"));
    let often = record("rotation/yearly", json!({ "every": "30d" }));
    store
        .commit(&actor(), &[Change::update(yearly, often)])
        .unwrap();
    assert!(due(&store, "2026-11-01").contains(&row("half", "rotation", "2026-10-01")));
    let version = record("version/half 10", store_body("version/half 10"));
    let revoked = record(
        "version/half 10",
        json!({ "stage": "revoked", "issued": "2026-09-01" }),
    );
    store
        .commit(&actor(), &[Change::update(version, revoked)])
        .unwrap();
    assert_eq!(due(&store, "2026-11-01").len(), 2);
    assert_eq!(store.verify().unwrap().faults, []);
}

#[test]
fn of_two_operations_begun_on_one_account_one_is_refused() {
    let (_place, mut store) = filled();
    let begun = |account: &str, state: &str| {
        let body = json!({ "what": "rotate", "state": state, "token": "t", "began": "2026-10-01T00:00:00Z", "by": "jo",
            "entries": [] });
        Change::create(record(&format!("operation/{account} 7"), body))
    };
    for state in ["open", "stalled"] {
        let error = store
            .commit(&actor(), &[begun("half", state)])
            .expect_err("one of `half` is stalled");
        assert!(!error.to_string().contains("UNIQUE"), "{error}");
    }
    store.commit(&actor(), &[begun("half", "done")]).unwrap();
    store.commit(&actor(), &[begun("etl", "open")]).unwrap();
    assert_eq!(store.verify().unwrap().faults, []);
}

#[test]
fn a_partial_inventory_holds_what_an_account_is_judged_by() {
    let (_place, store) = filled();
    let part = store
        .accounts(&["half".parse().unwrap(), "nobody".parse().unwrap()])
        .unwrap();
    // `half` is owned by `etl`, and so its world is in it too.
    assert_eq!(part.names(Kind::Account), ["etl", "half"]);
    let numbers = ["half 9", "half 10", "half 11", "half 12"];
    assert_eq!(part.names(Kind::Version), numbers);
    assert_eq!(part.names(Kind::Operation), ["half 4294967295"]);
    assert_eq!(part.names(Kind::Provider), ["maximo"]);
    assert!(part.names(Kind::Role).is_empty());
}

#[test]
fn events_are_filtered_and_never_run_backwards_in_time() {
    let (_place, mut store) = filled();
    let eve = record("person/eve", json!({ "name": "Eve" }));
    store
        .commit(
            &actor_at("2020-01-01T00:00:00Z"),
            &[Change::create(eve.clone())],
        )
        .unwrap();
    store
        .commit(&actor_at("2026-12-01T00:00:00Z"), &[Change::remove(eve)])
        .unwrap();
    let list = |filter: EventFilter| {
        let mut out = Vec::new();
        store
            .events(&filter, &mut |event| {
                out.push((event.action.clone(), event.actor.at.to_string()));
                Ok(())
            })
            .unwrap();
        out
    };
    let of_eve = list(EventFilter {
        record: Some("person/eve".to_owned()),
        ..EventFilter::default()
    });
    let entry = |action: &str, at: &str| (action.to_owned(), at.to_owned());
    assert_eq!(
        of_eve,
        [
            entry("create", "2026-10-01T12:00:00Z"),
            entry("remove", "2026-12-01T00:00:00Z")
        ]
    );
    let late = EventFilter {
        since: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        ..EventFilter::default()
    };
    assert_eq!(list(late).len(), 1);
    let first = EventFilter {
        actions: vec!["init".to_owned()],
        actor: Some("jo".to_owned()),
        ..EventFilter::default()
    };
    assert_eq!(list(first), [entry("init", "2026-10-01T12:00:00Z")]);
    let after = EventFilter {
        after: Some(records().len() as u64 + 1),
        ..EventFilter::default()
    };
    assert_eq!(list(after).len(), 2);
}

#[test]
fn a_store_that_was_replaced_is_not_written() {
    let (place, mut store) = filled();
    let copy = place.path.with_extension("copy");
    fs::copy(&place.path, &copy).unwrap();
    fs::rename(&copy, &place.path).unwrap();
    let error = store
        .commit(
            &actor(),
            &[Change::create(record(
                "person/eve",
                json!({ "name": "Eve" }),
            ))],
        )
        .unwrap_err();
    assert!(matches!(error, StoreError::Replaced { .. }), "{error}");
    assert_eq!(
        Store::open(&place.path, Access::Write)
            .unwrap()
            .verify()
            .unwrap()
            .faults,
        []
    );
}

#[test]
fn writers_and_readers_at_the_same_time_lose_nothing_and_see_no_busy_store() {
    let place = place();
    drop(Store::create(&place.path, &actor()).unwrap());
    let path = &place.path;
    std::thread::scope(|scope| {
        for writer in 0..6 {
            scope.spawn(move || {
                for number in 0..10 {
                    let mut store = Store::open(path, Access::Write).unwrap();
                    let id = format!("person/p-{writer}-{number}");
                    let change = Change::create(record(&id, json!({ "name": id })));
                    store.commit(&actor(), &[change]).unwrap();
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(move || {
                for _ in 0..100 {
                    let store = Store::open(path, Access::Read).unwrap();
                    assert_eq!(store.verify().unwrap().faults, []);
                }
            });
        }
    });
    let store = Store::open(path, Access::Read).unwrap();
    assert_eq!(store.count(Kind::Person).unwrap(), 60);
    assert_eq!(store.verify().unwrap().events, 61);
}
