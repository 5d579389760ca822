//! The HTTP client against servers that mean no good.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use keyroll::secret::Secret;
use keyroll::wire::{Client, Header, LARGEST, Method, Request, Response, Settings, WireError};

const CANARY: &str = "canary-q7Rz2mWc9LxK";

/// A server that hands each connection, with its first request read, to `answer`. What it read comes back.
fn serve(answer: impl Fn(&mut TcpStream) + Send + 'static) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, requests) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                request.push(byte[0]);
            }
            let _ = sender.send(String::from_utf8_lossy(&request).into_owned());
            answer(&mut stream);
        }
    });
    (address, requests)
}

fn client(address: SocketAddr, milliseconds: u64) -> Client {
    let settings = Settings {
        timeout: Duration::from_millis(milliseconds),
        ..Settings::default()
    };
    Client::new(&format!("http://{address}"), &settings).unwrap()
}

fn get(client: &Client) -> Result<Response, WireError> {
    let secret = Secret::from(CANARY.to_owned());
    let sent = client.send(&Request {
        method: Method::Get,
        path: "/v1/thing?a=b",
        headers: &[("X-Token", Header::Secret(&secret))],
        body: None,
    });
    if let Err(error) = &sent {
        assert!(!format!("{error} {error:?}").contains(CANARY));
    }
    sent
}

#[test]
fn a_request_carries_its_header_and_its_answer_comes_back_whatever_the_status() {
    let (address, requests) = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello");
    });
    let response = get(&client(address, 10_000)).ok().unwrap();
    assert_eq!(
        (response.status, response.body.expose()),
        (404, &b"hello"[..])
    );
    let request = requests.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(
        request.starts_with("GET /v1/thing?a=b HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request
            .to_lowercase()
            .contains(&format!("x-token: {CANARY}").to_lowercase())
    );
}

#[test]
fn a_request_without_a_body_says_that_it_has_none() {
    for method in [Method::Post, Method::Put, Method::Patch, Method::Delete] {
        let (address, requests) = serve(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
        });
        let sent = client(address, 10_000).send(&Request {
            method,
            path: "/",
            headers: &[],
            body: None,
        });
        assert_eq!(sent.ok().unwrap().status, 204);
        let request = requests.recv_timeout(Duration::from_secs(10)).unwrap();
        let request = request.to_lowercase();
        assert!(!request.contains("transfer-encoding"), "{request}");
        if method != Method::Delete {
            assert!(request.contains("content-length: 0\r\n"), "{request}");
        }
    }
}

#[test]
fn a_redirect_is_refused_and_nothing_is_sent_on() {
    let (other, sent_on) = serve(|_| {});
    for (location, said) in [
        (
            format!("http://{other}/steal?{CANARY}"),
            format!("http://{other}"),
        ),
        (
            "/elsewhere".to_owned(),
            "another path of its own".to_owned(),
        ),
        (
            format!("http://u:{CANARY}@{other}/"),
            "another address".to_owned(),
        ),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let location = location.clone();
            let (address, _requests) = serve(move |stream| {
                let head = format!("HTTP/1.1 {status} Go\r\nLocation: {location}\r\n");
                let _ = stream.write_all(format!("{head}Content-Length: 0\r\n\r\n").as_bytes());
            });
            let error = get(&client(address, 10_000)).err().unwrap();
            let expected =
                format!("http://{address} sends on to {said}, and redirects are not followed");
            assert_eq!(error.to_string(), expected);
        }
    }
    assert!(sent_on.try_recv().is_err());
}

#[test]
fn an_endless_body_is_cut_at_the_limit() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            10_u64 << 30
        ),
    ] {
        let (address, _requests) = serve(move |stream| {
            let _ = stream.write_all(head.as_bytes());
            let block = [b'x'; 4096];
            while stream.write_all(&block).is_ok() {}
        });
        let error = get(&client(address, 60_000)).err().unwrap();
        assert!(
            matches!(error, WireError::TooLarge { limit: LARGEST, .. }),
            "{error}"
        );
    }
}

#[test]
fn an_endless_header_is_cut() {
    let (address, _requests) = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream
            .write_all(b"X-Drip: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")
            .is_ok()
        {}
    });
    assert!(get(&client(address, 60_000)).is_err());
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    // The connections are kept open by the system: nobody accepts them.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = get(&client(listener.local_addr().unwrap(), 200))
        .err()
        .unwrap();
    assert!(matches!(error, WireError::Timeout { .. }), "{error}");
    assert!(error.to_string().ends_with("did not answer in 200 ms"));
}

#[test]
fn a_server_that_stops_in_the_middle_is_given_up() {
    let (address, _requests) = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
        // Held until the client hangs up.
        let _ = stream.read(&mut [0]);
    });
    let error = get(&client(address, 200)).err().unwrap();
    assert!(matches!(error, WireError::Timeout { .. }), "{error}");
}

