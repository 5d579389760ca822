//! `bulk-egress`: a right to export without an approval that names it.

use crate::model::finding::Severity;
use crate::rules::approvals::Wanted;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "bulk-egress",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a right to export without an approval that names it",
    explain: r##"The account may export: take out whole lists at once, not the records that its workflow asks for one by one. No access level has that right, and an integration that synchronises records needs none; with it, one leaked key is the whole inventory. It counts by its effect in the glossary (egress), whatever its name. `level-exceeded` leaves it to this rule, because an approval that names the right allows it.

## Fix

Take it out. If the export is what the account is for, have the owner of the data approve it by name, with an end.

## Example

```toml
permissions = ["work-order/view-work-orders", "work-order/export-work-orders"]  # bad
approval = [{ action = "read", by = "person/jo-miller", on = 2026-10-01 }]
```

```toml
permissions = ["work-order/view-work-orders", "work-order/export-work-orders"]
approval = [
  { action = "read", by = "person/jo-miller", on = 2026-10-01, until = 2026-12-31, permissions = ["work-order/export-work-orders"] },  # good
]
```

Source: OWASP NHI5:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let open = facts.approvals().open.iter();
    for open in open.filter(|open| open.ended.is_none()) {
        if let Wanted::Egress(granted) = open.wanted {
            let message = format!(
                "`{}`{} takes data out, and no approval names it",
                granted.key, granted.origin
            );
            let (subject, field) = granted.place(open.id);
            findings
                .at(subject, field, message)
                .fix("take it out, or name it in an approval: `permissions = [...]`, with an end");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn a_right_to_export_needs_an_approval_that_names_it() {
        let key = "asset/export-assets";
        let mut all = crate::rules::sample::clean()
            .accounts
            .values()
            .next()
            .unwrap()
            .permissions
            .clone();
        all.push(key.parse().unwrap());
        let read = "approval/unicmms-production-import-hawthorne read 2026-10-01";
        let named = |names: &[&str]| {
            found(json!({ ACCOUNT: { "permissions": all }, read: { "permissions": names } }))
        };
        assert_eq!(
            named(&[]),
            [format!("bulk-egress {ACCOUNT} permissions[7]")]
        );
        assert_eq!(named(&[key]), [""; 0]);
    }

    #[test]
    fn a_role_that_exports_needs_an_approval_too() {
        let seat = format!("assignment/{ACCOUNT} exporter femo/hawthorne");
        let read = "approval/unicmms-production-import-hawthorne read 2026-10-01";
        let with = |names: &[&str]| {
            found(
                json!({ "role/exporter": { "catalog": "unicmms", "permissions": ["asset/export-assets"] },
                seat.as_str(): { "principal": ACCOUNT, "role": "exporter", "at": "femo/hawthorne" },
                read: { "permissions": names } }),
            )
        };
        let ours = |line: &String| line.starts_with("bulk-egress");
        assert!(with(&[]).contains(&format!("bulk-egress {seat} role")));
        assert!(!with(&["asset/export-assets"]).iter().any(ours));
    }
}
