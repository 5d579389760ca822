//! What a hook is told of findings, as one JSON value: whose accounts they are on, who owns them, what is wrong, what to do.
//! docs/monitoring.md is its description. Only words of the roll: no secret, and nothing that looks like one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::account::Account;
use crate::model::date::Date;
use crate::model::finding::Finding;
use crate::model::hook::Threshold;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::record::Kind;
use crate::model::text::shape;
use crate::report::json::VERSION;

/// How many people of a team are named.
const MOST_PEOPLE: usize = 50;

/// What is told of some findings, which lie in this inventory.
pub fn message(
    threshold: Threshold,
    as_of: Date,
    findings: &[&Finding],
    inventory: &Inventory,
) -> Value {
    let all = findings
        .iter()
        .map(|finding| one(finding, as_of, inventory));
    json!({
        "version": VERSION,
        "event": threshold.as_str(),
        "test": false,
        "as-of": as_of,
        "findings": all.collect::<Vec<Value>>(),
    })
}

/// What a hook is told to try it: shaped as what it will be told, and of nothing that there is.
pub fn sample(threshold: Threshold, as_of: Date) -> Value {
    let (rule, severity, days, message) = match threshold {
        Threshold::Due => (
            "rotation-due",
            "warning",
            Some(7),
            "this is a test: nothing is due",
        ),
        Threshold::Overdue => (
            "rotation-overdue",
            "error",
            Some(-7),
            "this is a test: nothing is late",
        ),
        Threshold::PossiblyLive => (
            "possibly-live",
            "error",
            None,
            "this is a test: no secret is possibly live",
        ),
    };
    json!({
        "version": VERSION,
        "event": threshold.as_str(),
        "test": true,
        "as-of": as_of,
        "findings": [{
            "rule": rule,
            "severity": severity,
            "subject": "account/example",
            "account": "example",
            "provider": "example",
            "environment": "test",
            "owners": [{
                "role": "technical",
                "party": "person/example",
                "name": "Example",
                "email": "example@keyroll.invalid",
            }],
            "message": message,
            "fix": "nothing is to be done",
            "due": days.map(|days| as_of.plus_days(days)),
            "days": days,
        }],
    })
}

/// The accounts that some findings are on.
pub fn accounts(findings: &[&Finding]) -> Vec<AccountId> {
    let ids: BTreeSet<AccountId> = findings.iter().filter_map(|f| account_of(f)).collect();
    ids.into_iter().collect()
}

fn one(finding: &Finding, as_of: Date, inventory: &Inventory) -> Value {
    let id = account_of(finding);
    let account = id.as_ref().and_then(|id| inventory.accounts.get(id));
    json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "subject": plain(&finding.subject.to_string()),
        "account": id,
        "provider": account.map(|account| &account.provider),
        "environment": account.map(|account| &account.environment),
        "owners": account.map_or_else(Vec::new, |account| owners(account, inventory)),
        "message": plain(&finding.message),
        "fix": finding.fix.as_deref().map(plain),
        "due": finding.days.map(|days| as_of.plus_days(days)),
        "days": finding.days,
    })
}

/// The account that a finding is on: its own, or that of what belongs to one, whose name begins with the account's.
fn account_of(finding: &Finding) -> Option<AccountId> {
    let subject = &finding.subject;
    let is_elsewhere = [Kind::Waiver, Kind::Assignment, Kind::Assertion].contains(&subject.kind);
    let (account, belongs) = match subject.name.split_once(' ') {
        Some((account, _)) => (account, !is_elsewhere),
        None => (&*subject.name, subject.kind == Kind::Account),
    };
    belongs.then(|| account.parse().ok()).flatten()
}

/// Who owns an account, each role with its party; behind a team its people.
fn owners(account: &Account, inventory: &Inventory) -> Vec<Value> {
    let owner = &account.owner;
    let roles = [
        ("business", owner.business.as_ref()),
        ("technical", owner.technical.as_ref()),
        ("rotation", owner.rotation.as_ref()),
    ];
    let mut all = Vec::new();
    for (role, party) in roles {
        let Some(party) = party else { continue };
        let (kind, name) = party.parts();
        let Some(team) = inventory.teams.get(name).filter(|_| kind == "team") else {
            all.push(person(role, party.as_ref(), name, inventory));
            continue;
        };
        all.push(json!({
            "role": role,
            "party": party.to_string(),
            "name": plain(team.name.as_str()),
            "email": Value::Null,
        }));
        let people = people(name, inventory).into_iter();
        all.extend(people.map(|id| person(role, &format!("person/{id}"), id, inventory)));
    }
    all
}

