//! Values of our own making: random characters, each as likely as any other.

use crate::model::procedure::Alphabet;
use crate::secret::Secret;
use crate::secrets::SecretError;

/// So many random characters.
///
/// # Errors
/// When the system gives no random bytes.
pub fn random(length: u32, alphabet: Alphabet) -> Result<Secret, SecretError> {
    let set: Vec<u8> = match alphabet {
        Alphabet::Alphanumeric => (b'!'..=b'~').filter(u8::is_ascii_alphanumeric).collect(),
        Alphabet::Printable => (b'!'..=b'~').collect(),
        Alphabet::Hex => b"0123456789abcdef".to_vec(),
    };
    // The largest multiple of the set's size that a byte holds: what lies above would favour the first of the set.
    let fair = 256 - 256 % set.len();
    let wanted = usize::try_from(length).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(wanted);
    while out.len() < wanted {
        let mut bytes = vec![0; 64];
        getrandom::fill(&mut bytes).map_err(|error| SecretError::Io {
            doing: "the system gives no random bytes".to_owned(),
            source: std::io::Error::other(error),
        })?;
        let bytes = Secret::new(bytes);
        let fitting = bytes.expose().iter().map(|byte| usize::from(*byte));
        let fitting = fitting.filter(|byte| *byte < fair);
        let room = wanted - out.len();
        out.extend(fitting.take(room).map(|byte| set[byte % set.len()]));
    }
    Ok(Secret::new(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_value_has_its_length_and_nothing_but_its_alphabet() {
        for (alphabet, fits) in [
            (
                Alphabet::Alphanumeric,
                u8::is_ascii_alphanumeric as fn(&u8) -> bool,
            ),
            (Alphabet::Printable, u8::is_ascii_graphic),
            (Alphabet::Hex, u8::is_ascii_hexdigit),
        ] {
            let one = random(200, alphabet).unwrap();
            assert_eq!(one.len(), 200);
            assert!(one.expose().iter().all(fits));
            let other = random(200, alphabet).unwrap();
            assert!(one.expose() != other.expose());
        }
    }
}
