//! `boundary-too-wide`: a whole tenant where the account names a site.

use crate::model::account::Account;
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::{AccountId, BoundaryPath};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::sites::Sites;
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "boundary-too-wide",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a whole tenant where the account names a site",
    explain: r##"The boundary of an account is a whole tenant, although the tenant has nodes below it and the account's name or its canary records name one of them. It may then read or write at sites that its work has nothing to do with.

## Fix

Set the boundary to the node that the work is for. Where the provider cannot scope below the tenant, say so in a waiver with an owner and an end.

## Example

```toml
[account.unicmms-production-import-hawthorne]
boundary = ["femo"]  # bad: the name says hawthorne
```

```toml
[account.unicmms-production-import-hawthorne]
boundary = ["femo/hawthorne"]  # good
```

Source: Guide, scope review; OWASP NHI5:2025."##,
    check,
};

/// How many tenants of one account are looked at: one that has two is another rule's matter.
const MOST_TENANTS: usize = 4;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let sites = facts.sites();
    for (id, account) in facts.accounts() {
        let tenants = account.boundary.iter().enumerate();
        let divided = tenants.filter(|(_, tenant)| sites.is_divided(tenant));
        for (at, tenant) in divided.take(MOST_TENANTS) {
            if let Some(site) = named(sites, tenant, id, account) {
                let message =
                    format!("the boundary is all of `{tenant}`, yet the account is for `{site}`");
                findings
                    .account(id, FieldPath::of("boundary").index(at), message)
                    .fix(format!("write `{site}`"));
            }
        }
    }
}

/// The site of the tenant that the account's name or its canaries name.
fn named<'a>(
    sites: &Sites<'a>,
    tenant: &BoundaryPath,
    id: &AccountId,
    account: &Account,
) -> Option<&'a BoundaryPath> {
    let parts = [
        account.provider.as_str(),
        account.environment.as_str(),
        account.workflow.as_str(),
        account.level.as_str(),
    ];
    let words = parts.into_iter().flat_map(|part| part.split('-'));
    let except: Vec<&str> = words.chain(parts).collect();
    let canary = account.canary.as_ref();
    let seen = canary.and_then(|canary| canary.visible.as_ref());
    let hidden = canary.and_then(|canary| canary.hidden.as_ref());
    let texts = [seen, hidden]
        .into_iter()
        .flatten()
        .map(|text| text.as_str());
    std::iter::once(id.as_str())
        .chain(texts)
        .find_map(|text| sites.named_in(tenant, text, &except))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn a_whole_tenant_is_too_wide_where_the_name_says_a_site() {
        let records = json!({ ACCOUNT: { "boundary": ["femo"] } });
        assert_eq!(
            found(records),
            [format!("boundary-too-wide {ACCOUNT} boundary[0]")]
        );
    }

    #[test]
    fn a_tenant_without_nodes_below_cannot_be_narrowed() {
        let records = json!({
            "boundary/hawthorne": { "kind": "tenant", "name": "Hawthorne" },
            ACCOUNT: { "boundary": ["hawthorne"] },
        });
        assert!(
            !found(records)
                .iter()
                .any(|line| line.starts_with("boundary-too-wide"))
        );
    }

    #[test]
    fn an_account_of_many_tenants_is_told_at_the_first_of_them() {
        let records = json!({ ACCOUNT: { "boundary": vec!["femo"; 1000] } });
        let mut found = found(records);
        found.retain(|line| line.starts_with("boundary-too-wide"));
        assert_eq!(found.len(), MOST_TENANTS);
    }

    #[test]
    fn a_site_in_the_boundary_is_narrow_enough() {
        let records = json!({ ACCOUNT: { "boundary": ["femo/hawthorne"] } });
        assert_eq!(found(records), Vec::<String>::new());
    }
}