/// The people of a team and of the teams that are part of it, sorted; teams may be part of each other.
fn people<'a>(team: &'a str, inventory: &'a Inventory) -> BTreeSet<&'a str> {
    let mut people = BTreeSet::new();
    let mut seen = BTreeSet::from([team]);
    let mut open = vec![team];
    while let Some(name) = open.pop() {
        // One that is not there has nobody.
        let Some(team) = inventory.teams.get(name) else {
            continue;
        };
        for member in &team.members {
            if people.len() == MOST_PEOPLE {
                return people;
            }
            people.insert(member.as_str());
        }
        let parts = team.teams.iter().map(|part| part.as_str());
        open.extend(parts.filter(|part| seen.insert(part)));
    }
    people
}

/// A person: somebody who has left is named, and has no address any more.
fn person(role: &str, party: &str, name: &str, inventory: &Inventory) -> Value {
    let known = inventory.people.get(name);
    let email = known.filter(|person| person.left.is_none());
    let email = email.and_then(|person| person.email.as_ref());
    json!({
        "role": role,
        "party": party,
        "name": known.map(|person| plain(person.name.as_str())),
        "email": email.map(|email| plain(email.as_str())),
    })
}

/// Text on one line, and nothing in it that looks like a secret.
fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shape::masked(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{FieldPath, Severity};
    use crate::model::record::{Record, RecordId};

    fn inventory() -> Inventory {
        let mut inventory = Inventory::default();
        for (id, body) in [
            (
                "account/etl",
                json!({
                    "provider": "p", "environment": "production", "workflow": "import", "level": "read-only-import",
                    "owner": { "business": "person/jo", "technical": "team/a", "rotation": "person/gone" },
                }),
            ),
            (
                "person/jo",
                json!({ "name": "Jo  Ek", "email": "jo@femo.example" }),
            ),
            (
                "person/gus",
                json!({ "name": "Gus", "email": "gus@femo.example", "left": "2026-01-01" }),
            ),
            (
                "team/a",
                json!({ "name": "A", "members": ["jo"], "teams": ["b", "missing"] }),
            ),
            (
                "team/b",
                json!({ "name": "B", "members": ["gus", "nobody"], "teams": ["a"] }),
            ),
        ] {
            let id: RecordId = id.parse().unwrap();
            inventory.put(Record::from_value(&id, body).unwrap());
        }
        inventory
    }

    fn finding(subject: &str) -> Finding {
        Finding {
            subject: subject.parse().unwrap(),
            field: FieldPath::of("rotation"),
            rule: "rotation-overdue",
            severity: Severity::Error,
            message: format!(
                "key {}",
                ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat()
            ),
            fix: None,
            days: Some(-2),
            wants: None,
            particular: None,
            entry: None,
        }
    }

    #[test]
    fn whoever_owns_the_account_is_named_with_an_address_while_they_are_there() {
        let finding = finding("account/etl");
        let as_of = "2026-11-22".parse().unwrap();
        let told = message(Threshold::Overdue, as_of, &[&finding], &inventory());
        let one = &told["findings"][0];
        assert_eq!(
            (&told["event"], &told["as-of"]),
            (&json!("overdue"), &json!("2026-11-22"))
        );
        assert_eq!(
            (&one["account"], &one["provider"]),
            (&json!("etl"), &json!("p"))
        );
        assert_eq!(
            (&one["environment"], &one["due"]),
            (&json!("production"), &json!("2026-11-20"))
        );
        let owners = one["owners"].as_array().unwrap().iter();
        let owners: Vec<String> = owners
            .map(|owner| {
                format!("{} {} {}", owner["role"], owner["party"], owner["email"]).replace('"', "")
            })
            .collect();
        assert_eq!(
            owners,
            [
                "business person/jo jo@femo.example",
                "technical team/a null",
                "technical person/gus null",
                "technical person/jo jo@femo.example",
                "technical person/nobody null",
                "rotation person/gone null",
            ]
        );
        assert!(!told.to_string().contains("16C7e4"), "{told}");
        assert_eq!(one["owners"][0]["name"], "Jo Ek");
    }

    #[test]
    fn what_belongs_to_an_account_is_told_as_its_own() {
        let of = |subject: &str| account_of(&finding(subject)).map(|id| id.to_string());
        assert_eq!(of("version/etl 3").as_deref(), Some("etl"));
        assert_eq!(of("account/etl").as_deref(), Some("etl"));
        assert_eq!(of("person/etl"), None);
        assert_eq!(of("waiver/rotation-overdue account/etl"), None);
    }

    #[test]
    fn a_sample_has_the_keys_of_a_message() {
        let as_of = "2026-11-22".parse().unwrap();
        let told = message(
            Threshold::Due,
            as_of,
            &[&finding("account/etl")],
            &inventory(),
        );
        let keys =
            |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
        for threshold in Threshold::ALL {
            let sample = sample(*threshold, as_of);
            assert_eq!(keys(&sample), keys(&told));
            assert_eq!(keys(&sample["findings"][0]), keys(&told["findings"][0]));
            assert_eq!(sample["test"], true);
        }
    }
}
