//! `vault:PATH` against a real OpenBao server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use keyroll::model::credential::{Credential, CredentialKind};
use keyroll::model::id::{AccountId, Name};
use keyroll::model::sealed::Held;
use keyroll::secret::{Envelope, Secret, Value};
use keyroll::secrets::{Auth, Place, SecretError, Slot, Vault, VaultSettings};
use keyroll::wire::{Body, Client, Header, Method, Request, Settings};
use serde_json::{Value as Json, json};

const ROOT: &str = "root-canary-8sK2";

struct Server {
    child: Child,
    address: String,
    home: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, on the PATH or where `.ci/run` puts it.
fn bao() -> Command {
    let found = |program: &str| {
        let mut version = Command::new(program);
        let version = version.arg("version").stdout(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    };
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/target/ci-tools/bin/bao");
    let program = ["bao", own].into_iter().find(|program| found(program));
    Command::new(program.expect("`bao` is installed: see .ci/run"))
}

fn start(more: &[&str]) -> Server {
    let home = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let mut child = bao()
        .args(["server", "-dev", "-dev-no-store-token"])
        .arg(format!("-dev-listen-address={address}"))
        .arg(format!("-dev-root-token-id={ROOT}"))
        .args(more)
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (sender, ready) = channel();
    thread::spawn(move || {
        // Read to the end: a full pipe would stop the server.
        for line in out.lines().map_while(Result::ok) {
            if line.contains("Development mode should NOT be used") {
                let _ = sender.send(());
            }
        }
    });
    let server = Server {
        child,
        address,
        home,
    };
    let waited = ready.recv_timeout(Duration::from_secs(60));
    waited.expect("the server says that it has started");
    server
}

/// The server that tests share, while any of them runs.
fn shared() -> Arc<Server> {
    static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut running = RUNNING
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    running.upgrade().unwrap_or_else(|| {
        let server = Arc::new(start(&[]));
        *running = Arc::downgrade(&server);
        server
    })
}

impl Server {
    /// Asks as root, and says the status with the answer.
    fn ask(&self, method: Method, path: &str, body: Option<Json>) -> (u16, Json) {
        let client = Client::new(&format!("http://{}", self.address), &Settings::default());
        let token = Secret::from(ROOT.to_owned());
        let body = body.map(|body| Secret::from(body.to_string()));
        let response = client.unwrap().send(&Request {
            method,
            path,
            headers: &[("X-Vault-Token", Header::Secret(&token))],
            body: body.as_ref().map(Body::Json),
        });
        let response = response.expect("the server answers");
        let read = serde_json::from_slice(response.body.expose());
        (response.status, read.unwrap_or(Json::Null))
    }

    fn told(&self, method: Method, path: &str, body: Json) {
        let (status, answer) = self.ask(method, path, Some(body));
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
    }

    fn vault(&self, auth: Auth) -> Vault {
        Vault::new(VaultSettings {
            address: format!("http://{}", self.address),
            namespace: None,
            auth,
            ca: None,
            proxy: None,
            no_proxy: None,
        })
        .unwrap()
    }

    fn root(&self) -> Vault {
        self.vault(Auth::Token(Secret::from(ROOT.to_owned())))
    }
}

fn value(fields: &[(&str, &str)]) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let credential = json!({"kind": "basic", "fields": names, "store": "age"});
    let field = |(name, text): &(&str, &str)| {
        let name: Name = name.parse().unwrap();
        (name, Secret::from((*text).to_owned()))
    };
    let credential: Credential = serde_json::from_value(credential).unwrap();
    Value::of(&credential, fields.iter().map(field).collect()).unwrap()
}

/// Whether what came back is what went.
fn same(one: &Value, two: &Value) -> bool {
    let bytes = |value: &Value| -> Vec<(Name, Vec<u8>)> {
        let field = |(name, secret): (&Name, &Secret)| (name.clone(), secret.expose().to_vec());
        value.fields().map(field).collect()
    };
    bytes(one) == bytes(two)
}

fn single(text: &str) -> Value {
    value(&[("secret", text)])
}

fn held(item: Option<&str>) -> Held {
    let mut held = json!({"place": "vault:secret/x", "source": "prompt"});
    if let Some(item) = item {
        held["item"] = item.into();
    }
    serde_json::from_value(held).unwrap()
}

/// One path of a vault.
struct At<'a> {
    vault: &'a Vault,
    path: &'a str,
    account: AccountId,
}

