//! What an organisation has chosen: centrally, else in its inventory, else the usual.

use crate::catalog::policy::Policy;
use crate::model::credential::StoreClass;
use crate::model::organisation::Organisation;

/// The classes of places where a secret may live, the longest life of one, and the pattern of names, where nobody says.
const SECRET_STORES: &[StoreClass] = &[StoreClass::Age, StoreClass::Keyring];
const LONGEST_LIFE: u32 = 90 * 24 * 60;
const NAMING: &str = "{provider}-{environment}-{workflow}-{site}";

/// The longest pattern of names, in bytes: it is repeated for each account.
pub(super) const LONGEST_NAMING: usize = 200;

impl Policy {
    /// The classes of places where a secret may live. An inventory that names none says nothing.
    pub fn secret_stores<'a>(&'a self, said: Option<&'a Organisation>) -> &'a [StoreClass] {
        let said = said.map(|said| said.secret_stores.as_slice());
        let chosen = self.choices.secret_stores.as_deref();
        chosen
            .or(said.filter(|classes| !classes.is_empty()))
            .unwrap_or(SECRET_STORES)
    }

    /// The longest that one secret may live, rotation interval and overlap together, in minutes.
    pub fn max_lifetime(&self, said: Option<&Organisation>) -> u32 {
        let said = said.and_then(|said| said.max_lifetime.as_ref());
        let chosen = self.choices.max_lifetime.as_ref().or(said);
        chosen.map_or(LONGEST_LIFE, |span| span.minutes())
    }

    /// The pattern of account names. A longer one of an inventory is none.
    pub fn naming<'a>(&'a self, said: Option<&'a Organisation>) -> &'a str {
        let said = said.and_then(|said| said.naming.as_ref());
        let chosen = self.choices.naming.as_ref().or(said);
        chosen
            .map(|naming| naming.as_str())
            .filter(|naming| naming.len() <= LONGEST_NAMING)
            .unwrap_or(NAMING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_central_choice_stands_over_the_inventorys_and_that_over_the_usual() {
        let central = json!({ "organisation": { "secret-stores": ["vault"], "max-lifetime": "30d", "naming": "{site}" } });
        let central = Policy::of(&serde_json::from_value(central).unwrap()).unwrap();
        let said = json!({ "name": "FEMO", "secret-stores": ["command"], "max-lifetime": "60d", "naming": "{workflow}" });
        let said: Organisation = serde_json::from_value(said).unwrap();
        let all = |policy: &Policy, said: Option<&Organisation>| {
            let days = policy.max_lifetime(said) / (24 * 60);
            let stores = policy.secret_stores(said).to_vec();
            (stores, days, policy.naming(said).to_owned())
        };
        let shipped = Policy::shipped();
        let one = |class, days, naming: &str| (vec![class], days, naming.to_owned());
        assert_eq!(
            all(&central, Some(&said)),
            one(StoreClass::Vault, 30, "{site}")
        );
        assert_eq!(
            all(shipped, Some(&said)),
            one(StoreClass::Command, 60, "{workflow}")
        );
        assert_eq!(
            all(shipped, None),
            (SECRET_STORES.to_vec(), 90, NAMING.to_owned())
        );
        let long = json!({ "name": "FEMO", "secret-stores": [], "naming": "x".repeat(201) });
        let long: Organisation = serde_json::from_value(long).unwrap();
        assert_eq!(all(shipped, Some(&long)), all(shipped, None));
    }
}
