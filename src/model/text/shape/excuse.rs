//! What says of a random word that it is no secret: a name for it before it, a digest above all, or that it is part of a
//! URL, a path, an address, a picture or something public.

use std::ops::Range;

use super::super::floor;

/// How much before and behind a word is looked at, in bytes.
const AROUND: usize = 256;
/// How much before it is looked at for what it is called, in bytes, and how many words of that count.
const LABEL: usize = 40;
const NEAR: usize = 3;
/// The longest block of a public kind, in bytes.
const MOST_BLOCK: usize = 16 * 1024;
/// The longest first part of a path.
const FIRST_PART: usize = 16;

/// Words that call what follows a digest. `sha` and `md5` may have digits and more behind them.
const DIGESTS: &[&str] = &[
    "hash",
    "hashes",
    "digest",
    "digests",
    "checksum",
    "checksums",
    "commit",
    "fingerprint",
    "thumbprint",
    "revision",
    "rev",
    "integrity",
    "crc",
    "cid",
];

/// Words that call what follows a name or something public, whatever it looks like.
const PUBLIC: &[&str] = &["etag", "uuid", "guid", "public", "pubkey"];

/// How public keys and pictures begin when they are written as text.
const BEGINNINGS: &[&str] = &[
    "age1",
    "AAAA",
    "ssh-",
    "iVBORw0KGgo",
    "R0lGOD",
    "/9j/",
    "UklGR",
    "JVBERi0",
];

/// Whether what stands around a word says that it is no secret.
pub(super) fn is_excused(text: &str, start: usize, end: usize) -> bool {
    let word = &text[start..end];
    if BEGINNINGS.iter().any(|begin| word.starts_with(begin)) {
        return true;
    }
    // The whole of what is written without a space: a URL, an address, a path with dots.
    let outer = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    let from = floor(text, start.saturating_sub(AROUND));
    let to = floor(text, end.saturating_add(AROUND));
    let first = text[from..start]
        .rfind(outer)
        .map_or(from, |at| from + at + 1);
    let last = text[end..to].find(outer).map_or(to, |at| end + at);
    let whole = text.get(first..last).unwrap_or(word);
    is_place(whole) || is_called(text, start, word) || begins_with_digest(word)
}

/// Whether a text without spaces is a URL, a path, an address, or a picture within a URL.
fn is_place(whole: &str) -> bool {
    let is_address = || {
        // What stands before a colon and an @ is a name and a password.
        let name = whole.split_once('@').map(|(name, _)| name);
        name.is_some_and(|name| !name.contains(':'))
    };
    let is_data = || whole.contains("data:") && whole.contains(";base64,");
    whole.contains("://") || is_path(whole) || is_address() || is_data()
}

/// A word that only begins with a slash may be a key: a path has a first part of the length of a name.
fn is_path(whole: &str) -> bool {
    let parts = ["./", "../", "~/"];
    let first = whole
        .strip_prefix('/')
        .and_then(|rest| rest.find(['/', '.']));
    parts.iter().any(|part| whole.starts_with(part)) || first.is_some_and(|at| at <= FIRST_PART)
}

/// Whether the words before it, on its line, call it a digest, and it has the look of one, or something public.
fn is_called(text: &str, start: usize, word: &str) -> bool {
    let near = floor(text, start.saturating_sub(LABEL));
    let before = text[near..start].rsplit('\n').next().unwrap_or_default();
    calls(before, word)
}

/// Whether a name, such as the key of a value, calls a word a digest that has the look of one, or something public.
pub(super) fn calls(name: &str, word: &str) -> bool {
    let parts = name.rsplit(|c: char| !c.is_ascii_alphanumeric());
    let parts = parts.filter(|part| !part.is_empty());
    parts.take(NEAR).any(|part| {
        let part = part.to_ascii_lowercase();
        let family = |name: &str| {
            let rest = part.strip_prefix(name);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
        };
        let digest = family("sha") || part.starts_with("md5") || part.starts_with("blake");
        PUBLIC.contains(&&*part) || (digest || DIGESTS.contains(&&*part)) && is_digest(word)
    })
}

/// `sha256-` and the digest, as they are written for browsers.
fn begins_with_digest(word: &str) -> bool {
    let Some((family, digest)) = word.split_once(['-', '=', ':']) else {
        return false;
    };
    let known = ["sha1", "sha256", "sha384", "sha512", "md5"];
    known.iter().any(|name| family.eq_ignore_ascii_case(name)) && is_digest(digest)
}

/// Hexadecimal digits, or as many signs of base64 as digests have.
fn is_digest(word: &str) -> bool {
    let bare = word.trim_end_matches('=');
    let is_hex = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex || matches!(bare.len(), 22 | 27 | 38 | 43 | 64 | 86)
}

/// Whether one of the stretches, which stand in order, holds a place.
pub(super) fn holds(blocks: &[Range<usize>], at: usize) -> bool {
    let next = blocks.partition_point(|block| block.start <= at);
    next > 0 && blocks[next - 1].contains(&at)
}

/// Blocks of a kind that is public, such as a certificate.
pub(super) fn public_blocks(text: &str) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("-----BEGIN ") {
        let start = from + at;
        let next = start + "-----BEGIN ".len();
        let limit = floor(text, next + MOST_BLOCK);
        let label = &text[next..floor(text, next + 40)];
        from = next;
        if let Some(end) = text[next..limit].find("-----END") {
            from = next + end;
            if !label.contains("PRIVATE") {
                blocks.push(start..from);
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "9f86d081884c7d659a2feaa0c55ad015";

    #[test]
    fn only_what_calls_it_a_digest_excuses_a_digest() {
        for name in [
            "xz_hash",
            "commit-hash",
            "sha256sum",
            "SHA-256",
            "sha",
            "file md5 is",
        ] {
            assert!(calls(name, HEX), "{name}");
        }
        for name in [
            "shared key",
            "hashicorp",
            "committed",
            "hash of the api key",
            "sharp",
            "published",
            "token",
            "",
        ] {
            assert!(!calls(name, HEX), "{name}");
        }
        let password = ["wJalrXUtnFEMI7K7MDENGbPxRfi", "CYzKx8vQ3mLp"].concat();
        assert!(!calls("hash", &password), "no digest is so long");
        assert!(calls("etag", &password));
    }

    #[test]
    fn a_name_on_another_line_says_nothing() {
        let text = format!("hash = 1\nkey = {HEX}");
        let start = text.len() - HEX.len();
        assert!(!is_excused(&text, start, text.len()));
    }

    #[test]
    fn a_slash_alone_makes_no_path() {
        assert!(is_path("/var/lib/x") && is_path("/x.toml") && is_path("../x"));
        assert!(!is_path("/wJalrXUtnFEMIbPxRfiCYzKx8vQ3mLp"));
    }

    #[test]
    fn what_stands_before_an_address_with_a_colon_is_a_password() {
        assert!(is_place("anna-9f86d081@femo.example"));
        assert!(!is_place("svc:9f86d081@femo.example"));
        assert!(is_place("git@host.example:team/repository"));
    }
}
