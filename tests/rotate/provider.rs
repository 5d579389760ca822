//! The keys of the provider, and what it answers: well, or as providers do on a bad day.
#![allow(dead_code)]

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// The secret of whoever administers it.
pub const ADMIN: &str = "admin-canary-Zt5mXq8rWv2k";
/// The secret that the account has at first.
pub const OLD: &str = "old-canary-Hb3nPs7dLf9gQ2";
/// The identities of the account.
pub const BLUE: &str = "svc-etl";
pub const GREEN: &str = "svc-etl-b";

/// A key of a user.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: String,
    pub name: String,
    pub user: String,
    pub secret: String,
    /// It is there, and never works.
    pub is_dead: bool,
    /// How many more requests it is accepted in, once it is deleted; `None` while it lives.
    pub lag: Option<u32>,
}

impl Key {
    pub fn works(&self) -> bool {
        self.lag.is_none() && !self.is_dead
    }
}

/// How it behaves.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// A delete is answered as done, and does nothing.
    pub lies: bool,
    /// So many keys that it makes do not work.
    pub dead: u32,
    /// So many creates are answered by hanging up, after a key was made.
    pub cuts: u32,
    /// So many creates are never answered, after a key was made.
    pub hangs: u32,
    /// What is answered in place of the next requests of a kind, which do nothing.
    pub refuses: Vec<(&'static str, u16)>,
    /// What is answered to the next requests of a kind, once they are done.
    pub mumbles: Vec<(&'static str, u16)>,
    /// How many requests a deleted key goes on working.
    pub lag: u32,
    /// A token outlives the key that it was had with.
    pub lasting: bool,
    /// A user has one key.
    pub single: bool,
    /// Until when a key is good, as it says.
    pub ends: Option<&'static str>,
    /// A create gives the key again that there is.
    pub same: bool,
    /// What is looked for by its name is answered with all that there is.
    pub deaf: bool,
    /// A delete takes all keys of the user away.
    pub sweeps: bool,
}

/// When it kills whoever asks.
#[derive(Clone, Debug, Default)]
pub struct Doom {
    /// At which request, from 1; counted down. After its effect: at which of those that have one.
    pub at: u32,
    pub before_effect: bool,
    pub victim: Option<i32>,
}

/// A request whose answer waits until the test says so.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// How its line begins.
    pub line: &'static str,
    pub before_effect: bool,
    /// Whoever asks hears nothing, and does not wait.
    pub hangs_up: bool,
    pub has_come: bool,
    pub is_open: bool,
}

#[derive(Default)]
pub struct State {
    pub keys: Vec<Key>,
    pub tokens: BTreeMap<String, String>,
    pub manners: Manners,
    pub doom: Option<Doom>,
    pub gates: Vec<Gate>,
    /// `METHOD /path` of every request, without the query.
    pub asked: Vec<String>,
    repeated: BTreeMap<String, Json>,
    made: u32,
    given: u32,
    pub is_over: bool,
}

/// One request.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub header: BTreeMap<String, String>,
    pub body: String,
}

impl State {
    /// As it is at first.
    pub fn reset(&mut self) {
        *self = State {
            made: 1,
            ..State::default()
        };
        self.keys.push(Key {
            id: "k1".to_owned(),
            name: "by hand".to_owned(),
            user: BLUE.to_owned(),
            secret: OLD.to_owned(),
            is_dead: false,
            lag: None,
        });
    }

    pub fn answer(&mut self, asked: &Asked) -> (u16, Json) {
        let bearer = asked.header.get("authorization");
        let bearer = bearer.and_then(|text| text.strip_prefix("Bearer "));
        let bearer = bearer.unwrap_or_default().to_owned();
        let pieces: Vec<&str> = asked.path.split('/').skip(1).collect();
        match (asked.method.as_str(), pieces.as_slice()) {
            ("GET", ["me"]) => match self.accepts(&bearer) {
                true => (200, json!({ "id": "x" })),
                false => (401, json!({})),
            },
            ("GET", ["orders", "WO-1"]) => match self.accepts(&bearer) || self.holds(&bearer) {
                true => (200, json!({ "site": "hawthorne" })),
                false => (401, json!({})),
            },
            ("POST", ["token"]) => self.token(asked),
            ("GET", ["health"]) => match self.keys.iter().any(|key| key.lag.is_none()) {
                true => (200, json!({})),
                false => (503, json!({})),
            },
            ("POST" | "GET" | "DELETE" | "PUT", _) if !self.administers(&bearer) => {
                (403, json!({}))
            }
            ("POST", ["keys"]) => self.make(asked),
            ("GET", ["keys"]) => {
                let name = asked.query.strip_prefix("name=").unwrap_or_default();
                let deaf = self.manners.deaf;
                let keys = self.keys.iter().filter(|key| deaf || key.name == name);
                let keys = keys.filter(|key| key.lag.is_none());
                let items: Vec<Json> = keys.map(|key| json!({ "id": key.id })).collect();
                (200, json!({ "items": items }))
            }
            ("GET", ["keys", id]) | ("POST", ["keys", id, "show"]) => {
                let mut live = self.keys.iter().filter(|key| key.lag.is_none());
                match live.find(|key| key.id == *id) {
                    Some(key) => (200, json!({ "token": key.secret })),
                    None => (404, json!({})),
                }
            }
            ("DELETE", ["keys", id]) => self.delete(id),
            ("DELETE", ["users", user]) => {
                let own = self.keys.iter_mut().filter(|key| key.user == *user);
                own.for_each(|key| key.lag = Some(0));
                (204, json!({}))
            }
            ("POST", ["users", user, "regenerate"]) => self.regenerate(user),
            ("PUT", ["users", user, "password"]) => self.set(user, asked),
            ("DELETE", ["users", user, "sessions"]) => self.end_sessions(user),
            _ => (404, json!({})),
        }
    }

