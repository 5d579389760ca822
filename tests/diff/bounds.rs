//! Much at once: what is compared in full, and what is counted where it is too much.

use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use keyroll::report::diff::{Sides, render, summary};
use keyroll::report::{Format, Terminal};
use serde_json::{Value, json};

use crate::cases::put;
use crate::diff;

#[test]
fn two_large_inventories_that_share_nothing_are_compared_in_full() {
    let inventory = |letter: char| -> Inventory {
        let account = |at: usize| {
            let body = json!({ "provider": "p", "environment": "production", "workflow": "w",
                "level": "write-back", "boundary": ["femo/a", "femo/b"], "permissions": ["a/b", "a/c", "a/d"] });
            Record::from_value(&format!("account/{letter}-{at}").parse().unwrap(), body).unwrap()
        };
        (0..10_000).map(account).collect()
    };
    let diff = diff(&inventory('a'), &inventory('b'));
    assert!(diff.is_complete());
    assert_eq!(diff.gains().count(), diff.losses().count());
    assert_eq!(
        diff.gains().map(|change| change.weight()).sum::<usize>(),
        60_000
    );
}

#[test]
fn what_is_too_much_to_compare_is_said_to_be() {
    let keys: Vec<String> = (0..2_500).map(|at| format!("a/{at}")).collect();
    let inventory = |role: Value| -> Inventory {
        let mut inventory = Inventory::default();
        put(&mut inventory, json!({ "role/r": role }));
        for at in 0..5_000 {
            let principal = format!("person/p{at}");
            let body = json!({ "principal": principal, "role": "r", "at": "femo" });
            put(
                &mut inventory,
                json!({ format!("assignment/{principal} r femo"): body }),
            );
        }
        inventory
    };
    let old = inventory(json!({ "permissions": keys }));
    let new = inventory(json!({ "permissions": keys, "catalog": "unicmms" }));
    let diff = diff(&old, &new);
    assert!(!diff.is_complete());
    assert!(summary(&diff).ends_with("not all of it was compared"));
}

#[test]
fn what_is_too_much_to_be_listed_is_counted_and_fits_a_bound() {
    let keys: Vec<String> = (0..1_000).map(|at| format!("a/{at}")).collect();
    let inventory = |team: &str| -> Inventory {
        let mut inventory = Inventory::default();
        let people: Vec<String> = (0..30).map(|at| format!("p{at}")).collect();
        let principal = format!("team/{team}");
        put(
            &mut inventory,
            json!({ "role/r": { "permissions": keys }, &principal: { "name": "T", "members": people } }),
        );
        for at in 0..500 {
            let place = format!("femo/{team}-{at}");
            put(
                &mut inventory,
                json!({ format!("assignment/{principal} r {place}"):
                    { "principal": principal, "role": "r", "at": place } }),
            );
        }
        inventory
    };
    let diff = diff(&inventory("a"), &inventory("b"));
    assert!(diff.compared && !diff.is_complete());
    // Two teams, and thirty people who come to one and leave the other.
    let count = diff.count();
    assert_eq!((count.gains, count.losses), (31_030, 31_030));
    let listed: usize = diff.changes.iter().map(|change| change.weight()).sum();
    assert_eq!(listed + diff.unlisted.total(), count.total());
    assert!(summary(&diff).ends_with(" of these are not listed"));
    for format in [Format::Json, Format::Csv, Format::Table] {
        let text = render(&diff, Sides { old: "a", new: "b" }, format, &Terminal::PIPE);
        assert!(text.len() < 80_000_000, "{format:?}: {}", text.len());
    }
}
