//! Seals: what is over each commit of the log (EVENTS §4).

use sha2::{Digest as _, Sha256};

use super::id::{RequestId, WorkspaceId};

/// A seal under way: the one before it, each segment of the commit, and at the end the request that made the commit.
pub struct Sealing(Sha256);

impl Sealing {
    /// After the seal of the commit before.
    #[must_use]
    pub fn after(seal: [u8; 32]) -> Sealing {
        Sealing(Sha256::new_with_prefix(seal))
    }

    /// Before the first commit there is the workspace, so that no log can be taken for another's.
    #[must_use]
    pub fn first(workspace: WorkspaceId) -> Sealing {
        let mut begin = [0; 32];
        begin[..8].copy_from_slice(&workspace.0.to_le_bytes());
        Sealing::after(begin)
    }

    /// Adds the digest of a segment.
    pub fn add(&mut self, digest: [u8; 32]) {
        self.0.update(digest);
    }

    /// The seal.
    #[must_use]
    pub fn close(self, request: RequestId) -> [u8; 32] {
        self.0.chain_update(request.0.to_le_bytes()).finalize().into()
    }
}
