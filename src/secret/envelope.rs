//! What stands inside the seal: the value, and the row that it was sealed for. A line of JSON, so that whoever opens
//! it with stock tools can read it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::model::credential::CredentialKind;
use crate::model::id::{AccountId, Name};
use crate::secret::{BadValue, Secret, Value};

/// The version of the form.
const FORM: u32 = 1;

/// The row that a value belongs to.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// The name of the store: its UUID.
    pub store: &'a str,
    pub account: &'a AccountId,
    pub version: u32,
    /// For whoever recovers it by hand; not compared, as it may be corrected later.
    pub credential: CredentialKind,
}

/// What is wrong with what stood inside a seal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEnvelope {
    #[error("what it holds is no secret of keyroll")]
    Form,
    #[error("it is of form {found}, and this keyroll knows form {FORM}")]
    Newer { found: u32 },
    /// `what` is store, account or version.
    #[error("it was sealed for {what} `{found}`")]
    Elsewhere { what: &'static str, found: String },
    #[error(transparent)]
    Value(#[from] BadValue),
}

#[derive(Serialize)]
struct Written<'a> {
    keyroll: u32,
    store: &'a str,
    account: &'a AccountId,
    credential: CredentialKind,
    version: u32,
    fields: BTreeMap<&'a Name, WrittenField<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WrittenField<'a> {
    Text(&'a str),
    Bytes { base64: String },
}

#[derive(Deserialize)]
struct Read {
    keyroll: u32,
    store: String,
    account: String,
    version: u32,
    fields: BTreeMap<Name, ReadField>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReadField {
    Text(String),
    Bytes { base64: String },
}

impl Envelope<'_> {
    /// The value with the row it belongs to.
    pub fn wrap(&self, value: &Value) -> Secret {
        let fields = value.fields().map(|(name, secret)| {
            let written = match std::str::from_utf8(secret.expose()) {
                Ok(text) => WrittenField::Text(text),
                Err(_) => WrittenField::Bytes {
                    base64: STANDARD.encode(secret.expose()),
                },
            };
            (name, written)
        });
        let written = Written {
            keyroll: FORM,
            store: self.store,
            account: self.account,
            credential: self.credential,
            version: self.version,
            fields: fields.collect(),
        };
        let mut bytes = serde_json::to_vec(&written).expect("the keys of an envelope are strings");
        bytes.push(b'\n');
        Secret::new(bytes)
    }

    /// The value, if it was sealed for this very row.
    ///
    /// # Errors
    /// Says what is wrong, never what it holds.
    pub fn unwrap(&self, inside: &Secret) -> Result<Value, BadEnvelope> {
        // The parser's own words could quote what it read.
        let read: Read = serde_json::from_slice(inside.expose()).map_err(|_| BadEnvelope::Form)?;
        if read.keyroll != FORM {
            return Err(BadEnvelope::Newer {
                found: read.keyroll,
            });
        }
        let elsewhere = |what, found: String| Err(BadEnvelope::Elsewhere { what, found });
        if read.store != self.store {
            return elsewhere("store", read.store.escape_debug().to_string());
        }
        if read.account != self.account.as_str() {
            return elsewhere("account", read.account.escape_debug().to_string());
        }
        if read.version != self.version {
            return elsewhere("version", read.version.to_string());
        }
        let mut fields = BTreeMap::new();
        for (name, field) in read.fields {
            let bytes = match field {
                ReadField::Text(text) => text.into_bytes(),
                ReadField::Bytes { base64 } => {
                    STANDARD.decode(base64).map_err(|_| BadEnvelope::Form)?
                }
            };
            fields.insert(name, Secret::new(bytes));
        }
        Ok(Value::read(fields)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope<'a>(store: &'a str, account: &'a AccountId, version: u32) -> Envelope<'a> {
        Envelope {
            store,
            account,
            version,
            credential: CredentialKind::ApiKey,
        }
    }

    #[test]
    fn a_value_comes_back_from_its_own_row_alone() {
        let account: AccountId = "etl".parse().unwrap();
        let other: AccountId = "etl-2".parse().unwrap();
        for bytes in [&b"s3cret \"quoted\""[..], b"\xff\x00binary"] {
            let value = Value::single(Secret::new(bytes.to_vec())).unwrap();
            let inside = envelope("s", &account, 3).wrap(&value);
            let back = envelope("s", &account, 3).unwrap(&inside).ok().unwrap();
            assert_eq!(back.only().unwrap().expose(), bytes);
            for (envelope, expected) in [
                (envelope("t", &account, 3), "it was sealed for store `s`"),
                (envelope("s", &other, 3), "it was sealed for account `etl`"),
                (envelope("s", &account, 4), "it was sealed for version `3`"),
            ] {
                assert_eq!(
                    envelope.unwrap(&inside).err().unwrap().to_string(),
                    expected
                );
            }
        }
    }

    #[test]
    fn what_is_no_envelope_is_refused_without_its_words() {
        let account: AccountId = "etl".parse().unwrap();
        for text in [
            "",
            "hunter2",
            r#"{"keyroll":"hunter2"}"#,
            r#"{"keyroll":1,"fields":{"a":7}}"#,
        ] {
            let error = envelope("s", &account, 1)
                .unwrap(&Secret::from(text.to_owned()))
                .err()
                .unwrap();
            assert_eq!(error, BadEnvelope::Form, "{text}");
        }
    }
}
