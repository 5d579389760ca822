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
use crate::model::fact::Outcome;
use crate::model::key::VersionKey;
use crate::model::probe::ProbeKind;
use crate::operations::procedure::Scene;
use crate::operations::secrets::Secrets;
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
        greeting: greeting(&scene, symptom, &around, context),
        untried: None,
        expired: false,
    };
    match logon(&scene, symptom, context.this_moment()) {
        Ok(sides) => {
            let mut secrets = unlock::unlock(&mut store, &args.identity, context)?;
            live.expired = log_on(&scene, &sides, &around, &mut secrets, context)?;
        }
        Err(why) => {
            let told = words(why, &scene);
            context.out.note(format!("no logon is tried: {told}"));
            live.untried = Some(why);
        }
    }
    Ok(live)
}

/// Runs the probes, side by side; a refused logon is the last request. Gives whether an answer says that something is expired.
fn log_on(
    scene: &Scene,
    sides: &Sides<'_>,
    around: &Surroundings,
    secrets: &mut Secrets<'_>,
    context: &Context,
) -> Result<bool, Failure> {
    let now = || context.this_moment();
    for (version, which, planned) in sides {
        let Some((environment, _)) = side(scene, *which) else {
            continue;
        };
        let mut tester = Tester {
            secrets,
            around,
            scene,
            side: *which,
            environment,
            version: version.clone(),
            now: &now,
        };
        let tested = tester.run(planned)?;
        let mut seen = tested.iter().filter_map(|it| match &it.came {
            Came::Seen(seen) => Some((it.kind, seen)),
            Came::LeftOut(_) => None,
        });
        if seen.clone().any(|(_, seen)| seen.expired) {
            return Ok(true);
        }
        if seen.any(|(kind, it)| kind == ProbeKind::Authenticate && it.outcome == Outcome::Fail) {
            break;
        }
    }
    Ok(false)
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
    most.is_some_and(|most| most <= NEAR)
        || testing::could_lock(scene.facts_of_locks(), number, most)
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
