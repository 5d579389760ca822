//! A rotation at a real PocketBase that is killed at any of its requests goes on, and leaves one key there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod counterparts;
mod killing;

use binary::ended;
use counterparts::http::Body;
use counterparts::pocketbase::Pocketbase;
use counterparts::roll::Roll;
use killing::between::Between;

#[test]
fn a_rotation_that_is_killed_at_any_request_leaves_one_key_that_works() {
    let server = Pocketbase::start();
    let url = server.url();
    let between = Between::start(&url);
    let endpoint = format!("{}/api", between.url());
    let texts = [
        ("http://127.0.0.1:8090/api", endpoint.as_str()),
        ("overlap = \"24h\"", "strategy = \"overlap\""),
    ];
    let roll = Roll::of("pocketbase", &texts, &server.admin);
    let reads = |token: &str| {
        let path = "/collections/orders/records/wo1001hawthorne";
        server.ask("GET", path, Some(token), Body::Empty).status == 200
    };
    let mut last = roll.first();
    for before_effect in [true, false] {
        let mut at = 0;
        loop {
            at += 1;
            let told = format!("request {at}, before its effect: {before_effect}");
            between.doom("", at, before_effect);
            let words = ["rotate", &roll.account, "--yes"];
            let child = roll.home.command(&words).spawn().unwrap();
            between.victim(child.id());
            let was_killed = ended(child, told.clone()).status.is_none();
            between.spare();
            let mut is_done = !was_killed;
            // What nobody saw may still come, until the time of its request is over.
            let later = roll.in_an_hour();
            for clock in [None, Some(&later), Some(&later), Some(&later)] {
                let options = [Some("--resume"), clock.map(String::as_str)];
                let options: Vec<&str> = options.into_iter().flatten().collect();
                is_done = is_done || roll.run("rotate", &options).clean().status == Some(0);
            }
            assert!(is_done, "{told}");
            let now = roll.secret();
            assert!(now != last && reads(&now) && !reads(&last), "{told}");
            last = now;
            let keys = server.admin("GET", "/collections/keys/records", Body::Empty);
            assert_eq!(keys.body["totalItems"], 1, "{told}");
            let stages = roll.stages();
            let current = stages.iter().filter(|stage| *stage == "current");
            assert_eq!(current.count(), 1, "{told}: {stages:?}");
            assert!(!stages.iter().any(|stage| stage == "pending"), "{told}");
            roll.home.run(&["audit", "verify"]).ok(0);
            if !was_killed {
                break;
            }
        }
        assert!(at > 4, "{at}");
    }
}
