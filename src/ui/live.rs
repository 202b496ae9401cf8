//! Rows that keep coming: those of each round are written and flushed before the next round is asked for.

use std::ops::ControlFlow;

use super::stream::{Controls, Target, Terminal};
use super::{Error, Format, controls, csv, json, table};
use crate::model::report::{Cell, Column, Live, Then};

/// Shows `live` until `between`, which is asked after each round, ends it and says with what. JSON without an end is an
/// object a line.
///
/// # Errors
/// See [`Error`]; `Closed` is not a failure.
pub fn follow<T>(
    live: Live<'_>,
    format: Format,
    terminal: &Terminal,
    out: &mut dyn Target,
    between: &mut dyn FnMut(Then) -> ControlFlow<T>,
) -> Result<T, Error> {
    let Live { columns, mut rounds, .. } = live;
    let controls = controls(terminal, out);
    let canvas = terminal.canvas();
    let mut lines: Box<dyn Lines + '_> = match format {
        Format::Table => Box::new(Drawn { table: table::Table::new(&columns, &canvas), canvas: &canvas, out }),
        Format::Json | Format::Ndjson => Box::new(Objects { keys: json::Keys::of(&columns)?, out }),
        Format::Csv => sheet(&columns, controls, out)?,
    };
    loop {
        let round = rounds().map_err(Error::Fault)?;
        if !round.rows.is_empty() {
            lines.rows(&round.rows)?;
        }
        if let ControlFlow::Break(done) = between(round.then) {
            lines.end()?;
            return Ok(done);
        }
    }
}

/// What there is at the moment.
pub(super) fn as_it_stands(
    live: Live<'_>,
    format: Format,
    terminal: &Terminal,
    out: &mut dyn Target,
) -> Result<(), Error> {
    follow(live, format, terminal, out, &mut |then| match then {
        Then::Again => ControlFlow::Continue(()),
        Then::Wait | Then::Over | Then::Enough => ControlFlow::Break(()),
    })
}

/// Where rows go in one of the forms.
trait Lines {
    /// Writes rows, so that whoever reads has them.
    fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<(), Error>;
    /// No more come.
    fn end(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// A table whose columns were made wide enough beforehand.
struct Drawn<'l> {
    table: table::Table<'l>,
    canvas: &'l super::stream::Canvas<'l>,
    out: &'l mut dyn Target,
}

impl Lines for Drawn<'_> {
    fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<(), Error> {
        self.table.chunk(rows, self.out)?;
        Ok(self.out.flush()?)
    }

    fn end(&mut self) -> Result<(), Error> {
        if let Some(missing) = self.table.missing() {
            table::remark(&missing, self.canvas, self.out)?;
        }
        Ok(self.out.flush()?)
    }
}

/// An object a line.
struct Objects<'l> {
    keys: json::Keys,
    out: &'l mut dyn Target,
}

impl Lines for Objects<'_> {
    fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<(), Error> {
        for row in rows {
            self.keys.object(row, self.out)?;
            self.out.write_all(b"\n")?;
        }
        Ok(self.out.flush()?)
    }
}

/// The header is there at once: a spreadsheet that waits wants to know for what.
fn sheet<'l>(columns: &'l [Column], controls: Controls, out: &'l mut dyn Target) -> Result<Box<dyn Lines + 'l>, Error> {
    let mut lines = csv::Lines::begin(columns, controls, out)?;
    lines.flush()?;
    Ok(Box::new(lines))
}

impl Lines for csv::Lines<'_, '_> {
    fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<(), Error> {
        rows.iter().try_for_each(|row| self.row(row))?;
        self.flush()
    }
}
