//! Questions to the engine, over small inventories.

use keyroll::access::ask::{Answer, Gate, Missing, Question, ask};
use keyroll::access::holdings::Holdings;
use keyroll::access::presence::Absence;
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::access::{ActionClass, Condition};
use keyroll::model::entitlement::Side;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use keyroll::rules::Terms;
use serde_json::{Value, json};

/// An inventory of the records of a table from ids to bodies.
pub fn inventory(records: Value) -> Inventory {
    let records = records.as_object().unwrap().iter();
    records
        .map(|(id, body)| Record::from_value(&id.parse().unwrap(), body.clone()).unwrap())
        .collect()
}

/// A question in words: principal, permission, boundary; `own` and `unresolved` may follow.
pub fn answer<'a>(inventory: &'a Inventory, catalog: &str, words: &str) -> Said<'a> {
    let words: Vec<&str> = words.split(' ').collect();
    let holdings = Holdings::of(inventory);
    let terms = Terms {
        glossaries: Glossaries::of(inventory),
        policy: Policy::shipped(),
        as_of: "2026-11-22".parse().unwrap(),
    };
    let question = Question {
        principal: &words[0].parse().unwrap(),
        catalog: &catalog.parse().unwrap(),
        permission: &words[1].parse().unwrap(),
        at: &words[2].parse().unwrap(),
        own: words.contains(&"own"),
        unresolved: words.contains(&"unresolved"),
    };
    Said(ask(&holdings, &terms, &question))
}

/// An answer, to look at.
#[derive(Debug)]
pub struct Said<'a>(pub Answer<'a>);

impl Said<'_> {
    pub fn is_yes(&self) -> bool {
        self.0.is_yes()
    }

    fn gate(&self) -> Gate {
        match self.0 {
            Answer::No(Missing::Gate(_, gate)) => gate,
            _ => panic!("{self:?}"),
        }
    }
}

fn plant() -> Value {
    json!({
        "boundary/femo": { "kind": "tenant", "name": "FEMO" },
        "boundary/femo/a": { "kind": "facility", "name": "A" },
        "boundary/femo/a/press": { "kind": "machine", "name": "Press" },
        "boundary/femo/b": { "kind": "facility", "name": "B" },
        "person/jo": { "name": "Jo" },
        "person/gone": { "name": "Gone", "left": "2026-11-22" },
        "person/new": { "name": "New" },
        "invitation/new": { "status": "pending", "since": "2026-11-01" },
        "team/shift": { "name": "Shift", "members": ["jo"] },
        "team/plant": { "name": "Plant", "teams": ["shift"] },
        "role/reader": { "catalog": "unicmms", "permissions": ["asset/view-assets", "work-request/edit-own-unresolved-work-request"] },
        "assignment/team/plant reader femo/a": { "principal": "team/plant", "role": "reader", "at": "femo/a" },
        "assignment/person/gone reader femo": { "principal": "person/gone", "role": "reader", "at": "femo" },
        "assignment/person/new reader femo": { "principal": "person/new", "role": "reader", "at": "femo" },
        "assignment/person/jo reader": { "principal": "person/jo", "role": "reader" },
    })
}

#[test]
fn what_a_team_holds_its_parts_and_their_members_hold_below_the_boundary() {
    let inventory = inventory(plant());
    for who in ["person/jo", "team/shift", "team/plant"] {
        for (at, expected) in [
            ("femo/a", true),
            ("femo/a/press", true),
            ("femo/b", false),
            ("femo", false),
        ] {
            let said = answer(
                &inventory,
                "unicmms",
                &format!("{who} asset/view-assets {at}"),
            );
            assert_eq!(said.is_yes(), expected, "{who} {at}");
        }
    }
    let Answer::Yes(held) = answer(&inventory, "unicmms", "person/jo asset/view-assets femo/a").0
    else {
        panic!("yes is expected");
    };
    let way: Vec<&str> = held.way.iter().map(|team| team.as_str()).collect();
    assert_eq!(way, ["shift", "plant"]);
}

#[test]
fn an_assignment_without_a_boundary_gives_nothing() {
    let mut records = plant();
    records["team/shift"]["members"] = json!([]);
    let inventory = inventory(records);
    assert!(!answer(&inventory, "unicmms", "person/jo asset/view-assets femo/a").is_yes());
}

