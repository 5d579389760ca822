//! Table `role`: named sets of permissions.

use rusqlite::types::ToSqlOutput;

use crate::model::id::RoleId;
use crate::model::role::Role;
use crate::store::cell::{Cell, Cells, json_list};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            tenant_role, catalog, permissions, id
            FROM role ",
            $tail
        )
    };
}

impl Noun for Role {
    type Key = RoleId;
    const SQL: Sql = Sql {
        table: "role",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO role (tenant_role, catalog, permissions, id)
          VALUES (:tenant_role, :catalog, :permissions, :id)",
        update: "
          UPDATE role SET (tenant_role, catalog, permissions)
          = (:tenant_role, :catalog, :permissions)
          WHERE id = :id",
        delete: "DELETE FROM role WHERE id = :id",
        exists: "SELECT 1 FROM role WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM role ORDER BY id",
        count: "SELECT count(*) FROM role",
        key_of_row: "SELECT id FROM role WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a RoleId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.tenant_role.cell(),
            self.catalog.cell(),
            json_list(&self.permissions),
            key.cell(),
        ]
    }

    fn read(_key: &RoleId, cells: &mut Cells<'_>) -> Result<Role, String> {
        Ok(Role {
            tenant_role: cells.next()?,
            catalog: cells.next()?,
            permissions: cells.json()?,
        })
    }
}
