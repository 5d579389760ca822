//! Why an answer is what it is: the path that gives something, what stands beside it, and what is missing in one clause.
//! For whoever shows answers; it judges nothing anew.

use std::cmp::Reverse;

use crate::access::ask::{Answer, Gate, Missing, Question};
use crate::access::effective::{self, Action};
use crate::access::holdings::{Holding, Holdings, Source};
use crate::access::terms::Terms;
use crate::model::access::{ActionClass, Condition, Effect};
use crate::model::account::Account;
use crate::model::approval::Approval;
use crate::model::date::Date;
use crate::model::entitlement::{CatalogName, Entitlement, EntitlementKey, Side};
use crate::model::id::{BoundaryPath, Principal};
use crate::model::key::ApprovalKey;

/// What stands beside an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds<'a> {
    /// What the glossary says of the permission.
    pub known: Option<&'a Entitlement>,
    /// The side of an account's integration that the permission is of; none for people and teams.
    pub side: Option<Side>,
    /// The action that the permission serves there, on both sides.
    pub action: Option<Action>,
    /// The approval that holds for it: of several, the one that holds longest.
    pub approval: Option<(&'a ApprovalKey, &'a Approval)>,
    /// What would allow the action on the side that does not, those that fit the level first.
    pub lacking: Vec<&'a EntitlementKey>,
}

/// Looks up what stands beside an answer.
pub fn grounds<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    question: &Question<'_>,
    answer: &Answer<'a>,
) -> Grounds<'a> {
    let catalog = terms.glossary(question.catalog);
    let known = catalog.and_then(|catalog| catalog.entitlements.get(question.permission));
    let mut grounds = Grounds {
        known,
        side: None,
        action: None,
        approval: None,
        lacking: Vec::new(),
    };
    let (Some(known), Some(account)) = (known, holdings.account(question.principal)) else {
        return grounds;
    };
    grounds.side = side(holdings, account, question.catalog);
    if grounds.side.is_none() {
        return grounds;
    }
    let class = terms.action_at(account.level, known.effect);
    grounds.action = class.and_then(|class| {
        let all = effective::actions(holdings, terms, question.principal, Some(question.at));
        all.into_iter().find(|action| action.class == class)
    });
    grounds.approval = approval(holdings, terms, question, (account, known.effect, class));
    if let Answer::No(Missing::Gate(_, Gate::Half(side, class))) = answer {
        grounds.lacking = lacking(holdings, terms, account, (*side, *class));
    }
    grounds
}

/// The side of an account's integration that a glossary is of.
fn side(holdings: &Holdings<'_>, account: &Account, catalog: &CatalogName) -> Option<Side> {
    let inventory = holdings.inventory;
    let platform = inventory.platform_of(account);
    let platform = platform.and_then(|platform| inventory.platforms.get(platform));
    if holdings.provider_catalog(account) == Some(catalog) {
        Some(Side::Provider)
    } else {
        (platform?.catalog.as_ref() == Some(catalog)).then_some(Side::Platform)
    }
}

fn approval<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    question: &Question<'_>,
    (account, effect, class): (&Account, Effect, Option<ActionClass>),
) -> Option<(&'a ApprovalKey, &'a Approval)> {
    let wanted = (question.catalog, question.permission);
    let by_name = class.is_none() || terms.goes_by_name(wanted, effect, account.level);
    let signed = holdings.approvals(question.principal);
    let good = signed.filter(|(key, approval)| {
        let covers = match by_name {
            true => approval.permissions.contains(question.permission),
            false => Some(key.action) == class,
        };
        covers && approval.holds(key.on, terms.as_of())
    });
    let until = |approval: &Approval| (approval.until.is_none(), approval.until);
    good.min_by_key(|(key, approval)| (Reverse(until(approval)), key.on))
}

