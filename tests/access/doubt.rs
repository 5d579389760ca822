//! What no glossary explains, or only a later day allows, is never a yes, and never hidden.

use keyroll::access::ask::{Answer, Missing};
use keyroll::access::effective::Reach;
use keyroll::access::holdings::Holdings;
use keyroll::access::presence::Absence;
use keyroll::access::who::{Wanted, who_may};
use keyroll::catalog::{Glossaries, Policy};
use keyroll::rules::Terms;
use serde_json::json;

use crate::engine::{answer, inventory};

fn plant(held: &str) -> keyroll::model::inventory::Inventory {
    inventory(json!({
        "boundary/femo": { "kind": "tenant", "name": "FEMO" },
        "person/jo": { "name": "Jo" },
        "role/all": { "catalog": "unicmms", "permissions": [held] },
        "assignment/person/jo all femo": { "principal": "person/jo", "role": "all", "at": "femo" },
    }))
}

#[test]
fn a_wildcard_is_no_yes_and_is_listed_all_the_same() {
    for held in ["*", "asset/*", "asset/all", "superuser"] {
        let inventory = plant(held);
        match answer(&inventory, "unicmms", "person/jo asset/view-assets femo").0 {
            Answer::No(Missing::Doubt(_, key)) => assert_eq!(key.as_str(), held),
            other => panic!("{held}: {other:?}"),
        }
        let holdings = Holdings::of(&inventory);
        let terms = Terms {
            glossaries: Glossaries::of(&inventory),
            policy: Policy::shipped(),
            as_of: "2026-11-22".parse().unwrap(),
        };
        let wanted = Wanted {
            catalog: &"unicmms".parse().unwrap(),
            permission: &"asset/view-assets".parse().unwrap(),
            at: &"femo".parse().unwrap(),
            own: false,
            unresolved: false,
            teams: false,
        };
        let found = who_may(&holdings, &terms, &wanted);
        let found: Vec<_> = found
            .may
            .iter()
            .map(|may| (may.principal.as_str(), may.reach))
            .collect();
        assert_eq!(found, [("person/jo", Reach::Unclear)], "{held}");
    }
    let other = plant("work-order/*");
    let said = answer(&other, "unicmms", "person/jo asset/view-assets femo").0;
    assert!(
        matches!(said, Answer::No(Missing::NotGranted { .. })),
        "{said:?}"
    );
}

#[test]
fn before_the_day_of_accepting_there_is_no_access() {
    let mut records = json!({
        "boundary/femo": { "kind": "tenant", "name": "FEMO" },
        "person/jo": { "name": "Jo" },
        "invitation/jo": { "status": "accepted", "since": "2026-11-23" },
        "role/r": { "catalog": "unicmms", "permissions": ["asset/view-assets"] },
        "assignment/person/jo r femo": { "principal": "person/jo", "role": "r", "at": "femo" },
    });
    // The questions of this file are asked as of 2026-11-22.
    let before = inventory(records.clone());
    let said = answer(&before, "unicmms", "person/jo asset/view-assets femo").0;
    let day = "2026-11-23".parse().unwrap();
    assert_eq!(
        said,
        Answer::No(Missing::Absent(Absence::AcceptedLater(day)))
    );
    records["invitation/jo"]["since"] = json!("2026-11-22");
    assert!(
        answer(
            &inventory(records),
            "unicmms",
            "person/jo asset/view-assets femo"
        )
        .is_yes()
    );
}
