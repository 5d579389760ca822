//! Nothing is lost when what seals secrets is interrupted, finds the disk full, or meets others: at every call that
//! changes a file. Needs `strace`, and fails without it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod holding;

use std::collections::BTreeMap;
use std::fs;

use binary::{Home, Ran, as_nobody, finish, set_mode};
use holding::{
    account, command, fed, get, home, identity, is_whole, keeps_to_itself, put, run, secret, shell,
    stranger, without_store,
};

/// Every call by which the program changes a file.
const CALLS: &str = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,rmdir,ftruncate,link,\
    linkat,mkdir,fchmod";

/// How many moments of one kind of call are tried at most; the other calls are few, and each is tried.
fn most(call: &str) -> usize {
    match call {
        "pwrite64" => 8,
        "write" => 4,
        _ => usize::MAX,
    }
}

/// One command that is interrupted.
struct Case<'c> {
    words: &'c [&'c str],
    input: &'c str,
    make: &'c dyn Fn() -> Home,
}

impl Case<'_> {
    /// Runs it in a home under `strace`, which does to it what `order` says.
    fn traced(&self, home: &Home, to: &str, order: &str) -> Ran {
        let calls = format!("trace={CALLS}");
        // A filter makes it fast, and keeps `strace` from sending signals.
        let filter = match order.contains("signal=KILL") {
            true => "",
            false => "--seccomp-bpf",
        };
        let mut words = vec![to, &calls, order, filter];
        words.extend(self.words);
        let script = "to=$1 calls=$2 order=$3 filter=$4; shift 4
            exec strace -f $filter -qq -s 0 -o \"$to\" -e \"$calls\" -e \"$order\" \"$0\" \"$@\"";
        fed(shell(home, script, &words), self.input)
    }

    /// How often it makes each call when nothing happens to it, on the thread that writes.
    fn counts(&self) -> BTreeMap<String, usize> {
        let home = (self.make)();
        let to = home.path().join("trace");
        let done = self.traced(&home, to.to_str().unwrap(), "signal=none");
        assert_eq!(done.status, Some(0), "{done:#?}");
        let trace = fs::read_to_string(to).unwrap();
        let first = trace.split(' ').next().unwrap();
        let mut counts = BTreeMap::new();
        for line in trace.lines() {
            let (process, rest) = line.split_once(' ').unwrap();
            if let Some((call, _)) = rest.trim_start().split_once('(')
                && process == first
                && CALLS.split(',').any(|known| known == call)
            {
                *counts.entry(call.to_owned()).or_insert(0) += 1;
            }
        }
        assert!(counts["fsync"] >= 4, "{counts:?}");
        counts
    }

    /// The calls to interrupt it at: which, and which time.
    fn moments(&self) -> Vec<(String, usize)> {
        let mut out = Vec::new();
        for (call, count) in self.counts() {
            let tried = count.min(most(&call));
            for at in 0..tried {
                // Spread from the first to the last.
                let at = 1 + at * (count - 1) / (tried - 1).max(1);
                out.push((call.clone(), at));
            }
        }
        out
    }

    /// Kills it before each call; `then` looks at what is left.
    fn killed(&self, then: &dyn Fn(&Home, &Ran)) {
        let mut kills = 0;
        for (call, at) in self.moments() {
            let home = (self.make)();
            let order = format!("inject={call}:signal=KILL:when={at}");
            let ran = self.traced(&home, "/dev/null", &order);
            if ran.status == Some(0) {
                continue;
            }
            assert_eq!(ran.status, None, "{order}: {ran:#?}");
            kills += 1;
            keeps_to_itself(&home);
            then(&home, &ran);
        }
        assert!(kills >= 20, "{kills} kills");
    }

    /// Runs it again, undisturbed: it succeeds, or says in these words that all is done.
    fn again(&self, home: &Home, already: &str) -> Ran {
        let ran = fed(command(home, self.words), self.input).clean();
        let done = ran.status == Some(0) || ran.stderr.contains(already);
        assert!(done, "{ran:#?}");
        ran
    }
}

fn recipients(home: &Home) -> String {
    run(home, &["secret", "recipients", "list", "--format", "jsonl"])
        .ok(0)
        .stdout
}

/// Nothing is left of it but the store, its lock and the identity.
fn nothing_is_left(home: &Home) {
    for folder in ["data/keyroll", "config/keyroll/identities"] {
        for entry in fs::read_dir(home.path().join(folder)).unwrap() {
            let name = entry.unwrap().file_name();
            let name = name.to_str().unwrap();
            let known = ["roll.db", "roll.db.lock"].contains(&name) || name.ends_with(".txt");
            assert!(known, "{name:?}");
        }
    }
}