#[test]
fn who_left_or_has_not_accepted_may_do_nothing() {
    let inventory = inventory(plant());
    let absent = |who: &str| match answer(
        &inventory,
        "unicmms",
        &format!("{who} asset/view-assets femo"),
    )
    .0
    {
        Answer::No(Missing::Absent(absence)) => absence,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        absent("person/gone"),
        Absence::Left("2026-11-22".parse().unwrap())
    );
    assert_eq!(
        absent("person/new"),
        Absence::Invited("2026-11-01".parse().unwrap())
    );
    assert_eq!(absent("person/nobody"), Absence::Unknown);
}

#[test]
fn a_permission_of_another_glossary_is_another_permission() {
    let inventory = inventory(plant());
    assert!(!answer(&inventory, "atlas", "person/jo asset/view-assets femo/a").is_yes());
}

fn account(permissions: &[&str], scopes: &[&str], approved: &[&str]) -> Inventory {
    let mut records = plant();
    records["provider/unicmms"] = json!({ "catalog": "unicmms" });
    records["platform/factverse"] = json!({ "catalog": "factverse" });
    records["account/sync"] = json!({ "provider": "unicmms", "environment": "production", "workflow": "sync",
        "boundary": ["femo/a"], "level": "status-sync", "permissions": permissions, "scopes": scopes });
    for action in approved {
        records[format!("approval/sync {action} 2026-01-01")] = json!({ "by": "person/jo" });
    }
    inventory(records)
}

#[test]
fn an_account_needs_both_sides_and_the_approval() {
    const STATE: &str = "work-order/manage-work-order-status";
    let ask = |inventory: &Inventory, what: &str| -> (bool, Option<Gate>) {
        let said = answer(
            inventory,
            "unicmms",
            &format!("account/sync {what} femo/a/press"),
        );
        match said.is_yes() {
            true => (true, None),
            false => (false, Some(said.gate())),
        }
    };
    let whole = account(&[STATE], &["base.read", "cmms.status"], &["read", "status"]);
    assert_eq!(ask(&whole, STATE), (true, None));
    let half = account(&[STATE], &["base.read"], &["read", "status"]);
    assert_eq!(
        ask(&half, STATE),
        (false, Some(Gate::Half(Side::Platform, ActionClass::Status)))
    );
    let open = account(&[STATE], &["base.read", "cmms.status"], &["read"]);
    assert_eq!(
        ask(&open, STATE),
        (false, Some(Gate::Unapproved(ActionClass::Status)))
    );
}

#[test]
fn an_account_with_scopes_elsewhere_has_two_sides_here_too() {
    const VIEW: &str = "asset/view-assets";
    let ask = |scopes: &[&str]| {
        let mut inventory = account(&[VIEW], &[], &["read"]);
        let role = json!({ "catalog": "factverse", "permissions": scopes });
        let seat = json!({ "principal": "account/sync", "role": "scopes", "at": "femo/b" });
        for (id, body) in [
            ("role/scopes", role),
            ("assignment/account/sync scopes femo/b", seat),
        ] {
            inventory.put(Record::from_value(&id.parse().unwrap(), body).unwrap());
        }
        let said = answer(
            &inventory,
            "unicmms",
            &format!("account/sync {VIEW} femo/a"),
        );
        (!said.is_yes()).then(|| said.gate())
    };
    assert_eq!(ask(&[]), None, "there is one side alone");
    // Even a scope of no action class makes a second one.
    for scope in ["base.read", "base.compute.run"] {
        let half = Gate::Half(Side::Platform, ActionClass::Read);
        assert_eq!(ask(&[scope]), Some(half), "{scope}");
    }
}

