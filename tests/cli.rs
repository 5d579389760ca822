//! Transcripts: what a user types and sees. The README's and the docs' commands are executed too.
//!
//! Each file has a home and a store of its own, and runs in the crate's root. `just bless` writes them anew.

use std::path::Path;

/// Runs one transcript in an empty home.
fn transcript(file: &Path) {
    let home = tempfile::tempdir().expect("a scratch folder can be made");
    let name = file
        .file_stem()
        .expect("a transcript has a name")
        .to_string_lossy();
    let store = home.path().join(format!("{name}.db"));
    trycmd::TestCases::new()
        .case(file)
        .env("HOME", home.path().to_string_lossy())
        .env("XDG_DATA_HOME", home.path().join("data").to_string_lossy())
        .env(
            "XDG_CONFIG_HOME",
            home.path().join("config").to_string_lossy(),
        )
        .env(
            "XDG_STATE_HOME",
            home.path().join("state").to_string_lossy(),
        )
        .env("KEYROLL_STORE", store.to_string_lossy())
        .env("KEYROLL_ACTOR", "tester")
        .env("SCRATCH", home.path().to_string_lossy())
        .env("COLUMNS", "80")
        .env("NO_COLOR", "1")
        .env("TERM", "dumb")
        .insert_var("[SCRATCH]", home.path().to_string_lossy().into_owned())
        .expect("a placeholder in brackets and capitals")
        .run();
}

/// Where the transcript of the first minute has its example written.
const EXAMPLE: &str = "target/tmp/keyroll-example";

/// Where that of the handoff has its pack written.
const PACK: &str = "target/tmp/keyroll-handoff";

/// A test for each file, so that they run beside each other and `just bless` reaches them all.
macro_rules! transcripts {
    ($($name:ident = $file:literal,)*) => {
        $(#[test]
        fn $name() {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            if $file.contains("first-minute") {
                let _ = std::fs::remove_dir_all(root.join(EXAMPLE));
            }
            if $file.contains("handoff") {
                let _ = std::fs::remove_dir_all(root.join(PACK));
            }
            transcript(&root.join($file));
        })*

        const FILES: &[&str] = &[$($file,)*];
    };
}

transcripts! {
    first_minute = "tests/cli/first-minute.trycmd",
    validate = "tests/cli/validate.trycmd",
    plan_and_apply = "tests/cli/plan-apply.trycmd",
    records = "tests/cli/records.trycmd",
    matrix = "tests/cli/matrix.trycmd",
    catalog = "tests/cli/catalog.trycmd",
    audit = "tests/cli/audit.trycmd",
    trail = "tests/cli/trail.trycmd",
    check = "tests/cli/check.trycmd",
    config = "tests/cli/config.trycmd",
    suggest = "tests/cli/suggest.trycmd",
    waive = "tests/cli/waive.trycmd",
    baseline = "tests/cli/baseline.trycmd",
    diff = "tests/cli/diff.trycmd",
    invite = "tests/cli/invite.trycmd",
    fix = "tests/cli/fix.trycmd",
    readme = "README.md",
    guide = "docs/guide.md",
    audit_trail = "docs/audit.md",
    secrets = "docs/secrets.md",
    ci = "docs/ci.md",
    import_csv = "tests/cli/import-csv.trycmd",
    import = "docs/import.md",
    scan = "tests/cli/scan.trycmd",
    tutorial = "docs/tutorial.md",
    adoption = "docs/adoption.md",
    roles = "tests/cli/roles.trycmd",
    access = "docs/access.md",
    matrices = "docs/matrices.md",
    can = "tests/cli/can.trycmd",
    minimise = "tests/cli/minimise.trycmd",
    least_privilege = "docs/least-privilege.md",
    access_lists = "tests/cli/access.trycmd",
    assert = "tests/cli/assert.trycmd",
    assertions = "docs/assertions.md",
    monitoring = "docs/monitoring.md",
    testing = "tests/cli/testing.trycmd",
    moved = "tests/cli/moved.trycmd",
    diagnose = "tests/cli/diagnose.trycmd",
    diagnosing = "docs/diagnose.md",
    approve = "tests/cli/approve.trycmd",
    ack = "tests/cli/ack.trycmd",
    handoff = "tests/cli/handoff.trycmd",
    risk = "tests/cli/risk.trycmd",
    changes = "tests/cli/changes.trycmd",
    review = "tests/cli/review.trycmd",
    offboard = "tests/cli/offboard.trycmd",
    offboarding = "docs/offboarding.md",
    schedule_of_rotations = "tests/cli/schedule.trycmd",
    schedule = "docs/schedule.md",
    rotate = "tests/cli/rotate.trycmd",
    revoke = "tests/cli/revoke.trycmd",
    revoking = "docs/revoke.md",
    reconcile = "tests/cli/reconcile.trycmd",
    reconciling = "docs/reconcile.md",
}

#[test]
fn every_transcript_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (folder, ending) in [("tests/cli", "trycmd"), ("docs", "md")] {
        for entry in std::fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("the folder can be listed").path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let runs = path.extension().is_some_and(|e| e == ending) && text.contains("```console");
            let name = path
                .strip_prefix(root)
                .expect("below the root")
                .to_string_lossy()
                .into_owned();
            assert!(!runs || FILES.contains(&&*name), "{name} is not run");
        }
    }
}
