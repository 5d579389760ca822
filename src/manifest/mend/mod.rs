//! What `--fix` does to the files of an inventory: other spellings of keys, names, entitlements and dates as they are read,
//! and lists in order. It changes no meaning, invents no value, and writes no file: it gives back texts.

mod edit;
mod lists;
mod proof;
mod shape;
mod values;
mod walk;
mod walked;

use std::path::PathBuf;

use crate::catalog;
use crate::manifest::mend::edit::{Done, Edit, apply};
use crate::manifest::mend::lists::Element;
use crate::manifest::mend::proof::Allowed;
use crate::manifest::mend::values::{Known, is_set, is_wanted};
use crate::manifest::mend::walk::walk;
use crate::manifest::mend::walked::{Value, Walked, What};
use crate::manifest::place::Lines;
use crate::manifest::problem::{Problem, Problems, shown};
use crate::manifest::reading::{LARGEST_RECORD, Manifest};
use crate::manifest::source::{self, Budget, Source};
use crate::manifest::{glossary, hidden, slice, syntax};
use crate::model::date::Date;

/// How often the texts are looked at: what was mended may show what else there is.
const MOST_TURNS: usize = 8;

/// What would be done to the files of an inventory.
#[derive(Debug, Default)]
pub struct Mended {
    /// The files that change.
    pub files: Vec<MendedFile>,
    /// What is left as it is, and why: a path that nothing can be read from, a file that is no TOML.
    pub left: Vec<Problem>,
}

/// A file that changes.
#[derive(Debug)]
pub struct MendedFile {
    pub path: PathBuf,
    /// As it was given.
    pub shown: String,
    pub before: String,
    pub after: String,
    /// What was done: at which line of the new text, and in words.
    pub done: Vec<(usize, String)>,
}

impl MendedFile {
    /// The old and the new text with what looks like a secret written as stars, to be shown.
    pub fn masked(&self) -> (String, String) {
        let masked = |text: &str| hidden::hide(text, 0, &hidden::hidden(text));
        (masked(&self.before), masked(&self.after))
    }
}

/// That the mended files would not say what the old ones said: then none of it is to be used.
#[derive(Debug, thiserror::Error)]
#[error("the files would not say the same once they are mended")]
pub struct Unproven;

/// Mends the files that `paths` name, as [`read`](crate::manifest::read) reads them.
///
/// # Errors
/// When the new texts do not say what the old ones said; that is a fault of ours.
pub fn mend(paths: &[PathBuf]) -> Result<Mended, Unproven> {
    let (mut texts, left) = texts(paths);
    let before = read(&texts);
    let mut allowed = Allowed::default();
    for _ in 0..MOST_TURNS {
        let manifest = read(&texts);
        if !turn(&manifest, &mut texts, &mut allowed) {
            break;
        }
    }
    let is_same =
        |text: &Text| text.before == text.text || allowed.same_text(&text.before, &text.text);
    if !texts.iter().all(is_same) || !allowed.same_records(&before, &read(&texts)) {
        return Err(Unproven);
    }
    let changed = texts.into_iter().filter(|text| text.before != text.text);
    Ok(Mended {
        files: changed.map(Text::mended).collect(),
        left,
    })
}

/// A file while it is mended.
struct Text {
    source: Source,
    before: String,
    text: String,
    done: Vec<Done>,
}

impl Text {
    fn mended(mut self) -> MendedFile {
        self.done.sort_by_key(|done| done.at);
        let lines = Lines::of(&self.text);
        let done = self.done.into_iter().map(|done| {
            let place = lines.place("", &self.text, done.at..done.at);
            (place.line, done.what)
        });
        MendedFile {
            done: done.collect(),
            path: self.source.path,
            shown: self.source.shown,
            before: self.before,
            after: self.text,
        }
    }
}

/// The texts that can be mended, and why others cannot. Glossaries are neither.
fn texts(paths: &[PathBuf]) -> (Vec<Text>, Vec<Problem>) {
    let mut texts = Vec::new();
    let mut budget = Budget::new();
    let mut left = Problems::default();
    for source in source::list(paths, &mut left) {
        left.next_file();
        match source::text(&source, &mut budget) {
            Ok(text) if is_toml(&text) => {
                if catalog::parse(&text).is_err() {
                    texts.push(Text {
                        source,
                        before: text.clone(),
                        text,
                        done: Vec::new(),
                    });
                }
            }
            Ok(_) => left.add(|| {
                let name = source::shown_path(&source.path);
                Problem::of(
                    format!("{name}: it is no TOML that can be read"),
                    "`keyroll validate` shows where",
                )
            }),
            Err(problem) => left.add(|| *problem),
        }
    }
    (texts, left.finish())
}

fn is_toml(text: &str) -> bool {
    let Ok(cut) = slice::cut(text) else {
        return false;
    };
    let sound = |slice: &slice::Slice| {
        let body = slice.text(text);
        body.is_some_and(|body| {
            body.len() <= LARGEST_RECORD
                && syntax::parse_slice(&cut.tokens, slice, &body).1.is_empty()
        })
    };
    cut.repeated.is_empty() && cut.slices.iter().all(sound)
}

