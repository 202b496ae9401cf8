//! A window over the decoded text of a source: it holds the record at hand and what was read beyond it, no more.

use std::io::{self, Read};

use super::decode::{Decoder, Turn, Undecodable};

/// How much is read at once. Larger portions fall out of the processor's cache before they are parsed.
const PORTION: usize = 256 * 1024;

/// Why there is no more text, though the source is not at its end.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    Undecodable(Undecodable),
}

/// Where the text stops for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Supply {
    /// There may be more.
    Open,
    /// The source is read to its end.
    Ended,
    /// A sample of a longer text: it stops anywhere, and its last record is not to be trusted.
    Cut,
}

/// The window. Offsets into it are valid until the next `more`.
pub(super) struct Text {
    source: Box<dyn Read + Send>,
    decoder: Decoder,
    /// Bytes that were read; the first `held` of them wait for the rest of their character.
    portion: Vec<u8>,
    held: usize,
    bytes: Vec<u8>,
    supply: Supply,
    fault: Option<Fault>,
}

impl Text {
    pub(super) fn new(source: Box<dyn Read + Send>, decoder: Decoder) -> Text {
        let portion = vec![0; PORTION];
        Text { source, decoder, portion, held: 0, bytes: Vec::new(), supply: Supply::Open, fault: None }
    }

    /// Text that is at hand already.
    pub(super) fn sample(bytes: Vec<u8>, supply: Supply) -> Text {
        let decoder = Decoder::stated(super::options::Encoding::Utf8);
        let source = Box::new(io::empty());
        Text { source, decoder, portion: Vec::new(), held: 0, bytes, supply, fault: None }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn supply(&self) -> Supply {
        self.supply
    }

    /// Whether the next `more` is known to fail.
    pub(super) fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    /// Reads on, and tells if the text just turned out to be Windows-1252.
    /// Everything that was decoded before a fault is handed out first: the fault has a line, and records before it
    /// are sound.
    pub(super) fn more(&mut self) -> Result<Option<Turn>, Fault> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let before = self.bytes.len();
        while self.supply == Supply::Open && self.bytes.len() == before {
            let count = match self.source.read(&mut self.portion[self.held..]) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Fault::Io(error)),
            };
            if let Some(turn) = self.take_in(count)? {
                return Ok(Some(turn));
            }
        }
        Ok(None)
    }

    fn take_in(&mut self, count: usize) -> Result<Option<Turn>, Fault> {
        let full = self.held + count;
        let before = self.bytes.len();
        let decoded = self.decoder.decode(&self.portion[..full], count == 0, &mut self.bytes);
        self.portion.copy_within(decoded.taken..full, 0);
        self.held = full - decoded.taken;
        let fault = decoded.fault.map(Fault::Undecodable);
        // A text with a fault is not at its end: whoever comes to the fault must be told.
        if count == 0 && fault.is_none() {
            self.supply = Supply::Ended;
        }
        match fault {
            Some(fault) if self.bytes.len() == before && decoded.turn.is_none() => Err(fault),
            fault => {
                self.fault = fault;
                Ok(decoded.turn)
            }
        }
    }

    /// Forgets the first `count` bytes; offsets move down by as much.
    pub(super) fn forget(&mut self, count: usize) {
        self.bytes.drain(..count);
    }
}
