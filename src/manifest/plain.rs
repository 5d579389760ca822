//! Reads TOML as inventories are written, in one pass over its tokens. Whatever is rare or wrong it gives back unread, for
//! the whole parser: what it does read, it reads to the same tree. `agreement` holds the two together.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml_parser::decoder::ScalarKind;
use toml_parser::lexer::TokenKind;
use toml_parser::{ErrorSink, ParseError};

use crate::manifest::tokens::{Token, raw};
use crate::manifest::tree::{Key, Made, Table, Value};

/// Tables of more keys are left to the parser that sorts them.
const MOST_KEYS: usize = 64;

/// Reads the bytes `within` of `text`, whose tokens are `tokens`. Spans count from the stretch's start.
pub(super) fn parse<'i>(
    text: &'i str,
    tokens: &[Token],
    within: Range<usize>,
) -> Option<Table<'i>> {
    let mut parser = Plain {
        text,
        tokens,
        at: 0,
        start: within.start,
        end: within.end,
    };
    parser.document()
}

struct Plain<'i, 't> {
    text: &'i str,
    tokens: &'t [Token],
    at: usize,
    start: usize,
    end: usize,
}

/// Notes whether anything is wrong.
#[derive(Default)]
struct Wrong(bool);

impl ErrorSink for Wrong {
    fn report_error(&mut self, _: ParseError) {
        self.0 = true;
    }
}

impl<'i> Plain<'i, '_> {
    fn kind(&self) -> TokenKind {
        self.kind_at(self.at)
    }

    fn kind_at(&self, at: usize) -> TokenKind {
        self.tokens
            .get(at)
            .map_or(TokenKind::Eof, |token| token.kind)
    }

    /// Where a token begins in the text; behind the last one, where the stretch ends.
    fn begins(&self, at: usize) -> usize {
        self.tokens
            .get(at)
            .map_or(self.end, |token| token.start as usize)
    }

    fn span(&self, from: usize) -> Range<usize> {
        self.begins(from) - self.start..self.begins(self.at) - self.start
    }

    fn here(&self) -> &'i str {
        let bytes = self.begins(self.at)..self.begins(self.at + 1);
        self.text.get(bytes).unwrap_or_default()
    }

    /// Passes a token of the kind, or gives up.
    fn pass(&mut self, kind: TokenKind) -> Option<()> {
        (self.kind() == kind).then(|| self.at += 1)
    }

    fn whitespace(&mut self) {
        while self.kind() == TokenKind::Whitespace {
            self.at += 1;
        }
    }

    /// Passes blanks, line ends and comments.
    fn blank(&mut self) -> Option<()> {
        loop {
            let good = match self.kind() {
                TokenKind::Whitespace => true,
                TokenKind::Newline => self.here() != "\r",
                TokenKind::Comment => self.here().bytes().all(is_printable),
                _ => return Some(()),
            };
            good.then(|| self.at += 1)?;
        }
    }

    fn document(&mut self) -> Option<Table<'i>> {
        let mut root = Table::default();
        self.section(&mut root)?;
        while self.kind() == TokenKind::LeftSquareBracket {
            let table = self.header(&mut root)?;
            self.section(table)?;
        }
        matches!(self.kind(), TokenKind::Eof).then_some(root)
    }

    /// Reads keys and values up to the next header.
    fn section(&mut self, table: &mut Table<'i>) -> Option<()> {
        loop {
            self.blank()?;
            if matches!(self.kind(), TokenKind::LeftSquareBracket | TokenKind::Eof) {
                return Some(());
            }
            let mut into = &mut *table;
            let mut key = self.key()?;
            self.whitespace();
            while self.kind() == TokenKind::Dot {
                self.at += 1;
                self.whitespace();
                into = descend(into, key, Made::Dotted)?;
                key = self.key()?;
                self.whitespace();
            }
            self.value_of(into, key)?;
            self.line_ends()?;
        }
    }

    fn line_ends(&mut self) -> Option<()> {
        let before = self.at;
        self.blank()?;
        let lines = self.tokens.get(before..self.at)?;
        let ended = lines.iter().any(|token| token.kind == TokenKind::Newline);
        (ended || self.kind() == TokenKind::Eof).then_some(())
    }

    /// Reads a header, and finds or makes its table.
    fn header<'r>(&mut self, root: &'r mut Table<'i>) -> Option<&'r mut Table<'i>> {
        let from = self.at;
        self.pass(TokenKind::LeftSquareBracket)?;
        let list = self.pass(TokenKind::LeftSquareBracket).is_some();
        let mut table = root;
        let key = loop {
            self.whitespace();
            let key = self.key()?;
            self.whitespace();
            if self.kind() != TokenKind::Dot {
                break key;
            }
            self.at += 1;
            table = descend(table, key, Made::Implied)?;
        };
        self.pass(TokenKind::RightSquareBracket)?;
        if list {
            self.pass(TokenKind::RightSquareBracket)?;
        }
        let span = self.span(from);
        self.line_ends()?;
        let own = Spanned::new(
            span.clone(),
            Value::Table(Table::with_room(Made::Header, 20)),
        );
        let value = match table.position(key.get_ref()) {
            Some(at) if list => &mut table.entries[at].1,
            None if list => insert(table, key, Spanned::new(span, Value::Tables(Vec::new())))?,
            _ => return table_in(insert(table, key, own)?),
        };
        match value.get_mut() {
            Value::Tables(list) => {
                list.push(own);
                table_in(list.last_mut()?)
            }
            _ => None,
        }
    }

    fn key(&mut self) -> Option<Key<'i>> {
        let (kind, from, here) = (self.kind(), self.at, self.here());
        self.at += 1;
        let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let key = match kind {
            TokenKind::Atom if here.bytes().all(bare) => Cow::Borrowed(here),
            TokenKind::BasicString | TokenKind::LiteralString => self.string(kind, from)?,
            _ => return None,
        };
        Some(Spanned::new(self.span(from), key))
    }

    /// Reads `= value` under a key.
    fn value_of(&mut self, table: &mut Table<'i>, key: Key<'i>) -> Option<()> {
        self.pass(TokenKind::Equals)?;
        self.whitespace();
        let value = self.value()?;
        insert(table, key, value).map(|_| ())
    }

    fn value(&mut self) -> Option<Spanned<Value<'i>>> {
        let (kind, from) = (self.kind(), self.at);
        self.at += 1;
        let value = match kind {
            TokenKind::BasicString
            | TokenKind::LiteralString
            | TokenKind::MlBasicString
            | TokenKind::MlLiteralString => Value::String(self.string(kind, from)?),
            TokenKind::Atom => self.bare(from)?,
            TokenKind::LeftSquareBracket => Value::Array(self.array()?),
            TokenKind::LeftCurlyBracket => Value::Table(self.inline()?),
            _ => return None,
        };
        Some(Spanned::new(self.span(from), value))
    }

    fn string(&self, kind: TokenKind, at: usize) -> Option<Cow<'i, str>> {
        let bytes = self.begins(at)..self.begins(at + 1);
        let inner = self.text.get(bytes.start + 1..bytes.end.checked_sub(1)?);
        if let (TokenKind::BasicString, Some(inner)) = (kind, inner)
            && self.text.as_bytes()[bytes.end - 1] == b'"'
            && inner.bytes().all(|b| is_printable(b) && b != b'\\')
        {
            return Some(Cow::Borrowed(inner));
        }
        let (mut text, mut wrong) = (Cow::Borrowed(""), Wrong::default());
        let _ = raw(self.text, kind, bytes)?.decode_scalar(&mut text, &mut wrong);
        (!wrong.0).then_some(text)
    }

    /// Reads a value without quotes: its tokens up to what cannot belong to one.
    fn bare(&mut self, from: usize) -> Option<Value<'i>> {
        loop {
            match self.kind() {
                TokenKind::Atom | TokenKind::Dot => self.at += 1,
                TokenKind::Whitespace if self.kind_at(self.at + 1) == TokenKind::Atom => {
                    self.at += 2;
                }
                _ => break,
            }
        }
        let bytes = self.begins(from)..self.begins(self.at);
        let (mut text, mut wrong) = (Cow::Borrowed(""), Wrong::default());
        let raw = raw(self.text, TokenKind::Atom, bytes)?;
        let kind = raw.decode_scalar(&mut text, &mut wrong);
        if wrong.0 {
            return None;
        }
        Some(match kind {
            ScalarKind::String => Value::String(text),
            ScalarKind::Boolean(flag) => Value::Boolean(flag),
            ScalarKind::DateTime => Value::Datetime(text.parse().ok()?),
            ScalarKind::Float => Value::Float(text),
            ScalarKind::Integer(radix) => Value::Integer(text, radix.value()),
        })
    }

    fn array(&mut self) -> Option<Vec<Spanned<Value<'i>>>> {
        let mut list = Vec::new();
        loop {
            self.blank()?;
            if self.pass(TokenKind::RightSquareBracket).is_some() {
                return Some(list);
            }
            list.push(self.value()?);
            self.blank()?;
            if self.kind() != TokenKind::RightSquareBracket {
                self.pass(TokenKind::Comma)?;
            }
        }
    }

    /// A table in braces, on one line.
    fn inline(&mut self) -> Option<Table<'i>> {
        let mut table = Table::with_room(Made::Inline, 3);
        self.whitespace();
        if self.pass(TokenKind::RightCurlyBracket).is_some() {
            return Some(table);
        }
        loop {
            self.whitespace();
            let key = self.key()?;
            self.whitespace();
            self.value_of(&mut table, key)?;
            self.whitespace();
            if self.pass(TokenKind::RightCurlyBracket).is_some() {
                return Some(table);
            }
            self.pass(TokenKind::Comma)?;
        }
    }
}

