//! What two principals may do, side by side: what only one may, and what both may. A wider boundary covers a narrower one.

use std::cmp::Ordering;

use crate::access::effective::Reach;
use crate::access::extent::{Extent, Filter, Line, by_path, extent};
use crate::access::presence::Absence;
use crate::access::reading::{Judge, Reader, Reading, Verdict};
use crate::model::access::words;
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{BoundaryPath, Principal};

words! {
    /// Which of two principals holds something.
    HeldBy {
        A = "a",
        B = "b",
        Both = "both",
    }
}

/// One permission at one boundary, and how far it goes for each of the two; none where it is not held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared<'a> {
    pub key: &'a EntitlementKey,
    pub reading: Reading<'a>,
    pub at: &'a BoundaryPath,
    pub reach: [Option<Reach>; 2],
}

impl Shared<'_> {
    pub fn held_by(&self) -> HeldBy {
        match self.reach {
            [Some(_), None] => HeldBy::A,
            [None, Some(_)] => HeldBy::B,
            // One of the two holds it, or there were no line.
            [Some(_), Some(_)] | [None, None] => HeldBy::Both,
        }
    }
}

/// Two principals side by side; sorted by who holds it, glossary, permission and boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared<'a> {
    pub lines: Vec<Shared<'a>>,
    /// Why one of the two may do nothing at all.
    pub absence: [Option<Absence>; 2],
}

/// Sets two principals side by side. Where the one holds a permission at a boundary and the other above it, both hold it
/// there, and the one who holds it above holds it there alone.
pub fn compare<'a>(
    reader: &Reader<'_, 'a>,
    principals: [&Principal; 2],
    filter: &Filter,
) -> Compared<'a> {
    let both = principals.map(|principal| extent(reader, principal, filter));
    let mut lines = beside(&both, |who: usize| {
        let mut judge = Judge::of(reader, principals[who]);
        move |line: &Line<'a>| {
            let at = filter.at.as_ref().unwrap_or(line.at);
            judge.verdict(line.key, line.reading, at)
        }
    });
    lines.sort_by(|a, b| {
        let what = |line: &Shared<'a>| (line.held_by(), line.reading.catalog, line.key);
        what(a).cmp(&what(b)).then_with(|| by_path(a.at, b.at))
    });
    Compared {
        lines,
        absence: both.map(|extent| extent.absence),
    }
}

/// The lines of both, each place once, without those that say what a wider one has said.
fn beside<'a, J: FnMut(&Line<'a>) -> Verdict>(
    both: &[Extent<'a>; 2],
    judge: impl Fn(usize) -> J,
) -> Vec<Shared<'a>> {
    let mut judges = [judge(0), judge(1)];
    let all = both.iter().zip(0..);
    let mut all: Vec<(&Line<'a>, usize)> = all
        .flat_map(|(extent, who)| extent.lines.iter().map(move |line| (line, who)))
        .collect();
    all.sort_by(|a, b| order(a.0, b.0).then(a.1.cmp(&b.1)));
    let mut out: Vec<Shared<'a>> = Vec::new();
    // The lines of the permission at and above the place that was last seen: a place in `out`, and whether each holds it.
    let mut above: Vec<(&'a BoundaryPath, usize, [bool; 2])> = Vec::new();
    for same in all.chunk_by(|a, b| order(a.0, b.0) == Ordering::Equal) {
        let line = same[0].0;
        let is_same = |known: &Shared<'a>| {
            (known.key, known.reading.catalog) == (line.key, line.reading.catalog)
        };
        if !out.last().is_some_and(is_same) {
            above.clear();
        }
        while above.last().is_some_and(|(at, ..)| !at.holds(line.at)) {
            above.pop();
        }
        let mut holds = above.last().map_or([false; 2], |(.., holds)| *holds);
        same.iter().for_each(|(_, who)| holds[*who] = true);
        let mut reach = [None; 2];
        for who in [0, 1].into_iter().filter(|who| holds[*who]) {
            reach[who] = Some(judges[who](line).0);
        }
        let wider = above.last().map(|(_, number, _)| &out[*number]);
        if wider.is_some_and(|wider| wider.reach == reach) {
            continue;
        }
        above.push((line.at, out.len(), holds));
        out.push(Shared {
            key: line.key,
            reading: line.reading,
            at: line.at,
            reach,
        });
    }
    out
}

fn order(a: &Line<'_>, b: &Line<'_>) -> Ordering {
    (a.reading.catalog, a.key)
        .cmp(&(b.reading.catalog, b.key))
        .then_with(|| by_path(a.at, b.at))
}
