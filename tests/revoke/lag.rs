//! A provider that takes its time, by a clock that the test turns: looked at until the longest lag is over, and sessions
//! that outlive their key.

#![allow(
    clippy::disallowed_methods,
    reason = "the clock is the caller's, and here that is the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use keyroll::lifecycle::operation::revocation;
use keyroll::model::credential::VersionStage;
use keyroll::model::date::Timestamp;
use keyroll::model::event::Actor;
use keyroll::model::id::Name;
use keyroll::model::operation::{Entry, Work};
use keyroll::operations::procedure::{Hands, Revocation, Revoked, Scene, Tools};
use keyroll::operations::secrets::Secrets;
use keyroll::provider::Surroundings;
use keyroll::secret::{Secret, Value};
use keyroll::secrets::{Identity, Parsed, Places, Reach, SecretError};
use keyroll::store::{Access, Store};
use keyroll::wire;

use crate::binary::{Home, fed};
use crate::provider::{Provider, Roll, home};

/// Nobody's hands, and a clock that goes on when somebody waits.
struct Clock(i64, Vec<String>);

impl Hands for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0)
    }

    fn pause(&mut self, time: Duration) {
        self.0 += i64::try_from(time.as_secs()).unwrap();
    }

    fn waits(&mut self, what: &str, until: Timestamp) {
        self.1.push(format!("{what} until {until}"));
    }

    fn begins(&mut self, _: &Entry, _: usize, _: usize) {}

    fn ended(&mut self, _: &str) {}

    fn is_somebody_there(&self) -> bool {
        false
    }

    fn manual(&mut self, _: &str, _: &str) -> anyhow::Result<Option<String>> {
        Ok(None)
    }

    fn value(&mut self, _: &[Name]) -> anyhow::Result<Option<Value>> {
        Ok(None)
    }
}

fn nobody_else(_: &Path) -> io::Result<Option<String>> {
    Ok(None)
}

fn nowhere() -> Result<keyroll::secrets::VaultSettings, SecretError> {
    Err(SecretError::NotSetUp)
}

/// Revokes `etl` whole; how it came out, and for how many seconds it waited.
fn revoked(home: &Home, wait: Option<Duration>) -> (Revoked, i64) {
    revoked_while(home, wait, || ()).unwrap()
}

/// The same, where something happens after it was decided.
fn revoked_while(
    home: &Home,
    wait: Option<Duration>,
    meanwhile: impl FnOnce(),
) -> anyhow::Result<(Revoked, i64)> {
    let text = fs::read_to_string(home.identity()).unwrap();
    let Parsed::Open(identity) = Identity::parse(&Secret::from(text), "a file").unwrap() else {
        panic!("an identity without a passphrase");
    };
    let began = "2026-11-22T03:00:00Z".parse::<Timestamp>().unwrap();
    let actor = Actor {
        name: "tester".parse().unwrap(),
        host: "here".parse().unwrap(),
        command: "revoke etl".parse().unwrap(),
        reason: None,
        at: began,
    };
    let scene = Scene::read(&Store::open(&home.store(), Access::Read).unwrap(), "etl").unwrap();
    let token = "0192aabb-ccdd-7000-8000-000000000000".parse().unwrap();
    let begun = (token, &actor, began);
    let revoke = revocation(Work::Revoke, &scene.revoking(None), begun).unwrap();
    meanwhile();
    let mut store = Store::open(&home.store(), Access::Write).unwrap();
    let places = Places::new(Reach {
        patience: Duration::from_secs(1),
        vault: nowhere,
        commands: || Ok(BTreeMap::new()),
        variable: |_| None,
    });
    let mut secrets = Secrets::open(&mut store, actor.clone(), identity, "a file", places).unwrap();
    let around = Surroundings {
        http: wire::Settings::default(),
        programs: None,
        variables: Vec::new(),
        limit: Duration::from_secs(10),
        haste: Duration::from_secs(10),
        others_write: nobody_else,
        clock: Instant::now,
    };
    let mut clock = Clock(began.unix(), Vec::new());
    let tools = Tools {
        secrets: &mut secrets,
        around: &around,
        hands: &mut clock,
        made_nothing: false,
    };
    let came = Revocation::begin(tools, scene, revoke, wait)?.run()?;
    // Whoever waits is told so, and how long at the most.
    let waited = clock.0 > began.unix();
    assert_eq!(waited, !clock.1.is_empty(), "{:?}", clock.1);
    for line in &clock.1 {
        assert!(
            line.starts_with("the provider to refuse version "),
            "{line}"
        );
    }
    Ok((came, clock.0 - began.unix()))
}

fn stages(came: &Revoked) -> Vec<VersionStage> {
    came.versions.iter().map(|version| version.stage).collect()
}

#[test]
fn it_looks_until_the_key_is_refused() {
    let provider = Provider::start();
    let roll = Roll {
        lag: Some("15m"),
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.lag = 2);
    let (came, waited) = revoked(&home, None);
    assert_eq!(stages(&came), [VersionStage::Revoked; 2]);
    assert_eq!(waited, 3, "one second, then two");
}

#[test]
fn what_is_accepted_when_the_lag_is_over_is_possibly_live() {
    let provider = Provider::start();
    let roll = Roll {
        lag: Some("15m"),
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.lag = usize::MAX);
    let (came, waited) = revoked(&home, None);
    assert_eq!(stages(&came), [VersionStage::PossiblyLive; 2]);
    assert!((900..=1020).contains(&waited), "{waited}");
}

