//! How one file writes its table: the dialect as it is told to the user, and how it is found in a sample of the text.
//! Absent on purpose: reading the file (a sample is all that is seen here) and names of columns.

mod choose;
mod kind;
mod sample;
mod score;
mod table;

use std::fmt;

use super::options::{Encoding, Escape, Quote};

pub(super) use choose::choose;
pub(super) use table::{Header, Start, header, start};

/// How records end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// LF, or a file of one line.
    Lf,
    /// CR LF.
    CrLf,
    /// A bare CR.
    Cr,
    /// More than one of these.
    Mixed,
}

/// How a file writes its table. Displayed as `utf-8, comma, 12 columns`; what is out of the ordinary follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    pub(super) encoding: Encoding,
    pub(super) delimiter: u8,
    pub(super) quote: Quote,
    pub(super) escape: Escape,
    pub(super) line_ends: LineEnds,
    pub(super) skipped: u64,
    pub(super) has_header: bool,
    pub(super) columns: usize,
}

impl Dialect {
    /// How bytes became text.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The byte between two cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// What encloses a cell.
    pub fn quote(&self) -> Quote {
        self.quote
    }

    /// How a quote is written in a quoted cell.
    pub fn escape(&self) -> Escape {
        self.escape
    }

    /// How records end, as far as the sample shows.
    pub fn line_ends(&self) -> LineEnds {
        self.line_ends
    }

    /// Physical lines before the table: stated, a preamble, or `sep=;`.
    pub fn skipped_lines(&self) -> u64 {
        self.skipped
    }

    /// Whether the first record names the columns.
    pub fn has_header(&self) -> bool {
        self.has_header
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn turn_to_windows1252(&mut self) {
        self.encoding = Encoding::Windows1252;
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.encoding)?;
        match self.delimiter {
            b',' => f.write_str("comma")?,
            b';' => f.write_str("semicolon")?,
            b'\t' => f.write_str("tab")?,
            b'|' => f.write_str("pipe")?,
            b' ' => f.write_str("space")?,
            other => write!(f, "delimiter `{}`", other.escape_ascii())?,
        }
        write!(f, ", {} {}", self.columns, super::error::plural(self.columns, "column"))?;
        match self.quote {
            Quote::Double => {}
            Quote::Single => f.write_str(", single quotes")?,
            Quote::Byte(byte) => write!(f, ", quote `{}`", byte.escape_ascii())?,
            Quote::Absent => f.write_str(", no quotes")?,
        }
        if self.escape == Escape::Backslash {
            f.write_str(", backslash escapes")?;
        }
        match self.line_ends {
            LineEnds::Lf | LineEnds::CrLf => {}
            LineEnds::Cr => f.write_str(", cr line ends")?,
            LineEnds::Mixed => f.write_str(", mixed line ends")?,
        }
        match self.skipped {
            0 => {}
            1 => f.write_str(", 1 line skipped")?,
            lines => write!(f, ", {lines} lines skipped")?,
        }
        if self.has_header { Ok(()) } else { f.write_str(", no header") }
    }
}
