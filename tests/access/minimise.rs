//! The smaller grant: it keeps what the level requires, drops what goes beyond, and says why.

use std::collections::BTreeSet;

use keyroll::access::holdings::Holdings;
use keyroll::access::minimise::{Cut, Keep, Outcome, Smaller, State, Verdict, minimise};
use keyroll::access::terms::Terms as _;
use keyroll::model::access::Need;
use keyroll::model::entitlement::EntitlementKey;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::agreement::{found, plants, terms};
use crate::engine::inventory;

const VIEW: &str = "work-order/view-work-orders";
const STATE: &str = "work-order/manage-work-order-status";

fn plant(permissions: &[&str], scopes: &[&str], more: Value) -> Inventory {
    let mut records = json!({
        "provider/p": { "catalog": "unicmms" },
        "platform/factverse": { "catalog": "factverse" },
        "boundary/femo": { "kind": "tenant", "name": "FEMO" },
        "person/jo": { "name": "Jo" },
        "account/x": { "provider": "p", "environment": "production", "workflow": "sync", "level": "status-sync",
            "boundary": ["femo"], "permissions": permissions, "scopes": scopes },
    });
    for (id, body) in more.as_object().unwrap() {
        records[id] = body.clone();
    }
    inventory(records)
}

fn smaller<'a>(plant: &'a Inventory, used: Option<&BTreeSet<EntitlementKey>>) -> Smaller<'a> {
    let terms = terms(plant);
    minimise(&Holdings::of(plant), &terms, &"x".parse().unwrap(), used).unwrap()
}

/// The lines of both lists, as `key verdict reason`.
fn lines(found: &Smaller<'_>) -> Vec<String> {
    let all = found.permissions.iter().chain(&found.scopes);
    all.map(|line| {
        format!(
            "{} {} {}",
            line.key,
            line.verdict.word(),
            line.verdict.reason()
        )
    })
    .collect()
}

#[test]
fn each_right_stays_or_goes_for_a_reason() {
    let signed = json!({ "approval/x status 2026-01-01": { "by": "person/jo", "permissions": ["asset/manage-asset-status"] },
        "assert/account/x work-order/view-work-order-comments femo": { "expect": "allowed" } });
    let keys = [
        VIEW,
        STATE,
        VIEW,
        "work-order/edit-work-order",
        "work-order/delete-work-order",
        "asset/manage-asset-status",
        "work-order/manage-work-order-comments",
        "asset/view-assets",
        "asset/export-assets",
        "part/view-parts",
        "work-order/gone",
        "work-order/view-work-order-comments",
    ];
    let plant = plant(
        &keys,
        &["base.read", "cmms.status", "pdm.read", "cmms.closeout"],
        signed,
    );
    let expected = [
        "work-order/view-work-orders keep required",
        "work-order/manage-work-order-status keep required",
        "work-order/view-work-orders drop duplicate",
        "work-order/edit-work-order drop forbidden",
        "work-order/delete-work-order drop beyond-level",
        "asset/manage-asset-status keep approved",
        "work-order/manage-work-order-comments drop unapproved",
        "asset/view-assets drop optional",
        "asset/export-assets drop egress",
        "part/view-parts drop unneeded",
        "work-order/gone keep unknown",
        "work-order/view-work-order-comments keep asserted",
        "base.read keep of-level",
        "cmms.status keep of-level",
        "pdm.read drop unneeded",
        "cmms.closeout drop beyond-level",
    ];
    assert_eq!(lines(&smaller(&plant, None)), expected);
}

#[test]
fn what_was_never_seen_in_use_goes_unless_it_is_required() {
    let signed = json!({ "approval/x status 2026-01-01": { "by": "person/jo", "permissions": ["asset/view-assets"] } });
    let plant = plant(&[VIEW, STATE, "asset/view-assets"], &["base.read"], signed);
    let used = BTreeSet::from([VIEW.parse().unwrap()]);
    let verdict = |used| smaller(&plant, used).permissions[2].verdict;
    assert_eq!(verdict(Some(&used)), Verdict::Cut(Cut::Unused));
    assert_eq!(verdict(None), Verdict::Keep(Keep::Approved));
    let kept = smaller(&plant, Some(&used)).permissions[1].verdict;
    assert!(matches!(kept, Verdict::Keep(Keep::Required(_))), "{kept:?}");
}

#[test]
fn a_wildcard_gives_way_to_what_the_level_requires_of_it() {
    let wide = plant(&["work-order/*", "asset/view-assets"], &["*"], json!({}));
    let expected = [
        "work-order/* drop wildcard",
        "asset/view-assets drop optional",
        "work-order/manage-work-order-status add required",
        "work-order/view-work-orders add required",
        "* drop wildcard",
        "base.read add required",
        "cmms.status add required",
    ];
    assert_eq!(lines(&smaller(&wide, None)), expected);
    // Where nothing says what the level needs, nothing can stand in its place.
    let unmapped = plant(&["*"], &[], json!({ "provider/p": { "catalog": "atlas" } }));
    assert_eq!(lines(&smaller(&unmapped, None)), ["* keep wildcard"]);
}