    /// Whether a secret works. Each look counts for a lag.
    fn accepts(&mut self, secret: &str) -> bool {
        if secret == ADMIN {
            return true;
        }
        let mut keys = self.keys.iter_mut().filter(|key| !key.is_dead);
        let found = keys.find(|key| key.secret == secret);
        match found.map(|key| &mut key.lag) {
            None => false,
            Some(None) => true,
            Some(Some(0)) => false,
            Some(Some(left)) => {
                *left -= 1;
                true
            }
        }
    }

    fn administers(&self, secret: &str) -> bool {
        let mut live = self.keys.iter().filter(|key| key.works());
        let is_token = self.tokens.get(secret).is_some_and(|of| of == ADMIN);
        secret == ADMIN || is_token || live.any(|key| key.secret == secret)
    }

    /// Whether a token works.
    fn holds(&self, token: &str) -> bool {
        let Some(secret) = self.tokens.get(token) else {
            return false;
        };
        let mut live = self.keys.iter().filter(|key| key.works());
        self.manners.lasting || secret == ADMIN || live.any(|key| key.secret == *secret)
    }

    /// Whether somebody goes on with a secret: by the key itself, or by a token that was had with it.
    pub fn lets(&self, secret: &str) -> bool {
        let mut live = self.keys.iter().filter(|key| key.works());
        let mut tokens = self.tokens.iter();
        live.any(|key| key.secret == secret)
            || tokens.any(|(token, of)| of == secret && self.holds(token))
    }

    fn end_sessions(&mut self, user: &str) -> (u16, Json) {
        let keys = self.keys.iter().filter(|key| key.user == user);
        let of_user: Vec<String> = keys.map(|key| key.secret.clone()).collect();
        self.tokens.retain(|_, secret| !of_user.contains(secret));
        (204, json!({}))
    }

    fn token(&mut self, asked: &Asked) -> (u16, Json) {
        let secret = asked.body.split('&').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            (name == "client_secret").then(|| value.to_owned())
        });
        let secret = secret.unwrap_or_default();
        if secret != ADMIN && !self.accepts(&secret) {
            return (401, json!({ "error": "invalid_client" }));
        }
        self.given += 1;
        let token = format!("token-{}", self.given);
        self.tokens.insert(token.clone(), secret);
        (200, json!({ "access_token": token }))
    }

    fn make(&mut self, asked: &Asked) -> (u16, Json) {
        let body: Json = serde_json::from_str(&asked.body).unwrap_or_default();
        let user = body["user"].as_str().unwrap_or_default().to_owned();
        let repeated = asked.header.get("idempotency-key").cloned();
        if let Some(answer) = repeated.as_ref().and_then(|key| self.repeated.get(key)) {
            return (200, answer.clone());
        }
        let has_one = |key: &Key| key.user == user && key.lag.is_none();
        if self.manners.single && self.keys.iter().any(has_one) {
            return (409, json!({}));
        }
        if self.manners.same {
            let key = self.keys[0].clone();
            return (201, json!({ "token": key.secret, "id": key.id }));
        }
        self.made += 1;
        let number = self.made;
        let secret = format!("new-canary-{number:02}-Jc6vRk4wYx8zTm1");
        let is_dead = self.manners.dead > 0;
        self.manners.dead = self.manners.dead.saturating_sub(1);
        let key = Key {
            id: format!("k{number}"),
            name: body["name"].as_str().unwrap_or_default().to_owned(),
            user,
            secret: secret.clone(),
            is_dead,
            lag: None,
        };
        let mut answer = json!({ "token": secret, "id": key.id, "key": format!("K{number}") });
        if let Some(ends) = self.manners.ends {
            answer["expires_at"] = json!(ends);
        }
        self.keys.push(key);
        if let Some(key) = repeated {
            self.repeated.insert(key, answer.clone());
        }
        (201, answer)
    }

    fn delete(&mut self, id: &str) -> (u16, Json) {
        let (lag, lies) = (self.manners.lag, self.manners.lies);
        if self.manners.sweeps {
            for key in &mut self.keys {
                key.lag = Some(0);
            }
            return (204, json!({}));
        }
        let mut live = self.keys.iter_mut().filter(|key| key.lag.is_none());
        match live.find(|key| key.id == id) {
            Some(_) if lies => (204, json!({})),
            Some(key) => {
                key.lag = Some(lag);
                (204, json!({}))
            }
            None => (404, json!({})),
        }
    }

    /// A new secret in the place of the old one.
    fn regenerate(&mut self, user: &str) -> (u16, Json) {
        self.made += 1;
        let secret = format!("new-canary-{:02}-Jc6vRk4wYx8zTm1", self.made);
        let Some(key) = self.keys.iter_mut().find(|key| key.user == user) else {
            return (404, json!({}));
        };
        key.secret.clone_from(&secret);
        (201, json!({ "token": secret, "id": key.id }))
    }

    fn set(&mut self, user: &str, asked: &Asked) -> (u16, Json) {
        let body: Json = serde_json::from_str(&asked.body).unwrap_or_default();
        let Some(password) = body["password"].as_str() else {
            return (400, json!({}));
        };
        let Some(key) = self.keys.iter_mut().find(|key| key.user == user) else {
            return (404, json!({}));
        };
        key.secret = password.to_owned();
        key.lag = None;
        (204, json!({}))
    }
}
