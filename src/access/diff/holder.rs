//! What one principal may do where, by all that gives it: its own record, its roles, its teams.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::access::diff::State;
use crate::access::diff::change::{Entitled, Grant, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::places::{Spot, Step, steps};
use crate::model::entitlement::{Catalog, CatalogName, EntitlementKey, Side};
use crate::model::id::{Principal, RoleId, TeamId};
use crate::model::record::{Kind, RecordId};

/// What an entitlement is of. A role of the glossary of an account's own provider gives that account what its own
/// permissions do; anybody else's are told apart by glossary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot<'a> {
    Provider,
    Platform,
    Glossary(Option<&'a CatalogName>),
}

/// What gives something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Via<'a> {
    Own,
    Role(&'a RoleId),
    Team {
        team: &'a TeamId,
        role: &'a RoleId,
        /// Whether the person is in the team before and after.
        lasting: bool,
    },
}

/// Entitlements at places.
pub(super) struct Part<'a> {
    pub slot: Slot<'a>,
    pub keys: &'a [EntitlementKey],
    pub at: Vec<Spot<'a>>,
}

/// The same giver before and after.
pub(super) struct Bundle<'a> {
    pub via: Via<'a>,
    pub old: Option<Part<'a>>,
    pub new: Option<Part<'a>>,
}

/// Which bundles give an entitlement before and after.
type Givers = [Vec<u32>; 2];

/// Entitlements whose reach changes alike, for the same cause.
struct Shifted<'a> {
    slot: Slot<'a>,
    keys: Vec<&'a EntitlementKey>,
    givers: Givers,
    steps: Vec<Step>,
}

/// Whose bundles they are, and where its entitlements are explained.
pub(super) struct Holder<'a, 's> {
    pub record: RecordId,
    pub principal: Principal,
    pub bundles: Vec<Bundle<'a>>,
    pub terms: [Terms<'a, 's>; 2],
}

/// The glossaries of a holder.
pub(super) struct Terms<'a, 's> {
    pub state: &'s State<'a>,
    pub provider: Option<&'a Catalog>,
    pub platform: Option<&'a Catalog>,
}

impl<'a> Terms<'a, '_> {
    fn catalog(&self, slot: Slot<'a>) -> Option<&'a Catalog> {
        match slot {
            Slot::Provider => self.provider,
            Slot::Platform => self.platform,
            Slot::Glossary(name) => name.and_then(self.state.glossary),
        }
    }
}

/// The teams by which a person gained or lost something.
#[derive(Default)]
pub(super) struct ByTeams<'a> {
    pub gained: Vec<&'a TeamId>,
    pub lost: Vec<&'a TeamId>,
}

