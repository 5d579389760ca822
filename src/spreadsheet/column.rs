//! How the cells of one column are read: parted, replaced by words, turned to dates. The first half of a map.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fault::shown;
use super::form::Misfit;
use super::headings::normalised;
use super::template::Template;

/// The most values of one cell.
pub const MOST_VALUES: usize = 1000;
/// The most `*` of a pattern.
const MOST_STARS: usize = 8;

/// The table of a column, as the map writes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct ColumnText {
    ignore: bool,
    split: Option<String>,
    words: BTreeMap<String, String>,
    empty: Vec<String>,
    default: Option<String>,
    date: Option<String>,
    unit: Option<String>,
    titles: Option<String>,
    parts: Option<Parts>,
}

/// How each value is cut in parts that have names of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Parts {
    pub by: String,
    pub names: Vec<String>,
}

/// How dates are written, beside `2027-03-31`, which is always read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DateForm {
    Iso,
    Dots,
    DaySlashes,
    MonthSlashes,
}

const DATE_FORMS: &[(&str, DateForm)] = &[
    ("year-month-day", DateForm::Iso),
    ("day.month.year", DateForm::Dots),
    ("day/month/year", DateForm::DaySlashes),
    ("month/day/year", DateForm::MonthSlashes),
];

/// How the cells of a column are read.
#[derive(Clone, Debug, Default)]
pub struct Column {
    pub ignore: bool,
    split: Vec<char>,
    words: BTreeMap<String, String>,
    /// Words with `*`, those with most letters first.
    patterns: Vec<(String, String)>,
    empty: Vec<String>,
    default: Option<String>,
    date: Option<DateForm>,
    unit: Option<char>,
    /// Whose titles the values are: the name of a provider, platform or glossary.
    pub titles: Option<Template>,
    pub(super) parts: Option<Parts>,
}

/// One value of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// As it stands in the cell.
    pub raw: String,
    /// As records take it.
    pub clean: String,
}

impl Column {
    /// # Errors
    /// When a key has a value that means nothing.
    pub(super) fn of(text: ColumnText, empty: &[String]) -> Result<Column, String> {
        let date = text.date.map(|said| {
            let found = DATE_FORMS.iter().find(|(name, _)| *name == said);
            let names = DATE_FORMS.iter().map(|(name, _)| *name);
            found
                .map(|(_, form)| *form)
                .ok_or_else(|| format!("`date` is one of {}", names.collect::<Vec<_>>().join(", ")))
        });
        let unit = text.unit.map(|said| match said.as_str() {
            "m" | "h" | "d" | "w" => Ok(said.chars().next()),
            _ => Err("`unit` is one of m, h, d, w".to_owned()),
        });
        let (patterns, words): (Vec<_>, Vec<_>) = text
            .words
            .into_iter()
            .partition(|(word, _)| word.contains('*'));
        if patterns
            .iter()
            .any(|(word, _)| word.matches('*').count() > MOST_STARS)
        {
            return Err(format!("a word has more than {MOST_STARS} `*`"));
        }
        let mut patterns = patterns;
        patterns.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        if text.parts.as_ref().is_some_and(|parts| parts.by.is_empty()) {
            return Err("`by` of the `parts` is empty".to_owned());
        }
        let empty = text.empty.iter().chain(empty);
        Ok(Column {
            ignore: text.ignore,
            split: text.split.unwrap_or_default().chars().collect(),
            words: words
                .into_iter()
                .map(|(word, means)| (folded(&word), means))
                .collect(),
            patterns,
            empty: empty.map(|word| folded(word)).collect(),
            default: text.default,
            date: date.transpose()?,
            unit: unit.transpose()?.flatten(),
            titles: text.titles.as_deref().map(Template::parse).transpose()?,
            parts: text.parts,
        })
    }

