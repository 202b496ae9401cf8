//! From the bytes of a CSV file to rows of cells, each with its line: opening, decoding, dialect, records, damage.
//! Absent on purpose: a database, printing, types of cells (a cell is text) and any row that is not what the file says.

mod cursor;
mod decode;
mod dialect;
mod error;
mod foreign;
mod grammar;
mod import;
mod lines;
mod names;
mod open;
mod options;
mod progress;
mod reading;
mod records;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod warning;

pub use dialect::{Dialect, LineEnds};
pub use error::{Error, Reason};
pub use foreign::Foreign;
pub use import::{Aside, ImportError, Imported, Stage, column_diff, fingerprint, import};
pub use open::open;
pub use options::{Encoding, Escape, Headers, Options, Quote, Ragged, Unknown, delimiter};
pub use progress::Progress;
pub use reading::{Item, Reading, Reject, Row};
pub use source::Source;
pub use warning::Warning;

/// SQLite gives a table 2,000 columns, and one of them is `cx_row`.
pub const MAX_COLUMNS: usize = 1_999;

/// SQLite gives a cell 1,000,000,000 bytes; a record that is longer has a cell that does not fit, or a quote that was
/// never closed.
pub const MAX_RECORD: usize = 1_000_000_000;
