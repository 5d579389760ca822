//! A repository from a stranger: nothing that it names is run, fetched, followed or taken for an option.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::repository::{ACCOUNTS, Repository};

#[test]
fn nothing_that_a_repository_names_is_run() {
    let repository = Repository::new();
    let script = repository.root().join("run.sh");
    let marker = repository.marker();
    fs::write(
        &script,
        format!("#!/bin/sh\ntouch '{}'\ncat\n", marker.display()),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    repository.write(".gitattributes", "*.toml filter=bad diff=bad\n");
    repository.commit();
    let run = script.to_str().unwrap();
    for name in [
        "core.fsmonitor",
        "core.pager",
        "pager.ls-tree",
        "pager.cat-file",
        "alias.ls-tree",
        "alias.cat-file",
        "filter.bad.smudge",
        "filter.bad.clean",
        "filter.bad.process",
        "diff.bad.textconv",
        "diff.external",
        "core.sshCommand",
        "core.gitProxy",
        "credential.helper",
        "core.editor",
        "core.askPass",
        "uploadpack.packObjectsHook",
    ] {
        repository.git(&["config", name, run]);
    }
    for hook in [
        "post-checkout",
        "reference-transaction",
        "post-index-change",
    ] {
        fs::copy(&script, repository.root().join(".git/hooks").join(hook)).unwrap();
    }
    repository.permit(r#"["work-order/edit"]"#);
    // Git by itself does run it: the test can fail.
    repository.try_git(&["status"]);
    fs::remove_file(&marker).unwrap();
    let ended = repository.diff(&["git:main", "inventory", "--no-new-access"]);
    ended.says(4, "gains work-order/edit");
    assert!(!marker.exists());
}

#[test]
fn what_is_missing_in_a_clone_is_not_fetched() {
    let repository = Repository::new();
    let oid = repository.git(&["rev-parse", "main:inventory/accounts.toml"]);
    let (folder, name) = oid.split_at(2);
    fs::remove_file(
        repository
            .root()
            .join(".git/objects")
            .join(folder)
            .join(name),
    )
    .unwrap();
    let url = format!("ext::touch {}", repository.marker().display());
    for (name, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("protocol.ext.allow", "always"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", url.as_str()),
    ] {
        repository.git(&["config", name, value]);
    }
    // Git by itself does fetch it: the test can fail.
    repository.try_git(&["cat-file", "-p", &oid]);
    fs::remove_file(repository.marker()).unwrap();
    repository
        .diff(&["git:main", "inventory"])
        .says(4, "not in this clone");
    assert!(!repository.marker().exists());
}

#[test]
fn a_folder_that_looks_like_a_repository_is_none() {
    let repository = Repository::new();
    repository.git(&["init", "-q", "--bare", "inventory/trap"]);
    repository.write("inventory/trap/accounts.toml", ACCOUNTS);
    repository
        .diff_in("inventory/trap", &["git:main"])
        .says(1, "bare repository");
}

#[test]
fn links_and_submodules_are_not_followed() {
    for (target, name) in [
        ("accounts.toml", "inventory/link.toml"),
        ("/etc", "inventory/etc"),
        ("../other", "inventory/other"),
        ("../../..", "inventory/up"),
    ] {
        let repository = Repository::new();
        repository.write("other/x.toml", "");
        symlink(target, repository.root().join(name)).unwrap();
        repository.commit();
        let shown = format!("`main:{name}`: it is a symbolic link");
        repository
            .diff(&["git:main", "inventory/accounts.toml"])
            .says(0, "no change");
        repository
            .diff(&["git:main:inventory", "inventory/accounts.toml"])
            .says(4, &shown);
    }
    let repository = Repository::new();
    symlink("accounts.toml", repository.root().join("inventory/readme")).unwrap();
    let head = repository.git(&["rev-parse", "HEAD"]);
    repository.commit();
    repository
        .diff(&["git:main", "inventory"])
        .says(0, "no change");
    let info = format!("160000,{head},inventory/module");
    repository.git(&["update-index", "--add", "--cacheinfo", &info]);
    repository.git(&["commit", "-q", "-m", "x"]);
    let passed = "1 submodule of `git:main` is passed over: inventory/module";
    repository.diff(&["git:main", "inventory"]).says(0, passed);
    repository
        .diff(&["git:main:inventory/module", "inventory"])
        .says(4, "`main:inventory/module`: it is a submodule");
    // What comes with it is not seen, and so is not let pass.
    repository
        .diff(&["git:main", "git:main:inventory", "--no-new-access"])
        .says(0, "no change");
    repository
        .diff(&["git:main~1", "git:main:inventory", "--no-new-access"])
        .says(
            4,
            "the submodule `inventory/module` is not the same on both sides",
        );
    let glossary = format!("160000,{head},inventory/glossaries");
    repository.git(&["rm", "-q", "-r", "--cached", "inventory/glossaries"]);
    repository.git(&["update-index", "--add", "--cacheinfo", &glossary]);
    repository.git(&["commit", "-q", "-m", "x"]);
    repository
        .diff(&["git:main", "inventory"])
        .says(4, "glossaries/one.toml`: it is a submodule");
}

#[test]
fn many_links_are_refused_before_git_is_asked_for_ever() {
    let repository = Repository::new();
    for at in 0..1_001 {
        symlink("nowhere", repository.root().join(format!("inventory/{at}"))).unwrap();
    }
    repository.commit();
    repository
        .diff(&["git:main", "inventory"])
        .says(1, "more than 1000 symbolic links");
}

#[test]
fn a_glossary_behind_a_link_is_refused_as_on_disk() {
    let repository = Repository::new();
    let root = repository.root().join("inventory");
    fs::rename(root.join("glossaries"), root.join("real")).unwrap();
    symlink("real", root.join("glossaries")).unwrap();
    repository.commit();
    let ended = repository.diff(&["git:main", "inventory/accounts.toml"]);
    ended.says(4, "glossaries/one.toml`: it is a symbolic link");
}

#[test]
fn a_revision_is_never_an_option_and_replacements_do_not_count() {
    let repository = Repository::new();
    for revision in ["git:--all", "git:-h", "git:--upload-pack=touch x"] {
        repository
            .diff(&[revision, "inventory"])
            .says(2, "does not begin with");
    }
    repository
        .diff(&["git:a b", "inventory"])
        .says(2, "is not a revision");
    repository
        .diff(&["git:main\u{1b}[2J", "inventory"])
        .says(2, "main\\u{1b}[2J");
    repository.permit(r#"["work-order/edit"]"#);
    let other = repository.git(&["hash-object", "-w", "inventory/accounts.toml"]);
    let oid = repository.git(&["rev-parse", "main:inventory/accounts.toml"]);
    repository.git(&["replace", &oid, &other]);
    let ended = repository.diff(&["git:main", "inventory", "--no-new-access"]);
    ended.says(4, "gains work-order/edit");
}

#[test]
fn what_is_too_large_is_refused() {
    let repository = Repository::new();
    repository.write("inventory/large.toml", &"#".repeat(5 * 1024 * 1024));
    repository.commit();
    repository
        .diff(&["git:main", "inventory/accounts.toml"])
        .says(0, "no change");
    repository
        .diff(&["git:main:inventory", "git:main:inventory/accounts.toml"])
        .says(4, "larger than 4 MiB");
}

/// A team of `people` people gets a role of `permissions` permissions at `places` places: which team, both sides say otherwise.
fn team(name: &str, people: usize, permissions: usize, places: usize) -> String {
    let list = |count: usize, name: &dyn Fn(usize) -> String| {
        let names: Vec<String> = (0..count).map(|at| format!("\"{}\"", name(at))).collect();
        names.join(",")
    };
    format!(
        "[role.all]\npermissions = [{}]\n[team.{name}]\nname = \"T\"\nmembers = [{}]\n\
        [[assignment]]\nprincipal = \"team/{name}\"\nrole = \"all\"\nat = [{}]\n",
        list(permissions, &|at| format!("a/{at}")),
        list(people, &|at| format!("p{at}")),
        list(places, &|at| format!("femo/{name}-{at}")),
    )
}

#[test]
fn many_names_for_many_times_many_are_counted_and_not_written_out() {
    let repository = Repository::new();
    let boundary = "[boundary.femo]\nkind = \"tenant\"\nname = \"F\"\n";
    for name in ["old", "new"] {
        // To write each permission of each person with its places would take 2 GB; to look at it, 300,000 steps.
        let text = team(name, 20, 1_000, 4_000);
        assert!(text.len() < 128 * 1024);
        repository.write(&format!("{name}.toml"), &(boundary.to_owned() + &text));
    }
    let words = ["old.toml", "new.toml", "--no-config", "--no-new-access"];
    for format in ["table", "json", "jsonl", "csv", "tsv", "md"] {
        let ended = repository.diff_within(640, &[&words[..], &["--format", format]].concat());
        // Every permission that comes or goes, by the teams or by their members, listed or not; and the members.
        ended.says(4, "; too much differs: ");
        ended.says(4, "21020 gains, 21020 losses");
        ended.says(4, "more, too many to be listed");
        ended.says(4, "error: too much differs to be listed in full");
        assert!(ended.out.len() < 128 << 20 && ended.said.len() < 32 << 20);
    }
}

#[test]
fn names_with_anything_in_them_are_shown_and_not_obeyed() {
    let repository = Repository::new();
    repository.write("inventory/\u{1b}[2J\n::error::x.toml", "= =");
    repository.commit();
    let ended = repository.diff(&["git:main:inventory", "inventory/accounts.toml"]);
    assert_eq!(ended.status, 4);
    assert!(
        !ended.said.contains('\u{1b}') && !ended.said.contains("\n::error"),
        "{ended:#?}"
    );
}
