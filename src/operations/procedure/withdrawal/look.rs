//! Looks until the provider refuses a version.

use std::time::Duration;

use crate::lifecycle::control::{Control, Known, Verdict, verdict};
use crate::lifecycle::operation::noted;
use crate::model::change::Change;
use crate::model::date::Timestamp;
use crate::model::fact::{CameBy, Detail, Refusal};
use crate::model::key::VersionKey;
use crate::model::probe::{Probe, ProbeKind};
use crate::operations::procedure::withdrawal::control::{Beside, evidence, is_bad};
use crate::operations::procedure::withdrawal::{
    Ground, Seen, concluded, fact, has_sessions, not_yet,
};
use crate::operations::procedure::{Hands, Scene};
use crate::provider::{Reach, Seen as Probed, Session, Sight, Values};

/// The longest that one look waits for the next.
const APART: Duration = Duration::from_secs(60);

/// One look, until it is over.
pub(super) struct Look<'l> {
    pub scene: &'l Scene,
    pub key: &'l VersionKey,
    pub reach: Reach<'l>,
    pub values: Values<'l>,
    pub logon: (ProbeKind, &'l Probe),
    /// What else is tried as it is refused.
    pub beside: Beside<'l>,
    pub known: Known,
    pub facts: Vec<Change>,
    /// What a fresh logon shows; a refusal that proves nothing is not conclusive.
    pub fresh: Option<Sight>,
    pub held: Option<Sight>,
    /// Whether the held session was let go on, in this look.
    pub was_allowed: bool,
    /// What was accepted as it was refused, in words.
    pub proof: Option<String>,
    /// Why a refusal proves nothing yet.
    pub doubt: Option<String>,
    /// Why no more logons are tried, though none was seen refused.
    pub spent: Option<String>,
    /// Why no look by a probe can prove it.
    pub needs_somebody: Option<String>,
}

