//! Table `sealed`: the value of each version, as an age file in its text form.

use rusqlite::types::ToSqlOutput;

use crate::model::key::VersionKey;
use crate::model::sealed::Sealed;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT account || ' ' || number,
            ciphertext, account, number
            FROM sealed ",
            $tail
        )
    };
}

impl Noun for Sealed {
    type Key = VersionKey;
    const SQL: Sql = Sql {
        table: "sealed",
        key_parts: 2,
        principal: false,
        insert: "
          INSERT INTO sealed (ciphertext, account, number)
          VALUES (:ciphertext, :account, :number)",
        update: "
          UPDATE sealed SET (ciphertext)
          = (:ciphertext)
          WHERE account = :account AND number = :number",
        delete: "DELETE FROM sealed WHERE account = :account AND number = :number",
        exists: "SELECT 1 FROM sealed WHERE account = :account AND number = :number",
        all: select!("ORDER BY account, number"),
        one: select!("WHERE account = :account AND number = :number"),
        of_account: Some(select!("WHERE account = :account ORDER BY number")),
        names: "SELECT account || ' ' || number FROM sealed ORDER BY account, number",
        count: "SELECT count(*) FROM sealed",
        key_of_row: "SELECT account || ' ' || number FROM sealed WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a VersionKey) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.ciphertext.cell(),
            key.account.cell(),
            key.number.cell(),
        ]
    }

    fn read(_key: &VersionKey, cells: &mut Cells<'_>) -> Result<Sealed, String> {
        Ok(Sealed {
            ciphertext: cells.next()?,
        })
    }
}
