//! Reads the tables of `docs/spec`: a row per requirement.

/// What a page says.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    /// `line: what is wrong`.
    pub(super) problems: Vec<String>,
}

/// One requirement; what is said of it in prose is for people.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) code: Vec<String>,
    pub(super) tests: Vec<String>,
}

/// Planned parts that have no issue yet, as rows name them: a list, so that none says "some day".
const WITHOUT_ISSUE: [&str; 2] = ["other stores", "trusted browsers"];

const COLUMNS: [&str; 4] = ["requirement", "status", "code", "tests"];

/// Reads all tables of a page that have the four columns, in any order and among others.
pub(super) fn rows(text: &str) -> Page {
    let mut page = Page::default();
    let mut columns: Option<[usize; 4]> = None;
    let mut in_table = false;
    let mut tables = 0_usize;
    for (index, line) in text.lines().enumerate() {
        let number = index.saturating_add(1);
        let Some(cells) = cells(line) else {
            in_table = false;
            continue;
        };
        if !in_table {
            in_table = true;
            columns = heading(&cells, number, &mut page.problems);
            tables = tables.saturating_add(usize::from(columns.is_some()));
        } else if let Some(columns) = &columns
            && !is_rule(&cells)
        {
            let cell = columns.map(|column| cells.get(column).map_or("", String::as_str));
            read_row(number, cell, &mut page);
        }
    }
    if tables == 0 {
        page.problems.push(format!(
            "1: no table with the columns {}",
            COLUMNS.join(" | ")
        ));
    }
    page
}

/// Where the four columns are; a table with some of them only is a mistake, one with none is prose.
fn heading(cells: &[String], line: usize, problems: &mut Vec<String>) -> Option<[usize; 4]> {
    let places = COLUMNS.map(|name| {
        cells
            .iter()
            .position(|cell| cell.eq_ignore_ascii_case(name))
    });
    if let [Some(requirement), Some(status), Some(code), Some(tests)] = places {
        return Some([requirement, status, code, tests]);
    }
    if places.iter().any(Option::is_some) {
        problems.push(format!(
            "{line}: this table lacks one of {}",
            COLUMNS.join(" | ")
        ));
    }
    None
}

fn read_row(line: usize, [requirement, status, code, tests]: [&str; 4], page: &mut Page) {
    let mut wrong = |what: &str| page.problems.push(format!("{line}: {what}"));
    if requirement.is_empty() {
        wrong("the requirement is missing");
    }
    let code = quoted(code);
    let tests = quoted(tests);
    match Status::parse(status) {
        None => wrong(&format!(
            "the status `{status}` is none of `done`, `caller`, `later: issue N` (or one of the \
             parts without an issue), `not done: reason`"
        )),
        Some(Status::Done) => {
            if code.is_empty() {
                wrong("done, but no code symbol in backticks");
            }
            if tests.is_empty() {
                wrong("done, but no test in backticks");
            }
        }
        Some(Status::Elsewhere) => {}
    }
    page.rows.push(Row { line, code, tests });
}

enum Status {
    Done,
    /// The caller's task, a later issue's, or left out for a reason.
    Elsewhere,
}

impl Status {
    fn parse(text: &str) -> Option<Self> {
        if text == "done" {
            return Some(Self::Done);
        }
        let later = text.strip_prefix("later: ").is_some_and(|part| {
            let issue = part.strip_prefix("issue ").unwrap_or_default();
            let numbered = !issue.is_empty() && issue.bytes().all(|byte| byte.is_ascii_digit());
            numbered || WITHOUT_ISSUE.contains(&part)
        });
        let refused = text
            .strip_prefix("not done: ")
            .is_some_and(|reason| !reason.is_empty());
        (text == "caller" || later || refused).then_some(Self::Elsewhere)
    }
}

/// The cells of a table line, or `None` if it is not one; `\|` is a bar inside a cell.
fn cells(line: &str) -> Option<Vec<String>> {
    let line = line.trim().strip_prefix('|')?;
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for next in line.chars() {
        if next == '|' && !escaped {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            if next == '|' {
                cell.pop();
            }
            cell.push(next);
        }
        escaped = next == '\\' && !escaped;
    }
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    Some(cells.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// The line of dashes under a heading.
fn is_rule(cells: &[String]) -> bool {
    cells
        .iter()
        .all(|cell| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':')))
}

/// What stands in backticks.
fn quoted(cell: &str) -> Vec<String> {
    let inside = |(index, part): (usize, &str)| (index % 2 == 1).then(|| part.to_owned());
    cell.split('`').enumerate().filter_map(inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(rows: &str) -> Vec<String> {
        let text = format!("| requirement | status | code | tests |\n|---|---|---|---|\n{rows}\n");
        super::rows(&text).problems
    }

    #[test]
    fn every_status_that_counts() {
        assert!(
            problems(
                "| a | done | `x::Y` | `t.rs::z` |
                 | b | caller | | |
                 | c | later: issue 7 | | |
                 | c | later: other stores | | |
                 | d | not done: nobody asked | | |"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_status_that_says_nothing_is_refused() {
        for status in [
            "",
            "Done",
            "done?",
            "later",
            "later: issue ",
            "later: issue soon",
            "later: some day",
            "later: issue other stores",
            "not done: ",
            "n/a",
        ] {
            let found = problems(&format!("| a | {status} | `x::Y` | `t.rs::z` |"));
            assert_eq!(found.len(), 1, "{status:?}: {found:?}");
        }
    }

    #[test]
    fn done_needs_code_and_a_test() {
        assert_eq!(
            problems("| a | done | verify | some test |"),
            [
                "3: done, but no code symbol in backticks",
                "3: done, but no test in backticks"
            ]
        );
        assert_eq!(
            problems("| a | done |"),
            [
                "3: done, but no code symbol in backticks",
                "3: done, but no test in backticks"
            ]
        );
    }

    #[test]
    fn a_row_without_a_requirement_is_refused() {
        assert_eq!(
            problems("| | caller | | |"),
            ["3: the requirement is missing"]
        );
    }

    #[test]
    fn a_misspelt_heading_is_refused() {
        let page =
            rows("| requirement | state | code | tests |\n|---|---|---|---|\n| a | b | c | d |");
        assert_eq!(
            page.problems,
            [
                "1: this table lacks one of requirement | status | code | tests",
                "1: no table with the columns requirement | status | code | tests"
            ]
        );
    }

    #[test]
    fn other_tables_and_columns_are_left_alone() {
        let text = "
| word | meaning |
|---|---|
| a | b |

| id | Requirement | code | tests | status |
|---|---|---|---|---|
| R1 | the bar \\| is escaped | `x::A`, `x::B` | `t.rs::z` | done |
";
        let page = rows(text);
        assert!(page.problems.is_empty(), "{:?}", page.problems);
        let [row] = page.rows.as_slice() else {
            panic!("{:?}", page.rows)
        };
        assert_eq!(row.line, 8);
        assert_eq!(row.code, ["x::A", "x::B"]);
        assert_eq!(row.tests, ["t.rs::z"]);
    }
}
