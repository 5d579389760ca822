//! Parsed tables into records: which table is which record, and what holds for its shape.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use serde::Deserialize;
use toml::Spanned;

use crate::catalog::nearest;
use crate::manifest::decode::decode;
use crate::manifest::place::{descend, head};
use crate::manifest::problem::{Fault, about, did_you_mean, shown};
use crate::manifest::renamed;
use crate::manifest::tree::{Table, Value};
use crate::model::account::Account;
use crate::model::boundary::Boundary;
use crate::model::consumer::Consumer;
use crate::model::id::{
    AccountId, BoundaryPath, ConsumerId, PersonId, PlatformId, ProcedureId, ProviderId, RoleId,
    RotationId, TeamId,
};
use crate::model::key::Only;
use crate::model::organisation::Organisation;
use crate::model::party::{Person, Team};
use crate::model::procedure::Procedure;
use crate::model::provider::{Platform, Provider};
use crate::model::record::{Kind, Record, RecordId};
use crate::model::role::Role;
use crate::model::rotation::Rotation;
use crate::model::sound::{self, Unsound};

/// A record that a text declares, whether or not it could be decoded.
pub(super) struct Declared {
    pub id: RecordId,
    /// Its header, in the slice.
    pub span: Range<usize>,
    /// Where the header begins that it stands below; of an assignment, not its boundary.
    pub head: usize,
    /// In a list of tables, which one.
    pub element: u32,
    /// Of an assignment, which boundary of `at`.
    pub item: u32,
    pub record: Option<Record>,
}

/// What was found in one slice.
#[derive(Default)]
pub(super) struct Reading {
    pub declared: Vec<Declared>,
    pub faults: Vec<Fault>,
    /// Whether values are read, or only names: after a syntax error what is missing proves nothing.
    pub names_only: bool,
}

pub(super) type Name<'a, 'i> = &'a Spanned<Cow<'i, str>>;
pub(super) type Entry<'a, 'i> = &'a Spanned<Value<'i>>;

/// Keys of an account's table that are no keys of the account itself.
const BESIDE_ACCOUNT: &[&str] = &["approval"];

impl Reading {
    /// Reads every record of a parsed slice; `text` is the slice's own.
    pub fn read(&mut self, text: &str, root: &Table<'_>) {
        for (key, value) in root.iter() {
            match key.get_ref().parse::<Kind>() {
                Ok(kind) => self.kind(text, kind, key, value),
                Err(_) if self.names_only => {}
                Err(_) => self.faults.push(unknown_table(key)),
            }
        }
    }

    fn kind(&mut self, text: &str, kind: Kind, key: Name<'_, '_>, value: Entry<'_, '_>) {
        let advice = match kind {
            Kind::Organisation => return self.record::<Only, Organisation>(kind, Only, key, value),
            Kind::Assignment
            | Kind::Assertion
            | Kind::Decision
            | Kind::ResidualRisk
            | Kind::Waiver => {
                return self.list(kind, key, value);
            }
            Kind::Person
            | Kind::Team
            | Kind::Boundary
            | Kind::Platform
            | Kind::Provider
            | Kind::Rotation
            | Kind::Procedure
            | Kind::Consumer
            | Kind::Account
            | Kind::Role => {
                if let Value::Table(table) = value.get_ref() {
                    for (name, value) in table.iter() {
                        self.named(text, kind, name, value);
                    }
                    return;
                }
                let message = format!("`{kind}` must be a table of names");
                let hint = format!("write `[{kind}.NAME]`");
                return self.fault(head(key.span(), value), message, hint);
            }
            Kind::Catalog => "a glossary is a file of its own: `catalog = \"./mine.toml\"`",
            Kind::Approval => "an approval stands with its account: `[[account.NAME.approval]]`",
            Kind::Invitation
            | Kind::Version
            | Kind::Fact
            | Kind::Operation
            | Kind::StoreKey
            | Kind::Recipient
            | Kind::Sealed => "what happened is recorded in the store: take it out",
        };
        let message = format!("`{kind}` is no table of an inventory");
        self.fault(head(key.span(), value), message, advice);
    }

    pub fn fault(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if !self.names_only {
            self.faults.push(Fault::new(span, message).hint(hint));
        }
    }

