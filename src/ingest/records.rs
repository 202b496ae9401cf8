//! Text into records: csv-core splits, the grammar audits, and every record knows the line where it begins.

use csv_core::ReadRecordResult;

use super::cursor::{Cursor, Stop};
use super::grammar::{Flaw, Grammar, Oddities};
use super::lines;
use super::text::Supply;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A record, as long as the next is not asked for.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) line: u64,
    /// As it stands in the text, without its end.
    pub(super) raw: &'a [u8],
    pub(super) cells: Cells<'a>,
    pub(super) flaw: Option<Flaw>,
}

impl Record<'_> {
    /// Physical line of an offset into `raw`.
    pub(super) fn line_of(&self, at: usize) -> u64 {
        self.line + lines::ends(&self.raw[..at], false)
    }
}

/// The cells of a record: one text, and where each cell ends in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'a> {
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Cells<'a> {
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let cell = &self.text[start..*end];
            start = *end;
            cell
        })
    }
}

/// Something that was met on the way: how often, and on which line first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) first: u64,
    pub(super) count: u64,
}

impl Met {
    fn add(&mut self, line: u64, count: u64) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += count;
    }

    pub(super) fn absorb(&mut self, later: Met) {
        self.add(later.first, later.count);
    }

    pub(super) fn warning<W>(self, of: impl FnOnce(u64, u64) -> W) -> Option<W> {
        (self.count > 0).then(|| of(self.first, self.count))
    }
}

/// What is lawful, and yet may not be what the writer meant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Diary {
    /// Blank lines with a record before and after them.
    pub(super) blank: Met,
    /// Blank lines since the last record.
    pub(super) blank_at_end: Met,
    pub(super) quote_after_space: Met,
    pub(super) dropped_backslash: Met,
    /// Cells that may have swallowed records.
    pub(super) swallowed: Met,
}

/// The records of a text.
pub(super) struct Records {
    cursor: Cursor,
    grammar: Grammar,
    core: csv_core::Reader,
    /// Bytes of the record at hand, its end included, and how many lines it takes.
    length: usize,
    lines: u64,
    /// Its cells.
    cells: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    fields: usize,
    flaw: Option<Flaw>,
    begun: bool,
    again: bool,
    diary: Diary,
}

impl Records {
    pub(super) fn new(cursor: Cursor, grammar: Grammar) -> Records {
        Records {
            cursor,
            core: grammar.core(),
            grammar,
            length: 0,
            lines: 0,
            cells: vec![0; 16 * 1024],
            written: 0,
            ends: vec![0; 64],
            fields: 0,
            flaw: None,
            begun: false,
            again: false,
            diary: Diary::default(),
        }
    }

    pub(super) fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    pub(super) fn diary(&self) -> &Diary {
        &self.diary
    }

    /// Moves on to the next record; false when there is none.
    pub(super) fn advance(&mut self) -> Result<bool, Stop> {
        if std::mem::take(&mut self.again) {
            return Ok(true);
        }
        self.cursor.pass(self.length, self.lines);
        (self.length, self.lines) = (0, 0);
        if !self.find()? || !self.split()? {
            return Ok(false);
        }
        self.examine();
        Ok(true)
    }

    /// The next `advance` stays on the record at hand.
    pub(super) fn stay(&mut self) {
        self.again = true;
    }

    /// The record at hand.
    pub(super) fn record(&self) -> Record<'_> {
        let cells = Cells { text: &self.cells[..self.written], ends: &self.ends[..self.fields] };
        Record { line: self.cursor.line(), raw: self.raw(), cells, flaw: self.flaw }
    }

    /// The bytes that end the record at hand: none for the last of a file that ends without them.
    pub(super) fn terminator(&self) -> &[u8] {
        let rest = &self.cursor.rest()[self.raw().len()..];
        let length = lines::first(rest, true).unwrap_or(0);
        &rest[..length]
    }

    fn raw(&self) -> &[u8] {
        let text = &self.cursor.rest()[..self.length];
        match text.split_last() {
            Some((b'\n' | b'\r', raw)) => raw,
            _ => text,
        }
    }

    /// Passes blank lines, comments and a byte order mark, up to a byte that begins a record.
    ///
    /// csv-core would pass them too, but without counting, and comments only up to LF.
    fn find(&mut self) -> Result<bool, Stop> {
        while self.cursor.settle()? {
            let byte = self.cursor.rest()[0];
            if byte == b'\n' || byte == b'\r' {
                self.diary.blank_at_end.add(self.cursor.line(), 1);
                self.cursor.pass(1, 1);
            } else if self.grammar.comment == Some(byte) {
                self.cursor.pass_line()?;
            } else if !self.begun && self.at_mark()? {
                self.cursor.pass(MARK.len(), 0);
            } else {
                self.meet_blank_lines();
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// csv-core drops a mark before the first record it reads; the audit must not see one that csv-core does not.
    fn at_mark(&mut self) -> Result<bool, Stop> {
        self.cursor.fill(MARK.len())?;
        Ok(self.cursor.rest().starts_with(MARK))
    }

    fn meet_blank_lines(&mut self) {
        let blank = std::mem::take(&mut self.diary.blank_at_end);
        if self.begun {
            self.diary.blank.absorb(blank);
        }
        self.begun = true;
    }

    /// Lets csv-core take one record; false when a sample is cut within it.
    fn split(&mut self) -> Result<bool, Stop> {
        (self.written, self.fields) = (0, 0);
        loop {
            if self.length == self.cursor.rest().len() {
                match self.cursor.supply() {
                    Supply::Open => {
                        self.cursor.more()?;
                        continue;
                    }
                    Supply::Cut => return Ok(false),
                    Supply::Ended => {}
                }
            }
            let input = &self.cursor.rest()[self.length..];
            let (result, read, written, fields) =
                self.core.read_record(input, &mut self.cells[self.written..], &mut self.ends[self.fields..]);
            self.length += read;
            self.written += written;
            self.fields += fields;
            match result {
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            }
        }
    }

    fn examine(&mut self) {
        let mut oddities = Oddities::default();
        let raw = self.raw();
        let flaw = self.grammar.audit(raw, &mut oddities);
        // A line end within a record stands in quotes, so a record without quotes is one line.
        let inside = if oddities.quotes { lines::ends(raw, false) } else { 0 };
        (self.flaw, self.lines) = (flaw, 1 + inside);
        let line = self.cursor.line();
        self.diary.quote_after_space.add(line, oddities.quote_after_space);
        self.diary.dropped_backslash.add(line, oddities.dropped_backslash);
        if inside > 0 {
            self.diary.swallowed.add(line, self.swallowing());
        }
    }

    /// Two stray quotes make one lawful cell of everything between them. It shows by its delimiters: for every line end
    /// in it there are exactly as many as between the cells of a whole record. In narrow tables prose has that too.
    fn swallowing(&self) -> u64 {
        let joints = self.fields.saturating_sub(1);
        if joints < 3 {
            return 0;
        }
        let swallows = |cell: &&[u8]| {
            let ends = lines::ends(cell, false);
            let found = memchr::memchr_iter(self.grammar.delimiter, cell).count();
            ends > 0 && found as u64 == ends * joints as u64
        };
        self.record().cells.iter().filter(swallows).count() as u64
    }
}
