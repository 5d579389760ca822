//! Table `account`, with `account_boundary` and `account_consumer`: where it acts and who uses it.

use rusqlite::types::ToSqlOutput;

use crate::model::account::{Account, Controls, Owner};
use crate::model::credential::Credential;
use crate::model::id::AccountId;
use crate::store::cell::{Cell, Cells, NULL, json, json_list, json_option};
use crate::store::noun::{List, Noun, PutRow, Sql};
use crate::store::table::put_list;

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            (SELECT json_group_array(boundary ORDER BY position) FROM account_boundary WHERE account = account.id),
            (SELECT json_group_array(consumer ORDER BY position) FROM account_consumer WHERE account = account.id),
            provider, environment, workflow, level, purpose, owner_business,
            owner_technical, owner_rotation, permissions, scopes, platform, expires,
            rotation, rotate, revoke, audit, canary, status, credential_kind,
            credential_store, credential_fields, credential_identity,
            credential_expiry_source, controls, control_supervisor, control_rollback,
            agent, id
            FROM account ",
            $tail
        )
    };
}

const BOUNDARIES: List = List {
    table: "account_boundary",
    insert: "INSERT INTO account_boundary (account, position, boundary) VALUES (:account, :position, :boundary)",
    clear: "DELETE FROM account_boundary WHERE account = :account",
    dangling: "
        SELECT DISTINCT account FROM account_boundary
        WHERE boundary NOT IN (SELECT id FROM boundary) OR account NOT IN (SELECT id FROM account)",
    gaps: Some(
        "
        SELECT account FROM account_boundary GROUP BY account
        HAVING min(position) <> 0 OR max(position) <> count(*) - 1",
    ),
};

const CONSUMERS: List = List {
    table: "account_consumer",
    insert: "INSERT INTO account_consumer (account, position, consumer) VALUES (:account, :position, :consumer)",
    clear: "DELETE FROM account_consumer WHERE account = :account",
    dangling: "
        SELECT DISTINCT account FROM account_consumer
        WHERE consumer NOT IN (SELECT id FROM consumer) OR account NOT IN (SELECT id FROM account)",
    gaps: Some(
        "
        SELECT account FROM account_consumer GROUP BY account
        HAVING min(position) <> 0 OR max(position) <> count(*) - 1",
    ),
};

impl Noun for Account {
    type Key = AccountId;
    const SQL: Sql = Sql {
        table: "account",
        key_parts: 1,
        principal: true,
        insert: "
          INSERT INTO account (provider, environment, workflow, level, purpose,
          owner_business, owner_technical, owner_rotation, permissions, scopes, platform,
          expires, rotation, rotate, revoke, audit, canary, status, credential_kind,
          credential_store, credential_fields, credential_identity,
          credential_expiry_source, controls, control_supervisor, control_rollback, agent,
          id)
          VALUES (:provider, :environment, :workflow, :level, :purpose, :owner_business,
          :owner_technical, :owner_rotation, :permissions, :scopes, :platform, :expires,
          :rotation, :rotate, :revoke, :audit, :canary, :status, :credential_kind,
          :credential_store, :credential_fields, :credential_identity,
          :credential_expiry_source, :controls, :control_supervisor, :control_rollback,
          :agent, :id)",
        update: "
          UPDATE account SET (provider, environment, workflow, level, purpose,
          owner_business, owner_technical, owner_rotation, permissions, scopes, platform,
          expires, rotation, rotate, revoke, audit, canary, status, credential_kind,
          credential_store, credential_fields, credential_identity,
          credential_expiry_source, controls, control_supervisor, control_rollback, agent)
          = (:provider, :environment, :workflow, :level, :purpose, :owner_business,
          :owner_technical, :owner_rotation, :permissions, :scopes, :platform, :expires,
          :rotation, :rotate, :revoke, :audit, :canary, :status, :credential_kind,
          :credential_store, :credential_fields, :credential_identity,
          :credential_expiry_source, :controls, :control_supervisor, :control_rollback,
          :agent)
          WHERE id = :id",
        delete: "DELETE FROM account WHERE id = :id",
        exists: "SELECT 1 FROM account WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM account ORDER BY id",
        count: "SELECT count(*) FROM account",
        key_of_row: "SELECT id FROM account WHERE rowid = :row",
        lists: &[BOUNDARIES, CONSUMERS],
    };

