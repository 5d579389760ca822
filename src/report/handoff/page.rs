//! The pack as one page for a browser: everything in it, no script, nothing fetched, and the policy in its head lets
//! nothing run or load but its own style, by hash.

use std::collections::BTreeMap;

use crate::access::matrix::Matrix;
use crate::model::checklist::{Checked, Line};
use crate::report::escape;
use crate::report::handoff::{
    Block, Gap, Pack, Section, Table, Titled, counted, particulars, shown, table, timeline,
};
use crate::report::html::{MOST_CELLS, class, hash};
use crate::report::matrix::page::part;
use crate::report::summary;
use crate::report::view::{Cell, Tone, Value, View};

const STYLE: &str = include_str!("page.css");

/// The most names that stand beside one gap; the others are counted, and stand in the other forms.
const MOST_NAMES: usize = 60;

/// The characters of a list that stands in one line.
const SHORT_LIST: usize = 40;

pub(super) fn page(pack: &Pack) -> String {
    let organisation = pack.head.organisation.as_deref();
    let title = organisation.unwrap_or("Service accounts");
    let policy = format!(
        "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE)
    );
    let sections: String = pack.sections.iter().map(section).collect();
    [
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n",
        &format!("<meta http-equiv=Content-Security-Policy content=\"{policy}\">\n"),
        "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=referrer content=no-referrer>\n<meta name=robots content=noindex>\n",
        &format!(
            "<title>Handoff: {}, {}</title>\n",
            text(title),
            pack.head.as_of
        ),
        &format!("<style>{STYLE}</style>\n</head>\n<body>\n"),
        "<a class=skip href=\"#main\">Skip the contents</a>\n",
        &header(pack, title),
        &contents(pack),
        "<main id=main>\n",
        &glance(pack),
        &sections,
        "</main>\n</body>\n</html>\n",
    ]
    .concat()
}

/// A text of the roll between tags; what stands in backquotes is a name or a value, and looks so.
fn rich(raw: &str) -> String {
    let safe = text(raw);
    let parts: Vec<&str> = safe.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return safe;
    }
    let parts = parts.iter().enumerate();
    let parts = parts.map(|(at, part)| match at % 2 {
        0 => (*part).to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    parts.collect()
}

fn text(raw: &str) -> String {
    escape::html(&shown(raw))
}

fn header(pack: &Pack, title: &str) -> String {
    let pairs = particulars(&pack.head).into_iter();
    let pairs: String = pairs
        .filter(|(name, _)| *name != "Organisation")
        .map(|(name, value)| format!("<div><dt>{name}<dd>{}</div>\n", escape::html(&value)))
        .collect();
    let notes = pack.head.notes.iter();
    let notes: String = notes
        .map(|note| format!("<p class=note>{}</p>\n", rich(note)))
        .collect();
    format!(
        "<header>\n<p class=kind>Service account handoff</p>\n<h1>{}</h1>\n<p class=\"verdict {}\">{}</p>\n<dl>\n{pairs}</dl>\n\
         {notes}</header>\n",
        text(title),
        tone(pack.verdict.1),
        rich(&pack.verdict.0)
    )
}

fn contents(pack: &Pack) -> String {
    let mut out =
        String::from("<nav aria-label=Contents>\n<ol>\n<li><a href=\"#glance\">At a glance</a>\n");
    for section in &pack.sections {
        out.push_str(&format!(
            "<li><a href=\"#{}\">{}</a>{}\n",
            section.id,
            section.title,
            count(section)
        ));
    }
    out + "</ol>\n</nav>\n"
}

/// How much is missing in a section, to stand beside its name.
fn count(section: &Section) -> String {
    let missed = section.missed();
    missed.map_or(String::new(), |missed| {
        format!(" <span class=count>{missed}</span>")
    })
}

fn glance(pack: &Pack) -> String {
    let mut out = String::from(
        "<section id=glance aria-labelledby=h-glance>\n<h2 id=h-glance>At a glance</h2>\n\
         <p class=lead>What somebody has to know who takes these service accounts over, or answers for them: which there are and what \
         for, what each may do and where, where its secret lives and who replaces it, what was tested, and what is missing.</p>\n\
         <ul class=figures>\n",
    );
    for figure in &pack.figures {
        let tone = figure.tone.map_or("", tone);
        let title = figure.title;
        let title = figure.place.map_or(title.to_owned(), |place| {
            format!("<a href=\"#{place}\">{title}</a>")
        });
        out.push_str(&format!(
            "<li class=\"{tone}\"><b>{}</b> {title}\n",
            counted(figure),
        ));
    }
    out.push_str("</ul>\n<h3>What is missing</h3>\n");
    let lines = pack.sections.iter().filter_map(|one| {
        let missed = one.missed_of_all()?;
        Some(format!(
            "<li><a href=\"#{}\">{}</a>: {missed}\n",
            one.id, one.title
        ))
    });
    let lines: String = lines.collect();
    match lines.is_empty() {
        true => out.push_str("<p class=whole>Nothing: every part of the pack is there.</p>\n"),
        false => out.push_str(&format!("<ul class=plain>\n{lines}</ul>\n")),
    }
    out + "</section>\n"
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Warning => "warning",
        Tone::Error => "error",
        Tone::Muted => "muted",
    }
}

