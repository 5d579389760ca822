//! The tests that are recorded of an account, as the causes ask for them, and in words. One that is older than tests count
//! speaks neither for nor against anything: it is told where nothing else is known.

use crate::diagnosis::authentication::LOGON;
use crate::diagnosis::case::Case;
use crate::diagnosis::verdict::recorded;
use crate::lifecycle::testing;
use crate::lifecycle::whereabouts::elsewhere;
use crate::model::date::{Date, Timestamp};
use crate::model::diagnosis::Ground;
use crate::model::entitlement::Side;
use crate::model::fact::{Fact, Outcome};
use crate::model::id::{AccountId, EnvironmentName, ProviderId};
use crate::model::probe::ProbeKind;
use crate::model::text::url;

/// What a test saw, as it is recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub account: &'a AccountId,
    pub version: u32,
    pub side: Side,
    pub probe: ProbeKind,
    pub outcome: Outcome,
    pub status: Option<u16>,
    pub on: Date,
    at: Timestamp,
    /// Whether keyroll asked, and nobody answered.
    pub is_silence: bool,
}

impl<'a> Case<'a> {
    /// Every test that is recorded of accounts at its provider and in its environment, however old. What was of another
    /// environment, endpoint or identity than theirs now says nothing.
    pub(super) fn tests_here(&self) -> impl Iterator<Item = Seen<'a>> {
        self.facts().filter_map(|fact| {
            let seen = Seen::of(fact)?;
            let account = self.inventory.accounts.get(seen.account)?;
            let is_here = account.provider == self.account.provider
                && account.environment == self.account.environment;
            (is_here && elsewhere(fact, self.inventory).is_none()).then_some(seen)
        })
    }

    /// Every test that is recorded of accounts whose declared endpoint is at another host than its own.
    pub(super) fn tests_elsewhere(&self) -> impl Iterator<Item = Seen<'a>> {
        let endpoint = |provider: &ProviderId, environment: &EnvironmentName| {
            let provider = self.inventory.providers.get(provider)?;
            url::host(provider.environment.get(environment)?.endpoint.as_str())
        };
        let own = endpoint(&self.account.provider, &self.account.environment);
        self.facts().filter_map(move |fact| {
            let seen = Seen::of(fact)?;
            let account = self.inventory.accounts.get(seen.account)?;
            let detail = fact.detail();
            let at = detail.and_then(|detail| detail.environment.as_ref());
            let then = detail.and_then(|detail| url::host(detail.endpoint.as_ref()?.as_str()));
            let now = || endpoint(&account.provider, at.unwrap_or(&account.environment));
            let other = then.or_else(now);
            (seen.side == Side::Provider && other.is_some() && other != own).then_some(seen)
        })
    }

    /// The tests of its current version in its environment, however old.
    fn tests(&self, side: Side) -> impl Iterator<Item = Seen<'a>> {
        let number = self.current().map(|(number, _)| number);
        self.tests_here().filter(move |seen| {
            seen.account == self.id && Some(seen.version) == number && seen.side == side
        })
    }

    /// The last test of some kinds of its current version, however old. Of two at one moment the worse counts.
    fn last(&self, side: Side, probes: &[ProbeKind]) -> Option<Seen<'a>> {
        let tests = self.tests(side);
        newest(tests.filter(|seen| probes.contains(&seen.probe)))
    }

    /// The last test of a kind, where it still counts.
    pub(super) fn seen(&self, side: Side, probe: ProbeKind) -> Option<Seen<'a>> {
        self.last_of(side, &[probe])
    }

    /// The last test of some kinds, where it still counts.
    pub(super) fn last_of(&self, side: Side, probes: &[ProbeKind]) -> Option<Seen<'a>> {
        let seen = self.last(side, probes);
        seen.filter(|seen| self.counts(seen.on))
    }

    /// The same, where it passed.
    pub(super) fn passed(&self, side: Side, probe: ProbeKind) -> Option<Seen<'a>> {
        self.seen(side, probe).filter(Seen::is_pass)
    }

    /// The same, where it failed.
    pub(super) fn failed(&self, side: Side, probe: ProbeKind) -> Option<Seen<'a>> {
        let seen = self.seen(side, probe);
        seen.filter(|seen| seen.outcome == Outcome::Fail)
    }

    /// Its last logon at the provider, where it still counts.
    pub(super) fn logon(&self) -> Option<Seen<'a>> {
        self.last_logon().filter(|seen| self.counts(seen.on))
    }

    /// Its last logon. A read shows the secret too, where it passed or was answered like a bad logon.
    fn last_logon(&self) -> Option<Seen<'a>> {
        newest(self.tests(Side::Provider).filter(|seen| match seen.probe {
            ProbeKind::Authenticate => true,
            ProbeKind::Read => seen.is_pass() || seen.is_bad(),
            ProbeKind::Discover
            | ProbeKind::Write
            | ProbeKind::Foreign
            | ProbeKind::Forbidden
            | ProbeKind::Audit
            | ProbeKind::Session => false,
        }))
    }

    /// A logon of its current version in an environment that is not its own, where it still counts.
    pub(super) fn logon_elsewhere(&self) -> Option<Seen<'a>> {
        let number = self.current()?.0;
        let facts = self.own_facts();
        let elsewhere = facts.filter(|fact| {
            let at = fact.detail().and_then(|it| it.environment.as_ref());
            at.is_some_and(|at| *at != self.account.environment)
        });
        let seen = elsewhere.filter_map(Seen::of);
        newest(seen.filter(|seen| {
            let is_logon = matches!(seen.probe, ProbeKind::Authenticate | ProbeKind::Read);
            is_logon
                && seen.is_pass()
                && seen.version == number
                && seen.side == Side::Provider
                && self.counts(seen.on)
        }))
    }
}

