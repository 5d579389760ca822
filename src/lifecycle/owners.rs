//! What of some changes is a change of owners: a secret that an owner of old may know is due for rotation then. Decides;
//! writes nothing.

use std::collections::BTreeMap;

use crate::lifecycle::membership;
use crate::model::account::{Account, AccountStatus};
use crate::model::change::{Action, Change};
use crate::model::date::Date;
use crate::model::fact::Fact;
use crate::model::id::{AccountId, PersonId, Principal};
use crate::model::inventory::Inventory;
use crate::model::key::FactKey;
use crate::model::party::Person;
use crate::model::record::{Kind, Record};

/// The facts that belong to some changes: of every account that another owns from now on, and of every account of
/// somebody who leaves, by themselves or by a team, that its owners changed. What is recorded already is left out.
///
/// `before` needs the people's accounts and teams where somebody leaves (see [`leaving`]), and the facts of the day.
pub fn changed(changes: &[Change], before: &Inventory, today: Date) -> Vec<Change> {
    let facts = affected(changes, before, today).into_iter();
    let facts = facts.map(|(account, on)| {
        let fact = Fact::OwnerChanged { account, on };
        (FactKey::of(&fact), fact)
    });
    let new = facts.filter(|(key, _)| !before.facts.contains_key(key));
    new.map(|pair| Change::create(pair.into())).collect()
}

/// The accounts whose owners some changes change, and the day of it: today, or the later day on which somebody leaves.
pub fn affected(changes: &[Change], before: &Inventory, today: Date) -> BTreeMap<AccountId, Date> {
    let mut days = BTreeMap::new();
    for (id, old, new) in changes.iter().filter_map(of_account) {
        if hands_over(old, new) {
            days.insert(id.clone(), today);
        }
    }
    for (person, left) in leaving(changes) {
        for account in owned(person, before) {
            let on = days.entry(account.clone()).or_insert(left.max(today));
            *on = left.max(today).min(*on);
        }
    }
    // Nothing is said of what the same changes take out.
    for change in changes {
        if let Action::Remove(id) = &change.action
            && id.kind == Kind::Account
        {
            days.remove(&*id.name);
        }
    }
    days
}

/// Who leaves by some changes, or earlier than was known, and when.
pub fn leaving(changes: &[Change]) -> impl Iterator<Item = (&PersonId, Date)> {
    let people = changes.iter().filter_map(of_person);
    people.filter_map(|(id, old, new)| {
        let left = new.left?;
        old.left
            .is_none_or(|known| left < known)
            .then_some((id, left))
    })
}

fn of_account(change: &Change) -> Option<(&AccountId, &Account, &Account)> {
    let (Record::Account(_, old), Record::Account(id, new)) = (change.before()?, change.after()?)
    else {
        return None;
    };
    Some((id, old, new))
}

fn of_person(change: &Change) -> Option<(&PersonId, &Person, &Person)> {
    let (Record::Person(_, old), Record::Person(id, new)) = (change.before()?, change.after()?)
    else {
        return None;
    };
    Some((id, old, new))
}

/// Whether an owner is another than before. The first of an account that had none takes nothing over from anybody.
fn hands_over(old: &Account, new: &Account) -> bool {
    let of = |account: &Account| {
        let owner = &account.owner;
        let rotation = account.rotation_owner().cloned();
        [owner.business.clone(), owner.technical.clone(), rotation]
    };
    let pairs = of(old).into_iter().zip(of(new));
    pairs
        .into_iter()
        .any(|(old, new)| old.is_some() && old != new)
}

