//! A provider's own list of accounts held against the roll: who is there and in no roll, and who is in the roll and not there.

use std::collections::BTreeSet;
use std::io::BufRead;

use crate::model::account::AccountStatus;
use crate::model::date::Date;
use crate::model::fact::Fact;
use crate::model::id::{AccountId, EnvironmentName, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::log::AccountsMap;
use crate::model::reconciliation::{Census, orphan};
use crate::model::text::Text;
use crate::reconcile::lines::Lines;
use crate::reconcile::outcome::Malformed;
use crate::reconcile::rows::{Filter, Places, quoted};

/// The most accounts of one list.
const MOST_LISTED: usize = 1_000_000;
/// The most identities that are told to have no account: with more, the map lets people through.
pub const MOST_ORPHANS: usize = 1000;
/// How many lines that cannot be read are named.
const NAMED: usize = 20;

/// A list as it is to be read.
pub struct List<'l> {
    pub name: Text,
    pub map: &'l AccountsMap,
    pub from: Box<dyn BufRead + 'l>,
}

/// What a list told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub census: Census,
    /// Rows that the map passes over.
    pub passed: u64,
    pub malformed: u64,
    pub examples: Vec<Malformed>,
}

impl Counted {
    /// What is kept of it, as of a day. Only a list that was read whole says who is not there.
    pub fn fact(&self, provider: &ProviderId, on: Date) -> Fact {
        Fact::Listed {
            provider: provider.clone(),
            on,
            census: Box::new(self.census.clone()),
        }
    }
}

/// Why a file is no list of accounts.
#[derive(Debug, thiserror::Error)]
pub enum NotAList {
    #[error("cannot read the list")]
    Read(#[source] std::io::Error),
    #[error("{0}")]
    Heading(String),
    #[error("it names no account at all")]
    Empty,
    #[error("it names more than {MOST_LISTED} accounts")]
    Long,
    #[error("{0} of its identities are no account's: it lists more than service accounts")]
    Orphans(usize),
}

/// Reads a list to its end and holds it against the accounts of one environment.
///
/// # Errors
/// When it cannot be read, or is no list of service accounts.
pub fn census(
    inventory: &Inventory,
    (provider, environment): (&ProviderId, &EnvironmentName),
    list: List<'_>,
) -> Result<Counted, NotAList> {
    let map = list.map;
    let mut wanted = vec![map.identity.as_str()];
    let filter = Filter::of(&mut wanted, &map.only, &map.except);
    let mut lines = Lines::of(list.from, quoted(map.form));
    let places = Places::find(map.form, wanted, &mut lines).map_err(NotAList::Read)?;
    let places = places.map_err(NotAList::Heading)?;
    let (mut listed, mut passed, mut malformed) = (BTreeSet::new(), 0, 0);
    let mut examples = Vec::new();
    while let Some((line, values)) = places.next(&mut lines).map_err(NotAList::Read)? {
        let name = values.and_then(|values| match filter.takes(&values) {
            false => Ok(None),
            true => identity(values.into_iter().next().flatten()).map(Some),
        });
        match name {
            Ok(None) => passed += 1,
            Ok(Some(name)) => {
                listed.insert(name);
            }
            Err(why) => {
                malformed += 1;
                if examples.len() < NAMED {
                    examples.push(Malformed { line, why });
                }
            }
        }
        if listed.len() > MOST_LISTED {
            return Err(NotAList::Long);
        }
    }
    let (orphans, ghosts) = compare(inventory, provider, environment, &listed);
    // One account that is gone can be true of an installation; all of several are rather a map that lets nobody through.
    if listed.is_empty() && (passed == 0 || ghosts.len() > 1) {
        return Err(NotAList::Empty);
    }
    if orphans.len() > MOST_ORPHANS {
        return Err(NotAList::Orphans(orphans.len()));
    }
    Ok(Counted {
        census: Census {
            environment: environment.clone(),
            list: list.name,
            listed: listed.len() as u64,
            orphans,
            ghosts,
        },
        passed,
        malformed,
        examples,
    })
}

fn identity(value: Option<String>) -> Result<Text, &'static str> {
    let name = value.ok_or("it has no identity")?;
    match name.len() <= 200 {
        true => name.parse().map_err(|_| "its identity is no name"),
        false => Err("its identity is longer than 200 bytes"),
    }
}

