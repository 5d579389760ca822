//! Waivers that stand as comments at the record that they are about: at its header, or on lines directly above it.
//!
//! What is read becomes a waiver like any other. What is not read is told: a comment for keyroll is never passed over.

use std::ops::Range;

use toml_parser::lexer::TokenKind;

use crate::manifest::directive::{self, Directive};
use crate::manifest::listed::waiver_key;
use crate::manifest::problem::Fault;
use crate::manifest::reading::Teller;
use crate::manifest::record::Declared;
use crate::manifest::tokens::Tokens;
use crate::model::approval::Waiver;
use crate::model::record::{Kind, RecordId};

/// The most waivers that the comments of one file make: one line may declare many records.
const MOST: usize = 10_000;

/// The comments of one file that waive something, in the order of the text.
#[derive(Default)]
pub(super) struct Comments {
    list: Vec<Comment>,
    made: usize,
}

struct Comment {
    span: Range<usize>,
    /// The line whose records it is about; empty where there is none.
    line: Range<usize>,
    waiver: Waiver,
    is_used: bool,
}

impl Comments {
    /// Reads the comments of a file; what is wrong with one is told.
    pub fn of(tokens: &Tokens<'_>, tell: &mut Teller<'_>) -> Comments {
        let mut reader = Lines::default();
        if directive::may_hold(tokens.text) {
            reader.read(tokens, tell);
        }
        Comments {
            list: reader.done,
            made: 0,
        }
    }

    /// The waivers of a record, as records of their own. A record that could not be read has none: nothing is judged of it.
    pub fn waive(&mut self, record: &Declared, head: usize) -> Vec<Declared> {
        let from = self
            .list
            .partition_point(|comment| comment.line.end <= head);
        let here = self.list.iter_mut().skip(from);
        let mut waivers = Vec::new();
        for comment in here.take_while(|comment| comment.line.start <= head) {
            comment.is_used = true;
            if record.record.is_some() && self.made < MOST {
                self.made += 1;
                waivers.push(declared(comment, &record.id));
            }
        }
        waivers
    }

    /// Tells of the comments that stand at no record. Where the file is faulty, that proves nothing of them.
    pub fn finish(self, is_sound: bool, tell: &mut Teller<'_>) {
        if self.made == MOST {
            let message = format!("the comments of the file waive more than {MOST} findings");
            tell.fault(Fault::new(0..0, message).hint("mend the cause, or keep a baseline"));
        }
        for comment in self.list.into_iter().filter(|comment| !comment.is_used) {
            if is_sound {
                let message = "the waiver stands at no record";
                let hint = "put it behind the record's header, or on the line directly above it";
                tell.fault(Fault::new(comment.span, message).hint(hint));
            }
        }
    }
}

fn declared(comment: &Comment, subject: &RecordId) -> Declared {
    let mut waiver = comment.waiver.clone();
    // A key is at most as long as a text may be; what is longer names no record and is found unused.
    waiver.subject = subject.to_string().parse().unwrap_or_default();
    let key = waiver_key(&waiver);
    Declared {
        id: RecordId::new(Kind::Waiver, &key),
        span: comment.span.clone(),
        head: comment.span.start,
        element: 0,
        item: 0,
        record: Some((key, waiver).into()),
    }
}

/// Finds the line that each comment is about, in one pass.
#[derive(Default)]
struct Lines {
    begin: usize,
    /// What stands in the line at hand: whether a comment, and whether anything else.
    has_comment: bool,
    has_content: bool,
    /// Comments whose line is still to come.
    open: Vec<Comment>,
    done: Vec<Comment>,
}

impl Lines {
    fn read(&mut self, tokens: &Tokens<'_>, tell: &mut Teller<'_>) {
        let text = tokens.text;
        let all = tokens.within(0, text.len() as u32);
        for (at, token) in all.iter().enumerate() {
            let start = token.start as usize;
            let end = all
                .get(at + 1)
                .map_or(text.len(), |next| next.start as usize);
            match token.kind {
                TokenKind::Newline => self.end_line(end),
                TokenKind::Whitespace | TokenKind::Eof => {}
                TokenKind::Comment => {
                    self.has_comment = true;
                    self.comment(text.get(start..end).unwrap_or_default(), start, tell);
                }
                TokenKind::Dot
                | TokenKind::Equals
                | TokenKind::Comma
                | TokenKind::LeftSquareBracket
                | TokenKind::RightSquareBracket
                | TokenKind::LeftCurlyBracket
                | TokenKind::RightCurlyBracket
                | TokenKind::Atom
                | TokenKind::BasicString
                | TokenKind::LiteralString
                | TokenKind::MlBasicString
                | TokenKind::MlLiteralString => self.has_content = true,
            }
        }
        self.end_line(text.len());
        self.has_comment = false;
        self.end_line(text.len());
    }

    fn comment(&mut self, text: &str, start: usize, tell: &mut Teller<'_>) {
        let shift = |span: Range<usize>| start + span.start..start + span.end;
        match directive::parse(text) {
            None => {}
            Some(Ok(Directive { waiver, .. })) => self.open.push(Comment {
                span: shift(0..text.trim_end().len()),
                line: 0..0,
                waiver,
                is_used: false,
            }),
            Some(Err(fault)) => tell.fault(Fault {
                span: shift(fault.span),
                ..fault
            }),
        }
    }

