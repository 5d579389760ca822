//! Table `catalog`: glossaries that came with an inventory, whole.

use rusqlite::types::ToSqlOutput;

use crate::model::entitlement::{Catalog, CatalogName};
use crate::store::cell::{Cell, Cells, json};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            title, side, source, entitlements, id
            FROM catalog ",
            $tail
        )
    };
}

impl Noun for Catalog {
    type Key = CatalogName;
    const SQL: Sql = Sql {
        table: "catalog",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO catalog (title, side, source, entitlements, id)
          VALUES (:title, :side, :source, :entitlements, :id)",
        update: "
          UPDATE catalog SET (title, side, source, entitlements)
          = (:title, :side, :source, :entitlements)
          WHERE id = :id",
        delete: "DELETE FROM catalog WHERE id = :id",
        exists: "SELECT 1 FROM catalog WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM catalog ORDER BY id",
        count: "SELECT count(*) FROM catalog",
        key_of_row: "SELECT id FROM catalog WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a CatalogName) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.title.cell(),
            self.side.cell(),
            self.source.cell(),
            json(&self.entitlements),
            key.cell(),
        ]
    }

    fn read(_key: &CatalogName, cells: &mut Cells<'_>) -> Result<Catalog, String> {
        Ok(Catalog {
            title: cells.next()?,
            side: cells.next()?,
            source: cells.next()?,
            entitlements: cells.json()?,
        })
    }
}
