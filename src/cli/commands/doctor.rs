//! `keyroll doctor`: whether everything that keyroll stands on is in order here. Changes nothing.

use std::path::Path;

use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file::shown;
use crate::cli::seen;
use crate::cli::settings::Settings;
use crate::cli::unlock::{self, IdentityOptions, Source};
use crate::cli::witness::Known;
use crate::model::record::Kind;
use crate::model::sealed::Purpose;
use crate::operations::secrets::{elsewhere, recipients, store_key};
use crate::report;
use crate::report::view::{Cell, Tone, View};
use crate::secrets::{Identity, Keyring, Parsed, Recipients, SecretError};
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
    checks.push(configuration(context));
    checks.extend(stored(&path, context));
    checks.push(match context.actor() {
        Ok(actor) => Check::new(
            "actor",
            Status::Clean,
            format!("{} on {}", actor.name, actor.host),
        ),
        Err(failure) => Check::new("actor", Status::Error, failure.causes()),
    });

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

/// Which configuration `validate` would judge by here.
fn configuration(context: &Context) -> Check {
    const WHAT: &str = "configuration";
    match Settings::load(context, Beside::Inventory) {
        Err(failure) => bad(WHAT, failure),
        Ok(Settings { path: None, .. }) => Check::new(WHAT, Status::Clean, "none"),
        Ok(Settings {
            path: Some(path), ..
        }) => Check::new(WHAT, Status::Clean, path.display().to_string()),
    }
}

fn stored(path: &Path, context: &Context) -> Vec<Check> {
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
    checks.extend(secrets(&store, context));
    checks.extend(trail(&store, context));
    checks
}

/// Whether the trail is whole, and how much of it is signed.
fn trail(store: &Store, context: &Context) -> Vec<Check> {
    const WHAT: &str = "audit trail";
    let known = Known::of(store, context);
    let verified = match known.and_then(|known| Ok(known.verify(store)?)) {
        Ok(verified) => verified,
        Err(failure) => return vec![bad(WHAT, failure)],
    };
    let faults = verified.faults.len();
    if faults > 0 {
        let found = format!("{faults} fault(s): keyroll audit verify");
        return vec![Check::new(WHAT, Status::Integrity, found)];
    }
    let found = format!("intact, {} events", verified.events);
    let mut checks = vec![Check::new(WHAT, Status::Clean, found)];
    if let Some(folder) = seen::closed(context) {
        let found = format!(
            "an older store put back is not seen here: {} takes no write",
            shown(&folder)
        );
        checks.push(Check::new(WHAT, Status::Warning, found));
    }
    let (known, others): (Vec<_>, Vec<_>) = verified.vouched.iter().partition(|one| one.is_known);
    if known.is_empty() && !others.is_empty() {
        let found = "by no key that is known here";
        checks.push(Check::new("signatures", Status::Warning, found));
    }
    // A key that nobody here knows vouches for nothing.
    let newest = known.iter().map(|vouched| vouched.size).max();
    checks.extend(
        newest.map(|size| match verified.events.saturating_sub(size) {
            0 => Check::new("signatures", Status::Clean, "all events"),
            unsigned => Check::new(
                "signatures",
                Status::Warning,
                format!("unsigned at the end: {unsigned}: no audit key was at hand"),
            ),
        }),
    );
    checks
}

/// What the secrets stand on; opens none.
fn secrets(store: &Store, context: &Context) -> Vec<Check> {
    let counted = store_key(store).and_then(|key| {
        let sealed = store.count(Kind::Sealed)?;
        let elsewhere = elsewhere(store)?;
        Ok((key.is_some(), sealed, elsewhere, recipients(store)?))
    });
    let (is_ready, sealed, elsewhere, recipients) = match counted {
        Ok(counted) => counted,
        Err(error) => return vec![bad("secrets", error.into())],
    };
    if !is_ready {
        return vec![Check::new(
            "secrets",
            Status::Clean,
            "none yet: keyroll init makes the store ready for them",
        )];
    }
    let recovery = recipients
        .values()
        .any(|recipient| recipient.purpose == Purpose::Recovery);
    let names: Vec<String> = recipients.keys().map(ToString::to_string).collect();
    let names = names.join(", ");
    vec![
        Check::new(
            "secrets",
            Status::Clean,
            format!("{sealed} sealed in the store, {elsewhere} in other places"),
        ),
        identity(store, &recipients, context),
        match recovery {
            true => Check::new("recipients", Status::Clean, names),
            false => Check::new(
                "recipients",
                Status::Warning,
                format!(
                    "{names}; no recovery key: keyroll secret recipients add recovery KEY --purpose recovery"
                ),
            ),
        },
    ]
}

/// Where the identity would come from, and whether it is one of the recipients'; the keyring is not asked for it.
fn identity(store: &Store, recipients: &Recipients, context: &Context) -> Check {
    let looked = || -> Result<String, Failure> {
        let options = IdentityOptions::default();
        let source = unlock::source(&store.name()?, &options, context);
        let words = source.words();
        if source == Source::Keyring {
            Keyring::new(context.patience()).available()?;
            return Ok(format!(
                "{words}, which is not asked: keyroll identity show asks it"
            ));
        }
        let (text, _) = unlock::text(&store.name()?, &options, context)?;
        match Identity::parse(&text, &words)? {
            Parsed::Protected => Ok(format!("{words}, under a passphrase")),
            Parsed::Open(identity) => {
                let keys: Vec<String> = identity
                    .public_keys()
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let mut all = recipients.values();
                match all.any(|recipient| keys.iter().any(|key| key == recipient.key.as_str())) {
                    true => Ok(words),
                    false => Err(SecretError::WrongIdentity { from: words }.into()),
                }
            }
        }
    };
    match looked() {
        Ok(words) => Check::new("identity", Status::Clean, words),
        Err(failure) => Check {
            status: Status::Warning,
            ..bad("identity", failure)
        },
    }
}

/// A store that failed, with the status and the way out that any other command would give.
fn failed(what: &'static str, error: StoreError) -> Check {
    bad(what, error.into())
}

fn bad(what: &'static str, failure: Failure) -> Check {
    let message = failure.causes();
    let advice = failure.advice().unwrap_or_default();
    Check::new(what, failure.status, format!("{message}: {advice}"))
}
