//! The rows of one file, after everything about it is decided.

use super::cursor::Stop;
use super::decode::Undecodable;
use super::dialect::Dialect;
use super::error::{Error, Reason};
use super::grammar::Flaw;
use super::options::{Encoding, Ragged};
use super::progress::Progress;
use super::records::{Cells, Record, Records};
use super::text::Fault;
use super::warning::Warning;

/// A file that is being read. Ask `next` until it says `None`; then, or at any time, `take_warnings`.
pub struct Reading {
    pub(super) name: String,
    pub(super) dialect: Dialect,
    pub(super) columns: Vec<String>,
    pub(super) warnings: Vec<Warning>,
    pub(super) records: Records,
    pub(super) ragged: Ragged,
    pub(super) gzip: bool,
    pub(super) progress: Progress,
    pub(super) finished: bool,
}

/// What a record of the file came to.
#[derive(Debug)]
pub enum Item<'a> {
    /// A row, with a cell for every column.
    Row(Row<'a>),
    /// A record that is no row; only under [`Ragged::Reject`].
    Reject(Reject<'a>),
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Physical line of the file where it begins, from 1.
    pub line: u64,
    cells: Cells<'a>,
    columns: usize,
}

impl<'a> Row<'a> {
    /// Its cells, as many as there are columns, each valid UTF-8.
    pub fn cells(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let missing = self.columns - self.cells.len();
        self.cells.iter().chain(std::iter::repeat_n(&b""[..], missing))
    }
}

/// A record that is set aside.
#[derive(Debug, Clone, Copy)]
pub struct Reject<'a> {
    /// Physical line of the file where it begins, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
    /// The text of the record as it stands in the file (decoded, without its end), which can be more than one line.
    pub raw: &'a [u8],
    cells: Cells<'a>,
}

impl<'a> Reject<'a> {
    /// Its cells as far as they can be told apart, any number of them.
    pub fn cells(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.cells.iter()
    }
}

impl Reading {
    /// The file as the caller named it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was detected or stated. It can still change from UTF-8 to Windows-1252 while rows are read, with a warning.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The names of the columns: unique without regard to case, none empty.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// A handle on how far the reading is.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The warnings since the last call. Some are only known when the last row was read.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// The next row or reject, in the order of the file; `None` at its end. After an error there is no way on.
    #[expect(clippy::should_implement_trait, reason = "an item borrows the reading, which `Iterator` cannot say")]
    pub fn next(&mut self) -> Result<Option<Item<'_>>, Error> {
        match self.records.advance() {
            Ok(true) => {}
            Ok(false) => {
                self.finish();
                return Ok(None);
            }
            Err(stop) => return Err(failure(stop, &self.name, self.dialect.encoding(), self.gzip)),
        }
        let record = self.records.record();
        let columns = self.columns.len();
        let fields = record.cells.len();
        if record.flaw.is_none() && (fields == columns || (fields < columns && self.ragged == Ragged::Pad)) {
            return Ok(Some(Item::Row(Row { line: record.line, cells: record.cells, columns })));
        }
        let (line, reason) = judge(&record, columns, &self.name)?;
        match self.ragged {
            Ragged::Stop | Ragged::Pad => Err(Error::Record { name: self.name.clone(), line, reason }),
            Ragged::Reject => {
                Ok(Some(Item::Reject(Reject { line: record.line, reason, raw: record.raw, cells: record.cells })))
            }
        }
    }

    /// What could only be counted up to here becomes warnings, once.
    fn finish(&mut self) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let mut diary = *self.records.diary();
        if self.columns.len() == 1 {
            // A blank line is how some writers put an empty cell into a table of one column.
            diary.blank.absorb(diary.blank_at_end);
        }
        if let Some(turned) = self.records.cursor().turned() {
            self.dialect.turn_to_windows1252();
            self.warnings.push(Warning::Windows1252 { line: turned.line, likely: turned.likely.clone() });
        }
        let met = [
            diary.blank.warning(|line, count| Warning::BlankLines { line, count }),
            diary.quote_after_space.warning(|line, count| Warning::QuoteAfterSpace { line, count }),
            diary.dropped_backslash.warning(|line, count| Warning::DroppedBackslash { line, count }),
            diary.swallowed.warning(|line, count| Warning::SwallowedLines { line, count }),
        ];
        self.warnings.extend(met.into_iter().flatten());
    }
}

/// Why `record` is no row: its flaw, or its number of cells.
pub(super) fn judge(record: &Record<'_>, columns: usize, name: &str) -> Result<(u64, Reason), Error> {
    match record.flaw {
        None => Ok((record.line, Reason::Ragged { fields: record.cells.len(), columns })),
        Some(Flaw::TextAfterQuote { field, at, backslash }) => {
            Ok((record.line_of(at), Reason::TextAfterQuote { field, backslash }))
        }
        Some(Flaw::Nul { at }) => Ok((record.line_of(at), Reason::Nul)),
        // The record is the rest of the file: it cannot be set aside as one bad row.
        Some(Flaw::UnterminatedQuote { field, at }) => {
            Err(Error::UnterminatedQuote { name: name.to_owned(), line: record.line_of(at), field })
        }
    }
}

pub(super) fn failure(stop: Stop, name: &str, encoding: Encoding, gzip: bool) -> Error {
    let name = name.to_owned();
    match stop {
        Stop::TooLong { line } => Error::TooLong { name, line },
        Stop::Fault { fault: Fault::Io(source), .. } if gzip => Error::Gzip { name, source },
        Stop::Fault { fault: Fault::Io(source), .. } => Error::Io { name, source },
        Stop::Fault { fault: Fault::Undecodable(Undecodable::Malformed), line } => {
            Error::Malformed { name, line, encoding }
        }
        Stop::Fault { fault: Fault::Undecodable(Undecodable::Damaged), line } => Error::DamagedUtf8 { name, line },
    }
}
