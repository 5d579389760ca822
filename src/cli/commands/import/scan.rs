//! `keyroll import scan`: which service accounts the files of a folder speak of. Shows and keeps nothing of any value.

mod show;
mod walk;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::write;
use crate::cli::context::{Beside, Context, from_here};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::discovery::{self, Candidate, Known, Place};
use crate::git::Git;
use crate::manifest::{self, Draft};
use crate::model::inventory::Inventory;
use crate::model::key::Only;
use crate::model::policy::FailOn;
use crate::report;
use crate::store::{Access, Store, StoreError};
use walk::Walked;

/// How long git may take to say what it keeps.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most keys that are told.
const MOST: usize = 10_000;

/// Find service accounts in .env and other configuration files; never shows a value
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll import scan /srv/jobs /etc/cron.d\n  \
    keyroll import scan . --out inventory/found.toml        # a draft, with blanks to fill in\n  \
    keyroll import scan . --beside inventory/ --format json\n  \
    keyroll import scan . --fail-on error                   # in CI: exit 4 where git keeps a value\n\n\
    Looks at dotenv, INI, TOML, YAML, JSON, properties, shell, systemd, cron, Dockerfile and netrc files by their \
    names. Tells file, line and the name of the key, and where others may read the file or git keeps it. \
    docs/import.md tells it all.")]
pub struct Args {
    /// Folders and files to look at
    #[arg(value_name = "DIR", required = true, value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Write the accounts that the roll does not know as a draft to this file, or to standard output for -
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::AnyPath)]
    out: Option<PathBuf>,
    /// Compare with these files or folders instead of the store
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    beside: Vec<PathBuf>,
    /// From which severity on the exit status is not 0
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Replace the file without asking
    #[arg(long)]
    force: bool,
}

/// What was found, in all files.
pub(super) struct Found {
    pub walked: Walked,
    pub places: Vec<Place>,
    pub accounts: Vec<Candidate>,
    /// By the number of a file, whether git keeps it; none where nobody could say.
    pub kept: HashMap<usize, Option<bool>>,
    /// Secrets that programs make for themselves.
    pub own: usize,
    /// There were more keys than are told.
    pub is_cut: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let paths = given(args)?;
    let inventory = match args.beside.is_empty() {
        true => stored(context)?,
        false => roll::declared(&args.beside)?,
    };
    let settings = Settings::load(context, Beside::Inventory)?;
    let said = inventory.organisation.get(&Only);
    let pattern = settings.policy.naming(said).to_owned();
    if let Some(out) = &args.out {
        write::may_replace([out.as_path()], args.force, context)?;
    }

    let found = find(&paths, &pattern, &Known::of(&inventory), context);
    if let Some(out) = &args.out {
        let text = draft(&found, &inventory);
        write::file(out, &text, context)?;
    }
    if args.out.as_deref() != Some(Path::new("-")) {
        let view = show::view(&found);
        let shown = report::render(&view, context.globals.format, &context.terminal());
        context.out.data(&shown)?;
    }
    show::notes(&found, args.out.as_deref())
        .iter()
        .for_each(|line| context.out.note(line));
    let fail_on = settings.fail_on(args.fail_on, FailOn::Warning);
    Ok(fail_on.status(show::worst(&found)))
}

/// The folders and files that are meant.
fn given(args: &Args) -> Result<Vec<PathBuf>, Failure> {
    let paths: Vec<PathBuf> = args.paths.iter().cloned().map(from_here).collect();
    let missing = paths.iter().find(|path| path.symlink_metadata().is_err());
    match missing {
        None => Ok(paths),
        Some(missing) => Err(Failure::usage(format!(
            "there is no file or folder {}",
            write::shown(missing)
        ))
        .hint("check the path; nothing was looked at")),
    }
}

/// The roll of the store, where there is one.
fn stored(context: &Context) -> Result<Inventory, Failure> {
    match Store::open(&context.store_path()?, Access::Read) {
        Ok(store) => Ok(store.inventory()?),
        Err(StoreError::NotFound { .. }) => Ok(Inventory::default()),
        Err(error) => Err(error.into()),
    }
}

fn find(paths: &[PathBuf], pattern: &str, known: &Known, context: &Context) -> Found {
    let mut walked = walk::files(paths);
    let (mut places, mut own, mut is_cut) = (Vec::new(), 0, false);
    for number in 0..walked.files.len() {
        if places.len() > MOST {
            break;
        }
        let Some(text) = walked.read(number) else {
            continue;
        };
        // Nothing of the text leaves this block but what the looking tells.
        let Ok(text) = std::str::from_utf8(text.expose()) else {
            continue;
        };
        let file = &walked.files[number];
        let parts: Vec<&str> = file.parts.iter().map(String::as_str).collect();
        let looked = discovery::look(
            &parts,
            text.trim_start_matches('\u{feff}'),
            file.form,
            known,
        );
        own += looked.own;
        is_cut |= looked.is_cut;
        let sites = looked.sites.into_iter();
        places.extend(sites.map(|site| Place { file: number, site }));
    }
    is_cut |= places.len() > MOST;
    places.truncate(MOST);
    let kept = kept(&walked, &places, context);
    Found {
        accounts: discovery::candidates(&places, pattern, known),
        walked,
        places,
        kept,
        own,
        is_cut,
    }
}

/// Whether git keeps the files in which something was found: each is asked of the repository that it lies in.
fn kept(walked: &Walked, places: &[Place], context: &Context) -> HashMap<usize, Option<bool>> {
    let mut asked: HashMap<&Path, Option<HashSet<PathBuf>>> = HashMap::new();
    let mut kept = HashMap::new();
    for place in places {
        let file = &walked.files[place.file];
        let tracked = asked.entry(&file.repository).or_insert_with(|| {
            let git = Git::new(&file.repository, context.git_environment(), PATIENCE);
            git.tracked().ok()
        });
        let name = file.path.strip_prefix(&file.repository);
        let is_kept = match (tracked, name) {
            (Some(names), Ok(name)) => Some(names.contains(name)),
            (None, _) | (_, Err(_)) => None,
        };
        kept.insert(place.file, is_kept);
    }
    kept
}

/// The accounts that the roll does not know, as a draft.
fn draft(found: &Found, roll: &Inventory) -> String {
    let new = found.accounts.iter().filter(|it| it.known.is_none());
    let drafts: Vec<Draft<'_>> = new
        .map(|it| Draft {
            name: &it.name,
            system: it.system.as_deref(),
            environment: it.environment.as_deref(),
            workflow: it.purpose.as_deref(),
            kind: it.kind,
            found: it.places.iter().map(|at| show::line(found, *at)).collect(),
        })
        .collect();
    manifest::draft(&drafts, roll)
}

impl Found {
    /// What is wrong with a place where a value stands, in words; nothing where none does.
    pub(super) fn faults(&self, place: &Place) -> Vec<&'static str> {
        let file = &self.walked.files[place.file];
        let mut faults = Vec::new();
        if place.site.holds != discovery::Holds::Value {
            return faults;
        }
        if self.kept.get(&place.file) == Some(&Some(true)) {
            faults.push("in-git");
        }
        if file.mode & 0o044 != 0 {
            faults.push("others-read");
        }
        if file.mode & 0o002 != 0 {
            faults.push("others-write");
        }
        faults
    }
}
