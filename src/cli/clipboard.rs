//! A secret in the clipboard for a while: ours as long as this process lives, and gone after that.

use crate::cli::failure::Failure;
use crate::secret::Secret;

/// How long it stays, in seconds.
pub const SECONDS: u64 = 45;

/// Offers a secret to whoever pastes, until another program takes the clipboard or the time is over. Clipboard managers
/// are asked not to keep it.
///
/// # Errors
/// When there is no clipboard here, or the secret is not text.
#[cfg(all(feature = "clipboard", target_os = "linux"))]
pub fn offer(secret: &Secret, until: std::time::Instant) -> Result<(), Failure> {
    use arboard::SetExtLinux;
    let text = std::str::from_utf8(secret.expose()).map_err(|_| {
        Failure::usage("the secret is not text, and the clipboard takes text alone")
            .hint("write it to a file or a pipe")
    })?;
    let failed = |error: arboard::Error| {
        Failure::new(format!("there is no clipboard here: {error}"))
            .hint("pipe it to where it is needed, or say --reveal")
    };
    let mut clipboard = arboard::Clipboard::new().map_err(failed)?;
    clipboard
        .set()
        .exclude_from_history()
        .wait_until(until)
        .text(text)
        .map_err(failed)?;
    // Where nobody else took it meanwhile, it is ours to clear.
    if clipboard.get_text().is_ok_and(|there| there == text) {
        clipboard.clear().map_err(failed)?;
    }
    Ok(())
}

/// Elsewhere what is put there outlives us: [`is_built`] has refused before.
///
/// # Errors
/// Always.
#[cfg(not(all(feature = "clipboard", target_os = "linux")))]
pub fn offer(_: &Secret, _: std::time::Instant) -> Result<(), Failure> {
    is_built()
}

/// Whether this build has a clipboard that clears itself.
///
/// # Errors
/// When it has not.
pub fn is_built() -> Result<(), Failure> {
    if cfg!(all(feature = "clipboard", target_os = "linux")) {
        return Ok(());
    }
    Err(Failure::usage("this keyroll was built without the clipboard").hint(
        "build it with --features clipboard (Linux); else pipe it to where it is needed, or say --reveal",
    ))
}
