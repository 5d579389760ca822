//! TOML values into the types of `model`, with every fault of a record and not only the first.
//!
//! serde stops at the first error. So the value that it stopped at is noted, left out, and the record decoded again:
//! the cost of another turn is paid only where something is wrong.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::manifest::problem::{Fault, cleaned, shown};
use crate::manifest::tree::Value;
use crate::manifest::value::ValueReader;

/// How many faults of one record are told apart.
const MOST_FAULTS: usize = 20;

/// What one turn of decoding shares.
#[derive(Default)]
pub(super) struct Context {
    /// Keys that are not known, and the like: told, and no reason to stop.
    pub faults: RefCell<Vec<Fault>>,
    /// Values to leave out, by address: those that were told already.
    pub skipped: RefCell<Vec<usize>>,
    /// Keys of the outermost table that are read elsewhere.
    pub also_known: &'static [&'static str],
}

impl Context {
    pub fn skips(&self, value: &Spanned<Value<'_>>) -> bool {
        let skipped = self.skipped.borrow();
        !skipped.is_empty() && skipped.contains(&address(value))
    }

    /// Whether no more faults are told.
    pub fn is_full(&self) -> bool {
        self.faults.borrow().len() >= MOST_FAULTS
    }

    pub fn tell(&self, fault: Fault) {
        if !self.is_full() && !self.faults.borrow().contains(&fault) {
            self.faults.borrow_mut().push(fault);
        }
    }
}

/// What a value is known by while its table is read.
pub(super) fn address(value: &Spanned<Value<'_>>) -> usize {
    std::ptr::from_ref(value) as usize
}

/// Decodes a record named `name`; its faults are added to `faults`, with `head` for those that have no place of their own.
///
/// None where a value could not be decoded. Unknown keys are faults, but do not keep the record from being decoded.
pub(super) fn decode<T: for<'a> Deserialize<'a>>(
    value: &Spanned<Value<'_>>,
    name: &dyn fmt::Display,
    head: Range<usize>,
    also_known: &'static [&'static str],
    faults: &mut Vec<Fault>,
) -> Option<T> {
    if value.get_ref().as_table().is_none() {
        let message = format!("`{name}` must be one table");
        faults.push(Fault::new(head, message).hint("write its keys below a header of its own"));
        return None;
    }
    let context = Context {
        also_known,
        ..Context::default()
    };
    let mut decoded = None;
    for turn in 0..MOST_FAULTS {
        match T::deserialize(ValueReader::outermost(value, &context)) {
            Ok(record) => {
                decoded = Some(record).filter(|_| turn == 0);
                break;
            }
            Err(error) => {
                let skip = error.at;
                if let Some(fault) = error.into_fault(name, head.clone()) {
                    context.tell(fault);
                }
                match skip {
                    Some(at) => context.skipped.borrow_mut().push(at),
                    None => break,
                }
            }
        }
    }
    faults.append(&mut context.faults.into_inner());
    decoded
}

/// Why a value could not be decoded.
#[derive(Debug)]
pub(super) struct Error {
    pub message: String,
    pub hint: Option<String>,
    pub span: Option<Range<usize>>,
    /// The key that is missing, where that is what is wrong.
    pub missing: Option<&'static str>,
    /// Whether it only follows from what was told already.
    pub silent: bool,
    /// The address of the innermost value that can be left out.
    pub at: Option<usize>,
}

impl Error {
    pub fn new(message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
            hint: None,
            span: None,
            missing: None,
            silent: false,
            at: None,
        }
    }

    pub fn hint(mut self, hint: impl Into<Option<String>>) -> Error {
        self.hint = hint.into();
        self
    }

    /// Gives the error a span, unless an inner one has been given.
    pub fn spanned(mut self, span: Range<usize>) -> Error {
        self.span.get_or_insert(span);
        self
    }

    /// Names the value to leave out, unless an inner one has been named.
    pub fn value(mut self, value: &Spanned<Value<'_>>) -> Error {
        self.at.get_or_insert(address(value));
        self
    }

    fn into_fault(self, name: &dyn fmt::Display, head: Range<usize>) -> Option<Fault> {
        // Only what is missing from the record itself has no name yet.
        let message = match self.missing {
            Some(missing) => format!("`{name}` lacks `{missing}`"),
            None => self.message,
        };
        (!self.silent).then(|| Fault {
            span: self.span.unwrap_or(head),
            message,
            hint: self.hint,
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Error {
        let message = message.to_string();
        match UNTAGGED.iter().find(|(name, _)| message.ends_with(name)) {
            Some((_, wanted)) => Error::new(*wanted),
            None => Error::new(cleaned(&message)),
        }
    }

    fn missing_field(field: &'static str) -> Error {
        Error {
            missing: Some(field),
            ..Error::new(format!("`{field}` is missing"))
        }
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Error {
        Error::new(format!("`{}` is not a known key", shown(field)))
    }
}

/// What to say where serde only knows that nothing fitted.
const UNTAGGED: &[(&str, &str)] = &[
    (
        "untagged enum Statuses",
        "expected an HTTP status such as 200, or a list of them",
    ),
    (
        "untagged enum JsonExpectation",
        "expected a JSON pointer such as \"/id\", or a table of pointers and values",
    ),
];
