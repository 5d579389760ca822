//! The lines of a file, bounded: one that is too long, or a cell whose quote never ends, costs that line and no more.

use std::io::{self, BufRead};

/// The longest record, in bytes.
pub(super) const LONGEST: usize = 64 << 10;

/// Lines with their numbers. With `quoted`, a line that ends within quotes goes on with the next.
pub(super) struct Lines<R> {
    from: R,
    quoted: bool,
    line: Vec<u8>,
    number: u64,
}

/// One record as text, or why it is none.
pub(super) struct Line<'l> {
    /// The number of its first line, from 1.
    pub number: u64,
    pub text: Result<&'l str, &'static str>,
}

impl<R: BufRead> Lines<R> {
    pub fn of(from: R, quoted: bool) -> Lines<R> {
        Lines {
            from,
            quoted,
            line: Vec::new(),
            number: 0,
        }
    }

    /// The next record that is not blank.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            self.line.clear();
            let first = self.number + 1;
            let mut is_long = false;
            let mut is_open = false;
            loop {
                let begin = self.line.len();
                match self.one(&mut is_long)? {
                    None if self.number < first => return Ok(None),
                    None => break,
                    Some(()) => {}
                }
                let quotes = self.line[begin..].iter().filter(|b| **b == b'"').count();
                is_open ^= quotes % 2 == 1;
                if is_long || !self.quoted || !is_open {
                    break;
                }
            }
            if is_long {
                let text = Err("it is longer than 64 KiB");
                return Ok(Some(Line {
                    number: first,
                    text,
                }));
            }
            if self.line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let text = std::str::from_utf8(&self.line);
            let text = text.map(|line| line.trim_end_matches(['\n', '\r']));
            let text = text.map(|line| match first {
                1 => line.trim_start_matches('\u{feff}'),
                _ => line,
            });
            return Ok(Some(Line {
                number: first,
                text: text.map_err(|_| "it is not UTF-8"),
            }));
        }
    }

    /// Adds one line; none at the end.
    fn one(&mut self, is_long: &mut bool) -> io::Result<Option<()>> {
        let mut any = false;
        loop {
            let piece = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece?,
            };
            if piece.is_empty() {
                self.number += u64::from(any);
                return Ok(any.then_some(()));
            }
            any = true;
            let end = piece.iter().position(|byte| *byte == b'\n');
            let take = end.map_or(piece.len(), |at| at + 1);
            *is_long |= self.line.len() + take > LONGEST;
            if !*is_long {
                self.line.extend_from_slice(&piece[..take]);
            }
            self.from.consume(take);
            if end.is_some() {
                self.number += 1;
                return Ok(Some(()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], quoted: bool) -> Vec<(u64, Result<String, &'static str>)> {
        let mut lines = Lines::of(io::BufReader::with_capacity(5, text), quoted);
        let mut out = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            out.push((line.number, line.text.map(str::to_owned)));
        }
        out
    }

    #[test]
    fn a_cell_of_several_lines_is_one_record_and_the_next_has_its_own_number() {
        let text = b"\xef\xbb\xbfa,b\r\n1,\"x\ny\"\n\n2,z";
        let read = all(text, true);
        let shown: Vec<_> = read.iter().map(|(n, t)| (*n, t.clone().unwrap())).collect();
        let expected = [(1, "a,b"), (2, "1,\"x\ny\""), (5, "2,z")];
        assert_eq!(shown, expected.map(|(n, t)| (n, t.to_owned())));
        assert_eq!(all(text, false).len(), 4);
    }

    #[test]
    fn a_quote_that_never_ends_costs_no_more_than_its_bound() {
        let mut text = b"\"open\n".to_vec();
        text.extend("filler line of a file\n".repeat(8000).into_bytes());
        let read = all(&text, true);
        assert!(read[0].1.is_err());
        assert!(read.len() > 4000, "{}", read.len());
        assert_eq!(read.last().unwrap().0, 8001);
    }

    #[test]
    fn what_is_too_long_or_no_text_is_told_and_the_rest_is_read() {
        let long = [b"x".repeat(LONGEST + 1), b"\nok\n\xff\nok".to_vec()].concat();
        let read = all(&long, false);
        let good: Vec<bool> = read.iter().map(|(_, text)| text.is_ok()).collect();
        assert_eq!(good, [false, true, false, true]);
    }
}
