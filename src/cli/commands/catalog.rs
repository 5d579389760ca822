//! `keyroll catalog`: the glossaries of permissions and scopes, built in or one's own.

use crate::catalog::{self, Glossaries, Listing};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file;
use crate::model::access::Effect;
use crate::model::entitlement::{Catalog, Entitlement, EntitlementKey};
use crate::model::inventory::Inventory;
use crate::model::key::slug;
use crate::model::record::Kind;
use crate::report;
use crate::report::view::{Cell, Column, View};
use crate::store::{Access, Store, StoreError};

/// List, show and search the glossaries of permissions and scopes
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(
    after_help = "Examples:\n  keyroll catalog list\n  keyroll catalog show unicmms --group \"Work Order\""
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// List the glossaries: built in, and those that the store holds
    #[command(after_help = "Example:\n  keyroll catalog list")]
    List,
    /// Show a glossary's entitlements with their meaning and effect
    #[command(
        after_help = "Examples:\n  keyroll catalog show unicmms --group \"Work Order\"\n  \
        keyroll catalog show ./mine.toml --effect destroy"
    )]
    Show {
        /// A built-in glossary, or a file: ./mine.toml
        name: String,
        /// Only this group
        #[arg(long)]
        group: Option<String>,
        /// Only entitlements of this effect
        #[arg(long)]
        effect: Option<Effect>,
        /// Print it as a glossary file, to start one's own from
        #[arg(long, conflicts_with_all = ["group", "effect"])]
        toml: bool,
    },
    /// Search all glossaries by words
    #[command(after_help = "Example:\n  keyroll catalog search work order status")]
    Search {
        /// Words that must all appear in the key, title or meaning
        #[arg(required = true)]
        words: Vec<String>,
    },
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let inventory = own(context)?;
    let view = match args.what {
        What::List => list(&inventory),
        What::Show {
            name, toml: true, ..
        } => {
            context
                .out
                .data(&catalog::to_toml(&open(&name, &inventory)?))?;
            return Ok(Status::Clean);
        }
        What::Show {
            name,
            group,
            effect,
            toml: false,
        } => show(&open(&name, &inventory)?, group.as_deref(), effect)?,
        What::Search { words } => search(&words, &inventory),
    };
    if view.rows.is_empty() {
        context.out.note("nothing found");
    }
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

/// The store's own glossaries; none where there is no store.
fn own(context: &Context) -> Result<Inventory, Failure> {
    match Store::open(&context.store_path()?, Access::Read) {
        Ok(store) => Ok(store.records(Kind::Catalog)?.into_iter().collect()),
        Err(StoreError::NotFound { .. }) => Ok(Inventory::default()),
        Err(error) => Err(error.into()),
    }
}

/// A glossary by name, or from a file of the user's.
fn open(name: &str, inventory: &Inventory) -> Result<Catalog, Failure> {
    let known = name
        .parse()
        .ok()
        .and_then(|name| Glossaries::of(inventory).get(&name));
    if let Some(catalog) = known {
        return Ok(catalog.clone());
    }
    let shown = name.escape_debug();
    if name.contains(['/', '.']) {
        return catalog::parse(&file::text(name)?).map_err(|error| {
            Failure::refused(format!("`{shown}`: {}", error.message))
                .hint("`keyroll catalog show unicmms --toml` prints the form of a glossary")
        });
    }
    let failure = Failure::usage(format!("there is no glossary `{shown}`"));
    Err(
        match catalog::nearest(name, Glossaries::of(inventory).names()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(
                "`keyroll catalog list` shows what there is; your own is a file: ./mine.toml",
            ),
        },
    )
}

fn list(inventory: &Inventory) -> View {
    let row = |line: &Listing| {
        vec![
            Cell::text(line.name),
            Cell::text(line.side),
            Cell::count(line.entitlements),
            Cell::count(line.groups),
            Cell::count(line.placeholders),
            Cell::text(if line.built_in { "built in" } else { "store" }),
            Cell::text(line.title),
        ]
    };
    let columns = [
        "name",
        "side",
        "entitlements",
        "groups",
        "placeholders",
        "from",
        "title",
    ];
    View::of(
        "catalog-list",
        columns,
        catalog::list(inventory).iter().map(row).collect(),
    )
}

fn show(catalog: &Catalog, group: Option<&str>, effect: Option<Effect>) -> Result<View, Failure> {
    let groups = catalog::groups(catalog);
    let wanted = group.map(slug);
    let fits = |name: &str| wanted.as_ref().is_none_or(|wanted| slug(name) == *wanted);
    if !groups.iter().any(|group| fits(group.name)) {
        let asked = group.unwrap_or_default();
        let failure = Failure::usage(format!(
            "the glossary has no group `{}`",
            asked.escape_debug()
        ));
        return Err(
            match catalog::nearest(asked, groups.iter().map(|group| group.name)) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            },
        );
    }
    let chosen = groups
        .into_iter()
        .filter(|group| fits(group.name))
        .flat_map(|group| group.entitlements);
    let chosen =
        chosen.filter(|(_, entitlement)| effect.is_none_or(|effect| entitlement.effect == effect));
    let rows = chosen.map(|(key, entitlement)| row(key, entitlement));
    Ok(View {
        rows: rows.collect(),
        ..View::new("catalog", columns())
    })
}

/// The title comes last: it says what the key says.
fn columns() -> Vec<Column> {
    vec![
        Column::new("key"),
        Column::new("effect"),
        Column::new("meaning"),
        Column::new("conditions").spare(),
        Column::new("title").spare(),
    ]
}

fn row(key: &EntitlementKey, entitlement: &Entitlement) -> Vec<Cell> {
    vec![
        Cell::text(key),
        Cell::text(entitlement.effect),
        Cell::text(&entitlement.meaning),
        Cell::list(&entitlement.conditions),
        Cell::text(&entitlement.title),
    ]
}

fn search(words: &[String], inventory: &Inventory) -> View {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let glossaries = Glossaries::of(inventory);
    let named = glossaries
        .names()
        .filter_map(|name| Some((name, glossaries.get(&name.parse().ok()?)?)));
    let rows = named.flat_map(|(name, catalog)| {
        catalog::search(catalog, &words)
            .into_iter()
            .map(move |hit| {
                let mut cells = row(hit.key, hit.entitlement);
                cells.insert(0, Cell::text(name));
                cells
            })
    });
    let mut columns = columns();
    columns.insert(0, Column::new("catalog"));
    View {
        rows: rows.collect(),
        ..View::new("catalog-search", columns)
    }
}
