//! Completion of record names from the store: read-only and silent, whatever state the store is in.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::cli::context::default_store;
use crate::model::diagnosis::Symptom;
use crate::model::record::Kind;
use crate::store::{Access, Store};

/// Completes the names of a kind.
pub fn names(kind: Kind) -> ArgValueCompleter {
    ArgValueCompleter::new(move |begun: &OsStr| {
        let begun = begun.to_string_lossy();
        stored(kind)
            .into_iter()
            .filter(|name| name.starts_with(&*begun))
            .map(CompletionCandidate::new)
            .collect::<Vec<_>>()
    })
}

/// Completes the names of roles, those of the store and the built-in ones.
pub fn roles() -> ArgValueCompleter {
    ArgValueCompleter::new(|begun: &OsStr| {
        let begun = begun.to_string_lossy();
        let stored = stored(Kind::Role).into_iter();
        let stored = stored.filter(|name| name.starts_with(&*begun));
        let mut roles: Vec<_> = stored.map(CompletionCandidate::new).collect();
        roles.extend(
            built_in(&begun)
                .filter(|builtin| {
                    roles
                        .iter()
                        .all(|role| role.get_value() != builtin.get_value())
                })
                .collect::<Vec<_>>(),
        );
        roles
    })
}

/// Completes the names of built-in roles.
pub fn builtin_roles() -> ArgValueCompleter {
    ArgValueCompleter::new(|begun: &OsStr| built_in(&begun.to_string_lossy()).collect::<Vec<_>>())
}

fn built_in(begun: &str) -> impl Iterator<Item = CompletionCandidate> {
    let roles = crate::catalog::builtin_roles().iter();
    roles
        .filter(move |role| role.name.as_str().starts_with(begun))
        .map(|role| {
            let help = format!("built in: {}", role.meaning);
            CompletionCandidate::new(role.name.as_str()).help(Some(help.into()))
        })
}

/// Completes principals: `person/NAME`, `team/NAME`, `account/NAME`.
pub fn principals() -> ArgValueCompleter {
    ArgValueCompleter::new(|begun: &OsStr| {
        let begun = begun.to_string_lossy();
        [Kind::Person, Kind::Team, Kind::Account]
            .into_iter()
            .flat_map(|kind| {
                stored(kind)
                    .into_iter()
                    .map(move |name| format!("{kind}/{name}"))
            })
            .filter(|name| name.starts_with(&*begun))
            .map(CompletionCandidate::new)
            .collect::<Vec<_>>()
    })
}

/// Completes the ids of rules.
pub fn rules() -> ArgValueCompleter {
    ArgValueCompleter::new(|begun: &OsStr| {
        let begun = begun.to_string_lossy();
        crate::rules::ALL
            .iter()
            .filter(|rule| rule.id.starts_with(&*begun))
            .map(|rule| CompletionCandidate::new(rule.id).help(Some(rule.summary.into())))
            .collect::<Vec<_>>()
    })
}

/// Completes the symptoms of a diagnosis.
pub fn symptoms() -> ArgValueCompleter {
    ArgValueCompleter::new(|begun: &OsStr| {
        let begun = begun.to_string_lossy();
        let all = Symptom::ALL.iter();
        let begun = all.filter(|symptom| symptom.as_str().starts_with(&*begun));
        let help = |symptom: &Symptom| {
            CompletionCandidate::new(symptom.as_str()).help(Some(symptom.title().into()))
        };
        begun.map(help).collect::<Vec<_>>()
    })
}

fn stored(kind: Kind) -> Vec<String> {
    let path: Option<PathBuf> = default_store();
    path.and_then(|path| Store::open(&path, Access::Read).ok())
        .and_then(|store| store.names(kind).ok())
        .unwrap_or_default()
}
