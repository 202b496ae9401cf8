//! The order in which things become known: bytes, encoding, lines to skip, delimiter, start of the table, names.

use std::io::{Cursor as Bytes, Read, empty};

use super::cursor::{Cursor, Stop};
use super::decode::{self, Decoder};
use super::dialect::{self, Dialect, Header, LineEnds, Start};
use super::error::Error;
use super::foreign::Foreign;
use super::grammar::Grammar;
use super::options::{Encoding, Headers, Options};
use super::reading::{Reading, failure, judge};
use super::records::{Record, Records};
use super::source::{Opened, Source};
use super::text::{Supply, Text};
use super::warning::Warning;
use super::{MAX_COLUMNS, lines, names};

/// How much of a file is looked at before anything is decided.
const SAMPLE: usize = 256 * 1024;

/// Opens a table: everything that `options` leave open is detected, and the columns are known when this returns.
///
/// # Errors
///
/// Whatever keeps the file from being a table: it is missing, foreign, empty, too wide, or its header is damaged.
pub fn open(source: Source, options: &Options) -> Result<Reading, Error> {
    options.check()?;
    let mut opening = Opening::decode(source.open()?, options)?;
    opening.skip_stated(options)?;
    let separator = opening.take_separator()?;
    opening.refuse_text()?;
    let grammar = opening.detect(&Options { delimiter: options.delimiter.or(separator), ..options.clone() })?;
    opening.read_header(grammar, options)
}

/// What is known half way.
struct Opening {
    opened: Opened,
    encoding: Encoding,
    cursor: Cursor,
    warnings: Vec<Warning>,
}

/// What a look at the sample tells.
struct Detected {
    grammar: Grammar,
    line_ends: LineEnds,
    header: Header,
}

impl Opening {
    /// From bytes to text. The sample of bytes is read ahead and put back.
    fn decode(mut opened: Opened, options: &Options) -> Result<Opening, Error> {
        let mut sample = Vec::new();
        let mut bytes = std::mem::replace(&mut opened.bytes, Box::new(empty()));
        let read = bytes.by_ref().take(SAMPLE as u64).read_to_end(&mut sample);
        read.map_err(|source| opened.unreadable(source))?;
        let (encoding, decoder, warnings) = match options.encoding {
            Some(stated) => (stated, Decoder::stated(stated), Vec::new()),
            None => {
                let found = decode::detect(&sample);
                let warnings = if found.certain { Vec::new() } else { vec![guess(found.encoding, &sample)] };
                (found.encoding, Decoder::detected(found.encoding), warnings)
            }
        };
        let cursor = Cursor::new(Text::new(Box::new(Bytes::new(sample).chain(bytes)), decoder));
        Ok(Opening { opened, encoding, cursor, warnings })
    }

    fn failed(&self, stop: Stop) -> Error {
        failure(stop, &self.opened.name, self.encoding, self.opened.gzip)
    }

    fn skip_stated(&mut self, options: &Options) -> Result<(), Error> {
        let skip = options.skip_lines.unwrap_or(0);
        for lines in 0..skip {
            if !self.cursor.pass_line().map_err(|stop| self.failed(stop))? {
                return Err(Error::AllSkipped { name: self.opened.name.clone(), lines, skip });
            }
        }
        self.cursor.settle().map_err(|stop| self.failed(stop))?;
        self.cursor.fill(SAMPLE).map_err(|stop| self.failed(stop))
    }

    /// `sep=;` is a message to spreadsheets: it names the delimiter and is no row.
    fn take_separator(&mut self) -> Result<Option<u8>, Error> {
        let complete = self.cursor.supply() != Supply::Open;
        let rest = self.cursor.rest();
        let line = &rest[..lines::first(rest, complete).unwrap_or(0)];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
        let separator = match line {
            [key @ .., b'=', separator] if key.eq_ignore_ascii_case(b"sep") && separates(*separator) => *separator,
            _ => return Ok(None),
        };
        self.cursor.pass_line().map_err(|stop| self.failed(stop))?;
        self.cursor.fill(SAMPLE).map_err(|stop| self.failed(stop))?;
        Ok(Some(separator))
    }

