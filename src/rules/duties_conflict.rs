//! `duties-conflict`: permissions that one principal must not hold together.

mod between;

use std::collections::BTreeMap;

use crate::model::access::{DutyConflict, Effect};
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::RoleId;
use crate::model::record::{Kind, RecordId};
use crate::model::role::Role;
use crate::rules::duties_conflict::between::Between;
use crate::rules::grants::{Holder as Holding, duty_bits};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::seats::Holder;
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "duties-conflict",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "permissions that one principal must not hold together",
    explain: r##"One principal holds two permissions of which each is the check on the other: to add a request and to review it, to count stock and to correct the figures. Held together they undo the separation of duties, and one stolen secret or one mistake goes through unseen. Judged are the permissions of an account, of one role, of an account and each of its roles, and of every two roles that somebody holds at overlapping boundaries, as a member of a team too. A role that names no glossary is read by that of the account's provider.

## Fix

Give the two permissions to two principals, or to the same one at boundaries of which neither holds the other. Divide a role that has both.

## Example

```toml
permissions = ["work-request/add-work-requests", "work-request/review-work-requests"]  # bad: approves its own
```

```toml
permissions = ["work-request/add-work-requests"]  # good: a supervisor reviews
```

Source: RBAC; NIST SP 800-53, AC-5 (separation of duties)."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    accounts(facts, findings);
    let roles = Roles::of(facts, findings);
    Between::default().find(facts, &roles, findings);
}

/// What to do about either kind of conflict.
const APART: &str = "give the two to two principals, or at boundaries that do not overlap";

/// What single accounts hold together, by their own permissions or their own scopes.
fn accounts(facts: &Facts<'_>, findings: &mut Findings) {
    let grants = facts.grants();
    let own = |holder| Holding::own(holder).map(|granted| (holder, granted));
    for (holder, granted) in grants.holders.iter().flat_map(own) {
        let list = grants.list(granted);
        let known = || list.iter().filter_map(|grant| grant.known);
        let (a, b) = known().fold((0, 0), |(a, b), known| {
            (a | known.duties.0, b | known.duties.1)
        });
        let Some(catalog) = granted.catalog.filter(|_| a & b != 0) else {
            continue;
        };
        let duties = facts.policy.duties(catalog.as_str());
        for conflict in conflicts(duties, a & b) {
            let at = |key: &EntitlementKey| list.iter().position(|grant| grant.key == key);
            let (Some(a), Some(b)) = (at(&conflict.a), at(&conflict.b)) else {
                continue;
            };
            let signs = |at: usize| {
                list.get(at)
                    .and_then(|grant| grant.known)
                    .is_some_and(|known| decides(known.entitlement.effect))
            };
            let place = match (signs(a), signs(b)) {
                (true, false) => a,
                (false, true) => b,
                (true, true) | (false, false) => a.max(b),
            };
            let message = format!(
                "`{}` and `{}` in one account: {}",
                conflict.a, conflict.b, conflict.why
            );
            let (subject, field) = granted.origin.place(holder.id, place);
            findings.at(subject, field, message).fix(APART);
        }
    }
}

/// Whether an effect is the one that decides on another's work.
fn decides(effect: Effect) -> bool {
    matches!(effect, Effect::Approve | Effect::Closeout)
}

/// The conflicts of a set of bits.
fn conflicts(duties: &[DutyConflict], bits: u64) -> impl Iterator<Item = &DutyConflict> {
    let all = duties.iter().take(64).enumerate();
    all.filter(move |(at, _)| bits & (1 << at) != 0)
        .map(|(_, conflict)| conflict)
}

/// The duties of one role: those of its glossary, and the conflicts that it has a side of.
#[derive(Clone, Copy)]
struct Sides<'a> {
    duties: &'a [DutyConflict],
    a: u64,
    b: u64,
}

