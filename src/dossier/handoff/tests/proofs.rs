//! What a pack says of each proof: of where it is, how keyroll came by it, and what it can be checked by.

use super::*;

const DIGEST: &str = "2c51829fac6aecaa9080679f0f782d065677e29a7b25e26c7b2a316ad3b458b3";

fn test(probe: &str, detail: Value) -> Value {
    json!({ "fact": "evidence", "account": "one", "version": 2, "probe": probe, "outcome": "pass",
        "on": "2026-11-01", "detail": detail })
}

#[test]
fn a_proof_by_hand_can_be_checked_and_is_told_from_one_that_keyroll_saw() {
    let over = json!({
        "fact/a": test("authenticate", json!({ "came-by": "probe", "environment": "production", "millis": 12 })),
        "fact/b": test("read", json!({ "came-by": "hand", "file": "pr.txt", "digest": DIGEST })),
        "fact/c": test("write", json!({ "came-by": "import" })),
        "fact/d": test("audit", json!({ "note": "before it was kept" })),
    });
    let pack = made(&inventory(over), &Scope::default());
    let json: Value = serde_json::from_str(&pack.json()).unwrap();
    let rows = json["sections"]["evidence"]["tests"].as_array().unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (&row["test"], &row["came-by"], &row["file"], &row["sha-256"]))
        .collect();
    let null = Value::Null;
    assert_eq!(
        told,
        [
            (&json!("authenticate"), &json!("probe"), &null, &null),
            (
                &json!("read"),
                &json!("hand"),
                &json!("pr.txt"),
                &json!(DIGEST)
            ),
            (&json!("write"), &json!("import"), &null, &null),
            (&json!("audit"), &null, &null, &null),
        ]
    );
    assert!(pack.markdown().contains(DIGEST));
    // A page may break the digits, and shows all of them.
    let page = pack.html().replace("<wbr>", "");
    assert!(page.contains(DIGEST) && page.contains("pr.txt") && page.contains("not recorded"));
}

#[test]
fn a_test_of_another_endpoint_or_identity_is_no_row_and_a_gap_with_its_reason() {
    for (key, was) in [("endpoint", "https://old.example"), ("identity", "svc-old")] {
        let over = json!({ "fact/a": test("authenticate", json!({ key: was })) });
        let sections = sections(over, &Scope::default());
        assert_eq!(sections["evidence"]["tests"], json!([]), "{key}");
        let told = format!("a test of 2026-11-01 does not count: that was of the {key} `{was}`");
        let gaps = gaps(&sections, "evidence");
        assert!(gaps.iter().any(|gap| gap.contains(&told)), "{gaps:?}");
    }
}

#[test]
fn what_was_seen_without_the_credential_is_told_with_how_keyroll_came_by_it() {
    let over = json!({ "fact/a": { "fact": "refused", "account": "one", "version": 1, "way": "fresh-logon",
        "on": "2026-10-03", "detail": { "came-by": "hand", "note": "seen" } } });
    let sections = sections(over, &Scope::default());
    let row = &sections["evidence"]["withdrawals"][0];
    assert_eq!(
        [&row["came-by"], &row["sha-256"]],
        [&json!("hand"), &Value::Null]
    );
}
