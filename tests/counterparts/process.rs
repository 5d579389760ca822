//! A server as a child, and the watchman beside it: a shell that ends the server and removes its folder when the pipe to
//! it closes, which is also what happens when the test is killed.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use super::PATIENCE;

/// `$1` is the folder, `$2` the signal that ends the server, the rest the server and its arguments.
const WATCHMAN: &str = r#"
folder=$1 signal=$2; shift 2
"$@" </dev/null 2>&1 &
server=$!
exec >/dev/null 2>&1
read -r _
kill -s "$signal" "$server"
wait "$server"
rm -rf -- "$folder"
"#;

/// What a server's command needs: where it may write, and the port that it is to listen on.
pub struct Place {
    pub folder: PathBuf,
    pub port: u16,
}

/// A server that runs.
pub struct Server {
    watchman: Child,
    pub place: Place,
    /// The line that said that it is ready.
    pub ready: String,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// Makes a folder, has it filled, and starts the server that `command` gives; it is ready when it says `ready`. Another
    /// port is taken where somebody else was faster.
    pub fn start(
        signal: &str,
        ready: &'static str,
        user: Option<(u32, u32)>,
        fill: impl Fn(&Path),
        command: impl Fn(&Place) -> Vec<String>,
    ) -> Server {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        fill(folder.path());
        let mut said = String::new();
        for _ in 0..5 {
            let place = Place {
                folder: folder.path().to_owned(),
                port: free_port(),
            };
            let words = command(&place);
            match Server::run(signal, ready, place, &words) {
                Ok(server) => {
                    // From here on it is the watchman's.
                    let _ = folder.keep();
                    return server;
                }
                Err(why) => said = why,
            }
        }
        panic!("the server does not start:\n{said}");
    }

    fn run(
        signal: &str,
        ready: &'static str,
        place: Place,
        words: &[String],
    ) -> Result<Server, String> {
        let mut watchman = Command::new("sh")
            .args(["-c", WATCHMAN, "sh"])
            .arg(&place.folder)
            .arg(signal)
            .args(words)
            .current_dir(&place.folder)
            .env("HOME", &place.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let out = watchman.stdout.take().unwrap();
        match listen(out, ready, &said).recv_timeout(PATIENCE) {
            Ok(ready) => Ok(Server {
                watchman,
                place,
                ready,
                said,
            }),
            Err(RecvTimeoutError::Disconnected) => {
                // The folder stays for the next attempt.
                watchman.kill().unwrap();
                watchman.wait().unwrap();
                Err(said.lock().unwrap().clone())
            }
            Err(RecvTimeoutError::Timeout) => {
                drop(watchman.stdin.take());
                watchman.wait().unwrap();
                panic!("the server is not ready:\n{}", said.lock().unwrap());
            }
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.place.port)
    }

    /// All that it has written to its log so far.
    pub fn log(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Ends it, as the test's own end would.
    pub fn stop(&mut self) {
        if let Some(mut pipe) = self.watchman.stdin.take() {
            // A line or the end of the pipe: both are the sign to stop.
            let _ = pipe.write_all(b"\n");
            drop(pipe);
            self.watchman.wait().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads to the end, for a full pipe would stop the server; the line that holds `ready` is sent on.
fn listen(
    out: impl std::io::Read + Send + 'static,
    ready: &'static str,
    said: &Arc<Mutex<String>>,
) -> Receiver<String> {
    let (sender, receiver) = channel();
    let said = Arc::clone(said);
    thread::spawn(move || {
        let mut waiting = Some(sender);
        for line in BufReader::new(out).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            said.lock().unwrap().push_str(&format!("{line}\n"));
            if line.contains(ready)
                && let Some(sender) = waiting.take()
            {
                let _ = sender.send(line);
            }
        }
    });
    receiver
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

/// Runs a command to its end; what it wrote is shown where it fails.
pub fn done(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {out}{err}");
    out
}
