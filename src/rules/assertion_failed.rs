//! `assertion-failed`: an assertion about access that does not hold, or proves nothing.

mod words;

use crate::access::assertion::{Broken, Idle, Verdict, verdicts};
use crate::access::glossary::NoGlossary;
use crate::model::entitlement::EntitlementKey;
use crate::model::finding::{FieldPath, Severity};
use crate::model::key::AssertionKey;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "assertion-failed",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "an assertion about access that does not hold, or proves nothing",
    explain: r##"An `[[assert]]` table says what access is meant to be: who may, or may not, do what where. It is judged like a test, against all that roles, teams, assignments and accounts give, and it failed. The message shows the path that broke it.

`allowed` holds where the whole path is there: a principal that has not left, a grant at the boundary or above it, its condition and, for an account, both sides and the approval. `denied` holds where nobody would be let through, at the boundary or anywhere below it. So an account that is granted the right and only lacks its approval breaks `denied`: the system at the other end would let it in. A wildcard that may stand for the right breaks it, too, and so does who is about to come in: an invited person, a proposed account.

An assertion that proves nothing fails, and is never silently true: one that names nobody, no place or no permission that there is, whose permission several glossaries list, that says of everybody what it should say of somebody, or that denies what depends on the record and does not say what is `given`.

## Fix

Take away what the path shows, or correct the assertion if the access is right; a review then sees who turned it round. Who alone may do something is named in `except`.

## Example

```toml
[[assert]]
permission = "work-order/manage-work-order-closeout"
at = "femo"
expect = "denied"  # bad: the role of team/shift closes work orders at femo/hawthorne
```

```toml
[[assert]]
permission = "work-order/manage-work-order-closeout"
at = "femo"
expect = "denied"
except = ["team/shift"]  # good
```

Source: keyroll's own: access that nobody wrote down cannot be reviewed. NHI5."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    if facts.inventory.assertions.is_empty() {
        return;
    }
    for (key, verdict) in verdicts(facts.holdings(), &facts.terms()) {
        match verdict {
            Verdict::Held => {}
            Verdict::Broken(broken) => tell(key, &broken, facts, findings),
        }
    }
}

fn tell(key: &AssertionKey, broken: &Broken<'_>, facts: &Facts<'_>, findings: &mut Findings) {
    let (field, message, fix) = match broken {
        Broken::May(first, all) => (
            FieldPath::of("expect"),
            words::may(first, *all),
            words::take_away(key, first),
        ),
        Broken::MayNot(missing) => (
            FieldPath::of("expect"),
            words::may_not(key, missing.as_deref()),
            words::provide(key, missing.as_deref()),
        ),
        Broken::Idle(idle) => (
            field(idle),
            words::idle(idle),
            near(idle, facts, findings).unwrap_or_else(|| words::mend(idle)),
        ),
    };
    let wants = match broken {
        Broken::Idle(idle) => idle.missed(),
        Broken::May(..) | Broken::MayNot(_) => None,
    };
    findings
        .at(RecordId::new(Kind::Assertion, key), field, message)
        .wants(wants)
        .fix(fix);
}

/// Where an assertion that proves nothing is at fault.
fn field(idle: &Idle<'_>) -> FieldPath {
    match idle {
        Idle::NoPrincipal(_) => FieldPath::of("principal"),
        Idle::NoException(at, _) => FieldPath::of("except").index(*at),
        Idle::ExceptBesideOne => FieldPath::of("except"),
        Idle::NoBoundary(_) => FieldPath::of("at"),
        Idle::NoGlossary(NoGlossary::Unknown(_)) => FieldPath::of("catalog"),
        Idle::NoGlossary(
            NoGlossary::Unlisted(_) | NoGlossary::NotIn(..) | NoGlossary::Several { .. },
        )
        | Idle::GivenMissing(_) => FieldPath::of("permission"),
        Idle::AllowedToAll => FieldPath::of("expect"),
        Idle::Tangle(_) | Idle::TooMuch => FieldPath::record(),
    }
}

