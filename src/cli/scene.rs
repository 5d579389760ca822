//! The account that a procedure or a test is about, by the words of a command line.

use crate::cli::failure::Failure;
use crate::cli::roll;
use crate::model::record::Kind;
use crate::operations::procedure::Scene;
use crate::operations::secrets::Refusal;
use crate::store::Store;

/// The account and all that is known around it.
///
/// # Errors
/// When there is no such account, with the one that was meant; or a record is not what its trail says.
pub fn scene(store: &Store, name: &str) -> Result<Scene, Failure> {
    Scene::read(store, name).map_err(|error| meant(error, name, store))
}

/// The same failure; where there is no such account, with the one that was meant.
pub fn meant(error: anyhow::Error, name: &str, store: &Store) -> Failure {
    match error.downcast_ref::<Refusal>() {
        Some(Refusal::NoAccount(_)) => roll::unknown(Kind::Account, name, store),
        _ => error.into(),
    }
}
