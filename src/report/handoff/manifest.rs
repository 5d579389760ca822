//! What a pack consists of, as a text that can be signed: the digest of each file, the store, how far its trail had come.
//!
//! The lines of files are those that `sha256sum --check` reads, so that somebody without keyroll can look, too.

use crate::model::date::{Date, Timestamp};
use crate::report::escape;
use crate::report::handoff::Tip;

/// The first line: what it is, and the version of its form.
const OPENING: &str = "keyroll handoff pack 1";

/// The longest that is read, and the most files.
const LONGEST: usize = 64 * 1024;
const MOST: usize = 100;

/// The digits of a SHA-256.
const DIGEST: usize = 64;

/// What a pack consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub store: String,
    pub as_of: Date,
    pub made: Timestamp,
    pub trail: Tip,
    pub files: Vec<Listed>,
}

/// One file of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// A plain name: it lies beside the manifest.
    pub name: String,
    /// SHA-256 in hexadecimal digits.
    pub digest: String,
}

/// Why a text is no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadManifest {
    #[error("it does not begin with `{OPENING}`")]
    Opening,
    #[error("it is of another form, `{0}`")]
    Version(String),
    #[error("line {0} is none of a manifest")]
    Line(usize),
    #[error("it has no line `{0}`")]
    Lacks(&'static str),
    #[error("it lists no file")]
    Empty,
    #[error("it is too large")]
    Large,
}

impl Manifest {
    /// The text, which ends in a line feed and has no empty line.
    pub fn text(&self) -> String {
        let mut out = format!(
            "{OPENING}\nstore {}\nas-of {}\nmade {}\ntrail {} {}\n",
            self.store, self.as_of, self.made, self.trail.events, self.trail.root
        );
        for file in &self.files {
            out.push_str(&format!("{}  {}\n", file.digest, file.name));
        }
        out
    }

    /// Reads a text, which may be anybody's.
    ///
    /// # Errors
    /// When it is no manifest, or one of another version.
    pub fn read(text: &str) -> Result<Manifest, BadManifest> {
        if text.len() > LONGEST {
            return Err(BadManifest::Large);
        }
        let mut lines = text.lines().enumerate();
        let first = lines.next().map_or("", |(_, line)| line);
        if first != OPENING {
            return Err(match first.strip_prefix("keyroll handoff pack ") {
                Some(version) => BadManifest::Version(clean(version)),
                None => BadManifest::Opening,
            });
        }
        let mut read = Read::default();
        for (at, line) in lines {
            read.line(line).ok_or(BadManifest::Line(at + 1))?;
        }
        read.whole()
    }
}

/// What was read so far.
#[derive(Default)]
struct Read {
    store: Option<String>,
    as_of: Option<Date>,
    made: Option<Timestamp>,
    trail: Option<Tip>,
    files: Vec<Listed>,
}

impl Read {
    /// Takes one line; none where it is not one of a manifest, or stands there twice.
    fn line(&mut self, line: &str) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "store" if self.store.is_none() => self.store = Some(plain(rest)?),
            "as-of" if self.as_of.is_none() => self.as_of = Some(rest.parse().ok()?),
            "made" if self.made.is_none() => self.made = Some(rest.parse().ok()?),
            "trail" if self.trail.is_none() => {
                let (events, root) = rest.split_once(' ')?;
                let is_root = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
                let root = Some(root).filter(|root| root.len() <= 100 && root.bytes().all(is_root));
                self.trail = Some(Tip {
                    events: events.parse().ok()?,
                    root: root?.to_owned(),
                });
            }
            digest if digest.len() == DIGEST => {
                let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                let name = plain(rest.strip_prefix(' ')?)?;
                let is_new = self.files.iter().all(|file| file.name != name);
                if !digest.bytes().all(is_hex) || !is_new || self.files.len() == MOST {
                    return None;
                }
                self.files.push(Listed {
                    name,
                    digest: digest.to_owned(),
                });
            }
            _ => return None,
        }
        Some(())
    }

    fn whole(self) -> Result<Manifest, BadManifest> {
        if self.files.is_empty() {
            return Err(BadManifest::Empty);
        }
        Ok(Manifest {
            store: self.store.ok_or(BadManifest::Lacks("store"))?,
            as_of: self.as_of.ok_or(BadManifest::Lacks("as-of"))?,
            made: self.made.ok_or(BadManifest::Lacks("made"))?,
            trail: self.trail.ok_or(BadManifest::Lacks("trail"))?,
            files: self.files,
        })
    }
}

/// A name without a folder in it: nothing of it leads elsewhere.
fn plain(name: &str) -> Option<String> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let is_good = !name.is_empty()
        && name.len() <= 100
        && !name.starts_with('.')
        && name.bytes().all(is_plain);
    is_good.then(|| name.to_owned())
}

fn clean(text: &str) -> String {
    escape::cut(&escape::terminal(text), 40)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Manifest {
        Manifest {
            store: "0198-a".to_owned(),
            as_of: "2026-11-22".parse().unwrap(),
            made: "2026-11-22T10:00:00Z".parse().unwrap(),
            trail: Tip {
                events: 12,
                root: "q+/A=".to_owned(),
            },
            files: vec![Listed {
                name: "handoff.html".to_owned(),
                digest: "0a".repeat(32),
            }],
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = sample().text();
        assert_eq!(Manifest::read(&text), Ok(sample()));
        assert!(text.ends_with("0a  handoff.html\n") && !text.contains("\n\n"));
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        for name in [
            "../passwd",
            "/etc/passwd",
            "a/b",
            ".hidden",
            "",
            "a\u{1b}b",
            "-r f",
        ] {
            let text = sample().text().replace("handoff.html", name);
            assert_eq!(Manifest::read(&text), Err(BadManifest::Line(6)), "{name:?}");
        }
    }

    #[test]
    fn what_is_no_manifest_says_why() {
        let text = sample().text();
        let without = |line: &str| {
            let kept = text.lines().filter(|one| !one.starts_with(line));
            kept.map(|line| format!("{line}\n")).collect::<String>()
        };
        let cases = [
            (String::new(), BadManifest::Opening),
            (
                text.replacen("pack 1", "pack 2", 1),
                BadManifest::Version("2".to_owned()),
            ),
            (without("made"), BadManifest::Lacks("made")),
            (without("0a"), BadManifest::Empty),
            (text.clone() + "store again\n", BadManifest::Line(7)),
            (
                text.clone() + &text[text.len() - 79..],
                BadManifest::Line(7),
            ),
            (text.clone() + &" ".repeat(LONGEST), BadManifest::Large),
        ];
        for (text, expected) in cases {
            assert_eq!(Manifest::read(&text), Err(expected), "{text:.200}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(keyroll handoff pack 1\n)?(\\PC|\n){0,300}") {
            let _ = Manifest::read(&text);
        }
    }
}
