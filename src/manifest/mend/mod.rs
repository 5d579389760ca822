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

use crate::manifest::mend::edit::{Done, Edit, apply};
use crate::manifest::mend::lists::Element;
use crate::manifest::mend::proof::Allowed;
use crate::manifest::mend::values::{Known, is_set, is_wanted};
use crate::manifest::mend::walk::walk;
use crate::manifest::mend::walked::{Value, Walked, What};
use crate::manifest::place::Lines;
use crate::manifest::problem::{Problem, Problems, shown};
use crate::manifest::reading::{LARGEST_RECORD, Manifest};
use crate::manifest::revision::{self, Tree};
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
    let mut left = Problems::default();
    let sources = source::list(paths, &mut left);
    mended(sources, left, None)
}

/// As [`mend`], of the files of a tree, which is not changed.
///
/// # Errors
/// As those of [`mend`].
pub fn mend_tree(listed: &[PathBuf], tree: &mut dyn Tree) -> Result<Mended, Unproven> {
    let mut held = |path: &PathBuf| {
        let found = tree.find(path);
        revision::held(path, tree, found)
    };
    let sources = listed.iter().map(&mut held).collect();
    mended(sources, Problems::default(), Some(tree))
}

fn mended(
    sources: Vec<Source>,
    mut left: Problems,
    mut tree: Option<&mut dyn Tree>,
) -> Result<Mended, Unproven> {
    let mut texts = texts(sources, &mut left);
    let before = read(&texts, &mut tree);
    let mut allowed = Allowed::default();
    let mut after = None;
    for _ in 0..MOST_TURNS {
        if !turn(after.as_ref().unwrap_or(&before), &mut texts, &mut allowed) {
            break;
        }
        // The one before goes first: two are held at a time.
        after = None;
        after.get_or_insert_with(|| read(&texts, &mut tree));
    }
    let same_roll = after.is_none_or(|after| allowed.same_records(&before, &after));
    drop(before);
    let is_same =
        |text: &Text| text.before == text.text || allowed.same_text(&text.before, &text.text);
    if !same_roll || !texts.iter().all(is_same) {
        return Err(Unproven);
    }
    let changed = texts.into_iter().filter(|text| text.before != text.text);
    Ok(Mended {
        files: changed.map(Text::mended).collect(),
        left: left.finish(),
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

/// The texts that can be mended; why others cannot, is added to `left`. Glossaries are neither.
fn texts(sources: Vec<Source>, left: &mut Problems) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut budget = Budget::new();
    for source in sources {
        left.next_file();
        match source::text(&source, &mut budget) {
            Ok(text) if is_toml(&text) => {
                if !glossary::is_glossary(&text) {
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
    texts
}

fn is_toml(text: &str) -> bool {
    let Ok(cut) = slice::cut(text) else {
        return false;
    };
    let sound = |slice: &slice::Slice| {
        let body = slice.text(text).filter(|body| body.len() <= LARGEST_RECORD);
        body.is_some_and(|body| syntax::parse_slice(&cut.tokens, slice, &body).1.is_empty())
    };
    cut.repeated.is_empty() && cut.slices.iter().all(sound)
}

/// The inventory as it stands in the texts; the user's own glossaries as they stand in their files.
fn read(texts: &[Text], tree: &mut Option<&mut dyn Tree>) -> Manifest {
    let mut problems = Problems::default();
    let mut manifest = Manifest::default();
    for text in texts {
        problems.next_file();
        manifest.absorb(text.source.clone(), &text.text, false, &mut problems);
    }
    let tree: Option<&mut dyn Tree> = match tree {
        Some(tree) => Some(&mut **tree),
        None => None,
    };
    glossary::read(&mut manifest, tree, &mut Budget::new(), &mut problems);
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
