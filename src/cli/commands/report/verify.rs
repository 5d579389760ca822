//! `keyroll report verify`: whether a pack is as it was made, and who vouches for it. Needs no store and opens no secret;
//! what it reads may be anybody's.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::audit::hex;
use crate::audit::note::{BadNote, Note, Verifier};
use crate::cli::audit_key::{self, AuditKeyOptions};
use crate::cli::commands::report::handoff::MANIFEST;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file;
use crate::report::handoff::{BadManifest, Listed, Manifest};
use crate::report::{Format, json};

/// See whether a pack is as it was made, and who signed it; exit 5 where a file or the signature is off
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll report verify handoff/\n  \
    keyroll report verify handoff/MANIFEST.txt --key keyroll/...+1a2b3c4d+AX...   # no store is needed\n\n\
    Exit status: 0 as it was made, and signed by a key that is known; 3 as it was made, and nobody known vouches for \
    that; 4 no pack; 5 changed.")]
pub struct Args {
    /// The folder of the pack, or its MANIFEST.txt
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    path: PathBuf,
    /// A public key that must have signed, or a file of such keys (several: any one of them)
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
}

/// How one file is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Same,
    Changed,
    Gone,
}

/// How the signature is found.
#[derive(Debug, PartialEq, Eq)]
enum Vouched {
    /// By these keys, of those that were given or are known here.
    By(Vec<String>),
    /// Signed, and nobody who signed is known.
    Unknown(Vec<String>),
    Unsigned,
    /// It says that a known key signed it, and that is not so.
    Forged(String),
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    let path = manifest_of(&args.path)?;
    let text = file::text(&path)?;
    let note = Note::parse(text.as_bytes()).ok();
    let manifest = note.as_ref().map_or(text.as_str(), Note::unchecked);
    let manifest = Manifest::read(manifest).map_err(|error| unread(&path, &error))?;
    let keys = match args.key.is_empty() {
        false => audit_key::given(&args.key)?,
        true => audit_key::known(&manifest.store, &AuditKeyOptions::default(), context)?,
    };

    let vouched = vouched(note.as_ref(), &keys);
    // Of a bare name, it is empty.
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let files = manifest
        .files
        .iter()
        .map(|file| (file, found(folder, file)));
    let files: Vec<(&Listed, Found)> = files.collect();
    let is_changed = files.iter().any(|(_, found)| *found != Found::Same);
    let status = match (is_changed, &vouched) {
        (true, _) | (_, Vouched::Forged(_)) => Status::Integrity,
        // Somebody named the key that must have signed.
        (_, Vouched::Unknown(_) | Vouched::Unsigned) if !args.key.is_empty() => Status::Integrity,
        (false, Vouched::Unknown(_) | Vouched::Unsigned) => Status::Warning,
        (false, Vouched::By(_)) => Status::Clean,
    };

    match format {
        Format::Json | Format::Jsonl => {
            let shown = document(&manifest, &files, &vouched, status);
            context.out.data(&match format {
                Format::Json => json::pretty(&shown),
                Format::Table
                | Format::Jsonl
                | Format::Csv
                | Format::Tsv
                | Format::Md
                | Format::Html => json::line(&shown),
            })?;
        }
        Format::Table | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            tell(args, &manifest, &files, &vouched, context)?;
        }
    }
    beside(folder, &manifest, context);
    Ok(status)
}

/// The manifest itself, or that of a folder.
fn manifest_of(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let manifest = path.join(MANIFEST);
    if manifest.symlink_metadata().is_ok() {
        return Ok(manifest);
    }
    let path = file::shown(path);
    Err(
        Failure::refused(format!("`{path}` is no pack: it holds no {MANIFEST}"))
            .hint("name the folder that `keyroll report handoff --out` wrote; of one that has lost it, ask for the pack again"),
    )
}

fn unread(path: &Path, error: &BadManifest) -> Failure {
    let path = file::shown(path);
    let failure = Failure::refused(format!("`{path}` is no manifest of a pack: {error}"));
    match error {
        BadManifest::Opening | BadManifest::Version(_) | BadManifest::Large => failure.hint(
            "name the folder that `keyroll report handoff --out` wrote, or the MANIFEST.txt in it",
        ),
        // It was one, and somebody was at it.
        BadManifest::Line(_) | BadManifest::Lacks(_) | BadManifest::Empty => failure
            .with(Status::Integrity)
            .hint("ask for the pack again; this one is not as it was made"),
    }
}

