//! `environment:VAR`: a value that is in the environment already, put there by whoever started the program. Read only.
//! A credential of several fields has a variable for each: `VAR_CLIENT_ID` for `client-id`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::model::id::Name;
use crate::model::sealed::{Held, Sealed};
use crate::secret::{Secret, Value};
use crate::secrets::{Place, Put, SecretError, Slot};

/// What places of this kind are called.
const CLASS: &str = "environment";

/// What reads a variable; the caller has the environment.
pub type Variables = Box<dyn Fn(&str) -> Option<OsString>>;

/// The variables of one credential.
pub struct Environment {
    fields: Vec<Name>,
    read: Variables,
}

impl Environment {
    /// For a credential with the fields that `secret::names` gives.
    pub fn new(fields: Vec<Name>, read: Variables) -> Environment {
        Environment { fields, read }
    }

    fn variable(&self, base: &str, field: &Name) -> String {
        if self.fields.len() == 1 {
            return base.to_owned();
        }
        let field = field.as_str().replace('-', "_").to_ascii_uppercase();
        format!("{base}_{field}")
    }
}

impl Place for Environment {
    fn put(&self, slot: &Slot<'_>, _: &Value) -> Result<Put, SecretError> {
        Err(SecretError::ReadOnly {
            place: slot.place(CLASS),
        })
    }

    fn get(&self, slot: &Slot<'_>, _: &Held, _: Option<&Sealed>) -> Result<Value, SecretError> {
        let refused = |why| SecretError::Place {
            place: slot.place(CLASS),
            why,
        };
        // The system's own functions take neither.
        if slot.reference.is_empty() || slot.reference.contains(['=', '\0']) {
            return Err(refused("it is not the name of a variable".to_owned()));
        }
        let mut values = BTreeMap::new();
        for field in &self.fields {
            let name = self.variable(slot.reference, field);
            let value = (self.read)(&name)
                .filter(|value| !value.is_empty())
                .ok_or_else(|| refused(format!("the variable {name} is not set")))?;
            values.insert(field.clone(), Secret::new(value.into_encoded_bytes()));
        }
        Value::read(values).map_err(|error| refused(error.to_string()))
    }

    fn remove(&self, slot: &Slot<'_>, _: &Held) -> Result<(), SecretError> {
        Err(SecretError::ReadOnly {
            place: slot.place(CLASS),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::credential::CredentialKind;
    use crate::secret::Envelope;

    fn got(fields: &[&str], set: &'static [(&str, &str)]) -> Result<Value, SecretError> {
        let read = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let fields = fields.iter().map(|field| field.parse().unwrap()).collect();
        let account = "etl".parse().unwrap();
        let slot = Slot {
            envelope: Envelope {
                store: "s",
                account: &account,
                version: 1,
                credential: CredentialKind::ApiKey,
            },
            reference: "ETL",
        };
        let held = r#"{"place":"environment:ETL","source":"existing"}"#;
        let held: Held = serde_json::from_str(held).unwrap();
        let place = Environment::new(fields, Box::new(read));
        let value = Value::single(Secret::from("x".to_owned())).unwrap();
        assert!(matches!(
            place.put(&slot, &value),
            Err(SecretError::ReadOnly { .. })
        ));
        place.get(&slot, &held, None)
    }

    #[test]
    fn a_single_field_is_the_variable_itself() {
        let value = got(&["secret"], &[("ETL", "q7Rz")]).ok().unwrap();
        assert_eq!(value.only().unwrap().expose(), b"q7Rz");
    }

    #[test]
    fn each_of_several_fields_has_its_own_variable() {
        let set = &[("ETL_CLIENT_ID", "app"), ("ETL_SECRET", "q7Rz")];
        let value = got(&["client-id", "secret"], set).ok().unwrap();
        let id = value.field(&"client-id".parse().unwrap()).unwrap();
        assert_eq!(id.expose(), b"app");
    }

    #[test]
    fn an_unset_or_empty_variable_is_named() {
        for set in [
            &[("ETL_CLIENT_ID", "app")][..],
            &[("ETL_CLIENT_ID", "app"), ("ETL_SECRET", "")],
        ] {
            let error = got(&["client-id", "secret"], set).err().unwrap();
            assert_eq!(
                error.to_string(),
                "environment:ETL: the variable ETL_SECRET is not set"
            );
        }
    }
}
