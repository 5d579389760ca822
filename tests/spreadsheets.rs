//! Spreadsheets: the three that we have come in whole, the faults in them are found, and nothing bad or hostile gets through.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use keyroll::catalog::Glossaries;
use keyroll::lifecycle::facts::decide;
use keyroll::manifest;
use keyroll::model::inventory::Inventory;
use keyroll::rules::{self, Facts, Selection};
use keyroll::spreadsheet::{self, Faults, Form, Imported, Known, Map, Rows, import};
use proptest::prelude::*;

const AS_OF: &str = "2026-11-22";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn rows(text: &[u8], map: &Map) -> Rows<std::io::Cursor<Vec<u8>>> {
    let form = map.form(spreadsheet::delimiter(text));
    Rows::open(std::io::Cursor::new(text.to_vec()), form).unwrap()
}

fn taken(text: &[u8], map: &str, known: Known<'_>, skip_bad: bool) -> Result<Imported, Faults> {
    let map = Map::parse(map).unwrap();
    import(&mut rows(text, &map), map, known, skip_bad)
}

fn sheet(name: &str, map: &str) -> Imported {
    let text = std::fs::read(root(&format!("tests/fixtures/spreadsheets/{name}.tsv"))).unwrap();
    let map = std::fs::read_to_string(root(&format!("examples/spreadsheets/{map}.toml"))).unwrap();
    taken(&text, &map, Known::Nothing, false)
        .unwrap_or_else(|faults| panic!("{:#?}", lines(&faults)))
}

fn lines(faults: &Faults) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

/// What an inventory is once it is written and read again.
fn read_back(inventory: &Inventory) -> Inventory {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.toml");
    std::fs::write(&file, manifest::write(inventory)).unwrap();
    let read = manifest::read(&[file]);
    assert!(read.problems.is_empty(), "{:#?}", read.problems);
    let mut inventory = read.inventory;
    inventory.catalogs.clear();
    inventory
}

/// Rule and subject of what these rules find. Others tell of what no sheet has a column for.
fn found(
    inventory: &Inventory,
    selection: Selection,
    wanted: &BTreeSet<String>,
) -> BTreeSet<String> {
    let rule = |line: &String| line.split(' ').next().unwrap().to_owned();
    let selected: BTreeSet<String> = wanted.iter().map(rule).collect();
    let glossaries = Glossaries::of(inventory);
    let facts = Facts::new(inventory, &glossaries, AS_OF.parse().unwrap());
    let findings = rules::judge(&facts, &selection);
    let told = findings
        .iter()
        .map(|finding| format!("{} {}", finding.rule, finding.subject));
    told.filter(|line| selected.contains(&rule(line))).collect()
}

