//! The entitlements of a suggested account: those that the least-privilege map or the level names, and as comments those
//! that may be added.

use crate::catalog::{Policy, Standing, Stands, standings};
use crate::manifest::literal;
use crate::manifest::suggest::ask::flat;
use crate::model::access::{Level, LevelPolicy, Need, Requirement};
use crate::model::entitlement::{Catalog, CatalogName, Entitlement, EntitlementKey};

/// One line of a list: granted, or a comment that the operator may make a line of.
struct Line {
    granted: bool,
    key: String,
    why: String,
}

/// `permissions = [...]` or `scopes = [...]` of an account of a level, as its glossary has them.
pub(super) fn entitlements(
    field: &str,
    level: Level,
    policy: &Policy,
    glossary: Option<(CatalogName, &Catalog)>,
) -> String {
    let Some((name, catalog)) = glossary else {
        return format!("{field} = []  # fill in: no glossary says what there is\n");
    };
    let stands = standings(policy, &name, catalog);
    let mut lines = mapped(level, &stands);
    if lines.is_empty() {
        lines = of_level(policy.levels().policy(level), catalog);
    }
    // As long as nothing says what the level needs, the operator chooses from all that it may have.
    if !lines.iter().any(|line| line.granted) {
        lines.extend(fitting(level, &stands));
    }
    let mut out = format!("{field} = [");
    if !lines.iter().any(|line| line.granted) {
        out.push_str("  # fill in: the least of these");
    }
    out.push('\n');
    for Line { granted, key, why } in &lines {
        let mark = if *granted { "" } else { "# " };
        let key = literal::string(key);
        out.push_str(format!("  {mark}{key},  # {}", flat(why)).trim_end());
        out.push('\n');
    }
    out + "]\n"
}

/// What the least-privilege map has of the level: first what it needs, then what it may have.
fn mapped(level: Level, stands: &[Stands<'_>]) -> Vec<Line> {
    let named = stands.iter().filter_map(|it| match it.at[level as usize] {
        Standing::Named(line) => Some(line),
        Standing::Forbidden(_) | Standing::Fits | Standing::Exceeds => None,
    });
    let mut lines: Vec<&Requirement> = named.collect();
    lines.sort_by_key(|line| line.need);
    let line = |it: &Requirement| Line {
        granted: it.need == Need::Required,
        key: it.permission.to_string(),
        why: match it.need {
            Need::Required | Need::Forbidden => it.why.to_string(),
            Need::Optional => format!("optional: {}", it.why),
            Need::NeedsApproval => format!("needs an approval of its own: {}", it.why),
        },
    };
    lines.into_iter().map(line).collect()
}

/// The scopes that the level lists, as far as the glossary has them.
fn of_level(level: &LevelPolicy, catalog: &Catalog) -> Vec<Line> {
    let scopes = level.scopes.iter();
    let known = scopes.filter_map(|key| Some((key, catalog.entitlements.get(key)?)));
    let line = |(key, scope): (&EntitlementKey, &Entitlement)| Line {
        granted: true,
        key: key.to_string(),
        why: scope.meaning.to_string(),
    };
    known.map(line).collect()
}

/// Whatever fits the level by its effect, and the map does not name; reading first.
fn fitting(level: Level, stands: &[Stands<'_>]) -> Vec<Line> {
    let fits = |it: &&Stands<'_>| matches!(it.at[level as usize], Standing::Fits);
    let plain = |it: &&Stands<'_>| !it.key.as_str().contains('*');
    let mut fitting: Vec<&Stands<'_>> = stands.iter().filter(fits).filter(plain).collect();
    fitting.sort_by_key(|it| it.entitlement.effect);
    let line = |it: &Stands<'_>| Line {
        granted: false,
        key: it.key.to_string(),
        why: format!("{}: {}", it.entitlement.effect, it.entitlement.meaning),
    };
    fitting.into_iter().map(line).collect()
}
