//! `keyroll report handoff`: everything that a successor needs to know of the accounts, in one pack. Reads the
//! store, and notes in its trail that a pack leaves.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::audit::hex;
use crate::cli::audit_key::{self, AuditKeyOptions};
use crate::cli::commands::report::narrow;
use crate::cli::completion;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file::shown;
use crate::cli::folder::NewFolder;
use crate::cli::past;
use crate::cli::roll::RuleOptions;
use crate::cli::settings::Settings;
use crate::cli::traces;
use crate::cli::witness::{Known, may_sign};
use crate::dossier::handoff::{Given, Scope, Trail, pack};
use crate::model::id::{AccountId, Name, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::record::Kind;
use crate::report::Format;
use crate::report::handoff::{Head, Listed, Manifest, Pack, Tip};
use crate::report::summary::counted;
use crate::rules::{self, Selection};
use crate::secrets::AuditKey;
use crate::store::{Access, Store};

/// The file that says what a pack consists of.
pub(super) const MANIFEST: &str = "MANIFEST.txt";

/// Put together what is handed over with accounts: inventory, matrices, storage, decisions, evidence, logs, checklist
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll report handoff --out handoff/                # a page, Markdown, JSON, and MANIFEST.txt\n  \
    keyroll report handoff --tenant femo --out femo/     # for one customer\n  \
    keyroll report handoff --account etl --format html > etl.html\n  \
    keyroll report handoff --as-of 2026-12-31 --format json")]
pub struct Args {
    /// Only this account (several: --account A --account B)
    #[arg(long, value_name = "ACCOUNT", add = completion::names(Kind::Account))]
    account: Vec<AccountId>,
    /// Only accounts at this provider (several as above)
    #[arg(long, value_name = "PROVIDER", add = completion::names(Kind::Provider))]
    provider: Vec<ProviderId>,
    /// Only accounts of this tenant: the topmost boundary (several as above)
    #[arg(long, value_name = "TENANT", value_parser = narrow::tenant)]
    tenant: Vec<Name>,
    /// Write all forms and their digests into this folder, which must be new or empty
    #[arg(long, short, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    out: Option<PathBuf>,
    /// Sign for certain, with the key of the OS keyring too; else a key that lies in a file signs where there is one
    #[arg(long, requires = "out")]
    sign: bool,
    #[command(flatten)]
    key: AuditKeyOptions,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let format = context.format_of(&[Format::Table, Format::Html, Format::Md, Format::Json])?;
    if args.out.is_some() && format != Format::Table {
        return Err(
            Failure::usage("--out writes every form, and --format names one")
                .hint("leave one of them out"),
        );
    }
    let settings = Settings::load(context, Beside::Store)?;
    let selection = settings.selection(&RuleOptions::default(), Selection::all())?;
    let store = context.open(Access::Read)?;
    let name = store.name()?;
    // Before anything is written: somebody who asked for a signature gets no pack without one.
    let key = args.key(&name, context)?;
    let held = Known::of(&store, context)?;
    let (faults, inventory, tip) = store.at_once(|| {
        if let Some(key) = &key {
            may_sign(&store, &held.seen, key.verifier())?;
        }
        let faults = held.verify(&store)?.faults;
        Ok::<_, Failure>((faults, store.inventory()?, tip(&store)?))
    })?;
    let inventory = past::of(inventory, context);
    settings.meet(&inventory, context)?;
    let scope = args.scope();
    known(&scope, &inventory)?;

    let facts = settings.facts(&inventory, context);
    // Nothing more is read of it, and what leaves is noted by a writer.
    drop(store);
    let places = counted(faults.len(), "place");
    let faults = faults.into_iter().map(|fault| {
        let record = fault.record.and_then(|record| record.parse().ok());
        (record, fault.message)
    });
    let faults: Vec<_> = faults.collect();
    let is_intact = faults.is_empty();
    let pack = pack(Given {
        facts: &facts,
        judgement: &rules::judgement(&facts, &selection),
        scope: &scope,
        judged_at: context.judged_at(),
        made: context.now(),
        store: &name,
        trail: Trail { tip, faults },
    });
    match &args.out {
        Some(folder) => write(folder, &pack, key.as_ref(), context)?,
        None => {
            traces::leaves(form(format), "standard output", context)?;
            context.out.data(&match format {
                Format::Html => pack.html(),
                Format::Json => pack.json(),
                Format::Table | Format::Md | Format::Jsonl | Format::Csv | Format::Tsv => {
                    pack.markdown()
                }
            })?;
        }
    }
    if is_intact {
        return Ok(Status::Clean);
    }
    context.out.note(format!(
        "integrity broken: in {places} the store is not what its audit trail says, and the pack says so"
    ));
    context.out.note("hint: `keyroll audit verify` lists them");
    Ok(Status::Integrity)
}

/// What a form is called in the audit trail.
fn form(format: Format) -> &'static str {
    match format {
        Format::Html => "handoff html",
        Format::Json => "handoff json",
        Format::Table | Format::Md | Format::Jsonl | Format::Csv | Format::Tsv => "handoff md",
    }
}

