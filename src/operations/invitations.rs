//! Invites people: what an invitation says, and who is told. The record is committed before anybody is told, so that a
//! message that goes out is never about an invitation that is not there. Holds no secret, and sends none.

use anyhow::Result;
use serde_json::{Value, json};

use crate::access::teams::Teams;
use crate::model::change::{Change, Note, Occurrence};
use crate::model::date::Date;
use crate::model::event::Actor;
use crate::model::hook::Letter;
use crate::model::id::{PersonId, TeamId};
use crate::model::inventory::Inventory;
use crate::model::key::Only;
use crate::model::party::{Invitation, Person};
use crate::model::record::{Kind, Record, RecordId};
use crate::model::role::Assignment;
use crate::model::text::shape;
use crate::operations::hook::Hook;
use crate::store::{Store, StoreError};

/// The version of the message's shape.
pub const VERSION: u32 = 1;

/// What a message needs of the roll: not its accounts, of which there may be a million.
const NEEDED: &[Kind] = &[
    Kind::Organisation,
    Kind::Team,
    Kind::Boundary,
    Kind::Assignment,
];

/// What somebody is told.
pub struct Message<'a> {
    pub event: Letter,
    pub id: &'a PersonId,
    pub person: &'a Person,
    pub invitation: &'a Invitation,
    pub by: &'a Actor,
    pub around: &'a Around,
}

/// What stands around an invitation: where roles hold, and who is in which team.
pub struct Around(Inventory);

/// A role that somebody is assigned, or would have by a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    pub role: String,
    /// None where it is assigned nowhere.
    pub at: Option<String>,
    /// What the place is called.
    pub place: Option<String>,
    /// The teams on the way to it, the one that is assigned the role last; empty where it is the person's own.
    pub by: Vec<String>,
}

impl Around {
    /// # Errors
    /// When the store cannot be read.
    pub fn read(store: &Store) -> Result<Around, StoreError> {
        let mut around = Inventory::default();
        for kind in NEEDED {
            for record in store.records(*kind)? {
                around.put(record);
            }
        }
        Ok(Around(around))
    }

    /// The roles of a person, by teams too, sorted; and the team from which on teams are too tangled to follow.
    pub fn roles(&self, id: &PersonId) -> (Vec<Promised>, Option<&TeamId>) {
        let teams = Teams::of(&self.0);
        let joined = teams.of_person(id.as_str());
        let mut roles: Vec<Promised> = Vec::new();
        for assignment in self.0.assignments.values() {
            let by = match assignment.principal.parts() {
                ("person", name) if name == id.as_str() => Vec::new(),
                ("team", name) => match joined.iter().find(|team| team.as_str() == name) {
                    Some(team) => {
                        let way = teams.way(("person", id.as_str()), team);
                        way.iter().map(ToString::to_string).collect()
                    }
                    None => continue,
                },
                _ => continue,
            };
            roles.push(self.promised(assignment, by));
        }
        roles.sort_by(|a, b| (&a.role, &a.at, &a.by).cmp(&(&b.role, &b.at, &b.by)));
        (roles, teams.left_out)
    }

    fn promised(&self, assignment: &Assignment, by: Vec<String>) -> Promised {
        let at = assignment.at.as_ref();
        let node = at.and_then(|at| self.0.boundaries.get(at));
        Promised {
            role: assignment.role.to_string(),
            at: at.map(ToString::to_string),
            place: node.map(|node| plain(node.name.as_str())),
            by,
        }
    }

    fn organisation(&self) -> Option<String> {
        let organisation = self.0.organisation.get(&Only)?;
        Some(plain(organisation.name.as_str()))
    }
}

