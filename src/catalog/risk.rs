//! What each factor of the risk of an account weighs. The table is data; what is made of it, `dossier` says.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::access::Effect;
use crate::model::boundary::BoundaryKind;

/// The weights of all factors. Each is at least 1.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Weights {
    effect: BTreeMap<Effect, u32>,
    unclear: Unclear,
    boundary: BTreeMap<BoundaryKind, u32>,
    beyond: Beyond,
    environment: Vec<Names>,
    age: Vec<Band>,
    oldest: Oldest,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unclear {
    unknown: u32,
    wildcard: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Beyond {
    several_tenants: u32,
    nowhere: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    weight: u32,
    names: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Band {
    days: i64,
    weight: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Oldest {
    weight: u32,
}

impl Weights {
    /// The weights that ship with the program; read at their first use.
    pub fn shipped() -> &'static Weights {
        static READ: OnceLock<Weights> = OnceLock::new();
        READ.get_or_init(|| {
            toml::from_str(include_str!("data/risk.toml"))
                .expect("the shipped weights are read by a test")
        })
    }

    /// Of what a permission does; as of the unknown, where it has no weight.
    pub fn effect(&self, effect: Effect) -> u32 {
        self.effect.get(&effect).copied().unwrap_or(self.unknown())
    }

    /// Of what no glossary explains.
    pub fn unknown(&self) -> u32 {
        self.unclear.unknown
    }

    /// Of a permission that stands for every other.
    pub fn wildcard(&self) -> u32 {
        self.unclear.wildcard
    }

    /// Of where an account may act; as of nowhere, where the kind has no weight.
    pub fn boundary(&self, kind: BoundaryKind) -> u32 {
        self.boundary.get(&kind).copied().unwrap_or(self.nowhere())
    }

    /// Of an account that acts for more than one tenant.
    pub fn several_tenants(&self) -> u32 {
        self.beyond.several_tenants
    }

    /// Of an account of which nobody said where it ends.
    pub fn nowhere(&self) -> u32 {
        self.beyond.nowhere
    }

    /// Of an environment by its name, and whether the name is known.
    pub fn environment(&self, name: &str) -> (u32, bool) {
        let known = |row: &&Names| row.names.iter().any(|known| known == name);
        match self.environment.iter().find(known) {
            Some(row) => (row.weight, true),
            None => (self.gravest_environment(), false),
        }
    }

    fn gravest_environment(&self) -> u32 {
        let weights = self.environment.iter().map(|row| row.weight);
        weights.max().unwrap_or(1)
    }

    /// Of a value so many days after it was issued.
    pub fn age(&self, days: i64) -> u32 {
        let band = self.age.iter().find(|band| days <= band.days);
        band.map_or(self.oldest(), |band| band.weight)
    }

    /// Of a value that is older than all bands, or of an age that nobody knows.
    pub fn oldest(&self) -> u32 {
        self.oldest.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_effect_and_every_kind_of_boundary_has_a_weight_of_its_own() {
        let weights = Weights::shipped();
        for effect in Effect::ALL {
            assert!(weights.effect.contains_key(effect), "{effect}");
        }
        for kind in BoundaryKind::ALL {
            assert!(weights.boundary.contains_key(kind), "{kind}");
        }
        let mut all = weights.effect.values().chain(weights.boundary.values());
        assert!(all.all(|weight| *weight >= 1));
        assert!(weights.environment.iter().all(|row| row.weight >= 1));
    }

    #[test]
    fn what_is_wider_older_or_not_known_never_weighs_less() {
        let weights = Weights::shipped();
        let widest = weights.boundary.values().max().unwrap();
        assert!(weights.several_tenants() >= *widest && weights.nowhere() >= *widest);
        assert!(weights.wildcard() >= *weights.effect.values().max().unwrap());
        let mut before = (0, 0);
        for band in &weights.age {
            assert!(band.days > before.0 && band.weight >= before.1, "{band:?}");
            before = (band.days, band.weight);
        }
        assert!(weights.oldest() >= before.1);
        assert_eq!(weights.environment("production"), (4, true));
        assert_eq!(weights.environment("hawthorne-live-2"), (4, false));
    }
}
