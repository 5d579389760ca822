//! An inventory as it was read: its records, what is wrong with it, and where each record and field stands.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::manifest::baseline::BaselineFile;
use crate::manifest::inline::Comments;
use crate::manifest::place::{Lines, Place, Site, locate};
use crate::manifest::problem::{Fault, Problem, Problems, cleaned};
use crate::manifest::record::{Declared, Reading};
use crate::manifest::revision::Tree;
use crate::manifest::slice::{self, Slice};
use crate::manifest::source::{self, Budget, Source};
use crate::manifest::{directive, glossary, hidden, syntax};
use crate::model::finding::FieldPath;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};

/// An inventory read from TOML.
#[derive(Default)]
pub struct Manifest {
    /// Every record that could be read.
    pub inventory: Inventory,
    /// Everything wrong with the text, in the order of the files.
    pub problems: Vec<Problem>,
    pub(super) files: Vec<ReadFile>,
    pub(super) sites: HashMap<RecordId, Site>,
    /// Files that are no part of the inventory, read for their lines.
    beside: usize,
    pub(super) baseline: Option<BaselineFile>,
    texts: Mutex<HashMap<u32, Arc<Text>>>,
    /// Bytes parsed again to find places.
    parsed: AtomicU64,
}

/// A file that was read, by what is needed to find its records again.
pub(super) struct ReadFile {
    pub source: Source,
    bytes: usize,
    slices: Vec<Slice>,
}

/// A file's text, kept for the places of findings.
struct Text {
    text: String,
    lines: Lines,
    /// What looks like a secret; looked for once a line is to be shown.
    hidden: OnceLock<Vec<Range<usize>>>,
}

/// How much text is kept at a time.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// The largest text that is parsed at a time, in bytes: a parser takes up to eighty times as much memory.
pub(super) const LARGEST_RECORD: usize = 1024 * 1024;
/// The slice of what stands in a comment: none.
const COMMENT: u32 = u32::MAX;
const ONE_PIECE: &str =
    "write each record below a header of its own; no record needs to be that large";

/// Reads inventories. Each path is a file, or a folder of which every `*.toml` is read, in sorted order.
///
/// Nothing fails: what is wrong is told in [`Manifest::problems`], and the other files are read all the same. Glossaries
/// that providers and platforms name as `./file.toml` are read into the inventory's catalogs.
pub fn read(paths: &[PathBuf]) -> Manifest {
    let mut problems = Problems::default();
    let sources = source::list(paths, &mut problems);
    gather(sources, None, problems)
}

/// Reads the files that were listed, and the glossaries that they name: from the tree, where there is one.
pub(super) fn gather(
    sources: Vec<Source>,
    tree: Option<&mut dyn Tree>,
    mut problems: Problems,
) -> Manifest {
    let mut manifest = Manifest::default();
    let mut budget = Budget::new();
    let mut without_records = Vec::new();
    for source in sources {
        problems.next_file();
        match source::text(&source, &mut budget) {
            Err(problem) => problems.add(|| *problem),
            // A file without records may be a glossary; that is known once all records are.
            Ok(text) => {
                if let Some(unread) = manifest.absorb(source, &text, true, &mut problems) {
                    without_records.push(unread);
                }
            }
        }
    }
    let glossaries = glossary::read(&mut manifest, tree, &mut budget, &mut problems);
    for source in without_records {
        problems.next_file();
        if !glossaries.contains(&source.identity())
            && let Ok(text) = source::text(&source, &mut Budget::new())
        {
            glossary::unnamed(&mut manifest, source, &text, &mut problems);
        }
    }
    manifest.problems = problems.finish();
    manifest
}

impl Manifest {
    /// Where a field of a record stands: the nearest field above it that does, else the record's header.
    ///
    /// The header, too, once very much was parsed again for places, and in files that are no tables of records one after the other and longer than 256 KiB. None for
    /// records that no file declares, and where a file has changed since it was read.
    pub fn place(&self, id: &RecordId, field: &FieldPath) -> Option<Place> {
        let site = *self.sites.get(id)?;
        let kept = self.text(site.file)?;
        self.place_in(&kept.text, &kept.lines, site, id, field)
    }

