//! What assertions prove: never less than they say, and nothing in silence.

use keyroll::access::ask::{Answer, Gate, Missing, Question, ask};
use keyroll::access::assertion::{Assertions, Breach, Broken, How, Idle, Verdict, verdicts};
use keyroll::access::glossary::NoGlossary;
use keyroll::access::holdings::Holdings;
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::assertion::Given;
use keyroll::model::inventory::Inventory;
use keyroll::rules::Terms;
use serde_json::{Value, json};

use crate::engine::inventory;

const VIEW: &str = "asset/view-assets";
const STATE: &str = "work-order/manage-work-order-status";

fn terms(inventory: &Inventory) -> Terms<'_> {
    Terms {
        glossaries: Glossaries::of(inventory),
        policy: Policy::shipped(),
        as_of: "2026-11-22".parse().unwrap(),
    }
}

/// A plant with one assertion: `WHO WHAT WHERE [GIVEN]`.
fn with(mut records: Value, words: &str, body: Value) -> Inventory {
    records[format!("assert/{words}")] = body;
    inventory(records)
}

/// How the one assertion of an inventory stands, in few words.
fn stands(records: &Value, words: &str, body: Value) -> String {
    let inventory = with(records.clone(), words, body);
    let holdings = Holdings::of(&inventory);
    let mut all = verdicts(&holdings, &terms(&inventory));
    assert_eq!(all.len(), 1);
    told(&all.remove(0).1)
}

fn told(verdict: &Verdict<'_>) -> String {
    let breach = |breach: &Breach<'_>| {
        let way = breach.held.way.iter().map(|team| format!("{team}>"));
        let at = breach.held.at.map_or("", |at| at.as_str());
        let how = match &breach.how {
            How::Whole => String::new(),
            How::Gate(gate) => match gate {
                Gate::Half(side, _) => format!(" but {side}"),
                Gate::Unapproved(_) => " unapproved".to_owned(),
                Gate::Unclear(..) | Gate::Unnamed(_) | Gate::Uncovered(_) | Gate::Forbidden(_) => {
                    format!(" {gate}")
                }
            },
            How::Suspended => " suspended".to_owned(),
            How::Proposed => " proposed".to_owned(),
            How::Invited => " invited".to_owned(),
            How::Doubt(key) => format!(" by {key}"),
        };
        format!("{} {}{at}{how}", breach.who, way.collect::<String>())
    };
    match verdict {
        Verdict::Held => "held".to_owned(),
        Verdict::Broken(Broken::May(first, all)) => {
            let first: Vec<String> = first.iter().map(breach).collect();
            format!("{all}: {}", first.join(", "))
        }
        Verdict::Broken(Broken::MayNot(_)) => "may not".to_owned(),
        Verdict::Broken(Broken::Idle(_)) => "idle".to_owned(),
    }
}

fn without_assignments(mut records: Value) -> Value {
    let all = records.as_object_mut().unwrap();
    all.retain(|id, _| !id.starts_with("assignment/"));
    records
}

fn denied() -> Value {
    json!({ "expect": "denied" })
}

fn allowed() -> Value {
    json!({ "expect": "allowed" })
}

/// Jo by the shift, a part of the plant, at site A; one who left and one who was invited, over all of it.
fn plant() -> Value {
    json!({
        "boundary/femo": { "kind": "tenant", "name": "FEMO" },
        "boundary/femo/a": { "kind": "facility", "name": "A" },
        "boundary/femo/a/press": { "kind": "machine", "name": "Press" },
        "boundary/femo/a-2": { "kind": "facility", "name": "A 2" },
        "boundary/femo/b": { "kind": "facility", "name": "B" },
        "person/jo": { "name": "Jo" },
        "person/gone": { "name": "Gone", "left": "2026-11-22" },
        "person/new": { "name": "New" },
        "invitation/new": { "status": "pending", "since": "2026-11-01" },
        "team/shift": { "name": "Shift", "members": ["jo"] },
        "team/plant": { "name": "Plant", "teams": ["shift"] },
        "role/reader": { "catalog": "unicmms", "permissions": [VIEW] },
        "assignment/team/plant reader femo/a": { "principal": "team/plant", "role": "reader", "at": "femo/a" },
        "assignment/person/gone reader femo": { "principal": "person/gone", "role": "reader", "at": "femo" },
        "assignment/person/new reader femo": { "principal": "person/new", "role": "reader", "at": "femo" },
        "assignment/person/jo reader": { "principal": "person/jo", "role": "reader" },
    })
}

