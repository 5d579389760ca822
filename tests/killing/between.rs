//! What stands between the program and a real server, and kills the program where it is told to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

/// When whoever asks is killed.
struct Doom {
    /// At which request, from 1; counted down.
    at: u32,
    before_effect: bool,
    /// How the requests begin that count.
    of: &'static str,
    victim: Option<i32>,
}

type Shared = Arc<(Mutex<Option<Doom>>, Condvar)>;

/// Stands between the program and the server, and kills the program where it was told to.
pub struct Between {
    address: SocketAddr,
    shared: Shared,
}

impl Between {
    /// Before the server at an address.
    pub fn start(url: &str) -> Between {
        let server = url.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared::default();
        let given = Arc::clone(&shared);
        thread::spawn(move || {
            // One that breaks off is no reason to let the next one wait.
            for stream in listener.incoming().flatten() {
                hand_on(stream, &server, &given);
            }
        });
        Between { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Kills at a request, of those that begin so.
    pub fn doom(&self, of: &'static str, at: u32, before_effect: bool) {
        *self.shared.0.lock().unwrap() = Some(Doom {
            at,
            before_effect,
            of,
            victim: None,
        });
    }

    pub fn victim(&self, pid: u32) {
        if let Some(doom) = self.shared.0.lock().unwrap().as_mut() {
            doom.victim = i32::try_from(pid).ok();
        }
        self.shared.1.notify_all();
    }

    pub fn spare(&self) {
        *self.shared.0.lock().unwrap() = None;
        self.shared.1.notify_all();
    }
}

/// Whether the time has come, with a request that begins with `head`.
fn has_come(shared: &Shared, head: &str, before_effect: bool) -> bool {
    let mut doom = shared.0.lock().unwrap();
    let Some(it) = doom.as_mut().filter(|it| head.starts_with(it.of)) else {
        return false;
    };
    if before_effect {
        it.at -= 1;
    }
    if it.at > 0 || it.before_effect != before_effect {
        return false;
    }
    while doom.as_ref().is_some_and(|doom| doom.victim.is_none()) {
        doom = shared.1.wait(doom).unwrap();
    }
    let victim = doom.take().and_then(|doom| doom.victim);
    if let Some(victim) = victim.and_then(Pid::from_raw) {
        let _ = kill_process(victim, Signal::KILL);
    }
    true
}

/// One request there, and its answer back; the connections end with it.
fn hand_on(mut from: TcpStream, server: &str, shared: &Shared) -> Option<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if from.read(&mut byte).unwrap_or(0) == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body).ok()?;
    if has_come(shared, &head, true) {
        return None;
    }
    // HTTP/1.0: the answer ends with the connection, and is never in pieces.
    let mut to = TcpStream::connect(server).ok()?;
    let head = head.replacen("HTTP/1.1\r\n", "HTTP/1.0\r\n", 1);
    to.write_all(head.as_bytes()).ok()?;
    to.write_all(&body).ok()?;
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).ok()?;
    if has_come(shared, &head, false) {
        return None;
    }
    let answer = answer.strip_prefix(b"HTTP/1.0")?;
    let (line, rest) = answer.split_at(answer.iter().position(|b| *b == b'\n')? + 1);
    from.write_all(b"HTTP/1.1").ok()?;
    from.write_all(line).ok()?;
    from.write_all(b"Connection: close\r\n").ok()?;
    from.write_all(rest).ok()
}
