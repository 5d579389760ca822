//! The lists of access agree with the answers: who-can, access, compare and reach say what `ask` says, and no more.

use std::collections::BTreeSet;

use keyroll::access::ask::{Answer, Missing, Question, ask, reach_of};
use keyroll::access::comparing::{HeldBy, compare};
use keyroll::access::effective::Reach;
use keyroll::access::extent::{Filter, extent, reached};
use keyroll::access::holdings::Holdings;
use keyroll::access::reaching::{Sought, reaching};
use keyroll::access::reading::Reader;
use keyroll::access::terms::Terms as _;
use keyroll::access::who::{Wanted, who_may};
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::access::Effect;
use keyroll::model::entitlement::{CatalogName, EntitlementKey};
use keyroll::model::id::{BoundaryPath, Principal};
use keyroll::model::inventory::Inventory;
use keyroll::rules::Terms;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::engine::inventory;
use crate::world::{KEYS, TREE, draw, world};

fn terms(inventory: &Inventory) -> Terms<'_> {
    Terms {
        glossaries: Glossaries::of(inventory),
        policy: Policy::shipped(),
        as_of: "2026-11-22".parse().unwrap(),
    }
}

/// A permission of a glossary.
type What = (CatalogName, EntitlementKey);

/// Every question about what a used glossary lists.
fn listed(holdings: &Holdings<'_>, terms: &Terms<'_>) -> Vec<What> {
    let keys = KEYS.map(|key| key.parse::<EntitlementKey>().unwrap());
    let catalogs = holdings.catalogs().into_iter();
    let pairs = catalogs.flat_map(|name| keys.iter().map(move |key| (name.clone(), key.clone())));
    let is_listed = |(name, key): &What| {
        let catalog = terms.glossary(name);
        catalog.is_some_and(|catalog| catalog.entitlements.contains_key(key))
    };
    pairs.filter(is_listed).collect()
}

fn asked<'a>(
    holdings: &Holdings<'a>,
    terms: &Terms<'a>,
    principal: &Principal,
    (catalog, permission): &What,
    at: &BoundaryPath,
    is_said: bool,
) -> Answer<'a> {
    let question = Question {
        principal,
        catalog,
        permission,
        at,
        own: is_said,
        unresolved: is_said,
    };
    ask(holdings, terms, &question)
}

fn tree() -> Vec<BoundaryPath> {
    TREE.iter().map(|at| at.parse().unwrap()).collect()
}

/// `who-can` lists whoever is told yes, and the accounts whose gate alone says no.
fn who_can_agrees(inventory: &Inventory) {
    let (holdings, terms) = (Holdings::of(inventory), terms(inventory));
    for what in listed(&holdings, &terms) {
        for at in tree() {
            for is_said in [false, true] {
                let wanted = Wanted {
                    catalog: &what.0,
                    permission: &what.1,
                    at: &at,
                    own: is_said,
                    unresolved: is_said,
                    teams: true,
                };
                let found = who_may(&holdings, &terms, &wanted);
                for principal in holdings.principals() {
                    let answer = asked(&holdings, &terms, &principal, &what, &at, is_said);
                    let row = found.may.iter().find(|may| may.principal == principal);
                    assert_eq!(
                        row.map(|may| may.reach),
                        reach_of(&answer),
                        "{principal} {what:?} {at}: {answer:?}"
                    );
                    let apart = found.on_condition.iter().any(|(who, _)| *who == principal);
                    assert_eq!(
                        apart,
                        matches!(answer, Answer::No(Missing::Condition(..))),
                        "{principal} {what:?} {at}: {answer:?}"
                    );
                }
            }
        }
    }
}

/// `access` lists a permission at a boundary as far as the answer goes there, and nothing else.
fn access_agrees(inventory: &Inventory) {
    let (holdings, terms) = (Holdings::of(inventory), terms(inventory));
    let reader = Reader::of(&holdings, &terms);
    let all = listed(&holdings, &terms);
    for principal in holdings.principals() {
        let everywhere = extent(&reader, &principal, &Filter::default());
        for at in tree() {
            let filter = Filter {
                at: Some(at.clone()),
                ..Filter::default()
            };
            let here = extent(&reader, &principal, &filter);
            for what in &all {
                let answer = asked(&holdings, &terms, &principal, what, &at, true);
                let of = |line: &&keyroll::access::extent::Line<'_>| {
                    line.reading.catalog == Some(&what.0) && *line.key == what.1
                };
                let mut lines = here.lines.iter().filter(of);
                assert_eq!(
                    lines.next().map(|line| line.reach),
                    reach_of(&answer),
                    "{principal} {what:?} {at}: {answer:?}"
                );
                let mut lines = everywhere.lines.iter().filter(of);
                assert_eq!(
                    lines.any(|line| line.at.holds(&at)),
                    reach_of(&answer).is_some(),
                    "{principal} {what:?} {at}: {answer:?}"
                );
            }
        }
    }
}