    /// The text of a file, by the name that places give it.
    pub fn source(&self, file: &str) -> Option<String> {
        let at = self
            .files
            .iter()
            .position(|read| read.source.shown == file)?;
        Some(self.text(at as u32)?.text.clone())
    }

    /// As much of the line where a place begins as shows it: the text, the place in it, and the column it begins at.
    /// What looks like a secret is written as stars.
    pub fn line(&self, place: &Place) -> Option<(String, Range<usize>, usize)> {
        let file = |read: &ReadFile| read.source.shown == place.file;
        let kept = self.text(self.files.iter().position(file)? as u32)?;
        let (line, span, column) = kept.lines.line(&kept.text, place)?;
        let hidden = kept.hidden.get_or_init(|| hidden::hidden(&kept.text));
        let from = place.span.start.saturating_sub(span.start);
        Some((hidden::hide(&line, from, hidden), span, column))
    }

    /// How many files were read.
    pub fn files(&self) -> usize {
        self.files.len() - self.beside
    }

    /// Adds a file that is no part of the inventory, for its lines.
    pub(super) fn accompany(&mut self, source: Source, bytes: usize) {
        self.begin(source, bytes, Vec::new());
        self.beside += 1;
    }

    /// The files that were read, in order, by the names that places give them.
    pub fn file_names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|read| read.source.shown.as_str())
    }

    /// Whether a file declares the record, even if it could not be read: a reference to it does not lead nowhere.
    pub fn declares(&self, id: &RecordId) -> bool {
        self.sites.contains_key(id)
    }

    fn text(&self, file: u32) -> Option<Arc<Text>> {
        // What a panicking thread left behind is still text of these files.
        let mut kept = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = kept.get(&file) {
            return Some(Arc::clone(text));
        }
        let read = self.files.get(file as usize)?;
        let text = source::text(&read.source, &mut Budget::new()).ok()?;
        if text.len() != read.bytes {
            return None;
        }
        if kept.values().map(|text| text.text.len()).sum::<usize>() > KEPT_BYTES {
            kept.clear();
        }
        let lines = Lines::of(&text);
        let text = Arc::new(Text {
            text,
            lines,
            hidden: OnceLock::new(),
        });
        kept.insert(file, Arc::clone(&text));
        Some(text)
    }

    fn place_in(
        &self,
        text: &str,
        lines: &Lines,
        site: Site,
        id: &RecordId,
        field: &FieldPath,
    ) -> Option<Place> {
        let file = self.files.get(site.file as usize)?;
        let span = match file.slices.get(site.slice as usize) {
            Some(slice) => locate(text, slice, site, id, field, &self.parsed)?,
            None if id.kind == Kind::Waiver => commented(text, site, field),
            None => site.head(),
        };
        Some(lines.place(&file.source.shown, text, span))
    }

    /// Adds a file's records; gives the file back unread where it has none and `keep_back` says so.
    pub(super) fn absorb(
        &mut self,
        source: Source,
        text: &str,
        keep_back: bool,
        problems: &mut Problems,
    ) -> Option<Source> {
        let mut tell = Teller {
            text,
            file: source.shown.clone(),
            lines: None,
            problems,
        };
        let cut = match slice::cut(text) {
            Ok(cut) => cut,
            Err(too_deep) => {
                let fault = Fault::new(too_deep.0, slice::too_deep_message());
                tell.fault(fault.hint("no inventory needs that"));
                return None;
            }
        };
        if keep_back && !cut.declares {
            return Some(source);
        }
        let file = self.begin(source, text.len(), Vec::new());
        for (first, again) in cut.repeated {
            tell.repeated(text, first, again);
        }
        hidden::parked(&cut.tokens, &mut tell);
        let mut comments = Comments::of(&cut.tokens, &mut tell);
        let told = tell.problems.told();
        let mut reading = Reading::default();
        for (at, slice) in cut.slices.iter().enumerate() {
            let Some(body) = slice.text(text) else {
                continue;
            };
            if body.len() > LARGEST_RECORD {
                let start = slice.in_file(0..1).start;
                tell.fault(
                    Fault::new(start..start, "it is larger than 1 MiB in one piece")
                        .hint(ONE_PIECE),
                );
                continue;
            }
            let (root, faults) = syntax::parse_slice(&cut.tokens, slice, &body);
            // A file with so many problems is read no further, but for the names in it.
            let full = tell.problems.is_full();
            reading.names_only = full || !faults.is_empty();
            if full {
                tell.problems.leave_out();
            }
            reading.faults.extend(faults);
            reading.read(&body, &root);
            reading.faults.sort_by_key(|fault| fault.span.start);
            for mut fault in reading.faults.drain(..) {
                fault.span = slice.in_file(fault.span);
                tell.fault(fault);
            }
            for mut declared in reading.declared.drain(..) {
                declared.span = slice.in_file(declared.span);
                let head = slice.in_file(declared.head..declared.head + 1).start;
                let waivers = comments.waive(&declared, head);
                self.declare(declared, file, at as u32, &mut tell);
                for waiver in waivers {
                    self.declare(waiver, file, COMMENT, &mut tell);
                }
            }
        }
        let is_sound = tell.problems.told() == told;
        comments.finish(is_sound, &mut tell);
        if let Some(read) = self.files.get_mut(file as usize) {
            read.slices = cut.slices;
        }
        None
    }

    /// Adds a file; its number.
    pub(super) fn begin(&mut self, source: Source, bytes: usize, slices: Vec<Slice>) -> u32 {
        self.files.push(ReadFile {
            source,
            bytes,
            slices,
        });
        self.files.len() as u32 - 1
    }

    fn declare(&mut self, declared: Declared, file: u32, slice: u32, tell: &mut Teller<'_>) {
        let site = Site {
            file,
            slice,
            element: declared.element,
            item: declared.item,
            head: (declared.span.start as u32, declared.span.end as u32),
        };
        let taken = match self.sites.entry(declared.id) {
            Entry::Vacant(free) => {
                free.insert(site);
                None
            }
            Entry::Occupied(taken) => Some((taken.key().clone(), *taken.get())),
        };
        if let Some((id, first)) = taken {
            if tell.problems.is_full() {
                return tell.problems.leave_out();
            }
            let first = if first.file == file {
                Some(tell.place(first.head()))
            } else {
                self.place(&id, &FieldPath::record())
            };
            return tell.declared_twice(&id.to_string(), first, declared.span);
        }
        if let Some(record) = declared.record {
            self.inventory.put(record);
        }
    }
}

