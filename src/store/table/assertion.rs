//! Table `assertion`: what access is meant to be, by who, what, where and what is given.

use rusqlite::types::ToSqlOutput;

use crate::model::assertion::Assertion;
use crate::model::key::AssertionKey;
use crate::store::cell::{Cell, Cells, json_list};
use crate::store::noun::{Noun, Sql};

macro_rules! key {
    () => {
        "principal || ' ' || permission || ' ' || at || ifnull(' ' || given, '')"
    };
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT ",
            key!(),
            ",
            expect, catalog, excepted, because, principal, permission, at, given
            FROM assertion ",
            $tail
        )
    };
}

macro_rules! is_key {
    () => {
        "principal = :principal AND permission = :permission AND at = :at AND ifnull(given, '') = ifnull(:given, '')"
    };
}

impl Noun for Assertion {
    type Key = AssertionKey;
    const SQL: Sql = Sql {
        table: "assertion",
        key_parts: 4,
        principal: false,
        insert: "
          INSERT INTO assertion (expect, catalog, excepted, because, principal, permission, at, given)
          VALUES (:expect, :catalog, :excepted, :because, :principal, :permission, :at, :given)",
        update: concat!(
            "
          UPDATE assertion SET (expect, catalog, excepted, because)
          = (:expect, :catalog, :excepted, :because)
          WHERE ",
            is_key!()
        ),
        delete: concat!("DELETE FROM assertion WHERE ", is_key!()),
        exists: concat!("SELECT 1 FROM assertion WHERE ", is_key!()),
        all: select!("ORDER BY principal, permission, at, ifnull(given, '')"),
        one: concat!(select!("WHERE "), is_key!()),
        of_account: None,
        names: concat!(
            "SELECT ",
            key!(),
            " FROM assertion ORDER BY principal, permission, at, ifnull(given, '')"
        ),
        count: "SELECT count(*) FROM assertion",
        key_of_row: concat!("SELECT ", key!(), " FROM assertion WHERE rowid = :row"),
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a AssertionKey) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.expect.cell(),
            self.catalog.cell(),
            json_list(&self.except),
            self.because.cell(),
            ToSqlOutput::from(key.principal.to_string()),
            key.permission.cell(),
            key.at.cell(),
            key.given.cell(),
        ]
    }

    fn read(_key: &AssertionKey, cells: &mut Cells<'_>) -> Result<Assertion, String> {
        Ok(Assertion {
            expect: cells.next()?,
            catalog: cells.next()?,
            except: cells.json()?,
            because: cells.next()?,
        })
    }
}
