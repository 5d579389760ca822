//! Who is told to have done it.

use super::*;

#[test]
fn a_gain_is_told_of_those_alone_who_wrote_what_it_is_about() {
    let mut story = Story::new([record("provider/unicmms", json!({ "catalog": "unicmms" }))]);
    let credential = json!({ "kind": "api-key", "store": "age", "identity": ["svc-etl"] });
    let etl = |keys: &[&str], status: &str| {
        let more = json!({ "permissions": keys, "credential": credential, "status": status });
        Some(account("etl", more))
    };
    let (first, second) = ("work-order/view-work-orders", "asset/edit-asset");
    story.does("root", "2026-11-16", "account/etl", etl(&[first], "active"));
    story.does(
        "bot",
        "2026-11-17",
        "account/etl",
        etl(&[first, second], "active"),
    );
    let who = |story: &Story, what: &str| {
        let changes = story.changes();
        let mut all = changes.happenings.iter();
        let one = all.find(|it| it.group == Group::Gain && it.what.contains(what));
        one.unwrap_or_else(|| panic!("{what}: {changes:#?}"))
            .who
            .join("+")
    };
    for what in [
        "gained level",
        "gained provider",
        "gained identity",
        "added account",
    ] {
        assert_eq!(who(&story, what), "root", "{what}");
    }
    assert_eq!(who(&story, second), "bot+root");
    // Still live: nobody gives it anything by that.
    let suspended = etl(&[first, second], "suspended");
    story.does("eve", "2026-11-18", "account/etl", suspended);
    assert_eq!(who(&story, "gained level"), "root");
}

#[test]
fn whoever_makes_an_account_live_gives_it_all_that_it_has() {
    let etl = |status: &str| Some(account("etl", json!({ "status": status })));
    let mut story = Story::new([]);
    story.does("root", "2026-11-16", "account/etl", etl("proposed"));
    story.does("eve", "2026-11-17", "account/etl", etl("active"));
    let changes = story.changes();
    let mut all = changes.happenings.iter();
    let level = all.find(|it| it.what.starts_with("gained level"));
    assert_eq!(level.unwrap().who, ["eve", "root"]);
}

#[test]
fn a_new_assertion_takes_nothing_from_anybody_and_one_that_goes_is_told_as_a_gain() {
    let said = |expect: &str| {
        Some(record(
            "assert/anyone work-order/close femo",
            json!({ "expect": expect }),
        ))
    };
    let mut story = Story::new([]);
    story.does(
        "root",
        "2026-11-16",
        "assert/anyone work-order/close femo",
        said("denied"),
    );
    let groups = |story: &Story| {
        let changes = story.changes();
        let all = changes.happenings.iter();
        all.map(|it| it.group).collect::<Vec<_>>()
    };
    assert_eq!(groups(&story), [Group::Record]);
    let before = story.now.clone();
    story.does(
        "root",
        "2026-11-17",
        "assert/anyone work-order/close femo",
        None,
    );
    story.states[0] = before;
    assert!(groups(&story).contains(&Group::Gain));
}
