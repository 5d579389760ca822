//! How often the search for secrets is wrong about ordinary TOML: over the examples, and over any corpus that is named.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a person names the corpus, and reads the measurement"
)]

use std::path::{Path, PathBuf};

use keyroll::manifest;
use keyroll::model::text::shape::{self, Shape};

/// What was looked at, and what was found.
#[derive(Default)]
struct Count {
    files: usize,
    values: usize,
    /// Where, in what, and the kind.
    hits: Vec<(PathBuf, String, String, Shape)>,
}

impl Count {
    fn file(&mut self, path: &Path) {
        let Ok(text) = std::fs::read_to_string(path) else {
            return;
        };
        let Ok(table) = text.parse::<toml::Table>() else {
            return;
        };
        self.files += 1;
        self.value(path, "", &toml::Value::Table(table));
    }

    fn value(&mut self, path: &Path, key: &str, value: &toml::Value) {
        match value {
            toml::Value::String(text) => self.text(path, key, text),
            toml::Value::Array(items) => items.iter().for_each(|item| self.value(path, key, item)),
            toml::Value::Table(table) => table.iter().for_each(|(key, value)| {
                self.text(path, "", key);
                self.value(path, key, value);
            }),
            toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_) => {}
        }
    }

    fn text(&mut self, path: &Path, key: &str, text: &str) {
        self.values += 1;
        if let Some(shape) = shape::looks_secret_as(key, text) {
            self.hits
                .push((path.to_owned(), key.to_owned(), text.to_owned(), shape));
        }
    }
}

fn below(folder: &Path, count: &mut Count) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            below(&path, count);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            count.file(&path);
        }
    }
}

#[test]
fn nothing_in_the_examples_and_the_glossaries_looks_like_a_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = Count::default();
    below(&root.join("examples"), &mut count);
    below(&root.join("src/catalog/data"), &mut count);
    assert!(count.files > 15, "{} files", count.files);
    assert!(count.hits.is_empty(), "{:#?}", count.hits);
    let manifest = manifest::read(&[root.join("examples/femo")]);
    assert!(manifest.problems.is_empty());
}

/// `KEYROLL_CORPUS=FOLDER:FOLDER cargo test --test precision -- --ignored --nocapture`
#[test]
#[ignore = "measures a corpus that is named by KEYROLL_CORPUS"]
fn measured_over_a_corpus() {
    let corpus = std::env::var_os("KEYROLL_CORPUS").expect("KEYROLL_CORPUS names folders");
    let mut count = Count::default();
    for folder in std::env::split_paths(&corpus) {
        below(&folder, &mut count);
    }
    for (path, key, text, shape) in &count.hits {
        println!("{shape}\t{key}\t{text:?}\t{}", path.display());
    }
    println!(
        "{} files, {} values, {} hits",
        count.files,
        count.values,
        count.hits.len()
    );
}
