//! Stored text made harmless for where it goes: a terminal, a log that a CI reads, a spreadsheet, a page.
//!
//! Text can come from a stranger's file. Nothing here is undone later: what is printed is what was escaped.

pub use crate::model::text::is_unsafe;

/// Writes one character so that it shows: `\n`, `\t`, `\r`, `\u{1b}`.
pub(crate) fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c if is_unsafe(c) => out.extend(c.escape_unicode()),
        c => out.push(c),
    }
}

/// One line of text for a terminal or a log. Line feeds and tabs are shown as `\n` and `\t`.
///
/// Openings of workflow commands (`::error` at the beginning of a word, `##[`, `##vso[`) lose their first character to
/// an escape, so that a log that a CI reads does not obey a name.
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        let command =
            (c == ':' && before.is_whitespace() && rest.starts_with("::")) || opens_command(rest);
        if command {
            out.extend(c.escape_unicode());
        } else {
            push_visible(&mut out, c);
        }
        before = c;
    }
    out
}

/// Whether a text opens a command that a CI obeys wherever in a line it stands.
pub(crate) fn opens_command(text: &str) -> bool {
    text.starts_with("##[") || text.starts_with("##vso[")
}

/// Several lines of text for a terminal: as [`terminal`], but line feeds stay and a tab is four blanks.
pub fn lines(text: &str) -> String {
    let clean: Vec<String> = text
        .split('\n')
        .map(|line| terminal(&line.trim_end_matches('\r').replace('\t', "    ")))
        .collect();
    clean.join("\n")
}

/// One cell of a CSV file (RFC 4180), on one line; a cell that a spreadsheet would run begins with `'`.
pub fn csv(text: &str) -> String {
    let clean = terminal(text);
    let clean = if is_formula(text) {
        format!("'{clean}")
    } else {
        clean
    };
    if clean.contains([',', '"', '\n']) || clean != clean.trim() {
        format!("\"{}\"", clean.replace('"', "\"\""))
    } else {
        clean
    }
}

/// One cell of a TSV file: a backslash is doubled, so that `\t` and `\n` can be read back. Formulas as in [`csv`].
pub fn tsv(text: &str) -> String {
    let clean = terminal(&text.replace('\\', "\\\\"));
    if is_formula(text) {
        format!("'{clean}")
    } else {
        clean
    }
}

/// Whether a spreadsheet may take the cell for a formula. Plain numbers are not.
fn is_formula(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']);
    let opens = text.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '|', '%',
    ]);
    opens && !is_number(text)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |run: &str| !run.is_empty() && run.bytes().all(|b| b.is_ascii_digit());
    plain(whole) && plain(part)
}

/// What parts a mention or a bare address, so that no viewer takes it for one: a blank of no width.
const PARTED: &str = "&#8203;";

