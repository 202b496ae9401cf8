//! `export`: the selected rows with what the job made of them. Read in pages; a million are never held.

use std::collections::HashSet;

use serde_json::Value;

use super::paged::{PAGE, Paged};
use super::{Error, history};
use crate::model::fold::verdict;
use crate::model::id::RowId;
use crate::model::journey::Journey;
use crate::model::report::{Cell, Column, Fault, List, Report, Tone};
use crate::model::status::RecordStatus;
use crate::store::{self, Job, Read, Record, RecordAsk, RowAsk};

/// Which columns go before the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// The table's, as imported.
    Table,
    /// The metadata fields, as they entered the run.
    Metadata,
}

/// Who reads the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// A program, which gets values as they are: a list stays a list.
    Data,
    /// A spreadsheet whose owner wants texts as they are: a list of texts is one text.
    Raw,
    /// A spreadsheet: what it would run as a formula gets an apostrophe before it.
    Safe,
}

/// Which of the selected rows are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every one, whether the job came to it or not.
    All,
    /// Those whose record stands so.
    Status(RecordStatus),
    /// Those that the job has not come to.
    NotStarted,
}

/// The word of a row that is no record yet.
pub const NOT_STARTED: &str = "not_started";

impl From<Option<RecordStatus>> for Which {
    fn from(status: Option<RecordStatus>) -> Which {
        status.map_or(Which::All, Which::Status)
    }
}

/// A line for each selected row of the job: its number, the columns, how it ended, its outcomes, its first error.
///
/// # Errors
/// When the table or the job's events are gone, or the store cannot be read.
pub fn export<'a>(
    read: &'a dyn Read,
    job: &Job,
    which: impl Into<Which>,
    columns: Columns,
    cells: Cells,
) -> Result<Report<'a>, Error> {
    let states =
        format!("`cxgear records {} --format csv` has the states; a backup from before has the outcomes", job.id);
    history::whole(job, &states)?;
    let table = read.table(&job.table)?;
    let source = match columns {
        Columns::Metadata => job.fields.clone(),
        Columns::Table => match &table {
            Some(table) => table.columns.clone(),
            None => {
                let what = format!("table `{}` of job {} was dropped", job.table, job.id);
                let hint = Some("`--columns metadata` exports what entered the run".to_owned());
                return Err(Error::Usage { what, hint });
            }
        },
    };
    let tally = read.tally(job.id)?;
    let outcomes: Vec<String> = tally.into_iter().filter(|t| t.what == "outcome").map(|t| t.key).collect();
    let header = header(&source, &outcomes);
    let which = which.into();
    // A table that was replaced may not have them all any more.
    let there = table.is_some_and(|table| source.iter().all(|name| table.columns.contains(name)));
    let pages = {
        let pages = Pages { read, job: job.clone(), columns, source: there.then(|| source.clone()) };
        Paged::begin(u64::MAX, move |limit, last: Option<&Line>| {
            let after = last.map_or(RowId(0), |line| line.row);
            pages.page(which, after, limit.min(PAGE))
        })?
    };
    let wanted = move |line: &store::Result<Line>| {
        which != Which::NotStarted || line.as_ref().map_or(true, |line| line.record.is_none())
    };
    let job = job.clone();
    let rows = pages.filter(wanted).map(move |line| {
        let line = line.map_err(Fault::from)?;
        let cells = cells_of(read, &job, &line, &source, &outcomes, cells).map_err(Fault::from)?;
        Ok(cells)
    });
    let empty = "no rows".to_owned();
    Ok(Report::List(List { columns: header, rows: Box::new(rows), empty, note: None, page: None }))
}

/// A selected row: its record, if it is one already, and its cells, where the table has them still.
struct Line {
    row: RowId,
    record: Option<Record>,
    cells: Option<Vec<String>>,
}

/// What pages are read from.
struct Pages<'a> {
    read: &'a dyn Read,
    job: Job,
    columns: Columns,
    /// The columns to read from the table, where it has them.
    source: Option<Vec<String>>,
}

