//! Bytes to UTF-8 text, and never a replacement character: what cannot be decoded is a fault with a place.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, UTF_8, WINDOWS_1252};

use super::options::Encoding;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How the encoding came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detected {
    pub(super) encoding: Encoding,
    /// A byte order mark or plain UTF-8, as against a guess that deserves a warning.
    pub(super) certain: bool,
}

/// The encoding of a file by its first bytes.
pub(super) fn detect(sample: &[u8]) -> Detected {
    let certain = |encoding| Detected { encoding, certain: true };
    let guess = |encoding| Detected { encoding, certain: false };
    if let Some((rules, _)) = encoding_rs::Encoding::for_bom(sample) {
        return certain(Encoding::from(rules));
    }
    if let Some(encoding) = utf16_without_mark(sample) {
        return guess(encoding);
    }
    let tally = Tally::of(sample);
    if tally.foreign > tally.characters { guess(Encoding::Windows1252) } else { certain(Encoding::Utf8) }
}

/// Delimiters, digits and line ends are ASCII in every script, which UTF-16 writes with a zero beside the letter, always
/// on the same side. A zero byte is nothing that other text has.
fn utf16_without_mark(sample: &[u8]) -> Option<Encoding> {
    let units = sample.chunks_exact(2);
    if !units.remainder().is_empty() {
        return None;
    }
    let (mut low_first, mut high_first) = (0, 0);
    for unit in units {
        low_first += usize::from(unit[1] == 0 && unit[0].is_ascii() && unit[0] != 0);
        high_first += usize::from(unit[0] == 0 && unit[1].is_ascii() && unit[1] != 0);
    }
    let plain = |many: usize, few: usize| many >= 4 && many * 10 >= sample.len() && few * 8 <= many;
    match () {
        () if plain(low_first, high_first) => Some(Encoding::Utf16Le),
        () if plain(high_first, low_first) => Some(Encoding::Utf16Be),
        () => None,
    }
}

/// What the letters look like when it is neither UTF-8 nor Windows-1252; only ever advice.
pub(super) fn likely(sample: &[u8]) -> Option<String> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let rules = detector.guess(None, Utf8Detection::Deny);
    (rules != WINDOWS_1252 && rules != UTF_8).then(|| rules.name().to_ascii_lowercase())
}

/// How far some bytes are UTF-8, counted outside ASCII.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    characters: usize,
    foreign: usize,
}

impl Tally {
    fn of(bytes: &[u8]) -> Tally {
        let mut tally = Tally::default();
        for chunk in bytes.utf8_chunks() {
            tally.characters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            tally.foreign += usize::from(!chunk.invalid().is_empty());
        }
        // A character cut by the end of the sample is not a foreign byte.
        let cut = std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
        tally.foreign -= usize::from(cut);
        tally
    }
}

/// Why bytes could not become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undecodable {
    /// Against what was stated or what the byte order mark says.
    Malformed,
    /// UTF-8 by its other characters.
    Damaged,
}

/// The encoding turned out to be Windows-1252.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// Offset into the text.
    pub(super) at: usize,
    pub(super) likely: Option<String>,
}

/// What a portion of bytes came to.
pub(super) struct Decoded {
    /// How many bytes were taken; the rest belongs before the next portion.
    pub(super) taken: usize,
    pub(super) turn: Option<Turn>,
    pub(super) fault: Option<Undecodable>,
}

/// Decodes a stream portion by portion.
pub(super) enum Decoder {
    /// UTF-8 is passed on as it is, once it is checked.
    Utf8 { guessed: bool, only_ascii: bool, begun: bool },
    /// `watch` keeps count in a guessed Windows-1252, where every byte decodes to something and only the
    /// proportion of what would have been UTF-8 can tell that the guess is wrong.
    Other { rules: encoding_rs::Decoder, watch: Option<Tally> },
}

