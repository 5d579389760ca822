//! What is denied: who would be let through all the same.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::access::ask::{Answer, Missing, ask};
use crate::access::assertion::verdict::{Breach, Broken, How, Idle, Verdict};
use crate::access::assertion::{Assertions, Ended, question};
use crate::access::granting::{Grant, Granted, Wanted};
use crate::access::holdings::{Holding, Source};
use crate::access::presence::{Absence, absence};
use crate::model::access::Condition;
use crate::model::account::AccountStatus;
use crate::model::assertion::Given;
use crate::model::id::{Principal, TeamId};

/// How many of those who may are told.
const TOLD: usize = 3;

/// A principal by its kind and name.
type Named<'n> = (&'n str, &'n str);

impl<'a> Assertions<'_, 'a> {
    /// Where the condition on a permission is not said to be met, nobody may, whoever holds it: that proves nothing.
    pub(super) fn can_be_met(&self, wanted: Wanted<'_>, given: Option<Given>) -> Ended<'a, ()> {
        let catalog = self.terms.glossary(wanted.catalog);
        let known = catalog.and_then(|catalog| catalog.entitlements.get(wanted.key));
        let depends = |on| known.is_some_and(|known| known.conditions.contains(&on));
        let own = depends(Condition::OwnOnly);
        let unresolved = depends(Condition::UnresolvedOnly);
        let is_met = (!own || given.is_some_and(Given::is_own))
            && (!unresolved || given.is_some_and(Given::is_unresolved));
        match (own, unresolved) {
            (_, _) if is_met => Ok(()),
            (true, true) => Err(Idle::GivenMissing(Given::OwnUnresolved)),
            (true, false) => Err(Idle::GivenMissing(Given::Own)),
            (false, _) => Err(Idle::GivenMissing(Given::Unresolved)),
        }
    }

    pub(super) fn denied(
        &self,
        one: &'a Principal,
        wanted: Wanted<'_>,
        given: Option<Given>,
    ) -> Ended<'a, Verdict<'a>> {
        if !self.is_live(one.parts()) {
            return Ok(Verdict::Held);
        }
        let sitters = self.sitters(one);
        let roles = self.granting.roles_to_see(wanted.key);
        self.spend(self.load(one) + sitters.len() * (1 + roles))?;
        let own = match one.parts() {
            ("account", name) => name.parse().ok(),
            _ => None,
        };
        let own = own.and_then(|account| self.granting.own_of(&account, wanted));
        let mut seats = sitters.iter();
        let granted =
            own.or_else(|| seats.find_map(|sitter| self.granting.seat_of(sitter, wanted)));
        let breach = granted.map(|granted| self.breach(one.clone(), granted, wanted, given));
        Ok(breach.map_or(Verdict::Held, |breach| {
            Verdict::Broken(Broken::May(vec![breach], 1))
        }))
    }

    /// Nobody may but those who are left out.
    pub(super) fn denied_to_all(
        &self,
        except: &'a [Principal],
        wanted: Wanted<'_>,
        given: Option<Given>,
    ) -> Ended<'a, Verdict<'a>> {
        let except = self.excepted(except)?;
        self.spend(self.granting.roles_to_see(wanted.key))?;
        let mut found: BTreeMap<Named<'a>, Granted<'a>> = BTreeMap::new();
        let mut meet = |who: Named<'a>, granted: Granted<'a>| -> Ended<'a, ()> {
            self.spend(0)?;
            if !except.contains(&who) && !found.contains_key(&who) {
                self.spend(10)?;
                if self.is_live(who) {
                    found.insert(who, granted);
                }
            }
            Ok(())
        };
        for granted in self.granting.seats(wanted) {
            self.spend(0)?;
            let Some(granted @ (Grant::Role { id, .. }, _)) = granted else {
                continue;
            };
            match id.principal.parts() {
                ("team", team) => {
                    for person in self.people_of(team) {
                        meet(("person", *person), granted)?;
                    }
                }
                who => meet(who, granted)?,
            }
        }
        for account in self.granting.accounts(wanted.key) {
            let lists = self.holdings.inventory.accounts.get(account);
            self.spend(lists.map_or(0, |a| {
                a.boundary.len() + a.permissions.len() + a.scopes.len()
            }))?;
            if let Some(granted) = self.granting.own_of(account, wanted) {
                meet(("account", account.as_str()), granted)?;
            }
        }
        let all = found.len();
        let mut told = Vec::new();
        for ((kind, name), granted) in found.into_iter().take(TOLD) {
            let who: Option<Principal> = format!("{kind}/{name}").parse().ok();
            let Some(who) = who else { continue };
            self.spend(self.load(&who))?;
            told.push(self.breach(who, granted, wanted, given));
        }
        Ok(match all {
            0 => Verdict::Held,
            all => Verdict::Broken(Broken::May(told, all)),
        })
    }

    /// Who is left out, the people of teams among them.
    fn excepted(&self, except: &'a [Principal]) -> Ended<'a, HashSet<Named<'a>>> {
        let mut out = HashSet::new();
        for one in except {
            out.insert(one.parts());
            if let ("team", team) = one.parts() {
                let people = self.people_of(team);
                self.spend(people.len())?;
                out.extend(people.iter().map(|person| ("person", *person)));
            }
        }
        Ok(out)
    }

    /// Whether a person is there or is about to come in, and an account is let in at its provider, or is about to be:
    /// suspended here, it still is there.
    fn is_live(&self, (kind, name): Named<'_>) -> bool {
        let Ok(principal) = format!("{kind}/{name}").parse() else {
            return false;
        };
        match absence(self.holdings.inventory, &principal, self.terms.as_of()) {
            None
            | Some(
                Absence::Invited(_)
                | Absence::AcceptedLater(_)
                | Absence::NotActive(
                    AccountStatus::Proposed | AccountStatus::Active | AccountStatus::Suspended,
                ),
            ) => true,
            Some(
                Absence::Unknown
                | Absence::Left(_)
                | Absence::InviteRevoked(_)
                | Absence::NotActive(AccountStatus::Retired),
            ) => false,
        }
    }

    /// Everybody in a team, however far.
    fn people_of(&self, team: &str) -> &[&'a str] {
        let teams = &self.holdings.teams;
        let people = self.people.get_or_init(|| {
            let mut people: HashMap<&str, Vec<&str>> = HashMap::new();
            for person in teams.persons() {
                for team in teams.of_person(person) {
                    people.entry(team.as_str()).or_default().push(person);
                }
            }
            people.values_mut().for_each(|list| list.sort_unstable());
            people
        });
        people.get(team).map_or(&[], Vec::as_slice)
    }

    /// What gives somebody what is denied, and what stands before its use.
    fn breach(
        &self,
        who: Principal,
        (grant, key): Granted<'a>,
        wanted: Wanted<'_>,
        given: Option<Given>,
    ) -> Breach<'a> {
        let held = self.holding(&who, grant);
        // What is held only below is asked for there.
        let at = held.at.filter(|at| !at.holds(wanted.at));
        let at = at.unwrap_or(wanted.at);
        let how = match key {
            Some(key) => How::Doubt(key),
            None => self.how(&who, Wanted { at, ..wanted }, given),
        };
        Breach { who, held, how }
    }

    /// What still stands between somebody who is granted something and its use.
    fn how(&self, who: &Principal, wanted: Wanted<'_>, given: Option<Given>) -> How<'a> {
        match absence(self.holdings.inventory, who, self.terms.as_of()) {
            Some(Absence::NotActive(AccountStatus::Suspended)) => How::Suspended,
            Some(Absence::NotActive(AccountStatus::Proposed)) => How::Proposed,
            Some(Absence::Invited(_) | Absence::AcceptedLater(_)) => How::Invited,
            Some(
                Absence::Unknown
                | Absence::Left(_)
                | Absence::InviteRevoked(_)
                | Absence::NotActive(AccountStatus::Active | AccountStatus::Retired),
            ) => How::Whole,
            None if self.holdings.account(who).is_none() => How::Whole,
            None => match ask(self.holdings, self.terms, &question(who, wanted, given)) {
                Answer::No(Missing::Gate(_, gate)) => How::Gate(gate),
                Answer::Yes(_) | Answer::No(_) => How::Whole,
            },
        }
    }

    fn holding(&self, who: &Principal, grant: Grant<'a>) -> Holding<'a> {
        match grant {
            Grant::Own { side, keys, at } => Holding {
                way: Vec::new(),
                source: Source::Own(side),
                catalog: None,
                keys,
                at: Some(at),
            },
            Grant::Role {
                role: (role, body),
                id,
                at,
            } => Holding {
                way: match id.principal.parts() {
                    ("team", name) if id.principal != *who => self.way(who, name),
                    _ => Vec::new(),
                },
                source: Source::Role(role, id),
                catalog: body.catalog.as_ref(),
                keys: &body.permissions,
                at: Some(at),
            },
        }
    }

    fn way(&self, who: &Principal, team: &str) -> Vec<&'a TeamId> {
        let team = self.holdings.inventory.teams.get_key_value(team);
        team.map_or_else(Vec::new, |(team, _)| {
            self.holdings.teams.way(who.parts(), team)
        })
    }
}
