//! What Vault answers and is told, in its own JSON.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::id::Name;
use crate::secret::{Secret, Value};
use crate::secrets::vault::Why;
use crate::wire::Response;

#[derive(Deserialize)]
pub(super) struct Answer<T> {
    pub data: Option<T>,
}

#[derive(Deserialize)]
pub(super) struct Read {
    pub data: Option<serde_json::Map<String, serde_json::Value>>,
    pub metadata: Metadata,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub version: u64,
    #[serde(default)]
    deletion_time: String,
    #[serde(default)]
    destroyed: bool,
}

#[derive(Deserialize)]
pub(super) struct Mount {
    pub path: String,
    #[serde(rename = "type")]
    pub engine: Option<String>,
    pub options: Option<MountOptions>,
}

#[derive(Deserialize)]
pub(super) struct MountOptions {
    pub version: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Login {
    pub auth: Option<Granted>,
}

#[derive(Deserialize)]
pub(super) struct Granted {
    pub client_token: String,
}

#[derive(Deserialize)]
pub(super) struct Errors {
    #[serde(default)]
    pub errors: Vec<String>,
}

impl Metadata {
    /// Why there is no value.
    pub fn gone(&self) -> Why {
        let version = self.version;
        if self.destroyed {
            format!("version {version} was destroyed there")
        } else if self.deletion_time.is_empty() {
            format!("version {version} holds nothing")
        } else {
            format!("version {version} was deleted there, and can be undeleted there")
        }
    }
}

pub(super) fn errors(response: &Response) -> Vec<String> {
    let read: Result<Errors, _> = serde_json::from_slice(response.body.expose());
    read.map(|read| read.errors).unwrap_or_default()
}

/// What is told of a version that has no value any more.
pub(super) fn metadata(response: &Response) -> Option<Metadata> {
    let answer: Answer<Read> = serde_json::from_slice(response.body.expose()).ok()?;
    answer.data.map(|read| read.metadata)
}

pub(super) fn value(data: serde_json::Map<String, serde_json::Value>) -> Result<Value, Why> {
    let mut values = BTreeMap::new();
    for (key, value) in data {
        let shown: String = key.chars().take(60).flat_map(char::escape_debug).collect();
        let Ok(name) = key.parse::<Name>() else {
            return Err(format!("its key `{shown}` is not the name of a field"));
        };
        let serde_json::Value::String(text) = value else {
            return Err(format!("what its key `{shown}` holds is no text"));
        };
        values.insert(name, Secret::from(text));
    }
    if values.is_empty() {
        return Err("it holds nothing".to_owned());
    }
    Value::read(values).map_err(|error| error.to_string())
}

pub(super) fn body(value: &Value, after: u64) -> Result<Secret, Why> {
    let mut data = BTreeMap::new();
    for (name, secret) in value.fields() {
        let text = std::str::from_utf8(secret.expose())
            .map_err(|_| format!("its field `{name}` is no text, and KV holds texts alone"))?;
        data.insert(name, text);
    }
    #[derive(serde::Serialize)]
    struct Written<'a> {
        options: Options,
        data: BTreeMap<&'a Name, &'a str>,
    }
    #[derive(serde::Serialize)]
    struct Options {
        cas: u64,
    }
    let options = Options { cas: after };
    let bytes = serde_json::to_vec(&Written { options, data });
    Ok(Secret::new(bytes.expect("the keys are texts")))
}
