//! Who takes over what somebody owns: as it was said, else a proposal. The same roll gives the same proposal.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::lifecycle::membership;
use crate::lifecycle::offboarding::{Leaving, Part, is_in_use};
use crate::model::account::Account;
use crate::model::id::{AccountId, Principal, TeamId};

/// A part of an account that needs somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub account: AccountId,
    pub part: Part,
    /// Who has it now: whoever leaves, a team of which nobody is left, or nobody.
    pub owner: Option<Principal>,
    pub heir: Option<Heir>,
}

/// Who takes something over, and why they.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heir {
    pub who: Principal,
    pub why: Why,
}

/// Why somebody takes something over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was said so.
    Asked,
    Rotates,
    IsTechnical,
    IsBusiness,
    /// A team of another owner.
    TeamOf(Principal),
    OwnTeam,
    /// Owns so many other accounts beside whoever leaves.
    Beside(usize),
}

impl Why {
    /// Whether nobody said so.
    pub fn is_proposal(&self) -> bool {
        match self {
            Why::Asked => false,
            Why::Rotates
            | Why::IsTechnical
            | Why::IsBusiness
            | Why::TeamOf(_)
            | Why::OwnTeam
            | Why::Beside(_) => true,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Asked => f.write_str("as asked"),
            Why::Rotates => f.write_str("rotates it"),
            Why::IsTechnical => f.write_str("technical owner"),
            Why::IsBusiness => f.write_str("business owner"),
            Why::TeamOf(owner) => write!(f, "team of {owner}"),
            Why::OwnTeam => f.write_str("their own team"),
            Why::Beside(1) => f.write_str("owns 1 account with them"),
            Why::Beside(count) => write!(f, "owns {count} accounts with them"),
        }
    }
}

/// The seats that fall vacant, and what goes on by a team.
pub(super) fn seats(leaving: &Leaving<'_>) -> (Vec<Seat>, Vec<(AccountId, Part, TeamId)>) {
    let finder = Finder::of(leaving);
    let (mut seats, mut through) = (Vec::new(), Vec::new());
    for (id, account) in &leaving.inventory.accounts {
        if !is_in_use(account.status) {
            continue;
        }
        if finder.falls_any(account) {
            seats.extend(finder.of_account(id, account));
        }
        for (part, owner) in parts(account) {
            let team = owner.and_then(|owner| finder.lasting(owner));
            through.extend(team.map(|team| (id.clone(), part, team.clone())));
        }
    }
    (seats, through)
}

/// Who is what of an account.
fn parts(account: &Account) -> [(Part, Option<&Principal>); 4] {
    let owner = &account.owner;
    [
        (Part::Business, owner.business.as_ref()),
        (Part::Technical, owner.technical.as_ref()),
        (Part::Rotation, owner.rotation.as_ref()),
        (Part::Supervisor, account.controls.supervisor.as_ref()),
    ]
}

struct Finder<'a> {
    leaving: &'a Leaving<'a>,
    teams: BTreeSet<&'a TeamId>,
    /// Their own teams that last, by name.
    own: Vec<Principal>,
    /// Who owns most beside them, first.
    beside: Vec<(Principal, usize)>,
}

