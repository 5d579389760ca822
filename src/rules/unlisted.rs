//! Entitlements that their glossary does not list: what the rules on permissions and on scopes have in common.

use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::finding::FieldPath;
use crate::model::log::LogMap;
use crate::model::record::RecordId;
use crate::rules::grants::{Granted, Holder};
use crate::rules::{Facts, Findings};

/// The advice where no name is near.
pub(super) const LISTED: &str = "write it as `keyroll catalog` lists it";

/// Reports each entitlement of one side that its glossary does not list: `what` it is, in the list `field`.
pub(super) fn find<'a>(
    facts: &Facts<'a>,
    findings: &mut Findings,
    (what, field): (&str, &str),
    side: for<'h> fn(&'h Holder<'a>) -> &'h Granted<'a>,
) {
    let grants = facts.grants();
    for holder in &grants.holders {
        let Some(name) = side(holder).catalog else {
            continue;
        };
        for (at, grant) in grants.list(side(holder)).iter().enumerate() {
            if grant.known.is_some() || grant.wildcard {
                continue;
            }
            let listed = facts
                .glossaries
                .get(name)
                .map(|catalog| &catalog.entitlements);
            let keys = listed.into_iter().flat_map(|all| all.keys());
            let near = findings.near(grant.key.as_str(), keys.map(EntitlementKey::as_str));
            let message = format!("`{}` is no {what} of the glossary `{name}`", grant.key);
            findings
                .account(holder.id, FieldPath::of(field).index(at), message)
                .did_you_mean(near, LISTED);
        }
    }
}

/// The same of what the map of a log has words for: an action that no entitlement answers to is judged by nothing.
pub(super) fn in_log(
    facts: &Facts<'_>,
    findings: &mut Findings,
    what: &str,
    (subject, name, map): (&RecordId, &CatalogName, &LogMap),
) {
    let Some(catalog) = facts.glossaries.get(name) else {
        return;
    };
    for (word, action) in &map.actions {
        let key = action.entitlement();
        let Some(key) = key.filter(|key| !catalog.entitlements.contains_key(*key)) else {
            continue;
        };
        let keys = catalog.entitlements.keys().map(EntitlementKey::as_str);
        let near = findings.near(key.as_str(), keys);
        let message = format!("`{key}` is no {what} of the glossary `{name}`, nor an action class");
        let field = FieldPath::of("log").key("actions").key(word);
        findings
            .at(subject.clone(), field, message)
            .did_you_mean(near, LISTED);
    }
}
