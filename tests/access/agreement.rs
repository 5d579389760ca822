//! One judge: what the rule on half-grants finds, the matrix shows; what a question answers yes to, the matrix has in full.

use keyroll::access::ask::{Question, ask};
use keyroll::access::effective::{Reach, actions, principal_of};
use keyroll::access::holdings::Holdings;
use keyroll::access::matrix::{self, Filter, Mark};
use keyroll::access::terms::Terms as _;
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::access::{ActionClass, Level};
use keyroll::model::inventory::Inventory;
use keyroll::rules::{Facts, Selection, Terms, judge};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::engine::inventory;

const AS_OF: &str = "2026-11-22";
const PLACES: &[&str] = &["femo", "femo/a", "femo/a/press", "femo/b"];
const MINE: &[&str] = &[
    "a/read",
    "a/state",
    "a/create",
    "a/update",
    "a/manage",
    "a/closeout",
    "a/destroy",
    "a/egress",
    "a/gone",
    "a/*",
];
const UNICMMS: &[&str] = &[
    "work-order/view-work-orders",
    "work-order/manage-work-order-status",
    "work-order/edit-work-order",
    "work-order/manage-work-order-closeout",
    "work-order/delete-work-order",
    "work-request/add-work-requests",
    "work-request/view-work-requests",
    "asset/view-assets",
    "asset/manage-asset-status",
    "asset/export-assets",
    "part/view-parts",
];
const SCOPES: &[&str] = &[
    "base.read",
    "cmms.draft",
    "cmms.status",
    "cmms.writeback",
    "cmms.closeout",
    "ecm.import",
    "base.action.write",
    "pdm.read",
    "cmms.gone",
];

fn some(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(of.to_vec(), 0..=most)
}

fn levels() -> impl Strategy<Value = Level> {
    select(Level::ALL.to_vec())
}

/// A provider's glossary, and rights of an account, of two roles and of where they are assigned.
pub fn plants() -> impl Strategy<Value = Inventory> {
    let glossary =
        prop_oneof![3 => Just(Some("./mine.toml")), 3 => Just(Some("unicmms")), 1 => Just(None)];
    let side = || (some(MINE, 3), some(UNICMMS, 4));
    let account = (
        levels(),
        side(),
        some(SCOPES, 3),
        some(PLACES, 2),
        any::<bool>(),
    );
    let roles = (side(), some(SCOPES, 2), some(PLACES, 2), some(PLACES, 2));
    let approved = (
        subsequence(ActionClass::ALL.to_vec(), 0..=4),
        some(UNICMMS, 3),
    );
    (glossary, account, roles, approved).prop_map(|(glossary, account, roles, approved)| {
        let (level, (mine, unicmms), scopes, boundary, has_platform) = account;
        let (role, role_scopes, role_at, scopes_at) = roles;
        let of = |mine: Vec<&'static str>, unicmms: Vec<&'static str>| match glossary {
            Some("unicmms") => unicmms,
            Some(_) | None => mine,
        };
        let mut records = json!({
            "catalog/./mine.toml": mine_catalog(),
            "provider/p": { "catalog": glossary },
            "platform/factverse": { "catalog": "factverse" },
            "person/jo": { "name": "Jo" },
            "role/there": { "permissions": of(role.0, role.1) },
            "role/here": { "catalog": "factverse", "permissions": role_scopes },
            "account/x": { "provider": "p", "environment": "production", "workflow": "sync", "level": level,
                "boundary": boundary, "permissions": of(mine, unicmms), "scopes": scopes,
                "platform": has_platform.then_some("factverse") },
        });
        for at in PLACES {
            records[format!("boundary/{at}")] = json!({ "kind": "area", "name": at });
        }
        for (role, places) in [("there", role_at), ("here", scopes_at)] {
            for at in places {
                records[format!("assignment/account/x {role} {at}")] =
                    json!({ "principal": "account/x", "role": role, "at": at });
            }
        }
        for class in approved.0 {
            records[format!("approval/x {class} 2026-01-01")] =
                json!({ "by": "person/jo", "permissions": approved.1 });
        }
        inventory(records)
    })
}

