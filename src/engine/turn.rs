//! The order in which finished records are written: where all steps are pure it is that of the rows, however they ended.

use std::collections::BTreeMap;

use crate::model::segment::Segment;

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Turn {
    kept: bool,
    tickets: u64,
    due: u64,
    waiting: BTreeMap<u64, Segment>,
}

impl Turn {
    /// `kept`: whether the order matters; else everyone is next.
    pub(super) const fn new(kept: bool) -> Turn {
        Turn { kept, tickets: 0, due: 1, waiting: BTreeMap::new() }
    }

    pub(super) const fn is_kept(&self) -> bool {
        self.kept
    }

    /// Whether nobody waits for another.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// A record is taken up.
    pub(super) const fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    pub(super) fn put(&mut self, ticket: u64, segment: Segment) {
        self.waiting.insert(ticket, segment);
    }

    /// The next segment that may be written.
    pub(super) fn next(&mut self) -> Option<Segment> {
        if !self.kept {
            return self.waiting.pop_first().map(|(_, segment)| segment);
        }
        let segment = self.waiting.remove(&self.due)?;
        self.due += 1;
        Some(segment)
    }
}
