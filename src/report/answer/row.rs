//! One answer of many, as a line of JSON or CSV.

use serde_json::json;

use crate::access::ask::{Answer, Question};
use crate::access::explain;
use crate::model::text::shape::masked;
use crate::report::{escape, json};

/// The heading line of the rows as CSV.
pub const HEADING: &str = "principal,permission,at,answer,by,why\n";

/// The forms of rows that come one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    Jsonl,
    Csv,
}

/// The answer to one question of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Principal, permission and boundary, as far as they could be read.
    asked: [Option<String>; 3],
    answer: &'static str,
    by: Option<String>,
    why: Option<String>,
}

impl Row {
    pub fn of(question: &Question<'_>, answer: &Answer<'_>) -> Row {
        let asked = [
            question.principal.as_str(),
            question.permission.as_str(),
            question.at.as_str(),
        ];
        let asked = asked.map(|text| Some(text.to_owned()));
        match answer {
            Answer::Yes(held) => Row {
                asked,
                answer: "yes",
                by: Some(explain::path(question.principal, held).join(" > ")),
                why: None,
            },
            Answer::No(missing) => Row {
                asked,
                answer: "no",
                by: None,
                why: Some(explain::clause(question, missing)),
            },
        }
    }

    /// A question that has no answer; what it said is shown without anything that looks like a secret.
    pub fn error(asked: [Option<&str>; 3], why: &str) -> Row {
        Row {
            asked: asked.map(|text| text.map(|text| cut(&masked(text)))),
            answer: ERROR,
            by: None,
            why: Some(cut(&masked(why))),
        }
    }

    /// Whether the question has no answer.
    pub fn is_error(&self) -> bool {
        self.answer == ERROR
    }

    /// The row as one line, with its line feed.
    pub fn line(&self, format: RowFormat) -> String {
        let [principal, permission, at] = &self.asked;
        let by = self.by.as_ref();
        let why = self.why.as_ref();
        match format {
            RowFormat::Jsonl => json::line(&match self.by.is_some() {
                true => json!({ "principal": principal, "permission": permission, "at": at,
                    "answer": self.answer, "by": by }),
                false => json!({ "principal": principal, "permission": permission, "at": at,
                    "answer": self.answer, "why": why }),
            }),
            RowFormat::Csv => {
                let cell =
                    |text: Option<&String>| text.map_or_else(String::new, |t| escape::csv(t));
                let asked = [principal, permission, at].map(|text| cell(text.as_ref()));
                let [principal, permission, at] = asked;
                let (answer, by, why) = (self.answer, cell(by), cell(why));
                format!("{principal},{permission},{at},{answer},{by},{why}\n")
            }
        }
    }
}

const ERROR: &str = "error";

/// The longest piece of a bad line that is shown, in characters.
const CUT: usize = 200;

fn cut(text: &str) -> String {
    text.chars().take(CUT).collect()
}
