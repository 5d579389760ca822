//! Stores that are none, not ours, not whole, or in use.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::binary::{EXAMPLE, Home, as_nobody, set_mode};

/// Every command that reads the store.
fn readers() -> Vec<Vec<&'static str>> {
    let nouns = [
        "account",
        "provider",
        "platform",
        "boundary",
        "person",
        "team",
        "role",
        "rotation",
        "procedure",
        "consumer",
    ];
    let others: [&[&str]; 17] = [
        &[],
        &["check"],
        &["check", "--due"],
        &["export"],
        &["matrix", "permissions"],
        &["matrix", "scopes"],
        &["matrix", "levels"],
        &["matrix", "roles"],
        &["audit", "log"],
        &["audit", "verify"],
        &["doctor"],
        &["plan", EXAMPLE],
        &["diff", "store", EXAMPLE],
        &["apply", EXAMPLE, "--dry-run"],
        &["import", "facts", "/dev/null", "--dry-run"],
        &["catalog", "list"],
        &["person", "show", "zoe"],
    ];
    let lists = nouns.iter().map(|noun| vec![*noun, "list"]);
    // Facts are read before the store is opened, and a device is none.
    let others = others
        .iter()
        .filter(|words| words.first() != Some(&"import"));
    lists.chain(others.map(|words| words.to_vec())).collect()
}

const WRITERS: &[&[&str]] = &[
    &["person", "add", "zoe", "name=Zoe"],
    &["person", "set", "zoe", "name=Zoe"],
    &["apply", EXAMPLE, "--yes"],
    &["assign", "person/zoe", "reader", "--at", "x"],
];

/// Every command on a broken store ends with this status, says why, and leaves it as it was.
fn refused_by_all(home: &Home, store: &Path, status: i32) {
    let path = store.to_str().unwrap();
    let before = store.is_file().then(|| fs::read(store).unwrap());
    let readers = readers();
    for words in readers
        .iter()
        .map(Vec::as_slice)
        .chain(WRITERS.iter().copied())
    {
        let ran = home.run(&[words, &["--store", path]].concat());
        if words == ["doctor"] {
            ran.ok(status).says("error");
        } else {
            ran.refused_at_once(status);
        }
    }
    assert_eq!(
        before,
        store.is_file().then(|| fs::read(store).unwrap()),
        "{path} changed"
    );
}

#[test]
fn what_is_no_store_of_ours_is_refused_by_every_command() {
    let home = Home::filled();
    let good = fs::read(home.store()).unwrap();
    let made = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        fs::write(&path, bytes).unwrap();
        set_mode(&path, 0o600);
        path
    };
    let mut newer = good.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let other = home.path().join("other.db");
    let db = rusqlite::Connection::open(&other).unwrap();
    db.execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')")
        .unwrap();
    drop(db);
    let folder = home.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let pipe = home.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let open = made("open", &good);
    set_mode(&open, 0o660);
    let cases = [
        (made("empty", b""), 5),
        (made("short", b"SQLite format 3\0"), 1),
        (
            made(
                "text",
                "not a store, a letter\u{1b}[31m\n".repeat(40).as_bytes(),
            ),
            1,
        ),
        (made("newer", &newer), 1),
        (made("half", &good[..good.len() / 2]), 5),
        (open, 1),
        (other, 1),
        (folder, 1),
        (pipe, 1),
        (home.path().join("text").join("below-a-file"), 1),
    ];
    for (path, status) in &cases[..9] {
        refused_by_all(&home, path, *status);
    }
    for name in ["missing", "dangling\u{1b}[31m"] {
        let path = home.path().join(name);
        if name != "missing" {
            symlink("nowhere", &path).unwrap();
        }
        for words in [
            &["export"][..],
            &["check"],
            &["audit", "verify"],
            WRITERS[0],
        ] {
            home.run(&[words, &["--store", path.to_str().unwrap()]].concat())
                .refused_at_once(1);
        }
        assert!(fs::metadata(&path).is_err(), "nothing was made");
    }
    home.run(&["export", "--store", cases[9].0.to_str().unwrap()])
        .refused_at_once(1);
}

#[test]
fn a_store_cut_off_anywhere_is_refused_as_damaged() {
    let home = Home::filled();
    let good = fs::read(home.store()).unwrap();
    let place = home.path().join("cut.db");
    let path = place.to_str().unwrap();
    let readers: Vec<_> = readers()
        .into_iter()
        .filter(|words| words != &["doctor"])
        .collect();
    for (n, size) in (0..good.len()).step_by(2560).enumerate() {
        fs::write(&place, &good[..size]).unwrap();
        set_mode(&place, 0o600);
        let words = &readers[n % readers.len()];
        home.run(&[words, &["--store", path][..]].concat())
            .refused_at_once(5);
        assert_eq!(fs::read(&place).unwrap(), good[..size]);
    }
}

