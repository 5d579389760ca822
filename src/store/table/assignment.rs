//! Table `assignment`: principal x role x boundary. All of it is the key; a missing boundary is NULL.

use rusqlite::types::ToSqlOutput;

use crate::model::key::AssignmentKey;
use crate::model::role::Assignment;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT principal || ' ' || role || ifnull(' ' || at, ''),
            principal, role, at
            FROM assignment ",
            $tail
        )
    };
}

impl Noun for Assignment {
    type Key = AssignmentKey;
    const SQL: Sql = Sql {
        table: "assignment",
        key_parts: 3,
        principal: false,
        insert: "INSERT INTO assignment (principal, role, at) VALUES (:principal, :role, :at)",
        // There is nothing beside the key to change.
        update: "
          UPDATE assignment SET at = at
          WHERE principal = :principal AND role = :role AND ifnull(at, '') = ifnull(:at, '')",
        delete: "
          DELETE FROM assignment
          WHERE principal = :principal AND role = :role AND ifnull(at, '') = ifnull(:at, '')",
        exists: "
          SELECT 1 FROM assignment
          WHERE principal = :principal AND role = :role AND ifnull(at, '') = ifnull(:at, '')",
        all: select!("ORDER BY principal, role, ifnull(at, '')"),
        one: select!(
            "WHERE principal = :principal AND role = :role AND ifnull(at, '') = ifnull(:at, '')"
        ),
        of_account: None,
        names: "
          SELECT principal || ' ' || role || ifnull(' ' || at, '') FROM assignment
          ORDER BY principal, role, ifnull(at, '')",
        count: "SELECT count(*) FROM assignment",
        key_of_row: "
          SELECT principal || ' ' || role || ifnull(' ' || at, '') FROM assignment WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a AssignmentKey) -> Vec<ToSqlOutput<'a>> {
        vec![key.principal.cell(), key.role.cell(), key.at.cell()]
    }

    fn read(_key: &AssignmentKey, cells: &mut Cells<'_>) -> Result<Assignment, String> {
        Ok(Assignment {
            principal: cells.next()?,
            role: cells.next()?,
            at: cells.next()?,
        })
    }

    fn fits(&self, key: &AssignmentKey) -> bool {
        (&self.principal, &self.role, &self.at) == (&key.principal, &key.role, &key.at)
    }
}
