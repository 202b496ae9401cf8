//! E7: every commit is sealed, and each seal is made again from what is in the log.

use sha2::{Digest as _, Sha256};

use super::Breach;
use crate::model::id::Cursor;
use crate::model::segment::{StoredSegment, digest};

/// The chain of seals as it is made again.
pub struct Chain {
    made: Sha256,
    seal: [u8; 32],
    /// Segments since the last seal.
    open: u64,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain { made: Sha256::new_with_prefix([0; 32]), seal: [0; 32], open: 0 }
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").field("last", &self.last()).finish_non_exhaustive()
    }
}

impl Chain {
    /// The next segment of the log.
    pub fn add(&mut self, segment: &StoredSegment) {
        self.made.update(digest(segment, &segment.events));
        self.open += 1;
    }

    /// The seal that stands after the segments added so far.
    pub fn seal(&mut self, upto: Cursor, stored: [u8; 32]) -> Option<Breach> {
        let made: [u8; 32] = std::mem::take(&mut self.made).finalize().into();
        // What follows is held against the seal that is stored, so that one break is not told of every commit after it.
        self.made = Sha256::new_with_prefix(stored);
        (self.seal, self.open) = (stored, 0);
        (made != stored)
            .then(|| self.wrong(upto, "the seal does not fit: an event up to here was changed, added or removed"))
    }

    /// Events after the last seal, or a seal where no commit ends.
    pub fn wrong(&self, cursor: Cursor, what: &str) -> Breach {
        Breach { rule: "E7", cursor, object: "log".to_owned(), what: what.to_owned() }
    }

    /// Whether no event stands after the last seal.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.open == 0
    }

    /// The last seal, in hex: kept elsewhere, it shows a file that was forged from end to end.
    #[must_use]
    pub fn last(&self) -> String {
        self.seal.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
