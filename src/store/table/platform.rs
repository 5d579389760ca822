//! Table `platform`, and `platform_environment`: its installations.

use rusqlite::types::ToSqlOutput;

use crate::model::id::PlatformId;
use crate::model::provider::Platform;
use crate::store::cell::{Cell, Cells, json, json_option};
use crate::store::noun::{List, Noun, PutRow, Sql};
use crate::store::table::environment;

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            (SELECT json_group_object(name, json_object('endpoint', endpoint, 'endpoints', endpoints, 'hosting', hosting,
             'allowlist', allowlist, 'admin', admin)) FROM platform_environment WHERE platform = platform.id),
            catalog, test, log, id
            FROM platform ",
            $tail
        )
    };
}

const ENVIRONMENTS: List = List {
    table: "platform_environment",
    insert: "
        INSERT INTO platform_environment (platform, name, endpoint, endpoints, hosting, allowlist, admin)
        VALUES (:platform, :name, :endpoint, :endpoints, :hosting, :allowlist, :admin)",
    clear: "DELETE FROM platform_environment WHERE platform = :platform",
    dangling: "
        SELECT DISTINCT platform FROM platform_environment
        WHERE admin NOT IN (SELECT id FROM principal) OR platform NOT IN (SELECT id FROM platform)",
    gaps: None,
};

impl Noun for Platform {
    type Key = PlatformId;
    const SQL: Sql = Sql {
        table: "platform",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO platform (catalog, test, log, id)
          VALUES (:catalog, :test, :log, :id)",
        update: "
          UPDATE platform SET (catalog, test, log)
          = (:catalog, :test, :log)
          WHERE id = :id",
        delete: "DELETE FROM platform WHERE id = :id",
        exists: "SELECT 1 FROM platform WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM platform ORDER BY id",
        count: "SELECT count(*) FROM platform",
        key_of_row: "SELECT id FROM platform WHERE rowid = :row",
        lists: &[ENVIRONMENTS],
    };

    fn row<'a>(&'a self, key: &'a PlatformId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.catalog.cell(),
            json(&self.test),
            json_option(self.log.as_ref()),
            key.cell(),
        ]
    }

    fn lists(&self, key: &PlatformId, put: &mut PutRow<'_>) -> rusqlite::Result<()> {
        environment::put(&ENVIRONMENTS, key.as_str(), &self.environment, put)
    }

    fn read(_key: &PlatformId, cells: &mut Cells<'_>) -> Result<Platform, String> {
        Ok(Platform {
            environment: environment::read(cells)?,
            catalog: cells.next()?,
            test: cells.json()?,
            log: cells.json_option()?,
        })
    }
}
