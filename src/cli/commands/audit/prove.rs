//! `keyroll audit prove` and `keyroll audit verify-proof`: that an event stands in the trail, shown to somebody who has no
//! store.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::audit::checkpoint::{Checkpoint, store_of};
use crate::audit::note::{BadNote, Verifier};
use crate::audit::proof::{BadProof, LONGEST, Proof, event_hash};
use crate::audit::{EventView, as_written, hex};
use crate::cli::audit_key::{self, AuditKeyOptions};
use crate::cli::commands::audit::verify::checkpoint;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file::{plain, write_new};
use crate::cli::private::unreadable;
use crate::cli::seen::Seen;
use crate::cli::witness::may_sign;
use crate::report::{Format, escape, json};
use crate::store::Access;

#[derive(clap::Args)]
pub struct Prove {
    /// The number of the event
    #[arg(value_name = "EVENT", value_parser = clap::value_parser!(u64).range(1..))]
    event: u64,
    /// Write it to this file, which must be new, instead of printing it; its name should end in .tlog-proof
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
    #[command(flatten)]
    key: AuditKeyOptions,
}

#[derive(clap::Args)]
pub struct VerifyProof {
    /// The proof, or - for standard input
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// A public key that is trusted, or a file of them [default: those that `keyroll audit key` knows here]
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// A signed checkpoint that was kept elsewhere: the event must stand in that very trail
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    checkpoint: Option<PathBuf>,
}

pub fn prove(args: &Prove, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let (key, _) = audit_key::asked_for(&store.name()?, &args.key, context)?;
    let seen = Seen::of(context);
    let shown = store.at_once(|| {
        may_sign(&store, &seen, key.verifier())?;
        Ok::<_, Failure>(store.show(args.event)?)
    })?;
    let Some(shown) = shown else {
        return Err(Failure::usage(format!("there is no event {}", args.event))
            .hint("`keyroll audit log --last 1` shows the newest"));
    };
    let proof = Proof {
        entry: shown.entry,
        index: args.event - 1,
        hashes: shown.hashes,
        note: key
            .sign(&shown.checkpoint.to_string())
            .map_err(Failure::new)?,
    };
    match &args.out {
        None => context.out.data(&proof.to_string())?,
        Some(path) => {
            write_new(path, &proof.to_string())?;
            let (event, size) = (args.event, shown.checkpoint.size);
            let name = path.display();
            context
                .out
                .note(format!("wrote {name}: event {event} of {size}"));
        }
    }
    Ok(Status::Clean)
}

pub fn verify_proof(args: &VerifyProof, context: &mut Context) -> Outcome {
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    let proof = Proof::parse(&as_written(&read(&args.file)?)).map_err(unusable)?;
    let keys = keys(args, &proof, context)?;
    let (signed, opened) = proof.check(&keys).map_err(unusable)?;
    if let Some(path) = &args.checkpoint {
        agrees(&signed, &checkpoint(path, &keys)?)?;
    }
    let event = EventView::decode(&proof.entry)
        .filter(|event| event.sequence == proof.index + 1)
        .ok_or_else(|| unusable(BadProof::NotIncluded))?;
    let by: Vec<String> = opened.by.iter().map(ToString::to_string).collect();
    match format {
        Format::Table => {
            context.out.data(&told(&event))?;
            let (size, origin) = (signed.size, &signed.origin);
            let by = by.join(", ");
            context.out.note(format!(
                "proven: event {} of {size} in the trail of {origin}, signed by {by}",
                event.sequence
            ));
        }
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            context.out.data(&json::line(&json!({
                "version": json::VERSION,
                "kind": "audit-proof",
                "proven": true,
                "origin": signed.origin,
                "events": signed.size,
                "signed-by": by,
                "event": object(&event, &proof.entry),
            })))?;
        }
    }
    Ok(Status::Clean)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let from: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(io::stdin()),
        false => Box::new(plain(path)?),
    };
    from.take(LONGEST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, error))?;
    Ok(bytes)
}

/// The keys that are trusted: those named, else those known here for the store that the proof is of.
fn keys(args: &VerifyProof, proof: &Proof, context: &Context) -> Result<Vec<Verifier>, Failure> {
    if !args.key.is_empty() {
        return audit_key::given(&args.key);
    }
    let origin = proof.note.unchecked().lines().next().unwrap_or_default();
    match store_of(origin) {
        Some(store) => audit_key::known(store, &AuditKeyOptions::default(), context),
        None => Ok(Vec::new()),
    }
}

/// That the trail which a proof is of is the one of a checkpoint that was kept.
fn agrees(signed: &Checkpoint, kept: &Checkpoint) -> Result<(), Failure> {
    if signed == kept {
        return Ok(());
    }
    if signed.origin != kept.origin || signed.size == kept.size {
        return Err(Failure::refused(
            "the proof is of another trail than the checkpoint: one of the two was made up",
        )
        .with(Status::Integrity)
        .hint("keep both as evidence"));
    }
    Err(Failure::usage(format!(
        "the proof is of {} events, the checkpoint of {}",
        signed.size, kept.size
    ))
    .hint("`keyroll audit verify --checkpoint FILE` shows, on the store, that one goes on from the other"))
}

fn unusable(error: BadProof) -> Failure {
    let failure = Failure::refused(&error);
    match error {
        BadProof::NotIncluded
        | BadProof::Damaged(_)
        | BadProof::Checkpoint
        | BadProof::Note(
            BadNote::Signature(_) | BadNote::Form(_) | BadNote::Name(_) | BadNote::Key(_),
        ) => failure
            .with(Status::Integrity)
            .hint("ask for another, and keep this one as evidence"),
        BadProof::Note(BadNote::Unknown { .. }) => failure.hint(
            "name the public key that you trust with --key: the line of `keyroll audit key show`",
        ),
        BadProof::Form(_) => failure
            .with(Status::Usage)
            .hint("name a file that `keyroll audit prove` made"),
    }
}

/// An event as `audit log` shows it.
fn object(event: &EventView<'_>, entry: &[u8]) -> Value {
    let change: Value =
        serde_json::from_str(event.change).unwrap_or_else(|_| Value::String(event.change.into()));
    json!({
        "format": event.format,
        "sequence": event.sequence,
        "time": event.at,
        "actor": event.actor,
        "host": event.host,
        "action": event.action,
        "record": event.record,
        "command": event.command,
        "reason": event.reason,
        "change": change,
        "after": event.after.and_then(|after| after.try_into().ok()).map(hex),
        "previous": event.previous.try_into().ok().map(hex),
        "hash": hex(&event_hash(entry)),
    })
}

fn told(event: &EventView<'_>) -> String {
    let sequence = event.sequence.to_string();
    let lines = [
        ("event", Some(sequence.as_str())),
        ("time", Some(event.at)),
        ("actor", Some(event.actor)),
        ("host", Some(event.host)),
        ("action", Some(event.action)),
        ("record", Some(event.record)),
        ("command", Some(event.command)),
        ("reason", event.reason),
        ("change", Some(event.change)),
    ];
    let lines = lines
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    lines
        .map(|(key, value)| format!("{key:8} {}\n", escape::terminal(value)))
        .collect()
}
