//! What a command runs in: the only reader of the clock, the environment and the standard paths.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock and the environment"
)]

mod actor;
mod formats;
mod globals;
mod opening;
mod places;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use etcetera::BaseStrategy;

pub use crate::cli::context::globals::{Color, Globals};
use crate::cli::context::opening::Touched;
use crate::cli::context::places::IdentityFiles;
pub use crate::cli::context::places::from_here;
use crate::cli::failure::Failure;
use crate::cli::harden::Before;
use crate::cli::output::Output;
use crate::manifest::CONFIG_FILE;
use crate::model::date::{Date, Timestamp};
use crate::report::{FindingsFormat, Format, Terminal};
use crate::secrets::{Places, Reach};

/// What is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    Inventory,
    Store,
}

/// Where a configuration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigPath {
    /// Somebody named it: a link to it is followed.
    Named(PathBuf),
    /// It lies in a folder, and may be a stranger's.
    Found(PathBuf),
}

/// The surroundings of one command.
pub struct Context {
    pub globals: Globals,
    pub out: Output,
    /// The command as typed, for the audit trail.
    command: String,
    now: Timestamp,
    begun: Instant,
    /// The limits of the process as they were.
    before: Before,
    /// What the command has done to the store so far.
    touched: Touched,
}

impl Context {
    pub fn new(mut globals: Globals, args: &[OsString], before: Before) -> Context {
        globals.format = match globals.asked {
            FindingsFormat::Rows(format) => format,
            // Shown by some commands alone: see `rows_alone`.
            FindingsFormat::Ci(_) | FindingsFormat::Watch(_) | FindingsFormat::Siem(_) => {
                Format::default()
            }
        };
        Context {
            globals,
            out: Output::default(),
            command: actor::typed(args),
            before,
            touched: Touched::default(),
            begun: Instant::now(),
            now: places::clock(),
        }
    }

    /// Gives the process its limits back, right before it becomes another program.
    pub fn back_to_normal(&self) {
        self.before.restore();
    }

    /// The day to judge by.
    pub fn as_of(&self) -> Date {
        self.globals.as_of.unwrap_or_else(|| self.now.date())
    }

    /// The terminal that stdout is, or is not.
    pub fn terminal(&self) -> Terminal {
        let is_terminal = io::stdout().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let color = match self.globals.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto if set("CLICOLOR_FORCE") => true,
            Color::Auto => {
                is_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|text| text.parse().ok());
        let window = || {
            rustix::termios::tcgetwinsize(io::stdout())
                .ok()
                .map(|size| size.ws_col)
        };
        let width = columns
            .or_else(|| window().filter(|_| is_terminal))
            .filter(|width| *width >= 20);
        Terminal { width, color }
    }

    /// Whether a question may be asked.
    pub fn may_ask(&self) -> bool {
        !self.globals.no_input && Output::interactive()
    }

    /// Where the store is, whether or not it is there yet.
    ///
    /// # Errors
    /// When neither an option nor a home folder says where.
    pub fn store_path(&self) -> Result<PathBuf, Failure> {
        self.globals
            .store
            .clone()
            .or_else(default_store)
            .ok_or_else(|| {
                Failure::usage("there is no home folder to keep the store in")
                    .hint("name the store with --store FILE or KEYROLL_STORE")
            })
    }

    /// Whether something may be asked that must not be shown: answered at the terminal, whatever stdin is.
    pub fn may_ask_secret(&self) -> bool {
        !self.globals.no_input && io::stderr().is_terminal()
    }

    /// Whether a secret that is printed on stderr is seen by somebody at a terminal, and kept in no log.
    pub fn may_show_secret(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// How long the OS keyring may take: long where somebody may have to unlock it.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(if self.may_ask_secret() { 60 } else { 3 })
    }

    /// The files where an identity of a store is looked for, in this order.
    pub fn identity_files(&self, store: &str) -> IdentityFiles {
        places::identity_files(store)
    }

    /// The places where secrets live, as they can be reached from here.
    pub fn places(&self) -> Places {
        Places::new(Reach {
            patience: self.patience(),
            vault: places::vault,
            commands: places::commands,
            variable: places::set,
        })
    }

