//! `export`: the selected rows with what the job made of them. Read in pages; a million are never held.

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
/// When the table is gone, or the store cannot be read.
pub fn export<'a>(
    read: &'a dyn Read,
    job: &Job,
    which: impl Into<Which>,
    columns: Columns,
    cells: Cells,
) -> Result<Report<'a>, Error> {
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

/// Names of ours begin `cx_` where they could be taken for the table's.
fn header(source: &[String], outcomes: &[String]) -> Vec<Column> {
    let own = |name: &str| Column::new(name.to_owned(), name.to_uppercase());
    let mut columns = vec![own("cx_row")];
    columns.extend(source.iter().map(|name| Column::new(name.clone(), name.clone()).flexible()));
    columns.extend([own("cx_status"), own("cx_result")]);
    for name in outcomes {
        let taken = source.iter().any(|column| column.eq_ignore_ascii_case(name));
        columns.push(own(&if taken { format!("cx_{name}") } else { name.clone() }));
    }
    columns.push(own("cx_error").flexible());
    columns
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
        Some('+' | '-') => {
            let digits = rest.as_str();
            digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '))
        }
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        for cell in ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "+", "-"] {
            assert!(is_formula(cell), "{cell}");
        }
        for cell in ["", "a=1", "+49 151 123", "-12.50", "+4915112345678", "1-2", " =1"] {
            assert!(!is_formula(cell), "{cell}");
        }
    }
}
