//! Which glossary a permission is of, where nobody says: a question about what no glossary lists is no question.

use std::collections::BTreeSet;

use crate::access::holdings::Holdings;
use crate::access::terms::Terms;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::Principal;

/// Why the glossary of a permission cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoGlossary {
    #[error("no glossary that is used here lists `{0}`")]
    Unlisted(EntitlementKey),
    #[error("there is no glossary `{0}`")]
    Unknown(CatalogName),
    #[error("the glossary `{1}` does not list `{0}`")]
    NotIn(EntitlementKey, CatalogName),
    #[error("`{key}` is listed by several glossaries: {}", listed(.names))]
    Several {
        key: EntitlementKey,
        names: Vec<CatalogName>,
    },
}

fn listed(names: &[CatalogName]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The glossary of a permission: the one that is said; for an account, else that of its provider, then of its platform;
/// else the only one that is used and lists it.
pub fn glossary_of<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    principal: Option<&Principal>,
    key: &EntitlementKey,
    said: Option<&CatalogName>,
) -> Result<CatalogName, NoGlossary> {
    glossary_among(holdings, terms, principal, key, said, &holdings.catalogs())
}

/// As [`glossary_of`], where the glossaries that are used are known from elsewhere: the inventory at hand may be a part.
pub fn glossary_among<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    principal: Option<&Principal>,
    key: &EntitlementKey,
    said: Option<&CatalogName>,
    used: &BTreeSet<&CatalogName>,
) -> Result<CatalogName, NoGlossary> {
    let lists = |name: &CatalogName| {
        let catalog = terms.glossary(name);
        catalog.is_some_and(|catalog| catalog.entitlements.contains_key(key))
    };
    if let Some(name) = said {
        return match terms.glossary(name) {
            None => Err(NoGlossary::Unknown(name.clone())),
            Some(_) if lists(name) => Ok(name.clone()),
            Some(_) => Err(NoGlossary::NotIn(key.clone(), name.clone())),
        };
    }
    if let Some(account) = principal.and_then(|principal| holdings.account(principal)) {
        let sides = [
            holdings.provider_catalog(account),
            holdings.platform_catalog(account),
        ];
        if let Some(name) = sides.into_iter().flatten().find(|name| lists(name)) {
            return Ok(name.clone());
        }
    }
    let listing = used.iter().copied().filter(|name| lists(name));
    let mut all: Vec<CatalogName> = listing.cloned().collect();
    match (all.pop(), all.is_empty()) {
        (None, _) => Err(NoGlossary::Unlisted(key.clone())),
        (Some(name), true) => Ok(name),
        (Some(name), false) => {
            all.push(name);
            Err(NoGlossary::Several {
                key: key.clone(),
                names: all,
            })
        }
    }
}
