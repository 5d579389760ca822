//! What a value must mean by where it stands: a record's name, an entitlement. Where it is spelt otherwise, how it is read.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::catalog::Glossaries;
use crate::manifest::mend::shape::Shape;
use crate::manifest::mend::walked::{Value, Walked};
use crate::manifest::reading::Manifest;
use crate::model::entitlement::Catalog;
use crate::model::record::Kind;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The name of a record of the kind.
    Name(Kind),
    /// `person/NAME`, `team/NAME` or `account/NAME`.
    Principal,
    /// An entitlement of an account's provider.
    Permission,
    /// An entitlement of an account's platform.
    Scope,
    /// An entitlement of a role's glossary.
    OfRole,
}

fn meaning(path: &[&str]) -> Option<Meaning> {
    Some(match path {
        ["account", _, "provider"] => Meaning::Name(Kind::Provider),
        ["account", _, "platform"] => Meaning::Name(Kind::Platform),
        ["account", _, "rotation"] => Meaning::Name(Kind::Rotation),
        ["account", _, "rotate" | "revoke"] | ["account", _, "controls", "rollback"] => {
            Meaning::Name(Kind::Procedure)
        }
        ["account", _, "consumers"] => Meaning::Name(Kind::Consumer),
        ["account", _, "permissions"] => Meaning::Permission,
        ["account", _, "scopes"] => Meaning::Scope,
        ["role", _, "permissions"] => Meaning::OfRole,
        ["team", _, "members"] => Meaning::Name(Kind::Person),
        ["team", _, "teams"] => Meaning::Name(Kind::Team),
        ["assignment", "role"] => Meaning::Name(Kind::Role),
        ["decision" | "residual-risk", "account"] => Meaning::Name(Kind::Account),
        ["account", _, "boundary"]
        | ["person", _, "workplace" | "tenant"]
        | ["assignment" | "assert", "at"]
        | ["decision", "boundary"] => Meaning::Name(Kind::Boundary),
        ["account", _, "owner", _]
        | ["account", _, "controls", "supervisor"]
        | ["account", _, "approval", "by"]
        | ["provider" | "platform", _, "environment", _, "admin"]
        | ["assignment" | "assert", "principal"]
        | ["assert", "except"]
        | ["decision", "by"]
        | ["residual-risk" | "waiver", "owner"] => Meaning::Principal,
        _ => return None,
    })
}

/// Whether a value at a path is ever looked at: what is mended, and what says how that is read.
pub(super) fn is_wanted(path: &[Rc<str>], shape: Shape) -> bool {
    let keys: Vec<&str> = path.iter().map(|key| &**key).collect();
    shape.is_date() || meaning(&keys).is_some() || is_set(path) || is_name(&keys)
}

/// Whether the value names what a record's entitlements are read by.
fn is_name(path: &[&str]) -> bool {
    matches!(
        path,
        ["account", _, "provider" | "platform"] | ["provider" | "platform" | "role", _, "catalog"]
    )
}

/// Whether the order of the list means nothing: no rule, renderer or step uses it.
pub(super) fn is_set(path: &[Rc<str>]) -> bool {
    let path: Vec<&str> = path.iter().map(|key| &**key).collect();
    matches!(
        path[..],
        ["account", _, "permissions" | "scopes" | "consumers"]
            | ["account", _, "agent", "tools"]
            | ["role", _, "permissions"]
            | ["team", _, "members" | "teams"]
            | ["assert", "except"]
    )
}

/// What the values of some files can name.
pub(super) struct Known<'a> {
    glossaries: Glossaries<'a>,
    names: HashMap<Kind, HashSet<&'a str>>,
    /// Which glossary, provider or platform a record names.
    named: HashMap<[&'a str; 3], &'a str>,
    titles: RefCell<HashMap<String, Rc<Titles<'a>>>>,
}

/// Keys by what may stand for them, in small letters; none where several may be meant.
type Titles<'a> = HashMap<String, Option<&'a str>>;