impl Look<'_> {
    pub(super) fn until(
        &mut self,
        mut session: Option<&mut Session>,
        ground: &Ground,
        hands: &mut dyn Hands,
    ) -> Seen {
        let entered = hands.now();
        let began = ground.since.unwrap_or(entered);
        let seconds = |most: Duration| i64::try_from(most.as_secs()).unwrap_or(i64::MAX);
        let most = ground.most.map(seconds);
        let lag = self.scene.provider.max_lag.as_ref();
        let lag = lag.map_or(0, |span| i64::from(span.minutes()) * 60);
        let mut pause = Duration::from_secs(1);
        loop {
            self.once(session.as_deref_mut(), hands);
            let has_lagged = hands.now().unix() - began.unix() >= lag;
            if self.fresh == Some(Sight::Denied) && self.held_is_over(has_lagged && lag > 0) {
                let how = self.how();
                let facts = std::mem::take(&mut self.facts);
                return concluded(self.scene, self.key, facts, &how, hands);
            }
            let is_tired = most.is_some_and(|most| hands.now().unix() - entered.unix() >= most);
            let is_over = self.spent.is_some() || self.needs_somebody.is_some();
            if has_lagged || is_tired || is_over {
                let facts = std::mem::take(&mut self.facts);
                let not_yet = not_yet(self.scene, self.key, facts, self.why());
                return match not_yet {
                    Seen::NotYet { changes, why, .. } => Seen::NotYet {
                        changes,
                        why,
                        works: has_lagged && self.fresh == Some(Sight::Allowed),
                    },
                    refused @ Seen::Refused { .. } => refused,
                };
            }
            let lags = began.unix().saturating_add(lag);
            let tires = most.map(|most| entered.unix().saturating_add(most));
            let until = Timestamp::from_unix(tires.map_or(lags, |tires| tires.min(lags)));
            let what = format!("the provider to refuse version {}", self.key.number);
            hands.waits(&what, until);
            let left = until.unix().saturating_sub(hands.now().unix()).max(1);
            hands.pause(pause.min(Duration::from_secs(left.unsigned_abs())));
            pause = (pause * 2).min(APART);
        }
    }

    /// How it was seen to be refused.
    fn how(&self) -> String {
        let ways = match self.held {
            Some(Sight::Denied) => "refused, by a fresh logon and in a held session",
            Some(Sight::Inconclusive) => {
                "refused by a fresh logon; the held session ended without an answer, and the longest lag is over"
            }
            Some(Sight::Allowed) | None if has_sessions(self.scene) => {
                "refused by a fresh logon; the longest lag is over for sessions that nobody held"
            }
            Some(Sight::Allowed) | None => "refused by a fresh logon",
        };
        match &self.proof {
            Some(proof) => format!("{ways}; {proof}"),
            None => ways.to_owned(),
        }
    }

    /// Whether no session can go on with it.
    fn held_is_over(&self, has_lagged: bool) -> bool {
        match self.held {
            Some(Sight::Denied) => true,
            Some(Sight::Allowed) => false,
            // It proves nothing; one that went on after the version was taken away may go on elsewhere.
            Some(Sight::Inconclusive) => has_lagged && !self.was_allowed,
            None => has_lagged || !has_sessions(self.scene),
        }
    }

    fn once(&mut self, session: Option<&mut Session>, hands: &dyn Hands) {
        let mut control = None;
        // What was refused once is not tried again: each try counts as a bad logon.
        if self.fresh != Some(Sight::Denied) {
            self.log_on(&mut control, hands);
        }
        if self.held == Some(Sight::Denied) || self.needs_somebody.is_some() {
            return;
        }
        if let Some(session) = session {
            let seen = session.ask(&self.reach, &self.values);
            self.was_allowed |= seen.sight == Sight::Allowed;
            self.held = Some(self.weighed(Refusal::HeldSession, &seen, &mut control, hands));
        }
    }

    fn log_on(&mut self, control: &mut Option<Control>, hands: &dyn Hands) {
        let locks = self.scene.provider.lockout_after;
        // Where bad logons are counted, none is spent while everything is refused.
        if locks.is_some()
            && let Control::Refused(name) =
                control.get_or_insert_with(|| self.beside.control(hands.now()))
        {
            self.spent = Some(format!(
                ": none is spent while {name} is not accepted either"
            ));
            return;
        }
        let (kind, probe) = self.logon;
        let seen = self.reach.probe(kind, probe, &self.values);
        let now = hands.now();
        let sight = self.weighed(Refusal::FreshLogon, &seen, control, hands);
        self.fresh = Some(sight);
        if sight == Sight::Allowed {
            self.known.accepted = Some(now);
        }
        if let (Some(most), true, Sight::Inconclusive) = (locks, is_bad(self.scene, &seen), sight) {
            let status = seen
                .status
                .map_or_else(String::new, |it| format!(" with status {it}"));
            self.spent = Some(format!(
                "; it was answered{status}, and is not repeated: {most} bad logons lock"
            ));
            self.facts
                .extend(evidence(self.scene, self.key.number, (kind, &seen), now));
        }
    }

    /// What was seen, where a refusal counts only as far as it proves something; one that does is recorded.
    fn weighed(
        &mut self,
        way: Refusal,
        seen: &Probed,
        control: &mut Option<Control>,
        hands: &dyn Hands,
    ) -> Sight {
        if seen.sight != Sight::Denied {
            return seen.sight;
        }
        let now = hands.now();
        let control = control.get_or_insert_with(|| self.beside.control(now));
        match verdict(self.key.number, self.known, control.clone()) {
            Verdict::Proven(beside) => {
                self.note(way, seen, &beside, now);
                self.proof = Some(beside);
                return Sight::Denied;
            }
            Verdict::Later(why) => self.doubt = Some(why),
            Verdict::Nothing(why) => self.needs_somebody = Some(why),
        }
        Sight::Inconclusive
    }

    fn note(&mut self, way: Refusal, seen: &Probed, beside: &str, now: Timestamp) {
        let detail = Detail {
            at: Some(now),
            environment: Some(self.scene.account.environment.clone()),
            status: seen.status,
            millis: Some(seen.millis),
            digest: seen.digest.as_ref().and_then(|digest| digest.parse().ok()),
            note: noted(beside),
            came_by: Some(CameBy::Probe),
            ..Detail::default()
        };
        self.facts
            .extend(fact(self.scene, self.key, way, detail, now));
    }

    fn why(&self) -> String {
        let lag = match self.scene.provider.max_lag {
            None if self.held.is_none() && has_sessions(self.scene) => {
                "; its provider names no `max-lag`, after which no session goes on"
            }
            None | Some(_) => "",
        };
        let doubt = self.doubt.iter().map(|why| format!(" ({why})"));
        let doubt: String = doubt.collect();
        let word = |sight: Option<Sight>| match sight {
            Some(Sight::Allowed) => "still accepted",
            Some(Sight::Denied) => "refused",
            Some(Sight::Inconclusive) => "not conclusive",
            None => "not seen",
        };
        format!(
            "version {} may still work: a fresh logon is {}{}{doubt}, a held session {}{lag}",
            self.key.number,
            word(self.fresh),
            self.spent.as_deref().unwrap_or_default(),
            match has_sessions(self.scene) {
                true => word(self.held),
                false => "does not exist",
            }
        )
    }
}
