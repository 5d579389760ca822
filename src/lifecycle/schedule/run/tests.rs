//! What is planned for which window.

use super::*;
use crate::model::record::Record;
use proptest::prelude::*;
use serde_json::{Value, json};

fn inventory(policy: Value, version: Value, over: Value) -> Inventory {
    let mut account = json!({ "provider": "p", "environment": "production", "workflow": "import",
        "level": "read-only-import", "rotation": "standard" });
    for (key, value) in over.as_object().unwrap() {
        account[key] = value.clone();
    }
    let records = [
        ("account/etl", account),
        ("rotation/standard", policy),
        ("version/etl 1", version),
    ];
    let records = records.into_iter().filter(|(_, body)| !body.is_null());
    records
        .map(|(id, body)| Record::from_value(&id.parse().unwrap(), body).unwrap())
        .collect()
}

fn issued(day: &str) -> Value {
    json!({ "stage": "current", "issued": day })
}

fn of(inventory: &Inventory, now: &str, until: &str) -> Vec<Run> {
    let changes = OwnerChanges::of(inventory);
    let (id, account) = inventory.accounts.iter().next().unwrap();
    runs(
        inventory,
        &changes,
        id,
        account,
        now.parse().unwrap(),
        until.parse().unwrap(),
    )
}

fn lines(inventory: &Inventory, now: &str, until: &str) -> Vec<String> {
    let shown = |run: &Run| {
        let opens = run
            .opening
            .map_or("-".to_owned(), |opening| opening.from.to_string());
        format!(
            "{} {} {opens} {} {}",
            run.what, run.due_on, run.cause, run.standing
        )
    };
    of(inventory, now, until).iter().map(shown).collect()
}

#[test]
fn rotations_follow_each_other_by_the_policy() {
    let inventory = inventory(json!({ "every": "3mo" }), issued("2026-11-30"), json!({}));
    assert_eq!(
        lines(&inventory, "2026-12-01T08:00:00Z", "2027-12-01"),
        [
            "rotation 2027-02-28 2027-02-14T00:00:00Z policy on-time",
            "rotation 2027-05-14 2027-04-30T00:00:00Z policy on-time",
            "rotation 2027-07-30 2027-07-16T00:00:00Z policy on-time",
            "rotation 2027-10-16 2027-10-02T00:00:00Z policy on-time",
        ]
    );
}

#[test]
fn a_window_in_which_it_fails_leaves_another_before_the_day() {
    let policy =
        json!({ "every": "60d", "window": { "days": ["sun"], "from": "02:00", "to": "04:00" } });
    let inventory = inventory(policy, issued("2026-11-07"), json!({}));
    for (now, opens) in [
        ("2026-11-22T00:00:00Z", "2026-12-27T02:00:00Z"),
        ("2026-12-27T03:00:00Z", "2026-12-27T02:00:00Z"),
        ("2026-12-27T04:00:00Z", "2027-01-03T02:00:00Z"),
    ] {
        let planned = format!("rotation 2027-01-06 {opens} policy on-time");
        assert_eq!(lines(&inventory, now, "2027-01-07"), [planned], "{now}");
    }
}

#[test]
fn two_thirds_of_the_interval_are_over_before_it_is_rotated() {
    // The warning of 14 days is longer than the interval.
    for (every, opens) in [
        ("9d", "2026-11-28"),
        ("1d", "2026-11-23"),
        ("60d", "2027-01-07"),
    ] {
        let inventory = inventory(json!({ "every": every }), issued("2026-11-22"), json!({}));
        let run = of(&inventory, "2026-11-22T00:00:00Z", "2027-02-01")[0];
        assert_eq!(run.day().to_string(), opens, "{every}");
    }
}

#[test]
fn where_the_warning_is_blacked_out_the_last_window_before_it_is_planned() {
    let policy = json!({ "every": "60d",
        "window": { "days": ["sun"], "from": "02:00", "to": "04:00", "zone": "America/Los_Angeles" },
        "blackout": [{ "from": "2026-12-14", "to": "2027-01-06", "reason": "year end" }] });
    // Due on Wednesday 6 January, warned of from 23 December: the last Sunday before the blackout is 13 December.
    let inventory = inventory(policy, issued("2026-11-07"), json!({}));
    assert_eq!(
        lines(&inventory, "2026-11-22T00:00:00Z", "2027-03-01"),
        [
            "rotation 2027-01-06 2026-12-13T10:00:00Z policy on-time",
            "rotation 2027-02-11 2027-01-31T10:00:00Z policy on-time",
        ]
    );
    // Asked for later, no window is left before the day: the next one is late.
    assert_eq!(
        lines(&inventory, "2026-12-20T00:00:00Z", "2027-02-01"),
        ["rotation 2027-01-06 2027-01-10T10:00:00Z policy late"]
    );
    assert_eq!(
        lines(&inventory, "2027-01-08T00:00:00Z", "2027-02-01"),
        ["rotation 2027-01-06 2027-01-10T10:00:00Z policy overdue"]
    );
}