/// `reach` lists the same effects at the same reach as `access` does at the place and, with what is below, at its parts.
fn reach_agrees(inventory: &Inventory) {
    type Row = (Principal, Reach, Option<Effect>);
    let (holdings, terms) = (Holdings::of(inventory), terms(inventory));
    let reader = Reader::of(&holdings, &terms);
    for at in tree() {
        let sought = |below| Sought {
            at: &at,
            below,
            effect: None,
        };
        let rows = |below: bool| -> BTreeSet<Row> {
            let found = reaching(&reader, &sought(below));
            let touches = found.touches.into_iter().flat_map(|touch| {
                let known = touch.effects.into_iter().map(Some);
                let effects: Vec<Option<Effect>> = known.collect();
                let effects = match effects.is_empty() {
                    true => vec![None],
                    false => effects,
                };
                let (who, reach) = (touch.principal, touch.reach);
                effects
                    .into_iter()
                    .map(move |effect| (who.clone(), reach, effect))
            });
            touches.collect()
        };
        let mut expected = [BTreeSet::new(), BTreeSet::new()];
        let people = holdings.principals();
        for principal in people.iter().filter(|one| one.parts().0 != "team") {
            let filter = Filter {
                at: Some(at.clone()),
                ..Filter::default()
            };
            let here = extent(&reader, principal, &filter);
            let row = |line: &keyroll::access::extent::Line<'_>| -> Row {
                (principal.clone(), line.reach, line.reading.effect())
            };
            expected[0].extend(here.lines.iter().map(row));
            let everywhere = extent(&reader, principal, &Filter::default());
            let below = everywhere.lines.iter();
            let below = below.filter(|line| at.holds(line.at) && *line.at != at);
            expected[1].extend(here.lines.iter().chain(below).map(row));
        }
        // Of an account whose reach cannot be told, the effects that are known go before those that are not.
        let known = |rows: BTreeSet<Row>| -> BTreeSet<Row> {
            let mixed = |row: &Row| {
                row.2.is_none()
                    && rows
                        .iter()
                        .any(|other| (&other.0, other.1) == (&row.0, row.1) && other.2.is_some())
            };
            rows.iter().filter(|row| !mixed(row)).cloned().collect()
        };
        for (below, expected) in expected.into_iter().enumerate() {
            assert_eq!(known(rows(below == 1)), known(expected), "{at} {below}");
        }
    }
}

