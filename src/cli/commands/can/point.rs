//! One question of the store, answered from what it concerns: nothing else is read. Where a name is not there, or the
//! glossary cannot be told, the whole roll says what was meant.

use std::collections::BTreeSet;

use crate::access;
use crate::access::ask::{Answer, Missing, ask};
use crate::access::glossary::glossary_among;
use crate::access::holdings::Holdings;
use crate::catalog::{Glossaries, Policy, builtin_some};
use crate::cli::commands::can::{Asking, Shown, Style};
use crate::cli::context::{Beside, Context};
use crate::cli::failure::Failure;
use crate::cli::settings::Settings;
use crate::model::access::{ActionClass, Effect, Level, LevelPolicy, Requirement, Standing};
use crate::model::date::Date;
use crate::model::entitlement::{Catalog, CatalogName, EntitlementKey};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::rules;
use crate::store::{Access, Concerning, Depth};

/// The answer; none where the whole roll has to be read.
pub(super) fn answer(asking: &Asking<'_>, context: &mut Context) -> Result<Option<Shown>, Failure> {
    let configured = context.config_path(Beside::Store).is_some();
    // What it says of glossary files is not held against them here: of the few that are read, it would always miss some.
    let settings = configured.then(|| Settings::load(context, Beside::Store));
    let settings = settings.transpose()?;
    let store = context.open(Access::Read)?;
    let mut depth = Depth::Here;
    loop {
        let Some(mut found) = store.concerning(asking.principal, asking.at, depth)? else {
            return Ok(None);
        };
        if !asking.is_known(&found.inventory) {
            return Ok(None);
        }
        if asking.style == Style::Sentence {
            put_builtin(asking, &mut found);
        }
        let terms = Lazy {
            glossaries: Glossaries::of(&found.inventory),
            settings: settings.as_ref(),
            as_of: context.as_of(),
        };
        match asking.judged(&found, &terms, depth) {
            Judged::Shown(shown) => return Ok(Some(shown)),
            Judged::Wider(wider) => depth = wider,
            Judged::Unclear => return Ok(None),
        }
    }
}

enum Judged {
    Shown(Shown),
    /// A no, of which more has to be known.
    Wider(Depth),
    /// Of which glossary the permission is cannot be told.
    Unclear,
}

impl Asking<'_> {
    fn is_known(&self, inventory: &Inventory) -> bool {
        let (kind, name) = self.principal.parts();
        let kind: Kind = kind
            .parse()
            .expect("a principal is a person, team or account");
        let principal = RecordId::new(kind, &name);
        inventory.contains(&principal) && inventory.boundaries.contains_key(self.at)
    }

    fn judged(&self, found: &Concerning, terms: &Lazy<'_>, depth: Depth) -> Judged {
        let holdings = Holdings::of(&found.inventory);
        let used: BTreeSet<&CatalogName> = found.catalogs.iter().collect();
        let principal = Some(self.principal);
        let (key, said) = (self.permission, self.catalog);
        let Ok(catalog) = glossary_among(&holdings, terms, principal, key, said, &used) else {
            return Judged::Unclear;
        };
        let wanted = match self.style {
            Style::Sentence => Depth::Anywhere,
            Style::Explanation(_) | Style::Document | Style::Line => Depth::Roles,
        };
        if depth < wanted
            && let Answer::No(Missing::Elsewhere(_) | Missing::NotGranted { .. }) =
                ask(&holdings, terms, &self.question(&catalog))
        {
            return Judged::Wider(wanted);
        }
        Judged::Shown(self.shown(&holdings, terms, &catalog))
    }
}

/// Puts of the built-in glossaries no more than the question and an account's own lists name.
fn put_builtin(asking: &Asking<'_>, found: &mut Concerning) {
    let inventory = &mut found.inventory;
    let accounts = inventory.accounts.values();
    let own = accounts.flat_map(|account| account.permissions.iter().chain(&account.scopes));
    let roles = inventory.roles.values().flat_map(|role| &role.permissions);
    let mut keys: BTreeSet<&str> = own.chain(roles).map(EntitlementKey::as_str).collect();
    if inventory.accounts.is_empty() {
        keys.clear();
    }
    keys.insert(asking.permission.as_str());
    let names = found.catalogs.iter().chain(asking.catalog);
    let missing = names.filter(|name| !inventory.catalogs.contains_key(*name));
    let some: Vec<(CatalogName, Catalog)> = missing
        .filter_map(|name| Some((name.clone(), builtin_some(name.as_str(), &keys)?)))
        .collect();
    inventory.catalogs.extend(some);
}

/// What access is judged by; the shipped policy is read where it is asked for, which for people it never is.
struct Lazy<'a> {
    glossaries: Glossaries<'a>,
    settings: Option<&'a Settings>,
    as_of: Date,
}

impl<'a> Lazy<'a> {
    fn terms(&self) -> rules::Terms<'a> {
        rules::Terms {
            glossaries: self.glossaries,
            policy: self.policy(),
            as_of: self.as_of,
        }
    }

    fn policy(&self) -> &'a Policy {
        match self.settings {
            Some(settings) => &settings.policy,
            None => Policy::shipped(),
        }
    }
}

impl<'a> access::terms::Terms<'a> for Lazy<'a> {
    fn glossary(&self, name: &CatalogName) -> Option<&'a Catalog> {
        self.glossaries.get(name)
    }

    fn level(&self, level: Level) -> &LevelPolicy {
        self.policy().levels().policy(level)
    }

    fn action_at(&self, level: Level, effect: Effect) -> Option<ActionClass> {
        self.policy().levels().action_at(level, effect)
    }

    fn standing(
        &self,
        catalog: &CatalogName,
        key: &EntitlementKey,
        level: Level,
    ) -> Option<Standing<'a>> {
        self.terms().standing(catalog, key, level)
    }

    fn lines(&self, catalog: &CatalogName, level: Level) -> Vec<&'a Requirement> {
        self.terms().lines(catalog, level)
    }

    fn as_of(&self) -> Date {
        self.as_of
    }
}
