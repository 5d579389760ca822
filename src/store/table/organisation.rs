//! Table `organisation`: one row at most, whose key is empty.

use rusqlite::types::ToSqlOutput;

use crate::model::key::Only;
use crate::model::organisation::Organisation;
use crate::store::cell::{Cell, Cells, json_list, text};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            name, secret_stores, max_lifetime, naming, id
            FROM organisation ",
            $tail
        )
    };
}

impl Noun for Organisation {
    type Key = Only;
    const SQL: Sql = Sql {
        table: "organisation",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO organisation (name, secret_stores, max_lifetime, naming, id)
          VALUES (:name, :secret_stores, :max_lifetime, :naming, :id)",
        update: "
          UPDATE organisation SET (name, secret_stores, max_lifetime, naming)
          = (:name, :secret_stores, :max_lifetime, :naming)
          WHERE id = :id",
        delete: "DELETE FROM organisation WHERE id = :id",
        exists: "SELECT 1 FROM organisation WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM organisation ORDER BY id",
        count: "SELECT count(*) FROM organisation",
        key_of_row: "SELECT id FROM organisation WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a Only) -> Vec<ToSqlOutput<'a>> {
        let _ = key;
        vec![
            self.name.cell(),
            json_list(&self.secret_stores),
            self.max_lifetime.cell(),
            self.naming.cell(),
            text(""),
        ]
    }

    fn read(_key: &Only, cells: &mut Cells<'_>) -> Result<Organisation, String> {
        Ok(Organisation {
            name: cells.next()?,
            secret_stores: cells.json()?,
            max_lifetime: cells.next()?,
            naming: cells.next()?,
        })
    }
}
