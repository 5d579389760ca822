//! Records in the order of their keys, however many there are: sorted a piece at a time into temporary files, then merged.
//!
//! Two logs of millions of lines are joined so: what one has and the other has not can stand anywhere in it, so no window
//! over them would do, and a database would write each key twice. The files have no name and end with the process.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// How many bytes are sorted in memory at once.
const PIECE: usize = 16 << 20;
/// How many pieces are merged at once.
const MOST_PIECES: usize = 64;

/// What is sorted: a key, by which, and what stands behind it, by which where keys are the same.
type Item = Vec<u8>;

/// Takes records in any order.
pub(super) struct Sorter {
    items: Vec<Item>,
    bytes: usize,
    pieces: Vec<File>,
    most: usize,
}

impl Sorter {
    pub fn new() -> Sorter {
        Sorter::holding(PIECE)
    }

    fn holding(most: usize) -> Sorter {
        Sorter {
            items: Vec::new(),
            bytes: 0,
            pieces: Vec::new(),
            most,
        }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn put(&mut self, item: Item) -> io::Result<()> {
        self.bytes += item.len() + size_of::<Item>();
        self.items.push(item);
        if self.bytes >= self.most {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.items.sort_unstable();
        let mut file = BufWriter::new(tempfile::tempfile()?);
        for item in self.items.drain(..) {
            write(&mut file, &item)?;
        }
        self.bytes = 0;
        self.keep(file)?;
        if self.pieces.len() == MOST_PIECES {
            let mut file = BufWriter::new(tempfile::tempfile()?);
            let mut all = Merge::of(std::mem::take(&mut self.pieces), Vec::new())?;
            while let Some(item) = all.next()? {
                write(&mut file, &item)?;
            }
            self.keep(file)?;
        }
        Ok(())
    }

    fn keep(&mut self, file: BufWriter<File>) -> io::Result<()> {
        let mut file = file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.pieces.push(file);
        Ok(())
    }

    /// All of them in order.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn sorted(mut self) -> io::Result<Merge> {
        self.items.sort_unstable();
        Merge::of(self.pieces, self.items)
    }
}

fn write(file: &mut impl Write, item: &[u8]) -> io::Result<()> {
    let length = u32::try_from(item.len()).map_err(io::Error::other)?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(item)
}

/// Gives records in order.
pub(super) struct Merge {
    files: Vec<BufReader<File>>,
    memory: std::vec::IntoIter<Item>,
    /// The next of each, the smallest first; what is in memory counts as the last file.
    heads: BinaryHeap<Reverse<(Item, usize)>>,
}

impl Merge {
    fn of(pieces: Vec<File>, items: Vec<Item>) -> io::Result<Merge> {
        let mut merge = Merge {
            files: pieces.into_iter().map(BufReader::new).collect(),
            memory: items.into_iter(),
            heads: BinaryHeap::new(),
        };
        for at in 0..=merge.files.len() {
            merge.refill(at)?;
        }
        Ok(merge)
    }

    /// The next record.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Item>> {
        let Some(Reverse((item, at))) = self.heads.pop() else {
            return Ok(None);
        };
        self.refill(at)?;
        Ok(Some(item))
    }

    fn refill(&mut self, at: usize) -> io::Result<()> {
        let next = match self.files.get_mut(at) {
            None => self.memory.next(),
            Some(file) => read(file)?,
        };
        if let Some(item) = next {
            self.heads.push(Reverse((item, at)));
        }
        Ok(())
    }
}

fn read(file: &mut BufReader<File>) -> io::Result<Option<Item>> {
    let mut length = [0; 4];
    match file.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        done => done?,
    }
    let mut item = vec![0; u32::from_le_bytes(length) as usize];
    file.read_exact(&mut item)?;
    Ok(Some(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_spilled_comes_back_in_order_and_whole() {
        let numbers: Vec<u32> = (0..5000u32)
            .map(|n| n.wrapping_mul(2_654_435_761))
            .collect();
        // So little in memory that pieces are merged on the way, too.
        for most in [1 << 30, 2000] {
            let mut sorter = Sorter::holding(most);
            for number in &numbers {
                sorter.put(number.to_be_bytes().to_vec()).unwrap();
            }
            let mut expected = numbers.clone();
            expected.sort_unstable();
            let mut merge = sorter.sorted().unwrap();
            let mut found = Vec::new();
            while let Some(item) = merge.next().unwrap() {
                found.push(u32::from_be_bytes(item.try_into().unwrap()));
            }
            assert_eq!(found, expected, "{most}");
        }
    }
}
