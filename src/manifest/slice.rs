//! The tables of a file, found with the lexer: which bytes make up one record. Parses no value.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use toml_parser::lexer::TokenKind;

use crate::manifest::nesting::Nesting;
use crate::manifest::tokens::{Tokens, raw};
use crate::model::record::Kind;

/// How deep tables and lists may lie in each other, dotted keys counted; far above any real inventory, and below what
/// the readers of JSON take.
pub(super) const DEEPEST: usize = 64;

/// The bytes of a file that make up one record: in one piece, unless its tables stand apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slice {
    One(u32, u32),
    Many(Vec<(u32, u32)>),
}

impl Slice {
    /// The slice's text; none where the file is not the one that was cut.
    pub fn text<'t>(&self, file: &'t str) -> Option<Cow<'t, str>> {
        let piece = |(start, end): (u32, u32)| file.get(start as usize..end as usize);
        match self {
            Slice::One(start, end) => piece((*start, *end)).map(Cow::Borrowed),
            Slice::Many(pieces) => pieces
                .iter()
                .map(|p| piece(*p))
                .collect::<Option<String>>()
                .map(Cow::Owned),
        }
    }

    /// A span of the slice's text as a span of the file.
    pub fn in_file(&self, span: Range<usize>) -> Range<usize> {
        let start = self.position(span.start);
        // The end belongs to the piece of the last byte, not to the next one.
        let end = match span.end.checked_sub(1) {
            Some(last) if span.end > span.start => self.position(last) + 1,
            _ => start,
        };
        start..end.max(start)
    }

    fn position(&self, at: usize) -> usize {
        match self {
            Slice::One(start, _) => *start as usize + at,
            Slice::Many(pieces) => {
                let mut left = at;
                for (start, end) in pieces {
                    let length = (end - start) as usize;
                    if left < length {
                        return *start as usize + left;
                    }
                    left -= length;
                }
                pieces.last().map_or(0, |(_, end)| *end as usize)
            }
        }
    }

    fn push(&mut self, piece: (u32, u32)) {
        match self {
            Slice::One(start, end) if *end == piece.0 || *start == *end => {
                *self = Slice::One(if start == end { piece.0 } else { *start }, piece.1);
            }
            Slice::One(start, end) => *self = Slice::Many(vec![(*start, *end), piece]),
            Slice::Many(pieces) => match pieces.last_mut() {
                Some(last) if last.1 == piece.0 => last.1 = piece.1,
                _ => pieces.push(piece),
            },
        }
    }
}

/// A file cut into records.
pub(super) struct Cut<'t> {
    pub tokens: Tokens<'t>,
    pub slices: Vec<Slice>,
    /// Headers of a record that has one already: the first, and the other.
    pub repeated: Vec<(Range<usize>, Range<usize>)>,
    /// Whether the file names any kind of record.
    pub declares: bool,
}

/// Why a file was not cut.
#[derive(Debug)]
pub(super) struct TooDeep(pub Range<usize>);

/// What is said of such a file.
pub(super) fn too_deep_message() -> String {
    format!("tables or lists lie more than {DEEPEST} deep in each other")
}

/// Cuts a file into records. A text that is no TOML is cut somehow; its parser will say what is wrong.
pub(super) fn cut(text: &str) -> Result<Cut<'_>, TooDeep> {
    let mut cutter = Cutter::new(text);
    cutter.run()?;
    Ok(cutter.finish())
}

type Name<'t> = (Cow<'t, str>, Cow<'t, str>);

struct Group {
    slice: Slice,
    header: Option<Range<usize>>,
    closed: bool,
}

struct Cutter<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    groups: Vec<Group>,
    names: HashMap<Name<'t>, usize>,
    current: Option<(usize, Option<Name<'t>>)>,
    piece: usize,
    repeated: Vec<(Range<usize>, Range<usize>)>,
    declares: bool,
    /// Whether something stands in the file that can only be read with the whole of it.
    whole: bool,
}

/// A table's header: the first two of its keys, and how many there are.
struct Header<'t> {
    first: Cow<'t, str>,
    second: Option<Cow<'t, str>>,
    keys: usize,
    list: bool,
    span: Range<usize>,
}

