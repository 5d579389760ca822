//! Tests of offboarding.

use super::*;
use crate::model::change::Change;
use serde_json::{Value, json};

const DAY: &str = "2026-11-22";

fn day() -> Date {
    DAY.parse().unwrap()
}

/// Jo leaves a roll of these records, and these of the usual ones: Anna and Max, and a team of Jo and Max.
fn roll(more: Value) -> Inventory {
    let usual = json!({
        "person/anna": { "name": "Anna" },
        "person/jo": { "name": "Jo" },
        "person/max": { "name": "Max" },
        "person/pat": { "name": "Pat", "left": "2026-10-31" },
        "team/ops": { "name": "Ops", "members": ["jo", "max"] },
        "team/solo": { "name": "Solo", "members": ["jo", "pat"] },
    });
    let more = more.as_object().unwrap().clone().into_iter();
    let all = usual.as_object().unwrap().clone().into_iter().chain(more);
    all.map(|(id, body)| Record::from_value(&id.parse().unwrap(), body).unwrap())
        .collect()
}

fn account(owner: Value) -> Value {
    json!({ "provider": "p", "environment": "production", "workflow": "import", "level": "read-only-import",
        "owner": owner })
}

fn told<T>(
    roll: &Inventory,
    choice: &Choice,
    handed: &Handed,
    then: impl Fn(&Leaving<'_>, &Report) -> T,
) -> T {
    let is_there = |person: &PersonId| {
        let left = roll.people.get(person.as_str()).and_then(|p| p.left);
        left.is_none_or(|left| left > day())
    };
    let person = "jo".parse().unwrap();
    let leaving = Leaving {
        person: &person,
        on: day(),
        inventory: roll,
        choice,
        handed,
        is_there: &is_there,
    };
    then(&leaving, &report(&leaving))
}

fn seats_of(roll: &Inventory, choice: &Choice) -> Vec<String> {
    let shown = |seat: &Seat| {
        let heir = seat.heir.as_ref();
        let heir = heir.map_or("nobody".to_owned(), |heir| {
            format!("{} ({})", heir.who, heir.why)
        });
        format!("{} {}: {heir}", seat.account, seat.part)
    };
    told(roll, choice, &Handed::new(), |_, report| {
        report.seats.iter().map(shown).collect()
    })
}

fn seats(owner: Value) -> Vec<String> {
    seats_of(
        &roll(json!({ "account/a": account(owner) })),
        &Choice::default(),
    )
}

#[test]
fn the_rotation_owner_is_proposed_first_then_teams_then_who_owns_most_beside_them() {
    let owner =
        json!({ "business": "person/anna", "technical": "person/jo", "rotation": "person/max" });
    assert_eq!(
        seats(owner),
        ["a technical: person/max (rotates it)"],
        "who rotates it"
    );
    let owner = json!({ "business": "person/max", "technical": "person/jo" });
    assert_eq!(
        seats(owner),
        ["a technical: team/ops (team of person/max)"],
        "a team of the other owner"
    );
    let owner = json!({ "business": "person/anna", "technical": "person/jo" });
    assert_eq!(
        seats(owner),
        ["a technical: team/ops (their own team)"],
        "their own team, and not the one of which nobody is left"
    );
    let owner = json!({ "business": "person/jo", "technical": "team/ops" });
    let other = json!({ "business": "person/jo", "technical": "person/anna" });
    let both = roll(json!({ "account/a": account(owner), "account/b": account(other) }));
    assert_eq!(
        seats_of(&both, &Choice::default()),
        [
            "a business: person/anna (owns 1 account with them)",
            "b business: team/ops (their own team)"
        ],
        "not the technical owner, where there is another"
    );
}

#[test]
fn what_was_said_goes_before_every_proposal() {
    let owner =
        json!({ "business": "person/jo", "technical": "person/jo", "rotation": "person/jo" });
    let roll = roll(json!({ "account/a": account(owner) }));
    let choice = Choice {
        to: Some("person/anna".parse().unwrap()),
        technical: Some("person/max".parse().unwrap()),
        ..Choice::default()
    };
    assert_eq!(
        seats_of(&roll, &choice),
        [
            "a business: person/anna (as asked)",
            "a technical: person/max (as asked)",
            "a rotation: person/max (technical owner)"
        ]
    );
}

#[test]
fn a_team_of_which_nobody_is_left_goes_with_its_last_one() {
    let owner = json!({ "business": "person/anna", "technical": "team/solo" });
    assert_eq!(seats(owner), ["a technical: team/ops (their own team)"]);
    let owner = json!({ "business": "person/anna", "technical": "team/ops" });
    assert_eq!(seats(owner.clone()), [""; 0]);
    let roll = roll(json!({ "account/a": account(owner) }));
    told(&roll, &Choice::default(), &Handed::new(), |_, report| {
        assert_eq!(report.through.len(), 1);
        let teams = report.teams.iter();
        let teams: Vec<_> = teams.map(|t| (t.team.as_str(), t.is_empty)).collect();
        assert_eq!(teams, [("ops", false), ("solo", true)]);
    });
}

#[test]
fn an_account_that_would_lack_an_owner_is_an_orphan_and_one_out_of_use_is_not() {
    let only = json!({
        "person/jo": { "name": "Jo" },
        "account/a": account(json!({ "technical": "person/jo" })),
    });
    let alone = |records: Value| -> Inventory {
        let records = records.as_object().unwrap().clone().into_iter();
        records
            .map(|(id, body)| Record::from_value(&id.parse().unwrap(), body).unwrap())
            .collect()
    };
    let orphans = |roll: &Inventory| {
        told(roll, &Choice::default(), &Handed::new(), |_, report| {
            let parts = report.orphans().map(|seat| seat.part);
            parts.collect::<Vec<_>>()
        })
    };
    assert_eq!(
        orphans(&alone(only.clone())),
        [Part::Business, Part::Technical]
    );
    let mut retired = only;
    retired["account/a"]["status"] = json!("retired");
    assert_eq!(orphans(&alone(retired)), []);
}

fn version(stage: &str) -> Value {
    let held = json!({ "place": "age", "source": "stdin" });
    json!({ "stage": stage, "issued": "2026-10-01", "held": held })
}

fn known(roll: &Inventory, handed: &Handed) -> Vec<String> {
    told(roll, &Choice::default(), handed, |_, report| {
        let known = report.secrets.iter();
        known
            .map(|known| {
                let ways: Vec<String> = known.ways.iter().map(Way::to_string).collect();
                format!("{} {}: {}", known.version, known.stage, ways.join(", "))
            })
            .collect()
    })
}

fn secrets(more: Value) -> Inventory {
    let mut all = json!({
        "account/a": account(json!({})),
        "account/b": account(json!({})),
        "version/a 1": version("revoked"),
        "version/a 2": version("current"),
        "version/b 1": version("current"),
    });
    for (id, body) in more.as_object().unwrap() {
        all[id] = body.clone();
    }
    roll(all)
}

fn revealed(version: &str) -> Handed {
    let at = "2026-11-20T10:00:00Z".parse().unwrap();
    Handed::from([((version.parse().unwrap(), Hand::Revealed), at)])
}

#[test]
fn a_key_of_theirs_opens_every_secret_that_is_sealed_and_live() {
    let key = json!({ "purpose": "person", "key": "age1x", "person": "jo", "added": "2026-01-01" });
    let mut roll = secrets(json!({ "recipient/jo-laptop": key }));
    assert_eq!(
        known(&roll, &revealed("a 2")),
        [
            "a 2 current: revealed 2026-11-20, recipient jo-laptop",
            "b 1 current: recipient jo-laptop"
        ]
    );
    let elsewhere = json!({ "stage": "current", "issued": "2026-10-01",
        "held": { "place": "vault:kv/b", "source": "existing" } });
    roll.put(Record::from_value(&"version/b 1".parse().unwrap(), elsewhere).unwrap());
    assert_eq!(
        known(&roll, &Handed::new()),
        ["a 2 current: recipient jo-laptop"]
    );
}

#[test]
fn who_opened_anything_with_no_key_of_their_own_had_one_that_opens_everything() {
    let roll = secrets(json!({}));
    assert_eq!(
        known(&roll, &revealed("a 1")),
        [
            "a 2 current: had an identity at hand",
            "b 1 current: had an identity at hand"
        ]
    );
    assert_eq!(known(&roll, &Handed::new()), [""; 0]);
}

#[test]
fn who_uses_a_secret_by_hand_knows_it() {
    let mut b = account(json!({}));
    b["consumers"] = json!(["jo-by-hand"]);
    let roll = secrets(json!({ "consumer/jo-by-hand": { "person": "jo" }, "account/b": b }));
    assert_eq!(
        known(&roll, &Handed::new()),
        ["b 1 current: uses it: consumer jo-by-hand"]
    );
}

#[test]
fn all_of_it_is_one_list_of_changes_and_nothing_is_left_for_the_next_time() {
    let owner =
        json!({ "business": "person/anna", "technical": "person/jo", "rotation": "person/max" });
    let mut roll = secrets(json!({
        "account/b": account(owner),
        "assignment/person/jo viewer x": { "principal": "person/jo", "role": "viewer", "at": "x" },
        "assignment/person/max viewer x": { "principal": "person/max", "role": "viewer", "at": "x" },
        "residual-risk/b gap": { "gap": "gap", "owner": "person/jo", "until": "2027-01-01" },
    }));
    let choice = Choice {
        to: Some("person/max".parse().unwrap()),
        ..Choice::default()
    };
    let decided = |roll: &Inventory| told(roll, &choice, &revealed("a 2"), changes);
    let all = decided(&roll);
    let shown: Vec<String> = all
        .iter()
        .map(|change| format!("{} {}", change.verb(), change.id()))
        .collect();
    assert_eq!(
        shown,
        [
            "update account/b",
            "update residual-risk/b gap",
            "update version/a 2",
            "update version/b 1",
            "remove assignment/person/jo viewer x",
            "update team/ops",
            "update team/solo",
            "update person/jo",
        ]
    );
    let apply = |roll: &mut Inventory, change: &Change| match change.after() {
        Some(after) => drop(roll.put(after.clone())),
        None => drop(roll.remove(&change.id())),
    };
    all.iter().for_each(|change| apply(&mut roll, change));
    let exposed = roll.versions.values().map(crate::lifecycle::due::exposed);
    assert_eq!(
        exposed.collect::<Vec<_>>(),
        [None, Some(day()), Some(day())]
    );
    assert_eq!(roll.people["jo"].left, Some(day()));
    assert_eq!(decided(&roll), []);
}
