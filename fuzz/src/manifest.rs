//! An inventory: read, judged, shown, mended, known, written and compared.

use keyroll::access::diff::{self, State};
use keyroll::catalog::{Glossaries, Policy};
use keyroll::manifest::{self, Manifest};
use keyroll::model::access::Level;
use keyroll::model::inventory::Inventory;
use keyroll::report::diff::{Sides, render};
use keyroll::report::{Format, Terminal, unified};
use keyroll::rules::{self, Facts, Selection};

use super::files::Files;
use super::{as_of, shown};

/// Everything that is done with an inventory of a stranger's.
pub fn manifest(bytes: &[u8]) {
    let mut files = Files::of(bytes);
    let mut read = manifest::read_tree(&files.listed(), &mut files);
    let selection = strict();
    judged(&mut read, &selection);
    mended(&mut files);
    if read.problems.is_empty() {
        written(&read.inventory);
    }
    compared(&read.inventory);
}

/// Every rule, and what only a pedant asks for.
pub fn strict() -> Selection {
    Selection {
        pedantic: true,
        ..Selection::all()
    }
}

/// What is found has its place and can be shown; what is known is found no more.
fn judged(read: &mut Manifest, selection: &Selection) {
    let glossaries = Glossaries::of(&read.inventory);
    let facts = Facts::new(&read.inventory, &glossaries, as_of());
    let judgement = rules::judgement(&facts, selection);
    let known = rules::baseline(&facts, selection);
    for finding in &judgement.findings {
        match read.place_of(finding) {
            Some(place) => {
                assert!(place.line >= 1 && place.column >= 1, "{place:?}");
                let (start, end) = (
                    (place.line, place.column),
                    (place.end_line, place.end_column),
                );
                assert!(start <= end, "{place:?}");
                assert!(read.line(&place).is_some(), "{place:?}");
            }
            None => assert!(!read.declares(&finding.subject), "{finding:?} has no place"),
        }
    }
    shown::everywhere(read, &judgement, selection);

    let text = manifest::write_baseline(&known);
    let known = text.map(|text| read.parse_baseline("known.jsonl", &text));
    let Ok(Ok(known)) = known else {
        return;
    };
    let glossaries = Glossaries::of(&read.inventory);
    let facts = Facts::new(&read.inventory, &glossaries, as_of());
    let judgement = rules::judgement_beside(&facts, selection, &known);
    for finding in &judgement.findings {
        let rule = rules::find(finding.rule).expect("a finding's rule is in the book");
        assert!(!rule.can_be_known(), "{finding:?} stands in the baseline");
    }
    shown::everywhere(read, &judgement, selection);
}

/// What is mended says the same, and is mended for good.
fn mended(files: &mut Files) {
    let listed = files.listed();
    let mended = manifest::mend_tree(&listed, files).expect("what is mended says the same");
    for file in &mended.files {
        let (before, after) = file.masked();
        shown::log(&unified::unified(&file.shown, &before, &after), "diff");
        files.put(&file.path, &file.after);
    }
    let again = manifest::mend_tree(&listed, files).expect("what is mended says the same");
    assert!(again.files.is_empty(), "mended twice: {:?}", again.files);
}

/// What is written reads back as the same.
fn written(inventory: &Inventory) {
    let text = manifest::write(inventory);
    let mut files = Files::of(text.as_bytes());
    let read = manifest::read_tree(&files.listed(), &mut files);
    let same = |inventory: &Inventory| manifest::write(inventory);
    if read.problems.is_empty() {
        assert_eq!(same(&read.inventory), text, "it reads back otherwise");
    } else {
        // Only the glossaries are not written.
        let names_a_file = |name: Option<&str>| name.is_some_and(|name| name.starts_with("./"));
        let providers = inventory.providers.values().map(|p| p.catalog.as_ref());
        let platforms = inventory.platforms.values().map(|p| p.catalog.as_ref());
        let mut names = providers.chain(platforms).flatten();
        assert!(
            names.any(|name| names_a_file(name.file())),
            "what was written cannot be read: {:?}\n{text}",
            read.problems
        );
    }
}

/// Against itself nothing changes; against nothing all is told in every form.
fn compared(inventory: &Inventory) {
    assert_eq!(changes(inventory, inventory).changes, []);
    let gained = changes(&Inventory::default(), inventory);
    let sides = Sides {
        old: "old",
        new: "new",
    };
    for format in [Format::Table, Format::Json, Format::Csv, Format::Md] {
        let text = render(&gained, sides, format, &Terminal::PIPE);
        shown::log(&text, "change in access");
    }
}

fn changes(old: &Inventory, new: &Inventory) -> diff::Diff {
    let [old_terms, new_terms] = [old, new].map(Glossaries::of);
    let old = State {
        inventory: old,
        glossary: &|name| old_terms.get(name),
    };
    let new = State {
        inventory: new,
        glossary: &|name| new_terms.get(name),
    };
    let actions = |level: Level| {
        let levels = Policy::shipped().levels();
        levels.policy(level).actions.as_slice()
    };
    diff::compare(&old, &new, &[&actions])
}
