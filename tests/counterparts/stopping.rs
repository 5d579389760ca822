//! A counterpart leaves nothing: no process, no folder.

use std::net::TcpStream;

use crate::counterparts::postgresql::{Postgresql, SUPERUSER};
use crate::counterparts::process::{Place, Server};

#[test]
fn a_server_and_its_folder_are_gone_with_the_test() {
    let server = Server::start(
        "KILL",
        "ready",
        None,
        |folder| std::fs::write(folder.join("data"), "x").unwrap(),
        |place: &Place| {
            let listen = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); print('ready', flush=True); s.accept(); s.accept()";
            let port = place.port.to_string();
            ["python3", "-c", listen, &port].map(str::to_owned).to_vec()
        },
    );
    let (folder, port) = (server.place.folder.clone(), server.place.port);
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    assert!(folder.join("data").is_file());
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!folder.exists());
}

#[test]
fn postgresql_ends_with_its_sessions() {
    let postgresql = Postgresql::start();
    let mut session = postgresql.session("postgres", SUPERUSER);
    drop(postgresql);
    assert_eq!(session.ask("SELECT 1;"), None);
}

#[test]
#[should_panic(expected = "no such option")]
fn a_server_that_does_not_start_is_told_with_what_it_said() {
    let command = |_: &Place| ["echo", "no such option"].map(str::to_owned).to_vec();
    Server::start("KILL", "ready", None, |_| {}, command);
}
