//! Signed notes (c2sp.org/signed-note): a text, a blank line, a line for each signature. Ed25519 alone. Reads, writes and
//! checks them; signs none: a private key is not for this room.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature as Raw, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// What stands for Ed25519 before a key's bytes.
pub const ED25519: u8 = 1;

/// The longest note that is read, in bytes.
pub const LONGEST: usize = 64 * 1024;

/// The most signatures that are looked at.
const MOST: usize = 32;

/// The longest name of a key, in bytes.
const LONGEST_NAME: usize = 255;

/// Why a note, or a key for notes, is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    #[error("it is no signed note: {0}")]
    Form(&'static str),
    /// Whoever signed it, nobody vouches for them.
    #[error("no key that is known signed it, but {}", known_by(.by))]
    Unknown { by: Vec<Signer> },
    #[error("the signature of `{0}` is not of this text: one of them was changed")]
    Signature(Signer),
    #[error("`{0}` is no name of a key: 1 to 255 bytes without blanks and `+`")]
    Name(String),
    #[error("it is no public key for notes: {0}")]
    Key(&'static str),
}

/// Who signed, as the signature's line says: the name of a key, and the number that tells it from others of that name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signer {
    pub name: String,
    pub id: u32,
}

impl std::fmt::Display for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{:08x}", self.name, self.id)
    }
}

fn known_by(signers: &[Signer]) -> String {
    let names: Vec<String> = signers.iter().map(|by| format!("`{by}`")).collect();
    names.join(", ")
}

/// The name of a key: `keyroll/0199...`, or one of a person's choice.
///
/// # Errors
/// When it is empty or too long, or has blanks or a `+` in it.
pub fn check_name(name: &str) -> Result<(), BadNote> {
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    match !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(is_bad) {
        true => Ok(()),
        false => Err(BadNote::Name(name.chars().take(80).collect())),
    }
}

/// The public half of a key, as it is handed on: `name+hash+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    signer: Signer,
    key: VerifyingKey,
}

impl Verifier {
    /// A key under a name.
    ///
    /// # Errors
    /// When the name is none, or the bytes are no point of the curve that a key can be.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<Verifier, BadNote> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(public)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(BadNote::Key("its bytes are no Ed25519 key"))?;
        let signer = Signer {
            name: name.to_owned(),
            id: key_id(name, public),
        };
        Ok(Verifier { signer, key })
    }

    /// Its name and number.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }
}

impl std::str::FromStr for Verifier {
    type Err = BadNote;

    fn from_str(text: &str) -> Result<Verifier, BadNote> {
        // The base64 of it may hold a `+` of its own.
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(BadNote::Key("it is not written NAME+HASH+KEY"));
        };
        let public = key_bytes(key).ok_or(BadNote::Key("it is not of Ed25519"))?;
        let verifier = Verifier::new(name, &public)?;
        match parse_id(id) == Some(verifier.signer.id) {
            true => Ok(verifier),
            false => Err(BadNote::Key("its hash is not that of its name and key")),
        }
    }
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}", self.signer, STANDARD.encode(bytes))
    }
}

/// The number of a key: the first four bytes of a digest of its name and public key.
pub fn key_id(name: &str, public: &[u8; 32]) -> u32 {
    let mut sha = Sha256::new();
    sha.update(name.as_bytes());
    sha.update([b'\n', ED25519]);
    sha.update(public);
    let digest: [u8; 32] = sha.finalize().into();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// The number of a key as text: eight hexadecimal digits.
pub fn parse_id(text: &str) -> Option<u32> {
    let is_hex = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(text, 16).ok().filter(|_| is_hex)
}

/// The 32 bytes of a key, behind the byte for Ed25519.
fn key_bytes(text: &str) -> Option<[u8; 32]> {
    let bytes = STANDARD.decode(text).ok()?;
    let (first, rest) = bytes.split_first()?;
    rest.try_into().ok().filter(|_| *first == ED25519)
}

/// One signature of a note, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub by: Signer,
    bytes: Vec<u8>,
}

impl Signature {
    /// Of bytes that a key gave.
    pub fn new(by: Signer, bytes: Vec<u8>) -> Signature {
        Signature { by, bytes }
    }
}

/// A note that was read; nobody has vouched for its text yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A note that at least one known key signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What was signed; its last line ends as the others do.
    pub text: String,
    /// The known keys that signed it.
    pub by: Vec<Signer>,
}

impl Note {
    /// A note of a text and signatures of it.
    ///
    /// # Errors
    /// When the text does not end with a line, or holds what a note cannot.
    pub fn new(text: &str, signatures: Vec<Signature>) -> Result<Note, BadNote> {
        check_text(text)?;
        Ok(Note {
            text: text.to_owned(),
            signatures,
        })
    }

