//! A world in which a command is killed at each request that it makes, or at each commit, and what it was before. Shared by
//! tests, holds none.
#![allow(dead_code)]

use crate::binary::ended;
use crate::killing::{self, Files, was_killed};
use crate::server::{Doom, Key, Manners};
use crate::world::World;

/// What a world was before a command was killed in it.
pub struct Before {
    files: Files,
    keys: Vec<Key>,
    manners: Manners,
}

impl Before {
    pub fn of(world: &World) -> Before {
        let state = world.server.state();
        Before {
            files: Files::of(&world.home),
            keys: state.keys.clone(),
            manners: state.manners.clone(),
        }
    }

    pub fn again(&self, world: &World) {
        self.files.again();
        let mut state = world.server.state();
        state.reset();
        state.keys.clone_from(&self.keys);
        state.manners.clone_from(&self.manners);
    }
}

/// Kills a command at each request that it makes, before the server does anything, and at each that has an effect after it;
/// `then` is done after each. How often it was killed.
pub fn at_each_request(
    (world, before): (&World, &Before),
    words: &[&str],
    mut then: impl FnMut(&str),
) -> usize {
    let mut kills = 0;
    for before_effect in [true, false] {
        for at in 1.. {
            let told = format!(
                "{}, request {at}, before its effect: {before_effect}",
                words.join(" ")
            );
            before.again(world);
            world.server.state().doom = Some(Doom {
                at,
                before_effect,
                victim: None,
            });
            let child = world.command(words).spawn().unwrap();
            world.server.victim(child.id());
            let ran = ended(child, told.clone());
            if ran.status.is_some() {
                // There is no such request: it came to its end.
                assert!(world.server.state().doom.is_some(), "{told}: {ran:#?}");
                break;
            }
            was_killed(&ran);
            kills += 1;
            then(&told);
        }
    }
    kills
}

/// Kills a command before and after each of its commits.
pub fn at_each_commit(
    (world, before): (&World, &Before),
    words: &[&str],
    then: impl FnMut(&str),
) -> usize {
    killing::at_each_commit(&world.home, words, || before.again(world), then)
}
