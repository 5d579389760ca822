//! Systems by the words that people write for them: the built-in glossaries' and others that are often met.

/// How it is known which system a key belongs to, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The host of an address that stands beside it is one of the roll's.
    Roll,
    /// A word of that host.
    Host,
    /// A word of the key.
    Key,
    /// A word of what it stands below.
    Section,
    /// A word of the file's name, or of its folder's.
    File,
    /// The first word of the key, which is no system that is known.
    Guess,
}

impl By {
    pub fn as_str(self) -> &'static str {
        match self {
            By::Roll => "roll",
            By::Host => "host",
            By::Key => "key",
            By::Section => "section",
            By::File => "file",
            By::Guess => "guess",
        }
    }
}

/// Systems, each with the words that name it.
const SYSTEMS: &[(&str, &[&str])] = &[
    ("archibus", &["archibus"]),
    ("atlas", &["atlas", "atlascmms"]),
    ("dynamics365", &["dynamics", "d365", "dynamics365"]),
    ("emaint", &["emaint"]),
    ("factverse", &["factverse", "fvk"]),
    ("fiix", &["fiix"]),
    ("infor-eam", &["infor", "infoream", "hxgneam"]),
    ("limble", &["limble"]),
    ("maintainx", &["maintainx"]),
    ("maximo", &["maximo", "mxe", "mxserver", "ibmmaximo"]),
    ("odoo", &["odoo"]),
    ("planon", &["planon"]),
    ("s4hana", &["s4hana", "s4", "sap", "saphana", "sapapi"]),
    ("servicenow", &["servicenow", "snow", "snc"]),
    ("tririga", &["tririga"]),
    ("unicmms", &["unicmms"]),
    ("upkeep", &["upkeep"]),
];

/// The system that words name, and where among them; two words may be one name.
pub(super) fn named(words: &[String]) -> Option<(&'static str, std::ops::Range<usize>)> {
    let known = |word: &str| {
        let system = SYSTEMS.iter().find(|(_, names)| names.contains(&word));
        system.map(|(name, _)| *name)
    };
    (0..words.len()).find_map(|at| {
        let pair = words.get(at + 1).map(|next| format!("{}{next}", words[at]));
        let pair = pair
            .and_then(|pair| known(&pair))
            .map(|name| (name, at..at + 2));
        pair.or_else(|| known(&words[at]).map(|name| (name, at..at + 1)))
    })
}

/// The host of the first address in a text, without a name and a password before it.
pub(super) fn host(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let end = rest.find(|c: char| {
        c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '\\' | ',')
    });
    let authority = &rest[..end.unwrap_or(rest.len())];
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::words::split;

    #[test]
    fn a_system_is_known_by_its_words_and_its_host() {
        let name = |text: &str| named(&split(text)).map(|(name, _)| name);
        assert_eq!(name("PROD_MAXIMO_KEY"), Some("maximo"));
        assert_eq!(name("femo.service-now.com"), Some("servicenow"));
        assert_eq!(name("SAP_S4HANA"), Some("s4hana"));
        assert_eq!(name("disappear"), None);
        assert_eq!(
            host("postgres://u:p@ss@db.example:5432/x"),
            Some("db.example")
        );
        assert_eq!(host("db.example"), None);
    }
}
