//! Texts of a map with columns in braces: `{Tenant|slug}/{Site|path}`.

use super::fault::cut;
use super::headings::{folded, normalised};
use crate::catalog::{builtin, nearest};
use crate::model::key::slug;

/// The longest text that a template may make, in bytes: twice what a record takes.
const LONGEST: usize = 8192;

/// What is done to the value of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The cell as it stands there, before its words are replaced.
    Raw,
    /// As a name: `Cy Chen` is `cy-chen`.
    Slug,
    /// As a path of names: `Plant 1/Line 2` is `plant-1/line-2`.
    Path,
    /// For people: `cy.chen` is `Cy Chen`.
    Title,
    /// Small letters.
    Lower,
    /// What stands before the `@` of an address.
    Local,
    /// The built-in glossary of the name; nothing where there is none.
    Glossary,
}

const FILTERS: &[(&str, Filter)] = &[
    ("raw", Filter::Raw),
    ("slug", Filter::Slug),
    ("path", Filter::Path),
    ("title", Filter::Title),
    ("lower", Filter::Lower),
    ("local", Filter::Local),
    ("glossary", Filter::Glossary),
];

impl Filter {
    /// The value behind the filter; none where there is nothing left.
    pub fn apply(self, value: &str) -> Option<String> {
        let made = match self {
            Filter::Raw => value.to_owned(),
            Filter::Slug => slug(&folded(value)),
            Filter::Path => {
                let parts = value.split('/').map(|part| slug(&folded(part)));
                let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
                parts.join("/")
            }
            Filter::Title => title(value),
            Filter::Lower => value.to_lowercase(),
            Filter::Local => value.split('@').next().unwrap_or_default().to_owned(),
            Filter::Glossary => {
                let name = slug(&folded(value));
                builtin(&name).map(|_| name)?
            }
        };
        (!made.is_empty()).then_some(made)
    }
}

/// A name for people: dots and lines as blanks, and capitals where there are none.
fn title(value: &str) -> String {
    let plain = !value.chars().any(|c| c.is_uppercase() || c.is_whitespace());
    if !plain {
        return value.to_owned();
    }
    let words = value.split(['.', '-', '_']).filter(|word| !word.is_empty());
    let words = words.map(|word| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A column that a template names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As the map writes it.
    pub text: String,
    pub filters: Vec<Filter>,
    /// Where its values are; known once the map meets a table.
    pub slot: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Column(Named),
}

/// A text with columns in it; one without is a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

impl Template {
    /// Reads a template. `{{` and `}}` are braces.
    ///
    /// # Errors
    /// When a brace is not closed, a column is not named, or a filter is not known.
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut template = Template::default();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let (brace, behind) = rest[at..].split_at(1);
            if let Some(behind) = behind.strip_prefix(brace) {
                plain.push_str(brace);
                rest = behind;
                continue;
            }
            let inner = behind.split_once('}').filter(|_| brace == "{");
            let (inner, behind) = inner.ok_or_else(|| {
                format!(
                    "`{}` has a brace without its other; a brace itself is written twice",
                    cut(text)
                )
            })?;
            if !plain.is_empty() {
                template.parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            template.parts.push(Part::Column(named(inner)?));
            rest = behind;
        }
        plain.push_str(rest);
        if !plain.is_empty() || template.parts.is_empty() {
            template.parts.push(Part::Text(plain));
        }
        Ok(template)
    }

    /// Several templates as one text, a blank between them.
    pub fn joined<'a>(templates: impl IntoIterator<Item = &'a Template>) -> Template {
        let mut parts = Vec::new();
        for template in templates {
            if !parts.is_empty() {
                parts.push(Part::Text(" ".to_owned()));
            }
            parts.extend(template.parts.iter().cloned());
        }
        Template { parts }
    }

    /// The columns that it names.
    pub fn columns(&self) -> impl Iterator<Item = &Named> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Column(named) => Some(named),
        })
    }

    pub fn columns_mut(&mut self) -> impl Iterator<Item = &mut Named> {
        self.parts.iter_mut().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Column(named) => Some(named),
        })
    }

    /// The text with each column's value put in; none where one has nothing. Cut once it is longer than any field takes.
    pub fn fill<'v>(&self, value: impl Fn(&Named) -> Option<&'v str>) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Column(named) => {
                    let mut made = value(named)?.to_owned();
                    for filter in &named.filters {
                        made = filter.apply(&made)?;
                    }
                    out.push_str(&made);
                }
            }
            if out.len() > LONGEST {
                break;
            }
        }
        Some(out)
    }
}

fn named(inner: &str) -> Result<Named, String> {
    let mut words = inner.split('|').map(str::trim);
    let text = words.next().unwrap_or_default().to_owned();
    if normalised(&text).is_empty() {
        return Err(format!("`{{{}}}` names no column", cut(inner)));
    }
    let filters = words.map(|word| {
        let found = FILTERS.iter().find(|(name, _)| *name == word);
        found.map(|(_, filter)| *filter).ok_or_else(|| {
            let names: Vec<&str> = FILTERS.iter().map(|(name, _)| *name).collect();
            let near = nearest(word, names.iter().copied());
            let near = near.map_or_else(
                || format!("there are {}", names.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            format!("`{}` is not a filter; {near}", cut(word))
        })
    });
    Ok(Named {
        text,
        filters: filters.collect::<Result<_, _>>()?,
        slot: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, value: &str) -> Option<String> {
        let template = Template::parse(template).unwrap();
        template.fill(|_| Some(value).filter(|value| !value.is_empty()))
    }

    #[test]
    fn a_template_puts_columns_into_text() {
        assert_eq!(
            filled("femo/{Site|path}", "Plant 1/Line 2"),
            Some("femo/plant-1/line-2".into())
        );
        assert_eq!(
            filled("person/{Owner (business)|local|slug}", "Jörg.Ek@x.example"),
            Some("person/joerg-ek".into())
        );
        assert_eq!(filled("{a|title}", "cy.chen"), Some("Cy Chen".into()));
        assert_eq!(filled("{a|title}", "Dr. Chen"), Some("Dr. Chen".into()));
        assert_eq!(filled("{{x}}", ""), Some("{x}".into()));
        assert_eq!(filled("x{a}", ""), None, "nothing in, nothing out");
        assert_eq!(filled("{a|slug}", "?!"), None);
        assert_eq!(filled("{a|glossary}", "UniCMMS"), Some("unicmms".into()));
        assert_eq!(filled("{a|glossary}", "Maximo"), None);
    }

    #[test]
    fn a_template_that_grows_without_end_is_cut() {
        let long = "{a}".repeat(1000);
        let filled = filled(&long, &"x".repeat(1000)).unwrap();
        assert!((LONGEST..2 * LONGEST).contains(&filled.len()));
    }

    #[test]
    fn a_wrong_template_is_explained() {
        let error = |text: &str| Template::parse(text).unwrap_err();
        assert!(error("a {b").contains("without its other"));
        assert!(error("a }b").contains("without its other"));
        assert!(error("{ }").contains("names no column"));
        assert_eq!(
            error("{a|slg}"),
            "`slg` is not a filter; did you mean `slug`?"
        );
    }
}
