//! A set of places of the boundary tree, and which of them hold another place or lie in it.

use std::collections::BTreeMap;

use crate::model::id::BoundaryPath;

/// Places, each with what stands there.
pub(super) struct Places<'a, T>(BTreeMap<&'a str, T>);

impl<'a, T> Places<'a, T> {
    pub fn of(places: impl IntoIterator<Item = (&'a BoundaryPath, T)>) -> Places<'a, T> {
        let places = places.into_iter();
        Places(places.map(|(path, what)| (path.as_str(), what)).collect())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &T)> {
        self.0.iter().map(|(path, what)| (*path, what))
    }

    /// Whether one of them is the place, holds it, or lies in it. Looks at few of them, however many there are.
    pub fn meet(&self, at: &str) -> bool {
        let above = at.match_indices('/').map(|(end, _)| &at[..end]);
        self.0.contains_key(at)
            || above.into_iter().any(|place| self.0.contains_key(place))
            || self.lie_in(at)
    }

    /// Whether all of them lie below the place.
    pub fn all_below(&self, at: &str) -> bool {
        let below = |path: &&str| {
            path.strip_prefix(at)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        // In their order, what does not begin so stands first or last.
        let ends = [self.0.keys().next(), self.0.keys().next_back()];
        ends.into_iter().flatten().all(below)
    }

    fn lie_in(&self, at: &str) -> bool {
        let below = format!("{at}/");
        let next = self.0.range(below.as_str()..).next();
        next.is_some_and(|(path, _)| path.starts_with(&below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lie_below_a_place_or_not() {
        let paths: Vec<BoundaryPath> = ["femo/a", "femo/b/c"]
            .iter()
            .map(|path| path.parse().unwrap())
            .collect();
        let places = Places::of(paths.iter().map(|path| (path, ())));
        assert!(places.all_below("femo"));
        assert!(!places.all_below("femo/a") && !places.all_below("fem"));
    }

    #[test]
    fn places_meet_where_one_holds_the_other() {
        let paths: Vec<BoundaryPath> = ["femo/hawthorne", "femo-x", "acme/leeds/hall"]
            .iter()
            .map(|path| path.parse().unwrap())
            .collect();
        let places = Places::of(paths.iter().map(|path| (path, ())));
        for at in ["femo", "femo/hawthorne", "femo/hawthorne/press", "acme"] {
            assert!(places.meet(at), "{at}");
        }
        for at in ["femo/haw", "femo/hawthorne-2", "acm", "acme/leeds/hal", "x"] {
            assert!(!places.meet(at), "{at}");
        }
    }
}
