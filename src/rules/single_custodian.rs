//! `single-custodian`: one person is the technical owner of nearly everything.

use std::collections::{BTreeMap, HashMap};

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::Principal;
use crate::model::record::{Kind, RecordId};
use crate::rules::members::Members;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "single-custodian",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "one person is the technical owner of nearly everything",
    explain: r##"One person is the technical owner of nine accounts in ten, by name or as the only one left in the team that owns them. Whoever is alone with every key cannot be ill, cannot be checked by anybody, and takes the knowledge along when leaving. Judged from five accounts on; `limits.custodian-share` and `limits.custodian-accounts` of `keyroll.toml` set other figures.

## Fix

Let a team of two or more own the accounts, or name a stand-in in the team that does.

## Example

```toml
[team.integration]
members = ["anna-berg"]  # bad: the team owns every account, and the team is Anna
```

```toml
[team.integration]
members = ["anna-berg", "max-vogt"]  # good: Max stands in
```

Source: CIS Control 5.5."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let mut members = Members::of(facts.inventory);
    let mut alone: HashMap<&str, Option<&str>> = HashMap::new();
    let mut owned: BTreeMap<&str, u64> = BTreeMap::new();
    let mut accounts = 0u64;
    for (_, account) in facts.accounts() {
        accounts += 1;
        let owner = account.owner.technical.as_ref();
        if let Some(person) =
            owner.and_then(|owner| custodian(facts, owner, &mut alone, &mut members))
        {
            *owned.entry(person).or_default() += 1;
        }
    }
    let limits = &facts.policy.limits;
    // In a small roll, one person who looks after it is what there is.
    if accounts < u64::from(limits.custodian_accounts) {
        return;
    }
    for (person, count) in owned {
        if count * 100 < accounts * u64::from(limits.custodian_share) {
            continue;
        }
        let subject = RecordId::new(Kind::Person, &person);
        let message = format!(
            "`person/{person}` alone is the technical owner of {count} of {accounts} accounts"
        );
        findings.at(subject, FieldPath::record(), message).fix(
            "give the accounts to a team of two or more, or add a stand-in to the team that owns them",
        );
    }
}

/// The one person who is there behind an owner; none where they are several, or nobody.
fn custodian<'a>(
    facts: &Facts<'a>,
    owner: &'a Principal,
    alone: &mut HashMap<&'a str, Option<&'a str>>,
    members: &mut Members<'a>,
) -> Option<&'a str> {
    match owner.parts() {
        ("person", name) => {
            let known = facts.inventory.people.contains_key(name);
            (known && facts.absent(name).is_none()).then_some(name)
        }
        ("team", name) => *alone.entry(name).or_insert_with(|| {
            let people = members.people(name)?;
            only_one(facts, &people)
        }),
        _ => None,
    }
}

/// The only one who is there.
fn only_one<'a>(facts: &Facts<'a>, people: &[&'a str]) -> Option<&'a str> {
    let mut there = people.iter().filter(|name| facts.absent(name).is_none());
    let only = *there.next()?;
    // One who is unknown is another rule's matter.
    let is_alone = there.next().is_none() && facts.inventory.people.contains_key(only);
    is_alone.then_some(only)
}

#[cfg(test)]
mod tests {
    use crate::catalog::Glossaries;
    use crate::model::inventory::Inventory;
    use crate::rules::{Facts, Selection, judge, sample};
    use serde_json::{Value, json};

    /// Who is found where the sample's account stands `count` times, and `others` of them have another owner.
    fn found(records: Value, count: usize, others: usize) -> Vec<String> {
        let mut inventory: Inventory = sample::with(records);
        let account = inventory.accounts.values().next().cloned().unwrap();
        for n in 1..count {
            let mut account = account.clone();
            if n <= others {
                account.owner.technical = Some("person/jo-miller".parse().unwrap());
            }
            let id = format!("a{n}").parse().unwrap();
            inventory.accounts.insert(id, account);
        }
        let glossaries = Glossaries::of(&inventory);
        let facts = Facts::new(&inventory, &glossaries, sample::AS_OF.parse().unwrap());
        let selection = Selection {
            select: ["single-custodian".to_owned()].into(),
            ..Selection::all()
        };
        let findings = judge(&facts, &selection).into_iter();
        findings
            .map(|f| format!("{}: {}", f.subject, f.message))
            .collect()
    }

    #[test]
    fn the_only_member_of_the_team_that_owns_nearly_everything_is_found() {
        let all =
            "person/anna-berg: `person/anna-berg` alone is the technical owner of 5 of 5 accounts";
        assert_eq!(found(json!({}), 5, 0), [all]);
        let nearly = found(json!({}), 10, 1);
        assert!(nearly[0].ends_with("9 of 10 accounts"), "{nearly:?}");
        assert_eq!(found(json!({}), 10, 2), Vec::<String>::new());
    }

    #[test]
    fn a_small_roll_may_have_one_custodian() {
        assert_eq!(found(json!({}), 4, 0), Vec::<String>::new());
    }

    #[test]
    fn a_stand_in_counts_until_the_day_of_leaving() {
        let team = |left: &str| {
            let records = json!({
                "person/jo-miller": { "left": left },
                "team/integration": { "members": ["anna-berg", "anna-berg", "jo-miller"] },
            });
            found(records, 5, 0).len()
        };
        assert_eq!(team("2026-11-23"), 0);
        assert_eq!(team("2026-11-22"), 1);
    }

    #[test]
    fn a_stand_in_who_is_invited_does_not_count_yet() {
        let team = |status: &str| {
            let records = json!({
                "team/integration": { "members": ["anna-berg", "jo-miller"] },
                "invitation/jo-miller": { "status": status, "since": "2026-11-20" },
            });
            found(records, 5, 0).len()
        };
        assert_eq!(team("pending"), 1);
        assert_eq!(team("revoked"), 1);
        assert_eq!(team("accepted"), 0);
    }

    #[test]
    fn who_is_in_a_part_of_the_team_stands_in() {
        let team = |shift: Value| {
            let records = json!({
                "team/integration": { "members": ["anna-berg"], "teams": ["shift"] },
                "team/shift": { "name": "Shift", "members": shift },
            });
            found(records, 5, 0).len()
        };
        assert_eq!(team(json!(["jo-miller"])), 0);
        assert_eq!(team(json!(["anna-berg"])), 1);
    }

    #[test]
    fn a_person_who_owns_by_name_is_found_and_one_who_has_left_is_not() {
        let owner = |left: Value| {
            let records = json!({
                "person/anna-berg": { "left": left },
                sample::ACCOUNT: { "owner": { "technical": "person/anna-berg" } },
            });
            found(records, 5, 0).len()
        };
        assert_eq!(owner(Value::Null), 1);
        assert_eq!(owner(json!("2026-10-01")), 0);
    }
}
