//! The measures of CIS Controls 5.5, as a small roll gives them.

use super::*;

#[test]
fn the_measures_of_cis_are_counted() {
    let review = json!({ "fact": "review", "account": "one", "on": "2026-08-30", "by": "person/anna", "verdict": "keep" });
    let census = json!({ "fact": "listed", "provider": "p", "on": "2026-11-20", "census": { "environment": "production",
        "list": "accounts.csv", "listed": 3, "orphans": ["svc-old"] } });
    let value = |sections: &Value, name: &str| {
        let rows = sections["cis-5-5"]["measures"].as_array().unwrap();
        let row = rows.iter().find(|row| row["measure"] == name).unwrap();
        row["value"].clone()
    };
    let over = json!({ "account/two": null, "fact/review": review, "fact/census": census });
    let found = sections(over.clone(), &Scope::default());
    let expected = [
        ("M1", 1),
        ("M2", 1),
        ("M3", 3),
        ("M4", 1),
        ("M5", 0),
        ("M6", 3),
        ("M7", 1),
        ("M8", 1),
        ("M9", 3),
    ];
    for (name, count) in expected {
        assert_eq!(value(&found, name), json!(count), "{name}");
    }
    let unreviewed = sections(json!({}), &Scope::default());
    assert_eq!(value(&unreviewed, "M9"), json!("not known"));
    // A figure is of every place where an account is in use, or it is none.
    let mut elsewhere = account("b");
    elsewhere["environment"] = json!("staging");
    let mut wider = over.clone();
    wider["account/two"] = elsewhere;
    let wider = sections(wider, &Scope::default());
    for name in ["M6", "M8"] {
        assert_eq!(value(&wider, name), json!("not known"), "{name}");
    }
    // Who came to the roll since is a stranger no more.
    let mut added = over.clone();
    let mut known = account("b");
    known["credential"]["identity"] = json!(["svc-old"]);
    added["account/two"] = known;
    assert_eq!(value(&sections(added, &Scope::default()), "M8"), json!(0));
    // A part of the roll cannot be held against a whole list.
    let one = Scope {
        accounts: vec!["one".parse().unwrap()],
        ..Scope::default()
    };
    let part = super::sections(over, &one);
    assert_eq!(value(&part, "M8"), json!("not known"));
    assert_eq!(part["audit"]["censuses"][0]["orphans"], Value::Null);
}
