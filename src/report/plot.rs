//! Months as columns and one line a name: what happens when, drawn in characters.

use unicode_width::UnicodeWidthStr;

use crate::model::date::Date;
use crate::report::escape;
use crate::report::format::Terminal;
use crate::report::paint;
use crate::report::view::Tone;

/// The columns of a month, the blank behind it among them: the widest first.
const WIDTHS: [usize; 3] = [4, 3, 2];

/// The fewest columns of a name that is cut for want of room.
const NARROWEST: usize = 12;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plot {
    pub from: Date,
    /// The last day.
    pub to: Date,
    pub lines: Vec<Line>,
}

/// What happens to one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub marks: Vec<(Date, Mark)>,
    /// First and last days on which nothing happens.
    pub shut: Vec<(Date, Date)>,
}

/// What happens on a day. Of two in one place, the later in this list is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Rotation,
    End,
    Late,
}

impl Mark {
    const ALL: [Mark; 3] = [Mark::Rotation, Mark::End, Mark::Late];

    fn sign(self, ascii: bool) -> char {
        match (self, ascii) {
            (Mark::Rotation, false) => '●',
            (Mark::Rotation, true) => 'o',
            (Mark::End, false) => '×',
            (Mark::End, true) => 'x',
            (Mark::Late, false) => '▲',
            (Mark::Late, true) => '!',
        }
    }

    fn words(self) -> &'static str {
        match self {
            Mark::Rotation => "rotation",
            Mark::End => "end",
            Mark::Late => "late or overdue",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Mark::Rotation => Tone::Good,
            Mark::End => Tone::Warning,
            Mark::Late => Tone::Error,
        }
    }
}

/// How blacked-out days are drawn, and days on which nothing happens.
fn ground(is_shut: bool, ascii: bool) -> char {
    match (is_shut, ascii) {
        (true, false) => '░',
        (true, true) => '#',
        (false, false) => '·',
        (false, true) => '.',
    }
}

impl Plot {
    /// The columns that it takes where nothing is cut.
    pub fn width(&self) -> usize {
        self.longest_name() + 2 + self.months().len() * WIDTHS[WIDTHS.len() - 1]
    }

    fn longest_name(&self) -> usize {
        let widths = self
            .lines
            .iter()
            .map(|line| escape::terminal(&line.name).width());
        widths.max().unwrap_or(0)
    }

    /// The first days of the months that are drawn.
    fn months(&self) -> Vec<Date> {
        let first = self.from.plus_days(1 - i64::from(self.from.day()));
        let months = (0..).map(|months| first.plus_months(months));
        // At the end of the calendar the months stand still.
        let mut months: Vec<Date> = months
            .take_while(|month| *month <= self.to)
            .take(2400)
            .collect();
        months.dedup();
        months
    }
}

