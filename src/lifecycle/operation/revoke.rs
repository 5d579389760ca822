//! What a revoke is made of: the steps that withdraw each version that could still work, and the proof of each.

use crate::lifecycle::operation::going::{About, Going, of_step};
use crate::lifecycle::operation::one::takes_one;
use crate::lifecycle::operation::{CannotBegin, Open, Operations, aside, open};
use crate::lifecycle::versions::{Versions, of};
use crate::model::change::Change;
use crate::model::credential::{Credential, VersionStage};
use crate::model::date::Timestamp;
use crate::model::event::Actor;
use crate::model::id::{AccountId, ProcedureId};
use crate::model::key::OperationKey;
use crate::model::operation::{Entry, Operation, OperationState, Phase, Work};
use crate::model::procedure::{Procedure, ProcedureKind};
use crate::model::text::Text;

/// What a revoke is decided from.
pub struct Revoking<'r> {
    pub id: &'r AccountId,
    pub credential: &'r Credential,
    pub procedure: Option<(&'r ProcedureId, &'r Procedure)>,
    pub versions: &'r Versions,
    pub operations: &'r Operations,
    /// The one version that goes; all that could still work, where it is `None`.
    pub only: Option<u32>,
}

/// A revoke as it begins, and what is closed for it.
pub struct Revoke {
    pub operation: Operation,
    /// What was under way, given up in the commit that begins the emergency.
    pub closed: Option<(OperationKey, Operation)>,
}

impl Revoke {
    /// The changes that take what was under way out of the way.
    pub fn changes(&self) -> Vec<Change> {
        let closed = self.closed.iter();
        let changes = closed.map(|(key, before)| {
            let after = Operation {
                state: OperationState::Aborted,
                ..before.clone()
            };
            Change::update(
                (key.clone(), before.clone()).into(),
                (key.clone(), after).into(),
            )
        });
        changes.collect()
    }
}

/// A revoke, an emergency or a drill as it begins.
///
/// # Errors
/// When it cannot begin. An emergency begins beside whatever is under way, and without any procedure: then somebody
/// takes the versions away by hand.
pub fn revocation(
    what: Work,
    it: &Revoking<'_>,
    begun: (Text, &Actor, Timestamp),
) -> Result<Revoke, CannotBegin> {
    let procedure = match procedure(it) {
        Ok(procedure) => Some(procedure),
        Err(_) if what == Work::Emergency => None,
        Err(why) => return Err(why),
    };
    let closed = under_way(what, it)?;
    let going = going(what, it, closed.as_ref().map(|(_, operation)| operation))?;
    if let (Some((_, procedure)), Some(only)) = (procedure, it.only) {
        takes_one(it, procedure, only)?;
    }
    let mut entries = Vec::new();
    let unseen = closed
        .as_ref()
        .and_then(|(_, operation)| aside::unseen(operation));
    entries.extend(unseen.map(|step| Entry::new(Phase::Withdraw, Some(step))));
    entries.extend(match procedure {
        Some((_, procedure)) => withdrawals(procedure, &going),
        // Somebody does it, and says so.
        None => by_hand(&going),
    });
    entries.extend(proofs(going.iter().map(|version| version.number)));
    let (token, actor, now) = begun;
    let operation = Operation {
        procedure: procedure.map(|(name, _)| name.clone()),
        from: going.first().map(|version| version.number),
        ..blank(what, (token, actor, now), entries)
    };
    Ok(Revoke { operation, closed })
}

/// The proof alone, for versions that were taken away before and may still work; none where there are none.
pub fn proof(
    id: &AccountId,
    versions: &Versions,
    begun: (Text, &Actor, Timestamp),
) -> Option<Operation> {
    let doubtful = of(versions, id).rev();
    let doubtful = doubtful.filter(|(_, version)| version.stage == VersionStage::PossiblyLive);
    let numbers: Vec<u32> = doubtful.map(|(key, _)| key.number).collect();
    let first = *numbers.first()?;
    let entries = proofs(numbers.into_iter()).collect();
    Some(Operation {
        from: Some(first),
        ..blank(Work::Revoke, begun, entries)
    })
}

fn blank(what: Work, begun: (Text, &Actor, Timestamp), entries: Vec<Entry>) -> Operation {
    let (token, actor, began) = begun;
    Operation {
        what,
        state: OperationState::Open,
        token,
        began,
        by: actor.name.clone(),
        reason: actor.reason.clone(),
        procedure: None,
        from: None,
        version: None,
        identity: None,
        until: None,
        failures: 0,
        entries,
    }
}

