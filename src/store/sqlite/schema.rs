//! Whether what is ours in the file is what this program makes: a trigger that is gone lets the log be changed.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{SCHEMAS, name_event_types};
use crate::store::Result;

/// What differs from a new file of this version, in words.
pub(super) fn differences(db: &Connection) -> Result<Vec<String>> {
    let new = Connection::open_in_memory()?;
    for sql in SCHEMAS {
        new.execute_batch(sql)?;
    }
    name_event_types(&new)?;
    let (ours, theirs) = (objects(&new)?, objects(db)?);
    let mut found = Vec::new();
    for (name, sql) in &ours {
        match theirs.get(name) {
            None => found.push(format!("`{name}` is gone")),
            Some(other) if other != sql => found.push(format!("`{name}` is not what this program made")),
            Some(_) => {}
        }
    }
    let unknown = theirs.keys().filter(|name| !ours.contains_key(*name));
    found.extend(unknown.map(|name| format!("`{name}` is not of this program")));
    if event_types(&new)? != event_types(db)? {
        found.push("`cx_event_type` does not name the types of the catalogue".to_owned());
    }
    Ok(found)
}

/// Tables, indexes, triggers and views by name; data tables are not ours.
fn objects(db: &Connection) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT name, type || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema \
               WHERE name LIKE 'cx\\_%' ESCAPE '\\' OR tbl_name LIKE 'cx\\_%' ESCAPE '\\'";
    let mut statement = db.prepare(sql)?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn event_types(db: &Connection) -> Result<Vec<(i64, String)>> {
    let mut statement = db.prepare("SELECT code, name FROM cx_event_type ORDER BY code")?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