fn section(section: &Section) -> String {
    let id = section.id;
    let blocks = section.blocks.iter().map(|block| match block {
        Block::Table(table) => tabled(table),
        Block::Matrix(titled) => matrix(titled),
        Block::Checklist(titled) => checklist(titled),
        Block::Timeline(drawn) => {
            let svg = timeline::svg(drawn);
            match svg.is_empty() {
                true => svg,
                false => format!(
                    "<h3>Rotations, past and planned</h3>\n<div class=\"scroll picture\" role=region aria-label=\"Rotations, \
                     drawn\" tabindex=0>\n{svg}</div>\n"
                ),
            }
        }
    });
    let blocks: String = blocks.collect();
    format!(
        "<section id={id} aria-labelledby=h-{id}>\n<h2 id=h-{id}>{}{}</h2>\n<p class=lead>{}</p>\n{}{blocks}</section>\n",
        section.title,
        count(section),
        rich(&section.lead),
        gaps(section)
    )
}

/// What is missing, each with the records that it is missing of.
fn gaps(section: &Section) -> String {
    if section.gaps.is_empty() {
        return String::new();
    }
    let mut by_what: BTreeMap<&str, Vec<&Gap>> = BTreeMap::new();
    for gap in &section.gaps {
        by_what.entry(&gap.what).or_default().push(gap);
    }
    let mut out = format!(
        "<div class=gaps>\n<h3>Missing: {}</h3>\n<ul>\n",
        section.gaps.len()
    );
    for (what, gaps) in by_what {
        let names = gaps.iter().take(MOST_NAMES).map(|gap| text(plain(gap)));
        let mut names: Vec<String> = names.collect();
        let more = gaps.len() - names.len();
        names.extend((more > 0).then(|| format!("{more} more")));
        let way = gaps.iter().find_map(|gap| gap.way.as_deref());
        let way = way.map_or(String::new(), |way| {
            let first = if gaps.len() > 1 { "the first: " } else { "" };
            format!("<span class=way>{first}{}</span>", rich(way))
        });
        out.push_str(&format!(
            "<li><strong>{}</strong> <span class=names>{}</span>{way}\n",
            rich(what),
            names.join(", ")
        ));
    }
    out + "</ul>\n</div>\n"
}

/// The name of a record, without saying of each account that it is one.
fn plain(gap: &Gap) -> &str {
    gap.subject.strip_prefix("account/").unwrap_or(&gap.subject)
}

fn tabled(table: &Table) -> String {
    let title = text(&table.title);
    if table.view.rows.is_empty() {
        return format!("<h3>{title}</h3>\n<p class=none>{}</p>\n", table.empty);
    }
    let view = table::filled(table);
    format!("<h3>{title}</h3>\n{}", rows(&view.masked(), &title))
}

fn scrolled(title: &str, class: &str, table: &str) -> String {
    format!(
        "<div class=scroll role=region aria-label=\"{title}\" tabindex=0>\n<table class=\"{class}\">\n\
         <caption>{title}</caption>\n{table}</table>\n</div>\n"
    )
}

