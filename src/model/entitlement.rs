//! Entitlements and the glossaries (catalogs) that list them. Knows no file and no product.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::access::{Condition, Effect, words};
use crate::model::shared::shared;
use crate::model::text::{Text, string_serde};

/// Why an entitlement's key was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an entitlement: write `group/permission` or a dotted scope, without blanks")]
pub struct BadKey(String);

/// The key of a permission (`group/permission`) or of a platform scope (its own dotted spelling).
///
/// Any printable ASCII without blanks is taken, so that a wildcard reaches the rule that refuses it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntitlementKey(Arc<str>);

impl EntitlementKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Last names of a key that mean everything, whatever the glossary.
const EVERYTHING: [&str; 9] = [
    "all",
    "any",
    "everything",
    "full-access",
    "full-control",
    "manage-all",
    "manage-everything",
    "super-user",
    "superuser",
];

/// Whether a key grants everything, or everything of a group.
pub fn is_wildcard(key: &str) -> bool {
    key.contains('*') || EVERYTHING.contains(&last_name(key).1)
}

/// A key's last name, behind what it stands in.
fn last_name(key: &str) -> (&str, &str) {
    let at = key.rfind(['/', '.', ':']).map_or(0, |at| at + 1);
    key.split_at(at)
}

impl EntitlementKey {
    /// Whether it is a wildcard that may mean another key too.
    pub fn covers(&self, other: &EntitlementKey) -> bool {
        let group = match self.0.split_once('*') {
            Some((group, _)) => group,
            None if is_wildcard(&self.0) => last_name(&self.0).0,
            None => return false,
        };
        other.0.starts_with(group)
    }
}

impl FromStr for EntitlementKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        if (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(EntitlementKey(shared(text)))
        } else {
            Err(BadKey(
                text.chars().take(60).flat_map(char::escape_debug).collect(),
            ))
        }
    }
}

impl fmt::Display for EntitlementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for EntitlementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl Borrow<str> for EntitlementKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

string_serde!(EntitlementKey, "^[!-~]{1,200}$");

words! {
    /// Which side of the integration a glossary belongs to.
    Side {
        Provider = "provider",
        Platform = "platform",
    }
}

/// One right that a provider or platform can grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entitlement {
    /// The heading it stands under where roles are edited.
    pub group: Text,
    pub title: Text,
    pub meaning: Text,
    pub effect: Effect,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Whether it stands in for a name that is not public.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub placeholder: bool,
}

/// A glossary of entitlements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Catalog {
    pub title: Text,
    pub side: Side,
    /// Where the names come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    pub entitlements: BTreeMap<EntitlementKey, Entitlement>,
}

/// How a provider or platform names its glossary: a built-in one, or a file beside the inventory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CatalogName(Box<str>);

impl CatalogName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path relative to the inventory file, where it is a file.
    pub fn file(&self) -> Option<&str> {
        self.0.starts_with("./").then_some(&*self.0)
    }
}

/// Why a glossary's name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a glossary: name a built-in one (`keyroll catalog list`) or a file below the inventory's folder, `./mine.toml`"
)]
pub struct BadCatalogName(String);

impl FromStr for CatalogName {
    type Err = BadCatalogName;
    fn from_str(text: &str) -> Result<Self, BadCatalogName> {
        let plain = |part: &str| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let good = match text.strip_prefix("./") {
            Some(path) => path.ends_with(".toml") && path.split('/').all(plain),
            None => text.parse::<crate::model::id::Name>().is_ok(),
        };
        if good && text.len() <= 200 {
            Ok(CatalogName(text.into()))
        } else {
            Err(BadCatalogName(
                text.chars().take(60).flat_map(char::escape_debug).collect(),
            ))
        }
    }
}

impl Borrow<str> for CatalogName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CatalogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

string_serde!(
    CatalogName,
    "^(\\./[A-Za-z0-9_./-]+\\.toml|[a-z0-9][a-z0-9-]*)$"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_what_stands_in_its_group() {
        let covers = |wide: &str, key: &str| {
            let [wide, key] = [wide, key].map(|key| key.parse::<EntitlementKey>().unwrap());
            wide.covers(&key)
        };
        for wide in ["*", "asset/*", "asset/all", "everything", "asset/v*"] {
            assert!(covers(wide, "asset/view-assets"), "{wide}");
        }
        for narrow in ["part/*", "part/all", "asset/view-assets", "call"] {
            assert!(!covers(narrow, "asset/view-assets"), "{narrow}");
        }
    }

    #[test]
    fn a_glossary_file_stays_below_its_inventory() {
        for good in ["unicmms", "./mine.toml", "./glossaries/maximo.toml"] {
            assert!(good.parse::<CatalogName>().is_ok(), "{good}");
        }
        for bad in [
            "../x.toml",
            "./../x.toml",
            "/etc/passwd",
            "./a/../../b.toml",
            "./.",
            "./x",
            "Mine",
        ] {
            assert!(bad.parse::<CatalogName>().is_err(), "{bad}");
        }
    }
}
