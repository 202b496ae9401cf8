//! Answers that are followed while they are being said. What is shown so is not durable yet, and says so by what it is:
//! pieces of an answer that the log will have whole.

use std::fmt;
use std::sync::Arc;

use crate::model::id::RecordId;

/// Shows answers to whoever runs the job. It is called from any thread.
pub trait Show: Send + Sync {
    /// A line of the answer that a record's step waits for, whole and free of secrets.
    fn line(&self, record: RecordId, line: &str);
}

/// Who follows answers while they are being said. Where nobody does, none is asked for in pieces.
#[derive(Clone, Default)]
pub struct Live {
    /// Who shows them.
    pub show: Option<Arc<dyn Show>>,
    /// Whether the log keeps them.
    pub keep: bool,
}

impl Live {
    /// Whether anyone follows.
    #[must_use]
    pub const fn is_wanted(&self) -> bool {
        self.show.is_some() || self.keep
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("show", &self.show.is_some()).field("keep", &self.keep).finish()
    }
}
