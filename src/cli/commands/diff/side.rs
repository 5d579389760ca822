//! One side of a comparison: files, a git revision or a store, as it is named and as it is read.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::diagnose::Diagnosis;
use crate::cli::failure::Failure;
use crate::cli::roll;
use crate::git::{Git, GitError, Revision, Where};
use crate::manifest::{self, Manifest};
use crate::model::inventory::Inventory;
use crate::model::text::shape::masked;
use crate::report::summary::counted;
use crate::rules::Judgement;
use crate::store::{Access, Store};

/// How long git may think about one answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many submodules that are passed over are named.
const MOST_NAMED: usize = 5;

/// What a side says.
#[derive(Default)]
pub struct Read {
    pub inventory: Inventory,
    /// Submodules that were passed over, by path and commit.
    pub modules: BTreeMap<PathBuf, String>,
}

impl From<Inventory> for Read {
    fn from(inventory: Inventory) -> Read {
        Read {
            inventory,
            modules: BTreeMap::new(),
        }
    }
}

/// Where an inventory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    Path(PathBuf),
    Git {
        revision: String,
        path: Option<String>,
    },
    /// The store of the options, or another.
    Store(Option<PathBuf>),
}

impl FromStr for Side {
    type Err = String;
    fn from_str(text: &str) -> Result<Side, String> {
        if let Some(name) = text.strip_prefix("git:") {
            let (revision, path) = match name.split_once(':') {
                Some((revision, path)) => (revision, Some(path.to_owned())),
                None => (name, None),
            };
            return match revision {
                "" => Err("name a revision: git:main".to_owned()),
                option if option.starts_with('-') => {
                    Err("a revision does not begin with `-`".to_owned())
                }
                revision => Ok(Side::Git {
                    revision: revision.to_owned(),
                    path,
                }),
            };
        }
        match text.strip_prefix("store:") {
            Some("") => Err("name the file of the store: store:FILE".to_owned()),
            Some(file) => Ok(Side::Store(Some(file.into()))),
            None if text == "store" => Ok(Side::Store(None)),
            None => Ok(Side::Path(text.into())),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Side::Path(path) => write!(f, "{}", path.display()),
            Side::Git {
                revision,
                path: None,
            } => write!(f, "git:{revision}"),
            Side::Git {
                revision,
                path: Some(path),
            } => write!(f, "git:{revision}:{path}"),
            Side::Store(None) => f.write_str("store"),
            Side::Store(Some(file)) => write!(f, "store:{}", file.display()),
        }
    }
}

impl Side {
    /// What it is compared with where nothing else is named: the files that stand in its place now.
    ///
    /// # Errors
    /// When it is made of files itself, or git cannot say where they are.
    pub fn counterpart(&self, context: &Context) -> Result<Side, Failure> {
        match self {
            Side::Path(_) => Err(Failure::usage("nothing is named to compare it with")
                .hint("keyroll diff OLD NEW; for example keyroll diff git:HEAD inventory/")),
            Side::Store(_) | Side::Git { path: None, .. } => Ok(Side::Path(".".into())),
            Side::Git {
                path: Some(path), ..
            } => match path.strip_prefix("./") {
                Some(here) => Ok(Side::Path(Path::new(".").join(here))),
                None => {
                    let root = git(Path::new("."), context).way_to_root().map_err(failed)?;
                    Ok(Side::Path(root.join(path)))
                }
            },
        }
    }
}

fn git(folder: &Path, context: &Context) -> Git {
    Git::new(folder, context.git_environment(), PATIENCE)
}

/// Reads one side; `other` says which path a revision is asked for that names none.
///
/// # Errors
/// When it is not there or cannot be read, or when not all of it can: a comparison of a part would not be true.
pub fn read(side: &Side, other: &Side, context: &mut Context) -> Result<Read, Failure> {
    match side {
        Side::Path(path) => {
            let manifest = roll::read(std::slice::from_ref(path))?;
            Ok(whole(manifest, side, context)?.into())
        }
        Side::Git { revision, path } => {
            let (folder, at) = place(path.as_deref(), other);
            let git = git(&folder, context);
            let mut tree = Revision::open(&git, revision, &at).map_err(failed)?;
            let files = tree.files().to_vec();
            if files.is_empty() {
                let message = format!("there is no `*.toml` file in `{}`", shown(side));
                return Err(Failure::refused(message)
                    .hint("name a file, or a folder with inventory files: git:REV:PATH"));
            }
            let manifest = manifest::read_tree(&files, &mut tree);
            let modules = tree.modules().clone();
            if let Some(error) = tree.failed() {
                return Err(failed(error));
            }
            let inventory = whole(manifest, side, context)?;
            if !modules.is_empty() {
                let passed = passed_over(&modules, side);
                context.out.note(passed);
            }
            Ok(Read { inventory, modules })
        }
        Side::Store(None) => Ok(context.open(Access::Read)?.inventory()?.into()),
        Side::Store(Some(file)) => Ok(Store::open(file, Access::Read)?.inventory()?.into()),
    }
}

