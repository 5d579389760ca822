//! One program run to its end: a secret in by stdin, a secret out by stdout, bounded in size and time. Never a shell,
//! and no descriptor that somebody gave to us: a key or a passphrase may stand on it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use command_fds::{CommandFdExt, FdMapping};

use crate::secret::Secret;

/// The most that is taken from stdout, in bytes.
const LARGEST: usize = 64 * 1024;

/// What is kept of stderr, in bytes.
const ERRORS: u64 = 4 * 1024;

/// How long apart the child is looked at, once its stdout has ended.
const APART: Duration = Duration::from_millis(10);

/// `O_CLOEXEC`, as Linux shows it.
const CLOSES: u32 = 0o2_000_000;

/// How a program ended.
pub struct Ended {
    pub success: bool,
    /// Its exit status; none where a signal ended it.
    pub code: Option<i32>,
    /// `status 1`, or the signal that ended it.
    pub how: String,
    pub stdout: Secret,
    pub stderr: Secret,
}

/// What a program has around it.
#[derive(Clone, Copy, Default)]
pub struct Around<'a> {
    /// Where it runs; where we do, unless this says otherwise.
    pub folder: Option<&'a Path>,
    /// The variables that it gets; ours, unless this says otherwise.
    pub environment: Option<&'a [(OsString, OsString)]>,
    /// What it is called; as its file is, unless this says otherwise.
    pub called: Option<&'a OsStr>,
}

/// Why it did not come to its end.
pub enum Failed {
    NotStarted(io::Error),
    TimedOut,
    TooMuch,
    Unread(io::Error),
}

impl Failed {
    /// The same in words.
    pub fn why(&self, program: &str, limit: Duration) -> String {
        match self {
            Failed::NotStarted(error) if error.kind() == io::ErrorKind::NotFound => {
                format!("`{program}` is not installed, or not on the PATH")
            }
            Failed::NotStarted(error) => format!("`{program}` does not start: {error}"),
            Failed::TimedOut => {
                let milliseconds = limit.as_millis();
                format!("`{program}` did not end in {milliseconds} ms, and was stopped")
            }
            Failed::TooMuch => format!("`{program}` wrote more than {LARGEST} bytes"),
            Failed::Unread(error) => format!("`{program}` cannot be read: {error}"),
        }
    }
}

enum Event {
    Out(io::Result<Secret>),
    Errors(Secret),
}

/// Runs a program. Without `stdin` it reads nothing: some programs take an open one for a value to keep.
///
/// # Errors
/// When it does not start, does not end in time, or writes too much.
pub fn run(
    program: impl AsRef<OsStr>,
    arguments: impl Iterator<Item = String>,
    stdin: Option<Secret>,
    limit: Duration,
    around: Around<'_>,
) -> Result<Ended, Failed> {
    let mut child = prepared(program, arguments, around)?
        .stdin(stdin.as_ref().map_or_else(Stdio::null, |_| Stdio::piped()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Failed::NotStarted)?;
    // The sender is kept, so that waiting for an event always waits.
    let (sender, events) = channel();
    attend(&mut child, stdin, &sender);
    let ended = finish(&mut child, &events, limit);
    if ended.is_err() {
        // It may have ended by itself meanwhile. What it started in its turn finds its pipes closed.
        let _ = child.kill();
        let _ = child.wait();
    }
    ended
}

/// A program that is ready to start, with none of our descriptors.
pub(super) fn prepared(
    program: impl AsRef<OsStr>,
    arguments: impl Iterator<Item = String>,
    around: Around<'_>,
) -> Result<Command, Failed> {
    let mut command = Command::new(program);
    if let Some(environment) = around.environment {
        command
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)));
    }
    if let Some(called) = around.called {
        command.arg0(called);
    }
    if let Some(folder) = around.folder {
        command.current_dir(folder);
    }
    command
        .args(arguments)
        .fd_mappings(hidden().map_err(unlisted)?)
        .expect("a listing names a descriptor once");
    Ok(command)
}

/// Nothing in place of each descriptor that the program would inherit, besides its own three.
fn hidden() -> io::Result<Vec<FdMapping>> {
    let nothing = OwnedFd::from(File::open("/dev/null")?);
    let hide = |child_fd| {
        let parent_fd = nothing.try_clone()?;
        Ok(FdMapping {
            parent_fd,
            child_fd,
        })
    };
    inherited()?.into_iter().map(hide).collect()
}