/// The name that was meant, where one is missing.
fn near(idle: &Idle<'_>, facts: &Facts<'_>, findings: &mut Findings) -> Option<String> {
    let inventory = facts.inventory;
    let name = match idle {
        Idle::NoPrincipal(one) | Idle::NoException(_, one) => {
            let (kind, name) = one.parts();
            let near = match kind {
                "person" => findings.near(name, inventory.people.keys().map(AsRef::as_ref)),
                "team" => findings.near(name, inventory.teams.keys().map(AsRef::as_ref)),
                _ => findings.near(name, inventory.accounts.keys().map(AsRef::as_ref)),
            };
            near.map(|near| format!("{kind}/{near}"))
        }
        Idle::NoBoundary(at) => {
            let nodes = inventory.boundaries.keys().map(AsRef::as_ref);
            findings.near(at.as_str(), nodes).map(str::to_owned)
        }
        Idle::NoGlossary(NoGlossary::Unknown(name)) => {
            let names = facts.glossaries.names();
            findings.near(name.as_str(), names).map(str::to_owned)
        }
        Idle::NoGlossary(NoGlossary::Unlisted(key)) if findings.may_guess() => {
            let used = facts.holdings().catalogs().into_iter();
            let used = used.filter_map(|name| facts.glossaries.get(name));
            let keys = used.flat_map(|catalog| catalog.entitlements.keys());
            let near = findings.near(key.as_str(), keys.map(EntitlementKey::as_str));
            near.map(str::to_owned)
        }
        Idle::NoGlossary(NoGlossary::NotIn(key, name)) => {
            let keys = facts.glossaries.get(name)?.entitlements.keys();
            let near = findings.near(key.as_str(), keys.map(EntitlementKey::as_str));
            near.map(str::to_owned)
        }
        Idle::NoGlossary(NoGlossary::Unlisted(_) | NoGlossary::Several { .. })
        | Idle::AllowedToAll
        | Idle::ExceptBesideOne
        | Idle::GivenMissing(_)
        | Idle::Tangle(_)
        | Idle::TooMuch => None,
    };
    name.map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings, found};
    use serde_json::{Value, json};

    const VIEW: &str = "asset/view-assets";
    const AT: &str = "femo/hawthorne";

    /// What is found of one assertion about the clean inventory with records over it: field, message and fix.
    fn told(id: &str, body: Value, records: Value) -> Option<(String, String, String)> {
        let mut all = records;
        all[format!("assert/{id}")] = body;
        let mut found = findings(all);
        found.retain(|f| f.subject.to_string().starts_with("assert/"));
        assert!(found.len() < 2, "{found:#?}");
        found
            .pop()
            .map(|f| (f.field.to_string(), f.message, f.fix.unwrap_or_default()))
    }

    fn message(id: &str, expect: &str, records: Value) -> String {
        let found = told(id, json!({ "expect": expect }), records);
        found.map_or(String::new(), |(_, message, _)| message)
    }

    #[test]
    fn what_broke_it_is_told_with_its_path_and_the_way_out() {
        let records = json!({ "team/shift": { "name": "Shift", "members": ["anna-berg"] },
            "assignment/team/shift machine-operator femo/hawthorne":
                { "principal": "team/shift", "role": "machine-operator", "at": AT } });
        let id = format!("person/anna-berg {VIEW} {AT}");
        let (field, message, fix) =
            told(&id, json!({ "expect": "denied" }), records.clone()).unwrap();
        assert_eq!(field, "expect");
        assert_eq!(
            message,
            "`person/anna-berg` may: `team/shift > role machine-operator > femo/hawthorne`"
        );
        assert!(
            fix.contains("`keyroll unassign team/shift machine-operator --at femo/hawthorne`"),
            "{fix}"
        );
        assert_eq!(
            told(&id, json!({ "expect": "allowed" }), records.clone()),
            None
        );
        let anyone = format!("anyone {VIEW} femo");
        let (_, all, _) = told(&anyone, json!({ "expect": "denied" }), records.clone()).unwrap();
        assert!(
            all.starts_with(&format!("`{ACCOUNT}` may: `own permissions > "))
                && all.contains("`person/jo-miller` may"),
            "{all}"
        );
        let but =
            json!({ "expect": "denied", "except": ["team/shift", "person/jo-miller", ACCOUNT] });
        assert_eq!(told(&anyone, but, records), None);
    }

    #[test]
    fn an_assertion_that_proves_nothing_is_one_finding_at_its_fault() {
        let denied = || json!({ "expect": "denied" });
        for (id, body, field, hint) in [
            (
                format!("person/jo-muller {VIEW} {AT}"),
                denied(),
                "principal",
                "`person/jo-miller`?",
            ),
            (
                format!("anyone {VIEW} femo/hawthorn"),
                denied(),
                "at",
                "`femo/hawthorne`?",
            ),
            (
                format!("anyone asset/view-asets {AT}"),
                denied(),
                "permission",
                "`asset/view-assets`?",
            ),
            (
                format!("anyone {VIEW} {AT}"),
                json!({ "expect": "denied", "except": [ACCOUNT, "team/integratoin"] }),
                "except[1]",
                "`team/integration`?",
            ),
            (
                format!("anyone {VIEW} {AT}"),
                json!({ "expect": "denied", "catalog": "unicmm" }),
                "catalog",
                "`unicmms`?",
            ),
            (
                format!("anyone {VIEW} {AT}"),
                json!({ "expect": "allowed" }),
                "expect",
                "name who",
            ),
            (
                format!("anyone work-request/delete-work-requests {AT}"),
                denied(),
                "permission",
                "`given = \"own-unresolved\"`",
            ),
            (
                format!("person/jo-miller {VIEW} {AT}"),
                json!({ "expect": "allowed", "except": [ACCOUNT] }),
                "except",
                "without a `principal`",
            ),
        ] {
            let (at, message, fix) = told(&id, body, json!({})).unwrap();
            assert_eq!(at, field, "{message}");
            assert!(fix.contains(hint), "{fix}");
        }
    }

    #[test]
    fn what_is_missing_is_told_where_somebody_should_be_allowed() {
        let id = |who: &str, at: &str| format!("{who} {VIEW} {at}");
        let miller = "person/jo-miller";
        assert_eq!(message(&id(miller, AT), "allowed", json!({})), "");
        let elsewhere = message(&id(miller, "femo"), "allowed", json!({}));
        assert!(
            elsewhere.contains("only at `femo/hawthorne`"),
            "{elsewhere}"
        );
        let gone = json!({ "person/jo-miller": { "left": "2026-11-01" } });
        let gone = message(&id(miller, AT), "allowed", gone);
        assert_eq!(gone, "`person/jo-miller` may not: it left on 2026-11-01");
        let nothing = message(&id("person/anna-berg", AT), "allowed", json!({}));
        assert!(nothing.contains("nothing that it holds"), "{nothing}");
        assert_eq!(message(&id(ACCOUNT, AT), "allowed", json!({})), "");
        let proposed = json!({ ACCOUNT: { "status": "proposed" } });
        let proposed = message(&id(ACCOUNT, AT), "allowed", proposed);
        assert_eq!(proposed, format!("`{ACCOUNT}` may not: it is proposed"));
    }

    #[test]
    fn a_waiver_accepts_a_failure_for_a_while() {
        let id = format!("assert/person/jo-miller {VIEW} {AT}");
        let waiver = json!({ "rule": "assertion-failed", "subject": id, "reason": "moves soon",
            "owner": "person/anna-berg", "until": "2026-12-31" });
        let all = json!({ id.clone(): { "expect": "denied" }, format!("waiver/assertion-failed {id}"): waiver });
        assert_eq!(found(all), [""; 0]);
    }

    #[test]
    fn a_grant_behind_the_gate_is_told_as_such() {
        let closing = "work-order/manage-work-order-closeout";
        let records = json!({ "assert/anyone work-order/manage-work-order-closeout femo": { "expect": "denied" },
            ACCOUNT: { "permissions": [closing] } });
        let mut found = findings(records);
        found.retain(|f| f.rule == "assertion-failed");
        let message = &found[0].message;
        let start =
            format!("`{ACCOUNT}` would be let through: `own permissions > femo/hawthorne`; ");
        assert!(
            message.starts_with(&start) && message.contains("not at the provider"),
            "{message}"
        );
    }

    #[test]
    fn an_inventory_without_assertions_is_not_looked_at() {
        assert_eq!(found(json!({})), [""; 0]);
    }
}