impl Pages<'_> {
    fn page(&self, which: Which, after: RowId, limit: u64) -> store::Result<Vec<Line>> {
        let line = |record: Record| Line { row: record.id.row, record: Some(record), cells: None };
        let mut lines: Vec<Line> = match which {
            Which::Status(status) => {
                let ask = RecordAsk { status: Some(status), ..RecordAsk::default() };
                self.read.records(&self.job, &ask, after, limit)?.into_iter().map(line).collect()
            }
            Which::All | Which::NotStarted => {
                let rows = self.selected(after, limit)?;
                // Records are of selected rows only, so that as many of them reach at least as far.
                let records = self.read.records(&self.job, &RecordAsk::default(), after, limit)?;
                let mut records = records.into_iter().peekable();
                let record = |row| Line { row, record: records.next_if(|record| record.id.row == row), cells: None };
                rows.into_iter().map(record).collect()
            }
        };
        self.fill(&mut lines)?;
        Ok(lines)
    }

    /// The next rows of the selection.
    fn selected(&self, after: RowId, limit: u64) -> store::Result<Vec<RowId>> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let ranges = self.read.selection(self.job.id, after, limit)?;
        Ok(ranges.into_iter().flatten().map(RowId).take(most).collect())
    }

    /// Adds the cells of the table. Metadata is what entered the run; of a row that did not, it is what would.
    fn fill(&self, lines: &mut [Line]) -> store::Result<()> {
        let Some(columns) = &self.source else { return Ok(()) };
        let wanted = |line: &&mut Line| self.columns == Columns::Table || line.record.is_none();
        let mut lines: Vec<_> = lines.iter_mut().filter(wanted).collect();
        // Of a selection with gaps, the rows between are not read.
        for near in lines.chunk_by_mut(|one, next| next.row.0 - one.row.0 <= NEAR) {
            let (Some(first), Some(last)) = (near.first(), near.last()) else { continue };
            let range = (first.row.0, last.row.0);
            let table = &self.job.table;
            let rows =
                self.read.rows(&RowAsk { table, columns, range, condition: None, offset: 0, limit: u64::MAX })?;
            let mut rows = rows.into_iter().peekable();
            for line in near {
                while rows.next_if(|row| row.id < line.row).is_some() {}
                line.cells = rows.next_if(|row| row.id == line.row).map(|row| row.cells);
            }
        }
        Ok(())
    }
}

/// Rows no farther apart than this are read in one go, those between them included.
const NEAR: u64 = 8;

/// Names of ours begin `cx_` where they could be taken for the table's, and are counted where the table has those too:
/// it may be an export that was imported.
fn header(source: &[String], outcomes: &[String]) -> Vec<Column> {
    let mut names = Names(source.iter().map(|name| name.to_lowercase()).collect());
    let [row, status, result, error] = ["cx_row", "cx_status", "cx_result", "cx_error"].map(|name| names.own(name));
    let outcomes: Vec<_> = outcomes.iter().map(|name| names.outcome(name)).collect();
    let own = |name: String| Column::new(name.clone(), name.to_uppercase());
    let mut columns = vec![own(row)];
    columns.extend(source.iter().map(|name| Column::new(name.clone(), name.clone()).flexible()));
    columns.extend([status, result].into_iter().chain(outcomes).map(own));
    columns.push(own(error).flexible());
    columns
}

/// Names that are taken, in small letters: columns of one name cannot be told apart, and cannot be imported.
struct Names(HashSet<String>);

impl Names {
    fn take(&mut self, name: String) -> Option<String> {
        self.0.insert(name.to_lowercase()).then_some(name)
    }

    /// The name, or the first of `name_2`, `name_3` that is free.
    fn own(&mut self, name: &str) -> String {
        let counted = (2_u64..).map(|n| format!("{name}_{n}"));
        let free = std::iter::once(name.to_owned()).chain(counted).find_map(|name| self.take(name));
        free.unwrap_or_else(|| name.to_owned())
    }

    fn outcome(&mut self, name: &str) -> String {
        self.take(name.to_owned()).unwrap_or_else(|| self.own(&format!("cx_{name}")))
    }
}

fn cells_of(
    read: &dyn Read,
    job: &Job,
    line: &Line,
    source: &[String],
    outcomes: &[String],
    cells: Cells,
) -> store::Result<Vec<Cell>> {
    let journey = match &line.record {
        Some(_) => history::journey(read, job, line.row)?,
        None => Journey::new(Vec::new()),
    };
    let mut row = vec![Cell::Number(line.row.0)];
    for (place, name) in source.iter().enumerate() {
        let metadata = || journey.params.as_ref().and_then(|params| params.get(name)).map(|value| shown(value, cells));
        let own = line.cells.as_ref().and_then(|cells| cells.get(place));
        row.push(own.map(|cell| text(cell.clone(), cells)).or_else(metadata).unwrap_or(Cell::Null));
    }
    let standing = line.record.as_ref().map(|record| (record.status.name(), record.status.tone()));
    let (word, tone) = standing.unwrap_or((NOT_STARTED, Tone::Quiet));
    row.push(Cell::Status(word, tone));
    let verdict = line.record.as_ref().and_then(|record| verdict(record.status, record.partial));
    row.push(Cell::maybe(verdict, |verdict| Cell::Status(verdict.name(), verdict.tone())));
    row.extend(outcomes.iter().map(|key| journey.outcomes.get(key).map_or(Cell::Null, |value| shown(value, cells))));
    row.push(Cell::maybe(journey.fold.errors.first(), |error| text(error.message.clone(), cells)));
    Ok(row)
}

