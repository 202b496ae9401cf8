//! What the disk refused, by SQLite's extended codes.

use rusqlite::ffi;

use crate::store::Trouble;

/// The trouble behind a failure of the system.
pub(in crate::store) fn refused(error: &rusqlite::Error) -> Trouble {
    match error.sqlite_error().map(|error| error.extended_code) {
        // It is no larger than it has to be, so it only fails to grow where there is no room.
        Some(ffi::SQLITE_IOERR_SHMSIZE) => Trouble::Full,
        Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => Trouble::Io("to make it durable (fsync)"),
        Some(ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ) => Trouble::Io("to read"),
        Some(ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_TRUNCATE) => Trouble::Io("to write"),
        Some(_) | None => Trouble::Io("to do its part"),
    }
}
