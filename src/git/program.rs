//! The `git` program: how it is started, and one run of it to its end, bounded in size and time. Never a shell.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::git::error::GitError;
use crate::model::text::{is_unsafe, shape};

/// The most that one run may write, in bytes: a listing of some hundred thousand files.
const LARGEST: usize = 64 * 1024 * 1024;
/// What is kept of stderr, in bytes.
const ERRORS: u64 = 4 * 1024;
/// The most characters of git's own words in a message.
const SHOWN: usize = 200;
/// How far apart the program is looked at, once its stdout has ended.
const APART: Duration = Duration::from_millis(10);

/// What is set for every run, whatever the user's environment says.
const ENVIRONMENT: &[(&str, &str)] = &[
    // A clone without all objects would fetch those that are missing, by whatever command its remote names.
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_PAGER", "cat"),
    ("LC_ALL", "C"),
];

/// Settings that a repository's own configuration must not make otherwise.
const SETTINGS: &[&str] = &[
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.allow=never",
    // A folder that only looks like a repository, put into the working copy, would bring its own configuration.
    "-c",
    "safe.bareRepository=explicit",
];

/// Git in one folder.
#[derive(Clone, Debug)]
pub struct Git {
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
    limit: Duration,
}

/// How a run ended.
pub(super) struct Ended {
    pub success: bool,
    pub stdout: Vec<u8>,
    /// The first line of what it said, cleaned.
    pub said: String,
}

enum Event {
    Out(io::Result<Vec<u8>>),
    Errors(Vec<u8>),
}

/// A program that is ended with us.
pub(super) struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself meanwhile.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Git {
    /// Git as it finds a repository from `folder`, with nothing in its environment but what is given.
    pub fn new(folder: &Path, environment: Vec<(OsString, OsString)>, limit: Duration) -> Git {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        Git {
            folder: folder.to_owned(),
            environment,
            limit,
        }
    }

    /// The way from the folder up to the root of the repository: `../../`, or nothing.
    ///
    /// # Errors
    /// When there is no repository, or git cannot be asked.
    pub fn way_to_root(&self) -> Result<PathBuf, GitError> {
        let ended = self.run(&["rev-parse", "--show-cdup"], &[])?;
        if !ended.success {
            return Err(GitError::Failed {
                doing: "rev-parse",
                why: ended.said,
            });
        }
        let text = String::from_utf8_lossy(&ended.stdout);
        Ok(self.folder.join(text.trim_end_matches('\n')))
    }

    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    pub(super) fn timed_out(&self) -> GitError {
        GitError::TimedOut(self.limit.as_secs())
    }

    /// Starts git with its three pipes; `stdin` where it is to be asked.
    pub(super) fn start(&self, args: &[&OsStr], stdin: Stdio) -> Result<Running, GitError> {
        let child = Command::new("git")
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(ENVIRONMENT.iter().copied())
            .current_dir(&self.folder)
            .args(SETTINGS)
            .args(args)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        child.map(Running).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if self.folder.is_dir() => GitError::NotInstalled,
            _ => GitError::NotStarted(error),
        })
    }

    /// Runs git to its end.
    pub(super) fn run(&self, args: &[&str], paths: &[&OsStr]) -> Result<Ended, GitError> {
        let words: Vec<&OsStr> = args
            .iter()
            .map(OsStr::new)
            .chain(paths.iter().copied())
            .collect();
        let mut running = self.start(&words, Stdio::null())?;
        // The sender is kept, so that waiting for an event always waits.
        let (sender, events) = channel();
        attend(&mut running.0, &sender);
        self.finish(&mut running.0, &events)
    }

    fn finish(&self, child: &mut Child, events: &Receiver<Event>) -> Result<Ended, GitError> {
        let mut said = None;
        let stdout = loop {
            match events.recv_timeout(self.limit) {
                Ok(Event::Errors(bytes)) => said = Some(bytes),
                Ok(Event::Out(out)) => break out.map_err(GitError::Unread)?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(self.timed_out());
                }
            }
        };
        if stdout.len() > LARGEST {
            return Err(GitError::TooMuch(LARGEST / (1024 * 1024)));
        }
        for _ in 0..self.limit.as_millis().div_ceil(APART.as_millis()) {
            let status = child.try_wait().map_err(GitError::Unread)?;
            if (said.is_none() || status.is_none())
                && let Ok(Event::Errors(bytes)) = events.recv_timeout(APART)
            {
                said = Some(bytes);
            }
            if let Some(status) = status {
                return Ok(Ended {
                    success: status.success(),
                    stdout,
                    said: first_line(&said.unwrap_or_default()),
                });
            }
        }
        Err(self.timed_out())
    }
}

/// A thread for each pipe, so that none waits for the other. They end with their pipe.
fn attend(child: &mut Child, sender: &Sender<Event>) {
    if let Some(pipe) = child.stdout.take() {
        let sender = sender.clone();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = pipe.take(LARGEST as u64 + 1).read_to_end(&mut bytes);
            let _ = sender.send(Event::Out(read.map(|_| bytes)));
        });
    }
    if let Some(mut pipe) = child.stderr.take() {
        let sender = sender.clone();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.by_ref().take(ERRORS).read_to_end(&mut bytes);
            let _ = sender.send(Event::Errors(bytes));
            // The rest is let go, so that the program is not held up.
            let _ = io::copy(&mut pipe, &mut io::sink());
        });
    }
}

/// The first line that git said, without its own prefix, control characters and secrets.
fn first_line(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or("it said nothing");
    let line = line.strip_prefix("fatal: ").unwrap_or(line);
    let clean = shape::masked(line);
    clean
        .chars()
        .filter(|c| !is_unsafe(*c))
        .take(SHOWN)
        .collect()
}
