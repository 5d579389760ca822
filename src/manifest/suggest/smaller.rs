//! The smaller grant of an account as TOML to paste: what stays is written, what goes is a comment that says why, and what
//! it would mean for others stands below.

use crate::access::minimise::{Flip, Line, Outcome, RoleTooWide, Shift, Smaller, Verdict};
use crate::manifest::literal;
use crate::manifest::suggest::ask::flat;
use crate::model::access::Level;
use crate::model::account::Account;
use crate::model::assertion::Expectation;
use crate::model::id::AccountId;

/// How many rights of a role are told.
const NAMED: usize = 4;

/// The page of a smaller grant.
pub fn smaller(name: &AccountId, account: &Account, found: &Smaller<'_>, to: &Outcome) -> String {
    let mut out = head(name, account.level, found);
    out.push_str(&list("permissions", &found.permissions));
    out.push_str(&list("scopes", &found.scopes));
    let mut notes: Vec<String> = Vec::new();
    notes.extend(found.roles.iter().flat_map(role));
    notes.extend(to.shifts.iter().map(shift));
    notes.extend(to.flips.iter().map(flip));
    let missing = found.missing.iter();
    notes.extend(missing.map(|line| {
        let key = literal::string(line.permission.as_str());
        format!("missing, before and after: {key}: {}", line.why)
    }));
    if found.changes() && !account.consumers.is_empty() {
        let names: Vec<&str> = account.consumers.iter().map(|name| name.as_str()).collect();
        notes.push(format!("used by, so tell them: {}", names.join(", ")));
    }
    for note in notes {
        out.push_str(&format!("# {}\n", flat(&note)));
    }
    out
}

fn head(name: &AccountId, level: Level, found: &Smaller<'_>) -> String {
    let all = || found.permissions.iter().chain(&found.scopes);
    let kept = all().filter(|line| matches!(line.verdict, Verdict::Keep(_)));
    let (kept, of) = (kept.count(), all().filter(is_held).count());
    match found.changes() {
        true => format!(
            "# account/{name} keeps {kept} of {of} for the level {level}.\n# In its table, these lists stand in place of the old ones.\n"
        ),
        false => {
            format!("# account/{name} has nothing of its own to spare at the level {level}.\n")
        }
    }
}

fn is_held(line: &&Line<'_>) -> bool {
    line.verdict != Verdict::Add
}

fn list(field: &str, lines: &[Line<'_>]) -> String {
    if lines.is_empty() {
        return format!("{field} = []\n");
    }
    let mut out = format!("{field} = [\n");
    for Line { key, verdict } in lines {
        let mark = match verdict {
            Verdict::Keep(_) | Verdict::Add => "",
            Verdict::Cut(_) => "# ",
        };
        let word = match verdict {
            Verdict::Keep(_) => String::new(),
            Verdict::Cut(_) | Verdict::Add => format!("{}: ", verdict.word()),
        };
        let key = literal::string(key.as_str());
        let why = flat(&verdict.to_string());
        out.push_str(&format!("  {mark}{key},  # {word}{why}\n"));
    }
    out + "]\n"
}

/// What to do about a role: it serves others too, and is not edited.
fn role(wide: &RoleTooWide<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let more = wide.beyond.len().saturating_sub(NAMED);
    let named = wide.beyond.iter().take(NAMED).map(|(key, cut)| {
        let verdict = Verdict::Cut(*cut);
        format!("{} ({})", literal::string(key.as_str()), verdict.reason())
    });
    let mut named: Vec<String> = named.collect();
    named.extend((more > 0).then(|| format!("{more} more")));
    lines.push(format!(
        "the role `{}` gives too much: {}; take it away:",
        wide.role,
        named.join(", ")
    ));
    let given = wide.assignments.iter().take(NAMED).map(|id| match &id.at {
        Some(at) => format!("  keyroll unassign {} {} --at {at}", id.principal, id.role),
        None => format!("  keyroll unassign {} {}", id.principal, id.role),
    });
    lines.extend(given);
    let more = wide.assignments.len().saturating_sub(NAMED);
    lines.extend((more > 0).then(|| format!("  and {more} more")));
    if !wide.needed.is_empty() {
        let needed: Vec<String> = wide
            .needed
            .iter()
            .map(|key| literal::string(key.as_str()))
            .collect();
        lines.push(format!(
            "  first grant the account itself what its level requires of it: {}",
            needed.join(", ")
        ));
    }
    lines
}

fn shift(shift: &Shift) -> String {
    let what = match shift.is_of_level {
        true => "an action of the level",
        false => "not of the level",
    };
    format!("{}: {} -> {}, {what}", shift.class, shift.from, shift.to)
}

fn flip(flip: &Flip) -> String {
    let expected = match flip.expect {
        Expectation::Allowed => "allowed",
        Expectation::Denied => "denied",
    };
    let ends = match flip.breaks {
        true => "fails",
        false => "holds",
    };
    format!("the assertion `{}` ({expected}) then {ends}", flip.key)
}
