//! Records of a file by the places of their fields, whatever its form.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use serde_json::Value;

use crate::model::log::LogForm;
use crate::model::text::Text;
use crate::model::text::shape::masked;
use crate::reconcile::lines::{Line, Lines};

/// The most columns of a file.
const MOST_COLUMNS: usize = 2000;

/// Where fields stand, in the order that they are asked for in.
pub(super) struct Places<'m> {
    form: LogForm,
    wanted: Vec<&'m str>,
    /// For a table: the number of each column; for JSON nothing.
    columns: Vec<usize>,
    /// How many columns its heading has.
    width: usize,
}

/// The values of the fields that were asked for; what is not there, or is a list or an object, is none.
pub(super) type Values = Vec<Option<String>>;

/// What was asked for, and whose records count.
pub(super) struct Filter<'m> {
    only: Vec<(usize, &'m [Text])>,
    except: Vec<(usize, &'m [Text])>,
}

impl<'m> Filter<'m> {
    /// Adds the fields of the filter to those that are asked for.
    pub fn of(
        wanted: &mut Vec<&'m str>,
        only: &'m BTreeMap<String, Vec<Text>>,
        except: &'m BTreeMap<String, Vec<Text>>,
    ) -> Filter<'m> {
        let mut add = |table: &'m BTreeMap<String, Vec<Text>>| {
            let mut out = Vec::new();
            for (place, words) in table {
                out.push((wanted.len(), words.as_slice()));
                wanted.push(place);
            }
            out
        };
        Filter {
            only: add(only),
            except: add(except),
        }
    }

    pub fn takes(&self, values: &Values) -> bool {
        let has = |(at, words): &(usize, &[Text])| {
            let value = values.get(*at).and_then(Option::as_deref);
            value.is_some_and(|value| words.iter().any(|word| word.as_str() == value))
        };
        self.only.iter().all(has) && !self.except.iter().any(has)
    }
}

impl<'m> Places<'m> {
    /// Reads the heading of a table; nothing of JSON lines.
    ///
    /// # Errors
    /// When the input cannot be read, or the heading has not the columns.
    pub fn find(
        form: LogForm,
        wanted: Vec<&'m str>,
        lines: &mut Lines<impl BufRead>,
    ) -> io::Result<Result<Places<'m>, String>> {
        let mut places = Places {
            form,
            wanted,
            columns: Vec::new(),
            width: 0,
        };
        let Some(delimiter) = delimiter(form) else {
            return Ok(Ok(places));
        };
        let Some(line) = lines.next()? else {
            // Nothing at all is a log of nothing.
            places.columns = vec![0; places.wanted.len()];
            return Ok(Ok(places));
        };
        Ok(places.heading(&line, delimiter).map(|()| places))
    }

    fn heading(&mut self, line: &Line<'_>, delimiter: u8) -> Result<(), String> {
        let text = line
            .text
            .map_err(|why| format!("its heading cannot be read: {why}"))?;
        let cells = cells(text, delimiter).map_err(str::to_owned)?;
        if cells.len() > MOST_COLUMNS {
            return Err(format!("its heading has more than {MOST_COLUMNS} columns"));
        }
        self.width = cells.len();
        for wanted in &self.wanted {
            let is_it = |cell: &String| cell.trim() == wanted.trim();
            let Some(at) = cells.iter().position(is_it) else {
                return Err(format!("its heading has no column `{}`", shown(wanted)));
            };
            if cells[at + 1..].iter().any(is_it) {
                return Err(format!("two of its columns are `{}`", shown(wanted)));
            }
            self.columns.push(at);
        }
        Ok(())
    }

    /// The values of the next record, behind the number of its line. One of several lines that is none costs its first line:
    /// the others are read by themselves.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn next(
        &self,
        lines: &mut Lines<impl BufRead>,
    ) -> io::Result<Option<(u64, Result<Values, &'static str>)>> {
        let Some(line) = lines.next()? else {
            return Ok(None);
        };
        let number = line.number;
        let values = line.text.and_then(|text| self.values(text));
        if values.is_err() {
            lines.go_back();
        }
        Ok(Some((number, values)))
    }

    fn values(&self, text: &str) -> Result<Values, &'static str> {
        match delimiter(self.form) {
            None => self.of_json(text),
            Some(delimiter) => {
                let mut cells = cells(text, delimiter)?;
                if cells.len() != self.width {
                    return Err("it has not as many cells as the heading");
                }
                let take = |at: &usize| {
                    let cell = std::mem::take(&mut cells[*at]);
                    // A column that is asked for twice keeps its value.
                    cells[*at].clone_from(&cell);
                    Some(cell.trim().to_owned()).filter(|cell| !cell.is_empty())
                };
                Ok(self.columns.iter().map(take).collect())
            }
        }
    }

    fn of_json(&self, text: &str) -> Result<Values, &'static str> {
        let value: Value = serde_json::from_str(text).map_err(|_| "it is no JSON")?;
        if !value.is_object() {
            return Err("it is no JSON object");
        }
        let at = |place: &&str| match value.pointer(place)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        Ok(self.wanted.iter().map(at).collect())
    }
}