#[test]
fn pages_of_rubbish_are_never_a_panic_and_never_pass_for_whole() {
    let home = Home::filled();
    let good = fs::read(home.store()).unwrap();
    let place = home.path().join("rubbish.db");
    let path = place.to_str().unwrap();
    let readers: Vec<_> = readers()
        .into_iter()
        .filter(|words| !words.contains(&"zoe"))
        .collect();
    for (n, page) in (1..good.len() / 4096).enumerate() {
        let mut bytes = good.clone();
        let rubbish = bytes[page * 4096..][..4096].iter_mut().enumerate();
        rubbish.for_each(|(at, byte)| *byte ^= (at * 7 + page) as u8);
        fs::write(&place, &bytes).unwrap();
        set_mode(&place, 0o600);
        let words = &readers[n % readers.len()];
        let ran = home.run(&[words, &["--store", path][..]].concat()).clean();
        assert!(matches!(ran.status, Some(0 | 2 | 3 | 4 | 5)), "{ran:#?}");
        let verified = home.run(&["audit", "verify", "--store", path]).ok(5);
        assert!(verified.stderr.contains("hint: "), "{verified:#?}");
    }
}

#[test]
fn a_store_that_may_only_be_read_can_be_read() {
    let home = Home::filled();
    home.give_away();
    let folder = home.store().parent().unwrap().to_owned();
    let before = fs::read(home.store()).unwrap();
    let tries = [(0o400, 0o700), (0o600, 0o500), (0o400, 0o500)];
    for (file, dir) in tries {
        // The lock of an earlier command would let one more through.
        set_mode(folder.join("roll.db.lock"), 0o400);
        set_mode(home.store(), file);
        set_mode(&folder, dir);
        as_nobody(home.command(&["audit", "verify"])).ok(0);
        as_nobody(home.command(&["account", "list"])).ok(0);
        for words in [
            WRITERS[0],
            &["apply", "--prune", "--yes", "--accept-findings", "one.toml"],
        ] {
            fs::write(home.path().join("one.toml"), "[team.a]\nname = \"A\"\n").unwrap();
            as_nobody(home.command(words)).refused(1);
        }
        set_mode(&folder, 0o700);
        assert_eq!(fs::read(home.store()).unwrap(), before);
    }
    for (path, mode) in [(home.store(), 0o000), (folder.clone(), 0o000)] {
        let was = crate::binary::mode(&path);
        set_mode(&path, mode);
        as_nobody(home.command(&["account", "list"])).refused_at_once(1);
        as_nobody(home.command(WRITERS[0])).refused_at_once(1);
        set_mode(&path, was);
    }
}

#[test]
fn a_store_of_another_user_is_refused() {
    // Only root can give a file away; root's own are at hand for all others.
    if rustix::process::geteuid().is_root() {
        let home = Home::filled();
        home.give_away();
        refused_by_all(&home, &home.store(), 1);
    } else {
        refused_by_all(&Home::new(), Path::new("/etc/passwd"), 1);
    }
}

#[test]
fn a_writer_waits_for_another_as_long_as_it_was_told() {
    let home = Home::filled();
    let before = fs::read(home.store()).unwrap();
    let lock = File::options()
        .write(true)
        .open(home.store().with_extension("db.lock"))
        .unwrap();
    lock.lock().unwrap();
    for wait in ["0", "1"] {
        let mut command = home.command(WRITERS[0]);
        command.env("KEYROLL_LOCK_WAIT", wait);
        let ran = crate::binary::finish(command).refused_at_once(1);
        ran.says("another process is writing to the store")
            .says(&format!("waited {wait} s"));
    }
    home.run(&["account", "list"]).ok(0);
    home.run(&["audit", "verify"]).ok(0);
    assert_eq!(fs::read(home.store()).unwrap(), before);
    for wrong in ["soon", "-1", "1e3", "5s"] {
        let mut command = home.command(WRITERS[0]);
        command.env("KEYROLL_LOCK_WAIT", wrong);
        crate::binary::finish(command).refused_at_once(2);
    }
    // One who lets go in time is waited for.
    let mut command = home.command(WRITERS[0]);
    command.env("KEYROLL_LOCK_WAIT", "30");
    let child = command.spawn().unwrap();
    lock.unlock().unwrap();
    crate::binary::ended(child, "the writer who waited".to_owned()).ok(0);
}
