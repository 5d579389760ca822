//! The built program, run in a home of its own with a limit on its time. Shared by tests, holds none.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// More than any command takes on a slow machine: who needs longer hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The user that tests run commands as where root would be let through everywhere.
const NOBODY: u32 = 65534;

pub const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/brookfield");

/// A scratch home, `roll.db` and its lock in a folder of it.
pub struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Home {
        Home {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// With a store that holds the example and its facts.
    pub fn filled() -> Home {
        let home = Home::new();
        let facts = format!("{EXAMPLE}/facts.jsonl");
        for args in [
            &["init", "--no-secrets"][..],
            &["apply", EXAMPLE, "--yes"],
            &["import", "facts", &facts],
        ] {
            home.run(args).ok(0);
        }
        home
    }

    /// With a store that holds the example, an identity in its own file and a recovery key in `recovery.txt`.
    pub fn with_secrets() -> Home {
        let home = Home::new();
        for args in [
            &["init", "--identity-file", "--recovery-file", "recovery.txt"][..],
            &["apply", EXAMPLE, "--yes"],
        ] {
            home.run(args).ok(0);
        }
        home
    }

    /// All that the store holds, but for what it was refused: that is told in its trail, and changes nothing else.
    pub fn holds(&self) -> String {
        let db = rusqlite::Connection::open(self.store()).unwrap();
        let list = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('tree', 'checkpoint')";
        let mut names = db.prepare(list).unwrap();
        let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let mut all = String::new();
        for name in names.map(Result::unwrap) {
            let told = if name == "event" {
                " WHERE action <> 'refuse'"
            } else {
                ""
            };
            let mut rows = db.prepare(&format!("SELECT * FROM {name}{told}")).unwrap();
            let columns = rows.column_count();
            let mut rows = rows.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let cell = |at| row.get::<_, rusqlite::types::Value>(at).unwrap();
                let cells: Vec<_> = (0..columns).map(cell).collect();
                all.push_str(&format!("{name} {cells:?}\n"));
            }
        }
        all
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where the identity of the one store is kept when no option says so.
    pub fn identity(&self) -> PathBuf {
        let folder = self.path().join("config/keyroll/identities");
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut files = files.filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
        files.next().unwrap()
    }

    pub fn store(&self) -> PathBuf {
        self.path().join("data/keyroll/roll.db")
    }

    /// A file of the home with some content.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program with nobody at its terminal. A word `KEYROLL_CLOCK=TIME` is what its clock shows.
    pub fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        self.surround(&mut command);
        for word in args.iter().map(AsRef::as_ref) {
            match word
                .to_str()
                .and_then(|it| it.strip_prefix("KEYROLL_CLOCK="))
            {
                Some(time) => command.env("KEYROLL_CLOCK", time),
                None => command.arg(word),
            };
        }
        command
    }

    /// A shell script in which `$0` is the program.
    pub fn shell(&self, script: &str, args: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_keyroll")]);
        command.args(args);
        self.surround(&mut command);
        command
    }

    fn surround(&self, command: &mut Command) {
        for name in [
            "KEYROLL_STORE",
            "KEYROLL_CONFIG",
            "KEYROLL_CLOCK",
            "KEYROLL_LOCK_WAIT",
            "KEYROLL_IDENTITY_FILE",
            "KEYROLL_AUDIT_KEY",
            "CREDENTIALS_DIRECTORY",
            "DBUS_SESSION_BUS_ADDRESS",
            "VISUAL",
            "EDITOR",
        ] {
            command.env_remove(name);
        }
        command
            .current_dir(self.path())
            .env("HOME", self.path())
            .env("XDG_DATA_HOME", self.path().join("data"))
            .env("XDG_CONFIG_HOME", self.path().join("config"))
            .env("XDG_STATE_HOME", self.path().join("state"))
            // No session bus stands there: the keyring of whoever runs the tests is left alone.
            .env("XDG_RUNTIME_DIR", self.path().join("no-runtime"))
            .env("KEYROLL_ACTOR", "tester")
            // A slow machine is no slow provider.
            .env("KEYROLL_HASTE", "40")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    pub fn run(&self, args: &[impl AsRef<OsStr>]) -> Ran {
        finish(self.command(args))
    }

    /// Runs it with something on its standard input.
    pub fn given(&self, args: &[impl AsRef<OsStr>], input: impl AsRef<[u8]>) -> Ran {
        fed(self.command(args), input)
    }

    /// Everything in the home given to the user that [`as_nobody`] runs commands as.
    pub fn give_away(&self) {
        if is_root() {
            give_away(self.path());
        }
    }
}

fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if fs::symlink_metadata(path).unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs a command as a user whom modes hold back.
pub fn as_nobody(mut command: Command) -> Ran {
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    finish(command)
}

pub fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs a command to its end with something on its standard input: as much as a pipe takes at once.
pub fn fed(mut command: Command, input: impl AsRef<[u8]>) -> Ran {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(input.as_ref()).unwrap();
    drop(writer);
    command.stdin(reader);
    finish(command)
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Ran {
    let child = command.spawn().unwrap();
    let words = command.get_args().map(|arg| format!("{arg:.200?}"));
    ended(child, words.collect::<Vec<_>>().join(" "))
}

/// Waits for a child; one that hangs is killed and fails the test.
pub fn ended(child: Child, command: String) -> Ran {
    let pid = rustix::process::Pid::from_child(&child);
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || send.send(child.wait_with_output()));
    let output = receive.recv_timeout(LIMIT).unwrap_or_else(|_| {
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        panic!("hangs: {command}");
    });
    let output = output.unwrap();
    Ran {
        command,
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Ran {
    pub command: String,
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Ended with this status, without a panic, and with nothing raw in what it said.
    pub fn ok(self, status: i32) -> Ran {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self.clean()
    }

    pub fn clean(self) -> Ran {
        let raw = |c: char| c.is_control() && c != '\n';
        assert!(
            !self.stdout.contains(raw) && !self.stderr.contains(raw),
            "{self:#?}"
        );
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        assert!(self.status.is_some(), "killed: {self:#?}");
        self
    }

    /// Refused with this status, what happened, and what to do next.
    pub fn refused(self, status: i32) -> Ran {
        let ran = self.ok(status);
        let mut lines = ran.stderr.lines();
        assert!(
            lines.any(|line| line.len() > 10 && line.starts_with("error: ")),
            "{ran:#?}"
        );
        let hinted = lines.any(|line| line.len() > 8 && line.starts_with("hint: "));
        let of_words = status == 2 && ran.stderr.contains("try '--help'");
        assert!(hinted || of_words, "{ran:#?}");
        ran
    }

    /// Refused, with nothing said before that.
    pub fn refused_at_once(self, status: i32) -> Ran {
        let ran = self.refused(status);
        assert!(ran.stderr.starts_with("error: "), "{ran:#?}");
        assert_eq!(ran.stdout, "", "{ran:#?}");
        ran
    }

    /// Said this, on either stream.
    pub fn says(self, words: &str) -> Ran {
        assert!(
            self.stdout.contains(words) || self.stderr.contains(words),
            "`{words}` is not in {self:#?}"
        );
        self
    }
}
