//! Hands a table on to the reader of cells with its empty lines marked, so that rows keep their numbers, and notices a
//! quote that is never closed.

use std::io::{self, Read};

use super::encoding::without_mark;

/// How much is read at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// Where in a row a byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Row,
    Cell,
    Plain,
    Quoted,
    /// Behind a quote within quotes: the end of the cell, or half of a quote that is doubled.
    Closing,
}

/// A reader that gives each empty line an empty cell.
pub struct Lines<R> {
    from: R,
    delimiter: u8,
    at: At,
    after_return: bool,
    begun: bool,
    /// What is read and not handed on yet.
    out: Vec<u8>,
    done: usize,
    /// How many bytes may still be read.
    room: u64,
}

impl<R: Read> Lines<R> {
    /// Reads at most `most` bytes; more is an error.
    pub fn new(from: R, delimiter: u8, most: u64) -> Lines<R> {
        Lines {
            from,
            delimiter,
            at: At::Row,
            after_return: false,
            begun: false,
            out: Vec::new(),
            done: 0,
            room: most,
        }
    }

    /// Whether the table ended within quotes.
    pub fn is_open(&self) -> bool {
        self.at == At::Quoted
    }

    fn take(&mut self, byte: u8) {
        let is_end = byte == b'\n' || byte == b'\r';
        let second_half = byte == b'\n' && self.after_return;
        self.after_return = byte == b'\r';
        self.at = match self.at {
            At::Quoted if byte == b'"' => At::Closing,
            At::Quoted => At::Quoted,
            At::Row | At::Cell | At::Closing if byte == b'"' => At::Quoted,
            At::Row if second_half => At::Row,
            At::Row if is_end => {
                self.out.extend_from_slice(b"\"\"");
                At::Row
            }
            _ if is_end => At::Row,
            _ if byte == self.delimiter => At::Cell,
            At::Row | At::Cell | At::Plain | At::Closing => At::Plain,
        };
        self.out.push(byte);
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        let mut read = 0;
        // Whole pieces: the mark at the beginning must not be cut.
        while read < piece.len() {
            match self.from.read(&mut piece[read..]) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.room = self
            .room
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"))?;
        let mut bytes = &piece[..read];
        if !self.begun {
            self.begun = true;
            bytes = without_mark(bytes);
        }
        self.out.clear();
        self.done = 0;
        bytes.iter().for_each(|byte| self.take(*byte));
        Ok(())
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.done == self.out.len() {
            self.fill()?;
        }
        let read = (&self.out[self.done..]).read(into)?;
        self.done += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(text: &str) -> (String, bool) {
        let mut lines = Lines::new(text.as_bytes(), b',', 1 << 20);
        let mut out = String::new();
        lines.read_to_string(&mut out).unwrap();
        (out, lines.is_open())
    }

    #[test]
    fn empty_lines_are_marked_and_nothing_else_is_changed() {
        assert_eq!(through("a,b\n\n1,2\n").0, "a,b\n\"\"\n1,2\n");
        assert_eq!(through("a\r\n\r\n\r\nb").0, "a\r\n\"\"\r\n\"\"\r\nb");
        assert_eq!(through("\u{feff}a").0, "a");
        for same in [
            "",
            "a",
            "a\r\nb\r\n",
            "\"a\n\nb\"\n",
            "5\" pipe\n\"\"\"x\"\n",
        ] {
            assert_eq!(through(same), (same.to_owned(), false), "{same:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_noticed() {
        assert!(through("a,\"b\nc\n").1);
        assert!(!through("a,\"b\"\"c\"\n").1);
    }

    #[test]
    fn too_much_is_an_error_and_not_cut() {
        let mut lines = Lines::new(io::repeat(b'a'), b',', 1000);
        assert!(lines.read_to_end(&mut Vec::new()).is_err());
    }
}
