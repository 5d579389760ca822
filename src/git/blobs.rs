//! Objects by their names, from one `git cat-file` that is asked again and again.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;

use crate::git::error::GitError;
use crate::git::program::{Git, Running};

/// The longest line before an object, in bytes; it may repeat what was asked.
const LONGEST_LINE: u64 = 16 * 1024;

/// What is asked of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Its kind and size.
    Head,
    /// Its bytes too, up to so many.
    Bytes { most: u64 },
}

/// An object, as far as it was asked for.
pub(super) struct Object {
    pub kind: String,
    pub size: u64,
    /// Empty where it is too large, or only its head was asked for.
    pub bytes: Vec<u8>,
}

/// A `git cat-file` that waits for names.
pub(super) struct Objects {
    git: Git,
    stdin: ChildStdin,
    /// None where there is no such object.
    answers: Receiver<io::Result<Option<Object>>>,
    _running: Running,
}

impl Objects {
    pub fn start(git: &Git, ask: Ask) -> Result<Objects, GitError> {
        let batch = match ask {
            Ask::Head => "--batch-check",
            Ask::Bytes { .. } => "--batch",
        };
        let words = ["cat-file", batch].map(OsStr::new);
        let mut running = git.start(&words, Stdio::piped())?;
        let child = &mut running.0;
        let (Some(stdin), Some(stdout), Some(mut stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(GitError::Confused);
        };
        // What it says of one object is told by its answer.
        thread::spawn(move || io::copy(&mut stderr, &mut io::sink()));
        let (sender, answers) = sync_channel(1);
        thread::spawn(move || listen(stdout, ask, &sender));
        Ok(Objects {
            git: git.clone(),
            stdin,
            answers,
            _running: running,
        })
    }

    /// The object of a name, which holds no line feed; none where there is none.
    pub fn get(&mut self, name: &[u8]) -> Result<Option<Object>, GitError> {
        if name.contains(&b'\n') {
            return Ok(None);
        }
        let line = [name, b"\n"].concat();
        self.stdin.write_all(&line).map_err(GitError::Unread)?;
        self.stdin.flush().map_err(GitError::Unread)?;
        match self.answers.recv_timeout(self.git.limit()) {
            Ok(answer) => answer.map_err(GitError::Unread),
            Err(RecvTimeoutError::Timeout) => Err(self.git.timed_out()),
            Err(RecvTimeoutError::Disconnected) => Err(GitError::Confused),
        }
    }
}

/// Hands on one answer after the other until the program or who asks it ends.
fn listen(stdout: ChildStdout, ask: Ask, sender: &SyncSender<io::Result<Option<Object>>>) {
    let mut reader = BufReader::new(stdout);
    loop {
        let answer = answer(&mut reader, ask);
        let ended = answer.is_err();
        if sender.send(answer).is_err() || ended {
            return;
        }
    }
}

/// `OID KIND SIZE` and, where they were asked for, the bytes and a line feed; or `NAME missing`.
fn answer(reader: &mut impl BufRead, ask: Ask) -> io::Result<Option<Object>> {
    let mut line = Vec::new();
    reader
        .by_ref()
        .take(LONGEST_LINE)
        .read_until(b'\n', &mut line)?;
    let Some(line) = line.strip_suffix(b"\n") else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let text = String::from_utf8_lossy(line);
    let words: Vec<&str> = text.split(' ').collect();
    let [oid, kind, size] = words[..] else {
        return Ok(None);
    };
    let (true, Ok(size)) = (is_oid(oid), size.parse::<u64>()) else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    if let Ask::Bytes { most } = ask {
        if size <= most {
            reader.by_ref().take(size).read_to_end(&mut bytes)?;
        } else {
            io::copy(&mut reader.by_ref().take(size), &mut io::sink())?;
        }
        let mut end = [0];
        reader.read_exact(&mut end)?;
    }
    Ok(Some(Object {
        kind: kind.to_owned(),
        size,
        bytes,
    }))
}

/// Whether a text is the name of an object in full, by SHA-1 or SHA-256.
pub(super) fn is_oid(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_one_by_one() {
        let oid = "0123456789abcdef0123456789abcdef01234567";
        let text =
            format!("{oid} blob 3\na\nb\nx missing\n{oid} blob 9\n123456789\n{oid} blob 0\n\n");
        let mut reader = text.as_bytes();
        let mut next = || answer(&mut reader, Ask::Bytes { most: 5 });
        assert_eq!(next().unwrap().unwrap().bytes, b"a\nb");
        assert!(next().unwrap().is_none());
        let large = next().unwrap().unwrap();
        assert_eq!((large.size, large.bytes.len()), (9, 0));
        assert_eq!(next().unwrap().unwrap().size, 0);
        assert!(next().is_err());
    }
}
