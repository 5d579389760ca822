//! How deep brackets and dotted keys lie in each other, counted before anything is parsed.

/// Brackets that are open, and how much each adds to the depth.
#[derive(Default)]
pub(super) struct Nesting {
    open: Vec<(u8, usize)>,
    header: usize,
    dots: usize,
    depth: usize,
}

impl Nesting {
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub fn depth(&self) -> usize {
        self.header + self.depth + self.dots
    }

    pub fn header(&mut self, keys: usize) {
        (self.header, self.dots) = (keys, 0);
    }

    pub fn dot(&mut self) {
        self.dots += 1;
    }

    pub fn key_ends(&mut self) {
        self.dots = 0;
    }

    pub fn push(&mut self, bracket: u8) {
        let weight = 1 + self.dots;
        self.open.push((bracket, weight));
        self.depth += weight;
        self.dots = 0;
    }

    /// Closes a bracket. One that does not fit closes nothing, so that the depth is never taken for less than a parser's.
    pub fn pop(&mut self, bracket: u8) {
        if let Some((_, weight)) = self.open.pop_if(|(open, _)| *open == bracket) {
            self.depth -= weight;
        }
        self.dots = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_keys_count_until_their_table_ends() {
        let mut open = Nesting::default();
        open.header(2);
        open.dot();
        open.push(b'{');
        assert_eq!(open.depth(), 4);
        open.pop(b'{');
        assert_eq!(open.depth(), 2);
    }

    #[test]
    fn a_bracket_that_does_not_fit_closes_nothing() {
        let mut open = Nesting::default();
        open.push(b'[');
        open.pop(b'{');
        open.push(b'[');
        assert_eq!(open.depth(), 2);
    }
}
