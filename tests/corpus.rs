//! What the fuzzer has kept, run through what it runs: so the corpus is of use to whoever has no fuzzer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/src/lib.rs"]
mod promises;

/// Every file that was kept of a target, and what it began from.
fn kept(target: &str) -> Vec<PathBuf> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut files = Vec::new();
    for folder in ["seeds", "corpus"] {
        let folder = fuzz.join(folder).join(target);
        // Of a target that has found nothing new, there are only the seeds.
        if folder.ends_with("baseline") && !folder.exists() {
            continue;
        }
        let entries = fs::read_dir(&folder).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    files.sort();
    assert!(!files.is_empty(), "{target} has no corpus");
    files
}

fn holds(target: &str, promise: fn(&[u8])) {
    for file in kept(target) {
        let bytes = fs::read(&file).unwrap();
        // The name of the file, should the promise not hold.
        let name = file.display().to_string();
        let thread = std::thread::Builder::new().name(name);
        thread
            .spawn(move || promise(&bytes))
            .unwrap()
            .join()
            .unwrap();
    }
}

#[test]
fn every_inventory_that_was_kept_is_taken_as_promised() {
    holds("manifest", promises::manifest);
}

#[test]
fn every_configuration_that_was_kept_is_taken_as_promised() {
    holds("config", promises::config);
}

#[test]
fn every_baseline_that_was_kept_is_taken_as_promised() {
    holds("baseline", promises::baseline);
}
