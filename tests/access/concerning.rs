//! What the store gives for one question answers it as the whole roll does, explanation included.

use std::collections::{BTreeMap, BTreeSet};

use keyroll::access::ask::{Answer, Missing, Question, ask};
use keyroll::access::explain::grounds;
use keyroll::access::glossary::{glossary_among, glossary_of};
use keyroll::access::holdings::Holdings;
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::change::Change;
use keyroll::model::entitlement::{CatalogName, EntitlementKey};
use keyroll::model::event::Actor;
use keyroll::model::id::{BoundaryPath, Principal};
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use keyroll::report::Terminal;
use keyroll::report::answer::{Told, document, explanation};
use keyroll::rules::Terms;
use keyroll::store::{Depth, Store};
use proptest::prelude::*;
use serde_json::{Value, json};

const PLACES: [&str; 7] = [
    "femo",
    "femo/a",
    "femo/a/press",
    "femo/a/press/head",
    "femo/ab",
    "femo/b",
    "acme",
];
const KEYS: [&str; 9] = [
    "asset/view-assets",
    "work-order/manage-work-order-status",
    "work-order/add-work-order",
    "work-request/delete-work-requests",
    "base.read",
    "cmms.status",
    "machine/show",
    "x/read",
    "no/such",
];
const CATALOGS: [Option<&str>; 5] = [
    Some("unicmms"),
    Some("factverse"),
    Some("hub"),
    Some("./mine.toml"),
    None,
];

/// Any number below some.
fn below(most: usize) -> impl Strategy<Value = usize> + Clone {
    0..most
}

/// A roll of a few of everything, as bodies by id.
#[derive(Clone, Debug)]
struct Roll {
    teams: Vec<(Vec<usize>, Vec<usize>)>,
    roles: Vec<(usize, Vec<usize>)>,
    assignments: Vec<(usize, usize, Option<usize>)>,
    account: (usize, usize, Vec<usize>, Vec<usize>, Vec<usize>, usize),
    approvals: Vec<(usize, usize)>,
    platforms: usize,
    catalogs: (usize, usize),
    persons: Vec<usize>,
}

fn rolls() -> impl Strategy<Value = Roll> {
    let some = |most, many| proptest::collection::vec(below(most), 0..many);
    (
        proptest::collection::vec((some(3, 3), some(5, 3)), 5),
        proptest::collection::vec((below(5), some(9, 5)), 4),
        proptest::collection::vec((below(9), below(4), proptest::option::of(below(7))), 0..14),
        (
            below(3),
            below(7),
            some(9, 4),
            some(9, 4),
            some(7, 3),
            below(4),
        ),
        proptest::collection::vec((below(7), below(9)), 0..4),
        below(3),
        (below(5), below(5)),
        proptest::collection::vec(below(5), 3),
    )
        .prop_map(
            |(teams, roles, assignments, account, approvals, platforms, catalogs, persons)| Roll {
                teams,
                roles,
                assignments,
                account,
                approvals,
                platforms,
                catalogs,
                persons,
            },
        )
}

fn principal(at: usize) -> String {
    match at {
        0..=2 => format!("person/p{at}"),
        3..=7 => format!("team/t{}", at - 3),
        _ => "account/sync".to_owned(),
    }
}

fn keys(of: &[usize]) -> Vec<&'static str> {
    let keys: BTreeSet<&str> = of.iter().map(|at| KEYS[*at]).collect();
    keys.into_iter().collect()
}

fn named(what: &str, of: &[usize]) -> Vec<String> {
    let of: BTreeSet<&usize> = of.iter().collect();
    of.into_iter().map(|at| format!("{what}{at}")).collect()
}

impl Roll {
    fn records(&self) -> Vec<Record> {
        let mut all: BTreeMap<String, Value> = BTreeMap::new();
        for place in PLACES {
            all.insert(
                format!("boundary/{place}"),
                json!({ "kind": "facility", "name": place }),
            );
        }
        for (at, person) in self.persons.iter().enumerate() {
            let left = [None, Some("2026-01-01")][usize::from(*person == 1)];
            all.insert(
                format!("person/p{at}"),
                json!({ "name": "P", "left": left }),
            );
            if let 2..=4 = person {
                let status = ["pending", "accepted", "revoked"][person - 2];
                all.insert(
                    format!("invitation/p{at}"),
                    json!({ "status": status, "since": "2026-02-02" }),
                );
            }
        }
        for (at, (members, parts)) in self.teams.iter().enumerate() {
            let body =
                json!({ "name": "T", "members": named("p", members), "teams": named("t", parts) });
            all.insert(format!("team/t{at}"), body);
        }
        for (at, (catalog, permissions)) in self.roles.iter().enumerate() {
            let body = json!({ "catalog": CATALOGS[*catalog], "permissions": keys(permissions) });
            all.insert(format!("role/r{at}"), body);
        }
        for (who, role, at) in &self.assignments {
            let (who, at) = (principal(*who), at.map(|at| PLACES[at]));
            let tail = at.map_or_else(String::new, |at| format!(" {at}"));
            let body = json!({ "principal": who, "role": format!("r{role}"), "at": at });
            all.insert(format!("assignment/{who} r{role}{tail}"), body);
        }
        self.systems(&mut all);
        let record =
            |(id, body): (&String, &Value)| Record::from_value(&id.parse().unwrap(), body.clone());
        all.iter().map(|entry| record(entry).unwrap()).collect()
    }