fn expected(lines: &str) -> BTreeSet<String> {
    lines
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn what_is_written_reads_back_to_the_same_records() {
    for (name, map) in [
        ("small-brookfield", "brookfield"),
        ("medium-femo", "femo"),
        ("femo-role-assignments", "femo-assignments"),
    ] {
        let imported = sheet(name, map);
        assert_eq!(read_back(&imported.inventory), imported.inventory, "{name}");
    }
}

// Of Brookfield's ten faults a sheet shows these, and `missing-revoke-procedure`, which is tested by itself. It does not
// show who has left (owner-departed: no column for it), what the key of another system may do (level-exceeded: the sheet
// names no permissions there) and that two secrets are one (environment-shared: no secret comes in by a sheet).
#[test]
fn the_faults_that_brookfields_sheet_shows_are_found_and_no_others() {
    let imported = sheet("small-brookfield", "brookfield");
    let wanted = expected(
        "agent-without-gate account/unicmms-production-ai-agent-draft-plant1
             forbidden-permission account/unicmms-production-ai-agent-draft-plant1
             unapproved-secret-store account/maintainx-staging-status-sync-plant1",
    );
    assert_eq!(
        found(&imported.inventory, Selection::declared(), &wanted),
        wanted
    );
    let without = "unicmms-production-status-sync-plant1";
    let inventory = imported.inventory;
    let revoke = |account: &str| inventory.accounts[account].revoke.is_some();
    assert!(
        !revoke(without)
            && inventory
                .accounts
                .keys()
                .all(|id| id.as_str() == without || revoke(id.as_str()))
    );
}

#[test]
fn the_faults_in_what_happened_are_found_once_the_facts_are_recorded() {
    let imported = sheet("small-brookfield", "brookfield");
    let mut inventory = imported.inventory;
    for change in decide(&imported.facts, &inventory).unwrap() {
        inventory.put(change.after().unwrap().clone());
    }
    let wanted = expected(
        "rotation-overdue account/maintainx-production-draft-handoff-plant1
         credential-expired account/maintainx-staging-status-sync-plant1",
    );
    assert_eq!(found(&inventory, Selection::all(), &wanted), wanted);
}

// Of FEMO's 27 faults a sheet shows these without its facts. It does not show that a key is shared or personal, that a
// provider takes one key a user (the sheet has no column for it), what the provider's export lists, and approvals.
#[test]
fn the_faults_that_femos_sheets_show_are_found_and_no_others() {
    let imported = sheet("medium-femo", "femo");
    assert_eq!(
        imported.inventory.accounts.len(),
        35,
        "all but the one that the provider alone knows"
    );
    let wanted = expected(
        "agent-without-gate account/unicmms-production-ai-agent-draft-hawthorne
             boundary-too-wide account/unicmms-production-status-sync-berlin
             duties-conflict account/unicmms-production-draft-handoff-hawthorne
             endpoint-mismatch provider/maximo
             environment-shared provider/maximo
             forbidden-permission account/unicmms-production-draft-handoff-hawthorne
             level-exceeded account/unicmms-production-ai-agent-draft-hawthorne
             missing-expiry account/maximo-production-read-only-import-berlin
             missing-owner account/s4hana-production-read-only-import-hawthorne
             missing-required-permission account/unicmms-production-status-sync-billund",
    );
    assert_eq!(
        found(&imported.inventory, Selection::declared(), &wanted),
        wanted
    );
    let imported = sheet("femo-role-assignments", "femo-assignments");
    let wanted = expected(
        "assignment-outside-workplace assignment/person/op-berlin-1 machine-operator femo/hawthorne
             assignment-too-wide assignment/person/op-billund-2 machine-operator femo
             assignment-without-boundary assignment/person/wm-hawthorne workshop-manager
             tenant-roles-mixed assignment/person/svc-bridge service-engineer femo/berlin",
    );
    assert_eq!(
        found(&imported.inventory, Selection::declared(), &wanted),
        wanted
    );
}

#[test]
fn each_of_femos_four_faulty_assignments_is_told_in_its_words_and_the_double_role_of_one_family_is_not()
 {
    let imported = sheet("femo-role-assignments", "femo-assignments");
    assert_eq!(imported.rows, 17);
    assert_eq!(imported.inventory.assignments.len(), 17);
    let glossaries = Glossaries::of(&imported.inventory);
    let facts = Facts::new(&imported.inventory, &glossaries, AS_OF.parse().unwrap());
    let selection = Selection {
        pedantic: true,
        ..Selection::all()
    };
    let judged = rules::judge(&facts, &selection);
    let of_assignments = judged.iter().filter(|found| {
        let subject = found.subject.to_string();
        ["assignment/", "person/", "team/"]
            .iter()
            .any(|kind| subject.starts_with(kind))
    });
    let told = of_assignments.map(|found| format!("{}: {}", found.rule, found.message));
    let told: BTreeSet<String> = told.collect();
    let wanted: BTreeSet<String> = [
        "assignment-outside-workplace: `person/op-berlin-1` holds `machine-operator` at `femo/hawthorne` and works at \
         `femo/berlin`",
        "assignment-too-wide: `person/op-billund-2` holds `machine-operator` at all of `femo` and works at `femo/billund`",
        "assignment-without-boundary: `person/wm-hawthorne` holds `workshop-manager` without a boundary",
        "tenant-roles-mixed: `person/svc-bridge` holds `service-engineer` of the tenant role `service-provider`, and \
         `machine-operator` of `operator`",
        // The other half of the role that is too wide.
        "redundant-assignment: `person/op-billund-2` holds `machine-operator` at all of `femo`, and so at `femo/billund`",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(told, wanted);
    let double = imported.inventory.assignments.keys();
    let double = double.filter(|key| key.principal.as_str() == "person/wm-billund");
    assert_eq!(
        double.count(),
        2,
        "the legitimate double role is there, and nothing is told of it"
    );
}

const MAP: &str = r#"
[column.Expires]
date = "day.month.year"
[column.Sites]
split = ","
[[account]]
id = "{Account|slug}"
provider = "{System|slug}"
environment = "production"
workflow = "{Level}"
level = "{Level}"
boundary = "dairy/{Sites|path}"
expires = "{Expires}"
owner.business = "person/{Owner|slug}"
[[person]]
id = "{Owner|slug}"
name = "{Owner}"
[[provider]]
id = "{System|slug}"
contact = "{Contact}"
"#;

const HEADINGS: &str = "Account,System,Level,Sites,Expires,Owner,Contact\n";

fn faults(body: &str) -> Vec<String> {
    let text = format!("{HEADINGS}{body}");
    lines(&taken(text.as_bytes(), MAP, Known::Nothing, false).unwrap_err())
}

#[test]
fn every_bad_cell_is_told_with_its_row_and_heading() {
    let faults = faults(
        "svc 1,Maximo,closeout,north,31.12.2026,Ana Lima,a@x\n\
         ?,Maximo,closeout,\"north,Süd\",31.13.2026,Ana Lima,a@x\n\n\
         svc 2,Maximo,close-out,north,,ANA LIMA,b@x\n\
         svc-1,Maximo,closeout,north,,Ana Lima,a@x,more\n",
    );
    assert_eq!(
        faults,
        [
            "row 3, column `Account` (A3): the row has no name for its account; `unless` in the map's `[[account]]` leaves out rows that are none",
            "row 3, column `Expires` (E3): `31.13.2026` is not a date; the column holds `day.month.year`, the year in four digits",
            "row 5, column `Level` (C5): `close-out` is not one of read-only-import, attachment-sync, draft-handoff, status-sync, write-back, closeout, ai-agent-draft; did you mean `closeout`? `words` in the column's table replaces it",
            "row 6, column `column H` (H6): there is a cell beyond the last heading; a cell that holds the delimiter must stand in quotes",
        ]
    );
}

#[test]
fn two_rows_of_one_account_or_two_stories_of_one_provider_are_refused() {
    let faults = faults(
        "svc 1,Maximo,closeout,north,,Ana Lima,a@x\nsvc-1,Maximo,closeout,south,,Ana Lima,a@x\n\
         svc 2,Maximo,closeout,north,,Ana Lima,b@x\n",
    );
    assert_eq!(
        faults,
        [
            "row 3, column `Account` (A3): `account/svc-1` is made of row 2 already; say `rows = \"merge\"` in the map where several rows tell of one",
            "row 4, column `System` (B4): `contact` of `provider/maximo` is `a@x` on row 2, and `b@x` here",
        ]
    );
}

#[test]
fn several_rows_make_one_account_where_the_map_says_so() {
    let map = MAP.replace("[[account]]", "[[account]]\nrows = \"merge\"");
    let text = format!("{HEADINGS}svc,M,closeout,north,,Ana,\nsvc,M,closeout,south,,Ana,\n");
    let inventory = taken(text.as_bytes(), &map, Known::Nothing, false)
        .unwrap()
        .inventory;
    let boundaries: Vec<&str> = inventory.accounts["svc"]
        .boundary
        .iter()
        .map(|path| path.as_str())
        .collect();
    assert_eq!(boundaries, ["dairy/north", "dairy/south"]);
}

#[test]
fn bad_rows_are_left_out_on_request_and_the_others_come_in() {
    let text = format!("{HEADINGS}svc-1,M,closeout,n,,Ana,\nsvc-2,M,nothing,n,,Eva,\n");
    let imported = taken(text.as_bytes(), MAP, Known::Nothing, true).unwrap();
    assert_eq!((imported.rows, imported.skipped), (2, 1));
    assert_eq!(imported.inventory.accounts.len(), 1);
    assert_eq!(
        imported.inventory.people.len(),
        1,
        "nothing of a bad row is taken"
    );
    assert_eq!(imported.faults.count(), 1);
}

#[test]
fn columns_of_secrets_refuse_all_until_they_are_ignored() {
    let token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    let text = format!(
        "Account,System,Level,Sites,Expires,Owner,Contact,Password,Notes\nsvc,M,closeout,n,,Ana,,hunter2,{token}\n"
    );
    let told = lines(&taken(text.as_bytes(), MAP, Known::Nothing, true).unwrap_err());
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].starts_with("column `Password` (H): its heading says that it holds secrets"));
    assert!(told[1].starts_with("row 2, column `Notes` (I2): the value looks like a GitHub token"));
    assert!(
        told.iter()
            .all(|line| !line.contains("hunter2") && !line.contains("ghp_"))
    );
    let map = format!("{MAP}\n[column.Password]\nignore = true\n[column.Notes]\nignore = true\n");
    assert!(taken(text.as_bytes(), &map, Known::Nothing, false).is_ok());
    let empty = text.replace("hunter2", "").replace(token, "");
    assert!(
        taken(empty.as_bytes(), MAP, Known::Nothing, false).is_ok(),
        "a column without a value holds no secret"
    );
}

