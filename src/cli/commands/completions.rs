//! `keyroll completions`: the script that makes a shell ask keyroll for completions.

use clap_complete::env::Shells;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};

/// Shells that completion is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// Print a shell's completion script; record names are completed from the store
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll completions bash > ~/.local/share/bash-completion/completions/keyroll\n  \
    keyroll completions zsh > \"${fpath[1]}/_keyroll\"\n  \
    keyroll completions fish > ~/.config/fish/completions/keyroll.fish\n  \
    keyroll completions powershell >> $PROFILE")]
pub struct Args {
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    context.out.data(&script(args.shell)?)?;
    Ok(Status::Clean)
}

/// The script for a shell.
///
/// # Errors
/// Never, as long as the completion library knows the shell.
pub fn script(shell: Shell) -> Result<String, Failure> {
    let name = match shell {
        Shell::Bash => "bash",
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
    };
    let shells = Shells::builtins();
    let completer = shells
        .completer(name)
        .ok_or_else(|| Failure::new(format!("no completion for {name}")))?;
    let mut script = Vec::new();
    completer
        .write_registration("COMPLETE", "keyroll", "keyroll", "keyroll", &mut script)
        .map_err(|error| Failure::new(format!("cannot make the script: {error}")))?;
    String::from_utf8(script).map_err(|_| Failure::new("the script is not UTF-8"))
}
