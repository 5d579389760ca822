//! Replacements in a text, by bytes: all else stays as it is.

use std::ops::Range;

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub span: Range<usize>,
    pub with: String,
}

/// What was done to a file, at a byte of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub at: usize,
    pub what: String,
}

/// Makes the edits, and moves what was done before and is done by them to where it stands then. Edits that overlap an
/// earlier one are left out.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>, done: &mut [Done]) -> String {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    let mut moved: Vec<(usize, usize)> = vec![(0, 0)];
    for edit in edits {
        let Some(kept) = text.get(from..edit.span.start) else {
            continue;
        };
        out.push_str(kept);
        out.push_str(&edit.with);
        from = edit.span.end.max(edit.span.start);
        moved.push((from, out.len()));
    }
    out.push_str(text.get(from..).unwrap_or_default());
    for done in done {
        let before = moved.partition_point(|(old, _)| *old <= done.at);
        let (old, new) = before.checked_sub(1).map_or((0, 0), |at| moved[at]);
        done.at = (new + done.at - old).min(out.len());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(span: Range<usize>, with: &str) -> Edit {
        Edit {
            span,
            with: with.to_owned(),
        }
    }

    #[test]
    fn all_else_stays_and_places_move() {
        let mut done = [0, 2, 5, 7].map(|at| Done {
            at,
            what: String::new(),
        });
        let edits = vec![edit(6..7, ""), edit(2..3, "XYZ"), edit(2..3, "no")];
        assert_eq!(apply("abcdefgh", edits, &mut done), "abXYZdefh");
        assert_eq!(done.map(|done| done.at), [0, 2, 7, 8]);
    }
}
