//! Lines of words: scripts, crontabs, units of systemd, container files. Each word may be an assignment or an option.

use super::entry::{Entries, is_key, unquoted};
use super::form::Form;
use super::lines;
use super::means::{Role, role};
use super::words;

/// How long one word may be, in bytes: a quote that nobody closes ends there.
const LONGEST_WORD: usize = 64 * 1024;
/// The most words of one line.
const MOST_WORDS: usize = 1000;

/// Reads the assignments and options of each line.
pub(super) fn read<'t>(text: &'t str, form: Form, entries: &mut Entries<'t>) {
    let mut at = 0;
    while at < text.len() {
        let line = &text[at..];
        let end = line.find('\n').unwrap_or(line.len());
        let (said, long) = words_of(line, end);
        one(&line[..long.max(end)], &said, form, entries);
        at += long.max(end) + 1;
    }
}

fn one<'t>(line: &'t str, said: &[&'t str], form: Form, entries: &mut Entries<'t>) {
    let first = said.first().copied().unwrap_or_default();
    let keyword = |words: &[&str]| words.iter().any(|word| first.eq_ignore_ascii_case(word));
    match form {
        Form::Unit => {
            if let Some(("Environment", _)) = lines::pair(line.trim(), Form::Unit) {
                let inner = &line.trim()["Environment".len()..];
                let inner = inner.trim_start().trim_start_matches('=');
                let (said, _) = words_of(inner, inner.len());
                return said
                    .iter()
                    .for_each(|word| assignment(unquoted(word), entries));
            }
            if lines::pair(line.trim(), Form::Unit).is_some_and(|(key, _)| !key.starts_with("Exec"))
            {
                return;
            }
        }
        Form::Docker if keyword(&["env", "arg", "label"]) => {
            if let [_, key, value] = said
                && !key.contains('=')
            {
                return entries.push(&[], (0, 0), key, unquoted(value));
            }
        }
        Form::Cron => {
            // A line of settings has blanks around its sign.
            if let Some((key, value)) = lines::pair(line.trim(), Form::Cron)
                && is_key(key)
                && !key.contains(' ')
            {
                return entries.push(&[], (0, 0), key, unquoted(value));
            }
        }
        Form::Docker
        | Form::Env
        | Form::Ini
        | Form::Toml
        | Form::Yaml
        | Form::Json
        | Form::Properties
        | Form::Shell
        | Form::Netrc => {}
    }
    for (at, word) in said.iter().enumerate() {
        match word.strip_prefix('-') {
            Some(option) => self::option(option.trim_start_matches('-'), said.get(at + 1), entries),
            None => assignment(word, entries),
        }
    }
}

fn assignment<'t>(word: &'t str, entries: &mut Entries<'t>) {
    if let Some((key, value)) = word.split_once('=')
        && !key.contains([' ', '"', '\'', '$'])
    {
        entries.push(&[], (0, 0), key, unquoted(value));
    }
}

/// `--password=VALUE`, `--password VALUE`, `-u NAME:PASSWORD`.
fn option<'t>(option: &'t str, next: Option<&&'t str>, entries: &mut Entries<'t>) {
    if option.contains('=') {
        return assignment(option, entries);
    }
    let Some(next) = next
        .map(|word| unquoted(word))
        .filter(|next| !next.starts_with('-'))
    else {
        return;
    };
    if matches!(option, "u" | "user") && next.contains(':') {
        return entries.push(&[], (0, 0), option, next);
    }
    let (role, _) = role(&words::split(option));
    if option.len() > 1 && matches!(role, Role::Secret(_) | Role::User | Role::Url) {
        entries.push(&[], (0, 0), option, next);
    }
}

/// The words of a line that ends at `end`, with their quotes; a quote may go on over lines. And where they end.
fn words_of(line: &str, end: usize) -> (Vec<&str>, usize) {
    let bytes = line.as_bytes();
    let (mut words, mut at) = (Vec::new(), 0);
    while at < end && words.len() < MOST_WORDS {
        if bytes[at].is_ascii_whitespace() || matches!(bytes[at], b';' | b'|' | b'&' | b'(' | b')')
        {
            at += 1;
            continue;
        }
        if bytes[at] == b'#' {
            return (words, end);
        }
        let start = at;
        at = word_end(bytes, start);
        let word = &line[start..at];
        if word != "\\" {
            words.push(word);
        }
    }
    (words, at)
}

/// Where a word ends; all that ends one is ASCII.
fn word_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut quote) = (start, None);
    while at < bytes.len() && at - start < LONGEST_WORD {
        match (bytes[at], quote) {
            (b'\\', None | Some(b'"')) => at += 1,
            (b, Some(open)) if b == open => quote = None,
            (b @ (b'"' | b'\'' | b'`'), None) => quote = Some(b),
            (b, None) if b.is_ascii_whitespace() || matches!(b, b';' | b'|' | b'&') => return at,
            _ => {}
        }
        at += 1;
    }
    // A quote that nobody closes, or a backslash at the end: the word ends with its line.
    if quote.is_some() || at > bytes.len() || at - start >= LONGEST_WORD {
        let line = bytes[start..].iter().position(|b| *b == b'\n');
        return line.map_or(bytes.len(), |long| start + long);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str, form: Form) -> Vec<(&str, &str)> {
        let mut entries = Entries::new(text);
        read(text, form, &mut entries);
        entries
            .all
            .into_iter()
            .map(|it| (it.key, it.value))
            .collect()
    }

    #[test]
    fn words_may_be_assignments_and_options() {
        let script = "export A='x y' B=z # C=c\nrun --password 'p q' --api-key=k --out file.txt -u me:pw\n\
                      D=\"one\ntwo E=no\" F=f; curl -H \"X: G=g\" https://x/?H=h\n";
        assert_eq!(
            pairs(script, Form::Shell),
            [
                ("A", "x y"),
                ("B", "z"),
                ("password", "p q"),
                ("api-key", "k"),
                ("u", "me:pw"),
                ("D", "one\ntwo E=no"),
                ("F", "f"),
            ]
        );
    }

    #[test]
    fn units_crontabs_and_container_files_have_their_own_ways() {
        let unit = "[Service]\nEnvironment=\"A=x y\" B=z\nEnvironmentFile=/etc/e\nExecStart=/bin/run --token t\n";
        assert_eq!(
            pairs(unit, Form::Unit),
            [
                ("A", "x y"),
                ("B", "z"),
                ("ExecStart", "/bin/run"),
                ("token", "t")
            ]
        );
        let cron = "MAILTO = \"\"\nA = b c\n0 * * * * B=d run --password p\n";
        assert_eq!(
            pairs(cron, Form::Cron),
            [("MAILTO", ""), ("A", "b c"), ("B", "d"), ("password", "p")]
        );
        let docker = "FROM x\nENV A b\nENV C=d E=f\nARG G=h\n";
        assert_eq!(
            pairs(docker, Form::Docker),
            [("A", "b"), ("C", "d"), ("E", "f"), ("G", "h")]
        );
    }

    #[test]
    fn what_is_no_script_ends() {
        for text in [
            "'",
            "\"",
            "\\",
            "a\\",
            "é'é",
            "`",
            "=",
            "--",
            "- -",
            "A=\\\nB=c",
            "#",
            "a='é\n\n",
        ] {
            for form in [Form::Shell, Form::Unit, Form::Cron, Form::Docker] {
                pairs(text, form);
            }
        }
    }
}
