//! `missing-allowlist`: an identity that writes from anywhere, at a provider that can bind it to addresses.

use crate::model::finding::{FieldPath, Severity};
use crate::model::provider::Environment;
use crate::model::text::Text;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-allowlist",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "an identity that writes from anywhere, where the provider can bind it to addresses",
    explain: r##"The account writes in an environment of its provider that accepts it from any address, though another environment of the same provider has an allowlist: so the provider can bind an identity to addresses, and it was forgotten here. A key that leaks is then worth as much outside as inside. One list mends it for every account of the environment.

## Fix

Have the provider accept the integration from its own addresses only, and write them down as the environment's `allowlist`.

## Example

```toml
[provider.unicmms.environment.production]  # bad: writes are accepted from anywhere
endpoint = "https://femo.unicmms.example/api"
[provider.unicmms.environment.staging]
endpoint = "https://femo-staging.unicmms.example/api"
allowlist = ["203.0.113.10/32"]
```

```toml
[provider.unicmms.environment.production]
endpoint = "https://femo.unicmms.example/api"
allowlist = ["203.0.113.10/32"]  # good
```

Source: Guide, troubleshooting."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let levels = facts.policy.levels();
    for (id, account) in facts.accounts() {
        if !levels.policy(account.level).writes {
            continue;
        }
        let Some(provider) = facts.inventory.providers.get(&account.provider) else {
            continue;
        };
        let own = provider.environment.get(&account.environment);
        if own.is_none_or(is_bound) {
            continue;
        }
        let mut others = provider.environment.iter();
        if let Some((other, _)) = others.find(|(_, environment)| is_bound(environment)) {
            let message = format!(
                "it writes from any address: {} of `{}` has no allowlist, and {other} has one",
                account.environment, account.provider
            );
            let fix = format!(
                "bind it to addresses, and state them: `[provider.{}.environment.{}]`, `allowlist = [...]`",
                account.provider, account.environment
            );
            findings
                .account(id, FieldPath::of("environment"), message)
                .fix(fix);
        }
    }
}

/// Whether it takes some addresses and not all of them.
fn is_bound(environment: &Environment) -> bool {
    let mut listed = environment.allowlist.iter().peekable();
    listed.peek().is_some() && listed.all(|address| !address.is_blank() && !is_everywhere(address))
}

fn is_everywhere(address: &Text) -> bool {
    ["0.0.0.0/0", "::/0"].contains(&address.as_str().trim())
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    fn at(level: &str, production: Value, staging: Value) -> Vec<String> {
        let mut found = found(
            json!({ ACCOUNT: { "level": level }, "provider/unicmms": { "environment": {
            "production": { "allowlist": production }, "staging": { "allowlist": staging } } } }),
        );
        found.retain(|line| line.starts_with("missing-allowlist"));
        found
    }

    #[test]
    fn one_that_writes_needs_what_another_environment_has() {
        let line = format!("missing-allowlist {ACCOUNT} environment");
        let (none, list) = (json!([]), json!(["203.0.113.0/28"]));
        assert_eq!(
            at("status-sync", none.clone(), list.clone()),
            std::slice::from_ref(&line)
        );
        assert_eq!(at("status-sync", json!([" "]), list.clone()), [line]);
        assert_eq!(at("status-sync", none.clone(), none.clone()), [""; 0]);
        assert_eq!(at("status-sync", list.clone(), none.clone()), [""; 0]);
        for reads in ["read-only-import", "attachment-sync"] {
            assert_eq!(at(reads, none.clone(), list.clone()), [""; 0]);
        }
    }
}