/// Text for a Markdown table cell or paragraph: no table, code, link, emphasis or HTML comes of it, and nobody is called
/// (`@octocat`), also where viewers make links of bare addresses.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = terminal(text);
    for (at, c) in text.char_indices() {
        match c {
            '@' => out.extend(["@", PARTED]),
            ':' if text[at..].starts_with("://") => out.extend([":", PARTED]),
            '.' if ends_with_www(&text[..at]) => out.extend([PARTED, "."]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

fn ends_with_www(text: &str) -> bool {
    let last = text.len().checked_sub(3).and_then(|at| text.get(at..));
    last.is_some_and(|word| word.eq_ignore_ascii_case("www"))
}

/// Text for a page, between tags or within a quoted attribute: no markup comes of it.
pub fn html(text: &str) -> String {
    let text = terminal(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A serialised JSON text in which no unsafe character and no workflow command stands raw: what is unsafe of them becomes
/// `\uXXXX`, which reads back the same.
pub fn json(serialised: &str) -> String {
    let mut out = String::with_capacity(serialised.len());
    for (at, c) in serialised.char_indices() {
        // serde_json leaves no control below U+0020 inside a string; the line feeds between tokens are ours.
        let is_obeyed = c == '#' && opens_command(&serialised[at..]);
        if c == '\n' || !(is_unsafe(c) || is_obeyed) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// At most `width` columns of a text that is already escaped, `…` in the place of the rest.
pub fn cut(text: &str, width: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used + 1 > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(
            terminal("\u{1b}[2J\u{9b}x\u{7f}"),
            "\\u{1b}[2J\\u{9b}x\\u{7f}"
        );
        assert_eq!(terminal("a\u{202e}b\u{200b}c"), "a\\u{202e}b\\u{200b}c");
        assert_eq!(terminal("one\ntwo\tthree"), "one\\ntwo\\tthree");
        assert_eq!(terminal("Zoë 工場 e\u{301}"), "Zoë 工場 e\u{301}");
    }

    #[test]
    fn what_a_ci_would_obey_is_broken() {
        assert_eq!(terminal("::error::x"), "\\u{3a}:error::x");
        assert_eq!(terminal("x ::set-env"), "x \\u{3a}:set-env");
        assert_eq!(terminal("a::b ##[group]"), "a::b \\u{23}#[group]");
        assert_eq!(lines("a\r\n\tb\n::x"), "a\n    b\n\\u{3a}:x");
    }

    #[test]
    fn a_spreadsheet_runs_nothing_and_keeps_numbers() {
        assert_eq!(csv("=cmd()"), "'=cmd()");
        assert_eq!(csv("\t=1+1"), "'\\t=1+1");
        assert_eq!(csv("@SUM(1,2)"), "\"'@SUM(1,2)\"");
        for number in ["-3", "+4.5", "12"] {
            assert_eq!(csv(number), number);
        }
        assert_eq!(csv("-3+cmd"), "'-3+cmd");
        assert_eq!(csv("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(tsv("a\tb\\n\n"), "a\\tb\\\\n\\n");
    }

    #[test]
    fn markdown_makes_nothing_of_text() {
        assert_eq!(
            markdown("<b>|`x`|[a](b)&"),
            "&lt;b&gt;\\|\\`x\\`\\|\\[a\\](b)&amp;"
        );
        for (text, parted) in [
            ("@octocat/team", "@&#8203;octocat/team"),
            ("anna@femo.example", "anna@&#8203;femo.example"),
            ("https://evil.example/x", "https:&#8203;//evil.example/x"),
            ("é.WWW.evil.example", "é.WWW&#8203;.evil.example"),
            ("femo/hawthorne: w.x", "femo/hawthorne: w.x"),
        ] {
            assert_eq!(markdown(text), parted);
        }
    }

    #[test]
    fn a_cut_text_fits() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("工場工場", 4), "工…");
    }

    proptest! {
        #[test]
        fn no_escape_lets_an_unsafe_character_through(text in "\\PC*|[\\x00-\\u{ff}\\u{2000}-\\u{2070}:#= ]*") {
            prop_assert!(!html(&text).contains(['<', '>', '"', '\'']));
            for clean in [terminal(&text), csv(&text), tsv(&text), markdown(&text), html(&text), cut(&terminal(&text), 9)] {
                prop_assert!(!clean.chars().any(is_unsafe), "{clean:?}");
                prop_assert!(!clean.starts_with("::"), "{clean:?}");
            }
            prop_assert!(!lines(&text).chars().any(|c| c != '\n' && is_unsafe(c)));
        }

        #[test]
        fn escaped_json_reads_back_the_same(text in "\\PC*|([#\\[\\]\"\u{9b}]|vso){0,9}") {
            let clean = json(&serde_json::to_string(&text).unwrap());
            prop_assert!(!clean.chars().any(is_unsafe));
            prop_assert!(!clean.contains("##[") && !clean.contains("##vso["), "{clean}");
            prop_assert_eq!(serde_json::from_str::<String>(&clean).unwrap(), text);
        }
    }
}
