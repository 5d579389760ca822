//! Two texts as a unified diff, for people: control characters are shown escaped, so it is not one to apply.

use similar::TextDiff;

use crate::report::escape;

/// How many lines stand around what differs.
const AROUND: usize = 3;

/// The difference of two texts under a file's name; nothing where there is none.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let plain = |text: &str| escape::lines(&text.replace("\r\n", "\n"));
    let (before, after) = (plain(before), plain(after));
    let name = escape::terminal(name);
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(AROUND)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown_and_nothing_raw() {
        let before = "a\r\nb\u{1b}\r\nc\r\n";
        let text = unified("x\u{7}.toml", before, &before.replace('c', "d"));
        assert!(text.contains("-c\n+d\n") && text.contains(" a\n"), "{text}");
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{7}') && !text.contains('\r'),
            "{text}"
        );
        assert_eq!(unified("x", before, before), "");
    }
}