/// The duties of each role that has a side of a conflict, by the glossary that it is read by.
struct Roles<'a>(BTreeMap<(&'a RoleId, &'a str), Sides<'a>>);

/// The glossary of the roles that name none: of an account's, its provider's.
fn usual_glossary<'a>(facts: &Facts<'a>, (kind, name): Holder<'a>) -> Option<&'a CatalogName> {
    let account = facts
        .inventory
        .accounts
        .get(name)
        .filter(|_| kind == "account")?;
    let provider = facts.inventory.providers.get(&account.provider)?;
    provider.catalog.as_ref()
}

impl<'a> Roles<'a> {
    /// Looks every role up once, and reports those that are in conflict with themselves and assigned.
    fn of(facts: &Facts<'a>, findings: &mut Findings) -> Roles<'a> {
        let mut assigned: BTreeMap<(&RoleId, &str), &Role> = BTreeMap::new();
        for (holder, seats) in &facts.seats().own {
            let usual = usual_glossary(facts, *holder);
            for seat in seats {
                let catalog = seat.role.catalog.as_ref().or(usual);
                let judged = catalog.filter(|name| !facts.policy.duties(name.as_str()).is_empty());
                if let Some(catalog) = judged {
                    assigned.insert((seat.name, catalog.as_str()), seat.role);
                }
            }
        }
        let mut roles = BTreeMap::new();
        for ((name, catalog), role) in assigned {
            let duties = facts.policy.duties(catalog);
            let bits = role
                .permissions
                .iter()
                .map(|key| duty_bits(duties, key.as_str()));
            let (a, b) = bits.fold((0, 0), |all, one| (all.0 | one.0, all.1 | one.1));
            for conflict in conflicts(duties, a & b) {
                let at =
                    |wanted: &EntitlementKey| role.permissions.iter().position(|key| key == wanted);
                let place = at(&conflict.a).max(at(&conflict.b)).unwrap_or_default();
                let message = format!(
                    "`{}` and `{}` in one role: {}",
                    conflict.a, conflict.b, conflict.why
                );
                let field = FieldPath::of("permissions").index(place);
                let subject = RecordId::new(Kind::Role, name);
                findings
                    .at(subject, field, message)
                    .fix("divide the role in two");
            }
            if a | b != 0 {
                roles.insert((name, catalog), Sides { duties, a, b });
            }
        }
        Roles(roles)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    const ADD: &str = "work-request/add-work-requests";
    const REVIEW: &str = "work-request/review-work-requests";

    fn duties(records: serde_json::Value) -> Vec<String> {
        let lines = found(records).into_iter();
        lines
            .filter(|line| line.starts_with("duties-conflict"))
            .collect()
    }

    /// Two roles, held at two places.
    fn roles(first: &str, second: &str) -> serde_json::Value {
        json!({
            "role/adder": { "catalog": "unicmms", "permissions": [ADD] },
            "role/reviewer": { "catalog": "unicmms", "permissions": [REVIEW] },
            format!("assignment/person/jo-miller adder {first}"):
                { "principal": "person/jo-miller", "role": "adder", "at": first },
            format!("assignment/person/jo-miller reviewer {second}"):
                { "principal": "person/jo-miller", "role": "reviewer", "at": second },
        })
    }

    #[test]
    fn an_account_is_told_at_the_permission_that_approves() {
        let records = json!({ ACCOUNT: { "permissions": [REVIEW, ADD] } });
        assert_eq!(
            duties(records),
            [format!("duties-conflict {ACCOUNT} permissions[0]")]
        );
        assert!(duties(json!({ ACCOUNT: { "permissions": [ADD] } })).is_empty());
    }

    #[test]
    fn what_is_an_accounts_own_conflicts_with_its_roles_where_their_places_overlap() {
        let held = |catalog: Option<&str>, own: &[&str], role: &[&str], at: &str| {
            let seat = format!("assignment/{ACCOUNT} reviewer {at}");
            duties(json!({ ACCOUNT: { "permissions": own },
                "role/reviewer": { "catalog": catalog, "permissions": role },
                seat: { "principal": ACCOUNT, "role": "reviewer", "at": at } }))
        };
        let line = |at: &str| format!("duties-conflict assignment/{ACCOUNT} reviewer {at} role");
        for catalog in [Some("unicmms"), None] {
            for at in ["femo", "femo/hawthorne/press-01"] {
                assert_eq!(held(catalog, &[ADD], &[REVIEW], at), [line(at)]);
                assert_eq!(held(catalog, &[REVIEW], &[ADD], at), [line(at)]);
            }
            assert_eq!(held(catalog, &[ADD], &[REVIEW], "femo/berlin"), [""; 0]);
        }
        assert_eq!(held(Some("atlas"), &[ADD], &[REVIEW], "femo"), [""; 0]);
    }

    #[test]
    fn two_roles_of_an_account_are_read_by_its_providers_glossary() {
        let seat = |role: &str| format!("assignment/{ACCOUNT} {role} femo/hawthorne");
        let at = |role: &str| json!({ "principal": ACCOUNT, "role": role, "at": "femo/hawthorne" });
        let records = json!({
            "role/adder": { "permissions": [ADD] },
            "role/reviewer": { "permissions": [REVIEW] },
            seat("adder"): at("adder"), seat("reviewer"): at("reviewer"),
        });
        assert_eq!(
            duties(records),
            [format!("duties-conflict {} role", seat("reviewer"))]
        );
    }

    #[test]
    fn two_roles_conflict_where_their_places_overlap() {
        let expected =
            "duties-conflict assignment/person/jo-miller reviewer femo/hawthorne/press-01 role";
        assert_eq!(
            duties(roles("femo/hawthorne", "femo/hawthorne/press-01")),
            [expected]
        );
        assert!(duties(roles("femo/hawthorne", "femo/berlin")).is_empty());
    }

    #[test]
    fn a_role_in_conflict_with_itself_is_told_once() {
        let records = json!({
            "role/both": { "catalog": "unicmms", "permissions": [ADD, REVIEW] },
            "assignment/person/jo-miller both femo/hawthorne":
                { "principal": "person/jo-miller", "role": "both", "at": "femo/hawthorne" },
            "assignment/person/anna-berg both femo/hawthorne":
                { "principal": "person/anna-berg", "role": "both", "at": "femo/hawthorne" },
        });
        assert_eq!(
            duties(records),
            ["duties-conflict role/both permissions[1]"]
        );
    }

    #[test]
    fn a_member_holds_the_roles_of_the_team() {
        let records = json!({
            "role/adder": { "catalog": "unicmms", "permissions": [ADD] },
            "role/reviewer": { "catalog": "unicmms", "permissions": [REVIEW] },
            "assignment/person/anna-berg adder femo/hawthorne":
                { "principal": "person/anna-berg", "role": "adder", "at": "femo/hawthorne" },
            "assignment/team/integration reviewer femo":
                { "principal": "team/integration", "role": "reviewer", "at": "femo" },
        });
        assert_eq!(
            duties(records),
            ["duties-conflict assignment/team/integration reviewer femo role"]
        );
    }

    #[test]
    fn a_member_of_a_part_holds_the_roles_of_the_whole() {
        let records = json!({
            "role/adder": { "catalog": "unicmms", "permissions": [ADD] },
            "role/reviewer": { "catalog": "unicmms", "permissions": [REVIEW] },
            "team/integration": { "teams": ["shift"] },
            "team/shift": { "name": "Shift", "members": ["anna-berg"] },
            "assignment/team/shift adder femo/hawthorne":
                { "principal": "team/shift", "role": "adder", "at": "femo/hawthorne" },
            "assignment/team/integration reviewer femo":
                { "principal": "team/integration", "role": "reviewer", "at": "femo" },
        });
        let found = duties(records);
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
