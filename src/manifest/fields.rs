//! The elements of a list and the keys of a table for serde; unknown keys are told and passed over.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use toml::Spanned;

use crate::catalog::nearest;
use crate::manifest::decode::{Context, Error, address};
use crate::manifest::problem::{Fault, about, did_you_mean, shown};
use crate::manifest::renamed;
use crate::manifest::tree::Value;
use crate::manifest::value::{ValueReader, read_word};

/// The elements of a list.
pub(super) struct Elements<'a, 'i> {
    pub elements: std::slice::Iter<'a, Spanned<Value<'i>>>,
    pub key: &'a str,
    pub context: &'a Context,
}

impl<'a> de::SeqAccess<'a> for Elements<'a, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let next = self.elements.find(|value| !self.context.skips(value));
        next.map(|value| {
            let reader = ValueReader::inner(value, self.key, self.context);
            seed.deserialize(reader).map_err(|error| error.value(value))
        })
        .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}

type Entry<'a, 'i> = (&'a Spanned<Cow<'i, str>>, &'a Spanned<Value<'i>>);

/// The entries of a table; where its keys are known, without the others.
pub(super) struct Fields<'a, 'i> {
    pub entries: std::slice::Iter<'a, (Spanned<Cow<'i, str>>, Spanned<Value<'i>>)>,
    pub known: Option<&'static [&'static str]>,
    pub also_known: &'static [&'static str],
    pub value: Option<Entry<'a, 'i>>,
    pub context: &'a Context,
}

impl<'a, 'i> Fields<'a, 'i> {
    /// The next entry that is to be read.
    fn next_entry(&mut self) -> Option<Entry<'a, 'i>> {
        loop {
            let (key, value) = self.entries.next()?;
            let name: &str = key.get_ref();
            match self.known {
                _ if self.context.skips(value) => {}
                Some(known) if !known.contains(&name) => {
                    if !self.also_known.contains(&name) && !self.context.is_full() {
                        self.context.tell(self.unknown(name, known, key.span()));
                    }
                }
                Some(_) | None => return Some((key, value)),
            }
        }
    }

    fn unknown(&self, name: &str, known: &[&'static str], span: Range<usize>) -> Fault {
        let all = || known.iter().chain(self.also_known).copied();
        let near = nearest(name, all());
        Fault {
            span,
            message: format!("`{}` is not a known key", shown(name)),
            hint: renamed::hint(name, all())
                .or_else(|| did_you_mean(near))
                .or_else(|| Some(format!("known here are `{}`", known.join("`, `")))),
        }
    }
}

impl<'a> de::MapAccess<'a> for Fields<'a, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.value = self.next_entry();
        let Some((key, value)) = self.value else {
            return Ok(None);
        };
        let read = seed.deserialize(KeyReader(key.get_ref()));
        read.map(Some).map_err(|error| Error {
            message: about(key.get_ref(), &error.message),
            at: Some(address(value)),
            ..error.spanned(key.span())
        })
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some((key, value)) = self.value else {
            return Err(Error::new("a value was asked for before its key"));
        };
        let reader = ValueReader::inner(value, key.get_ref(), self.context);
        seed.deserialize(reader).map_err(|error| error.value(value))
    }
}

/// A key: text, or a word of a closed set.
struct KeyReader<'a>(&'a str);

impl<'a> Deserializer<'a> for KeyReader<'a> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        let text: StrDeserializer<'_, Error> = self.0.into_deserializer();
        text.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        name: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let what = if name == "ProbeKind" { "test" } else { "key" };
        read_word(self.0, what, words, visitor)
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