/// What stands between the cells of a table.
pub(super) fn delimiter(form: LogForm) -> Option<u8> {
    match form {
        LogForm::Jsonl => None,
        LogForm::Csv => Some(b','),
        LogForm::Tsv => Some(b'\t'),
    }
}

/// The same, where a quote at the begin of a cell opens one that may hold it.
pub(super) fn quoted(form: LogForm) -> Option<u8> {
    delimiter(form).filter(|delimiter| *delimiter == b',')
}

fn cells(line: &str, delimiter: u8) -> Result<Vec<String>, &'static str> {
    if delimiter != b',' || !line.contains('"') {
        let cells = line.split(char::from(delimiter));
        return Ok(cells.map(str::to_owned).collect());
    }
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).delimiter(delimiter);
    let reader = reader.buffer_capacity(line.len().clamp(64, 8192));
    let reader = reader.terminator(csv::Terminator::Any(b'\n'));
    let (mut record, mut more) = (csv::StringRecord::new(), csv::StringRecord::new());
    let mut reader = reader.flexible(true).from_reader(line.as_bytes());
    let is_read = reader.read_record(&mut record);
    match (is_read, reader.read_record(&mut more)) {
        (Ok(true), Ok(false)) => Ok(record.iter().map(str::to_owned).collect()),
        (Ok(_) | Err(_), _) => Err("it is no line of a table"),
    }
}

/// A piece of a file in a message.
pub(super) fn shown(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    masked(&cut).escape_debug().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: LogForm, wanted: &[&str], text: &str) -> Vec<Result<Values, &'static str>> {
        let mut lines = Lines::of(text.as_bytes(), quoted(form));
        let places = Places::find(form, wanted.to_vec(), &mut lines).unwrap();
        let places = places.unwrap();
        let mut out = Vec::new();
        while let Some((_, values)) = places.next(&mut lines).unwrap() {
            out.push(values);
        }
        out
    }

    #[test]
    fn the_forms_give_the_same_values() {
        let some = |text: &str| Some(text.to_owned());
        let expected = vec![some("x, \"y\""), some("7"), None];
        let json = r#"{"a":{"b":"x, \"y\""},"n":7,"none":null}"#;
        assert_eq!(
            read(LogForm::Jsonl, &["/a/b", "/n", "/none"], json),
            [Ok(expected.clone())]
        );
        let csv = "none,n,a\n,7,\"x, \"\"y\"\"\"\n";
        assert_eq!(
            read(LogForm::Csv, &["a", "n", "none"], csv),
            [Ok(expected.clone())]
        );
        // There a quote is a sign like any other.
        let tsv = "none\tn\ta\n\t7\tx, \"y\"\n";
        let wanted = ["a", "n", "none"];
        assert_eq!(read(LogForm::Tsv, &wanted, tsv), [Ok(expected.clone())]);
        let tsv = "none\tn\ta\n\t7\t\"x\n\t7\tx, \"y\"\n";
        assert_eq!(read(LogForm::Tsv, &wanted, tsv)[1], Ok(expected));
    }

    #[test]
    fn lines_that_a_quote_joins_and_that_are_no_record_are_read_one_by_one() {
        let csv = "n,a\n1,\"x\n2,y\",z\n3,\"u\nv\"\n";
        let read = read(LogForm::Csv, &["n"], csv);
        let good: Vec<Option<&str>> = read
            .iter()
            .map(|values| values.as_ref().ok().and_then(|all| all[0].as_deref()))
            .collect();
        assert_eq!(good, [None, None, Some("3")]);
    }

    #[test]
    fn what_is_no_record_is_told() {
        let why = |form, text: &str| read(form, &["/a"], text)[0].clone().unwrap_err();
        assert_eq!(why(LogForm::Jsonl, "[]"), "it is no JSON object");
        assert_eq!(why(LogForm::Jsonl, "{\"a\":"), "it is no JSON");
        assert!(why(LogForm::Csv, "/a,b\n1").contains("cells"));
        let deep = "[".repeat(60_000);
        assert_eq!(why(LogForm::Jsonl, &deep), "it is no JSON");
    }

    #[test]
    fn a_heading_without_a_column_or_with_two_is_refused() {
        let find = |text: &str| {
            let mut lines = Lines::of(text.as_bytes(), Some(b','));
            Places::find(LogForm::Csv, vec!["time"], &mut lines).unwrap()
        };
        assert!(find("Time,what\n").is_err_and(|why| why.contains("`time`")));
        assert!(find("time,time\n").is_err());
        assert!(find("").is_ok());
    }
}
