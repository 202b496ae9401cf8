//! Reading where reading alone is not enough: a file that a process died over, and one that may not be written.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::new_file::turn;
use super::wait;
use crate::store::Result;

/// Whether a reader was refused because it would have to write.
pub(super) fn is_read_only(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}

/// Opens for reading what could not be opened without writing.
///
/// A journal that is left says that a process died in the middle of writing pages. Until they are put back the file is
/// no file, so that is done first, by whoever comes first and may. Without one, and without a WAL that could be missed,
/// nobody can be writing: even a reader of a WAL file writes beside it, and here that is not allowed. Such a file is
/// read as one that never changes.
pub(super) fn open(path: &Path, flags: OpenFlags, error: rusqlite::Error) -> Result<Connection> {
    // What was there a moment ago may have been taken back by whoever made it, and made anew by another.
    let again = Connection::open_with_flags(path, flags)?;
    if again.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).is_ok() {
        return Ok(again);
    }
    if is_beside(path, "-journal") {
        let _turn = turn(path);
        let mut db =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        db.busy_handler(Some(wait))?;
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        return Ok(Connection::open_with_flags(path, flags)?);
    }
    if is_beside(path, "-wal") {
        return Err(error.into());
    }
    Ok(Connection::open_with_flags(uri(path), flags | OpenFlags::SQLITE_OPEN_URI)?)
}

fn is_beside(path: &Path, end: &str) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    Path::new(&name).exists()
}

/// The file as a URI that says that it never changes.
pub(super) fn uri(path: &Path) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    let mut uri = "file:".to_owned();
    for c in path.to_string_lossy().chars() {
        if plain(c) {
            uri.push(c);
        } else {
            let mut bytes = [0; 4];
            uri.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    uri + "?immutable=1"
}