impl<'a> Finder<'a> {
    fn of(leaving: &'a Leaving<'a>) -> Finder<'a> {
        let teams = &leaving.inventory.teams;
        let own = membership::joined(teams, leaving.person).into_iter();
        let own = own.filter_map(team).filter(|team| leaving.is_fit(team));
        let mut finder = Finder {
            leaving,
            teams: membership::teams_of(teams, leaving.person),
            own: own.collect(),
            beside: Vec::new(),
        };
        finder.beside = finder.beside();
        finder
    }

    fn beside(&self) -> Vec<(Principal, usize)> {
        let mut counts: BTreeMap<&Principal, usize> = BTreeMap::new();
        for account in self.leaving.inventory.accounts.values() {
            if !is_in_use(account.status) || !self.falls_any(account) {
                continue;
            }
            let owners = parts(account).into_iter();
            let owners = owners.filter(|(part, _)| *part != Part::Supervisor);
            let owners: BTreeSet<&Principal> = owners.filter_map(|(_, owner)| owner).collect();
            for owner in owners {
                *counts.entry(owner).or_default() += 1;
            }
        }
        let fit = counts
            .into_iter()
            .filter(|(who, _)| self.leaving.is_fit(who));
        let mut fit: Vec<(Principal, usize)> =
            fit.map(|(who, count)| (who.clone(), count)).collect();
        fit.sort_by_key(|(_, count)| Reverse(*count));
        fit
    }

    fn falls_any(&self, account: &Account) -> bool {
        let mut owners = parts(account).into_iter().filter_map(|(_, owner)| owner);
        owners.any(|owner| self.falls(owner))
    }

    /// Whether a principal is gone with whoever leaves.
    fn falls(&self, owner: &Principal) -> bool {
        self.leaving.is_them(owner) || (self.is_theirs(owner) && !self.leaving.is_fit(owner))
    }

    /// Whether a principal is a team that they are in.
    fn is_theirs(&self, owner: &Principal) -> bool {
        let (kind, name) = owner.parts();
        kind == "team" && self.teams.iter().any(|team| team.as_str() == name)
    }

    /// The team that owns, where they are in it and it lasts.
    fn lasting(&self, owner: &Principal) -> Option<&'a TeamId> {
        let (_, name) = owner.parts();
        let team = self.teams.iter().find(|team| team.as_str() == name)?;
        (self.is_theirs(owner) && self.leaving.is_fit(owner)).then_some(*team)
    }

    /// Whether an owner answers for the account from now on.
    fn stands(&self, owner: &Principal) -> bool {
        let (kind, _) = owner.parts();
        kind == "account" || self.leaving.is_fit(owner)
    }

    /// The seats of an account that they leave: what falls, and the owner that it has to have and has not.
    fn of_account(&self, id: &AccountId, account: &Account) -> Vec<Seat> {
        let choice = self.leaving.choice;
        let [business, technical] =
            [&account.owner.business, &account.owner.technical].map(|owner| {
                let owner = owner.as_ref();
                owner.filter(|owner| self.stands(owner))
            });
        let new_technical = match technical {
            Some(_) => None,
            None => self.heir(
                Part::Technical,
                choice.technical.as_ref(),
                account,
                business,
            ),
        };
        let technical = new_technical
            .as_ref()
            .map_or(technical, |heir| Some(&heir.who));
        let new_business = match business {
            Some(_) => None,
            None => self.heir(Part::Business, choice.business.as_ref(), account, technical),
        };
        let business = new_business
            .as_ref()
            .map_or(business, |heir| Some(&heir.who));
        let after = |asked: Option<&Principal>, who: Option<&Principal>, why: Why| {
            let asked = asked.map(|who| (who, Why::Asked));
            let heir = asked.or(who.map(|who| (who, why)));
            heir.map(|(who, why)| Heir {
                who: who.clone(),
                why,
            })
        };
        let rotation = choice.rotation.as_ref();
        let new_rotation = after(rotation, technical, Why::IsTechnical);
        let new_supervisor = after(choice.to.as_ref(), business, Why::IsBusiness);
        let seats = parts(account).into_iter().filter_map(|(part, owner)| {
            let falls = owner.is_some_and(|owner| self.falls(owner));
            let heir = match part {
                Part::Business if !owner.is_some_and(|owner| self.stands(owner)) => &new_business,
                Part::Technical if !owner.is_some_and(|owner| self.stands(owner)) => &new_technical,
                Part::Rotation if falls => &new_rotation,
                Part::Supervisor if falls => &new_supervisor,
                Part::Business | Part::Technical | Part::Rotation | Part::Supervisor => {
                    return None;
                }
            };
            Some(Seat {
                account: id.clone(),
                part,
                owner: owner.cloned(),
                heir: heir.clone(),
            })
        });
        seats.collect()
    }

    /// Who takes a part over: as asked, else the first that is proposed and is not the other owner already.
    fn heir(
        &self,
        part: Part,
        asked: Option<&Principal>,
        account: &Account,
        other: Option<&Principal>,
    ) -> Option<Heir> {
        let heir = |(who, why): (&Principal, Why)| Heir {
            who: who.clone(),
            why,
        };
        if let Some(who) = asked.or(self.leaving.choice.to.as_ref()) {
            return Some(heir((who, Why::Asked)));
        }
        let rotates = account.owner.rotation.as_ref();
        let rotates = rotates.filter(|_| part == Part::Technical).cloned();
        let rotates = rotates.map(|who| (who, Why::Rotates));
        let of_other = other.and_then(|other| self.team_of(part, other));
        let own = self.own.iter().map(|team| (team.clone(), Why::OwnTeam));
        let beside = self.beside.iter();
        let beside = beside.map(|(who, count)| (who.clone(), Why::Beside(*count)));
        let proposed = rotates.into_iter().chain(of_other).chain(own).chain(beside);
        let proposed: Vec<(Principal, Why)> = proposed
            .filter(|(who, _)| self.leaving.is_fit(who))
            .collect();
        let another = proposed.iter().find(|(who, _)| Some(who) != other);
        let found = another.or(proposed.first());
        found.map(|(who, why)| heir((who, why.clone())))
    }

    /// The first team of the other owner, by name; a team is its own.
    fn team_of(&self, part: Part, owner: &Principal) -> Option<(Principal, Why)> {
        match owner.parts() {
            ("person", name) => {
                let person = name.parse().ok()?;
                let joined = membership::joined(&self.leaving.inventory.teams, &person);
                let mut joined = joined.into_iter().filter_map(team);
                let team = joined.find(|team| self.leaving.is_fit(team))?;
                Some((team, Why::TeamOf(owner.clone())))
            }
            ("team", _) => {
                let why = match part {
                    Part::Business => Why::IsTechnical,
                    Part::Technical | Part::Rotation | Part::Supervisor => Why::IsBusiness,
                };
                Some((owner.clone(), why))
            }
            _ => None,
        }
    }
}

fn team(id: &TeamId) -> Option<Principal> {
    format!("team/{id}").parse().ok()
}
