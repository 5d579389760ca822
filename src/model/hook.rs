//! Hooks: programs of the user's own that are told what happened. Argument lists, never a shell; what happened goes in
//! by stdin, so there is no place for it in an argument. Runs none of them.

use serde::{Deserialize, Serialize};

use crate::model::access::words;

/// The most arguments of one program.
const MOST: usize = 64;

/// The longest argument, in bytes.
const LONGEST: usize = 1024;

words! {
    /// What a hook is told of; its key in `[hooks]`.
    HookEvent {
        /// Somebody is invited, or once more.
        Invite = "on-invite",
        RevokeInvite = "on-revoke-invite",
        /// Something will be late, and a warning of it has begun.
        Due = "on-due",
        /// Something is late.
        Overdue = "on-overdue",
        /// A secret was revoked, and its provider was never seen to refuse it.
        PossiblyLive = "on-possibly-live",
    }
}

words! {
    /// What somebody is told by a message of their own; also what the message says that happened.
    Letter {
        Invite = "invite",
        RevokeInvite = "revoke-invite",
    }
}

words! {
    /// How far something has come, where hooks are told of it; also what the message says that happened.
    Threshold {
        Due = "due",
        Overdue = "overdue",
        PossiblyLive = "possibly-live",
    }
}

impl From<Letter> for HookEvent {
    fn from(letter: Letter) -> HookEvent {
        match letter {
            Letter::Invite => HookEvent::Invite,
            Letter::RevokeInvite => HookEvent::RevokeInvite,
        }
    }
}

impl From<Threshold> for HookEvent {
    fn from(threshold: Threshold) -> HookEvent {
        match threshold {
            Threshold::Due => HookEvent::Due,
            Threshold::Overdue => HookEvent::Overdue,
            Threshold::PossiblyLive => HookEvent::PossiblyLive,
        }
    }
}

impl HookEvent {
    /// What happened, as the message has it: the key without its `on-`.
    pub fn happened(self) -> &'static str {
        self.as_str().trim_start_matches("on-")
    }
}

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Argv(Vec<String>);

/// Why a list is no program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadArgv {
    #[error("a hook begins with the name of its program")]
    NoProgram,
    /// It would be taken for an option of whatever starts it, and is none of ours.
    #[error("the name of a program does not begin with `-`")]
    Option,
    #[error("a hook has more than {MOST} arguments")]
    Many,
    #[error("an argument is longer than {LONGEST} bytes")]
    Long,
    #[error("an argument holds a control character")]
    Control,
}

impl TryFrom<Vec<String>> for Argv {
    type Error = BadArgv;
    fn try_from(words: Vec<String>) -> Result<Self, BadArgv> {
        let (program, arguments) = words.split_first().ok_or(BadArgv::NoProgram)?;
        if program.trim().is_empty() {
            return Err(BadArgv::NoProgram);
        }
        if program.starts_with('-') {
            return Err(BadArgv::Option);
        }
        if arguments.len() > MOST {
            return Err(BadArgv::Many);
        }
        if words.iter().any(|word| word.len() > LONGEST) {
            return Err(BadArgv::Long);
        }
        if words.iter().any(|word| word.contains(char::is_control)) {
            return Err(BadArgv::Control);
        }
        Ok(Argv(words))
    }
}

impl From<Argv> for Vec<String> {
    fn from(argv: Argv) -> Vec<String> {
        argv.0
    }
}

impl Argv {
    /// The program.
    pub fn program(&self) -> &str {
        self.0.first().map(String::as_str).unwrap_or_default()
    }

    pub fn arguments(&self) -> &[String] {
        self.0.get(1..).unwrap_or_default()
    }
}

/// The programs that are told what happened. Only a configuration that the user named, or keeps, may have them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Hooks {
    /// Sends an invitation: the program and its arguments, never a shell.
    pub on_invite: Option<Argv>,
    /// Tells somebody that the invitation is revoked.
    pub on_revoke_invite: Option<Argv>,
    /// Told by `check` of what is due soon, once.
    pub on_due: Option<Argv>,
    /// Told by `check` of what is late, once.
    pub on_overdue: Option<Argv>,
    /// Told by `check` of a secret that is revoked and may still work, once.
    pub on_possibly_live: Option<Argv>,
}

impl Hooks {
    /// The program for an event, where there is one.
    pub fn of(&self, event: HookEvent) -> Option<&Argv> {
        match event {
            HookEvent::Invite => self.on_invite.as_ref(),
            HookEvent::RevokeInvite => self.on_revoke_invite.as_ref(),
            HookEvent::Due => self.on_due.as_ref(),
            HookEvent::Overdue => self.on_overdue.as_ref(),
            HookEvent::PossiblyLive => self.on_possibly_live.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(words: &[&str]) -> Result<Argv, BadArgv> {
        Argv::try_from(
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn what_looks_like_a_shell_stays_an_argument() {
        let argv = argv(&["./mail.sh", "a b; rm -rf /", "$(id)"]).unwrap();
        assert_eq!(argv.program(), "./mail.sh");
        assert_eq!(argv.arguments(), ["a b; rm -rf /", "$(id)"]);
    }

    #[test]
    fn what_is_no_program_is_refused() {
        assert_eq!(argv(&[]), Err(BadArgv::NoProgram));
        assert_eq!(argv(&[" "]), Err(BadArgv::NoProgram));
        assert_eq!(argv(&["-x"]), Err(BadArgv::Option));
        assert_eq!(argv(&["x", "\u{1b}"]), Err(BadArgv::Control));
        assert_eq!(argv(&["x", &"y".repeat(1025)]), Err(BadArgv::Long));
        assert_eq!(argv(&["x"; 66]), Err(BadArgv::Many));
    }
}