impl Decoder {
    pub(super) fn stated(encoding: Encoding) -> Decoder {
        match encoding {
            Encoding::Utf8 => Decoder::Utf8 { guessed: false, only_ascii: true, begun: false },
            Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Windows1252 | Encoding::Other(_) => {
                Decoder::Other { rules: encoding.rules().new_decoder_with_bom_removal(), watch: None }
            }
        }
    }

    pub(super) fn detected(encoding: Encoding) -> Decoder {
        match encoding {
            Encoding::Utf8 => Decoder::Utf8 { guessed: true, only_ascii: true, begun: false },
            Encoding::Windows1252 => Decoder::guessed_windows1252(),
            Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Other(_) => Decoder::stated(encoding),
        }
    }

    fn guessed_windows1252() -> Decoder {
        let rules = WINDOWS_1252.new_decoder_without_bom_handling();
        Decoder::Other { rules, watch: Some(Tally::default()) }
    }

    /// Appends the text of `bytes` to `text`; `last` says that no more will come.
    pub(super) fn decode(&mut self, bytes: &[u8], last: bool, text: &mut Vec<u8>) -> Decoded {
        match self {
            Decoder::Utf8 { guessed, only_ascii, begun } => {
                let mark = if *begun || !bytes.starts_with(UTF8_MARK) { 0 } else { UTF8_MARK.len() };
                *begun = true;
                let (sound, bad) = check(&bytes[mark..], last);
                let sound = &bytes[mark..mark + sound];
                *only_ascii = *only_ascii && sound.is_ascii();
                text.extend_from_slice(sound);
                let taken = mark + sound.len();
                let fault = match (bad, *guessed) {
                    (false, _) => None,
                    (true, false) => Some(Undecodable::Malformed),
                    (true, true) if *only_ascii => return self.turn(bytes, taken, last, text),
                    (true, true) => Some(Undecodable::Damaged),
                };
                Decoded { taken, turn: None, fault }
            }
            Decoder::Other { rules, watch } => {
                let damaged = watch.as_mut().is_some_and(|tally| doubts(tally, bytes));
                let fault = if damaged { Some(Undecodable::Damaged) } else { transcode(rules, bytes, last, text) };
                Decoded { taken: bytes.len(), turn: None, fault }
            }
        }
    }

    /// The first bytes outside ASCII are not UTF-8. What came before reads the same in Windows-1252, so nothing that
    /// was handed out is wrong and the stream need not begin again.
    fn turn(&mut self, bytes: &[u8], taken: usize, last: bool, text: &mut Vec<u8>) -> Decoded {
        let turn = Some(Turn { at: text.len(), likely: likely(bytes) });
        *self = Decoder::guessed_windows1252();
        let rest = self.decode(&bytes[taken..], last, text);
        Decoded { taken: taken + rest.taken, turn, fault: rest.fault }
    }
}

/// Length of the part that is UTF-8, and whether what follows is foreign rather than incomplete.
fn check(bytes: &[u8], last: bool) -> (usize, bool) {
    if bytes.is_ascii() {
        return (bytes.len(), false);
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => (bytes.len(), false),
        Err(error) => (error.valid_up_to(), last || error.error_len().is_some()),
    }
}

fn doubts(tally: &mut Tally, bytes: &[u8]) -> bool {
    if bytes.is_ascii() {
        return false;
    }
    let more = Tally::of(bytes);
    tally.characters += more.characters;
    tally.foreign += more.foreign;
    tally.characters >= tally.foreign
}

fn transcode(
    rules: &mut encoding_rs::Decoder,
    mut bytes: &[u8],
    last: bool,
    text: &mut Vec<u8>,
) -> Option<Undecodable> {
    loop {
        let start = text.len();
        let room = rules.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len() + 16);
        text.resize(start + room, 0);
        let (result, read, written) = rules.decode_to_utf8_without_replacement(bytes, &mut text[start..], last);
        text.truncate(start + written);
        bytes = &bytes[read..];
        match result {
            DecoderResult::InputEmpty => return None,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => return Some(Undecodable::Malformed),
        }
    }
}
