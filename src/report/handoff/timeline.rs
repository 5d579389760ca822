//! The timeline as a picture of its own: lives of versions as bars, what happens as marks. Nothing in it is fetched, and
//! its colours are classes of the page.

use crate::model::date::Date;
use crate::report::escape;
use crate::report::handoff::{Lane, Life, Mark, Timeline, shown};

/// The most accounts that are drawn.
const MOST: usize = 300;

/// Where days begin and end, in units of the picture.
const LEFT: i64 = 290;
const RIGHT: i64 = 1000;
const WIDTH: i64 = 1012;

/// The height of the heading, and of a line.
const TOP: i64 = 34;
const STEP: i64 = 24;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The longest name that has room beside the days.
const NAME: usize = 42;

/// The picture; nothing where there is no line.
pub(super) fn svg(timeline: &Timeline) -> String {
    let lines = &timeline.lines[..timeline.lines.len().min(MOST)];
    if lines.is_empty() {
        return String::new();
    }
    let height = TOP + STEP * i64::try_from(lines.len()).unwrap_or(0) + 6;
    let scale = Scale::of(timeline);
    let mut out = format!(
        "<svg class=timeline viewBox=\"0 0 {WIDTH} {height}\" role=img aria-labelledby=\"timeline-title timeline-desc\">\n\
         <title id=timeline-title>Rotations, past and planned</title>\n\
         <desc id=timeline-desc>A line for each account, from {} to {}: bars are versions while they live. The table \
         below says the same in words.</desc>\n",
        timeline.from, timeline.to
    );
    out.push_str(&months(timeline, &scale, height));
    for (at, lane) in lines.iter().enumerate() {
        let y = TOP + STEP * i64::try_from(at).unwrap_or(0);
        out.push_str(&line(lane, &scale, y));
    }
    let today = scale.x(timeline.today);
    out.push_str(&format!(
        "<line class=today x1={today} x2={today} y1={} y2={height} />\n</svg>\n",
        TOP - 8
    ));
    out + &legend(lines) + &left_out(timeline)
}

/// Days as places.
struct Scale {
    from: Date,
    to: Date,
    days: i64,
}

impl Scale {
    fn of(timeline: &Timeline) -> Scale {
        let days = timeline.from.days_until(timeline.to).max(1);
        Scale {
            from: timeline.from,
            to: timeline.to,
            days,
        }
    }

    /// Where a day is; what lies outside stands at the edge.
    fn x(&self, day: Date) -> i64 {
        let since = self.from.days_until(day).clamp(0, self.days);
        LEFT + since * (RIGHT - LEFT) / self.days
    }

    fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

fn months(timeline: &Timeline, scale: &Scale, height: i64) -> String {
    let first = timeline
        .from
        .plus_days(1 - i64::from(timeline.from.day()))
        .plus_months(1);
    let months = (0..60).map(|at| first.plus_months(at));
    let mut out = String::new();
    for month in months.take_while(|month| *month <= timeline.to) {
        let x = scale.x(month);
        let name = MONTHS.get(month.month() as usize - 1).unwrap_or(&"");
        let class = if month.month() == 1 { "year" } else { "month" };
        out.push_str(&format!(
            "<line class={class} x1={x} x2={x} y1={} y2={height} /><text class=month x={} y={}>{name}</text>\n",
            TOP - 8,
            x + 3,
            TOP - 12
        ));
        if month.month() == 1 || month == first {
            out.push_str(&format!(
                "<text class=year x={} y=10>{}</text>\n",
                x + 3,
                month.year()
            ));
        }
    }
    out
}

fn line(lane: &Lane, scale: &Scale, y: i64) -> String {
    let name = shown(&lane.name);
    let cut = escape::html(&escape::cut(&escape::terminal(&name), NAME));
    let mut out = format!(
        "<g><title>{}</title>\n<text class=name x=0 y={}>{cut}</text>\n",
        escape::html(&name),
        y + 14
    );
    for life in &lane.lives {
        out.push_str(&bar(life, scale, y));
    }
    for (day, mark) in lane.marks.iter().filter(|(day, _)| scale.holds(*day)) {
        let told = format!("{day}: {}", mark.words());
        out.push_str(&format!(
            "<g><title>{told}</title>{}</g>\n",
            sign(*mark, scale.x(*day), y + 10)
        ));
    }
    out + "</g>\n"
}

fn bar(life: &Life, scale: &Scale, y: i64) -> String {
    if life.to < scale.from || life.from > scale.to {
        return String::new();
    }
    let (from, to) = (scale.x(life.from), scale.x(life.to));
    // Versions that follow each other are told apart by a step.
    let class = if life.number.is_multiple_of(2) {
        "life even"
    } else {
        "life"
    };
    format!(
        "<rect class=\"{class}\" x={from} y={} width={} height=8 rx=2><title>version {}: {} to {}</title></rect>\n",
        y + 6,
        (to - from).max(2),
        life.number,
        life.from,
        life.to
    )
}

/// Each mark by its shape, so that its colour is not alone in telling.
fn sign(mark: Mark, x: i64, y: i64) -> String {
    match mark {
        Mark::Issued => format!("<circle class=issued cx={x} cy={y} r=5 />"),
        Mark::Planned => format!("<circle class=planned cx={x} cy={y} r=4 />"),
        Mark::Overdue => format!(
            "<path class=overdue d=\"M{} {}L{} {}L{} {}Z\" />",
            x,
            y - 7,
            x + 7,
            y + 5,
            x - 7,
            y + 5
        ),
        Mark::End => format!(
            "<path class=end d=\"M{} {}L{} {}M{} {}L{} {}\" />",
            x - 5,
            y - 5,
            x + 5,
            y + 5,
            x - 5,
            y + 5,
            x + 5,
            y - 5
        ),
    }
}

fn legend(lines: &[Lane]) -> String {
    let used = |mark: &Mark| {
        let mut marks = lines.iter().flat_map(|lane| &lane.marks);
        marks.any(|(_, one)| one == mark)
    };
    let mut out = String::from("<ul class=legend aria-label=Marks>\n");
    for mark in Mark::ALL.into_iter().filter(used) {
        out.push_str(&format!(
            "<li><svg class=sign viewBox=\"0 0 20 20\" aria-hidden=true>{}</svg> {}\n",
            sign(mark, 10, 10),
            mark.words()
        ));
    }
    out + "<li><svg class=sign viewBox=\"0 0 20 20\" aria-hidden=true><rect class=life x=1 y=6 width=18 height=8 rx=2 /></svg> a \
           version while it lives\n<li><svg class=sign viewBox=\"0 0 20 20\" aria-hidden=true><line class=today x1=10 x2=10 \
           y1=1 y2=19 /></svg> the day that is judged\n</ul>\n"
}

fn left_out(timeline: &Timeline) -> String {
    match timeline.lines.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!("<p class=note>{more} more accounts stand in the table below alone.</p>\n"),
    }
}
