//! What the caller may state instead of having it detected; each word parses from the flag that carries it.

use std::fmt;
use std::str::FromStr;

use super::error::Error;

/// What is stated about a file. The default states nothing: everything is detected, and ragged rows stop the reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The byte between two cells; ASCII only, so that it can never cut a character in two.
    pub delimiter: Option<u8>,
    /// What encloses a cell that contains delimiters or line ends.
    pub quote: Option<Quote>,
    /// How a quote is written inside a quoted cell.
    pub escape: Option<Escape>,
    /// How bytes become text.
    pub encoding: Option<Encoding>,
    /// Whether the first record names the columns.
    pub headers: Headers,
    /// Exactly this many physical lines are passed over before anything is read; stating it (even 0) turns off the
    /// search for a preamble.
    pub skip_lines: Option<u64>,
    /// A line that begins with this byte is not a record. Never detected: `#` begins too many real cells.
    pub comment: Option<u8>,
    /// What happens to a record with too few or too many cells.
    pub ragged: Ragged,
}

impl Options {
    /// Bytes that could not do their work together are refused before a file is opened.
    pub(super) fn check(&self) -> Result<(), Error> {
        let quote = self.quote.and_then(Quote::byte);
        let stated = [("the delimiter", self.delimiter), ("the quote", quote), ("the comment character", self.comment)];
        for (index, (what, byte)) in stated.iter().enumerate() {
            let Some(byte) = *byte else { continue };
            let refused = |found: String| Err(Error::Option { what, found });
            if !byte.is_ascii() {
                return refused("a byte outside ASCII".to_owned());
            }
            if matches!(byte, b'\n' | b'\r' | 0) {
                return refused("a line end or NUL".to_owned());
            }
            if let Some((other, _)) = stated[..index].iter().find(|(_, other)| *other == Some(byte)) {
                return refused(format!("`{}`, which is {other}", byte.escape_ascii()));
            }
            if byte == b'\\' && self.escape == Some(Escape::Backslash) {
                return refused("`\\`, which is the escape".to_owned());
            }
        }
        Ok(())
    }
}

/// What encloses a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// `"`
    Double,
    /// `'`
    Single,
    /// Another ASCII byte; never detected.
    Byte(u8),
    /// Nothing does: every quote is text. Never detected.
    Absent,
}

impl Quote {
    /// The byte, when there is one.
    pub fn byte(self) -> Option<u8> {
        match self {
            Quote::Double => Some(b'"'),
            Quote::Single => Some(b'\''),
            Quote::Byte(byte) => Some(byte),
            Quote::Absent => None,
        }
    }
}

/// How a quote is written inside a quoted cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `""`
    Doubled,
    /// `\"`; a doubled quote is understood as well. The byte after a backslash is taken as it is.
    Backslash,
}

/// Whether the first record names the columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Headers {
    /// It does, unless it is plainly data.
    #[default]
    Detect,
    /// It does.
    Present,
    /// It is data; columns are called `column_1` and so on.
    Absent,
}

/// What happens to a record that has not as many cells as there are columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ragged {
    /// An error that names the line.
    #[default]
    Stop,
    /// Short records are filled with empty cells; long ones still stop.
    Pad,
    /// It is handed over as a reject with its line, and so is a record that is damaged within itself.
    Reject,
}

/// How bytes become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// What spreadsheets of western Europe write; ISO-8859-1 is a part of it.
    Windows1252,
    /// Any other of the WHATWG Encoding Standard; never detected.
    Other(&'static encoding_rs::Encoding),
}

impl Encoding {
    pub(super) fn rules(self) -> &'static encoding_rs::Encoding {
        match self {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
            Encoding::Other(rules) => rules,
        }
    }
}

impl From<&'static encoding_rs::Encoding> for Encoding {
    fn from(rules: &'static encoding_rs::Encoding) -> Self {
        [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252]
            .into_iter()
            .find(|known| known.rules() == rules)
            .unwrap_or(Encoding::Other(rules))
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rules().name().to_ascii_lowercase())
    }
}

/// A word that a flag does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{word}`: {known}")]
pub struct Unknown {
    /// What the word was meant to be: `delimiter`, `quote`, `escape`, `encoding`.
    pub what: &'static str,
    /// The word.
    pub word: String,
    /// What would have been understood.
    pub known: &'static str,
}

fn unknown(what: &'static str, word: &str, known: &'static str) -> Unknown {
    Unknown { what, word: word.to_owned(), known }
}

impl FromStr for Encoding {
    type Err = Unknown;
    fn from_str(word: &str) -> Result<Self, Unknown> {
        encoding_rs::Encoding::for_label(word.as_bytes()).map(Encoding::from).ok_or_else(|| {
            unknown("encoding", word, "use utf-8, utf-16le, utf-16be, windows-1252 or another label of the web")
        })
    }
}

impl FromStr for Quote {
    type Err = Unknown;
    fn from_str(word: &str) -> Result<Self, Unknown> {
        match word {
            "\"" | "double" => Ok(Quote::Double),
            "'" | "single" => Ok(Quote::Single),
            "none" => Ok(Quote::Absent),
            other => single_byte(other)
                .map(Quote::Byte)
                .ok_or_else(|| unknown("quote", word, "use double, single, none or one ASCII character")),
        }
    }
}

impl FromStr for Escape {
    type Err = Unknown;
    fn from_str(word: &str) -> Result<Self, Unknown> {
        match word {
            "doubled" => Ok(Escape::Doubled),
            "\\" | "backslash" => Ok(Escape::Backslash),
            _ => Err(unknown("escape", word, "use doubled or backslash")),
        }
    }
}

/// The delimiter that a word stands for: a single ASCII character, or the name under which a dialect prints it.
pub fn delimiter(word: &str) -> Result<u8, Unknown> {
    match word {
        "comma" => Ok(b','),
        "semicolon" => Ok(b';'),
        "tab" | "\\t" => Ok(b'\t'),
        "pipe" => Ok(b'|'),
        "space" => Ok(b' '),
        other => single_byte(other)
            .ok_or_else(|| unknown("delimiter", word, "use comma, semicolon, tab, pipe or one ASCII character")),
    }
}

fn single_byte(word: &str) -> Option<u8> {
    match word.as_bytes() {
        [byte] if byte.is_ascii() => Some(*byte),
        _ => None,
    }
}
