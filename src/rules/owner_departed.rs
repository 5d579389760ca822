//! `owner-departed`: an owner who has left, or was invited and is not in.

use std::collections::BTreeMap;

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::Principal;
use crate::rules::members::Members;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "owner-departed",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "an owner who has left",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
An owner has left: a person whose `left` day has come, or a team of which nobody is there any more, in its parts neither. The account goes on
working, nobody answers for it, and whoever left may still know its secret. Whoever was invited and has not accepted, or whose invitation was revoked, is not
there either.

## Fix

Name an owner who is there, then rotate the credential.

## Example

```toml
# bad: the owner is gone
[person.jo-miller]
name = "Jo Miller"
left = 2026-10-31

[account.unicmms-production-import-hawthorne]
owner = { business = "person/jo-miller", technical = "team/integration" }
```

```toml
# good
[account.unicmms-production-import-hawthorne]
owner = { business = "person/anna-berg", technical = "team/integration" }
```

Source: OWASP NHI 1:2025; CIS Control 5.5
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let mut members = Members::of(facts.inventory);
    let mut departures: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for (id, account) in facts.accounts() {
        let owners = [
            ("business", &account.owner.business),
            ("technical", &account.owner.technical),
            ("rotation", &account.owner.rotation),
        ];
        for (part, owner) in owners {
            let Some(owner) = owner else { continue };
            let departure = departures.entry(owner.as_str());
            let departure = departure.or_insert_with(|| departure_of(facts, owner, &mut members));
            if let Some(departure) = departure {
                let field = FieldPath::of("owner").key(part);
                findings
                    .account(id, field, format!("the {part} owner {departure}"))
                    .fix("hand it to someone who is there, and rotate what the old owner may know");
            }
        }
    }
}

/// How the owner is gone, in words; none where somebody is still there, or nobody is known.
fn departure_of(facts: &Facts<'_>, owner: &Principal, members: &mut Members<'_>) -> Option<String> {
    match owner.parts() {
        ("person", name) => {
            let absence = facts.absent(name);
            absence.map(|absence| format!("`{owner}` {absence}"))
        }
        ("team", name) => {
            let people = members.people(name)?;
            if people.is_empty() {
                return Some(format!("`{owner}` has no member"));
            }
            if !people.iter().all(|person| facts.absent(person).is_some()) {
                return None;
            }
            let have_left = people.iter().all(|person| facts.departed(person).is_some());
            Some(match have_left {
                true => format!("`{owner}` has no member who has not left"),
                false => format!("`{owner}` has no member who is there"),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    const PAT: &str = "person/pat-old";

    #[test]
    fn each_owner_who_has_left_is_found() {
        let found = sample::found(json!({
            PAT: { "name": "Pat", "tenant": "femo", "left": sample::AS_OF },
            sample::ACCOUNT: { "owner": { "business": PAT, "rotation": PAT } },
        }));
        assert_eq!(
            found,
            [
                "owner-departed account/unicmms-production-import-hawthorne owner.business",
                "owner-departed account/unicmms-production-import-hawthorne owner.rotation",
            ]
        );
    }

    #[test]
    fn an_owner_who_leaves_tomorrow_is_still_there() {
        let found = sample::found(json!({
            PAT: { "name": "Pat", "tenant": "femo", "left": "2026-11-23" },
            sample::ACCOUNT: { "owner": { "business": PAT } },
        }));
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn a_team_is_gone_with_its_last_member() {
        let team = |members: serde_json::Value| {
            sample::found(json!({
                PAT: { "name": "Pat", "tenant": "femo", "left": "2026-10-31" },
                "team/integration": { "members": members },
            }))
        };
        assert_eq!(team(json!(["pat-old", "anna-berg"])), Vec::<String>::new());
        assert_eq!(
            team(json!(["pat-old"])),
            ["owner-departed account/unicmms-production-import-hawthorne owner.technical"]
        );
    }

    #[test]
    fn an_owner_who_is_invited_or_revoked_is_not_there() {
        let owner = |status: &str| {
            sample::found(json!({
                PAT: { "name": "Pat", "tenant": "femo" },
                "invitation/pat-old": { "status": status, "since": "2026-11-20" },
                sample::ACCOUNT: { "owner": { "business": PAT } },
            }))
        };
        let gone = ["owner-departed account/unicmms-production-import-hawthorne owner.business"];
        assert_eq!(owner("revoked"), gone);
        assert_eq!(owner("pending"), gone);
        assert_eq!(owner("accepted"), Vec::<String>::new());
    }

    #[test]
    fn a_team_of_whom_nobody_is_in_is_gone() {
        let found = sample::found(json!({
            PAT: { "name": "Pat", "tenant": "femo" },
            "invitation/pat-old": { "status": "revoked", "since": "2026-11-20" },
            "team/integration": { "members": ["pat-old"] },
        }));
        let gone = "owner-departed account/unicmms-production-import-hawthorne owner.technical";
        assert!(found.contains(&gone.to_owned()), "{found:?}");
    }

    #[test]
    fn a_team_is_there_as_long_as_somebody_of_its_parts_is() {
        let team = |shift: serde_json::Value| {
            sample::found(json!({
                PAT: { "name": "Pat", "tenant": "femo", "left": "2026-10-31" },
                "team/integration": { "members": ["pat-old"], "teams": ["shift"] },
                "team/shift": { "name": "Shift", "members": shift, "teams": ["night"] },
                "team/night": { "name": "Night", "teams": ["shift"] },
            }))
        };
        let gone = "owner-departed account/unicmms-production-import-hawthorne owner.technical";
        let departed = |found: Vec<String>| found.contains(&gone.to_owned());
        assert!(!departed(team(json!(["anna-berg"]))));
        assert!(departed(team(json!(["pat-old"]))));
    }
}
