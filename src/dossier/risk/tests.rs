//! What each factor counts, and that more of anything never ranks lower.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::access::gravity::gravest_first;
use crate::catalog::{Glossaries, Policy, builtin};
use crate::model::access::Effect;
use crate::model::entitlement::Catalog;
use crate::model::record::Record;
use crate::rules::Terms as Judged;

const AS_OF: &str = "2026-11-22";

fn record(id: &str, body: Value) -> Record {
    Record::from_value(&id.parse().unwrap(), body).unwrap()
}

fn roll() -> Inventory {
    [
        record("boundary/femo", json!({ "kind": "tenant", "name": "FEMO" })),
        record(
            "boundary/femo/berlin",
            json!({ "kind": "facility", "name": "Berlin" }),
        ),
        record(
            "boundary/femo/berlin/press",
            json!({ "kind": "machine", "name": "Press" }),
        ),
        record(
            "boundary/other",
            json!({ "kind": "tenant", "name": "Other" }),
        ),
        record("provider/unicmms", json!({ "catalog": "unicmms" })),
    ]
    .into_iter()
    .collect()
}

/// What is varied of an account.
#[derive(Clone, Debug)]
struct Made {
    permissions: Vec<String>,
    boundary: Vec<&'static str>,
    environment: &'static str,
    days: i64,
}

impl Made {
    fn put(&self, name: &str, roll: &mut Inventory) {
        let body = json!({ "provider": "unicmms", "environment": self.environment, "workflow": "import",
            "level": "write-back", "boundary": self.boundary, "permissions": self.permissions });
        roll.put(record(&format!("account/{name}"), body));
        let issued = AS_OF.parse::<Date>().unwrap().plus_days(-self.days);
        let version = json!({ "stage": "current", "issued": issued });
        roll.put(record(&format!("version/{name} 1"), version));
    }
}

fn ranked(roll: &Inventory) -> Vec<Ranked> {
    let terms = Judged {
        glossaries: Glossaries::of(roll),
        policy: Policy::shipped(),
        as_of: AS_OF.parse().unwrap(),
    };
    let holdings = Holdings::of(roll);
    let asked = Asked {
        holdings: &holdings,
        terms: &terms,
        weights: Weights::shipped(),
    };
    rank(&asked, |_, _| true)
}

fn of<'a>(ranked: &'a [Ranked], name: &str) -> &'a Ranked {
    ranked
        .iter()
        .find(|one| one.account.as_str() == name)
        .unwrap()
}

static GLOSSARY: LazyLock<&'static Catalog> = LazyLock::new(|| builtin("unicmms").unwrap());

/// A permission of the glossary that has an effect.
fn doing(effect: Effect) -> Option<String> {
    let mut all = GLOSSARY.entitlements.iter();
    let found = all.find(|(_, entitlement)| entitlement.effect == effect);
    found.map(|(key, _)| key.to_string())
}

fn plain() -> Made {
    Made {
        permissions: vec![doing(Effect::Read).unwrap()],
        boundary: vec!["femo/berlin"],
        environment: "production",
        days: 10,
    }
}

#[test]
fn each_factor_says_what_it_was_found_by() {
    let mut roll = roll();
    let read = doing(Effect::Read).unwrap();
    let update = doing(Effect::Update).unwrap();
    Made {
        permissions: vec![read, update.clone()],
        days: 100,
        ..plain()
    }
    .put("etl", &mut roll);
    let found = ranked(&roll);
    let etl = of(&found, "etl");
    let told = etl
        .factors()
        .map(|(_, factor)| (factor.found.clone(), factor.weight, factor.by.clone()));
    let row = |found: &str, weight, by: &str| (found.to_owned(), weight, by.to_owned());
    assert_eq!(
        told,
        [
            row("update", 3, &update),
            row("facility", 3, "femo/berlin"),
            row("production", 4, ""),
            row("100 days", 3, "version 1"),
        ]
    );
    assert_eq!((etl.rank, etl.score), (1, 108));
}

