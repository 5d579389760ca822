//! Where a text holds what looks like a secret, so that no line of it is shown as it stands.
//!
//! The whole text is looked at, not one line: a key may run over several, and may be written with escapes.

use std::borrow::Cow;
use std::ops::Range;

use toml_parser::lexer::TokenKind;

use crate::manifest::problem::Fault;
use crate::manifest::reading::Teller;
use crate::manifest::tokens::{Tokens, raw};
use crate::model::text::shape;

/// The stretches of a text to hide, in order.
pub(super) fn hidden(text: &str) -> Vec<Range<usize>> {
    let mut all: Vec<_> = shape::hits(text).into_iter().map(|hit| hit.range).collect();
    let mut tokens = Tokens::of(text);
    while let Some((kind, bytes)) = tokens.next() {
        if is_disguised(text, kind, bytes.clone()) {
            all.push(bytes);
        }
    }
    all.sort_by_key(|range| (range.start, range.end));
    all
}

/// Tells of comments that hold a secret of a known form: keys are parked there, and no rule sees a comment. What is only
/// random is left alone, as comments quote commits and digests.
pub(super) fn parked(tokens: &Tokens<'_>, tell: &mut Teller<'_>) {
    for bytes in &tokens.comments {
        let comment = tokens.text.get(bytes.clone()).unwrap_or_default();
        if let Some(shape) = shape::known_shape(comment) {
            let message = format!("a comment holds what looks like {}", shape.words());
            let hint = "take it out and rotate it: whoever has read this file has it";
            tell.fault(Fault::new(bytes.clone(), message).hint(hint));
        }
    }
}

/// Whether a string with escapes means a secret: then all of it is hidden, for no one knows which of its bytes are.
fn is_disguised(text: &str, kind: TokenKind, bytes: Range<usize>) -> bool {
    let escapes = match kind {
        TokenKind::BasicString | TokenKind::MlBasicString => true,
        TokenKind::LiteralString
        | TokenKind::MlLiteralString
        | TokenKind::Dot
        | TokenKind::Equals
        | TokenKind::Comma
        | TokenKind::LeftSquareBracket
        | TokenKind::RightSquareBracket
        | TokenKind::LeftCurlyBracket
        | TokenKind::RightCurlyBracket
        | TokenKind::Whitespace
        | TokenKind::Comment
        | TokenKind::Newline
        | TokenKind::Atom
        | TokenKind::Eof => false,
    };
    let written = text.get(bytes.clone()).unwrap_or_default();
    if !escapes || !written.contains('\\') {
        return false;
    }
    let Some(raw) = raw(text, kind, bytes) else {
        return false;
    };
    let mut meant = Cow::Borrowed("");
    let _ = raw.decode_scalar(&mut meant, &mut ());
    shape::looks_secret(&meant).is_some()
}

/// A stretch of the text that begins at `from`, with what is hidden of it written as stars.
pub(super) fn hide(part: &str, from: usize, hidden: &[Range<usize>]) -> String {
    let to = from + part.len();
    let inside = hidden
        .iter()
        .filter(|range| range.start < to && range.end > from)
        .map(|range| range.start.max(from) - from..range.end.min(to) - from);
    shape::hide(part, inside).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        hide(text, 0, &hidden(text))
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        let body = "16C7e42F292c6912E7710c838347Ae178B4a";
        for text in [
            format!("a = \"ghp_{body}\""),
            format!("a = 'ghp_{body}' # ghp_{body}"),
            format!("a = \"\\u0067hp_{body}\""),
            format!("a = \"\"\"\nghp_{}\\\n  {}\"\"\"", &body[..16], &body[16..]),
            format!("a = \"https\\u003a//svc:{}@x.example\"", &body[..8]),
            format!(
                "a = \"\"\"\n-----BEGIN {}-----\nabcDEF\n{body}\nQ==\n",
                "PRIVATE KEY"
            ),
        ] {
            let shown = shown(&text);
            assert_eq!(shown.len(), text.len());
            assert!(!shown.contains(&body[..6]), "{shown}");
            assert!(
                !shown.contains("abcDEF") && !shown.contains("Q=="),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_part_of_a_text_is_hidden_as_the_whole_is() {
        let text = format!("a = \"sk_{}\"", "live_51Habcd");
        let hidden = hidden(&text);
        assert_eq!(hide(&text[12..], 12, &hidden), "********\"");
        assert_eq!(hide(&text[..4], 0, &hidden), "a = ");
    }
}
