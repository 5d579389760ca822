//! `tenant-roles-mixed`: one principal with roles of two tenant roles.

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::seats::{Holder, Seat};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "tenant-roles-mixed",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "one principal with roles of two tenant roles",
    explain: r##"One principal holds roles of two tenant roles, say of an operator and of a service provider. The families are kept apart so that whoever runs the machines and whoever services them see only their own side; a principal of both is the bridge between them.

## Fix

Take away the role that does not belong to the principal's tenant. Somebody who really does both kinds of work gets two identities.

## Example

```toml
[[assignment]]
principal = "person/jo-miller"
role = "service-engineer"  # bad: jo-miller is a machine-operator already
at = ["femo/hawthorne"]
```

```toml
[[assignment]]
principal = "person/jo-miller"
role = "workshop-manager"  # good: of the same tenant role
at = ["femo/hawthorne"]
```

Source: RBAC, tenant roles."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    facts.seats().each(families, |(kind, name), own, teams| {
        let parts: Vec<(bool, &Families<'_>)> = own
            .map(|own| (true, own))
            .into_iter()
            .chain(teams.iter().map(|team| (false, *team)))
            .collect();
        let Some((first, second)) = mixed(&parts) else {
            return;
        };
        let (odd, other) = if is_of_tenant(facts, &first) == Some(false) {
            (first, second)
        } else {
            (second, first)
        };
        let message = format!(
            "`{kind}/{name}` holds `{}` of the tenant role `{}`, and `{}` of `{}`",
            odd.name,
            family(&odd),
            other.name,
            family(&other)
        );
        findings
            .at(
                RecordId::new(Kind::Assignment, odd.id),
                FieldPath::of("role"),
                message,
            )
            .fix(
                "keep the roles of one tenant role; who does both kinds of work has two identities",
            );
    });
}

/// The first seat of a tenant role, and the first of another: what one principal's own seats can say of mixing.
type Families<'a> = [Option<Seat<'a>>; 2];

fn families<'a>(_: Holder<'a>, seats: &[Seat<'a>]) -> Families<'a> {
    let mut stated = seats.iter().filter(|seat| seat.role.tenant_role.is_some());
    let first = stated.next();
    let other = stated.find(|seat| first.is_some_and(|first| family(first) != family(seat)));
    [first.copied(), other.copied()]
}

/// The first two seats of two tenant roles. Two of one team are the team's matter: `true` stands at the principal's own.
fn mixed<'a>(parts: &[(bool, &Families<'a>)]) -> Option<(Seat<'a>, Seat<'a>)> {
    let at = parts.iter().position(|(_, part)| part[0].is_some())?;
    let (is_own, part) = parts.get(at)?;
    if let ([Some(first), Some(other)], true) = (part, is_own) {
        return Some((*first, *other));
    }
    // Where no other part differs from the first seat, all of them are of its family: only the second can differ.
    part.iter().flatten().find_map(|first| {
        let others = parts[at + 1..].iter();
        let mut seats = others.flat_map(|(_, part)| part.iter().flatten());
        let other = seats.find(|seat| family(seat) != family(first))?;
        Some((*first, *other))
    })
}

fn family<'a>(seat: &Seat<'a>) -> &'a str {
    seat.role
        .tenant_role
        .as_ref()
        .map_or("", |family| family.as_str())
}

/// Whether the role is of the family that the tenant of its place holds; none where the tenant does not say.
fn is_of_tenant(facts: &Facts<'_>, seat: &Seat<'_>) -> Option<bool> {
    let tenant = facts.inventory.boundaries.get(seat.at?.root())?;
    Some(tenant.tenant_role.as_ref()?.as_str() == family(seat))
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::found;
    use serde_json::json;

    #[test]
    fn the_role_that_is_not_of_the_tenant_is_the_odd_one() {
        // It sorts before the other role: the tenant decides, not the order.
        let records = json!({
            "role/engineer": { "tenant-role": "service", "catalog": "unicmms", "permissions": ["asset/view-assets"] },
            "assignment/person/jo-miller engineer femo/hawthorne":
                { "principal": "person/jo-miller", "role": "engineer", "at": "femo/hawthorne" },
        });
        let expected =
            "tenant-roles-mixed assignment/person/jo-miller engineer femo/hawthorne role";
        assert_eq!(found(records), [expected]);
    }

    #[test]
    fn without_the_tenants_word_the_later_role_is_the_odd_one() {
        let records = json!({
            "boundary/femo": { "tenant-role": null },
            "role/engineer": { "tenant-role": "service", "catalog": "unicmms", "permissions": ["asset/view-assets"] },
            "assignment/person/jo-miller engineer femo/hawthorne":
                { "principal": "person/jo-miller", "role": "engineer", "at": "femo/hawthorne" },
        });
        let expected =
            "tenant-roles-mixed assignment/person/jo-miller machine-operator femo/hawthorne role";
        assert_eq!(found(records), [expected]);
    }

    #[test]
    fn two_roles_of_one_family_are_not_mixed() {
        let records = json!({
            "role/manager": { "tenant-role": "operator", "catalog": "unicmms", "permissions": ["asset/view-assets"] },
            "assignment/person/jo-miller manager femo/hawthorne":
                { "principal": "person/jo-miller", "role": "manager", "at": "femo/hawthorne" },
        });
        assert_eq!(found(records), Vec::<String>::new());
    }

    #[test]
    fn a_member_mixes_with_the_team_that_theirs_is_part_of() {
        let records = json!({
            "team/integration": { "members": [], "teams": ["shift"] },
            "team/shift": { "name": "Shift", "members": ["anna-berg"] },
            "account/unicmms-production-import-hawthorne": { "owner": { "technical": "person/jo-miller" } },
            "role/engineer": { "tenant-role": "service", "catalog": "unicmms", "permissions": ["asset/view-assets"] },
            "assignment/team/integration engineer femo/hawthorne":
                { "principal": "team/integration", "role": "engineer", "at": "femo/hawthorne" },
            "assignment/person/anna-berg machine-operator femo/hawthorne":
                { "principal": "person/anna-berg", "role": "machine-operator", "at": "femo/hawthorne" },
        });
        let expected =
            "tenant-roles-mixed assignment/team/integration engineer femo/hawthorne role";
        assert_eq!(found(records), [expected]);
    }

    #[test]
    fn a_member_mixes_with_the_team_and_with_another_team() {
        let records = |first: &str, second: &str| {
            json!({
                "team/other": { "name": "Other", "members": ["anna-berg"] },
                "role/engineer": { "tenant-role": "service", "catalog": "unicmms", "permissions": ["asset/view-assets"] },
                format!("assignment/{first} machine-operator femo/hawthorne"):
                    { "principal": first, "role": "machine-operator", "at": "femo/hawthorne" },
                format!("assignment/{second} engineer femo/hawthorne"):
                    { "principal": second, "role": "engineer", "at": "femo/hawthorne" },
            })
        };
        for (first, second) in [
            ("person/anna-berg", "team/other"),
            ("team/integration", "team/other"),
        ] {
            let expected =
                format!("tenant-roles-mixed assignment/{second} engineer femo/hawthorne role");
            assert_eq!(found(records(first, second)), [expected]);
        }
    }
}
