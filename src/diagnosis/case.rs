//! What is known of an account by a day, as the causes ask for it.

use crate::access::effective::{self, Action};
use crate::access::holdings::Holdings;
use crate::access::terms::Terms;
use crate::diagnosis::verdict::found;
use crate::lifecycle::due;
use crate::model::access::LevelPolicy;
use crate::model::account::Account;
use crate::model::credential::Version;
use crate::model::date::Date;
use crate::model::diagnosis::{Ground, Live};
use crate::model::entitlement::Side;
use crate::model::fact::Fact;
use crate::model::finding::{FieldStep, Finding};
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::policy::Limits;
use crate::model::probe::{Probe, ProbeKind};
use crate::model::provider::{Environment, Platform, Provider};
use crate::model::reconciliation::{Compared, Reading};
use crate::model::record::{Kind, RecordId};

/// The rules whose findings speak for a cause.
pub const RULES: &[&str] = &[
    "agent-without-gate",
    "credential-shared",
    "endpoint-mismatch",
    "environment-shared",
    "forbidden-permission",
    "half-grant",
    "identity-shared",
    "interactive-use",
    "level-exceeded",
    "missing-audit-requirements",
    "missing-control",
    "missing-required-permission",
    "tenant-crossed",
    "unknown-permission",
    "unknown-reference",
    "unknown-scope",
];

/// How many days a test speaks for what somebody else may change without a word: an allowlist, a firewall, a clock.
const FRESH: i64 = 1;

/// What was asked or looked up for this one diagnosis.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What [`RULES`] find in the whole roll, waived or not.
    pub findings: &'a [Finding],
    /// What was asked just now.
    pub live: Option<&'a Live>,
    /// What says that the clock of this host jumped.
    pub jump: Option<&'a str>,
    /// How many days a test, or a comparison of logs, counts.
    pub evidence_age: u32,
}

impl Default for Known<'_> {
    fn default() -> Self {
        Known {
            findings: &[],
            live: None,
            jump: None,
            evidence_age: Limits::default().evidence_age,
        }
    }
}

/// An account whose trouble is looked into.
pub struct Case<'a> {
    pub(super) id: &'a AccountId,
    pub(super) account: &'a Account,
    pub(super) inventory: &'a Inventory,
    pub(super) as_of: Date,
    pub(super) level: LevelPolicy,
    pub(super) known: Known<'a>,
    actions: Vec<Action>,
}

