//! A real git repository in a scratch folder, and `keyroll` run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An inventory of one account.
pub const ACCOUNTS: &str = r#"[provider.one]
catalog = "./glossaries/one.toml"
[provider.one.environment.production]
endpoint = "https://one.example"

[account.etl]
provider = "one"
environment = "production"
workflow = "import"
level = "read-only-import"
boundary = ["femo/berlin"]
permissions = ["work-order/view"]
"#;

pub const GLOSSARY: &str = r#"title = "One"
side = "provider"
[[entitlement]]
key = "work-order/view"
group = "Work Order"
title = "View"
meaning = "Look"
effect = "read"
[[entitlement]]
key = "work-order/edit"
group = "Work Order"
title = "Edit"
meaning = "Change"
effect = "update"
"#;

pub struct Repository {
    home: tempfile::TempDir,
}

impl Repository {
    /// A repository whose `main` has an inventory with a glossary.
    pub fn new() -> Repository {
        let repository = Repository {
            home: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(repository.root()).unwrap();
        repository.git(&["init", "-q", "-b", "main"]);
        repository.write("inventory/accounts.toml", ACCOUNTS);
        repository.write("inventory/glossaries/one.toml", GLOSSARY);
        repository.write("Cargo.toml", "[package]\nname = \"other\"\n");
        repository.commit();
        repository
    }

    pub fn root(&self) -> PathBuf {
        self.home.path().join("work")
    }

    /// A file outside of the repository that nothing may make.
    pub fn marker(&self) -> PathBuf {
        self.home.path().join("marker")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The accounts with another list of permissions.
    pub fn permit(&self, permissions: &str) {
        let text = ACCOUNTS.replace(r#"["work-order/view"]"#, permissions);
        self.write("inventory/accounts.toml", &text);
    }

    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    fn clean(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CEILING_DIRECTORIES", self.home.path())
            .env("KEYROLL_STORE", self.home.path().join("roll.db"));
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs git, which must succeed; what it printed.
    pub fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        assert!(output.status.success(), "git {args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs git, however it ends.
    pub fn try_git(&self, args: &[&str]) -> Output {
        let mut command = self.clean("git", &self.root());
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "t");
            command.env(format!("GIT_{role}_EMAIL"), "t@example.com");
        }
        command.args(args).output().unwrap()
    }

    /// Runs `keyroll diff` in a folder of the repository.
    pub fn diff_in(&self, folder: &str, args: &[&str]) -> Ended {
        let mut command = self.clean(env!("CARGO_BIN_EXE_keyroll"), &self.root().join(folder));
        Ended::of(command.arg("diff").args(args).output().unwrap())
    }

    /// As [`diff`](Repository::diff), within so many MiB of address space, so of memory too.
    pub fn diff_within(&self, mebibytes: u32, args: &[&str]) -> Ended {
        let mut command = self.clean("sh", &self.root());
        let limited = format!("ulimit -v {} && exec \"$0\" diff \"$@\"", mebibytes * 1024);
        let program = env!("CARGO_BIN_EXE_keyroll");
        Ended::of(
            command
                .args(["-c", &limited, program])
                .args(args)
                .output()
                .unwrap(),
        )
    }

    pub fn diff(&self, args: &[&str]) -> Ended {
        self.diff_in("", args)
    }
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub out: String,
    pub said: String,
}

impl Ended {
    fn of(output: Output) -> Ended {
        Ended {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            said: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// That it ended so, and said so.
    #[track_caller]
    pub fn says(&self, status: i32, said: &str) {
        assert!(
            self.status == status && self.said.contains(said),
            "{self:#?}"
        );
    }
}
