//! The key that signs the head of the audit trail, and what is handed out of a roll. Kept beside the identity, never in
//! the store: whoever can write there must not be able to sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};

use crate::audit::note::{self, BadNote, Note, Signature, Verifier};
use crate::secret::Secret;
use crate::secrets::SecretError;

/// What every private key of this form begins with.
const BEGIN: &str = "PRIVATE+KEY+";

/// A private Ed25519 key with a name, in the form that Go's `sumdb/note` has: `PRIVATE+KEY+name+hash+base64`.
///
/// Overwritten when it is let go of.
pub struct AuditKey {
    key: SigningKey,
    verifier: Verifier,
}

/// The name of the keyring's item that holds the audit key of a store.
pub fn audit_item(store: &str) -> String {
    format!("{store}/audit-key")
}

impl AuditKey {
    /// A new key.
    ///
    /// # Errors
    /// When the name is none, or the system gives no random bytes.
    pub fn generate(name: &str) -> Result<AuditKey, SecretError> {
        let mut seed = vec![0; 32];
        getrandom::fill(&mut seed).map_err(|error| SecretError::Io {
            doing: "the system gives no random bytes".to_owned(),
            source: std::io::Error::other(error),
        })?;
        AuditKey::of(name, &Secret::new(seed)).map_err(|error| bad("the new key", error))
    }

    /// Reads the text of a key: its line, with comments and blank lines around it. `from` says where it came from, for the
    /// error.
    ///
    /// # Errors
    /// When it holds none, or more than one.
    pub fn parse(text: &Secret, from: &str) -> Result<AuditKey, SecretError> {
        let none = |why| bad(from, BadNote::Key(why));
        let text = std::str::from_utf8(text.expose()).map_err(|_| none("it is not text"))?;
        let lines = text.lines().map(str::trim);
        let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().ok_or_else(|| none("it is empty"))?;
        if lines.next().is_some() {
            return Err(none("it is more than one line"));
        }
        let mut parts = line
            .strip_prefix(BEGIN)
            .ok_or_else(|| none("it does not begin with `PRIVATE+KEY+`"))?
            .splitn(3, '+');
        let (Some(name), Some(id), Some(base64)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(none("it is not written PRIVATE+KEY+NAME+HASH+KEY"));
        };
        let bytes = STANDARD.decode(base64).map(Secret::new);
        let bytes = bytes.map_err(|_| none("it is not base64"))?;
        let seed = match bytes.expose().split_first() {
            Some((&note::ED25519, seed)) => Secret::new(seed.to_vec()),
            Some(_) | None => return Err(none("it is not of Ed25519")),
        };
        let key = AuditKey::of(name, &seed).map_err(|error| bad(from, error))?;
        match note::parse_id(id) == Some(key.verifier.signer().id) {
            true => Ok(key),
            false => Err(none("its hash is not that of its name and key")),
        }
    }

    fn of(name: &str, seed: &Secret) -> Result<AuditKey, BadNote> {
        let seed = seed.expose();
        let seed = seed
            .try_into()
            .map_err(|_| BadNote::Key("it is not 32 bytes"))?;
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, key.verifying_key().as_bytes())?;
        Ok(AuditKey { key, verifier })
    }

    /// Its text, one line: a file or the keyring keeps that.
    pub fn text(&self) -> Secret {
        let mut bytes = Vec::with_capacity(33);
        bytes.push(note::ED25519);
        bytes.extend_from_slice(self.key.as_bytes());
        let bytes = Secret::new(bytes);
        let base64 = Secret::from(STANDARD.encode(bytes.expose()));
        let head = format!("{BEGIN}{}+", self.verifier.signer());
        // Whole from the start: a buffer that grows leaves copies behind.
        let mut line = Vec::with_capacity(head.len() + base64.len() + 1);
        line.extend_from_slice(head.as_bytes());
        line.extend_from_slice(base64.expose());
        line.push(b'\n');
        Secret::new(line)
    }

    /// The public half, which says whose signature it is.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs a text of whole lines: the note, as it is kept and handed on.
    ///
    /// # Errors
    /// When the text does not end with a line, or holds control characters.
    pub fn sign(&self, text: &str) -> Result<Note, BadNote> {
        let signature = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        let by = self.verifier.signer().clone();
        Note::new(text, vec![Signature::new(by, signature)])
    }
}

fn bad(from: &str, why: BadNote) -> SecretError {
    SecretError::BadAuditKey {
        from: from.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the documentation of Go's `golang.org/x/mod/sumdb/note`.
    const GO: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    fn parsed(text: &str) -> Result<AuditKey, String> {
        let text = Secret::from(text.to_owned());
        AuditKey::parse(&text, "`key`").map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_of_another_implementation_signs_as_it_does_there() {
        let key = parsed(&format!("# of a test\n{GO}\n")).unwrap();
        assert_eq!(key.text().expose(), format!("{GO}\n").as_bytes());
        let text = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n";
        let note = key.sign(text).unwrap().to_string();
        let signature = "\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(note.ends_with(signature), "{note}");
    }

    #[test]
    fn what_a_new_key_signs_opens_with_its_public_half_alone() {
        let (one, other) = (
            AuditKey::generate("keyroll/a").unwrap(),
            AuditKey::generate("keyroll/a").unwrap(),
        );
        let note = one.sign("a\n\nb\n").unwrap();
        let opened = note.open(std::slice::from_ref(one.verifier())).unwrap();
        assert_eq!(opened.text, "a\n\nb\n");
        let error = note
            .open(std::slice::from_ref(other.verifier()))
            .unwrap_err();
        assert!(matches!(error, BadNote::Unknown { .. }));
        assert!(AuditKey::generate("a b").is_err());
        assert!(one.sign("no end of line").is_err());
    }

    #[test]
    fn what_is_no_key_is_refused_without_its_words() {
        for text in [
            "",
            "hunter2",
            "PRIVATE+KEY+hunter2",
            &GO.replace("c74f20a3", "c74f20a4"),
            &GO.replace("+AYE", "+BYE"),
            &format!("{GO}\n{GO}"),
        ] {
            let error = parsed(text).err().unwrap();
            assert!(error.starts_with("`key` holds no audit key"), "{error}");
            assert!(
                !error.contains("hunter2") && !error.contains("YEKF"),
                "{error}"
            );
        }
    }
}
