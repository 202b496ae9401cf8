//! The counts of a job, as its records move.

use crate::model::payload::Counts;
use crate::model::status::{RecordStatus, Verdict};

impl Counts {
    /// How a job turned out, by its records: J6 of EVENTS §8.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        // A row that an ended job never started did not turn out well either.
        match (self.completed, self.total.saturating_sub(self.completed)) {
            (_, 0) => Verdict::Success,
            (0, _) => Verdict::Failure,
            (_, _) => Verdict::Partial,
        }
    }

    /// Moves one record from where it was to where it is.
    pub fn shift(&mut self, from: Option<RecordStatus>, to: RecordStatus) {
        let before = match from {
            None => &mut self.not_started,
            Some(status) => self.slot(status),
        };
        *before = before.saturating_sub(1);
        *self.slot(to) += 1;
    }

    fn slot(&mut self, status: RecordStatus) -> &mut u64 {
        match status {
            RecordStatus::Queued => &mut self.queued,
            RecordStatus::Running | RecordStatus::Stalled | RecordStatus::Canceling => &mut self.running,
            RecordStatus::Waiting => &mut self.waiting,
            RecordStatus::Sleeping => &mut self.sleeping,
            RecordStatus::Canceled => &mut self.canceled,
            RecordStatus::Completed => &mut self.completed,
            RecordStatus::Failed => &mut self.failed,
        }
    }

    /// Whether every record has ended.
    #[must_use]
    pub fn all_ended(&self) -> bool {
        self.completed + self.failed + self.canceled == self.total
    }
}
