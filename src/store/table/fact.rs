//! Table `fact`: what happened, a column for whatever any kind of fact holds.

use rusqlite::types::ToSqlOutput;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::fact::Fact;
use crate::model::key::FactKey;
use crate::store::cell::{Cell, Cells, NULL, json, json_option, text};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            fact, happened_on, account, procedure, version, expires, previous_live,
            probe, outcome, minutes, log, reviewed_by, verdict, consumer, way, detail, provider, told, id
            FROM fact ",
            $tail
        )
    };
}

impl Noun for Fact {
    type Key = FactKey;
    const SQL: Sql = Sql {
        table: "fact",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO fact (fact, happened_on, account, procedure, version, expires,
          previous_live, probe, outcome, minutes, log, reviewed_by, verdict, consumer, way, detail, provider, told, id)
          VALUES (:fact, :happened_on, :account, :procedure, :version, :expires,
          :previous_live, :probe, :outcome, :minutes, :log, :reviewed_by, :verdict, :consumer, :way, :detail, :provider, :told, :id)",
        update: "
          UPDATE fact SET (fact, happened_on, account, procedure, version, expires,
          previous_live, probe, outcome, minutes, log, reviewed_by, verdict, consumer, way, detail, provider, told)
          = (:fact, :happened_on, :account, :procedure, :version, :expires,
          :previous_live, :probe, :outcome, :minutes, :log, :reviewed_by, :verdict, :consumer, :way, :detail, :provider, :told)
          WHERE id = :id",
        delete: "DELETE FROM fact WHERE id = :id",
        exists: "SELECT 1 FROM fact WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: Some(select!("WHERE account = :account ORDER BY id")),
        names: "SELECT id FROM fact ORDER BY id",
        count: "SELECT count(*) FROM fact",
        key_of_row: "SELECT id FROM fact WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a FactKey) -> Vec<ToSqlOutput<'a>> {
        let mut row = vec![NULL; 19];
        row[FACT] = text(self.word());
        row[ON] = ToSqlOutput::from(self.on().to_string());
        if let Some(account) = self.account() {
            row[ACCOUNT] = account.cell();
        }
        if let Some(procedure) = self.procedure() {
            row[PROCEDURE] = procedure.cell();
        }
        if let Some(consumer) = self.consumer() {
            row[CONSUMER] = consumer.cell();
        }
        if let Some(provider) = self.provider() {
            row[PROVIDER] = provider.cell();
        }
        row[DETAIL] = json_option(self.detail());
        row[ID] = ToSqlOutput::from(key.to_string());
        match self {
            Fact::Issued {
                version, expires, ..
            } => {
                row[VERSION] = version.cell();
                row[EXPIRES] = expires.cell();
            }
            Fact::Rotated {
                version,
                expires,
                previous_live,
                ..
            } => {
                row[VERSION] = version.cell();
                row[EXPIRES] = expires.cell();
                row[PREVIOUS_LIVE] = previous_live.cell();
            }
            Fact::Evidence {
                version,
                probe,
                outcome,
                ..
            } => {
                row[VERSION] = version.cell();
                row[PROBE] = probe.cell();
                row[OUTCOME] = outcome.cell();
            }
            Fact::Drill {
                result, minutes, ..
            } => {
                row[OUTCOME] = result.cell();
                row[MINUTES] = minutes.cell();
            }
            Fact::Seen { log, reading, .. } => {
                row[LOG] = log.cell();
                row[TOLD] = json_option(reading.as_ref());
            }
            Fact::Reconciled { compared, .. } => row[TOLD] = json(compared),
            Fact::Listed { census, .. } => row[TOLD] = json(census),
            Fact::Review { by, verdict, .. } => {
                row[REVIEWED_BY] = by.cell();
                row[VERDICT] = verdict.cell();
            }
            Fact::OwnerChanged { .. } => {}
            Fact::Acknowledged { version, .. } => row[VERSION] = version.cell(),
            Fact::Refused { version, way, .. } => {
                row[VERSION] = version.cell();
                row[WAY] = way.cell();
            }
            Fact::FailClosed {
                version, outcome, ..
            } => {
                row[VERSION] = version.cell();
                row[OUTCOME] = outcome.cell();
            }
        }
        row
    }