    /// Reads a note; its signatures stay unchecked.
    ///
    /// # Errors
    /// When it is none, or a longer one than is looked at.
    pub fn parse(bytes: &[u8]) -> Result<Note, BadNote> {
        if bytes.len() > LONGEST {
            return Err(BadNote::Form("it is too large"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| BadNote::Form("it is not UTF-8"))?;
        let at = whole
            .rfind("\n\n")
            .ok_or(BadNote::Form("no blank line stands before a signature"))?;
        let (text, lines) = (&whole[..=at], &whole[at + 2..]);
        check_text(text)?;
        if lines.is_empty() || !lines.ends_with('\n') {
            return Err(BadNote::Form("its last line does not end"));
        }
        let signatures = lines.lines().map(signature);
        let signatures: Vec<Signature> = signatures
            .collect::<Option<_>>()
            .ok_or(BadNote::Form("a line below the blank one is no signature"))?;
        match signatures.len() <= MOST {
            true => Note::new(text, signatures),
            false => Err(BadNote::Form("it has too many signatures")),
        }
    }

    /// The text, which nobody has vouched for.
    pub fn unchecked(&self) -> &str {
        &self.text
    }

    /// Who says to have signed it, unchecked.
    pub fn signers(&self) -> impl Iterator<Item = &Signer> {
        self.signatures.iter().map(|signature| &signature.by)
    }

    /// Checks the signatures of known keys.
    ///
    /// # Errors
    /// When one of them is not of this text, or no known key signed it.
    pub fn open(&self, known: &[Verifier]) -> Result<Opened, BadNote> {
        let (mut by, mut others) = (Vec::new(), Vec::new());
        for signature in &self.signatures {
            let signer = &signature.by;
            // Two keys of the same name and number: one of them must have signed.
            let mut keys = known.iter().filter(|key| key.signer == *signer).peekable();
            if keys.peek().is_none() {
                others.push(signer.clone());
            } else if keys.any(|key| is_of(key, &signature.bytes, &self.text)) {
                by.push(signer.clone());
            } else {
                return Err(BadNote::Signature(signer.clone()));
            }
        }
        by.sort();
        by.dedup();
        match by.is_empty() {
            true => Err(BadNote::Unknown { by: others }),
            false => Ok(Opened {
                text: self.text.clone(),
                by,
            }),
        }
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let mut bytes = signature.by.id.to_be_bytes().to_vec();
            bytes.extend_from_slice(&signature.bytes);
            let name = &signature.by.name;
            writeln!(f, "\u{2014} {name} {}", STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

fn is_of(key: &Verifier, signature: &[u8], text: &str) -> bool {
    let signature = Raw::from_slice(signature);
    signature.is_ok_and(|signature| key.key.verify_strict(text.as_bytes(), &signature).is_ok())
}

fn check_text(text: &str) -> Result<(), BadNote> {
    if !text.ends_with('\n') {
        return Err(BadNote::Form("its text does not end with a line"));
    }
    let is_bad = |c: char| c < ' ' && c != '\n';
    match text.contains(is_bad) {
        true => Err(BadNote::Form("it has control characters")),
        false => Ok(()),
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, base64) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    check_name(name).ok()?;
    let bytes = STANDARD.decode(base64).ok()?;
    let (id, rest) = bytes.split_first_chunk::<4>()?;
    let by = Signer {
        name: name.to_owned(),
        id: u32::from_be_bytes(*id),
    };
    (!rest.is_empty()).then(|| Signature::new(by, rest.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the documentation of Go's `golang.org/x/mod/sumdb/note`.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key() -> Verifier {
        KEY.parse().unwrap()
    }

    fn open(bytes: &[u8], known: &[Verifier]) -> Result<Opened, BadNote> {
        Note::parse(bytes)?.open(known)
    }

    #[test]
    fn a_note_of_another_implementation_opens_with_its_key() {
        assert_eq!(key().to_string(), KEY);
        let opened = open(NOTE.as_bytes(), &[key()]).unwrap();
        assert!(opened.text.ends_with("your problem is.\n"));
        assert_eq!(opened.by, [key().signer().clone()]);
        assert_eq!(Note::parse(NOTE.as_bytes()).unwrap().to_string(), NOTE);
    }

    #[test]
    fn a_changed_text_and_an_unknown_key_are_told_apart() {
        let changed = NOTE.replace("don't", "do");
        let error = open(changed.as_bytes(), &[key()]).unwrap_err();
        assert_eq!(error, BadNote::Signature(key().signer().clone()));
        let error = open(NOTE.as_bytes(), &[]).unwrap_err();
        let by = vec![key().signer().clone()];
        assert_eq!(error, BadNote::Unknown { by });
    }

    #[test]
    fn what_is_no_note_is_refused() {
        for (text, why) in [
            ("", "no blank line"),
            ("text\n", "no blank line"),
            ("text\n\n", "does not end"),
            ("text\n\n\u{2014} a", "does not end"),
            ("text\n\n- a AAAAAAAA\n", "no signature"),
            ("text\n\n\u{2014} a AAAAAA==\n", "no signature"),
            ("text\n\n\u{2014} a+b AAAAAAAA\n", "no signature"),
            ("te\u{1b}xt\n\n\u{2014} a AAAAAAAA\n", "control"),
        ] {
            let error = Note::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
        assert!(Note::parse(b"\xff\n\n").is_err());
        assert!(Note::parse(&vec![b'a'; LONGEST + 1]).is_err());
    }

    #[test]
    fn a_key_with_another_name_hash_or_kind_is_none() {
        for (text, why) in [
            (KEY.replace("Peter", "Pieter"), "hash"),
            (KEY.replace("c74f20a3", "c74f20a4"), "hash"),
            (KEY.replace("+ARpc", "+Arpc"), "Ed25519"),
            (KEY.replace("PeterNeumann", ""), "name"),
            ("a+b".to_owned(), "NAME+HASH+KEY"),
        ] {
            let error = text.parse::<Verifier>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
