//! Jobs and records as they are stored, beside what their events come to (F4, E6).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{PAGE, Run};
use crate::model::check::{JobCheck, RecordCheck, Tallied};
use crate::model::fingerprint::Ranges;
use crate::model::id::{JobId, RecordId, RowId};
use crate::model::report::{counted, grouped};
use crate::store::{self, Job, RecordAsk};

/// What the states of a record or a job are when they are wrong.
const OTHER: &str = "its state is not what its events come to";

impl Run<'_> {
    /// The row of a record is what its events come to.
    pub(super) fn compare(&mut self, id: RecordId, check: &RecordCheck) -> store::Result<()> {
        *self.records.entry(id.job).or_default() += 1;
        let Some(row) = self.read.record(id)? else {
            self.note("F4", &format!("record {id}"), "it has events, and no state");
            return Ok(());
        };
        let fold = &check.fold;
        let same = Some(row.status) == fold.status
            && (row.attempt, row.claim, row.partial) == (fold.attempt, fold.claim, fold.partial)
            && (row.started_at, row.ended_at) == (fold.started_at, fold.ended_at)
            && (row.failed_step, row.reason) == (fold.failed_step, fold.reason)
            && row.disposition == fold.disposition;
        if !same {
            self.note("F4", &format!("record {id}"), OTHER);
        }
        Ok(())
    }

    /// After the last segment: records that have not ended, and the jobs that the log knows.
    pub(super) fn jobs(&mut self) -> store::Result<BTreeSet<JobId>> {
        for (id, check) in &self.check.open() {
            self.compare(*id, check)?;
        }
        let jobs = self.check.jobs();
        for (id, check) in &jobs {
            self.compare_job(*id, check)?;
        }
        Ok(jobs.into_iter().map(|(id, _)| id).collect())
    }

    /// The row of a job is what its events come to, and it has no records besides those of the log.
    fn compare_job(&mut self, id: JobId, check: &JobCheck) -> store::Result<()> {
        let object = format!("job {id}");
        let Some(job) = self.read.job(id)? else {
            self.note("F4", &object, "it has events, and no state");
            return Ok(());
        };
        let fold = &check.fold;
        let same = Some(job.status) == fold.status
            && job.counts == check.counts
            && (job.started_at, job.ended_at, job.reason) == (fold.started_at, fold.ended_at, fold.reason)
            && (job.ran, job.since) == (fold.ran, fold.since);
        self.hold(same, &object, OTHER);
        self.hold(job.pruned_at.is_none(), &object, "it has events, and says that they were pruned");
        self.origin(&object, &job, check)?;
        let mut tally = Tallied::default();
        let known = self.read.tally(id)?.iter().all(|told| tally.count(&told.what, &told.key, told.n));
        self.hold(known && tally == check.tally, &object, "its tally is not what its records came to");
        let rows = self.read.count_records(&job, &RecordAsk::default())?;
        let records = self.records.get(&id).copied().unwrap_or(0);
        let stored = format!("{} stored, {} in the log", counted(rows, "record"), grouped(records));
        self.hold(rows == records, &object, &stored);
        self.head(Some(id), &object)
    }

    /// What was settled when it was made.
    fn origin(&mut self, object: &str, job: &Job, check: &JobCheck) -> store::Result<()> {
        // Without a beginning it broke another rule already.
        let Some((at, created)) = &check.created else { return Ok(()) };
        let settings = || created.settings.clone().unwrap_or_else(|| json!({}));
        let same = (&job.spinner, job.version, &job.table) == (&created.spinner, created.version, &created.table)
            && (&job.fields, &job.steps) == (&created.metadata_fields, &created.steps)
            && (job.created_at, &job.fingerprint) == (*at, &created.fingerprint)
            && (&job.idempotency_key, job.retry_of.map(|id| id.0)) == (&created.idempotency_key, created.retry_of)
            && check.project.as_ref().is_none_or(|project| *project == job.project)
            && serde_json::from_str::<Value>(&job.settings).is_ok_and(|stored| stored == settings());
        self.hold(same, object, "it is not the job that `job.created` made");
        let (rows, sha256) = self.selection(job.id)?;
        let same = rows == created.total && sha256 == created.selection.sha256;
        self.hold(same, object, "its rows are not those that were selected");
        Ok(())
    }

    /// How many rows a job has selected, and their fingerprint.
    fn selection(&self, job: JobId) -> store::Result<(u64, String)> {
        let (mut print, mut rows, mut after) = (Ranges::default(), 0_u64, RowId(0));
        loop {
            let page = self.read.selection(job, after, PAGE)?;
            let Some(last) = page.last() else { return Ok((rows, print.finish())) };
            after = RowId(*last.end());
            for range in &page {
                print.range(range);
                rows = rows.saturating_add((range.end() + 1).saturating_sub(*range.start()));
            }
        }
    }

    pub(super) fn head(&mut self, stream: Option<JobId>, object: &str) -> store::Result<()> {
        let ((stored, at), (seen, last)) = (self.read.head(stream)?, self.check.head(stream));
        if stored != seen {
            self.note("E6", object, &format!("its last number is {stored}, in the log {seen}"));
        }
        if at != last {
            self.note("E6", object, &format!("its last time is {at}, in the log {last}"));
        }
        Ok(())
    }
}
