//! Commands that are killed where a test wants it: at a call of the system, or at a request that a server of ours sees.
//! And the files of a home, put back to how they were before. Shared by tests, holds none.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

pub mod between;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::binary::{Home, Ran, ended, set_mode};

/// What the program had written below a home.
pub struct Files {
    folders: [PathBuf; 2],
    files: Vec<(PathBuf, Vec<u8>)>,
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => out.extend(below(&path)),
            false => out.push(path),
        }
    }
    out
}

impl Files {
    pub fn of(home: &Home) -> Files {
        let folders = ["data", "state"].map(|name| home.path().join(name));
        let files = folders.iter().flat_map(|folder| below(folder));
        let files = files.map(|path| (path.clone(), fs::read(&path).unwrap()));
        Files {
            files: files.collect(),
            folders,
        }
    }

    /// Puts them back, and takes away what was written since.
    pub fn again(&self) {
        for path in self.folders.iter().flat_map(|folder| below(folder)) {
            fs::remove_file(path).unwrap();
        }
        for (path, bytes) in &self.files {
            fs::write(path, bytes).unwrap();
            set_mode(path, 0o600);
        }
    }
}

/// A command under strace.
fn traced(home: &Home, words: &[&str], options: &[&str]) -> Command {
    let command = home.command(words);
    let mut line: Vec<OsString> = match rustix::process::geteuid().is_root() {
        true => Vec::new(),
        false => ["unshare", "--map-root-user"].map(OsString::from).into(),
    };
    let strace = [&["strace", "-f"], options, &["--"]].concat();
    line.extend(strace.into_iter().map(OsString::from));
    line.push(command.get_program().to_owned());
    line.extend(command.get_args().map(ToOwned::to_owned));
    let mut traced = Command::new(&line[0]);
    traced.args(&line[1..]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    traced
}

/// The command, killed as it enters a call for the `at`th time.
fn killed_in(home: &Home, words: &[&str], (call, at): (&str, usize)) -> Command {
    let inject = format!("inject={call}:signal=KILL:when={at}");
    let trace = format!("trace={call}");
    let options = ["-o", "/dev/null", "-e", &trace, "-e", &inject];
    traced(home, words, &options)
}

/// The calls at which a command is killed before and after each of its commits, as it goes where nobody kills it. A commit
/// is made by the end of the journal of its database; what follows it is the sync of the folder.
fn commits(home: &Home, words: &[&str]) -> Vec<(&'static str, usize)> {
    let log = home.path().join("calls");
    let calls = ["-e", "trace=unlink,fsync", "-o", log.to_str().unwrap()];
    let ran = ended(
        traced(home, words, &calls).spawn().unwrap(),
        words.join(" "),
    );
    assert!(ran.status.is_some(), "{ran:#?}");
    let (mut unlinks, mut syncs) = (0, 0);
    let mut out = Vec::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        match line {
            line if line.contains(" unlink(") => {
                unlinks += 1;
                if line.contains("-journal\"") {
                    out.extend([("unlink", unlinks), ("fsync", syncs + 1)]);
                }
            }
            line if line.contains(" fsync(") => syncs += 1,
            _ => {}
        }
    }
    fs::remove_file(log).unwrap();
    out
}

/// Kills a command before and after each of its commits; `again` puts the world back before each, `then` is done after
/// each. How often it was killed.
pub fn at_each_commit(
    home: &Home,
    words: &[&str],
    again: impl Fn(),
    mut then: impl FnMut(&str),
) -> usize {
    again();
    let calls = commits(home, words);
    for (call, at) in &calls {
        let told = format!("{}, {call} {at}", words.join(" "));
        again();
        let child = killed_in(home, words, (call, *at)).spawn().unwrap();
        was_killed(&ended(child, told.clone()));
        then(&told);
    }
    calls.len()
}

/// Whether a command was killed, or ended as one that ends well.
pub fn was_killed(ran: &Ran) {
    assert!(matches!(ran.status, None | Some(137)), "{ran:#?}");
}
