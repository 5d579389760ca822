//! The blast radius of a revoke: what stops when an account is cut off. Says it; stops nothing.

use crate::lifecycle::operation::{Going, open};
use crate::model::access::words;
use crate::model::account::{Account, AccountStatus};
use crate::model::consumer::Consumer;
use crate::model::credential::Credential;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::VersionKey;

words! {
    /// What is hit.
    Hit {
        Workflow = "workflow",
        Boundary = "boundary",
        Consumer = "consumer",
        Version = "version",
        /// Another account that logs on under the same name.
        SameIdentity = "same-identity",
        /// An account that is rotated and revoked by this one.
        Administers = "administers",
        /// An operation that is under way.
        Operation = "operation",
    }
}

/// One thing that is hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub hit: Hit,
    pub name: String,
    /// In words.
    pub what: String,
}

fn line(hit: Hit, name: impl Into<String>, what: impl Into<String>) -> Line {
    Line {
        hit,
        name: name.into(),
        what: what.into(),
    }
}

/// All that is hit when an account is cut off, or one version of it.
pub fn radius(
    inventory: &Inventory,
    id: &AccountId,
    account: &Account,
    credential: Option<&Credential>,
    only: Option<u32>,
) -> Vec<Line> {
    let mut out = vec![line(
        Hit::Workflow,
        account.workflow.to_string(),
        match &account.purpose {
            Some(purpose) => format!("{}: {purpose}", account.level),
            None => account.level.to_string(),
        },
    )];
    let at = account.boundary.iter();
    out.extend(at.map(|path| {
        let found = inventory.boundaries.get(path);
        let name = found.map(|boundary| boundary.name.to_string());
        line(Hit::Boundary, path.to_string(), name.unwrap_or_default())
    }));
    out.extend(account.consumers.iter().map(|name| {
        let found = inventory.consumers.get(name);
        line(
            Hit::Consumer,
            name.to_string(),
            found.map_or_else(|| "not in the roll".to_owned(), consumer),
        )
    }));
    let going = credential.map(|credential| Going::live(id, credential, &inventory.versions));
    let going = going
        .into_iter()
        .flatten()
        .filter(|it| only.is_none_or(|only| it.number == only));
    out.extend(going.map(|it| version(inventory, id, &it)));
    out.extend(
        credential
            .into_iter()
            .flat_map(|credential| same_identity(inventory, id, account, credential)),
    );
    out.extend(administered(inventory, id));
    let under_way = open(&inventory.operations, id);
    out.extend(under_way.map(|(key, operation)| {
        let what = format!(
            "{} since {}, by {}",
            operation.state, operation.began, operation.by
        );
        let name = format!("{} {}", operation.what, key.number);
        line(Hit::Operation, name, what)
    }));
    out
}

fn consumer(consumer: &Consumer) -> String {
    let whose = match (&consumer.host, &consumer.person) {
        (Some(host), _) => format!("on {host}"),
        (None, Some(person)) => format!("by hand: person/{person}"),
        (None, None) => "on no host that is known".to_owned(),
    };
    match consumer.health {
        Some(_) => format!("{whose}; its health is looked at"),
        None => format!("{whose}; declares no health"),
    }
}

fn version(inventory: &Inventory, id: &AccountId, going: &Going) -> Line {
    let key = VersionKey {
        account: id.clone(),
        number: going.number,
    };
    let what = inventory.versions.get(&key).map(|version| {
        let named = version
            .id
            .as_ref()
            .map(|id| format!(", `{id}` at the provider"));
        let held = match version.held {
            Some(_) => "",
            None => "; keyroll was never given it",
        };
        format!(
            "{}, issued {}{}{held}",
            version.stage,
            version.issued,
            named.unwrap_or_default()
        )
    });
    line(
        Hit::Version,
        going.number.to_string(),
        what.unwrap_or_default(),
    )
}

/// The accounts that log on at the same place under the same name: they stop too where the name goes.
fn same_identity<'i>(
    inventory: &'i Inventory,
    id: &'i AccountId,
    account: &'i Account,
    credential: &'i Credential,
) -> impl Iterator<Item = Line> + 'i {
    let others = inventory.accounts.iter();
    others.filter_map(move |(other, it)| {
        let is_there = it.provider == account.provider
            && it.environment == account.environment
            && it.status != AccountStatus::Retired;
        let named = it.credential.as_deref()?.identity.iter();
        let shared = named
            .filter(|name| credential.identity.contains(name))
            .map(ToString::to_string)
            .next()?;
        (is_there && other != id).then(|| {
            let what = format!("`{shared}`, for {}", it.workflow);
            line(Hit::SameIdentity, other.to_string(), what)
        })
    })
}

/// What this account administers: nobody rotates or revokes there until another one does.
fn administered<'i>(
    inventory: &'i Inventory,
    id: &'i AccountId,
) -> impl Iterator<Item = Line> + 'i {
    inventory
        .providers
        .iter()
        .flat_map(move |(name, provider)| {
            let places = provider.environment.iter();
            let places = places.filter(|(_, place)| {
                let admin = place.admin.as_ref();
                admin.and_then(|admin| admin.as_account()).as_ref() == Some(id)
            });
            places.map(move |(place, _)| {
                let accounts = inventory.accounts.iter();
                let accounts = accounts.filter(|(other, it)| {
                    it.provider == *name && it.environment == *place && *other != id
                });
                let accounts: Vec<String> = accounts.map(|(other, _)| other.to_string()).collect();
                let what = match accounts.is_empty() {
                    true => "no account is there yet".to_owned(),
                    false => format!("rotates and revokes {}", accounts.join(", ")),
                };
                line(Hit::Administers, format!("{name} {place}"), what)
            })
        })
}