/// `1 submodule of `git:main` is passed over: vendor/tool`.
fn passed_over(modules: &BTreeMap<PathBuf, String>, side: &Side) -> String {
    let shown_path = |path: &PathBuf| masked(&path.to_string_lossy()).into_owned();
    let mut named: Vec<String> = modules.keys().take(MOST_NAMED).map(shown_path).collect();
    if let more @ 1.. = modules.len().saturating_sub(MOST_NAMED) {
        named.push(format!("and {more} more"));
    }
    let many = match modules.len() {
        1 => "is",
        _ => "are",
    };
    format!(
        "{} of `{}` {many} passed over: {}",
        counted(modules.len(), "submodule"),
        shown(side),
        named.join(", ")
    )
}

/// The folder in which git is asked, and for what.
fn place(path: Option<&str>, other: &Side) -> (PathBuf, Where) {
    let here = |path: &str| (PathBuf::from("."), Where::Here(path.into()));
    let of_root = |path: &str| match path.strip_prefix("./") {
        Some(path) => here(path),
        None => (PathBuf::from("."), Where::Root(path.into())),
    };
    match (path, other) {
        (Some(path), _) => of_root(path),
        (None, Side::Path(path)) if path.is_dir() => (path.clone(), Where::Here(PathBuf::new())),
        (None, Side::Path(path)) => {
            let folder = path.parent().unwrap_or(Path::new(""));
            let name = path.file_name().map(PathBuf::from).unwrap_or_default();
            (folder.to_owned(), Where::Here(name))
        }
        (
            None,
            Side::Git {
                path: Some(path), ..
            },
        ) => of_root(path),
        (None, Side::Git { path: None, .. } | Side::Store(_)) => here(""),
    }
}

/// The inventory of files that were read without a problem; else the problems are shown at their lines.
fn whole(manifest: Manifest, side: &Side, context: &mut Context) -> Result<Inventory, Failure> {
    let problems = manifest.problems.len();
    if problems == 0 {
        return Ok(manifest.inventory);
    }
    let nothing = Judgement::default();
    let diagnosis = Diagnosis::new(&manifest, &nothing);
    let text = diagnosis.page(&context.terminal());
    context.out.preview(&text);
    let message = format!("{} in `{}`", counted(problems, "problem"), shown(side));
    Err(Failure::refused(message)
        .hint("what is read in part cannot be compared: mend it first, on whichever side it is"))
}

fn shown(side: &Side) -> String {
    side.to_string().escape_debug().to_string()
}

/// How git ended, with the way out.
fn failed(error: GitError) -> Failure {
    let hint = match &error {
        GitError::NoRevision(_) => "check its name; in a shallow clone, fetch it first",
        GitError::NotInstalled => "install git, or compare files: keyroll diff OLD NEW",
        GitError::Failed { .. } => "run it in a clone, or name a path in one",
        GitError::TooMuch(_) | GitError::ManyLinks(_) => "name a smaller folder: git:REV:PATH",
        GitError::NoPath { .. } | GitError::BadPath(_) => {
            "git:REV:PATH counts from the root of the repository"
        }
        GitError::BadRevision(_) => "name a branch, a tag or a commit",
        GitError::NotStarted(_)
        | GitError::TimedOut(_)
        | GitError::Unread(_)
        | GitError::Confused => "look at the repository with `git status` and `git fsck`",
    };
    let failure = match &error {
        GitError::NoPath { .. } | GitError::BadPath(_) | GitError::BadRevision(_) => {
            Failure::usage(&error)
        }
        GitError::NoRevision(_)
        | GitError::NotInstalled
        | GitError::NotStarted(_)
        | GitError::TimedOut(_)
        | GitError::TooMuch(_)
        | GitError::ManyLinks(_)
        | GitError::Unread(_)
        | GitError::Failed { .. }
        | GitError::Confused => Failure::from(anyhow::Error::from(error)),
    };
    failure.hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_reads_as_it_is_shown() {
        for text in [
            "a/b.toml",
            "git:main",
            "git:main:a/b",
            "store",
            "store:x.db",
            "./store",
        ] {
            assert_eq!(text.parse::<Side>().unwrap().to_string(), text);
        }
        for bad in ["git:", "git:-x", "git::a", "store:"] {
            assert!(bad.parse::<Side>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_revision_without_a_path_takes_that_of_the_other_side() {
        let at = |other: &str| place(None, &other.parse().unwrap());
        assert_eq!(at("x/y.toml"), ("x".into(), Where::Here("y.toml".into())));
        assert_eq!(at("src"), ("src".into(), Where::Here("".into())));
        assert_eq!(at("git:main:a"), (".".into(), Where::Root("a".into())));
        assert_eq!(at("git:main:./a"), (".".into(), Where::Here("a".into())));
        assert_eq!(at("store"), (".".into(), Where::Here("".into())));
    }
}
