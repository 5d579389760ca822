//! What parts the cells of a table: told by its first rows.

use super::encoding::without_mark;

/// What may part cells, the likeliest first.
const KNOWN: [u8; 3] = [b',', b';', b'\t'];

/// How many rows are looked at.
const ROWS: usize = 20;

/// What parts the cells of a table that begins like this: a comma, a semicolon (Excel where the comma is decimal) or a tab.
///
/// Where none stands in the first rows, a comma: it is a table of one column.
pub fn delimiter(start: &[u8]) -> u8 {
    let start = without_mark(start);
    let scored = KNOWN.map(|known| (score(start, known), known));
    let best = scored.iter().map(|(score, _)| *score).max();
    let found = scored.iter().find(|(score, _)| Some(*score) == best);
    found.map_or(b',', |(_, known)| *known)
}

/// How many cells the first row with any has, weighted by how many rows have as many.
fn score(start: &[u8], delimiter: u8) -> usize {
    let mut counts = Vec::new();
    let (mut quoted, mut count) = (false, 0);
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                counts.push(count);
                count = 0;
            }
            byte if *byte == delimiter && !quoted => count += 1,
            _ => {}
        }
        if counts.len() == ROWS {
            break;
        }
    }
    if counts.is_empty() {
        counts.push(count);
    }
    let widest = counts.iter().copied().max().unwrap_or(0);
    let alike = counts.iter().filter(|count| **count == widest).count();
    widest.min(1) * (alike * 1000 / counts.len() + widest.min(999))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_told_by_the_first_rows() {
        assert_eq!(delimiter(b"a,b,c\n1,2,3\n"), b',');
        assert_eq!(delimiter(b"\xef\xbb\xbfa;b;c\n1,5;2,5;x\n2,5;1;y\n"), b';');
        assert_eq!(delimiter(b"a\tb\nx, y, z\tw\nv, w\tx\n"), b'\t');
        assert_eq!(delimiter(b"\"a;b\",c\n\"d;e;f\",g\n"), b',');
        assert_eq!(delimiter(b"one\ntwo\n"), b',');
        assert_eq!(delimiter(b""), b',');
    }
}
