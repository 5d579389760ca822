//! `keyroll audit verify`: whether the store is what its trail says, and the trail what was signed and seen of it.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::audit as chain;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::{BadNote, Note, Verifier};
use crate::cli::acceptance::Acceptance;
use crate::cli::audit_key::{self, AuditKeyOptions};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file;
use crate::cli::seen::{self, SEEN, Seen};
use crate::cli::witness::Known;
use crate::report::summary::counted;
use crate::report::{self, Format, json};
use crate::store::{Access, Store, StoreError, Tip, Verification};

#[derive(clap::Args)]
pub struct Args {
    /// A signed checkpoint from outside that the trail must go on from; several times for several
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    checkpoint: Vec<PathBuf>,
    /// A public key that is trusted, or a file of them [default: those that `keyroll audit key` knows here]
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// Take the trail as it stands for the one to go on from, where the store was put back on purpose: asks first, and is an
    /// event of that trail, with --reason
    #[arg(long)]
    accept: bool,
    /// Print nothing where nothing differs: for cron, which mails what is printed
    #[arg(long, short)]
    quiet: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    let store = context.open(Access::Read)?;
    let name = store.name()?;
    let keys = match args.key.is_empty() {
        true => audit_key::known(&name, &AuditKeyOptions::default(), context)?,
        false => audit_key::given(&args.key)?,
    };
    let mut checkpoints = Vec::new();
    for path in &args.checkpoint {
        let from = format!("`{}`", path.display().to_string().escape_debug());
        checkpoints.push((from, checkpoint(path, &keys)?));
    }
    let known = Known {
        seen: Seen::of(context),
        keys,
        checkpoints,
    };
    let verified = match args.accept {
        false => known.verify(&store)?,
        true => accepted(&known, &store, context)?,
    };
    let is_intact = verified.faults.is_empty();
    if is_intact && args.quiet {
        return Ok(Status::Clean);
    }
    context.out.data(&shown(&verified, format))?;
    if format == Format::Table {
        tell_signed(args, &verified, &known.keys, context);
    }
    if is_intact {
        return Ok(Status::Clean);
    }
    tell_broken(&verified, context);
    Ok(Status::Integrity)
}

/// Verifies a store, whatever was seen of it; where that alone is off, and somebody says so, it is accepted as it stands.
fn accepted(known: &Known, store: &Store, context: &mut Context) -> Result<Verification, Failure> {
    let unseen = Known {
        seen: Seen::Nothing,
        ..known.clone()
    };
    let (off, verified) = store.at_once(|| {
        let verified = unseen.verify(store)?;
        Ok::<_, StoreError>((known.verify(store)?.faults, verified))
    })?;
    if !verified.faults.is_empty() {
        return Ok(verified);
    }
    if off.is_empty() {
        if known.seen == Seen::Nothing {
            seen::accept(store, context)?;
        }
        context.out.note(
            "there is nothing to accept: the trail goes on from all that was seen of it here",
        );
        return Ok(verified);
    }
    let acceptance = Acceptance::new(
        off.into_iter().map(|fault| fault.message).collect(),
        known.seen.clone(),
        Tip {
            size: verified.events,
            root: verified.root,
            head: verified.head,
        },
    );
    acceptance.tell(context);
    context.confirm("Take the trail as it stands for the one to go on from?")?;
    acceptance.record(context)?;
    let event = verified.events + 1;
    context
        .out
        .note(format!("accepted: event {event} of the trail says so"));
    // With that event, and with the signature that goes on from it.
    let after = Known {
        seen: Seen::of(context),
        ..known.clone()
    };
    Ok(after.verify(store)?)
}

