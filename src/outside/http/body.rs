//! An answer's body: unpacked as it comes, and never more of it than is allowed.

use std::io::Write;

use flate2::write::MultiGzDecoder;

/// Takes the pieces of a body.
pub(super) enum Body {
    /// As they are.
    Plain(Room),
    /// Packed by gzip.
    Packed(MultiGzDecoder<Room>),
}

/// Why a piece was not taken.
pub(super) enum Rejected {
    /// It is more than is allowed.
    TooLarge,
    /// It is not packed as was said.
    Damaged,
}

/// Bytes up to a limit.
pub(super) struct Room {
    bytes: Vec<u8>,
    largest: usize,
    full: bool,
}

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.largest {
            self.full = true;
            return Err(std::io::Error::other("full"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Body {
    /// A body that begins, packed as its `Content-Encoding` says; nothing for one that was not asked for.
    pub(super) fn new(encoding: Option<&str>, largest: usize) -> Option<Body> {
        let room = Room { bytes: Vec::new(), largest, full: false };
        match encoding.map(|word| word.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Some(Body::Plain(room)),
            Some("gzip" | "x-gzip") => Some(Body::Packed(MultiGzDecoder::new(room))),
            Some(_) => None,
        }
    }

    /// Takes a piece.
    pub(super) fn take(&mut self, piece: &[u8]) -> Result<(), Rejected> {
        match self {
            Body::Plain(room) => room.write_all(piece).map_err(|_| Rejected::TooLarge),
            Body::Packed(packed) => {
                let written = packed.write_all(piece);
                written.map_err(|_| if packed.get_ref().full { Rejected::TooLarge } else { Rejected::Damaged })
            }
        }
    }

    /// What there is so far. Of a packed body, what could be unpacked.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Body::Plain(room) => &room.bytes,
            Body::Packed(packed) => &packed.get_ref().bytes,
        }
    }

    /// All of it, at the end.
    pub(super) fn finish(self, empty: bool) -> Result<Vec<u8>, Rejected> {
        match self {
            Body::Plain(room) => Ok(room.bytes),
            // An answer to HEAD says how a body would be packed, and has none.
            Body::Packed(_) if empty => Ok(Vec::new()),
            Body::Packed(mut packed) => match packed.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut packed.get_mut().bytes)),
                Err(_) if packed.get_ref().full => Err(Rejected::TooLarge),
                Err(_) => Err(Rejected::Damaged),
            },
        }
    }
}
