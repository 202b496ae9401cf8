//! How a report, an error or progress looks: four formats on stdout, talk on stderr, nothing but characters decided.
//! Deliberately absent: the environment, the store, and any opinion on what happened; those come in as values.

pub mod failure;
pub mod live;
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

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde_json::Value;

use crate::model::report::{Cell, Fault, Report};
use stream::{Controls, Target, Terminal};

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
    /// RFC 4180 with a header line; lines end with a line feed. Byte-exact, except before somebody's eyes.
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
pub fn show(report: Report<'_>, format: Format, terminal: &Terminal, out: &mut dyn Target) -> Result<(), Error> {
    let controls = controls(terminal, out);
    let shown = match (report, format) {
        (Report::Live(live), _) => live::as_it_stands(live, format, terminal, out),
        (Report::List(list), Format::Table) => table::list(list, &terminal.canvas(), out),
        (Report::List(list), Format::Json) => json::array(list, out),
        (Report::List(list), Format::Ndjson) => json::lines(list, out),
        (Report::List(list), Format::Csv) => csv::list(list, controls, out),
        (Report::Single(single), Format::Table) => single::blocks(single.blocks, &terminal.canvas(), out),
        (Report::Single(single), Format::Json) => json::object(&single.object, out),
        (Report::Single(single), Format::Ndjson) => json::line(&single.object, out),
        (Report::Single(single), Format::Csv) => csv::single(single, controls, out),
    };
    // A fault must not swallow the whole rows before it.
    let flushed = out.flush();
    shown?;
    flushed.map_err(Error::from)
}

/// What a byte-exact form may have in it, where it goes.
fn controls(terminal: &Terminal, out: &dyn Target) -> Controls {
    if out.is_screen(terminal) { Controls::Spelled } else { Controls::AsIs }
}

/// A value as data (SPEC §2), in JSON and CSV alike: times in UTC with milliseconds, spans whole milliseconds, a state
/// its word.
enum Data<'a> {
    Nothing,
    Text(Cow<'a, str>),
    /// A number, or what else is written without quotes.
    Bare(String),
    Json(&'a Value),
}

impl<'a> From<&'a Cell> for Data<'a> {
    fn from(cell: &'a Cell) -> Data<'a> {
        match cell {
            Cell::Null => Data::Nothing,
            Cell::Text(text) => Data::Text(text.into()),
            Cell::Number(number) | Cell::Count(number) => Data::Bare(number.to_string()),
            // JSON has no NaN.
            Cell::Real(real) if !real.is_finite() => Data::Nothing,
            Cell::Real(real) => Data::Bare(Value::from(*real).to_string()),
            Cell::Bool(truth) => Data::Bare(truth.to_string()),
            Cell::Time(time) => Data::Text(time.to_string().into()),
            Cell::Span(span) => Data::Bare(span.0.to_string()),
            Cell::Status(word, _) => Data::Text((*word).into()),
            Cell::Progress { done, total } => Data::Bare(format!("{{\"done\":{done},\"total\":{total}}}")),
            Cell::Json(value) => Data::Json(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::{Block, Cell, Column, List, Single};
    use jiff::tz::TimeZone;
    use std::io::Write;
    use stream::{ColorChoice, Facts, Wish};

    const FORMATS: [Format; 4] = [Format::Table, Format::Json, Format::Ndjson, Format::Csv];

    fn terminal(out_terminal: bool) -> Terminal {
        let (color, zone) = (ColorChoice::Never, TimeZone::UTC);
        let facts = Facts { out_terminal, err_terminal: false, columns: None, err_columns: None };
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

    impl Target for io::BufWriter<Vec<u8>> {
        fn is_screen(&self, terminal: &Terminal) -> bool {
            terminal.is_terminal()
        }
    }

    impl Target for Gone {
        fn is_screen(&self, _: &Terminal) -> bool {
            false
        }
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
                let shown = show(report, format, &terminal(false), &mut Gone);
                assert!(matches!(shown, Err(Error::Closed)), "{format:?}: {shown:?}");
            }
        }
    }

    const WILD: &str = "a\u{1b}]0;x\u{7}\u{9b}2J\u{7f}\u{202e}\u{2066}\r\n\tb";

    fn wild() -> [Report<'static>; 2] {
        let object = vec![("id", Cell::text(WILD)), ("more", Cell::Json(serde_json::json!({ WILD: [WILD] })))];
        [list(vec![Ok(vec![Cell::text(WILD)])]), Report::Single(Single { object, blocks: vec![], lines: None })]
    }

    #[test]
    fn no_form_lets_a_cell_write_to_a_terminal() {
        for format in FORMATS {
            for report in wild() {
                let mut out = io::BufWriter::new(Vec::new());
                show(report, format, &terminal(true), &mut out).unwrap();
                let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
                let obeyed = |c: char| c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{202e}' | '\u{2066}');
                assert!(!text.contains(obeyed), "{format:?}: {text:?}");
            }
        }
    }

    #[test]
    fn a_file_gets_the_bytes_as_they_are_whoever_looks_at_stdout() {
        let [report, _] = wild();
        let path = std::env::temp_dir().join(format!("cxgear-ui-{}.csv", std::process::id()));
        let mut out = io::BufWriter::new(std::fs::File::create(&path).unwrap());
        show(report, Format::Csv, &terminal(true), &mut out).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(text, format!("id\n\"{WILD}\"\n"));
    }

    #[test]
    fn rows_before_a_fault_are_whole_and_written() {
        for format in FORMATS {
            let mut out = io::BufWriter::new(Vec::new());
            let report = list(vec![Ok(vec![Cell::Number(41)]), Err("row 2 is gone".into())]);
            let shown = show(report, format, &terminal(false), &mut out);
            assert!(matches!(&shown, Err(Error::Fault(fault)) if fault.to_string() == "row 2 is gone"), "{format:?}");
            assert!(out.buffer().is_empty());
            let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
            assert!(text.contains("41"), "{format:?}: {text}");
            assert!(format != Format::Json || !text.contains(']'), "a part must not parse as the whole");
        }
    }
}
