//! Parsed TOML as a tree with spans: what is decoded and what places are found in. Keys stay in the order of the text.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

/// A value; text is borrowed from the file wherever it holds no escape.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'i> {
    String(Cow<'i, str>),
    /// Digits without `_` or prefix, and their radix.
    Integer(Cow<'i, str>, u32),
    Float(Cow<'i, str>),
    Boolean(bool),
    Datetime(Datetime),
    Array(Vec<Spanned<Value<'i>>>),
    /// A list of tables, each with a header of its own.
    Tables(Vec<Spanned<Value<'i>>>),
    Table(Table<'i>),
}

impl<'i> Value<'i> {
    pub fn as_table(&self) -> Option<&Table<'i>> {
        match self {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The elements of a list, however it is written.
    pub fn as_array(&self) -> Option<&[Spanned<Value<'i>>]> {
        match self {
            Value::Array(list) | Value::Tables(list) => Some(list),
            _ => None,
        }
    }
}

/// How a table came about, and so what may still be added to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Made {
    /// By its own header; the root, too.
    #[default]
    Header,
    /// By the header of a table below it.
    Implied,
    /// By a dotted key.
    Dotted,
    /// In braces.
    Inline,
}

pub(super) type Key<'i> = Spanned<Cow<'i, str>>;

/// The entries of a table. A record has few: they are searched one after the other.
#[derive(Debug, Default)]
pub(super) struct Table<'i> {
    pub entries: Vec<(Key<'i>, Spanned<Value<'i>>)>,
    pub made: Made,
}

impl PartialEq for Table<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl<'i> Table<'i> {
    pub fn with_room(made: Made, entries: usize) -> Table<'i> {
        Table {
            entries: Vec::with_capacity(entries),
            made,
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, (Key<'i>, Spanned<Value<'i>>)> {
        self.entries.iter()
    }

    pub fn position(&self, key: &str) -> Option<usize> {
        let named = |(name, _): &(Key<'i>, _)| name.get_ref() == key;
        self.entries.iter().position(named)
    }

    pub fn get_key_value(&self, key: &str) -> Option<(&Key<'i>, &Spanned<Value<'i>>)> {
        let (key, value) = self.entries.get(self.position(key)?)?;
        Some((key, value))
    }

    pub fn get(&self, key: &str) -> Option<&Spanned<Value<'i>>> {
        self.get_key_value(key).map(|(_, value)| value)
    }
}

impl<'i> From<DeTable<'i>> for Table<'i> {
    fn from(table: DeTable<'i>) -> Table<'i> {
        let mut entries: Vec<_> = table
            .into_iter()
            .map(|(key, value)| (key, spanned(value)))
            .collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        Table {
            entries,
            made: Made::Header,
        }
    }
}

fn spanned(value: Spanned<DeValue<'_>>) -> Spanned<Value<'_>> {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::String(text),
        DeValue::Integer(number) => {
            Value::Integer(number.as_str().to_owned().into(), number.radix())
        }
        DeValue::Float(number) => Value::Float(number.as_str().to_owned().into()),
        DeValue::Boolean(flag) => Value::Boolean(flag),
        DeValue::Datetime(date) => Value::Datetime(date),
        DeValue::Array(list) => Value::Array(list.into_iter().map(spanned).collect()),
        DeValue::Table(table) => Value::Table(table.into()),
    };
    Spanned::new(span, value)
}