#[test]
fn what_is_no_http_is_said_without_its_bytes() {
    let (address, _requests) = serve(|stream| {
        let _ = stream.write_all(format!("{CANARY} {CANARY}\r\n\r\n").as_bytes());
    });
    let error = get(&client(address, 10_000)).err().unwrap();
    assert!(matches!(error, WireError::Protocol { .. }), "{error}");
}

#[test]
fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = get(&client(address, 10_000)).err().unwrap();
    assert_eq!(
        error.to_string(),
        format!("http://{address} cannot be reached: nobody listens there")
    );
}

#[test]
fn a_header_that_would_break_the_request_is_refused_without_its_value() {
    let (address, requests) = serve(|_| {});
    let secret = Secret::from(format!("{CANARY}\r\nX-More: yes"));
    let error = client(address, 1_000)
        .send(&Request {
            method: Method::Get,
            path: "/",
            headers: &[("X-Token", Header::Secret(&secret))],
            body: None,
        })
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "the header `X-Token` holds what no header may"
    );
    assert!(requests.try_recv().is_err());
}

#[test]
fn a_path_does_not_lead_away_from_the_origin() {
    let (address, requests) = serve(|_| {});
    for path in ["@example.org/", ".example.org/", "", ":1/", "\\example.org"] {
        let error = client(address, 1_000)
            .send(&Request {
                method: Method::Get,
                path,
                headers: &[],
                body: None,
            })
            .err()
            .unwrap();
        assert!(matches!(error, WireError::BadUrl { .. }), "{path}: {error}");
    }
    assert!(requests.try_recv().is_err());
}

#[test]
fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    // 192.0.2.0/24 is for documents: a connection there would end in a timeout.
    for base in ["http://192.0.2.1:80", "http://example.org"] {
        let error = Client::new(base, &Settings::default()).err().unwrap();
        assert!(matches!(error, WireError::BadUrl { .. }), "{error}");
    }
}

#[test]
fn tls_is_never_left_out() {
    let (address, requests) = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    let settings = Settings {
        timeout: Duration::from_millis(2_000),
        ..Settings::default()
    };
    let client = Client::new(&format!("https://{address}"), &settings).unwrap();
    assert!(get(&client).is_err());
    for request in requests.try_iter() {
        assert!(!request.contains(CANARY));
    }
}

#[test]
fn settings_that_cannot_be_used_are_said() {
    let base = "https://vault.example.org";
    let refused = |settings: Settings| Client::new(base, &settings).err().unwrap().to_string();
    let ca = |pem: &str| Settings {
        ca: Some(pem.as_bytes().to_vec()),
        ..Settings::default()
    };
    assert!(refused(ca("")).contains("there is none in it"));
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert!(refused(ca(key)).contains("private key"));
    for proxy in ["", "socks5://u:canary@proxy:1080", "::::"] {
        let settings = Settings {
            proxy: Some(Secret::from(proxy.to_owned())),
            ..Settings::default()
        };
        let error = refused(settings);
        assert!(
            error.contains("proxy") && !error.contains("canary"),
            "{error}"
        );
    }
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_and_sees_no_header() {
    let (proxy, requests) = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
    let settings = Settings {
        timeout: Duration::from_secs(10),
        proxy: Some(Secret::from(format!("http://{proxy}"))),
        ..Settings::default()
    };
    let client = Client::new("https://vault.example.org:8200", &settings).unwrap();
    let error = get(&client).err().unwrap();
    assert!(error.to_string().contains("the proxy refused"), "{error}");
    let request = requests.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(request.starts_with("CONNECT vault.example.org:8200 HTTP/1.1\r\n"));
    assert!(!request.contains(CANARY));
}

#[test]
fn this_machine_is_never_asked_through_a_proxy() {
    let (proxy, requests) = serve(|_| {});
    // Nobody listens there any more.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let settings = Settings {
            timeout: Duration::from_secs(10),
            proxy: Some(Secret::from(format!("http://{proxy}"))),
            ..Settings::default()
        };
        let client = Client::new(&format!("https://{host}:{port}"), &settings).unwrap();
        assert!(get(&client).is_err());
        assert!(requests.try_recv().is_err(), "{host}");
    }
}

#[test]
fn a_host_that_is_excepted_is_asked_without_the_proxy() {
    let (proxy, requests) = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
    // A name of `.invalid` leads nowhere, by RFC 2606; how soon that is known is not ours.
    for (no_proxy, direct, milliseconds) in [
        ("other.invalid", false, 10_000),
        ("other.invalid,.corp.invalid:8200", true, 500),
    ] {
        let settings = Settings {
            timeout: Duration::from_millis(milliseconds),
            proxy: Some(Secret::from(format!("http://{proxy}"))),
            no_proxy: Some(no_proxy.to_owned()),
            ..Settings::default()
        };
        let client = Client::new("https://vault.corp.invalid:8200", &settings).unwrap();
        assert!(get(&client).is_err());
        assert_eq!(requests.try_recv().is_err(), direct, "{no_proxy}");
    }
}
