//! The entitlements of a suggested account: those that the least-privilege map or the level names, and as comments those
//! that may be added.

use crate::catalog::{Policy, Standing, by_effect};
use crate::manifest::literal;
use crate::manifest::suggest::ask::flat;
use crate::model::access::{Effect, Level, LevelPolicy, Need, Requirement};
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
    let mut lines = mapped(level, policy.requirements(name.as_str()));
    if lines.is_empty() {
        lines = of_level(policy.levels().policy(level), catalog);
    }
    if lines.is_empty() {
        lines = fitting(policy.levels().policy(level), catalog);
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

/// What the least-privilege map says of the level: first what it needs, then what it may have.
fn mapped(level: Level, map: &[Requirement]) -> Vec<Line> {
    let of = |need: Need| {
        map.iter()
            .filter(move |it| it.level == level && it.need == need)
    };
    let line = |it: &Requirement| Line {
        granted: it.need == Need::Required,
        key: it.permission.to_string(),
        why: match it.need {
            Need::Required | Need::Forbidden => it.why.to_string(),
            Need::Optional => format!("optional: {}", it.why),
            Need::NeedsApproval => format!("needs an approval of its own: {}", it.why),
        },
    };
    let needs = [Need::Required, Need::Optional, Need::NeedsApproval];
    needs.into_iter().flat_map(of).map(line).collect()
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

/// Whatever fits the level by its effect, reading first.
fn fitting(level: &LevelPolicy, catalog: &Catalog) -> Vec<Line> {
    let mut lines = Vec::new();
    for effect in Effect::ALL {
        let of_effect = catalog.entitlements.iter();
        for (key, entitlement) in of_effect.filter(|(_, it)| it.effect == *effect) {
            let stands = by_effect(level, key, *effect, catalog.side);
            if matches!(stands, Standing::Fits) && !key.as_str().contains('*') {
                lines.push(Line {
                    granted: false,
                    key: key.to_string(),
                    why: format!("{effect}: {}", entitlement.meaning),
                });
            }
        }
    }
    lines
}