    /// A moment so many seconds from now, for what ends by itself.
    pub fn in_seconds(&self, seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    /// What `git` is given of our environment.
    pub fn git_environment(&self) -> Vec<(OsString, OsString)> {
        places::git_environment()
    }

    /// The variables of ours that a hook gets.
    pub fn hook_environment(&self) -> Vec<(OsString, OsString)> {
        places::hook_environment()
    }

    /// How servers are reached, as the environment says.
    pub fn http(&self) -> crate::wire::Settings {
        places::http()
    }

    /// A file or folder of the user's own configuration, where it is there.
    pub fn own(&self, name: &str) -> Option<PathBuf> {
        places::own(name)
    }

    /// What time it is for how long things take.
    pub fn clock(&self) -> fn() -> Instant {
        Instant::now
    }

    /// How long a look may keep an emergency waiting.
    pub fn haste(&self) -> Duration {
        places::haste()
    }

    /// The moment it is, for what takes so long that `now` has passed. No option moves it: effects go by it.
    pub fn this_moment(&self) -> Timestamp {
        let passed = i64::try_from(self.begun.elapsed().as_secs()).unwrap_or(0);
        Timestamp::from_unix(self.now.unix().saturating_add(passed))
    }

    /// That no other day is judged by, where something takes effect: a lag that is over on some day is not over today.
    ///
    /// # Errors
    /// When one is.
    pub fn acts_today(&self) -> Result<(), Failure> {
        match self.globals.as_of {
            None => Ok(()),
            Some(day) => Err(Failure::usage(format!(
                "--as-of {day} moves no clock that something takes effect by"
            ))
            .hint("leave it out; `check` and --dry-run show another day. Nothing was done")),
        }
    }

    /// Where this user keeps what was seen: `keyroll` in the XDG state folder.
    pub fn state_folder(&self) -> Option<PathBuf> {
        let folders = etcetera::choose_base_strategy().ok()?;
        let state = folders.state_dir().unwrap_or_else(|| folders.data_dir());
        Some(state.join("keyroll"))
    }

    /// Now, for what is written beside a record.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// When the roll is judged: now, or the beginning of the day that was named.
    pub fn judged_at(&self) -> Timestamp {
        self.globals.as_of.map_or(self.now, Timestamp::from)
    }

    /// Today (UTC), whatever day is judged by.
    pub fn today(&self) -> Date {
        self.now.date()
    }

    /// Where the configuration is, where there is one: the one that is named, else the nearest `keyroll.toml` from the
    /// working folder up to the repository's root where `beside` says that a declared inventory is judged, else the user's
    /// own. A store is not judged by what lies in a folder.
    pub fn config_path(&self, beside: Beside) -> Option<ConfigPath> {
        if self.globals.no_config {
            return None;
        }
        let named = self.globals.config.clone();
        named
            .or_else(|| places::set("KEYROLL_CONFIG").map(PathBuf::from))
            .map(ConfigPath::Named)
            .or_else(|| match beside {
                Beside::Inventory => places::nearest(CONFIG_FILE).map(ConfigPath::Found),
                Beside::Store => None,
            })
            .or_else(|| places::own(CONFIG_FILE).map(ConfigPath::Named))
    }

    /// The program that edits text, split at blanks: `VISUAL`, else `EDITOR`, else `vi` where somebody can use it.
    ///
    /// # Errors
    /// When none is named and nobody sits at a terminal, or nothing may be asked.
    pub fn editor(&self) -> Result<Vec<String>, Failure> {
        let named = |name: &str| {
            std::env::var(name)
                .ok()
                .filter(|value| !value.trim().is_empty())
        };
        let line = named("VISUAL").or_else(|| named("EDITOR"));
        let line = match line {
            Some(line) if !self.globals.no_input => line,
            None if self.may_ask() => "vi".to_owned(),
            _ => {
                return Err(Failure::usage("an editor needs somebody at a terminal")
                    .hint("change fields with `set FIELD=VALUE`, or name an editor in EDITOR"));
            }
        };
        Ok(line.split_whitespace().map(str::to_owned).collect())
    }

    /// Asks before something is done; `--yes` answers.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer is no: nothing is done then.
    pub fn confirm(&mut self, question: &str) -> Result<(), Failure> {
        if self.globals.yes {
            return Ok(());
        }
        if !self.may_ask() {
            return Err(
                Failure::usage(format!("{question} Nobody is there to answer"))
                    .hint("say --yes to do it without asking; nothing was changed"),
            );
        }
        let answer = self
            .out
            .ask(&format!("{question} [y/N] "))?
            .unwrap_or_default();
        if matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
            Ok(())
        } else {
            Err(Failure::declined())
        }
    }
}

/// The store where no option names one: `KEYROLL_STORE`, else `keyroll/roll.db` in the XDG data folder.
pub fn default_store() -> Option<PathBuf> {
    let named = std::env::var_os("KEYROLL_STORE").filter(|path| !path.is_empty());
    named.map(PathBuf::from).or_else(|| {
        let folders = etcetera::choose_base_strategy().ok()?;
        Some(folders.data_dir().join("keyroll").join("roll.db"))
    })
}
