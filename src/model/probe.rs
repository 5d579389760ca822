//! Probes: requests that prove what a credential can and cannot do. Declared here, run elsewhere.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::access::words;
use crate::model::entitlement::EntitlementKey;
use crate::model::finding::FieldPath;
use crate::model::id::Name;
use crate::model::text::Text;

words! {
    /// What a probe proves.
    ProbeKind {
        Authenticate = "authenticate",
        /// The capabilities reported equal those granted.
        Discover = "discover",
        Read = "read",
        Write = "write",
        /// Another tenant's or site's record, which must be denied.
        Foreign = "foreign",
        Forbidden = "forbidden",
        Audit = "audit",
        /// A program that logs on once and asks again on the same session, for what a held session still sees. No test of
        /// its own.
        Session = "session",
    }
}

words! {
    /// What a probe must show.
    Verdict {
        Allowed = "allowed",
        Denied = "denied",
    }
}

/// One HTTP request, with placeholders such as `{secret}` in headers and `{canary.visible}` in the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HttpRequest {
    /// The name of a further origin that the environment declares; its own endpoint where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Name>,
    pub method: Text,
    pub path: Text,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
    /// Fields of a form, in place of a JSON body.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub form: BTreeMap<String, Text>,
    /// Statuses that count as done; any 2xx where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Statuses>,
}

impl HttpRequest {
    /// Whether it reads and changes nothing.
    pub fn reads(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }
}

/// One HTTP status or several, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Statuses {
    One(u16),
    Several(Vec<u16>),
}

impl Statuses {
    pub fn contains(&self, status: u16) -> bool {
        match self {
            Statuses::One(one) => *one == status,
            Statuses::Several(several) => several.contains(&status),
        }
    }
}

/// What an answer must look like to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expectation {
    /// The HTTP status, or the exit status of a program.
    pub status: Statuses,
    /// A JSON pointer that must exist, or pointers with the values they must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<JsonExpectation>,
}

/// See [`Expectation::json`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum JsonExpectation {
    Present(Text),
    Equal(BTreeMap<String, serde_json::Value>),
}

/// A request, or a program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Ask {
    Http(Box<HttpRequest>),
    Command(Vec<Text>),
}

impl<'de> Deserialize<'de> for Ask {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Ask, D::Error> {
        struct Parse;
        impl<'de> Visitor<'de> for Parse {
            type Value = Ask;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a request as a table, or a program and its arguments as a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Ask, A::Error> {
                let request = HttpRequest::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Ask::Http(Box::new(request)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, words: A) -> Result<Ask, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(words)).map(Ask::Command)
            }
        }
        from.deserialize_any(Parse)
    }
}

/// A request before the one that is judged, and what its answer hands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Before {
    pub http: HttpRequest,
    /// Placeholders of the requests behind it, with the JSON pointers of their values. Each is kept as a secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub take: BTreeMap<Name, Text>,
}

/// A request or a program, exactly one of them, and how its answer is judged; an answer that fits neither is
/// inconclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Probe {
    /// Requests in order, each with what the ones before it took: a logon that gives a token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Before>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpRequest>,
    /// A program of the host's own folder and its arguments: its exit status and its output are judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<Text>>,
    /// What the program reads; the secret where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<Text>,
    /// Denied for `foreign` and `forbidden`, allowed for all others, unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_be: Option<Verdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Expectation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Expectation>,
    /// For write probes: the read that shows what changed, or that nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Ask>,
    /// For discover: where the answer lists the capabilities. `/items/*/name` walks a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Text>,
    /// For discover: the permission or scope that a capability stands for, where they are not called the same.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, EntitlementKey>,
}

impl Probe {
    /// What the probe must show.
    pub fn must_be(&self, kind: ProbeKind) -> Verdict {
        self.must_be.unwrap_or(match kind {
            ProbeKind::Foreign | ProbeKind::Forbidden => Verdict::Denied,
            ProbeKind::Authenticate
            | ProbeKind::Discover
            | ProbeKind::Read
            | ProbeKind::Write
            | ProbeKind::Audit
            | ProbeKind::Session => Verdict::Allowed,
        })
    }

    /// Whether it changes something where it is allowed to: it is run only where that was asked for. What is to be denied
    /// counts too: a server that does not deny it does it.
    pub fn writes(&self, kind: ProbeKind) -> bool {
        match kind {
            ProbeKind::Write => true,
            ProbeKind::Foreign | ProbeKind::Forbidden => {
                self.verify.is_some() || self.http.as_ref().is_some_and(|http| !http.reads())
            }
            ProbeKind::Authenticate
            | ProbeKind::Discover
            | ProbeKind::Read
            | ProbeKind::Audit
            | ProbeKind::Session => false,
        }
    }

    /// Every request in it, with its field.
    pub fn requests(&self) -> impl Iterator<Item = (FieldPath, &HttpRequest)> {
        let before = self.before.iter().enumerate().map(|(at, before)| {
            let field = FieldPath::of("before").index(at).key("http");
            (field, &before.http)
        });
        let own = self.http.iter().map(|http| (FieldPath::of("http"), http));
        let verify = self.verify.iter().filter_map(|verify| match verify {
            Ask::Http(http) => Some((FieldPath::of("verify"), &**http)),
            Ask::Command(_) => None,
        });
        before.chain(own).chain(verify)
    }

    /// Every program in it, with its field.
    pub fn commands(&self) -> impl Iterator<Item = (FieldPath, &[Text])> {
        let own = self.command.iter();
        let own = own.map(|command| (FieldPath::of("command"), command.as_slice()));
        let verify = self.verify.iter().filter_map(|verify| match verify {
            Ask::Command(command) => Some((FieldPath::of("verify"), command.as_slice())),
            Ask::Http(_) => None,
        });
        own.chain(verify)
    }

    /// The names that its requests take from answers.
    pub fn taken(&self) -> impl Iterator<Item = &Name> {
        self.before.iter().flat_map(|before| before.take.keys())
    }
}
