//! Sets of boundaries before and after: what becomes reachable, what no longer is. The tree is in the paths.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::access::diff::change::{Place, Turn};
use crate::model::id::BoundaryPath;

/// A boundary that a grant names, or that it names none.
pub(super) type Spot<'a> = Option<&'a BoundaryPath>;

/// One change of reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub turn: Turn,
    pub from: Arc<[Place]>,
    pub to: Arc<[Place]>,
}

/// Boundaries by their paths; none is the empty path, which no other lies below.
struct Places<'a> {
    all: HashSet<&'a str>,
    /// Those that do not lie below another.
    top: BTreeMap<&'a str, Spot<'a>>,
}

fn path<'a>(spot: Spot<'a>) -> &'a str {
    spot.map_or("", BoundaryPath::as_str)
}

fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(above, _)| above)
}

/// The paths above a path, the nearest first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |path| parent(path))
}

impl<'a> Places<'a> {
    fn of(spots: &[Spot<'a>]) -> Places<'a> {
        let all: HashSet<&str> = spots.iter().map(|spot| path(*spot)).collect();
        let is_top = |spot: &&Spot<'a>| !above(path(**spot)).any(|above| all.contains(above));
        let top = spots.iter().filter(is_top);
        let top = top.map(|spot| (path(*spot), *spot)).collect();
        Places { all, top }
    }

    /// Whether what is held here is held at a path.
    fn reach(&self, path: &str) -> bool {
        self.all.contains(path) || above(path).any(|above| self.all.contains(above))
    }

    /// The topmost that are not reached by the others, each with those of the others that lie below it.
    fn beyond(&self, others: &Places<'a>) -> Vec<(Spot<'a>, Vec<Spot<'a>>)> {
        let mut found: BTreeMap<&str, (Spot<'a>, Vec<Spot<'a>>)> = BTreeMap::new();
        for (path, spot) in &self.top {
            if !others.reach(path) {
                found.insert(path, (*spot, Vec::new()));
            }
        }
        for (path, spot) in &others.top {
            let over = above(path).find(|above| found.contains_key(above));
            if let Some((_, below)) = over.and_then(|over| found.get_mut(over)) {
                below.push(*spot);
            }
        }
        found.into_values().collect()
    }
}

fn shared(spots: &[Spot<'_>]) -> Arc<[Place]> {
    spots.iter().map(|spot| Place(spot.cloned())).collect()
}

/// What becomes of a grant that held at `old` and holds at `new`; nothing where it reaches as far as before.
pub(super) fn steps(old: &[Spot<'_>], new: &[Spot<'_>]) -> Vec<Step> {
    let (old, new) = (Places::of(old), Places::of(new));
    let mut steps = half(new.beyond(&old), Turn::Gained, Turn::Widened);
    for step in half(old.beyond(&new), Turn::Lost, Turn::Narrowed) {
        steps.push(Step {
            from: step.to,
            to: step.from,
            turn: step.turn,
        });
    }
    steps
}

/// The steps of one way: places without a counterpart as one, each wider one by itself.
fn half(beyond: Vec<(Spot<'_>, Vec<Spot<'_>>)>, plain: Turn, over: Turn) -> Vec<Step> {
    let (wider, alone): (Vec<_>, Vec<_>) =
        beyond.into_iter().partition(|(_, below)| !below.is_empty());
    let alone: Vec<Spot<'_>> = alone.into_iter().map(|(spot, _)| spot).collect();
    let alone = (!alone.is_empty()).then(|| Step {
        turn: plain,
        from: Arc::default(),
        to: shared(&alone),
    });
    let wider = wider.into_iter().map(|(spot, below)| Step {
        turn: over,
        from: shared(&below),
        to: shared(&[spot]),
    });
    alone.into_iter().chain(wider).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `gained a b`, `widened a/b -> a` ...
    fn said(old: &[&str], new: &[&str]) -> Vec<String> {
        let read = |paths: &[&str]| -> Vec<BoundaryPath> {
            paths.iter().map(|path| path.parse().unwrap()).collect()
        };
        let (old, new) = (read(old), read(new));
        let spots = |paths: &'_ [BoundaryPath]| -> Vec<Option<BoundaryPath>> {
            paths.iter().cloned().map(Some).collect()
        };
        let (old, new) = (spots(&old), spots(&new));
        let refs = |paths: &'static [Option<BoundaryPath>]| -> Vec<Spot<'static>> {
            paths.iter().map(Option::as_ref).collect()
        };
        let (old, new) = (refs(old.leak()), refs(new.leak()));
        let words = |places: &[Place]| {
            let places = places.iter().map(Place::to_string);
            places.collect::<Vec<_>>().join(" ")
        };
        steps(&old, &new)
            .iter()
            .map(|step| format!("{} {} -> {}", step.turn, words(&step.from), words(&step.to)))
            .collect()
    }

    #[test]
    fn a_node_above_is_wider_and_one_beside_is_a_gain() {
        assert_eq!(said(&["a/b"], &["a"]), ["widened a/b -> a"]);
        assert_eq!(said(&["a"], &["a/b"]), ["narrowed a -> a/b"]);
        assert_eq!(said(&["a/b"], &["a/b", "a/c"]), ["gained  -> a/c"]);
        assert_eq!(said(&["a/b"], &["a/c"]), ["gained  -> a/c", "lost a/b -> "]);
        assert_eq!(
            said(&["a/b/c", "a/d", "x"], &["a", "x/y"]),
            ["widened a/b/c a/d -> a", "narrowed x -> x/y"]
        );
    }

    #[test]
    fn what_a_wider_node_held_anyway_is_no_change() {
        assert_eq!(said(&["a"], &["a", "a/b", "a/b/c"]), [""; 0]);
        assert_eq!(said(&["a", "a-b/c"], &["a-b/c", "a"]), [""; 0]);
        assert_eq!(said(&[], &["a", "a/b"]), ["gained  -> a"]);
    }

    #[test]
    fn no_boundary_is_a_place_of_its_own() {
        let femo: BoundaryPath = "femo".parse().unwrap();
        let found = steps(&[None], &[Some(&femo)]);
        let turns: Vec<Turn> = found.iter().map(|step| step.turn).collect();
        assert_eq!(turns, [Turn::Gained, Turn::Lost]);
        assert!(steps(&[None], &[None]).is_empty());
    }
}
