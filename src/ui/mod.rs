//! How a report, an error or progress looks: four formats on stdout, talk on stderr, nothing but characters decided.
//! Deliberately absent: the environment, the store, and any opinion on what happened; those come in as values.

pub mod failure;
pub mod progress;
pub mod stream;

mod csv;
mod face;
mod json;
mod layout;
mod paint;
#[cfg(test)]
mod sample;
mod single;
mod table;
mod text;
mod timeline;

use std::fmt;
use std::io::{self, Write};

use crate::model::report::{Fault, Report};
use stream::Terminal;

/// The forms a report can take. `Table` is for people and may cut a value; the others are data and never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Columns, blocks and a timeline, as wide as the terminal.
    #[default]
    Table,
    /// One array with one object a line, so that it can be read by `diff` and `grep` too; one indented object for a single.
    Json,
    /// One object a line.
    Ndjson,
    /// RFC 4180 with a header line; lines end with a line feed.
    Csv,
}

/// Why a report was not shown to its end.
#[derive(Debug)]
pub enum Error {
    /// The reader went away (`| head`). The caller ends quietly and with success (SPEC §2).
    Closed,
    /// The stream cannot be written to.
    Io(io::Error),
    /// A row could not be read. What was written before it is whole rows, and a JSON array is left open on purpose:
    /// a part must not parse as the whole.
    Fault(Fault),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Closed => f.write_str("the reader of the output went away"),
            Error::Io(error) => write!(f, "cannot write the output: {error}"),
            Error::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        if error.kind() == io::ErrorKind::BrokenPipe { Error::Closed } else { Error::Io(error) }
    }
}

/// Writes `report` to `out` and flushes it. Rows are written as they are read; a table holds at most a screenful or so
/// of them, to learn how wide its columns are.
///
/// # Errors
/// See [`Error`]; `Closed` is not a failure.
pub fn show(report: Report<'_>, format: Format, terminal: &Terminal, out: &mut dyn Write) -> Result<(), Error> {
    let shown = match (report, format) {
        (Report::List(list), Format::Table) => table::list(list, &terminal.canvas(), out),
        (Report::List(list), Format::Json) => json::array(list, out),
        (Report::List(list), Format::Ndjson) => json::lines(list, out),
        (Report::List(list), Format::Csv) => csv::list(list, out),
        (Report::Single(single), Format::Table) => single::blocks(single.blocks, &terminal.canvas(), out),
        (Report::Single(single), Format::Json) => json::object(&single.object, out),
        (Report::Single(single), Format::Ndjson) => json::line(&single.object, out),
        (Report::Single(single), Format::Csv) => csv::single(single, out),
    };
    // A fault must not swallow the whole rows before it.
    let flushed = out.flush();
    shown?;
    flushed.map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::{Block, Cell, Column, List, Single};
    use jiff::tz::TimeZone;
    use stream::{ColorChoice, Facts, Wish};

    const FORMATS: [Format; 4] = [Format::Table, Format::Json, Format::Ndjson, Format::Csv];

    fn terminal() -> Terminal {
        let (color, zone) = (ColorChoice::Never, TimeZone::UTC);
        let facts = Facts { out_terminal: false, err_terminal: false, columns: None, err_columns: None };
        let wish = Wish {
            color,
            quiet: false,
            verbose: 0,
            zone,
            no_color: false,
            clicolor_force: false,
            term: None,
            columns: None,
        };
        Terminal::with(wish, facts)
    }

    fn list(rows: Vec<Result<Vec<Cell>, Fault>>) -> Report<'static> {
        let rows = Box::new(rows.into_iter());
        Report::List(List {
            columns: vec![Column::new("id", "ID")],
            rows,
            empty: String::new(),
            note: None,
            page: None,
        })
    }

    fn single() -> Report<'static> {
        let blocks = vec![Block::Title(vec![Cell::text("job 1")])];
        Report::Single(Single { object: vec![("id", Cell::Number(1))], blocks, lines: None })
    }

    /// A reader that went away.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_known_in_every_format() {
        for format in FORMATS {
            for report in [list(vec![Ok(vec![Cell::Number(1)])]), single()] {
                let shown = show(report, format, &terminal(), &mut Gone);
                assert!(matches!(shown, Err(Error::Closed)), "{format:?}: {shown:?}");
            }
        }
    }

    #[test]
    fn rows_before_a_fault_are_whole_and_written() {
        for format in FORMATS {
            let mut out = io::BufWriter::new(Vec::new());
            let report = list(vec![Ok(vec![Cell::Number(41)]), Err("row 2 is gone".into())]);
            let shown = show(report, format, &terminal(), &mut out);
            assert!(matches!(&shown, Err(Error::Fault(fault)) if fault.to_string() == "row 2 is gone"), "{format:?}");
            assert!(out.buffer().is_empty());
            let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
            assert!(text.contains("41"), "{format:?}: {text}");
            assert!(format != Format::Json || !text.contains(']'), "a part must not parse as the whole");
        }
    }
}
