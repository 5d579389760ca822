//! `endpoint-mismatch`: a production endpoint that looks like staging or test, or the reverse.

use crate::model::finding::Severity;
use crate::model::text::url;
use crate::rules::endpoints::{self, Endpoint};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "endpoint-mismatch",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a production endpoint that looks like staging or test, or the reverse",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
An endpoint does not fit the name of its environment: production points at a host that calls itself staging or test, or
another environment points at a production host. A rehearsal would then write to production, or production would read
test data, and every check of the credential would prove something about the wrong system.

## Fix

Write the endpoint that belongs to the environment. Where the host's name really misleads, waive this rule for the
provider, with the reason.

## Example

```toml
# bad: the rehearsal runs against production
[provider.unicmms.environment.staging]
endpoint = "https://femo.unicmms.prod.example.net"
```

```toml
# good
[provider.unicmms.environment.staging]
endpoint = "https://femo.unicmms.staging.example.net"
```

Source: Guide, troubleshooting; OWASP NHI 8:2025
"#;

/// Words in a host's name that say it is not production.
const REHEARSAL: [&str; 10] = [
    "staging", "stage", "stg", "test", "tst", "dev", "qa", "sandbox", "uat", "demo",
];

/// Words that say it is.
const PRODUCTION: [&str; 4] = ["prod", "production", "prd", "live"];

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for endpoint in endpoints::endpoints(facts.inventory) {
        if let Some(message) = fault(&endpoint) {
            findings
                .at(endpoint.owner.clone(), endpoint.field(), message)
                .fix(format!("write the endpoint of `{}`", endpoint.name));
        }
    }
}

fn fault(endpoint: &Endpoint<'_>) -> Option<String> {
    let url = endpoint.environment.endpoint.as_str();
    let host = url::host(url)?;
    if endpoint.name.as_str() == "production" {
        let word = word_of(&host, &REHEARSAL)?;
        return Some(format!("the production endpoint's host says `{word}`"));
    }
    if let Some(word) = word_of(&host, &PRODUCTION) {
        return Some(format!("the host of `{}` says `{word}`", endpoint.name));
    }
    let production = endpoint.production?.endpoint.as_str();
    // Where production is the one that is wrong, its own finding says so.
    let misled = url::host(production).is_some_and(|h| word_of(&h, &REHEARSAL).is_some());
    (!misled && url::authority(url) == url::authority(production))
        .then(|| format!("`{}` has the host of production", endpoint.name))
}

/// The word among `words` that the host's name holds, a number behind it aside. The top-level domain does not count:
/// `.dev` and `.live` are sold to anyone. A host without dots has none: all of it counts.
fn word_of(host: &str, words: &[&'static str]) -> Option<&'static str> {
    let name = host.rsplit_once('.').map_or(host, |(name, _)| name);
    name.split(['.', '-', '_'])
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .find_map(|word| words.iter().copied().find(|known| *known == word))
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    fn provider(environment: &str, endpoint: &str) -> Vec<String> {
        let endpoint = json!({ "environment": { environment: { "endpoint": endpoint } } });
        let mut found = sample::found(json!({ "provider/unicmms": endpoint }));
        found.retain(|line| line.starts_with("endpoint-mismatch"));
        found
    }

    #[test]
    fn production_does_not_look_like_staging() {
        for host in [
            "femo-staging.unicmms.example",
            "test2.unicmms.example",
            "x.QA.example:8443",
            "unicmms-staging",
            "test:8443",
        ] {
            assert_eq!(
                provider("production", &format!("https://{host}/api")),
                ["endpoint-mismatch provider/unicmms environment.production.endpoint"],
                "{host}"
            );
        }
    }

    #[test]
    fn staging_does_not_look_like_production() {
        for endpoint in [
            "https://femo.unicmms.prod.example.net",
            "https://live-2.unicmms.example",
            "https://femo.unicmms.example/staging",
        ] {
            assert_eq!(
                provider("staging", endpoint),
                ["endpoint-mismatch provider/unicmms environment.staging.endpoint"],
                "{endpoint}"
            );
        }
    }

    #[test]
    fn parts_of_words_and_odd_urls_are_left_alone() {
        for endpoint in [
            "https://contest.latest.example",
            "https://acme.dev",
            "",
            "://",
            "a b",
        ] {
            assert_eq!(
                provider("production", endpoint),
                Vec::<String>::new(),
                "{endpoint}"
            );
        }
        let none = Vec::<String>::new();
        assert_eq!(
            provider("staging", "https://product.delivery.example"),
            none
        );
    }
}
