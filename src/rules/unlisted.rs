//! Entitlements that their glossary does not list: what the rules on permissions and on scopes have in common.

use crate::model::entitlement::EntitlementKey;
use crate::model::finding::FieldPath;
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