fn vouched(note: Option<&Note>, keys: &[Verifier]) -> Vouched {
    let Some(note) = note else {
        return Vouched::Unsigned;
    };
    match note.open(keys) {
        Ok(opened) => Vouched::By(opened.by.iter().map(ToString::to_string).collect()),
        Err(BadNote::Unknown { by }) => {
            Vouched::Unknown(by.iter().map(ToString::to_string).collect())
        }
        Err(
            error @ (BadNote::Form(_) | BadNote::Signature(_) | BadNote::Name(_) | BadNote::Key(_)),
        ) => Vouched::Forged(error.to_string()),
    }
}

fn found(folder: &Path, listed: &Listed) -> Found {
    let path = folder.join(&listed.name);
    match digest(&path) {
        Some(digest) if digest == listed.digest => Found::Same,
        Some(_) => Found::Changed,
        None if path.exists() => Found::Changed,
        None => Found::Gone,
    }
}

/// The digest of a plain file, however large; none where there is none.
fn digest(path: &Path) -> Option<String> {
    let mut file = file::plain(path).ok()?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => return Some(hex(&hash.finalize().into())),
            read => hash.update(buffer.get(..read)?),
        }
    }
}

fn document(
    manifest: &Manifest,
    files: &[(&Listed, Found)],
    vouched: &Vouched,
    status: Status,
) -> serde_json::Value {
    let files = files
        .iter()
        .map(|(file, found)| json!({ "name": file.name, "standing": found.word() }));
    let (standing, by) = match vouched {
        Vouched::By(by) => ("good", by.as_slice()),
        Vouched::Unknown(by) => ("unknown-key", by.as_slice()),
        Vouched::Unsigned => ("unsigned", &[][..]),
        Vouched::Forged(_) => ("bad", &[][..]),
    };
    json!({
        "version": json::VERSION,
        "kind": "handoff-verification",
        "intact": status != Status::Integrity,
        "files": files.collect::<Vec<_>>(),
        "signature": { "standing": standing, "by": by },
        "store": manifest.store,
        "as-of": manifest.as_of,
        "made": manifest.made,
        "trail": { "events": manifest.trail.events, "root": manifest.trail.root },
    })
}

impl Found {
    fn word(self) -> &'static str {
        match self {
            Found::Same => "as-made",
            Found::Changed => "changed",
            Found::Gone => "missing",
        }
    }
}

fn tell(
    args: &Args,
    manifest: &Manifest,
    files: &[(&Listed, Found)],
    vouched: &Vouched,
    context: &mut Context,
) -> Result<(), Failure> {
    let mut lines = vec![format!(
        "handoff pack of {}, made {}, of store {} after {} events (root {})",
        manifest.as_of, manifest.made, manifest.store, manifest.trail.events, manifest.trail.root
    )];
    lines.extend(files.iter().map(|(file, found)| match found {
        Found::Same => format!("{}: as it was made", file.name),
        Found::Changed => format!("error: {}: changed since", file.name),
        Found::Gone => format!("error: {}: not there", file.name),
    }));
    let whose = match args.key.is_empty() {
        true => "a key that is known on this host",
        false => "a key that --key names",
    };
    lines.push(match vouched {
        Vouched::By(by) => format!("signed by {}, {whose}", by.join(" and ")),
        Vouched::Unknown(by) => format!(
            "signed by {}, and that is not {whose}: nobody known vouches for it",
            by.join(" and ")
        ),
        Vouched::Unsigned => {
            "not signed: whoever changes a file can change the manifest, too".to_owned()
        }
        Vouched::Forged(error) => format!("error: the signature does not hold: {error}"),
    });
    let lines = lines
        .iter()
        .map(|line| crate::report::escape::terminal(line) + "\n");
    context.out.data(&lines.collect::<String>())?;
    if args.key.is_empty() && matches!(vouched, Vouched::Unknown(_)) {
        context
            .out
            .note("hint: name its public key, come by another way than the pack, with --key VKEY");
    }
    Ok(())
}

/// Tells of files that lie beside the pack and are no part of it: nobody vouches for those.
fn beside(folder: &Path, manifest: &Manifest, context: &mut Context) {
    let listed: BTreeSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut others: Vec<String> = names
        .filter(|name| name != MANIFEST && !listed.contains(name.as_str()))
        .take(10)
        .collect();
    others.sort();
    if !others.is_empty() {
        context
            .out
            .note(format!("note: no part of the pack: {}", others.join(", ")));
    }
}