impl<'a> Holder<'a, '_> {
    /// Adds what the holder may do more or less. What a role or a team gained is told there: once, with its holders.
    pub fn compare(&self, out: &mut Collector) -> ByTeams<'a> {
        let mut teams = ByTeams::default();
        for shifted in self.shifted(out) {
            let changed = self.changed(&shifted.givers);
            let told_by_team =
                |bundle: &&Bundle<'a>| matches!(bundle.via, Via::Team { lasting: true, .. });
            if changed.iter().all(told_by_team) {
                continue;
            }
            let by_role = match changed[..] {
                [bundle] if bundle.is_fixed() => match bundle.via {
                    Via::Role(role) => Some(role),
                    Via::Own | Via::Team { .. } => None,
                },
                _ => None,
            };
            let sites = [0, 1].map(|side| sites(&changed, side));
            for step in &shifted.steps {
                let giving = giving(&sites, step);
                if out.is_full() {
                    out.leave_out(step.turn, shifted.keys.len());
                } else {
                    let grant = self.grant(&shifted, step, &giving);
                    match by_role {
                        Some(role) => out.by_role(role, step.turn, grant, &self.principal),
                        None => out.add(&self.record, step.turn, What::Grant(grant)),
                    }
                }
                for bundle in &giving {
                    if let Via::Team { team, .. } = bundle.via {
                        let side = if step.turn.gains() {
                            &mut teams.gained
                        } else {
                            &mut teams.lost
                        };
                        side.push(team);
                    }
                }
            }
        }
        teams
    }

    /// The entitlements by who gives them, as far as their reach changes.
    fn shifted(&self, out: &mut Collector) -> Vec<Shifted<'a>> {
        let parts = self
            .bundles
            .iter()
            .flat_map(|bundle| [&bundle.old, &bundle.new]);
        let sizes = parts.flatten().map(|part| part.keys.len() + part.at.len());
        if !out.spend(sizes.sum()) {
            return Vec::new();
        }
        let mut givers: BTreeMap<(Slot<'a>, &'a EntitlementKey), Givers> = BTreeMap::new();
        for (number, bundle) in self.bundles.iter().enumerate() {
            for (at, part) in [&bundle.old, &bundle.new].into_iter().enumerate() {
                let Some(part) = part else { continue };
                for key in part.keys {
                    let of_key = &mut givers.entry((part.slot, key)).or_default()[at];
                    // A key that stands twice in a list is one.
                    if of_key.last() != Some(&(number as u32)) {
                        of_key.push(number as u32);
                    }
                }
            }
        }
        let mut alike: BTreeMap<(Slot<'a>, Givers), Vec<&'a EntitlementKey>> = BTreeMap::new();
        for ((slot, key), givers) in givers {
            alike.entry((slot, givers)).or_default().push(key);
        }
        let mut shifted = Vec::new();
        for ((slot, givers), keys) in alike {
            let [old, new] = [self.spots(&givers, 0), self.spots(&givers, 1)];
            if !out.spend(old.len() + new.len()) {
                break;
            }
            let steps = steps(&old, &new);
            if !steps.is_empty() {
                shifted.push(Shifted {
                    slot,
                    keys,
                    givers,
                    steps,
                });
            }
        }
        shifted
    }

    /// Where the givers of one side give something.
    fn spots(&self, givers: &Givers, side: usize) -> Vec<Spot<'a>> {
        let parts = givers[side].iter().filter_map(|number| {
            let bundle = self.bundles.get(*number as usize)?;
            [&bundle.old, &bundle.new][side].as_ref()
        });
        parts.flat_map(|part| part.at.iter().copied()).collect()
    }

    /// The givers that do not give the same before and after.
    fn changed<'s>(&'s self, givers: &Givers) -> Vec<&'s Bundle<'a>> {
        let either: BTreeSet<u32> = givers.iter().flatten().copied().collect();
        let changed = either.into_iter().filter_map(|number| {
            let gives = |side: &Vec<u32>| side.binary_search(&number).is_ok();
            let bundle = self.bundles.get(number as usize)?;
            let same = givers.iter().all(gives) && bundle.is_fixed();
            (!same).then_some(bundle)
        });
        changed.collect()
    }

    fn grant(&self, shifted: &Shifted<'a>, step: &Step, giving: &[&Bundle<'a>]) -> Grant {
        let now = usize::from(step.turn.gains());
        let catalog = self.terms[now].catalog(shifted.slot);
        let other = || self.terms[1 - now].catalog(shifted.slot);
        let side = match shifted.slot {
            Slot::Provider => Side::Provider,
            Slot::Platform => Side::Platform,
            Slot::Glossary(_) => {
                let known = catalog.or_else(other);
                known.map_or(Side::Provider, |catalog| catalog.side)
            }
        };
        let entitled = |key: &&EntitlementKey| Entitled {
            key: (*key).clone(),
            effect: catalog
                .and_then(|catalog| catalog.entitlements.get(*key))
                .map(|known| known.effect),
        };
        let mut via = Vec::new();
        for bundle in giving {
            let named: [Option<RecordId>; 2] = match bundle.via {
                Via::Own => [None, None],
                Via::Role(role) => [None, Some(RecordId::new(Kind::Role, role))],
                Via::Team { team, role, .. } => [
                    Some(RecordId::new(Kind::Team, team)),
                    Some(RecordId::new(Kind::Role, role)),
                ],
            };
            via.extend(named.into_iter().flatten());
        }
        via.dedup();
        Grant {
            side,
            entitlements: shifted.keys.iter().map(entitled).collect(),
            from: Arc::clone(&step.from),
            to: Arc::clone(&step.to),
            via: via.into(),
        }
    }
}

/// The bundles that give something at each boundary, on one side.
type Sites<'a, 's> = HashMap<Spot<'a>, Vec<&'s Bundle<'a>>>;

fn sites<'a, 's>(changed: &[&'s Bundle<'a>], side: usize) -> Sites<'a, 's> {
    let mut sites = Sites::new();
    for bundle in changed {
        let part = [&bundle.old, &bundle.new][side].as_ref();
        for spot in part.iter().flat_map(|part| &part.at) {
            sites.entry(*spot).or_default().push(*bundle);
        }
    }
    sites
}

/// Those of the changed bundles that a step comes of: what they give holds where the step says.
fn giving<'a, 's>(sites: &[Sites<'a, 's>; 2], step: &Step) -> Vec<&'s Bundle<'a>> {
    let (sites, places) = match step.turn.gains() {
        true => (&sites[1], &step.to),
        false => (&sites[0], &step.from),
    };
    let mut giving: Vec<&'s Bundle<'a>> = places
        .iter()
        .filter_map(|place| sites.get(&place.0.as_ref()))
        .flatten()
        .copied()
        .collect();
    giving.sort_by_key(|bundle| bundle.via);
    giving.dedup_by_key(|bundle| bundle.via);
    giving
}

impl Bundle<'_> {
    /// Whether it gives at the same places before and after, whatever it gives there.
    fn is_fixed(&self) -> bool {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => old.at == new.at && old.slot == new.slot,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

/// The turn of something that is there, or not, before and after.
pub(super) fn swapped<T: PartialEq>(from: Option<&T>, to: Option<&T>) -> Option<Turn> {
    match (from, to) {
        (None, Some(_)) => Some(Turn::Gained),
        (Some(_), None) => Some(Turn::Lost),
        (Some(from), Some(to)) if from != to => Some(Turn::Moved),
        (Some(_), Some(_)) | (None, None) => None,
    }
}
