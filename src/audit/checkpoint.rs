//! What commits to a whole trail in three lines (c2sp.org/tlog-checkpoint): whose it is, how many events, the tree's root.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::event::Digest;

/// The state of a trail. Signed, it is a note whose text this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which trail: [`origin`] for one of ours.
    pub origin: String,
    /// How many events it has.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Digest,
}

/// The origin of the trail of a store: the name of its key too, unless that was given another.
pub fn origin(store: &str) -> String {
    format!("keyroll/{store}")
}

/// The store that an origin names, where it is one of ours.
pub fn store_of(origin: &str) -> Option<&str> {
    origin.strip_prefix("keyroll/")
}

/// Why a text is no checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no checkpoint: {0}")]
pub struct BadCheckpoint(&'static str);

impl fmt::Display for Checkpoint {
    /// Its three lines, each with its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = STANDARD.encode(self.root);
        write!(f, "{}\n{}\n{root}\n", self.origin, self.size)
    }
}

impl FromStr for Checkpoint {
    type Err = BadCheckpoint;

    /// Reads the text of a checkpoint. Lines behind the third are somebody else's, and passed over.
    fn from_str(text: &str) -> Result<Checkpoint, BadCheckpoint> {
        let body = text
            .strip_suffix('\n')
            .ok_or(BadCheckpoint("its last line does not end"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(BadCheckpoint("it has fewer than three lines"));
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(BadCheckpoint("a line of it is empty"));
        }
        let number = decimal(size).ok_or(BadCheckpoint("its second line is no number"))?;
        let root = digest(root).ok_or(BadCheckpoint("its third line is no SHA-256 hash"))?;
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size: number,
            root,
        })
    }
}

/// A number written in one way alone: digits, and no zero before others.
pub fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A hash in base64.
pub fn digest(text: &str) -> Option<Digest> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn a_checkpoint_is_read_as_it_is_written() {
        let checkpoint: Checkpoint = TEXT.parse().unwrap();
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.to_string(), TEXT);
        let extended: Checkpoint = format!("{TEXT}more\n").parse().unwrap();
        assert_eq!(extended, checkpoint);
        assert_eq!(store_of(&origin("a-b")), Some("a-b"));
        assert_eq!(store_of(&checkpoint.origin), None);
    }

    #[test]
    fn what_is_written_otherwise_is_none() {
        for (text, why) in [
            (TEXT.trim_end().to_owned(), "does not end"),
            ("a\n1\n".to_owned(), "three lines"),
            (TEXT.replace("example.com/behind-the-sofa", ""), "empty"),
            (format!("{TEXT}\n"), "empty"),
            (TEXT.replace("20852163", "020852163"), "number"),
            (TEXT.replace("20852163", "+1"), "number"),
            (TEXT.replace("q2I=", "q2I"), "SHA-256"),
            (TEXT.replace("CsUY", ""), "SHA-256"),
        ] {
            let error = text.parse::<Checkpoint>().unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
