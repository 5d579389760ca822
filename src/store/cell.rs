//! Values of the model as cells of a row, both ways.

use rusqlite::Row;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lifecycle::due::DueKind;
use crate::model::access::{ActionClass, Level};
use crate::model::account::AccountStatus;
use crate::model::approval::Choice;
use crate::model::assertion::{Expectation, Given};
use crate::model::boundary::BoundaryKind;
use crate::model::credential::{CredentialKind, ExpirySource, SecretPlace, VersionStage};
use crate::model::date::{Date, Span, Timestamp};
use crate::model::entitlement::{CatalogName, EntitlementKey, Side};
use crate::model::fact::{Outcome, Refusal, ReviewVerdict};
use crate::model::id::{
    AccountId, BoundaryPath, ConsumerId, EnvironmentName, Fingerprint, Name, PersonId, PlatformId,
    Principal, ProcedureId, ProviderId, RecipientId, RoleId, RotationId, TeamId,
};
use crate::model::operation::{OperationState, Work};
use crate::model::party::InvitationStatus;
use crate::model::probe::ProbeKind;
use crate::model::procedure::ProcedureKind;
use crate::model::provider::Hosting;
use crate::model::rotation::Strategy;
use crate::model::sealed::{Ciphertext, Purpose, Source};
use crate::model::text::Text;

/// A value that one column holds.
pub(super) trait Cell: Sized {
    fn cell(&self) -> ToSqlOutput<'_>;
    /// Reads it back; an error says what is wrong with it.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self, String>;
}

fn as_text<'a>(cell: &ValueRef<'a>) -> Result<&'a str, String> {
    match cell {
        ValueRef::Text(bytes) => {
            std::str::from_utf8(bytes).map_err(|_| "its text is not UTF-8".to_owned())
        }
        ValueRef::Null => Err("it is missing".to_owned()),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err("it is not text".to_owned())
        }
    }
}

fn as_integer<T: TryFrom<i64>>(cell: ValueRef<'_>) -> Result<T, String> {
    match cell {
        ValueRef::Integer(value) => {
            T::try_from(value).map_err(|_| format!("`{value}` is out of range"))
        }
        ValueRef::Null => Err("it is missing".to_owned()),
        ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
            Err("it is not a whole number".to_owned())
        }
    }
}

macro_rules! text_cells {
    ($($type:ty,)*) => {$(
        impl Cell for $type {
            fn cell(&self) -> ToSqlOutput<'_> {
                ToSqlOutput::Borrowed(ValueRef::Text(self.as_str().as_bytes()))
            }
            fn from_cell(cell: ValueRef<'_>) -> Result<Self, String> {
                as_text(&cell)?.parse().map_err(|error| format!("{error}"))
            }
        }
    )*};
}
text_cells! {
    Text, Span, Name, AccountId, BoundaryPath, EnvironmentName, PersonId, PlatformId, Principal, ProcedureId,
    ProviderId, RoleId, RotationId, CatalogName, SecretPlace, ActionClass, Level, AccountStatus, Choice,
    BoundaryKind, CredentialKind, ExpirySource, VersionStage, Side, Outcome, ReviewVerdict, ProbeKind,
    ProcedureKind, Hosting, Strategy, DueKind, RecipientId, Fingerprint, Ciphertext, Purpose, Source, EntitlementKey,
    Expectation, Given, InvitationStatus, TeamId, ConsumerId, Refusal, Work, OperationState,
}

impl Cell for Timestamp {
    fn cell(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Text(self.to_string()))
    }
    fn from_cell(cell: ValueRef<'_>) -> Result<Self, String> {
        as_text(&cell)?.parse().map_err(|error| format!("{error}"))
    }
}

impl Cell for Date {
    fn cell(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Text(self.to_string()))
    }
    fn from_cell(cell: ValueRef<'_>) -> Result<Self, String> {
        as_text(&cell)?.parse().map_err(|error| format!("{error}"))
    }
}

impl Cell for String {
    fn cell(&self) -> ToSqlOutput<'_> {
        text(self)
    }
    fn from_cell(cell: ValueRef<'_>) -> Result<Self, String> {
        as_text(&cell).map(str::to_owned)
    }
}