#[test]
fn what_opens_in_the_evening_far_west_meets_the_day_in_utc() {
    let policy = json!({ "every": "10d", "warn": "1d",
        "window": { "days": ["mon"], "from": "22:00", "to": "23:00", "zone": "America/Los_Angeles" } });
    // 22:00 there on the due day, a Monday, is the day after in UTC, on which `check` calls it overdue.
    let inventory = inventory(policy, issued("2026-11-20"), json!({}));
    assert_eq!(
        lines(&inventory, "2026-11-22T00:00:00Z", "2026-12-01"),
        ["rotation 2026-11-30 2026-11-24T06:00:00Z policy on-time"]
    );
}

#[test]
fn an_overdue_rotation_runs_as_soon_as_it_may_and_the_next_counts_from_there() {
    let inventory = inventory(json!({ "every": "60d" }), issued("2026-01-01"), json!({}));
    assert_eq!(
        lines(&inventory, "2026-11-22T09:30:00Z", "2027-02-01"),
        [
            "rotation 2026-03-02 2026-11-22T00:00:00Z policy overdue",
            "rotation 2027-01-21 2027-01-07T00:00:00Z policy on-time",
        ]
    );
}

#[test]
fn nothing_is_rotated_after_the_account_has_ended_and_no_version_ends_that_was_replaced() {
    let version = json!({ "stage": "current", "issued": "2026-11-01", "expires": "2027-01-31" });
    let quick = inventory(
        json!({ "every": "60d" }),
        version.clone(),
        json!({ "expires": "2027-01-25" }),
    );
    assert_eq!(
        lines(&quick, "2026-11-22T00:00:00Z", "2027-12-01"),
        [
            "rotation 2026-12-31 2026-12-17T00:00:00Z policy on-time",
            "expiry 2027-01-25 - account-end on-time",
        ]
    );
    let slow = inventory(json!({ "every": "180d" }), version, json!({}));
    assert_eq!(
        lines(&slow, "2026-11-22T00:00:00Z", "2027-06-01"),
        [
            "expiry 2027-01-31 - version-end on-time",
            "rotation 2027-04-30 2027-04-16T00:00:00Z policy on-time",
        ]
    );
    let ended = inventory(Value::Null, Value::Null, json!({ "expires": "2026-11-01" }));
    assert_eq!(
        lines(&ended, "2026-11-22T00:00:00Z", "2027-06-01"),
        ["expiry 2026-11-01 - account-end overdue"]
    );
}

#[test]
fn without_a_window_for_ever_the_day_stands_and_nothing_follows() {
    let policy =
        json!({ "every": "60d", "blackout": [{ "from": "2026-11-01", "to": "2199-12-31" }] });
    let inventory = inventory(policy, issued("2026-11-01"), json!({}));
    assert_eq!(
        lines(&inventory, "2026-11-22T00:00:00Z", "2029-01-01"),
        ["rotation 2026-12-31 - policy no-window"]
    );
}

#[test]
fn what_is_exposed_waits_for_no_policy() {
    let version = json!({ "stage": "current", "issued": "2026-11-01",
        "held": { "place": "age", "source": "stdin", "exposed": "2026-11-20" } });
    let inventory = inventory(Value::Null, version, json!({}));
    assert_eq!(
        lines(&inventory, "2026-11-22T00:00:00Z", "2027-06-01"),
        ["rotation 2026-11-20 2026-11-22T00:00:00Z exposed overdue"]
    );
    let run = of(&inventory, "2026-11-22T12:00:00Z", "2027-06-01")[0];
    assert!(run.is_time("2026-11-22T12:00:00Z".parse().unwrap()));
    assert!(!run.is_time("2026-11-23T12:00:00Z".parse().unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn runs_move_forward_and_are_late_only_where_no_window_is_left(
        every in prop::sample::select(vec!["15m", "1d", "7d", "30d", "1mo", "90d", "1y"]),
        days in prop::sample::subsequence(vec!["mon", "wed", "sat", "sun"], 0..4),
        begins in 0i64..300, lasts in 0i64..60, issued_on in -200i64..0,
    ) {
        let today: Date = "2026-11-22".parse().unwrap();
        let policy = json!({ "every": every,
            "window": { "days": days, "from": "22:00", "to": "04:00", "zone": "Europe/Berlin" },
            "blackout": [{ "from": today.plus_days(begins), "to": today.plus_days(begins + lasts) }] });
        let version = issued(&today.plus_days(issued_on).to_string());
        let inventory = inventory(policy, version, json!({}));
        let found = of(&inventory, "2026-11-22T10:00:00Z", "2027-11-22");
        prop_assert!(found.len() <= 366);
        for pair in found.windows(2) {
            prop_assert!(pair[0].opening.unwrap().until <= pair[1].opening.unwrap().from);
        }
        for run in &found {
            let opening = run.opening.unwrap();
            match run.standing {
                Standing::OnTime => prop_assert!(opening.from.date() <= run.due_on),
                Standing::Late => prop_assert!(opening.from.date() > run.due_on),
                Standing::Overdue => prop_assert!(run.due_on < today),
                Standing::NoWindow => prop_assert!(false),
            }
        }
    }
}
