//! How a log, or a provider's own list of accounts, is to be read: its form, where its fields are, and what its words mean.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::access::{ActionClass, words};
use crate::model::date::{Span, Zone};
use crate::model::entitlement::{BadKey, EntitlementKey};
use crate::model::finding::FieldPath;
use crate::model::id::{BoundaryPath, EnvironmentName};
use crate::model::sound::Unsound;
use crate::model::text::{Text, string_serde};

words! {
    /// How the records of a file are written.
    LogForm {
        /// One JSON object a line.
        Jsonl = "jsonl",
        /// A line of headings, then one record a line, with commas between the cells.
        Csv = "csv",
        /// The same with tabs.
        Tsv = "tsv",
    }
}

/// What a word of a log stands for: an entitlement, or an action class where no entitlement fits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogAction {
    Class(ActionClass),
    Entitlement(EntitlementKey),
}

impl LogAction {
    pub fn as_str(&self) -> &str {
        match self {
            LogAction::Class(class) => class.as_str(),
            LogAction::Entitlement(key) => key.as_str(),
        }
    }

    /// The entitlement, where it is one.
    pub fn entitlement(&self) -> Option<&EntitlementKey> {
        match self {
            LogAction::Class(_) => None,
            LogAction::Entitlement(key) => Some(key),
        }
    }
}

impl FromStr for LogAction {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        match text.parse() {
            Ok(class) => Ok(LogAction::Class(class)),
            Err(_) => text.parse().map(LogAction::Entitlement),
        }
    }
}

impl fmt::Display for LogAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

string_serde!(LogAction, "^[!-~]{1,200}$");

/// Where a record of a log says what: a JSON pointer (`/user/login`), or the heading of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LogFields {
    /// When: RFC 3339, or seconds or milliseconds since 1970.
    pub time: Text,
    /// Who, by the name of the identity at the provider, or of the account.
    pub identity: Text,
    /// What was done.
    pub action: Text,
    /// The id of what it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Text>,
    /// Where, by a boundary's path or a word of `boundaries`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Text>,
    /// How it ended, by the words of `success`, `failure` and `refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Text>,
    /// The id of the request, which both logs have: by it they are held against each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Text>,
}

impl LogFields {
    /// Each field that is stated, by its key.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Text)> {
        let some = [
            ("time", Some(&self.time)),
            ("identity", Some(&self.identity)),
            ("action", Some(&self.action)),
            ("record", self.record.as_ref()),
            ("boundary", self.boundary.as_ref()),
            ("environment", self.environment.as_ref()),
            ("outcome", self.outcome.as_ref()),
            ("request", self.request.as_ref()),
        ];
        some.into_iter()
            .filter_map(|(key, at)| at.map(|at| (key, at)))
    }
}

/// How the log of a provider or platform is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LogMap {
    pub form: LogForm,
    pub fields: LogFields,
    /// The zone of times that name none; UTC where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Which of its records are of service accounts, by field: one of these values each. All, where empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Vec<Text>>,
    /// Records that are passed over, such as those of people.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub except: BTreeMap<String, Vec<Text>>,
    /// Its words for actions, each with the entitlement or action class that it goes by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<String, LogAction>,
    /// Actions that go by no entitlement, such as a logon: a sign of work, and nothing to judge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<Text>,
    /// Its words for places.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub boundaries: BTreeMap<String, BoundaryPath>,
    /// Its words for environments.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environments: BTreeMap<String, EnvironmentName>,
    /// Its words for what was done; whatever is neither a failure nor refused where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub success: Vec<Text>,
    /// Its words for what failed and is to be tried again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failure: Vec<Text>,
    /// Its words for what was denied: no further try would help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Text>,
    /// How soon a failure is to be tried again; `1h` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_within: Option<Span>,
    /// How many tries of one request are still well; 10 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tries: Option<u32>,
}

/// How a provider's own list of accounts is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AccountsMap {
    pub form: LogForm,
    /// Where the name of the identity stands: a JSON pointer, or the heading of a column.
    pub identity: Text,
    /// Which of its rows are service accounts, by field: one of these values each. All, where empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Vec<Text>>,
    /// Rows that count as not there, such as those of disabled accounts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub except: BTreeMap<String, Vec<Text>>,
}

impl LogMap {
    /// What it has a word for.
    pub fn entitlements(&self) -> BTreeSet<&EntitlementKey> {
        let words = self.actions.values();
        words.filter_map(LogAction::entitlement).collect()
    }