fn account(permissions: &[&str], scopes: &[&str], approved: &[&str]) -> Value {
    let mut records = plant();
    records["provider/unicmms"] = json!({ "catalog": "unicmms" });
    records["platform/factverse"] = json!({ "catalog": "factverse" });
    records["account/sync"] = json!({ "provider": "unicmms", "environment": "production", "workflow": "sync",
        "boundary": ["femo/a"], "level": "status-sync", "permissions": permissions, "scopes": scopes });
    for action in approved {
        records[format!("approval/sync {action} 2026-01-01")] = json!({ "by": "person/jo" });
    }
    records
}

#[test]
fn allowed_holds_where_the_boundary_is_reached_and_denied_where_nothing_in_it_is() {
    for (who, at, is_allowed, is_denied) in [
        (
            "person/jo",
            "femo/a",
            "held",
            "1: person/jo shift>plant>femo/a",
        ),
        (
            "person/jo",
            "femo/a/press",
            "held",
            "1: person/jo shift>plant>femo/a",
        ),
        // Not all of it, and not nothing of it.
        (
            "person/jo",
            "femo",
            "may not",
            "1: person/jo shift>plant>femo/a",
        ),
        ("person/jo", "femo/a-2", "may not", "held"),
        ("person/jo", "femo/b", "may not", "held"),
        ("team/shift", "femo/a", "held", "1: team/shift plant>femo/a"),
        ("team/plant", "femo/a", "held", "1: team/plant femo/a"),
        ("person/gone", "femo/a", "may not", "held"),
        (
            "person/new",
            "femo/a",
            "may not",
            "1: person/new femo invited",
        ),
        (
            "anyone",
            "femo",
            "idle",
            "2: person/jo shift>plant>femo/a, person/new femo invited",
        ),
        ("anyone", "femo/b", "idle", "1: person/new femo invited"),
    ] {
        let words = format!("{who} {VIEW} {at}");
        assert_eq!(stands(&plant(), &words, allowed()), is_allowed, "{words}");
        assert_eq!(stands(&plant(), &words, denied()), is_denied, "{words}");
    }
}

#[test]
fn a_team_that_is_left_out_covers_its_people_however_far() {
    let words = format!("anyone {VIEW} femo");
    for (except, expected) in [
        ("team/plant", "held"),
        ("team/shift", "held"),
        ("person/jo", "held"),
        ("person/gone", "1: person/jo shift>plant>femo/a"),
    ] {
        let body = json!({ "expect": "denied", "except": ["person/new", except] });
        assert_eq!(stands(&plant(), &words, body), expected, "{except}");
    }
}

#[test]
fn an_account_that_the_other_end_would_let_in_breaks_denied() {
    let whole = account(&[STATE], &["base.read", "cmms.status"], &["read", "status"]);
    let half = account(&[STATE], &["base.read"], &["read", "status"]);
    let open = account(&[STATE], &["base.read", "cmms.status"], &["read"]);
    let none = account(&[VIEW], &["base.read", "cmms.status"], &["read", "status"]);
    let mut suspended = whole.clone();
    suspended["account/sync"]["status"] = json!("suspended");
    let mut proposed = whole.clone();
    proposed["account/sync"]["status"] = json!("proposed");
    for (records, is_allowed, is_denied) in [
        (&whole, "held", "1: account/sync femo/a"),
        (&half, "may not", "1: account/sync femo/a but platform"),
        (&open, "may not", "1: account/sync femo/a unapproved"),
        (&suspended, "may not", "1: account/sync femo/a suspended"),
        (&none, "may not", "held"),
        (&proposed, "may not", "1: account/sync femo/a proposed"),
    ] {
        for at in ["femo/a", "femo/a/press"] {
            let words = format!("account/sync {STATE} {at}");
            assert_eq!(stands(records, &words, allowed()), is_allowed);
            assert_eq!(stands(records, &words, denied()), is_denied);
        }
        assert_eq!(
            stands(records, &format!("anyone {STATE} femo"), denied()),
            is_denied
        );
    }
}

