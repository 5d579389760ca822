//! A file as its keys and values with their places, in the order of the text. Only for texts that are TOML: it refuses none.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use toml_parser::lexer::TokenKind;

use crate::manifest::mend::shape::Shape;
use crate::manifest::renamed::respelt;
use crate::manifest::tokens::{Token, Tokens, raw};

/// A key that is spelt otherwise than it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misspelt {
    pub span: Range<usize>,
    pub written: String,
    pub meant: &'static str,
    /// Whose key it is.
    pub of: String,
}

/// A value that is no table.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// The keys from the root on, as they are read; without places in lists.
    pub path: Vec<String>,
    pub span: Range<usize>,
    pub shape: Shape,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Text(String),
    /// A list: its elements with their texts, where they are texts.
    List(Vec<(Range<usize>, Option<String>)>),
    Other,
}

/// What a file holds.
#[derive(Default)]
pub(super) struct Walked {
    pub misspelt: Vec<Misspelt>,
    pub values: Vec<Value>,
}

/// Walks over a text.
pub(super) fn walk(text: &str) -> Walked {
    let tokens = Tokens::of(text).finish();
    let mut walker = Walker {
        text,
        tokens: tokens.within(0, text.len() as u32),
        at: 0,
        lists: HashMap::new(),
        spelt: HashMap::new(),
        out: Walked::default(),
    };
    walker.document();
    walker.finish()
}

/// A table that keys are read into.
#[derive(Clone)]
struct Holder {
    path: Vec<String>,
    shape: Shape,
    /// The path with places in lists: which table it is.
    id: String,
}

struct Walker<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    /// How many tables a list of tables has so far, by its id.
    lists: HashMap<String, usize>,
    /// How a key is written, by its table and what it is read as: two ways cannot both be mended.
    spelt: HashMap<String, HashSet<String>>,
    out: Walked,
}