impl Cell for u32 {
    fn cell(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Integer((*self).into()))
    }
    fn from_cell(cell: ValueRef<'_>) -> Result<Self, String> {
        as_integer(cell)
    }
}

impl Cell for bool {
    fn cell(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Integer((*self).into()))
    }
    fn from_cell(cell: ValueRef<'_>) -> Result<Self, String> {
        match as_integer::<u8>(cell)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("`{other}` is neither 0 nor 1")),
        }
    }
}

impl<T: Cell> Cell for Option<T> {
    fn cell(&self) -> ToSqlOutput<'_> {
        self.as_ref().map_or(NULL, Cell::cell)
    }
    fn from_cell(cell: ValueRef<'_>) -> Result<Self, String> {
        match cell {
            ValueRef::Null => Ok(None),
            present => T::from_cell(present).map(Some),
        }
    }
}

pub(super) const NULL: ToSqlOutput<'static> = ToSqlOutput::Borrowed(ValueRef::Null);

pub(super) fn text(text: &str) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
}

/// A value as JSON text.
pub(super) fn json(value: &impl Serialize) -> ToSqlOutput<'static> {
    let text = serde_json::to_string(value).expect("the keys of our values are strings");
    ToSqlOutput::Owned(Value::Text(text))
}

/// A value as JSON text, NULL where there is none.
pub(super) fn json_option(value: Option<&impl Serialize>) -> ToSqlOutput<'static> {
    value.map_or(NULL, json)
}

/// A list as JSON text; most are empty.
pub(super) fn json_list<T: Serialize>(list: &[T]) -> ToSqlOutput<'static> {
    if list.is_empty() {
        text("[]")
    } else {
        json(&list)
    }
}

/// The cells of a row in the order of its SELECT.
pub(super) struct Cells<'r> {
    row: &'r Row<'r>,
    at: usize,
}

impl<'r> Cells<'r> {
    /// The cells from column `at` on.
    pub fn from(row: &'r Row<'r>, at: usize) -> Cells<'r> {
        Cells { row, at }
    }

    fn cell<T>(
        &mut self,
        read: impl FnOnce(ValueRef<'_>) -> Result<T, String>,
    ) -> Result<T, String> {
        let at = self.at;
        self.at += 1;
        let cell = self.row.get_ref(at).map_err(|error| error.to_string())?;
        read(cell).map_err(|why| {
            let name = self.row.as_ref().column_name(at).unwrap_or("?");
            format!("column `{name}`: {why}")
        })
    }

    pub fn next<T: Cell>(&mut self) -> Result<T, String> {
        self.cell(T::from_cell)
    }

    pub fn json<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        self.cell(|cell| parse_json(as_text(&cell)?))
    }

    pub fn json_option<T: DeserializeOwned>(&mut self) -> Result<Option<T>, String> {
        self.cell(|cell| match cell {
            ValueRef::Null => Ok(None),
            present => parse_json(as_text(&present)?).map(Some),
        })
    }
}

pub(super) fn parse_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// A name as it stands, whatever it is: for saying what is wrong with it.
pub(super) fn lossy(cell: ValueRef<'_>) -> String {
    match cell {
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
            "?".to_owned()
        }
    }
}

/// Whether a cell of a row is exactly what would be written there.
pub(super) fn same(stored: ValueRef<'_>, written: &ToSqlOutput<'_>) -> bool {
    match written {
        ToSqlOutput::Borrowed(value) => stored == *value,
        ToSqlOutput::Owned(value) => stored == ValueRef::from(value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_does_not_parse_is_an_error_and_not_a_panic() {
        assert!(Date::from_cell(ValueRef::Text(b"2026-02-30")).is_err());
        assert!(Level::from_cell(ValueRef::Text(b"\xff")).is_err());
        assert!(u32::from_cell(ValueRef::Integer(-1)).is_err());
        assert!(bool::from_cell(ValueRef::Integer(2)).is_err());
        assert!(Text::from_cell(ValueRef::Null).is_err());
        assert_eq!(Option::<Text>::from_cell(ValueRef::Null), Ok(None));
    }
}
