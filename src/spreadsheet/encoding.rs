//! What a file's bytes are: text, and in which encoding, or a workbook that no text reader can read.

/// How the bytes of a sheet spell text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// Excel's "Unicode text".
    Utf16Le,
    Utf16Be,
    /// What Excel writes in western Europe unless it is told otherwise. Never guessed: it has to be said.
    Windows1252,
}

/// Bytes that are no text, with the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is {what}, not a table saved as text")]
pub struct Foreign {
    what: &'static str,
    pub hint: &'static str,
}

impl Encoding {
    /// The encoding of a file that begins with these bytes.
    ///
    /// # Errors
    /// When they begin a workbook, an archive or another file that is no text.
    pub fn of(start: &[u8]) -> Result<Encoding, Foreign> {
        const SAVE: &str = "open it and save the sheet as \"CSV UTF-8\"";
        let foreign = |what| Err(Foreign { what, hint: SAVE });
        match start {
            [0xff, 0xfe, ..] => return Ok(Encoding::Utf16Le),
            [0xfe, 0xff, ..] => return Ok(Encoding::Utf16Be),
            [b'P', b'K', 3, 4, ..] => return foreign("a workbook (xlsx or ods)"),
            [0xd0, 0xcf, 0x11, 0xe0, ..] => return foreign("a workbook (xls)"),
            [b'%', b'P', b'D', b'F', ..] => return foreign("a PDF"),
            _ => {}
        }
        let zeros = |odd: usize| {
            let bytes = start.iter().skip(odd).step_by(2);
            bytes.filter(|byte| **byte == 0).count()
        };
        let many = start.len() / 8;
        match (zeros(0), zeros(1)) {
            (0, 0) => Ok(Encoding::Utf8),
            (even, odd) if odd > many && even <= odd / 8 => Ok(Encoding::Utf16Le),
            (even, odd) if even > many && odd <= even / 8 => Ok(Encoding::Utf16Be),
            _ => foreign("a file of bytes"),
        }
    }

    /// The text that the bytes spell, without the mark of byte order. What spells nothing becomes U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(without_mark(bytes)).into_owned(),
            Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes),
            Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Encoding::Windows1252 => bytes.iter().map(|byte| windows(*byte)).collect(),
        }
    }
}

/// UTF-8 without the mark that Excel puts before it.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> String {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text = char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER));
    let half = (!rest.is_empty()).then_some(char::REPLACEMENT_CHARACTER);
    let mut text: String = text.chain(half).collect();
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    text
}

/// A character of Windows-1252, as WHATWG maps it: the five bytes without one are the controls of their number.
fn windows(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_by_how_a_file_begins() {
        assert_eq!(Encoding::of(b"\xff\xfeA\0"), Ok(Encoding::Utf16Le));
        assert_eq!(Encoding::of(b"\xfe\xff\0A"), Ok(Encoding::Utf16Be));
        assert_eq!(Encoding::of(b"a\0b\0c\0d\0"), Ok(Encoding::Utf16Le));
        assert_eq!(Encoding::of(b"\xef\xbb\xbfa;b"), Ok(Encoding::Utf8));
        assert_eq!(Encoding::of(b""), Ok(Encoding::Utf8));
        for workbook in [&b"PK\x03\x04...."[..], b"\xd0\xcf\x11\xe0", b"\0\0\0\0\0\0"] {
            assert!(Encoding::of(workbook).is_err());
        }
    }

    #[test]
    fn each_encoding_reads_what_it_spells() {
        assert_eq!(Encoding::Utf16Le.decode(b"\xff\xfe\xe4\0;\0"), "ä;");
        assert_eq!(Encoding::Utf16Be.decode(b"\0\xe4\0;"), "ä;");
        assert_eq!(
            Encoding::Windows1252.decode(b"\x80 Schl\xfcssel"),
            "€ Schlüssel"
        );
        assert_eq!(Encoding::Utf8.decode(b"\xef\xbb\xbfx"), "x");
        assert_eq!(Encoding::Utf16Le.decode(b"\0\xd8x"), "\u{fffd}\u{fffd}");
    }
}
