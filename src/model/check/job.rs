//! The rules of a job: it begins with its creation, its counts follow its records, nothing happens after its end.

use super::{Breach, Entry};
use crate::model::event::{Event, EventType};
use crate::model::fingerprint::Counted;
use crate::model::fold::{JobFold, RecordFold};
use crate::model::id::{JobId, RecordId};
use crate::model::payload::{Counts, JobCreated, StepName};
use crate::model::report::{counted, grouped};
use crate::model::spinner::Target;
use crate::model::status::{JobStatus, RecordStatus};
use crate::model::time::Timestamp;
use crate::model::usage::Usage;

/// What the events of a job came to.
#[derive(Debug, Default)]
pub struct JobCheck {
    /// Its own events.
    pub fold: JobFold,
    /// Where its records stand.
    pub counts: Counts,
    /// How many events it has.
    pub events: u64,
    /// The frozen steps.
    pub steps: Vec<StepName>,
    /// Where each step leads, where that is known.
    pub ways: Vec<Target>,
    /// The columns that may enter as params.
    pub fields: Vec<String>,
    /// All that its creation said, and when.
    pub created: Option<(Timestamp, Box<JobCreated>)>,
    /// The project that it belongs to, where that is known.
    pub project: Option<String>,
    /// What was counted of its ended records.
    pub tally: Tallied,
}

/// What was counted, by the kinds of the store's tally; flat however many dispositions there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tallied {
    dispositions: Counted,
    outcomes: Counted,
    failures: Counted,
    usage: Counted,
}

impl Tallied {
    /// Counts something `n` times more; false for a kind that there is not.
    pub fn count(&mut self, what: &str, key: &str, n: u64) -> bool {
        let counted = match what {
            "disposition" => &mut self.dispositions,
            "outcome" => &mut self.outcomes,
            "failure" => &mut self.failures,
            _ => return self.used(what, key, n),
        };
        counted.count(key, n);
        true
    }

    fn used(&mut self, what: &str, model: &str, n: u64) -> bool {
        let known = Usage::TALLIED.contains(&what);
        if known {
            self.usage.count(&format!("{what} {model}"), n);
        }
        known
    }

    fn ended(&mut self, fold: &RecordFold) {
        if let Some(disposition) = &fold.disposition {
            self.dispositions.count(disposition, 1);
        }
        for key in &fold.outcome_keys {
            self.outcomes.count(key, 1);
        }
        if fold.status == Some(RecordStatus::Failed) {
            self.failures.count(&fold.failure(), 1);
        }
        for usage in &fold.usage {
            for (what, n) in usage.counts() {
                self.used(what, &usage.model, n);
            }
        }
    }
}

impl JobCheck {
    /// Whether records may start now (R3).
    pub(super) fn runs(&self) -> bool {
        self.fold.status == Some(JobStatus::Running)
    }

    /// An event of the job's own.
    pub(super) fn own(&mut self, id: JobId, entry: &Entry, breaches: &mut Vec<Breach>) {
        let mut breach = |rule, what: String| {
            breaches.push(Breach { rule, cursor: entry.cursor, object: format!("job {id}"), what });
        };
        if self.events == 0 && entry.event.kind() != EventType::JobCreated {
            breach("J1", format!("it begins with `{}`", entry.event.kind().name()));
        }
        self.events += 1;
        if let Err(illegal) = self.fold.apply(entry.at, &entry.event) {
            let rule = if self.fold.status.is_some_and(JobStatus::is_terminal) { "F3" } else { "F2" };
            breach(rule, illegal.to_string());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other type says anything to hold it to")]
        match &entry.event {
            Event::JobCreated(created) => {
                self.counts = Counts { total: created.total, not_started: created.total, ..Counts::default() };
                self.steps.clone_from(&created.steps);
                self.fields.clone_from(&created.metadata_fields);
                self.created.get_or_insert_with(|| (entry.at, created.clone()));
            }
            Event::JobWaiting(because) if because.reason_code.is_none() => {
                let counts = self.counts;
                if counts.queued + counts.running + counts.not_started > 0 {
                    breach("J7", "it waits while there is something to do".to_owned());
                }
            }
            Event::JobProgress(progress) if progress.counts != self.counts => {
                breach("J4", differ(&progress.counts, &self.counts));
            }
            Event::JobCompleted(ended) | Event::JobFailed(ended) | Event::JobCanceled(ended) => {
                if ended.counts != self.counts {
                    breach("J4", differ(&ended.counts, &self.counts));
                }
                let counts = self.counts;
                if counts.queued + counts.running + counts.waiting + counts.sleeping > 0 {
                    breach("J5", "it ended while records of it had not".to_owned());
                }
                let completed = entry.event.kind() == EventType::JobCompleted;
                if completed && counts.not_started > 0 {
                    breach("J3", format!("it completed with {} not started", counted(counts.not_started, "row")));
                }
            }
            _ => {}
        }
    }

    /// A record of it went from one status to where it is now.
    pub(super) fn moved(
        &mut self,
        id: RecordId,
        from: Option<RecordStatus>,
        fold: &RecordFold,
        entry: &Entry,
        breaches: &mut Vec<Breach>,
    ) {
        if self.events == 0 || self.fold.status.is_some_and(JobStatus::is_terminal) {
            let rule = if self.events == 0 { "J1" } else { "J2" };
            let what = format!("`{}` while its job is not there", entry.event.kind().name());
            breaches.push(Breach { rule, cursor: entry.cursor, object: format!("record {id}"), what });
        }
        self.events += 1;
        self.fold.last_at = self.fold.last_at.max(entry.at);
        if let Some(to) = fold.status.filter(|to| from != Some(*to)) {
            self.counts.shift(from, to);
            if to.is_terminal() {
                self.tally.ended(fold);
            }
        }
    }
}

/// Which counts of an event are not those of the records.
fn differ(told: &Counts, found: &Counts) -> String {
    let each = |counts: &Counts| {
        [
            ("total", counts.total),
            ("not_started", counts.not_started),
            ("queued", counts.queued),
            ("running", counts.running),
            ("waiting", counts.waiting),
            ("sleeping", counts.sleeping),
            ("completed", counts.completed),
            ("failed", counts.failed),
            ("canceled", counts.canceled),
        ]
    };
    let pairs = each(told).into_iter().zip(each(found)).filter(|(told, found)| told != found);
    let told = pairs.map(|((name, told), (_, found))| {
        format!("{name}: it says {}, its records say {}", grouped(told), grouped(found))
    });
    told.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_counts_that_differ_are_told() {
        let told = Counts { total: 1_000, completed: 1_000, ..Counts::default() };
        let found = Counts { total: 1_000, completed: 999, running: 1, ..Counts::default() };
        let expected = "running: it says 0, its records say 1; completed: it says 1,000, its records say 999";
        assert_eq!(differ(&told, &found), expected);
    }
}
