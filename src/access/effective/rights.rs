//! The rights of an account on both sides, place by place: which action classes they carry. Each role is read once.

use std::collections::{BTreeMap, HashMap};

use crate::access::effective::{Action, Allows};
use crate::access::holdings::{Holding, Holdings, Source};
use crate::access::terms::Terms;
use crate::model::access::{ActionClass, Level, LevelPolicy};
use crate::model::entitlement::{CatalogName, EntitlementKey, Side, is_wildcard};
use crate::model::id::{BoundaryPath, Principal, RoleId};

/// What the rights of one side allow an account of some level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// A bit for each action class.
    classes: u16,
    /// Whether one of them is not known, and may allow anything.
    unclear: bool,
    any: bool,
}

impl Rights {
    /// Adds a right that a glossary lists: the action class of what it does, where it has one.
    pub fn allow(&mut self, class: Option<ActionClass>) {
        self.any = true;
        self.classes |= class.map_or(0, bit);
    }

    /// Adds a right of which nobody can tell what it does: not listed, or a wildcard.
    pub fn doubt(&mut self) {
        self.any = true;
        self.unclear = true;
    }

    fn with(self, other: Rights) -> Rights {
        Rights {
            classes: self.classes | other.classes,
            unclear: self.unclear || other.unclear,
            any: self.any || other.any,
        }
    }

    fn allows(self, one_of: u16) -> Allows {
        if self.classes & one_of != 0 {
            Allows::Yes
        } else if self.unclear {
            Allows::Unclear
        } else {
            Allows::No
        }
    }
}

fn bit(class: ActionClass) -> u16 {
    1 << class as u16
}

/// The rights of an account at one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    pub provider: Rights,
    pub platform: Rights,
    /// Whether the account is one of no platform at all, here or elsewhere.
    pub is_apart: bool,
}

impl Sides {
    /// How far each side allows an action class on an account of a level.
    pub fn action(&self, policy: &LevelPolicy, class: ActionClass, approved: bool) -> Action {
        let is_of_level = class != ActionClass::Read && policy.actions.contains(&class);
        let first = policy.actions.first().map_or(0, |own| bit(*own));
        // What the level allows counts as its first action; its further ones have mostly no effect of their own, and the
        // same rights carry them.
        let known = match is_of_level {
            true => bit(class) | first,
            false => bit(class),
        };
        // A level that does not write at the provider needs only to read there.
        let there = match is_of_level && !policy.writes {
            true => bit(ActionClass::Read),
            false => known,
        };
        // An account reads at the provider what the action of its level needs: the scope for that takes it up.
        let here = match class == ActionClass::Read {
            true => known | first,
            false => known,
        };
        Action {
            class,
            provider: self.provider.allows(there),
            platform: match self.is_apart {
                true => Allows::Apart,
                false => self.platform.allows(here),
            },
            approved,
        }
    }
}

/// The rights of an account at each boundary where something gives it any.
pub struct Places<'a> {
    /// What is given at each place itself: the provider's side, and the platform's.
    given: BTreeMap<&'a str, [Rights; 2]>,
    is_apart: bool,
}

/// The glossaries of an account's two sides.
struct Glossaries<'a> {
    provider: Option<&'a CatalogName>,
    platform: Option<&'a CatalogName>,
}

impl<'a> Glossaries<'a> {
    /// The side that a role's permissions are of; the provider's where both are read by one glossary, and where none is known.
    fn side_of(&self, held: &Holding<'a>) -> Option<Side> {
        match held.catalog {
            name if name == self.provider => Some(Side::Provider),
            name if name == self.platform => Some(Side::Platform),
            Some(_) | None => None,
        }
    }
}

impl<'a> Places<'a> {
    /// None of a principal that is no account.
    pub fn of(
        holdings: &Holdings<'a>,
        terms: &dyn Terms<'a>,
        principal: &Principal,
    ) -> Option<Places<'a>> {
        let account = holdings.account(principal)?;
        let names = Glossaries {
            provider: holdings.provider_catalog(account),
            platform: holdings.platform_catalog(account),
        };
        let level = account.level;
        let own = [
            rights(terms, names.provider, &account.permissions, level),
            rights(terms, names.platform, &account.scopes, level),
        ];
        let mut given: BTreeMap<&str, [Rights; 2]> = BTreeMap::new();
        for at in &account.boundary {
            given.insert(at.as_str(), own);
        }
        let mut roles: HashMap<&RoleId, Rights> = HashMap::new();
        let mut has_scope = own[1].any;
        for held in holdings.all(principal) {
            let (Source::Role(role, _), Some(at)) = (held.source, held.at) else {
                continue;
            };
            let Some(side) = names.side_of(&held) else {
                continue;
            };
            let of_role = *roles
                .entry(role)
                .or_insert_with(|| rights(terms, held.catalog, held.keys, level));
            let here = given.entry(at.as_str()).or_default();
            match side {
                Side::Provider => here[0] = here[0].with(of_role),
                Side::Platform => {
                    here[1] = here[1].with(of_role);
                    has_scope |= of_role.any;
                }
            }
        }
        Some(Places {
            given,
            is_apart: account.platform.is_none() && !has_scope,
        })
    }

    /// What holds at a boundary: what is given there and above it.
    pub fn at(&self, at: &BoundaryPath) -> Sides {
        self.sides(at.as_str())
    }

    /// What holds at each boundary where something is given.
    pub fn all(&self) -> Vec<Sides> {
        self.given.keys().map(|place| self.sides(place)).collect()
    }

    fn sides(&self, place: &str) -> Sides {
        let above = std::iter::successors(Some(place), |path| Some(path.rsplit_once('/')?.0));
        let given = above.filter_map(|path| self.given.get(path));
        let none = [Rights::default(); 2];
        let [provider, platform] = given.fold(none, |sum, more| {
            [sum[0].with(more[0]), sum[1].with(more[1])]
        });
        Sides {
            provider,
            platform,
            is_apart: self.is_apart,
        }
    }
}

/// What a list of entitlements allows; all of it is in doubt where its glossary is not known.
fn rights<'a>(
    terms: &dyn Terms<'a>,
    name: Option<&CatalogName>,
    keys: &[EntitlementKey],
    level: Level,
) -> Rights {
    let catalog = name.and_then(|name| terms.glossary(name));
    let mut sum = Rights::default();
    for key in keys {
        let known = catalog.and_then(|catalog| catalog.entitlements.get(key));
        match known.filter(|_| !is_wildcard(key.as_str())) {
            Some(known) => sum.allow(terms.action_at(level, known.effect)),
            None => sum.doubt(),
        }
    }
    sum
}
