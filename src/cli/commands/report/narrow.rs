//! Which accounts a report is about, by the words of a command line.

use std::fmt::Display;

use crate::catalog::nearest;
use crate::cli::completion;
use crate::cli::failure::Failure;
use crate::model::access::Level;
use crate::model::account::Account;
use crate::model::id::{AccountId, BoundaryPath, EnvironmentName, Name, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};

/// A tenant, by its name: a boundary with nothing above it.
///
/// # Errors
/// When it is none, and which one it is in.
pub fn tenant(text: &str) -> Result<Name, String> {
    let top = text.split_once('/').map(|(top, _)| top);
    match top.filter(|top| top.parse::<Name>().is_ok()) {
        Some(top) => Err(format!("a tenant is a topmost boundary: `{top}`")),
        None => text.parse().map_err(|error| format!("{error}")),
    }
}

/// Which accounts are wanted; what is not named does not limit.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Narrow {
    /// Only this account; several times for several
    #[arg(long, value_name = "ACCOUNT", add = completion::names(Kind::Account))]
    account: Vec<AccountId>,
    /// Only accounts of this provider
    #[arg(long, value_name = "PROVIDER", add = completion::names(Kind::Provider))]
    provider: Option<ProviderId>,
    /// Only accounts of this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<EnvironmentName>,
    /// Only accounts of this tenant: the topmost boundary
    #[arg(long, value_name = "NAME", value_parser = tenant)]
    tenant: Option<Name>,
    /// Only who may act at this boundary: there, above or below it
    #[arg(long, value_name = "BOUNDARY", add = completion::names(Kind::Boundary))]
    site: Option<BoundaryPath>,
    /// Only accounts of this level
    #[arg(long)]
    level: Option<Level>,
}

impl Narrow {
    /// Whether every account is wanted.
    pub fn is_all(&self) -> bool {
        self.account.is_empty()
            && self.provider.is_none()
            && self.environment.is_none()
            && self.tenant.is_none()
            && self.site.is_none()
            && self.level.is_none()
    }

    /// What is wanted, in words: `every account`, `provider unicmms, level write-back`.
    pub fn words(&self) -> String {
        fn named<'a>(
            what: &str,
            names: impl IntoIterator<Item = &'a (impl Display + 'a)>,
        ) -> Vec<String> {
            let names = names.into_iter();
            names.map(|name| format!("{what} {name}")).collect()
        }
        let words = [
            named("account", &self.account),
            named("provider", &self.provider),
            named("environment", &self.environment),
            named("tenant", &self.tenant),
            named("site", &self.site),
            named("level", &self.level),
        ];
        match self.is_all() {
            true => "every account".to_owned(),
            false => words.concat().join(", "),
        }
    }

    /// Whether an account is wanted: it fits all that is named.
    pub fn wants(&self, id: &AccountId, account: &Account) -> bool {
        let at = account.boundary.iter();
        let is_of = |name: &Name| at.clone().any(|path| path.root() == name.as_str());
        let is_at = |site: &BoundaryPath| at.clone().any(|at| at.holds(site) || site.holds(at));
        (self.account.is_empty() || self.account.contains(id))
            && self
                .provider
                .as_ref()
                .is_none_or(|it| *it == account.provider)
            && self
                .environment
                .as_ref()
                .is_none_or(|it| *it == account.environment)
            && self.tenant.as_ref().is_none_or(is_of)
            && self.site.as_ref().is_none_or(is_at)
            && self.level.is_none_or(|it| it == account.level)
    }

    /// Refuses a name that is nobody's: it must not read as "nothing to show".
    ///
    /// # Errors
    /// With the name that was meant.
    pub fn check(&self, inventory: &Inventory) -> Result<(), Failure> {
        let accounts = self.account.iter().map(|it| (Kind::Account, it.as_str()));
        let provider = self.provider.iter().map(|it| (Kind::Provider, it.as_str()));
        let tenant = self.tenant.iter().map(|it| (Kind::Boundary, it.as_str()));
        let site = self.site.iter().map(|it| (Kind::Boundary, it.as_str()));
        for (kind, name) in accounts.chain(provider).chain(tenant).chain(site) {
            named(inventory, kind, name)?;
        }
        Ok(())
    }
}

/// Refuses the name of a record that there is none of, with the one that was meant.
pub(super) fn named(inventory: &Inventory, kind: Kind, name: &str) -> Result<(), Failure> {
    if inventory.contains(&RecordId::new(kind, &name)) {
        return Ok(());
    }
    let names = inventory.names(kind);
    let failure = Failure::usage(format!("there is no {kind} `{name}`"));
    Err(match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("`keyroll {kind} list` shows what there is")),
    })
}
