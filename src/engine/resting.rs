//! Records that rest before they are tried again. Counted by a clock that nobody can set.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use crate::model::id::RowId;
use crate::model::time::Millis;

/// The rows that rest, the one that is due first on top. What they are is in the log.
#[derive(Debug, Default)]
pub(super) struct Resting(BinaryHeap<Reverse<(Instant, RowId)>>);

impl Resting {
    pub(super) fn push(&mut self, row: RowId, rest: Millis) {
        self.0.push(Reverse((Instant::now() + Duration::from_millis(rest.0), row)));
    }

    /// How long until the next is due; nothing when none rests.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.0.peek().map(|Reverse((due, _))| due.saturating_duration_since(Instant::now()))
    }

    pub(super) fn is_due(&self) -> bool {
        self.wait() == Some(Duration::ZERO)
    }

    /// The next that is due.
    pub(super) fn pop(&mut self) -> Option<RowId> {
        if self.is_due() { self.0.pop().map(|Reverse((_, row))| row) } else { None }
    }
}