/// The place of a field of a waiver that stands in a comment; the comment, where it does not say it.
fn commented(text: &str, site: Site, field: &FieldPath) -> Range<usize> {
    let head = site.head();
    let comment = text.get(head.clone()).unwrap_or_default();
    match directive::place(comment, field) {
        Some(span) => head.start + span.start..head.start + span.end,
        None => head,
    }
}

/// Tells the problems of one file.
pub(super) struct Teller<'a> {
    pub text: &'a str,
    pub file: String,
    pub lines: Option<Lines>,
    pub problems: &'a mut Problems,
}

impl Teller<'_> {
    fn place(&mut self, span: Range<usize>) -> Place {
        let lines = self.lines.get_or_insert_with(|| Lines::of(self.text));
        lines.place(&self.file, self.text, span)
    }

    pub fn fault(&mut self, fault: Fault) {
        if self.problems.is_full() {
            return self.problems.leave_out();
        }
        let place = self.place(fault.span);
        self.problems.add(|| Problem {
            place: Some(place),
            message: cleaned(&fault.message),
            hint: fault.hint,
            also: Vec::new(),
        });
    }

    fn repeated(&mut self, text: &str, first: Range<usize>, again: Range<usize>) {
        if self.problems.is_full() {
            return self.problems.leave_out();
        }
        let header = text.get(first.clone()).unwrap_or_default();
        let name = header.trim_matches(['[', ']', ' ', '\t']);
        let first = self.place(first);
        self.declared_twice(&crate::manifest::problem::shown(name), Some(first), again);
    }

    fn declared_twice(&mut self, name: &str, first: Option<Place>, again: Range<usize>) {
        let place = self.place(again);
        self.problems.add(|| Problem {
            place: Some(place),
            message: format!("`{name}` is declared twice"),
            hint: Some("keep one of the two, or give this one another name".to_owned()),
            also: first
                .into_iter()
                .map(|place| (place, "declared here first".to_owned()))
                .collect(),
        });
    }
}
