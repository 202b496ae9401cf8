//! What the reader of a file should know although it was read: every guess that could be wrong, with the line.

use std::fmt;

use super::error::plural;

/// Something that was decided, not told, and could have been decided otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Not UTF-8, so read as Windows-1252.
    Windows1252 {
        /// Line of the first byte that is not UTF-8.
        line: u64,
        /// Another encoding that the letters look like, when they do.
        likely: Option<String>,
    },
    /// UTF-16 without a byte order mark.
    Utf16WithoutMark {
        /// The label to state.
        label: &'static str,
    },
    /// Lines before the table were passed over.
    Preamble {
        /// How many lines.
        lines: u64,
        /// Line of the first record of the table.
        table: u64,
    },
    /// The first record was taken as data.
    NoHeader {
        /// Line of that record.
        line: u64,
    },
    /// The first record was taken as the header, although some of it looks like data.
    HeaderInDoubt {
        /// Line of that record.
        line: u64,
    },
    /// A column without a name got one.
    EmptyHeader {
        /// Line of the header.
        line: u64,
        /// Number of the column, from 1.
        column: usize,
        /// The name it got.
        name: String,
    },
    /// A name was taken already (case does not count) and was changed.
    RepeatedHeader {
        /// Line of the header.
        line: u64,
        /// Number of the column, from 1.
        column: usize,
        /// The name in the file.
        was: String,
        /// The name it got.
        name: String,
    },
    /// `cx_row` is ours.
    ReservedHeader {
        /// Line of the header.
        line: u64,
        /// Number of the column, from 1.
        column: usize,
        /// The name in the file.
        was: String,
        /// The name it got.
        name: String,
    },
    /// Blank lines between records were passed over.
    BlankLines {
        /// The first of them.
        line: u64,
        /// How many.
        count: u64,
    },
    /// A quote after a space, which does not open a cell: the quotes stay in the text.
    QuoteAfterSpace {
        /// Line of the first.
        line: u64,
        /// How many cells.
        count: u64,
    },
    /// A quoted cell has line ends, and for each of them the delimiters of a whole record: perhaps two stray quotes made
    /// one cell of several rows.
    SwallowedLines {
        /// Line of the first record with such a cell.
        line: u64,
        /// How many cells.
        count: u64,
    },
    /// In the backslash dialect a backslash stood before something else than a quote or a backslash, and was dropped.
    DroppedBackslash {
        /// Line of the first.
        line: u64,
        /// How many.
        count: u64,
    },
}

impl Warning {
    /// The line of the file that it is about, where it is about one.
    pub fn line(&self) -> Option<u64> {
        match self {
            Warning::Utf16WithoutMark { .. } => None,
            Warning::Preamble { table, .. } => Some(*table),
            Warning::Windows1252 { line, .. }
            | Warning::NoHeader { line }
            | Warning::HeaderInDoubt { line }
            | Warning::EmptyHeader { line, .. }
            | Warning::RepeatedHeader { line, .. }
            | Warning::ReservedHeader { line, .. }
            | Warning::BlankLines { line, .. }
            | Warning::QuoteAfterSpace { line, .. }
            | Warning::SwallowedLines { line, .. }
            | Warning::DroppedBackslash { line, .. } => Some(*line),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Windows1252 { line, likely } => {
                write!(f, "line {line}: not UTF-8, read as windows-1252")?;
                match likely {
                    Some(label) => write!(f, "; it looks like {label}: pass `--encoding {label}` if it is"),
                    None => write!(f, "; pass `--encoding` if it is another"),
                }
            }
            Warning::Utf16WithoutMark { label } => {
                write!(f, "read as {label}, though it has no byte order mark; pass `--encoding` if it is another")
            }
            Warning::Preamble { lines, table } => write!(
                f,
                "line {table}: the table begins here, {lines} {} before it skipped; pass `--skip-lines 0` to keep them",
                plural(usize::try_from(*lines).unwrap_or(usize::MAX), "line")
            ),
            Warning::NoHeader { line } => write!(
                f,
                "line {line}: data, not a header; columns are called `column_1` and so on; pass `--headers` if it is one"
            ),
            Warning::HeaderInDoubt { line } => {
                write!(
                    f,
                    "line {line}: taken as the header, though some of it looks like data; pass `--no-headers` if it is"
                )
            }
            Warning::EmptyHeader { line, column, name } => {
                write!(f, "line {line}: column {column} has no name, called `{name}`")
            }
            Warning::RepeatedHeader { line, column, was, name } => {
                write!(f, "line {line}: column {column} repeats the name `{was}`, called `{name}`")
            }
            Warning::ReservedHeader { line, column, was, name } => {
                write!(f, "line {line}: column {column} is named `{was}`, which is reserved, called `{name}`")
            }
            Warning::BlankLines { line, count } => {
                write!(f, "line {line}: {}", several(*count, "blank line", "skipped"))
            }
            Warning::QuoteAfterSpace { line, count } => write!(
                f,
                "line {line}: {}",
                several(*count, "quote", "after a space read as text, not as the start of a quoted cell")
            ),
            Warning::SwallowedLines { line, count } => write!(
                f,
                "line {line}: {}; look for a stray quote",
                several(*count, "quoted cell", "that may hold whole rows")
            ),
            Warning::DroppedBackslash { line, count } => write!(
                f,
                "line {line}: {}; pass `--escape doubled` to keep them",
                several(*count, "backslash", "before an ordinary character dropped")
            ),
        }
    }
}

fn several(count: u64, noun: &str, what: &str) -> String {
    match count {
        1 => format!("a {noun} {what}"),
        _ if noun.ends_with('h') => format!("{count} {noun}es {what}, this is the first"),
        _ => format!("{count} {noun}s {what}, this is the first"),
    }
}
