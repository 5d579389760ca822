//! `can --batch`: a stream of questions in, a stream of answers out, in the same order. Memory holds the index and a few
//! lines, however many there are.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::access::ask::{Question, ask};
use crate::access::glossary::glossary_of;
use crate::access::holdings::Holdings;
use crate::cli::asking::{self, Origin};
use crate::cli::commands::can::lines::{Form, Lines, Reader, Words, unreadable};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{BoundaryPath, Principal};
use crate::report::Format;
use crate::report::answer::{HEADING, Row, RowFormat};
use crate::rules::Terms;

/// How many bytes of answers are gathered before they are written.
const GATHERED: usize = 64 << 10;
/// How many permissions are remembered with their glossary; then they are looked up anew.
const REMEMBERED: usize = 1 << 16;

pub(super) fn run(
    file: &Path,
    form: Option<Form>,
    origin: &Origin,
    context: &mut Context,
) -> Outcome {
    let form = form.unwrap_or_else(|| by_ending(file));
    let rows = match context.format_of(&[Format::Table, Format::Jsonl, Format::Csv])? {
        Format::Jsonl => RowFormat::Jsonl,
        Format::Csv => RowFormat::Csv,
        // What nobody asks for: the answers are written as the questions are.
        Format::Table | Format::Json | Format::Tsv | Format::Md | Format::Html => match form {
            Form::Jsonl => RowFormat::Jsonl,
            Form::Csv => RowFormat::Csv,
        },
    };
    let from: Box<dyn Read> = match file.as_os_str() == "-" {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(file).map_err(unreadable)?),
    };
    let asked = origin.read(context)?;
    let terms = asked.terms(context);
    let holdings = Holdings::of(&asked.inventory);
    asking::warn_of_tangles(holdings.teams.left_out, context);
    let mut judge = Judge {
        holdings: &holdings,
        terms: &terms,
        glossaries: HashMap::new(),
        sought: String::new(),
    };
    let lines = Lines::of(BufReader::with_capacity(GATHERED, from));
    let (all, bad) = stream(lines, form, rows, &mut judge, context)?;
    if bad == 0 {
        return Ok(Status::Clean);
    }
    context
        .out
        .note(format!("{bad} of {all} questions could not be answered"));
    Ok(Status::Usage)
}

fn by_ending(file: &Path) -> Form {
    let ending = file.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("csv") => Form::Csv,
        Some(_) | None => Form::Jsonl,
    }
}

/// Answers line by line; gives how many there were, and how many of them could not be answered.
fn stream(
    mut lines: Lines<BufReader<Box<dyn Read>>>,
    form: Form,
    rows: RowFormat,
    judge: &mut Judge<'_, '_>,
    context: &mut Context,
) -> Result<(u64, u64), Failure> {
    let reader = Reader::begin(form, &mut lines)?;
    let mut out = match rows {
        RowFormat::Csv => HEADING.to_owned(),
        RowFormat::Jsonl => String::new(),
    };
    let (mut all, mut bad) = (0, 0);
    loop {
        // Whoever asks one by one sees each answer before the next question.
        if out.len() >= GATHERED || lines.may_wait(|from| from.buffer().len()) {
            context.out.data(&out)?;
            out.clear();
            if context.out.is_closed() {
                break;
            }
        }
        let Some(line) = lines.next().map_err(unreadable)? else {
            break;
        };
        let words = line.text.map_err(str::to_owned);
        let row = match words.and_then(|text| reader.read(text)) {
            Ok(words) => judge.row(&words, line.number),
            Err(why) => Row::error([None; 3], &format!("line {}: {why}", line.number)),
        };
        all += 1;
        bad += u64::from(row.is_error());
        out.push_str(&row.line(rows));
    }
    context.out.data(&out)?;
    Ok((all, bad))
}

/// Answers questions, and remembers the glossaries of permissions.
struct Judge<'j, 'a> {
    holdings: &'j Holdings<'a>,
    terms: &'j Terms<'a>,
    glossaries: HashMap<String, Result<CatalogName, String>>,
    /// What was looked up in `glossaries` last, written into one piece of memory.
    sought: String,
}

impl Judge<'_, '_> {
    /// The row of a question, answered or not.
    fn row(&mut self, words: &Words<'_>, number: u64) -> Row {
        self.answer(words).unwrap_or_else(|why| {
            let asked = [&words.principal, &words.permission, &words.at];
            let asked = asked.map(|text| Some(&**text));
            Row::error(asked, &format!("line {number}: {why}"))
        })
    }

    fn answer(&mut self, words: &Words<'_>) -> Result<Row, String> {
        let principal: Principal = words.principal.parse().map_err(|e| format!("{e}"))?;
        let permission: EntitlementKey = words.permission.parse().map_err(|e| format!("{e}"))?;
        let at: BoundaryPath = words.at.parse().map_err(|e| format!("{e}"))?;
        let said = words.catalog.as_deref().map(str::parse::<CatalogName>);
        let said = said.transpose().map_err(|e| format!("{e}"))?;
        self.known(&principal, &at)?;
        let catalog = self.glossary(&principal, &permission, said.as_ref())?;
        let question = Question {
            principal: &principal,
            catalog: &catalog,
            permission: &permission,
            at: &at,
            own: words.own,
            unresolved: words.unresolved,
        };
        let answer = ask(self.holdings, self.terms, &question);
        Ok(Row::of(&question, &answer))
    }

    /// That the names are there: a slip of the fingers is never answered with no.
    fn known(&self, principal: &Principal, at: &BoundaryPath) -> Result<(), String> {
        let inventory = self.holdings.inventory;
        let (kind, name) = principal.parts();
        let is_there = match kind {
            "person" => inventory.people.contains_key(name),
            "team" => inventory.teams.contains_key(name),
            _ => inventory.accounts.contains_key(name),
        };
        if !is_there {
            return Err(format!("there is no {kind} `{name}`"));
        }
        match inventory.boundaries.contains_key(at) {
            true => Ok(()),
            false => Err(format!("there is no boundary `{at}`")),
        }
    }

    /// The glossary of a permission: the same for all that have the same systems.
    fn glossary(
        &mut self,
        principal: &Principal,
        permission: &EntitlementKey,
        said: Option<&CatalogName>,
    ) -> Result<CatalogName, String> {
        let account = self.holdings.account(principal);
        let provider = account.and_then(|account| self.holdings.provider_catalog(account));
        let platform = account.and_then(|account| self.holdings.platform_catalog(account));
        self.sought.clear();
        self.sought.push_str(permission.as_str());
        for name in [said, provider, platform] {
            // No name holds a blank.
            self.sought.push(' ');
            self.sought.push_str(name.map_or("", CatalogName::as_str));
        }
        if let Some(known) = self.glossaries.get(&self.sought) {
            return known.clone();
        }
        let found = glossary_of(self.holdings, self.terms, Some(principal), permission, said);
        let found = found.map_err(|error| error.to_string());
        if self.glossaries.len() >= REMEMBERED {
            self.glossaries.clear();
        }
        self.glossaries.insert(self.sought.clone(), found.clone());
        found
    }
}