#[test]
fn a_key_that_may_stand_for_what_is_denied_breaks_it() {
    let wild = account(&["work-order/*"], &["base.read"], &[]);
    let mut unread = account(&[STATE], &["base.read"], &[]);
    unread["provider/unicmms"] = json!({});
    unread["provider/other"] = json!({ "catalog": "unicmms" });
    for (records, key) in [(&wild, "work-order/*"), (&unread, STATE)] {
        for who in ["account/sync", "anyone"] {
            let found = stands(records, &format!("{who} {STATE} femo/a"), denied());
            assert_eq!(found, format!("1: account/sync femo/a by {key}"), "{who}");
        }
        assert_eq!(
            stands(records, &format!("anyone {STATE} femo/b"), denied()),
            "held"
        );
    }
    let other = stands(
        &wild,
        "anyone asset/view-assets femo/b",
        json!({ "expect": "denied", "except": ["person/new"] }),
    );
    assert_eq!(other, "held");
}

#[test]
fn a_word_that_means_everything_breaks_what_is_denied() {
    for word in ["work-order/all", "superuser", "work-order/everything", "*"] {
        let mut by_role = without_assignments(plant());
        by_role["assignment/person/jo reader femo"] =
            json!({ "principal": "person/jo", "role": "reader", "at": "femo" });
        by_role["role/reader"]["permissions"] = json!([word, VIEW]);
        let own = account(&[word], &["base.read"], &[]);
        for (records, who, at) in [
            (&by_role, "person/jo", "femo"),
            (&own, "account/sync", "femo/a"),
        ] {
            for whom in [who, "anyone"] {
                let found = stands(records, &format!("{whom} {STATE} femo"), denied());
                assert_eq!(found, format!("1: {who} {at} by {word}"), "{whom}");
            }
        }
    }
    let other = account(&["asset/all"], &["base.read"], &[]);
    assert_eq!(
        stands(&other, &format!("anyone {STATE} femo"), denied()),
        "held"
    );
}

#[test]
fn a_role_whose_glossary_nobody_knows_breaks_what_is_denied() {
    let mut records = account(&[], &["base.read"], &[]);
    records["role/reader"]["catalog"] = json!("nosuch");
    for who in ["person/jo", "team/plant", "anyone"] {
        let found = stands(&records, &format!("{who} {VIEW} femo/a/press"), denied());
        assert!(
            found.contains(&format!("femo/a by {VIEW}")),
            "{who}: {found}"
        );
    }
    // Another system that is known is another.
    records["role/reader"]["catalog"] = json!("factverse");
    assert_eq!(
        stands(&records, &format!("anyone {VIEW} femo"), denied()),
        "held"
    );
}

#[test]
fn what_is_given_decides_where_a_condition_does() {
    const EDIT: &str = "work-request/edit-own-unresolved-work-request";
    let mut records = plant();
    let glossary = keyroll::catalog::builtin("unicmms").unwrap();
    let mut all = glossary.entitlements.iter();
    let key = all.find(|(_, known)| known.conditions.len() == 2);
    let key = key.map_or(EDIT.to_owned(), |(key, _)| key.to_string());
    records["role/reader"]["permissions"] = json!([key]);
    for (given, is_allowed) in [
        ("", "may not"),
        (" own", "may not"),
        (" unresolved", "may not"),
        (" own-unresolved", "held"),
    ] {
        let words = format!("person/jo {key} femo/a{given}");
        assert_eq!(stands(&records, &words, allowed()), is_allowed, "{words}");
        // That it is denied without it would be true of everybody.
        let is_denied = match given {
            " own-unresolved" => "1: person/jo shift>plant>femo/a",
            _ => "idle",
        };
        assert_eq!(stands(&records, &words, denied()), is_denied, "{words}");
    }
}