#[test]
fn who_waits_no_longer_than_a_moment_is_told_what_is_not_known() {
    let provider = Provider::start();
    let roll = Roll {
        lag: Some("15m"),
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.lag = usize::MAX);
    let (came, waited) = revoked(&home, Some(Duration::ZERO));
    assert_eq!(stages(&came), [VersionStage::PossiblyLive; 2]);
    assert_eq!(waited, 0);
}

#[test]
fn what_somebody_is_willing_to_wait_is_for_all_versions_together() {
    let provider = Provider::start();
    let roll = Roll {
        lag: Some("15m"),
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.lag = usize::MAX);
    let (came, waited) = revoked(&home, Some(Duration::from_secs(100)));
    assert_eq!(stages(&came), [VersionStage::PossiblyLive; 2]);
    assert_eq!(waited, 100);
    // Each was looked at all the same.
    let how = came.versions.iter().map(|version| version.how.as_str());
    for how in how {
        assert!(how.contains("still accepted"), "{how}");
    }
}

#[test]
fn a_token_that_outlives_its_key_keeps_it_possibly_live() {
    let provider = Provider::start();
    let roll = Roll {
        lag: Some("15m"),
        has_tokens: true,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.tokens = None);
    let (came, waited) = revoked(&home, None);
    assert_eq!(stages(&came), [VersionStage::PossiblyLive; 2]);
    assert!(
        came.versions[0]
            .how
            .contains("a held session still accepted")
    );
    assert!(waited >= 900, "{waited}");
}

#[test]
fn a_token_that_ends_in_time_is_seen_to_end() {
    let provider = Provider::start();
    let roll = Roll {
        lag: Some("15m"),
        has_tokens: true,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.tokens = Some(3));
    let (came, waited) = revoked(&home, None);
    assert_eq!(stages(&came), [VersionStage::Revoked; 2]);
    assert!(came.versions[0].how.contains("in a held session"));
    assert_eq!(waited, 7, "one second, two, four");
}

#[test]
fn a_session_that_ends_without_an_answer_proves_nothing() {
    let provider = Provider::start();
    let mut roll = Roll {
        has_tokens: true,
        ..Roll::default()
    };
    provider.set(|state| state.mumbles[1] = Some(500));
    let (came, _) = revoked(&home(&provider, &roll), None);
    assert_eq!(stages(&came), [VersionStage::PossiblyLive; 2]);
    // The longest lag is over: then no session goes on, but one that was seen to.
    let provider = Provider::start();
    roll.lag = Some("15m");
    provider.set(|state| {
        state.mumbles[1] = Some(500);
        state.tokens = Some(1);
    });
    let (came, waited) = revoked(&home(&provider, &roll), None);
    let expected = [VersionStage::PossiblyLive, VersionStage::Revoked];
    assert_eq!(stages(&came), expected);
    assert!(came.versions[1].how.contains("ended without an answer"));
    assert!(waited >= 900, "{waited}");
}

#[test]
fn where_bad_logons_lock_one_is_all_that_is_spent() {
    let provider = Provider::start();
    let roll = Roll {
        lag: Some("15m"),
        locks: true,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.mumbles[0] = Some(403));
    let (came, _) = revoked(&home, None);
    assert_eq!(stages(&came), [VersionStage::PossiblyLive; 2]);
    assert!(came.versions[0].how.contains("not repeated"));
    // While all is well, and after; the administrator was never seen to log on, and is spared.
    assert_eq!(provider.asked("GET /me"), 2 + 2, "one for each version");
}

#[test]
fn a_resume_does_not_log_on_with_what_was_refused_where_bad_logons_lock() {
    let provider = Provider::start();
    let roll = Roll {
        lag: Some("15m"),
        has_tokens: true,
        locks: true,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.tokens = None);
    let (came, _) = revoked(&home, None);
    assert_eq!(stages(&came), [VersionStage::PossiblyLive; 2]);
    let logons = || provider.asked("GET /me") + provider.asked("POST /token");
    let before = logons();
    let words = [
        "revoke",
        "etl",
        "--resume",
        "KEYROLL_CLOCK=2026-11-25T04:00:00Z",
    ];
    home.run(&words).ok(0);
    assert_eq!(logons(), before);
}

#[test]
fn what_was_decided_by_versions_that_are_others_now_does_not_begin() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    let began = revoked_while(&home, None, || {
        fed(home.command(&["secret", "set", "etl"]), "another-canary-8").ok(0);
    });
    assert!(began.is_err());
    assert!(provider.effects().is_empty());
}

#[test]
fn nothing_begins_beside_what_was_begun_since_it_was_decided() {
    let provider = Provider::start();
    let steps = format!(
        "{}[procedure.turn]\nkind = \"rotate\"\n[[procedure.turn.step]]\ntitle = \"make\"\nstage = \"create\"\n\
         manual = \"make a key\"\n",
        crate::provider::KEY
    );
    let roll = Roll {
        steps: &steps,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    home.run(&["account", "set", "etl", "rotate=turn"]).ok(0);
    let began = revoked_while(&home, None, || {
        home.run(&["rotate", "etl", "--yes"]).ok(3);
    });
    let why = began.err().unwrap().to_string();
    assert!(why.contains("rotate 1 of `account/etl` is open"), "{why}");
    assert!(provider.effects().is_empty());
}