    /// Ends a line: the comments in and above it are about it. A line of comments alone is passed; an empty one parts them
    /// from what follows.
    fn end_line(&mut self, end: usize) {
        let line = self.begin..end;
        if self.has_content || !self.has_comment {
            let about = if self.has_content { line } else { end..end };
            self.done.extend(self.open.drain(..).map(|comment| Comment {
                line: about.clone(),
                ..comment
            }));
        }
        (self.begin, self.has_comment, self.has_content) = (end, false, false);
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::Manifest;
    use crate::model::finding::FieldPath;

    fn with<T>(text: &str, look: impl FnOnce(Manifest) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, text).unwrap();
        look(crate::manifest::read(&[path]))
    }

    const TEAM: &str = "[team.a]\nname = \"A\"\n";

    fn waived(text: &str) -> Vec<String> {
        with(text, |manifest| {
            assert_eq!(manifest.problems, [], "{text}");
            let keys = manifest.inventory.waivers.keys();
            keys.map(|key| format!("{} {}", key.rule, key.subject))
                .collect()
        })
    }

    fn problems(text: &str) -> Vec<String> {
        let problems = with(text, |manifest| manifest.problems);
        let shown = problems.iter().map(|problem| {
            let line = problem.place.as_ref().map_or(0, |place| place.line);
            format!("{line}: {}", problem.message)
        });
        shown.collect()
    }

    #[test]
    fn a_waiver_stands_at_a_header_or_directly_above_it() {
        assert_eq!(
            waived("[team.a] # keyroll: waive x\nname = \"A\"\n"),
            ["x team/a"]
        );
        assert_eq!(
            waived(&format!(
                "# keyroll: waive x\n# why\r\n  # keyroll: waive y\n{TEAM}"
            )),
            ["x team/a", "y team/a"]
        );
        assert_eq!(
            waived(&format!("\u{feff}# keyroll: waive x\n{TEAM}")),
            ["x team/a"]
        );
        assert_eq!(
            waived("[team]\na = { name = \"A\" } # keyroll: waive x\nb = { name = \"B\" }\n"),
            ["x team/a"]
        );
    }

    #[test]
    fn records_of_lists_are_waived_each() {
        let assignment = "[[assignment]] # keyroll: waive x\nprincipal = \"person/jo\"\nrole = \"r\"\nat = [\"f\", \"g\"]\n";
        let subject = "assignment/person/jo r";
        assert_eq!(
            waived(assignment),
            [format!("x {subject} f"), format!("x {subject} g")]
        );
        let assertion = "[[assert]] # keyroll: waive x\npermission = \"a/b\"\nat = \"f\"\nexpect = \"denied\"\n";
        let subject = "assert/anyone a/b f";
        assert_eq!(waived(assertion), [format!("x {subject}")]);
        // Of two tables, the one that it stands at.
        let two = format!(
            "{}{assertion}",
            assertion
                .replace("a/b", "c/d")
                .replace(" # keyroll: waive x", "")
        );
        assert_eq!(waived(&two), [format!("x {subject}")]);
    }

    #[test]
    fn a_comment_that_stands_at_nothing_is_told() {
        for text in [
            format!("# keyroll: waive x\n\n{TEAM}"),
            format!("{TEAM}members = [] # keyroll: waive x\n"),
            format!("{TEAM}# keyroll: waive x"),
            format!("{TEAM}# keyroll: waive x\n[team.a.b]\n"),
        ] {
            let told = problems(&text);
            assert!(
                told.iter()
                    .any(|told| told.ends_with("stands at no record"))
                    || told.iter().any(|told| told.contains("not a known key")),
                "{text} {told:?}"
            );
        }
        let text = format!("{TEAM}note = \"\"\"\n# keyroll: waive x\n\"\"\"\n");
        assert_eq!(problems(&text), ["3: `note` is not a known key"]);
    }

    #[test]
    fn a_faulty_comment_and_a_second_waiver_are_told_at_their_place() {
        let twice = format!("# keyroll: waive x\n# keyroll: waive x\n{TEAM}");
        assert_eq!(problems(&twice), ["2: `waiver/x team/a` is declared twice"]);
        let listed = format!("# keyroll: wave x\n{TEAM}");
        assert_eq!(
            problems(&listed),
            ["1: `wave` is nothing that keyroll can do"]
        );
        // What cannot be read is no reason to say that the comment stands at nothing.
        let broken = "[team.a] # keyroll: waive x\nname = \n";
        assert_eq!(problems(broken).len(), 1);
    }

    #[test]
    fn a_finding_on_the_waiver_points_into_the_comment() {
        let text = format!("# keyroll: waive x, until 2026-01-01\n{TEAM}");
        with(&text, |manifest| {
            let id = "waiver/x team/a".parse().unwrap();
            let columns = |field: &FieldPath| {
                let place = manifest.place(&id, field).unwrap();
                (place.line, place.column, place.end_column)
            };
            assert_eq!(columns(&FieldPath::record()), (1, 1, 37));
            assert_eq!(columns(&FieldPath::of("until")), (1, 27, 37));
            assert_eq!(columns(&FieldPath::of("owner")), (1, 1, 37));
        });
    }
}
