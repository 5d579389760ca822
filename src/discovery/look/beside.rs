//! What stands beside a key and belongs to it: who the secret is of, and where it goes.

use crate::discovery::entry::{Entry, is_key};
use crate::discovery::means::{Means, Role, role};
use crate::discovery::words::split;
use crate::model::text::shape;

/// How many entries before and behind a key may belong to it.
const NEAR: usize = 40;

/// An entry with what its key says.
pub(super) struct Named<'e, 't> {
    pub entry: &'e Entry<'t>,
    pub role: Role,
    pub stem: Vec<String>,
}

/// Gives the value of `name: KEY, value: VALUE` the key that it has, as clusters write their variables.
pub(super) fn renamed(entries: &mut [Entry<'_>]) {
    for at in 0..entries.len() {
        if !entries[at].key.eq_ignore_ascii_case("value") {
            continue;
        }
        let (from, to) = (at.saturating_sub(8), (at + 8).min(entries.len()));
        let own = entries[at].group;
        let is_name = |it: &&Entry<'_>| it.group == own && it.key.eq_ignore_ascii_case("name");
        let name = entries[from..to].iter().find(is_name).map(|it| it.value);
        if let Some(name) = name.filter(|name| is_key(name) && shape::looks_secret(name).is_none())
        {
            entries[at].key = name;
            entries[at].group = entries[at].outer;
        }
    }
}

pub(super) fn said<'e, 't>(entry: &'e Entry<'t>) -> Named<'e, 't> {
    let words = split(entry.key);
    let (role, stem) = role(&words);
    let role = match entry.key {
        // `-u NAME:PASSWORD`.
        "u" | "user" if entry.value.contains(':') && !entry.value.contains("://") => {
            Role::Secret(Means::Password)
        }
        _ => role,
    };
    let stem = match entry.key {
        "u" | "user" => Vec::new(),
        _ => stem.to_vec(),
    };
    Named { entry, role, stem }
}

/// The entry of a role that stands beside another: of the same words before it, else of some of them.
pub(super) fn beside<'n, 'e, 't>(
    one: &Named<'e, 't>,
    all: &'n [Named<'e, 't>],
    at: usize,
    role: Role,
) -> Option<&'n Named<'e, 't>> {
    let near = &all[at.saturating_sub(NEAR)..(at + NEAR).min(all.len())];
    let fits =
        |other: &&&'n Named<'e, 't>| other.role == role && other.entry.group == one.entry.group;
    let common = |other: &Named<'_, '_>| {
        let pairs = one.stem.iter().zip(&other.stem);
        pairs.take_while(|(a, b)| a == b).count()
    };
    let mut best: Option<(&Named<'e, 't>, usize)> = None;
    for other in near.iter().filter(|other| fits(&other)) {
        let same = common(other);
        let is_part = same == one.stem.len() || same == other.stem.len();
        let better = best.is_none_or(|(_, before)| same > before);
        // Words that have nothing in common are of two systems.
        if is_part && better && (same > 0 || one.stem.is_empty() || other.stem.is_empty()) {
            best = Some((other, same));
        }
    }
    best.map(|(other, _)| other)
}