impl<'t> Cutter<'t> {
    fn new(text: &'t str) -> Cutter<'t> {
        Cutter {
            text,
            tokens: Tokens::of(text),
            groups: Vec::new(),
            names: HashMap::new(),
            current: None,
            piece: 0,
            repeated: Vec::new(),
            declares: false,
            whole: false,
        }
    }

    fn run(&mut self) -> Result<(), TooDeep> {
        let mut open = Nesting::default();
        let mut line_start = true;
        while let Some((kind, span)) = self.tokens.next() {
            match kind {
                TokenKind::LeftSquareBracket if line_start && open.is_empty() => {
                    let header = self.header(span.start, span.end)?;
                    open.header(header.as_ref().map_or(0, |h| h.keys));
                    match header {
                        Some(header) => self.begin(header),
                        None => self.whole |= self.groups.is_empty(),
                    }
                    line_start = true;
                    continue;
                }
                TokenKind::Newline => {
                    line_start = true;
                    open.key_ends();
                    continue;
                }
                TokenKind::Whitespace | TokenKind::Comment | TokenKind::Eof => continue,
                TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString
                    if line_start && open.is_empty() && self.groups.is_empty() =>
                {
                    self.declares |= kind_of(&key_text(self.text, kind, span.clone())).is_some();
                }
                TokenKind::LeftSquareBracket => open.push(b'['),
                TokenKind::LeftCurlyBracket => open.push(b'{'),
                TokenKind::RightSquareBracket => open.pop(b'['),
                TokenKind::RightCurlyBracket => open.pop(b'{'),
                TokenKind::Dot => open.dot(),
                TokenKind::Comma => open.key_ends(),
                TokenKind::Equals
                | TokenKind::Atom
                | TokenKind::BasicString
                | TokenKind::LiteralString
                | TokenKind::MlBasicString
                | TokenKind::MlLiteralString => {}
            }
            if open.depth() > DEEPEST {
                return Err(TooDeep(span));
            }
            self.whole |= self.groups.is_empty();
            line_start = false;
        }
        Ok(())
    }

    /// Reads a header to the end of its line; none where it is not one.
    fn header(&mut self, start: usize, mut end: usize) -> Result<Option<Header<'t>>, TooDeep> {
        let (mut first, mut second, mut keys) = (None, None, 0);
        let (mut opened, mut closed, mut broken) = (1, 0, false);
        while let Some((kind, span)) = self.tokens.next() {
            match kind {
                TokenKind::Newline | TokenKind::Eof => break,
                TokenKind::Whitespace | TokenKind::Comment | TokenKind::Dot => continue,
                TokenKind::LeftSquareBracket if keys == 0 && opened == 1 => opened = 2,
                TokenKind::RightSquareBracket if closed < opened => closed += 1,
                TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString
                    if closed == 0 =>
                {
                    keys += 1;
                    if keys > DEEPEST {
                        return Err(TooDeep(span));
                    }
                    match keys {
                        1 => first = Some(key_text(self.text, kind, span.clone())),
                        2 => second = Some(key_text(self.text, kind, span.clone())),
                        _ => {}
                    }
                }
                _ => broken = true,
            }
            end = span.end;
        }
        let span = start..end;
        Ok(match first {
            Some(first) if !broken && opened == closed => Some(Header {
                first,
                second,
                keys,
                list: opened == 2,
                span,
            }),
            _ => None,
        })
    }

    /// Ends the piece before a header, and finds the record that the header belongs to.
    fn begin(&mut self, header: Header<'t>) {
        self.end_piece(header.span.start);
        let kind = kind_of(&header.first);
        self.declares |= kind.is_some();
        let named = kind.is_some_and(|kind| !is_list(kind) && kind != Kind::Organisation);
        self.whole |= named && header.keys == 1;
        let name = (
            header.first,
            header.second.filter(|_| named).unwrap_or_default(),
        );
        let fresh = kind.is_some_and(is_list) && header.list && header.keys == 1;
        if !fresh
            && self
                .current
                .as_ref()
                .is_some_and(|c| c.1.as_ref() == Some(&name))
        {
            return self.note_header(header.keys, header.list, named, header.span);
        }
        let known = if fresh {
            None
        } else {
            self.names.get(&name).copied()
        };
        let at = known.unwrap_or_else(|| {
            self.groups.push(Group {
                slice: Slice::One(0, 0),
                header: None,
                closed: false,
            });
            self.groups.len() - 1
        });
        if known != Some(at) {
            self.names.insert(name.clone(), at);
        }
        self.current = Some((at, Some(name)));
        self.note_header(header.keys, header.list, named, header.span);
    }