/// A value; as a spreadsheet takes it best, a list of texts is one text.
fn shown(value: &Value, cells: Cells) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::String(own) => text(own.clone(), cells),
        Value::Array(items) if cells != Cells::Data && items.iter().all(Value::is_string) => {
            let words: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            text(words.join(", "), cells)
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Cell::Json(value.clone()),
    }
}

fn text(own: String, cells: Cells) -> Cell {
    if cells == Cells::Safe && is_formula(&own) { Cell::Text(format!("'{own}")) } else { Cell::Text(own) }
}

/// Whether a spreadsheet would run it (OWASP, CSV injection). A plain number or phone number is only a value.
fn is_formula(cell: &str) -> bool {
    let mut rest = cell.chars();
    match rest.next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !is_number(rest.as_str()),
        Some(_) | None => false,
    }
}

/// Whether nothing but a number, however it is grouped, follows a sign. Programs write it as `1.5e-7` too.
fn is_number(unsigned: &str) -> bool {
    let grouped = |text: &str| text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    match unsigned.split_once(['e', 'E']) {
        None => !unsigned.is_empty() && grouped(unsigned),
        Some((number, exponent)) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let digits = !exponent.is_empty() && exponent.chars().all(|c| c.is_ascii_digit());
            digits && number.starts_with(|c: char| c.is_ascii_digit() || c == '.') && grouped(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn raw_leaves_out_the_apostrophe_and_nothing_else() {
        let (tags, sum) = (json!(["welcome", "high balance"]), json!("=1+1"));
        assert_eq!(shown(&tags, Cells::Safe), Cell::text("welcome, high balance"));
        assert_eq!(shown(&tags, Cells::Raw), Cell::text("welcome, high balance"));
        assert_eq!(shown(&tags, Cells::Data), Cell::Json(tags.clone()));
        assert_eq!(shown(&sum, Cells::Safe), Cell::text("'=1+1"));
        assert_eq!((shown(&sum, Cells::Raw), shown(&sum, Cells::Data)), (Cell::text("=1+1"), Cell::text("=1+1")));
    }

    #[test]
    fn formulas_are_told_from_numbers() {
        let formulas =
            ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "+", "-", "-e3", "-1e", "-1e+"];
        for cell in formulas.into_iter().chain(["-1e3+A1", "-1e3e4", "-1.5e3.5", "-1e--2", "+1e3|x"]) {
            assert!(is_formula(cell), "{cell}");
        }
        for cell in ["", "a=1", "+49 151 123", "-12.50", "+4915112345678", "1-2", " =1", "-1.5e3", "-1E-7", "+2e+10"] {
            assert!(!is_formula(cell), "{cell}");
        }
    }

    fn keys(source: &[&str], outcomes: &[&str]) -> String {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        header(&own(source), &own(outcomes)).iter().map(|column| column.key.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_export_of_an_export_has_each_name_once() {
        assert_eq!(keys(&["name"], &["tags", "Name"]), "cx_row name cx_status cx_result tags cx_Name cx_error");
        let first = ["cx_row", "name", "CX_Status", "cx_result", "tags", "cx_error"];
        assert_eq!(
            keys(&first, &["tags"]),
            "cx_row_2 cx_row name CX_Status cx_result tags cx_error cx_status_2 cx_result_2 cx_tags cx_error_2"
        );
        assert_eq!(
            keys(&["a", "cx_a"], &["a", "cx_error"]),
            "cx_row a cx_a cx_status cx_result cx_a_2 cx_cx_error cx_error"
        );
    }

    proptest! {
        #[test]
        fn no_two_columns_share_a_name(source in names(), outcomes in names()) {
            let columns = header(&source, &outcomes);
            prop_assert_eq!(columns.len(), source.len() + outcomes.len() + 4);
            let differ: HashSet<_> = columns.iter().map(|column| column.key.to_lowercase()).collect();
            prop_assert_eq!(differ.len(), columns.len(), "{:?}", columns);
            let kept = columns.iter().skip(1).take(source.len()).map(|column| column.key.as_ref());
            prop_assert!(kept.eq(source.iter().map(String::as_str)));
        }
    }

    /// Names that differ without regard to case, many of them ours.
    fn names() -> impl Strategy<Value = Vec<String>> {
        let name = "((?i:cx_)){0,2}((?i:row|status|result|error|tags|ÄÖ|a))(_[2-4]){0,2}";
        prop::collection::vec(name, 0..12).prop_map(|names| {
            let mut seen = Names(HashSet::new());
            names.into_iter().filter_map(|name| seen.take(name)).collect()
        })
    }
}