#[test]
fn what_is_stored_gains_what_it_lacks_and_keeps_what_the_sheet_does_not_tell() {
    let text = format!("{HEADINGS}svc,M,closeout,n,,Ana,new@x\n");
    let mut stored = taken(text.as_bytes(), MAP, Known::Nothing, false)
        .unwrap()
        .inventory;
    stored
        .people
        .values_mut()
        .for_each(|person| person.name = "Ana Maria Lima".parse().unwrap());
    stored
        .providers
        .values_mut()
        .for_each(|provider| provider.contact = None);
    stored
        .accounts
        .values_mut()
        .for_each(|account| account.purpose = Some("told by hand".parse().unwrap()));
    let text = text.replace("closeout", "status-sync");
    let inventory = taken(text.as_bytes(), MAP, Known::Stored(&stored), false)
        .unwrap()
        .inventory;
    assert_eq!(
        inventory.people["ana"].name.as_str(),
        "Ana Maria Lima",
        "a person stays as stored"
    );
    assert_eq!(
        inventory.providers["m"].contact.as_ref().unwrap().as_str(),
        "new@x",
        "what is lacking is added"
    );
    assert_eq!(
        inventory.accounts["svc"].level.as_str(),
        "status-sync",
        "an account changes"
    );
    assert!(
        inventory.accounts["svc"].purpose.is_some(),
        "and keeps what the sheet does not tell"
    );
}

