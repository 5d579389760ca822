//! Of what a test was: the environment, the endpoint there and the identity that the account had as it was recorded. One of
//! another place says nothing of where the account works now.

use std::fmt;

use crate::model::account::Account;
use crate::model::entitlement::Side;
use crate::model::fact::{CameBy, Detail, Fact};
use crate::model::id::{AccountId, EnvironmentName};
use crate::model::inventory::Inventory;
use crate::model::key::VersionKey;
use crate::model::provider::Environment;
use crate::model::reconciliation::orphan;
use crate::model::text::Text;

/// How the place of a test differs from where the account works now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Elsewhere {
    Environment {
        then: EnvironmentName,
        now: EnvironmentName,
    },
    Endpoint {
        then: Text,
        now: Option<Text>,
    },
    Identity {
        then: Text,
        now: Option<Text>,
    },
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, then, now) = match self {
            Elsewhere::Environment { then, now } => {
                return write!(f, "that was of `{then}`, and the account is in `{now}` now");
            }
            Elsewhere::Endpoint { then, now } => ("endpoint", then, now),
            Elsewhere::Identity { then, now } => ("identity", then, now),
        };
        write!(f, "that was of the {what} `{then}`, and ")?;
        match now {
            Some(now) => write!(f, "it is `{now}` now"),
            None => f.write_str("none is declared now"),
        }
    }
}

/// Fills in of what a test is, as the account is at this moment; what the fact says itself stays. Other facts stay as they are.
pub fn placed(mut fact: Fact, inventory: &Inventory) -> Fact {
    if let Fact::Evidence {
        account,
        version,
        detail,
        ..
    } = &mut fact
    {
        let none = Detail::default();
        let now = now(
            inventory,
            account,
            *version,
            detail.as_deref().unwrap_or(&none),
        );
        fill(detail, now);
    } else if let Fact::FailClosed {
        account, detail, ..
    } = &mut fact
    {
        let environment = inventory.accounts.get(account);
        let environment = environment.map(|account| account.environment.clone());
        fill(
            detail,
            Detail {
                environment,
                ..Detail::default()
            },
        );
    }
    fact
}

/// The same for a fact that somebody brings in a file, whatever that says of how it came.
pub fn imported(mut fact: Fact, inventory: &Inventory) -> Fact {
    if let Some(detail) = told(&mut fact) {
        detail.get_or_insert_default().came_by = Some(CameBy::Import);
    }
    placed(fact, inventory)
}

/// A fact with what one of its key is known to be of, where it says nothing of that itself: so the same file can be read
/// again after the account has moved.
pub fn as_recorded(mut fact: Fact, recorded: &Fact) -> Fact {
    let known = recorded.detail().cloned().unwrap_or_default();
    if let Some(detail) = told(&mut fact) {
        if let Some(detail) = detail {
            detail.came_by = None;
        }
        let Detail {
            environment,
            endpoint,
            identity,
            came_by,
            ..
        } = known;
        fill(
            detail,
            Detail {
                environment,
                endpoint,
                identity,
                came_by,
                ..Detail::default()
            },
        );
    }
    fact
}

/// How a test is of another place than where its account works now. What does not say where it was counts as of here.
pub fn elsewhere(fact: &Fact, inventory: &Inventory) -> Option<Elsewhere> {
    let detail = fact.detail()?;
    let (id, version) = match fact {
        Fact::Evidence {
            account, version, ..
        } => (account, Some(*version)),
        // What a job does without a credential goes by where the account is, and not by which credential.
        Fact::FailClosed { account, .. } => (account, None),
        Fact::Issued { .. }
        | Fact::Rotated { .. }
        | Fact::Drill { .. }
        | Fact::Seen { .. }
        | Fact::Reconciled { .. }
        | Fact::Listed { .. }
        | Fact::Review { .. }
        | Fact::OwnerChanged { .. }
        | Fact::Acknowledged { .. }
        | Fact::Refused { .. } => return None,
    };
    let account = inventory.accounts.get(id)?;
    if let Some(then) = &detail.environment
        && *then != account.environment
    {
        return Some(Elsewhere::Environment {
            then: then.clone(),
            now: account.environment.clone(),
        });
    }
    let version = version?;
    other_endpoint(detail, account, inventory)
        .or_else(|| other_identity(detail, (id, account), version, inventory))
}

