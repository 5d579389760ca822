//! A command under strace: what it hands to the system, byte for byte.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Every way in which bytes leave a process, and the names of the files that it opens.
const CALLS: &str = "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,splice,vmsplice,\
    execve,execveat,openat,open,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,\
    setxattr,unlink,unlinkat,prctl";

/// One call to the system.
pub struct Call {
    pub name: String,
    /// The descriptor that it is on, where its first argument is one.
    pub on: Option<i32>,
    /// What that descriptor is: a path, `pipe:[1]`, `socket:[1]`.
    pub what: String,
    /// All of it, as the system got it.
    pub bytes: Vec<u8>,
}

/// The same command, its calls noted down in a file; `more` are further options.
pub fn traced(command: &Command, to: &Path, more: &[&str]) -> Command {
    let root = rustix::process::geteuid().is_root();
    // Who is not root sees nothing of a process that keeps others out, but in a namespace of his own.
    let mut line: Vec<OsString> = match root {
        true => Vec::new(),
        false => ["unshare", "--map-root-user"].map(OsString::from).into(),
    };
    line.extend(
        [
            "strace", "-f", "-y", "-v", "-xx", "-s", "100000", "-e", CALLS,
        ]
        .map(Into::into),
    );
    line.extend(more.iter().map(OsString::from));
    line.extend([OsString::from("-o"), to.into(), "--".into()]);
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
    if let Some(folder) = command.get_current_dir() {
        traced.current_dir(folder);
    }
    traced
}

/// The calls that were noted down.
pub fn calls(file: &Path) -> Vec<Call> {
    let text = fs::read(file).expect("strace is there, and wrote its file");
    let lines = text.split(|b| *b == b'\n');
    let calls: Vec<Call> = lines.filter_map(call).collect();
    assert!(!calls.is_empty(), "strace saw nothing");
    calls
}

/// A line `PID name(ARGUMENTS) = RESULT`, each text in it written in hexadecimal.
fn call(line: &[u8]) -> Option<Call> {
    let text = std::str::from_utf8(line).unwrap();
    let (_, call) = text.split_once(' ')?;
    let (name, arguments) = call.trim_start().split_once('(')?;
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let (number, rest) = arguments.split_once('<').unwrap_or((arguments, ""));
    let what = rest.split_once('>').map_or("", |(what, _)| what);
    Some(Call {
        name: name.to_owned(),
        on: number.parse().ok(),
        what: String::from_utf8_lossy(&plain(what)).into_owned(),
        bytes: plain(arguments),
    })
}

/// A text with its `\xNN` taken back.
fn plain(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4);
    let mut rest = text.as_bytes();
    while let Some(first) = rest.first() {
        let number = rest
            .strip_prefix(b"\\x")
            .and_then(|rest| std::str::from_utf8(rest.get(..2)?).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match number {
            Some(byte) => {
                out.push(byte);
                rest = &rest[4..];
            }
            None => {
                out.push(*first);
                rest = &rest[1..];
            }
        }
    }
    out
}
