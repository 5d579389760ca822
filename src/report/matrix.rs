//! Matrices in every form: folded so that people can read them, long and regular for machines.

mod code;
mod fold;
mod grid;
mod group;
mod mark;
pub(super) mod page;
mod sheet;

use crate::access::effective::Reach;
use crate::access::matrix::{Kind, Mark, Matrix, Row};
use crate::report::format::{Format, Terminal};
use crate::report::view::{Cell, Column, View};
use crate::report::{delimited, json};

/// The matrix; as text for people, nothing where it has no row.
pub fn render(matrix: &Matrix, format: Format, terminal: &Terminal) -> String {
    match format {
        Format::Table => grid::text(&fold::fold(matrix), terminal),
        Format::Md => grid::markdown(&fold::fold(matrix)),
        Format::Json => json::document(&view(matrix)),
        Format::Jsonl => json::lines(&view(matrix)),
        Format::Csv => delimited::csv(&view(matrix)),
        Format::Tsv => delimited::tsv(&view(matrix)),
        Format::Html => page::page(matrix),
    }
}

/// One row a holder, one column for each thing held: the shape that a spreadsheet or a script keeps for years.
///
/// A cell is the effect's word, `unknown` where no glossary has it, `yes` for levels and roles (`team` where a team gives the
/// role), missing where not held; of the effective actions the reach's word, `none` too.
pub fn view(matrix: &Matrix) -> View {
    let (kind, fixed): (_, &[&str]) = match matrix.kind {
        Kind::Permissions => ("matrix-permissions", ACCOUNT),
        Kind::Scopes => ("matrix-scopes", ACCOUNT),
        Kind::Levels => ("matrix-levels", ACCOUNT),
        Kind::Roles => ("matrix-roles", &["principal", "boundary"]),
        Kind::Effective => ("matrix-effective", STANDING),
    };
    let mut columns: Vec<Column> = fixed.iter().map(|name| Column::new(*name)).collect();
    columns.extend(matrix.columns.iter().map(|column| {
        // A scope or a role may be called what a fixed column is called.
        let name = match matrix.kind {
            Kind::Roles => format!("role/{}", column.key),
            kind if fixed.contains(&column.key.as_str()) => format!("{kind}:{}", column.key),
            Kind::Permissions | Kind::Scopes | Kind::Levels | Kind::Effective => column.key.clone(),
        };
        Column::new(name).titled(column.key.clone())
    }));
    let mut view = View::new(kind, columns);
    view.rows = matrix.rows.iter().map(|row| cells(matrix, row)).collect();
    view
}

const ACCOUNT: &[&str] = &["account", "provider", "environment", "level", "boundary"];

/// `account-status`, as `status` is an action class.
const STANDING: &[&str] = &[
    "account",
    "provider",
    "environment",
    "level",
    "account-status",
    "boundary",
];

fn cells(matrix: &Matrix, row: &Row) -> Vec<Cell> {
    let mut cells = vec![Cell::text(&row.name)];
    match matrix.kind {
        Kind::Permissions | Kind::Scopes | Kind::Levels => cells.extend([
            Cell::optional(row.provider.as_ref()),
            Cell::optional(row.environment.as_ref()),
            Cell::optional(row.level),
            Cell::list(&row.boundary),
        ]),
        Kind::Effective => cells.extend([
            Cell::optional(row.provider.as_ref()),
            Cell::optional(row.environment.as_ref()),
            Cell::optional(row.level),
            Cell::optional(row.status),
            Cell::list(&row.boundary),
        ]),
        // An assignment has one boundary; none is a fault.
        Kind::Roles => cells.push(Cell::optional(row.boundary.first())),
    }
    let mut held = row.held.iter().peekable();
    cells.extend((0..matrix.columns.len()).map(
        |at| match held.next_if(|(column, _)| *column == at) {
            Some((_, Mark::Effect(effect))) => Cell::text(effect),
            Some((_, Mark::Unknown)) => Cell::text("unknown"),
            Some((_, Mark::Held)) => Cell::text("yes"),
            Some((_, Mark::ByTeam)) => Cell::text("team"),
            Some((_, Mark::Reach(reach))) => Cell::text(reach),
            None if matrix.kind == Kind::Effective => Cell::text(Reach::Nothing),
            None => Cell::missing(),
        },
    ));
    cells
}

#[cfg(test)]
mod sample;

#[cfg(test)]
mod tests {
    use super::sample::{inventory, with_glossaries};
    use super::*;
    use crate::access::matrix::{self, Filter};
    use serde_json::Value as Json;

    fn at(width: u16) -> Terminal {
        Terminal {
            width: Some(width),
            color: false,
        }
    }