    /// Notes the header of the record itself; at the second one, the record takes no more.
    fn note_header(&mut self, keys: usize, list: bool, named: bool, span: Range<usize>) {
        let Some((at, Some(name))) = &self.current else {
            return;
        };
        let own = !list && keys == if named { 2 } else { 1 };
        if !own || kind_of(&name.0).is_none_or(is_list) {
            return;
        }
        let group = &mut self.groups[*at];
        match &group.header {
            Some(first) => {
                self.repeated.push((first.clone(), span));
                group.closed = true;
            }
            None => group.header = Some(span),
        }
    }

    fn end_piece(&mut self, end: usize) {
        // What stands before the first header goes with the first record: its comments may be faulty, too.
        if let Some((at, _)) = &self.current {
            let piece = (self.piece as u32, end as u32);
            self.piece = end;
            let group = &mut self.groups[*at];
            if !group.closed && piece.0 < piece.1 {
                group.slice.push(piece);
            }
        }
    }

    fn finish(mut self) -> Cut<'t> {
        self.end_piece(self.text.len());
        let whole = self.whole || (self.groups.is_empty() && !self.text.trim().is_empty());
        if whole {
            return Cut {
                tokens: self.tokens,
                slices: vec![Slice::One(0, self.text.len() as u32)],
                repeated: Vec::new(),
                declares: self.declares,
            };
        }
        Cut {
            tokens: self.tokens,
            slices: self.groups.into_iter().map(|group| group.slice).collect(),
            repeated: self.repeated,
            declares: self.declares,
        }
    }
}

/// A key without its quotes; decoded only where it holds an escape.
fn key_text(text: &str, kind: TokenKind, bytes: Range<usize>) -> Cow<'_, str> {
    let mut key = Cow::Borrowed("");
    if let Some(raw) = raw(text, kind, bytes) {
        raw.decode_key(&mut key, &mut ());
    }
    key
}

fn kind_of(word: &str) -> Option<Kind> {
    word.parse().ok()
}

/// Whether records of the kind stand in a list of tables, without names.
pub(super) fn is_list(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Assignment | Kind::Assertion | Kind::Decision | Kind::ResidualRisk | Kind::Waiver
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let cut = cut(text).unwrap();
        let texts = cut
            .slices
            .iter()
            .map(|slice| slice.text(text).unwrap().into_owned());
        texts.collect()
    }

    #[test]
    fn a_header_in_a_text_or_a_list_is_none() {
        let text = "[team.a]\nname = \"\"\"\n[team.b]\n\"\"\"\nx = [\n[team],\n]\n[team.c]\n";
        assert_eq!(texts(text).len(), 2);
    }

    #[test]
    fn the_tables_of_a_record_are_brought_together() {
        let text = "# top\n[team.a]\nx = 1\n[team.b]\n[team.a.c]\ny = 2\n[[waiver]]\n[[waiver]]\n";
        assert_eq!(
            texts(text),
            [
                "# top\n[team.a]\nx = 1\n[team.a.c]\ny = 2\n",
                "[team.b]\n",
                "[[waiver]]\n",
                "[[waiver]]\n"
            ]
        );
        let cut = cut(text).unwrap();
        let at = texts(text)[0].find("y = 2").unwrap();
        let span = cut.slices[0].in_file(at..at + 5);
        assert_eq!(&text[span], "y = 2");
    }

    #[test]
    fn keys_before_the_first_header_need_the_whole_file() {
        for text in [
            "team.a.x = 1\n[team.b]\n",
            "[team]\na = {}\n[team.b]\n",
            "[[[\n[team.b]\n",
        ] {
            assert_eq!(texts(text), [text]);
        }
    }
}
