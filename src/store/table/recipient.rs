//! Table `recipient`: who may open the secrets.

use rusqlite::types::ToSqlOutput;

use crate::model::id::RecipientId;
use crate::model::sealed::Recipient;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            purpose, public_key, person, added, id
            FROM recipient ",
            $tail
        )
    };
}

impl Noun for Recipient {
    type Key = RecipientId;
    const SQL: Sql = Sql {
        table: "recipient",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO recipient (purpose, public_key, person, added, id)
          VALUES (:purpose, :public_key, :person, :added, :id)",
        update: "
          UPDATE recipient SET (purpose, public_key, person, added)
          = (:purpose, :public_key, :person, :added)
          WHERE id = :id",
        delete: "DELETE FROM recipient WHERE id = :id",
        exists: "SELECT 1 FROM recipient WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM recipient ORDER BY id",
        count: "SELECT count(*) FROM recipient",
        key_of_row: "SELECT id FROM recipient WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a RecipientId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.purpose.cell(),
            self.key.cell(),
            self.person.cell(),
            self.added.cell(),
            key.cell(),
        ]
    }

    fn read(_key: &RecipientId, cells: &mut Cells<'_>) -> Result<Recipient, String> {
        Ok(Recipient {
            purpose: cells.next()?,
            key: cells.next()?,
            person: cells.next()?,
            added: cells.next()?,
        })
    }
}
