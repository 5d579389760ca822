//! The access engine against others that know nothing of it: casbin, for people and teams; an evaluator written from the
//! documents, for accounts; and a checker that walks the path of every answer through the records, step by step.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "differential/accounts.rs"]
mod accounts;
#[path = "differential/casbin.rs"]
mod casbin;
#[path = "differential/clerk.rs"]
mod clerk;
#[path = "differential/proof.rs"]
mod proof;
#[path = "differential/world.rs"]
mod world;

use std::collections::BTreeMap;

use keyroll::access::ask::{Answer, Missing, Question, ask};
use keyroll::access::holdings::Holdings;
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::inventory::Inventory;
use keyroll::rules::Terms;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

const TODAY: &str = "2026-11-22";
const WORLDS: u32 = 2_000;

fn terms(inventory: &Inventory) -> Terms<'_> {
    Terms {
        glossaries: Glossaries::of(inventory),
        policy: Policy::shipped(),
        as_of: TODAY.parse().unwrap(),
    }
}

/// Runs a check on as many values of a strategy, the same ones each time.
fn over<S: Strategy>(cases: u32, values: S, check: impl Fn(&S::Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&values, |value| {
        check(&value);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, least)) => panic!("{reason}\n{least:#?}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// How often each thing came about, so that no check is one of nothing.
#[derive(Default)]
struct Seen(std::cell::RefCell<BTreeMap<&'static str, usize>>);

impl Seen {
    fn note(&self, what: &'static str) {
        *self.0.borrow_mut().entry(what).or_default() += 1;
    }

    fn at_least(&self, least: &[(&str, usize)]) {
        let seen = self.0.borrow();
        for (what, times) in least {
            let met = seen.get(what).copied().unwrap_or_default();
            assert!(
                met >= *times,
                "{what}: {met} times, {times} were hoped for; {seen:?}"
            );
        }
    }
}

#[test]
fn every_answer_for_people_and_teams_is_casbins_and_is_proved_by_the_records() {
    let seen = Seen::default();
    over(WORLDS, world::worlds(), |(world, asked)| {
        let inventory = world.inventory();
        let holdings = Holdings::of(&inventory);
        let terms = terms(&inventory);
        let peer = casbin::Peer::of(world);
        for asked in asked {
            let question = Question {
                principal: &asked.principal.parse().unwrap(),
                catalog: &asked.catalog.parse().unwrap(),
                permission: &asked.permission.parse().unwrap(),
                at: &asked.at.parse().unwrap(),
                own: asked.own,
                unresolved: asked.unresolved,
            };
            let answer = ask(&holdings, &terms, &question);
            assert_eq!(answer.is_yes(), peer.allows(asked), "{asked:?}: {answer:?}");
            proof::check(&inventory, &question, &answer);
            seen.note(kind(&answer));
        }
    });
    seen.at_least(&[
        ("yes, directly", 1_000),
        ("yes, by a team", 400),
        ("yes, by teams in teams", 100),
        ("absent", 1_000),
        ("a condition", 200),
        ("elsewhere", 1_000),
        ("not granted", 1_000),
    ]);
}

fn kind(answer: &Answer<'_>) -> &'static str {
    match answer {
        Answer::Yes(held) => match held.way.len() {
            0 => "yes, directly",
            1 => "yes, by a team",
            2.. => "yes, by teams in teams",
        },
        Answer::No(Missing::Absent(_)) => "absent",
        Answer::No(Missing::Condition(..)) => "a condition",
        Answer::No(Missing::Gate(..)) => "a gate",
        Answer::No(Missing::Doubt(..)) => "a doubt",
        Answer::No(Missing::Elsewhere(_)) => "elsewhere",
        Answer::No(Missing::NotGranted { .. }) => "not granted",
    }
}