    fn systems(&self, all: &mut BTreeMap<String, Value>) {
        let mine = json!({ "title": "Mine", "side": "provider", "entitlements": {
            "x/read": { "group": "X", "title": "Read", "meaning": "reads", "effect": "read" },
            "base.read": { "group": "X", "title": "Base", "meaning": "reads", "effect": "create" } } });
        all.insert("catalog/./mine.toml".to_owned(), mine);
        let environment = json!({ "production": { "endpoint": "https://u.example" } });
        let provider = json!({ "catalog": CATALOGS[self.catalogs.0], "environment": environment });
        all.insert("provider/u".to_owned(), provider);
        for at in 0..self.platforms {
            let platform =
                json!({ "catalog": CATALOGS[self.catalogs.1], "environment": environment });
            all.insert(format!("platform/f{at}"), platform);
        }
        let (named, level, permissions, scopes, boundary, status) = &self.account;
        let levels = keyroll::model::access::Level::ALL;
        let platform = (*named == 1 && self.platforms > 0).then_some("f0");
        let places: BTreeSet<&str> = boundary.iter().map(|at| PLACES[*at]).collect();
        let status = ["active", "active", "proposed", "suspended"][*status];
        all.insert(
            "account/sync".to_owned(),
            json!({ "provider": "u", "environment": "production",
            "workflow": "sync", "level": levels[*level].as_str(), "permissions": keys(permissions),
            "scopes": keys(scopes), "boundary": places, "platform": platform, "status": status }),
        );
        let classes = keyroll::model::access::ActionClass::ALL;
        for (class, key) in &self.approvals {
            let id = format!("approval/sync {} 2026-03-03", classes[*class]);
            let until = [None, Some("2026-10-10"), Some("2027-10-10")][*key % 3];
            all.insert(
                id,
                json!({ "by": "person/p0", "until": until, "permissions": keys(&[*key]) }),
            );
        }
    }
}

/// The answer in words, or that there is none.
fn said(
    inventory: &Inventory,
    used: Option<&BTreeSet<CatalogName>>,
    asked: &Asked,
) -> (Option<String>, bool) {
    let holdings = Holdings::of(inventory);
    let terms = Terms {
        glossaries: Glossaries::of(inventory),
        policy: Policy::shipped(),
        as_of: "2026-11-22".parse().unwrap(),
    };
    let (principal, key) = (Some(&asked.principal), &asked.key);
    let catalog = match used {
        Some(used) => glossary_among(
            &holdings,
            &terms,
            principal,
            key,
            None,
            &used.iter().collect(),
        ),
        None => glossary_of(&holdings, &terms, principal, key, None),
    };
    let catalog = match catalog {
        Ok(catalog) => catalog,
        Err(error) => return (Some(error.to_string()), false),
    };
    let question = Question {
        principal: &asked.principal,
        catalog: &catalog,
        permission: &asked.key,
        at: &asked.at,
        own: asked.own,
        unresolved: asked.own,
    };
    let answer = ask(&holdings, &terms, &question);
    let wider = matches!(
        answer,
        Answer::No(Missing::Elsewhere(_) | Missing::NotGranted { .. })
    );
    let grounds = grounds(&holdings, &terms, &question, &answer);
    let told = Told {
        question,
        answer,
        grounds,
        as_of: terms.as_of,
    };
    let text = explanation(&told, &Terminal::PIPE) + &document(&told).to_string();
    (Some(text), wider)
}

struct Asked {
    principal: Principal,
    key: EntitlementKey,
    at: BoundaryPath,
    own: bool,
}

fn actor() -> Actor {
    Actor {
        name: "tester".parse().unwrap(),
        host: "here".parse().unwrap(),
        command: "apply".parse().unwrap(),
        reason: None,
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_question_concerns_answers_it_as_the_whole_roll_does(roll in rolls()) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("roll.db"), &actor()).unwrap();
        let changes: Vec<Change> = roll.records().into_iter().map(Change::create).collect();
        store.commit(&actor(), &changes).unwrap();
        let whole = store.inventory().unwrap();
        for who in 0..9 {
            for (number, key) in KEYS.iter().enumerate() {
                let asked = Asked {
                    principal: principal(who).parse().unwrap(),
                    key: key.parse().unwrap(),
                    at: PLACES[(who + number) % PLACES.len()].parse().unwrap(),
                    own: number % 2 == 0,
                };
                let (expected, _) = said(&whole, None, &asked);
                for depth in [Depth::Here, Depth::Anywhere, Depth::Roles] {
                    let found = store.concerning(&asked.principal, &asked.at, depth).unwrap().unwrap();
                    let (found, wider) = said(&found.inventory, Some(&found.catalogs), &asked);
                    if depth == Depth::Roles || !wider {
                        prop_assert_eq!(&found, &expected, "{} {} {} {:?}", asked.principal, asked.key, asked.at, depth);
                    }
                }
            }
        }
    }
}

