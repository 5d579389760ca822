//! Files that an import makes: whole or not at all, and over another only when that is wanted.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::file;

/// Where the records go: the file that is named, or in a folder one of the sheet's name.
pub fn target(out: &Path, sheet: &Path) -> PathBuf {
    if !out.is_dir() {
        return out.to_owned();
    }
    let stem = sheet.file_stem().filter(|_| sheet != Path::new("-"));
    let mut name = stem.unwrap_or("inventory".as_ref()).to_owned();
    name.push(".toml");
    out.join(name)
}

/// Asks before files that are there are replaced, all at once. `-` is standard output, and never there.
///
/// # Errors
/// When the answer is no, or nobody is there to answer.
pub fn may_replace<'p>(
    paths: impl IntoIterator<Item = &'p Path>,
    force: bool,
    context: &mut Context,
) -> Result<(), Failure> {
    let there = paths
        .into_iter()
        .filter(|path| *path != Path::new("-") && path.symlink_metadata().is_ok());
    let there: Vec<String> = there.map(shown).collect();
    if there.is_empty() || force {
        return Ok(());
    }
    let verb = if there.len() == 1 { "is" } else { "are" };
    context.confirm(&format!(
        "{} {verb} there already. Replace?",
        there.join(" and ")
    ))
}

/// Writes a file, or to standard output for `-`.
///
/// # Errors
/// When it cannot be written: what was there stands then.
pub fn file(path: &Path, text: &str, context: &mut Context) -> Result<(), Failure> {
    if path == Path::new("-") {
        return context.out.data(text);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let written = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        // As any file that a person makes: the inventory is for others to read.
        let mut file = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|error| {
        Failure::new(format!("cannot write {}: {error}", shown(path)))
            .hint("check the folder, its mode and its room")
    })
}

/// A path in backquotes.
pub fn shown(path: &Path) -> String {
    format!("`{}`", file::shown(path))
}