fn compare(
    inventory: &Inventory,
    provider: &ProviderId,
    environment: &EnvironmentName,
    listed: &BTreeSet<Text>,
) -> (Vec<Text>, Vec<AccountId>) {
    let accounts = inventory.accounts.iter().filter(|(_, account)| {
        account.provider == *provider && account.environment == *environment
    });
    let listed: BTreeSet<&str> = listed.iter().map(Text::as_str).collect();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut ghosts = Vec::new();
    for (id, account) in accounts {
        let names: BTreeSet<&str> = account.names(id).collect();
        let is_listed = names.iter().any(|name| listed.contains(name));
        match account.status {
            AccountStatus::Active | AccountStatus::Suspended => {
                ghosts.extend((!is_listed).then(|| id.clone()));
                known.extend(names);
            }
            AccountStatus::Proposed => known.extend(names),
            // What is retired should not be there any more.
            AccountStatus::Retired => {}
        }
    }
    let orphans = listed.difference(&known).filter_map(|name| orphan(name));
    (orphans.collect(), ghosts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::json;

    fn roll() -> Inventory {
        let account = |name: &str, status: &str, environment: &str| {
            let body = json!({ "provider": "p", "environment": environment, "workflow": "x",
                "level": "read-only-import", "status": status,
                "credential": { "kind": "api-key", "store": "age", "identity": [format!("svc-{name}")] } });
            Record::from_value(&format!("account/{name}").parse().unwrap(), body).unwrap()
        };
        [
            account("here", "active", "production"),
            account("gone", "suspended", "production"),
            account("old", "retired", "production"),
            account("new", "proposed", "production"),
            account("test", "active", "test"),
        ]
        .into_iter()
        .collect()
    }

    fn read(text: &str) -> Result<Counted, NotAList> {
        of(&roll(), text)
    }

    fn of(roll: &Inventory, text: &str) -> Result<Counted, NotAList> {
        let map = json!({ "form": "csv", "identity": "User", "only": { "Kind": ["service"] },
            "except": { "State": ["disabled"] } });
        let map: AccountsMap = serde_json::from_value(map).unwrap();
        let list = List {
            name: "users.csv".parse().unwrap(),
            map: &map,
            from: Box::new(text.as_bytes()),
        };
        let (provider, environment) = ("p".parse().unwrap(), "production".parse().unwrap());
        census(roll, (&provider, &environment), list)
    }

    #[test]
    fn who_is_on_one_side_only_is_told() {
        let text = "State,User,Kind\non,svc-here,service\non,svc-old,service\non,svc-stranger,service\n\
            disabled,svc-gone,service\non,anna,person\non,svc-test,service\non,,service\n";
        let counted = read(text).unwrap();
        let orphans: Vec<&str> = counted.census.orphans.iter().map(Text::as_str).collect();
        // What is retired, and what belongs to another environment, has nothing to seek there.
        assert_eq!(orphans, ["svc-old", "svc-stranger", "svc-test"]);
        let ghosts: Vec<&str> = counted.census.ghosts.iter().map(|id| id.as_str()).collect();
        assert_eq!(ghosts, ["gone"]);
        assert_eq!((counted.census.listed, counted.passed), (4, 2));
        assert_eq!(counted.malformed, 1);
    }

    #[test]
    fn an_identity_that_looks_like_a_secret_is_compared_and_not_shown() {
        let id = |sign: &str| format!("{sign}f8fad5bd9cb469fa16570867728950e7742c0ff");
        let mut roll = roll();
        let mut gone = roll.accounts["gone"].clone();
        gone.credential.as_mut().unwrap().identity = vec![id("0").parse().unwrap()];
        roll.put(("gone".parse::<AccountId>().unwrap(), gone).into());
        let text = format!(
            "State,User,Kind\non,here,service\non,{},service\non,{},service\non,{},service\n",
            id("0"),
            id("1"),
            id("2")
        );
        let counted = of(&roll, &text).unwrap();
        assert_eq!(counted.census.ghosts, []);
        assert_eq!(
            counted.census.orphans.len(),
            2,
            "{:?}",
            counted.census.orphans
        );
        assert!(!format!("{counted:?}").contains("d9cb469f"), "{counted:?}");
    }

    #[test]
    fn a_file_that_is_no_list_of_service_accounts_is_refused() {
        assert!(matches!(read("State,User,Kind\n"), Err(NotAList::Empty)));
        let none = read("State,User,Kind\non,anna,person\n");
        assert!(
            matches!(none, Err(NotAList::Empty)),
            "the map lets nobody through"
        );
        assert!(matches!(read("User\nx\n"), Err(NotAList::Heading(_))));
        let mut many = "State,User,Kind\n".to_owned();
        for number in 0..=MOST_ORPHANS {
            many += &format!("on,x{number},service\n");
        }
        assert!(matches!(read(&many), Err(NotAList::Orphans(_))));
    }
}
