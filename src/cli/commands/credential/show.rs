//! `keyroll credential list` and `show`: the credentials and their versions; never a secret.

use crate::cli::commands::credential::known;
use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::lifecycle::{due, versions};
use crate::model::account::Account;
use crate::model::credential::{Credential, VersionStage};
use crate::model::date::Date;
use crate::model::record::{Kind, Record};
use crate::operations::secrets;
use crate::report;
use crate::report::view::{Cell, Column, Tone, View};
use crate::secret::names;
use crate::store::Access;

pub(super) fn list(
    context: &mut Context,
    wanted: impl Fn(&Account, &Credential) -> bool,
) -> Outcome {
    let store = context.open(Access::Read)?;
    let versions = secrets::versions(&store)?;
    let today = context.as_of();
    let columns = [
        Column::new("account"),
        Column::new("kind").spare(),
        Column::new("place"),
        Column::new("version").right(),
        Column::new("issued").spare(),
        Column::new("age-days").titled("Age").right(),
        Column::new("expires").spare(),
        Column::new("state"),
    ];
    let mut view = View::new("credential-list", columns.into());
    for record in store.records(Kind::Account)? {
        let Record::Account(id, account) = record else {
            continue;
        };
        let Some(credential) = &account.credential else {
            continue;
        };
        if !wanted(&account, credential) {
            continue;
        }
        let current = due::newest(&versions, &id);
        let version = current.map(|(_, version)| version);
        let state = match version {
            None => Cell::text("no version").tone(Tone::Muted),
            Some(version) => match &version.held {
                None => Cell::text("no secret").tone(Tone::Warning),
                Some(held) if held.exposed.is_some() => Cell::text("exposed").tone(Tone::Error),
                Some(_) => Cell::text("stored").tone(Tone::Good),
            },
        };
        view.rows.push(vec![
            Cell::text(&id),
            Cell::text(credential.kind),
            Cell::text(&credential.store),
            current.map_or(Cell::missing(), |(key, _)| Cell::number(key.number.into())),
            version.map_or(Cell::missing(), |version| Cell::date(version.issued)),
            version.map_or(Cell::missing(), |version| {
                Cell::number(version.issued.days_until(today))
            }),
            version
                .and_then(|version| version.expires)
                .map_or(Cell::missing(), Cell::date),
            state,
        ]);
    }
    if view.rows.is_empty() {
        context.out.note("no credentials");
    }
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

pub(super) fn show(name: &str, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let (id, _, credential) = known(&store, name)?;
    let versions = secrets::versions(&store)?;
    let columns = [
        Column::new("version").right(),
        Column::new("stage"),
        Column::new("id").spare(),
        Column::new("identity").spare(),
        Column::new("issued"),
        Column::new("activated").spare(),
        Column::new("expires"),
        Column::new("retired").spare(),
        Column::new("revoked").spare(),
        Column::new("place"),
        Column::new("source").spare(),
        Column::new("exposed").spare(),
        Column::new("fingerprint").spare(),
    ];
    let mut view = View::new("credential-show", columns.into());
    for (key, version) in versions::of(&versions, &id) {
        let date = |date: Option<Date>| date.map_or(Cell::missing(), Cell::date);
        let held = version.held.as_ref();
        let prints = held.map(|held| {
            held.fingerprints
                .iter()
                .map(|(field, print)| format!("{field} {print}"))
        });
        view.rows.push(vec![
            Cell::number(key.number.into()),
            Cell::text(version.stage).tone(tone(version.stage)),
            Cell::optional(version.id.as_ref()),
            Cell::optional(version.identity.as_ref()),
            Cell::date(version.issued),
            date(version.activated),
            date(version.expires),
            date(version.retired),
            date(version.revoked),
            held.map_or(Cell::missing(), |held| Cell::text(&held.place)),
            held.map_or(Cell::missing(), |held| Cell::text(held.source)),
            date(held.and_then(|held| held.exposed)),
            prints.map_or(Cell::missing(), Cell::list),
        ]);
    }
    let fields: Vec<String> = names(&credential).iter().map(ToString::to_string).collect();
    let said = format!(
        "account/{id}: {} in {}, {}",
        credential.kind,
        credential.store,
        fields.join(", ")
    );
    if view.rows.is_empty() {
        context.out.note(said);
        context
            .out
            .note(format!("no version yet: keyroll secret set {id}"));
    } else {
        view.notes.push(said);
    }
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

fn tone(stage: VersionStage) -> Tone {
    match stage {
        VersionStage::Current => Tone::Good,
        VersionStage::Pending | VersionStage::Previous => Tone::Warning,
        VersionStage::Revoked => Tone::Muted,
        VersionStage::PossiblyLive => Tone::Error,
    }
}