#[test]
fn what_proves_nothing_is_broken() {
    let why = |words: &str, body: Value| {
        let mut records = account(&[VIEW], &[], &[]);
        records["catalog/./mine.toml"] = json!({ "title": "Mine", "side": "provider",
            "entitlements": { VIEW: { "group": "A", "title": "View", "meaning": "View", "effect": "read" } } });
        records["provider/mine"] = json!({ "catalog": "./mine.toml" });
        let inventory = with(records, words, body);
        let holdings = Holdings::of(&inventory);
        let verdict = verdicts(&holdings, &terms(&inventory)).remove(0).1;
        match verdict {
            Verdict::Broken(Broken::Idle(idle)) => match idle {
                Idle::NoPrincipal(_) => "principal",
                Idle::NoException(1, _) => "exception 1",
                Idle::NoException(..) => "exception",
                Idle::NoBoundary(_) => "boundary",
                Idle::NoGlossary(NoGlossary::Unlisted(_)) => "unlisted",
                Idle::NoGlossary(NoGlossary::Unknown(_)) => "unknown",
                Idle::NoGlossary(NoGlossary::NotIn(..)) => "not in",
                Idle::NoGlossary(NoGlossary::Several { .. }) => "several",
                Idle::AllowedToAll => "all",
                Idle::ExceptBesideOne => "except",
                Idle::GivenMissing(Given::Own) => "own",
                Idle::GivenMissing(_) => "given",
                Idle::Tangle(_) => "tangle",
                Idle::TooMuch => "much",
            },
            Verdict::Broken(Broken::May(..) | Broken::MayNot(_)) => "broken",
            Verdict::Held => "held",
        }
    };
    for (words, body, expected) in [
        (format!("person/nobody {VIEW} femo"), denied(), "principal"),
        (format!("team/nobody {VIEW} femo"), denied(), "principal"),
        (format!("account/nobody {VIEW} femo"), denied(), "principal"),
        (format!("anyone {VIEW} femo/x"), denied(), "boundary"),
        ("anyone asset/view femo".to_owned(), denied(), "unlisted"),
        (format!("anyone {VIEW} femo"), denied(), "several"),
        (
            "anyone work-request/delete-work-requests femo".to_owned(),
            denied(),
            "given",
        ),
        (
            "person/jo work-request/edit-work-requests femo unresolved".to_owned(),
            denied(),
            "own",
        ),
        // An account's own system is meant.
        (format!("account/sync {VIEW} femo/b"), denied(), "held"),
        (
            format!("anyone {VIEW} femo"),
            json!({ "expect": "denied", "catalog": "no" }),
            "unknown",
        ),
        (
            format!("anyone {STATE} femo"),
            json!({ "expect": "denied", "catalog": "./mine.toml" }),
            "not in",
        ),
        (
            format!("anyone {VIEW} femo"),
            json!({ "expect": "denied", "except": ["team/plant", "team/x"] }),
            "exception 1",
        ),
        (
            format!("person/jo {VIEW} femo"),
            json!({ "expect": "denied", "except": ["team/plant"] }),
            "except",
        ),
        (
            format!("anyone {VIEW} femo"),
            json!({ "expect": "allowed", "catalog": "unicmms" }),
            "all",
        ),
    ] {
        assert_eq!(why(&words, body), expected, "{words}");
    }
}

#[test]
fn beyond_what_is_looked_at_an_assertion_is_broken_and_says_so() {
    let mut records = plant();
    let members: Vec<String> = (0..500).map(|n| format!("p{n}")).collect();
    for name in &members {
        records[format!("person/{name}")] = json!({ "name": "P" });
    }
    records["team/shift"]["members"] = json!(members);
    let inventory = with(records, &format!("anyone {VIEW} femo"), denied());
    let holdings = Holdings::of(&inventory);
    let terms = terms(&inventory);
    let (key, body) = inventory.assertions.iter().next().unwrap();
    let of = |most: usize| {
        Assertions::of(&holdings, &terms)
            .at_most(most)
            .judge(key, body)
    };
    assert_eq!(of(100), Verdict::Broken(Broken::Idle(Idle::TooMuch)));
    assert!(matches!(of(100_000), Verdict::Broken(Broken::May(first, 501)) if first.len() == 3));
}

#[test]
fn assignments_that_are_read_by_another_glossary_are_looked_at_too() {
    let mut records = without_assignments(account(&[], &[], &[]));
    records["provider/unicmms"] = json!({ "catalog": "factverse" });
    records["role/reader"] = json!({ "permissions": [VIEW] });
    for n in 0..500 {
        let at = format!("femo/a/m{n}");
        records[format!("boundary/{at}")] = json!({ "kind": "machine", "name": "M" });
        records[format!("assignment/account/sync reader {at}")] =
            json!({ "principal": "account/sync", "role": "reader", "at": at });
    }
    records["assignment/person/jo reader femo"] =
        json!({ "principal": "person/jo", "role": "reader", "at": "femo" });
    let body = json!({ "expect": "denied", "catalog": "unicmms" });
    let inventory = with(records, &format!("anyone {VIEW} femo/a"), body);
    let holdings = Holdings::of(&inventory);
    let terms = terms(&inventory);
    let (key, body) = inventory.assertions.iter().next().unwrap();
    let of = |most: usize| {
        Assertions::of(&holdings, &terms)
            .at_most(most)
            .judge(key, body)
    };
    assert_eq!(of(400), Verdict::Broken(Broken::Idle(Idle::TooMuch)));
    assert!(matches!(of(2_000), Verdict::Broken(Broken::May(_, 1))));
}

