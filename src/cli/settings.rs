//! What is judged by: the configuration, with what the command line sets over it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::catalog::{BadPolicy, Policy};
use crate::cli::context::{Beside, ConfigPath, Context};
use crate::cli::failure::Failure;
use crate::cli::roll::{FailOn, RuleOptions};
use crate::manifest::{self, ConfigFile, Problem};
use crate::model::baseline::Baseline;
use crate::model::finding::FieldPath;
use crate::model::inventory::Inventory;
use crate::model::policy::Config;
use crate::rules::{Selection, UnknownRule};

/// What to judge by.
pub struct Settings {
    config: Config,
    /// The same with its places, where there is one.
    file: Option<ConfigFile>,
    /// What accounts are held to.
    pub policy: Cow<'static, Policy>,
    /// Where the configuration was read, where there is one.
    pub path: Option<PathBuf>,
}

impl Settings {
    /// Reads the configuration, where there is one.
    ///
    /// # Errors
    /// When it cannot be read, or says what cannot hold; with its line.
    pub fn load(context: &Context, beside: Beside) -> Result<Settings, Failure> {
        let (path, target) = match context.config_path(beside) {
            None => return Ok(Settings::shipped()),
            // A link that a user names is the user's own.
            Some(ConfigPath::Named(path)) => (path.clone(), std::fs::canonicalize(path)),
            Some(ConfigPath::Found(path)) => (path.clone(), Ok(path)),
        };
        let shown = path.to_string_lossy().into_owned();
        let file = manifest::read_config(target.as_ref().unwrap_or(&path), shown)
            .map_err(|problems| refused(&problems))?;
        let policy = Policy::of(&file.config).map_err(|bad| {
            refused(&[file.problem(&bad.field, &bad.message, Some(bad.hint.clone()))])
        })?;
        unknown_rules(&file)?;
        plain_baseline(&file)?;
        Ok(Settings {
            config: file.config.clone(),
            file: Some(file),
            policy: Cow::Owned(policy),
            path: Some(path),
        })
    }

    /// Holds what the configuration says of glossary files against those of an inventory, and warns of what binds nothing.
    ///
    /// # Errors
    /// When it names what such a glossary does not list; with its line.
    pub fn meet(&self, inventory: &Inventory, context: &mut Context) -> Result<(), Failure> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let problem = |bad: &BadPolicy| {
            let hint = Some(bad.hint.clone()).filter(|hint| !hint.is_empty());
            file.problem(&bad.field, &bad.message, hint)
        };
        let idle = self.policy.meet(&file.config, inventory);
        let idle: Vec<Problem> = idle
            .map_err(|bad| refused(&[problem(&bad)]))?
            .iter()
            .take(MOST_TOLD)
            .map(problem)
            .collect();
        for problem in idle {
            let hint = problem.hint.as_ref().map(|hint| format!(": {hint}"));
            let hint = hint.unwrap_or_default();
            context
                .out
                .note(format!("warning: {}{hint}", told(&problem)));
        }
        Ok(())
    }

    /// What ships with the program.
    pub fn shipped() -> Settings {
        Settings {
            config: Config::default(),
            file: None,
            policy: Cow::Borrowed(Policy::shipped()),
            path: None,
        }
    }

    /// The rules of `base` that are left after the configuration and the options; an option stands over the configuration.
    ///
    /// # Errors
    /// When an option names a rule that does not exist.
    pub fn selection(&self, options: &RuleOptions, base: Selection) -> Result<Selection, Failure> {
        let words = |names: &[crate::model::id::Name]| -> Vec<String> {
            names.iter().map(ToString::to_string).collect()
        };
        let select = match options.select.is_empty() {
            true => words(&self.config.select),
            false => options.select.clone(),
        };
        let severities = self.config.severity.iter();
        let mut selection = Selection {
            select: select.into_iter().collect(),
            ignore: words(&self.config.ignore).into_iter().collect(),
            severities: severities
                .map(|(rule, severity)| (rule.to_string(), *severity))
                .collect(),
            pedantic: self.config.pedantic || options.pedantic,
            ..base
        };
        selection.ignore.extend(options.ignore.iter().cloned());
        selection
            .severities
            .extend(options.severity.iter().cloned());
        selection.known().map_err(crate::cli::roll::unknown_rule)?;
        Ok(selection)
    }

    /// The rules of `base` that are left after the configuration.
    pub fn rules(&self, base: Selection) -> Selection {
        self.selection(&RuleOptions::default(), base)
            .expect("the rules of a configuration are looked up when it is read")
    }

    /// Which findings fail: the option, else the configuration, else `usual`.
    pub fn fail_on(&self, option: Option<FailOn>, usual: FailOn) -> FailOn {
        option
            .or(self.config.fail_on.map(FailOn::from))
            .unwrap_or(usual)
    }

    /// The baseline that the configuration names, beside it.
    pub fn baseline(&self) -> Option<PathBuf> {
        let name = self.config.baseline.as_ref()?;
        let folder = self.path.as_ref()?.parent()?;
        Some(folder.join(name.as_str()))
    }

    /// What that baseline knows; nothing where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn known(&self) -> Result<Baseline, Failure> {
        match self.baseline() {
            Some(path) => manifest::read_baseline(&path).map_err(|problem| unread(*problem)),
            None => Ok(Baseline::default()),
        }
    }
}

