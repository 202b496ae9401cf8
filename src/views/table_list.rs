//! `table list`: the data tables.

use serde_json::json;

use super::args::Args;
use super::project::Shown;
use super::{Answer, View};
use crate::model::report::{Cell, Column, List, Report};
use crate::model::table::Table;
use crate::store::{self, Read};

pub(super) const VIEW: View = View {
    name: "table list",
    about: "The data tables",
    examples: "cxgear table list\ncxgear table list --format json",
    args: &[],
    report,
};

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let shown = Shown::of(read, args)?;
    let rows = Box::new(rows(read, &shown)?.into_iter().map(Ok));
    let empty = shown.empty("no tables", "no tables yet: `cxgear import FILE.csv` makes one");
    Ok(Report::List(List { columns: columns(&shown), rows, empty, note: None, page: None }))
}

/// Tables are few, whatever their rows are.
pub(super) fn rows(read: &dyn Read, shown: &Shown) -> store::Result<Vec<Vec<Cell>>> {
    Ok(read.tables()?.iter().filter(|table| shown.has(&table.project)).map(row).collect())
}

pub(super) fn columns(shown: &Shown) -> Vec<Column> {
    vec![
        Column::new("name", "NAME").flexible(),
        Column::new("rows", "ROWS"),
        Column::new("columns", "COLUMNS").data_only(),
        Column::new("column_count", "COLUMNS").table_only(),
        Column::new("metadata", "METADATA").data_only(),
        Column::new("fields", "METADATA").flexible().table_only(),
        Column::new("updated_at", "UPDATED"),
        shown.column(),
    ]
}

fn row(table: &Table) -> Vec<Cell> {
    vec![
        Cell::text(table.name.as_str()),
        Cell::Count(table.rows),
        Cell::Json(json!(table.columns)),
        Cell::Count(table.columns.len() as u64),
        Cell::Json(json!(table.metadata)),
        Cell::text(fields(table)),
        Cell::Time(table.updated_at),
        Cell::text(table.project.as_str()),
    ]
}

/// Never set and set to nothing are different things (SPEC §3).
fn fields(table: &Table) -> String {
    match table.metadata.as_deref() {
        None => "all (never set)".to_owned(),
        Some([]) => "none".to_owned(),
        Some(fields) => fields.join(", "),
    }
}
