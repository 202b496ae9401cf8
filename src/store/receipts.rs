//! What stays of a pruned job, as one fingerprint: noted with the prune, it shows for ever whether it was changed since.

use crate::model::fingerprint::Rows;
use crate::model::id::RowId;
use crate::model::reason::Reason;
use crate::model::time::Timestamp;
use crate::store::{Job, Read, Record, RecordAsk, Result};

/// Read at once.
const PAGE: u64 = 1_000;

/// SHA-256 of an ended job's row, its selection, its tally and its records. What it holds is a promise: the events
/// that say it again are gone.
///
/// # Errors
/// When the store cannot be read.
pub fn receipts(read: &dyn Read, job: &Job) -> Result<String> {
    let mut print = Rows::default();
    add(&mut print, &of_job(job)?);
    let mut after = RowId(0);
    while let Some(page) = Some(read.selection(job.id, after, PAGE)?).filter(|page| !page.is_empty()) {
        for range in page {
            after = RowId(*range.end());
            add(&mut print, &["selection".to_owned(), range.start().to_string(), range.end().to_string()]);
        }
    }
    for tally in read.tally(job.id)? {
        add(&mut print, &[tally.what, tally.key, tally.n.to_string()]);
    }
    let mut after = RowId(0);
    while let Some(page) = Some(read.records(job, &RecordAsk::default(), after, PAGE)?).filter(|page| !page.is_empty())
    {
        for record in page {
            after = record.id.row;
            add(&mut print, &of_record(&record));
        }
    }
    Ok(print.finish())
}

fn add(print: &mut Rows, cells: &[String]) {
    print.row(cells.iter().map(String::as_bytes));
}

fn of_job(job: &Job) -> Result<Vec<String>> {
    let counts = &job.counts;
    Ok(vec![
        job.id.to_string(),
        job.spinner.clone(),
        job.version.to_string(),
        job.table.clone(),
        serde_json::to_string(&job.fields)?,
        serde_json::to_string(&job.steps)?,
        job.settings.clone(),
        job.status.name().to_owned(),
        reason(job.reason),
        serde_json::to_string(counts)?,
        job.created_at.0.to_string(),
        time(job.started_at),
        time(job.ended_at),
        job.idempotency_key.clone().unwrap_or_default(),
        job.fingerprint.clone(),
        job.ran.0.to_string(),
        time(job.since),
        job.last_at.0.to_string(),
    ])
}

fn of_record(record: &Record) -> [String; 10] {
    [
        record.id.row.to_string(),
        record.status.name().to_owned(),
        record.attempt.to_string(),
        record.claim.to_string(),
        u8::from(record.partial).to_string(),
        time(record.started_at),
        time(record.ended_at),
        record.failed_step.map_or_else(String::new, |step| step.to_string()),
        reason(record.reason),
        record.disposition.clone().unwrap_or_default(),
    ]
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.0.to_string())
}

fn reason(reason: Option<Reason>) -> String {
    reason.map_or("", Reason::name).to_owned()
}
