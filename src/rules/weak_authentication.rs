//! `weak-authentication`: a password where the provider offers better, or a person's own login.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::account::Account;
use crate::model::credential::{Credential, CredentialKind};
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::{AccountId, PersonId};
use crate::model::inventory::Inventory;
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "weak-authentication",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a password where the provider offers better, or a person's own login",
    explain: r##"Either the credential is a password (`basic`, `database-password`) at a provider that offers keys, tokens or certificates (`credential-kinds`): a password is as good as whoever chose it, goes over the line with each call, and has no scope and no end of its own. Or the identity is a person's login: the e-mail address of a person of the inventory, or the name in front of its `@`. Then the integration has all the rights of that person and stops on the day they change the password or leave, and the log blames them for what a machine did. Where `credential-kinds` says nothing, or nothing better, a password is no finding.

## Fix

Have the provider make an identity for the integration alone, with the best kind of credential that it offers, and rotate. Then have the person change their password: the integration knew it.

## Example

```toml
[provider.servicenow]
credential-kinds = ["basic", "api-key", "oauth2-client"]

[account.servicenow-production-import-berlin.credential]
kind = "basic"                    # bad: it offers keys
identity = ["jo.miller@femo.example"]  # bad: Jo's own login
```

```toml
[account.servicenow-production-import-berlin.credential]
kind = "oauth2-client"            # good
identity = ["svc-femo-import"]
```

Source: OWASP NHI4:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let logins = logins(facts.inventory);
    for (id, account) in facts.accounts() {
        if let Some(credential) = &account.credential {
            kind(facts.inventory, (id, account), credential, findings);
            identity(&logins, id, credential, findings);
        }
    }
}

fn kind(
    inventory: &Inventory,
    (id, account): (&AccountId, &Account),
    credential: &Credential,
    findings: &mut Findings,
) {
    if !is_password(credential.kind) {
        return;
    }
    let provider = inventory.providers.get(&account.provider);
    let offered = provider.map_or(&[][..], |provider| &provider.credential_kinds);
    let mut better = offered
        .iter()
        .filter(|kind| !is_password(**kind))
        .peekable();
    if better.peek().is_some() {
        let better = names(better);
        let message = format!(
            "`{}`, where `{}` offers {better}",
            credential.kind, account.provider
        );
        findings
            .account(id, FieldPath::of("credential.kind"), message)
            .fix("have the provider issue one of those, and rotate to it");
    }
}

fn is_password(kind: CredentialKind) -> bool {
    match kind {
        CredentialKind::Basic | CredentialKind::DatabasePassword => true,
        CredentialKind::ApiKey
        | CredentialKind::Oauth2Client
        | CredentialKind::BearerToken
        | CredentialKind::Certificate => false,
    }
}

fn identity(
    logins: &HashMap<Cow<'_, str>, &PersonId>,
    id: &AccountId,
    credential: &Credential,
    findings: &mut Findings,
) {
    for (at, identity) in credential.identity.iter().enumerate() {
        let name = identity.as_str().trim();
        // `DOMAIN\name` is the login of that name.
        let name = name.rsplit('\\').next().unwrap_or(name);
        if let Some(person) = logins.get(&lower(name)) {
            let message = format!("`{identity}` is the login of `person/{person}`");
            findings
                .account(id, FieldPath::of("credential.identity").index(at), message)
                .fix("have the provider make an identity for the integration alone, and rotate to it");
        }
    }
}

/// What people may log on with: their e-mail address, and the name in front of its `@`.
fn logins(inventory: &Inventory) -> HashMap<Cow<'_, str>, &PersonId> {
    let mut logins = HashMap::new();
    for (id, person) in &inventory.people {
        let Some(email) = person.email.as_ref().map(|email| email.as_str().trim()) else {
            continue;
        };
        let name = email.split_once('@').map_or("", |(name, _)| name);
        for login in [email, name] {
            if !login.is_empty() {
                logins.entry(lower(login)).or_insert(id);
            }
        }
    }
    logins
}

/// In small letters.
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    fn ours(records: Value) -> Vec<(String, String)> {
        let found = findings(records);
        let ours = found
            .into_iter()
            .filter(|finding| finding.rule == "weak-authentication");
        ours.map(|f| (f.field.to_string(), f.message)).collect()
    }

    fn kind(kind: &str, offered: &[&str]) -> Vec<(String, String)> {
        ours(json!({ "provider/unicmms": { "credential-kinds": offered },
            ACCOUNT: { "credential": { "kind": kind } } }))
    }

    #[test]
    fn a_password_is_weak_where_the_provider_offers_better() {
        let offered = ["basic", "api-key", "certificate"];
        let message = "`basic`, where `unicmms` offers `api-key`, `certificate`".to_owned();
        assert_eq!(
            kind("basic", &offered),
            [("credential.kind".to_owned(), message)]
        );
        assert_eq!(kind("database-password", &["oauth2-client"]).len(), 1);
        assert_eq!(kind("api-key", &offered), []);
        assert_eq!(kind("basic", &["basic", "database-password"]), []);
        assert_eq!(kind("basic", &[]), []);
    }

    #[test]
    fn a_persons_own_login_is_told_by_address_and_by_name() {
        let identity = |identity: &str| {
            ours(
                json!({ "person/anna-berg": { "email": "Anna.Berg@femo.example" },
                ACCOUNT: { "credential": { "identity": ["svc-femo-import", identity] } } }),
            )
        };
        for login in [
            "anna.berg@femo.example",
            "ANNA.BERG",
            "FEMO\\anna.berg",
            " anna.berg ",
        ] {
            let message = format!("`{login}` is the login of `person/anna-berg`");
            assert_eq!(
                identity(login),
                [("credential.identity[1]".to_owned(), message)]
            );
        }
        for other in ["svc-anna.berg", "anna.berg@other.example", "@", ""] {
            assert_eq!(identity(other), [], "{other}");
        }
    }
}