impl Walker<'_> {
    fn kind(&self) -> TokenKind {
        self.tokens
            .get(self.at)
            .map_or(TokenKind::Eof, |token| token.kind)
    }

    fn begins(&self, at: usize) -> usize {
        self.tokens
            .get(at)
            .map_or(self.text.len(), |token| token.start as usize)
    }

    fn whitespace(&mut self) {
        while self.kind() == TokenKind::Whitespace {
            self.at += 1;
        }
    }

    fn blank(&mut self) {
        while matches!(
            self.kind(),
            TokenKind::Whitespace | TokenKind::Newline | TokenKind::Comment
        ) {
            self.at += 1;
        }
    }

    fn document(&mut self) {
        let root = Holder {
            path: Vec::new(),
            shape: Shape::root(),
            id: String::new(),
        };
        let mut table = root.clone();
        loop {
            self.blank();
            match self.kind() {
                TokenKind::Eof => return,
                TokenKind::LeftSquareBracket => table = self.header(&root),
                _ => self.entry(&table),
            }
        }
    }

    fn header(&mut self, root: &Holder) -> Holder {
        self.at += 1;
        let list = self.kind() == TokenKind::LeftSquareBracket;
        self.at += usize::from(list);
        let mut table = root.clone();
        loop {
            self.whitespace();
            let (key, span) = self.key();
            self.whitespace();
            let more = self.kind() == TokenKind::Dot;
            let holder = self.descend(&table, &key, span);
            table = self.table_of(holder, list && !more);
            self.at += 1;
            if !more {
                break;
            }
        }
        self.at += usize::from(list);
        table
    }

    /// The table of a header's key: of a list of tables the last one, or a new one.
    fn table_of(&mut self, mut holder: Holder, is_new: bool) -> Holder {
        if is_new {
            *self.lists.entry(holder.id.clone()).or_default() += 1;
        }
        if let Some(count) = self.lists.get(&holder.id) {
            holder.id.push_str(&format!("#{count}"));
        }
        holder.shape = holder.shape.table();
        holder
    }

    /// A key, a dotted one to its end, and its value.
    fn entry(&mut self, table: &Holder) {
        let mut holder = table.clone();
        loop {
            let (key, span) = self.key();
            holder = self.descend(&holder, &key, span);
            self.whitespace();
            if self.kind() != TokenKind::Dot {
                break;
            }
            self.at += 1;
            self.whitespace();
        }
        self.at += 1;
        self.whitespace();
        self.value(&holder);
    }

    fn key(&mut self) -> (String, Range<usize>) {
        let (kind, span) = (self.kind(), self.begins(self.at)..self.begins(self.at + 1));
        self.at += 1;
        let mut key = Cow::Borrowed("");
        if let Some(raw) = raw(self.text, kind, span.clone()) {
            raw.decode_key(&mut key, &mut ());
        }
        (key.into_owned(), span)
    }

    /// What stands below a key; notes how the key is spelt.
    fn descend(&mut self, holder: &Holder, key: &str, span: Range<usize>) -> Holder {
        let is_known = holder.shape.keys().any(|known| known == key);
        let meant = respelt(key, holder.shape.keys()).filter(|_| !is_known);
        let read = meant.unwrap_or(key);
        let id = format!("{}\u{1f}{read}", holder.id);
        if holder.shape.keys().any(|known| known == read) {
            self.spelt
                .entry(id.clone())
                .or_default()
                .insert(key.to_owned());
        }
        if let Some(meant) = meant {
            self.out.misspelt.push(Misspelt {
                span,
                written: key.to_owned(),
                meant,
                of: id.clone(),
            });
        }
        let mut path = holder.path.clone();
        path.push(read.to_owned());
        Holder {
            path,
            shape: holder.shape.below(read),
            id,
        }
    }

    fn value(&mut self, holder: &Holder) {
        let (kind, from) = (self.kind(), self.at);
        let what = match kind {
            TokenKind::LeftCurlyBracket => return self.inline(holder),
            TokenKind::LeftSquareBracket => self.list(holder),
            _ => self.scalar().map_or(What::Other, What::Text),
        };
        self.out.values.push(Value {
            path: holder.path.clone(),
            span: self.begins(from)..self.begins(self.at),
            shape: holder.shape,
            what,
        });
    }

    /// Passes a value of one piece; its text, where it is one.
    fn scalar(&mut self) -> Option<String> {
        let (kind, span) = (self.kind(), self.begins(self.at)..self.begins(self.at + 1));
        self.at += 1;
        if kind == TokenKind::Atom {
            while self.kind() == TokenKind::Dot
                || self.kind() == TokenKind::Atom
                || (self.kind() == TokenKind::Whitespace
                    && self.tokens.get(self.at + 1).map(|t| t.kind) == Some(TokenKind::Atom))
            {
                self.at += 1;
            }
            return None;
        }
        let mut text = Cow::Borrowed("");
        let _ = raw(self.text, kind, span)?.decode_scalar(&mut text, &mut ());
        Some(text.into_owned())
    }

    fn list(&mut self, holder: &Holder) -> What {
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            self.blank();
            match self.kind() {
                TokenKind::RightSquareBracket | TokenKind::Eof => break,
                TokenKind::Comma => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            let from = self.at;
            let text = match self.kind() {
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                    let mut element = holder.clone();
                    element.id.push_str(&format!("#{}", elements.len()));
                    element.shape = holder.shape.element();
                    self.value(&element);
                    None
                }
                _ => self.scalar(),
            };
            elements.push((self.begins(from)..self.begins(self.at), text));
        }
        self.at += 1;
        What::List(elements)
    }

    fn inline(&mut self, holder: &Holder) {
        self.at += 1;
        loop {
            self.blank();
            match self.kind() {
                TokenKind::RightCurlyBracket | TokenKind::Eof => break,
                TokenKind::Comma => self.at += 1,
                _ => self.entry(holder),
            }
        }
        self.at += 1;
    }

    /// Leaves out the keys that stand in one table in two spellings.
    fn finish(self) -> Walked {
        let Walked {
            mut misspelt,
            values,
        } = self.out;
        misspelt.retain(|key| self.spelt.get(&key.of).is_none_or(|ways| ways.len() == 1));
        Walked { misspelt, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let shown = |value: Value| format!("{} {}", value.path.join("."), &text[value.span]);
        walk(text).values.into_iter().map(shown).collect()
    }

    fn misspelt(text: &str) -> Vec<String> {
        let shown = |key: Misspelt| format!("{} {}", &text[key.span], key.meant);
        walk(text).misspelt.into_iter().map(shown).collect()
    }

    #[test]
    fn every_value_is_found_with_its_path() {
        let text = "\u{feff}[account.\"a\"] # x\r\nowner = { business = 'p', x.y = 1.5 }\nexpires = 2027-01-01 10:00:00\n\
            [[account.a.approval]]\non = \"d\"\n[[waiver]]\nl = [\n 1, # c\n {q = []},\n]\n";
        assert_eq!(
            values(text),
            [
                "account.a.owner.business 'p'",
                "account.a.owner.x.y 1.5",
                "account.a.expires 2027-01-01 10:00:00",
                "account.a.approval.on \"d\"",
                "waiver.l.q []",
                "waiver.l [\n 1, # c\n {q = []},\n]",
            ]
        );
    }

    #[test]
    fn a_key_in_another_spelling_is_found_wherever_it_stands() {
        assert_eq!(
            misspelt("[organization]\nmaxLifetime = 1\n"),
            ["organization organisation", "maxLifetime max-lifetime"]
        );
        assert_eq!(
            misspelt(
                "[account.x.Credential]\nKind = 1\n[account.x]\nOwner.Business = 1\nOwner.technical = 1\n"
            ),
            [
                "Credential credential",
                "Kind kind",
                "Owner owner",
                "Business business",
                "Owner owner"
            ]
        );
        assert_eq!(
            misspelt("[[residual_risk]]\nGap = 1\n[[residual_risk]]\ngap = 1\n").len(),
            3
        );
        assert_eq!(
            misspelt("[person.Anna_B]\nname = 1\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_key_that_stands_in_two_spellings_is_left() {
        let text = "[organisation]\nmax-lifetime = 1\nmax_lifetime = 2\nName = 1\n";
        assert_eq!(misspelt(text), ["Name name"]);
    }
}