/// A number that looks like chance, and is the same each time.
fn next(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed >> 33) as usize
}

/// A small plant of any shape.
fn any(seed: &mut u64) -> Value {
    const PLACES: [&str; 5] = ["femo", "femo/a", "femo/a/press", "femo/a-2", "femo/b"];
    let mut records = without_assignments(plant());
    let merged = account(&[], &[], &[]);
    for id in ["provider/unicmms", "platform/factverse"] {
        records[id] = merged[id].clone();
    }
    records["role/mover"] = json!({ "permissions": [STATE] });
    records["person/al"] = json!({ "name": "Al" });
    if next(seed).is_multiple_of(2) {
        records["team/plant"]["members"] = json!(["al", "gone"]);
    }
    for name in ["x", "y"] {
        let lists = [vec![], vec![STATE], vec![STATE, VIEW]];
        let scopes = [vec![], vec!["base.read"], vec!["base.read", "cmms.status"]];
        let status = ["active", "suspended", "proposed", "active"][next(seed) % 4];
        records[format!("account/{name}")] = json!({ "provider": "unicmms", "environment": "production",
            "workflow": "sync", "boundary": [PLACES[next(seed) % 5]], "level": "status-sync", "status": status,
            "permissions": lists[next(seed) % 3], "scopes": scopes[next(seed) % 3] });
        if next(seed).is_multiple_of(2) {
            records[format!("approval/{name} status 2026-01-01")] = json!({ "by": "person/jo" });
        }
    }
    let who = [
        "person/jo",
        "person/al",
        "person/gone",
        "person/new",
        "team/shift",
        "team/plant",
        "account/x",
        "account/y",
    ];
    for _ in 0..next(seed) % 5 {
        let (who, role, at) = (
            who[next(seed) % who.len()],
            ["reader", "mover"][next(seed) % 2],
            PLACES[next(seed) % 5],
        );
        records[format!("assignment/{who} {role} {at}")] =
            json!({ "principal": who, "role": role, "at": at });
    }
    records
}

#[test]
fn denied_holds_exactly_where_no_question_at_or_below_the_boundary_is_answered_with_a_grant() {
    let mut seed = 20_261_122;
    for _ in 0..150 {
        let records = any(&mut seed);
        // Who is about to come in is granted what it then has.
        let mut there = records.clone();
        there.as_object_mut().unwrap().remove("invitation/new");
        for account in ["account/x", "account/y"] {
            there[account]["status"] = json!("active");
        }
        let plain = inventory(there);
        let holdings = Holdings::of(&plain);
        let terms = terms(&plain);
        let key = [VIEW, STATE][next(&mut seed) % 2];
        let at = ["femo", "femo/a", "femo/b"][next(&mut seed) % 3];
        let place = at.parse().unwrap();
        let mut granted = Vec::new();
        for who in holdings.principals() {
            let mut inside = plain.boundaries.keys();
            let is_granted = |below: &_| {
                let question = Question {
                    principal: &who,
                    catalog: &"unicmms".parse().unwrap(),
                    permission: &key.parse().unwrap(),
                    at: below,
                    own: false,
                    unresolved: false,
                };
                match ask(&holdings, &terms, &question) {
                    Answer::Yes(_) | Answer::No(Missing::Gate(..)) => true,
                    Answer::No(_) => false,
                }
            };
            let is_granted = inside.any(|below| {
                keyroll::model::id::BoundaryPath::holds(&place, below) && is_granted(below)
            });
            let found = stands(
                &records,
                &format!("{who} {key} {at}"),
                json!({ "expect": "denied", "catalog": "unicmms" }),
            );
            assert_eq!(
                found == "held",
                !is_granted,
                "{who} {key} {at}: {found} {records:#}"
            );
            if is_granted && !who.as_str().starts_with("team/") {
                granted.push(who);
            }
        }
        let except = json!({ "expect": "denied", "catalog": "unicmms", "except": ["account/x", "account/y"] });
        let found = stands(&records, &format!("anyone {key} {at}"), except);
        let people = granted
            .iter()
            .filter(|who| who.as_str().starts_with("person/"));
        let (count, none) = (people.count(), found == "held");
        assert_eq!(none, count == 0, "{found} {granted:?} {records:#}");
        assert!(
            none || found.starts_with(&format!("{count}: ")),
            "{found} {granted:?}"
        );
    }
}
