//! Holds an answer against the records: every step of a yes, everything that a no says is missing. Slow and plain: it
//! looks at every assignment, and knows no index.

use std::collections::BTreeSet;

use keyroll::access::ask::{Answer, Missing, Question};
use keyroll::access::holdings::{Holding, Source};
use keyroll::access::presence::Absence;
use keyroll::model::access::Condition;
use keyroll::model::inventory::Inventory;
use keyroll::model::key::AssignmentKey;
use keyroll::model::party::InvitationStatus;

use crate::TODAY;

pub fn check(inventory: &Inventory, question: &Question<'_>, answer: &Answer<'_>) {
    let proof = Proof {
        inventory,
        question,
        rings: rings(inventory, question.principal.as_str()),
    };
    match answer {
        Answer::Yes(held) => proof.is_held_here(held),
        Answer::No(Missing::Absent(absence)) => proof.is_absent(*absence),
        Answer::No(Missing::Condition(held, condition)) => {
            proof.is_held_here(held);
            proof.is_unmet(*condition);
        }
        Answer::No(Missing::Gate(..)) => panic!("a gate before a person or team"),
        Answer::No(Missing::Doubt(held, key)) => {
            assert!(held.keys.contains(key) && key.covers(question.permission));
            assert!(held.at.is_some_and(|at| at.holds(question.at)));
        }
        Answer::No(Missing::Elsewhere(all)) => proof.is_elsewhere(all),
        Answer::No(Missing::NotGranted { here, giving }) => {
            let giving: Vec<&str> = giving.iter().map(|role| role.as_str()).collect();
            proof.is_not_granted(here, &giving);
        }
    }
}

/// The principal, then the teams that it is in by one step, by two, and so on.
fn rings(inventory: &Inventory, principal: &str) -> Vec<BTreeSet<String>> {
    let mut rings = vec![BTreeSet::from([principal.to_owned()])];
    loop {
        let inside = rings.last().unwrap();
        let holds = |names: Vec<String>| names.iter().any(|name| inside.contains(name));
        let next = inventory.teams.iter().filter(|(_, team)| {
            let people = team.members.iter().map(|name| format!("person/{name}"));
            let parts = team.teams.iter().map(|name| format!("team/{name}"));
            holds(people.chain(parts).collect())
        });
        let next: BTreeSet<String> = next.map(|(id, _)| format!("team/{id}")).collect();
        let fresh = next
            .into_iter()
            .filter(|team| !rings.iter().any(|ring| ring.contains(team)));
        let fresh: BTreeSet<String> = fresh.collect();
        if fresh.is_empty() {
            return rings;
        }
        rings.push(fresh);
    }
}

struct Proof<'p> {
    inventory: &'p Inventory,
    question: &'p Question<'p>,
    rings: Vec<BTreeSet<String>>,
}