impl Case<'_> {
    /// The last test of some kinds of its current version that was of another place, and how that differs.
    fn moved(&self, side: Side, probes: &[ProbeKind]) -> Option<Ground> {
        let number = self.current()?.0;
        let all = self.own_facts().filter_map(|fact| {
            let seen = Seen::of(fact)?;
            let is_it = seen.version == number && seen.side == side && probes.contains(&seen.probe);
            let elsewhere = elsewhere(fact, self.inventory).filter(|_| is_it)?;
            Some((seen, elsewhere))
        });
        let (seen, elsewhere) = all.max_by_key(|(seen, _)| (seen.on, seen.at))?;
        let ground = told(&seen);
        let text = format!("{}; {elsewhere}", ground.text);
        Some(Ground { text, ..ground })
    }
}

impl<'a> Seen<'a> {
    fn of(fact: &'a Fact) -> Option<Seen<'a>> {
        let Fact::Evidence {
            account,
            version,
            probe,
            outcome,
            on,
            detail,
        } = fact
        else {
            return None;
        };
        let detail = detail.as_deref();
        let status = detail.and_then(|detail| detail.status);
        // What was seen by hand has a file, and no time.
        let was_asked = detail.is_some_and(|detail| detail.millis.is_some());
        Some(Seen {
            account,
            version: *version,
            side: detail
                .and_then(|detail| detail.side)
                .unwrap_or(Side::Provider),
            probe: *probe,
            outcome: *outcome,
            status,
            on: *on,
            at: detail
                .and_then(|detail| detail.at)
                .unwrap_or_else(|| Timestamp::from(*on)),
            is_silence: was_asked && status.is_none() && *outcome == Outcome::Inconclusive,
        })
    }

    pub fn is_pass(&self) -> bool {
        self.outcome == Outcome::Pass
    }

    /// Whether it was answered as bad logons are.
    pub fn is_bad(&self) -> bool {
        let status = self.status;
        status.is_some_and(|status| testing::BAD.contains(&status))
    }
}

/// The newest of some tests. Of two at one moment the worse counts.
pub(super) fn newest<'a>(tests: impl Iterator<Item = Seen<'a>>) -> Option<Seen<'a>> {
    tests.max_by_key(|seen| (seen.on, seen.at, !seen.is_pass()))
}

/// A test in words.
pub(super) fn told(seen: &Seen<'_>) -> Ground {
    let (probe, version) = (seen.probe, seen.version);
    let at = match seen.side {
        Side::Provider => "",
        Side::Platform => " at the platform",
    };
    let answered = match seen.status {
        Some(status) => format!(", answered with status {status}"),
        None if seen.is_silence => ", without an answer".to_owned(),
        None => String::new(),
    };
    let text = match seen.outcome {
        Outcome::Pass => format!("version {version} passed `{probe}`{at}"),
        Outcome::Fail => format!("version {version} failed `{probe}`{at}{answered}"),
        Outcome::Inconclusive => {
            format!("`{probe}` of version {version} proved nothing{at}{answered}")
        }
    };
    recorded(text, seen.on)
}

/// What the last logon says that proved nothing or counts no more, or that none is recorded.
pub(super) fn untold(case: &Case<'_>) -> Ground {
    match (case.last_logon(), case.current()) {
        (Some(seen), _) => case.aged(told(&seen)),
        (None, Some((number, _))) => case.moved(Side::Provider, LOGON).unwrap_or_else(|| {
            let text = format!("no logon of version {number} is recorded in this environment");
            recorded(text, None)
        }),
        (None, None) => uncurrent(),
    }
}

/// The same for tests of other kinds.
pub(super) fn untested(case: &Case<'_>, side: Side, probes: &[ProbeKind]) -> Ground {
    let at = match side {
        Side::Provider => "",
        Side::Platform => " at the platform",
    };
    let number = case.current().map(|(number, _)| number);
    match (case.last(side, probes), number, probes.first()) {
        (Some(seen), _, _) => case.aged(told(&seen)),
        (None, Some(number), Some(probe)) => case.moved(side, probes).unwrap_or_else(|| {
            let text = format!("no `{probe}` of version {number} is recorded{at}");
            recorded(text, None)
        }),
        (None, None, _) | (None, _, None) => uncurrent(),
    }
}

/// The last test of some kinds, where it counts no more.
pub(super) fn outdated(case: &Case<'_>, side: Side, probes: &[ProbeKind]) -> Option<Ground> {
    let last = case.last(side, probes);
    let last = last.filter(|seen| !case.counts(seen.on));
    last.map(|seen| case.aged(told(&seen)))
}

fn uncurrent() -> Ground {
    recorded("no version of the credential is current", None)
}
