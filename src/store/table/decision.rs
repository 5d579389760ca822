//! Table `decision`: read or write, by account and boundary.

use rusqlite::types::ToSqlOutput;

use crate::model::approval::Decision;
use crate::model::key::DecisionKey;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT account || ' ' || boundary,
            choice, reason, decided_by, decided_on, account, boundary
            FROM decision ",
            $tail
        )
    };
}

impl Noun for Decision {
    type Key = DecisionKey;
    const SQL: Sql = Sql {
        table: "decision",
        key_parts: 2,
        principal: false,
        insert: "
          INSERT INTO decision (choice, reason, decided_by, decided_on, account, boundary)
          VALUES (:choice, :reason, :decided_by, :decided_on, :account, :boundary)",
        update: "
          UPDATE decision SET (choice, reason, decided_by, decided_on)
          = (:choice, :reason, :decided_by, :decided_on)
          WHERE account = :account AND boundary = :boundary",
        delete: "DELETE FROM decision WHERE account = :account AND boundary = :boundary",
        exists: "SELECT 1 FROM decision WHERE account = :account AND boundary = :boundary",
        all: select!("ORDER BY account, boundary"),
        one: select!("WHERE account = :account AND boundary = :boundary"),
        of_account: Some(select!("WHERE account = :account ORDER BY boundary")),
        names: "SELECT account || ' ' || boundary FROM decision ORDER BY account, boundary",
        count: "SELECT count(*) FROM decision",
        key_of_row: "SELECT account || ' ' || boundary FROM decision WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a DecisionKey) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.choice.cell(),
            self.reason.cell(),
            self.by.cell(),
            self.on.cell(),
            key.account.cell(),
            key.boundary.cell(),
        ]
    }

    fn read(_key: &DecisionKey, cells: &mut Cells<'_>) -> Result<Decision, String> {
        Ok(Decision {
            choice: cells.next()?,
            reason: cells.next()?,
            by: cells.next()?,
            on: cells.next()?,
        })
    }
}