#[test]
fn what_is_not_known_is_not_taken_for_harmless() {
    let mut roll = roll();
    let with = |permission: &str| Made {
        permissions: vec![permission.to_owned()],
        ..plain()
    };
    with("no-such/thing").put("unknown", &mut roll);
    with("work-order/*").put("wild", &mut roll);
    Made {
        boundary: vec![],
        ..plain()
    }
    .put("nowhere", &mut roll);
    Made {
        boundary: vec!["femo", "other"],
        ..plain()
    }
    .put("several", &mut roll);
    Made {
        boundary: vec!["femo/berlin/gone"],
        ..plain()
    }
    .put("gone", &mut roll);
    Made {
        environment: "blue",
        ..plain()
    }
    .put("blue", &mut roll);
    Made {
        permissions: vec![],
        ..plain()
    }
    .put("bare", &mut roll);
    plain().put("ageless", &mut roll);
    roll.versions.remove(&"ageless 1".parse().unwrap());
    let found = ranked(&roll);
    let told = |name: &str, at: usize| {
        let factor = of(&found, name).factors()[at].1;
        format!("{} x{} {}", factor.found, factor.weight, factor.by)
            .trim_end()
            .to_owned()
    };
    assert_eq!(told("unknown", 0), "not known x6 no-such/thing");
    assert_eq!(told("wild", 0), "everything x10 work-order/*");
    assert_eq!(told("bare", 0), "nothing granted x1");
    assert_eq!(told("nowhere", 1), "no boundary x6");
    assert_eq!(told("several", 1), "2 tenants x6 femo, other");
    assert_eq!(told("gone", 1), "facility x3 femo/berlin/gone");
    assert_eq!(told("blue", 2), "blue x4 counts as production");
    assert_eq!(told("ageless", 3), "age not known x4 no version");
}

#[test]
fn what_a_role_gives_counts_with_the_place_where_it_is_given() {
    let mut roll = roll();
    plain().put("etl", &mut roll);
    let destroy = doing(Effect::Destroy).unwrap();
    roll.put(record(
        "role/cleaner",
        json!({ "catalog": "unicmms", "permissions": [destroy] }),
    ));
    let seat = json!({ "principal": "account/etl", "role": "cleaner", "at": "femo" });
    roll.put(record("assignment/account/etl cleaner femo", seat));
    let found = ranked(&roll);
    let etl = of(&found, "etl");
    assert_eq!(
        (etl.effect.found.as_str(), etl.boundary.found.as_str()),
        ("destroy", "tenant")
    );
}

#[test]
fn an_account_counts_as_long_as_something_of_it_may_work() {
    let told = |status: &str, version: Value| {
        let mut roll = roll();
        plain().put("etl", &mut roll);
        let account = roll.accounts.get_mut("etl").unwrap();
        account.status = status.parse().unwrap();
        roll.put(record("version/etl 1", version));
        ranked(&roll).len()
    };
    let live = json!({ "stage": "current", "issued": "2026-10-01" });
    let gone = json!({ "stage": "revoked", "issued": "2026-10-01", "revoked": "2026-11-01" });
    assert_eq!(told("suspended", live.clone()), 1);
    assert_eq!(told("retired", live.clone()), 1);
    assert_eq!(told("retired", gone), 0);
    assert_eq!(told("proposed", live), 0);
}

#[test]
fn an_old_value_that_still_works_counts_and_one_that_was_read_is_as_old_as_any() {
    let mut roll = roll();
    plain().put("etl", &mut roll);
    roll.put(record(
        "version/etl 1",
        json!({ "stage": "previous", "issued": "2025-01-01" }),
    ));
    roll.put(record(
        "version/etl 2",
        json!({ "stage": "current", "issued": "2026-11-20" }),
    ));
    assert_eq!(of(&ranked(&roll), "etl").age.weight, 4);
    let told = json!({ "stage": "previous", "issued": "2025-01-01", "retired": "2026-11-20" });
    roll.put(record("version/etl 1", told));
    assert_eq!(of(&ranked(&roll), "etl").age.weight, 1);
    roll.versions.remove(&"etl 2".parse().unwrap());
    assert_eq!(of(&ranked(&roll), "etl").age.weight, 4);
    plain().put("read", &mut roll);
    let held = json!({ "place": "age", "source": "stdin", "exposed": "2026-11-21" });
    let version = json!({ "stage": "current", "issued": "2026-11-20", "held": held });
    roll.put(record("version/read 1", version));
    assert_eq!(
        of(&ranked(&roll), "read").age.found,
        "exposed on 2026-11-21"
    );
}