fn rows(view: &View, title: &str) -> String {
    let room = MOST_CELLS / view.columns.len().max(1);
    let shown = &view.rows[..view.rows.len().min(room)];
    let heads = view.columns.iter();
    let heads: String = heads
        .map(|column| format!("<th scope=col>{}", text(&column.title)))
        .collect();
    let mut table = format!("<thead>\n<tr>{heads}</tr>\n</thead>\n");
    // Rows of one name stand together under it.
    for together in shown.chunk_by(|a, b| a.first() == b.first()) {
        table.push_str("<tbody>\n");
        for (at, row) in together.iter().enumerate() {
            table.push_str(&one(view, row, (at == 0).then_some(together.len())));
        }
        table.push_str("</tbody>\n");
    }
    let more = view.rows.len() - shown.len();
    scrolled(title, "view", &table) + &cut(more)
}

/// One row; the first of a name has its heading, over so many rows.
fn one(view: &View, row: &[Cell], heads: Option<usize>) -> String {
    let cells = view.columns.iter().zip(view.cells(row)).enumerate();
    let cells = cells.filter_map(|(at, (column, cell))| {
        let tag = match (at, heads) {
            (0, None) => return None,
            (0, Some(1)) => "th scope=row".to_owned(),
            (0, Some(rows)) => format!("th scope=rowgroup rowspan={rows}"),
            _ => "td".to_owned(),
        };
        let class = class(column.align, cell);
        Some(format!("<{tag}{class}>{}", inside(cell)))
    });
    format!("<tr>{}</tr>\n", cells.collect::<String>())
}

/// What stands in a cell: the items of a list in one line where they fit, else below each other.
fn inside(cell: &Cell) -> String {
    match &cell.value {
        Value::List(items) => {
            let length: usize = items.iter().map(|item| item.chars().count() + 2).sum();
            let between = if length <= SHORT_LIST { ", " } else { "<br>" };
            let items: Vec<String> = items.iter().map(|item| rich(item)).collect();
            items.join(between)
        }
        // Whole, so that somebody can check it; broken where the column wants it to.
        Value::Digest(digits) => {
            let parts = digits.as_bytes().chunks(16).map(String::from_utf8_lossy);
            parts.collect::<Vec<_>>().join("<wbr>")
        }
        Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Missing => {
            rich(&cell.joined(", "))
        }
    }
}

/// That a page holds less than all.
fn cut(rows: usize) -> String {
    match rows {
        0 => String::new(),
        rows => format!(
            "<p class=note>{} more than a browser bears: the JSON of this pack has all.</p>\n",
            summary::counted(rows, "row")
        ),
    }
}

fn matrix(titled: &Titled<Matrix>) -> String {
    let title = text(&titled.title);
    let (class, table, legend, more) = part(&titled.what);
    format!(
        "<h3>{title}</h3>\n{}{legend}{}",
        scrolled(&title, class, &table),
        cut(more)
    )
}

fn checklist(titled: &Titled<Vec<(String, Vec<Checked>)>>) -> String {
    let title = text(&titled.title);
    let heads: String = Line::ALL
        .iter()
        .map(|line| {
            format!(
                "<th scope=col title=\"{}\">{}",
                text(line.asks()),
                line.title()
            )
        })
        .collect();
    let mut table = format!("<thead>\n<tr><th scope=col>Account{heads}</tr>\n</thead>\n<tbody>\n");
    for (account, lines) in &titled.what {
        table.push_str(&format!("<tr><th scope=row>{}", text(account)));
        for checked in lines {
            let on = checked
                .on
                .map_or(String::new(), |on| format!("<small>{on}</small>"));
            table.push_str(&format!(
                "<td class=\"mark {}\" title=\"{}\"><span>{}</span>{on}",
                tone(table::tone(checked.standing)),
                text(&checked.why),
                checked.standing.as_str().replace('-', " ")
            ));
        }
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody>\n");
    let asks = Line::ALL.iter();
    let asks: String = asks
        .map(|line| format!("<div><dt>{}<dd>{}</div>\n", line.title(), line.asks()))
        .collect();
    let told = rows(
        &table::checklist(&titled.what).masked(),
        "What each stands on",
    );
    format!(
        "<h3>{title}</h3>\n{}<dl class=asks>\n{asks}</dl>\n<h3>What each stands on</h3>\n{told}",
        scrolled(&title, "view checklist", &table)
    )
}
