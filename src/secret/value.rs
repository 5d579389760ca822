//! One version of a credential: its named values together.

use std::collections::BTreeMap;

use crate::model::credential::Credential;
use crate::model::id::Name;
use crate::secret::Secret;

/// The most that the fields of one version hold together, in bytes: a certificate chain with its key fits.
pub const LARGEST: usize = 32 * 1024;

/// The name of the one field of a credential that names none.
pub fn single_field() -> Name {
    "secret".parse().expect("`secret` is a name")
}

/// Whether a field is no secret by its name: two accounts may well have the same one.
pub fn is_public(field: &Name) -> bool {
    const PUBLIC: &[&str] = &[
        "user",
        "username",
        "login",
        "client-id",
        "app-id",
        "tenant",
        "tenant-id",
        "realm",
        "url",
        "endpoint",
        "host",
        "token-url",
        "scope",
        "database",
        "certificate",
    ];
    PUBLIC.contains(&field.as_str())
}

/// The values of one version, by field.
pub struct Value {
    fields: BTreeMap<Name, Secret>,
}

/// Why values were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadValue {
    #[error("its field `{0}` is empty")]
    Empty(Name),
    #[error("it has no field `{0}`")]
    Missing(Name),
    #[error("the credential has no field `{0}`")]
    Unknown(Name),
    #[error("it is larger than {LARGEST} bytes")]
    Large,
    /// One value was asked for.
    #[error("the credential has several fields: {0}")]
    Several(String),
    /// It was asked for as text.
    #[error("the field `{0}` is not text")]
    NotText(Name),
    /// It was asked for in a variable, which cannot hold it.
    #[error("a secret with a zero byte does not go into a variable")]
    Zero,
}

impl Value {
    /// Checks that the fields are those of the credential, none empty, together not too large.
    ///
    /// # Errors
    /// Says which field is wrong, never what it holds.
    pub fn of(credential: &Credential, fields: BTreeMap<Name, Secret>) -> Result<Value, BadValue> {
        let wanted = names(credential);
        if let Some(missing) = wanted.iter().find(|name| !fields.contains_key(*name)) {
            return Err(BadValue::Missing(missing.clone()));
        }
        if let Some(unknown) = fields.keys().find(|name| !wanted.contains(name)) {
            return Err(BadValue::Unknown(unknown.clone()));
        }
        Value::read(fields)
    }

    /// The same for a value that was read back: its fields are those that it was made with.
    ///
    /// # Errors
    /// When it has none, an empty one, or is too large.
    pub fn read(fields: BTreeMap<Name, Secret>) -> Result<Value, BadValue> {
        if fields.is_empty() {
            return Err(BadValue::Missing(single_field()));
        }
        if let Some((name, _)) = fields.iter().find(|(_, secret)| secret.is_empty()) {
            return Err(BadValue::Empty(name.clone()));
        }
        if fields.values().map(Secret::len).sum::<usize>() > LARGEST {
            return Err(BadValue::Large);
        }
        Ok(Value { fields })
    }

    /// A value of one unnamed field.
    ///
    /// # Errors
    /// When it is empty or too large.
    pub fn single(secret: Secret) -> Result<Value, BadValue> {
        Value::read(BTreeMap::from([(single_field(), secret)]))
    }

    pub fn field(&self, name: &Name) -> Option<&Secret> {
        self.fields.get(name)
    }

    /// The only field, where there is one alone.
    pub fn only(&self) -> Option<&Secret> {
        let mut all = self.fields.values();
        all.next().filter(|_| all.next().is_none())
    }

    /// The fields by name, sorted.
    pub fn fields(&self) -> impl Iterator<Item = (&Name, &Secret)> {
        self.fields.iter()
    }
}

/// The fields that a version of a credential has.
pub fn names(credential: &Credential) -> Vec<Name> {
    if credential.fields.is_empty() {
        vec![single_field()]
    } else {
        credential.fields.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(fields: &str) -> Credential {
        let text = format!(r#"{{"kind":"basic","store":"age","fields":{fields}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn fields(pairs: &[(&str, &str)]) -> BTreeMap<Name, Secret> {
        let field =
            |(name, text): &(&str, &str)| (name.parse().unwrap(), Secret::from((*text).to_owned()));
        pairs.iter().map(field).collect()
    }

    #[test]
    fn a_version_holds_all_fields_of_its_credential_and_no_other() {
        let two = credential(r#"["user","password"]"#);
        let refused =
            |pairs: &[(&str, &str)]| Value::of(&two, fields(pairs)).err().unwrap().to_string();
        assert!(Value::of(&two, fields(&[("user", "svc"), ("password", "x")])).is_ok());
        assert_eq!(refused(&[("user", "svc")]), "it has no field `password`");
        assert_eq!(
            refused(&[("user", "svc"), ("password", "x"), ("pin", "y")]),
            "the credential has no field `pin`"
        );
        assert_eq!(
            refused(&[("user", "svc"), ("password", "")]),
            "its field `password` is empty"
        );
        let large = "x".repeat(LARGEST + 1);
        assert_eq!(
            refused(&[("user", "svc"), ("password", &large)]),
            format!("it is larger than {LARGEST} bytes")
        );
    }

    #[test]
    fn one_unnamed_field_is_called_secret() {
        let value = Value::of(&credential("[]"), fields(&[("secret", "x")])).unwrap();
        assert_eq!(value.only().unwrap().expose(), b"x");
    }
}
