//! What was sent through a mail or a Windows host, as it was written: with a byte order mark, CRLF line ends or blank lines at
//! its end it says the same, and the signature over it is what decides.

use std::borrow::Cow;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of a note or a proof as they were written: without a byte order mark, each line ended by LF, and no blank line at
/// the end. Nothing else is taken for the same: not one byte within a line.
pub fn as_written(bytes: &[u8]) -> Cow<'_, [u8]> {
    let body = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let end = body
        .iter()
        .rposition(|byte| !matches!(byte, b'\n' | b'\r' | b' ' | b'\t'))
        .map_or(0, |last| last + 1);
    let (body, rest) = body.split_at(end);
    if rest == b"\n" && body.len() + 1 == bytes.len() && !body.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(body.len() + 1);
    for (at, byte) in body.iter().enumerate() {
        if !(*byte == b'\r' && body.get(at + 1) == Some(&b'\n')) {
            out.push(*byte);
        }
    }
    out.push(b'\n');
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "keyroll/x\n7\nroot=\n\n\u{2014} keyroll/x c2ln\n";

    fn read(text: &str) -> Vec<u8> {
        as_written(text.as_bytes()).into_owned()
    }

    #[test]
    fn a_way_through_mail_or_windows_changes_nothing_that_is_said() {
        assert!(matches!(as_written(TEXT.as_bytes()), Cow::Borrowed(_)));
        for sent in [
            TEXT.to_owned(),
            TEXT.replace('\n', "\r\n"),
            format!("\u{feff}{TEXT}"),
            format!("\u{feff}{}\r\n \r\n", TEXT.replace('\n', "\r\n")),
            format!("{TEXT}\n\n"),
            TEXT.trim_end().to_owned(),
        ] {
            assert_eq!(read(&sent), TEXT.as_bytes(), "{sent:?}");
        }
    }

    #[test]
    fn nothing_within_a_line_is_taken_for_the_same() {
        for other in [
            TEXT.replace("root=", "ro\rot="),
            TEXT.replace("root=", " root="),
            TEXT.replace("root=", "root= "),
            TEXT.replace("7\n", "7\n\u{feff}"),
            TEXT.replace("7\n", "7\r"),
            TEXT.replace("7\n", "7\r\r\n"),
            format!("\n{TEXT}"),
            TEXT.replace("\n\n", "\n\n\n"),
        ] {
            assert_ne!(read(&other), TEXT.as_bytes(), "{other:?}");
        }
        assert_eq!(read(""), b"\n");
    }
}