fn other_endpoint(detail: &Detail, account: &Account, inventory: &Inventory) -> Option<Elsewhere> {
    let then = detail.endpoint.as_ref()?;
    let side = detail.side.unwrap_or(Side::Provider);
    let place = place(inventory, account, side, &account.environment);
    // What somebody brought may be written in another way.
    if place.is_some_and(|now| now.endpoint == *then || plain(&now.endpoint) == plain(then)) {
        return None;
    }
    let now = place.and_then(|place| address(&place.endpoint));
    let then = address(then)?;
    (now.as_ref() != Some(&then)).then_some(Elsewhere::Endpoint { then, now })
}

fn other_identity(
    detail: &Detail,
    (id, account): (&AccountId, &Account),
    version: u32,
    inventory: &Inventory,
) -> Option<Elsewhere> {
    let then = detail.identity.as_ref()?;
    let credential = account.credential.as_deref();
    let all = credential.map_or(&[][..], |credential| &credential.identity);
    // Of two in turn, a version is of one.
    let own = identity(inventory, id, version).filter(|own| all.contains(own));
    let is_kept = |identity: &Text| orphan(identity.as_str()).as_ref() == Some(then);
    let is_then = |some: &[Text]| some.contains(then) || some.iter().any(is_kept);
    if is_then(own.map_or(all, std::slice::from_ref)) {
        return None;
    }
    let now = own.or(all.first());
    Some(Elsewhere::Identity {
        then: then.clone(),
        now: now.and_then(|now| orphan(now.as_str())),
    })
}

/// Of what a test of a version is, that is made now.
fn now(inventory: &Inventory, id: &AccountId, version: u32, said: &Detail) -> Detail {
    let Some(account) = inventory.accounts.get(id) else {
        return Detail::default();
    };
    let environment = said.environment.as_ref().unwrap_or(&account.environment);
    let side = said.side.unwrap_or(Side::Provider);
    let place = place(inventory, account, side, environment);
    let credential = account.credential.as_deref();
    let first = credential.and_then(|credential| credential.identity.first());
    let identity = identity(inventory, id, version).or(first);
    Detail {
        environment: Some(environment.clone()),
        endpoint: place.and_then(|place| address(&place.endpoint)),
        // Who it is elsewhere is not known here.
        identity: identity
            .filter(|_| *environment == account.environment)
            .and_then(|identity| orphan(identity.as_str())),
        ..Detail::default()
    }
}

/// The identity that a version is known to be of.
fn identity<'a>(inventory: &'a Inventory, id: &AccountId, number: u32) -> Option<&'a Text> {
    let key = VersionKey {
        account: id.clone(),
        number,
    };
    inventory.versions.get(&key)?.identity.as_ref()
}

fn place<'a>(
    inventory: &'a Inventory,
    account: &'a Account,
    side: Side,
    environment: &EnvironmentName,
) -> Option<&'a Environment> {
    let all = match side {
        Side::Provider => &inventory.providers.get(&account.provider)?.environment,
        Side::Platform => {
            let platform = inventory.platform_of(account)?;
            &inventory.platforms.get(platform)?.environment
        }
    };
    all.get(environment)
}

/// An endpoint as it is kept and compared: without a user, a query or a last slash, and without the port that goes without
/// saying. One that looks like a secret is known by its digest.
fn address(endpoint: &Text) -> Option<Text> {
    orphan(&plain(endpoint))
}

fn plain(endpoint: &Text) -> String {
    let text = endpoint.as_str();
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.trim_end_matches('/').to_owned();
    };
    let scheme = scheme.to_ascii_lowercase();
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    format!("{scheme}://{host}{}", path.trim_end_matches('/'))
}

/// What else a test tells; none of facts that are no test.
fn told(fact: &mut Fact) -> Option<&mut Option<Box<Detail>>> {
    if let Fact::Evidence { detail, .. } | Fact::FailClosed { detail, .. } = fact {
        return Some(detail);
    }
    None
}

/// Takes what is not said yet.
fn fill(detail: &mut Option<Box<Detail>>, from: Detail) {
    let Some(said) = detail else {
        *detail = (from != Detail::default()).then(|| Box::new(from));
        return;
    };
    said.environment = said.environment.take().or(from.environment);
    said.endpoint = said.endpoint.take().or(from.endpoint);
    said.identity = said.identity.take().or(from.identity);
    said.came_by = said.came_by.or(from.came_by);
}

#[cfg(test)]
mod tests;
