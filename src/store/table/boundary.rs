//! Table `boundary`: the tree. A node's parent is a column that the engine derives from its path.

use rusqlite::types::ToSqlOutput;

use crate::model::boundary::Boundary;
use crate::model::id::BoundaryPath;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            kind, name, tenant_role, id
            FROM boundary ",
            $tail
        )
    };
}

impl Noun for Boundary {
    type Key = BoundaryPath;
    const SQL: Sql = Sql {
        table: "boundary",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO boundary (kind, name, tenant_role, id)
          VALUES (:kind, :name, :tenant_role, :id)",
        update: "
          UPDATE boundary SET (kind, name, tenant_role)
          = (:kind, :name, :tenant_role)
          WHERE id = :id",
        delete: "DELETE FROM boundary WHERE id = :id",
        exists: "SELECT 1 FROM boundary WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM boundary ORDER BY id",
        count: "SELECT count(*) FROM boundary",
        key_of_row: "SELECT id FROM boundary WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a BoundaryPath) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.kind.cell(),
            self.name.cell(),
            self.tenant_role.cell(),
            key.cell(),
        ]
    }

    fn read(_key: &BoundaryPath, cells: &mut Cells<'_>) -> Result<Boundary, String> {
        Ok(Boundary {
            kind: cells.next()?,
            name: cells.next()?,
            tenant_role: cells.next()?,
        })
    }
}
