//! Table `store_key`: one row at most, whose key is empty.

use rusqlite::types::ToSqlOutput;

use crate::model::key::Only;
use crate::model::sealed::StoreKey;
use crate::store::cell::{Cell, Cells, text};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            ciphertext, recipients, id
            FROM store_key ",
            $tail
        )
    };
}

impl Noun for StoreKey {
    type Key = Only;
    const SQL: Sql = Sql {
        table: "store_key",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO store_key (ciphertext, recipients, id)
          VALUES (:ciphertext, :recipients, :id)",
        update: "
          UPDATE store_key SET (ciphertext, recipients)
          = (:ciphertext, :recipients)
          WHERE id = :id",
        delete: "DELETE FROM store_key WHERE id = :id",
        exists: "SELECT 1 FROM store_key WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM store_key ORDER BY id",
        count: "SELECT count(*) FROM store_key",
        key_of_row: "SELECT id FROM store_key WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, _key: &'a Only) -> Vec<ToSqlOutput<'a>> {
        vec![self.ciphertext.cell(), self.recipients.cell(), text("")]
    }

    fn read(_key: &Only, cells: &mut Cells<'_>) -> Result<StoreKey, String> {
        Ok(StoreKey {
            ciphertext: cells.next()?,
            recipients: cells.next()?,
        })
    }
}
