//! Entitlements by the titles that people see: `Work Order/View Work Orders`.

use std::collections::HashMap;

use super::headings::folded;
use crate::model::entitlement::{Catalog, EntitlementKey};
use crate::model::key::slug;

/// The keys of a glossary by their titles.
#[derive(Debug, Default)]
pub struct Titles {
    /// By group and title; also by the key itself.
    by_path: HashMap<String, String>,
    /// By title alone; none where several groups have one of the name.
    by_title: HashMap<String, Option<String>>,
}

/// A title that several groups have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous;

impl Titles {
    pub fn of(catalog: &Catalog) -> Titles {
        let mut titles = Titles::default();
        for (key, entitlement) in &catalog.entitlements {
            let title = slug(&folded(entitlement.title.as_str()));
            let path = format!("{}/{title}", slug(&folded(entitlement.group.as_str())));
            let known = titles.by_title.entry(title);
            known
                .and_modify(|known| *known = None)
                .or_insert_with(|| Some(key.to_string()));
            titles.by_path.insert(path, key.to_string());
            titles.by_path.insert(key.to_string(), key.to_string());
        }
        titles
    }

    /// The key of what is written as a key, as `group/title` or as a title that is the only one of its name. What the
    /// glossary does not list is spelled as a key of its kind: a rule says that it is unknown.
    ///
    /// # Errors
    /// When several groups have the title.
    pub fn key(&self, written: &str) -> Result<String, Ambiguous> {
        let spelled = spelled(written);
        let path = [written, &*spelled];
        if let Some(key) = path.into_iter().find_map(|path| self.by_path.get(path)) {
            return Ok(key.clone());
        }
        match self.by_title.get(&slug(&folded(written))) {
            Some(Some(key)) => Ok(key.clone()),
            Some(None) => Err(Ambiguous),
            None => Ok(spelled),
        }
    }
}

/// A title as a key, without a glossary: the slug of each part. What could be a key already stays as it is.
pub fn spelled(written: &str) -> String {
    let capital = written.bytes().any(|b| b.is_ascii_uppercase()) && written.contains('/');
    if written.parse::<EntitlementKey>().is_ok() && !capital {
        return written.to_owned();
    }
    let parts = written.split('/').map(|part| slug(&folded(part)));
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    #[test]
    fn titles_find_their_keys() {
        let titles = Titles::of(builtin("unicmms").unwrap());
        for (written, key) in [
            ("Work Order/View Work Orders", "work-order/view-work-orders"),
            ("work-order/view-work-orders", "work-order/view-work-orders"),
            (
                "Hierarchy / View Site & Asset Hierarchy",
                "hierarchy/view-site-asset-hierarchy",
            ),
            ("View Work Orders", "work-order/view-work-orders"),
            ("Work Order/Fly", "work-order/fly"),
            ("*", "*"),
            ("base.read", "base.read"),
        ] {
            assert_eq!(titles.key(written).as_deref(), Ok(key), "{written}");
        }
    }
}
