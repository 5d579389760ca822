//! Lists whose order means nothing, put in order within the bytes they have: a comment moves with its element, and what
//! stands between two empty lines stays together.

use std::ops::Range;

use crate::manifest::mend::edit::Edit;

/// An element of a list, by what is to be written for it and what it means.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub span: Range<usize>,
    pub raw: String,
    pub text: String,
}

/// The edits that put a list in order, and how many duplicates they take out; none where nothing is to be moved.
pub(super) fn order(
    text: &str,
    list: Range<usize>,
    elements: &[Element],
) -> Option<(Vec<Edit>, usize)> {
    let mut all = Vec::new();
    let mut dropped = 0;
    let mut moved = false;
    let mut from = 0;
    while from < elements.len() {
        let next = (from + 1..elements.len())
            .find(|at| is_parted(gap(text, elements, *at, &list)))
            .unwrap_or(elements.len());
        let group = Group {
            text,
            before: gap(text, elements, from, &list),
            elements: &elements[from..next],
            after: gap(text, elements, next, &list),
        };
        let (edits, out) = group.order().unwrap_or_default();
        moved |= !edits.is_empty();
        dropped += out;
        match edits.is_empty() {
            true => all.extend(respelt(text, group.elements)),
            false => all.extend(edits),
        }
        from = next;
    }
    moved.then_some((all, dropped))
}

/// The edits that only write elements anew where they stand.
pub(super) fn respelt(text: &str, elements: &[Element]) -> Vec<Edit> {
    let changed = elements
        .iter()
        .filter(|element| text.get(element.span.clone()) != Some(element.raw.as_str()));
    let edits = changed.map(|element| Edit {
        span: element.span.clone(),
        with: element.raw.clone(),
    });
    edits.collect()
}

/// What stands before an element; before none, what stands at the end of the list.
fn gap<'t>(text: &'t str, elements: &[Element], at: usize, list: &Range<usize>) -> &'t str {
    let from = at.checked_sub(1).and_then(|before| elements.get(before));
    let from = from.map_or(list.start + 1, |before| before.span.end);
    let to = elements
        .get(at)
        .map_or(list.end - 1, |element| element.span.start);
    text.get(from..to).unwrap_or_default()
}

/// Whether an empty line stands in a gap.
fn is_parted(gap: &str) -> bool {
    parted(gap).is_some()
}

/// The byte behind the last empty line of a gap.
fn parted(gap: &str) -> Option<usize> {
    let mut at = 0;
    let mut found = None;
    for (number, line) in gap.split_inclusive('\n').enumerate() {
        at += line.len();
        if number > 0 && line.ends_with('\n') && line.trim().is_empty() {
            found = Some(at);
        }
    }
    found
}

/// Elements that no empty line parts.
struct Group<'t, 'e> {
    text: &'t str,
    before: &'t str,
    elements: &'e [Element],
    after: &'t str,
}

/// An element with the lines of comments above it, and the comment behind it.
struct Block {
    lead: Range<usize>,
    trail: Range<usize>,
    has_comma: bool,
    comment: Range<usize>,
}

impl Group<'_, '_> {
    fn order(&self) -> Option<(Vec<Edit>, usize)> {
        let mut order: Vec<usize> = (0..self.elements.len()).collect();
        order.sort_by_key(|at| &self.elements[*at].text);
        match self.blocks() {
            Blocks::Bare => Some(self.slots(order)),
            Blocks::Commented(blocks) => self.lines(order, &blocks),
            Blocks::Unclear => None,
        }
    }

    /// Puts other values into the places that there are.
    fn slots(&self, mut order: Vec<usize>) -> (Vec<Edit>, usize) {
        order.dedup_by_key(|at| &self.elements[*at].text);
        let dropped = self.elements.len() - order.len();
        if dropped == 0 && order.is_sorted() {
            return Default::default();
        }
        let placed = std::iter::zip(self.elements, &order).map(|(slot, at)| Element {
            span: slot.span.clone(),
            ..self.elements[*at].clone()
        });
        let placed: Vec<Element> = placed.collect();
        let mut edits = respelt(self.text, &placed);
        if let (Some(keep), Some(last), 1..) = (placed.last(), self.elements.last(), dropped) {
            edits.push(Edit {
                span: keep.span.end..last.span.end,
                with: String::new(),
            });
        }
        (edits, dropped)
    }

