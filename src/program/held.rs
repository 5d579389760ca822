//! A program that is kept running: a line in, a line out, each within a limit. It ends when it is let go of.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::program::run::{Around, Failed, prepared};
use crate::secret::Secret;

/// The longest line that it may say, in bytes.
const LINE: u64 = 4 * 1024;

/// The most lines that it may say unasked.
const LINES: usize = 64;

/// A running program.
pub struct Held {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    limit: Duration,
}

/// Why no line came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silent {
    TimedOut,
    Ended,
}

impl Held {
    /// Starts it, and gives it the secret as its first line.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(
        program: impl AsRef<OsStr>,
        arguments: impl Iterator<Item = String>,
        first: &Secret,
        limit: Duration,
        around: Around<'_>,
    ) -> Result<Held, Failed> {
        let mut child = prepared(program, arguments, around)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Failed::NotStarted)?;
        let stdin = child.stdin.take().expect("a pipe was asked for");
        let stdout = child.stdout.take().expect("a pipe was asked for");
        let (sender, lines) = sync_channel(LINES);
        thread::spawn(move || listen(stdout, &sender));
        let mut held = Held {
            child,
            stdin,
            lines,
            limit,
        };
        // One that has ended already says so when it is asked.
        let _ = held.stdin.write_all(first.expose());
        let _ = held.stdin.write_all(b"\n");
        Ok(held)
    }

    /// Lets each line from now on take as long as a limit.
    pub fn within(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// The next line that it says.
    ///
    /// # Errors
    /// When none comes in time.
    pub fn line(&self) -> Result<String, Silent> {
        self.lines
            .recv_timeout(self.limit)
            .map_err(|error| match error {
                RecvTimeoutError::Timeout => Silent::TimedOut,
                RecvTimeoutError::Disconnected => Silent::Ended,
            })
    }

    /// Gives it a line, and hears its answer.
    ///
    /// # Errors
    /// When none comes in time.
    pub fn ask(&mut self, line: &str) -> Result<String, Silent> {
        // What it said unasked is no answer to this.
        while self.lines.try_recv().is_ok() {}
        let told = writeln!(self.stdin, "{line}");
        told.map_err(|_| Silent::Ended)?;
        self.line()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // It may have ended by itself meanwhile.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hands on what it says, line by line, until one is too long or there are too many of them: then it has ended.
fn listen(stdout: ChildStdout, sender: &SyncSender<String>) {
    let mut from = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let read = from.by_ref().take(LINE).read_until(b'\n', &mut line);
        if !matches!(read, Ok(1..)) || !line.ends_with(b"\n") {
            return;
        }
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        match sender.try_send(text) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str, limit: Duration) -> Held {
        let arguments = ["-c".to_owned(), script.to_owned()].into_iter();
        let secret = Secret::from("s3cret".to_owned());
        let started = Held::start("sh", arguments, &secret, limit, Around::default());
        started.ok().unwrap()
    }

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn a_program_is_asked_again_and_again() {
        let mut held = start(
            r#"read s; [ "$s" = s3cret ] && echo held; while read q; do echo "$q!"; done"#,
            LONG,
        );
        assert_eq!(held.line(), Ok("held".to_owned()));
        assert_eq!(held.ask("one"), Ok("one!".to_owned()));
        assert_eq!(held.ask("two"), Ok("two!".to_owned()));
    }

    #[test]
    fn one_that_says_nothing_is_given_up() {
        let held = start("read s; cat", Duration::from_millis(100));
        assert_eq!(held.line(), Err(Silent::TimedOut));
    }

    #[test]
    fn one_that_ends_or_floods_is_no_answer() {
        assert_eq!(start("read s", LONG).line(), Err(Silent::Ended));
        let flood = "read s; while :; do printf 0123456789012345678901234567890123456789; done";
        assert_eq!(start(flood, LONG).line(), Err(Silent::Ended));
        let chatter = start("read s; while :; do echo held; done", LONG);
        let said = std::iter::from_fn(|| chatter.line().ok());
        assert!(said.take(1_000_000).count() < 1_000_000);
    }
}
