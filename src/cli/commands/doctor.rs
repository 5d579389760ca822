//! `keyroll doctor`: whether everything that keyroll stands on is in order here. Changes nothing.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::model::record::Kind;
use crate::report;
use crate::report::view::{Cell, Tone, View};
use crate::store::{self, Access, Store, StoreError};

/// Check what keyroll stands on here: store, permissions, libraries
#[derive(clap::Args)]
#[command(after_help = "Example:\n  keyroll doctor")]
pub struct Args {}

/// One thing looked at.
struct Check {
    what: &'static str,
    status: Status,
    found: String,
}

impl Check {
    fn new(what: &'static str, status: Status, found: impl Into<String>) -> Check {
        Check {
            what,
            status,
            found: found.into(),
        }
    }
}

pub fn run(_: Args, context: &mut Context) -> Outcome {
    let path = context.store_path()?;
    let mut checks = vec![
        Check::new("keyroll", Status::Clean, env!("CARGO_PKG_VERSION")),
        Check::new("sqlite", Status::Clean, store::sqlite_version()),
        Check::new("store", Status::Clean, path.display().to_string()),
    ];
    checks.extend(stored(&path));
    let actor = context.actor()?;
    checks.push(Check::new(
        "actor",
        Status::Clean,
        format!("{} on {}", actor.name, actor.host),
    ));

    let worst = checks
        .iter()
        .fold(Status::Clean, |worst, check| worst.and(check.status));
    let rows = checks.into_iter().map(|check| {
        let word = match check.status {
            Status::Clean => Cell::text("ok").tone(Tone::Good),
            Status::Warning => Cell::text("warning").tone(Tone::Warning),
            Status::Failed | Status::Usage | Status::Error | Status::Integrity => {
                Cell::text("error").tone(Tone::Error)
            }
        };
        vec![Cell::text(check.what), word, Cell::text(check.found)]
    });
    let view = View::of("doctor", ["what", "state", "found"], rows.collect());
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(worst)
}

fn stored(path: &Path) -> Vec<Check> {
    let store = match Store::open(path, Access::Read) {
        Ok(store) => store,
        Err(StoreError::NotFound { .. }) => {
            return vec![Check::new(
                "open",
                Status::Warning,
                "no store here yet: keyroll init",
            )];
        }
        Err(error) => return vec![failed("open", error)],
    };
    let mut checks = Vec::new();
    checks.extend(
        store
            .warnings()
            .iter()
            .map(|warning| Check::new("place", Status::Warning, warning.as_str())),
    );
    checks.push(match store.count(Kind::Account) {
        Ok(count) => Check::new("accounts", Status::Clean, count.to_string()),
        Err(error) => failed("accounts", error),
    });
    checks.push(match store.verify() {
        Ok(verified) if verified.faults.is_empty() => Check::new(
            "audit trail",
            Status::Clean,
            format!("intact, {} events", verified.events),
        ),
        Ok(verified) => {
            let faults = verified.faults.len();
            Check::new(
                "audit trail",
                Status::Integrity,
                format!("{faults} fault(s): keyroll audit verify"),
            )
        }
        Err(error) => failed("audit trail", error),
    });
    checks
}

/// A store that failed, with the status and the way out that any other command would give.
fn failed(what: &'static str, error: StoreError) -> Check {
    let message = error.to_string();
    let failure = Failure::from(error);
    let advice = failure.advice().unwrap_or_default();
    Check::new(what, failure.status, format!("{message}: {advice}"))
}