/// The accounts in use that somebody owns, by themselves or by a team that they are in.
fn owned<'a>(
    person: &'a PersonId,
    before: &'a Inventory,
) -> impl Iterator<Item = &'a AccountId> + 'a {
    let teams = membership::teams_of(&before.teams, person);
    let is_theirs = move |owner: &Principal| match owner.parts() {
        ("person", name) => name == person.as_str(),
        ("team", name) => teams.iter().any(|team| team.as_str() == name),
        _ => false,
    };
    let accounts = before.accounts.iter();
    let accounts = accounts.filter(|(_, account)| account.status != AccountStatus::Retired);
    accounts
        .filter(move |(_, account)| {
            let owner = &account.owner;
            let all = [&owner.business, &owner.technical, &owner.rotation];
            all.into_iter().flatten().any(&is_theirs)
        })
        .map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn record(id: &str, body: Value) -> Record {
        Record::from_value(&id.parse().unwrap(), body).unwrap()
    }

    fn account(owner: Value) -> Record {
        owned_account("etl", owner)
    }

    fn owned_account(name: &str, owner: Value) -> Record {
        let body = json!({ "provider": "p", "environment": "production", "workflow": "import",
            "level": "read-only-import", "owner": owner });
        record(&format!("account/{name}"), body)
    }

    fn anna(left: Option<&str>) -> Record {
        record("person/anna", json!({ "name": "Anna", "left": left }))
    }

    const TODAY: &str = "2026-11-22";

    fn facts(changes: &[Change], before: &Inventory) -> Vec<String> {
        let changes = changed(changes, before, TODAY.parse().unwrap());
        changes
            .iter()
            .map(|change| change.id().to_string())
            .collect()
    }

    fn both() -> Value {
        json!({ "business": "person/anna", "technical": "team/ops" })
    }

    #[test]
    fn another_owner_is_recorded_and_the_first_one_is_not() {
        let none = Inventory::default();
        let set = |old: Value, new: Value| {
            let change = Change::update(account(old), account(new));
            facts(&[change], &none) == ["fact/owner-changed etl 2026-11-22"]
        };
        let other = |part: &str, owner: Value| {
            let mut owners = both();
            owners[part] = owner;
            owners
        };
        assert!(set(both(), other("business", json!("person/jo"))));
        assert!(set(both(), other("technical", Value::Null)));
        assert!(set(both(), other("rotation", json!("person/jo"))));
        assert!(set(other("rotation", json!("person/jo")), both()));
        // Who rotates is the technical owner where nobody else is named.
        assert!(!set(both(), other("rotation", json!("team/ops"))));
        assert!(!set(both(), both()));
        assert!(!set(json!({}), both()));
        assert!(!set(json!({ "technical": "team/ops" }), both()));
        let new = Change::create(account(both()));
        assert_eq!(facts(&[new], &none), [""; 0]);
    }

    #[test]
    fn it_is_recorded_once_a_day() {
        let jo = json!({ "business": "person/jo", "technical": "team/ops" });
        let change = [Change::update(account(both()), account(jo))];
        let mut before = Inventory::default();
        let first = changed(&change, &before, TODAY.parse().unwrap());
        before.put(first[0].after().unwrap().clone());
        assert_eq!(facts(&change, &before), [""; 0]);
    }

    fn roll() -> Inventory {
        let mut before = Inventory::default();
        for record in [
            owned_account("a", json!({ "business": "person/anna" })),
            owned_account("b", json!({ "rotation": "team/site" })),
            owned_account(
                "c",
                json!({ "technical": "person/jo", "business": "team/other" }),
            ),
            record("team/ops", json!({ "name": "Ops", "members": ["anna"] })),
            record("team/site", json!({ "name": "Site", "teams": ["ops"] })),
            record("team/other", json!({ "name": "Other", "members": ["jo"] })),
        ] {
            before.put(record);
        }
        before
    }

    #[test]
    fn whoever_leaves_leaves_what_they_own_by_themselves_and_by_teams() {
        let left = |old: Option<&str>, new: Option<&str>| {
            facts(&[Change::update(anna(old), anna(new))], &roll())
        };
        let on = |day: &str| ["a", "b"].map(|name| format!("fact/owner-changed {name} {day}"));
        assert_eq!(left(None, Some("2026-10-31")), on(TODAY));
        assert_eq!(left(None, Some("2026-12-31")), on("2026-12-31"));
        assert_eq!(left(Some("2026-12-31"), Some(TODAY)), on(TODAY));
        assert_eq!(left(Some("2026-10-31"), Some(TODAY)), [""; 0]);
        assert_eq!(left(Some("2026-10-31"), None), [""; 0]);
    }

    #[test]
    fn nothing_is_said_of_an_account_that_goes() {
        let mut before = roll();
        let gone = before.remove(&"account/a".parse().unwrap()).unwrap();
        before.put(gone.clone());
        let leaves = Change::update(anna(None), anna(Some(TODAY)));
        let found = facts(&[leaves, Change::remove(gone)], &before);
        assert_eq!(found, ["fact/owner-changed b 2026-11-22"]);
    }
}
