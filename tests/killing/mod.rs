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

/// The command, killed as it enters a call that touches a path for the `at`th time.
fn killed_in(home: &Home, words: &[&str], (call, path): (&str, &Path), at: usize) -> Command {
    let inject = format!("inject={call}:signal=KILL:when={at}");
    let trace = format!("trace={call}");
    let path = path.to_str().unwrap();
    let options = ["-o", "/dev/null", "-P", path, "-e", &trace, "-e", &inject];
    traced(home, words, &options)
}

/// Kills a command before and after each of its commits; `again` puts the world back before each, `then` is done after
/// each. How often it was killed.
///
/// A commit is made by the end of the journal of its database. The folder is synced once as that begins, and once more
/// after its end.
pub fn at_each_commit(
    home: &Home,
    words: &[&str],
    again: impl Fn(),
    mut then: impl FnMut(&str),
) -> usize {
    let store = home.store();
    let journal = store.with_extension("db-journal");
    let folder = store.parent().unwrap();
    let mut kills = 0;
    for (call, path, each) in [("unlink", journal.as_path(), 1), ("fsync", folder, 2)] {
        for commit in 1.. {
            let told = format!("{}, {call} of commit {commit}", words.join(" "));
            again();
            let mut killed = killed_in(home, words, (call, path), commit * each);
            let ran = ended(killed.spawn().unwrap(), told.clone());
            if !matches!(ran.status, None | Some(137)) {
                // There is no such commit: it came to its end.
                assert!(commit > 1, "{ran:#?}");
                break;
            }
            kills += 1;
            then(&told);
        }
    }
    kills
}

/// Whether a command was killed, or ended as one that ends well.
pub fn was_killed(ran: &Ran) {
    assert!(matches!(ran.status, None | Some(137)), "{ran:#?}");
}
