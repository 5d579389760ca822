//! What a suggested account asks of the operator: the blank of each control, and the names of the roll to choose from.

use std::fmt::{Display, Write as _};

use crate::model::text::{is_unsafe, shape};

/// How many names are told to choose from.
const NAMED: usize = 6;

/// The blank that stands for a control, and what belongs there.
pub(super) fn blank_of_control(key: &str) -> (&'static str, &'static str) {
    match key {
        "max-file-size" => ("\"\"", "the largest file that it takes over: \"25MB\""),
        "classification" => ("\"\"", "the highest class of document that it may carry"),
        "retention" => ("\"\"", "how long the files are kept: \"730d\""),
        "access-policy" => ("\"\"", "who may read them where they end up"),
        "supervisor" => ("\"\"", "who reviews each handoff: person/NAME"),
        "provider-ownership" => ("\"\"", "from when on the record is the provider's"),
        "conflict-rule" => ("\"\"", "which side wins where both have changed"),
        "retry-log" => ("\"\"", "the log of what was tried again"),
        "owner-approval" => (
            "\"\"",
            "who approved the status that is written: person/NAME",
        ),
        "fields" => ("[]", "each field that it may write, no more"),
        "rollback" => ("\"\"", "the procedure that puts the old values back"),
        "test-window" => (
            "{ days = [], from = \"\", to = \"\" }",
            "when writes may be tried: days = [\"sun\"], from = \"02:00\", to = \"04:00\"",
        ),
        "review-gate" => ("\"\"", "who reviews each draft: person/NAME"),
        "source-citation" => ("\"\"", "how a draft names the records that it rests on"),
        "action-approval" => ("\"\"", "how each action is approved on its own"),
        _ => ("\"\"", "a control that the level demands"),
    }
}

/// The names to choose from, in parentheses behind a blank; the empty text where there are none.
pub(super) fn among(names: impl Iterator<Item = impl Display>) -> String {
    let mut text = String::new();
    for (at, name) in names.take(NAMED + 1).enumerate() {
        match at {
            NAMED => text.push_str(" ..."),
            0 => drop(write!(text, " ({name}")),
            _ => drop(write!(text, ", {name}")),
        }
    }
    if !text.is_empty() {
        text.push(')');
    }
    text
}

/// A text as a part of a comment: on one line, and without what no terminal should be sent.
pub(super) fn flat(text: &str) -> String {
    let shown = shape::masked(text);
    let plain = shown.chars().map(|c| if is_unsafe(c) { ' ' } else { c });
    plain.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Policy;

    #[test]
    fn every_control_that_a_level_demands_is_asked_for_in_words_of_its_own() {
        let (_, unknown) = blank_of_control("");
        for control in Policy::shipped()
            .levels()
            .all()
            .iter()
            .flat_map(|policy| &policy.controls)
        {
            assert_ne!(blank_of_control(control.as_str()).1, unknown, "{control}");
        }
    }

    #[test]
    fn a_long_list_of_names_is_cut() {
        assert_eq!(among(0..0), "");
        assert_eq!(among(0..2), " (0, 1)");
        assert_eq!(among(0..9), " (0, 1, 2, 3, 4, 5 ...)");
    }
}
