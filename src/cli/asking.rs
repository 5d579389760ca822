//! What questions about access are asked of: the files that are named, or the store; and the names in a question, each
//! looked up before it is asked, so that a slip of the fingers is never answered with no.

use std::path::PathBuf;

use crate::access::glossary::{NoGlossary, glossary_of};
use crate::access::holdings::Holdings;
use crate::catalog::{Glossaries, nearest};
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::past;
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{BadName, BoundaryPath, Principal, TeamId};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::report::lists::{self, Lists};
use crate::rules::Terms;
use crate::store::Access;

/// Where the facts come from.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Origin {
    /// Read these files or folders instead of the store
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub path: Vec<PathBuf>,
}

/// What is asked of, and what it is judged by.
pub struct Asked {
    pub inventory: Inventory,
    settings: Settings,
}

impl Origin {
    /// Everything of the files or of the store.
    ///
    /// # Errors
    /// When it cannot be read, or the configuration cannot be used.
    pub fn read(&self, context: &mut Context) -> Result<Asked, Failure> {
        let (inventory, beside) = if self.path.is_empty() {
            let store = context.open(Access::Read)?;
            (past::inventory(&store, context)?, Beside::Store)
        } else {
            // Status 4 would read as a no.
            let faulty = |failure: Failure| failure.with(Status::Usage);
            let declared = roll::declared(&self.path).map_err(faulty)?;
            (declared, Beside::Inventory)
        };
        let settings = Settings::load(context, beside)?;
        settings.meet(&inventory, context)?;
        Ok(Asked {
            inventory,
            settings,
        })
    }
}

impl Asked {
    /// What access is judged by.
    pub fn terms(&self, context: &Context) -> Terms<'_> {
        Terms {
            glossaries: Glossaries::of(&self.inventory),
            policy: &self.settings.policy,
            as_of: context.as_of(),
        }
    }

    /// Whether a principal is there.
    ///
    /// # Errors
    /// When it is not; with the one that was meant.
    pub fn principal(&self, principal: &Principal) -> Result<(), Failure> {
        let (kind, name) = principal.parts();
        let kind = kind
            .parse()
            .expect("a principal is a person, team or account");
        self.known(kind, name)
    }

    /// Whether a boundary is in the tree.
    ///
    /// # Errors
    /// When it is not; with the one that was meant.
    pub fn boundary(&self, at: &BoundaryPath) -> Result<(), Failure> {
        self.known(Kind::Boundary, at.as_str())
    }

    fn known(&self, kind: Kind, name: &str) -> Result<(), Failure> {
        let id = RecordId {
            kind,
            name: name.into(),
        };
        if self.inventory.contains(&id) {
            return Ok(());
        }
        let failure = Failure::usage(format!("there is no {kind} `{name}`"));
        let names = self.inventory.names(kind);
        Err(match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("`keyroll {kind} list` shows what there is")),
        })
    }
}

/// Says that teams were left out, where there are too many: then less is shown than is held.
pub fn warn_of_tangles(left_out: Option<&TeamId>, context: &mut Context) {
    if let Some(team) = left_out {
        context.out.note(format!(
            "warning: too many teams are parts of teams, from `team/{team}` on: what comes by teams above teams is left out"
        ));
    }
}

/// Shows a list; what stands apart from its rows goes below a table, else to stderr. A list that is empty is no failure.
///
/// # Errors
/// When it cannot be written.
pub fn show(lists: &Lists, context: &mut Context) -> Outcome {
    let format = context.globals.format;
    context
        .out
        .data(&lists::render(lists, format, &context.terminal()))?;
    if !lists.has_notes_inside(format) {
        lists.notes.iter().for_each(|note| context.out.note(note));
    }
    Ok(Status::Clean)
}

/// A principal; a name alone is a person's.
pub fn principal(text: &str) -> Result<Principal, String> {
    let whole = match text.contains('/') {
        true => text.to_owned(),
        false => format!("person/{text}"),
    };
    whole.parse().map_err(|error: BadName| error.to_string())
}

/// The glossary of a permission that is asked about.
///
/// # Errors
/// When none lists it, with the permission that was meant; or when several do.
pub fn glossary(
    holdings: &Holdings<'_>,
    terms: &Terms<'_>,
    principal: Option<&Principal>,
    key: &EntitlementKey,
    said: Option<&CatalogName>,
) -> Result<CatalogName, Failure> {
    let found = glossary_of(holdings, terms, principal, key, said);
    found.map_err(|error| unlisted(holdings, terms, &error))
}

fn unlisted(holdings: &Holdings<'_>, terms: &Terms<'_>, error: &NoGlossary) -> Failure {
    let failure = Failure::usage(error);
    let near = |key: &EntitlementKey, names: &[&CatalogName]| {
        let catalogs = names.iter().filter_map(|name| terms.glossaries.get(name));
        let keys = catalogs.flat_map(|catalog| catalog.entitlements.keys());
        let near = nearest(key.as_str(), keys.map(EntitlementKey::as_str));
        near.map(|near| format!("did you mean `{near}`?"))
    };
    let search = || "`keyroll catalog search WORD` looks for it".to_owned();
    match error {
        NoGlossary::Unlisted(key) => {
            let used: Vec<&CatalogName> = holdings.catalogs().into_iter().collect();
            failure.hint(near(key, &used).unwrap_or_else(search))
        }
        NoGlossary::NotIn(key, name) => failure.hint(near(key, &[name]).unwrap_or_else(search)),
        NoGlossary::Unknown(name) => match nearest(name.as_str(), terms.glossaries.names()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`keyroll catalog list` shows what there is"),
        },
        NoGlossary::Several { .. } => failure.hint("say which with --catalog NAME"),
    }
}
