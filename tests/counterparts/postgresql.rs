//! PostgreSQL, with the roles, row policies and column grants of `examples/providers/postgresql`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use super::process::{Place, Server, done};
use super::project;

/// The password of the superuser `postgres`.
pub const SUPERUSER: &str = "root-canary-4fJ8wQ";

pub struct Postgresql {
    server: Server,
}

/// What `psql` said, and how it ended: 0, 2 where it is not let in or cut off, 3 where a statement failed.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn ok(self) -> String {
        assert_eq!(self.status, 0, "{self:?}");
        self.out
    }

    /// Refused with this SQLSTATE.
    pub fn refused(&self, state: &str) -> bool {
        self.status == 3 && self.err.contains(&format!("ERROR:  {state}"))
    }
}

/// The newest installed version's programs.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").ok();
    let mut found: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .map(|version| version.unwrap().path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().expect("run: apt-get install postgresql")
}

/// Who runs the server, where we are root: it refuses to.
fn user() -> Option<(u32, u32)> {
    rustix::process::geteuid().is_root().then(|| {
        let id = |what: &str| {
            let said = done(Command::new("id").args([what, "postgres"]));
            said.trim().parse().unwrap()
        };
        (id("-u"), id("-g"))
    })
}

/// A program and its options, as that user.
fn worded(user: Option<(u32, u32)>, program: &str, options: &str) -> Vec<String> {
    let lowered = user.map_or(String::new(), |(user, group)| {
        format!("setpriv --reuid={user} --regid={group} --clear-groups ")
    });
    let words = format!("{lowered}{program} {options}");
    words.split(' ').map(str::to_owned).collect()
}

fn run(words: &[String], folder: &Path) {
    done(
        Command::new(&words[0])
            .args(&words[1..])
            .current_dir(folder),
    );
}

/// A new cluster, as an archive: it is made once for all tests, as that takes longer than they do.
fn blueprint(user: Option<(u32, u32)>) -> &'static [u8] {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let password = folder.path().join("password");
        fs::write(&password, SUPERUSER).unwrap();
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = user {
            for path in [folder.path(), &password] {
                chown(path, Some(user), Some(group)).unwrap();
            }
        }
        let initdb = programs().join("initdb").display().to_string();
        let options =
            "-D data -U postgres -A scram-sha-256 --pwfile=password -E UTF8 --no-locale --no-sync";
        run(&worded(user, &initdb, options), folder.path());
        let mut tar = Command::new("tar");
        let tar = tar.args(["-c", "data"]).current_dir(folder.path());
        tar.output().unwrap().stdout
    })
}

/// Lays out a new cluster in a folder.
fn unpack(folder: &Path, user: Option<(u32, u32)>) {
    let words = worded(user, "tar", "-x");
    let mut tar = Command::new(&words[0]);
    let tar = tar
        .args(&words[1..])
        .current_dir(folder)
        .stdin(Stdio::piped());
    let mut tar = tar.spawn().unwrap();
    let mut input = tar.stdin.take().unwrap();
    input.write_all(blueprint(user)).unwrap();
    drop(input);
    assert!(tar.wait().unwrap().success());
}

impl Postgresql {
    /// A cluster with the database `maintenance` and the example in it.
    pub fn start() -> Postgresql {
        let user = user();
        let program = programs().join("postgres").display().to_string();
        let server = Server::start(
            "QUIT",
            "database system is ready to accept connections",
            user,
            |folder| unpack(folder, user),
            |place: &Place| {
                let port = place.port;
                let options = format!(
                    "-p {port} -D data -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off"
                );
                worded(user, &program, &options)
            },
        );
        let postgresql = Postgresql { server };
        let create = postgresql.sql(
            "postgres",
            SUPERUSER,
            "postgres",
            "CREATE DATABASE maintenance;",
        );
        create.ok();
        let seed = fs::read_to_string(project("examples/providers/postgresql/seed.sql")).unwrap();
        postgresql.root(&seed);
        postgresql
    }

    pub fn endpoint(&self) -> String {
        self.address("maintenance")
    }

    fn address(&self, database: &str) -> String {
        format!(
            "postgresql://127.0.0.1:{}/{database}",
            self.server.place.port
        )
    }

    /// `psql`, which reads the password as its first line: without a terminal it takes it from its input.
    fn psql(&self, user: &str, database: &str) -> Command {
        let mut psql = Command::new("setsid");
        psql.args(["--wait", "psql", "-X", "-W", "-A", "-t", "-q"])
            .args(["-v", "VERBOSITY=verbose", "-v", "ON_ERROR_STOP=1"])
            .args(["-U", user, "-d", &self.address(database)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        psql
    }

    /// Logs on, and runs a script.
    pub fn sql(&self, user: &str, password: &str, database: &str, script: &str) -> Said {
        let mut child = self.psql(user, database).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        // Who is not let in closes the pipe.
        let _ = input.write_all(format!("{password}\n{script}\n").as_bytes());
        drop(input);
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        Said {
            status: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// The same on the example's database.
    pub fn ask(&self, user: &str, password: &str, script: &str) -> Said {
        self.sql(user, password, "maintenance", script)
    }

    /// As the superuser.
    pub fn root(&self, script: &str) -> String {
        self.ask("postgres", SUPERUSER, script).ok()
    }

    /// A session that stays.
    pub fn session(&self, user: &str, password: &str) -> Session {
        let mut child = self.psql(user, "maintenance");
        child.args(["-v", "ON_ERROR_STOP=0"]);
        let mut child = child.stderr(Stdio::null()).spawn().unwrap();
        let mut session = Session {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        };
        session.send(password);
        assert_eq!(session.ask("SELECT session_user;").as_deref(), Some(user));
        session
    }

    /// What the server has written to its log.
    pub fn log(&self) -> String {
        self.server.log()
    }
}

/// A logon that is held.
pub struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Session {
    fn send(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        // A session that was cut off takes nothing: what it answers then says so.
        let _ = input.write_all(format!("{line}\n").as_bytes());
    }

    /// What it answers to a statement: rows, or the SQLSTATE of an error; none where it was cut off.
    pub fn ask(&mut self, statement: &str) -> Option<String> {
        self.send(statement);
        self.send("\\echo end-of-answer :SQLSTATE");
        let (mut answer, mut line) = (Vec::new(), String::new());
        while self.output.read_line(&mut line).unwrap() > 0 {
            if let Some(state) = line.trim().strip_prefix("end-of-answer ") {
                let rows = || answer.join("\n");
                return Some(if state == "00000" {
                    rows()
                } else {
                    state.to_owned()
                });
            }
            answer.push(line.trim().to_owned());
            line.clear();
        }
        None
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