#[test]
fn what_other_files_declare_is_left_out() {
    let text = format!("{HEADINGS}svc,M,closeout,n,,Ana,\n");
    let mut declared = taken(text.as_bytes(), MAP, Known::Nothing, false)
        .unwrap()
        .inventory;
    declared.accounts.clear();
    let imported = taken(text.as_bytes(), MAP, Known::Beside(&declared), false).unwrap();
    assert_eq!(
        (imported.kept.len(), imported.inventory.records().count()),
        (2, 1)
    );
}

#[test]
fn facts_that_contradict_each_other_name_their_row() {
    let map = format!(
        "{MAP}\n[[fact]]\nfact = 'issued'\naccount = '{{Account|slug}}'\nversion = 2\non = 2026-10-01\nexpires = '{{Expires}}'\n"
    );
    let text = format!("{HEADINGS}svc,M,closeout,n,1.1.2020,Ana,\n");
    let told = lines(&taken(text.as_bytes(), &map, Known::Nothing, false).unwrap_err());
    assert_eq!(
        told,
        ["row 2: version 2 of `svc` ends on 2020-01-01, before it was issued on 2026-10-01"]
    );
}

/// Runs the program on a file of these bytes.
fn keyroll(bytes: &[u8], more: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("sheet.csv");
    std::fs::write(&file, bytes).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path());
    command
        .args(["import", "csv", "sheet.csv"])
        .args(more)
        .output()
        .unwrap()
}

#[test]
fn excels_encodings_are_read_or_told_apart() {
    let text = "Dienstkonto;Anwendung;Umgebung;Zugriffsstufe;Standort;Fachlich verantwortlich\r\nsvc;Maximo;Prod;nur lesen;Süd;Jörg Müller\r\n";
    let utf16: Vec<u8> = "\u{feff}"
        .chars()
        .chain(text.replace(';', "\t").chars())
        .collect::<String>()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = format!("\u{feff}{text}").into_bytes();
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    for (bytes, more) in [
        (&utf16, &["--out", "-"][..]),
        (&marked, &["--out", "-"]),
        (&latin, &["--out", "-", "--encoding", "windows-1252"]),
    ] {
        let output = keyroll(bytes, more);
        let (out, err) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        );
        assert!(
            out.contains("[person.joerg-mueller]\nname = \"Jörg Müller\""),
            "{out}{err}"
        );
    }
    let error = |bytes: &[u8]| {
        let output = keyroll(bytes, &[]);
        assert_eq!(output.status.code(), Some(4));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(error(&latin).contains("save it as \"CSV UTF-8\", or say --encoding windows-1252"));
    assert!(
        error(b"PK\x03\x04").contains("it is a workbook (xlsx or ods), not a table saved as text")
    );
}

