//! Which rows and columns of a matrix are wanted.

use crate::access::matrix::{Column, Mark};
use crate::model::access::{Effect, Level};
use crate::model::account::Account;
use crate::model::id::{AccountId, BoundaryPath, EnvironmentName, Name, ProviderId};
use crate::model::key::slug;

/// What to show; `None` is no limit. The default shows every row, and every column that a row holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub provider: Option<ProviderId>,
    pub environment: Option<EnvironmentName>,
    /// The topmost name of a boundary.
    pub tenant: Option<Name>,
    /// A boundary: whoever may act at it, above it or below it.
    pub site: Option<BoundaryPath>,
    /// A boundary: what holds there, given there or above it.
    pub at: Option<BoundaryPath>,
    pub level: Option<Level>,
    pub account: Option<AccountId>,
    /// A group of a glossary: its title, or that as a name (`Work Order`, `work-order`).
    pub group: Option<String>,
    pub effect: Option<Effect>,
    /// Columns that nobody holds, too.
    pub all: bool,
}

impl Filter {
    pub(super) fn admits(&self, name: &AccountId, account: &Account) -> bool {
        let is = |wanted: bool, found: bool| !wanted || found;
        is(self.account.is_some(), self.account.as_ref() == Some(name))
            && is(
                self.provider.is_some(),
                self.provider.as_ref() == Some(&account.provider),
            )
            && is(
                self.environment.is_some(),
                self.environment.as_ref() == Some(&account.environment),
            )
            && is(self.level.is_some(), self.level == Some(account.level))
            && self.reaches(&account.boundary)
    }

    /// Whether one of the boundaries is of the tenant, touches the site and holds what is asked about.
    pub(super) fn reaches(&self, boundaries: &[BoundaryPath]) -> bool {
        if self.tenant.is_none() && self.site.is_none() && self.at.is_none() {
            return true;
        }
        boundaries.iter().any(|at| {
            let tenant = |tenant: &Name| at.root() == tenant.as_str();
            let site = |site: &BoundaryPath| at.holds(site) || site.holds(at);
            self.tenant.as_ref().is_none_or(tenant)
                && self.site.as_ref().is_none_or(site)
                && self.at.as_ref().is_none_or(|place| at.holds(place))
        })
    }

    pub(super) fn wants_column(&self, column: &Column) -> bool {
        let group = |wanted: &String| slug(wanted) == slug(&column.group);
        // Without `all`, a column is there only because a mark was wanted.
        let effect = |wanted: Effect| !self.all || column.effect == Some(wanted);
        self.group.as_ref().is_none_or(group) && self.effect.is_none_or(effect)
    }

    pub(super) fn wants_mark(&self, mark: Mark) -> bool {
        self.effect
            .is_none_or(|effect| mark == Mark::Effect(effect))
    }

    /// Whether the columns are limited, so that a row without any of them says nothing.
    pub(super) fn limits_columns(&self) -> bool {
        self.group.is_some() || self.effect.is_some()
    }
}
