//! A line typed at the terminal without being shown. The terminal is as it was afterwards, however the typing ended.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::time::Duration;

use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr,
    tcsetattr,
};

use crate::secret::Secret;

/// How long the rest of a paste may take.
const REST: Duration = Duration::from_millis(50);

/// What Ctrl-C sends.
const INTERRUPT: u8 = 3;

/// How the typing ended.
pub enum Typed {
    Line(Secret),
    /// More lines were there at once: something was pasted, and nobody knows how much of it was meant.
    Several,
    /// Ctrl-C.
    Interrupted,
}

/// The terminal, whose settings come back when this is let go of.
struct Quiet {
    tty: File,
    before: Termios,
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.tty, OptionalActions::Now, &self.before);
        let _ = self.tty.write_all(b"\n");
    }
}

/// Asks at the terminal that this process belongs to, whatever its standard streams are.
///
/// # Errors
/// When there is no terminal.
#[expect(
    clippy::disallowed_methods,
    reason = "a paste arrives in pieces, and only time tells that there is no more"
)]
pub fn read(prompt: &str) -> io::Result<Typed> {
    let mut tty = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    let before = tcgetattr(&tty)?;
    let mut quiet = before.clone();
    // No signal while nothing is shown: it would end us before the terminal shows again what is typed. Ctrl-C ends the
    // line instead.
    quiet
        .local_modes
        .remove(LocalModes::ECHO | LocalModes::ISIG);
    quiet.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
    tty.write_all(prompt.as_bytes())?;
    let quiet_tty = Quiet { tty, before };
    tcsetattr(&quiet_tty.tty, OptionalActions::Now, &quiet)?;
    // The longest line that a terminal gives at once; whole from the start, as a buffer that grows leaves copies behind.
    let mut line = vec![0; 4096];
    let read = rustix::io::read(&quiet_tty.tty, &mut line[..])?;
    line.truncate(read);
    let mut secret = Secret::new(line);
    if secret.expose().last() == Some(&INTERRUPT) {
        return Ok(Typed::Interrupted);
    }
    secret.trim_newline();
    // On a busy machine the rest of what was pasted comes a moment later.
    std::thread::sleep(REST);
    if rustix::io::ioctl_fionread(&quiet_tty.tty)? > 0 {
        tcflush(&quiet_tty.tty, QueueSelector::IFlush)?;
        return Ok(Typed::Several);
    }
    Ok(Typed::Line(secret))
}
