//! kill -9 in the middle: what was being taken away is possibly live, never current and never revoked.

use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use crate::provider::{Provider, Roll, home, stages};

#[test]
fn what_was_being_taken_away_when_it_was_killed_is_possibly_live() {
    for emergency in [false, true] {
        let provider = Provider::start();
        let home = home(&provider, &Roll::default());
        let (send, pid) = channel::<u32>();
        provider.set(|state| {
            state.meanwhile = Some(Box::new(move || {
                let pid =
                    rustix::process::Pid::from_raw(i32::try_from(pid.recv().unwrap()).unwrap());
                rustix::process::kill_process(pid.unwrap(), rustix::process::Signal::KILL).unwrap();
            }));
        });
        let words: &[&str] = match emergency {
            true => &["revoke", "etl", "--emergency", "--yes"],
            false => &["revoke", "etl", "--yes"],
        };
        let mut command: Command = home.command(words);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        send.send(child.id()).unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "it was killed");
        assert_eq!(stages(&home), "previous possibly-live");
        // The server did its work; the second try finds nothing, and the refusal is seen.
        home.run(&["revoke", "etl", "--resume"])
            .ok(0)
            .says("(again)")
            .says("it was gone already");
        assert_eq!(stages(&home), "revoked revoked");
    }
}