#[test]
fn a_file_is_replaced_only_when_that_is_wanted_and_never_half() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("there.toml");
    std::fs::write(&out, "mine").unwrap();
    let text = b"Account,System,Env,Level,Site\nsvc,Maximo,prod,closeout,north\n";
    let path = out.to_str().unwrap();
    assert_eq!(keyroll(text, &["--out", path]).status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
    assert_eq!(
        keyroll(text, &["--out", path, "--force"]).status.code(),
        Some(0)
    );
    assert!(
        std::fs::read_to_string(&out)
            .unwrap()
            .contains("[account.svc]")
    );
    assert_eq!(
        keyroll(text, &["--out", folder.path().to_str().unwrap()])
            .status
            .code(),
        Some(0)
    );
    assert!(
        folder.path().join("sheet.toml").is_file(),
        "in a folder, a file of the sheet's name"
    );
}

/// Cells with what is special to tables, maps and names.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zäß0-9 ,;/|\"'{}*.:-]{0,20}",
        Just("closeout".to_owned()),
        Just("31.12.2026".to_owned()),
        Just("\n\u{1b}[2J".to_owned()),
        any::<String>(),
    ]
}

fn table() -> impl Strategy<Value = String> {
    let row = proptest::collection::vec(cell(), 0..17);
    proptest::collection::vec(row, 0..6).prop_map(|rows| {
        let rows = rows.iter().map(|cells| {
            let cells = cells
                .iter()
                .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
            cells.collect::<Vec<_>>().join(",") + "\n"
        });
        format!("{HEADINGS}{}", rows.collect::<String>())
    })
}

/// Headings that tell all that an account needs.
const WHOLE: &str = "Service account,System,Env,Level,Site,Tenant,Owner,Expires,Permissions,Status,Credential type,Secret store,\
    Rotation interval,Last used,How to revoke,Notes\n";

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        proptest::collection::vec(any::<u8>(), 0..400)
            .prop_map(|bytes| [WHOLE.as_bytes(), &bytes].concat()),
        table().prop_map(|table| table.replacen(HEADINGS, WHOLE, 1).into_bytes()),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in hostile()) {
        let form = Form { delimiter: spreadsheet::delimiter(&bytes), heading_row: None };
        if let Ok(mut rows) = Rows::open(&bytes[..], form)
            && let Ok(survey) = spreadsheet::survey(&mut rows)
        {
            let guess = spreadsheet::guess(&survey);
            if let Ok(map) = Map::parse(&guess.map) {
                let mut rows = Rows::open(&bytes[..], form).unwrap();
                let _ = import(&mut rows, map, Known::Nothing, true);
            } else {
                prop_assert!(!guess.missing.is_empty(), "a whole guess is a map:\n{}", guess.map);
            }
        }
    }

    #[test]
    fn any_text_is_a_map_or_refused(text in any::<String>(), start in "(\\[+[a-z.*\"]{0,12}\\]+\n|[a-z.]{1,9} = |'\\{[a-z|]{0,9}\\}'\n){0,6}") {
        let _ = Map::parse(&text);
        let _ = Map::parse(&format!("{start}{text}"));
        if let Ok(map) = Map::parse(&start) {
            let _ = import(&mut rows(HEADINGS.as_bytes(), &map), map, Known::Nothing, true);
        }
    }

    #[test]
    fn whatever_comes_in_reads_back_the_same(table in table()) {
        if let Ok(imported) = taken(table.as_bytes(), MAP, Known::Nothing, true) {
            prop_assert_eq!(read_back(&imported.inventory), imported.inventory);
        }
    }

    #[test]
    fn faults_never_hold_what_moves_a_cursor(table in table()) {
        if let Err(faults) = taken(table.as_bytes(), MAP, Known::Nothing, false) {
            for line in lines(&faults) {
                prop_assert!(!line.contains(['\u{1b}', '\n']), "{line:?}");
            }
        }
    }
}