/// The inventory as it stands in the texts; the user's own glossaries as they stand in their files.
fn read(texts: &[Text]) -> Manifest {
    let mut problems = Problems::default();
    let mut manifest = Manifest::default();
    for text in texts {
        problems.next_file();
        manifest.absorb(text.source.clone(), &text.text, false, &mut problems);
    }
    glossary::read(&mut manifest, None, &mut Budget::new(), &mut problems);
    manifest.problems = problems.finish();
    manifest
}

/// Mends all that can be seen; whether there was anything.
fn turn(manifest: &Manifest, texts: &mut [Text], allowed: &mut Allowed) -> bool {
    let walked: Vec<Walked> = texts
        .iter()
        .map(|text| walk(&text.text, is_wanted))
        .collect();
    let known = Known::of(manifest, &walked);
    let mut is_changed = false;
    for (text, walked) in std::iter::zip(texts, &walked) {
        let mut turn = Turn {
            text: &text.text,
            known: &known,
            edits: Vec::new(),
            done: Vec::new(),
            allowed: &mut *allowed,
        };
        turn.keys(walked);
        walked.values.iter().for_each(|value| turn.value(value));
        let Turn {
            edits, mut done, ..
        } = turn;
        text.done.append(&mut done);
        if !edits.is_empty() {
            text.text = apply(&text.text, edits, &mut text.done);
            is_changed = true;
        }
    }
    is_changed
}

/// One look at one file.
struct Turn<'t, 'k> {
    text: &'t str,
    known: &'t Known<'k>,
    edits: Vec<Edit>,
    done: Vec<Done>,
    allowed: &'t mut Allowed,
}

impl Turn<'_, '_> {
    fn edit(&mut self, edit: Edit, what: String) {
        self.done.push(Done {
            at: edit.span.start,
            what,
        });
        self.edits.push(edit);
    }

    fn keys(&mut self, walked: &Walked) {
        for key in &walked.misspelt {
            let (written, meant) = (&key.written, key.meant);
            self.allowed.keys.insert(written.clone(), meant.to_owned());
            let edit = Edit {
                span: key.span.clone(),
                with: meant.to_owned(),
            };
            self.edit(edit, format!("the key `{}` is `{meant}`", shown(written)));
        }
    }

    fn value(&mut self, value: &Value) {
        match &value.what {
            What::Text(text) if value.shape.is_date() => self.date(value, text),
            What::Text(text) => {
                if let Some(meant) = self.known.meant(value, text) {
                    let edit = Edit {
                        span: value.span.clone(),
                        with: format!("\"{meant}\""),
                    };
                    self.respell(edit, text, meant);
                }
            }
            What::List(elements) => self.list(value, elements),
            What::Other => {}
        }
    }

    fn date(&mut self, value: &Value, text: &str) {
        if let Ok(date) = text.parse::<Date>()
            && date.to_string() == text
        {
            let edit = Edit {
                span: value.span.clone(),
                with: text.to_owned(),
            };
            self.edit(edit, format!("`{text}` is a date: without quotes"));
        }
    }

    fn respell(&mut self, edit: Edit, text: &str, meant: String) {
        self.edit(edit, format!("`{}` is `{meant}`", shown(text)));
        self.allowed.text(text, &meant);
    }

    fn list(&mut self, value: &Value, elements: &[(std::ops::Range<usize>, Option<String>)]) {
        let mut all = Vec::with_capacity(elements.len());
        for (span, text) in elements {
            // A list of anything but texts is none of ours.
            let Some(text) = text else { return };
            let meant = self.known.meant(value, text);
            let written = self.text.get(span.clone()).unwrap_or_default();
            all.push(Element {
                raw: meant
                    .as_ref()
                    .map_or(written.to_owned(), |meant| format!("\"{meant}\"")),
                text: meant.unwrap_or_else(|| text.clone()),
                span: span.clone(),
            });
        }
        for (element, (span, text)) in std::iter::zip(&all, elements) {
            let text = text.as_deref().unwrap_or_default();
            if element.text != text {
                let what = format!("`{}` is `{}`", shown(text), element.text);
                self.done.push(Done {
                    at: span.start,
                    what,
                });
                self.allowed.text(text, &element.text);
            }
        }
        let ordered =
            is_set(&value.path).then(|| lists::order(self.text, value.span.clone(), &all));
        match ordered.flatten() {
            Some((edits, dropped)) => {
                self.edits.extend(edits);
                self.ordered(value, dropped);
            }
            None => self.edits.extend(lists::respelt(self.text, &all)),
        }
    }

    fn ordered(&mut self, value: &Value, dropped: usize) {
        let field = value.path.last().map_or("", |key| &**key);
        let record = value.path[..value.path.len().min(2)].join("/");
        let twice = match dropped {
            0 => String::new(),
            1 => ", one that stood twice is taken out".to_owned(),
            more => format!(", {more} that stood twice are taken out"),
        };
        self.allowed.sets.insert(field.to_owned());
        self.done.push(Done {
            at: value.span.start,
            what: format!("`{field}` of `{}` is in order{twice}", shown(&record)),
        });
    }
}
