//! `keyroll` alone: the next useful step.

use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Outcome, Status};
use crate::cli::settings::Settings;
use crate::model::record::Kind;
use crate::rules::{self, Selection};
use crate::store::{Access, Store, StoreError};

pub fn run(context: &mut Context) -> Outcome {
    let path = context.store_path()?;
    let store = match Store::open(&path, Access::Read) {
        Ok(store) => store,
        Err(StoreError::NotFound { .. }) => {
            context.out.data(
                "keyroll keeps the roll of service accounts: who owns each, what it may do, when it rotates.\n\n\
                 There is no store yet. Next:\n  \
                 keyroll init --example   an inventory to play with, in ./keyroll-example\n  \
                 keyroll init             an empty store\n  \
                 keyroll --help           every command\n",
            )?;
            return Ok(Status::Clean);
        }
        Err(error) => return Err(error.into()),
    };
    let accounts = store.count(Kind::Account)?;
    if accounts == 0 {
        context.out.data(
            "The store is empty. Next:\n  \
             keyroll apply FOLDER     take in an inventory written as TOML\n  \
             keyroll provider add     or record by record: provider, boundary, person ...\n  \
             keyroll account add      ... and then the account, asked for field by field\n",
        )?;
        return Ok(Status::Clean);
    }
    let settings = Settings::load(context, Beside::Store)?;
    let selection = settings.rules(Selection::all());
    let inventory = store.inventory()?;
    let findings = rules::judge(&settings.facts(&inventory, context), &selection);
    let next = if store.count(Kind::Version)? == 0 {
        "keyroll import facts FILE   record when each secret was issued: without it nothing can fall due"
    } else if findings.is_empty() {
        "keyroll matrix permissions  nothing is due; this shows who may do what"
    } else {
        "keyroll check               what is due, late or broken"
    };
    let count = findings.len();
    context.out.data(&format!(
        "{accounts} account(s), {count} finding(s) today. Next:\n  {next}\n"
    ))?;
    Ok(Status::Clean)
}