/// The entitlements of one side that would allow an action, by what the level says of the side.
fn lacking<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    account: &'a Account,
    (side, class): (Side, ActionClass),
) -> Vec<&'a EntitlementKey> {
    let (policy, name) = (
        terms.level(account.level),
        match side {
            Side::Provider => holdings.provider_catalog(account),
            Side::Platform => holdings.platform_catalog(account),
        },
    );
    let of_level = policy.actions.contains(&class);
    let wanted = match side {
        Side::Provider if of_level && !policy.writes => ActionClass::Read,
        Side::Provider | Side::Platform if of_level => {
            policy.actions.first().copied().unwrap_or(class)
        }
        Side::Provider | Side::Platform => class,
    };
    let catalog = name.and_then(|name| terms.glossary(name));
    let all = catalog
        .into_iter()
        .flat_map(|catalog| &catalog.entitlements);
    let allows = |known: &Entitlement| terms.action_at(account.level, known.effect) == Some(wanted);
    let mut keys: Vec<&EntitlementKey> = all
        .filter(|(_, known)| allows(known))
        .map(|(key, _)| key)
        .collect();
    keys.sort_by_key(|key| !policy.scopes.contains(key));
    keys
}

/// The path by which something is held: who, the teams, the role or the own list, the boundary.
pub fn path(principal: &Principal, held: &Holding<'_>) -> Vec<String> {
    let mut steps = vec![principal.to_string()];
    steps.extend(held.way.iter().map(|team| format!("team/{team}")));
    steps.push(match held.source {
        Source::Own(Side::Provider) => "its own permissions".to_owned(),
        Source::Own(Side::Platform) => "its own scopes".to_owned(),
        Source::Role(role, _) => format!("role {role}"),
    });
    let at = held.at.map(ToString::to_string);
    steps.push(at.unwrap_or_else(|| "no boundary".to_owned()));
    steps
}

/// What a condition means, where a permission has it.
pub fn meaning(condition: Condition) -> &'static str {
    match condition {
        Condition::OwnOnly => "for the principal's own records alone",
        Condition::UnresolvedOnly => "for records that are not resolved yet alone",
        Condition::ProcessConditional => "the rules of the process decide too",
        Condition::IncludesDelete => "it deletes too, whatever its name says",
    }
}

/// The nearest thing that is missing, in one clause.
pub fn clause(question: &Question<'_>, missing: &Missing<'_>) -> String {
    let who = question.principal;
    match missing {
        Missing::Absent(absence) => format!("{who} {absence}"),
        Missing::Condition(_, condition) => match condition {
            Condition::OwnOnly => "held for own records alone (own-only)".to_owned(),
            Condition::UnresolvedOnly => {
                "held for unresolved records alone (unresolved-only)".to_owned()
            }
            Condition::ProcessConditional | Condition::IncludesDelete => {
                format!("held, {}", meaning(*condition))
            }
        },
        Missing::Gate(_, gate) => gate.to_string(),
        Missing::Doubt(_, key) => format!(
            "not in so many words; `{key}`, which is held there, may stand for it at its system"
        ),
        Missing::Elsewhere(held) => elsewhere(question.at, held),
        Missing::NotGranted { here, .. } if here.is_empty() => {
            format!("nothing is held at {}", question.at)
        }
        Missing::NotGranted { .. } => "nothing that is held there gives it".to_owned(),
    }
}

fn elsewhere(at: &BoundaryPath, held: &[Holding<'_>]) -> String {
    let places = held.iter().filter_map(|held| held.at);
    let mut places: Vec<&BoundaryPath> = places.collect();
    places.dedup();
    match places[..] {
        [] => "its assignment names no boundary, and gives nothing".to_owned(),
        [only] => format!("held at {only}, not at {at}"),
        [nearest, ref more @ ..] => {
            format!("held at {nearest} and {} more, not at {at}", more.len())
        }
    }
}

/// How long an approval holds, in words.
pub fn approved_by((key, approval): (&ApprovalKey, &Approval)) -> String {
    let ticket = approval.ticket.as_ref();
    let ticket = ticket.map_or_else(String::new, |ticket| format!(", {ticket}"));
    let until = |until: Date| format!(", until {until}");
    let until = approval.until.map_or_else(String::new, until);
    format!(
        "`{}` by {} on {}{ticket}{until}",
        key.action, approval.by, key.on
    )
}