    fn named(&mut self, text: &str, kind: Kind, name: Name<'_, '_>, value: Entry<'_, '_>) {
        match kind {
            Kind::Person => self.keyed::<PersonId, Person>(kind, name, value),
            Kind::Team => self.keyed::<TeamId, Team>(kind, name, value),
            Kind::Boundary => self.keyed::<BoundaryPath, Boundary>(kind, name, value),
            Kind::Platform | Kind::Provider => self.system(text, kind, name, value),
            Kind::Rotation => self.keyed::<RotationId, Rotation>(kind, name, value),
            Kind::Procedure => self.procedure(text, name, value),
            Kind::Consumer => self.keyed::<ConsumerId, Consumer>(kind, name, value),
            Kind::Account => self.account(text, name, value),
            Kind::Role => self.keyed::<RoleId, Role>(kind, name, value),
            Kind::Organisation
            | Kind::Catalog
            | Kind::Approval
            | Kind::Assignment
            | Kind::Decision
            | Kind::ResidualRisk
            | Kind::Waiver
            | Kind::Assertion
            | Kind::Invitation
            | Kind::Version
            | Kind::Fact
            | Kind::Operation
            | Kind::StoreKey
            | Kind::Recipient
            | Kind::Sealed => {}
        }
    }

    /// The name of a record; a fault at it where it cannot be one.
    fn name<K: FromStr<Err: Display>>(&mut self, name: Name<'_, '_>) -> Option<K> {
        match name.get_ref().parse() {
            Ok(key) => Some(key),
            Err(error) => {
                let message = about(name.get_ref(), &format!("{error}"));
                if !self.names_only {
                    self.faults.push(Fault::new(name.span(), message));
                }
                None
            }
        }
    }

    fn keyed<K, V>(&mut self, kind: Kind, name: Name<'_, '_>, value: Entry<'_, '_>)
    where
        K: FromStr<Err: Display> + Display,
        V: for<'a> Deserialize<'a>,
        Record: From<(K, V)>,
    {
        if let Some(key) = self.name::<K>(name) {
            self.record::<K, V>(kind, key, name, value);
        }
    }

    fn record<K, V>(&mut self, kind: Kind, key: K, name: Name<'_, '_>, value: Entry<'_, '_>)
    where
        K: Display,
        V: for<'a> Deserialize<'a>,
        Record: From<(K, V)>,
    {
        let id = RecordId::new(kind, &key);
        let span = head(name.span(), value);
        let body = self.body::<V>(&id, span.clone(), value, &[]);
        self.declare(id, span, (0, 0), body.map(|body| (key, body).into()));
    }