/// A home with somebody else among the recipients, and his identity in a file.
fn with_stranger(stranger: &holding::Stranger) -> Home {
    let home = home();
    put(&home, "config/stranger.txt", &stranger.identity);
    let words = ["secret", "recipients", "add", "stranger", &stranger.key];
    run(&home, &words).ok(0);
    home
}

const AS_STRANGER: &[&str] = &["secret", "verify", "--identity", "config/stranger.txt"];

#[test]
fn a_killed_addition_of_a_recipient_loses_nothing() {
    let stranger = stranger();
    let case = Case {
        words: &["secret", "recipients", "add", "stranger", &stranger.key],
        input: "",
        make: &|| {
            let home = home();
            put(&home, "config/stranger.txt", &stranger.identity);
            home
        },
    };
    case.killed(&|home, _| {
        is_whole(home);
        assert_eq!(get(home, 7), secret(7));
        case.again(home, "there is a recipient `stranger` already");
        is_whole(home);
        run(home, AS_STRANGER).ok(0);
        nothing_is_left(home);
    });
}

#[test]
fn a_killed_removal_of_a_recipient_loses_nothing() {
    let stranger = stranger();
    let before = with_stranger(&stranger);
    let store = fs::read(before.store()).unwrap();
    let case = Case {
        words: &["secret", "recipients", "remove", "stranger", "--yes"],
        input: "",
        make: &|| {
            let home = home();
            put(&home, "data/keyroll/roll.db", &store);
            put(&home, "config/stranger.txt", &stranger.identity);
            home
        },
    };
    case.killed(&|home, _| {
        is_whole(home);
        assert_eq!(get(home, 40), secret(40));
        case.again(home, "there is no recipient `stranger`");
        is_whole(home);
        run(home, AS_STRANGER).refused_at_once(4);
        nothing_is_left(home);
    });
}

#[test]
fn a_killed_rotation_of_the_identity_loses_nothing() {
    let case = Case {
        words: &["secret", "rotate-key", "--yes"],
        input: "",
        make: &home,
    };
    let old = identity(&home());
    case.killed(&|home, _| {
        is_whole(home);
        assert_eq!(get(home, 7), secret(7));
        put(home, "config/old.txt", &old);
        case.again(home, "");
        is_whole(home);
        let words = ["secret", "verify", "--identity", "config/old.txt"];
        run(home, &words).refused_at_once(4);
        nothing_is_left(home);
    });
}

#[test]
fn a_killed_storing_of_a_secret_loses_nothing() {
    let case = Case {
        words: &["secret", "set", "a07"],
        input: "canary-new-Hn4bM8sLpQ",
        make: &home,
    };
    case.killed(&|home, _| {
        is_whole(home);
        let found = get(home, 7);
        assert!(found == secret(7) || found == case.input, "{found}");
        case.again(home, "");
        is_whole(home);
        assert_eq!(get(home, 7), case.input);
        let first = run(home, &["secret", "get", "a07", "--number", "1"]).ok(0);
        assert_eq!(first.stdout, secret(7));
        nothing_is_left(home);
    });
}

#[test]
fn a_killed_backup_is_whole_or_not_there() {
    let case = Case {
        words: &["backup", "roll.age"],
        input: "",
        make: &home,
    };
    case.killed(&|home, _| {
        is_whole(home);
        case.again(home, "`roll.age` is there already");
        let restored = home.path().join("restored/roll.db");
        let restored = restored.to_str().unwrap();
        let own = holding::below(home, &home.identity());
        let words = [
            "restore",
            "roll.age",
            "--identity",
            &own,
            "--store",
            restored,
        ];
        run(home, &words).ok(0);
        let words = ["secret", "verify", "--store", restored];
        run(home, &words).ok(0).says("40 secrets checked, all good");
    });
}

#[test]
fn a_killed_restore_is_whole_or_not_there() {
    let from = home();
    run(&from, &["backup", "roll.age"]).ok(0);
    let backup = fs::read(from.path().join("roll.age")).unwrap();
    let case = Case {
        words: &["restore", "roll.age"],
        input: "",
        make: &|| {
            let home = without_store();
            put(&home, "roll.age", &backup);
            home
        },
    };
    case.killed(&|home, _| {
        if home.store().exists() {
            is_whole(home);
        }
        case.again(home, "roll.db` exists already");
        is_whole(home);
        assert_eq!(get(home, 7), secret(7));
        keeps_to_itself(home);
    });
}

