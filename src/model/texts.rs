//! Every text of a record, with the field that it stands in. Reads what serde would write, and writes nothing.

use std::fmt;

use serde::ser::{self, Impossible, Serialize};

use crate::model::finding::FieldPath;

/// One step to a text, as it is gone.
enum Step {
    Field(&'static str),
    Key(String),
    Index(usize),
}

/// Goes through a record.
pub(super) struct Texts<'v, V: FnMut(&Found<'_>, &str)> {
    path: Vec<Step>,
    /// Whether the text that comes next is a key.
    is_key: bool,
    key: String,
    visit: &'v mut V,
}

/// Where a text stands.
pub struct Found<'p> {
    path: &'p [Step],
    /// Whether the text is itself a key, of the table that the path leads to.
    pub is_key: bool,
}

impl Found<'_> {
    /// The field, made only where it is wanted.
    pub fn field(&self) -> FieldPath {
        self.path
            .iter()
            .fold(FieldPath::record(), |path, step| match step {
                Step::Field(name) => path.key(name),
                Step::Key(name) => path.key(name),
                Step::Index(at) => path.index(*at),
            })
    }

    /// The key that the text is the value of.
    pub fn key(&self) -> Option<&str> {
        self.path.iter().rev().find_map(|step| match step {
            Step::Field(name) => Some(*name),
            Step::Key(name) => Some(name.as_str()),
            Step::Index(_) => None,
        })
    }
}

/// Calls `visit` with every text of a value, keys of its tables included.
pub(super) fn each<V: FnMut(&Found<'_>, &str)>(value: &impl Serialize, visit: &mut V) {
    let mut texts = Texts {
        path: Vec::new(),
        is_key: false,
        key: String::new(),
        visit,
    };
    // Records hold nothing that cannot be gone through; what would be is left out.
    let _ = value.serialize(&mut texts);
}

/// What serde asks for; records never cause it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Never(String);

impl ser::Error for Never {
    fn custom<T: fmt::Display>(message: T) -> Never {
        Never(message.to_string())
    }
}

impl<V: FnMut(&Found<'_>, &str)> Texts<'_, V> {
    fn below(&mut self, step: Step, value: &(impl Serialize + ?Sized)) -> Result<(), Never> {
        self.path.push(step);
        let done = value.serialize(&mut *self);
        self.path.pop();
        done
    }
}

macro_rules! nothing {
    ($($name:ident $type:ty,)*) => {
        $(fn $name(self, _: $type) -> Result<(), Never> {
            Ok(())
        })*
    };
}

impl<'a, 'v, V: FnMut(&Found<'_>, &str)> ser::Serializer for &'a mut Texts<'v, V> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Items<'a, 'v, V>;
    type SerializeTuple = Items<'a, 'v, V>;
    type SerializeTupleStruct = Impossible<(), Never>;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Never>;

    nothing! {
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_f32 f32,
        serialize_f64 f64, serialize_char char, serialize_bytes &[u8], serialize_unit_struct &'static str,
    }

    fn serialize_str(self, text: &str) -> Result<(), Never> {
        let found = Found {
            path: &self.path,
            is_key: self.is_key,
        };
        (self.visit)(&found, text);
        if self.is_key {
            text.clone_into(&mut self.key);
        }
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
    ) -> Result<(), Never> {
        if self.is_key {
            word.clone_into(&mut self.key);
        }
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.below(Step::Field(word), value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a, 'v, V>, Never> {
        Ok(Items { texts: self, at: 0 })
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a, 'v, V>, Never> {
        Ok(Items { texts: self, at: 0 })
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Never> {
        Err(Never(name.to_owned()))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Never> {
        Err(Never(name.to_owned()))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Never> {
        Err(Never(name.to_owned()))
    }
}

/// The elements of a list.
pub(super) struct Items<'a, 'v, V: FnMut(&Found<'_>, &str)> {
    texts: &'a mut Texts<'v, V>,
    at: usize,
}

impl<V: FnMut(&Found<'_>, &str)> Items<'_, '_, V> {
    fn next(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Never> {
        let at = self.at;
        self.at += 1;
        self.texts.below(Step::Index(at), value)
    }
}

impl<V: FnMut(&Found<'_>, &str)> ser::SerializeSeq for Items<'_, '_, V> {
    type Ok = ();
    type Error = Never;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.next(value)
    }
    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

impl<V: FnMut(&Found<'_>, &str)> ser::SerializeTuple for Items<'_, '_, V> {
    type Ok = ();
    type Error = Never;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.next(value)
    }
    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

impl<V: FnMut(&Found<'_>, &str)> ser::SerializeMap for &mut Texts<'_, V> {
    type Ok = ();
    type Error = Never;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        self.is_key = true;
        self.key.clear();
        let done = key.serialize(&mut **self);
        self.is_key = false;
        done
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        let key = std::mem::take(&mut self.key);
        self.below(Step::Key(key), value)
    }
    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

impl<V: FnMut(&Found<'_>, &str)> ser::SerializeStruct for &mut Texts<'_, V> {
    type Ok = ();
    type Error = Never;
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.below(Step::Field(name), value)
    }
    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::record::{Record, RecordId};
    use serde_json::json;

    #[test]
    fn every_text_of_a_record_is_seen_at_its_field() {
        let id: RecordId = "provider/unicmms".parse().unwrap();
        let http = json!({ "method": "POST", "path": "/me", "header": { "A.B": "c" },
            "body": { "x": ["y", { "z": "w" }], "n": 3, "none": null }, "expect": [200, 404] });
        let body = json!({ "product": "UniCMMS", "test": { "read": { "http": http, "must-be": "denied" } } });
        let mut inventory = crate::model::inventory::Inventory::default();
        inventory.put(Record::from_value(&id, body).unwrap());
        let mut seen = Vec::new();
        inventory.each_text(|id, found, text| {
            let key = if found.is_key { " key" } else { "" };
            seen.push(format!("{} {}{key} {text}", id(), found.field()));
        });
        let expected = [
            "product UniCMMS",
            "test.read.http.method POST",
            "test.read.http.path /me",
            "test.read.http.header key A.B",
            "test.read.http.header.A.B c",
            "test.read.http.body key x",
            "test.read.http.body.x[0] y",
            "test.read.http.body.x[1] key z",
            "test.read.http.body.x[1].z w",
            "test.read.http.body key n",
            "test.read.http.body key none",
        ];
        let expected: Vec<String> = expected
            .iter()
            .map(|line| format!("provider/unicmms {line}"))
            .collect();
        let plain: Vec<String> = seen
            .into_iter()
            .filter(|line| !line.ends_with(" denied") && !line.ends_with("key read"))
            .collect();
        assert_eq!(plain, expected);
    }
}
