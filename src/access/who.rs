//! Who may do something somewhere: everybody to whom `ask` says yes, and the accounts where only the gate says no. Those
//! who hold it and may not use it stand apart.

use crate::access::ask::{Answer, Gate, Missing, Question, ask, reach_of};
use crate::access::effective::Reach;
use crate::access::holdings::{Holding, Holdings};
use crate::access::presence::Absence;
use crate::access::terms::Terms;
use crate::model::access::Condition;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{BoundaryPath, Principal};

/// What, and where. The glossary lists the permission, and the boundary is in the tree: whoever asks has seen to that.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'q> {
    pub catalog: &'q CatalogName,
    pub permission: &'q EntitlementKey,
    pub at: &'q BoundaryPath,
    /// Whether the record that is touched is one's own.
    pub own: bool,
    /// Whether it is not resolved yet.
    pub unresolved: bool,
    /// Whether teams are listed beside their people.
    pub teams: bool,
}

/// One who may, or an account that could if its gate let it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct May<'a> {
    pub principal: Principal,
    pub by: Holding<'a>,
    pub reach: Reach,
    /// What stands in the way of an account.
    pub gate: Option<Gate>,
}

/// Everybody who may; sorted by principal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhoMay<'a> {
    pub may: Vec<May<'a>>,
    /// Who holds it, under a condition that was not said to hold: the first of these.
    pub on_condition: Vec<(Principal, Condition)>,
    /// Who holds it and is not there.
    pub absent: Vec<(Principal, Absence)>,
    /// The conditions of the permission itself, and the remarks on it.
    pub conditions: Vec<Condition>,
}

/// Everybody who may. Looks at each principal once, and only at the few assignments that could give it.
pub fn who_may<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    wanted: &Wanted<'_>,
) -> WhoMay<'a> {
    let known = terms
        .glossary(wanted.catalog)
        .and_then(|catalog| catalog.entitlements.get(wanted.permission));
    let mut found = WhoMay {
        conditions: known.map_or_else(Vec::new, |known| known.conditions.clone()),
        ..WhoMay::default()
    };
    for principal in holdings.principals() {
        if principal.parts().0 == "team" && !wanted.teams {
            continue;
        }
        let what = (wanted.catalog, wanted.permission);
        // Without it `ask` would look for what is nearest, for each of all who hold nothing of the kind.
        let gives = holdings.giving(&principal, what, wanted.at).is_some();
        if gives || holdings.doubtful(&principal, what, wanted.at).is_some() {
            found.add(holdings, terms, wanted, principal);
        }
    }
    found
}

impl<'a> WhoMay<'a> {
    fn add(
        &mut self,
        holdings: &Holdings<'a>,
        terms: &dyn Terms<'a>,
        wanted: &Wanted<'_>,
        principal: Principal,
    ) {
        let question = Question {
            principal: &principal,
            catalog: wanted.catalog,
            permission: wanted.permission,
            at: wanted.at,
            own: wanted.own,
            unresolved: wanted.unresolved,
        };
        let answer = ask(holdings, terms, &question);
        let reach = reach_of(&answer).unwrap_or(Reach::Nothing);
        let (by, gate) = match answer {
            Answer::Yes(by) => (by, None),
            Answer::No(Missing::Gate(by, gate)) => (by, Some(gate)),
            Answer::No(Missing::Doubt(by, _)) => (by, None),
            Answer::No(Missing::Condition(_, condition)) => {
                return self.on_condition.push((principal, condition));
            }
            Answer::No(Missing::Absent(absence)) => return self.absent.push((principal, absence)),
            // It is held here: neither is answered.
            Answer::No(Missing::Elsewhere(_) | Missing::NotGranted { .. }) => return,
        };
        self.may.push(May {
            principal,
            by,
            reach,
            gate,
        });
    }
}
