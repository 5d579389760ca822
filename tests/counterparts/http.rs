//! Plain HTTP requests, written by hand: what a server answers is measured without keyroll's own client.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value as Json;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Null where it is no JSON.
    pub body: Json,
}

impl Answer {
    /// A text at a JSON pointer.
    pub fn text(&self, pointer: &str) -> String {
        let found = self.body.pointer(pointer).and_then(Json::as_str);
        found
            .unwrap_or_else(|| panic!("no text at {pointer}: {self:?}"))
            .to_owned()
    }

    /// Done: any 2xx.
    pub fn ok(self) -> Answer {
        assert!((200..300).contains(&self.status), "{self:?}");
        self
    }
}

/// What is sent behind the head.
pub enum Body<'a> {
    Empty,
    Json(Json),
    Form(&'a [(&'a str, &'a str)]),
}

/// One request. `token` goes into the header `Authorization`.
pub fn ask(method: &str, url: &str, token: Option<&str>, body: Body<'_>) -> Answer {
    let rest = url.strip_prefix("http://").expect("loopback");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (kind, body) = match body {
        Body::Empty => ("application/json", String::new()),
        Body::Json(json) => ("application/json", json.to_string()),
        Body::Form(fields) => {
            let pairs = fields.iter().map(|(k, v)| format!("{k}={}", encoded(v)));
            let form = pairs.collect::<Vec<_>>().join("&");
            ("application/x-www-form-urlencoded", form)
        }
    };
    let bearer = token.map_or(String::new(), |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    // HTTP/1.0: the body ends with the connection, and is never in pieces.
    let head = format!(
        "{method} /{path} HTTP/1.0\r\nHost: {host}\r\n{bearer}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(host).unwrap();
    let limit = Some(Duration::from_secs(30));
    stream.set_read_timeout(limit).unwrap();
    stream.write_all((head + &body).as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    read(&String::from_utf8_lossy(&answer))
}

fn read(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Answer {
        status: status.unwrap_or_else(|| panic!("no status: {head}")),
        body: serde_json::from_str(body).unwrap_or(Json::Null),
    }
}

/// Percent-encoded for a query or a form.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let each = text.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    each.collect()
}
