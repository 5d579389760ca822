//! The names in roles and their assignments, and in what people have signed.

use crate::model::finding::FieldPath;
use crate::model::record::{Kind, RecordId};
use crate::rules::unknown_reference::walk::Walk;

impl Walk<'_, '_> {
    pub(super) fn roles(&mut self) {
        let inventory = self.inventory;
        for (id, role) in &inventory.roles {
            if let Some(name) = &role.catalog {
                let spot = || (RecordId::new(Kind::Role, id), FieldPath::of("catalog"));
                self.glossary(name, spot);
            }
        }
        for (id, assignment) in &inventory.assignments {
            let spot = |field: &str| (RecordId::new(Kind::Assignment, id), FieldPath::of(field));
            self.principal(&assignment.principal, || spot("principal"));
            self.role(&assignment.role, || spot("role"));
            if let Some(at) = &assignment.at {
                self.want("boundary", &inventory.boundaries, at, || spot("at"));
            }
        }
    }

    /// What people have signed: approvals, decisions, residual risks, waivers. The names in assertions are the matter of
    /// `assertion-failed`, which must not pass where one leads nowhere.
    pub(super) fn signed(&mut self) {
        let inventory = self.inventory;
        for (id, approval) in &inventory.approvals {
            let here = || RecordId::new(Kind::Approval, id);
            let spot = || (here(), FieldPath::record());
            self.want("account", &inventory.accounts, &id.account, spot);
            self.principal(&approval.by, || (here(), FieldPath::of("by")));
        }
        for (id, decision) in &inventory.decisions {
            let spot = |field: &str| (RecordId::new(Kind::Decision, id), FieldPath::of(field));
            self.want("account", &inventory.accounts, &id.account, || {
                spot("account")
            });
            self.want("boundary", &inventory.boundaries, &id.boundary, || {
                spot("boundary")
            });
            self.principal(&decision.by, || spot("by"));
        }
        for (id, risk) in &inventory.residual_risks {
            let spot = |field: &str| (RecordId::new(Kind::ResidualRisk, id), FieldPath::of(field));
            self.want("account", &inventory.accounts, &id.account, || {
                spot("account")
            });
            self.principal(&risk.owner, || spot("owner"));
        }
        for (id, waiver) in &inventory.waivers {
            if let Some(owner) = &waiver.owner {
                let spot = || (RecordId::new(Kind::Waiver, id), FieldPath::of("owner"));
                self.principal(owner, spot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::ACCOUNT;
    use crate::rules::unknown_reference::tests::one;
    use serde_json::json;

    #[test]
    fn every_name_in_what_was_signed_is_looked_up() {
        let name = ACCOUNT.strip_prefix("account/").unwrap();
        let decision =
            |by: &str| json!({ "choice": "read", "reason": "first", "by": by, "on": "2026-11-02" });
        let risk = |owner: &str| json!({ "gap": "None", "owner": owner, "until": "2027-06-30" });
        let approval = |by: &str| json!({ "by": by });
        let known = "person/jo-miller";
        for (subject, body, field) in [
            (
                format!("approval/{name} read 2026-10-01"),
                approval("person/jo-muller"),
                "by",
            ),
            (
                "approval/gone read 2026-10-01".to_owned(),
                approval(known),
                "",
            ),
            ("decision/gone femo".to_owned(), decision(known), "account"),
            (
                format!("decision/{name} femo/x"),
                decision(known),
                "boundary",
            ),
            (format!("decision/{name} femo"), decision("team/gone"), "by"),
            ("residual-risk/gone none".to_owned(), risk(known), "account"),
            (
                format!("residual-risk/{name} none"),
                risk("person/gone"),
                "owner",
            ),
            (
                format!("waiver/missing-purpose {ACCOUNT}"),
                json!({ "rule": "missing-purpose", "subject": ACCOUNT,
                "reason": "soon", "owner": "person/gone", "until": "2027-06-30" }),
                "owner",
            ),
        ] {
            one(json!({ subject.clone(): body }), &subject, field);
        }
    }
}
