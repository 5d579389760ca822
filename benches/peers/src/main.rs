//! Asks keyroll's engine, plain hash tables, casbin and Cedar the same questions to the same policy, in one run, and
//! compares their answers: `keyroll-peers FOLDER [SECONDS]`, the folder as `benches/access.rs` writes it.
//!
//! Each is loaded and asked for so many seconds at most; what it did not come to is said.

mod casbin;
mod cedar;
mod engine;
mod table;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use keyroll::manifest;
use keyroll::model::entitlement::EntitlementKey;
use keyroll::model::id::{BoundaryPath, Principal};
use keyroll::model::inventory::Inventory;
use keyroll::store::{Access, Store};

pub struct Question {
    pub principal: Principal,
    pub permission: EntitlementKey,
    pub at: BoundaryPath,
}

/// Somebody who answers.
pub trait Peer {
    fn allows(&self, question: &Question) -> bool;
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("usage: keyroll-peers FOLDER [SECONDS]")?;
    let seconds = args.next().map_or(Ok(10), |text| text.parse())?;
    let limit = Duration::from_secs(seconds);
    let read = manifest::read(&[Path::new(&folder).join("inventory")]);
    if !read.problems.is_empty() {
        return Err("the inventory has problems: `keyroll validate` shows them".into());
    }
    let inventory = read.inventory;
    let questions = questions(&Path::new(&folder).join("questions.csv"))?;
    let size = inventory.assignments.len();
    // Where the policy was applied to a store beside it: what `can --batch` begins with.
    let roll = Path::new(&folder).join("roll.db");
    if roll.exists() {
        let before = on_cpu();
        let stored = Store::open(&roll, Access::Read)?.inventory()?;
        let loaded = on_cpu() - before;
        println!(
            "read {} from the store in {loaded:.2} s",
            stored.assignments.len()
        );
    }
    println!("read {size} assignments from TOML, and the questions");
    println!(
        "| engine | assignments | loaded in | a question | asked | to the hash tables |\n|---|---|---|---|---|---|"
    );
    let table = run(
        "hash tables and bitsets",
        &inventory,
        &questions,
        limit,
        None,
        table::Table::of,
    );
    run(
        "keyroll",
        &inventory,
        &questions,
        limit,
        Some(&table),
        engine::Engine::of,
    );
    // Both look at every assignment for each question, and take the longer to load.
    if size <= 100_000 {
        run(
            "Cedar",
            &inventory,
            &questions,
            limit,
            Some(&table),
            cedar::Cedar::of,
        );
        run(
            "casbin",
            &inventory,
            &questions,
            limit,
            Some(&table),
            casbin::Casbin::of,
        );
    } else {
        println!("| Cedar, casbin | {size} | not asked: more than 100,000 | | | |");
    }
    Ok(())
}

struct Outcome {
    answers: Vec<bool>,
    /// Microseconds.
    each: f64,
}

fn run<'i, P: Peer>(
    name: &str,
    inventory: &'i Inventory,
    questions: &[Question],
    limit: Duration,
    table: Option<&Outcome>,
    load: impl FnOnce(&'i Inventory) -> P,
) -> Outcome {
    let before = on_cpu();
    let peer = load(inventory);
    let loaded = on_cpu() - before;
    let (start, before, mut answers) = (Instant::now(), on_cpu(), Vec::new());
    for question in questions {
        answers.push(peer.allows(question));
        if start.elapsed() > limit {
            break;
        }
    }
    let each = (on_cpu() - before) * 1e6 / answers.len() as f64;
    let ratio = table.map_or(1.0, |table| each / table.each);
    let yes = answers.iter().filter(|yes| **yes).count();
    println!(
        "| {name} | {} | {loaded:.2} s | {each:.2} us | {}, {yes} yes | {ratio:.1} |",
        inventory.assignments.len(),
        answers.len(),
    );
    if let Some(table) = table {
        let differs = answers.iter().zip(&table.answers).position(|(a, b)| a != b);
        if let Some(at) = differs {
            let Question {
                principal,
                permission,
                at: place,
            } = &questions[at];
            println!("{name} answers otherwise: {principal} {permission} {place}");
            std::process::exit(1);
        }
    }
    Outcome { answers, each }
}

/// Seconds that this thread has had a processor: others share the machine.
fn on_cpu() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = told
        .split(' ')
        .next()
        .and_then(|text| text.parse::<f64>().ok());
    first.expect("Linux tells how long a thread has run") / 1e9
}

fn questions(file: &Path) -> Result<Vec<Question>, Box<dyn Error>> {
    let text = std::fs::read_to_string(file)?;
    let mut questions = Vec::new();
    for line in text.lines().skip(1) {
        let parts: Vec<&str> = line.split(',').collect();
        let [principal, permission, at] = parts[..] else {
            return Err(format!("`{line}` is no question").into());
        };
        questions.push(Question {
            principal: principal.parse()?,
            permission: permission.parse()?,
            at: at.parse()?,
        });
    }
    Ok(questions)
}
