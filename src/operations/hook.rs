//! Runs a hook: a program of the user's own that is told what happened. Never a shell, no descriptor of ours, few of
//! our variables, and a limit on its time. What it is told is committed before; it decides nothing.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::model::hook::{Argv, HookEvent};
use crate::model::text::{is_unsafe, shape};
use crate::program::{self, Around, Ended};
use crate::report::json;
use crate::secret::Secret;

/// How long a hook may take.
pub const HOOK_TIMEOUT: Duration = Duration::from_secs(60);

/// The most that is shown of what a program said, in characters.
const SHOWN: usize = 200;

/// A hook, ready to run.
#[derive(Clone, Debug)]
pub struct Hook {
    event: HookEvent,
    argv: Argv,
    /// Where the program lies: what is checked is what runs.
    program: PathBuf,
    /// Where the configuration lies that names it: there it runs.
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
    limit: Duration,
}

/// A hook that did not do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the hook {event}: {why}")]
pub struct HookError {
    pub event: HookEvent,
    pub why: String,
}

impl Hook {
    /// The program of a configuration in `folder`, with these variables. A path is taken from that folder, never from where
    /// we happen to run: what lies there may be anybody's. A bare name is looked up once, on their PATH.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn new(
        event: HookEvent,
        argv: Argv,
        folder: PathBuf,
        environment: Vec<(OsString, OsString)>,
    ) -> Result<Hook, HookError> {
        let name = argv.program();
        let found = match name.contains('/') {
            true => Some(folder.join(name)).filter(|path| path.is_file()),
            false => on_path(name, &environment),
        };
        let Some(program) = found else {
            let why = match name.contains('/') {
                true => format!("there is no file `{}`", shown(&folder.join(name))),
                false => format!(
                    "`{}` is not installed, or not on the PATH",
                    name.escape_debug()
                ),
            };
            return Err(HookError { event, why });
        };
        Ok(Hook {
            event,
            argv,
            program,
            folder,
            environment,
            limit: HOOK_TIMEOUT,
        })
    }

    /// Where the program lies.
    pub fn path(&self) -> &Path {
        &self.program
    }

    pub fn event(&self) -> HookEvent {
        self.event
    }

    /// What it is given beside the message.
    pub fn arguments(&self) -> &[String] {
        self.argv.arguments()
    }

    /// The program as the configuration names it.
    pub fn program(&self) -> &str {
        self.argv.program()
    }

    /// Tells it what happened: one JSON value on its stdin, in which nothing stands raw that a terminal would obey.
    ///
    /// # Errors
    /// When it does not start, does not end in time, or says that it failed.
    pub fn tell(&self, message: &Value) -> Result<(), HookError> {
        let around = Around {
            folder: Some(&self.folder),
            environment: Some(&self.environment),
            called: Some(self.program().as_ref()),
        };
        let arguments = self.argv.arguments().iter().cloned();
        let stdin = Secret::new(json::line(message).into_bytes());
        let ended = program::run(&self.program, arguments, Some(stdin), self.limit, around);
        let why = match ended {
            Ok(ended) if ended.success => return Ok(()),
            Ok(ended) => complaint(self.program(), &ended),
            Err(failed) => failed.why(self.program(), self.limit),
        };
        Err(HookError {
            event: self.event,
            why,
        })
    }
}

/// The first program of a name in the folders of the PATH. One that is named from where we run is passed over.
fn on_path(name: &str, environment: &[(OsString, OsString)]) -> Option<PathBuf> {
    let (_, path) = environment.iter().find(|(name, _)| name == "PATH")?;
    let can_run = |path: &PathBuf| {
        let meta = path.metadata();
        meta.is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(can_run)
}

/// How it ended, with the first line of what it said.
fn complaint(program: &str, ended: &Ended) -> String {
    let how = format!("`{program}` ended with {}", ended.how);
    let text = String::from_utf8_lossy(ended.stderr.expose());
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    let clean = |line: &str| -> String {
        let line = shape::masked(line).into_owned();
        line.chars()
            .filter(|c| !is_unsafe(*c))
            .take(SHOWN)
            .collect()
    };
    match first.map(clean).filter(|line| !line.is_empty()) {
        Some(line) => format!("{how}: {line}"),
        None => how,
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    fn argv(words: &[&str]) -> Argv {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Argv::try_from(words).unwrap()
    }

    fn environment() -> Vec<(OsString, OsString)> {
        vec![("PATH".into(), "bin:/usr/bin:/bin".into())]
    }

    fn told(words: &[&str], limit: Duration) -> (tempfile::TempDir, Result<(), HookError>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let mut hook = Hook::new(HookEvent::Invite, argv(words), path, environment()).unwrap();
        hook.limit = limit;
        let told = hook.tell(&json!({ "version": 1, "name": "Jo; $(touch x)" }));
        (folder, told)
    }

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn the_message_comes_by_stdin_and_the_program_runs_beside_its_configuration() {
        let (folder, told) = told(&["tee", "message", "a b;$(id)"], LONG);
        assert_eq!(told, Ok(()));
        let message = fs::read_to_string(folder.path().join("message")).unwrap();
        assert_eq!(message, "{\"version\":1,\"name\":\"Jo; $(touch x)\"}\n");
        assert!(folder.path().join("a b;$(id)").is_file());
        assert!(!folder.path().join("x").exists());
    }

    #[test]
    fn a_hook_that_fails_is_told_with_its_first_line_and_no_secret() {
        let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        let script = format!("echo 'no \u{1b}[31mroute {token}' >&2; exit 3");
        let (_, told) = told(&["sh", "-c", &script.replace('\u{1b}', "")], LONG);
        let why = told.unwrap_err().to_string();
        assert!(
            why.starts_with("the hook on-invite: `sh` ended with status 3: no "),
            "{why}"
        );
        assert!(!why.contains(&token), "{why}");
    }

    #[test]
    fn a_hook_that_does_not_end_is_stopped() {
        let (_, told) = told(&["tail", "-f", "/dev/null"], Duration::from_millis(100));
        let why = told.unwrap_err().why;
        assert_eq!(why, "`tail` did not end in 100 ms, and was stopped");
    }

    #[test]
    fn a_path_is_taken_from_the_folder_of_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let hook =
            |words: &[&str]| Hook::new(HookEvent::Invite, argv(words), path.clone(), environment());
        let sh = hook(&["sh"]).unwrap();
        assert!(sh.path().is_absolute() && sh.path().ends_with("bin/sh"));
        let why = hook(&["mail.sh"]).unwrap_err().why;
        assert_eq!(why, "`mail.sh` is not installed, or not on the PATH");
        let why = hook(&["./mail.sh"]).unwrap_err().why;
        assert!(why.starts_with("there is no file `/"), "{why}");
        fs::write(path.join("mail.sh"), "").unwrap();
        let why = hook(&["./mail.sh"]).unwrap().tell(&json!({})).unwrap_err();
        assert!(why.why.contains("does not start"), "{why}");
    }
}
