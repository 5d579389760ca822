//! The groups that columns stand in, as their glossaries have them.

use std::collections::BTreeMap;

use crate::access::matrix::Matrix;
use crate::model::key::slug;

/// The groups in the order of their first column.
pub(super) struct Groups {
    pub names: Vec<String>,
    /// The group of each column, by its place in `names`.
    pub of: Vec<usize>,
}

pub(super) fn groups(matrix: &Matrix) -> Groups {
    let mut names: Vec<String> = Vec::new();
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    let mut of = Vec::with_capacity(matrix.columns.len());
    for column in &matrix.columns {
        let at = *place.entry(slug(&column.group)).or_insert(names.len());
        match names.get_mut(at) {
            // A glossary's title goes before the bare word that an unknown key has.
            Some(name) if column.effect.is_some() => name.clone_from(&column.group),
            Some(_) => {}
            None => names.push(column.group.clone()),
        }
        of.push(at);
    }
    Groups { names, of }
}