#[test]
fn a_role_that_gives_too_much_is_taken_away_and_what_it_gave_is_asked_for() {
    let role = json!({ "role/wide": { "permissions": [VIEW, "work-order/delete-work-order"] },
        "assignment/account/x wide femo": { "principal": "account/x", "role": "wide", "at": "femo" } });
    let plant = plant(&[STATE], &["base.read"], role);
    let found = smaller(&plant, None);
    assert!(!found.changes() && found.missing.is_empty());
    let wide = &found.roles[0];
    assert_eq!(wide.assignments.len(), 1);
    assert_eq!(wide.beyond[0].0.as_str(), "work-order/delete-work-order");
    assert_eq!(wide.needed[0].as_str(), VIEW);
}

#[test]
fn what_would_change_is_told() {
    let more = json!({ "approval/x write-back 2026-01-01": { "by": "person/jo" },
        "approval/x read 2026-01-01": { "by": "person/jo" },
        "assert/account/x part/view-parts femo": { "expect": "allowed", "catalog": "unicmms" },
        "assert/anyone work-order/view-work-orders femo": { "expect": "allowed" } });
    let keys = [VIEW, STATE, "work-order/edit-work-order"];
    let before = plant(&keys, &["base.read", "cmms.status", "cmms.writeback"], more);
    let (after, outcome) = applied(&before);
    assert_eq!(after.accounts["x"].permissions.len(), 2);
    let shifts: Vec<String> = outcome
        .shifts
        .iter()
        .map(|it| format!("{} {} {} {}", it.class, it.from, it.to, it.is_of_level))
        .collect();
    assert_eq!(shifts, ["write-back full none false"]);
    assert_eq!(outcome.flips, []);
}

#[test]
fn an_assertion_that_would_be_judged_otherwise_is_told() {
    let more = json!({ "approval/x read 2026-01-01": { "by": "person/jo" },
        "assert/anyone part/view-parts femo": { "expect": "denied" } });
    let keys = [VIEW, STATE, "part/view-parts"];
    let before = plant(&keys, &["base.read", "cmms.status"], more);
    let (_, outcome) = applied(&before);
    let [flip] = &outcome.flips[..] else {
        panic!("{outcome:?}")
    };
    assert!(!flip.breaks, "{flip:?}");
}

#[test]
fn assertions_are_judged_as_validate_judges_them() {
    let press = json!({ "kind": "machine", "name": "Press" });
    let keys = [VIEW, STATE, "part/view-parts"];
    let flips = |words: &str, body: Value| {
        let more = json!({ "boundary/femo/press": press, format!("assert/{words}"): body });
        let (_, outcome) = applied(&plant(&keys, &["base.read", "cmms.status"], more));
        let flips = outcome.flips.iter();
        flips.map(|flip| flip.breaks).collect::<Vec<bool>>()
    };
    let denied = || json!({ "expect": "denied" });
    // Nothing was approved, and the provider would let it in all the same.
    for words in [
        "account/x part/view-parts femo",
        "anyone part/view-parts femo/press",
    ] {
        assert_eq!(flips(words, denied()), [false], "{words}");
    }
    // What it keeps fails before and after; what proves nothing becomes neither.
    assert_eq!(flips(&format!("anyone {VIEW} femo"), denied()), [false; 0]);
    let elsewhere = json!({ "expect": "denied", "catalog": "factverse" });
    assert_eq!(
        flips("account/x part/view-parts femo", elsewhere),
        [false; 0]
    );
}

/// The inventory with the smaller lists, and what that changes.
fn applied(before: &Inventory) -> (Inventory, Outcome) {
    let name = "x".parse().unwrap();
    let account = &before.accounts["x"];
    let mut after = before.clone();
    let lists = smaller(before, None).applied(account);
    after.put(Record::Account("x".parse().unwrap(), Box::new(lists)));
    let states = [before, &after]
        .map(|inventory| State::of(&Holdings::of(inventory), &terms(inventory), &name));
    let terms = terms(before);
    let outcome = Outcome::between(&states[0], &states[1], terms.level(account.level));
    (after, outcome)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_the_level_requires_stays_and_a_second_look_finds_nothing_more(before in plants()) {
        let (after, outcome) = applied(&before);
        let (old, new) = (&before.accounts["x"], &after.accounts["x"]);
        if let Some(catalog) = &before.providers["p"].catalog {
            let lines = terms(&before).lines(catalog, old.level);
            for line in lines.iter().filter(|line| line.need == Need::Required) {
                let key = &line.permission;
                let had = old.permissions.iter().any(|own| own == key || own.covers(key));
                let has = new.permissions.iter().any(|own| own == key || own.covers(key));
                prop_assert!(has || !had, "{key}");
            }
        }
        prop_assert!(!smaller(&after, None).changes());
        // An action of the level goes less far only where what carried it may not be there.
        let made = smaller(&before, None);
        let mut cuts = made.permissions.iter().chain(&made.scopes);
        let is_refused = cuts.any(|line| matches!(line.verdict, Verdict::Cut(cut) if cut.is_refused()));
        prop_assert!(is_refused || !outcome.shifts.iter().any(|shift| shift.is_of_level), "{outcome:?}");
        let mut alone = after.clone();
        alone.assignments.clear();
        let found = found(&alone);
        for rule in ["level-exceeded", "forbidden-permission"] {
            prop_assert!(!found.contains(&rule), "{found:?}");
        }
    }
}
