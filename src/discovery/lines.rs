//! Files of one name and one value a line: `.env`, INI, TOML and properties; and `.netrc`, which has words alone.

use super::entry::{Entries, is_key, unquoted};
use super::flow;
use super::form::Form;

/// How many lines a quoted value may run over, and how many bytes.
const MOST_LINES: usize = 200;
const MOST_BYTES: usize = 64 * 1024;

/// The lines of a text, and where the next begins.
pub(super) struct Lines<'t> {
    text: &'t str,
    next: usize,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str) -> Lines<'t> {
        Lines { text, next: 0 }
    }

    /// Goes on behind a place.
    fn skip_to(&mut self, at: usize) {
        let rest = &self.text[at..];
        self.next = at + rest.find('\n').map_or(rest.len(), |end| end + 1);
    }

    /// Goes on behind a part of the text.
    pub fn go_behind(&mut self, part: &str) {
        self.next = super::entry::place(self.text, part) + part.len();
    }

    /// A value that begins at `rest`, a slice of the text: within its quotes, however many lines they hold, else to the end
    /// of the line without the comment.
    pub fn value(&mut self, rest: &'t str, form: Form) -> &'t str {
        let rest = rest.trim();
        let start = super::entry::place(self.text, rest);
        for quote in ["\"\"\"", "'''", "\"", "'", "`"] {
            let Some(inner) = rest.strip_prefix(quote) else {
                continue;
            };
            let from = start + quote.len();
            match closing(&self.text[from..], quote) {
                Some(end) => {
                    self.skip_to(from + end);
                    return &self.text[from..from + end];
                }
                None => return inner,
            }
        }
        if rest.ends_with('\\') && form != Form::Toml {
            return self.continued(start);
        }
        without_comment(rest, form)
    }

    /// A value that a backslash carries over to the next lines.
    fn continued(&mut self, start: usize) -> &'t str {
        let mut end = start;
        for _ in 0..MOST_LINES {
            let line = &self.text[end..];
            let long = line.find('\n').unwrap_or(line.len());
            end += long;
            if !line[..long].trim_end().ends_with('\\') || end >= self.text.len() {
                break;
            }
            end += 1;
        }
        self.next = (end + 1).min(self.text.len());
        &self.text[start..end]
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
        let long = rest.find('\n').unwrap_or(rest.len());
        self.next += long + 1;
        Some(&rest[..long])
    }
}

/// Where a quote ends, within limits; a backslash before it keeps it open, but in single quotes.
fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut lines = 0;
    let mut escaped = false;
    for (at, b) in text.bytes().enumerate().take(MOST_BYTES) {
        lines += usize::from(b == b'\n');
        if lines > MOST_LINES {
            return None;
        }
        match b {
            b'\\' if !quote.starts_with('\'') => escaped = !escaped,
            _ if !escaped && text.as_bytes()[at..].starts_with(quote.as_bytes()) => {
                return Some(at);
            }
            _ => escaped = false,
        }
    }
    None
}

fn without_comment(value: &str, form: Form) -> &str {
    let signs: &[&str] = match form {
        Form::Toml => &["#"],
        Form::Ini => &[" #", " ;", "\t#", "\t;"],
        Form::Properties => &[],
        Form::Env
        | Form::Yaml
        | Form::Json
        | Form::Shell
        | Form::Unit
        | Form::Cron
        | Form::Docker
        | Form::Netrc => &[" #", "\t#"],
    };
    let end = signs.iter().filter_map(|sign| value.find(sign)).min();
    value[..end.unwrap_or(value.len())].trim()
}

/// Reads one name and value a line.
pub(super) fn read<'t>(text: &'t str, form: Form, entries: &mut Entries<'t>) {
    let mut section: Vec<&'t str> = Vec::new();
    let mut group = 0;
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next() {
        let line = uncommented(line.trim(), form);
        if form != Form::Env && form != Form::Properties && line.starts_with('[') {
            let name = line.trim_matches(|c| matches!(c, '[' | ']' | ' '));
            section = name.split(['.', ':', '/', ' ']).map(unquoted).collect();
            group = entries.place(line) + 1;
            continue;
        }
        let Some((key, rest)) = pair(line, form) else {
            continue;
        };
        let trimmed = rest.trim_start();
        if form == Form::Toml && trimmed.starts_with(['{', '[']) {
            let mut below = section.clone();
            below.push(key);
            flow::read(trimmed, &below, entries);
            continue;
        }
        let value = lines.value(rest, form);
        entries.push(&section, (group, 0), key, value);
    }
}

