//! The validation checklist of every account that is not retired.

use crate::dossier::handoff::Around;
use crate::model::checklist::Line;
use crate::report::handoff::{Block, Section, Titled};

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let retired = around.inventory.accounts.len() - around.checked.len();
    let left_out = match retired {
        0 => String::new(),
        1 => " One retired account is not checked.".to_owned(),
        more => format!(" {more} retired accounts are not checked."),
    };
    let checked = around.checked.iter();
    let checked = checked.map(|(id, lines)| (id.to_string(), lines.clone()));
    Section {
        id: "checklist",
        title: "Validation checklist",
        lead: format!(
            "The six lines of the guide for each account, with the day of what each stands on. Missing is what nothing \
             proves, or not any more; not applicable is what the account's level never does.{left_out}"
        ),
        gaps: around.unproven(&[Line::ReadFirst, Line::FailsClosed, Line::Procedures]),
        blocks: vec![Block::Checklist(Titled {
            name: "checks".to_owned(),
            title: "Each account, line by line".to_owned(),
            what: checked.collect(),
        })],
    }
}
