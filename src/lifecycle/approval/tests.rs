//! Tests of approvals by command.

use super::*;
use serde_json::{Value, json};

const TODAY: &str = "2026-11-22";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn roll() -> Inventory {
    let records = json!({
        "person/anna": { "name": "Anna", "login": ["anna"] },
        "person/jo": { "name": "Jo", "login": ["jo"] },
        "person/max": { "name": "Max" },
        "person/pat": { "name": "Pat", "left": "2026-10-31" },
        "team/ops": { "name": "Ops", "members": ["jo", "max"] },
        "team/solo": { "name": "Solo", "members": ["jo", "pat"] },
        "team/gone": { "name": "Gone", "members": ["pat"] },
        "account/etl": { "provider": "p", "environment": "production", "workflow": "import",
            "level": "read-only-import", "permissions": ["a/b"], "expires": "2027-03-31",
            "owner": { "business": "person/anna", "technical": "team/ops" } },
    });
    let records = records.as_object().unwrap().clone();
    let read =
        |(id, body): (String, Value)| Record::from_value(&id.parse().unwrap(), body).unwrap();
    records.into_iter().map(read).collect()
}

fn approval(by: &str, until: &str) -> Approval {
    let body = json!({ "by": by, "ticket": "CHG-1", "until": until, "by-command": true });
    serde_json::from_value(body).unwrap()
}

fn given(roll: &Inventory, approval: Approval, makers: &[&str]) -> Result<Given, NoApproval> {
    let makers = makers.iter().map(|actor| Maker {
        actor: (*actor).to_owned(),
        did: Made::Created,
    });
    let absence = |person: &PersonId| {
        let left = roll.people.get(person.as_str())?.left?;
        Some(format!("left on {left}"))
    };
    let account = "etl".parse().unwrap();
    let asked = Asked {
        account: &account,
        action: ActionClass::Read,
        approval,
        inventory: roll,
        makers: &makers.collect::<Vec<_>>(),
        actor: "jo",
        actions: &[],
        absence: &absence,
        today: day(TODAY),
    };
    give(&asked, &roll.accounts["etl"])
}

fn by(by: &str, makers: &[&str]) -> Result<Vec<Doubt>, NoApproval> {
    given(&roll(), approval(by, "2026-12-31"), makers).map(|given| given.doubts)
}

#[test]
fn nobody_approves_what_they_made() {
    let is_refused = |found| matches!(found, Err(NoApproval::Maker { .. }));
    assert!(is_refused(by("person/anna", &["anna"])));
    assert!(is_refused(by("person/anna", &["import-job (anna)"])));
    assert!(is_refused(by("person/anna", &["jo", "anna (svc)"])));
    assert!(is_refused(by("team/solo", &["jo"])));
    assert_eq!(by("person/anna", &["jo"]), Ok(vec![]));
    // Somebody else of the team can have looked at it.
    assert!(by("team/ops", &["jo"]).is_ok());
}

#[test]
fn where_the_maker_is_not_known_whoever_asks_does_not_approve() {
    let doubt = Doubt::UnknownMaker {
        did: Made::Created,
        actor: "root".to_owned(),
    };
    assert_eq!(by("person/anna", &["root"]), Ok(vec![doubt]));
    let refused = by("person/jo", &["root"]);
    assert!(matches!(refused, Err(NoApproval::MayBeMaker { .. })));
    let known = by("person/jo", &["anna"]).unwrap();
    assert!(matches!(known[..], [Doubt::TechnicalOwner(_)]));
}

#[test]
fn machines_and_whoever_is_not_there_approve_nothing() {
    assert!(matches!(
        by("account/etl", &[]),
        Err(NoApproval::Machine(_))
    ));
    for absent in ["person/pat", "person/nobody"] {
        assert!(matches!(by(absent, &[]), Err(NoApproval::Absent { .. })));
    }
    for team in ["team/gone", "team/nowhere"] {
        assert!(matches!(by(team, &[]), Err(NoApproval::Nobody(_))));
    }
}

#[test]
fn an_end_that_is_past_is_refused_and_one_after_the_account_is_doubted() {
    let until = |day: &str| {
        let given = given(&roll(), approval("person/anna", day), &[]);
        given.map(|given| given.doubts)
    };
    assert!(matches!(until("2026-11-21"), Err(NoApproval::Past { .. })));
    assert_eq!(until(TODAY), Ok(vec![]));
    assert_eq!(until("2027-03-31"), Ok(vec![]));
    let doubt = Doubt::BeyondExpiry(day("2027-03-31"));
    assert_eq!(until("2027-04-01"), Ok(vec![doubt]));
}

#[test]
fn what_the_account_does_not_have_is_doubted() {
    let mut approval = approval("person/anna", "2026-12-31");
    approval.permissions = vec!["a/b".parse().unwrap(), "a/c".parse().unwrap()];
    let found = given(&roll(), approval, &[]).unwrap();
    assert_eq!(found.doubts, [Doubt::NotHeld("a/c".parse().unwrap())]);
}

#[test]
fn one_a_day_and_the_same_twice_is_one() {
    let mut roll = roll();
    let first = approval("person/anna", "2026-12-31");
    let change = given(&roll, first.clone(), &[]).unwrap().change.unwrap();
    roll.put(change.after().unwrap().clone());
    assert_eq!(given(&roll, first, &[]).unwrap().change, None);
    let other = given(&roll, approval("person/anna", "2027-01-31"), &[]);
    assert!(matches!(other, Err(NoApproval::Given { .. })));
}

#[test]
fn what_is_withdrawn_holds_no_more_and_what_held_is_still_seen() {
    let mut roll = roll();
    let body = approval("person/anna", "2026-12-31");
    for on in ["2026-10-01", TODAY, "2026-11-30"] {
        let key = format!("etl read {on}").parse::<ApprovalKey>().unwrap();
        roll.put((key, body.clone()).into());
    }
    let account = "etl".parse().unwrap();
    let read = |roll: &Inventory| withdraw(roll, &account, ActionClass::Read, day(TODAY));
    let changes = read(&roll).unwrap();
    let shown: Vec<String> = changes
        .iter()
        .map(|change| format!("{} {}", change.verb(), change.id()))
        .collect();
    assert_eq!(
        shown,
        [
            "update approval/etl read 2026-10-01",
            "remove approval/etl read 2026-11-22",
            "remove approval/etl read 2026-11-30",
        ]
    );
    for change in changes {
        match change.after() {
            Some(after) => drop(roll.put(after.clone())),
            None => drop(roll.remove(&change.id())),
        }
    }
    assert!(
        roll.approvals
            .iter()
            .all(|(key, approval)| !approval.holds(key.on, day(TODAY)))
    );
    assert!(matches!(read(&roll), Err(NoApproval::None { .. })));
}
