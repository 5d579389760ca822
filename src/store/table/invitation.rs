//! Table `invitation`: how the invitation of a person stands.

use rusqlite::types::ToSqlOutput;

use crate::model::id::PersonId;
use crate::model::party::Invitation;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT person,
            status, since, until, person
            FROM invitation ",
            $tail
        )
    };
}

impl Noun for Invitation {
    type Key = PersonId;
    const SQL: Sql = Sql {
        table: "invitation",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO invitation (status, since, until, person)
          VALUES (:status, :since, :until, :person)",
        update: "
          UPDATE invitation SET (status, since, until) = (:status, :since, :until)
          WHERE person = :person",
        delete: "DELETE FROM invitation WHERE person = :person",
        exists: "SELECT 1 FROM invitation WHERE person = :person",
        all: select!("ORDER BY person"),
        one: select!("WHERE person = :person"),
        of_account: None,
        names: "SELECT person FROM invitation ORDER BY person",
        count: "SELECT count(*) FROM invitation",
        key_of_row: "SELECT person FROM invitation WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a PersonId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.status.cell(),
            self.since.cell(),
            self.until.cell(),
            key.cell(),
        ]
    }

    fn read(_key: &PersonId, cells: &mut Cells<'_>) -> Result<Invitation, String> {
        Ok(Invitation {
            status: cells.next()?,
            since: cells.next()?,
            until: cells.next()?,
        })
    }
}