impl Message<'_> {
    /// The message for a program: docs/invitations.md is its description.
    pub fn value(&self) -> Value {
        let (roles, left_out) = self.around.roles(self.id);
        let roles: Vec<Value> = roles
            .iter()
            .map(|role| json!({ "role": role.role, "at": role.at, "place": role.place, "teams": role.by }))
            .collect();
        let email = self.person.email.as_ref();
        json!({
            "version": VERSION,
            "event": self.event.as_str(),
            "person": self.id,
            "name": plain(self.person.name.as_str()),
            "email": email.map(|email| plain(email.as_str())),
            "tenant": self.person.tenant,
            "organisation": self.around.organisation(),
            "roles": roles,
            "roles-complete": left_out.is_none(),
            "since": self.invitation.since,
            "until": self.invitation.until,
            "by": plain(self.by.name.as_str()),
            "reason": self.by.reason.as_ref().map(|reason| plain(reason.as_str())),
        })
    }

    /// The message for somebody who sends it by hand.
    pub fn text(&self) -> String {
        let name = plain(self.person.name.as_str());
        let email = self.person.email.as_ref();
        let to = email.map(|email| plain(email.as_str()));
        let whom = self.around.organisation();
        let whom = whom.map_or(String::new(), |name| format!(" to {name}"));
        let by = plain(self.by.name.as_str());
        let to = to.map_or_else(|| "To: (no email)".to_owned(), |to| format!("To: {to}"));
        match self.event {
            Letter::Invite => {
                let end = self.invitation.until;
                let end = end.map_or(String::new(), |day| format!(", until {day}"));
                format!(
                    "{to}\nSubject: Your invitation{whom}\n\nHello {name},\n\n{by} invites you{whom}. {}\n\n\
                     You have no access yet. Please answer this message to accept{end}.\n",
                    self.promise()
                )
            }
            Letter::RevokeInvite => format!(
                "{to}\nSubject: Your invitation{whom} is revoked\n\nHello {name},\n\n{by} has revoked your \
                 invitation{whom}. It can no longer be accepted.\n"
            ),
        }
    }

    fn promise(&self) -> String {
        let (roles, left_out) = self.around.roles(self.id);
        let lines: Vec<String> = roles.iter().map(|role| format!("  - {role}")).collect();
        let lines = lines.join("\n");
        match (roles.is_empty(), left_out.is_some()) {
            (true, false) => "No role is assigned to you yet.".to_owned(),
            (true, true) => "Roles may come with the teams that you are in.".to_owned(),
            (false, false) => format!("Once you have accepted, you hold:\n\n{lines}"),
            (false, true) => format!(
                "Once you have accepted, you hold what follows; more may come with the teams that you are in:\n\n{lines}"
            ),
        }
    }
}

impl std::fmt::Display for Promised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.role)?;
        match (&self.at, &self.place) {
            (None, _) => f.write_str(" at no boundary")?,
            (Some(at), None) => write!(f, " at {at}")?,
            (Some(at), Some(place)) => write!(f, " at {at} ({place})")?,
        }
        match self.by.is_empty() {
            true => Ok(()),
            false => write!(f, ", as a member of team/{}", self.by.join(" > team/")),
        }
    }
}

/// What a hook is told to try it: shaped as what it will be told, and of nobody.
pub fn sample(letter: Letter, today: Date) -> Value {
    json!({
        "version": VERSION,
        "event": letter.as_str(),
        "test": true,
        "person": "example",
        "name": "Example",
        "email": "example@keyroll.invalid",
        "tenant": null,
        "organisation": null,
        "roles": [],
        "roles-complete": true,
        "since": today,
        "until": null,
        "by": "keyroll hook test",
        "reason": "this is a test: nobody is invited",
    })
}

/// Text on one line, and nothing in it that looks like a secret.
fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shape::masked(&line).into_owned()
}

