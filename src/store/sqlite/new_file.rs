//! A database that this process made: gone again when nothing was written to it, so that a refused import leaves nothing.
//!
//! To remove a file that another process has open for writing would be to ruin whatever takes its place: the other would
//! take the journal of the new file for its own. So whoever finds none that was begun takes a lock before it opens one, and
//! keeps it until there is something in it, or it is gone.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::wait;
use crate::store::JobLock;

/// A file in which nothing is yet.
#[derive(Debug)]
pub(super) struct NewFile {
    path: PathBuf,
    identity: Option<(u64, u64)>,
    _turn: Option<JobLock>,
}

/// Whether a command has written to the database. It is only read, so that nothing is rolled back that is not its own.
pub(super) fn has_begun(path: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let begun = Connection::open_with_flags(path, flags).and_then(|mut db| {
        db.busy_handler(Some(wait))?;
        is_blank(&db)
    });
    begun == Ok(false)
}

/// Waits for the right to make the database. Without a lock where none can be had: then there will be no file either.
pub(super) fn turn(path: &Path) -> Option<JobLock> {
    for tries in 0.. {
        match JobLock::making(path) {
            Ok(Ok(lock)) => return Some(lock),
            Ok(Err(_)) => drop(wait(tries)),
            Err(_) => return None,
        }
    }
    None
}

impl NewFile {
    pub(super) fn of(path: &Path, turn: Option<JobLock>) -> NewFile {
        NewFile { path: path.to_owned(), identity: identity(path), _turn: turn }
    }

    fn is_in_place(&self) -> bool {
        identity(&self.path) == self.identity
    }

    /// Removes it, if nobody has written to it.
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
pub(super) fn is_blank(db: &Connection) -> rusqlite::Result<bool> {
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
