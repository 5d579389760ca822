//! When a review is due, and who may give which verdict.

use serde_json::{Value, json};

use super::*;
use crate::lifecycle::approval::Made;
use crate::model::record::Record;

const TODAY: &str = "2026-11-22";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn roll(more: Value) -> Inventory {
    let account = |status: &str| {
        json!({ "provider": "p", "environment": "production", "workflow": "import", "level": "read-only-import",
            "status": status, "owner": { "business": "person/anna", "technical": "team/ops" } })
    };
    let mut records = json!({
        "person/anna": { "name": "Anna" },
        "person/jo": { "name": "Jo", "login": ["jo"] },
        "person/gus": { "name": "Gus", "left": "2026-07-31" },
        "person/eve": { "name": "Eve" },
        "team/ops": { "name": "Ops", "members": ["jo"] },
        "team/empty": { "name": "Empty", "members": ["gus"] },
        "account/etl": account("active"),
        "account/slow": account("suspended"),
        "account/soon": account("proposed"),
        "account/gone": account("retired"),
    });
    records
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let records = records.as_object().unwrap().iter();
    let records =
        records.map(|(id, body)| Record::from_value(&id.parse().unwrap(), body.clone()).unwrap());
    let mut roll = Inventory::default();
    for record in records {
        match record {
            // Its key is what it says.
            Record::Fact(_, fact) => roll.put((FactKey::of(&fact), *fact).into()),
            record => roll.put(record),
        };
    }
    roll
}

fn review(on: &str, by: &str, verdict: &str) -> Value {
    json!({ "fact": "review", "account": "etl", "on": on, "by": by, "verdict": verdict })
}

fn standing(more: Value, within: i64) -> Vec<(String, Standing, Option<String>)> {
    let roll = roll(more);
    let all = duties(&roll, 90, within, day(TODAY));
    let told = all.iter().map(|duty| {
        let due = duty.due_on.map(|day| day.to_string());
        (duty.id.to_string(), duty.standing, due)
    });
    told.collect()
}

