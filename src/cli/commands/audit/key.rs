//! `keyroll audit key`: the key that signs the trail, never kept in the store.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::audit::checkpoint::origin;
use crate::cli::audit_key::{self, AuditKeyOptions, Source};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file;
use crate::cli::private::{make_private, replace_private};
use crate::report::{Format, json};
use crate::secret::Secret;
use crate::secrets::{AuditKey, Keyring, SecretError, audit_item};
use crate::store::Access;

#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:\n  keyroll audit key new --file\n  keyroll audit key show")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Make a key, in the OS keyring or in a file of yours alone; prints its public half
    ///
    /// From a file, every write of this user signs the end of the trail. From the keyring, only what asks for a signature
    /// does: `audit checkpoint` and `audit prove`.
    #[command(
        after_help = "Examples:\n  keyroll audit key new --file\n  keyroll audit key new --file /etc/keyroll/audit.key --name ops-1.example.org/keyroll"
    )]
    New {
        /// Keep it in a file of yours alone instead of the OS keyring
        /// [default: keyroll/audit-keys/STORE.key in the XDG configuration folder]
        #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
        file: Option<Option<PathBuf>>,
        /// The name to sign by [default: keyroll/STORE]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Print the public keys that are known here, for those who verify
    #[command(after_help = "Example:\n  keyroll audit key show > keyroll.pub")]
    Show(AuditKeyOptions),
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::New { file, name } => new(file, name, context),
        What::Show(options) => show(&options, context),
    }
}

fn new(file: Option<Option<PathBuf>>, name: Option<String>, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?.name()?;
    let files = context.audit_key_files(&store);
    let to = match file {
        Some(Some(path)) => Some(path),
        Some(None) => Some(files.own.clone().ok_or_else(no_home)?),
        None => None,
    };
    let name = name.unwrap_or_else(|| origin(&store));
    crate::audit::note::check_name(&name).map_err(|error| {
        Failure::usage(error).hint("for example --name ops-1.example.org/keyroll; nothing was made")
    })?;
    // Before a key is made: one that nobody could note would sign all the same.
    let public = files.public.ok_or_else(no_home)?;
    let noted = noted(&public)?;
    let key = AuditKey::generate(&name)?;
    let item = audit_item(&store);
    let source = match to {
        Some(path) => {
            if path.symlink_metadata().is_ok() {
                return Err(there_already(&path, files.own.as_ref() == Some(&path)));
            }
            make_private(&path, &key.text())?;
            Source::File(path)
        }
        None => {
            let keyring = Keyring::new(context.patience());
            let held = keyring.read(&item).map_err(no_keyring)?;
            if held.is_some() {
                return Err(Failure::refused(
                    "the OS keyring holds an audit key of this store already",
                )
                .hint(
                    "it is used as it is; --file FILE makes another beside it; nothing was made",
                ));
            }
            keyring.write(&item, &key.text()).map_err(no_keyring)?;
            Source::Keyring
        }
    };
    remember(&public, noted, &key)?;
    context.out.data(&format!("{}\n", key.verifier()))?;
    context
        .out
        .note(format!("{} holds the audit key now", source.words()));
    if let Source::File(path) = &source
        && files.own.as_ref() != Some(path)
    {
        let named = quoted(&fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
        context
            .out
            .note("nothing looks there for it: name it, and every write is signed");
        context
            .out
            .note(format!("    export KEYROLL_AUDIT_KEY={named}"));
    }
    context.out.note(match source {
        Source::File(path) if files.own.as_ref() == Some(&path) => {
            "every write of this user is signed from now on; keep the line above where the store's host cannot write"
        }
        Source::File(_) | Source::Credential(_) => {
            "keep the public key, the first line, where the store's host cannot write"
        }
        Source::Keyring => {
            "`keyroll audit checkpoint` signs with it; keep the line above where the store's host cannot write"
        }
    });
    Ok(Status::Clean)
}

/// A key is never made over another file; of one that is found, whoever asks for a key has one.
fn there_already(path: &Path, is_found: bool) -> Failure {
    let shown = path.display().to_string().escape_debug().to_string();
    Failure::new(format!("`{shown}` is there already")).hint(match is_found {
        true => {
            "every write is signed with it, and `keyroll audit key show` prints its public half; for another key \
             move it away first; nothing was made"
        }
        false => "where it is an audit key, KEYROLL_AUDIT_KEY names it; else name another file; nothing was made",
    })
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    match path.chars().all(is_plain) {
        true => path,
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

/// The text of the public keys that are known here, where there is one: a key is noted among them.
fn noted(path: &Path) -> Result<Option<String>, Failure> {
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let read = audit_key::check_anchor(path).and_then(|()| {
        audit_key::noted(path)?;
        file::text(path)
    });
    read.map(Some).map_err(|failure| {
        let way_out = failure.advice().unwrap_or("look at that file").to_owned();
        Failure::new(failure.causes())
            .with(failure.status)
            .hint(format!("{way_out}; nothing was made"))
    })
}

/// Notes a public key among those that are known here: of an old key, what it signed stays good.
fn remember(path: &Path, noted: Option<String>, key: &AuditKey) -> Result<(), Failure> {
    let line = format!("{}\n", key.verifier());
    let remembered = match noted {
        None => make_private(path, &Secret::from(line)),
        Some(noted) => {
            let end = match noted.is_empty() || noted.ends_with('\n') {
                true => "",
                false => "\n",
            };
            replace_private(path, &Secret::from(format!("{noted}{end}{line}")))
        }
    };
    remembered.map_err(|failure| {
        let shown = path.display().to_string().escape_debug().to_string();
        Failure::new(failure.causes())
            .with(failure.status)
            .hint(format!(
                "the key was made; put this line into `{shown}`: {}",
                key.verifier()
            ))
    })
}

fn show(options: &AuditKeyOptions, context: &mut Context) -> Outcome {
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    let store = context.open(Access::Read)?.name()?;
    let keys = audit_key::known(&store, options, context)?;
    if keys.is_empty() {
        return Err(SecretError::NoAuditKey.into());
    }
    let signs = audit_key::at_hand(&store, options, context)?;
    let lines: String = match format {
        Format::Table => keys.iter().map(|key| format!("{key}\n")).collect(),
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            let rows = keys.iter().map(|key| {
                let signs = signs.as_ref().is_some_and(|own| own.verifier() == key);
                json!({ "key": key.to_string(), "signs": signs })
            });
            let rows: Vec<_> = rows.collect();
            json::line(&json!({ "version": json::VERSION, "kind": "audit-key-show", "rows": rows }))
        }
    };
    context.out.data(&lines)?;
    let source = audit_key::source(&store, options, context);
    context.out.note(match source {
        Some(source) => format!("every write is signed with the key of {}", source.words()),
        None => "no write is signed: no audit key lies in a file here".to_owned(),
    });
    Ok(Status::Clean)
}

fn no_home() -> Failure {
    Failure::usage("there is no home folder to keep the key in")
        .hint("name a file with --file FILE, and set HOME or XDG_CONFIG_HOME; nothing was made")
}

fn no_keyring(error: SecretError) -> Failure {
    let failure = Failure::from(error);
    let status = failure.status;
    Failure::new(failure.causes())
        .with(status)
        .hint("keep it in a file of yours alone: `keyroll audit key new --file`; nothing was made")
}