/// The procedure, where it is one that revokes.
fn procedure<'r>(it: &Revoking<'r>) -> Result<(&'r ProcedureId, &'r Procedure), CannotBegin> {
    let account = || it.id.clone();
    let (name, procedure) = it.procedure.ok_or_else(|| CannotBegin::NoProcedure {
        account: account(),
        what: Work::Revoke,
    })?;
    match procedure.kind {
        ProcedureKind::Revoke => {}
        ProcedureKind::Rotate | ProcedureKind::Rollback => {
            return Err(CannotBegin::OtherKind {
                account: account(),
                procedure: name.to_string(),
                kind: procedure.kind.to_string(),
            });
        }
    }
    match procedure.step.is_empty() {
        true => Err(CannotBegin::NoSteps(name.to_string())),
        false => Ok((name, procedure)),
    }
}

/// What is under way: a hindrance to a planned revoke, and no hindrance to an emergency.
fn under_way(
    what: Work,
    it: &Revoking<'_>,
) -> Result<Option<(OperationKey, Operation)>, CannotBegin> {
    let Some((key, operation)) = open(it.operations, it.id) else {
        return Ok(None);
    };
    match what {
        Work::Emergency => Ok(Some((key.clone(), operation.clone()))),
        Work::Drill => Ok(None),
        Work::Revoke | Work::Rotate => Err(CannotBegin::Open(Open::of(key, operation))),
    }
}

/// The versions that go, the newest first.
fn going(
    what: Work,
    it: &Revoking<'_>,
    closed: Option<&Operation>,
) -> Result<Vec<Going>, CannotBegin> {
    let all = Going::live(it.id, it.credential, it.versions);
    let mut going: Vec<Going> = match it.only {
        None => all,
        Some(only) => all
            .into_iter()
            .filter(|version| version.number == only)
            .collect(),
    };
    for version in &mut going {
        let unknown = closed
            .is_some_and(|it| it.version == Some(version.number) && !aside::provider_knows(it));
        version.is_told = !unknown;
    }
    match (going.is_empty(), what, it.only) {
        (false, _, _) | (true, Work::Drill, _) => Ok(going),
        (true, Work::Revoke | Work::Emergency | Work::Rotate, Some(number)) => {
            Err(CannotBegin::NotLive {
                account: it.id.clone(),
                number,
            })
        }
        (true, Work::Revoke | Work::Emergency | Work::Rotate, None) => {
            Err(CannotBegin::NothingLive {
                account: it.id.clone(),
            })
        }
    }
}

/// Each step that is about a version once for each, each that is about an identity once for that, the others once.
fn withdrawals(procedure: &Procedure, going: &[Going]) -> Vec<Entry> {
    let mut out = Vec::new();
    for step in &procedure.step {
        let entry = || Entry::new(Phase::Withdraw, Some(step.clone()));
        match of_step(step) {
            About::Account => out.push(entry()),
            About::Version => {
                let told = going.iter().filter(|version| version.is_told);
                out.extend(told.map(|version| entry().about(version.number)));
            }
            About::Identity => {
                let mut seen = Vec::new();
                for version in going {
                    if !seen.contains(&&version.identity) {
                        seen.push(&version.identity);
                        out.push(entry().about(version.number));
                    }
                }
            }
        }
    }
    out
}

fn by_hand(going: &[Going]) -> Vec<Entry> {
    let told = going.iter().filter(|version| version.is_told);
    told.map(|version| Entry::new(Phase::Withdraw, None).about(version.number))
        .collect()
}

