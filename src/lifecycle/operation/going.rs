//! What goes in a revoke: the versions that could still work, and how much a step takes away.

use crate::lifecycle::operation::rotate::is_live;
use crate::lifecycle::versions::{Versions, of};
use crate::model::credential::{Credential, Version};
use crate::model::id::AccountId;
use crate::model::key::VersionKey;
use crate::model::operation::{Entry, Operation, Phase};
use crate::model::placeholder::names;
use crate::model::procedure::Step;
use crate::model::text::Text;

/// One version that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Going {
    pub number: u32,
    /// Its name at the provider; none where the roll knows none.
    pub identity: Option<Text>,
    /// Whether the provider may know of it.
    pub is_told: bool,
}

impl Going {
    /// The versions of an account that could still work, the newest first.
    pub fn live(id: &AccountId, credential: &Credential, versions: &Versions) -> Vec<Going> {
        let live = of(versions, id).rev();
        let live = live.filter(|(_, version)| is_live(version));
        live.map(|it| Going::one(credential, it)).collect()
    }

    /// All of its versions, those that went too.
    pub fn every(id: &AccountId, credential: &Credential, versions: &Versions) -> Vec<Going> {
        let all = of(versions, id).rev();
        all.map(|it| Going::one(credential, it)).collect()
    }

    fn one(credential: &Credential, (key, version): (&VersionKey, &Version)) -> Going {
        let first = credential.identity.first();
        Going {
            number: key.number,
            identity: version.identity.as_ref().or(first).cloned(),
            is_told: true,
        }
    }
}

/// How much a step takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// One version: it names its id or its value.
    Version,
    /// Every version of an identity.
    Identity,
    /// Whatever there is of the account.
    Account,
}

/// How much a step takes away, by what it names. What it is aimed at, its path or its arguments, says more than what it is
/// given: a program that is told an identity, and given a secret to log on with, is about the identity.
pub fn of_step(step: &Step) -> About {
    let command = step.command.iter().flatten().map(|word| word.to_string());
    let path = step.http.iter().map(|http| http.path.to_string());
    let manual = step.manual.iter().map(|what| what.to_string());
    let aim: Vec<String> = command.chain(path).chain(manual).collect();
    let mut given: Vec<String> = step.stdin.iter().map(|text| text.to_string()).collect();
    if let Some(http) = &step.http {
        strings(&serde_json::to_value(http).unwrap_or_default(), &mut given);
    }
    // A program that is not told what it reads is given the secret.
    if step.is_given_secret() {
        given.push("{secret}".to_owned());
    }
    about(&aim)
        .or_else(|| about(&given))
        .unwrap_or(About::Account)
}

/// What texts name; none where they name neither a version nor an identity.
fn about(texts: &[String]) -> Option<About> {
    let all: Vec<&str> = texts.iter().flat_map(|text| names(text)).collect();
    let is_version = |name: &&str| {
        let first = name.split_once('.').map_or(*name, |(first, _)| first);
        ["id", "credential.id", "basic", "basic-form"].contains(name) || first == "secret"
    };
    match () {
        () if all.iter().any(is_version) => Some(About::Version),
        () if all.contains(&"identity") => Some(About::Identity),
        () => None,
    }
}

/// The texts in a value, names of fields too.
fn strings(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => out.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                out.push(name.clone());
                strings(field, out);
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// The versions that an operation takes away: those whose refusal it looks for.
pub fn numbers(operation: &Operation) -> Vec<u32> {
    let entries = operation.entries.iter();
    let refusals = entries.filter(|entry| entry.phase == Phase::Refusal);
    refusals.filter_map(|entry| entry.version).collect()
}

/// The versions that an entry of an operation takes away. `every` version says of which identity it is, whether it went
/// already or not.
pub fn touched(entry: &Entry, operation: &Operation, every: &[Going]) -> Vec<u32> {
    // What nobody saw is no version.
    if entry.tag.is_some() {
        return Vec::new();
    }
    let all = numbers(operation);
    let identity = |number: u32| {
        let found = every.iter().find(|version| version.number == number);
        found.and_then(|version| version.identity.as_ref())
    };
    match (entry.step.as_ref().map(of_step), entry.version) {
        (_, None) | (Some(About::Account), Some(_)) => all,
        (Some(About::Version) | None, Some(number)) => vec![number],
        (Some(About::Identity), Some(number)) => all
            .into_iter()
            .filter(|other| *other == number || identity(*other) == identity(number))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::credential::VersionStage;
    use serde_json::json;

    #[test]
    fn a_step_takes_away_what_it_names() {
        let about = |step: serde_json::Value| {
            let mut step = step;
            step["title"] = json!("x");
            of_step(&serde_json::from_value(step).unwrap())
        };
        let delete = |path: &str| json!({ "http": { "method": "DELETE", "path": path } });
        assert_eq!(about(delete("/keys/{id}")), About::Version);
        assert_eq!(about(delete("/users/{identity}")), About::Identity);
        assert_eq!(about(delete("/sessions")), About::Account);
        assert_eq!(about(json!({ "manual": "lock it" })), About::Account);
        assert_eq!(about(json!({ "command": ["cut"] })), About::Version);
        let told = json!({ "command": ["cut", "{identity}"], "stdin": "{admin}" });
        assert_eq!(about(told), About::Identity);
        // The secret that it is given by itself is what it logs on with.
        assert_eq!(
            about(json!({ "command": ["cut", "{identity}"] })),
            About::Identity
        );
        assert_eq!(
            about(json!({ "command": ["cut", "{identity}", "{id}"] })),
            About::Version
        );
        let spaced = json!({ "command": ["cut", "{ credential.id }"], "stdin": "{admin}" });
        assert_eq!(about(spaced), About::Version);
        let told = json!({ "http": { "method": "POST", "path": "/revoke",
            "form": { "client_id": "{identity}", "token": "{secret.token}" } } });
        assert_eq!(about(told), About::Version);
        let rehearsed = json!({ "manual": "lock it", "rehearse": ["look", "{id}"] });
        assert_eq!(about(rehearsed), About::Account);
    }

    #[test]
    fn an_identity_takes_its_versions_away_though_one_of_them_went() {
        let id: AccountId = "etl".parse().unwrap();
        let credential =
            json!({ "kind": "api-key", "store": "age", "identity": ["blue", "green"] });
        let credential: Credential = serde_json::from_value(credential).unwrap();
        let version = |number: u32, stage, identity: &str| {
            let mut version = Version::new(stage, "2026-10-01".parse().unwrap());
            version.identity = Some(identity.parse().unwrap());
            (format!("etl {number}").parse().unwrap(), version)
        };
        let versions = Versions::from([
            version(1, VersionStage::PossiblyLive, "blue"),
            version(2, VersionStage::Revoked, "blue"),
            version(3, VersionStage::Current, "green"),
        ]);
        let lock = json!({ "title": "lock", "manual": "lock {identity}" });
        let lock = Entry::new(Phase::Withdraw, Some(serde_json::from_value(lock).unwrap()));
        let refusals = [3, 2, 1].map(|number| Entry::new(Phase::Refusal, None).about(number));
        let operation = json!({ "what": "revoke", "state": "open", "token": "0123456789ab",
            "began": "2026-11-22T03:00:00Z", "by": "jo", "entries": refusals });
        let operation: Operation = serde_json::from_value(operation).unwrap();
        let every = Going::every(&id, &credential, &versions);
        assert_eq!(touched(&lock.about(2), &operation, &every), [2, 1]);
    }
}
