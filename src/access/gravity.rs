//! How grave an effect is: the one order by which lists name the worst of what somebody may do. Judges nothing.

use crate::model::access::Effect;

/// The place of an effect in the order of gravity; the greater, the graver.
///
/// First what no one can take back (destroy) and what lets its holder give itself the rest (admin). Then what ends a matter
/// for others: to close it, to carry data out, to decide on it. Then what moves things in the works: stock, jobs, states. Then
/// what changes records: many, one, a new one. Reading comes last.
pub fn gravity(effect: Effect) -> u8 {
    match effect {
        Effect::Destroy => 11,
        Effect::Admin => 10,
        Effect::Closeout => 9,
        Effect::Egress => 8,
        Effect::Approve => 7,
        Effect::Stock => 6,
        Effect::Execute => 5,
        Effect::State => 4,
        Effect::Manage => 3,
        Effect::Update => 2,
        Effect::Create => 1,
        Effect::Read => 0,
    }
}

/// Each effect once, the gravest first.
pub fn gravest_first(effects: impl IntoIterator<Item = Effect>) -> Vec<Effect> {
    let mut all: Vec<Effect> = effects.into_iter().collect();
    all.sort_by_key(|effect| std::cmp::Reverse(gravity(*effect)));
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_effect_has_a_place_of_its_own() {
        let all = gravest_first(Effect::ALL.iter().copied());
        let words: Vec<&str> = all.iter().map(|effect| effect.as_str()).collect();
        assert_eq!(
            words.join(" > "),
            "destroy > admin > closeout > egress > approve > stock > execute > state > manage > update > create > read"
        );
        let places: Vec<u8> = all.iter().rev().map(|effect| gravity(*effect)).collect();
        assert!(places.into_iter().eq(0..12));
    }
}