/// The provider is seen to refuse each version, and the consumers to fail.
fn proofs(numbers: impl Iterator<Item = u32>) -> impl Iterator<Item = Entry> {
    let refusals = numbers.map(|number| Entry::new(Phase::Refusal, None).about(number));
    refusals.chain([
        Entry::new(Phase::FailClosed, None),
        Entry::new(Phase::Finish, None),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::credential::Version;
    use crate::model::operation::EntryState;
    use crate::model::procedure::Step;
    use serde_json::json;

    fn credential() -> Credential {
        serde_json::from_value(
            json!({ "kind": "api-key", "store": "age", "identity": ["svc-femo"] }),
        )
        .unwrap()
    }

    fn versions(stages: &[VersionStage]) -> Versions {
        let version = |(at, stage): (usize, &VersionStage)| {
            let key = format!("etl {}", at + 1).parse().unwrap();
            (key, Version::new(*stage, "2026-10-01".parse().unwrap()))
        };
        stages.iter().enumerate().map(version).collect()
    }

    fn steps(steps: &[serde_json::Value]) -> Procedure {
        serde_json::from_value(json!({ "kind": "revoke", "step": steps })).unwrap()
    }

    fn revoke(
        what: Work,
        procedure: Option<&Procedure>,
        (versions, operations): (&Versions, &Operations),
        only: Option<u32>,
    ) -> Result<Revoke, CannotBegin> {
        let name: ProcedureId = "cut".parse().unwrap();
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let actor = Actor {
            name: "tester".parse().unwrap(),
            host: "here".parse().unwrap(),
            command: "revoke".parse().unwrap(),
            reason: None,
            at: now,
        };
        let it = Revoking {
            id: &"etl".parse().unwrap(),
            credential: &credential(),
            procedure: procedure.map(|procedure| (&name, procedure)),
            versions,
            operations,
            only,
        };
        let token = "0123456789ab".parse().unwrap();
        revocation(what, &it, (token, &actor, now))
    }

    fn lines(revoke: &Revoke) -> Vec<String> {
        let entries = revoke.operation.entries.iter();
        let line = |entry: &Entry| {
            let version = entry.version.map(|number| format!(" {number}"));
            format!("{}{}", entry.phase, version.unwrap_or_default())
        };
        entries.map(line).collect()
    }

    #[test]
    fn every_version_that_could_work_is_withdrawn_and_proven() {
        use VersionStage::{Current, Pending, PossiblyLive, Previous, Revoked};
        let versions = versions(&[Revoked, PossiblyLive, Previous, Current, Pending]);
        let procedure = steps(&[
            json!({ "title": "key", "http": { "method": "DELETE", "path": "/keys/{id}" } }),
            json!({ "title": "user", "http": { "method": "DELETE", "path": "/users/{identity}" } }),
            json!({ "title": "tell", "manual": "tell the plant" }),
        ]);
        let none = Operations::new();
        let begun = revoke(Work::Revoke, Some(&procedure), (&versions, &none), None);
        let expected = "withdraw 5,withdraw 4,withdraw 3,withdraw 2,withdraw 5,withdraw,refusal 5,refusal 4,refusal 3,\
            refusal 2,fail-closed,finish";
        assert_eq!(lines(&begun.unwrap()).join(","), expected);
    }

    #[test]
    fn one_version_does_not_go_by_a_step_that_takes_others_too() {
        use VersionStage::{Current, Previous};
        let both = versions(&[Previous, Current]);
        let none = Operations::new();
        let user = steps(&[
            json!({ "title": "user", "http": { "method": "DELETE", "path": "/users/{identity}" } }),
        ]);
        let begun = revoke(Work::Emergency, Some(&user), (&both, &none), Some(1));
        assert!(matches!(
            begun,
            Err(CannotBegin::TakesMore { other: 2, .. })
        ));
        let alone = versions(&[Current]);
        assert!(revoke(Work::Revoke, Some(&user), (&alone, &none), Some(1)).is_ok());
    }

    #[test]
    fn an_emergency_needs_no_procedure_and_a_planned_revoke_does() {
        let versions = versions(&[VersionStage::Current]);
        let none = Operations::new();
        let planned = revoke(Work::Revoke, None, (&versions, &none), None);
        assert!(matches!(planned, Err(CannotBegin::NoProcedure { .. })));
        let emergency = revoke(Work::Emergency, None, (&versions, &none), None).unwrap();
        assert_eq!(
            lines(&emergency).join(","),
            "withdraw 1,refusal 1,fail-closed,finish"
        );
    }

    #[test]
    fn an_emergency_closes_a_rotation_and_takes_what_it_made() {
        use VersionStage::{Current, Pending};
        let versions = versions(&[Current, Pending]);
        let create = json!({ "title": "make", "stage": "create", "secret": "/s",
            "http": { "method": "POST", "path": "/keys" } });
        let create: Step = serde_json::from_value(create).unwrap();
        let mut entry = Entry::new(Phase::Create, Some(create));
        entry.state = EntryState::Unknown;
        let mut rotation = blank(
            Work::Rotate,
            (
                "0192aabb-ccdd-7000-8000-aabbccddeeff".parse().unwrap(),
                &Actor {
                    name: "tester".parse().unwrap(),
                    host: "here".parse().unwrap(),
                    command: "rotate".parse().unwrap(),
                    reason: None,
                    at: "2026-11-22T03:00:00Z".parse().unwrap(),
                },
                "2026-11-22T03:00:00Z".parse().unwrap(),
            ),
            vec![entry],
        );
        rotation.version = Some(2);
        let tag = rotation.tag();
        let key = "etl 1".parse().unwrap();
        let operations = Operations::from([(key, rotation)]);
        let cut = steps(&[
            json!({ "title": "key", "http": { "method": "DELETE", "path": "/keys/{id}" } }),
        ]);
        let planned = revoke(Work::Revoke, Some(&cut), (&versions, &operations), None);
        assert!(matches!(planned, Err(CannotBegin::Open(_))));
        let begun = revoke(Work::Emergency, Some(&cut), (&versions, &operations), None).unwrap();
        assert_eq!(begun.changes().len(), 1);
        let first = begun.operation.entries[0].step.as_ref().unwrap();
        let manual = first.manual.as_ref().unwrap().as_str();
        assert!(manual.contains(&tag), "{manual}");
        assert!(lines(&begun).contains(&"refusal 2".to_owned()));
    }
}
