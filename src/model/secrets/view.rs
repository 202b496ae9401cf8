//! A text as what it says: escapes undone, base64 decoded, each byte with the place in the text that says it.

use std::borrow::Cow;
use std::ops::Range;

/// Fewer characters cannot be the base64 of a value.
const SHORTEST_RUN: usize = 8;

/// What a text says, under one reading.
pub(super) struct View<'t> {
    bytes: Cow<'t, [u8]>,
    /// Where in the text each byte is said; nothing for the text itself.
    places: Option<Vec<(u32, u32)>>,
}

impl<'t> View<'t> {
    pub(super) fn of(text: &'t str) -> View<'t> {
        View { bytes: Cow::Borrowed(text.as_bytes()), places: None }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The part of the text that says these bytes.
    pub(super) fn source(&self, bytes: Range<usize>) -> Range<usize> {
        let Some(places) = &self.places else { return bytes };
        let (first, last) = (places.get(bytes.start), places.get(bytes.end.saturating_sub(1)));
        first.map_or(0, |place| place.0 as usize)..last.map_or(0, |place| place.1 as usize)
    }

    /// Every reading of what this says that says something else.
    pub(super) fn below(&self) -> impl Iterator<Item = View<'static>> {
        let escapes: [(u8, Escape); 4] = [(b'\\', json), (b'&', html), (b'%', percent), (b'+', form)];
        let escapes = escapes.into_iter().filter(|(mark, _)| self.bytes.contains(mark));
        let undone = escapes.filter_map(|(mark, read)| self.undone(mark, read));
        let runs = self.runs();
        let skips = 0..if runs.is_empty() { 0 } else { 4 };
        undone.chain(skips.map(move |skip| self.decoded(&runs, skip)))
    }

    /// With the escapes of one kind undone.
    fn undone(&self, mark: u8, read: Escape) -> Option<View<'static>> {
        let mut reading = Reading::new(self);
        let mut at = 0;
        let mut changed = false;
        while let Some(&byte) = self.bytes.get(at) {
            // A plus is a space only where percents are escapes too.
            let said = if byte == mark || (mark == b'+' && byte == b'%') { read(&self.bytes[at..]) } else { None };
            match said {
                Some(Said { bytes, count, length }) => {
                    for byte in &bytes[..count] {
                        reading.push(*byte, at..at + length);
                    }
                    at += length;
                    changed = true;
                }
                None => {
                    reading.push(byte, at..at + 1);
                    at += 1;
                }
            }
        }
        changed.then(|| reading.end())
    }

    /// Where base64 may be, in either alphabet. Line ends within it are no part of it.
    fn runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut run: Option<(usize, usize)> = None;
        for (at, byte) in self.bytes.iter().chain(b" ").enumerate() {
            match (six_bits(*byte), &mut run) {
                (Some(_), Some((_, count))) => *count += 1,
                (Some(_), None) => run = Some((at, 1)),
                (None, Some(_)) if matches!(byte, b'\n' | b'\r') => {}
                (None, _) => runs.extend(run.take().filter(|run| run.1 >= SHORTEST_RUN).map(|run| run.0..at)),
            }
        }
        runs
    }

    /// With each run decoded from its `skip`-th character on: where the bytes before a value ended is not known.
    fn decoded(&self, runs: &[Range<usize>], skip: usize) -> View<'static> {
        let mut reading = Reading::new(self);
        for run in runs {
            let digits = run.clone().filter_map(|at| six_bits(self.bytes[at]).map(|bits| (at, bits)));
            decode(digits.skip(skip), &mut reading);
        }
        reading.end()
    }
}

fn decode(run: impl Iterator<Item = (usize, u8)>, reading: &mut Reading<'_>) {
    let (mut bits, mut held) = (0_u32, 0);
    // Where the character is that the bits which are held begin in.
    let mut begun = 0;
    for (at, six) in run {
        if held == 0 {
            begun = at;
        }
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = u8::try_from(bits >> held & 0xff).unwrap_or(0);
            reading.push(byte, begun..at + 1);
            bits &= (1 << held) - 1;
            begun = at;
        }
    }
    // No value holds a NUL, so none is found across two runs.
    reading.push(0, begun..begun);
}

/// A reading under way.
struct Reading<'v> {
    of: &'v View<'v>,
    bytes: Vec<u8>,
    places: Vec<(u32, u32)>,
}

impl<'v> Reading<'v> {
    fn new(of: &'v View<'_>) -> Reading<'v> {
        Reading { of, bytes: Vec::new(), places: Vec::new() }
    }

    fn push(&mut self, byte: u8, said_by: Range<usize>) {
        let place = self.of.source(said_by);
        let short = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        self.bytes.push(byte);
        self.places.push((short(place.start), short(place.end)));
    }

    fn end(self) -> View<'static> {
        View { bytes: Cow::Owned(self.bytes), places: Some(self.places) }
    }
}

/// What an escape says: up to four bytes, and how long it is itself.
struct Said {
    bytes: [u8; 4],
    count: usize,
    length: usize,
}

/// Reads the escape that a text begins with.
type Escape = fn(&[u8]) -> Option<Said>;

fn char_said(said: char, length: usize) -> Said {
    let mut bytes = [0; 4];
    let count = said.encode_utf8(&mut bytes).len();
    Said { bytes, count, length }
}

/// The number that so many hexadecimal digits are.
fn hex(digits: Option<&[u8]>) -> Option<u32> {
    let digits = std::str::from_utf8(digits?).ok()?;
    // A number may have a sign, digits may not.
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// RFC 8259 §7, and `\'`.
fn json(text: &[u8]) -> Option<Said> {
    let short = match text.get(1)? {
        byte @ (b'"' | b'\\' | b'/' | b'\'') => char::from(*byte),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(text),
        _ => return None,
    };
    Some(char_said(short, 2))
}

/// `\u` and four digits, or two of these for one character; or `\u{…}`, as messages of programs have it.
fn unicode(text: &[u8]) -> Option<Said> {
    if text.get(2) == Some(&b'{') {
        let length = text.get(3..10)?.iter().position(|byte| *byte == b'}')?;
        let said = char::from_u32(hex(text.get(3..3 + length))?)?;
        return Some(char_said(said, length + 4));
    }
    let first = hex(text.get(2..6))?;
    if let Some(said) = char::from_u32(first) {
        return Some(char_said(said, 6));
    }
    let second = hex(text.get(8..12)).filter(|_| text.get(6..8) == Some(b"\\u"))?;
    let said = char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]).next()?;
    Some(char_said(said.ok()?, 12))
}

/// The five named references that escaping makes, and numeric ones.
fn html(text: &[u8]) -> Option<Said> {
    const LONGEST: usize = 12;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let said = match &text[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hex(Some(digits))?)?,
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    };
    Some(char_said(said, end + 1))
}

/// RFC 3986 §2.1.
fn percent(text: &[u8]) -> Option<Said> {
    let byte = u8::try_from(hex(text.get(1..3))?).ok()?;
    Some(Said { bytes: [byte, 0, 0, 0], count: 1, length: 3 })
}

/// The same, with a plus for a space.
fn form(text: &[u8]) -> Option<Said> {
    if text.first() == Some(&b'+') { Some(char_said(' ', 1)) } else { percent(text) }
}

/// RFC 4648 §4 and §5.
fn six_bits(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