#[test]
fn a_question_reads_nothing_that_it_does_not_concern() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("roll.db"), &actor()).unwrap();
    let mut records: Vec<Record> = Vec::new();
    let mut put = |id: &str, body: Value| {
        records.push(Record::from_value(&id.parse().unwrap(), body).unwrap())
    };
    put("boundary/femo", json!({ "kind": "tenant", "name": "FEMO" }));
    put(
        "boundary/femo/a",
        json!({ "kind": "facility", "name": "A" }),
    );
    put(
        "role/r",
        json!({ "catalog": "hub", "permissions": ["machine/show"] }),
    );
    put(
        "role/other",
        json!({ "catalog": "atlas", "permissions": ["asset/view"] }),
    );
    let people: Vec<String> = (0..50).map(|n| format!("p{n}")).collect();
    for name in &people {
        put(&format!("person/{name}"), json!({ "name": "P" }));
        put(
            &format!("assignment/person/{name} r femo/a"),
            json!({ "principal": format!("person/{name}"), "role": "r", "at": "femo/a" }),
        );
    }
    put("team/all", json!({ "name": "All", "members": people }));
    put(
        "assignment/team/all other femo",
        json!({ "principal": "team/all", "role": "other", "at": "femo" }),
    );
    store
        .commit(
            &actor(),
            &records.into_iter().map(Change::create).collect::<Vec<_>>(),
        )
        .unwrap();
    let found = store
        .concerning(
            &"person/p7".parse().unwrap(),
            &"femo/a".parse().unwrap(),
            Depth::Here,
        )
        .unwrap()
        .unwrap();
    let inventory = found.inventory;
    let counts = [
        inventory.people.len(),
        inventory.assignments.len(),
        inventory.boundaries.len(),
        inventory.teams.len(),
    ];
    assert_eq!(counts, [1, 2, 1, 1]);
    assert_eq!(
        inventory.teams.first_key_value().unwrap().1.members.len(),
        1
    );
    let used: Vec<&str> = found.catalogs.iter().map(CatalogName::as_str).collect();
    assert_eq!(used, ["atlas", "hub"]);
}

#[test]
fn a_scope_that_is_held_elsewhere_counts_for_a_question_of_the_store_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("roll.db"), &actor()).unwrap();
    let records = [
        ("boundary/femo", json!({ "kind": "tenant", "name": "FEMO" })),
        (
            "boundary/femo/a",
            json!({ "kind": "facility", "name": "A" }),
        ),
        (
            "boundary/femo/b",
            json!({ "kind": "facility", "name": "B" }),
        ),
        ("person/jo", json!({ "name": "Jo" })),
        ("platform/one", json!({ "catalog": "factverse" })),
        (
            "provider/p",
            json!({ "catalog": "unicmms", "environment": {
            "production": { "endpoint": "https://p.example", "hosting": "saas" } } }),
        ),
        (
            "account/s",
            json!({ "provider": "p", "environment": "production", "workflow": "w",
            "boundary": ["femo/a"], "level": "read-only-import", "permissions": ["asset/view-assets"],
            "status": "active" }),
        ),
        ("approval/s read 2026-01-01", json!({ "by": "person/jo" })),
        (
            "role/scope",
            json!({ "catalog": "factverse", "permissions": ["base.read"] }),
        ),
        (
            "assignment/account/s scope femo/b",
            json!({ "principal": "account/s", "role": "scope", "at": "femo/b" }),
        ),
    ];
    let records = records.map(|(id, body)| Record::from_value(&id.parse().unwrap(), body).unwrap());
    let changes: Vec<Change> = records.into_iter().map(Change::create).collect();
    store.commit(&actor(), &changes).unwrap();
    let asked = Asked {
        principal: "account/s".parse().unwrap(),
        key: "asset/view-assets".parse().unwrap(),
        at: "femo/a".parse().unwrap(),
        own: false,
    };
    let (expected, _) = said(&store.inventory().unwrap(), None, &asked);
    assert!(expected.as_ref().unwrap().starts_with("no"), "{expected:?}");
    for depth in [Depth::Here, Depth::Anywhere, Depth::Roles] {
        let found = store
            .concerning(&asked.principal, &asked.at, depth)
            .unwrap()
            .unwrap();
        let (found, _) = said(&found.inventory, Some(&found.catalogs), &asked);
        assert_eq!(found, expected, "{depth:?}");
    }
}
