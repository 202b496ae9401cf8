//! `table show T`: the rows of a data table, as imported.

use super::args::{Arg, Args, Kind, LIMIT, OFFSET, Place, WHERE, flag};
use super::paged::{Paged, more};
use super::{Answer, Error, View};
use crate::model::document::{list, nearest};
use crate::model::report::{Cell, Column, List, Report, counted};
use crate::model::table::Table;
use crate::store::{Read, Row, RowAsk};

pub(super) const VIEW: View = View {
    name: "table show",
    about: "The rows of a data table",
    examples: "cxgear table show contacts\ncxgear table show contacts --where \"country = 'DE'\" --limit 50\n\
               cxgear table show contacts --columns name,phone --format csv",
    args: &[
        Arg { name: "table", help: "The table", value_name: "TABLE", place: Place::Required, kind: Kind::Text },
        LIMIT,
        OFFSET,
        WHERE,
        flag("columns", "COLUMNS", Kind::Names, "Only these columns, in this order"),
    ],
    report,
};

/// What a table shows unless asked for more.
const USUAL: u64 = 20;

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let table = find(read, args.text("table").unwrap_or_default())?;
    let chosen = chosen(&table, args.texts("columns"))?;
    let (limit, offset) = (args.limit(USUAL), args.count("offset").unwrap_or(0));
    let condition = args.text("where").map(str::to_owned);
    let note =
        if args.is_data() { None } else { more(limit, offset, read.count_rows(&table.name, condition.as_deref())?) };
    let empty = match (table.rows, &condition) {
        (0, _) => format!("table `{}` has no rows", table.name),
        (_, Some(_)) => format!("no row of `{}` meets the condition", table.name),
        (rows, None) => format!("table `{}` has {}", table.name, counted(rows, "row")),
    };
    let columns = columns(&chosen);
    let rows = Paged::begin(limit, move |wanted, last: Option<&Row>| {
        read.rows(&RowAsk {
            table: &table.name,
            columns: &chosen,
            range: (last.map_or(1, |last| last.id.0 + 1), u64::MAX),
            condition: condition.as_deref(),
            // The offset is for the first page; from there on the last row says where to go on.
            offset: if last.is_some() { 0 } else { offset },
            limit: wanted,
        })
    })?;
    let rows = Box::new(rows.map(|row| {
        let row = row?;
        Ok(std::iter::once(Cell::Number(row.id.0)).chain(row.cells.into_iter().map(Cell::Text)).collect())
    }));
    Ok(Report::List(List { columns, rows, empty, note, page: None }))
}

/// The table of that name.
pub(super) fn find(read: &dyn Read, name: &str) -> Result<Table, Error> {
    if let Some(table) = read.table(name)? {
        return Ok(table);
    }
    let tables = read.tables()?;
    let names = || tables.iter().map(|table| table.name.as_str());
    let near = nearest(name, names()).map(str::to_owned);
    let hint = if tables.is_empty() {
        "`cxgear import FILE.csv` makes one".to_owned()
    } else {
        format!("tables: {}", list(names()))
    };
    Err(Error::NoSuch { what: "table", name: name.to_owned(), near, hint: Some(hint) })
}

/// The columns that were asked for, in the table's own spelling; all when none were.
fn chosen(table: &Table, names: &[String]) -> Result<Vec<String>, Error> {
    if names.is_empty() {
        return Ok(table.columns.clone());
    }
    let find = |name: &String| {
        let exact = table.columns.iter().find(|column| *column == name);
        let found = exact.or_else(|| table.columns.iter().find(|column| column.eq_ignore_ascii_case(name)));
        found.cloned().ok_or_else(|| Error::NoSuch {
            what: "column",
            name: name.clone(),
            near: nearest(name, table.columns.iter().map(String::as_str)).map(str::to_owned),
            hint: Some(format!("columns of `{}`: {}", table.name, list(table.columns.iter().map(String::as_str)))),
        })
    };
    names.iter().map(find).collect()
}

/// The row's number comes first. A table with a column `row` keeps that key for itself.
fn columns(chosen: &[String]) -> Vec<Column> {
    let taken = chosen.iter().any(|column| column.eq_ignore_ascii_case("row"));
    let number = Column::new(if taken { "cx_row" } else { "row" }, "ROW");
    let each = chosen.iter().map(|name| Column::new(name.clone(), name.clone()).flexible());
    std::iter::once(number).chain(each).collect()
}
