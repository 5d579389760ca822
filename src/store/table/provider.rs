//! Table `provider`, and `provider_environment`: its installations.

use rusqlite::types::ToSqlOutput;

use crate::model::id::ProviderId;
use crate::model::provider::Provider;
use crate::store::cell::{Cell, Cells, json, json_list, json_option};
use crate::store::noun::{List, Noun, PutRow, Sql};
use crate::store::table::environment;

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            (SELECT json_group_object(name, json_object('endpoint', endpoint, 'endpoints', endpoints, 'hosting', hosting,
             'allowlist', allowlist, 'admin', admin)) FROM provider_environment WHERE provider = provider.id),
            product, catalog, contact, reviewed, credential_kinds, max_live_credentials,
            lockout_after, max_lag, test, log, accounts, id
            FROM provider ",
            $tail
        )
    };
}

const ENVIRONMENTS: List = List {
    table: "provider_environment",
    insert: "
        INSERT INTO provider_environment (provider, name, endpoint, endpoints, hosting, allowlist, admin)
        VALUES (:provider, :name, :endpoint, :endpoints, :hosting, :allowlist, :admin)",
    clear: "DELETE FROM provider_environment WHERE provider = :provider",
    dangling: "
        SELECT DISTINCT provider FROM provider_environment
        WHERE admin NOT IN (SELECT id FROM principal) OR provider NOT IN (SELECT id FROM provider)",
    gaps: None,
};

impl Noun for Provider {
    type Key = ProviderId;
    const SQL: Sql = Sql {
        table: "provider",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO provider (product, catalog, contact, reviewed, credential_kinds,
          max_live_credentials, lockout_after, max_lag, test, log, accounts, id)
          VALUES (:product, :catalog, :contact, :reviewed, :credential_kinds,
          :max_live_credentials, :lockout_after, :max_lag, :test, :log, :accounts, :id)",
        update: "
          UPDATE provider SET (product, catalog, contact, reviewed, credential_kinds,
          max_live_credentials, lockout_after, max_lag, test, log, accounts)
          = (:product, :catalog, :contact, :reviewed, :credential_kinds,
          :max_live_credentials, :lockout_after, :max_lag, :test, :log, :accounts)
          WHERE id = :id",
        delete: "DELETE FROM provider WHERE id = :id",
        exists: "SELECT 1 FROM provider WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM provider ORDER BY id",
        count: "SELECT count(*) FROM provider",
        key_of_row: "SELECT id FROM provider WHERE rowid = :row",
        lists: &[ENVIRONMENTS],
    };

    fn row<'a>(&'a self, key: &'a ProviderId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.product.cell(),
            self.catalog.cell(),
            self.contact.cell(),
            self.reviewed.cell(),
            json_list(&self.credential_kinds),
            self.max_live_credentials.cell(),
            self.lockout_after.cell(),
            self.max_lag.cell(),
            json(&self.test),
            json_option(self.log.as_ref()),
            json_option(self.accounts.as_ref()),
            key.cell(),
        ]
    }

    fn lists(&self, key: &ProviderId, put: &mut PutRow<'_>) -> rusqlite::Result<()> {
        environment::put(&ENVIRONMENTS, key.as_str(), &self.environment, put)
    }

    fn read(_key: &ProviderId, cells: &mut Cells<'_>) -> Result<Provider, String> {
        Ok(Provider {
            environment: environment::read(cells)?,
            product: cells.next()?,
            catalog: cells.next()?,
            contact: cells.next()?,
            reviewed: cells.next()?,
            credential_kinds: cells.json()?,
            max_live_credentials: cells.next()?,
            lockout_after: cells.next()?,
            max_lag: cells.next()?,
            test: cells.json()?,
            log: cells.json_option()?,
            accounts: cells.json_option()?,
        })
    }
}