#[test]
fn a_killed_init_is_finished_by_the_next() {
    let case = Case {
        words: &["init", "--identity-file", "--no-recovery"],
        input: "",
        make: &Home::new,
    };
    case.killed(&|home, _| {
        let mut ran = fed(command(home, case.words), "").clean();
        if ran.status == Some(5) {
            ran.says("its making was interrupted; remove it and begin again");
            fs::remove_file(home.store()).unwrap();
            ran = fed(command(home, case.words), "").clean();
        }
        assert!(
            ran.status == Some(0) || ran.stderr.contains("roll.db` exists already"),
            "{ran:#?}"
        );
        is_whole(home);
        keeps_to_itself(home);
        let own = run(home, &["secret", "verify"]).ok(0);
        own.says("0 secrets checked, all good");
    });
}

#[test]
fn a_secret_is_not_handed_out_before_its_row_in_the_trail_is_durable() {
    let case = Case {
        words: &["secret", "get", "a07"],
        input: "",
        make: &home,
    };
    let taken = |home: &Home| {
        let words = ["audit", "log", "--format", "jsonl"];
        run(home, &words).ok(0).stdout.contains("\"reveal\"")
    };
    case.killed(&|home, ran| {
        assert!(ran.stdout.is_empty() || taken(home), "{ran:#?}");
        is_whole(home);
    });
    for (call, at) in case.moments() {
        // The store's own calls; what goes to stdout and the number in the lock file are none of them.
        if call == "write" || call == "ftruncate" {
            continue;
        }
        for order in [
            format!("inject={call}:error=EIO:when={at}"),
            format!("inject={call}:error=ENOSPC:when={at}+"),
        ] {
            let home = home();
            let ran = case.traced(&home, "/dev/null", &order).clean();
            if ran.status != Some(0) {
                assert_eq!((ran.status, ran.stdout.as_str()), (Some(1), ""), "{order}");
            } else {
                assert!(taken(&home), "{order}: {ran:#?}");
            }
            if call == "pwrite64" {
                assert_eq!(ran.status, Some(1), "{order}: {ran:#?}");
            }
            is_whole(&home);
        }
    }
}

#[test]
fn a_full_disk_changes_nothing() {
    let stranger = stranger();
    let before = with_stranger(&stranger);
    let store = fs::read(before.store()).unwrap();
    let listed = recipients(&before);
    let make = || {
        let home = home();
        put(&home, "data/keyroll/roll.db", &store);
        home
    };
    let cases: [&[&str]; 4] = [
        &["secret", "recipients", "remove", "stranger", "--yes"],
        &["secret", "rotate-key", "--yes"],
        &["secret", "set", "a07"],
        &["backup", "roll.age"],
    ];
    for words in cases {
        let case = Case {
            words,
            input: "canary-new-Hn4bM8sLpQ",
            make: &make,
        };
        let moments = case.moments().into_iter();
        let moments = moments.filter(|(call, _)| call == "pwrite64");
        let times: Vec<usize> = moments.map(|(_, at)| at).collect();
        let last = *times.last().unwrap();
        for at in times.into_iter().step_by(2) {
            let home = make();
            let order = format!("inject=pwrite64:error=ENOSPC:when={at}+");
            let ran = case.traced(&home, "/dev/null", &order);
            // An age file is of no fixed length: at times a page less is written, and the disk has room for all.
            if ran.status == Some(0) && at + 4 > last {
                continue;
            }
            ran.refused(1).says("the disk is full");
            assert_eq!(recipients(&home), listed);
            is_whole(&home);
            assert_eq!(get(&home, 7), secret(7));
            keeps_to_itself(&home);
        }
    }
    // The identity's own file, and the backup's.
    for words in [
        &["secret", "rotate-key", "--yes"][..],
        &["backup", "roll.age"],
    ] {
        let home = make();
        let case = Case {
            words,
            input: "",
            make: &make,
        };
        let own = identity(&home);
        let order = "inject=write:error=ENOSPC:when=1+";
        let ran = case.traced(&home, "/dev/null", order);
        assert_eq!(ran.status, Some(1), "{ran:#?}");
        assert_eq!(identity(&home), own);
        assert_eq!(recipients(&home), listed);
        is_whole(&home);
        nothing_is_left(&home);
        assert!(!home.path().join("roll.age").exists());
    }
}

