//! One TOML value for serde: says what was expected, and at which key.

use std::ops::Range;

use serde::de::{Deserializer, Expected, IntoDeserializer, Visitor};
use toml::Spanned;

use crate::catalog::nearest;
use crate::manifest::decode::{Context, Error};
use crate::manifest::fields::{Elements, Fields};
use crate::manifest::problem::{about, did_you_mean, shown};
use crate::manifest::tree::{Table, Value};

/// A value to decode, and the key that it stands under.
#[derive(Clone, Copy)]
pub(super) struct ValueReader<'a, 'i> {
    value: &'a Spanned<Value<'i>>,
    key: &'a str,
    context: &'a Context,
    outermost: bool,
}

impl<'a, 'i> ValueReader<'a, 'i> {
    /// A value inside the record.
    pub fn inner(
        value: &'a Spanned<Value<'i>>,
        key: &'a str,
        context: &'a Context,
    ) -> ValueReader<'a, 'i> {
        ValueReader {
            key,
            outermost: false,
            ..ValueReader::outermost(value, context)
        }
    }

    /// The record itself.
    pub fn outermost(value: &'a Spanned<Value<'i>>, context: &'a Context) -> ValueReader<'a, 'i> {
        ValueReader {
            value,
            key: "",
            context,
            outermost: true,
        }
    }

    fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// The error of a value of another type than `wanted`.
    fn other_type(&self, wanted: &str) -> Error {
        let found = type_of(self.value.get_ref());
        let key = shown(self.key);
        let hint = match (wanted, self.value.get_ref()) {
            ("a list", Value::String(_)) => {
                Some(format!("put it in brackets: `{key} = [\"...\"]`"))
            }
            ("a date", Value::Datetime(_)) => Some("write the date alone: `2027-03-31`".to_owned()),
            ("text", Value::Datetime(_) | Value::Integer(..) | Value::Boolean(_)) => {
                Some(format!("put it in quotes: `{key} = \"...\"`"))
            }
            _ => None,
        };
        Error::new(format!("`{key}` must be {wanted}, not {found}"))
            .hint(hint)
            .spanned(self.span())
    }

    fn table(&self) -> Result<&'a Table<'i>, Error> {
        match self.value.get_ref() {
            Value::Table(table) => Ok(table),
            _ => Err(self.other_type("a table")),
        }
    }

    fn fields(&self, table: &'a Table<'i>) -> Fields<'a, 'i> {
        Fields {
            entries: table.iter(),
            known: None,
            also_known: &[],
            value: None,
            context: self.context,
        }
    }

    fn elements(&self, array: &'a [Spanned<Value<'i>>]) -> Elements<'a, 'i> {
        Elements {
            elements: array.iter(),
            key: self.key,
            context: self.context,
        }
    }

    fn integer(&self, digits: &str, radix: u32) -> Result<i128, Error> {
        i128::from_str_radix(digits, radix)
            .map_err(|_| Error::new(format!("`{}` is out of range", shown(self.key))))
    }

    fn whole_number(&self, most: i128) -> Result<u64, Error> {
        let Value::Integer(digits, radix) = self.value.get_ref() else {
            return Err(self.other_type("a whole number"));
        };
        let number = self.integer(digits, *radix).unwrap_or(-1);
        u64::try_from(number)
            .ok()
            .filter(|_| number <= most)
            .ok_or_else(|| {
                let key = shown(self.key);
                Error::new(format!("`{key}` must be a whole number from 0 to {most}"))
                    .spanned(self.span())
            })
    }
}

/// What a value is, for people.
fn type_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(..) => "a whole number",
        Value::Float(_) => "a number with a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(date) => match (&date.date, &date.time) {
            (Some(_), None) => "a date",
            (None, _) => "a time",
            (Some(_), Some(_)) => "a date with a time",
        },
        Value::Array(_) | Value::Tables(_) => "a list",
        Value::Table(_) => "a table",
    }
}

macro_rules! whole_numbers {
    ($($method:ident $type:ident)*) => {$(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_u64(self.whole_number(i128::from($type::MAX))?)
        }
    )*};
}

