//! A drill takes nothing away.

use crate::provider::{KEY, Provider, Roll, home, safe, stages};

#[test]
fn a_drill_has_no_effect_and_is_recorded() {
    let provider = Provider::start();
    let steps = format!(
        "{KEY}[[procedure.cut.step]]\ntitle = \"lock the user\"\n\
         http = {{ method = \"DELETE\", path = \"/users/{{identity}}\", header = {{ X-Admin = \"{{admin}}\" }} }}\n"
    );
    let roll = Roll {
        steps: &steps,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    let ran = safe(home.run(&["revoke", "etl", "--drill", "--yes"]).ok(0));
    ran.says("account/root logs on").says("the drill passed");
    assert_eq!(provider.effects(), Vec::<String>::new());
    assert_eq!(provider.asked("GET /ready"), 2);
    assert_eq!(stages(&home), "previous current");
    let log = home.run(&["audit", "log", "--format", "jsonl"]).ok(0);
    log.says("fact/drill cut etl ");
    // It leaves nothing open.
    home.run(&["revoke", "etl", "--resume", "--yes"]).refused(4);
}

#[test]
fn what_would_fail_at_night_fails_in_the_drill() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| {
        state.keys.insert(crate::provider::NEW, false);
    });
    home.run(&["revoke", "etl", "--drill", "--yes"])
        .ok(4)
        .says("authenticate is denied today");
    assert!(provider.effects().is_empty());
}

#[test]
fn what_nobody_confirms_is_not_known() {
    let provider = Provider::start();
    let steps = "[[procedure.cut.step]]\ntitle = \"lock the user\"\nmanual = \"lock it\"\n";
    let roll = Roll {
        steps,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    home.run(&["revoke", "etl", "--drill", "--yes"])
        .ok(3)
        .says("nobody said that it could be");
    assert!(provider.effects().is_empty());
}