    /// The values of a cell.
    ///
    /// # Errors
    /// When there are too many, or one is no date or span where the column holds those.
    pub fn read(&self, cell: &str) -> Result<Vec<Element>, Misfit> {
        let mut values = Vec::new();
        for part in cell.split(|c| self.split.contains(&c)) {
            let raw = part.trim();
            if raw.is_empty() || (!self.empty.is_empty() && self.empty.contains(&folded(raw))) {
                continue;
            }
            if values.len() == MOST_VALUES {
                return Err(Misfit::new(format!(
                    "the cell has more than {MOST_VALUES} values"
                )));
            }
            // Excel ends lines within a cell as Windows does.
            let raw = raw.replace("\r\n", "\n");
            let clean = self.clean(&raw)?;
            if !clean.is_empty() {
                values.push(Element { raw, clean });
            }
        }
        if let (true, Some(default)) = (values.is_empty(), &self.default) {
            values.push(Element {
                raw: default.clone(),
                clean: default.clone(),
            });
        }
        Ok(values)
    }

    fn clean(&self, raw: &str) -> Result<String, Misfit> {
        let worded = self.word(raw);
        let value = worded.as_deref().unwrap_or(raw);
        if let Some(form) = self.date {
            return form.read(value);
        }
        match self.unit {
            Some(unit) => span(value, unit),
            None => Ok(value.to_owned()),
        }
    }

    /// What a value is replaced by.
    fn word(&self, raw: &str) -> Option<String> {
        if self.words.is_empty() && self.patterns.is_empty() {
            return None;
        }
        if let Some(means) = self.words.get(&folded(raw)) {
            return Some(means.clone());
        }
        let mut patterns = self.patterns.iter();
        patterns.find_map(|(pattern, means)| replaced(raw, pattern, means))
    }
}

