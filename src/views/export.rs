//! `export`: rows of the table with what the job made of them. Read in pages; a million are never held.

use std::collections::HashMap;

use serde_json::Value;

use super::paged::{PAGE, Paged};
use super::{Error, history};
use crate::model::id::RowId;
use crate::model::report::{Cell, Column, Fault, List, Report};
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

/// Whether cells are made safe for spreadsheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// As they are.
    Raw,
    /// What a spreadsheet would run as a formula gets an apostrophe before it.
    Safe,
}

/// A line for each record of the job: its row, the columns, how it ended, its outcomes, its first error.
///
/// # Errors
/// When the table is gone, or the store cannot be read.
pub fn export<'a>(
    read: &'a dyn Read,
    job: &Job,
    status: Option<RecordStatus>,
    columns: Columns,
    cells: Cells,
) -> Result<Report<'a>, Error> {
    let source = match columns {
        Columns::Metadata => job.fields.clone(),
        Columns::Table => match read.table(&job.table)? {
            Some(table) => table.columns,
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
    let ask = RecordAsk { status, ..RecordAsk::default() };
    let pages = {
        let (job, source) = (job.clone(), source.clone());
        Paged::begin(u64::MAX, move |limit, last: Option<&Line>| {
            let after = last.map_or(RowId(0), |line| line.record.id.row);
            page(read, &job, &ask, after, limit, (columns == Columns::Table).then_some(source.as_slice()))
        })?
    };
    let job = job.clone();
    let rows = pages.map(move |line| {
        let line = line.map_err(Fault::from)?;
        let cells = cells_of(read, &job, &line, &source, &outcomes, cells).map_err(Fault::from)?;
        Ok(cells)
    });
    let empty = "no records".to_owned();
    Ok(Report::List(List { columns: header, rows: Box::new(rows), empty, note: None, page: None }))
}

/// A record with the cells of its row, where the table has it still.
struct Line {
    record: Record,
    cells: Option<Vec<String>>,
}

fn page(
    read: &dyn Read,
    job: &Job,
    ask: &RecordAsk,
    after: RowId,
    limit: u64,
    source: Option<&[String]>,
) -> store::Result<Vec<Line>> {
    let records = read.records(job, ask, after, limit.min(PAGE))?;
    let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(Vec::new()) };
    let mut rows = HashMap::new();
    if let Some(columns) = source {
        let range = (first.id.row.0, last.id.row.0);
        let ask = RowAsk { table: &job.table, columns, range, condition: None, offset: 0, limit: u64::MAX };
        rows = read.rows(&ask)?.into_iter().map(|row| (row.id, row.cells)).collect();
    }
    Ok(records.into_iter().map(|record| Line { cells: rows.remove(&record.id.row), record }).collect())
}

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
    let record = &line.record;
    let journey = history::journey(read, job, record.id.row)?;
    let mut row = vec![Cell::Number(record.id.row.0)];
    for (place, name) in source.iter().enumerate() {
        let metadata = || journey.params.as_ref().and_then(|params| params.get(name)).map(|value| shown(value, cells));
        let own = line.cells.as_ref().and_then(|cells| cells.get(place));
        row.push(own.map(|cell| text(cell.clone(), cells)).or_else(metadata).unwrap_or(Cell::Null));
    }
    row.push(Cell::Status(record.status.name(), record.status.tone()));
    let verdict = crate::model::fold::verdict(record.status, record.partial);
    row.push(Cell::maybe(verdict, |verdict| Cell::Status(verdict.name(), verdict.tone())));
    row.extend(outcomes.iter().map(|key| journey.outcomes.get(key).map_or(Cell::Null, |value| shown(value, cells))));
    row.push(Cell::maybe(journey.fold.errors.first(), |error| text(error.message.clone(), cells)));
    Ok(row)
}

/// A value as a spreadsheet takes it best: lists of texts as one text.
fn shown(value: &Value, cells: Cells) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::String(own) => text(own.clone(), cells),
        Value::Array(items) if cells == Cells::Safe && items.iter().all(Value::is_string) => {
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
