//! `invitation-open`: an invitation that nobody accepted, or roles of somebody whose invitation was revoked.

use std::collections::BTreeSet;

use crate::model::date::Date;
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::PersonId;
use crate::model::party::{Invitation, InvitationStatus};
use crate::model::record::{Kind, RecordId};
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

/// How many days an invitation without an end may be open.
const LONGEST: i64 = 30;

pub static RULE: Rule = Rule {
    id: "invitation-open",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "an invitation that was never accepted, or roles of somebody whose invitation was revoked",
    explain: r##"An invitation is pending past its last day, or for more than 30 days without one: the person never came, the address is wrong, or nobody looks after it. Until it is accepted it gives nothing; but it lies about, and so do the roles that wait behind it. Or an invitation was revoked, and the person still has roles, or is in a team that has some: they give nothing now, and all of it at once should the person be invited again for something else.

## Fix

Send it again with `keyroll person invite NAME --until DATE`, or end it with `keyroll person revoke-invite NAME`. After a revocation take the roles with `keyroll unassign`.

## Example

```sh
keyroll person invite jo-miller email=jo.miller@femo.example                     # bad: open without an end
```

```sh
keyroll person invite jo-miller email=jo.miller@femo.example --until 2026-12-31  # good
```

Source: RBAC, invite and revoke invite; OWASP NHI 1:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (person, invitation) in &facts.inventory.invitations {
        if facts.departed(person.as_str()).is_some() {
            continue;
        }
        match invitation.status {
            InvitationStatus::Accepted => {}
            InvitationStatus::Pending => pending(facts, person, invitation, findings),
            InvitationStatus::Revoked => revoked(facts, person, invitation.since, findings),
        }
    }
}

fn pending(facts: &Facts<'_>, person: &PersonId, invitation: &Invitation, findings: &mut Findings) {
    let since = invitation.since;
    let (message, days) = match invitation.until {
        Some(until) if until < facts.as_of => (
            format!("`person/{person}` was invited on {since}, and had until {until} to accept"),
            facts.as_of.days_until(until),
        ),
        None if since.days_until(facts.as_of) > LONGEST => (
            format!(
                "`person/{person}` was invited on {since} without an end, and has not accepted"
            ),
            LONGEST - since.days_until(facts.as_of),
        ),
        Some(_) | None => return,
    };
    findings
        .at(
            RecordId::new(Kind::Person, person),
            FieldPath::record(),
            message,
        )
        .fix(format!(
            "keyroll person invite {person} --until DATE sends it again; keyroll person revoke-invite {person} ends it"
        ))
        .days(days);
}

fn revoked(facts: &Facts<'_>, person: &PersonId, since: Date, findings: &mut Findings) {
    let seats = facts.seats();
    let holder = ("person", person.as_str());
    let own = seats.own.get(&holder).into_iter().flatten();
    let roles: BTreeSet<&str> = own.map(|seat| seat.name.as_str()).collect();
    let teams = seats.teams(holder).iter();
    let teams: BTreeSet<String> = teams.map(|(_, name)| format!("team/{name}")).collect();
    let has = match (roles.is_empty(), teams.is_empty()) {
        (true, true) => return,
        (false, true) => format!("still has {}", names(roles)),
        (true, false) => format!("still has the roles of {}", names(teams)),
        (false, false) => format!(
            "still has {}, and the roles of {}",
            names(roles),
            names(teams)
        ),
    };
    let message = format!("the invitation of `person/{person}` was revoked on {since}, who {has}");
    let subject = RecordId::new(Kind::Person, person);
    findings
        .at(subject, FieldPath::record(), message)
        .fix("take the roles with `keyroll unassign`, and the person out of the teams");
}

#[cfg(test)]
mod tests {
    use crate::model::finding::Finding;
    use crate::rules::sample::findings;
    use serde_json::{Value, json};

    fn open(invitation: Value, more: Value) -> Vec<Finding> {
        let mut records = json!({ "invitation/jo-miller": invitation });
        let more = more.as_object().unwrap().clone();
        records.as_object_mut().unwrap().extend(more);
        findings(records)
    }

    fn told(invitation: Value) -> Vec<(String, Option<i64>)> {
        let found = open(invitation, json!({})).into_iter();
        found
            .map(|f| (format!("{} {}", f.rule, f.subject), f.days))
            .collect()
    }

    #[test]
    fn a_pending_one_is_told_past_its_end_or_after_thirty_days() {
        let line = |days| vec![("invitation-open person/jo-miller".to_owned(), Some(days))];
        let pending = |since: &str, until: Option<&str>| {
            told(json!({ "status": "pending", "since": since, "until": until }))
        };
        assert_eq!(pending("2026-01-01", Some("2026-11-21")), line(-1));
        assert_eq!(pending("2026-01-01", Some("2026-11-22")), []);
        assert_eq!(pending("2026-10-22", None), line(-1));
        assert_eq!(pending("2026-10-23", None), []);
    }

    #[test]
    fn the_roles_of_somebody_whose_invitation_was_revoked_are_told_once() {
        let revoked = json!({ "status": "revoked", "since": "2026-11-20" });
        let found = open(revoked.clone(), json!({}));
        let message = "the invitation of `person/jo-miller` was revoked on 2026-11-20, who still has `machine-operator`";
        assert_eq!(found[0].message, message);
        assert_eq!(found.len(), 1);
        let none = json!({ "assignment/person/jo-miller machine-operator femo/hawthorne": null,
            "role/machine-operator": null });
        assert_eq!(open(revoked, none), []);
    }

    #[test]
    fn an_accepted_one_is_well() {
        assert_eq!(
            told(json!({ "status": "accepted", "since": "2020-01-01" })),
            []
        );
    }
}
