//! A provider of keys on loopback, which behaves as it is told to.
#![allow(dead_code, unused_imports)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

pub use crate::provider::{ADMIN, Asked, BLUE, Doom, GREEN, Gate, Key, Manners, OLD, State};

/// More than anything takes that is waited for: what needs longer never comes.
const LIMIT: Duration = Duration::from_secs(60);

/// It ends when it is dropped.
pub struct Server {
    pub address: SocketAddr,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Server {
    /// With the first key of the account.
    pub fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let server = Server {
            address,
            shared: Arc::clone(&shared),
        };
        server.state().reset();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.0.lock().unwrap().is_over {
                    return;
                }
                let shared = Arc::clone(&shared);
                thread::spawn(move || stream.map(|stream| serve(stream, &shared)));
            }
        });
        server
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap()
    }

    pub fn manners(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.state().manners);
    }

    /// Whom to kill, now that it runs.
    pub fn victim(&self, pid: u32) {
        if let Some(doom) = &mut self.state().doom {
            doom.victim = i32::try_from(pid).ok();
        }
        self.shared.1.notify_all();
    }

    /// Holds the next request of a kind back, before it has an effect or after.
    pub fn hold(&self, line: &'static str, before_effect: bool) {
        self.state().gates.push(Gate {
            line,
            before_effect,
            ..Gate::default()
        });
    }

    /// The same before it has an effect, and hangs up: nobody waits for the answer any more.
    pub fn hold_unheard(&self, line: &'static str) {
        self.state().gates.push(Gate {
            line,
            before_effect: true,
            hangs_up: true,
            ..Gate::default()
        });
    }

    /// Until such a request has come.
    pub fn until_held(&self, line: &str) {
        let waits = |gate: &Gate| gate.line == line && !gate.has_come;
        self.until(line, |state| !state.gates.iter().any(waits));
    }

    /// Until something is so, which a request makes so.
    pub fn until(&self, what: &str, is_so: impl Fn(&State) -> bool) {
        let changed = &self.shared.1;
        let waited = changed.wait_timeout_while(self.state(), LIMIT, |state| !is_so(state));
        let (state, waited) = waited.unwrap();
        drop(state);
        assert!(!waited.timed_out(), "waits in vain: {what}");
    }

    /// Lets it go on.
    pub fn let_go(&self, line: &str) {
        let mut state = self.state();
        let mut gates = state.gates.iter_mut();
        if let Some(gate) = gates.find(|gate| gate.line == line) {
            gate.is_open = true;
        }
        drop(state);
        self.shared.1.notify_all();
    }

    /// How many requests of a kind there were.
    pub fn count(&self, start: &str) -> usize {
        let state = self.state();
        let asked = state.asked.iter();
        asked.filter(|line| line.starts_with(start)).count()
    }

    /// The secrets that work.
    pub fn live(&self) -> Vec<String> {
        let state = self.state();
        let live = state.keys.iter().filter(|key| key.works());
        live.map(|key| key.secret.clone()).collect()
    }

    pub fn works(&self, secret: &str) -> bool {
        self.live().iter().any(|live| live == secret)
    }

    /// The ids of the keys that are there.
    pub fn ids(&self) -> Vec<String> {
        let state = self.state();
        let live = state.keys.iter().filter(|key| key.lag.is_none());
        live.map(|key| key.id.clone()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state().is_over = true;
        self.shared.1.notify_all();
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(mut stream: TcpStream, shared: &(Mutex<State>, Condvar)) -> Option<()> {
    let asked = read(&mut stream)?;
    let (mutex, changed) = shared;
    let mut state = mutex.lock().unwrap();
    let line = format!("{} {}", asked.method, asked.path);
    state.asked.push(line.clone());
    let doomed = state.doom.as_mut().is_some_and(|doom| {
        let has_effect = asked.method != "GET" && asked.path != "/token";
        let counts = doom.before_effect || has_effect;
        doom.at -= u32::from(counts);
        counts && doom.at == 0
    });
    let is_first = doomed && state.doom.as_ref().is_some_and(|doom| doom.before_effect);
    let kill = |mut state: MutexGuard<'_, State>| {
        while !state.is_over
            && state
                .doom
                .as_ref()
                .is_some_and(|doom| doom.victim.is_none())
        {
            state = changed.wait(state).unwrap();
        }
        let victim = state.doom.take().and_then(|doom| doom.victim);
        if let Some(victim) = victim.and_then(Pid::from_raw) {
            let _ = kill_process(victim, Signal::KILL);
        }
    };
    if is_first {
        kill(state);
        return None;
    }
    let taken = |list: &mut Vec<(&'static str, u16)>| {
        let at = list.iter().position(|(kind, _)| line.starts_with(kind))?;
        Some(list.remove(at).1)
    };
    state = held(state, changed, &line, Some(&stream));
    if let Some(status) = taken(&mut state.manners.refuses) {
        drop(state);
        return say(&mut stream, status, &json!({}));
    }
    let (status, answer) = state.answer(&asked);
    changed.notify_all();
    state = held(state, changed, &line, None);
    if doomed {
        kill(state);
        return None;
    }
    if status == 201 && state.manners.cuts > 0 {
        state.manners.cuts -= 1;
        return None;
    }
    if status == 201 && state.manners.hangs > 0 {
        state.manners.hangs -= 1;
        while !state.is_over {
            state = changed.wait(state).unwrap();
        }
        return None;
    }
    let status = taken(&mut state.manners.mumbles).unwrap_or(status);
    drop(state);
    say(&mut stream, status, &answer)
}

/// Waits at the gate, where there is one for such a request: before it has an effect its connection is at hand.
fn held<'m>(
    mut state: MutexGuard<'m, State>,
    changed: &Condvar,
    line: &str,
    before: Option<&TcpStream>,
) -> MutexGuard<'m, State> {
    let is_mine = |gate: &Gate| {
        !gate.has_come && gate.before_effect == before.is_some() && line.starts_with(gate.line)
    };
    let Some(at) = state.gates.iter().position(is_mine) else {
        return state;
    };
    state.gates[at].has_come = true;
    if let Some(stream) = before.filter(|_| state.gates[at].hangs_up) {
        let _ = stream.shutdown(Shutdown::Both);
    }
    changed.notify_all();
    while !state.is_over && !state.gates[at].is_open {
        state = changed.wait(state).unwrap();
    }
    state
}

fn say(stream: &mut TcpStream, status: u16, body: &Json) -> Option<()> {
    let body = match status {
        204 => String::new(),
        _ => body.to_string(),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let method = words.next()?.to_owned();
    let (path, query) = match words.next()? {
        target if target.contains('?') => target.split_once('?')?,
        target => (target, ""),
    };
    let header: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = header.get("content-length");
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        header,
        body: String::from_utf8(body).unwrap(),
    })
}
