//! `retry`: a job of its own over the records that an earlier one did not complete, linked to it (SPEC §5).

use super::args::{Assume, Retry as Args};
use super::context::Context;
use super::drive::{self, drive};
use super::failure::Failure;
use super::select::{self, known_job};
use super::vault::{self, Opened};
use crate::engine::Overrides;
use crate::model::document::{list, nearest};
use crate::model::id::{JobId, RecordId, RowId};
use crate::model::payload::{Assumed, JobCreated, SelectionFact, Trigger};
use crate::model::reason::Reason;
use crate::model::report::counted;
use crate::model::spinner::Limits;
use crate::model::status::RecordStatus;
use crate::store::{Job, Left, NewJob, Read as _, Rows, SqliteStore, Write as _};

/// `cxgear retry`.
pub(super) fn retry(context: &Context, args: &Args) -> Result<u8, Failure> {
    let reader = context.reader()?;
    let job = known_job(Some(&reader), args.what.job)?;
    crate::views::history::whole(&job, &format!("`cxgear run {} --failed-in {}` begins anew", job.spinner, job.id))?;
    let left = Left {
        job: job.id,
        row: args.what.row,
        failed: args.failed,
        reason: args.reason.as_deref().map(reason).transpose()?,
        step: args.step.as_deref().map(|name| step(&job, name)).transpose()?,
        doubtful: args.assume.is_some(),
    };
    let doubtful = doubtful(&reader, &job, &left)?;
    let frozen = drive::frozen(context, &reader, &job)?;
    let new = new_job(&reader, &job, &left, args, frozen.limits)?;
    if reader.count_left(&left)? == 0 {
        return nothing(context, &reader, &job, &left);
    }
    vault::held(&vault::names(Some(&reader))?, &frozen.pipeline)?;
    let opened = match args.detach {
        true => Opened::default(),
        false => vault::open_for(context, Some(&reader), &frozen.pipeline, &args.key)?,
    };
    drop(reader);
    let mut store = context.writer()?;
    let Some(id) = store.create_job(context.now(), &new)? else {
        return nothing(context, &context.reader()?, &job, &left);
    };
    let total = known_job(Some(&store), id)?.counts.total;
    context.say(&format!("job {id} retries {} of job {}", counted(total, "record"), job.id));
    if doubtful > 0 {
        let text = format!("{} of job {} may have been sent, so a person decides", counted(doubtful, "record"), job.id);
        context.warn(&text, &assume(&job.id.to_string()));
    }
    if args.detach {
        context.say(&format!("job {id} is queued; `cxgear resume {id}` executes it"));
        drive::show_job(context, &store, id)?;
        return Ok(0);
    }
    drive(context, &mut store, id, &opened)
}

/// How many records that fit are left out, because nobody can tell whether they were sent. Asking for such a one without
/// a word about it is refused.
fn doubtful(reader: &SqliteStore, job: &Job, left: &Left) -> Result<u64, Failure> {
    if left.doubtful {
        return Ok(0);
    }
    let count = reader.count_left(&Left { doubtful: true, ..left.clone() })?;
    let asked_for = left.row.map(|row| RecordId { job: job.id, row }.to_string());
    let asked_for = asked_for.or_else(|| left.reason.filter(|reason| reason.is_unsafe()).map(|_| job.id.to_string()));
    match asked_for.filter(|_| count > 0) {
        None => Ok(count),
        Some(what) => {
            let told =
                format!("nobody can tell whether {} sent", if left.row.is_some() { "it was" } else { "they were" });
            Err(assume(&what).into_iter().fold(Failure::request(told), Failure::hint))
        }
    }
}

/// How a person says what nobody else can tell.
fn assume(what: &str) -> [String; 2] {
    [
        format!("`cxgear retry {what} --assume sent` goes on with the step after it"),
        format!("`cxgear retry {what} --assume not-sent` sends it now"),
    ]
}

fn reason(word: &str) -> Result<Reason, Failure> {
    let names = || Reason::ALL.iter().map(|(reason, _)| reason.name());
    Reason::named(&word.to_ascii_uppercase()).ok_or_else(|| {
        let hint = nearest(&word.to_ascii_uppercase(), names())
            .map_or_else(|| format!("reasons: {}", list(names())), |near| format!("did you mean `{near}`?"));
        Failure::request(format!("there is no reason `{word}`")).hint(hint)
    })
}

fn step(job: &Job, name: &str) -> Result<u32, Failure> {
    let names = || job.steps.iter().map(|step| step.name.as_str());
    let place = names().position(|step| step == name).and_then(|place| u32::try_from(place).ok());
    place.ok_or_else(|| {
        let hint = nearest(name, names())
            .map_or_else(|| format!("its steps: {}", list(names())), |near| format!("did you mean `{near}`?"));
        Failure::request(format!("{}@{} has no step `{name}`", job.spinner, job.version)).hint(hint)
    })
}

