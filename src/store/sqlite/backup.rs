//! A copy of the whole file as it is at one moment, while others read and write: SQLite's online backup, in one step, so
//! that a writer who never rests cannot make it begin again. The copy gets its name when it is on the disk, not before.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::{SqliteStore, frozen};
use crate::model::id::Cursor;
use crate::store::{Error, Result};

/// What may happen to a file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// It stays, and there is no backup.
    Never,
    /// It becomes the backup, once that is whole.
    Force,
}

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its size in bytes.
    pub bytes: u64,
    /// The last event in it.
    pub upto: Cursor,
    /// The seal over all of it; nothing when nothing was ever written.
    pub seal: Option<[u8; 32]>,
}

impl SqliteStore {
    /// Copies the file to `path`.
    ///
    /// # Errors
    /// When something is there already, or it cannot be read or written; then nothing is left.
    pub fn backup(&self, path: &Path, overwrite: Overwrite) -> Result<Copied> {
        free(path, overwrite)?;
        let partial = Partial(beside(path, ".part"));
        // Somebody's who was killed; a second backup to the same name at the same time would be no use to anyone.
        drop(fs::remove_file(&partial.0));
        let written = |cause| Error::Backup { path: path.to_owned(), cause };
        // Made here, because the system says better than SQLite what stands against it.
        File::create(&partial.0).map_err(written)?;
        self.copy_to(&partial.0)?;
        let copied = look(&partial.0)?;
        let file = File::open(&partial.0).map_err(written)?;
        file.sync_all().map_err(written)?;
        drop(file);
        // Looked at again: the copy took a while.
        free(path, overwrite)?;
        fs::rename(&partial.0, path).map_err(written)?;
        keep_name(path).map_err(written)?;
        Ok(copied)
    }

    fn copy_to(&self, path: &Path) -> Result<()> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut copy = Connection::open_with_flags(path, flags)?;
        // Until it has its name it is worth nothing, so it needs no way back.
        copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
        let backup = Backup::new(&self.db, &mut copy)?;
        loop {
            match backup.step(-1)? {
                StepResult::Done => return Ok(()),
                // Only where the file is not in WAL mode: a writer has it for a moment.
                StepResult::Busy | StepResult::Locked | StepResult::More => {
                    super::wait(0);
                }
                _ => {}
            }
        }
    }
}

/// What the copy holds, read so that nothing appears beside it.
fn look(path: &Path) -> Result<Copied> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copy = Connection::open_with_flags(frozen::uri(path), flags)?;
    let sql = "SELECT upto_cursor, hash FROM cx_seal ORDER BY upto_cursor DESC LIMIT 1";
    let last = copy.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?))).optional()?;
    let bytes = fs::metadata(path).map_err(|cause| Error::Backup { path: path.to_owned(), cause })?.len();
    let (upto, seal) = last.map_or((0, None), |(upto, seal)| (upto, Some(seal)));
    Ok(Copied { bytes, upto: Cursor(upto.cast_unsigned()), seal })
}

/// Whether a backup may stand there. What SQLite keeps beside a file would be taken for the backup's own.
fn free(path: &Path, overwrite: Overwrite) -> Result<()> {
    let there = fs::symlink_metadata(path).is_ok();
    if path.is_dir() || (there && overwrite == Overwrite::Never) {
        return Err(Error::BackupThere { path: path.to_owned() });
    }
    for ending in ["-wal", "-journal"] {
        let beside = beside(path, ending);
        // A reader leaves an empty one, which says nothing.
        if fs::symlink_metadata(&beside).is_ok_and(|about| about.len() > 0) {
            return Err(Error::BackupBeside { path: beside });
        }
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(ending);
    PathBuf::from(name)
}

/// Removed again unless it got its name.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        for ending in ["", "-journal", "-wal"] {
            drop(fs::remove_file(beside(&self.0, ending)));
        }
    }
}

/// A name is durable when its folder is.
#[cfg(unix)]
fn keep_name(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened.
#[cfg(not(unix))]
fn keep_name(_: &Path) -> io::Result<()> {
    Ok(())
}