    fn row<'a>(&'a self, key: &'a AccountId) -> Vec<ToSqlOutput<'a>> {
        let credential = self.credential.as_ref();
        vec![
            self.provider.cell(),
            self.environment.cell(),
            self.workflow.cell(),
            self.level.cell(),
            self.purpose.cell(),
            self.owner.business.cell(),
            self.owner.technical.cell(),
            self.owner.rotation.cell(),
            json_list(&self.permissions),
            json_list(&self.scopes),
            self.platform.cell(),
            self.expires.cell(),
            self.rotation.cell(),
            self.rotate.cell(),
            self.revoke.cell(),
            json_option(self.audit.as_ref()),
            json_option(self.canary.as_ref()),
            self.status.cell(),
            credential.map_or(NULL, |c| c.kind.cell()),
            credential.map_or(NULL, |c| c.store.cell()),
            credential.map_or(NULL, |c| json_list(&c.fields)),
            credential.map_or(NULL, |c| json_list(&c.identity)),
            credential.map_or(NULL, |c| c.expiry_source.cell()),
            plain_controls(&self.controls),
            self.controls.supervisor.cell(),
            self.controls.rollback.cell(),
            json_option(self.agent.as_ref()),
            key.cell(),
        ]
    }

    fn lists(&self, key: &AccountId, put: &mut PutRow<'_>) -> rusqlite::Result<()> {
        put_list(&BOUNDARIES, key, &self.boundary, put)?;
        put_list(&CONSUMERS, key, &self.consumers, put)
    }

    fn read(_key: &AccountId, cells: &mut Cells<'_>) -> Result<Account, String> {
        let boundary = cells.json()?;
        let consumers = cells.json()?;
        Ok(Account {
            boundary,
            consumers,
            provider: cells.next()?,
            environment: cells.next()?,
            workflow: cells.next()?,
            level: cells.next()?,
            purpose: cells.next()?,
            owner: Owner {
                business: cells.next()?,
                technical: cells.next()?,
                rotation: cells.next()?,
            },
            permissions: cells.json()?,
            scopes: cells.json()?,
            platform: cells.next()?,
            expires: cells.next()?,
            rotation: cells.next()?,
            rotate: cells.next()?,
            revoke: cells.next()?,
            audit: cells.json_option()?,
            canary: cells.json_option()?,
            status: cells.next()?,
            credential: read_credential(cells)?.map(Box::new),
            controls: read_controls(cells)?.into(),
            agent: cells.json_option()?,
        })
    }
}

/// The controls without those that are columns of their own because they name records.
fn plain_controls(controls: &Controls) -> ToSqlOutput<'static> {
    let plain = Controls {
        supervisor: None,
        rollback: None,
        ..controls.clone()
    };
    if plain == Controls::default() {
        NULL
    } else {
        json(&plain)
    }
}

fn read_controls(cells: &mut Cells<'_>) -> Result<Controls, String> {
    let plain: Option<Controls> = cells.json_option()?;
    Ok(Controls {
        supervisor: cells.next()?,
        rollback: cells.next()?,
        ..plain.unwrap_or_default()
    })
}

fn read_credential(cells: &mut Cells<'_>) -> Result<Option<Credential>, String> {
    let kind = cells.next()?;
    let store = cells.next()?;
    let fields: Option<Vec<_>> = cells.json_option()?;
    let identity: Option<Vec<_>> = cells.json_option()?;
    let expiry_source = cells.next()?;
    match (kind, store) {
        (Some(kind), Some(store)) => Ok(Some(Credential {
            kind,
            fields: fields.unwrap_or_default(),
            store,
            identity: identity.unwrap_or_default(),
            expiry_source,
        })),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => {
            Err("a credential has both a kind and a place, or neither".to_owned())
        }
    }
}
