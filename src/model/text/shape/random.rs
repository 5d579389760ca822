//! Words that no language, name or path looks like. Told by how often letters change to digits and capitals; names,
//! slugs, paths, URLs, addresses, hashes that are called so and public keys are let through.

use std::ops::Range;

use super::super::floor;
use super::{Hit, Shape};

/// The shortest word that is judged, in bytes.
pub(super) const SHORTEST: usize = 20;
/// The shortest of one kind of letters with digits, and of hexadecimal digits.
pub(super) const SHORTEST_PLAIN: usize = 24;
const SHORTEST_HEX: usize = 32;
/// How much before and behind a word is looked at, in bytes.
const AROUND: usize = 256;
/// The longest block of a public kind, in bytes.
const MOST_BLOCK: usize = 16 * 1024;

/// What says shortly before a word that it is a digest or a name, and no secret.
const DIGESTS: &[&str] = &[
    "sha",
    "md5",
    "hash",
    "digest",
    "checksum",
    "commit",
    "fingerprint",
    "thumbprint",
    "revision",
    "blake",
    "etag",
    "uuid",
    "guid",
    "public",
    "integrity",
    "ssh-",
];

pub(super) fn find(text: &str, found: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut public = None;
    let mut at = 0;
    while at < bytes.len() {
        let long = bytes[at..].iter().take_while(|b| is_part(**b)).count();
        let word = text.get(at..at + long).unwrap_or_default();
        if long >= SHORTEST
            && has_look(word)
            && !is_excused(text, at, at + long)
            && decoded(word).is_none()
            && !holds(public.get_or_insert_with(|| public_blocks(text)), at)
        {
            found.push(Hit {
                range: at..at + long,
                shape: Shape::Random,
            });
        }
        at += long.max(1);
    }
}

fn is_part(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-_+/=".contains(&b)
}

/// Whether what stands around a word says that it is no secret.
fn is_excused(text: &str, start: usize, end: usize) -> bool {
    let word = &text[start..end];
    let public = ["age1", "AAAA", "ssh-"];
    if public.iter().any(|prefix| word.starts_with(prefix)) || word.starts_with('/') {
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
    let paths = ["/", "./", "../", "~/"];
    if whole.contains("://") || whole.contains('@') || paths.iter().any(|p| whole.starts_with(p)) {
        return true;
    }
    let near = floor(text, start.saturating_sub(32));
    let before = text[near..start].to_ascii_lowercase();
    let label = DIGESTS.iter().any(|label| before.contains(label));
    label || word.get(..3).is_some_and(|s| s.eq_ignore_ascii_case("sha"))
}

/// Whether one of the stretches, which stand in order, holds a place.
fn holds(blocks: &[Range<usize>], at: usize) -> bool {
    let next = blocks.partition_point(|block| block.start <= at);
    next > 0 && blocks[next - 1].contains(&at)
}

/// Blocks of a kind that is public, such as a certificate.
fn public_blocks(text: &str) -> Vec<Range<usize>> {
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

/// Of `name=value`, each side is a word of its own.
fn has_look(word: &str) -> bool {
    word.split('=').any(is_random)
}

fn is_random(word: &str) -> bool {
    if word.len() < SHORTEST {
        return false;
    }
    let count = |is: fn(&u8) -> bool| word.bytes().filter(is).count();
    let lower = count(u8::is_ascii_lowercase);
    let upper = count(u8::is_ascii_uppercase);
    let digits = count(u8::is_ascii_digit);
    let pieces = || word.split(|c: char| !c.is_ascii_alphanumeric());
    let longest = pieces().map(str::len).max().unwrap_or(0);
    if lower >= 3 && upper >= 3 && digits >= 2 {
        let chunks: usize = pieces().map(chunks).sum();
        return longest >= 8
            && chunks * 3 >= lower + upper + digits
            && words(word) * 3 < word.len();
    }
    pieces().any(is_plain_random)
}

/// One kind of letters with digits.
fn is_plain_random(piece: &str) -> bool {
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let letters = piece.len() - digits;
    if piece.len() < SHORTEST_PLAIN || digits < 4 || letters < 4 {
        return false;
    }
    if piece.bytes().all(|b| b.is_ascii_hexdigit()) {
        return piece.len() >= SHORTEST_HEX;
    }
    let vowel = |b: &u8| b"aeiouAEIOU".contains(b);
    let vowels = piece.bytes().filter(vowel).count();
    chunks(piece) * 5 >= piece.len() && vowels * 10 <= letters * 3
}

/// How many stretches of one kind a piece has: digits, capitals, a word with or without its capital.
fn chunks(piece: &str) -> usize {
    let bytes = piece.as_bytes();
    let kind = |b: u8| (b.is_ascii_digit(), b.is_ascii_uppercase());
    let mut chunks = usize::from(!bytes.is_empty());
    for (at, pair) in bytes.windows(2).enumerate() {
        let capital = pair[0].is_ascii_uppercase() && pair[1].is_ascii_lowercase();
        // The last of several capitals begins a word.
        let several = at > 0 && bytes[at - 1].is_ascii_uppercase();
        if capital && several || !capital && kind(pair[0]) != kind(pair[1]) {
            chunks += 1;
        }
    }
    chunks
}

/// How many letters stand in stretches that read like words: five and more of lower case, with a vowel.
fn words(word: &str) -> usize {
    let vowel = |c: char| "aeiouy".contains(c);
    word.split(|c: char| !c.is_ascii_lowercase())
        .filter(|stretch| stretch.len() >= 5 && stretch.contains(vowel))
        .map(str::len)
        .sum()
}

/// The text that a word is the base64 of, where it is one: ordinary words in another dress.
pub(super) fn decoded(word: &str) -> Option<String> {
    let mut out = String::new();
    let (mut bits, mut held) = (0u32, 0);
    for b in word.trim_end_matches('=').bytes() {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held) as u8;
            if !(byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n' | b'\t' | b'\r')) {
                return None;
            }
            out.push(byte as char);
        }
    }
    (!out.is_empty()).then_some(out)
}