impl<'a> At<'a> {
    fn new(vault: &'a Vault, path: &'a str) -> At<'a> {
        At {
            vault,
            path,
            account: "etl".parse().unwrap(),
        }
    }

    fn slot(&self) -> Slot<'_> {
        Slot {
            envelope: Envelope {
                store: "s",
                account: &self.account,
                version: 7,
                credential: CredentialKind::ApiKey,
            },
            reference: self.path,
        }
    }

    fn put(&self, value: &Value) -> Result<String, SecretError> {
        let put = self.vault.put(&self.slot(), value)?;
        Ok(put
            .item
            .expect("the version is recorded")
            .as_str()
            .to_owned())
    }

    fn get(&self, item: Option<&str>) -> Result<Value, SecretError> {
        self.vault.get(&self.slot(), &held(item), None)
    }

    /// Why it was not got.
    fn why(&self, item: Option<&str>) -> String {
        self.get(item).err().expect("it is refused").to_string()
    }
}

#[test]
fn a_composite_value_comes_back_as_it_went() {
    let server = shared();
    let vault = server.root();
    let at = At::new(&vault, "secret/keyroll/round trip/etl&1");
    let two = value(&[
        ("client-id", "app"),
        ("client-secret", "q7R \"z\"\nünïcode\n"),
    ]);
    assert_eq!(at.put(&two).unwrap(), "1");
    assert!(same(&at.get(Some("1")).unwrap(), &two));
    assert!(same(&at.get(None).unwrap(), &two));
    let path = "/v1/secret/data/keyroll/round%20trip/etl%261";
    let (_, answer) = server.ask(Method::Get, path, None);
    assert_eq!(answer["data"]["data"]["client-id"], "app");
}

#[test]
fn an_older_version_is_read_by_its_number() {
    let server = shared();
    let vault = server.root();
    let at = At::new(&vault, "secret/versions");
    for (text, number) in [("one", "1"), ("two", "2"), ("three", "3")] {
        assert_eq!(at.put(&single(text)).unwrap(), number);
    }
    assert!(same(&at.get(Some("2")).unwrap(), &single("two")));
    assert!(same(&at.get(None).unwrap(), &single("three")));
    assert!(at.why(Some("9")).contains("there is no such path"));
    assert!(at.why(Some("x")).contains("not the number of a version"));
}

#[test]
fn removing_destroys_that_version_alone_and_twice_is_no_error() {
    let server = shared();
    let vault = server.root();
    let at = At::new(&vault, "secret/removed");
    at.put(&single("one")).unwrap();
    at.put(&single("two")).unwrap();
    for _ in 0..2 {
        vault.remove(&at.slot(), &held(Some("1"))).unwrap();
    }
    assert_eq!(
        at.why(Some("1")),
        "vault:secret/removed: version 1 was destroyed there"
    );
    assert!(same(&at.get(Some("2")).unwrap(), &single("two")));
    assert!(vault.remove(&at.slot(), &held(None)).is_err());
    assert!(at.get(None).is_ok());
    let nowhere = At::new(&vault, "secret/never/was");
    vault.remove(&nowhere.slot(), &held(Some("1"))).unwrap();
}

#[test]
fn a_deleted_version_is_said_to_be_and_the_next_goes_behind_it() {
    let server = shared();
    let vault = server.root();
    let at = At::new(&vault, "secret/deleted");
    at.put(&single("one")).unwrap();
    server.ask(Method::Delete, "/v1/secret/data/deleted", None);
    assert!(at.why(None).contains("version 1 was deleted there"));
    assert_eq!(at.put(&single("two")).unwrap(), "2");
}

/// A server in front of the real one, that does something of its own before the first write goes on.
fn in_between(server: &Arc<Server>, before: impl FnOnce(&Server) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // The thread outlives the test, and must not keep the server.
    let server = Arc::downgrade(server);
    let mut before = Some(before);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, server) = (stream.unwrap(), server.upgrade().unwrap());
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let lower = head.to_lowercase();
            let length = lower.split("content-length: ").nth(1);
            let length = length.map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            if head.starts_with("POST")
                && let Some(before) = before.take()
            {
                before(&server);
            }
            let mut onward = TcpStream::connect(&server.address).unwrap();
            let (first, rest) = head.split_once("\r\n").unwrap();
            let head = format!("{first}\r\nConnection: close\r\n{rest}");
            onward.write_all(head.as_bytes()).unwrap();
            onward.write_all(&body).unwrap();
            let mut answer = Vec::new();
            onward.read_to_end(&mut answer).unwrap();
            stream.write_all(&answer).unwrap();
        }
    });
    format!("http://{address}")
}

