//! `insecure-endpoint`: plain http to anything but loopback.

use crate::model::finding::Severity;
use crate::rules::endpoints;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "insecure-endpoint",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "plain http to anything but loopback",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
An endpoint is reached without TLS, or is no URL at all. Every request carries the credential; over plain http anyone on
the way can read and keep it. Only this very machine (`localhost`, `127.0.0.0/8`, `[::1]`) may be spoken to in the clear.

## Fix

Write the https address; have the provider's operator set one up if there is none.

## Example

```toml
# bad: the key crosses the plant network in the clear
[provider.unicmms.environment.production]
endpoint = "http://cmms.plant.example/api"
```

```toml
# good
[provider.unicmms.environment.production]
endpoint = "https://cmms.plant.example/api"
```

Source: OWASP NHI 4:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for endpoint in endpoints::endpoints(facts.inventory) {
        if let Some(message) = fault(endpoint.environment.endpoint.as_str()) {
            findings
                .at(endpoint.owner.clone(), endpoint.field(), message)
                .fix("write an `https://` address");
        }
    }
}

/// What is wrong with an endpoint. Repeats its host alone: the rest of a URL may hold a secret.
fn fault(url: &str) -> Option<String> {
    let Some((scheme, host)) = endpoints::scheme(url)
        .and_then(|(scheme, _)| Some((scheme.to_ascii_lowercase(), endpoints::host(url)?)))
    else {
        return Some("the endpoint is not a URL".to_owned());
    };
    match scheme.as_str() {
        "https" => None,
        "http" if endpoints::is_loopback(&host) => None,
        "http" => Some(format!(
            "plain http to `{host}`: the credential is sent for all to read"
        )),
        _ => Some(format!("the endpoint at `{host}` is not https")),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    fn platform(endpoint: &str) -> Vec<String> {
        let endpoint = json!({ "environment": { "production": { "endpoint": endpoint } } });
        sample::found(json!({ "platform/factverse": endpoint }))
    }

    #[test]
    fn anything_but_https_is_found() {
        for endpoint in [
            "http://factverse.example",
            "HTTP://factverse.example:8080/api",
            "ftp://factverse.example",
            "factverse.example",
            "https://",
            "http://127.0.0.1.example",
            "",
        ] {
            assert_eq!(
                platform(endpoint),
                ["insecure-endpoint platform/factverse environment.production.endpoint"],
                "{endpoint}"
            );
        }
    }

    #[test]
    fn this_machine_may_be_spoken_to_in_the_clear() {
        for endpoint in [
            "http://localhost:8080",
            "http://127.0.0.2/x",
            "http://[::1]:9/",
        ] {
            assert_eq!(platform(endpoint), Vec::<String>::new(), "{endpoint}");
        }
    }

    #[test]
    fn a_password_in_the_url_is_not_repeated() {
        let message = super::fault("http://user:hunter2@cmms.example/?key=hunter2").unwrap();
        assert!(!message.contains("hunter2"), "{message}");
    }
}
