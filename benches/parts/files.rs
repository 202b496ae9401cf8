//! The files that the bench works on, under `target/tmp/cxgear-bench`: one folder a size, so that every table is called `contacts`.

use std::fs::{self, File};
use std::io::{BufWriter, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rusqlite::Connection;

use super::contacts;

/// The folder for lists of this many rows.
pub(crate) fn folder(rows: u64) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cxgear-bench").join(rows.to_string());
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A list of that many contacts; made when it is not there from the last time, or begins otherwise than it would today.
pub(crate) fn contacts(rows: u64) -> Result<PathBuf> {
    let path = folder(rows)?.join("contacts.csv");
    if !is_fresh(&path, rows).unwrap_or(false) {
        super::report::say(&format!("making {rows} contacts"));
        let half = path.with_extension("half");
        contacts::write(rows, &mut BufWriter::new(File::create(&half)?))?;
        fs::rename(&half, &path)?;
    }
    Ok(path)
}

fn is_fresh(path: &Path, rows: u64) -> Result<bool> {
    let mut today = Vec::new();
    contacts::write(rows.min(1_000), &mut today)?;
    let mut there = vec![0; today.len()];
    File::open(path)?.read_exact(&mut there)?;
    Ok(there == today)
}

/// Removes a database with all that belongs to it.
pub(crate) fn remove(db: &Path) -> Result<()> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = db.as_os_str().to_owned();
        name.push(end);
        match fs::remove_file(&name) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    Ok(())
}

/// A database as it was, in the place of another.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    remove(to)?;
    fs::copy(from, to).with_context(|| format!("{}", from.display()))?;
    Ok(())
}

/// The bytes of a database whose log is folded back into it.
pub(crate) fn size(db: &Path) -> Result<u64> {
    let open = Connection::open(db)?;
    open.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    open.close().map_err(|(_, e)| e)?;
    Ok(fs::metadata(db)?.len())
}

/// How many rows a table holds: a contender that lost some has not won.
pub(crate) fn count(db: &Path, table: &str) -> Result<u64> {
    let open = Connection::open(db)?;
    let count: i64 = open.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}
