//! Why a file cannot be read, and the flag that mends it. Names, lines and counts are fields; nothing is printed here.

use std::io;
use std::path::PathBuf;

use super::foreign::Foreign;
use super::options::Encoding;

/// Why a file cannot be read. `name` is the file as the caller named it; lines are physical lines of the file, from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such file.
    #[error("`{}` does not exist", path.display())]
    Missing {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The path is a folder.
    #[error("`{}` is a directory, not a CSV file", path.display())]
    Directory {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The operating system does not let us read it, now or half way.
    #[error("cannot read `{name}`: {source}")]
    Io {
        /// The file.
        name: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// It is a known kind of file, and not text with delimiters.
    #[error("`{name}` is {kind}, not a CSV file")]
    Foreign {
        /// The file.
        name: String,
        /// What it is.
        kind: Foreign,
    },
    /// The name ends in `.gz`, the bytes are something else.
    #[error("`{name}` is named like a gzip file, but its bytes are not gzip")]
    NotGzip {
        /// The file.
        name: String,
    },
    /// The gzip stream is cut off or damaged.
    #[error("`{name}` is a gzip file that is cut off or damaged: {source}")]
    Gzip {
        /// The file.
        name: String,
        /// What the decompressor says.
        source: io::Error,
    },
    /// There is no record in it, not even a header.
    #[error("`{name}` is empty: it has no header and no rows")]
    Empty {
        /// The file.
        name: String,
    },
    /// More lines were to be skipped than there are.
    #[error("`{name}` has {lines} lines, and {skip} were to be skipped")]
    AllSkipped {
        /// The file.
        name: String,
        /// Lines in the file.
        lines: u64,
        /// Lines that were to be skipped.
        skip: u64,
    },
    /// Two of the stated bytes are the same, or one cannot do its work.
    #[error("{what} cannot be {found}")]
    Option {
        /// Which option.
        what: &'static str,
        /// What was stated, in words.
        found: String,
    },
    /// More columns than a table can have.
    #[error("{name}:{line}: {columns} columns, a table has {} at most", super::MAX_COLUMNS)]
    TooManyColumns {
        /// The file.
        name: String,
        /// Line of the first record.
        line: u64,
        /// How many there are.
        columns: usize,
    },
    /// A record that cannot be a row.
    #[error("{name}:{line}: {reason}")]
    Record {
        /// The file.
        name: String,
        /// Line of the trouble: where the record begins, or within it where that can be told.
        line: u64,
        /// What is wrong with it.
        reason: Reason,
    },
    /// A quote is opened and never closed, so that the rest of the file became one cell.
    #[error("{name}:{line}: the quote that opens field {field} is never closed")]
    UnterminatedQuote {
        /// The file.
        name: String,
        /// Line of the opening quote.
        line: u64,
        /// Number of the cell in its record, from 1.
        field: usize,
    },
    /// UTF-8 was detected, other characters prove it, and these bytes are not.
    #[error("{name}:{line}: bytes that are not UTF-8 in a file that otherwise is")]
    DamagedUtf8 {
        /// The file.
        name: String,
        /// Line of the first such byte.
        line: u64,
    },
    /// The stated encoding (or a byte order mark) and the bytes do not agree.
    #[error("{name}:{line}: bytes that are not {encoding}")]
    Malformed {
        /// The file.
        name: String,
        /// Line of the first such byte.
        line: u64,
        /// The encoding that was expected.
        encoding: Encoding,
    },
    /// Larger than a cell of the database can be.
    #[error("{name}:{line}: a record of more than {} bytes", super::MAX_RECORD)]
    TooLong {
        /// The file.
        name: String,
        /// Line where the record begins.
        line: u64,
    },
}

/// Why a record cannot be a row. Under [`Ragged::Reject`](super::Ragged::Reject) it is set aside for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Too few or too many cells.
    #[error("{fields} {}, the header has {columns}", plural(*fields, "field"))]
    Ragged {
        /// Cells in the record.
        fields: usize,
        /// Columns of the table.
        columns: usize,
    },
    /// `"abc"def`: csv readers that pass over it glue text to the cell.
    #[error("text follows the closing quote of field {field}")]
    TextAfterQuote {
        /// Number of the cell in its record, from 1.
        field: usize,
        /// Whether a backslash stands before the quote, which tells what to advise.
        backslash: bool,
    },
    /// A zero byte, which text does not have and tools of SQLite cut at.
    #[error("a NUL byte")]
    Nul,
}

impl Reason {
    fn hint(self) -> &'static str {
        match self {
            Reason::Ragged { fields, columns } if fields < columns => {
                "pass `--ragged pad` to fill short rows, or `--ragged reject --rejects FILE` to set them aside"
            }
            Reason::Ragged { columns: 1, .. } => {
                "pass `--delimiter` if it is another, `--skip-lines N` if the table begins further down, or \
                 `--ragged reject --rejects FILE` to set long rows aside"
            }
            Reason::Ragged { .. } => "pass `--ragged reject --rejects FILE` to set long rows aside",
            Reason::TextAfterQuote { backslash: true, .. } => {
                "pass `--escape backslash` if a quote is written `\\\"`, or `--quote none` if quotes are text"
            }
            Reason::TextAfterQuote { .. } => {
                "pass `--ragged reject --rejects FILE` to set such rows aside, or `--quote none` if quotes are text"
            }
            Reason::Nul => {
                "pass `--ragged reject --rejects FILE` to set such rows aside, or `--encoding utf-16le` if the file is that"
            }
        }
    }
}

impl Error {
    /// What mends it, with the flag spelled so that it can be pasted; `None` where no flag does.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Record { reason, .. } => reason.hint(),
            Error::UnterminatedQuote { .. } => {
                "close the quote, or pass `--quote none` if quotes are text in this file"
            }
            Error::DamagedUtf8 { .. } => "mend the line, or pass `--encoding windows-1252` to read every byte as that",
            Error::Malformed { .. } => "pass another encoding, such as `--encoding windows-1252`",
            Error::TooLong { .. } => "if a quote opens here that is never closed, pass `--quote none`",
            Error::Foreign { kind, .. } => return kind.mend().map(str::to_owned),
            Error::NotGzip { .. } => "rename it without `.gz`",
            Error::AllSkipped { .. } => "pass a smaller `--skip-lines`",
            Error::TooManyColumns { .. } => {
                "if the delimiter is another, pass it: `--delimiter semicolon` (or tab, pipe, comma)"
            }
            Error::Missing { .. }
            | Error::Directory { .. }
            | Error::Io { .. }
            | Error::Gzip { .. }
            | Error::Empty { .. }
            | Error::Option { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