/// The line, without the sign that makes a comment of an entry: a key that was put out of use is a key still.
fn uncommented(line: &str, form: Form) -> &str {
    let Some(inner) = line.strip_prefix(['#', ';', '!']) else {
        return line;
    };
    let inner = inner.trim_start_matches(['#', ';']).trim_start();
    let is_entry = inner.split_once('=').is_some_and(|(key, value)| {
        is_key(key.trim_end()) && !key.trim_end().contains(' ') && !value.trim().is_empty()
    });
    match is_entry && form != Form::Toml {
        true => inner,
        false => "",
    }
}

/// Key and value of a line.
pub(super) fn pair(line: &str, form: Form) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let at = match form {
        Form::Ini | Form::Properties => line.find(['=', ':'])?,
        Form::Env
        | Form::Toml
        | Form::Yaml
        | Form::Json
        | Form::Shell
        | Form::Unit
        | Form::Cron
        | Form::Docker
        | Form::Netrc => line.find('=')?,
    };
    let key = line[..at].trim();
    // As npm writes them, with colons in the key.
    let at = match key.is_empty() || line.starts_with("//") {
        true => line.find('=')?,
        false => at,
    };
    Some((line[..at].trim(), &line[at + 1..]))
}

/// Reads the words of a `.netrc`: each machine with its login and its password.
pub(super) fn netrc<'t>(text: &'t str, entries: &mut Entries<'t>) {
    let mut group = 0;
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "machine" | "default" => {
                group = entries.place(word) + 1;
                if word == "machine"
                    && let Some(host) = words.next()
                {
                    entries.push(&[], (group, 0), word, host);
                }
            }
            "login" | "password" | "account" => {
                if let Some(value) = words.next() {
                    entries.push(&[], (group, 0), word, value);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str, form: Form) -> Vec<(String, String, String)> {
        let mut entries = Entries::new(text);
        match form {
            Form::Netrc => netrc(text, &mut entries),
            _ => read(text, form, &mut entries),
        }
        let all = entries.all.into_iter();
        all.map(|it| (it.section.join("."), it.key.to_owned(), it.value.to_owned()))
            .collect()
    }

    fn of(section: &str, key: &str, value: &str) -> (String, String, String) {
        (section.to_owned(), key.to_owned(), value.to_owned())
    }

    #[test]
    fn a_quoted_value_ends_where_its_quote_does() {
        let text =
            "A=\"one\nB=two\"\nexport C='x' # y\n#D=old\n# what E is: nothing\nF=a\\\nG=b\nH=#1\n";
        assert_eq!(
            pairs(text, Form::Env),
            [
                of("", "A", "one\nB=two"),
                of("", "C", "x"),
                of("", "D", "old"),
                of("", "F", "a\\\nG=b"),
                of("", "H", "#1"),
            ]
        );
    }

    #[test]
    fn sections_stand_before_what_they_hold() {
        assert_eq!(
            pairs(
                "[a.\"b\"]\nk = \"v\"  # w\nt = { u = \"x\", w = 1 }\n",
                Form::Toml
            ),
            [
                of("a.b", "k", "v"),
                of("a.b.t", "u", "x"),
                of("a.b.t", "w", "1")
            ]
        );
        assert_eq!(
            pairs(
                "[maximo prod]\nUser: x ; y\n//r.example/:_authToken=z\n",
                Form::Ini
            ),
            [
                of("maximo.prod", "User", "x"),
                of("maximo.prod", "_authToken", "z")
            ]
        );
    }

    #[test]
    fn a_netrc_is_words() {
        assert_eq!(
            pairs("machine h.example login u\n password p", Form::Netrc),
            [
                of("", "machine", "h.example"),
                of("", "login", "u"),
                of("", "password", "p")
            ]
        );
    }
}
