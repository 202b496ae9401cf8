//! The least that an import in Rust can do: `csv` to `rusqlite`, one transaction, every cell as text. No detection, no counts, no progress.

use std::path::Path;

use anyhow::Result;
use rusqlite::Connection;

/// Loads a file into the table `contacts` of a new database. `journal` is `delete` or `wal`.
pub(crate) fn go(file: &Path, db: &Path, journal: &str) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_path(file)?;
    let names: Vec<String> = reader.headers()?.iter().map(|name| format!("\"{name}\" TEXT")).collect();
    let mut db = Connection::open(db)?;
    db.pragma_update(None, "journal_mode", journal)?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch(&format!("CREATE TABLE contacts(cx_row INTEGER PRIMARY KEY, {}) STRICT", names.join(", ")))?;
    let all = db.transaction()?;
    {
        let marks = vec!["?"; names.len()].join(", ");
        let mut insert = all.prepare(&format!("INSERT INTO contacts VALUES (NULL, {marks})"))?;
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            for (place, cell) in record.iter().enumerate() {
                insert.raw_bind_parameter(place + 1, cell)?;
            }
            insert.raw_execute()?;
        }
    }
    all.commit()?;
    db.close().map_err(|(_, e)| e.into())
}