#[test]
fn what_somebody_writes_meanwhile_is_not_written_over() {
    let server = shared();
    let address = in_between(&server, |server| {
        let theirs = json!({"data": {"secret": "theirs"}});
        server.told(Method::Post, "/v1/secret/data/meanwhile", theirs);
    });
    let vault = Vault::new(VaultSettings {
        address,
        namespace: None,
        auth: Auth::Token(Secret::from(ROOT.to_owned())),
        ca: None,
        proxy: None,
        no_proxy: None,
    })
    .unwrap();
    let at = At::new(&vault, "secret/meanwhile");
    assert_eq!(
        at.put(&single("ours"))
            .map_err(|e| e.to_string())
            .unwrap_err(),
        "vault:secret/meanwhile: somebody else wrote there meanwhile; nothing was written"
    );
    assert!(same(&at.get(None).unwrap(), &single("theirs")));
    assert_eq!(at.put(&single("ours")).unwrap(), "2");
}

#[test]
fn of_writers_at_once_each_has_its_own_version_or_none() {
    let server = shared();
    let vaults: Vec<_> = (0..8).map(|_| Arc::clone(&server)).collect();
    let writers = vaults.into_iter().enumerate().map(|(n, server)| {
        thread::spawn(move || {
            let vault = server.root();
            let at = At::new(&vault, "secret/raced");
            let mine = single(&format!("value of writer {n}"));
            match at.put(&mine) {
                Ok(item) => {
                    assert!(same(&at.get(Some(&item)).unwrap(), &mine));
                    Some(item)
                }
                Err(error) => {
                    assert_eq!(
                        error.to_string(),
                        "vault:secret/raced: somebody else wrote there meanwhile; nothing was written"
                    );
                    None
                }
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let done = writers
        .into_iter()
        .filter_map(|writer| writer.join().unwrap());
    let mut done: Vec<u64> = done.map(|item| item.parse().unwrap()).collect();
    done.sort_unstable();
    let (_, answer) = server.ask(Method::Get, "/v1/secret/metadata/raced", None);
    let written = answer["data"]["current_version"].as_u64().unwrap();
    assert_eq!(done, (1..=written).collect::<Vec<_>>());
}

#[test]
fn an_approle_reads_and_writes_where_its_policy_lets_it_and_nowhere_else() {
    let server = shared();
    // No word of sys/internal/ui/mounts: the mount is the first segment then.
    let policy = r#"path "secret/data/team/*" { capabilities = ["create", "update", "read"] }
                    path "secret/destroy/team/*" { capabilities = ["update"] }"#;
    server.told(
        Method::Put,
        "/v1/sys/policies/acl/team",
        json!({"policy": policy}),
    );
    server.told(
        Method::Post,
        "/v1/sys/auth/robots",
        json!({"type": "approle"}),
    );
    let role =
        json!({"token_policies": "team", "token_no_default_policy": true, "secret_id_num_uses": 1});
    server.told(Method::Post, "/v1/auth/robots/role/keyroll", role);
    let (_, id) = server.ask(Method::Get, "/v1/auth/robots/role/keyroll/role-id", None);
    let path = "/v1/auth/robots/role/keyroll/secret-id";
    let (_, secret) = server.ask(Method::Post, path, Some(json!({})));
    let secret = secret["data"]["secret_id"].as_str().unwrap().to_owned();
    let role_id = id["data"]["role_id"].as_str().unwrap();
    let vault = |secret: &str| {
        server.vault(Auth::AppRole {
            role_id: role_id.to_owned(),
            secret_id: Secret::from(secret.to_owned()),
            mount: "robots".to_owned(),
        })
    };
    // The secret id is good for one login: more than one would fail.
    let once = vault(&secret);
    let at = At::new(&once, "secret/team/etl");
    let item = at.put(&single("one")).unwrap();
    assert!(same(&at.get(Some(&item)).unwrap(), &single("one")));
    once.remove(&at.slot(), &held(Some(&item))).unwrap();
    let elsewhere = At::new(&once, "secret/other/etl");
    assert!(elsewhere.why(None).contains("permission denied"));
    for wrong in [secret.as_str(), "canary-secret-id"] {
        let error = At::new(&vault(wrong), "secret/team/etl").why(None);
        assert!(error.contains("lets no such role in"), "{error}");
        assert!(!error.contains(wrong));
    }
}

#[test]
fn a_wrong_token_is_denied_and_not_repeated() {
    let server = shared();
    let vault = server.vault(Auth::Token(Secret::from("canary-token-zz".to_owned())));
    let at = At::new(&vault, "secret/x");
    let put = at.put(&single("one")).err().unwrap();
    for error in [at.why(None), put.to_string(), format!("{put:?}")] {
        assert!(error.contains("permission denied"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

#[test]
fn a_missing_path_or_mount_is_named_for_what_it_is() {
    let server = shared();
    let vault = server.root();
    assert_eq!(
        At::new(&vault, "secret/never/was").why(None),
        "vault:secret/never/was: there is no such path"
    );
    assert!(
        At::new(&vault, "nomount/x")
            .why(None)
            .contains("no such mount")
    );
    assert!(
        At::new(&vault, "secret")
            .why(None)
            .contains("`vault:MOUNT/PATH`")
    );
    assert!(
        At::new(&vault, "cubbyhole/x")
            .why(None)
            .contains("KV version 2")
    );
    for path in ["secret/../sys", "secret//x", "/secret/x", "secret/x/"] {
        let why = At::new(&vault, path).why(None);
        assert!(why.contains("no empty segment"), "{path}: {why}");
    }
}

#[test]
fn a_mount_with_a_slash_in_its_name_is_found() {
    let server = shared();
    let mount = json!({"type": "kv", "options": {"version": "2"}});
    server.told(Method::Post, "/v1/sys/mounts/kv/plant-1", mount);
    // A new mount says for a moment that it is being made ready.
    let ready = (0..1000).any(|_| server.ask(Method::Get, "/v1/kv/plant-1/config", None).0 == 200);
    assert!(ready);
    let vault = server.root();
    let at = At::new(&vault, "kv/plant-1/etl/key");
    at.put(&single("one")).unwrap();
    assert!(same(&at.get(Some("1")).unwrap(), &single("one")));
    let (status, _) = server.ask(Method::Get, "/v1/kv/plant-1/data/etl/key", None);
    assert_eq!(status, 200);
}

#[test]
fn what_is_no_text_is_refused_on_both_ways() {
    let server = shared();
    let vault = server.root();
    let at = At::new(&vault, "secret/binary");
    let bytes = Value::single(Secret::new(b"\xff\x00canary".to_vec())).unwrap();
    let error = at.put(&bytes).err().unwrap().to_string();
    assert!(
        error.contains("`secret` is no text") && !error.contains("canary"),
        "{error}"
    );
    assert!(at.why(None).contains("there is no such path"));
    for (data, said) in [
        (json!({"n": 7}), "what its key `n` holds is no text"),
        (
            json!({"A_B": "canary"}),
            "its key `A_B` is not the name of a field",
        ),
        (json!({}), "it holds nothing"),
    ] {
        server.told(
            Method::Post,
            "/v1/secret/data/theirs",
            json!({"data": data}),
        );
        let why = At::new(&vault, "secret/theirs").why(None);
        assert!(why.contains(said) && !why.contains("canary"), "{why}");
    }
}

#[test]
fn a_sealed_vault_and_one_that_is_gone_are_told_apart() {
    let mut server = start(&[]);
    let vault = server.root();
    let at = At::new(&vault, "secret/x");
    at.put(&single("one")).unwrap();
    server.told(Method::Put, "/v1/sys/seal", json!({}));
    assert!(
        at.why(None).ends_with("the vault is sealed"),
        "{}",
        at.why(None)
    );
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let gone = at.why(None);
    assert!(
        gone.contains("cannot be reached: nobody listens there"),
        "{gone}"
    );
}

#[test]
fn tls_is_checked_against_the_authority_that_was_named() {
    let certificates = tempfile::tempdir().unwrap();
    let folder = format!("-dev-tls-cert-dir={}", certificates.path().display());
    let server = start(&["-dev-tls", &folder]);
    assert!(server.home.path().is_dir());
    let ca: PathBuf = certificates.path().join("vault-ca.pem");
    let ca = std::fs::read(ca).expect("the server wrote its authority");
    let vault = |ca: Option<Vec<u8>>| {
        Vault::new(VaultSettings {
            address: format!("https://{}", server.address),
            namespace: None,
            auth: Auth::Token(Secret::from(ROOT.to_owned())),
            ca,
            proxy: None,
            no_proxy: None,
        })
        .unwrap()
    };
    let trusted = vault(Some(ca));
    let at = At::new(&trusted, "secret/x");
    at.put(&single("one")).unwrap();
    assert!(same(&at.get(None).unwrap(), &single("one")));
    let why = At::new(&vault(None), "secret/x").why(None);
    assert!(why.contains("is not who it should be"), "{why}");
}