impl Proof<'_> {
    /// How many teams lie between the principal and whoever an assignment is given to.
    fn distance(&self, key: &AssignmentKey) -> Option<usize> {
        self.rings
            .iter()
            .position(|ring| ring.contains(key.principal.as_str()))
    }

    /// Whether the role of an assignment holds the permission that is asked for.
    fn gives(&self, key: &AssignmentKey) -> bool {
        self.inventory.roles.get(&key.role).is_some_and(|role| {
            let of = role.catalog.as_ref();
            role.permissions.contains(self.question.permission)
                && of.is_none_or(|of| of == self.question.catalog)
        })
    }

    /// Whether an assignment holds where it is asked for.
    fn is_here(&self, key: &AssignmentKey) -> bool {
        key.at.as_ref().is_some_and(|at| {
            let held: Vec<&str> = at.as_str().split('/').collect();
            let asked: Vec<&str> = self.question.at.as_str().split('/').collect();
            asked.starts_with(&held)
        })
    }

    /// Every step of a holding: membership by membership to whoever was assigned the role, and what the role is.
    fn is_a_path(&self, held: &Holding<'_>) -> AssignmentKey {
        let mut at = self.question.principal.to_string();
        for team in &held.way {
            let body = &self.inventory.teams[*team];
            let is_in = match at.split_once('/').unwrap() {
                ("person", name) => body.members.iter().any(|member| member.as_str() == name),
                (_, name) => body.teams.iter().any(|part| part.as_str() == name),
            };
            assert!(is_in, "{at} is not in {team}: {held:?}");
            at = format!("team/{team}");
        }
        let Source::Role(role, key) = held.source else {
            panic!("a person or team with a list of its own: {held:?}");
        };
        assert!(self.inventory.assignments.contains_key(key), "{held:?}");
        assert_eq!(
            (key.principal.as_str(), &key.role),
            (at.as_str(), role),
            "{held:?}"
        );
        assert_eq!(key.at.as_ref(), held.at, "{held:?}");
        let body = &self.inventory.roles[role];
        assert_eq!(
            (held.keys, held.catalog),
            (&*body.permissions, body.catalog.as_ref())
        );
        key.clone()
    }

    fn is_held_here(&self, held: &Holding<'_>) {
        let key = self.is_a_path(held);
        assert!(self.gives(&key) && self.is_here(&key), "{held:?}");
        let all = self
            .inventory
            .assignments
            .keys()
            .filter(|key| self.gives(key) && self.is_here(key));
        let shortest = all.filter_map(|key| self.distance(key)).min();
        assert_eq!(
            Some(held.way.len()),
            shortest,
            "a shorter way leads there than {held:?}"
        );
    }

    fn is_absent(&self, absence: Absence) {
        let today = TODAY.parse().unwrap();
        let (kind, name) = self.question.principal.parts();
        let person = self.inventory.people.get(name).filter(|_| kind == "person");
        let invitation = self
            .inventory
            .invitations
            .get(name)
            .filter(|_| kind == "person");
        let truth = match absence {
            Absence::Unknown if kind == "team" => !self.inventory.teams.contains_key(name),
            Absence::Unknown => person.is_none(),
            Absence::Left(on) => person.unwrap().left == Some(on) && on <= today,
            Absence::Invited(_) => invitation.unwrap().status == InvitationStatus::Pending,
            Absence::AcceptedLater(on) => invitation.unwrap().since == on && on > today,
            Absence::InviteRevoked(_) => invitation.unwrap().status == InvitationStatus::Revoked,
            Absence::NotActive(_) => false,
        };
        assert!(truth, "{absence:?}");
    }

    fn is_unmet(&self, condition: Condition) {
        let known = &self.inventory.catalogs[self.question.catalog].entitlements;
        assert!(
            known[self.question.permission]
                .conditions
                .contains(&condition)
        );
        match condition {
            Condition::OwnOnly => assert!(!self.question.own),
            Condition::UnresolvedOnly => assert!(!self.question.unresolved),
            Condition::ProcessConditional | Condition::IncludesDelete => {
                panic!("{condition} is none")
            }
        }
    }

    /// The assignments that count for the principal and pass a test.
    fn counted(&self, test: impl Fn(&AssignmentKey) -> bool) -> BTreeSet<AssignmentKey> {
        let all = self
            .inventory
            .assignments
            .keys()
            .filter(|key| self.distance(key).is_some());
        let known = all.filter(|key| self.inventory.roles.contains_key(&key.role));
        known.filter(|key| test(key)).cloned().collect()
    }

    fn is_elsewhere(&self, all: &[Holding<'_>]) {
        let listed: BTreeSet<AssignmentKey> = all.iter().map(|held| self.is_a_path(held)).collect();
        assert_eq!(listed.len(), all.len(), "said twice: {all:?}");
        assert_eq!(
            listed,
            self.counted(|key| self.gives(key)),
            "what is held elsewhere"
        );
        assert!(
            !all.is_empty() && !listed.iter().any(|key| self.is_here(key)),
            "{all:?}"
        );
        let shared = |held: &Holding<'_>| {
            let held = held.at.map_or("", |at| at.as_str()).split('/');
            held.zip(self.question.at.as_str().split('/'))
                .take_while(|(a, b)| a == b)
                .count()
        };
        assert!(
            all.is_sorted_by(|a, b| shared(a) >= shared(b)),
            "the nearest comes first: {all:?}"
        );
    }

    fn is_not_granted(&self, here: &[Holding<'_>], giving: &[&str]) {
        assert_eq!(self.counted(|key| self.gives(key)), BTreeSet::new());
        let listed: BTreeSet<AssignmentKey> =
            here.iter().map(|held| self.is_a_path(held)).collect();
        assert_eq!(listed.len(), here.len(), "said twice: {here:?}");
        assert_eq!(
            listed,
            self.counted(|key| self.is_here(key)),
            "what is held here"
        );
        let roles = self.inventory.roles.iter().filter(|(_, role)| {
            let of = role.catalog.as_ref();
            role.permissions.contains(self.question.permission)
                && of.is_none_or(|of| of == self.question.catalog)
        });
        let roles: Vec<&str> = roles.map(|(id, _)| id.as_str()).collect();
        assert_eq!(giving, roles);
    }
}