#[test]
fn a_disk_that_fails_once_leaves_all_or_nothing() {
    let stranger = stranger();
    let case = Case {
        words: &["secret", "recipients", "add", "stranger", &stranger.key],
        input: "",
        make: &home,
    };
    let count = case.counts()["fsync"];
    for at in 1..=count {
        let home = home();
        let before = recipients(&home);
        let order = format!("inject=fsync:error=EIO:when={at}");
        let ran = case.traced(&home, "/dev/null", &order).clean();
        let changed = recipients(&home) != before;
        match ran.status {
            Some(0) => assert!(changed, "{order}: {ran:#?}"),
            // Only whether the journal's removal is durable can be in doubt: the last before what is noted beside the store.
            Some(1) => assert!(!changed || at + 2 == count, "{order}: {ran:#?}"),
            _ => panic!("{order}: {ran:#?}"),
        }
        is_whole(&home);
        assert_eq!(get(&home, 7), secret(7));
        case.again(&home, "there is a recipient `stranger` already");
        is_whole(&home);
    }
}

#[test]
fn a_store_that_cannot_record_it_hands_out_no_secret() {
    let home = home();
    home.give_away();
    set_mode(home.store(), 0o400);
    set_mode(home.store().parent().unwrap(), 0o500);
    let ran = as_nobody(command(&home, &["secret", "get", "a07"]));
    ran.refused_at_once(1);
    set_mode(home.store().parent().unwrap(), 0o700);
}

#[test]
fn those_who_store_secrets_while_all_are_sealed_anew_lose_none() {
    let home = home();
    let strangers = [stranger(), stranger()];
    // Done, or refused for what came in between, with nothing changed: then it is asked for again.
    let told = &|words: &[&str], input: &str| -> Ran {
        for _ in 0..50 {
            let ran = fed(command(&home, words), input).clean();
            let told = ran.stderr.to_lowercase();
            assert!(
                !told.contains("busy") && !told.contains("locked"),
                "{ran:#?}"
            );
            if ran.status == Some(0) {
                return ran;
            }
            ran.refused_at_once(1).says("nothing was changed");
        }
        panic!("never gets its turn: {words:?}");
    };
    let value = &|number: usize, time: usize| format!("canary-{number}-{time}-Zp3kV9");
    std::thread::scope(|scope| {
        for number in 1..=8 {
            scope.spawn(move || {
                for time in 1..=4 {
                    let words = ["secret", "set", &account(number)];
                    told(&words, &value(number, time));
                }
            });
        }
        for (number, stranger) in strangers.iter().enumerate() {
            scope.spawn(move || {
                let name = format!("stranger-{number}");
                let add = ["secret", "recipients", "add", &name, &stranger.key];
                for _ in 0..2 {
                    told(&add, "");
                    told(&["secret", "recipients", "remove", &name, "--yes"], "");
                }
                told(&add, "");
            });
        }
        // Who only looks is never told that something was forged.
        scope.spawn(|| {
            for _ in 0..20 {
                let got = told(&["secret", "get", "a20"], "");
                assert_eq!(got.stdout, secret(20));
                told(&["secret", "verify"], "");
            }
        });
    });
    is_whole(&home);
    for number in 1..=8 {
        assert_eq!(get(&home, number), value(number, 4));
        let account = account(number);
        for time in 1..=4 {
            let version = (time + 1).to_string();
            let words = ["secret", "get", &account, "--number", &version];
            assert_eq!(run(&home, &words).ok(0).stdout, value(number, time));
        }
    }
    for (number, stranger) in strangers.iter().enumerate() {
        let file = put(&home, &format!("config/{number}.txt"), &stranger.identity);
        let all = run(&home, &["secret", "verify", "--identity", &file]).ok(0);
        all.says("72 secrets checked, all good");
    }
}

#[test]
fn two_who_replace_the_identity_at_once_lose_no_key() {
    for _ in 0..5 {
        let home = home();
        let words = ["secret", "rotate-key", "--yes"];
        let ran: Vec<Ran> = std::thread::scope(|scope| {
            let both = [(); 3].map(|()| scope.spawn(|| finish(command(&home, &words))));
            both.map(|one| one.join().unwrap()).into()
        });
        assert!(ran.iter().any(|ran| ran.status == Some(0)), "{ran:#?}");
        for ran in ran {
            let ran = ran.clean();
            let late = ["was replaced meanwhile", "opens no secret of this store"];
            let refused = late.iter().any(|words| ran.stderr.contains(words));
            assert!(ran.status == Some(0) || refused, "{ran:#?}");
        }
        is_whole(&home);
        nothing_is_left(&home);
    }
}