/// What an invitation becomes: the changes, and, where a hook is going to be told, the note that it was.
pub fn changes(
    before: Option<&Invitation>,
    id: &PersonId,
    after: &Invitation,
    hook: Option<&Hook>,
) -> (Option<Change>, Option<Note>) {
    let record = |body: &Invitation| Record::from((id.clone(), body.clone()));
    let change = match before {
        None => Some(Change::create(record(after))),
        Some(before) if before == after => None,
        Some(before) => Some(Change::update(record(before), record(after))),
    };
    let about = || RecordId::new(Kind::Invitation, id);
    let note = hook.map(|hook| {
        Note::new(Some(about()), Occurrence::Notify)
            .with("hook", hook.event().as_str())
            .with("program", hook.program())
    });
    (change, note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(records: Value) -> Around {
        let records = records.as_object().unwrap().clone();
        let read =
            |(id, body): (String, Value)| Record::from_value(&id.parse().unwrap(), body).unwrap();
        Around(records.into_iter().map(read).collect())
    }

    fn femo() -> Around {
        around(json!({
            "organisation": { "name": "FEMO" },
            "boundary/femo/hawthorne": { "kind": "facility", "name": "Hawthorne,\nUS" },
            "team/site": { "name": "Site", "teams": ["shift"] },
            "team/shift": { "name": "Shift", "members": ["jo"] },
            "team/other": { "name": "Other", "members": ["eve"] },
            "assignment/person/jo machine-operator femo/hawthorne":
                { "principal": "person/jo", "role": "machine-operator", "at": "femo/hawthorne" },
            "assignment/team/site viewer femo": { "principal": "team/site", "role": "viewer", "at": "femo" },
            "assignment/team/other admin femo": { "principal": "team/other", "role": "admin", "at": "femo" },
        }))
    }

    fn told<T>(event: Letter, show: impl Fn(&Message<'_>) -> T) -> T {
        let person =
            json!({ "name": "Jo\nBcc: eve@x", "email": "jo@femo.example", "tenant": "femo" });
        let invitation =
            json!({ "status": "pending", "since": "2026-11-22", "until": "2026-12-31" });
        show(&Message {
            event,
            id: &"jo".parse().unwrap(),
            person: &serde_json::from_value(person).unwrap(),
            invitation: &serde_json::from_value(invitation).unwrap(),
            by: &Actor {
                name: "anna (anna)".parse().unwrap(),
                host: "h".parse().unwrap(),
                command: "person invite jo".parse().unwrap(),
                reason: Some("new at the press".parse().unwrap()),
                at: crate::model::date::Timestamp::from_unix(0),
            },
            around: &femo(),
        })
    }

    #[test]
    fn a_program_is_told_who_what_where_until_when_and_by_whom() {
        let value = told(Letter::Invite, |message| message.value());
        let expected = json!({
            "version": 1, "event": "invite", "person": "jo", "name": "Jo Bcc: eve@x", "email": "jo@femo.example",
            "tenant": "femo", "organisation": "FEMO",
            "roles": [
                { "role": "machine-operator", "at": "femo/hawthorne", "place": "Hawthorne, US", "teams": [] },
                { "role": "viewer", "at": "femo", "place": null, "teams": ["shift", "site"] },
            ],
            "roles-complete": true,
            "since": "2026-11-22", "until": "2026-12-31", "by": "anna (anna)", "reason": "new at the press",
        });
        assert_eq!(value, expected);
        let revoked = told(Letter::RevokeInvite, |message| message.value());
        assert_eq!(revoked["event"], "revoke-invite");
    }

    #[test]
    fn the_text_to_send_has_the_lines_that_it_should_and_no_others() {
        let text = told(Letter::Invite, |message| message.text());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..2],
            ["To: jo@femo.example", "Subject: Your invitation to FEMO"]
        );
        assert!(lines.contains(&"Hello Jo Bcc: eve@x,"), "{text}");
        assert!(
            lines.contains(&"  - viewer at femo, as a member of team/shift > team/site"),
            "{text}"
        );
        assert!(text.contains("to accept, until 2026-12-31."), "{text}");
    }
}
