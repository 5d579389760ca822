//! The Merkle tree over the trail (RFC 6962, SHA-256): a leaf for each event, its hash of the chain. Fed leaf by leaf,
//! in memory that does not grow with their number.

use sha2::{Digest as _, Sha256};

use crate::model::event::Digest;

/// The hash of a leaf: of a byte 0 and the entry.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut sha = Sha256::new();
    sha.update([0]);
    sha.update(entry);
    sha.finalize().into()
}

/// The hash of a node: of a byte 1 and the hashes of its two halves.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

/// A tree by what is needed to go on with it: the roots of its whole halves, the largest first, at most 64 of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    nodes: Vec<Digest>,
}

impl Tree {
    /// One that was kept as [`Tree::nodes`].
    pub fn of(size: u64, nodes: Vec<Digest>) -> Option<Tree> {
        let should = usize::try_from(size.count_ones()).unwrap_or(usize::MAX);
        (nodes.len() == should).then_some(Tree { size, nodes })
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Digest) {
        let mut node = leaf;
        let mut rest = self.size;
        while rest & 1 == 1 {
            if let Some(left) = self.nodes.pop() {
                node = node_hash(&left, &node);
            }
            rest >>= 1;
        }
        self.nodes.push(node);
        self.size += 1;
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of its whole halves, the largest first.
    pub fn nodes(&self) -> &[Digest] {
        &self.nodes
    }

    /// What commits to every leaf and their order; the hash of nothing where there is none.
    pub fn root(&self) -> Digest {
        let mut nodes = self.nodes.iter().rev();
        let Some(last) = nodes.next() else {
            return Sha256::digest([]).into();
        };
        nodes.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The parts of a tree that show a leaf to be in it, as the leaves from the first up to the second: the leaf's sibling
/// first, the root's child last.
pub fn path(index: u64, size: u64) -> Vec<(u64, u64)> {
    let mut parts = Vec::new();
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        // The largest power of two below the number of leaves.
        let left = (to - from).next_power_of_two() / 2;
        let middle = from + left;
        if index < middle {
            parts.push((middle, to));
            to = middle;
        } else {
            parts.push((from, middle));
            from = middle;
        }
    }
    parts.reverse();
    parts
}

/// Collects the hashes of such parts from the leaves, fed in order.
#[derive(Debug)]
pub struct Collector {
    at: u64,
    parts: Vec<(u64, u64, Tree)>,
}

impl Collector {
    /// For the proof of a leaf in a tree of so many.
    pub fn new(index: u64, size: u64) -> Collector {
        let parts = path(index, size).into_iter();
        Collector {
            at: 0,
            parts: parts
                .map(|(from, to)| (from, to, Tree::default()))
                .collect(),
        }
    }

    /// The next leaf.
    pub fn push(&mut self, leaf: Digest) {
        let at = self.at;
        let part = self
            .parts
            .iter_mut()
            .find(|(from, to, _)| (*from..*to).contains(&at));
        if let Some((_, _, tree)) = part {
            tree.push(leaf);
        }
        self.at += 1;
    }

    /// The proof: a hash for each part.
    pub fn hashes(&self) -> Vec<Digest> {
        self.parts.iter().map(|(_, _, tree)| tree.root()).collect()
    }
}

/// Whether a leaf stands at this place (from 0) in the tree of this size and root, by its proof.
pub fn is_included(leaf: Digest, index: u64, size: u64, proof: &[Digest], root: &Digest) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(step, &hash);
            // A node without a sibling goes up as it is.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::hex;

    fn leaf(number: u64) -> Digest {
        leaf_hash(&number.to_be_bytes())
    }

    /// The root as RFC 6962 defines it.
    fn by_definition(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            more => {
                let (left, right) = more.split_at(more.len().next_power_of_two() / 2);
                node_hash(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition_at_every_size() {
        let leaves: Vec<Digest> = (0..70).map(leaf).collect();
        let mut tree = Tree::default();
        for size in 0..=leaves.len() {
            assert_eq!(tree.root(), by_definition(&leaves[..size]), "{size}");
            let again = Tree::of(tree.size(), tree.nodes().to_vec()).unwrap();
            assert_eq!(again, tree);
            if let Some(leaf) = leaves.get(size) {
                tree.push(*leaf);
            }
        }
        assert_eq!(Tree::of(3, vec![[0; 32]]), None);
    }

    #[test]
    fn the_hashes_are_those_that_other_implementations_test_for() {
        // The vectors of Certificate Transparency: no leaf, one empty leaf, and the first three of its eight.
        let root = |entries: &[&[u8]]| {
            let mut tree = Tree::default();
            entries.iter().for_each(|entry| tree.push(leaf_hash(entry)));
            hex(&tree.root())
        };
        assert_eq!(
            root(&[]),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            root(&[b""]),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            root(&[b"", b"\x00", b"\x10"]),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
        );
    }

    #[test]
    fn a_proof_holds_for_its_leaf_and_place_alone() {
        for size in 1..=33 {
            let mut tree = Tree::default();
            (0..size).for_each(|number| tree.push(leaf(number)));
            let root = tree.root();
            for index in 0..size {
                let mut collector = Collector::new(index, size);
                (0..size).for_each(|number| collector.push(leaf(number)));
                let proof = collector.hashes();
                assert!(is_included(leaf(index), index, size, &proof, &root));
                assert!(!is_included(leaf(index + 1), index, size, &proof, &root));
                assert!(!is_included(leaf(index), index, size, &proof, &[0; 32]));
                assert!(!is_included(leaf(index), size, size, &proof, &root));
                let other = (index + 1) % size;
                assert!(other == index || !is_included(leaf(index), other, size, &proof, &root));
                let mut longer = proof.clone();
                longer.push([0; 32]);
                assert!(!is_included(leaf(index), index, size, &longer, &root));
                assert!(
                    proof.is_empty() || !is_included(leaf(index), index, size, &proof[1..], &root)
                );
            }
        }
    }
}