#[test]
fn a_condition_has_to_be_said() {
    let catalog = Policy::shipped();
    let _ = catalog;
    let glossary = keyroll::catalog::builtin("unicmms").unwrap();
    let both = glossary
        .entitlements
        .iter()
        .find(|(_, known)| known.conditions == [Condition::OwnOnly, Condition::UnresolvedOnly]);
    let key = both.unwrap().0.to_string();
    let mut records = plant();
    records["role/reader"]["permissions"] = json!([key]);
    let inventory = inventory(records);
    for (given, expected) in [
        ("", None),
        (" own", Some(Condition::UnresolvedOnly)),
        (" unresolved", Some(Condition::OwnOnly)),
    ] {
        match answer(
            &inventory,
            "unicmms",
            &format!("person/jo {key} femo/a{given}"),
        )
        .0
        {
            Answer::No(Missing::Condition(_, condition)) => {
                assert_eq!(condition, expected.unwrap_or(Condition::OwnOnly))
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(
        answer(
            &inventory,
            "unicmms",
            &format!("person/jo {key} femo/a own unresolved")
        )
        .is_yes()
    );
}

/// The gate of a question on the account `sync`; none where the answer is yes.
fn closed(inventory: &Inventory, catalog: &str, what: &str) -> Option<Gate> {
    let said = answer(inventory, catalog, &format!("account/sync {what} femo/a"));
    (!said.is_yes()).then(|| said.gate())
}

/// The account of [`account`] at another level, with records put in.
fn at_level(level: &str, lists: (&[&str], &[&str]), records: Value) -> Inventory {
    let mut all = plant();
    all["provider/unicmms"] = json!({ "catalog": "unicmms" });
    all["platform/factverse"] = json!({ "catalog": "factverse" });
    all["account/sync"] = json!({ "provider": "unicmms", "environment": "production", "workflow": "sync",
        "boundary": ["femo/a"], "level": level, "permissions": lists.0, "scopes": lists.1 });
    for (id, body) in records.as_object().unwrap() {
        all[id] = body.clone();
    }
    inventory(all)
}

fn approved(classes: &[&str], names: &[&str]) -> Value {
    let mut records = json!({});
    for class in classes {
        records[format!("approval/sync {class} 2026-01-01")] =
            json!({ "by": "person/jo", "permissions": names });
    }
    records
}

#[test]
fn what_an_account_reads_for_the_action_of_its_level_needs_no_scope_of_its_own() {
    const FILES: &str = "work-order/view-work-order-attachments";
    for (level, scope) in [
        ("attachment-sync", "ecm.import"),
        ("status-sync", "cmms.status"),
    ] {
        let gate = |scope: &str, classes: &[&str]| {
            let lists: (&[&str], &[&str]) = (&[FILES], &[scope]);
            closed(
                &at_level(level, lists, approved(classes, &[])),
                "unicmms",
                FILES,
            )
        };
        assert_eq!(gate(scope, &["read"]), None, "{level}");
        let open = Some(Gate::Unapproved(ActionClass::Read));
        assert_eq!(gate(scope, &[]), open, "{level}");
        let half = Some(Gate::Half(Side::Platform, ActionClass::Read));
        assert_eq!(gate("cmms.draft", &["read"]), half, "{level}");
    }
}

#[test]
fn no_approval_brings_in_what_the_level_has_never_or_the_map_forbids() {
    use keyroll::model::access::Effect;
    for (key, effect, scope) in [
        (
            "work-order/manage-work-order-closeout",
            Effect::Closeout,
            "cmms.closeout",
        ),
        (
            "work-order/delete-work-order",
            Effect::Destroy,
            "cmms.status",
        ),
        (
            "work-order/edit-work-order",
            Effect::Update,
            "cmms.writeback",
        ),
    ] {
        let signed = approved(&["read", "status", "closeout", "write-back"], &[key]);
        let inventory = at_level("status-sync", (&[key], &["base.read", scope]), signed);
        assert_eq!(
            closed(&inventory, "unicmms", key),
            Some(Gate::Forbidden(effect)),
            "{key}"
        );
    }
}

#[test]
fn a_level_that_only_reads_at_the_provider_is_approved_for_no_change_there() {
    use keyroll::model::access::Effect;
    const KEY: &str = "asset/manage-asset-attachments";
    let lists: (&[&str], &[&str]) = (&[KEY, "asset/view-assets"], &["ecm.import"]);
    let signed = approved(&["read", "attachment"], &[KEY]);
    let inventory = at_level("attachment-sync", lists, signed);
    let gate = Some(Gate::Forbidden(Effect::Manage));
    assert_eq!(closed(&inventory, "unicmms", KEY), gate);
}

#[test]
fn what_the_map_lets_an_approval_name_is_no_change_too_many() {
    use keyroll::model::access::Effect;
    // Files that flow back: the map asks for an approval by name, and goes before what the level does there.
    const KEY: &str = "work-order/manage-work-order-attachments";
    let lists: (&[&str], &[&str]) = (&[KEY, "asset/view-assets"], &["ecm.import"]);
    let gate = |names: &[&str]| {
        let signed = approved(&["read", "attachment"], names);
        closed(&at_level("attachment-sync", lists, signed), "unicmms", KEY)
    };
    assert_eq!(gate(&[]), Some(Gate::Unnamed(Effect::Manage)));
    assert_eq!(gate(&[KEY]), None);
}

#[test]
fn a_right_that_needs_a_name_needs_the_name_and_its_action() {
    use keyroll::model::access::Effect;
    const KEY: &str = "asset/manage-asset-status";
    let lists: (&[&str], &[&str]) = (&[KEY], &["base.read", "cmms.status"]);
    let gate = |classes: &[&str], names: &[&str]| {
        let inventory = at_level("status-sync", lists, approved(classes, names));
        closed(&inventory, "unicmms", KEY)
    };
    assert_eq!(gate(&["status"], &[KEY]), None);
    assert_eq!(gate(&["status"], &[]), Some(Gate::Unnamed(Effect::State)));
    assert_eq!(
        gate(&["read"], &[KEY]),
        Some(Gate::Unapproved(ActionClass::Status))
    );
    const EXPORT: &str = "asset/export-assets";
    let export = |names: &[&str]| {
        let lists: (&[&str], &[&str]) = (&[EXPORT], &["base.read"]);
        let inventory = at_level("read-only-import", lists, approved(&["read"], names));
        closed(&inventory, "unicmms", EXPORT)
    };
    assert_eq!(export(&[]), Some(Gate::Unnamed(Effect::Egress)));
    assert_eq!(export(&[EXPORT]), None);
}

#[test]
fn a_right_in_another_system_needs_its_approval_too() {
    const KEY: &str = "work-orders/create";
    let key = keyroll::catalog::builtin("atlas").unwrap();
    let key = key.entitlements.iter().find(|(_, known)| {
        known.conditions.is_empty() && known.effect == keyroll::model::access::Effect::Create
    });
    let key = key.map_or(KEY, |(key, _)| key.as_str());
    let role = json!({ "role/far": { "catalog": "atlas", "permissions": [key] },
        "assignment/account/sync far femo/a": { "principal": "account/sync", "role": "far", "at": "femo/a" } });
    let with = |classes: &[&str]| {
        let mut records = role.clone();
        let signed = approved(classes, &[]);
        records
            .as_object_mut()
            .unwrap()
            .extend(signed.as_object().unwrap().clone());
        let inventory = at_level("draft-handoff", (&[], &["cmms.draft"]), records);
        closed(&inventory, "atlas", key)
    };
    assert_eq!(with(&["draft"]), None);
    assert_eq!(with(&[]), Some(Gate::Unapproved(ActionClass::Draft)));
}

#[test]
fn halves_at_two_places_make_no_whole() {
    use keyroll::access::effective::{Reach, actions};
    const STATE: &str = "work-order/manage-work-order-status";
    let records = json!({
        "account/sync": { "provider": "unicmms", "environment": "production", "workflow": "sync", "level": "status-sync",
            "boundary": ["femo/a"], "permissions": [STATE] },
        "role/here": { "catalog": "factverse", "permissions": ["cmms.status"] },
        "assignment/account/sync here femo/b": { "principal": "account/sync", "role": "here", "at": "femo/b" },
    });
    let plant = at_level("status-sync", (&[], &[]), records);
    let reach = |at: Option<&str>| {
        let at = at.map(|at| at.parse().unwrap());
        let terms = crate::agreement::terms(&plant);
        let principal = "account/sync".parse().unwrap();
        let all = actions(&Holdings::of(&plant), &terms, &principal, at.as_ref());
        all[ActionClass::Status as usize].reach()
    };
    // A platform elsewhere is a platform: at the first place it allows nothing.
    assert_eq!(reach(Some("femo/a")), Reach::ProviderOnly);
    assert_eq!(reach(Some("femo/b")), Reach::PlatformOnly);
    assert_eq!(reach(Some("femo")), Reach::Nothing);
    assert_eq!(reach(None), Reach::ProviderOnly);
    assert!(crate::agreement::found(&plant).contains(&"half-grant"));
}

#[test]
fn a_wildcard_or_a_glossary_that_is_not_there_leaves_it_unclear() {
    const STATE: &str = "work-order/manage-work-order-status";
    let signed = || approved(&["status"], &[]);
    let wild = at_level("status-sync", (&[STATE], &["cmms.*"]), signed());
    let gate = Some(Gate::Unclear(Side::Platform, ActionClass::Status));
    assert_eq!(closed(&wild, "unicmms", STATE), gate);
    let mut records = signed();
    records["platform/factverse"] = json!({ "catalog": "./gone.toml" });
    let none = at_level("status-sync", (&[STATE], &["cmms.status"]), records);
    assert_eq!(closed(&none, "unicmms", STATE), gate);
}
