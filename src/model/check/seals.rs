//! E7: every commit is sealed, and each seal is made again from what is in the log.

use super::Breach;
use crate::model::fingerprint::hex;
use crate::model::id::{Cursor, RequestId, WorkspaceId};
use crate::model::seal::Sealing;

/// The chain of seals as it is made again.
pub struct Chain {
    made: Sealing,
    seal: [u8; 32],
    /// Segments since the last seal.
    open: u64,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").field("last", &self.last()).finish_non_exhaustive()
    }
}

impl Chain {
    /// Of a workspace's log, from its beginning.
    #[must_use]
    pub fn of(workspace: WorkspaceId) -> Chain {
        Chain { made: Sealing::first(workspace), seal: [0; 32], open: 0 }
    }

    /// The digest of the next segment of the log.
    pub fn add(&mut self, digest: [u8; 32]) {
        self.made.add(digest);
        self.open += 1;
    }

    /// The seal that stands after the segments added so far.
    pub fn seal(&mut self, upto: Cursor, request: RequestId, stored: [u8; 32]) -> Option<Breach> {
        // What follows is held against the seal that is stored, so that one break is not told of every commit after it.
        let made = std::mem::replace(&mut self.made, Sealing::after(stored)).close(request);
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
        hex(&self.seal)
    }
}