/// The plot, with what its signs mean below; nothing where there is no line.
pub fn plot(plot: &Plot, ascii: bool, terminal: &Terminal) -> String {
    if plot.lines.is_empty() {
        return String::new();
    }
    let months = plot.months();
    let name = plot.longest_name();
    let room = terminal.width.map_or(usize::MAX, usize::from);
    let fits = |width: &usize| name + 2 + months.len() * width <= room;
    let each = WIDTHS
        .into_iter()
        .find(fits)
        .unwrap_or(WIDTHS[WIDTHS.len() - 1]);
    let name = name.min(room.saturating_sub(2 + months.len() * each).max(NARROWEST));
    let mut out = heading(&months, name, each, terminal.color);
    let mut drawn: Vec<Mark> = Vec::new();
    let mut is_shut_anywhere = false;
    for line in &plot.lines {
        let shown = escape::cut(&escape::terminal(&line.name), name);
        let mut row = format!("{shown}{}  ", " ".repeat(name - shown.width()));
        for month in &months {
            for part in 0..each - 1 {
                let days = days_of(*month, part, each - 1);
                let mark = mark(line, days, plot.from);
                let is_shut = line
                    .shut
                    .iter()
                    .any(|(from, to)| *from <= days.1 && days.0 <= *to);
                drawn.extend(mark);
                is_shut_anywhere |= is_shut && mark.is_none();
                row.push_str(&match mark {
                    Some(mark) => sign(mark.sign(ascii), mark.tone(), terminal.color),
                    None => sign(ground(is_shut, ascii), Tone::Muted, terminal.color),
                });
            }
            row.push(' ');
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    let marks = Mark::ALL.into_iter().filter(|mark| drawn.contains(mark));
    let mut legend: Vec<String> = marks
        .map(|mark| format!("{} {}", mark.sign(ascii), mark.words()))
        .collect();
    if is_shut_anywhere {
        legend.push(format!("{} blackout", ground(true, ascii)));
    }
    out.push_str(&format!("\n{}\n", legend.join("   ")));
    out
}

/// The years, and below them the months.
fn heading(months: &[Date], name: usize, each: usize, color: bool) -> String {
    let blank = " ".repeat(name + 2);
    let (mut years, mut titles) = (blank.clone(), blank);
    for (at, month) in months.iter().enumerate() {
        let title = MONTHS.get(month.month() as usize - 1).unwrap_or(&"");
        titles.push_str(&format!("{:each$}", &title[..(each - 1).min(3)]));
        if at == 0 || month.month() == 1 {
            let column = name + 2 + at * each;
            // The year of a month or two at the beginning gives way to the next.
            if years.len() >= column && at > 0 {
                years.truncate(name + 2);
            }
            years.push_str(&" ".repeat(column.saturating_sub(years.len())));
            years.push_str(&month.year().to_string());
        }
    }
    let line = |text: &str| format!("{}\n", paint::bold(text.trim_end(), color));
    line(&years) + &line(&titles)
}

fn sign(sign: char, tone: Tone, color: bool) -> String {
    paint::toned(&sign.to_string(), tone, color)
}

/// The first and last day of one part of a month.
fn days_of(month: Date, part: usize, parts: usize) -> (Date, Date) {
    let length = month.days_until(month.plus_months(1)).max(1);
    let begin = |part: usize| length * part as i64 / parts as i64;
    (
        month.plus_days(begin(part)),
        month.plus_days(begin(part + 1) - 1),
    )
}

/// What is drawn of a line in some days. What was to happen before the first day stands on it.
fn mark(line: &Line, (first, last): (Date, Date), from: Date) -> Option<Mark> {
    let within = line.marks.iter().filter(|(day, _)| {
        let day = (*day).max(from);
        first <= day && day <= last
    });
    within.map(|(_, mark)| *mark).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn sample() -> Plot {
        let line = |name: &str, marks: &[(&str, Mark)], shut: &[(&str, &str)]| Line {
            name: name.to_owned(),
            marks: marks.iter().map(|(on, mark)| (day(on), *mark)).collect(),
            shut: shut.iter().map(|(from, to)| (day(from), day(to))).collect(),
        };
        Plot {
            from: day("2026-11-22"),
            to: day("2027-11-21"),
            lines: vec![
                line(
                    "etl",
                    &[
                        ("2026-10-01", Mark::Late),
                        ("2027-01-21", Mark::Rotation),
                        ("2027-03-31", Mark::End),
                    ],
                    &[],
                ),
                line(
                    "importer",
                    &[("2026-12-13", Mark::Rotation)],
                    &[("2026-12-20", "2027-01-06")],
                ),
            ],
        }
    }

    #[test]
    fn each_month_is_a_column_and_each_name_a_line() {
        snapbox::assert_data_eq!(
            plot(&sample(), false, &Terminal::PIPE),
            snapbox::str![[r#"
          2026    2027
          Nov Dec Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov
etl       ··▲ ··· ··● ··· ··× ··· ··· ··· ··· ··· ··· ··· ···
importer  ··· ·●░ ░·· ··· ··· ··· ··· ··· ··· ··· ··· ··· ···

● rotation   × end   ▲ late or overdue   ░ blackout

"#]]
        );
    }

    #[test]
    fn a_narrow_terminal_gets_narrow_months_in_plain_letters_where_asked() {
        let terminal = Terminal {
            width: Some(40),
            color: false,
        };
        snapbox::assert_data_eq!(
            plot(&sample(), true, &terminal),
            snapbox::str![[r#"
              2027
          N D J F M A M J J A S O N
etl       ! . o . x . . . . . . . .
importer  . o # . . . . . . . . . .

o rotation   x end   ! late or overdue   # blackout

"#]]
        );
        assert_eq!(sample().width(), 36);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_plot_is_drawn_in_lines_of_one_width(
            name in "\\PC{0,60}", from in 0i64..83_000, months in 1i32..40, at in 0i64..2_000, width in prop::option::of(0u16..200),
        ) {
            let from = day("1970-01-01").plus_days(from);
            let to = from.plus_months(months).plus_days(-1).max(from);
            let marks = vec![(from.plus_days(at), Mark::Rotation)];
            let lines = vec![Line { name, marks, shut: vec![(from, to)] }];
            let text = plot(&Plot { from, to, lines }, false, &Terminal { width, color: false });
            prop_assert!(text.lines().count() >= 4);
            prop_assert!(!text.chars().any(|c| c != '\n' && escape::is_unsafe(c)));
        }
    }
}