/// Not the error itself: of its kind is also that of a program that is not there.
fn unlisted(error: io::Error) -> Failed {
    let why = format!("what was given to us cannot be kept from it: {error}");
    Failed::NotStarted(io::Error::other(why))
}

/// The descriptors above the first three that are open, and stay so in a program that is started.
fn inherited() -> io::Result<Vec<RawFd>> {
    let mut open = Vec::new();
    for entry in fs::read_dir("/dev/fd")? {
        let name = entry?.file_name();
        open.extend(name.to_str().and_then(|name| name.parse::<RawFd>().ok()));
    }
    // The listing had one for itself. Its number is free again, and may be wanted to start the program.
    open.retain(|number| *number > 2 && !closes(*number) && is_open(*number));
    open.sort_unstable();
    open.dedup();
    Ok(open)
}

fn is_open(number: RawFd) -> bool {
    fs::symlink_metadata(format!("/dev/fd/{number}")).is_ok()
}

/// Whether a descriptor closes by itself when a program is started. Where the system does not tell, it is taken to stay.
fn closes(number: RawFd) -> bool {
    let told = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
    let flags = told.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & CLOSES != 0)
}

/// A thread for each pipe, so that none waits for another. They end with their pipe: whoever else holds it may outlive us.
fn attend(child: &mut Child, stdin: Option<Secret>, sender: &Sender<Event>) {
    if let (Some(mut pipe), Some(secret)) = (child.stdin.take(), stdin) {
        thread::spawn(move || {
            // A program that does not read to the end says in its status whether it minds.
            let _ = pipe.write_all(secret.expose());
        });
    }
    if let Some(pipe) = child.stdout.take() {
        let sender = sender.clone();
        thread::spawn(move || {
            let read = read(pipe.take(LARGEST as u64 + 1));
            let _ = sender.send(Event::Out(read));
        });
    }
    if let Some(mut pipe) = child.stderr.take() {
        let sender = sender.clone();
        thread::spawn(move || {
            let kept = read(pipe.by_ref().take(ERRORS)).unwrap_or_else(|_| Secret::new(Vec::new()));
            let _ = sender.send(Event::Errors(kept));
            // The rest is let go, so that the program is not held up.
            let _ = io::copy(&mut pipe, &mut io::sink());
        });
    }
}

fn read(mut pipe: impl Read) -> io::Result<Secret> {
    let mut bytes = Vec::new();
    let read = pipe.read_to_end(&mut bytes);
    let secret = Secret::new(bytes);
    read.map(|_| secret)
}

/// Waits for the end: at most the limit for stdout, and once more for the program itself.
fn finish(child: &mut Child, events: &Receiver<Event>, limit: Duration) -> Result<Ended, Failed> {
    let mut stderr = None;
    let stdout = loop {
        match events.recv_timeout(limit) {
            Ok(Event::Errors(kept)) => stderr = Some(kept),
            Ok(Event::Out(out)) => break out.map_err(Failed::Unread)?,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Err(Failed::TimedOut);
            }
        }
    };
    if stdout.len() > LARGEST {
        return Err(Failed::TooMuch);
    }
    let looks = limit.as_millis().div_ceil(APART.as_millis());
    for _ in 0..looks {
        let status = child.try_wait().map_err(Failed::Unread)?;
        let Some(status) = status else {
            if let Ok(Event::Errors(kept)) = events.recv_timeout(APART) {
                stderr = Some(kept);
            }
            continue;
        };
        if stderr.is_none() {
            // A daemon that it left behind may hold the pipe.
            if let Ok(Event::Errors(kept)) = events.recv_timeout(APART * 20) {
                stderr = Some(kept);
            }
        }
        return Ok(Ended {
            success: status.success(),
            code: status.code(),
            how: match status.code() {
                Some(code) => format!("status {code}"),
                None => status.to_string(),
            },
            stdout,
            stderr: stderr.unwrap_or_else(|| Secret::new(Vec::new())),
        });
    }
    Err(Failed::TimedOut)
}
