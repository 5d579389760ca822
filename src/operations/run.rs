//! Becomes another program, with secrets where it looks for them: in its environment, on its standard input, or on
//! descriptors of its own. Nothing of us is left then: its exit status and its signals are its own.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, PipeReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use command_fds::{CommandFdExt, FdMapping};

use crate::secret::Secret;

/// Where a program gets a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// In this variable of its environment.
    Variable(String),
    Stdin,
    /// On this descriptor.
    Descriptor(i32),
}

/// One secret and where the program gets it.
pub struct Delivery<'d> {
    pub way: Way,
    pub secret: &'d Secret,
}

/// Replaces this process by the program; comes back only when that failed. `closed` are descriptors that the identity or
/// its passphrase came on: the program gets nothing there.
pub fn replace(
    program: &OsStr,
    arguments: &[OsString],
    deliveries: &[Delivery<'_>],
    closed: &[i32],
) -> io::Error {
    match prepared(program, arguments, deliveries, closed) {
        Ok(mut command) => command.exec(),
        Err(error) => error,
    }
}

fn prepared(
    program: &OsStr,
    arguments: &[OsString],
    deliveries: &[Delivery<'_>],
    closed: &[i32],
) -> io::Result<Command> {
    let mut command = Command::new(program);
    command.args(arguments);
    let mut mappings = Vec::new();
    for number in closed {
        let taken = |delivery: &Delivery<'_>| delivery.way == Way::Descriptor(*number);
        match number {
            0 => drop(command.stdin(Stdio::null())),
            _ if deliveries.iter().any(taken) => {}
            _ => mappings.push(FdMapping {
                parent_fd: OwnedFd::from(File::open("/dev/null")?),
                child_fd: *number,
            }),
        }
    }
    for Delivery { way, secret } in deliveries {
        match way {
            Way::Variable(name) => {
                command.env(name, OsStr::from_bytes(secret.expose()));
            }
            Way::Stdin => {
                command.stdin(filled(secret)?);
            }
            Way::Descriptor(number) => mappings.push(FdMapping {
                parent_fd: OwnedFd::from(filled(secret)?),
                child_fd: *number,
            }),
        }
    }
    command
        .fd_mappings(mappings)
        .map_err(|_| io::Error::other("two secrets on one descriptor"))?;
    Ok(command)
}

/// The reading end of a pipe that holds the secret whole: it never touches a disk, and there is nobody left to write it.
fn filled(secret: &Secret) -> io::Result<PipeReader> {
    let (reader, mut writer) = io::pipe()?;
    // More than the pipe takes at once would wait for a reader that is not there yet.
    let room = rustix::pipe::fcntl_getpipe_size(&writer)?;
    if room < secret.len() {
        rustix::pipe::fcntl_setpipe_size(&writer, secret.len())?;
    }
    writer.write_all(secret.expose())?;
    Ok(reader)
}