    fn refuse_text(&self) -> Result<(), Error> {
        match Foreign::of_text(self.cursor.rest()) {
            Some(kind) => Err(Error::Foreign { name: self.opened.name.clone(), kind }),
            None => Ok(()),
        }
    }

    /// Finds the grammar, and passes a preamble.
    fn detect(&mut self, options: &Options) -> Result<Detected, Error> {
        let supply = match self.cursor.supply() {
            Supply::Ended => Supply::Ended,
            Supply::Open | Supply::Cut => Supply::Cut,
        };
        let (grammar, sample) = dialect::choose(self.cursor.rest(), supply, options);
        let start = match options.skip_lines {
            Some(_) => Start::default(),
            None => dialect::start(&sample),
        };
        for _ in 0..start.lines {
            self.cursor.pass_line().map_err(|stop| self.failed(stop))?;
        }
        if start.lines > 0 {
            self.warnings.push(Warning::Preamble { lines: start.lines, table: self.cursor.line() });
        }
        let header = match options.headers {
            Headers::Present => Header::Named,
            Headers::Absent => Header::Missing,
            Headers::Detect => dialect::header(&sample, start),
        };
        Ok(Detected { grammar, line_ends: sample.line_ends, header })
    }

    /// The first record of the table tells how many columns there are, and mostly their names.
    fn read_header(mut self, found: Detected, options: &Options) -> Result<Reading, Error> {
        let skipped = self.cursor.line() - 1;
        let mut records = Records::new(self.cursor, found.grammar);
        let Opened { name, progress, gzip, .. } = self.opened;
        if !records.advance().map_err(|stop| failure(stop, &name, self.encoding, gzip))? {
            return Err(Error::Empty { name });
        }
        let has_header = found.header != Header::Missing;
        let (columns, made) = name_columns(&records.record(), has_header, &name)?;
        let line = records.record().line;
        if !has_header {
            records.stay();
        }
        match (found.header, options.headers) {
            (Header::Missing, Headers::Detect) => self.warnings.push(Warning::NoHeader { line }),
            (Header::Doubtful, _) => self.warnings.push(Warning::HeaderInDoubt { line }),
            (Header::Missing | Header::Named, _) => {}
        }
        self.warnings.extend(made);
        let dialect = Dialect {
            encoding: self.encoding,
            delimiter: found.grammar.delimiter,
            quote: found.grammar.quote,
            escape: found.grammar.escape,
            line_ends: found.line_ends,
            skipped,
            has_header,
            columns: columns.len(),
        };
        let (warnings, ragged) = (self.warnings, options.ragged);
        Ok(Reading { name, dialect, columns, warnings, records, ragged, gzip, progress, finished: false })
    }
}

/// Names for as many columns as the first record has cells, if it can be a row at all.
fn name_columns(first: &Record<'_>, has_header: bool, name: &str) -> Result<(Vec<String>, Vec<Warning>), Error> {
    let columns = first.cells.len();
    if first.flaw.is_some() {
        let (line, reason) = judge(first, columns, name)?;
        return Err(Error::Record { name: name.to_owned(), line, reason });
    }
    if columns > MAX_COLUMNS {
        return Err(Error::TooManyColumns { name: name.to_owned(), line: first.line, columns });
    }
    if has_header {
        Ok(names::settle(first.cells.iter(), first.line))
    } else {
        Ok((names::numbered(columns), Vec::new()))
    }
}

fn separates(byte: u8) -> bool {
    byte == b'\t' || byte == b' ' || (byte.is_ascii_punctuation() && byte != b'"')
}

/// The warning that goes with a guessed encoding.
fn guess(encoding: Encoding, sample: &[u8]) -> Warning {
    match encoding {
        Encoding::Utf16Le => Warning::Utf16WithoutMark { label: "utf-16le" },
        Encoding::Utf16Be => Warning::Utf16WithoutMark { label: "utf-16be" },
        Encoding::Utf8 | Encoding::Windows1252 | Encoding::Other(_) => {
            let ascii = sample.iter().take_while(|byte| byte.is_ascii()).count();
            Warning::Windows1252 { line: 1 + lines::ends(&sample[..ascii], false), likely: decode::likely(sample) }
        }
    }
}
