//! Where a secret may stand in a text: as the whole of it, or as a part that is not short.

/// What is shorter than this, in bytes, stands in many texts by chance.
const SHORT: usize = 8;

/// The parts of a text that may be a secret. What is short is one as the whole text alone.
pub fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let long = (SHORT..text.len()).flat_map(|length| text.windows(length));
    std::iter::once(text).chain(long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_seen_in_a_text_unless_it_is_short() {
        let holds =
            |text: &str, secret: &str| parts(text.as_bytes()).any(|it| it == secret.as_bytes());
        assert!(holds("a", "a") && holds("", ""));
        assert!(holds("/12345678/", "12345678"));
        assert!(!holds("/1234567/", "1234567"));
        assert!(!holds("12345678", "123456789"));
    }
}