impl<'a> Known<'a> {
    pub fn of(manifest: &'a Manifest, files: &'a [Walked]) -> Known<'a> {
        let mut names: HashMap<_, HashSet<_>> = HashMap::new();
        for id in manifest.sites.keys() {
            names.entry(id.kind).or_default().insert(&*id.name);
        }
        let values = files.iter().flat_map(|file| &file.values);
        let named = values.filter_map(|value| {
            let [kind, name, field] = &value.path[..] else {
                return None;
            };
            Some(([&**kind, &**name, &**field], value.what.text()?))
        });
        Known {
            glossaries: Glossaries::of(&manifest.inventory),
            names,
            named: named.collect(),
            titles: RefCell::default(),
        }
    }

    /// How a text at a value's place is read, where it is spelt otherwise and only one thing can be meant.
    pub fn meant(&self, value: &Value, text: &str) -> Option<String> {
        let path: Vec<&str> = value.path.iter().map(|key| &**key).collect();
        let meant = match meaning(&path)? {
            Meaning::Name(kind) => self.name(kind, text)?,
            Meaning::Principal => {
                let (kind, name) = text.split_once('/')?;
                let kind: Kind = kind.to_ascii_lowercase().parse().ok()?;
                let is_principal = matches!(kind, Kind::Person | Kind::Team | Kind::Account);
                is_principal.then(|| self.principal(kind, name))??
            }
            Meaning::Permission => {
                let provider = self.named.get(&["account", path[1], "provider"])?;
                self.entitlement(["provider", provider, "catalog"], text)?
            }
            Meaning::Scope => {
                let named = self.named.get(&["account", path[1], "platform"]).copied();
                let platform = named.or_else(|| self.only(Kind::Platform))?;
                self.entitlement(["platform", platform, "catalog"], text)?
            }
            Meaning::OfRole => self.entitlement(["role", path[1], "catalog"], text)?,
        };
        // What would have to be written with escapes is left to people.
        let is_plain = !meant.contains(|c: char| c.is_control() || "\"'\\".contains(c));
        (is_plain && meant != text).then_some(meant)
    }

    fn has(&self, kind: Kind, name: &str) -> bool {
        self.names
            .get(&kind)
            .is_some_and(|names| names.contains(name))
    }

    fn only(&self, kind: Kind) -> Option<&'a str> {
        let mut names = self.names.get(&kind)?.iter();
        names.next().copied().filter(|_| names.next().is_none())
    }

    fn name(&self, kind: Kind, text: &str) -> Option<String> {
        let small = text.to_ascii_lowercase();
        (!self.has(kind, text) && self.has(kind, &small)).then_some(small)
    }

    fn principal(&self, kind: Kind, name: &str) -> Option<String> {
        let small = name.to_ascii_lowercase();
        self.has(kind, &small).then(|| format!("{kind}/{small}"))
    }

    fn entitlement(&self, at: [&str; 3], text: &str) -> Option<String> {
        let name = *self.named.get(&at)?;
        let catalog = self.glossaries.get(&name.parse().ok()?)?;
        if catalog.entitlements.contains_key(text) {
            return None;
        }
        let mut all = self.titles.borrow_mut();
        let titles = all
            .entry(name.to_owned())
            .or_insert_with(|| Rc::new(titles(catalog)));
        titles
            .get(&text.to_lowercase())
            .copied()?
            .map(str::to_owned)
    }
}

/// Every way to say an entitlement: its key, its title, and its title below its group.
fn titles(catalog: &Catalog) -> Titles<'_> {
    let mut titles = HashMap::new();
    for (key, entitlement) in &catalog.entitlements {
        let key = key.as_str();
        let (group, title) = (entitlement.group.as_str(), entitlement.title.as_str());
        let ways: HashSet<String> = [
            key.to_lowercase(),
            title.to_lowercase(),
            format!("{group}/{title}").to_lowercase(),
        ]
        .into();
        for way in ways {
            titles
                .entry(way)
                .and_modify(|known| *known = None)
                .or_insert(Some(key));
        }
    }
    titles
}
