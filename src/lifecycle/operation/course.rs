//! In which order a rotation goes: what the policy asks for, within what the provider allows.

use crate::model::access::words;
use crate::model::procedure::{Procedure, Stage, Step};
use crate::model::provider::Provider;
use crate::model::rotation::{Rotation, Strategy};

words! {
    /// The order of a rotation.
    Course {
        /// The new one is made, proven and taken over before the old one goes.
        CreateFirst = "create-first",
        /// The new value takes the place of the old one.
        ReplaceInPlace = "replace-in-place",
        /// The provider makes none while the old one lives.
        RevokeFirst = "revoke-first",
        /// The new one is of the other identity.
        BlueGreen = "blue-green",
    }
}

impl Course {
    /// The order that a policy and a procedure give. Without either saying so, both versions live for a while where the
    /// procedure takes the old one away after it made the new one.
    pub fn of(policy: Option<&Rotation>, procedure: &Procedure, provider: &Provider) -> Course {
        let stages: Vec<Stage> = staged(procedure).map(|(stage, _)| stage).collect();
        let first = |wanted: &[Stage]| stages.iter().position(|stage| wanted.contains(stage));
        let made = first(&[Stage::Create, Stage::Set]);
        let retired = first(&[Stage::Retire]);
        let single = || match (retired, made) {
            (Some(retired), Some(made)) if retired < made => Course::RevokeFirst,
            (Some(_), _) if provider.max_live_credentials != Some(1) => Course::CreateFirst,
            (Some(_) | None, _) => Course::ReplaceInPlace,
        };
        match policy.map(|policy| (policy.strategy, policy.overlap.is_some())) {
            Some((Some(Strategy::BlueGreen), _)) => Course::BlueGreen,
            Some((Some(Strategy::Overlap), _) | (None, true)) => Course::CreateFirst,
            Some((Some(Strategy::Single) | None, _)) | None => single(),
        }
    }

    /// Whether the old version works until the new one has taken over.
    pub fn keeps_old(self) -> bool {
        match self {
            Course::CreateFirst | Course::BlueGreen => true,
            Course::ReplaceInPlace | Course::RevokeFirst => false,
        }
    }
}

/// The steps of a rotation with the stage of each: one that names none belongs to the stage before it, the first to that
/// in which values are made where it gives one, else to that in which the provider is told.
pub fn staged(procedure: &Procedure) -> impl Iterator<Item = (Stage, &Step)> {
    let mut last = None;
    procedure.step.iter().map(move |step| {
        let usual = match step.secret {
            Some(_) => Stage::Create,
            None => Stage::Set,
        };
        let stage = step.stage.or(last).unwrap_or(usual);
        last = Some(stage);
        (stage, step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn course(policy: serde_json::Value, stages: &[&str], most: Option<u32>) -> Course {
        let policy: Rotation = serde_json::from_value(policy).unwrap();
        let steps: Vec<_> = stages
            .iter()
            .map(|stage| json!({ "title": "x", "manual": "do it", "stage": stage }))
            .collect();
        let procedure = serde_json::from_value(json!({ "kind": "rotate", "step": steps })).unwrap();
        let provider = match most {
            Some(most) => json!({ "max-live-credentials": most }),
            None => json!({}),
        };
        let provider = serde_json::from_value(provider).unwrap();
        Course::of(Some(&policy), &procedure, &provider)
    }

    #[test]
    fn the_order_follows_the_policy_and_the_provider() {
        let single = json!({ "every": "60d", "strategy": "single" });
        let overlap = json!({ "every": "60d", "overlap": "24h" });
        let blue = json!({ "every": "60d", "strategy": "blue-green" });
        let three = ["create", "set", "retire"];
        assert_eq!(course(overlap, &three, None), Course::CreateFirst);
        assert_eq!(course(blue, &three, Some(1)), Course::BlueGreen);
        assert_eq!(
            course(single.clone(), &["set"], Some(1)),
            Course::ReplaceInPlace
        );
        assert_eq!(
            course(single.clone(), &["retire", "create"], Some(1)),
            Course::RevokeFirst
        );
        assert_eq!(course(single, &three, Some(2)), Course::CreateFirst);
    }
}
