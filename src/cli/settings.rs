//! What is judged by: the configuration, with what the command line sets over it.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::audit::hex;
use crate::catalog::{BadPolicy, Glossaries, Policy};
use crate::cli::context::{Beside, ConfigPath, Context};
use crate::cli::failure::Failure;
use crate::cli::roll::RuleOptions;
use crate::manifest::{self, ConfigFile, Problem};
use crate::model::baseline::Baseline;
use crate::model::finding::FieldPath;
use crate::model::hook::Hooks;
use crate::model::id::Name;
use crate::model::inventory::Inventory;
use crate::model::policy::{Config, FailOn, HttpSet};
use crate::rules::{self, Facts, Selection};
use crate::store::JudgedBy;

/// What to judge by.
pub struct Settings {
    config: Config,
    /// The same with its places, where there is one.
    file: Option<ConfigFile>,
    /// What accounts are held to.
    pub policy: Cow<'static, Policy>,
    /// Where the configuration was read, where there is one.
    pub path: Option<PathBuf>,
    /// The programs to tell what happened. None of a configuration that was found in a folder: it may be a stranger's.
    pub hooks: Hooks,
    /// The folder of programs, and how systems are reached: as for hooks, of the user's own configuration alone.
    pub programs: Option<PathBuf>,
    pub http: HttpSet,
}

impl Settings {
    /// Reads the configuration, where there is one.
    ///
    /// # Errors
    /// When it cannot be read, or says what cannot hold; with its line.
    pub fn load(context: &Context, beside: Beside) -> Result<Settings, Failure> {
        let (path, target, is_own) = match context.config_path(beside) {
            None => return Ok(Settings::shipped()),
            // A link that a user names is the user's own.
            Some(ConfigPath::Named(path)) => (path.clone(), std::fs::canonicalize(path), true),
            Some(ConfigPath::Found(path)) => (path.clone(), Ok(path), false),
        };
        let shown = path.to_string_lossy().into_owned();
        let file = manifest::read_config(target.as_ref().unwrap_or(&path), shown)
            .map_err(|problems| refused(&problems))?;
        context.judges_by(JudgedBy {
            file: path.to_string_lossy().escape_debug().to_string(),
            sha256: hex(&Sha256::digest(file.text()).into()),
        });
        let (hooks, http) = match is_own {
            true => (file.config.hooks.clone(), file.config.http.clone()),
            false => (Hooks::default(), HttpSet::default()),
        };
        // A path is taken from where the configuration lies.
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let named = file.config.programs.as_ref().filter(|_| is_own);
        let programs = named.map(|named| folder.join(named.as_str()));
        let settings = Settings::of(file, path)?;
        Ok(Settings {
            hooks,
            programs,
            http,
            ..settings
        })
    }

    /// What a configuration says, that was read from `path`. Nothing that it names is run.
    ///
    /// # Errors
    /// When it says what cannot hold; with its line.
    pub fn of(file: ConfigFile, path: PathBuf) -> Result<Settings, Failure> {
        let policy = Policy::of(&file.config).map_err(|bad| {
            refused(&[file.problem(&bad.field, &bad.message, Some(bad.hint.clone()))])
        })?;
        unknown_rules(&file)?;
        baseline_beside(&file)?;
        Ok(Settings {
            config: file.config.clone(),
            file: Some(file),
            policy: Cow::Owned(policy),
            path: Some(path),
            hooks: Hooks::default(),
            programs: None,
            http: HttpSet::default(),
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
            hooks: Hooks::default(),
            programs: None,
            http: HttpSet::default(),
        }
    }

    /// What the rule book judges: an inventory by this policy, on the day that the context names.
    pub fn facts<'a>(&'a self, inventory: &'a Inventory, context: &Context) -> Facts<'a> {
        let glossaries = Glossaries::of(inventory);
        Facts::new(inventory, &glossaries, context.as_of()).under(&self.policy)
    }

    /// The rules of `base` that are left after the configuration and the options; an option stands over the configuration.
    ///
    /// # Errors
    /// When an option names a rule that does not exist.
    pub fn selection(&self, options: &RuleOptions, base: Selection) -> Result<Selection, Failure> {
        let words =
            |names: &[Name]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
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
        option.or(self.config.fail_on).unwrap_or(usual)
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

/// Refuses a baseline that lies elsewhere: a configuration may be a stranger's, and names what stands beside it.
fn baseline_beside(file: &ConfigFile) -> Result<(), Failure> {
    let Some(name) = &file.config.baseline else {
        return Ok(());
    };
    let mut parts = Path::new(name.as_str())
        .components()
        .filter(|part| *part != Component::CurDir);
    if let (Some(Component::Normal(_)), None) = (parts.next(), parts.next()) {
        return Ok(());
    }
    let hint = "name a file in the folder of the configuration; `--baseline` takes any path";
    let message = "the baseline does not stand beside the configuration";
    let problem = file.problem(&FieldPath::of("baseline"), message, Some(hint.to_owned()));
    Err(refused(&[problem]))
}

/// Refuses a configuration that names a rule which does not exist.
fn unknown_rules(file: &ConfigFile) -> Result<(), Failure> {
    let config = &file.config;
    let listed = |key: &'static str, names: &[Name]| -> Vec<_> {
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
    let unknown: Vec<(FieldPath, Name)> = named
        .filter(|(_, name)| rules::find(name.as_str()).is_none())
        .collect();
    // Each that is told is looked for in the text: no more of them than are shown.
    let told: Vec<Problem> = unknown
        .iter()
        .take(MOST_TOLD)
        .map(|(field, name)| unknown_rule(file, field, name))
        .collect();
    match unknown.len() {
        0 => Ok(()),
        all => Err(refusal(&told, all)),
    }
}

fn unknown_rule(file: &ConfigFile, field: &FieldPath, name: &Name) -> Problem {
    let one = Selection {
        select: [name.to_string()].into(),
        ..Selection::all()
    };
    let near = one.known().err().and_then(|unknown| unknown.near);
    let hint = near.map_or("`keyroll explain` lists the rules".to_owned(), |near| {
        format!("did you mean `{near}`?")
    });
    file.problem(field, &format!("there is no rule `{name}`"), Some(hint))
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
pub fn refused(problems: &[Problem]) -> Failure {
    refusal(problems, problems.len())
}

/// As [`refused`], where there are more problems than were told.
fn refusal(problems: &[Problem], all: usize) -> Failure {
    let mut lines: Vec<String> = problems.iter().take(MOST_TOLD).map(told).collect();
    if let more @ 1.. = all.saturating_sub(MOST_TOLD) {
        lines.push(format!("and {more} more"));
    }
    let failure = Failure::usage(lines.join("; "));
    match problems.iter().find_map(|problem| problem.hint.as_ref()) {
        Some(hint) => failure.hint(hint),
        None => failure.hint("`keyroll schema config` prints what it may hold"),
    }
}

/// A baseline that cannot be read, with its line: as with a configuration, nothing was judged.
pub fn unread(problem: Problem) -> Failure {
    let place = problem.place.map_or_else(String::new, |place| {
        format!("{}:{}: ", place.file.escape_debug(), place.line)
    });
    let failure = Failure::usage(format!("{place}{}", problem.message));
    match problem.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
