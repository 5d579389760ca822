//! Secrets that are told by what stands before them: in a URL, in a connection string, behind `Bearer`, in a header.

use super::super::floor;
use super::{Hit, Shape, random};

/// How much of a value is looked at and hidden, in bytes: a line shows far less.
const LONGEST: usize = 1024;

/// Headers that authenticate: their values hold a placeholder, never a literal.
const HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "x-auth-token",
    "x-access-token",
    "private-token",
    "x-vault-token",
    "cookie",
];

/// Keys of a connection string, each with the least length of what it names.
const KEYS: &[(&str, usize)] = &[
    ("accountkey=", 16),
    ("sharedaccesskey=", 16),
    ("sharedaccesssignature=", 16),
    (";password=", 1),
    (";pwd=", 1),
];

/// Parameters of a URL that carry a key.
const PARAMETERS: &[&str] = &[
    "token",
    "access_token",
    "api_key",
    "apikey",
    "api-key",
    "key",
    "secret",
    "client_secret",
    "password",
    "pwd",
    "sig",
    "signature",
];

pub(super) fn is_authenticating(name: &str) -> bool {
    HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// What ends a value that is not quoted.
fn ends(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\\')
}

fn digits_and_letters(value: &str) -> bool {
    value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_alphabetic())
}

/// Name and password before the host of a URL; none of either that is a placeholder.
pub(super) fn user_info(text: &str, found: &mut Vec<Hit>) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = &text[start..];
        let end = rest.find(|c| ends(c) || matches!(c, '/' | '?' | '#'));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let Some(at) = authority.rfind('@') else {
            continue;
        };
        let info = &authority[..at];
        let password = info.split_once(':').map_or("", |(_, password)| password);
        if !password.is_empty() && !password.contains('{') {
            found.push(Hit {
                range: start..start + at,
                shape: Shape::UserInfo,
            });
        }
    }
}

pub(super) fn labelled(text: &str, found: &mut Vec<Hit>) {
    // A label is parted from what it tells; most texts are names, and have none of these.
    if !text.bytes().any(|b| b"=? \t&\"'".contains(&b)) {
        return;
    }
    let lower = text.to_ascii_lowercase();
    connection(text, &lower, found);
    parameters(text, &lower, found);
    schemes(text, &lower, found);
    headers(text, &lower, found);
}

fn connection(text: &str, lower: &str, found: &mut Vec<Hit>) {
    if !lower.contains('=') {
        return;
    }
    for (key, least) in KEYS {
        for (at, _) in lower.match_indices(key) {
            let start = at + key.len();
            let value = until(text, start, |c| ends(c) || c == ';');
            push(found, text, start, value, *least, Shape::ConnectionString);
        }
    }
}

fn parameters(text: &str, lower: &str, found: &mut Vec<Hit>) {
    for (at, _) in lower.match_indices(['?', '&']) {
        let rest = &lower[at + 1..];
        let Some(equals) = rest.bytes().take(20).position(|b| b == b'=') else {
            continue;
        };
        if !PARAMETERS.contains(&&rest[..equals]) {
            continue;
        }
        let start = at + 1 + equals + 1;
        let value = until(text, start, |c| {
            ends(c) || matches!(c, '?' | '&' | '#' | ';')
        });
        if digits_and_letters(value) {
            push(found, text, start, value, 8, Shape::Parameter);
        }
    }
}

/// `Bearer` and `Basic` with what follows, where that is no word of a sentence.
fn schemes(text: &str, lower: &str, found: &mut Vec<Hit>) {
    for scheme in ["bearer", "basic"] {
        for (at, _) in lower.match_indices(scheme) {
            let begins = !lower[..at].ends_with(|c: char| c.is_alphanumeric());
            let behind = &text[at + scheme.len()..];
            let word = behind.trim_start_matches([' ', '\t']);
            if !begins || word.len() == behind.len() {
                continue;
            }
            let start = text.len() - word.len();
            let value = until(text, start, |c| ends(c) || matches!(c, ',' | ';' | ')'));
            let is_literal = match scheme {
                "bearer" => digits_and_letters(value) || value.len() >= 20,
                _ => random::decoded(value).is_some_and(|text| text.contains(':')),
            };
            if is_literal {
                push(found, text, start, value, 7, Shape::Header);
            }
        }
    }
}

/// Quoted values of headers that authenticate, as TOML and JSON write them.
fn headers(text: &str, lower: &str, found: &mut Vec<Hit>) {
    if !text.contains(['"', '\'']) {
        return;
    }
    for name in HEADERS {
        for (at, _) in lower.match_indices(name) {
            let whole = !lower[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
            let behind = text[at + name.len()..].trim_start_matches(['"', '\'']);
            let Some(value) = behind.trim_start().strip_prefix(['=', ':']) else {
                continue;
            };
            let value = value.trim_start_matches([' ', '\t']);
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            let start = text.len() - value.trim_start_matches(quote).len();
            let value = until(text, start, |c| c == quote);
            if whole {
                push(found, text, start, value, 1, Shape::Header);
            }
        }
    }
}

fn until(text: &str, start: usize, end: impl Fn(char) -> bool) -> &str {
    let rest = &text[start..floor(text, start + LONGEST)];
    &rest[..rest.find(end).unwrap_or(rest.len())]
}

/// Notes a value that is long enough and no placeholder.
fn push(found: &mut Vec<Hit>, text: &str, start: usize, value: &str, least: usize, shape: Shape) {
    debug_assert!(text[start..].starts_with(value), "the value stands there");
    if value.len() >= least && !value.contains('{') {
        found.push(Hit {
            range: start..start + value.len(),
            shape,
        });
    }
}
