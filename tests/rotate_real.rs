//! A rotation at a real PocketBase that is killed at any of its requests goes on, and leaves one key there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod counterparts;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use binary::ended;
use counterparts::http::Body;
use counterparts::pocketbase::Pocketbase;
use counterparts::roll::Roll;

/// When whoever asks is killed.
struct Doom {
    /// At which request, from 1; counted down.
    at: u32,
    before_effect: bool,
    victim: Option<i32>,
}

type Shared = Arc<(Mutex<Option<Doom>>, Condvar)>;

/// Stands between the program and the server, and kills the program where it was told to.
struct Between {
    address: SocketAddr,
    shared: Shared,
}

impl Between {
    fn start(server: String) -> Between {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared::default();
        let given = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                hand_on(stream.unwrap(), &server, &given);
            }
        });
        Between { address, shared }
    }

    fn doom(&self, at: u32, before_effect: bool) {
        *self.shared.0.lock().unwrap() = Some(Doom {
            at,
            before_effect,
            victim: None,
        });
    }

    fn victim(&self, pid: u32) {
        if let Some(doom) = self.shared.0.lock().unwrap().as_mut() {
            doom.victim = i32::try_from(pid).ok();
        }
        self.shared.1.notify_all();
    }

    fn spare(&self) {
        *self.shared.0.lock().unwrap() = None;
    }
}

/// Whether the time has come, with what is known of it.
fn has_come(shared: &Shared, before_effect: bool) -> bool {
    let mut doom = shared.0.lock().unwrap();
    let Some(it) = doom.as_mut() else {
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
    kill_process(victim.and_then(Pid::from_raw).unwrap(), Signal::KILL).unwrap();
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
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body).ok()?;
    if has_come(shared, true) {
        return None;
    }
    // HTTP/1.0: the answer ends with the connection, and is never in pieces.
    let mut to = TcpStream::connect(server).unwrap();
    let head = head.replacen("HTTP/1.1\r\n", "HTTP/1.0\r\n", 1);
    to.write_all(head.as_bytes()).unwrap();
    to.write_all(&body).unwrap();
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).unwrap();
    if has_come(shared, false) {
        return None;
    }
    let answer = answer.strip_prefix(b"HTTP/1.0")?;
    let (line, rest) = answer.split_at(answer.iter().position(|b| *b == b'\n')? + 1);
    from.write_all(b"HTTP/1.1").ok()?;
    from.write_all(line).ok()?;
    from.write_all(b"Connection: close\r\n").ok()?;
    from.write_all(rest).ok()
}

#[test]
fn a_rotation_that_is_killed_at_any_request_leaves_one_key_that_works() {
    let server = Pocketbase::start();
    let url = server.url();
    let between = Between::start(url.strip_prefix("http://").unwrap().to_owned());
    let endpoint = format!("http://{}/api", between.address);
    let texts = [
        ("http://127.0.0.1:8090/api", endpoint.as_str()),
        ("overlap = \"24h\"", "strategy = \"overlap\""),
    ];
    let roll = Roll::of("pocketbase", &texts, &server.admin);
    let reads = |token: &str| {
        let path = "/collections/orders/records/wo1001hawthorne";
        server.ask("GET", path, Some(token), Body::Empty).status == 200
    };
    let mut last = roll.first();
    for before_effect in [true, false] {
        let mut at = 0;
        loop {
            at += 1;
            let told = format!("request {at}, before its effect: {before_effect}");
            between.doom(at, before_effect);
            let words = ["rotate", &roll.account, "--yes"];
            let child = roll.home.command(&words).spawn().unwrap();
            between.victim(child.id());
            let was_killed = ended(child, told.clone()).status.is_none();
            between.spare();
            let mut is_done = !was_killed;
            for _ in 0..4 {
                is_done = is_done || roll.run("rotate", &["--resume"]).clean().status == Some(0);
            }
            assert!(is_done, "{told}");
            let now = roll.secret();
            assert!(now != last && reads(&now) && !reads(&last), "{told}");
            last = now;
            let keys = server.admin("GET", "/collections/keys/records", Body::Empty);
            assert_eq!(keys.body["totalItems"], 1, "{told}");
            let stages = roll.stages();
            let current = stages.iter().filter(|stage| *stage == "current");
            assert_eq!(current.count(), 1, "{told}: {stages:?}");
            assert!(!stages.iter().any(|stage| stage == "pending"), "{told}");
            roll.home.run(&["audit", "verify"]).ok(0);
            if !was_killed {
                break;
            }
        }
        assert!(at > 4, "{at}");
    }
}