/// A word as it is compared: case and blanks do not count.
fn folded(word: &str) -> String {
    let words: Vec<String> = word.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// What `means` makes of a text that fits the pattern: each `*` there is what the `*` of the pattern stood for.
fn replaced(text: &str, pattern: &str, means: &str) -> Option<String> {
    let mut literals = pattern.split('*');
    let mut rest = text.strip_prefix(literals.next()?)?;
    let mut stars = Vec::new();
    let mut literals = literals.peekable();
    while let Some(literal) = literals.next() {
        let at = match literals.peek() {
            None => rest
                .len()
                .checked_sub(literal.len())
                .filter(|at| rest.get(*at..) == Some(literal))?,
            Some(_) => rest.find(literal)?,
        };
        stars.push(rest.get(..at)?);
        rest = &rest[at + literal.len()..];
    }
    let mut stars = stars.into_iter();
    let mut out = String::new();
    for (at, literal) in means.split('*').enumerate() {
        if at > 0 {
            out.push_str(stars.next().unwrap_or_default());
        }
        out.push_str(literal);
    }
    Some(out)
}

impl DateForm {
    /// The date as `2027-03-31`.
    fn read(self, text: &str) -> Result<String, Misfit> {
        // A time behind the date, which exports add, says nothing here.
        let day = match text.split_once(['T', ' ']) {
            Some((day, time)) if time.contains(':') => day,
            _ => text,
        };
        let iso = |year: &str, month: &str, day: &str| {
            let number = |text: &str, longest: usize| {
                let good =
                    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
                good.then(|| text.parse::<u32>().ok()).flatten()
            };
            let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
            let made = format!("{year:04}-{month:02}-{day:02}");
            made.parse::<crate::model::date::Date>().ok().map(|_| made)
        };
        let parts = |by: char| <[&str; 3]>::try_from(day.split(by).collect::<Vec<_>>()).ok();
        let as_iso = parts('-').and_then(|[year, month, day]| iso(year, month, day));
        let made = match self {
            DateForm::Iso => None,
            DateForm::Dots => parts('.').and_then(|[day, month, year]| iso(year, month, day)),
            DateForm::DaySlashes => parts('/').and_then(|[day, month, year]| iso(year, month, day)),
            DateForm::MonthSlashes => {
                parts('/').and_then(|[month, day, year]| iso(year, month, day))
            }
        };
        as_iso.or(made).ok_or_else(|| {
            let form = DATE_FORMS.iter().find(|(_, form)| *form == self);
            let form = form.map_or("", |(name, _)| name);
            Misfit::new(format!("{} is not a date", shown(text))).hint(format!(
                "the column holds `{form}`, the year in four digits"
            ))
        })
    }
}

/// A number with its unit: `90` and `90 days` are `90d`.
fn span(text: &str, unit: char) -> Result<String, Misfit> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, word) = text.split_at(digits);
    let unit = match normalised(word).as_str() {
        "" => unit,
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" => 'm',
        "h" | "hour" | "hours" | "stunde" | "stunden" => 'h',
        "d" | "day" | "days" | "tag" | "tage" | "tagen" => 'd',
        "w" | "week" | "weeks" | "woche" | "wochen" => 'w',
        _ => '?',
    };
    if number.is_empty() || unit == '?' {
        let misfit = Misfit::new(format!(
            "{} is not a number of minutes, hours, days or weeks",
            shown(text)
        ));
        return Err(misfit.hint("`words` in the column's table replaces it"));
    }
    Ok(format!("{number}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(text: &str) -> Column {
        Column::of(toml::from_str(text).unwrap(), &[]).unwrap()
    }

    fn read(table: &str, cell: &str) -> Vec<String> {
        let values = column(table).read(cell).unwrap();
        values.into_iter().map(|value| value.clean).collect()
    }

    #[test]
    fn lists_are_parted_and_what_means_nothing_is_left_out() {
        assert_eq!(read("split = ',;\\n'", "a, b").len(), 2);
        assert_eq!(read("split = \",;\\n\"", "a;b\r\nc,, "), ["a", "b", "c"]);
        assert_eq!(read("empty = ['-', 'n/a']", " N/A "), [""; 0]);
        assert_eq!(read("default = 'active'", ""), ["active"]);
        assert_eq!(read("", "two\r\nlines"), ["two\nlines"]);
        let many = "x,".repeat(MOST_VALUES + 1);
        assert!(column("split = ','").read(&many).is_err());
    }

    #[test]
    fn words_are_replaced_and_patterns_carry_over_what_they_stand_for() {
        let table = "words = { 'Prod' = 'production', 'svc-femo-*-prod-*' = '*-production-*', '*' = 'x/*' }";
        assert_eq!(read(table, "PROD"), ["production"]);
        assert_eq!(
            read(table, "svc-femo-maximo-prod-import"),
            ["maximo-production-import"]
        );
        assert_eq!(read(table, "berlin"), ["x/berlin"]);
    }

    #[test]
    fn dates_are_read_in_the_form_that_is_said_and_no_other() {
        let dots = "date = 'day.month.year'";
        assert_eq!(read(dots, "1.2.2027"), ["2027-02-01"]);
        assert_eq!(read(dots, "2027-02-01 00:00:00"), ["2027-02-01"]);
        assert_eq!(
            read("date = 'month/day/year'", "12/31/2026"),
            ["2026-12-31"]
        );
        for (table, cell) in [
            (dots, "31.13.2026"),
            (dots, "12/31/2026"),
            (dots, "1.2.27"),
            ("date = 'day/month/year'", "12/31/2026"),
            ("date = 'year-month-day'", "31.12.2026"),
        ] {
            assert!(column(table).read(cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn numbers_get_their_unit() {
        assert_eq!(read("unit = 'd'", "90"), ["90d"]);
        assert_eq!(read("unit = 'd'", "12 Wochen"), ["12w"]);
        assert!(column("unit = 'd'").read("3 months").is_err());
    }

    #[test]
    fn a_table_that_means_nothing_is_refused() {
        let wrong = |text: &str| Column::of(toml::from_str(text).unwrap(), &[]).unwrap_err();
        assert!(wrong("date = 'dd.mm.yyyy'").contains("day.month.year"));
        assert!(wrong("unit = 'months'").contains("m, h, d, w"));
        assert!(wrong("words = { '*********' = 'x' }").contains('*'));
    }
}
