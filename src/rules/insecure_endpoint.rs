//! `insecure-endpoint`: plain http to anything but loopback.

use crate::model::finding::Severity;
use crate::model::text::url;
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
the way can read and keep it. Only this very machine (`localhost`, `127.0.0.0/8`, `[::1]`) may be spoken to in the clear. An
endpoint that programs alone reach may be that of a PostgreSQL server, if it says `sslmode=verify-full`: every weaker mode
takes an unknown server for the right one, or goes on without TLS.

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
    for (owner, field, url) in endpoints::addresses(facts.inventory) {
        if let Some((message, fix)) = fault(url) {
            findings.at(owner, field, message).fix(fix);
        }
    }
}

/// What is wrong with an endpoint, and what to write. Repeats its host alone: the rest of a URL may hold a secret.
fn fault(url: &str) -> Option<(String, &'static str)> {
    const FIX: &str = "write an `https://` address";
    let Some((scheme, host)) = url::scheme(url)
        .and_then(|(scheme, _)| Some((scheme.to_ascii_lowercase(), url::host(url)?)))
    else {
        return Some(("the endpoint is not a URL".to_owned(), FIX));
    };
    match scheme.as_str() {
        "https" => None,
        "http" if url::is_loopback(&host) => None,
        "postgresql" | "postgres" if url::is_loopback(&host) && !url.contains('?') => None,
        "http" => Some((
            format!("plain http to `{host}`: the credential is sent for all to read"),
            FIX,
        )),
        "postgresql" | "postgres" if is_verified(url) => None,
        "postgresql" | "postgres" => Some((
            format!(
                "nothing makes the connection to `{host}` encrypted, and the server the right one"
            ),
            "write `?sslmode=verify-full` behind the database",
        )),
        _ => Some((format!("the endpoint at `{host}` is not https"), FIX)),
    }
}

/// Whether the client of PostgreSQL insists on TLS and on the name of the server. Other parameters than these may name
/// another server, or take the mode back.
fn is_verified(url: &str) -> bool {
    const PLAIN: [&str; 4] = [
        "sslrootcert",
        "connect_timeout",
        "application_name",
        "target_session_attrs",
    ];
    let (_, query) = url.split_once('?').unwrap_or_default();
    let pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let modes = pairs.clone().filter(|(name, _)| *name == "sslmode");
    let is_known = |(name, value): (&str, &str)| {
        PLAIN.contains(&name) || (name, value) == ("sslmode", "verify-full")
    };
    modes.count() == 1 && pairs.clone().all(is_known)
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
            "postgresql://db.example/maintenance",
            "postgresql://db.example/maintenance?sslmode=require",
            "postgresql://db.example/x?sslmode=verify-full&sslmode=disable",
            "postgres://db.example/x#?sslmode=verify-fully",
            "postgresql://db.example/x?sslmode=verify-full&ssl%6Dode=disable",
            "postgresql://db.example/x?sslmode=verify-full&service=other",
            "postgresql://127.0.0.1/x?host=db.example",
            "postgresql://127.0.0.1,db.example/x",
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
            "postgresql://127.0.0.1:5432/maintenance",
        ] {
            assert_eq!(platform(endpoint), Vec::<String>::new(), "{endpoint}");
        }
    }

    #[test]
    fn a_database_is_reached_with_tls_that_is_checked() {
        let endpoint =
            "postgresql://db.example:5432/maintenance?connect_timeout=5&sslmode=verify-full";
        assert_eq!(platform(endpoint), Vec::<String>::new());
    }

    #[test]
    fn a_password_in_the_url_is_not_repeated() {
        for scheme in ["http", "postgresql"] {
            let url = format!("{scheme}://user:hunter2@cmms.example/?key=hunter2");
            let (message, _) = super::fault(&url).unwrap();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
