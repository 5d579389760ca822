//! A text that the user names: a plain file or standard input, of bounded size. Opens no pipe and no device.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::cli::failure::Failure;
use crate::manifest::LARGEST_FILE;

/// The text of a file; `-` is standard input.
///
/// # Errors
/// When it cannot be read, is no plain file, is too large, or is not UTF-8.
pub fn text(name: impl AsRef<Path>) -> Result<String, Failure> {
    let name = name.as_ref();
    if name == Path::new("-") {
        return bounded(io::stdin().lock(), "standard input");
    }
    bounded(plain(name)?, &format!("`{}`", shown(name)))
}

/// The name of a file as it may be shown: one line, and nothing that a terminal obeys.
pub fn shown(name: &Path) -> String {
    name.to_string_lossy().escape_debug().to_string()
}

/// A plain file, opened to read. Neither a pipe nor a device.
///
/// # Errors
/// When it is not there, may not be read, or is no plain file.
pub fn plain(name: &Path) -> Result<File, Failure> {
    let shown = format!("`{}`", shown(name));
    let unreadable = |error: io::Error| {
        Failure::new(format!("cannot read {shown}: {error}")).hint("check the path and its mode")
    };
    // Before it is opened: to open a pipe is to wait for its writer.
    if !fs::metadata(name).map_err(unreadable)?.is_file() {
        return Err(Failure::new(format!("{shown} is not a plain file"))
            .hint("name a file, or - for standard input: what comes out of a pipe or a program goes in there"));
    }
    File::open(name).map_err(unreadable)
}

/// Which file it is, whatever it is called: its device and its number there. `-` is what standard input comes from.
///
/// # Errors
/// When there is none.
pub fn which(name: &Path) -> io::Result<(u64, u64)> {
    let file = match name == Path::new("-") {
        true => fs::metadata("/dev/stdin"),
        false => fs::metadata(name),
    };
    file.map(|file| (file.dev(), file.ino()))
}

/// Writes a new file, whole or not at all; never over another.
///
/// # Errors
/// When it is there already, or cannot be written.
pub fn write_new(name: &Path, text: &str) -> Result<(), Failure> {
    let made = File::create_new(name).and_then(|mut file| {
        let written = file
            .write_all(text.as_bytes())
            .and_then(|()| file.sync_all());
        if written.is_err() {
            // Half of it would be taken for the whole.
            let _ = fs::remove_file(name);
        }
        written
    });
    made.map_err(|error| {
        Failure::new(format!("cannot write `{}`: {error}", shown(name)))
            .hint("name a new file in a folder that is there")
    })
}

fn bounded(from: impl Read, shown: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    from.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            Failure::new(format!("cannot read {shown}: {error}")).hint("check what it is")
        })?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(
            Failure::refused(format!("{shown} is larger than 4 MiB; nothing was changed"))
                .hint("split it"),
        );
    }
    String::from_utf8(bytes).map_err(|_| {
        Failure::refused(format!("{shown} is not UTF-8 text; nothing was changed"))
            .hint("save it as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_large_is_refused_and_not_cut() {
        assert!(bounded(io::repeat(b' '), "`x`").is_err());
        assert!(bounded(io::repeat(b' ').take(LARGEST_FILE), "`x`").is_ok());
        assert!(bounded(&b"\xff"[..], "`x`").is_err());
    }
}
