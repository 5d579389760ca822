//! The look at a provider that a diagnosis asks for: a knock without a secret, then the declared probes that write nothing.

use crate::cli::commands::diagnose::Args;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::scene::scene;
use crate::cli::surroundings::surroundings;
use crate::cli::unlock;
use crate::lifecycle::openings;
use crate::lifecycle::testing::{self, Planned, Wish};
use crate::model::date::Timestamp;
use crate::model::diagnosis::{Drift, Greeting, Live, Symptom, Untried};
use crate::model::entitlement::Side;
use crate::model::key::VersionKey;
use crate::model::probe::ProbeKind;
use crate::operations::procedure::Scene;
use crate::operations::test::{Came, Tester, side};
use crate::provider::{Reach, Surroundings};
use crate::store::Access;

/// As few bad logons as lock an identity before one of ours is too near: the integration that fails may be having others.
const NEAR: u32 = 2;

/// Asks, and records what the probes saw.
///
/// # Errors
/// When the roll does not say where to ask, no identity opens the secret, or nothing can be recorded.
pub fn look(args: &Args, symptom: Symptom, context: &mut Context) -> Result<Live, Failure> {
    context.acts_today()?;
    let mut store = context.open(Access::Write)?;
    let scene = scene(&store, &args.account)?;
    if let Err(lacking) = scene.environment() {
        return Err(Failure::refused(lacking)
            .hint("declare it with its endpoint, or leave --probe out; nothing was asked"));
    }
    let around = surroundings(context)?;
    let mut live = Live {
        greeting: None,
        untried: None,
        expired: false,
    };
    let sides = match logon(&scene, symptom, context.this_moment()) {
        Ok(sides) => sides,
        Err(why) => {
            context
                .out
                .note(format!("no logon is tried: {}", words(why, &scene)));
            live.untried = Some(why);
            Vec::new()
        }
    };
    if !sides.is_empty() {
        let mut secrets = unlock::unlock(&mut store, &args.identity, context)?;
        for (version, which, planned) in &sides {
            let Some((environment, _)) = side(&scene, *which) else {
                continue;
            };
            let now = || context.this_moment();
            let mut tester = Tester {
                secrets: &mut secrets,
                around: &around,
                scene: &scene,
                side: *which,
                environment,
                version: version.clone(),
                now: &now,
            };
            let tested = tester.run(planned)?;
            live.expired |= tested.iter().any(|it| match &it.came {
                Came::Seen(seen) => seen.expired,
                Came::LeftOut(_) => false,
            });
        }
    }
    live.greeting = greeting(&scene, symptom, &around, context);
    Ok(live)
}

/// The probes of each side that a symptom calls for.
fn wanted(symptom: Symptom) -> [(Side, &'static [ProbeKind]); 2] {
    use ProbeKind::{Audit, Authenticate, Discover, Read};
    match symptom {
        Symptom::AuthFails => [
            (Side::Provider, &[Authenticate, Read]),
            (Side::Platform, &[]),
        ],
        Symptom::ProdOnly => [
            (Side::Provider, &[Authenticate, Discover, Read]),
            (Side::Platform, &[]),
        ],
        Symptom::WriteDenied => [
            (Side::Provider, &[Authenticate, Discover]),
            (Side::Platform, &[Authenticate, Discover]),
        ],
        Symptom::AgentBlocked => [
            (Side::Provider, &[Authenticate]),
            (Side::Platform, &[Authenticate, Discover, Read]),
        ],
        Symptom::AuditMissing => [
            (Side::Provider, &[Authenticate, Audit]),
            (Side::Platform, &[]),
        ],
    }
}

/// The version that logs on, and by which probes on which side.
type Sides<'s> = Vec<(VersionKey, Side, Vec<Planned<'s>>)>;

/// What is asked with the secret, or why nothing is.
fn logon(scene: &Scene, symptom: Symptom, now: Timestamp) -> Result<Sides<'_>, Untried> {
    let held = scene
        .current()
        .filter(|(_, version)| version.held.is_some());
    let (version, _) = held.ok_or(Untried::NoSecret)?;
    let mut sides = Vec::new();
    for (which, kinds) in wanted(symptom) {
        let Some((_, tests)) = side(scene, which).filter(|_| !kinds.is_empty()) else {
            continue;
        };
        let wish = Wish {
            kinds,
            allow_write: false,
            is_open: &openings::is_open,
            now,
        };
        let mut planned = testing::plan(&scene.account, tests, wish);
        planned.retain(|it| !it.writes);
        if planned.is_empty() {
            continue;
        }
        if which == Side::Provider && is_near(scene, version.number) {
            return Err(Untried::Lockout);
        }
        sides.push((version.clone(), which, planned));
    }
    match sides.is_empty() {
        true => Err(Untried::NoProbe),
        false => Ok(sides),
    }
}

/// Whether one more bad logon could lock the identity, or come near to it.
fn is_near(scene: &Scene, number: u32) -> bool {
    let most = scene.provider.lockout_after;
    most.is_some_and(|most| most <= NEAR) || testing::could_lock(scene.facts(), number, most)
}

fn words(why: Untried, scene: &Scene) -> String {
    match why {
        Untried::Lockout => {
            let most = scene.provider.lockout_after.unwrap_or_default();
            format!("{most} bad ones lock the identity, and one more could come near to that")
        }
        Untried::NoSecret => "keyroll holds no value of the current version".to_owned(),
        Untried::NoProbe => "no probe that tells is declared".to_owned(),
    }
}

/// Knocks at the endpoint, where that tells something of the symptom.
fn greeting(
    scene: &Scene,
    symptom: Symptom,
    around: &Surroundings,
    context: &Context,
) -> Option<Greeting> {
    match symptom {
        Symptom::AuthFails | Symptom::ProdOnly => {}
        Symptom::WriteDenied | Symptom::AgentBlocked | Symptom::AuditMissing => return None,
    }
    let environment = scene.environment().ok()?;
    let before = context.this_moment();
    let greeted = Reach::of(environment, around).greet();
    let after = context.this_moment();
    let server = greeted.date.as_deref().and_then(Timestamp::from_http);
    Some(Greeting {
        heard: greeted.heard,
        drift: server.map(|server| Drift::between(server, before, after)),
    })
}
