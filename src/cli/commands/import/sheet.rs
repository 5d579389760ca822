//! The file of a spreadsheet, opened as often as it is read.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::file;
use crate::spreadsheet::{Encoding, Form, LARGEST, Map, Rows, Unreadable, delimiter};

/// How much of the beginning tells encoding and delimiter, in bytes.
const START: u64 = 64 * 1024;

/// What can be read twice.
trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// A spreadsheet. Text in UTF-8 is read from its file piece by piece; other text is held whole.
pub struct Sheet {
    from: Box<dyn Source>,
    shown: String,
    delimiter: u8,
}

impl Sheet {
    /// Opens a file, or takes standard input whole for `-`.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is no text.
    pub fn open(path: &Path, said: Option<Encoding>, tabs: Option<u8>) -> Result<Sheet, Failure> {
        let (mut from, shown): (Box<dyn Source>, String) = if path == Path::new("-") {
            let bytes = bounded(io::stdin().lock(), "standard input")?;
            (Box::new(Cursor::new(bytes)), "standard input".to_owned())
        } else {
            let shown = format!("`{}`", path.to_string_lossy().escape_debug());
            let file: File = file::plain(path)?;
            (Box::new(file), shown)
        };
        let mut start = start(&mut from, &shown)?;
        let encoding = match said {
            Some(encoding) => encoding,
            None => Encoding::of(&start).map_err(|foreign| {
                let hint = foreign.hint;
                Failure::refused(format!("{shown}: {foreign}; nothing was read")).hint(hint)
            })?,
        };
        if encoding != Encoding::Utf8 {
            let bytes = bounded(&mut from, &shown)?;
            let text = encoding.decode(&bytes).into_bytes();
            start = text.iter().copied().take(START as usize).collect();
            from = Box::new(Cursor::new(text));
        }
        Ok(Sheet {
            from,
            shown,
            delimiter: tabs.unwrap_or_else(|| delimiter(&start)),
        })
    }

    /// Its rows, from the headings on, laid out as the map says.
    ///
    /// # Errors
    /// When there are no headings, or they cannot be read.
    pub fn rows(&mut self, map: &Map) -> Result<Rows<impl Read + use<'_>>, Failure> {
        let begun = self.from.seek(SeekFrom::Start(0));
        begun.map_err(|error| unreadable(&error, &self.shown))?;
        let form: Form = map.form(self.delimiter);
        let shown = &self.shown;
        Rows::open(&mut self.from, form).map_err(|error| bad_table(&error, shown))
    }

    /// The failure of a table that cannot be read.
    pub fn bad(&self, error: &Unreadable) -> Failure {
        bad_table(error, &self.shown)
    }
}

fn bad_table(error: &Unreadable, shown: &str) -> Failure {
    let failure = match error {
        Unreadable::Io(_) => Failure::new(format!("cannot read {shown}: {error}")),
        other => Failure::refused(format!("{shown}: {other}; nothing was changed")),
    };
    failure.hint(error.hint())
}

fn start(from: &mut Box<dyn Source>, shown: &str) -> Result<Vec<u8>, Failure> {
    let mut start = Vec::new();
    let read = from.by_ref().take(START).read_to_end(&mut start);
    read.and_then(|_| from.seek(SeekFrom::Start(0)))
        .map_err(|error| unreadable(&error, shown))?;
    Ok(start)
}

fn bounded(from: impl Read, shown: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error, shown))?;
    if bytes.len() as u64 > LARGEST {
        return Err(bad_table(&Unreadable::Large, shown));
    }
    Ok(bytes)
}

fn unreadable(error: &io::Error, shown: &str) -> Failure {
    Failure::new(format!("cannot read {shown}: {error}")).hint("check what it is")
}