    /// Moves whole lines, with their comments.
    fn lines(&self, sorted: Vec<usize>, blocks: &[Block]) -> Option<(Vec<Edit>, usize)> {
        let has_comment = |at: &usize| {
            let lead = self.text.get(blocks[*at].lead.clone());
            lead.is_some_and(|lead| lead.contains('#')) || !blocks[*at].comment.is_empty()
        };
        // Of equals those without a comment go; one stays in any case.
        let mut order = Vec::with_capacity(sorted.len());
        for equals in sorted.chunk_by(|a, b| self.elements[*a].text == self.elements[*b].text) {
            match equals.iter().any(has_comment) {
                true => order.extend(equals.iter().copied().filter(has_comment)),
                false => order.extend(equals.first()),
            }
        }
        let dropped = self.elements.len() - order.len();
        if dropped == 0 && order.is_sorted() {
            return Some(Default::default());
        }
        let mut out = String::new();
        for (slot, at) in order.iter().enumerate() {
            // The last line that is left ends as the last one did.
            let place = if slot + 1 == order.len() {
                blocks.len() - 1
            } else {
                slot
            };
            let block = &blocks[*at];
            out.push_str(self.text.get(block.lead.clone())?);
            out.push_str(&self.elements[*at].raw);
            out.push_str(if blocks[place].has_comma { "," } else { "" });
            out.push_str(self.text.get(block.comment.clone())?);
            if slot + 1 < order.len() {
                let next = &blocks[slot + 1];
                out.push_str(self.text.get(blocks[slot].trail.end..next.lead.start)?);
            }
        }
        let span = blocks.first()?.lead.start..blocks.last()?.trail.end;
        Some((vec![Edit { span, with: out }], dropped))
    }

    fn blocks(&self) -> Blocks {
        let mut gaps = vec![self.before];
        let pairs = self.elements.windows(2);
        gaps.extend(pairs.map(|pair| {
            let between = pair[0].span.end..pair[1].span.start;
            self.text.get(between).unwrap_or_default()
        }));
        let first = lead_of(self.before, true);
        let trail = line_of(self.after);
        let inner = gaps.iter().skip(1).any(|gap| gap.contains('#'));
        let around = first.is_some_and(|at| self.before[at..].contains('#')) || trail.contains('#');
        if !inner && !around {
            return Blocks::Bare;
        }
        gaps.push(self.after);
        let block = |at: usize| {
            let element = self.elements.get(at)?;
            let lead = lead_of(gaps[at], at == 0)?;
            let lead = element.span.start - (gaps[at].len() - lead)..element.span.start;
            let line = line_of(gaps[at + 1]);
            if line.len() == gaps[at + 1].len() || has_comma(self.text.get(lead.clone())?) {
                return None;
            }
            let trail = element.span.end..element.span.end + line.len();
            let code = line.find('#').unwrap_or(line.len());
            let comma = line[..code].find(',');
            let comment = match line.contains('#') {
                true => trail.start + comma.map_or(0, |at| at + 1)..trail.end,
                false => trail.end..trail.end,
            };
            Some(Block {
                lead,
                trail,
                has_comma: comma.is_some(),
                comment,
            })
        };
        let rest = &self.after[trail.len()..];
        let blocks: Option<Vec<Block>> = (0..self.elements.len()).map(block).collect();
        match blocks {
            Some(blocks) if !has_comma(rest) => Blocks::Commented(blocks),
            _ => Blocks::Unclear,
        }
    }
}

