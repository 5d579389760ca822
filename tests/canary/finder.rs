//! Looks for canaries: values that must not stand anywhere, in every form in which a program could have put them there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// How much of a value alone is as bad as the whole of it.
const PIECE: usize = 12;

/// What was found: the canary's name, and its form there.
pub type Found = BTreeSet<(&'static str, &'static str)>;

/// Values to look for, each under a name.
pub struct Finder {
    patterns: Vec<(&'static str, &'static str, Vec<u8>)>,
    /// The patterns by their first two bytes: one look at each place is enough.
    by_start: Vec<Vec<usize>>,
}

impl Finder {
    pub fn new(canaries: &[(&'static str, &[u8])]) -> Finder {
        let mut finder = Finder {
            patterns: Vec::new(),
            by_start: vec![Vec::new(); 1 << 16],
        };
        for (name, value) in canaries {
            assert!(
                value.len() >= 2 * PIECE,
                "`{name}` could stand there by chance"
            );
            for (form, pattern) in forms(value) {
                finder.by_start[start(&pattern)].push(finder.patterns.len());
                finder.patterns.push((name, form, pattern));
            }
        }
        finder
    }

    pub fn find(&self, place: &[u8]) -> Found {
        let mut found = Found::new();
        for at in 0..place.len().saturating_sub(1) {
            for number in &self.by_start[start(&place[at..])] {
                let (name, form, pattern) = &self.patterns[*number];
                if place[at..].starts_with(pattern) {
                    found.insert((name, form));
                }
            }
        }
        found
    }

    /// In the names and the content of everything below a folder; what is found, with the path.
    pub fn find_below(&self, folder: &Path) -> Vec<(String, Found)> {
        let mut out = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let mut found = self.find(path.as_os_str().as_encoded_bytes());
            if meta.is_dir() {
                out.extend(self.find_below(&path));
            } else if meta.is_file() {
                found.extend(self.find(&fs::read(&path).unwrap()));
            }
            if !found.is_empty() {
                out.push((path.to_str().unwrap().to_owned(), found));
            }
        }
        out
    }
}

fn start(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// A value as it is, as a piece of it, and as programs write it down.
pub fn forms(value: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let each = |write: &dyn Fn(u8) -> String| -> Vec<u8> {
        value.iter().flat_map(|b| write(*b).into_bytes()).collect()
    };
    let mut out = vec![
        ("its beginning", value[..PIECE].to_vec()),
        ("its end", value[value.len() - PIECE..].to_vec()),
        ("hex", each(&|b| format!("{b:02x}"))),
        ("HEX", each(&|b| format!("{b:02X}"))),
        ("percent", each(&|b| format!("%{b:02x}"))),
        ("PERCENT", each(&|b| format!("%{b:02X}"))),
        ("backslash x", each(&|b| format!("\\x{b:02x}"))),
        ("decimal", each(&|b| format!("{b}, "))),
        ("UTF-16LE", value.iter().flat_map(|b| [*b, 0]).collect()),
        ("UTF-16BE", value.iter().flat_map(|b| [0, *b]).collect()),
        ("upper case", value.to_ascii_uppercase()),
        ("lower case", value.to_ascii_lowercase()),
    ];
    // Wherever in a longer text it begins.
    for shift in 0..3 {
        let longer = [&vec![0; shift], value].concat();
        let inner = (8 * shift).div_ceil(6)..8 * longer.len() / 6;
        for (form, engine) in [("base64", &STANDARD), ("base64url", &URL_SAFE)] {
            out.push((
                form,
                engine.encode(&longer).as_bytes()[inner.clone()].to_vec(),
            ));
        }
    }
    out
}
