//! `environment-shared`: one secret, or one endpoint, in two environments.

use std::collections::BTreeMap;

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::RecordId;
use crate::model::text::url;
use crate::rules::endpoints::{self, Endpoint};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::sharing::{self, By, Group, Installation, NAMED};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "environment-shared",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "one secret, or one endpoint, in two environments",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
Production and a rehearsal, or two systems, are not apart. With one secret, whoever may see that of staging acts in
production; with one endpoint, a test writes into the plant's own records. Secrets are compared as for
`credential-shared`: by the place outside that holds them, and, by `check`, by the keyed fingerprints of what is stored. An
environment is that of one provider: the same secret at two providers is found too.

## Fix

Have each environment issue credentials of its own, and rotate the shared one. Where two environments are one installation,
declare one of them.

## Example

```toml
# bad: what staging tests, production does
[provider.unicmms.environment.production]
endpoint = "https://femo.unicmms.example/api"
[provider.unicmms.environment.staging]
endpoint = "https://femo.unicmms.example/api"
```

```toml
# good
[provider.unicmms.environment.production]
endpoint = "https://femo.unicmms.example/api"
[provider.unicmms.environment.staging]
endpoint = "https://femo-staging.unicmms.example/api"
```

Source: Guide, design; OWASP NHI 8:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for group in sharing::groups(facts) {
        secrets(&group, findings);
    }
    endpoints(facts, findings);
}

/// A secret that accounts of several installations have.
fn secrets(group: &Group<'_>, findings: &mut Findings) {
    let mut by_place: BTreeMap<Installation<'_>, Vec<_>> = BTreeMap::new();
    for (id, installation) in &group.accounts {
        by_place.entry(*installation).or_default().push(*id);
    }
    if by_place.len() < 2 {
        return;
    }
    for (own, accounts) in &by_place {
        let others = by_place.iter().filter(|(place, _)| *place != own);
        let others = others.flat_map(|((provider, environment), accounts)| {
            let words = move |id| format!("`account/{id}` in {environment} of `{provider}`");
            accounts.iter().map(words)
        });
        let shown: Vec<String> = others.take(NAMED).collect();
        let others = sharing::named(&shown, group.accounts.len() - accounts.len());
        let message = match group.by {
            By::Place(place) => format!("the secret at `{place}` is also that of {others}"),
            By::Value(_) => format!("its secret is also that of {others}"),
        };
        for id in accounts {
            findings
                .account(id, FieldPath::of("credential.store"), message.as_str())
                .fix("have each environment issue its own secret, and rotate the shared one");
        }
    }
}

/// An endpoint that several environments of one system have. The finding is on all but one of them: production's is the
/// right one, else the first.
fn endpoints(facts: &Facts<'_>, findings: &mut Findings) {
    let mut known: BTreeMap<(RecordId, String), Vec<Endpoint<'_>>> = BTreeMap::new();
    for endpoint in endpoints::endpoints(facts.inventory) {
        if let Some(address) = address(endpoint.environment.endpoint.as_str()) {
            let key = (endpoint.owner.clone(), address);
            known.entry(key).or_default().push(endpoint);
        }
    }
    for same in known.into_values() {
        let is_production = |endpoint: &Endpoint<'_>| endpoint.name.as_str() == "production";
        let Some(right) = same.iter().find(|e| is_production(e)).or(same.first()) else {
            continue;
        };
        for endpoint in same.iter().filter(|endpoint| endpoint.name != right.name) {
            let message = format!("`{}` has the endpoint of `{}`", endpoint.name, right.name);
            findings
                .at(endpoint.owner.clone(), endpoint.field(), message)
                .fix(format!("write the endpoint of `{}`", endpoint.name));
        }
    }
}

/// An endpoint without what makes no difference: letters' case in scheme and host, the scheme's own port, a last slash,
/// names and passwords.
fn address(url: &str) -> Option<String> {
    let (scheme, rest) = url::scheme(url)?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = url::authority(url)?;
    let port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let host = authority.strip_suffix(port).unwrap_or(&authority);
    let path = rest
        .find(['/', '?', '#', '\\'])
        .map_or("", |at| &rest[at..]);
    Some(format!("{scheme}://{host}{}", path.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::address;
    use crate::rules::credential_shared::tests::{of, second, version};
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    const SECOND: &str = "account/unicmms-production-import-hawthorne-2";

    fn ours(records: Value) -> Vec<String> {
        let mut all = found(records);
        all.retain(|line| line.starts_with("environment-shared"));
        all
    }

    #[test]
    fn one_secret_in_two_environments_is_found_on_both_accounts() {
        for (environment, count) in [("staging", 2), ("production", 0)] {
            let found = ours(json!({
                SECOND: second(json!({ "environment": environment })),
                of(0, 1): version("current", &["a"]),
                of(1, 1): version("current", &["a"]),
            }));
            assert_eq!(found.len(), count, "{environment}: {found:?}");
        }
    }

    #[test]
    fn one_place_in_two_environments_is_found() {
        let credential = json!({ "kind": "api-key", "store": "vault:femo/unicmms" });
        let found = ours(json!({
            ACCOUNT: { "credential": credential },
            SECOND: second(json!({ "environment": "staging", "credential": credential })),
        }));
        let line = |account| format!("environment-shared {account} credential.store");
        assert_eq!(found, [line(ACCOUNT), line(SECOND)]);
    }

    #[test]
    fn one_secret_at_two_providers_is_found() {
        let found = ours(json!({
            "provider/maximo": { "environment": { "production": { "endpoint": "https://maximo.example" } } },
            SECOND: second(json!({ "provider": "maximo" })),
            of(0, 1): version("current", &["a"]),
            of(1, 1): version("current", &["a"]),
        }));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn one_endpoint_in_two_environments_is_found_on_the_one_that_is_not_production() {
        let found = ours(json!({ "provider/unicmms": { "environment": {
            "a": { "endpoint": "https://x.example/api" },
            "b": { "endpoint": "HTTPS://X.example:443/api/" },
            "alpha": { "endpoint": "https://femo.unicmms.example/api/" } } } }));
        let line =
            |name| format!("environment-shared provider/unicmms environment.{name}.endpoint");
        assert_eq!(found, [line("alpha"), line("b")]);
    }

    #[test]
    fn addresses_differ_by_host_port_and_path() {
        let same = |a: &str, b: &str| address(a) == address(b);
        assert!(same("https://X.example", "https://x.example:443/"));
        assert!(same("https://a:b@x.example/", "https://x.example"));
        assert!(!same("https://x.example/a", "https://x.example/b"));
        assert!(!same("https://x.example", "https://x.example:8443"));
        assert!(address("nothing").is_none());
    }
}
