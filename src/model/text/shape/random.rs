//! Words that no language, name or path looks like. Told by how often letters change to digits and capitals, and by which
//! letters follow each other.

use super::excuse::{holds, is_excused, public_blocks};
use super::language::{jumbles, reads};
use super::{Hit, Shape};

/// The shortest word that is judged, in bytes.
pub(super) const SHORTEST: usize = 20;
/// The shortest of one kind of letters with digits, and of hexadecimal digits.
pub(super) const SHORTEST_PLAIN: usize = 24;
const SHORTEST_HEX: usize = 32;
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
    if lower < 3 || upper < 3 {
        return pieces().any(is_plain_random);
    }
    let longest = pieces().map(str::len).max().unwrap_or(0);
    let chunks: usize = pieces().map(chunks).sum();
    // Without digits it must look less like words: names of many parts mostly have none.
    let looks = if digits >= 2 {
        !reads(word)
    } else {
        jumbles(word)
    };
    longest >= 6 && chunks * 3 >= lower + upper + digits && looks
}

/// One kind of letters with digits.
fn is_plain_random(piece: &str) -> bool {
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let letters = piece.len() - digits;
    if piece.len() < SHORTEST_PLAIN || digits < 2 || letters < 4 {
        return false;
    }
    if piece.bytes().all(|b| b.is_ascii_hexdigit()) {
        return piece.len() >= SHORTEST_HEX;
    }
    chunks(piece) * 8 >= piece.len() && !reads(piece)
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
