//! `vault:PATH`: Vault and OpenBao, KV version 2, over HTTP. PATH is what `vault kv get PATH` takes: the mount, then the
//! path below it. Where the server tells, it tells where the mount ends; else the first segment is the mount.
//!
//! The fields of a value are the keys of the data. A version of ours is a version of theirs, found by its number, and
//! nothing that somebody else wrote is ever written over.

mod answer;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::json;

use crate::model::sealed::{Held, Sealed};
use crate::secret::{Secret, Value};
use crate::secrets::vault::answer::{
    Answer, Login, Metadata, Mount, Read, body, errors, metadata, value,
};
use crate::secrets::{Place, Put, SecretError, Slot, fields};
use crate::wire::{self, Body, Client, Header, Method, Request, Response, WireError, segment};

/// Where the server is, and who asks it.
pub struct Settings {
    /// `https://HOST:8200`; plain `http` to this machine alone.
    pub address: String,
    pub namespace: Option<String>,
    pub auth: Auth,
    /// PEM certificates of its authority, in place of those of the system.
    pub ca: Option<Vec<u8>>,
    /// The address of a proxy, which may have a password in it.
    pub proxy: Option<Secret>,
    /// The hosts that are asked without it.
    pub no_proxy: Option<String>,
}

/// Who asks.
pub enum Auth {
    Token(Secret),
    AppRole {
        role_id: String,
        secret_id: Secret,
        /// Where the method is mounted: `approle`, most times.
        mount: String,
    },
}

/// A server of secrets. It is asked for a token once, and for the end of each mount once.
pub struct Vault {
    client: Client,
    namespace: Option<String>,
    auth: Auth,
    token: OnceCell<Secret>,
    /// The mount of each path that was asked for.
    mounts: RefCell<BTreeMap<String, String>>,
}

/// Why something did not work, in words that hold no secret; the place is added where it is known.
type Why = String;

/// Where a value is: the encoded parts of its address.
struct Entry {
    mount: String,
    path: String,
}

impl Vault {
    /// A server by its settings. Nothing is asked yet.
    ///
    /// # Errors
    /// When the address, the certificates or the proxy cannot be used.
    pub fn new(settings: Settings) -> Result<Vault, SecretError> {
        let wire = wire::Settings {
            ca: settings.ca,
            proxy: settings.proxy,
            no_proxy: settings.no_proxy,
            ..wire::Settings::default()
        };
        let client = Client::new(&settings.address, &wire).map_err(|error| SecretError::Place {
            place: "vault".to_owned(),
            why: error.to_string(),
        })?;
        Ok(Vault {
            client,
            namespace: settings.namespace,
            auth: settings.auth,
            token: OnceCell::new(),
            mounts: RefCell::default(),
        })
    }

    fn token(&self) -> Result<&Secret, Why> {
        let (role_id, secret_id, mount) = match &self.auth {
            Auth::Token(token) => return Ok(token),
            Auth::AppRole {
                role_id,
                secret_id,
                mount,
            } => (role_id, secret_id, mount),
        };
        if let Some(token) = self.token.get() {
            return Ok(token);
        }
        let id = std::str::from_utf8(secret_id.expose()).map_err(|_| "the secret id is no text")?;
        let body = Secret::from(json!({"role_id": role_id, "secret_id": id}).to_string());
        let path = format!("/v1/auth/{}/login", segments(mount)?);
        let response = self.call(Method::Post, &path, Some(&body), None)?;
        if matches!(response.status, 400 | 403) {
            return Err("it lets no such role in: the role, its secret id or its mount is wrong, or it was used up".to_owned());
        }
        let login: Login = self.done(&response)?;
        let granted = login.auth.ok_or("it let the role in without a token")?;
        Ok(self
            .token
            .get_or_init(|| Secret::from(granted.client_token)))
    }

    fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Secret>,
        token: Option<&Secret>,
    ) -> Result<Response, Why> {
        let mut headers = vec![("X-Vault-Request", Header::Plain("true"))];
        if let Some(namespace) = &self.namespace {
            headers.push(("X-Vault-Namespace", Header::Plain(namespace)));
        }
        if let Some(token) = token {
            headers.push(("X-Vault-Token", Header::Secret(token)));
        }
        let request = Request {
            method,
            path,
            headers: &headers,
            body: body.map(Body::Json),
        };
        let sent = self.client.send(&request);
        sent.map_err(|error: WireError| error.to_string())
    }

    fn asked(&self, method: Method, path: &str, body: Option<&Secret>) -> Result<Response, Why> {
        let token = self.token()?;
        self.call(method, path, body, Some(token))
    }

    /// The answer, where the server did what was asked.
    fn done<T: DeserializeOwned>(&self, response: &Response) -> Result<T, Why> {
        if !response.is_success() {
            return Err(self.refusal(response));
        }
        // The parser's own words could quote what it read.
        serde_json::from_slice(response.body.expose())
            .map_err(|_| "what it answered is not what Vault answers".to_owned())
    }

    /// Why the server did not do it. Its own text is looked at, and not repeated: it may quote what was sent.
    fn refusal(&self, response: &Response) -> Why {
        let says = |part: &str| errors(response).iter().any(|text| text.contains(part));
        match response.status {
            400 if says("check-and-set") => {
                "somebody else wrote there meanwhile; nothing was written".to_owned()
            }
            403 => "permission denied: the token is wrong, has ended, or may not".to_owned(),
            404 if says("no handler for route") => "there is no such mount".to_owned(),
            404 => "there is no such path".to_owned(),
            503 if says("sealed") => "the vault is sealed".to_owned(),
            _ => self.client.status(response).to_string(),
        }
    }

    /// Where the mount of a path ends, as the server tells whoever may use it.
    fn entry(&self, reference: &str) -> Result<Entry, Why> {
        let encoded = segments(reference)?;
        let known = self.mounts.borrow().get(reference).cloned();
        let mount = match known {
            Some(mount) => mount,
            None => {
                let mount = self.mount(reference, &encoded)?;
                let mut mounts = self.mounts.borrow_mut();
                mounts.insert(reference.to_owned(), mount.clone());
                mount
            }
        };
        let path = encoded
            .strip_prefix(&mount)
            .and_then(|rest| rest.strip_prefix('/'))
            .filter(|path| !path.is_empty())
            .ok_or("a path has a mount and something below it: `vault:MOUNT/PATH`")?;
        Ok(Entry {
            path: path.to_owned(),
            mount,
        })
    }

    fn mount(&self, reference: &str, encoded: &str) -> Result<String, Why> {
        let path = format!("/v1/sys/internal/ui/mounts/{encoded}");
        let response = self.asked(Method::Get, &path, None)?;
        if matches!(response.status, 403 | 404) {
            let first = encoded.split('/').next().unwrap_or_default();
            return Ok(first.to_owned());
        }
        let answer: Answer<Mount> = self.done(&response)?;
        let mount = answer.data.ok_or("it did not say where the mount ends")?;
        let version = mount.options.and_then(|options| options.version);
        if mount.engine.is_some_and(|engine| engine != "kv") || version.as_deref() != Some("2") {
            return Err(
                "what is mounted there is not KV version 2, which keeps versions".to_owned(),
            );
        }
        if !format!("{reference}/").starts_with(&mount.path) {
            return Err("it named another mount".to_owned());
        }
        segments(mount.path.trim_end_matches('/'))
    }

    /// A version of an entry, or its latest.
    fn read(&self, entry: &Entry, version: Option<u64>) -> Result<(Value, u64), Why> {
        let mut path = entry.below("data");
        if let Some(version) = version {
            path.push_str(&format!("?version={version}"));
        }
        let response = self.asked(Method::Get, &path, None)?;
        if response.status == 404 {
            return Err(match metadata(&response) {
                Some(metadata) => metadata.gone(),
                None => self.refusal(&response),
            });
        }
        let answer: Answer<Read> = self.done(&response)?;
        let read = answer.data.ok_or("it answered without data")?;
        let gone = read.metadata.gone();
        Ok((value(read.data.ok_or(gone)?)?, read.metadata.version))
    }

    /// The number of the latest version, and 0 where there is none. Asked with the value: a policy may allow that alone.
    fn latest(&self, entry: &Entry) -> Result<u64, Why> {
        let response = self.asked(Method::Get, &entry.below("data"), None)?;
        if response.status == 404 && errors(&response).is_empty() {
            return Ok(metadata(&response).map_or(0, |metadata| metadata.version));
        }
        let answer: Answer<Read> = self.done(&response)?;
        Ok(answer.data.map_or(0, |read| read.metadata.version))
    }

    fn written(&self, entry: &Entry, value: &Value, after: u64) -> Result<u64, Why> {
        let body = body(value, after)?;
        let response = self.asked(Method::Post, &entry.below("data"), Some(&body))?;
        let answer: Answer<Metadata> = self.done(&response)?;
        let version = answer
            .data
            .ok_or("it did not say which version it made")?
            .version;
        let (back, _) = self.read(entry, Some(version))?;
        if !fields::same(&back, value) {
            return Err(format!(
                "version {version} does not read back as it was written"
            ));
        }
        Ok(version)
    }

    fn removed(&self, entry: &Entry, version: u64) -> Result<(), Why> {
        let body = Secret::from(json!({"versions": [version]}).to_string());
        let response = self.asked(Method::Put, &entry.below("destroy"), Some(&body))?;
        let absent = response.status == 404 && errors(&response).is_empty();
        if absent || response.is_success() {
            return Ok(());
        }
        Err(self.refusal(&response))
    }
}