    fn permissions(filter: &Filter) -> Matrix {
        with_glossaries(|lookup| matrix::permissions(&inventory(), lookup, filter))
    }

    fn one_section() -> Filter {
        Filter {
            provider: Some("unicmms".parse().unwrap()),
            environment: Some("production".parse().unwrap()),
            ..Filter::default()
        }
    }

    #[test]
    fn permissions_are_folded_into_groups_that_fit_80_columns() {
        let text = render(&permissions(&one_section()), Format::Table, &at(80));
        snapbox::assert_data_eq!(
            text,
            snapbox::str![[r#"
unicmms production (unicmms-production-*)
ACCOUNT               As  Fa  Hi  Me  Pa  WO   WR
draft-berlin          .   .   .   .   .   .    c
draft-billund         .   .   .   .   .   .    c
draft-hawthorne       .   .   .   .   .   .    c
import-berlin         r   r   r   .   .   r    .
import-billund        r   r   r   .   .   r    .
import-hawthorne      r   r   r   .   .   r    .
status-berlin         .   .   .   .   .   rs   .
status-billund        .   .   .   .   .   rs   .
status-hawthorne      .   .   .   .   .   rs   .
writeback-berlin      d?  .   .   r   r   rux  .
writeback-billund     d?  .   .   r   r   rux  .
writeback-hawthorne   d?  .   .   r   r   rux  .

As Asset          Hi Hierarchy      Pa Part           WR Work Request
Fa Facility       Me Meter          WO Work Order

r read   c create   u update   s state   x closeout   d destroy
? not in the glossary

"#]]
        );
        let all = render(&permissions(&Filter::default()), Format::Table, &at(80));
        assert!(
            all.lines().count() < 60,
            "36 accounts on two screens:\n{all}"
        );
    }

    #[test]
    fn a_group_shows_its_permissions_by_number() {
        let filter = Filter {
            group: Some("Work Order".to_owned()),
            level: Some(crate::model::access::Level::WriteBack),
            ..Filter::default()
        };
        let text = render(&permissions(&filter), Format::Table, &at(80));
        snapbox::assert_data_eq!(
            text,
            snapbox::str![[r#"
maximo production (maximo-production-*)
ACCOUNT               1  2  3
writeback-berlin      ?  ?  ?
writeback-billund     ?  ?  ?
writeback-hawthorne   ?  ?  ?

unicmms production (unicmms-production-*)
ACCOUNT               1  2  3
writeback-berlin      u  x  r
writeback-billund     u  x  r
writeback-hawthorne   u  x  r

unicmms test (unicmms-test-*)
ACCOUNT               1  2  3
writeback-berlin      u  x  r
writeback-billund     u  x  r
writeback-hawthorne   u  x  r

1 work-order/edit-work-order
2 work-order/manage-work-order-closeout
3 work-order/view-work-orders

r read   u update   x closeout   ? not in the glossary

"#]]
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let all = Filter {
            all: true,
            ..Filter::default()
        };
        let scopes = with_glossaries(|lookup| matrix::scopes(&inventory(), lookup, &all));
        let matrices = [
            permissions(&all),
            scopes,
            matrix::levels(&inventory(), &all),
            matrix::roles(&inventory(), &all),
        ];
        for width in [40, 60, 80, 120, 200] {
            for matrix in &matrices {
                let text = render(matrix, Format::Table, &at(width));
                let over = text
                    .lines()
                    .find(|line| line.chars().count() > usize::from(width));
                assert_eq!(over, None, "{} at {width}", matrix.kind);
            }
        }
    }

    #[test]
    fn levels_and_roles_say_where() {
        let levels = matrix::levels(&inventory(), &one_section());
        let text = render(&levels, Format::Table, &at(80));
        assert!(
            text.contains("ROI  AS  DH  SS  WB  Cl  AAD  BOUNDARY"),
            "{text}"
        );
        let roles = matrix::roles(&inventory(), &Filter::default());
        snapbox::assert_data_eq!(
            render(&roles, Format::Table, &at(80)),
            snapbox::str![[r#"
(no boundary)
PRINCIPAL          machine-operator
person/anna-berg   x

femo
PRINCIPAL          machine-operator  workshop-manager  BOUNDARY
person/anna-berg   .                 x                 femo
person/jo-miller   x                 x                 femo/hawthorne

"#]]
        );
    }

    #[test]
    fn a_spreadsheet_gets_one_row_an_account_and_one_column_a_permission() {
        let filter = Filter {
            site: Some("femo/berlin".parse().unwrap()),
            ..one_section()
        };
        let scopes = with_glossaries(|lookup| matrix::scopes(&inventory(), lookup, &filter));
        snapbox::assert_data_eq!(
            render(&scopes, Format::Csv, &Terminal::PIPE),
            snapbox::str![[r#"
account,provider,environment,level,boundary,base.read,cmms.draft,cmms.status,cmms.writeback
unicmms-production-draft-berlin,unicmms,production,draft-handoff,femo/berlin,read,create,,
unicmms-production-import-berlin,unicmms,production,read-only-import,femo/berlin,read,,,
unicmms-production-status-berlin,unicmms,production,status-sync,femo/berlin,read,,state,
unicmms-production-writeback-berlin,unicmms,production,write-back,femo/berlin,read,,,update

"#]]
        );
        let json = render(&permissions(&filter), Format::Json, &Terminal::PIPE);
        let json: Json = serde_json::from_str(&json).unwrap();
        assert_eq!(json["kind"], "matrix-permissions");
        assert_eq!(json["rows"][3]["asset/delete-asset"], "destroy");
        assert_eq!(json["rows"][3]["asset/everything"], "unknown");
        assert_eq!(json["rows"][0]["asset/everything"], Json::Null);
        let roles = matrix::roles(&inventory(), &Filter::default());
        let csv = render(&roles, Format::Csv, &Terminal::PIPE);
        assert!(
            csv.starts_with("principal,boundary,role/machine-operator,"),
            "{csv}"
        );
    }

    #[test]
    fn a_page_gets_whole_names() {
        let filter = Filter {
            account: Some("unicmms-production-status-berlin".parse().unwrap()),
            ..Filter::default()
        };
        let expected = [
            "### unicmms production (unicmms-production-\\*)",
            "",
            "| ACCOUNT | work-order/manage-work-order-status | work-order/view-work-orders |",
            "| --- | --- | --- |",
            "| status-berlin | s | r |",
            "",
            "r read, s state",
            "",
        ];
        let page = render(&permissions(&filter), Format::Md, &Terminal::PIPE);
        assert_eq!(page, expected.join("\n"));
    }

    #[test]
    fn each_reach_has_a_letter_and_a_word() {
        use crate::model::access::ActionClass;
        use crate::model::account::AccountStatus;
        let mut effective = matrix::levels(&inventory(), &one_section());
        effective.kind = Kind::Effective;
        let column = |class: &ActionClass| matrix::Column {
            key: class.to_string(),
            title: class.to_string(),
            ..effective.columns[0].clone()
        };
        effective.columns = ActionClass::ALL.iter().map(column).collect();
        effective.rows.truncate(1);
        let reaches = Reach::ALL.iter().filter(|it| **it != Reach::Nothing);
        effective.rows[0].held = (0..).zip(reaches.map(|it| Mark::Reach(*it))).collect();
        effective.rows[0].status = Some(AccountStatus::Suspended);
        snapbox::assert_data_eq!(
            render(&effective, Format::Table, &at(80)),
            snapbox::str![[r#"
unicmms production (unicmms-production-*)
ACCOUNT        Re  At  Dr  Ha  St  WB  Cl  BOUNDARY
draft-berlin   F   U   ?   P   S   .   .   femo/berlin (suspended)

Re read         Dr draft        St status       Cl closeout
At attachment   Ha handoff      WB write-back

F full: both sides allow it, and it is approved
U unapproved: both sides allow it   ? unclear: not in a glossary
P half: the provider alone allows it
S half: the platform (scopes) alone allows it

"#]]
        );
        let csv = render(&effective, Format::Csv, &Terminal::PIPE);
        let row =
            "suspended,femo/berlin,full,unapproved,unclear,provider-only,platform-only,none,none\n";
        assert!(csv.ends_with(row), "{csv}");
    }

    #[test]
    fn a_hostile_glossary_is_harmless() {
        let mut hostile = permissions(&Filter::default());
        for (at, column) in hostile.columns.iter_mut().enumerate() {
            column.group = format!("\u{1b}[2J|<b>\u{202e}{}", at % 3);
            column.title = "::error::\u{9b}\n`x`".to_owned();
        }
        let unsafe_in = |text: &str| {
            text.chars()
                .any(|c| c != '\n' && crate::report::escape::is_unsafe(c))
        };
        for width in [None, Some(60)] {
            let terminal = Terminal {
                width,
                color: false,
            };
            assert!(!unsafe_in(&render(&hostile, Format::Table, &terminal)));
            let page = render(&hostile, Format::Md, &terminal);
            assert!(!unsafe_in(&page) && !page.contains("<b>"), "{page}");
        }
    }

    #[test]
    fn nothing_selected_is_nothing_for_people() {
        let nobody = permissions(&Filter {
            tenant: Some("acme".parse().unwrap()),
            ..Filter::default()
        });
        assert_eq!(render(&nobody, Format::Table, &at(80)), "");
        assert_eq!(render(&nobody, Format::Md, &at(80)), "");
    }
}