/// What stands in comments and strings as it is.
fn is_printable(byte: u8) -> bool {
    byte == b'\t' || (byte >= 0x20 && byte != 0x7f)
}

fn table_in<'r, 'i>(value: &'r mut Spanned<Value<'i>>) -> Option<&'r mut Table<'i>> {
    match value.get_mut() {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

/// Adds an entry; none where the key is taken.
fn insert<'r, 'i>(
    table: &'r mut Table<'i>,
    key: Key<'i>,
    value: Spanned<Value<'i>>,
) -> Option<&'r mut Spanned<Value<'i>>> {
    if table.len() >= MOST_KEYS || table.position(key.get_ref()).is_some() {
        return None;
    }
    table.entries.push((key, value));
    table.entries.last_mut().map(|(_, value)| value)
}

/// The table below a key of a header or of a dotted key, made where there is none.
fn descend<'r, 'i>(
    table: &'r mut Table<'i>,
    key: Key<'i>,
    made: Made,
) -> Option<&'r mut Table<'i>> {
    let Some(at) = table.position(key.get_ref()) else {
        let below = Spanned::new(key.span(), Value::Table(Table::with_room(made, 1)));
        return table_in(insert(table, key, below)?);
    };
    match table.entries[at].1.get_mut() {
        Value::Table(below) => {
            let extends = match below.made {
                Made::Header | Made::Implied => made == Made::Implied,
                Made::Dotted => made == Made::Dotted,
                Made::Inline => false,
            };
            extends.then_some(below)
        }
        Value::Tables(list) if made == Made::Implied => table_in(list.last_mut()?),
        _ => None,
    }
}