/// A checkpoint of a file, signed by a key that is trusted.
///
/// # Errors
/// When it cannot be read, nobody known signed it, or it was changed since.
pub fn checkpoint(path: &Path, keys: &[Verifier]) -> Result<Checkpoint, Failure> {
    let text = file::text(path)?;
    let shown = path.display().to_string().escape_debug().to_string();
    let opened = Note::parse(&chain::as_written(text.as_bytes())).and_then(|note| note.open(keys));
    let opened = opened.map_err(|error| {
        let message = format!("`{shown}`: {error}");
        match error {
            BadNote::Signature(_) => Failure::refused(message)
                .with(Status::Integrity)
                .hint("take it from where it was kept once more, and keep this one as evidence"),
            BadNote::Unknown { .. } => Failure::refused(message)
                .hint("name the public key that you trust with --key: the line of `keyroll audit key show`"),
            BadNote::Form(_) | BadNote::Name(_) | BadNote::Key(_) => {
                Failure::usage(message).hint("name a file that `keyroll audit checkpoint` made")
            }
        }
    })?;
    opened.text.parse().map_err(|error| {
        Failure::usage(format!("`{shown}`: {error}"))
            .hint("name a file that `keyroll audit checkpoint` made")
    })
}

fn shown(verified: &Verification, format: Format) -> String {
    let is_intact = verified.faults.is_empty();
    let head = chain::hex(&verified.head);
    if format != Format::Table {
        let faults = verified.faults.iter().map(|fault| {
            json!({ "sequence": fault.sequence, "record": fault.record, "message": fault.message })
        });
        let faults: Vec<_> = faults.collect();
        let signed = verified.vouched.iter().map(|vouched| {
            json!({ "key": vouched.signer, "events": vouched.size, "trusted": vouched.is_known })
        });
        let signed: Vec<_> = signed.collect();
        return json::line(
            &json!({ "version": json::VERSION, "kind": "audit-verification", "intact": is_intact,
            "events": verified.events, "head": head, "root": chain::hex(&verified.root),
            "signed": signed, "faults": faults }),
        );
    }
    let mut out = String::new();
    for fault in &verified.faults {
        let at = fault
            .sequence
            .map_or(String::new(), |sequence| format!("event {sequence}: "));
        let record = fault
            .record
            .as_ref()
            .map_or(String::new(), |record| format!("{record}: "));
        let line = format!("error: {at}{record}{}", fault.message);
        out.push_str(&report::escape::terminal(&line));
        out.push('\n');
    }
    if is_intact {
        out.push_str(&format!(
            "intact: {} events, head {head}\n",
            verified.events
        ));
    }
    out
}

/// What the signatures are worth, for people: a program reads it in the document.
fn tell_signed(args: &Args, verified: &Verification, keys: &[Verifier], context: &mut Context) {
    for vouched in &verified.vouched {
        let (signer, size) = (&vouched.signer, vouched.size);
        let rest = verified.events.saturating_sub(size);
        let line = match vouched.is_known {
            true if rest == 0 => format!("signed by {signer}: all of it"),
            true => format!("signed by {signer}: all but the last {rest}"),
            false => format!(
                "warning: a signature of {signer} up to event {size} was not checked: that key is not known here"
            ),
        };
        context.out.note(line);
    }
    if verified.vouched.is_empty() && !keys.is_empty() {
        context.out.note("no event is signed in the store");
    }
    let used = keys.iter().map(|key| key.signer().to_string());
    let used: Vec<String> = used.collect();
    if args.key.is_empty() && !used.is_empty() {
        context
            .out
            .note(format!("trusted here: {}", used.join(", ")));
    }
    for path in args
        .checkpoint
        .iter()
        .filter(|_| verified.faults.is_empty())
    {
        let path = path.display().to_string().escape_debug().to_string();
        context.out.note(format!("it goes on from `{path}`"));
    }
}

/// What to do where something differs.
fn tell_broken(verified: &Verification, context: &mut Context) {
    let faults = counted(verified.faults.len(), "fault");
    context.out.note(format!(
        "integrity broken: {faults} in {} events",
        verified.events
    ));
    context.out.note(
        "hint: keep this file as evidence, and compare with a backup taken before the change",
    );
    if verified
        .faults
        .iter()
        .any(|fault| fault.message.contains(SEEN))
    {
        context.out.note(
            "hint: where the store was put back on purpose, `keyroll audit verify --accept --reason WHY` says so, for this user and in the trail",
        );
    }
}
