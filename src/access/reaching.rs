//! Everything that can touch a place: who reaches a boundary, by what, and what is the gravest that each may do there.

use std::collections::{BTreeMap, HashMap};

use crate::access::effective::Reach;
use crate::access::gravity::gravest_first;
use crate::access::holdings::Holding;
use crate::access::presence::{Absence, absence};
use crate::access::reading::{Judge, Reader, Reading};
use crate::model::access::Effect;
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{BoundaryPath, Principal, TeamId};

/// Which place, and what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought<'q> {
    pub at: &'q BoundaryPath,
    /// Whether what holds for a part of the place alone counts, too.
    pub below: bool,
    /// Only this effect.
    pub effect: Option<Effect>,
}

/// How one principal reaches the place: all of it or only parts, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch<'a> {
    pub principal: Principal,
    /// Whether it reaches only parts of the place: then `effects` are those that it has there beside what it has in all.
    pub part: bool,
    pub reach: Reach,
    /// The gravest first; empty where no glossary knows what is held.
    pub effects: Vec<Effect>,
    /// What gives the gravest.
    pub by: Holding<'a>,
    /// How many further holdings give something there.
    pub more: usize,
}

/// Everything that touches a place; sorted by principal, the whole before the parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached<'a> {
    pub touches: Vec<Touch<'a>>,
    /// How many reach parts of the place alone, where these were not asked for.
    pub parts: usize,
    /// Who holds something there and is not there.
    pub absent: Vec<(Principal, Absence)>,
}

/// A place for each effect, and one for what no glossary knows.
const PLACES: usize = Effect::ALL.len() + 1;

fn place(effect: Option<Effect>) -> usize {
    effect.map_or(PLACES - 1, |effect| effect as usize)
}

/// What gives each effect, as numbers of holdings, and how many holdings there are.
#[derive(Clone, Copy, Default)]
struct Share {
    by: [Option<u32>; PLACES],
    count: usize,
}

impl Share {
    /// Adds what another has, where this one has nothing yet.
    fn join(&mut self, other: &Share) {
        for (own, by) in self.by.iter_mut().zip(other.by) {
            *own = own.or(by);
        }
        self.count += other.count;
    }

    /// Takes out the effects that another has.
    fn without(&mut self, other: &Share) {
        for (own, by) in self.by.iter_mut().zip(other.by) {
            *own = own.filter(|_| by.is_none());
        }
    }

    fn effects(&self) -> Vec<Effect> {
        let has = |effect: &&Effect| self.by[place(Some(**effect))].is_some();
        gravest_first(Effect::ALL.iter().filter(has).copied())
    }

    /// What gives the gravest effect.
    fn gravest(&self) -> Option<u32> {
        let first = self.effects().first().copied();
        self.by[place(first)]
    }
}

/// The shares of one holder: of the whole place, and of its parts.
type Shares = [Share; 2];

/// Everything that can touch a place. Each holder's assignments are looked at once, however many people hold by them.
pub fn reaching<'a>(reader: &Reader<'_, 'a>, sought: &Sought<'_>) -> Reached<'a> {
    let all = reader.holdings.principals();
    let mut search = Search {
        reader,
        sought,
        held: Vec::new(),
        teams: HashMap::new(),
    };
    let mut found = Reached::default();
    for principal in &all {
        if let ("team", name) = principal.parts() {
            let shares = search.assigned(principal);
            search.teams.insert(name, shares);
        }
    }
    for principal in &all {
        let shares = match principal.parts().0 {
            "team" => continue,
            "account" => search.of_account(principal),
            _ => apart(search.of_person(principal)),
        };
        search.tell(principal, shares, &mut found);
    }
    found
}

/// What a person holds fully, and apart from it what no glossary knows.
fn apart(shares: Shares) -> BTreeMap<Reach, Shares> {
    let unknown = place(None);
    let (mut full, mut unclear) = (shares, shares);
    for share in &mut full {
        share.by[unknown] = None;
    }
    for share in &mut unclear {
        share.by[..unknown].fill(None);
    }
    BTreeMap::from([(Reach::Full, full), (Reach::Unclear, unclear)])
}

struct Search<'s, 'a> {
    reader: &'s Reader<'s, 'a>,
    sought: &'s Sought<'s>,
    /// What was found, and the team that holds it.
    held: Vec<(Option<Principal>, Holding<'a>)>,
    teams: HashMap<&'s str, Shares>,
}

impl<'s, 'a> Search<'s, 'a> {
    /// Which part of the place a holding reaches: 0 the whole, 1 a part, none of it.
    fn covers(&self, held: &Holding<'a>) -> Option<usize> {
        let at = held.at?;
        if at.holds(self.sought.at) {
            return Some(0);
        }
        self.sought.at.holds(at).then_some(1)
    }

