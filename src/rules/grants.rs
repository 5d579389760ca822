//! Every account's entitlements, its own and those of its roles, each looked up once, so that the rules on them cost no
//! look-up of their own.

mod build;

use std::fmt;

use crate::catalog::Standing;
use crate::model::access::{DutyConflict, Level};
use crate::model::account::Account;
use crate::model::entitlement::{CatalogName, Entitlement, EntitlementKey, Side};
use crate::model::finding::FieldPath;
use crate::model::id::{AccountId, RoleId};
use crate::model::key::AssignmentKey;
use crate::model::record::{Kind, RecordId};
use crate::rules::facts::Facts;
use crate::rules::grants::build::Builder;

pub(super) use crate::model::entitlement::is_wildcard;

/// One entitlement of an account, as its glossary has it.
#[derive(Clone, Copy)]
pub(super) struct Grant<'a> {
    pub key: &'a EntitlementKey,
    /// Whether it is a wildcard; then nothing else is judged of it.
    pub wildcard: bool,
    /// None where the glossary does not list it.
    pub known: Option<Known<'a>>,
}

/// An entitlement that its glossary lists, on an account of some level.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub entitlement: &'a Entitlement,
    pub standing: Standing<'a>,
    /// The duty conflicts that it is the first side of, and the second: a bit each.
    pub duties: (u64, u64),
}

/// Where an account has entitlements from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    Permissions,
    Scopes,
    /// A role, and the first assignment of it.
    Role(&'a RoleId, &'a AssignmentKey),
}

impl Origin<'_> {
    /// Where one of them is told: in the account's own list; of a role where it is assigned, as the role may suit others.
    pub fn place(self, account: &AccountId, at: usize) -> (RecordId, FieldPath) {
        let own = |list| {
            let subject = RecordId::new(Kind::Account, account);
            (subject, FieldPath::of(list).index(at))
        };
        match self {
            Origin::Permissions => own("permissions"),
            Origin::Scopes => own("scopes"),
            Origin::Role(_, seat) => (RecordId::new(Kind::Assignment, seat), FieldPath::of("role")),
        }
    }
}

/// Stands behind an entitlement in a message: nothing where it is the account's own.
impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Permissions | Origin::Scopes => Ok(()),
            Origin::Role(role, _) => write!(f, ", by the role `{role}`,"),
        }
    }
}

/// What an account may do by one list: its own of one side, or that of a role.
pub(super) struct Granted<'a> {
    pub origin: Origin<'a>,
    /// The side whose list it adds to; none where it is of a glossary that is neither the provider's nor the platform's.
    pub side: Option<Side>,
    /// The name of the glossary; none where no glossary is named, or none is found.
    pub catalog: Option<&'a CatalogName>,
    keys: &'a [EntitlementKey],
    level: Level,
    /// Where its first key stands among those looked up.
    first: u32,
}

/// An account and what it may do.
pub(super) struct Holder<'a> {
    pub id: &'a AccountId,
    pub account: &'a Account,
    pub permissions: Granted<'a>,
    pub scopes: Granted<'a>,
    /// What its roles give it, each role once.
    pub roles: Vec<Granted<'a>>,
    /// The first assignment that was left out, where its roles hold too much to look at.
    pub left_out: Option<&'a AssignmentKey>,
}

impl<'a> Holder<'a> {
    /// What it has of its own, on either side.
    pub fn own(&self) -> [&Granted<'a>; 2] {
        [&self.permissions, &self.scopes]
    }
}

/// The entitlements of every account that is judged.
pub(super) struct Grants<'a> {
    pub holders: Vec<Holder<'a>>,
    lines: Vec<Line<'a>>,
    /// The line of every key of every account and role, one after the other; [`UNLISTED`] where there is none.
    found: Vec<u32>,
}

const UNLISTED: u32 = u32::MAX;

/// The entitlements of one list, in the order of the record.
#[derive(Clone, Copy)]
pub(super) struct List<'s, 'a> {
    lines: &'s [Line<'a>],
    found: &'s [u32],
    keys: &'a [EntitlementKey],
    level: Level,
}

impl<'s, 'a> List<'s, 'a> {
    pub fn iter(self) -> impl Iterator<Item = Grant<'a>> + Clone + use<'s, 'a> {
        let found = self.keys.iter().zip(self.found);
        found.map(move |(key, line)| grant(key, self.level, self.lines.get(*line as usize)))
    }

    pub fn get(self, at: usize) -> Option<Grant<'a>> {
        self.iter().nth(at)
    }
}

/// One line of a glossary, judged at every level.
struct Line<'a> {
    entitlement: &'a Entitlement,
    standing: [Standing<'a>; Level::ALL.len()],
    duties: (u64, u64),
    wildcard: bool,
}

impl<'a> Grants<'a> {
    pub fn of(facts: &Facts<'a>) -> Grants<'a> {
        Builder::of(facts).build()
    }

    /// What an account may do; nothing of one that is not judged.
    pub fn holder(&self, id: &str) -> Option<&Holder<'a>> {
        let by_id = |holder: &Holder<'a>| holder.id.as_str().cmp(id);
        let at = self.holders.binary_search_by(by_id).ok()?;
        self.holders.get(at)
    }

    /// The entitlements of one list, in the order of the record.
    pub fn list(&self, granted: &Granted<'a>) -> List<'_, 'a> {
        let first = granted.first as usize;
        List {
            lines: &self.lines,
            found: &self.found[first..first + granted.keys.len()],
            keys: granted.keys,
            level: granted.level,
        }
    }

    /// All that gives an account something, and what each does: its own permissions and scopes, then its roles.
    pub fn lists<'s>(
        &'s self,
        holder: &'s Holder<'a>,
    ) -> impl Iterator<Item = (&'s Granted<'a>, List<'s, 'a>)> + Clone {
        let own = holder.own().into_iter();
        let all = own.chain(&holder.roles);
        all.map(|granted| (granted, self.list(granted)))
    }

    /// Every entitlement of an account on one side, whatever gives it.
    pub fn on<'s>(
        &'s self,
        holder: &'s Holder<'a>,
        side: Side,
    ) -> impl Iterator<Item = Grant<'a>> + Clone {
        let lists = self.lists(holder);
        lists
            .filter(move |(granted, _)| granted.side == Some(side))
            .flat_map(|(_, list)| list.iter())
    }
}

fn grant<'a>(key: &'a EntitlementKey, level: Level, line: Option<&Line<'a>>) -> Grant<'a> {
    match line {
        Some(line) => Grant {
            key,
            wildcard: line.wildcard,
            known: Some(Known {
                entitlement: line.entitlement,
                standing: line.standing[level as usize],
                duties: line.duties,
            }),
        },
        None => Grant {
            key,
            wildcard: is_wildcard(key.as_str()),
            known: None,
        },
    }
}

/// The conflicts that a permission is the first side of, and the second: a bit each, in their order.
pub(super) fn duty_bits(duties: &[DutyConflict], key: &str) -> (u64, u64) {
    let bits = |side: fn(&DutyConflict) -> &EntitlementKey| {
        let conflicts = duties.iter().take(64).enumerate();
        conflicts
            .filter(|(_, conflict)| side(conflict).as_str() == key)
            .fold(0u64, |bits, (at, _)| bits | 1 << at)
    };
    (bits(|conflict| &conflict.a), bits(|conflict| &conflict.b))
}
