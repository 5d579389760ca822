//! The hooks that the user's own configuration names. A configuration that is found in a folder names none: it may be a
//! stranger's, and a command on the store does not even look for it.

use std::path::Path;

use crate::cli::context::{Beside, ConfigPath, Context};
use crate::cli::failure::Failure;
use crate::cli::private::ours_to_write;
use crate::cli::settings::Settings;
use crate::model::hook::{Argv, HookEvent};
use crate::operations::hook::{Hook, HookError};

/// The hook for an event, where one is configured.
///
/// # Errors
/// When the configuration cannot be used, or its hook is not ours alone; before anything is changed.
pub fn of(event: HookEvent, context: &Context) -> Result<Option<Hook>, Failure> {
    let configured = Configured::read(context)?;
    let Some(argv) = configured.argv(event) else {
        return Ok(None);
    };
    configured.hook(event, argv, context).map(Some)
}

/// What a configuration says of hooks.
pub struct Configured {
    settings: Settings,
    /// Why it may run nothing, where it may not.
    refused: Option<Failure>,
}

impl Configured {
    /// Reads the configuration, where there is one.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn read(context: &Context) -> Result<Configured, Failure> {
        // Before it is read: who cannot write to it now cannot have another read either.
        let named = context.config_path(Beside::Store);
        let is_ours = named.map(|named| match named {
            ConfigPath::Named(path) | ConfigPath::Found(path) => ours_to_write(&path),
        });
        Ok(Configured {
            settings: Settings::load(context, Beside::Store)?,
            refused: is_ours.and_then(Result::err),
        })
    }

    /// Where it was read, where there is one.
    pub fn path(&self) -> Option<&Path> {
        self.settings.path.as_deref()
    }

    /// The program that is named for an event.
    pub fn argv(&self, event: HookEvent) -> Option<&Argv> {
        self.settings.hooks.of(event)
    }

    /// That program, ready to run.
    ///
    /// # Errors
    /// When it is not there, or somebody else than us could say what it does.
    pub fn hook(&self, event: HookEvent, argv: &Argv, context: &Context) -> Result<Hook, Failure> {
        if let Some(refused) = &self.refused {
            return Err(refused.again());
        }
        // A path in it is taken from where it was named, as a baseline's is: a link may lead to anywhere.
        let path = self.path().unwrap_or(Path::new("."));
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let folder = std::fs::canonicalize(folder).map_err(|error| unusable(folder, &error))?;
        let hook = Hook::new(event, argv.clone(), folder, context.hook_environment())
            .map_err(|error| missing(&error, path))?;
        ours_to_write(hook.path())?;
        Ok(hook)
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    let shown = path.to_string_lossy().escape_debug().to_string();
    Failure::new(format!("cannot use `{shown}`: {error}"))
        .hint("check the path and its mode; nothing was changed")
}

fn missing(error: &HookError, path: &Path) -> Failure {
    let shown = path.to_string_lossy().escape_debug().to_string();
    Failure::usage(error).hint(format!(
        "correct `[hooks]` in {shown}: a path is taken from its folder; nothing was changed"
    ))
}