    fn wants(&self, reading: Reading<'_>) -> bool {
        let wanted = self.sought.effect;
        // What no glossary explains may do anything.
        wanted.is_none_or(|effect| reading.effect().is_none_or(|own| own == effect))
    }

    fn keep(&mut self, team: Option<&Principal>, held: &Holding<'a>) -> Option<u32> {
        self.held.push((team.cloned(), held.clone()));
        u32::try_from(self.held.len() - 1).ok()
    }

    /// What is assigned to a person or team itself.
    fn assigned(&mut self, principal: &Principal) -> Shares {
        let mut shares = Shares::default();
        let team = (principal.parts().0 == "team").then_some(principal);
        for held in self.reader.holdings.assigned(principal) {
            let Some(cover) = self.covers(&held) else {
                continue;
            };
            let mut effects = [false; PLACES];
            self.reader.each(&held, |_, reading| {
                effects[place(reading.effect())] |= self.wants(reading);
            });
            if !effects.contains(&true) {
                continue;
            }
            let number = self.keep(team, &held);
            let share = &mut shares[cover];
            share.count += 1;
            for (own, _) in share.by.iter_mut().zip(effects).filter(|(_, has)| *has) {
                // They come from the top of the tree down: of those above the place the nearest counts, below it the widest.
                *own = if cover == 0 { number } else { own.or(number) };
            }
        }
        shares
    }

    /// What a person has: its own, then that of the teams it is a member of itself, then that of those above them.
    fn of_person(&mut self, principal: &Principal) -> Shares {
        let mut shares = self.assigned(principal);
        let name = principal.parts().1;
        let teams = &self.reader.holdings.teams;
        let joined = teams.joined(name);
        let further = teams.of_person(name).into_iter();
        let further = further.filter(|team| joined.binary_search(team).is_err());
        for team in joined.iter().copied().chain(further) {
            if let Some(theirs) = self.teams.get(team.as_str()) {
                for (own, theirs) in shares.iter_mut().zip(theirs) {
                    own.join(theirs);
                }
            }
        }
        shares
    }

    /// What an account has, by how far it goes.
    fn of_account(&mut self, principal: &Principal) -> BTreeMap<Reach, Shares> {
        let reader = self.reader;
        let mut judge = Judge::of(reader, principal);
        let mut shares: BTreeMap<Reach, Shares> = BTreeMap::new();
        let all = reader.holdings.all(principal);
        for held in &all {
            let (Some(at), Some(cover)) = (held.at, self.covers(held)) else {
                continue;
            };
            let at = if cover == 0 { self.sought.at } else { at };
            let mut seen: Vec<(&'a EntitlementKey, Reading<'a>)> = Vec::new();
            reader.each(held, |key, reading| {
                if self.wants(reading) {
                    seen.push((key, reading));
                }
            });
            let number = self.keep(None, held);
            let mut counted: Vec<Reach> = Vec::new();
            for (key, reading) in seen {
                let (reach, _) = judge.verdict(key, reading, at);
                let share = &mut shares.entry(reach).or_default()[cover];
                let own = &mut share.by[place(reading.effect())];
                *own = own.or(number);
                if !counted.contains(&reach) {
                    counted.push(reach);
                    share.count += 1;
                }
            }
        }
        shares
    }

    /// Adds what one principal has to what was found.
    fn tell(
        &self,
        principal: &Principal,
        shares: BTreeMap<Reach, Shares>,
        found: &mut Reached<'a>,
    ) {
        let mut touches = Vec::new();
        for (reach, [whole, mut part]) in shares {
            part.without(&whole);
            for (is_part, share) in [(false, whole), (true, part)] {
                if let Some(number) = share.gravest() {
                    touches.push(self.touch(principal, reach, is_part, &share, number));
                }
            }
        }
        if touches.is_empty() {
            return;
        }
        let reader = self.reader;
        if let Some(absence) = absence(reader.holdings.inventory, principal, reader.terms.as_of()) {
            return found.absent.push((principal.clone(), absence));
        }
        if !self.sought.below {
            let parts = touches.iter().all(|touch| touch.part);
            found.parts += usize::from(parts);
            touches.retain(|touch| !touch.part);
        }
        touches.sort_by_key(|touch| (touch.part, touch.reach));
        found.touches.extend(touches);
    }

    fn touch(
        &self,
        principal: &Principal,
        reach: Reach,
        part: bool,
        share: &Share,
        number: u32,
    ) -> Touch<'a> {
        let (team, held) = &self.held[number as usize];
        let team: Option<TeamId> = team.as_ref().and_then(|team| team.parts().1.parse().ok());
        let teams = &self.reader.holdings.teams;
        let way = team.map_or_else(Vec::new, |team| teams.way(principal.parts(), &team));
        Touch {
            principal: principal.clone(),
            part,
            reach,
            effects: share.effects(),
            by: Holding {
                way,
                ..held.clone()
            },
            more: share.count.saturating_sub(1),
        }
    }
}
