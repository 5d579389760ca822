//! All that one principal may do, and where: every permission at every boundary where it is held.

use std::cmp::Ordering;

use crate::access::ask::Gate;
use crate::access::effective::{Action, Places, Reach, actions_by};
use crate::access::holdings::Holding;
use crate::access::presence::{Absence, absence};
use crate::access::reading::{Judge, Reader, Reading};
use crate::model::access::Effect;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{BoundaryPath, Principal};
use crate::model::key::slug;

/// Which permissions are wanted; none is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What holds at this boundary, judged there.
    pub at: Option<BoundaryPath>,
    pub catalog: Option<CatalogName>,
    /// A group of a glossary: its title, or that as a name (`Work Order`, `work-order`).
    pub group: Option<String>,
    pub effect: Option<Effect>,
}

impl Filter {
    fn admits(&self, key: &EntitlementKey, reading: Reading<'_>) -> bool {
        let known = |wanted: &CatalogName| reading.catalog == Some(wanted);
        self.catalog.as_ref().is_none_or(known)
            && self
                .effect
                // What no glossary explains may do anything.
                .is_none_or(|effect| reading.effect().is_none_or(|own| own == effect))
            && self
                .group
                .as_ref()
                .is_none_or(|group| slug(group) == slug(reading.group(key)))
    }
}

/// One permission at one boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub key: &'a EntitlementKey,
    pub reading: Reading<'a>,
    /// Where it is held: there and below.
    pub at: &'a BoundaryPath,
    /// What gives it, as places in [`Extent::ways`].
    pub by: Vec<usize>,
    pub reach: Reach,
    /// What stands in the way of an account.
    pub gate: Option<Gate>,
}

/// All that one principal may do; sorted by boundary, glossary and permission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent<'a> {
    /// Everything that gives the principal something.
    pub ways: Vec<Holding<'a>>,
    /// Empty where the principal is not there: then it may do nothing.
    pub lines: Vec<Line<'a>>,
    pub absence: Option<Absence>,
}

/// All that a principal may do.
pub fn extent<'a>(reader: &Reader<'_, 'a>, principal: &Principal, filter: &Filter) -> Extent<'a> {
    let mut ways = reader.holdings.all(principal);
    ways.retain(|held| match &filter.at {
        Some(at) => held.reaches(at),
        None => held.at.is_some(),
    });
    let absence = absence(reader.holdings.inventory, principal, reader.terms.as_of());
    let lines = match absence {
        Some(_) => Vec::new(),
        None => lines(reader, principal, filter, &ways),
    };
    Extent {
        ways,
        lines,
        absence,
    }
}

fn lines<'a>(
    reader: &Reader<'_, 'a>,
    principal: &Principal,
    filter: &Filter,
    ways: &[Holding<'a>],
) -> Vec<Line<'a>> {
    let mut found: Vec<(&'a BoundaryPath, &'a EntitlementKey, Reading<'a>, usize)> = Vec::new();
    for (number, held) in ways.iter().enumerate() {
        let Some(at) = held.at else { continue };
        reader.each(held, |key, reading| {
            if filter.admits(key, reading) {
                found.push((at, key, reading, number));
            }
        });
    }
    found.sort_by(|a, b| {
        by_path(a.0, b.0).then_with(|| (a.2.catalog, a.1, a.3).cmp(&(b.2.catalog, b.1, b.3)))
    });
    let mut judge = Judge::of(reader, principal);
    let alike = found.chunk_by(|a, b| (a.0, a.2.catalog, a.1) == (b.0, b.2.catalog, b.1));
    let line = alike.map(|same| {
        let (at, key, reading, _) = same[0];
        let mut by: Vec<usize> = same.iter().map(|(.., number)| *number).collect();
        // A role may name a permission twice.
        by.dedup();
        let (reach, gate) = judge.verdict(key, reading, filter.at.as_ref().unwrap_or(at));
        Line {
            key,
            reading,
            at,
            by,
            reach,
            gate,
        }
    });
    line.collect()
}

/// The order of a tree: what lies below a boundary follows it at once.
pub fn by_path(a: &BoundaryPath, b: &BoundaryPath) -> Ordering {
    a.as_str().split('/').cmp(b.as_str().split('/'))
}

/// How far an account's action classes go, at each boundary where it holds something or at the one that is asked about.
/// Nothing for people and teams.
pub fn reached<'a>(
    reader: &Reader<'_, 'a>,
    principal: &Principal,
    extent: &Extent<'a>,
    at: Option<&BoundaryPath>,
) -> Vec<(BoundaryPath, Vec<Action>)> {
    if extent.absence.is_some() || reader.holdings.account(principal).is_none() {
        return Vec::new();
    }
    let mut places: Vec<&BoundaryPath> = match at {
        Some(at) => vec![at],
        None => extent.ways.iter().filter_map(|held| held.at).collect(),
    };
    places.sort_by(|a, b| by_path(a, b));
    places.dedup();
    let Some(rights) = Places::of(reader.holdings, reader.terms, principal) else {
        return Vec::new();
    };
    let place = |at: &BoundaryPath| {
        let actions = actions_by(&rights, reader.holdings, reader.terms, principal, Some(at));
        (at.clone(), actions)
    };
    places.into_iter().map(place).collect()
}
