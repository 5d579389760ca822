//! What rules see: an inventory, its glossaries and a day. Indexes are made at their first use.

use std::cell::OnceCell;

use crate::access::holdings::Holdings;
use crate::access::presence::{self, Absence};
use crate::catalog::{Glossaries, Policy};
use crate::lifecycle::due::{self, OwnerChanges};
use crate::lifecycle::usage::Readings;
use crate::model::account::{Account, AccountStatus};
use crate::model::credential::Version;
use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::Only;
use crate::model::organisation::Organisation;
use crate::rules::approvals::Approvals;
use crate::rules::grants::Grants;
use crate::rules::history::History;
use crate::rules::seats::Seats;
use crate::rules::sites::Sites;
use crate::rules::terms::Terms;

/// The facts of one judgement.
pub struct Facts<'a> {
    pub inventory: &'a Inventory,
    pub glossaries: Glossaries<'a>,
    /// What accounts are held to.
    pub policy: &'a Policy,
    /// The day that is judged.
    pub as_of: Date,
    grants: OnceCell<Grants<'a>>,
    approvals: OnceCell<Approvals<'a>>,
    holdings: OnceCell<Holdings<'a>>,
    seats: OnceCell<Seats<'a>>,
    sites: OnceCell<Sites<'a>>,
    history: OnceCell<History<'a>>,
    owner_changes: OnceCell<OwnerChanges<'a>>,
    readings: OnceCell<Readings<'a>>,
}

impl<'a> Facts<'a> {
    /// The facts, to be judged by what ships with the program.
    pub fn new(inventory: &'a Inventory, glossaries: &Glossaries<'a>, as_of: Date) -> Facts<'a> {
        Facts {
            inventory,
            glossaries: *glossaries,
            policy: Policy::shipped(),
            as_of,
            grants: OnceCell::new(),
            approvals: OnceCell::new(),
            holdings: OnceCell::new(),
            seats: OnceCell::new(),
            sites: OnceCell::new(),
            history: OnceCell::new(),
            owner_changes: OnceCell::new(),
            readings: OnceCell::new(),
        }
    }

    /// The same, to be judged by another policy.
    pub fn under(self, policy: &'a Policy) -> Facts<'a> {
        Facts { policy, ..self }
    }

    /// The organisation's own record, where the inventory has one.
    pub(super) fn organisation(&self) -> Option<&'a Organisation> {
        self.inventory.organisation.get(&Only)
    }

    /// The accounts that rules judge: all but the retired.
    pub fn accounts(&self) -> impl Iterator<Item = (&'a AccountId, &'a Account)> + use<'a> {
        self.inventory
            .accounts
            .iter()
            .filter(|(_, account)| match account.status {
                AccountStatus::Proposed | AccountStatus::Active | AccountStatus::Suspended => true,
                AccountStatus::Retired => false,
            })
    }

    /// The day on which a person left, where it has come.
    pub(super) fn departed(&self, person: &str) -> Option<Date> {
        let left = self.inventory.people.get(person)?.left?;
        (left <= self.as_of).then_some(left)
    }

    /// Why a person of the roll is not there on the day: left, or invited and not in. None of somebody unknown.
    pub(super) fn absent(&self, person: &str) -> Option<Absence> {
        let (id, _) = self.inventory.people.get_key_value(person)?;
        presence::of_person(self.inventory, id.as_str(), self.as_of)
    }

    /// The newest current version of an account's credential.
    pub fn current(&self, account: &AccountId) -> Option<&'a Version> {
        due::current(&self.inventory.versions, account)
    }

    /// What access is judged by.
    pub(super) fn terms(&self) -> Terms<'a> {
        Terms {
            glossaries: self.glossaries,
            policy: self.policy,
            as_of: self.as_of,
        }
    }

    /// Who holds which permissions where.
    pub(super) fn holdings(&self) -> &Holdings<'a> {
        self.holdings.get_or_init(|| Holdings::of(self.inventory))
    }

    /// Every account's entitlements, each looked up once.
    pub(super) fn grants(&self) -> &Grants<'a> {
        self.grants.get_or_init(|| Grants::of(self))
    }

    /// Every account's approvals, and what is not approved.
    pub(super) fn approvals(&self) -> &Approvals<'a> {
        self.approvals.get_or_init(|| Approvals::of(self))
    }

    /// Who holds which role where.
    pub(super) fn seats(&self) -> &Seats<'a> {
        self.seats.get_or_init(|| Seats::of(self.inventory))
    }

    /// The nodes below each tenant, by the last name of their path.
    pub(super) fn sites(&self) -> &Sites<'a> {
        self.sites.get_or_init(|| Sites::of(self.inventory))
    }

    /// What had happened to each account and procedure.
    pub(super) fn history(&self) -> &History<'a> {
        self.history
            .get_or_init(|| History::of(self.inventory, self.as_of))
    }

    /// The days on which accounts changed owners.
    pub(super) fn owner_changes(&self) -> &OwnerChanges<'a> {
        self.owner_changes
            .get_or_init(|| OwnerChanges::of(self.inventory))
    }

    /// What was recorded of logs.
    pub(super) fn readings(&self) -> &Readings<'a> {
        self.readings
            .get_or_init(|| Readings::of(self.inventory, self.as_of))
    }
}
