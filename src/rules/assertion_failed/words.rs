//! The words of a broken assertion: the path that broke it, or what is missing, and the way out.
//!
//! What a finding is known by stands in backquotes: who may, and by what. How many more there are stands without.

use crate::access::ask::{Gate, Missing};
use crate::access::assertion::{Breach, How, Idle};
use crate::access::glossary::NoGlossary;
use crate::access::holdings::{Holding, Source};
use crate::model::access::Condition;
use crate::model::entitlement::Side;
use crate::model::key::{AssertionKey, Whom};

/// How something is held: `team/shift > role machine-operator > femo/hawthorne`.
fn path(held: &Holding<'_>) -> String {
    let way = held.way.iter().map(|team| format!("team/{team} > "));
    let way: String = way.collect();
    let source = match held.source {
        Source::Own(Side::Provider) => "own permissions".to_owned(),
        Source::Own(Side::Platform) => "own scopes".to_owned(),
        Source::Role(role, _) => format!("role {role}"),
    };
    match held.at {
        Some(at) => format!("{way}{source} > {at}"),
        None => format!("{way}{source}, at no boundary"),
    }
}

/// Who may what is denied: the first of them, and how many more there are.
pub(super) fn may(first: &[Breach<'_>], all: usize) -> String {
    let each: Vec<String> = first.iter().map(breach).collect();
    let told = each.join("; ");
    match all.saturating_sub(first.len()) {
        0 => told,
        more => format!("{told}; and {more} more may"),
    }
}

fn breach(breach: &Breach<'_>) -> String {
    let (who, path) = (&breach.who, path(&breach.held));
    match breach.how {
        How::Whole => format!("`{who}` may: `{path}`"),
        How::Gate(gate) => format!(
            "`{who}` would be let through: `{path}`; only this stands in its way, and not at {}: {gate}",
            system(&gate, &breach.held)
        ),
        How::Suspended => format!(
            "`{who}` would be let through: `{path}`; it is suspended here, and not yet at its provider"
        ),
        How::Proposed => {
            format!("`{who}` would be let through: `{path}`; it is proposed, and comes with that")
        }
        How::Invited => {
            format!("`{who}` would be let through: `{path}`; it is invited, and comes with that")
        }
        How::Doubt(key) => format!("`{who}` may by `{key}`, which may stand for it: `{path}`"),
    }
}

/// The system that would let an account through.
fn system(gate: &Gate, held: &Holding<'_>) -> &'static str {
    match (gate, held.source) {
        (Gate::Half(Side::Platform, _) | Gate::Unclear(Side::Platform, _), _) => "the provider",
        (Gate::Half(Side::Provider, _) | Gate::Unclear(Side::Provider, _), _) => "the platform",
        (
            Gate::Unapproved(_) | Gate::Unnamed(_) | Gate::Uncovered(_) | Gate::Forbidden(_),
            source,
        ) => match source {
            Source::Own(Side::Provider) => "the provider",
            Source::Own(Side::Platform) => "the platform",
            Source::Role(..) => "the other end",
        },
    }
}

/// How to take away what the first of them has.
pub(super) fn take_away(key: &AssertionKey, first: &[Breach<'_>]) -> String {
    let or = match key.principal {
        Whom::Anyone => "or name in `except` who may",
        Whom::One(_) => "or expect `allowed`, where that is meant",
    };
    let Some(breach) = first.first() else {
        return format!("take it away, {or}");
    };
    let away = match (breach.held.source, &breach.how) {
        (_, How::Doubt(found)) if **found == key.permission => {
            format!("name a glossary that explains `{found}` there")
        }
        (_, How::Doubt(found)) => format!("write out what `{found}` stands for"),
        (Source::Own(side), _) => {
            let list = match side {
                Side::Provider => "permissions",
                Side::Platform => "scopes",
            };
            format!(
                "take `{}` out of the {list} of `{}`",
                key.permission, breach.who
            )
        }
        (Source::Role(role, id), _) => {
            let at = id.at.as_ref();
            let at = at.map_or_else(String::new, |at| format!(" --at {at}"));
            format!(
                "`keyroll unassign {} {role}{at}` takes it away",
                id.principal
            )
        }
    };
    format!("{away}, {or}")
}

/// Why somebody may not who should.
pub(super) fn may_not(key: &AssertionKey, missing: Option<&Missing<'_>>) -> String {
    let who = &key.principal;
    let why = match missing {
        None => "nothing that it holds there gives it".to_owned(),
        Some(Missing::Absent(absence)) => format!("it {absence}"),
        Some(Missing::Condition(held, condition)) => {
            format!("`{}` gives it only {}", path(held), only(*condition))
        }
        Some(Missing::Gate(held, gate)) => format!("`{}` gives it, and {gate}", path(held)),
        Some(Missing::Doubt(held, key)) => {
            format!(
                "`{}` holds `{key}`, and nobody knows whether that gives it",
                path(held)
            )
        }
        Some(Missing::Elsewhere(all)) => match all.first() {
            Some(nearest) => {
                let at = nearest.at.map_or("no boundary", |at| at.as_str());
                format!("it is held only at `{at}`: `{}`", path(nearest))
            }
            None => "it is held elsewhere".to_owned(),
        },
        Some(Missing::NotGranted { .. }) => "nothing that it holds gives it".to_owned(),
    };
    format!("`{who}` may not: {why}")
}

fn only(condition: Condition) -> &'static str {
    match condition {
        Condition::OwnOnly => "for its own records",
        Condition::UnresolvedOnly => "for records that are not resolved",
        Condition::ProcessConditional => "where local rules allow it",
        Condition::IncludesDelete => "with the right to delete",
    }
}

/// How to come by what is missing.
pub(super) fn provide(key: &AssertionKey, missing: Option<&Missing<'_>>) -> String {
    let (who, at) = (&key.principal, &key.at);
    let assign = |role: &str| format!("`keyroll assign {who} {role} --at {at}` gives it");
    match missing {
        Some(Missing::Absent(_)) => {
            "let it in, or expect `denied`: who is not there may do nothing".to_owned()
        }
        Some(Missing::Condition(_, condition)) => match condition {
            Condition::OwnOnly => "say so: `given = \"own\"`, or `own-unresolved`".to_owned(),
            Condition::UnresolvedOnly => {
                "say so: `given = \"unresolved\"`, or `own-unresolved`".to_owned()
            }
            Condition::ProcessConditional | Condition::IncludesDelete => {
                "expect `denied`".to_owned()
            }
        },
        Some(Missing::Gate(_, Gate::Half(..) | Gate::Unclear(..))) => {
            "grant the other side what the action needs, or expect `denied` and take it away"
                .to_owned()
        }
        Some(Missing::Gate(_, Gate::Unapproved(_) | Gate::Unnamed(_) | Gate::Uncovered(_))) => {
            "have it approved, or take it away and expect `denied`".to_owned()
        }
        Some(Missing::Gate(_, Gate::Forbidden(_))) => {
            "give this work to an account of a level that covers it, or take it away and expect `denied`"
                .to_owned()
        }
        Some(Missing::Doubt(_, key)) => {
            format!("name the permission instead of `{key}`")
        }
        Some(Missing::Elsewhere(all)) => match all.first().map(|held| held.source) {
            Some(Source::Role(role, _)) => assign(role.as_str()),
            Some(Source::Own(_)) | None => format!("let it act at `{at}`, or expect `denied`"),
        },
        Some(Missing::NotGranted { giving, .. }) => match giving.first() {
            Some(role) => assign(role.as_str()),
            None => "no role gives it: add it to one, and assign that".to_owned(),
        },
        None => "assign a role that gives it, or expect `denied`".to_owned(),
    }
}

/// Why an assertion proves nothing.
pub(super) fn idle(idle: &Idle<'_>) -> String {
    match idle {
        Idle::NoPrincipal(one) | Idle::NoException(_, one) => {
            let (kind, _) = one.parts();
            format!("proves nothing: there is no {kind} `{one}`")
        }
        Idle::NoBoundary(at) => format!("proves nothing: there is no boundary `{at}`"),
        Idle::NoGlossary(why) => format!("proves nothing: {why}"),
        Idle::AllowedToAll => "proves nothing: `allowed` is said of everybody".to_owned(),
        Idle::ExceptBesideOne => {
            "proves nothing: `except` leaves nobody out where one `principal` is named".to_owned()
        }
        Idle::GivenMissing(given) => format!(
            "proves nothing: the permission depends on the record, and nobody may unless `given` says `{given}`"
        ),
        Idle::Tangle(team) => {
            format!("not judged: there are too many teams within teams, as of `team/{team}`")
        }
        Idle::TooMuch => {
            "not judged: the assertions before it have too many holders to look at".to_owned()
        }
    }
}

/// What to do about it, where no name was meant.
pub(super) fn mend(idle: &Idle<'_>) -> String {
    match idle {
        Idle::GivenMissing(given) => return format!("say `given = \"{given}\"`"),
        Idle::NoPrincipal(_) | Idle::NoException(..) | Idle::NoBoundary(_) => {
            "declare it, or name one that is declared"
        }
        Idle::NoGlossary(NoGlossary::Several { .. }) => "say which: `catalog = \"NAME\"`",
        Idle::NoGlossary(NoGlossary::Unknown(_)) => "`keyroll catalog list` shows what there is",
        Idle::NoGlossary(NoGlossary::Unlisted(_) | NoGlossary::NotIn(..)) => {
            "`keyroll catalog search WORD` looks for it"
        }
        Idle::AllowedToAll => {
            "name who in `principal`: a person, an account, or a team for all its members"
        }
        Idle::ExceptBesideOne => "write it without a `principal`, or without `except`",
        Idle::Tangle(_) => "make the teams fewer",
        Idle::TooMuch => "make fewer assertions about everybody, or ones about fewer holders",
    }
    .to_owned()
}
