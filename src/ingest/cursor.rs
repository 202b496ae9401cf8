//! A place in the text that knows its physical line.

use super::MAX_RECORD;
use super::lines;
use super::text::{Fault, Supply, Text};

/// Why no record comes.
#[derive(Debug)]
pub(super) enum Stop {
    /// The text itself stops, on this line.
    Fault { fault: Fault, line: u64 },
    /// Longer than any cell of the database.
    TooLong { line: u64 },
}

/// The text turned out to be Windows-1252.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turned {
    /// Line of the first byte that is not UTF-8.
    pub(super) line: u64,
    pub(super) likely: Option<String>,
}

pub(super) struct Cursor {
    text: Text,
    at: usize,
    line: u64,
    /// A LF that follows would complete the end of the line before.
    after_cr: bool,
    turned: Option<Turned>,
}

impl Cursor {
    pub(super) fn new(text: Text) -> Cursor {
        Cursor { text, at: 0, line: 1, after_cr: false, turned: None }
    }

    /// The text from here on, as far as it is read.
    pub(super) fn rest(&self) -> &[u8] {
        &self.text.bytes()[self.at..]
    }

    /// The physical line of the original file, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn supply(&self) -> Supply {
        self.text.supply()
    }

    /// Set once the text turned out to be Windows-1252.
    pub(super) fn turned(&self) -> Option<&Turned> {
        self.turned.as_ref()
    }

    /// Reads on. `rest` keeps its beginning and grows, unless the text is at its end.
    pub(super) fn more(&mut self) -> Result<(), Stop> {
        if self.rest().len() > MAX_RECORD {
            return Err(Stop::TooLong { line: self.line });
        }
        self.text.forget(self.at);
        self.at = 0;
        match self.text.more() {
            Ok(None) => Ok(()),
            Ok(Some(turn)) => {
                let line = self.line + lines::ends(&self.text.bytes()[..turn.at], self.after_cr);
                self.turned = Some(Turned { line, likely: turn.likely });
                Ok(())
            }
            Err(fault) => {
                let here = self.line + lines::ends(self.rest(), self.after_cr);
                Err(Stop::Fault { fault, line: self.turned.as_ref().map_or(here, |turned| turned.line) })
            }
        }
    }

    /// Reads on until `rest` is at least this long or the text ends. A fault is kept for those who read up to it.
    pub(super) fn fill(&mut self, length: usize) -> Result<(), Stop> {
        while self.rest().len() < length && self.supply() == Supply::Open && !self.text.is_faulty() {
            self.more()?;
        }
        Ok(())
    }

    /// Passes `count` bytes that hold `ends` line ends.
    pub(super) fn pass(&mut self, count: usize, ends: u64) {
        if count == 0 {
            return;
        }
        self.after_cr = self.text.bytes()[self.at + count - 1] == b'\r';
        self.at += count;
        self.line += ends;
    }

    /// Passes one line; false when there is none.
    pub(super) fn pass_line(&mut self) -> Result<bool, Stop> {
        self.settle()?;
        loop {
            let complete = self.supply() != Supply::Open;
            if let Some(length) = lines::first(self.rest(), complete) {
                self.pass(length, 1);
                return Ok(true);
            }
            if complete {
                let length = self.rest().len();
                self.pass(length, 1);
                return Ok(length > 0);
            }
            self.more()?;
        }
    }

    /// Makes sure that there is a byte to look at, and that it is not the second half of a line end; false at the end
    /// of the text.
    pub(super) fn settle(&mut self) -> Result<bool, Stop> {
        loop {
            match self.rest().first() {
                Some(b'\n') if self.after_cr => self.pass(1, 0),
                Some(_) => return Ok(true),
                None if self.supply() != Supply::Open => return Ok(false),
                None => self.more()?,
            }
        }
    }
}
