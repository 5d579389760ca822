//! Accounts x action classes: how far each can really act, at a boundary or anywhere.

use crate::access::effective::{self, Reach};
use crate::access::holdings::Holdings;
use crate::access::matrix::{Column, Filter, Kind, Mark, Matrix, Row, selected};
use crate::access::terms::Terms;
use crate::model::access::ActionClass;

/// How far each account goes: at the boundary of the filter, else where it goes farthest.
///
/// Of the filter all but group and effect apply. Who can do nothing at a boundary is not shown there, unless by name.
/// Accounts that are not in use are shown as they will be once they are: their status stands in their row.
pub fn effective<'a>(holdings: &Holdings<'a>, terms: &dyn Terms<'a>, filter: &Filter) -> Matrix {
    // What holds at a boundary may come by a role, wherever the account's own boundaries are.
    let wide = Filter {
        at: None,
        ..filter.clone()
    };
    let (accounts, retired) = selected(holdings.inventory, &wide);
    let is_shown = |row: &Row| {
        let is_asked_for = filter.at.is_none() || filter.account.is_some() || filter.all;
        is_asked_for || !row.held.is_empty()
    };
    let rows = accounts.into_iter().map(|(name, account)| {
        let principal = effective::principal_of(name);
        let actions = effective::actions(holdings, terms, &principal, filter.at.as_ref());
        let reached = actions.iter().map(|action| action.reach()).enumerate();
        let held = reached
            .filter(|(_, reach)| *reach != Reach::Nothing)
            .map(|(at, reach)| (at, Mark::Reach(reach)));
        Row {
            held: held.collect(),
            ..Row::of(name, account)
        }
    });
    let column = |class: &ActionClass| Column {
        key: class.to_string(),
        group: String::new(),
        title: class.to_string(),
        effect: None,
    };
    Matrix {
        kind: Kind::Effective,
        rows: rows.filter(is_shown).collect(),
        columns: ActionClass::ALL.iter().map(column).collect(),
        retired,
        absent: 0,
    }
}
