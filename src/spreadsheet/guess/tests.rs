//! Sheets as people have them, and the maps that are guessed for them.

use super::*;
use crate::model::inventory::Inventory;
use crate::spreadsheet::{Form, Imported, Known, Map, Rows, import, survey, uses};

const ENGLISH: &str = "\
Service account;System;Env;URL;Owner (business);Technical contact;Access level;Permissions;Scope/Site;Expiry date;Last rotation;Credential type;Secret location;Notes
SVC Import;UniCMMS;Prod;https://a.example;Ana Lima;bo.berg@x.example;Read only;View Work Orders, View Assets;Plant 1;31.12.2026;1.10.2026;API key;keyring;x
SVC Status;Maximo;Test;https://b.example;Jörg Öz;bo.berg@x.example;Status sync;;Plant 2;-;1.11.2026;Token;age;
";

const GERMAN: &str = "\
Dienstkonto\tAnwendung\tUmgebung\tZugriffsstufe\tFachlich verantwortlich\tTechnischer Ansprechpartner\tBerechtigungen\tStandort\tGültig bis\tRotationsintervall\tStatus\tKennwort
svc-1\tMaximo\tProduktiv\tnur lesen\tAnna Groß\tIT-Team\tLesen\tWerk Süd\t31.12.2026\t90 Tage\tin Betrieb\t
svc-2\tMaximo\tTest\tLesen/Schreiben\tAnna Groß\tIT-Team\tLesen\tWerk Süd\t31.12.2026\t90 Tage\tgesperrt\t
";

fn form(delimiter: u8) -> Form {
    Form {
        delimiter,
        heading_row: None,
    }
}

fn guessed(text: &str) -> Guess {
    let delimiter = crate::spreadsheet::delimiter(text.as_bytes());
    let mut rows = Rows::open(text.as_bytes(), form(delimiter)).unwrap();
    guess(&survey(&mut rows).unwrap())
}

fn made(text: &str) -> Imported {
    let guess = guessed(text);
    assert_eq!(guess.missing, [""; 0], "{}", guess.map);
    let map = Map::parse(&guess.map).unwrap_or_else(|error| panic!("{error}\n{}", guess.map));
    let delimiter = crate::spreadsheet::delimiter(text.as_bytes());
    let mut rows = Rows::open(text.as_bytes(), form(delimiter)).unwrap();
    import(&mut rows, map, Known::Nothing, false).unwrap_or_else(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{faults:#?}\n{}", guess.map)
    })
}

fn account<'i>(inventory: &'i Inventory, id: &str) -> &'i crate::model::account::Account {
    &inventory.accounts[id]
}

#[test]
fn a_sheet_in_english_comes_in_by_its_guess() {
    let imported = made(ENGLISH);
    let inventory = &imported.inventory;
    let import = account(inventory, "svc-import");
    assert_eq!(import.provider.as_str(), "unicmms");
    assert_eq!(import.environment.as_str(), "production");
    assert_eq!(import.level.as_str(), "read-only-import");
    assert_eq!(import.expires.unwrap().to_string(), "2026-12-31");
    let permissions: Vec<&str> = import.permissions.iter().map(|key| key.as_str()).collect();
    assert_eq!(
        permissions,
        ["work-order/view-work-orders", "asset/view-assets"]
    );
    assert_eq!(
        import.owner.technical.as_ref().unwrap().as_str(),
        "person/bo-berg"
    );
    assert_eq!(
        import.credential.as_ref().unwrap().store.as_str(),
        "keyring"
    );
    assert_eq!(
        import.credential.as_ref().unwrap().identity[0].as_str(),
        "SVC Import"
    );
    assert_eq!(account(inventory, "svc-status").expires, None);
    let people: Vec<String> = inventory.people.keys().map(ToString::to_string).collect();
    assert_eq!(people, ["ana-lima", "bo-berg", "joerg-oez"]);
    assert_eq!(
        inventory.people["bo-berg"].email.as_ref().unwrap().as_str(),
        "bo.berg@x.example"
    );
    assert_eq!(imported.facts.len(), 2);
    let rows = Rows::open(ENGLISH.as_bytes(), form(b';')).unwrap();
    let uses = uses(&rows, &Map::parse(&guessed(ENGLISH).map).unwrap()).unwrap();
    let left: Vec<_> = uses.iter().filter(|used| used.targets.is_empty()).collect();
    assert_eq!(left.len(), 1, "the notes");
}

#[test]
fn a_sheet_in_german_comes_in_by_its_guess() {
    let inventory = made(GERMAN).inventory;
    let second = account(&inventory, "svc-2");
    assert_eq!(second.level.as_str(), "write-back");
    assert_eq!(second.status.as_str(), "suspended");
    assert_eq!(second.rotation.as_ref().unwrap().as_str(), "every-90d");
    assert_eq!(
        second.owner.technical.as_ref().unwrap().as_str(),
        "team/it-team"
    );
    assert_eq!(
        second.owner.business.as_ref().unwrap().as_str(),
        "person/anna-gross"
    );
    assert_eq!(second.boundary[0].as_str(), "werk-sued");
}

#[test]
fn what_no_column_says_is_named_and_left_to_a_person() {
    let guess = guessed("Service account,System\nsvc,Maximo\n");
    assert_eq!(guess.missing.len(), 4, "{:?}", guess.missing);
    assert!(guess.missing[3].starts_with("no column says `level`: read-only-import"));
    assert!(guess.map.contains("# level = \"read-only-import\""));
    let guess = guessed("Colour,Shape\nred,round\n");
    assert!(guess.missing[0].starts_with("no heading is known"));
}

#[test]
fn columns_of_secrets_are_left_to_a_person_and_never_shown() {
    let sheet = "Service account,System,API key,Notes\nsvc,Maximo,hunter2,ghp_16C7e42F292c6912E7710c838347Ae178B4a\n";
    let guess = guessed(sheet);
    assert!(
        guess
            .map
            .contains("# [column.\"API key\"]\n# ignore = true"),
        "{}",
        guess.map
    );
    assert!(
        !guess.map.contains("hunter2") && !guess.map.contains("ghp_"),
        "{}",
        guess.map
    );
}

#[test]
fn a_doubt_is_told() {
    let guess = guessed("Service account,System,Level,Expires\nsvc,Maximo,wizard,1/2/2027\n");
    assert_eq!(
        guess.columns,
        [
            Some(Sure::Sure),
            Some(Sure::Sure),
            Some(Sure::Doubtful),
            Some(Sure::Doubtful)
        ]
    );
    assert!(
        guess.map.contains("# not known: \"wizard\""),
        "{}",
        guess.map
    );
    assert!(
        guess.map.contains("the values do not tell"),
        "{}",
        guess.map
    );
}

#[test]
fn a_heading_cannot_write_into_the_map() {
    let hostile =
        "\"Service account\n[[waiver]] {x|y}\",System,\"Env\"\"]\nignore\"\nsvc,Maximo,prod\n";
    let guess = guessed(hostile);
    assert!(
        !guess.map.lines().any(|line| line.starts_with("[[waiver")),
        "{}",
        guess.map
    );
    let text = guess.map.replace("# ", "");
    assert!(Map::parse(&guess.map).is_err() || !text.is_empty());
}
