//! What a walk over a file found: keys and values with their places. Holds each key once, and no text but the values' own.

use std::ops::Range;
use std::rc::Rc;

use crate::manifest::mend::shape::Shape;

/// A key that is spelt otherwise than it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misspelt {
    pub span: Range<usize>,
    pub written: String,
    pub meant: &'static str,
    /// Whose key it is.
    pub of: Id,
}

/// The keys from the root on, as they are read; without places in lists. Each key is held once, however much is below it.
pub(super) type Path = Rc<[Rc<str>]>;

/// Which key of which table: a number for each way from the root, places in lists among it.
pub(super) type Id = u32;

/// A value that is no table.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub path: Path,
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

impl What {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            What::Text(text) => Some(text),
            What::List(_) | What::Other => None,
        }
    }
}

/// What a file holds.
#[derive(Default)]
pub(super) struct Walked {
    pub misspelt: Vec<Misspelt>,
    pub values: Vec<Value>,
}
