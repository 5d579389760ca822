//! `keyroll audit`: who changed what, when, and whether anybody tampered with it.

mod checkpoint;
mod key;
mod log;
mod prove;
mod verify;

use crate::cli::commands::reconcile;
use crate::cli::context::Context;
use crate::cli::failure::Outcome;

/// Read, sign and verify the audit trail
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:\n  keyroll audit verify\n  keyroll audit log --last 10")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show events, oldest first
    #[command(
        after_help = "Examples:\n  keyroll audit log --record account/etl --fields\n  \
        keyroll audit log --about etl                # its versions, tests, reviews and roles too\n  \
        keyroll audit log --since 2026-11-01 --action reveal,run --format jsonl\n  \
        keyroll audit log --follow --format cef | logger -n siem.example.org"
    )]
    Log(log::Args),
    /// Replay the chain, compare every live record with its latest event, and the trail with what was signed and seen of it
    ///
    /// Exit status 5 where anything differs: a row that was edited, removed, put elsewhere or added, an end that was cut
    /// off, a store that was put back to an older state.
    #[command(
        after_help = "Examples:\n  keyroll audit verify --quiet    # for cron: nothing is printed where nothing differs\n  \
        keyroll audit verify --checkpoint last-month.txt --key keyroll.pub"
    )]
    Verify(verify::Args),
    /// Print a signed checkpoint: what commits to the whole trail, for a mail, a repository or a witness
    #[command(
        after_help = "Example:\n  keyroll audit checkpoint | mail -s \"keyroll $(date -I)\" auditor@example.org"
    )]
    Checkpoint(checkpoint::Args),
    /// Show that an event stands in the trail, to somebody who has no store
    #[command(after_help = "Example:\n  keyroll audit prove 17 --out event-17.tlog-proof")]
    Prove(prove::Prove),
    /// Check a proof: with the public key alone, and no store
    ///
    /// Exit status 5 where the file begins as a proof and does not hold, 4 where no key that is trusted here signed it, 2
    /// where it does not begin as one.
    #[command(
        after_help = "Example:\n  keyroll audit verify-proof event-17.tlog-proof --key keyroll.pub"
    )]
    VerifyProof(prove::VerifyProof),
    /// The key that signs the trail
    Key(key::Args),
    Reconcile(reconcile::Logs),
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if !matches!(args.what, What::Log(_)) {
        context.rows_alone()?;
    }
    match args.what {
        What::Log(args) => log::run(&args, context),
        What::Verify(args) => verify::run(&args, context),
        What::Checkpoint(args) => checkpoint::run(&args, context),
        What::Prove(args) => prove::prove(&args, context),
        What::VerifyProof(args) => prove::verify_proof(&args, context),
        What::Key(args) => key::run(args, context),
        What::Reconcile(args) => reconcile::logs(args, context),
    }
}
