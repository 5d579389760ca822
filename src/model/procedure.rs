//! Procedures: the ordered steps to rotate, revoke or roll back. Declared here, never run here.

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::probe::HttpRequest;
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
    /// A program and its arguments, never a shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<Text>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpRequest>,
    /// JSON pointer to the secret in the provider's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Text>,
    /// JSON pointer to the credential's id in the provider's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
}

/// Named, ordered steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Procedure {
    pub kind: ProcedureKind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub step: Vec<Step>,
}
