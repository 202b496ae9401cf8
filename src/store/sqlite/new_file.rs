//! A database that this process made: gone again when nothing was written to it, so that a refused import leaves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// A file that was not there before.
#[derive(Debug)]
pub(super) struct NewFile {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl NewFile {
    pub(super) fn of(path: &Path) -> NewFile {
        NewFile { path: path.to_owned(), identity: identity(path) }
    }

    fn is_in_place(&self) -> bool {
        identity(&self.path) == self.identity
    }

    /// Removes it, if nobody has written to it. Locked while it is removed, so that nobody can be in the middle of writing;
    /// to whoever comes right after, SQLite says that the file was moved, before anything is written.
    pub(super) fn remove(&self, db: &Connection) {
        if db.execute_batch("BEGIN EXCLUSIVE").is_err() {
            return;
        }
        if is_blank(db) == Ok(true) && self.is_in_place() {
            drop(fs::remove_file(&self.path));
        }
        drop(db.execute_batch("ROLLBACK"));
    }

    /// The same for one that could not even be set up, so that there is no connection any more.
    pub(super) fn abandon(&self) {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let Ok(db) = Connection::open_with_flags(&self.path, flags) else { return };
        if fs::metadata(&self.path).is_ok_and(|about| about.len() == 0) {
            // To lock an empty file SQLite begins it, with a journal, for which there may be no room.
            drop(db.execute_batch("PRAGMA journal_mode = MEMORY"));
        }
        self.remove(&db);
    }
}

/// Whether no command has written to it: it has no request, if it has the table of them at all.
fn is_blank(db: &Connection) -> rusqlite::Result<bool> {
    let count = |sql| db.query_row(sql, [], |row| row.get::<_, i64>(0));
    if count("SELECT count(*) FROM sqlite_schema")? == 0 {
        return Ok(true);
    }
    Ok(count("SELECT count(*) FROM sqlite_schema WHERE name = 'cx_request'")? == 1
        && count("SELECT count(*) FROM cx_request")? == 0)
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|about| (about.dev(), about.ino()))
}

/// Elsewhere a file that is open cannot be removed, and so not be taken from under anyone.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<(u64, u64)> {
    path.exists().then_some((0, 0))
}
