//! All records as one value: what rules judge, whether it came from TOML or from the store.

use std::collections::BTreeMap;

use crate::model::account::Account;
use crate::model::id::PlatformId;
use crate::model::record::{Kind, Record, RecordId, nouns};
use crate::model::texts::{self, Found};

macro_rules! inventory {
    ($($variant:ident $word:literal $field:ident: $kmod:ident::$key:ident => $vmod:ident::$value:ident;)*) => {
        /// Every record by kind and key, sorted.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Inventory {
            $(pub $field: BTreeMap<crate::model::$kmod::$key, crate::model::$vmod::$value>,)*
        }

        impl Inventory {
            /// Adds a record; the one that stood under its key, if any, is given back.
            pub fn put(&mut self, record: Record) -> Option<Record> {
                match record {
                    $(Record::$variant(key, body) => self
                        .$field
                        .insert(key.clone(), *body)
                        .map(|old| Record::$variant(key, Box::new(old))),)*
                }
            }

            /// Takes a record out.
            pub fn remove(&mut self, id: &RecordId) -> Option<Record> {
                match id.kind {
                    $(Kind::$variant => {
                        let key = id.name.parse::<crate::model::$kmod::$key>().ok()?;
                        let (key, body) = self.$field.remove_entry(&key)?;
                        Some(Record::$variant(key, Box::new(body)))
                    })*
                }
            }

            /// A copy of one record.
            pub fn get(&self, id: &RecordId) -> Option<Record> {
                match id.kind {
                    $(Kind::$variant => {
                        let key = id.name.parse::<crate::model::$kmod::$key>().ok()?;
                        let (key, body) = self.$field.get_key_value(&key)?;
                        Some(Record::$variant(key.clone(), Box::new(body.clone())))
                    })*
                }
            }

            pub fn contains(&self, id: &RecordId) -> bool {
                match id.kind {
                    $(Kind::$variant => id
                        .name
                        .parse::<crate::model::$kmod::$key>()
                        .is_ok_and(|key| self.$field.contains_key(&key)),)*
                }
            }

            /// The names of all records of a kind, sorted.
            pub fn names(&self, kind: Kind) -> Vec<String> {
                match kind {
                    $(Kind::$variant => self.$field.keys().map(|key| key.to_string()).collect(),)*
                }
            }

            /// A copy of every record, by kind and key.
            pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
                std::iter::empty()
                    $(.chain(self.$field.iter().map(|(key, body)| {
                        Record::$variant(key.clone(), Box::new(body.clone()))
                    })))*
            }

            /// Calls `visit` with every text of every record of a declared kind: its record, its place, the text.
            pub fn each_text(&self, mut visit: impl FnMut(&dyn Fn() -> RecordId, &Found<'_>, &str)) {
                $(if Kind::$variant.is_declared() {
                    for (key, body) in &self.$field {
                        let id = || RecordId::new(Kind::$variant, key);
                        texts::each(body, &mut |found: &Found<'_>, text: &str| visit(&id, found, text));
                    }
                })*
            }

            /// How many records there are of a kind.
            pub fn count(&self, kind: Kind) -> usize {
                match kind {
                    $(Kind::$variant => self.$field.len(),)*
                }
            }
        }
    };
}
nouns!(inventory);

impl FromIterator<Record> for Inventory {
    fn from_iter<T: IntoIterator<Item = Record>>(records: T) -> Inventory {
        let mut inventory = Inventory::default();
        for record in records {
            inventory.put(record);
        }
        inventory
    }
}

impl Inventory {
    /// A record and its id for each of the kinds that an inventory declares: all but what happened.
    pub fn declared(&self) -> impl Iterator<Item = Record> + '_ {
        self.records().filter(|record| record.kind().is_declared())
    }

    /// The platform that an account's scopes are of: the one that it names, else the only one there is.
    pub fn platform_of<'a>(&'a self, account: &'a Account) -> Option<&'a PlatformId> {
        let mut all = self.platforms.keys();
        let only = all.next().filter(|_| all.next().is_none());
        account.platform.as_ref().or(only)
    }
}

impl Kind {
    /// Whether records of the kind are declared in TOML; the others record what happened.
    pub fn is_declared(self) -> bool {
        !matches!(
            self,
            Kind::Invitation
                | Kind::Version
                | Kind::Fact
                | Kind::Operation
                | Kind::StoreKey
                | Kind::Recipient
                | Kind::Sealed
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_put_is_got_counted_and_removed() {
        let mut inventory = Inventory::default();
        let id: RecordId = "consumer/etl-01".parse().unwrap();
        let record = Record::from_value(&id, serde_json::json!({ "host": "etl-01" })).unwrap();
        assert_eq!(inventory.put(record.clone()), None);
        assert_eq!(inventory.get(&id), Some(record.clone()));
        assert_eq!(inventory.names(Kind::Consumer), ["etl-01"]);
        assert_eq!(
            inventory.records().collect::<Vec<_>>(),
            std::slice::from_ref(&record)
        );
        assert_eq!(inventory.remove(&id), Some(record));
        assert_eq!(inventory.count(Kind::Consumer), 0);
    }

    #[test]
    fn a_record_with_an_unknown_field_is_refused_by_name() {
        let id: RecordId = "consumer/etl-01".parse().unwrap();
        let error = Record::from_value(&id, serde_json::json!({ "hots": "x" })).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("consumer/etl-01: unknown field `hots`"),
            "{error}"
        );
    }
}
