//! A process that holds a secret, looked at from outside while it does, and made to crash.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::binary::{Home, as_nobody, finish, set_mode};
use crate::finder::Finder;
use crate::{CORE, secret};

const ONE: &str = "unicmms-production-read-only-import-plant1";
const NOBODY: u32 = 65534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A home that the user `nobody` may use, where the tests run as root: root is let through everywhere.
fn home() -> Home {
    let home = Home::with_secrets();
    home.run(&["credential", "set", ONE, "fields=password,user"])
        .ok(0);
    let file = home.file("password.txt", secret());
    set_mode(file, 0o600);
    let made = Command::new("mkfifo")
        .arg(home.path().join("fifo"))
        .status()
        .unwrap();
    assert!(made.success());
    home.give_away();
    home
}

/// The script, with the program as `$0`, for as long as it waits at the FIFO of the home; and what lets it go on.
fn waiting(home: &Home, script: &str) -> (Child, File) {
    let mut command = home.shell(script, &[]);
    command.stdin(Stdio::null());
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let child = command.spawn().unwrap();
    // Opens only when the other end does.
    let fifo = OpenOptions::new()
        .write(true)
        .open(home.path().join("fifo"))
        .unwrap();
    (child, fifo)
}

/// What holds the password, and waits for the user.
const HOLDS: &str = "ulimit -c unlimited && exec \"$0\" secret set \
    unicmms-production-read-only-import-plant1 --from-file password=password.txt --from-file user=fifo";

fn finder() -> Finder {
    Finder::new(&[("secret", CORE.as_bytes())])
}

fn of(child: &Child, name: &str) -> String {
    format!("/proc/{}/{name}", child.id())
}

fn read(path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// The memory of a process that can be written to.
fn memory(child: &Child) -> Vec<u8> {
    let maps = String::from_utf8(read(&of(child, "maps"))).unwrap();
    let memory = File::open(of(child, "mem")).unwrap();
    let mut out = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let mut part = vec![0; usize::try_from(number(to) - number(from)).unwrap()];
        if memory.read_exact_at(&mut part, number(from)).is_ok() {
            out.extend(part);
        }
    }
    out
}

fn user_of(path: &str) -> u32 {
    fs::metadata(path).unwrap().uid()
}

#[test]
fn arguments_and_environment_hold_nothing_while_a_secret_is_held() {
    let home = home();
    let (child, fifo) = waiting(&home, HOLDS);
    assert!(finder().find(&memory_of_ours(&child)).is_empty());
    drop(fifo);
    let status = { child }.wait().unwrap();
    // Nothing came: the field is empty.
    assert_eq!(status.code(), Some(2));

    // The same look at a process that was given it the wrong way.
    let script = "[ \"$0\" ] && exec env A=VALUE cat fifo VALUE".replace("VALUE", CORE);
    let (mut child, fifo) = waiting(&home, &script);
    for name in ["cmdline", "environ"] {
        assert!(
            !finder().find(&read(&of(&child, name))).is_empty(),
            "{name}"
        );
    }
    drop(fifo);
    child.wait().unwrap();
}

/// What everybody may see of a process, or its own user.
fn memory_of_ours(child: &Child) -> Vec<u8> {
    let mut out = read(&of(child, "cmdline"));
    assert!(
        String::from_utf8_lossy(&out).contains("secret\0set\0"),
        "it runs"
    );
    // Where we are not root it is kept from us too.
    if is_root() {
        out.extend(read(&of(child, "environ")));
        // The secret is held at this moment: else nothing here says anything.
        assert!(!finder().find(&memory(child)).is_empty(), "not held");
    }
    out
}

#[test]
fn nobody_of_the_same_user_looks_into_the_process() {
    let home = home();
    let look = |child: &Child| {
        let mut command = Command::new("head");
        command
            .args(["-c", "1", &of(child, "environ")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        as_nobody(command).status == Some(0)
    };
    let (mut child, fifo) = waiting(&home, HOLDS);
    assert!(!look(&child));
    assert_eq!(user_of(&of(&child, "mem")), 0, "not even by its owner");
    drop(fifo);
    child.wait().unwrap();
    // Any other process is open to its user.
    let (mut child, fifo) = waiting(&home, "[ \"$0\" ] && exec cat fifo");
    assert!(look(&child));
    drop(fifo);
    child.wait().unwrap();
}

#[test]
fn a_crash_leaves_no_core_file() {
    let home = home();
    let cores = |home: &Path| {
        let all = fs::read_dir(home).unwrap();
        let names = all.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("core")).count()
    };
    let crash = |script: &str, signal: Signal| {
        let (mut child, fifo) = waiting(&home, script);
        let limits = String::from_utf8(read(&of(&child, "limits"))).unwrap();
        let line = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap();
        let soft = line.split_whitespace().nth(4).unwrap().to_owned();
        kill_process(Pid::from_child(&child), signal).unwrap();
        drop(fifo);
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal.as_raw()));
        (soft, status.core_dumped())
    };
    // Not SEGV: the standard library's own handler takes the first one.
    for signal in [Signal::ABORT, Signal::ILL, Signal::QUIT] {
        assert_eq!(crash(HOLDS, signal), ("0".to_owned(), false));
        assert_eq!(cores(home.path()), 0);
    }
    // Any other program leaves one here: by its limit and by what the system says of its end.
    let other = "ulimit -c unlimited && exec cat fifo";
    assert_eq!(crash(other, Signal::SEGV), ("unlimited".to_owned(), true));
}

#[test]
fn a_program_that_is_run_gets_its_limit_back_and_no_memory_of_ours() {
    let home = Home::with_secrets();
    home.given(&["secret", "set", ONE], secret()).ok(0);
    let script = format!("ulimit -c 1234 && exec \"$0\" run {ONE} -- sh -c 'ulimit -c'");
    assert_eq!(finish(home.shell(&script, &[])).ok(0).stdout, "1234\n");

    let made = Command::new("mkfifo")
        .arg(home.path().join("fifo"))
        .status()
        .unwrap();
    assert!(made.success());
    home.give_away();
    for (way, held) in [("--fd 9", false), ("--stdin", false), ("--env A", true)] {
        let script = format!("exec \"$0\" run {ONE} {way} -- cat fifo");
        let (mut child, fifo) = waiting(&home, &script);
        let maps = String::from_utf8(read(&of(&child, "maps"))).unwrap();
        assert!(maps.contains("/cat") && !maps.contains("keyroll"), "{maps}");
        assert_eq!(!finder().find(&memory(&child)).is_empty(), held, "{way}");
        assert!(finder().find(&read(&of(&child, "cmdline"))).is_empty());
        drop(fifo);
        child.wait().unwrap();
    }
}
