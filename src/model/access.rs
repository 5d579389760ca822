//! What an account may do: access levels, action classes, effects. Which goes with which is data, in `catalog`.

use crate::model::entitlement::EntitlementKey;
use crate::model::id::Name;
use crate::model::text::Text;

/// A closed set of kebab-case words: parsed, shown, listed in order.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word as it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::access::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|word| word.as_str() == text)
                    .ok_or_else(|| $crate::model::access::UnknownWord {
                        text: text.chars().take(60).flat_map(char::escape_debug).collect(),
                        known: &[$($word,)*],
                    })
            }
        }
    };
}
pub(crate) use words;

/// A word that is not one of a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not one of {}", known.join(", "))]
pub struct UnknownWord {
    /// Shown escaped.
    pub text: String,
    pub known: &'static [&'static str],
}

words! {
    /// An access level of the service-account guide; closeout stands apart from write-back.
    Level {
        ReadOnlyImport = "read-only-import",
        AttachmentSync = "attachment-sync",
        DraftHandoff = "draft-handoff",
        StatusSync = "status-sync",
        WriteBack = "write-back",
        Closeout = "closeout",
        AiAgentDraft = "ai-agent-draft",
    }
}

words! {
    /// What is approved, each by itself.
    ActionClass {
        Read = "read",
        Attachment = "attachment",
        Draft = "draft",
        Handoff = "handoff",
        Status = "status",
        WriteBack = "write-back",
        Closeout = "closeout",
    }
}

words! {
    /// What an entitlement does, whatever its name says.
    Effect {
        Read = "read",
        Create = "create",
        Update = "update",
        Manage = "manage",
        State = "state",
        Closeout = "closeout",
        Approve = "approve",
        Execute = "execute",
        Stock = "stock",
        Egress = "egress",
        Destroy = "destroy",
        Admin = "admin",
    }
}

words! {
    /// A limit on an entitlement, or more than its name says.
    Condition {
        OwnOnly = "own-only",
        UnresolvedOnly = "unresolved-only",
        ProcessConditional = "process-conditional",
        IncludesDelete = "includes-delete",
    }
}

words! {
    /// What a level says of one permission.
    Need {
        Required = "required",
        Optional = "optional",
        NeedsApproval = "needs-approval",
        Forbidden = "forbidden",
    }
}

/// What one access level may do and must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelPolicy {
    pub level: Level,
    pub title: Text,
    /// Where it is typically used.
    pub usage: Text,
    /// Action classes beside read.
    pub actions: Vec<ActionClass>,
    pub allowed: Vec<Effect>,
    pub never: Vec<Effect>,
    /// Platform scopes that fit the level.
    pub scopes: Vec<EntitlementKey>,
    /// Keys of `controls` that an account of the level must state.
    pub controls: Vec<Name>,
    /// Whether the level changes anything at the provider.
    pub writes: bool,
    pub note: Option<Text>,
}

/// One line of the least-privilege map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub level: Level,
    pub permission: EntitlementKey,
    pub need: Need,
    pub why: Text,
}

/// Where an entitlement stands at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'p> {
    /// The least-privilege map forbids it.
    Forbidden(&'p Requirement),
    /// The map names it: required, optional, or allowed with an approval (which is judged elsewhere).
    Named(&'p Requirement),
    /// Nothing names it, and its effect fits the level.
    Fits,
    /// Nothing names it, and its effect is beyond the level.
    Exceeds,
}

impl<'p> Standing<'p> {
    /// Whether the level may have it.
    pub fn is_allowed(self) -> bool {
        match self {
            Standing::Named(_) | Standing::Fits => true,
            Standing::Forbidden(_) | Standing::Exceeds => false,
        }
    }
}

/// Two permissions that one principal must not hold together at overlapping boundaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyConflict {
    pub a: EntitlementKey,
    pub b: EntitlementKey,
    pub why: Text,
}