    fn read(_key: &FactKey, cells: &mut Cells<'_>) -> Result<Fact, String> {
        let word: String = cells.next()?;
        let on = cells.next()?;
        let account = cells.next()?;
        let procedure = cells.next()?;
        let version = cells.next()?;
        let expires = cells.next()?;
        let previous_live = cells.next()?;
        let probe = cells.next()?;
        let outcome = cells.next()?;
        let minutes = cells.next()?;
        let log = cells.next()?;
        let by = cells.next()?;
        let verdict = cells.next()?;
        let consumer = cells.next()?;
        let way = cells.next()?;
        let detail = cells.json_option()?;
        let provider = cells.next()?;
        let told: Option<Value> = cells.json_option()?;
        Ok(match word.as_str() {
            "issued" => Fact::Issued {
                account: there("account", account)?,
                version: there("version", version)?,
                on,
                expires,
            },
            "rotated" => Fact::Rotated {
                account: there("account", account)?,
                version: there("version", version)?,
                on,
                expires,
                previous_live: there("previous_live", previous_live)?,
            },
            "evidence" => Fact::Evidence {
                account: there("account", account)?,
                version: there("version", version)?,
                probe: there("probe", probe)?,
                outcome: there("outcome", outcome)?,
                on,
                detail,
            },
            "drill" => Fact::Drill {
                procedure: there("procedure", procedure)?,
                account,
                on,
                result: there("outcome", outcome)?,
                minutes,
                detail,
            },
            "seen" => Fact::Seen {
                account: there("account", account)?,
                on,
                log,
                reading: told.map(read).transpose()?,
            },
            "reconciled" => Fact::Reconciled {
                account: there("account", account)?,
                on,
                compared: read(there("told", told)?)?,
            },
            "listed" => Fact::Listed {
                provider: there("provider", provider)?,
                on,
                census: read(there("told", told)?)?,
            },
            "review" => Fact::Review {
                account: there("account", account)?,
                on,
                by: there("reviewed_by", by)?,
                verdict: there("verdict", verdict)?,
                detail,
            },
            "owner-changed" => Fact::OwnerChanged {
                account: there("account", account)?,
                on,
            },
            "acknowledged" => Fact::Acknowledged {
                account: there("account", account)?,
                version: there("version", version)?,
                consumer: there("consumer", consumer)?,
                on,
                detail,
            },
            "refused" => Fact::Refused {
                account: there("account", account)?,
                version: there("version", version)?,
                way: there("way", way)?,
                on,
                detail,
            },
            "fail-closed" => Fact::FailClosed {
                account: there("account", account)?,
                version: there("version", version)?,
                consumer: there("consumer", consumer)?,
                outcome: there("outcome", outcome)?,
                on,
                detail,
            },
            other => return Err(format!("column `fact`: `{other}` is not a kind of fact")),
        })
    }
}

// The places of the columns in a row.
const FACT: usize = 0;
const ON: usize = 1;
const ACCOUNT: usize = 2;
const PROCEDURE: usize = 3;
const VERSION: usize = 4;
const EXPIRES: usize = 5;
const PREVIOUS_LIVE: usize = 6;
const PROBE: usize = 7;
const OUTCOME: usize = 8;
const MINUTES: usize = 9;
const LOG: usize = 10;
const REVIEWED_BY: usize = 11;
const VERDICT: usize = 12;
const CONSUMER: usize = 13;
const WAY: usize = 14;
const DETAIL: usize = 15;
const PROVIDER: usize = 16;
const TOLD: usize = 17;
const ID: usize = 18;

/// A column that this kind of fact must have.
fn there<T>(column: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("column `{column}`: it is missing"))
}

fn read<T: DeserializeOwned>(told: Value) -> Result<T, String> {
    serde_json::from_value(told).map_err(|error| format!("column `told`: {error}"))
}
