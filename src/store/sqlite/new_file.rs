//! A database that this process made: gone again when nothing was written to it, so that a refused import leaves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

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
        let requests = db.query_row("SELECT count(*) FROM cx_request", [], |row| row.get::<_, i64>(0));
        if requests == Ok(0) && self.is_in_place() {
            drop(fs::remove_file(&self.path));
        }
        drop(db.execute_batch("ROLLBACK"));
    }
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