/// The same spinner version over the same fields; the limits are those of the earlier job, but for what is given.
fn new_job(reader: &SqliteStore, job: &Job, left: &Left, args: &Args, limits: Limits) -> Result<NewJob, Failure> {
    let given = select::overrides(&args.limits);
    given.over(limits).map_err(Failure::request)?;
    let earlier: Overrides = serde_json::from_str(&job.settings).unwrap_or_default();
    let overrides = Overrides {
        concurrency: given.concurrency.or(earlier.concurrency),
        rate: given.rate.or(earlier.rate),
        max_failures: given.max_failures.or(earlier.max_failures),
        assumed: args.assume.map(|assume| match assume {
            Assume::Sent => Assumed::Sent,
            Assume::NotSent => Assumed::NotSent,
        }),
    };
    let version = reader.spinner(&job.spinner, Some(job.version))?;
    let created = JobCreated {
        spinner: job.spinner.clone(),
        version: job.version,
        hash: version.map(|version| version.hash).unwrap_or_default(),
        steps: job.steps.clone(),
        table: job.table.clone(),
        metadata_fields: job.fields.clone(),
        total: 0,
        selection: SelectionFact { summary: summary(job, left, overrides.assumed), sha256: String::new() },
        trigger: Trigger::Retry,
        retry_of: Some(job.id.0),
        idempotency_key: None,
        settings: None,
        fingerprint: String::new(),
        input: None,
    };
    let settings = serde_json::to_string(&overrides).unwrap_or_default();
    Ok(NewJob { created, rows: Rows::Left(left.clone()), settings, fingerprint: String::new() })
}

/// The selection in words, for the log.
fn summary(job: &Job, left: &Left, assumed: Option<Assumed>) -> String {
    let mut words = match left.row {
        Some(row) => format!("record {}/{row}", job.id),
        None if left.failed => format!("failed in job {}", job.id),
        None => format!("not completed in job {}", job.id),
    };
    if let Some(reason) = left.reason {
        words += &format!(", {}", reason.name());
    }
    if let Some(step) = left.step.and_then(|step| job.steps.get(step as usize)) {
        words += &format!(", at {}", step.name);
    }
    if let Some(assumed) = assumed {
        words += &format!(", {}", assumed.told());
    }
    words
}

/// Says why there is nothing to retry. One record that cannot be is a mistake; a job without any is as it should be.
fn nothing(context: &Context, reader: &SqliteStore, job: &Job, left: &Left) -> Result<u8, Failure> {
    let retries = reader.retries(job.id)?;
    if let Some(row) = left.row {
        return Err(not_this(reader, job, row, left, &retries)?);
    }
    let doubtful = reader.count_left(&Left { doubtful: true, ..left.clone() })?;
    if doubtful > 0 && !left.doubtful {
        let text = format!("{} of job {} may have been sent, so a person decides", counted(doubtful, "record"), job.id);
        context.warn(&text, &assume(&job.id.to_string()));
        return Ok(0);
    }
    let fits = if left.reason.is_some() || left.step.is_some() { " fits, or" } else { "" };
    context.say(&format!("nothing of job {}{fits} is left to retry, so no job is made", job.id));
    if let Some(latest) = retries.last() {
        context.say(&format!("job {latest} has retried it; `cxgear retry {latest}` retries what is left of that"));
    }
    Ok(0)
}

fn not_this(reader: &SqliteStore, job: &Job, row: RowId, left: &Left, retries: &[JobId]) -> Result<Failure, Failure> {
    let id = RecordId { job: job.id, row };
    let Some(record) = reader.record(id)? else {
        return Ok(Failure::request(format!("there is no record {id}"))
            .hint(format!("`cxgear records {}` lists them", job.id)));
    };
    for later in retries.iter().rev() {
        let again = RecordId { job: *later, row };
        if reader.record(again)?.is_some() {
            let what = format!("record {id} was retried as {again}");
            return Ok(Failure::request(what).hint(format!("`cxgear retry {again}` tries that one again")));
        }
    }
    let what = match record.status {
        RecordStatus::Failed | RecordStatus::Canceled if left.doubtful => {
            format!("there is nothing to assume of record {id}: it is certain what was sent")
        }
        RecordStatus::Failed | RecordStatus::Canceled => format!("record {id} does not fit what was asked for"),
        status @ (RecordStatus::Queued
        | RecordStatus::Running
        | RecordStatus::Waiting
        | RecordStatus::Sleeping
        | RecordStatus::Stalled
        | RecordStatus::Canceling
        | RecordStatus::Completed) => format!("record {id} is {status}; only one that did not complete can be retried"),
    };
    Ok(Failure::request(what).hint(format!("`cxgear journey {id}` shows it")))
}
