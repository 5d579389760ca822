//! A file as its keys and values with their places, in the order of the text. Only for texts that are TOML: it refuses none.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use toml_parser::lexer::TokenKind;

use crate::manifest::mend::shape::Shape;
use crate::manifest::mend::walked::{Id, Misspelt, Path, Value, Walked, What};
use crate::manifest::renamed::respelt;
use crate::manifest::tokens::{Token, Tokens, raw};

/// A step of such a way.
#[derive(PartialEq, Eq, Hash)]
enum Step {
    Key(Rc<str>),
    Element(usize),
}

/// Walks over a text, and keeps the values that are `wanted`.
pub(super) fn walk(text: &str, wanted: fn(&[Rc<str>], Shape) -> bool) -> Walked {
    let tokens = Tokens::of(text).finish();
    let mut walker = Walker {
        text,
        wanted,
        tokens: tokens.within(0, text.len() as u32),
        at: 0,
        ids: HashMap::new(),
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
    path: Path,
    shape: Shape,
    id: Id,
}

struct Walker<'t> {
    text: &'t str,
    wanted: fn(&[Rc<str>], Shape) -> bool,
    ids: HashMap<(Id, Step), Id>,
    tokens: &'t [Token],
    at: usize,
    /// How many tables a list of tables has so far, by its id.
    lists: HashMap<Id, usize>,
    /// How a key is written, by its table and what it is read as: two ways cannot both be mended.
    spelt: HashMap<Id, HashSet<String>>,
    out: Walked,
}

impl Walker<'_> {
    fn id(&mut self, above: Id, step: Step) -> Id {
        let next = self.ids.len() as Id + 1;
        *self.ids.entry((above, step)).or_insert(next)
    }

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
            path: Rc::new([]),
            shape: Shape::root(),
            id: 0,
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
            *self.lists.entry(holder.id).or_default() += 1;
        }
        if let Some(count) = self.lists.get(&holder.id) {
            holder.id = self.id(holder.id, Step::Element(*count));
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
        let read: Rc<str> = meant.unwrap_or(key).into();
        let id = self.id(holder.id, Step::Key(Rc::clone(&read)));
        if holder.shape.keys().any(|known| known == &*read) {
            self.spelt.entry(id).or_default().insert(key.to_owned());
        }
        if let Some(meant) = meant {
            self.out.misspelt.push(Misspelt {
                span,
                written: key.to_owned(),
                meant,
                of: id,
            });
        }
        let above = holder.path.iter().cloned();
        Holder {
            shape: holder.shape.below(&read),
            path: above.chain([read]).collect(),
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
        if !(self.wanted)(&holder.path, holder.shape) {
            return;
        }
        self.out.values.push(Value {
            path: Rc::clone(&holder.path),
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
                    element.id = self.id(holder.id, Step::Element(elements.len()));
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
        walk(text, |_, _| true)
            .values
            .into_iter()
            .map(shown)
            .collect()
    }

    fn misspelt(text: &str) -> Vec<String> {
        let shown = |key: Misspelt| format!("{} {}", &text[key.span], key.meant);
        walk(text, |_, _| true)
            .misspelt
            .into_iter()
            .map(shown)
            .collect()
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
    fn a_long_name_is_held_once_however_much_is_below_it() {
        let name = "n".repeat(100_000);
        let keys: String = (0..1_000)
            .map(|n| format!("k{n} = {{ x = [{{ y = 1 }}] }}\n"))
            .collect();
        let text = format!("[account.\"{name}\"]\n{keys}");
        let values = walk(&text, |_, _| true).values;
        assert_eq!(values.len(), 2_000);
        let held = &values[0].path[1];
        assert!(
            values
                .iter()
                .all(|value| Rc::ptr_eq(&value.path[1], held) && **held == *name)
        );
        assert_eq!(walk(&text, |_, _| false).values.len(), 0);
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
