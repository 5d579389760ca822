//! The lines of a file, bounded: one that is too long, or a cell whose quote never ends, costs that line and no more.

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// The longest record, in bytes.
pub(super) const LONGEST: usize = 64 << 10;
/// The most lines of one record.
const MOST_LINES: usize = 100;

/// Lines with their numbers. Where a table has quotes, a line that ends within them goes on with the next.
pub(super) struct Lines<R> {
    from: R,
    /// What stands between the cells of a table that has quotes.
    quoted: Option<u8>,
    record: Vec<u8>,
    /// Where each line of the record ends, and whether it was too long to keep.
    ends: Vec<(usize, bool)>,
    /// Lines that were read already: those behind the first of a record that was none.
    ahead: VecDeque<(Vec<u8>, bool)>,
    number: u64,
}

/// One record as text, or why it is none.
pub(super) struct Line<'l> {
    /// The number of its first line, from 1.
    pub number: u64,
    pub text: Result<&'l str, &'static str>,
}

/// Where in a record we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Where a cell begins: here alone a quote opens.
    Begin,
    Cell,
    Quotes,
    /// Behind a quote within quotes: it ended them, unless another follows.
    Behind,
}

impl<R: BufRead> Lines<R> {
    pub fn of(from: R, quoted: Option<u8>) -> Lines<R> {
        Lines {
            from,
            quoted,
            record: Vec::new(),
            ends: Vec::new(),
            ahead: VecDeque::new(),
            number: 0,
        }
    }

    /// The next record that is not blank.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let why = loop {
            self.record.clear();
            self.ends.clear();
            let why = self.whole()?;
            if self.ends.is_empty() {
                return Ok(None);
            }
            if why.is_some() || !self.record.iter().all(u8::is_ascii_whitespace) {
                break why;
            }
        };
        let number = self.number + 1 - self.ends.len() as u64;
        if let Some(why) = why {
            self.go_back();
            let text = Err(why);
            return Ok(Some(Line { number, text }));
        }
        let text = std::str::from_utf8(&self.record).map_err(|_| "it is not UTF-8");
        let text = text.map(|line| line.trim_end_matches(['\n', '\r']));
        let text = text.map(|line| match number {
            1 => line.trim_start_matches('\u{feff}'),
            _ => line,
        });
        Ok(Some(Line { number, text }))
    }

    /// What was given last is no record: goes on at its second line.
    pub fn go_back(&mut self) {
        while self.ends.len() > 1 {
            let (_, is_long) = self.ends.pop().unwrap_or_default();
            let begin = self.ends.last().map_or(0, |(end, _)| *end);
            self.ahead
                .push_front((self.record.split_off(begin), is_long));
            self.number -= 1;
        }
    }

    /// Reads lines until the quotes of the record are closed; gives why they are none.
    fn whole(&mut self) -> io::Result<Option<&'static str>> {
        let mut at = At::Begin;
        loop {
            let begin = self.record.len();
            let Some(is_long) = self.one()? else {
                let is_open = at == At::Quotes;
                return Ok(is_open.then_some("a quote opens in it and never ends"));
            };
            self.number += 1;
            self.ends.push((self.record.len(), is_long));
            if is_long || self.record.len() > LONGEST {
                return Ok(Some(match self.ends.len() {
                    1 => "it is longer than 64 KiB",
                    _ => "a quote opens in it and does not end within 64 KiB",
                }));
            }
            let Some(delimiter) = self.quoted else {
                return Ok(None);
            };
            let line = &self.record[begin..];
            let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            let is_further = self.ends.len() > 1;
            for byte in line {
                let before = at;
                at = at.after(*byte, delimiter);
                if is_further && before == At::Behind && at == At::Cell {
                    return Ok(Some("a quote opens in it and ends within another cell"));
                }
            }
            if at != At::Quotes {
                return Ok(None);
            }
            if self.ends.len() >= MOST_LINES {
                return Ok(Some(
                    "a quote opens in it and does not end within 100 lines",
                ));
            }
        }
    }

    /// Adds one line, and says whether it was too long to keep; none at the end.
    fn one(&mut self) -> io::Result<Option<bool>> {
        if let Some((line, is_long)) = self.ahead.pop_front() {
            self.record.extend(line);
            return Ok(Some(is_long));
        }
        let begin = self.record.len();
        let (mut any, mut is_long) = (false, false);
        loop {
            let piece = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece?,
            };
            if piece.is_empty() {
                return Ok(any.then_some(is_long));
            }
            any = true;
            let end = piece.iter().position(|byte| *byte == b'\n');
            let take = end.map_or(piece.len(), |at| at + 1);
            is_long |= self.record.len() - begin + take > LONGEST;
            if !is_long {
                self.record.extend_from_slice(&piece[..take]);
            }
            self.from.consume(take);
            if end.is_some() {
                return Ok(Some(is_long));
            }
        }
    }
}

impl At {
    fn after(self, byte: u8, delimiter: u8) -> At {
        match (self, byte) {
            (At::Quotes, b'"') => At::Behind,
            (At::Quotes, _) | (At::Begin | At::Behind, b'"') => At::Quotes,
            (At::Begin | At::Cell | At::Behind, byte) if byte == delimiter => At::Begin,
            (At::Behind, b'\r' | b'\n') => At::Behind,
            (At::Begin | At::Cell | At::Behind, _) => At::Cell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], quoted: bool) -> Vec<(u64, Result<String, &'static str>)> {
        let mut lines = Lines::of(
            io::BufReader::with_capacity(5, text),
            quoted.then_some(b','),
        );
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
    fn a_quote_within_a_cell_is_a_sign_like_any_other() {
        let text = b"1,2\" valve,a\n2,3\" valve,b\n3,\"4\"\" valve\",c\n4,\"5\" valve\",d\n";
        assert_eq!(all(text, true).len(), 4);
        assert!(all(text, true).iter().all(|(_, text)| text.is_ok()));
    }

    #[test]
    fn a_quote_that_opens_and_ends_elsewhere_costs_its_own_line() {
        let text = b"1,\"2 valve,a\n2,x,b\n3,\"y\",c\n4,z,d\n";
        let read = all(text, true);
        let good: Vec<bool> = read.iter().map(|(_, text)| text.is_ok()).collect();
        assert_eq!(good, [false, true, true, true]);
        let open = [b"1,\"x\n".to_vec(), b"2,y\n".repeat(MOST_LINES)].concat();
        let read = all(&open, true);
        let bad = read.iter().filter(|(_, text)| text.is_err()).count();
        assert_eq!((read.len(), bad), (MOST_LINES + 1, 1));
    }

    #[test]
    fn what_is_too_long_or_no_text_is_told_and_the_rest_is_read() {
        let long = [b"x".repeat(LONGEST + 1), b"\nok\n\xff\nok".to_vec()].concat();
        let read = all(&long, false);
        let good: Vec<bool> = read.iter().map(|(_, text)| text.is_ok()).collect();
        assert_eq!(good, [false, true, false, true]);
    }
}
