//! The only writer to the terminal. Data to stdout, everything else to stderr; a closed pipe is not a failure.

use std::io::{self, IsTerminal, Read, Write};

use crate::cli::failure::Failure;
use crate::cli::hidden::{self, Typed};
use crate::report::escape;
use crate::secret::Secret;

/// Where a command's words go.
#[derive(Default)]
pub struct Output {
    /// The reader of stdout has gone: nothing more is written to it.
    closed: bool,
}

impl Output {
    /// Writes data to stdout.
    ///
    /// # Errors
    /// When stdout cannot take it (a full disk). A reader that went away is no error.
    pub fn data(&mut self, text: &str) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => Err(unwritable(&error)),
        }
    }

    /// Whether the reader of stdout has gone: a stream of data ends there.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Waits for a second, or until the reader of stdout has gone; whether it has.
    ///
    /// # Errors
    /// When that cannot be told.
    pub fn waited_until_closed(&mut self) -> Result<bool, Failure> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let second = Timespec {
            tv_sec: 1,
            tv_nsec: 0,
        };
        let stdout = io::stdout();
        // No event is asked for: those of an end come unasked.
        let mut ends = [PollFd::new(&stdout, PollFlags::empty())];
        match self.closed {
            true => Ok(true),
            false => match poll(&mut ends, Some(&second)) {
                Ok(_) => Ok(!ends[0].revents().is_empty()),
                Err(rustix::io::Errno::INTR) => Ok(false),
                Err(error) => Err(unwritable(&error.into())),
            },
        }
    }

    /// Writes a secret to stdout, unbuffered: the one place where a plaintext leaves by this process's own hand.
    ///
    /// # Errors
    /// When stdout cannot take it. A reader that went away is no error.
    pub fn secret(&mut self, secret: &Secret) -> Result<(), Failure> {
        let mut rest = secret.expose();
        while !rest.is_empty() {
            match rustix::io::write(io::stdout(), rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::PIPE) => return Ok(()),
                Err(error) => return Err(unwritable(&error.into())),
            }
        }
        Ok(())
    }

    /// A secret on a line of its own on stderr: a recovery key, printed once.
    ///
    /// # Errors
    /// When stderr cannot take it: then nobody has seen it.
    pub fn secret_line(&mut self, secret: &Secret) -> Result<(), Failure> {
        let mut stderr = io::stderr().lock();
        stderr
            .write_all(secret.expose())
            .and_then(|()| stderr.write_all(b"\n"))
            .map_err(|error| Failure::new(format!("cannot write to standard error: {error}")))
    }

    /// A prompt at the terminal, and what is typed there without being shown.
    ///
    /// # Errors
    /// When there is no terminal to type at.
    pub fn ask_secret(&mut self, prompt: &str) -> Result<Secret, Failure> {
        let typed = hidden::read(&escape::terminal(prompt));
        let typed = typed.map_err(|error| {
            Failure::new(format!("cannot read it from the terminal: {error}"))
                .hint("give it on standard input, with --from-file or on a descriptor")
        })?;
        match typed {
            Typed::Line(secret) => Ok(secret),
            Typed::Several => Err(Failure::usage(
                "more than one line was pasted, and one is asked for",
            )
            .hint("give what has several lines with --from-file FILE; nothing was stored")),
            Typed::Interrupted => {
                // As if the terminal had sent it: whoever started us sees how we ended.
                let _ = rustix::process::kill_process(
                    rustix::process::getpid(),
                    rustix::process::Signal::INT,
                );
                Err(Failure::refused("stopped; nothing was stored"))
            }
        }
    }

    /// Shows help or the version on stdout, or on stderr what is wrong with the words of the command line.
    ///
    /// # Errors
    /// When stdout cannot take it. A reader that went away is no error.
    pub fn clap(&mut self, error: &clap::Error) -> Result<(), Failure> {
        let plain = error.render().to_string();
        if error.use_stderr() && plain.chars().any(|c| c != '\n' && escape::is_unsafe(c)) {
            // It quotes words that must not reach a terminal as they are.
            self.preview(&escape::lines(&plain));
            return Ok(());
        }
        match error.print().and_then(|()| io::stdout().flush()) {
            Err(failed) if !error.use_stderr() && failed.kind() != io::ErrorKind::BrokenPipe => {
                Err(unwritable(&failed))
            }
            _ => Ok(()),
        }
    }

    /// One line to stderr, control characters escaped. A stderr that cannot take it is passed over.
    pub fn note(&mut self, line: impl AsRef<str>) {
        let line = escape::terminal(line.as_ref());
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Rendered text to stderr, escaped by its renderer: a plan before a question.
    pub fn preview(&mut self, rendered: &str) {
        let _ = io::stderr().lock().write_all(rendered.as_bytes());
    }

    /// A bar for long work: on a terminal alone, and only once the work takes long enough to wonder.
    pub fn progress(&mut self, what: &'static str) -> Progress {
        let is_terminal = io::stderr().is_terminal();
        Progress {
            bar: is_terminal.then(|| {
                let bar = indicatif::ProgressBar::new(0).with_message(what);
                let style = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
                bar.with_style(style.expect("the template is a good one"))
            }),
        }
    }

    /// A bar for the bytes of what is read; how many there are may not be known. On a terminal alone, and for large files.
    pub fn reading(&mut self, of: Option<u64>) -> Progress {
        let is_long = of.is_none_or(|of| of >= LONG_READ);
        let is_shown = is_long && io::stderr().is_terminal();
        let made = || {
            let (bar, template) = match of {
                Some(of) => (
                    indicatif::ProgressBar::new(of),
                    "reading {wide_bar} {bytes}/{total_bytes}",
                ),
                None => (
                    indicatif::ProgressBar::no_length(),
                    "reading, {bytes} so far",
                ),
            };
            let style = indicatif::ProgressStyle::with_template(template);
            bar.with_style(style.expect("the template is a good one"))
        };
        Progress {
            bar: is_shown.then(made),
        }
    }

    /// A prompt on stderr and the line typed on stdin; `None` at the end of input.
    ///
    /// # Errors
    /// When stdin cannot be read.
    pub fn ask(&mut self, prompt: &str) -> Result<Option<String>, Failure> {
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "{}", escape::terminal(prompt)).and_then(|()| stderr.flush());
        drop(stderr);
        let mut line = String::new();
        match io::stdin().read_line(&mut line) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(line.trim().to_owned())),
            Err(error) => Err(Failure::new(format!("cannot read the answer: {error}"))),
        }
    }

    /// Whether somebody sits at both ends: questions can be asked.
    pub fn interactive() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}

/// From how many bytes on it takes long enough to wonder.
const LONG_READ: u64 = 16 << 20;

/// How far long work is.
pub struct Progress {
    bar: Option<indicatif::ProgressBar>,
}

impl Progress {
    pub fn set(&self, done: usize, of: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
            if done == of {
                bar.finish_and_clear();
            }
        }
    }

    /// What is read of something moves the bar on.
    pub fn watched(&self, from: Box<dyn Read>) -> Box<dyn Read> {
        match &self.bar {
            Some(bar) => Box::new(bar.wrap_read(from)),
            None => from,
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// That stdout cannot take what was to be shown.
fn unwritable(error: &io::Error) -> Failure {
    Failure::new(format!("cannot write to standard output: {error}"))
        .hint("make room where the output goes, or send it elsewhere")
}