    fn body<V: for<'a> Deserialize<'a>>(
        &mut self,
        id: &RecordId,
        span: Range<usize>,
        value: Entry<'_, '_>,
        beside: &'static [&'static str],
    ) -> Option<V> {
        if self.names_only {
            return None;
        }
        decode(value, &id, span, beside, &mut self.faults)
    }

    pub fn declare(
        &mut self,
        id: RecordId,
        span: Range<usize>,
        (element, item): (u32, u32),
        record: Option<Record>,
    ) {
        self.declared.push(Declared {
            id,
            head: span.start,
            span,
            element,
            item,
            record,
        });
    }

    /// A provider or a platform, and whether its probes can be run.
    fn system(&mut self, text: &str, kind: Kind, name: Name<'_, '_>, value: Entry<'_, '_>) {
        let before = self.declared.len();
        if kind == Kind::Provider {
            self.keyed::<ProviderId, Provider>(kind, name, value);
        } else {
            self.keyed::<PlatformId, Platform>(kind, name, value);
        }
        let declared = self.declared[before..].first();
        let record = declared.and_then(|it| it.record.as_ref());
        let (tests, log, accounts) = if let Some(Record::Provider(_, body)) = record {
            (&body.test, &body.log, body.accounts.as_ref())
        } else if let Some(Record::Platform(_, body)) = record {
            (&body.test, &body.log, None)
        } else {
            return;
        };
        let probes = tests.iter();
        let probes = probes.flat_map(|(kind, probe)| sound::probe(*kind, probe));
        let maps = log.iter().flat_map(|log| log.unsound());
        let lists = accounts.into_iter().flat_map(|list| list.unsound());
        let unsound: Vec<Unsound> = probes.chain(maps).chain(lists).collect();
        self.unsound(text, name, value, unsound);
    }

    fn procedure(&mut self, text: &str, name: Name<'_, '_>, value: Entry<'_, '_>) {
        let before = self.declared.len();
        self.keyed::<ProcedureId, Procedure>(Kind::Procedure, name, value);
        let Some(Record::Procedure(_, body)) = self.declared[before..]
            .first()
            .and_then(|d| d.record.as_ref())
        else {
            return;
        };
        let unsound = sound::procedure(body);
        let steps = child(value, "step").and_then(|(_, steps)| steps.get_ref().as_array());
        for (at, step) in body.step.iter().enumerate() {
            let ways = sound::ways(step);
            if ways.iter().filter(|way| **way).count() != 1 {
                let span = steps
                    .and_then(|steps| steps.get(at))
                    .map_or(name.span(), |s| s.span());
                let message = format!("step {} has {}", at + 1, how_many(ways));
                let hint = "a step has exactly one of `manual`, `command` and `http`";
                self.faults.push(Fault::new(span, message).hint(hint));
            }
        }
        self.unsound(text, name, value, unsound);
    }

    /// Tells what cannot be run, each at its place.
    fn unsound(
        &mut self,
        text: &str,
        name: Name<'_, '_>,
        value: Entry<'_, '_>,
        unsound: Vec<Unsound>,
    ) {
        for Unsound {
            field,
            message,
            hint,
        } in unsound
        {
            let span = descend(text, value, name.span(), &field.0);
            self.fault(span, message, hint);
        }
    }

    /// An account and its approvals. A table that holds approvals alone adds them to an account declared elsewhere.
    fn account(&mut self, text: &str, name: Name<'_, '_>, value: Entry<'_, '_>) {
        let Some(key) = self.name::<AccountId>(name) else {
            return;
        };
        let approvals = child(value, "approval");
        let own_header = text.as_bytes().get(value.span().start) == Some(&b'[');
        let only_approvals = approvals.is_some()
            && value
                .get_ref()
                .as_table()
                .is_some_and(|table| table.len() == 1);
        if !only_approvals || own_header {
            let id = RecordId::new(Kind::Account, &key);
            let span = head(name.span(), value);
            let body = self.body::<Account>(&id, span.clone(), value, BESIDE_ACCOUNT);
            if body
                .as_ref()
                .is_some_and(|account| account.boundary.is_empty())
            {
                let at = child(value, "boundary").map_or(span.clone(), |(key, _)| key.span());
                let hint = "say where it may act: `boundary = [\"TENANT/SITE\"]`";
                self.fault(at, format!("`{id}` has no boundary"), hint);
            }
            self.declare(
                id,
                span,
                (0, 0),
                body.map(|body| (key.clone(), body).into()),
            );
        }
        if let Some((name, list)) = approvals {
            self.approvals(&key, name, list);
        }
    }
}

fn how_many(ways: [bool; 3]) -> String {
    let words = ["`manual`", "`command`", "`http`"];
    let given: Vec<_> = std::iter::zip(words, ways)
        .filter(|(_, way)| *way)
        .map(|(w, _)| w)
        .collect();
    if given.is_empty() {
        "nothing to do".to_owned()
    } else {
        given.join(" and ")
    }
}

pub(super) fn child<'a, 'i>(
    value: Entry<'a, 'i>,
    key: &str,
) -> Option<(Name<'a, 'i>, Entry<'a, 'i>)> {
    value.get_ref().as_table()?.get_key_value(key)
}

/// The words that a file may begin a table with.
fn kinds() -> impl Iterator<Item = &'static str> {
    let own = |kind: &&Kind| kind.is_declared() && !matches!(kind, Kind::Catalog | Kind::Approval);
    Kind::ALL.iter().filter(own).map(|kind| kind.as_str())
}

fn unknown_table(key: Name<'_, '_>) -> Fault {
    let near = || did_you_mean(nearest(key.get_ref(), kinds()));
    let hint = renamed::hint(key.get_ref(), kinds())
        .or_else(near)
        .unwrap_or_else(|| {
            let known: Vec<_> = kinds().collect();
            format!("an inventory holds `{}`", known.join("`, `"))
        });
    let message = format!("`{}` is not a known table", shown(key.get_ref()));
    Fault::new(key.span(), message).hint(hint)
}
