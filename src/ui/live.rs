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

#[cfg(test)]
mod tests {
    use super::super::stream::{ColorChoice, Facts, Wish};
    use super::*;
    use crate::model::report::Round;
    use crate::model::time::Timestamp;
    use std::io::{self, Write};

    fn terminal(out_terminal: bool) -> Terminal {
        let facts = Facts { out_terminal, err_terminal: false, columns: None, err_columns: None };
        let wish = Wish {
            color: ColorChoice::Never,
            quiet: false,
            verbose: 0,
            zone: jiff::tz::TimeZone::UTC,
            no_color: false,
            clicolor_force: false,
            term: None,
            columns: Some(80),
        };
        Terminal::with(wish, facts)
    }

    /// What somebody has in hand: nothing counts before it is flushed.
    #[derive(Default)]
    struct Reader {
        held: Vec<u8>,
        read: String,
        gone: bool,
    }

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.held.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            if self.gone {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.read += std::str::from_utf8(&std::mem::take(&mut self.held)).unwrap();
            Ok(())
        }
    }

    impl Target for Reader {
        fn is_screen(&self, terminal: &Terminal) -> bool {
            terminal.is_terminal()
        }
    }

    fn live(texts: &'static [&'static str]) -> Live<'static> {
        let columns = vec![
            Column::new("cursor", "CURSOR").at_least(7),
            Column::new("at", "TIME").at_least(11),
            Column::new("type", "TYPE").at_least(18),
            Column::new("detail", "DETAIL").flexible().at_least(60),
        ];
        let mut rows = (1..).zip(texts).map(|(cursor, text)| {
            let (kind, detail) = text.split_once('|').unwrap();
            vec![Cell::Number(cursor), Cell::Time(Timestamp(1_774_449_075_000)), Cell::text(kind), Cell::text(detail)]
        });
        let rounds = Box::new(move || {
            let rows: Vec<_> = rows.by_ref().take(1).collect();
            let then = if rows.is_empty() { Then::Over } else { Then::Wait };
            Ok(Round { rows, then })
        });
        Live { columns, rounds, of: None }
    }

    fn until_over(then: Then) -> ControlFlow<()> {
        if then == Then::Over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    const TEXTS: &[&str] = &[
        "job.created|welcome@1",
        "step.message|start · a\u{1b}[2J\u{202e}b\r\nand a long text that has no room in eighty cells at all",
        "integration.interaction_required|a type that is wider than was thought",
        "record.completed|success",
    ];

    #[test]
    fn a_table_stays_aligned_while_it_grows() {
        let expected = " CURSOR  TIME                 TYPE                DETAIL
      1  2026-03-25 14:31:15  job.created         welcome@1
      2  2026-03-25 14:31:15  step.message        start · a\\x1b[2J\\u{202e}b⏎and…
      3  2026-03-25 14:31:15  integration.interaction_required  a type that is …
      4  2026-03-25 14:31:15  record.completed                  success
";
        let mut out = Reader::default();
        follow(live(TEXTS), Format::Table, &terminal(true), &mut out, &mut until_over).unwrap();
        assert_eq!(out.read, expected);
        assert!(out.read.lines().all(|line| super::super::text::width(line) <= 80));
    }

    #[test]
    fn each_round_is_in_the_readers_hand_before_the_next_is_asked_for() {
        for format in [Format::Table, Format::Json, Format::Ndjson, Format::Csv] {
            let mut out = Reader::default();
            let shared = std::cell::RefCell::new(&mut out);
            let mut rounds = 0;
            /// Hands the same reader to both sides.
            struct Shared<'s, 'o>(&'s std::cell::RefCell<&'o mut Reader>);
            impl Write for Shared<'_, '_> {
                fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                    self.0.borrow_mut().write(bytes)
                }
                fn flush(&mut self) -> io::Result<()> {
                    self.0.borrow_mut().flush()
                }
            }
            impl Target for Shared<'_, '_> {
                fn is_screen(&self, _: &Terminal) -> bool {
                    false
                }
            }
            let between = &mut |then| {
                let header = usize::from(matches!(format, Format::Table | Format::Csv));
                rounds += 1;
                let seen = shared.borrow().read.lines().count();
                assert_eq!(seen, header + rounds.min(2), "{format:?}");
                until_over(then)
            };
            let texts = &["job.created|a", "job.queued|b"];
            follow(live(texts), format, &terminal(false), &mut Shared(&shared), between).unwrap();
            assert_eq!(rounds, 3);
        }
    }

    #[test]
    fn a_reader_who_goes_away_is_known_in_every_form() {
        for format in [Format::Table, Format::Json, Format::Ndjson, Format::Csv] {
            let mut out = Reader { gone: true, ..Reader::default() };
            let shown = follow(live(TEXTS), format, &terminal(false), &mut out, &mut until_over);
            assert!(matches!(shown, Err(Error::Closed)), "{format:?}");
        }
    }

    #[test]
    fn without_anyone_who_waits_it_is_what_there_is() {
        let mut out = Reader::default();
        as_it_stands(live(TEXTS), Format::Ndjson, &terminal(false), &mut out).unwrap();
        assert_eq!(out.read.lines().count(), 1);
    }
}