enum Blocks {
    /// No comment belongs to an element.
    Bare,
    /// Each element has lines of its own.
    Commented(Vec<Block>),
    /// A comment belongs to who knows which.
    Unclear,
}

/// Where the lines of an element begin in what stands before it; none where it stands in a line with something else.
fn lead_of(gap: &str, is_first: bool) -> Option<usize> {
    let after_line = gap.find('\n').map(|end| end + 1);
    parted(gap).filter(|_| is_first).or(after_line)
}

/// What stands in the line of an element behind it, without the line's end.
fn line_of(gap: &str) -> &str {
    let line = gap.split('\n').next().unwrap_or_default();
    line.strip_suffix('\r').unwrap_or(line)
}

/// Whether a comma stands outside of comments.
fn has_comma(gap: &str) -> bool {
    let code = |line: &str| line.split('#').next().unwrap_or_default().contains(',');
    gap.lines().any(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::mend::edit::apply;
    use crate::manifest::mend::walk::walk;
    use crate::manifest::mend::walked::What;

    fn ordered(list: &str) -> String {
        let text = format!("l = {list}\n");
        let value = walk(&text, |_, _| true).values.pop().unwrap();
        let What::List(elements) = value.what else {
            panic!("a list");
        };
        let elements: Vec<Element> = elements
            .into_iter()
            .map(|(span, element)| Element {
                raw: text[span.clone()].to_owned(),
                text: element.unwrap(),
                span,
            })
            .collect();
        let edits = order(&text, value.span, &elements).map_or(Vec::new(), |(edits, _)| edits);
        let out = apply(&text, edits, &mut []);
        out["l = ".len()..out.len() - 1].to_owned()
    }

    #[test]
    fn values_change_places_and_the_layout_stays() {
        for (list, expected) in [
            ("[]", "[]"),
            ("['b', \"a\"]", "[\"a\", 'b']"),
            ("[ 'b','a','b' ]", "[ 'a','b' ]"),
            (
                "[\r\n 'c', 'b',\r\n 'a',\r\n]",
                "[\r\n 'a', 'b',\r\n 'c',\r\n]",
            ),
            ("[\n 'b',\n 'a',\n 'a'\n]", "[\n 'a',\n 'b'\n]"),
            ("[ # all\n 'b',\n 'a', ]", "[ # all\n 'a',\n 'b', ]"),
        ] {
            assert_eq!(ordered(list), expected);
            assert_eq!(ordered(expected), expected);
        }
    }

    #[test]
    fn a_comment_moves_with_its_element() {
        for (list, expected) in [
            (
                "[\n  # of b\n  'b', # b\n  'a',\n  'c' # c\n  # end\n]",
                "[\n  'a',\n  # of b\n  'b', # b\n  'c' # c\n  # end\n]",
            ),
            (
                "[\r\n 'b', # b\r\n 'a' # a\r\n]",
                "[\r\n 'a', # a\r\n 'b' # b\r\n]",
            ),
            (
                "[\n 'b', # b\n 'a',\n 'a', # a\n]",
                "[\n 'a', # a\n 'b', # b\n]",
            ),
        ] {
            assert_eq!(ordered(list), expected);
            assert_eq!(ordered(expected), expected);
        }
    }

    #[test]
    fn what_an_empty_line_parts_stays_apart() {
        let list = "[\n # reads\n 'd',\n 'c',\n\n # writes\n 'b', # b\n 'a',\n]";
        let expected = "[\n 'c',\n # reads\n 'd',\n\n 'a',\n # writes\n 'b', # b\n]";
        assert_eq!(ordered(list), expected);
    }

    #[test]
    fn where_a_comment_belongs_to_no_one_element_nothing_is_moved() {
        for list in [
            "[ 'b', # b\n 'a' ]",
            "[\n 'b', 'a', # both\n 'c',\n]",
            "[\n 'b' # b\n , 'a'\n]",
            "[\n 'b', # b\n 'a' ]",
        ] {
            assert_eq!(ordered(list), list);
        }
    }
}