#[test]
fn a_graver_effect_never_weighs_less() {
    let weights: Vec<u32> = gravest_first(Effect::ALL.iter().copied())
        .into_iter()
        .map(|effect| Weights::shipped().effect(effect))
        .collect();
    assert!(
        weights.is_sorted_by(|graver, lesser| graver >= lesser),
        "{weights:?}"
    );
}

const PLACES: [&str; 5] = [
    "femo/berlin/press",
    "femo/berlin",
    "femo",
    "other",
    "femo/unlisted/deep",
];

fn made() -> impl Strategy<Value = Made> {
    let keys: Vec<String> = GLOSSARY
        .entitlements
        .keys()
        .map(ToString::to_string)
        .collect();
    let keys = keys
        .into_iter()
        .chain(["x/unknown".to_owned(), "asset/*".to_owned()]);
    let keys: Vec<String> = keys.collect();
    (
        proptest::sample::subsequence(keys, 0..6),
        proptest::sample::subsequence(PLACES.to_vec(), 1..3),
        proptest::sample::select(vec!["test", "staging", "production"]),
        0..900_i64,
    )
        .prop_map(|(permissions, boundary, environment, days)| Made {
            permissions,
            boundary,
            environment,
            days,
        })
}

/// One way to make an account more rewarding.
#[derive(Clone, Debug)]
enum More {
    Permission(String),
    Place(&'static str),
    /// Everything one node higher.
    Wider,
    Production,
    Older(i64),
}

fn more() -> impl Strategy<Value = More> {
    let keys: Vec<String> = GLOSSARY
        .entitlements
        .keys()
        .map(ToString::to_string)
        .collect();
    prop_oneof![
        proptest::sample::select(keys).prop_map(More::Permission),
        Just(More::Permission("x/unknown".to_owned())),
        proptest::sample::select(PLACES.to_vec()).prop_map(More::Place),
        Just(More::Wider),
        Just(More::Production),
        (1..900_i64).prop_map(More::Older),
    ]
}

fn with(made: &Made, more: &More) -> Made {
    let mut made = made.clone();
    match more {
        More::Permission(key) => made.permissions.push(key.clone()),
        More::Place(place) => made.boundary.push(place),
        More::Wider => {
            let above =
                |path: &&'static str| path.rsplit_once('/').map_or(*path, |(above, _)| above);
            made.boundary = made.boundary.iter().map(above).collect();
        }
        More::Production => made.environment = "production",
        More::Older(days) => made.days += days,
    }
    made.permissions.sort();
    made.permissions.dedup();
    made.boundary.sort_unstable();
    made.boundary.dedup();
    made
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn more_effect_a_wider_boundary_production_or_an_older_secret_never_ranks_lower(
        all in proptest::collection::vec(made(), 1..5),
        more in proptest::collection::vec(more(), 1..4),
    ) {
        let mut roll = roll();
        for (at, made) in all.iter().enumerate() {
            made.put(&format!("a{at}"), &mut roll);
        }
        let before = ranked(&roll);
        let grown = more.iter().fold(all[0].clone(), |made, more| with(&made, more));
        grown.put("a0", &mut roll);
        let after = ranked(&roll);
        let place = |all: &[Ranked]| all.iter().position(|one| one.account.as_str() == "a0").unwrap();
        prop_assert!(of(&after, "a0").score >= of(&before, "a0").score);
        prop_assert!(of(&after, "a0").rank <= of(&before, "a0").rank);
        prop_assert!(place(&after) <= place(&before) || of(&after, "a0").rank == of(&before, "a0").rank);
    }
}
