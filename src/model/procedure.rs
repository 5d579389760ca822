//! Procedures: the ordered steps to rotate, revoke or roll back. Declared here, never run here.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::access::words;
use crate::model::finding::FieldPath;
use crate::model::id::Name;
use crate::model::placeholder;
use crate::model::probe::{Ask, Before, HttpRequest};
use crate::model::text::Text;

words! {
    /// What a procedure is for.
    ProcedureKind {
        Rotate = "rotate",
        Revoke = "revoke",
        Rollback = "rollback",
    }
}

words! {
    /// The part of a rotation that a step belongs to.
    Stage {
        Create = "create",
        Set = "set",
        Test = "test",
        Promote = "promote",
        Retire = "retire",
        /// Asks by `{tag}` whether a create whose outcome is not known made something: yes where `id` is there.
        Find = "find",
        /// Takes away `{id}`, which a rotation that is given up had made.
        Discard = "discard",
    }
}

words! {
    /// What a secret of our own making is made of.
    Alphabet {
        Alphanumeric = "alphanumeric",
        /// Every visible ASCII character.
        Printable = "printable",
        Hex = "hex",
    }
}

/// How a value is made where the provider takes one in place of giving one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Generate {
    /// In characters.
    pub length: u32,
    /// Letters and digits where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alphabet: Option<Alphabet>,
}

/// Where an answer holds the secret: one JSON pointer, or one for each field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Pointers {
    One(Text),
    Fields(BTreeMap<Name, Text>),
}

impl<'de> Deserialize<'de> for Pointers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Pointers, D::Error> {
        struct Parse;
        impl<'de> Visitor<'de> for Parse {
            type Value = Pointers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON pointer, or a table of them")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Pointers, E> {
                text.parse().map(Pointers::One).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Pointers, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(Pointers::Fields)
            }
        }
        from.deserialize_any(Parse)
    }
}

impl Pointers {
    /// Every pointer, with its field below the key that it stands under.
    pub fn all(&self) -> Vec<(FieldPath, &Text)> {
        match self {
            Pointers::One(one) => vec![(FieldPath::record(), one)],
            Pointers::Fields(fields) => {
                let field = |name: &Name| FieldPath::record().key(name.as_str());
                fields.iter().map(|(name, it)| (field(name), it)).collect()
            }
        }
    }
}

/// One step: exactly one of `manual`, `command` and `http`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Step {
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// What a person does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<Text>,
    /// A program of the host's own folder and its arguments, never a shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<Text>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpRequest>,
    /// Requests before that of the step, each time that it is done: a logon that gives a token. They make nothing and take
    /// nothing away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Before>,
    /// What the program reads; `{secret}` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<Text>,
    /// Where the provider's answer holds the secret. Of a program, an empty pointer is its whole output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Pointers>,
    /// JSON pointer to the credential's id in the provider's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// JSON pointer to the end of its life: a date, a time, or seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Text>,
    /// What a drill does in its place: a request that reads, or a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearse: Option<Ask>,
}

impl Step {
    /// The text of all that it is written with to be done: not of what a drill does in its place.
    fn written(&self) -> String {
        let asked = Step {
            rehearse: None,
            ..self.clone()
        };
        serde_json::to_string(&asked).unwrap_or_default()
    }

    /// The text of all that it asks with when it is done.
    pub fn asked(&self) -> String {
        match self.is_given_secret() {
            true => format!("{} {{secret}}", self.written()),
            false => self.written(),
        }
    }

    /// Whether it is a program that is not told what it reads: it is given the secret.
    pub fn is_given_secret(&self) -> bool {
        self.command.is_some() && self.stdin.is_none()
    }

    /// Whether it names a placeholder, or a field of it.
    pub fn names(&self, wanted: &str) -> bool {
        let is_it = |name: &str| {
            let rest = name.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        placeholder::names(&self.written()).any(is_it)
    }

    /// The names that its requests take from answers.
    pub fn taken(&self) -> impl Iterator<Item = &Name> {
        self.before.iter().flat_map(|before| before.take.keys())
    }
}

/// Named, ordered steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Procedure {
    pub kind: ProcedureKind,
    /// How the value is made, where it is ours to make: then no step takes a secret from an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generate: Option<Generate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub step: Vec<Step>,
}

impl Step {
    /// Every request in it, with its field.
    pub fn requests(&self) -> impl Iterator<Item = (FieldPath, &HttpRequest)> {
        let before = self.before.iter().enumerate().map(|(at, before)| {
            let field = FieldPath::of("before").index(at).key("http");
            (field, &before.http)
        });
        let own = self.http.iter().map(|http| (FieldPath::of("http"), http));
        let rehearsed = self.rehearse.iter().filter_map(|ask| match ask {
            Ask::Http(http) => Some((FieldPath::of("rehearse"), &**http)),
            Ask::Command(_) => None,
        });
        before.chain(own).chain(rehearsed)
    }

    /// Every program in it, with its field.
    pub fn commands(&self) -> impl Iterator<Item = (FieldPath, &[Text])> {
        let own = self.command.iter();
        let own = own.map(|command| (FieldPath::of("command"), command.as_slice()));
        let rehearsed = self.rehearse.iter().filter_map(|ask| match ask {
            Ask::Command(command) => Some((FieldPath::of("rehearse"), command.as_slice())),
            Ask::Http(_) => None,
        });
        own.chain(rehearsed)
    }
}
