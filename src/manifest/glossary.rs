//! Glossaries of the user's own: files beside the inventory that providers and platforms name.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog;
use crate::manifest::place::{Lines, Place, Site};
use crate::manifest::problem::{Fault, Problem, Problems, cleaned};
use crate::manifest::reading::{Manifest, Teller};
use crate::manifest::revision::{self, Tree};
use crate::manifest::source::{self, Budget, Source, shown_path};
use crate::model::entitlement::{Catalog, CatalogName};
use crate::model::finding::FieldPath;
use crate::model::record::{Kind, Record, RecordId};

/// The largest glossary, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// One naming of a glossary's file.
struct Naming {
    name: CatalogName,
    by: RecordId,
    source: Source,
}

/// Reads every glossary that a provider or platform names as a file. Gives the files' resolved paths, good or bad.
pub(super) fn read(
    manifest: &mut Manifest,
    mut tree: Option<&mut dyn Tree>,
    budget: &mut Budget,
    problems: &mut Problems,
) -> HashSet<PathBuf> {
    let mut seen: HashMap<PathBuf, Option<Arc<Catalog>>> = HashMap::new();
    let mut identities: HashSet<PathBuf> = HashSet::new();
    let mut done: HashSet<(CatalogName, PathBuf)> = HashSet::new();
    for mut naming in namings(manifest) {
        problems.next_file();
        let path = naming.source.path.clone();
        if !done.insert((naming.name.clone(), path.clone())) {
            continue;
        }
        let catalog = match seen.get(&path) {
            Some(catalog) => catalog.clone(),
            None => {
                if let Some(tree) = tree.as_deref_mut() {
                    let found = tree.find(&path);
                    naming.source = revision::held(&path, tree, found);
                }
                identities.insert(naming.source.identity());
                let catalog = load(manifest, &naming, budget, problems).map(Arc::new);
                seen.insert(path, catalog.clone());
                catalog
            }
        };
        let Some(catalog) = catalog else { continue };
        let known = manifest.inventory.catalogs.get(&naming.name);
        if known.is_some_and(|known| *known != *catalog) {
            let place = manifest.place(&naming.by, &FieldPath::of("catalog"));
            problems.add(|| Problem {
                place,
                ..Problem::of(
                    format!("`{}` names two files with different content", naming.name),
                    "give one of the two another name",
                )
            });
        } else if known.is_none() {
            let catalog = Catalog::clone(&catalog);
            manifest.inventory.put(Record::from((naming.name, catalog)));
        }
    }
    identities
}

/// Every file that is named, in the order of the records.
fn namings(manifest: &Manifest) -> Vec<Naming> {
    let providers = manifest.inventory.providers.iter();
    let providers = providers.map(|(id, p)| (RecordId::new(Kind::Provider, id), &p.catalog));
    let platforms = manifest.inventory.platforms.iter();
    let platforms = platforms.map(|(id, p)| (RecordId::new(Kind::Platform, id), &p.catalog));
    providers
        .chain(platforms)
        .filter_map(|(by, name)| {
            let name = name.clone()?;
            let file = manifest.sites.get(&by)?.file as usize;
            let beside = &manifest.files.get(file)?.source;
            let relative = name.file()?.trim_start_matches("./");
            let folder = Path::new(&beside.shown).parent().unwrap_or(Path::new(""));
            let source = Source {
                path: beside.path.parent().unwrap_or(Path::new("")).join(relative),
                shown: folder.join(relative).to_string_lossy().into_owned(),
                held: None,
            };
            Some(Naming { name, by, source })
        })
        .collect()
}

fn load(
    manifest: &mut Manifest,
    naming: &Naming,
    budget: &mut Budget,
    problems: &mut Problems,
) -> Option<Catalog> {
    let named_at = manifest.place(&naming.by, &FieldPath::of("catalog"));
    let text = straight(naming).and_then(|()| source::text_within(&naming.source, budget, LARGEST));
    let text = match text {
        Ok(text) => text,
        Err(problem) => {
            problems.add(|| Problem {
                also: problem
                    .place
                    .map(|place| (place, "here".to_owned()))
                    .into_iter()
                    .collect(),
                place: named_at,
                ..*problem
            });
            return None;
        }
    };
    let file = manifest.begin(naming.source.clone(), text.len(), Vec::new());
    let site = Site {
        file,
        slice: u32::MAX,
        element: 0,
        item: 0,
        head: (0, text.find('\n').unwrap_or(text.len()) as u32),
    };
    let id = RecordId::new(Kind::Catalog, &naming.name);
    manifest.sites.entry(id).or_insert(site);
    match catalog::parse(&text) {
        Ok(catalog) => Some(catalog),
        Err(bad) => {
            let span = bad.span.unwrap_or(0..0);
            let place = Lines::of(&text).place(&naming.source.shown, &text, span);
            let also = |place: Place| (place, "named as a glossary here".to_owned());
            problems.add(|| Problem {
                place: Some(place),
                message: cleaned(&bad.message),
                hint: Some(
                    "a glossary has `title`, `side` and a list of `[[entitlement]]`".to_owned(),
                ),
                also: named_at.map(also).into_iter().collect(),
            });
            None
        }
    }
}

/// Refuses a path below the inventory that leads through a symbolic link; a tree does so itself.
fn straight(naming: &Naming) -> Result<(), Box<Problem>> {
    if naming.source.held.is_some() {
        return Ok(());
    }
    let relative = naming.name.file().unwrap_or_default();
    let depth = relative.trim_start_matches("./").split('/').count();
    for part in naming.source.path.ancestors().take(depth) {
        if fs::symlink_metadata(part).is_ok_and(|meta| meta.is_symlink()) {
            let message = format!("{}: it is a symbolic link", shown_path(part));
            return Err(Box::new(Problem::of(
                message,
                "links are not followed: put the file itself there",
            )));
        }
    }
    Ok(())
}

/// Whether a text is a glossary. One that is too long to be read as one is none, and is not parsed.
pub(super) fn is_glossary(text: &str) -> bool {
    text.len() as u64 <= LARGEST && catalog::parse(text).is_ok()
}

/// Tells what is wrong with a file that has no records and that nobody names.
pub(super) fn unnamed(
    manifest: &mut Manifest,
    source: Source,
    text: &str,
    problems: &mut Problems,
) {
    if !is_glossary(text) {
        manifest.absorb(source, text, false, problems);
        return;
    }
    // Whoever could not be read may be the one that names it.
    let may_name = |id: &RecordId| matches!(id.kind, Kind::Provider | Kind::Platform);
    let mut declared = manifest.sites.keys().filter(|id| may_name(id));
    if declared.any(|id| !manifest.inventory.contains(id)) {
        return;
    }
    let mut tell = Teller {
        text,
        file: source.shown.clone(),
        lines: None,
        problems,
    };
    let hint =
        "name it where it is used, `catalog = \"./FILE.toml\"`, or take it out of the folder";
    tell.fault(Fault::new(0..0, "it is a glossary that no provider or platform names").hint(hint));
}
