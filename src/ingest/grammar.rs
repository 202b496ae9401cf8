//! What separates and encloses cells, and the strict walk over a record that csv readers do not make.

use memchr::{memchr, memchr2, memchr3};

use super::options::{Escape, Quote};

/// The bytes that have a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grammar {
    pub(super) delimiter: u8,
    pub(super) quote: Quote,
    pub(super) escape: Escape,
    pub(super) comment: Option<u8>,
}

/// Why a record cannot be what its writer meant. Offsets are into the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    TextAfterQuote { field: usize, at: usize, backslash: bool },
    UnterminatedQuote { field: usize, at: usize },
    Nul { at: usize },
}

/// What is lawful in a record and still worth a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Oddities {
    /// There is a quote somewhere, so there may be line ends in cells.
    pub(super) quotes: bool,
    pub(super) quote_after_space: u64,
    pub(super) dropped_backslash: u64,
}

/// How a cell is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dress {
    Bare,
    /// `needed` when it holds a delimiter, a line end or an escaped quote: then nothing else explains the quotes.
    Quoted {
        needed: bool,
    },
}

impl Grammar {
    pub(super) fn core(&self) -> csv_core::Reader {
        let mut builder = csv_core::ReaderBuilder::new();
        builder.delimiter(self.delimiter);
        match self.quote.byte() {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        let escape = match self.escape {
            Escape::Doubled => None,
            Escape::Backslash => Some(b'\\'),
        };
        builder.escape(escape).build()
    }

    /// The first thing wrong with `record`, which csv-core has delimited and whose terminator is not in it.
    ///
    /// csv-core accepts any bytes: text after a closing quote is glued to the cell, a quote that nobody closes swallows
    /// the rest of the file. This walk follows the same automaton and stops where csv-core has to invent something, so
    /// a record that passes here was split there as its writer meant it. Most records have neither a quote nor a NUL
    /// and are passed in a single scan.
    pub(super) fn audit(&self, record: &[u8], oddities: &mut Oddities) -> Option<Flaw> {
        let Some(quote) = self.quote.byte() else {
            return memchr(0, record).map(|at| Flaw::Nul { at });
        };
        let first = memchr2(quote, 0, record)?;
        oddities.quotes = true;
        if let Some(at) = memchr(0, &record[first..]) {
            return Some(Flaw::Nul { at: first + at });
        }
        let mut next = Some(first);
        while let Some(at) = next {
            // Outside quotes every delimiter ends a cell, so looking back one byte is enough.
            let opens = at == 0 || record[at - 1] == self.delimiter;
            let from = if opens {
                match self.close(quote, record, at, oddities) {
                    // Where every cell is quoted the next one opens right behind the delimiter.
                    Ok(close) => close + 2,
                    Err(flaw) => return Some(flaw),
                }
            } else {
                oddities.quote_after_space += u64::from(self.follows_space(record, at));
                at + 1
            };
            next = match record.get(from) {
                None => None,
                Some(byte) if *byte == quote => Some(from),
                Some(_) => memchr(quote, &record[from..]).map(|at| from + at),
            };
        }
        None
    }

    /// The quote that closes the one at `open`: a delimiter or the end of the record follows it.
    fn close(&self, quote: u8, record: &[u8], open: usize, oddities: &mut Oddities) -> Result<usize, Flaw> {
        let mut from = open + 1;
        loop {
            let rest = record.get(from..).unwrap_or_default();
            let found = match self.escape {
                Escape::Doubled => memchr(quote, rest),
                Escape::Backslash => memchr2(quote, b'\\', rest),
            };
            let Some(found) = found.map(|found| from + found) else {
                return Err(Flaw::UnterminatedQuote { field: self.field_at(record, open), at: open });
            };
            match record.get(found + 1).copied() {
                follower if record[found] != quote => {
                    oddities.dropped_backslash +=
                        u64::from(follower.is_some_and(|byte| byte != quote && byte != b'\\'));
                }
                None => return Ok(found),
                Some(follower) if follower == self.delimiter => return Ok(found),
                Some(follower) if follower == quote => {}
                Some(_) => {
                    let backslash = record[found - 1] == b'\\';
                    return Err(Flaw::TextAfterQuote { field: self.field_at(record, open), at: found, backslash });
                }
            }
            from = found + 2;
        }
    }

    /// Spaces, and nothing else, stand between the delimiter and the quote.
    fn follows_space(&self, record: &[u8], at: usize) -> bool {
        let before = &record[..at];
        let spaces = before.iter().rev().take_while(|byte| **byte == b' ').count();
        spaces > 0 && (spaces == at || before[at - spaces - 1] == self.delimiter)
    }

    /// Number of the cell that begins at `start`, from 1. Everything before it is known to be sound.
    fn field_at(&self, record: &[u8], start: usize) -> usize {
        let before = record[..start].strip_suffix(&[self.delimiter]);
        before.map_or(1, |before| self.dresses(before).len() + 1)
    }

    /// How each cell of `record` is dressed, up to the first flaw.
    pub(super) fn dresses(&self, record: &[u8]) -> Vec<Dress> {
        let mut dresses = Vec::new();
        let mut start = Some(0);
        while let Some(open) = start {
            let quote = self.quote.byte().filter(|quote| record.get(open) == Some(quote));
            let end = match quote {
                None => memchr(self.delimiter, &record[open..]).map(|length| open + length),
                Some(quote) => match self.close(quote, record, open, &mut Oddities::default()) {
                    Ok(close) => (close + 1 < record.len()).then_some(close + 1),
                    Err(_) => return dresses,
                },
            };
            dresses.push(match quote {
                None => Dress::Bare,
                Some(quote) => {
                    Dress::Quoted { needed: self.is_needed(quote, &record[open + 1..end.unwrap_or(record.len()) - 1]) }
                }
            });
            start = end.map(|end| end + 1);
        }
        dresses
    }

    fn is_needed(&self, quote: u8, inside: &[u8]) -> bool {
        memchr3(self.delimiter, b'\n', b'\r', inside).is_some() || memchr(quote, inside).is_some()
    }
}
