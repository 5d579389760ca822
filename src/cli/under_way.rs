//! What leads on where an operation is under way, in words: never a way that is shut.

use crate::lifecycle::operation::{Open, Ways};
use crate::model::operation::Work;

/// The commands that lead on from an operation.
pub fn way_on(open: &Open) -> String {
    let account = &open.account;
    let verb = match open.what {
        Work::Rotate => "rotate",
        Work::Revoke | Work::Emergency | Work::Drill => "revoke",
    };
    match open.ways {
        Ways::OnOrBack => {
            format!("`keyroll {verb} {account} --resume` goes on with it, --abort gives it up")
        }
        Ways::On { from: Some(from) } => format!(
            "both versions live until {from}, then `keyroll {verb} {account} --resume` ends it; \
             `keyroll revoke {account} --emergency` waits for nothing and cuts the account off"
        ),
        Ways::On { from: None } => format!(
            "`keyroll {verb} {account} --resume` goes on with it, and it cannot be given up any more; \
             `keyroll revoke {account} --emergency` cuts the account off"
        ),
    }
}
