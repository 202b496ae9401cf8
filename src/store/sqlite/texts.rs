//! Every text that is kept beside the log, whatever it is: for whoever looks for what must not be there.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::rows::quoted;
use crate::store::Result;

/// Hands out the texts of all our tables but the log itself, each with its table. Users' tables are their own.
pub(super) fn all(db: &Connection, visit: &mut dyn FnMut(&str, &str)) -> Result<()> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'cx_*' AND name <> 'cx_segment'";
    let tables: Vec<String> = db.prepare(tables)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for table in tables {
        let columns = "SELECT name FROM pragma_table_info(?1) WHERE type = 'TEXT'";
        let columns: Vec<String> =
            db.prepare(columns)?.query_map([&table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        if columns.is_empty() {
            continue;
        }
        let named: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
        let mut statement = db.prepare(&format!("SELECT {} FROM {}", named.join(", "), quoted(&table)))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for at in 0..columns.len() {
                if let ValueRef::Text(text) = row.get_ref(at)? {
                    visit(&table, &String::from_utf8_lossy(text));
                }
            }
        }
    }
    Ok(())
}