#[test]
fn a_review_is_due_a_quarter_after_the_last_one_and_only_of_what_is_in_use() {
    let found = |on: &str, within| {
        let all = standing(
            json!({ "fact/x": review(on, "person/anna", "keep") }),
            within,
        );
        let names: Vec<_> = all.iter().map(|(id, _, _)| id.as_str()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        all.into_iter().find(|(id, _, _)| id == "etl").unwrap()
    };
    let row = |standing, due: &str| ("etl".to_owned(), standing, Some(due.to_owned()));
    assert_eq!(
        found("2026-08-23", 14),
        row(Standing::Overdue, "2026-11-21")
    );
    assert_eq!(found("2026-08-24", 14), row(Standing::Due, "2026-11-22"));
    assert_eq!(found("2026-09-07", 14), row(Standing::Due, "2026-12-06"));
    assert_eq!(found("2026-09-08", 14), row(Standing::Later, "2026-12-07"));
    // What is recorded for a day to come has not happened.
    assert_eq!(found("2026-11-23", 14).1, Standing::Never);
}

#[test]
fn one_that_was_never_reviewed_counts_from_its_first_version_and_is_due_where_none_is_known() {
    let version = json!({ "stage": "previous", "issued": "2026-08-23" });
    let later = json!({ "stage": "current", "issued": "2026-10-23" });
    let all = standing(
        json!({ "version/etl 1": version, "version/etl 2": later }),
        0,
    );
    assert_eq!(
        all,
        [
            (
                "etl".to_owned(),
                Standing::Overdue,
                Some("2026-11-21".to_owned())
            ),
            ("slow".to_owned(), Standing::Never, None),
        ]
    );
}

#[test]
fn of_one_day_the_verdict_that_was_recorded_afterwards_counts() {
    let mut timed = review("2026-11-02", "person/anna", "retire");
    timed["detail"] = json!({ "at": "2026-11-02T15:00:00Z" });
    // What has no moment was brought in on a later day.
    let brought = review("2026-11-02", "person/jo", "keep");
    let roll = roll(json!({ "fact/x": timed, "fact/y": brought }));
    let all = duties(&roll, 90, 0, day(TODAY));
    let etl = all.iter().find(|duty| duty.id.as_str() == "etl").unwrap();
    assert_eq!(etl.last.as_ref().unwrap().verdict, ReviewVerdict::Keep);
}

#[test]
fn of_two_verdicts_the_later_one_counts() {
    let mut later = review("2026-11-02", "person/jo", "retire");
    later["detail"] = json!({ "at": "2026-11-02T15:00:00Z", "note": "not used" });
    let mut first = review("2026-11-02", "person/anna", "keep");
    first["detail"] = json!({ "at": "2026-11-02T09:00:00Z" });
    let roll = roll(
        json!({ "fact/x": later, "fact/y": first, "fact/z": review("2026-08-01", "person/anna", "change") }),
    );
    let verdicts: Vec<_> = past(&roll, day(TODAY))
        .iter()
        .map(|past| past.verdict)
        .collect();
    assert_eq!(
        verdicts,
        [
            ReviewVerdict::Change,
            ReviewVerdict::Keep,
            ReviewVerdict::Retire
        ]
    );
    let all = duties(&roll, 90, 0, day(TODAY));
    let etl = all.iter().find(|duty| duty.id.as_str() == "etl").unwrap();
    let last = etl.last.as_ref().unwrap();
    assert_eq!(
        (last.verdict, last.note.as_ref().unwrap().as_str()),
        (ReviewVerdict::Retire, "not used")
    );
}

fn given(
    roll: &Inventory,
    account: &str,
    verdict: ReviewVerdict,
    by: &str,
    change: impl Fn(&mut Asked<'_>),
) -> Result<Given, NoReview> {
    let account = account.parse().unwrap();
    let by = by.parse().unwrap();
    let absence =
        |person: &PersonId| (person.as_str() == "gus").then(|| "left on 2026-07-31".to_owned());
    let makers = [Maker {
        actor: "jo (svc)".to_owned(),
        did: Made::Changed,
    }];
    let mut asked = Asked {
        account: &account,
        verdict,
        by: &by,
        on: day(TODAY),
        at: None,
        note: None,
        again: true,
        inventory: roll,
        makers: &makers,
        absence: &absence,
        today: day(TODAY),
    };
    change(&mut asked);
    give(&asked)
}

#[test]
fn an_owner_may_review_and_what_speaks_against_it_is_said() {
    let roll = roll(json!({}));
    let doubts = |verdict, by: &str| given(&roll, "etl", verdict, by, |_| ()).unwrap().doubts;
    let principal = |name: &str| name.parse::<Principal>().unwrap();
    assert_eq!(doubts(ReviewVerdict::Keep, "person/anna"), []);
    assert_eq!(doubts(ReviewVerdict::Keep, "team/ops"), []);
    let maker = Doubt::Maker {
        by: principal("person/jo"),
        did: Made::Changed,
        actor: "jo (svc)".to_owned(),
    };
    assert_eq!(doubts(ReviewVerdict::Keep, "person/jo"), [maker]);
    assert_eq!(
        doubts(ReviewVerdict::Keep, "person/eve"),
        [Doubt::Stranger(principal("person/eve"))]
    );
    assert_eq!(
        doubts(ReviewVerdict::Change, "person/anna"),
        [Doubt::NoWords]
    );
}

#[test]
fn a_machine_an_unknown_one_and_whoever_left_review_nothing() {
    let roll = roll(json!({}));
    let why = |account: &str, by: &str| {
        given(&roll, account, ReviewVerdict::Keep, by, |_| ())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        why("etl", "account/slow"),
        "`account/slow` is an account: a machine reviews nothing"
    );
    assert_eq!(why("etl", "person/gus"), "`person/gus` left on 2026-07-31");
    assert_eq!(why("etl", "person/max"), "`person/max` is not in the roll");
    assert_eq!(
        why("etl", "team/empty"),
        "`team/empty` has nobody who is there"
    );
    assert_eq!(
        why("gone", "person/anna"),
        "`account/gone` is retired: there is nothing to review"
    );
    assert_eq!(
        why("soon", "person/anna"),
        "`account/soon` is proposed: there is nothing to review"
    );
    assert_eq!(why("et", "person/anna"), "there is no account `et`");
}

#[test]
fn what_has_not_come_and_what_looks_like_a_secret_is_not_recorded() {
    let roll = roll(json!({}));
    let ahead = given(&roll, "etl", ReviewVerdict::Keep, "person/anna", |asked| {
        asked.on = day("2026-11-23")
    });
    assert_eq!(
        ahead.unwrap_err().to_string(),
        "2026-11-23 has not come: today is 2026-11-22"
    );
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    let secret = given(&roll, "etl", ReviewVerdict::Keep, "person/anna", |asked| {
        asked.note = Some(token.parse().unwrap())
    });
    assert_eq!(secret.unwrap_err(), NoReview::Secret);
}

#[test]
fn the_same_verdict_is_recorded_once_and_another_of_the_day_is_told() {
    let note =
        |text: &'static str| move |asked: &mut Asked<'_>| asked.note = Some(text.parse().unwrap());
    let mut roll = roll(json!({}));
    let first = given(
        &roll,
        "etl",
        ReviewVerdict::Keep,
        "person/anna",
        note("still needed"),
    )
    .unwrap();
    let record = first.change.unwrap().after().unwrap().clone();
    assert_eq!(
        record.id().to_string(),
        "fact/review etl 2026-11-22 person/anna keep"
    );
    roll.put(record);
    let again = given(
        &roll,
        "etl",
        ReviewVerdict::Keep,
        "person/anna",
        note("still needed"),
    );
    assert_eq!(again.unwrap().change, None);
    assert_eq!(
        given(&roll, "etl", ReviewVerdict::Keep, "person/anna", |_| ())
            .unwrap()
            .change,
        None
    );
    let other = given(
        &roll,
        "etl",
        ReviewVerdict::Keep,
        "person/anna",
        note("another"),
    );
    assert!(matches!(other, Err(NoReview::Recorded { .. })));
    let opposite = given(&roll, "etl", ReviewVerdict::Retire, "person/anna", |_| ()).unwrap();
    assert!(opposite.change.is_some());
    assert_eq!(
        opposite.doubts,
        [Doubt::Other("person/anna".parse().unwrap())]
    );
}

/// What is recorded of verdicts that are given one after the other: key and moment of each, or that nothing is.
fn said(roll: &mut Inventory, verdicts: &[(ReviewVerdict, &str)], at: &str) -> Vec<Option<String>> {
    let one = |(verdict, by): &(ReviewVerdict, &str)| {
        let given = given(roll, "etl", *verdict, by, |asked| {
            asked.at = Some(at.parse().unwrap());
        });
        let record = given.unwrap().change?.after().unwrap().clone();
        let id = record.id().to_string();
        roll.put(record);
        Some(id)
    };
    verdicts.iter().map(one).collect()
}

fn newest_of(roll: &Inventory) -> (ReviewVerdict, String) {
    let newest = newest(roll, day(TODAY));
    let past = newest.values().next().unwrap();
    (past.verdict, past.by.to_string())
}

#[test]
fn a_verdict_is_taken_back_as_often_as_somebody_says_otherwise() {
    use ReviewVerdict::{Change, Keep, Retire};
    let mut roll = roll(json!({}));
    let anna = "person/anna";
    let all = [Keep, Change, Retire, Change, Keep, Keep].map(|verdict| (verdict, anna));
    let told = said(&mut roll, &all, "2026-11-22T09:00:00Z");
    let recorded: Vec<bool> = told.iter().map(Option::is_some).collect();
    assert_eq!(recorded, [true, true, true, true, true, false]);
    assert_eq!(
        told[4].as_deref(),
        Some("fact/review etl 2026-11-22 person/anna keep 2026-11-22T09:00:04Z")
    );
    let verdicts: Vec<_> = past(&roll, day(TODAY))
        .iter()
        .map(|past| past.verdict)
        .collect();
    assert_eq!(verdicts, [Keep, Change, Retire, Change, Keep]);
    assert_eq!(newest_of(&roll), (Keep, anna.to_owned()));
}

#[test]
fn of_one_second_the_verdict_that_was_recorded_last_counts_whatever_it_is() {
    use ReviewVerdict::{Change, Keep, Retire};
    let (anna, eve) = ("person/anna", "person/eve");
    for all in [
        vec![(Retire, anna), (Keep, eve)],
        vec![(Keep, anna), (Retire, anna), (Change, anna)],
        vec![(Retire, eve), (Change, anna)],
    ] {
        let mut roll = roll(json!({}));
        said(&mut roll, &all, "2026-11-22T09:00:00Z");
        let (verdict, by) = all.last().unwrap();
        assert_eq!(newest_of(&roll), (*verdict, (*by).to_owned()), "{all:?}");
        let order: Vec<_> = past(&roll, day(TODAY))
            .iter()
            .map(|past| past.verdict)
            .collect();
        let said: Vec<_> = all.iter().map(|(verdict, _)| *verdict).collect();
        assert_eq!(order, said);
    }
}

#[test]
fn a_file_that_is_read_again_changes_nothing_though_another_verdict_came_between() {
    use ReviewVerdict::{Keep, Retire};
    let mut roll = roll(json!({}));
    let all = [(Keep, "person/anna"), (Retire, "person/anna")];
    said(&mut roll, &all, "2026-11-22T09:00:00Z");
    let read = given(&roll, "etl", Keep, "person/anna", |asked| {
        asked.at = Some("2026-11-22T10:00:00Z".parse().unwrap());
        asked.again = false;
    });
    assert_eq!(read.unwrap().change, None);
}
