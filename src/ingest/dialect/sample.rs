//! The first records of a text, read under one grammar.

use super::super::cursor::Cursor;
use super::super::grammar::{Dress, Flaw, Grammar};
use super::super::records::Records;
use super::super::text::{Supply, Text};
use super::LineEnds;

/// Enough to see a pattern; more would only cost time.
const RECORDS: usize = 1_000;

/// One record.
pub(in super::super) struct Sampled {
    /// Physical line where it begins, counted from the start of the sample.
    pub(super) line: u64,
    pub(super) cells: Vec<Vec<u8>>,
    pub(super) dresses: Vec<Dress>,
    pub(super) flaw: Option<Flaw>,
}

/// The first records under one grammar.
pub(in super::super) struct Sample {
    pub(super) records: Vec<Sampled>,
    pub(in super::super) line_ends: LineEnds,
}

impl Sample {
    pub(in super::super) fn of(text: &[u8], supply: Supply, grammar: Grammar) -> Sample {
        let mut records = Records::new(Cursor::new(Text::sample(text.to_vec(), supply)), grammar);
        let mut sampled = Vec::new();
        let mut ends = Ends::default();
        while sampled.len() < RECORDS && matches!(records.advance(), Ok(true)) {
            ends.meet(records.terminator());
            let record = records.record();
            sampled.push(Sampled {
                line: record.line,
                cells: record.cells.iter().map(<[u8]>::to_vec).collect(),
                dresses: grammar.dresses(record.raw),
                flaw: record.flaw,
            });
        }
        Sample { records: sampled, line_ends: ends.summary() }
    }

    /// How many cells a record has most often, the larger number when two are as frequent; 0 without records.
    pub(super) fn width(&self) -> usize {
        let mut widths: Vec<usize> = self.records.iter().map(Sampled::width).collect();
        widths.sort_unstable();
        let runs = widths.chunk_by(|a, b| a == b);
        runs.max_by_key(|run| run.len()).map_or(0, |run| run[0])
    }
}

impl Sampled {
    pub(super) fn width(&self) -> usize {
        self.cells.len()
    }

    /// Cells that hold something.
    pub(super) fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.trim_ascii().is_empty()).count()
    }
}

#[derive(Default)]
struct Ends {
    lf: bool,
    crlf: bool,
    cr: bool,
}

impl Ends {
    fn meet(&mut self, terminator: &[u8]) {
        match terminator {
            b"\n" => self.lf = true,
            b"\r\n" => self.crlf = true,
            b"\r" => self.cr = true,
            _ => {}
        }
    }

    fn summary(&self) -> LineEnds {
        match (self.lf, self.crlf, self.cr) {
            (_, false, false) => LineEnds::Lf,
            (false, true, false) => LineEnds::CrLf,
            (false, false, true) => LineEnds::Cr,
            _ => LineEnds::Mixed,
        }
    }
}
