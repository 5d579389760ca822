//! How providers and platforms are reached from this host: the proxy that the environment names, the authorities and the
//! folder of programs that the user's own configuration names. An inventory, which may be a stranger's, says none of it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::context::{Beside, Context};
use crate::cli::failure::Failure;
use crate::cli::private::{others_write, unreadable};
use crate::cli::settings::Settings;
use crate::provider::{PROGRAM_TIMEOUT, Surroundings};
use crate::wire;

/// The folder of programs beside the user's own configuration.
const PROGRAMS: &str = "programs";

/// What stands on the way to every system.
///
/// # Errors
/// When the configuration cannot be used.
pub fn surroundings(context: &Context) -> Result<Surroundings, Failure> {
    let settings = Settings::load(context, Beside::Store)?;
    let mut http: wire::Settings = context.http();
    if let Some(seconds) = settings.http.timeout {
        http.timeout = Duration::from_secs(u64::from(seconds.max(1)));
    }
    if let Some(ca) = &settings.http.ca {
        let folder = settings.path.as_ref().and_then(|path| path.parent());
        let path = folder.map(|folder| folder.join(ca.as_str()));
        let path = path.unwrap_or_else(|| PathBuf::from(ca.as_str()));
        http.ca = Some(fs::read(&path).map_err(|error| unreadable(&path, error))?);
    }
    let programs = settings.programs.or_else(|| context.own(PROGRAMS));
    let programs = programs.map(|folder| std::path::absolute(&folder).unwrap_or(folder));
    Ok(Surroundings {
        http,
        programs,
        variables: context.hook_environment(),
        limit: PROGRAM_TIMEOUT,
        haste: context.haste(),
        others_write,
        clock: context.clock(),
    })
}
