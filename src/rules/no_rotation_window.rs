//! `no-rotation-window`: a policy whose windows and blackouts leave no time in which a rotation may run.

use crate::lifecycle::openings::Openings;
use crate::model::date::{Date, Timestamp};
use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::model::rotation::{Rotation, Window};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "no-rotation-window",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a window that ends when it begins, a rotation policy that leaves no time, or a blackout that ends before it begins",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
A rotation runs in the windows of its policy, and on no day that is blacked out. A window that ends when it begins
(`from = "02:00", to = "02:00"`) is no time at all or a whole day, and nobody can tell which was meant; so is that of an
account's tests (`test-window`). From `00:00` to `00:00` is the whole day. Where blackouts leave no window for a whole year,
nothing is rotated in that year, whatever is due. A blackout whose last day lies before its first keeps no day free: it
was meant to, so the dates are wrong.

## Fix

Correct the times and dates, shorten the blackout, or add days to the window. A window of whole days is
one from `00:00` to `00:00`. `keyroll schedule` shows when each rotation runs.

## Example

```toml
# bad: the first would shut no day, the second shuts every day of more than a year
[rotation.standard]
every = "60d"
blackout = [
  { from = 2027-01-06, to = 2026-12-20 },
  { from = 2027-02-01, to = 2028-02-28, reason = "migration" },
]
```

```toml
# good
[rotation.standard]
every = "60d"
blackout = [{ from = 2026-12-20, to = 2027-01-06, reason = "year end" }]
```

Source: keyroll's own: a policy that cannot be followed is none
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in &facts.inventory.accounts {
        let field = FieldPath::of("controls").key("test-window");
        let window = account.controls.test_window.as_ref();
        empty(window, &RecordId::new(Kind::Account, id), field, findings);
    }
    for (id, policy) in &facts.inventory.rotations {
        let record = || RecordId::new(Kind::Rotation, id);
        let window = policy.window.as_ref();
        empty(window, &record(), FieldPath::of("window"), findings);
        for (at, blackout) in policy.blackout.iter().enumerate() {
            if blackout.to < blackout.from {
                let field = FieldPath::of("blackout").index(at).key("to");
                let (from, to) = (blackout.from, blackout.to);
                let message = format!("the blackout ends on {to}, before it begins on {from}");
                findings
                    .at(record(), field, message)
                    .fix("put the first day in `from` and the last in `to`");
            }
        }
        if let Some(begins) = closed_for_a_year(policy, facts.as_of) {
            let field = match policy.blackout.is_empty() {
                true => FieldPath::of("window"),
                false => FieldPath::of("blackout"),
            };
            let message = format!("no window opens for a year from {begins} on");
            findings
                .at(record(), field, message)
                .fix("shorten the blackout, or open the window on more days");
        }
    }
}

fn empty(window: Option<&Window>, record: &RecordId, field: FieldPath, findings: &mut Findings) {
    let is_empty = |window: &&Window| window.from == window.to && window.from.minute() != 0;
    if let Some(window) = window.filter(is_empty) {
        let message = format!(
            "the window ends when it begins, at {}",
            window.from.as_str()
        );
        findings
            .at(record.clone(), field.key("to"), message)
            .fix("say when it ends; a whole day is from 00:00 to 00:00");
    }
}

/// The day from which on no window opens for a year, where there is one: the judged one, or one on which a blackout begins.
fn closed_for_a_year(policy: &Rotation, as_of: Date) -> Option<Date> {
    let openings = Openings::of(policy);
    let shut = openings.shut().iter().map(|(from, _)| *from);
    let mut days = [as_of].into_iter().chain(shut.filter(|from| *from > as_of));
    days.find(|day| {
        let year_on = day.plus_months(12);
        // Not at the far end of the calendar, where no year is left.
        let next = openings.next(Timestamp::from(*day));
        day.days_until(year_on) >= 365 && next.is_none_or(|next| next.from.date() > year_on)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings, found};
    use serde_json::{Value, json};

    fn with(policy: Value) -> Vec<String> {
        found(json!({ "rotation/standard": policy }))
    }

    #[test]
    fn a_blackout_that_ends_before_it_begins_is_found_where_it_ends() {
        let blackout = json!([{ "from": "2026-12-20", "to": "2026-12-20" }, { "from": "2027-01-06", "to": "2026-12-20" }]);
        assert_eq!(
            with(json!({ "blackout": blackout })),
            ["no-rotation-window rotation/standard blackout[1].to"]
        );
    }

    #[test]
    fn a_window_that_ends_when_it_begins_is_found_in_policies_and_accounts() {
        let window = json!({ "from": "02:00", "to": "02:00" });
        assert_eq!(
            with(json!({ "window": window })),
            ["no-rotation-window rotation/standard window.to"]
        );
        assert_eq!(
            with(json!({ "window": { "from": "00:00", "to": "00:00" } })),
            [""; 0]
        );
        let account = json!({ "controls": { "test-window": window } });
        assert_eq!(
            found(json!({ ACCOUNT: account })),
            [format!(
                "no-rotation-window {ACCOUNT} controls.test-window.to"
            )]
        );
    }

    #[test]
    fn a_year_without_a_window_is_found_and_a_long_blackout_is_not() {
        let shut = |from: &str, to: &str| json!({ "blackout": [{ "from": from, "to": to }] });
        let line = "no-rotation-window rotation/standard blackout";
        assert_eq!(with(shut("2026-11-01", "2199-12-31")), [line]);
        assert_eq!(with(shut("2030-01-01", "2031-06-30")), [line]);
        assert_eq!(with(shut("2020-01-01", "2025-12-31")), [""; 0]);
        assert_eq!(with(shut("2026-12-01", "2027-10-31")), [""; 0]);
        let windows = json!({ "window": { "days": ["sun"], "from": "02:00", "to": "04:00", "zone": "Europe/Berlin" } });
        assert_eq!(with(windows), [""; 0]);
    }

    #[test]
    fn blackouts_that_touch_are_one_and_the_message_names_the_day() {
        let blackout = json!([{ "from": "2027-01-01", "to": "2027-08-31" }, { "from": "2027-09-01", "to": "2028-02-28" }]);
        let found = findings(json!({ "rotation/standard": { "blackout": blackout } }));
        assert_eq!(
            found[0].message,
            "no window opens for a year from 2027-01-01 on"
        );
    }
}