/// Refuses a configuration that names a rule which does not exist.
fn unknown_rules(file: &ConfigFile) -> Result<(), Failure> {
    let config = &file.config;
    let listed = |key: &'static str, names: &[crate::model::id::Name]| -> Vec<_> {
        let numbered = names.iter().enumerate();
        numbered
            .map(|(at, name)| (FieldPath::of(key).index(at), name.clone()))
            .collect()
    };
    let severities = config.severity.keys();
    let named = listed("select", &config.select)
        .into_iter()
        .chain(listed("ignore", &config.ignore))
        .chain(severities.map(|name| (FieldPath::of("severity").key(name.as_str()), name.clone())));
    let mut problems = Vec::new();
    for (field, name) in named {
        let one = Selection {
            select: [name.to_string()].into(),
            ..Selection::all()
        };
        if let Err(UnknownRule { id, near }) = one.known() {
            let hint = near.map_or("`keyroll explain` lists the rules".to_owned(), |near| {
                format!("did you mean `{near}`?")
            });
            problems.push(file.problem(&field, &format!("there is no rule `{id}`"), Some(hint)));
        }
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(refused(&problems)),
    }
}

/// Refuses a baseline that does not lie beside its configuration: that may be a stranger's, and leads nowhere else.
fn plain_baseline(file: &ConfigFile) -> Result<(), Failure> {
    let name = file
        .config
        .baseline
        .as_ref()
        .map_or("baseline", |name| name.as_str());
    match Path::new(name).file_name() == Some(name.as_ref()) {
        true => Ok(()),
        false => Err(refused(&[file.problem(
            &FieldPath::of("baseline"),
            "the baseline does not lie beside this file",
            Some("name a file without a folder, or say --baseline FILE".to_owned()),
        )])),
    }
}

/// How many faults of a configuration are told at once.
const MOST_TOLD: usize = 5;

/// A fault of a configuration, with its place.
fn told(problem: &Problem) -> String {
    match &problem.place {
        Some(place) => {
            let file = place.file.escape_debug();
            format!(
                "{file}:{}:{}: {}",
                place.line, place.column, problem.message
            )
        }
        None => problem.message.clone(),
    }
}

/// A configuration that cannot be used: nothing is judged by half of one.
fn refused(problems: &[Problem]) -> Failure {
    let mut lines: Vec<String> = problems.iter().take(MOST_TOLD).map(told).collect();
    if let more @ 1.. = problems.len().saturating_sub(MOST_TOLD) {
        lines.push(format!("and {more} more"));
    }
    let failure = Failure::usage(lines.join("; "));
    match problems.iter().find_map(|problem| problem.hint.as_ref()) {
        Some(hint) => failure.hint(hint),
        None => failure.hint("`keyroll schema config` prints what it may hold"),
    }
}

/// A baseline that cannot be read, with its line.
pub fn unread(problem: Problem) -> Failure {
    let place = problem.place.map_or_else(String::new, |place| {
        format!("{}:{}: ", place.file.escape_debug(), place.line)
    });
    let failure = Failure::refused(format!("{place}{}", problem.message));
    match problem.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