impl Entry {
    fn below(&self, what: &str) -> String {
        format!("/v1/{}/{what}/{}", self.mount, self.path)
    }
}

/// A path with every segment encoded.
fn segments(path: &str) -> Result<String, Why> {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err("a path has no empty segment, no `.` and no `..`".to_owned());
    }
    let parts: Vec<String> = parts.into_iter().map(segment).collect();
    Ok(parts.join("/"))
}

/// The number that a version has there.
fn version(held: &Held) -> Result<Option<u64>, Why> {
    let number = held.item.as_ref().map(|item| item.as_str().parse::<u64>());
    match number {
        None => Ok(None),
        Some(Ok(number)) if number > 0 => Ok(Some(number)),
        Some(_) => Err("what is recorded is not the number of a version".to_owned()),
    }
}

fn at(slot: &Slot<'_>) -> impl Fn(Why) -> SecretError {
    let place = slot.place("vault");
    move |why| SecretError::Place {
        place: place.clone(),
        why,
    }
}

impl Place for Vault {
    fn put(&self, slot: &Slot<'_>, value: &Value) -> Result<Put, SecretError> {
        let put = || {
            let entry = self.entry(slot.reference)?;
            let after = self.latest(&entry)?;
            self.written(&entry, value, after)
        };
        let version = put().map_err(at(slot))?;
        Ok(Put {
            item: version.to_string().parse().ok(),
            sealed: None,
        })
    }

    fn get(&self, slot: &Slot<'_>, held: &Held, _: Option<&Sealed>) -> Result<Value, SecretError> {
        let get = || self.read(&self.entry(slot.reference)?, version(held)?);
        get().map(|(value, _)| value).map_err(at(slot))
    }

    fn remove(&self, slot: &Slot<'_>, held: &Held) -> Result<(), SecretError> {
        let remove = || {
            let number = version(held)?.ok_or(
                "it is not recorded which version it is there, and the latest may be another's",
            )?;
            self.removed(&self.entry(slot.reference)?, number)
        };
        remove().map_err(at(slot))
    }
}
