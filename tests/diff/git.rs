//! Revisions as a user names them.

use crate::repository::{ACCOUNTS, Repository};

const REFUSED: &str = "refused: account/etl gains work-order/edit (update) at femo/berlin";

#[test]
fn a_revision_is_compared_with_the_files_however_it_is_named() {
    let repository = Repository::new();
    repository.permit(r#"["work-order/view", "work-order/edit"]"#);
    for (folder, args) in [
        ("", &["git:main", "inventory"][..]),
        ("", &["git:main", "inventory/"]),
        ("", &["git:HEAD:inventory"]),
        ("", &["git:HEAD:inventory/", "inventory/accounts.toml"]),
        ("", &["git:main", "inventory/accounts.toml"]),
        ("", &["git:main:inventory/accounts.toml"]),
        ("inventory", &["git:main"]),
        ("inventory", &["git:main", "."]),
        ("inventory", &["git:main", "accounts.toml"]),
        ("inventory", &["git:main:inventory"]),
        ("inventory", &["git:main:./accounts.toml"]),
        ("inventory/glossaries", &["git:main:./../accounts.toml"]),
    ] {
        let args: Vec<&str> = args.iter().copied().chain(["--no-new-access"]).collect();
        let ended = repository.diff_in(folder, &args);
        assert!(
            ended.status == 4 && ended.said.contains(REFUSED),
            "{folder} {args:?}: {ended:#?}"
        );
        assert!(
            ended
                .out
                .contains("+ gained    permission work-order/edit (update)")
        );
    }
}

#[test]
fn two_revisions_are_compared() {
    let repository = Repository::new();
    repository.git(&["tag", "-a", "v1", "-m", "x"]);
    repository.permit(r#"["work-order/view", "work-order/edit"]"#);
    repository.commit();
    repository.permit("[]");
    for new in ["git:HEAD", "git:main~0", "git:HEAD:inventory"] {
        let ended = repository.diff(&["git:v1:inventory", new, "--no-new-access"]);
        ended.says(4, REFUSED);
    }
    repository
        .diff(&["git:HEAD:inventory", "git:v1", "--no-new-access"])
        .says(0, "1 loss in 1 record");
    repository
        .diff(&["git:v1", "git:v1:inventory"])
        .says(0, "no change in access");
}

#[test]
fn a_glossary_is_read_from_the_revision_and_not_from_the_disk() {
    let repository = Repository::new();
    let text = crate::repository::GLOSSARY.replace("\"read\"", "\"admin\"");
    repository.write("inventory/glossaries/one.toml", &text);
    for path in ["inventory", "inventory/accounts.toml"] {
        let ended = repository.diff(&["git:main", path]);
        assert!(
            ended
                .out
                .contains("what work-order/view does: read -> admin for account/etl"),
            "{ended:#?}"
        );
    }
}

#[test]
fn what_is_wrong_at_a_revision_is_shown_at_its_line_and_nothing_is_compared() {
    let repository = Repository::new();
    repository.write(
        "inventory/accounts.toml",
        &ACCOUNTS.replace("level = ", "levle = "),
    );
    repository.commit();
    repository.write("inventory/accounts.toml", ACCOUNTS);
    let ended = repository.diff(&["git:main", "inventory"]);
    ended.says(4, "main:inventory/accounts.toml:10:1");
    ended.says(4, "in `git:main`");
    assert_eq!(ended.out, "");
    repository.write("inventory/glossaries/one.toml", "title = 3");
    repository
        .diff(&["git:HEAD~1", "inventory"])
        .says(4, "inventory/glossaries/one.toml:1:9");
    repository.commit();
    repository.write("inventory/glossaries/one.toml", crate::repository::GLOSSARY);
    repository
        .diff(&["git:main", "inventory"])
        .says(4, "main:inventory/glossaries/one.toml:1:9");
}

#[test]
fn what_cannot_be_read_is_told_by_its_status() {
    let repository = Repository::new();
    repository
        .diff(&["git:gone", "inventory"])
        .says(1, "there is no revision `gone`");
    repository
        .diff(&["git:main:gone"])
        .says(2, "there is no `gone` at `main`");
    repository
        .diff(&["git:main:../x", "inventory"])
        .says(2, "is not a path in the repository");
    repository
        .diff(&["git:main", "gone"])
        .says(2, "there is no");
    repository
        .diff(&["inventory"])
        .says(2, "nothing is named to compare it with");
    repository
        .diff(&["store", "inventory"])
        .says(1, "there is no store");
    repository
        .diff_in("..", &["git:main", "work/inventory"])
        .says(0, "no change");
    repository
        .diff_in("..", &["git:main", "store"])
        .says(1, "not a git repository");
    repository.write("empty/x.md", "x");
    repository.commit();
    repository
        .diff(&["git:main", "empty"])
        .says(4, "there is no `*.toml` file");
}

#[test]
fn hidden_folders_and_other_files_are_passed_over() {
    let repository = Repository::new();
    repository.write("inventory/.draft/x.toml", "not toml");
    repository.write("inventory/README.md", "= =");
    repository.commit();
    repository
        .diff(&["git:main", "inventory"])
        .says(0, "no change in access");
}

#[test]
fn a_configuration_that_comes_with_the_change_does_not_disarm_the_gate() {
    let repository = Repository::new();
    repository.write("keyroll.toml", "[level.closeout]\nactions = []\n");
    let closeout = ACCOUNTS.replace("read-only-import", "closeout");
    repository.write("inventory/accounts.toml", &closeout);
    repository
        .diff(&["git:main", "inventory", "--no-new-access"])
        .says(
            4,
            "refused: account/etl raises level read-only-import -> closeout",
        );
}