/// Two side by side: each holds a permission at a boundary exactly where the line nearest above says so.
fn compare_agrees(inventory: &Inventory) {
    let (holdings, terms) = (Holdings::of(inventory), terms(inventory));
    let reader = Reader::of(&holdings, &terms);
    let principals = holdings.principals();
    let all = listed(&holdings, &terms);
    for pair in principals.windows(2) {
        let [a, b] = [&pair[0], &pair[1]];
        let compared = compare(&reader, [a, b], &Filter::default());
        for what in &all {
            for at in tree() {
                let lines = compared.lines.iter().filter(|line| {
                    line.reading.catalog == Some(&what.0)
                        && *line.key == what.1
                        && line.at.holds(&at)
                });
                let nearest = lines.max_by_key(|line| line.at.as_str().len());
                let said = nearest.map_or([None; 2], |line| line.reach);
                for (who, said) in [a, b].into_iter().zip(said) {
                    let answer = asked(&holdings, &terms, who, what, &at, true);
                    assert_eq!(
                        said.is_some(),
                        reach_of(&answer).is_some(),
                        "{who} {what:?} {at}: {answer:?}"
                    );
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_lists_say_what_the_answers_say(draw in draw()) {
        let inventory = world(&draw);
        who_can_agrees(&inventory);
        access_agrees(&inventory);
        reach_agrees(&inventory);
        compare_agrees(&inventory);
    }
}

fn shop() -> Value {
    json!({
        "boundary/femo": { "kind": "tenant", "name": "FEMO" },
        "boundary/femo/a": { "kind": "facility", "name": "A" },
        "boundary/femo/a/press": { "kind": "machine", "name": "Press" },
        "person/jo": { "name": "Jo" },
        "person/kim": { "name": "Kim" },
        "person/gone": { "name": "Gone", "left": "2026-11-22" },
        "team/shift": { "name": "Shift", "members": ["jo"] },
        "team/plant": { "name": "Plant", "teams": ["shift"] },
        "role/closer": { "catalog": "unicmms", "permissions": ["work-order/manage-work-order-closeout", "asset/view-assets"] },
        "role/reader": { "catalog": "unicmms", "permissions": ["asset/view-assets"] },
        "assignment/team/plant closer femo/a": { "principal": "team/plant", "role": "closer", "at": "femo/a" },
        "assignment/person/jo reader femo": { "principal": "person/jo", "role": "reader", "at": "femo" },
        "assignment/person/kim reader femo/a/press": { "principal": "person/kim", "role": "reader", "at": "femo/a/press" },
        "assignment/person/gone closer femo": { "principal": "person/gone", "role": "closer", "at": "femo" },
    })
}

#[test]
fn the_gravest_is_shown_with_what_gives_it() {
    let inventory = inventory(shop());
    let (holdings, terms) = (Holdings::of(&inventory), terms(&inventory));
    let reader = Reader::of(&holdings, &terms);
    let at = "femo/a".parse().unwrap();
    let mut sought = Sought {
        at: &at,
        below: false,
        effect: None,
    };
    let found = reaching(&reader, &sought);
    let [jo] = found.touches.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(jo.effects, [Effect::Closeout, Effect::Read]);
    let way: Vec<&str> = jo.by.way.iter().map(|team| team.as_str()).collect();
    assert_eq!((way, jo.more), (vec!["shift", "plant"], 1));
    assert_eq!((found.parts, found.absent.len()), (1, 1));
    sought.below = true;
    let found = reaching(&reader, &sought);
    let parts = found.touches.iter().map(|touch| touch.part);
    assert_eq!(parts.collect::<Vec<_>>(), [false, true]);
    sought.effect = Some(Effect::Closeout);
    assert_eq!(reaching(&reader, &sought).touches.len(), 1);
}

#[test]
fn a_wider_boundary_covers_a_narrower_one() {
    let inventory = inventory(shop());
    let (holdings, terms) = (Holdings::of(&inventory), terms(&inventory));
    let reader = Reader::of(&holdings, &terms);
    let [jo, kim] = ["person/jo", "person/kim"].map(|name| name.parse().unwrap());
    let compared = compare(&reader, [&jo, &kim], &Filter::default());
    let lines = compared
        .lines
        .iter()
        .map(|line| (line.held_by(), line.key.as_str(), line.at.as_str()));
    // What jo holds at femo/a by the team, jo holds at femo too: the same is not said twice.
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            (HeldBy::A, "asset/view-assets", "femo"),
            (HeldBy::A, "work-order/manage-work-order-closeout", "femo/a"),
            (HeldBy::Both, "asset/view-assets", "femo/a/press"),
        ]
    );
}

#[test]
fn who_has_left_stands_apart() {
    let inventory = inventory(shop());
    let (holdings, terms) = (Holdings::of(&inventory), terms(&inventory));
    let wanted = Wanted {
        catalog: &"unicmms".parse().unwrap(),
        permission: &"work-order/manage-work-order-closeout".parse().unwrap(),
        at: &"femo/a".parse().unwrap(),
        own: false,
        unresolved: false,
        teams: false,
    };
    let found = who_may(&holdings, &terms, &wanted);
    let names = |all: Vec<&Principal>| all.iter().map(|one| one.to_string()).collect::<Vec<_>>();
    assert_eq!(
        names(found.may.iter().map(|may| &may.principal).collect()),
        ["person/jo"]
    );
    assert_eq!(
        names(found.absent.iter().map(|(who, _)| who).collect()),
        ["person/gone"]
    );
    let gone: Principal = "person/gone".parse().unwrap();
    let reader = Reader::of(&holdings, &terms);
    let none = extent(&reader, &gone, &Filter::default());
    assert!(none.lines.is_empty() && none.ways.len() == 1);
    assert!(reached(&reader, &gone, &none, None).is_empty());
}

/// Steps that grow with principals x assignments would not end: 4,000 people in teams within teams, each team with 500
/// assignments.
#[test]
fn a_large_roll_is_listed_in_one_pass() {
    let mut records = shop();
    for number in 0..500 {
        let place = format!("femo/p{number:03}");
        records[format!("boundary/{place}")] = json!({ "kind": "facility", "name": "P" });
        for team in ["plant", "shift", "crew"] {
            let at = if number % 2 == 0 { &*place } else { "femo" };
            let role = format!("role{number:03}");
            records[format!("role/{role}")] =
                json!({ "catalog": "unicmms", "permissions": ["asset/view-assets"] });
            records[format!("assignment/team/{team} {role} {at}")] =
                json!({ "principal": format!("team/{team}"), "role": role, "at": at });
        }
    }
    let members: Vec<String> = (0..4_000).map(|number| format!("p{number}")).collect();
    for member in &members {
        records[format!("person/{member}")] = json!({ "name": "P" });
    }
    records["team/crew"] = json!({ "name": "Crew", "members": members });
    records["team/shift"]["teams"] = json!(["crew"]);
    let inventory = inventory(records);
    let (holdings, terms) = (Holdings::of(&inventory), terms(&inventory));
    let reader = Reader::of(&holdings, &terms);
    let at = "femo/a".parse().unwrap();
    let sought = Sought {
        at: &at,
        below: true,
        effect: None,
    };
    let found = reaching(&reader, &sought);
    let by_team = found.touches.iter().filter(|touch| touch.more >= 750);
    assert_eq!(by_team.count(), 4_000);
    let wanted = Wanted {
        catalog: &"unicmms".parse().unwrap(),
        permission: &"asset/view-assets".parse().unwrap(),
        at: &at,
        own: false,
        unresolved: false,
        teams: false,
    };
    assert_eq!(who_may(&holdings, &terms, &wanted).may.len(), 4_001);
}
