//! `forbidden-permission`: a permission that the least-privilege map forbids at this level.

use crate::catalog::Standing;
use crate::model::finding::Severity;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "forbidden-permission",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a permission that the least-privilege map forbids at this level",
    explain: r##"The least-privilege map forbids this permission at the account's level: no approval brings it in, because with it the account could get round the very control that the level rests on. A draft identity that can approve its drafts, or an agent that can pass its own review gate, has no gate at all.

## Fix

Take the permission out. If somebody must have it, that is a person, or another account at another level with its own approval.

## Example

```toml
level = "draft-handoff"
permissions = ["work-request/review-work-requests"]  # bad: approves what it drafted
```

```toml
level = "draft-handoff"
permissions = ["work-request/add-work-requests"]  # good
```

Source: Guide, access levels; OWASP NHI5:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let grants = facts.grants();
    for holder in &grants.holders {
        for (granted, list) in grants.lists(holder) {
            for (at, grant) in list.iter().enumerate() {
                let Some(known) = grant.known.filter(|_| !grant.wildcard) else {
                    continue;
                };
                let line = match known.standing {
                    Standing::Forbidden(line) => line,
                    Standing::Named(_) | Standing::Fits | Standing::Exceeds => continue,
                };
                let message = format!(
                    "`{}`{} is forbidden at the level `{}`: {}",
                    grant.key, granted.origin, holder.account.level, line.why
                );
                let (subject, field) = granted.origin.place(holder.id, at);
                findings
                    .at(subject, field, message)
                    .fix("take it out; what it is for belongs to another account or to a person");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn what_the_map_forbids_at_the_level_is_found_where_it_stands() {
        let records = json!({ ACCOUNT: { "level": "draft-handoff",
            "permissions": ["work-request/add-work-requests", "work-request/review-work-requests"] } });
        let found = found(records);
        let lines: Vec<_> = found
            .iter()
            .filter(|line| line.starts_with("forbidden"))
            .collect();
        assert_eq!(
            lines,
            [&format!("forbidden-permission {ACCOUNT} permissions[1]")]
        );
    }

    #[test]
    fn what_is_forbidden_by_a_role_is_found_where_it_is_assigned() {
        let seat = format!("assignment/{ACCOUNT} reviewer femo/hawthorne");
        let records = json!({ ACCOUNT: { "level": "draft-handoff" },
            "role/reviewer": { "permissions": ["work-request/review-work-requests"] },
            seat.as_str(): { "principal": ACCOUNT, "role": "reviewer", "at": "femo/hawthorne" } });
        assert!(found(records).contains(&format!("forbidden-permission {seat} role")));
    }

    #[test]
    fn another_glossary_has_no_map() {
        let records = json!({ "provider/unicmms": { "catalog": null }, ACCOUNT: { "level": "draft-handoff",
            "permissions": ["work-request/review-work-requests"] } });
        assert!(
            !found(records)
                .iter()
                .any(|line| line.starts_with("forbidden"))
        );
    }
}
