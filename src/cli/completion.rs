//! Completion of record names from the store: read-only and silent, whatever state the store is in.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::cli::context::default_store;
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

fn stored(kind: Kind) -> Vec<String> {
    let path: Option<PathBuf> = default_store();
    path.and_then(|path| Store::open(&path, Access::Read).ok())
        .and_then(|store| store.names(kind).ok())
        .unwrap_or_default()
}
