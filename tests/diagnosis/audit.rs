//! The causes of the row: an audit record is missing.

use keyroll::model::diagnosis::Cause;
use keyroll::model::diagnosis::Standing::{Likely, RuledOut, Unknown};
use serde_json::{Value, json};

use crate::causes::{IMPORT, STATUS, asked, compared, is, passed, read, test};

#[test]
fn the_way_that_an_action_took() {
    let is = |standing, ground, records| is(standing, ground, Cause::ActionPath, IMPORT, records);
    let missing = json!({ "missing-at-platform": 3, "outside-boundary": 1 });
    is(
        Likely,
        "`outside-boundary`: 1, `missing-at-platform`: 3",
        json!({ "fact/a": compared(IMPORT, 9, missing) }),
    );
    is(
        RuledOut,
        "agree on that, in 9 records",
        json!({ "fact/a": compared(IMPORT, 9, json!({})) }),
    );
    is(
        Unknown,
        "hold no record of the account",
        json!({ "fact/a": compared(IMPORT, 0, json!({})) }),
    );
    // What one side tells was held against nothing.
    is(
        Unknown,
        "hold 12 records of the account, and none that could be held against the other side",
        json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read(IMPORT, "2026-11-19") }),
    );
    is(Unknown, "never held against each other", json!({}));
    let by_hand = json!({ "consumer/sync-hawthorne": { "host": null, "person": "cy-chen" } });
    is(Likely, "cy-chen", by_hand);
}

#[test]
fn the_accounts_identity_in_the_logs() {
    let is = |standing, ground, records| is(standing, ground, Cause::AccountId, IMPORT, records);
    let nameless = json!({ "credential": { "identity": [] } });
    is(
        Likely,
        "does not say how the provider calls",
        json!({ format!("account/{IMPORT}"): nameless }),
    );
    let list = |ghosts: Value| {
        json!({ "fact": "listed", "provider": "unicmms", "on": "2026-11-20", "census": { "environment": "production",
            "list": "accounts.csv", "listed": 40, "ghosts": ghosts } })
    };
    is(
        Likely,
        "own list has no identity",
        json!({ "fact/a": list(json!([IMPORT])) }),
    );
    is(
        Unknown,
        "never held",
        json!({ "fact/a": list(json!([STATUS])) }),
    );
    is(
        Likely,
        "no record under its identity",
        json!({ "fact/a": compared(IMPORT, 0, json!({})) }),
    );
    is(
        Likely,
        "`wrong-environment`",
        json!({ "fact/a": compared(IMPORT, 5, json!({ "wrong-environment": 5 })) }),
    );
    is(
        RuledOut,
        "5 writes in the logs",
        json!({ "fact/a": compared(IMPORT, 5, json!({})) }),
    );
    is(
        RuledOut,
        "12 records of a log",
        json!({ "fact/a": read(IMPORT, "2026-11-19") }),
    );
    // What only reads has no writes to compare; an older log says nothing of a newer one.
    let both =
        |until| json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read(IMPORT, until) });
    is(RuledOut, "12 records of a log", both("2026-11-01"));
    is(Likely, "no record under its identity", both("2026-10-31"));
}

#[test]
fn the_sync_log() {
    let is = |standing, ground, records| is(standing, ground, Cause::SyncLog, IMPORT, records);
    let audit = |audit: Value| json!({ format!("account/{IMPORT}"): { "audit": audit } });
    is(Likely, "names no log", audit(Value::Null));
    is(Likely, "names no log", audit(json!({ "sink": null })));
    is(
        Likely,
        "does not ask for `import`",
        audit(json!({ "records": ["retry", "failure"] })),
    );
    asked(
        Cause::SyncLog,
        STATUS,
        json!({ format!("account/{STATUS}"): { "audit": { "records": ["import"] } } }),
    )
    .is(Likely, "does not ask for `write`");
    let missing = json!({ "missing-at-platform": 2 });
    is(
        Likely,
        "`missing-at-platform`: 2",
        json!({ "fact/a": compared(IMPORT, 9, missing) }),
    );
    is(
        RuledOut,
        "agree on that",
        json!({ "fact/a": compared(IMPORT, 9, json!({ "missing-at-provider": 2 })) }),
    );
    let short = json!({ "audit": { "retention": "2d" } });
    is(
        Unknown,
        "older than the log is kept",
        json!({ format!("account/{IMPORT}"): short, "fact/a": compared(IMPORT, 9, json!({})) }),
    );
    is(
        Unknown,
        "hold no record of the account",
        json!({ "fact/a": compared(IMPORT, 0, json!({})) }),
    );
    let read = read(IMPORT, "2026-11-19");
    is(
        Unknown,
        "hold 12 records",
        json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read }),
    );
    is(Unknown, "never held", json!({}));
}

#[test]
fn the_providers_response() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::ProviderResponse, IMPORT, records);
    let missing = json!({ "missing-at-provider": 2 });
    is(
        Likely,
        "`missing-at-provider`: 2",
        json!({ "fact/a": compared(IMPORT, 9, missing), "fact/b": passed(IMPORT, "audit") }),
    );
    is(
        Likely,
        "failed `audit`",
        json!({ "fact/b": test(IMPORT, "audit", "fail", "2026-11-01", json!({})) }),
    );
    is(
        RuledOut,
        "passed `audit`",
        json!({ "fact/b": passed(IMPORT, "audit") }),
    );
    is(
        RuledOut,
        "agree on that",
        json!({ "fact/a": compared(IMPORT, 9, json!({})) }),
    );
    is(
        Unknown,
        "no write of the account is in the logs",
        json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read(IMPORT, "2026-11-19") }),
    );
    is(Unknown, "no `audit` of version 2", json!({}));
}

#[test]
fn who_tries_again() {
    let is = |standing, ground, records| is(standing, ground, Cause::RetryHandler, IMPORT, records);
    for kind in ["not-retried", "retry-storm"] {
        is(
            Likely,
            kind,
            json!({ "fact/a": compared(IMPORT, 9, json!({ kind: 1 })) }),
        );
    }
    let account = format!("account/{IMPORT}");
    is(
        Likely,
        "does not ask for `retry`",
        json!({ &account: { "audit": { "records": ["import"] } } }),
    );
    asked(
        Cause::RetryHandler,
        STATUS,
        json!({ format!("account/{STATUS}"): { "controls": { "retry-log": null } } }),
    )
    .is(Likely, "`controls.retry-log`");
    // How a failure is handled only a failure shows.
    let without = compared(IMPORT, 9, json!({}));
    is(
        Unknown,
        "show no failure that was tried again",
        json!({ "fact/a": without }),
    );
    for records in [0, 9] {
        is(
            RuledOut,
            "each failure in the logs of 2026-11-01 to 2026-11-19 was tried again",
            json!({ "fact/a": compared(IMPORT, records, json!({ "not-retried": 0 })) }),
        );
    }
    let read = read(IMPORT, "2026-11-19");
    is(
        Unknown,
        "show no failure that was tried again",
        json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read }),
    );
    is(Unknown, "never held", json!({}));
}

#[test]
fn writes_that_could_not_be_compared_rule_nothing_out() {
    let mut partly = compared(IMPORT, 9, json!({}));
    partly["compared"]["uncompared"] = json!(2);
    for cause in [Cause::ActionPath, Cause::SyncLog, Cause::ProviderResponse] {
        is(
            Unknown,
            "2 writes more could not be held against the other side",
            cause,
            IMPORT,
            json!({ "fact/a": partly }),
        );
    }
}
