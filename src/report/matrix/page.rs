//! A matrix as one page for a browser: every row and column, marks in their cells, headings that stay in sight.
//!
//! Rows say where they are in words beside their name, columns stand below their groups. Knows no markup but its own.

use std::collections::BTreeSet;

use crate::access::matrix::{Kind, Matrix};
use crate::report::html::{Above, Page};
use crate::report::matrix::fold;
use crate::report::matrix::sheet::{Sheet, marks};

/// A matrix as a part of some page: the classes of its table, what stands in that, the legend below it, and how many rows
/// were left out because a browser would not bear them.
pub(in crate::report) fn part(matrix: &Matrix) -> (&'static str, String, String, usize) {
    let sheet = Sheet::of(matrix);
    let (body, shown) = sheet.body();
    let table = format!("{}{body}", sheet.head());
    let cut = matrix.rows.len() - shown;
    (class(&sheet), table, sheet.legend(), cut)
}

fn class(sheet: &Sheet<'_>) -> &'static str {
    match (sheet.is_upright(), sheet.is_single()) {
        (true, true) => "matrix",
        (false, true) => "matrix tall",
        (_, false) => "matrix tall large",
    }
}

pub(super) fn page(matrix: &Matrix) -> String {
    let sheet = Sheet::of(matrix);
    let (body, shown) = sheet.body();
    let class = class(&sheet);
    let noun = match matrix.kind {
        Kind::Permissions | Kind::Scopes | Kind::Levels | Kind::Effective => "account",
        Kind::Roles => "holder",
    };
    let one = matrix.kind.as_str();
    let one = one.strip_suffix('s').unwrap_or(one);
    let held: BTreeSet<usize> = marks(matrix).map(|(column, _)| column).collect();
    Page {
        above: Above {
            title: &format!("{noun}s × {}", matrix.kind),
            ..Above::default()
        },
        rows: (noun, matrix.rows.len()),
        columns: Some((one, matrix.columns.len())),
        marks: "Effect",
        cut: matrix.rows.len() - shown,
        // Columns that nobody holds were asked for: they stay until they are hidden by hand.
        // So do all where there are many cells: to fit every row anew takes a browser some seconds.
        held: Some(held.len() == matrix.columns.len() && sheet.is_single()),
        class,
        table: &format!("{}{body}", sheet.head()),
        legend: &sheet.legend(),
        notes: &fold::notes(matrix),
    }
    .document()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::matrix::{self, Column, Filter, Mark};
    use crate::model::access::Effect;
    use crate::report::escape;
    use crate::report::matrix::sample::{inventory, with_glossaries};

    fn permissions(filter: &Filter) -> Matrix {
        with_glossaries(|lookup| matrix::permissions(&inventory(), lookup, filter))
    }

    fn one() -> Matrix {
        permissions(&Filter {
            account: Some("unicmms-production-writeback-berlin".parse().unwrap()),
            ..Filter::default()
        })
    }

    fn table(page: &str) -> &str {
        let from = page.find("<table").unwrap();
        &page[from..page.find("<p id=where>").unwrap()]
    }

    /// So many rows and columns, with `held` marks in each row.
    fn made(rows: usize, columns: usize, held: usize) -> Matrix {
        let mut matrix = one();
        let column = matrix.columns[0].clone();
        matrix.columns = (0..columns)
            .map(|n| Column {
                key: format!("asset/view-{n}"),
                ..column.clone()
            })
            .collect();
        let mut row = matrix.rows[0].clone();
        let every = columns / held;
        row.held = (0..held)
            .map(|n| (n * every, Mark::Effect(Effect::Read)))
            .collect();
        matrix.rows = vec![row; rows];
        matrix
    }

    #[test]
    fn columns_stand_below_their_groups_and_rows_say_where() {
        let page = page(&one());
        snapbox::assert_data_eq!(
            table(&page),
            snapbox::str![[r#"
<table class="matrix tall">
<caption>Accounts × permissions</caption>
<thead>
<tr><td><td colspan=4><th scope=colgroup class=group colspan=2 title="Asset"><span>Asset</span><th scope=colgroup class="group code" colspan=1 title="Meter"><span>Me</span><th scope=colgroup class=group colspan=1 title="Part"><span>Part</span><th scope=colgroup class=group colspan=3 title="Work Order"><span>Work Order</span></tr>
<tr><th scope=col>Account<th scope=col class=word data-filter=word>Provider<th scope=col class=word data-filter=word>Environment<th scope=col class=word data-filter=word>Level<th scope=col class=word data-filter=path>Boundary<th scope=col class="mark open" data-key="asset/delete-asset" data-group="Asset" data-effect=destroy><span>delete-asset</span><th scope=col class=mark data-key="asset/everything" data-group="Asset"><span>everything</span><th scope=col class="mark open" data-key="meter/view-meters" data-group="Meter" data-effect=read><span>view-meters</span><th scope=col class="mark open" data-key="part/view-parts" data-group="Part" data-effect=read><span>view-parts</span><th scope=col class="mark open" data-key="work-order/edit-work-order" data-group="Work Order" data-effect=update><span>edit-work-order</span><th scope=col class=mark data-key="work-order/manage-work-order-closeout" data-group="Work Order" data-effect=closeout><span>manage-work-order-closeout</span><th scope=col class=mark data-key="work-order/view-work-orders" data-group="Work Order" data-effect=read><span>view-work-orders</span></tr>
</thead>
<tbody>
<tr><th scope=row>unicmms-production-writeback-berlin<td class=word>unicmms<td class=word>production<td class=word>write-back<td class=word>femo/berlin<td class="d open" title="destroy">d<td class=q title="not in the glossary">?<td class="r open" title="read">r<td class="r open" title="read">r<td class="w open" title="update">u<td class=w title="closeout">x<td class=r title="read">r</tr>
</tbody>
</table>
</div>

"#]]
        );
        assert!(page.contains(">1 account, 7 permissions</p>"));
    }

    #[test]
    fn the_same_matrix_gives_the_same_bytes() {
        let all = || {
            permissions(&Filter {
                all: true,
                ..Filter::default()
            })
        };
        assert_eq!(page(&all()), page(&all()));
    }

    #[test]
    fn every_kind_has_a_page() {
        let (inventory, filter) = (inventory(), Filter::default());
        let roles = page(&matrix::roles(&inventory, &filter));
        assert!(table(&roles).contains("<th scope=col>Principal"));
        assert!(!table(&roles).contains("Provider") && !roles.contains("class=\"legend"));
        let levels = page(&matrix::levels(&inventory, &filter));
        assert!(table(&levels).contains("data-key=\"write-back\""));
        let nothing = Matrix {
            rows: Vec::new(),
            ..matrix::roles(&inventory, &filter)
        };
        assert!(page(&nothing).contains(">0 holders, 2 roles</p>"));
    }

    #[test]
    fn no_text_becomes_markup_and_no_secret_is_shown() {
        let token = ["ghp_16C7e42F292c6912", "E7710c838347Ae178B4a"].concat();
        let hostile = format!("</script><img src=x onerror=\"x()\">'\u{1b}\u{202e}{token}");
        let mut matrix = one();
        for (at, column) in matrix.columns.iter_mut().enumerate() {
            column.group = format!("{hostile}{}", at % 2);
            column.title = hostile.clone();
            column.key = format!("{hostile}{at}");
        }
        matrix.rows[0].name = hostile;
        let page = page(&matrix);
        assert_eq!(page.matches("</script").count(), 1);
        assert!(!page.contains("<img") && !page.contains(&token));
        assert!(!page.contains(|c: char| c != '\n' && escape::is_unsafe(c)));
    }

    #[test]
    fn a_large_matrix_costs_what_is_held() {
        let sparse = page(&made(10_000, 200, 8));
        assert!(sparse.len() < 5_000_000, "{}", sparse.len());
        assert_eq!(sparse.matches("<tr><th scope=row>").count(), 10_000);
        assert!(sparse.contains("<td colspan=24>") && !sparse.contains("class=cut"));
        assert!(sparse.contains("<table class=\"matrix tall large\">"));
    }

    #[test]
    fn a_full_one_is_cut_where_a_browser_would_break_and_says_so() {
        let full = page(&made(10_000, 200, 200));
        assert!(full.len() < 16_000_000, "{}", full.len());
        assert!(full.contains("The first 1463 of 10000 accounts"));
        assert_eq!(full.matches("<tr><th scope=row>").count(), 1463);
    }

    #[test]
    fn no_key_of_the_glossaries_looks_like_a_secret() {
        let all = permissions(&Filter {
            all: true,
            ..Filter::default()
        });
        assert!(!table(&page(&all)).contains("**"));
    }
}
