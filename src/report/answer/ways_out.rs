//! What would turn a no round, in the words of other commands. Advice, never done by itself.

use std::borrow::Cow;

use crate::access::ask::{Gate, Missing};
use crate::access::holdings::{Holding, Source};
use crate::access::presence::Absence;
use crate::model::access::{ActionClass, Condition};
use crate::model::account::AccountStatus;
use crate::model::entitlement::{EntitlementKey, Side};
use crate::report::answer::{SHOWN, Told};

/// How many ways out there are at most.
const MOST: usize = 20;

/// The ways out of a no, the nearest first; none of a yes.
pub fn ways_out(told: &Told<'_, '_>) -> Vec<String> {
    use crate::access::ask::Answer::{No, Yes};
    let question = &told.question;
    let (_, name) = question.principal.parts();
    match &told.answer {
        Yes(_) => Vec::new(),
        No(Missing::Absent(absence)) => absent(name, absence),
        No(Missing::Condition(_, condition)) => vec![conditional(*condition).to_owned()],
        No(Missing::Gate(_, gate)) => gated(told, name, gate),
        No(Missing::Doubt(_, key)) => vec![format!(
            "name what is needed instead of `{key}`: `keyroll explain wildcard-grant`"
        )],
        No(Missing::Elsewhere(held)) => {
            let mut ways: Vec<String> = Vec::new();
            for way in held.iter().flat_map(|held| widened(told, held)) {
                if !ways.contains(&way) && ways.len() < MOST {
                    ways.push(way);
                }
            }
            ways
        }
        No(Missing::NotGranted { giving, .. }) => {
            // A role of people is not for an account: what it lacks, it gets by its own list.
            let mut ways: Vec<String> = match told.grounds.side {
                Some(side) => vec![granted(name, field(side), question.permission)],
                None => {
                    let giving = giving.iter().take(MOST);
                    let assign = |role| assigned(told, question.principal.as_str(), role);
                    giving.map(|role| assign(role.as_str())).collect()
                }
            };
            if ways.is_empty() {
                let key = quoted(question.permission.as_str());
                ways.push(format!("keyroll role set ROLE permissions+={key}"));
            }
            ways
        }
    }
}

fn absent(name: &str, absence: &Absence) -> Vec<String> {
    match absence {
        Absence::Unknown | Absence::Left(_) | Absence::AcceptedLater(_) => Vec::new(),
        Absence::Invited(_) => vec![format!("keyroll person accept {name}")],
        Absence::InviteRevoked(_) => vec![format!("keyroll person invite {name}")],
        Absence::NotActive(AccountStatus::Retired) => {
            vec!["a retired account stays retired: add another".to_owned()]
        }
        Absence::NotActive(
            AccountStatus::Active | AccountStatus::Proposed | AccountStatus::Suspended,
        ) => vec![format!("keyroll account set {name} status=active")],
    }
}

fn conditional(condition: Condition) -> &'static str {
    match condition {
        Condition::OwnOnly => "say --own where the record is the principal's own",
        Condition::UnresolvedOnly => "say --unresolved where the record is not resolved yet",
        Condition::ProcessConditional | Condition::IncludesDelete => "the rules of the process",
    }
}

fn gated(told: &Told<'_, '_>, name: &str, gate: &Gate) -> Vec<String> {
    let approval = |class: &str, permissions: &str| {
        format!(
            "an `approval` of the account in the inventory, action = \"{class}\"{permissions}, \
             and then `keyroll apply`"
        )
    };
    let by_name = || {
        let class = told.grounds.action.map(|action| action.class);
        let class = class.map_or("ACTION", ActionClass::as_str);
        let permissions = format!(", permissions = [\"{}\"]", told.question.permission);
        vec![approval(class, &permissions)]
    };
    match gate {
        Gate::Half(side, _) => {
            let lacking = told.grounds.lacking.iter().take(SHOWN);
            lacking
                .map(|key| granted(name, field(*side), key))
                .collect()
        }
        Gate::Unclear(side, _) => vec![format!(
            "a glossary of the {side} that lists all that the account holds: `keyroll check` names it"
        )],
        Gate::Unapproved(class) => vec![approval(class.as_str(), "")],
        Gate::Unnamed(_) | Gate::Uncovered(_) => by_name(),
        // No approval brings it in.
        Gate::Forbidden(_) => {
            vec!["an account of a level that covers it: `keyroll level list` shows them".to_owned()]
        }
    }
}

/// The list of an account's own for one side.
fn field(side: Side) -> &'static str {
    match side {
        Side::Provider => "permissions",
        Side::Platform => "scopes",
    }
}

/// How what is held elsewhere would be held here: by the principal alone, then by all of its team.
fn widened(told: &Told<'_, '_>, held: &Holding<'_>) -> Vec<String> {
    let question = &told.question;
    let (_, name) = question.principal.parts();
    match held.source {
        Source::Own(_) => vec![format!(
            "keyroll account set {name} boundary+={}",
            question.at
        )],
        Source::Role(role, assignment) => {
            let all = [question.principal, &assignment.principal];
            let ways = all.map(|principal| assigned(told, principal.as_str(), role.as_str()));
            ways.into()
        }
    }
}

fn assigned(told: &Told<'_, '_>, principal: &str, role: &str) -> String {
    format!(
        "keyroll assign {principal} {role} --at {}",
        told.question.at
    )
}

fn granted(name: &str, field: &str, key: &EntitlementKey) -> String {
    format!(
        "keyroll account set {name} {field}+={}",
        quoted(key.as_str())
    )
}

/// A word as a shell takes it.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-:".contains(&b);
    match word.bytes().all(plain) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', r"'\''")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_run_is_quoted() {
        assert_eq!(quoted("asset/view-assets"), "asset/view-assets");
        assert_eq!(quoted("a;rm$(x)'y"), r"'a;rm$(x)'\''y'");
    }
}