impl Args {
    /// The key that signs what is written to a folder, where there is one.
    fn key(&self, store: &str, context: &Context) -> Result<Option<AuditKey>, Failure> {
        match (&self.out, self.sign) {
            (None, _) => Ok(None),
            (Some(_), true) => Ok(Some(audit_key::asked_for(store, &self.key, context)?.0)),
            (Some(_), false) => audit_key::at_hand(store, &self.key, context),
        }
    }

    fn scope(&self) -> Scope {
        Scope {
            accounts: self.account.clone(),
            providers: self.provider.clone(),
            tenants: self.tenant.clone(),
        }
    }
}

/// How far the audit trail has come.
fn tip(store: &Store) -> Result<Tip, Failure> {
    let tip = store.tip()?;
    Ok(Tip {
        events: tip.size,
        root: BASE64_STANDARD.encode(tip.root),
    })
}

/// A filter that names nothing must not read as "there is nothing to hand over".
fn known(scope: &Scope, inventory: &Inventory) -> Result<(), Failure> {
    let accounts = scope.accounts.iter().map(|id| (Kind::Account, id.as_str()));
    let providers = scope
        .providers
        .iter()
        .map(|id| (Kind::Provider, id.as_str()));
    let tenants = scope.tenants.iter().map(|id| (Kind::Boundary, id.as_str()));
    for (kind, name) in accounts.chain(providers).chain(tenants) {
        narrow::named(inventory, kind, name)?;
    }
    let mut accounts = inventory.accounts.iter();
    if accounts.any(|(id, account)| scope.wants(id, account)) {
        return Ok(());
    }
    Err(match scope.is_all() {
        true => Failure::refused("there is no account to hand over")
            .hint("`keyroll account add` adds one; nothing was written"),
        false => Failure::refused("no account fits all of --account, --provider and --tenant")
            .hint("leave one of them out; nothing was written"),
    })
}

/// Writes every form and, last of all, what they are known by. The pack stands whole or not at all.
fn write(
    place: &Path,
    pack: &Pack,
    key: Option<&AuditKey>,
    context: &mut Context,
) -> Result<(), Failure> {
    let forms = [
        ("handoff.html", pack.html()),
        ("handoff.md", pack.markdown()),
        ("handoff.json", pack.json()),
    ];
    let manifest = manifest(&pack.head, forms.iter().map(listed).collect()).text();
    let signed = match key {
        Some(key) => key.sign(&manifest).map_err(Failure::new)?.to_string(),
        None => manifest,
    };
    let mut folder = NewFolder::at(place)?;
    for (name, text) in &forms {
        folder.write(Path::new(name), text)?;
    }
    folder.write(Path::new(MANIFEST), &signed)?;
    let shown = shown(place);
    // Noted first: no pack stands that the trail does not know.
    traces::leaves("handoff html, md, json", &shown, context)?;
    folder.stand()?;
    let files = forms.len() + 1;
    context
        .out
        .note(format!("wrote {files} files to `{shown}`"));
    match key {
        Some(key) => context.out.note(format!(
            "{MANIFEST} is signed by {}",
            key.verifier().signer()
        )),
        None => context.out.note(format!(
            "{MANIFEST} is not signed: whoever changes a file can change it, too (`keyroll audit key new --file` makes a key)"
        )),
    }
    Ok(())
}

fn manifest(head: &Head, files: Vec<Listed>) -> Manifest {
    Manifest {
        store: head.store.clone(),
        as_of: head.as_of,
        made: head.made,
        trail: head.trail.clone(),
        files,
    }
}

fn listed((name, text): &(&str, String)) -> Listed {
    Listed {
        name: (*name).to_owned(),
        digest: hex(&Sha256::digest(text.as_bytes()).into()),
    }
}