fn mine_catalog() -> Value {
    let mut rights = json!({});
    for effect in [
        "read", "state", "create", "update", "manage", "closeout", "destroy", "egress",
    ] {
        rights[format!("a/{effect}")] =
            json!({ "group": "A", "title": effect, "meaning": effect, "effect": effect });
    }
    json!({ "title": "Mine", "side": "provider", "entitlements": rights })
}

pub fn terms(inventory: &Inventory) -> Terms<'_> {
    Terms {
        glossaries: Glossaries::of(inventory),
        policy: Policy::shipped(),
        as_of: AS_OF.parse().unwrap(),
    }
}

/// The rules that find something on the account.
pub fn found(inventory: &Inventory) -> Vec<&'static str> {
    let facts = Facts::new(
        inventory,
        &Glossaries::of(inventory),
        AS_OF.parse().unwrap(),
    );
    judge(&facts, &Selection::all())
        .iter()
        .map(|finding| finding.rule)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_rule_finds_half_a_grant_where_the_matrix_shows_half_of_the_levels_own_action(plant in plants()) {
        let terms = terms(&plant);
        let shown = matrix::effective(&Holdings::of(&plant), &terms, &Filter::default());
        let level = plant.accounts["x"].level;
        let own = terms.level(level).actions.first().copied().unwrap_or(ActionClass::Read);
        let found = found(&plant);
        let half = match shown.rows[0].mark(own as usize) {
            Some(Mark::Reach(Reach::ProviderOnly)) => true,
            // What the map requires is another rule's.
            Some(Mark::Reach(Reach::PlatformOnly)) => !found.contains(&"missing-required-permission"),
            _ => false,
        };
        let is_judged = plant.providers["p"].catalog.is_some();
        prop_assert_eq!(found.contains(&"half-grant"), half && is_judged, "{:?}", shown.rows);
    }

    #[test]
    fn a_yes_is_an_action_that_the_matrix_has_in_full(plant in plants(), at in select(PLACES.to_vec())) {
        let (holdings, terms) = (Holdings::of(&plant), terms(&plant));
        let account = &plant.accounts["x"];
        let principal = principal_of(&"x".parse().unwrap());
        let at = at.parse().unwrap();
        let full: Vec<ActionClass> = actions(&holdings, &terms, &principal, Some(&at))
            .into_iter()
            .filter(|action| action.reach() == Reach::Full)
            .map(|action| action.class)
            .collect();
        for held in holdings.all(&principal) {
            let Some(catalog) = held.catalog else { continue };
            for permission in held.keys {
                let question =
                    Question { principal: &principal, catalog, permission, at: &at, own: true, unresolved: true };
                let known = terms.glossary(catalog).and_then(|glossary| glossary.entitlements.get(permission));
                if !ask(&holdings, &terms, &question).is_yes() {
                    continue;
                }
                let Some(class) = known.and_then(|known| terms.action_at(account.level, known.effect)) else {
                    continue;
                };
                prop_assert!(full.contains(&class), "{permission} {full:?}");
                prop_assert!(!terms.forbids(catalog, permission, account.level));
            }
        }
    }

    #[test]
    fn over_the_tree_is_the_farthest_of_all_places(plant in plants()) {
        let (holdings, terms) = (Holdings::of(&plant), terms(&plant));
        let principal = principal_of(&"x".parse().unwrap());
        let reaches = |at: Option<&str>| -> Vec<Reach> {
            let at = at.map(|at| at.parse().unwrap());
            let all = actions(&holdings, &terms, &principal, at.as_ref());
            all.into_iter().map(|action| action.reach()).collect()
        };
        let places: Vec<Vec<Reach>> = PLACES.iter().map(|at| reaches(Some(at))).collect();
        for (at, anywhere) in reaches(None).into_iter().enumerate() {
            prop_assert_eq!(Some(anywhere), places.iter().map(|place| place[at]).min());
        }
    }
}