impl<'a> Case<'a> {
    /// None where there is no such account.
    pub fn of(
        id: &AccountId,
        inventory: &'a Inventory,
        terms: &dyn Terms<'a>,
        known: Known<'a>,
    ) -> Option<Case<'a>> {
        let (id, account) = inventory.accounts.get_key_value(id)?;
        let holdings = Holdings::of(inventory);
        let principal = effective::principal_of(id);
        Some(Case {
            id,
            account,
            inventory,
            as_of: terms.as_of(),
            level: terms.level(account.level).clone(),
            known,
            actions: effective::actions(&holdings, terms, &principal, None),
        })
    }

    pub(super) fn provider(&self) -> Option<&'a Provider> {
        self.inventory.providers.get(&self.account.provider)
    }

    /// Where it works at its provider.
    pub(super) fn environment(&self) -> Option<&'a Environment> {
        self.provider()?.environment.get(&self.account.environment)
    }

    pub(super) fn platform(&self) -> Option<&'a Platform> {
        let id = self.inventory.platform_of(self.account)?;
        self.inventory.platforms.get(id)
    }

    /// The current version of its credential.
    pub(super) fn current(&self) -> Option<(u32, &'a Version)> {
        let found = due::newest(&self.inventory.versions, self.id);
        found.map(|(key, version)| (key.number, version))
    }

    /// Its own action, the first of its level, on both sides.
    pub(super) fn own(&self) -> Option<Action> {
        let class = effective::own_class(&self.level);
        self.actions
            .iter()
            .find(|action| action.class == class)
            .copied()
    }

    /// Every action of its level.
    pub(super) fn actions(&self) -> impl Iterator<Item = Action> {
        let actions = self.actions.iter().copied();
        actions.filter(|action| self.level.actions.contains(&action.class))
    }

    /// What had happened by the day, to any account.
    pub(super) fn facts(&self) -> impl Iterator<Item = &'a Fact> {
        let as_of = self.as_of;
        let facts = self.inventory.facts.values();
        facts.filter(move |fact| fact.on() <= as_of)
    }

    /// What had happened to it by the day.
    pub(super) fn own_facts(&self) -> impl Iterator<Item = &'a Fact> {
        self.facts().filter(|fact| fact.account() == Some(self.id))
    }

    /// The last comparison of its logs, where it still counts.
    pub(super) fn compared(&self) -> Option<(Date, &'a Compared)> {
        self.last_compared().filter(|(on, _)| self.counts(*on))
    }

    /// The last comparison of its logs.
    pub(super) fn last_compared(&self) -> Option<(Date, &'a Compared)> {
        let all = self.own_facts().filter_map(|fact| {
            let Fact::Reconciled { on, compared, .. } = fact else {
                return None;
            };
            Some((*on, &**compared))
        });
        all.max_by_key(|(_, compared)| compared.rank())
    }

    /// The reading of a log that has the most of its records, of those that count and reach to a day.
    pub(super) fn reading(&self, since: Option<Date>) -> Option<(Date, &'a Reading)> {
        let reaching = self.readings().filter(|(on, reading)| {
            self.counts(*on) && since.is_none_or(|day| reading.until >= day)
        });
        reaching.max_by_key(|(on, reading)| (reading.records, *on))
    }

    /// The newest reading of a log that has records of it, however old.
    pub(super) fn last_reading(&self) -> Option<(Date, &'a Reading)> {
        self.readings()
            .max_by_key(|(on, reading)| (*on, reading.until))
    }

    fn readings(&self) -> impl Iterator<Item = (Date, &'a Reading)> {
        let all = self.own_facts().filter_map(|fact| {
            let Fact::Seen { on, reading, .. } = fact else {
                return None;
            };
            Some((*on, reading.as_deref()?))
        });
        all.filter(|(_, reading)| reading.records > 0)
    }

    /// The last day on which it was seen at work.
    pub(super) fn at_work(&self) -> Option<Date> {
        let seen = self.own_facts();
        let seen = seen.filter(|fact| matches!(fact, Fact::Seen { .. }));
        seen.map(Fact::on).max()
    }

    /// What one of some rules finds on the account.
    pub(super) fn finding(&self, rules: &[&str]) -> Option<&'a Finding> {
        let subject = RecordId::new(Kind::Account, self.id);
        let all = self.known.findings.iter();
        let mut ours = all.filter(|finding| finding.subject == subject);
        ours.find(|finding| rules.contains(&finding.rule))
    }

    /// The same as a ground.
    pub(super) fn rule(&self, rules: &[&str]) -> Option<Ground> {
        self.finding(rules).map(found)
    }

    /// What one of some rules finds on the account's environment at the provider.
    pub(super) fn rule_on_environment(&self, rules: &[&str]) -> Option<Ground> {
        let subject = RecordId::new(Kind::Provider, &self.account.provider);
        let name = self.account.environment.as_str();
        let is_it = |finding: &&Finding| {
            let steps = &finding.field.0;
            finding.subject == subject
                && rules.contains(&finding.rule)
                && matches!(steps.as_slice(), [FieldStep::Key(a), FieldStep::Key(b), ..]
                    if &**a == "environment" && &**b == name)
        };
        self.known.findings.iter().find(is_it).map(found)
    }

    /// Whether what is of a day still speaks for what others may change.
    pub(super) fn is_fresh(&self, on: Date) -> bool {
        on.days_until(self.as_of) <= FRESH
    }

    /// Whether a test, or a log, of a day still says something of today.
    pub(super) fn counts(&self, on: Date) -> bool {
        on.days_until(self.as_of) <= i64::from(self.known.evidence_age)
    }

    /// The same ground; and that it counts for nothing, where it is of too long ago.
    pub(super) fn aged(&self, ground: Ground) -> Ground {
        let Some(on) = ground.on.filter(|on| !self.counts(*on)) else {
            return ground;
        };
        let (days, most) = (on.days_until(self.as_of), self.known.evidence_age);
        let text = format!(
            "{}; that was {days} days ago, and counts for {most}",
            ground.text
        );
        Ground { text, ..ground }
    }

    fn probe(&self, side: Side, kind: ProbeKind) -> Option<&'a Probe> {
        match side {
            Side::Provider => self.provider()?.test.get(&kind),
            Side::Platform => self.platform()?.test.get(&kind),
        }
    }

    /// The command that tests something: by the first probe that is declared, else by hand.
    pub(super) fn way(&self, side: Side, kinds: &[ProbeKind]) -> String {
        let id = self.id;
        let at = match side {
            Side::Provider => "",
            Side::Platform => " --side platform",
        };
        let Some((_, version)) = self.current() else {
            return format!("keyroll secret set {id}");
        };
        let declared = kinds
            .iter()
            .find(|kind| self.probe(side, **kind).is_some() && version.held.is_some());
        match (declared, kinds.first()) {
            (Some(ProbeKind::Write), _) => {
                format!("keyroll test {id} --probe write --allow-write{at}")
            }
            (Some(kind), _) => format!("keyroll test {id} --probe {kind}{at}"),
            (None, first) => {
                let kind = first.copied().unwrap_or(ProbeKind::Authenticate);
                format!("keyroll evidence add {id} {kind} --outcome OUTCOME --file FILE{at}")
            }
        }
    }

    /// The command that holds the logs against each other.
    pub(super) fn reconcile(&self) -> String {
        let account = self.account;
        format!(
            "keyroll audit reconcile --provider {} --environment {} --provider-log FILE --platform-log FILE",
            account.provider, account.environment
        )
    }

    /// The command that changes a field of the account.
    pub(super) fn set(&self, field: &str) -> String {
        format!("keyroll account set {} {field}", self.id)
    }
}
