//! Assertions: what an inventory's access is meant to be, said beside it and judged like a test.

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::entitlement::CatalogName;
use crate::model::id::Principal;
use crate::model::text::Text;

words! {
    /// What is expected.
    Expectation {
        Allowed = "allowed",
        Denied = "denied",
    }
}

words! {
    /// What holds of the record that is touched; where a permission depends on it, an assertion says so.
    Given {
        Own = "own",
        Unresolved = "unresolved",
        OwnUnresolved = "own-unresolved",
    }
}

impl Given {
    pub const fn is_own(self) -> bool {
        matches!(self, Given::Own | Given::OwnUnresolved)
    }

    pub const fn is_unresolved(self) -> bool {
        matches!(self, Given::Unresolved | Given::OwnUnresolved)
    }
}

/// That somebody, or nobody, may do something at a boundary. Its key is who, what, where and what is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Assertion {
    pub expect: Expectation,
    /// The glossary of the permission, where several list it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<CatalogName>,
    /// Who is left out, where the assertion is about everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Principal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Text>,
}