    /// By which two maps are told apart that have words for different entitlements: 16 hexadecimal digits.
    pub fn words_digest(&self) -> String {
        let mut hash = Sha256::new();
        for key in self.entitlements() {
            hash.update(key.as_str());
            hash.update("\n");
        }
        let digits = hash.finalize();
        digits[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// What in it cannot be meant; its fields are named below `log`.
    pub fn unsound(&self) -> Vec<Unsound> {
        let base = FieldPath::of("log");
        let fields = self.fields.all();
        let fields = fields.map(|(key, at)| (base.clone().key("fields").key(key), at.as_str()));
        let filters = filters(&base, &self.only, &self.except);
        let mut out: Vec<Unsound> = fields
            .chain(filters)
            .filter_map(|(field, at)| misplaced(self.form, field, at))
            .collect();
        let words = [&self.success, &self.failure, &self.refused];
        if self.fields.outcome.is_none() && words.iter().any(|words| !words.is_empty()) {
            out.push(Unsound {
                field: base.clone().key("fields"),
                message: "it has words for outcomes, and does not say where they stand".to_owned(),
                hint: "say `outcome`, or leave out `success`, `failure` and `refused`",
            });
        }
        if self.max_tries == Some(0) {
            out.push(Unsound {
                field: base.key("max-tries"),
                message: "nothing can be tried 0 times".to_owned(),
                hint: "1 is that nothing is tried again",
            });
        }
        out
    }
}

impl AccountsMap {
    /// The same of a list; its fields are named below `accounts`.
    pub fn unsound(&self) -> Vec<Unsound> {
        let base = FieldPath::of("accounts");
        let identity = (base.clone().key("identity"), self.identity.as_str());
        let all = std::iter::once(identity).chain(filters(&base, &self.only, &self.except));
        all.filter_map(|(field, at)| misplaced(self.form, field, at))
            .collect()
    }
}

/// The places that filters look at, each with its field.
fn filters<'m>(
    base: &FieldPath,
    only: &'m BTreeMap<String, Vec<Text>>,
    except: &'m BTreeMap<String, Vec<Text>>,
) -> impl Iterator<Item = (FieldPath, &'m str)> {
    let only = (base.clone().key("only"), only);
    let except = (base.clone().key("except"), except);
    [only, except].into_iter().flat_map(|(field, table)| {
        let keys = table.keys();
        keys.map(move |at| (field.clone().key(at), at.as_str()))
    })
}

/// What is wrong with the place of a field, as its form has places.
fn misplaced(form: LogForm, field: FieldPath, at: &str) -> Option<Unsound> {
    let (wrong, message, hint) = match form {
        LogForm::Jsonl => (
            !at.starts_with('/'),
            "it is no JSON pointer",
            "it begins with `/`: `/user/login`",
        ),
        LogForm::Csv | LogForm::Tsv => (
            at.trim().is_empty(),
            "it names no column",
            "write the heading of the column, as the file has it",
        ),
    };
    wrong.then(|| Unsound {
        field,
        message: message.to_owned(),
        hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(more: serde_json::Value) -> LogMap {
        let mut body = json!({ "form": "jsonl",
            "fields": { "time": "/t", "identity": "/who", "action": "/what" } });
        let more = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(more);
        serde_json::from_value(body).unwrap()
    }

    fn fields(unsound: &[Unsound]) -> Vec<String> {
        unsound.iter().map(|one| one.field.to_string()).collect()
    }

    #[test]
    fn a_class_is_a_class_and_every_other_word_an_entitlement() {
        let action = |text: &str| text.parse::<LogAction>();
        assert_eq!(
            action("write-back"),
            Ok(LogAction::Class(ActionClass::WriteBack))
        );
        let key = action("work-order/edit-work-orders").unwrap();
        assert!(key.entitlement().is_some());
        assert!(action("two words").is_err());
    }

    #[test]
    fn a_place_that_the_form_does_not_have_is_told() {
        assert_eq!(map(json!({})).unsound(), []);
        let columns =
            map(json!({ "fields": { "time": "Time", "identity": "/u", "action": "/a" } }));
        assert_eq!(fields(&columns.unsound()), ["log.fields.time"]);
        let sheet =
            json!({ "form": "csv", "fields": { "time": "Time", "identity": " ", "action": "/a" } });
        assert_eq!(fields(&map(sheet).unsound()), ["log.fields.identity"]);
        let accounts =
            json!({ "form": "jsonl", "identity": "/login", "only": { "type": ["service"] } });
        let accounts: AccountsMap = serde_json::from_value(accounts).unwrap();
        assert_eq!(fields(&accounts.unsound()), ["accounts.only.type"]);
    }

    #[test]
    fn words_for_outcomes_need_their_place() {
        let lost = map(json!({ "failure": ["error"], "max-tries": 0 }));
        assert_eq!(fields(&lost.unsound()), ["log.fields", "log.max-tries"]);
    }
}