impl<'a> Deserializer<'a> for ValueReader<'a, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        let read = match self.value.get_ref() {
            Value::String(text) => visitor.visit_str(text),
            Value::Boolean(flag) => visitor.visit_bool(*flag),
            Value::Datetime(date) => visitor.visit_string(date.to_string()),
            Value::Integer(digits, radix) => match self.integer(digits, *radix) {
                Ok(number) => match (i64::try_from(number), u64::try_from(number)) {
                    (Ok(number), _) => visitor.visit_i64(number),
                    (_, Ok(number)) => visitor.visit_u64(number),
                    (Err(_), Err(_)) => {
                        Err(Error::new(format!("`{}` is out of range", shown(self.key))))
                    }
                },
                Err(error) => Err(error),
            },
            Value::Float(float) => match float.parse::<f64>() {
                Ok(number) if number.is_finite() => visitor.visit_f64(number),
                _ => {
                    let key = shown(self.key);
                    Err(Error::new(format!("`{key}` must be a finite number")))
                }
            },
            Value::Array(array) | Value::Tables(array) => visitor.visit_seq(self.elements(array)),
            Value::Table(table) => visitor.visit_map(self.fields(table)),
        };
        read.map_err(|error| error.spanned(self.span()))
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value.get_ref() {
            Value::Boolean(flag) => visitor.visit_bool(*flag),
            _ => Err(self.other_type("true or false")),
        }
    }

    whole_numbers! { deserialize_u8 u8 deserialize_u16 u16 deserialize_u32 u32 deserialize_u64 u64 }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value.get_ref() {
            Value::String(text) => visitor.visit_str(text).map_err(|error: Error| Error {
                message: format!("`{}`: {}", shown(self.key), about(text, &error.message)),
                ..error.spanned(self.span())
            }),
            Value::Datetime(date) => {
                let wanted = format!("{}", &visitor as &dyn Expected);
                match (wanted.as_str(), &date.date, &date.time) {
                    ("a date", Some(_), None) | ("a date-time", Some(_), Some(_)) => {}
                    // A time of day may stand without quotes; any other text may not.
                    ("text", None, Some(_)) => {}
                    _ => return Err(self.other_type(&wanted)),
                }
                visitor
                    .visit_string(date.to_string())
                    .map_err(|error: Error| error.spanned(self.span()))
            }
            _ => {
                let wanted = format!("{}", &visitor as &dyn Expected);
                Err(self.other_type(&wanted))
            }
        }
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value.get_ref() {
            Value::String(text) => visitor.visit_str(text),
            _ => Err(self.other_type("text")),
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value.get_ref() {
            Value::Array(array) | Value::Tables(array) => visitor.visit_seq(self.elements(array)),
            _ => Err(self.other_type("a list")),
        }
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.fields(self.table()?))
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let table = self.table()?;
        let also_known = if self.outermost {
            self.context.also_known
        } else {
            &[]
        };
        let fields = Fields {
            known: Some(known),
            also_known,
            ..self.fields(table)
        };
        visitor.visit_map(fields).map_err(|mut error| {
            if let Some(missing) = error.missing {
                error.silent = table.get(missing).is_some();
                if !self.outermost {
                    error.missing = None;
                    error.message = format!("`{}` lacks `{missing}`", shown(self.key));
                    return error.spanned(self.span());
                }
            }
            error
        })
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::String(word) = self.value.get_ref() else {
            return Err(self.other_type("a word in quotes"));
        };
        read_word(word, self.key, words, visitor).map_err(|error| error.spanned(self.span()))
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'a>>
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

/// A word of a closed set.
pub(super) fn read_word<'a, V: Visitor<'a>>(
    word: &str,
    key: &str,
    words: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, Error> {
    if words.contains(&word) {
        return visitor.visit_enum(word.into_deserializer());
    }
    let hint = did_you_mean(nearest(word, words.iter().copied()))
        .unwrap_or_else(|| format!("write one of `{}`", words.join("`, `")));
    let message = format!("`{}` is no `{}`", shown(word), shown(key));
    Err(Error::new(message).hint(hint))
}
