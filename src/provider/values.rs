//! What placeholders stand for in one operation: texts by name, and secrets that are lent for as long as it takes.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::entitlement::EntitlementKey;
use crate::model::id::Name;
use crate::model::placeholder::Plain;
use crate::provider::template::percent;
use crate::secret::{Secret, Value, single_field};

/// What the placeholders of an operation stand for. Secrets are lent, never copied.
#[derive(Default)]
pub struct Values<'v> {
    plain: BTreeMap<&'static str, String>,
    secret: Option<&'v Value>,
    admin: Option<&'v Value>,
    granted: BTreeSet<EntitlementKey>,
    fields: Vec<Name>,
}

impl<'v> Values<'v> {
    pub fn new() -> Values<'v> {
        Values::default()
    }

    /// With a text that may stand anywhere.
    #[must_use]
    pub fn plain(mut self, name: Plain, text: impl Into<String>) -> Values<'v> {
        self.plain.insert(name.as_str(), text.into());
        self
    }

    /// The same, where there is one.
    #[must_use]
    pub fn plain_if(self, name: Plain, text: Option<impl Into<String>>) -> Values<'v> {
        match text {
            Some(text) => self.plain(name, text),
            None => self,
        }
    }

    /// With the value of the version in question: `{secret}`, `{secret.FIELD}`, and `{basic}` and `{basic-form}` with the
    /// identity.
    #[must_use]
    pub fn secret(mut self, value: &'v Value) -> Values<'v> {
        self.secret = Some(value);
        self
    }

    /// With the value of the account that administers the environment: `{admin}`, `{admin.FIELD}`, `{admin.basic}`,
    /// `{admin.basic-form}`.
    #[must_use]
    pub fn admin(mut self, value: &'v Value) -> Values<'v> {
        self.admin = Some(value);
        self
    }

    /// With the permissions or scopes that a discovery must find.
    #[must_use]
    pub fn granted(mut self, granted: impl IntoIterator<Item = EntitlementKey>) -> Values<'v> {
        self.granted = granted.into_iter().collect();
        self
    }

    /// With the names of the credential's fields, for what is taken from an answer.
    #[must_use]
    pub fn fields(mut self, fields: Vec<Name>) -> Values<'v> {
        self.fields = fields;
        self
    }

    /// The name that a single value has.
    pub(super) fn only_field(&self) -> Name {
        match self.fields.as_slice() {
            [only] => only.clone(),
            _ => single_field(),
        }
    }

    pub(super) fn expected(&self) -> &BTreeSet<EntitlementKey> {
        &self.granted
    }

    pub(super) fn text(&self, name: Plain) -> Option<&str> {
        self.plain.get(name.as_str()).map(String::as_str)
    }
}

/// What a placeholder stands for.
pub(super) enum Filling<'f> {
    Plain(&'f str),
    Secret(&'f Secret),
}

/// The values of one probe or step, with what its requests have taken so far.
pub(super) struct Scope<'s> {
    pub(super) values: &'s Values<'s>,
    /// Made of the values: `basic`, `basic-form`, and both of `admin`.
    derived: BTreeMap<&'static str, Secret>,
    taken: BTreeMap<String, Secret>,
}

impl<'s> Scope<'s> {
    pub(super) fn of(values: &'s Values<'s>) -> Scope<'s> {
        let mut derived = BTreeMap::new();
        for (names, identity, value) in [
            (["basic", "basic-form"], Plain::Identity, values.secret),
            (
                ["admin.basic", "admin.basic-form"],
                Plain::AdminIdentity,
                values.admin,
            ),
        ] {
            let identity = values.text(identity);
            if let (Some(identity), Some(secret)) = (identity, value.and_then(Value::only)) {
                let [raw, form] = names;
                derived.insert(raw, basic(identity.as_bytes(), secret.expose()));
                // RFC 6749, 2.3.1: a client's name and secret are each encoded as in a form first.
                let encoded = [identity.as_bytes(), secret.expose()].map(percent);
                let [identity, secret] = encoded.map(Secret::from);
                derived.insert(form, basic(identity.expose(), secret.expose()));
            }
        }
        Scope {
            values,
            derived,
            taken: BTreeMap::new(),
        }
    }

    pub(super) fn take(&mut self, name: &str, secret: Secret) {
        self.taken.insert(name.to_owned(), secret);
    }

    /// What was taken, without the values that were lent.
    pub(super) fn into_taken(self) -> BTreeMap<String, Secret> {
        self.taken
    }

    pub(super) fn has_taken(&self) -> bool {
        !self.taken.is_empty()
    }

    pub(super) fn find(&self, name: &str) -> Option<Filling<'_>> {
        let values = self.values;
        if let Some(text) = values.plain.get(name) {
            return Some(Filling::Plain(text));
        }
        let own = self.derived.get(name).or_else(|| self.taken.get(name));
        let lent = || match name.split_once('.') {
            None if name == "secret" => values.secret.and_then(Value::only),
            None if name == "admin" => values.admin.and_then(Value::only),
            Some(("secret", field)) => values.secret?.field(&field.parse().ok()?),
            Some(("admin", field)) => values.admin?.field(&field.parse().ok()?),
            None | Some(_) => None,
        };
        own.or_else(lent).map(Filling::Secret)
    }

    /// Every secret in it.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let lent = [self.values.secret, self.values.admin];
        let lent = lent.into_iter().flatten();
        let lent = lent.flat_map(|value| value.fields().map(|(_, secret)| secret));
        lent.chain(self.derived.values()).chain(self.taken.values())
    }
}

/// The pair of `Authorization: Basic`.
fn basic(identity: &[u8], secret: &[u8]) -> Secret {
    let mut pair = Vec::with_capacity(identity.len() + 1 + secret.len());
    pair.extend_from_slice(identity);
    pair.push(b':');
    pair.extend_from_slice(secret);
    let pair = Secret::new(pair);
    Secret::from(STANDARD.encode(pair.expose()))
}
