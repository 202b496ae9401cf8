//! `job 3`: one job, how far it is, what came of it, and what to type next.

use serde_json::json;

use super::args::{Args, JOB};
use super::cells::object;
use super::standing::Standing;
use super::{Answer, Error, View, history, jobs};
use crate::model::event::{Event, EventType};
use crate::model::id::{Cursor, JobId};
use crate::model::payload::{Counts, ErrorInfo, JobCreated};
use crate::model::project::DEFAULT;
use crate::model::reason::Reason;
use crate::model::report::{Block, Cell, Column, List, Report, Single, Tone, counted, grouped};
use crate::model::status::RecordStatus;
use crate::model::time::Timestamp;
use crate::model::usage::Usage;
use crate::store::{Job, Read, Scope, Tally};

pub(super) const VIEW: View = View {
    name: "job",
    about: "One job: progress, results, what failed where, and what to type next",
    examples: "cxgear job 3\ncxgear job 3 --format json",
    args: &[JOB],
    report,
};

/// So many dispositions and failures are told.
const TOP: usize = 10;

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let id = args.job("job").unwrap_or_default();
    let standing = Standing::of(read, history::job(read, id)?)?;
    let tally = read.tally(id)?;
    let facts = Facts {
        origin: origin(read, id)?,
        errors: errors(read, &standing.job)?,
        dispositions: top(&tally, "disposition").map(|(key, n)| vec![Cell::text(key), Cell::Count(n)]).collect(),
        failures: top(&tally, "failure").map(|(key, n)| failure(&standing.job, key, n)).collect(),
        rate: rate(&standing, args.now),
        retries: read.retries(id)?,
        usage: usage(&tally),
        standing,
    };
    Ok(Report::Single(Single { object: facts.object(args.now), blocks: facts.blocks(args.now), lines: None }))
}

/// All that is told of one job.
struct Facts {
    standing: Standing,
    origin: Option<JobCreated>,
    errors: Vec<ErrorInfo>,
    dispositions: Vec<Vec<Cell>>,
    failures: Vec<Vec<Cell>>,
    rate: Option<f64>,
    retries: Vec<JobId>,
    usage: Vec<Usage>,
}

impl Facts {
    fn object(&self, now: Timestamp) -> Vec<(&'static str, Cell)> {
        let (job, origin) = (&self.standing.job, self.origin.as_ref());
        let list =
            |columns: &[Column], rows: &[Vec<Cell>]| Cell::Json(rows.iter().map(|row| object(columns, row)).collect());
        let mut object = jobs::data(&self.standing, now);
        object.extend([
            ("created_at", Cell::Time(job.created_at)),
            ("reason", Cell::maybe(job.reason, |reason| Cell::text(reason.name()))),
            // What only the events said is unknown once they are pruned, and not none.
            (
                "errors",
                Cell::maybe(job.pruned_at.is_none().then_some(&self.errors), |errors| Cell::Json(json!(errors))),
            ),
            ("fields", Cell::Json(json!(job.fields))),
            ("selection", Cell::maybe(origin, |origin| Cell::text(origin.selection.summary.as_str()))),
            ("trigger", Cell::maybe(origin, |origin| Cell::Json(json!(origin.trigger)))),
            ("retry_of", Cell::maybe(job.retry_of, |id| Cell::Number(id.0))),
            ("retried_by", Cell::Json(json!(self.retries))),
            ("counts", Cell::Json(json!(job.counts))),
            ("dispositions", list(&disposition_columns(), &self.dispositions)),
            ("failures", list(&failure_columns(), &self.failures)),
            ("usage", Cell::Json(self.usage.iter().map(used).collect())),
            ("pruned_at", Cell::maybe(job.pruned_at, Cell::Time)),
            ("records_per_second", Cell::maybe(self.rate, Cell::Real)),
            ("next", Cell::text(self.standing.next())),
        ]);
        object
    }

    fn blocks(&self, now: Timestamp) -> Vec<Block<'static>> {
        let (word, tone) = self.standing.word();
        let title = vec![
            Cell::text(format!("job {}", self.standing.job.id)),
            Cell::Status(word, tone),
            self.standing.progress(),
            Cell::maybe(self.standing.duration(now), Cell::Span),
        ];
        let mut blocks = vec![Block::Title(title), Block::Pairs { title: "", pairs: self.pairs() }];
        let tables = [
            ("Records", count_columns(), counts(&self.standing.job.counts)),
            ("Dispositions", disposition_columns(), self.dispositions.clone()),
            ("Failures", failure_columns(), self.failures.clone()),
        ];
        blocks.extend(tables.into_iter().filter(|(_, _, rows)| !rows.is_empty()).map(|(title, columns, rows)| {
            let rows = Box::new(rows.into_iter().map(Ok));
            Block::Table { title, list: List { columns, rows, empty: String::new(), note: None, page: None } }
        }));
        blocks.push(Block::Next(self.standing.next()));
        blocks
    }

    fn pairs(&self) -> Vec<(String, Cell)> {
        let job = &self.standing.job;
        let mut pairs = vec![
            ("spinner", Cell::text(self.standing.spinner())),
            ("table", Cell::text(job.table.as_str())),
            ("fields", Cell::text(job.fields.join(", "))),
        ];
        if let Some(origin) = &self.origin {
            let rows = counted(job.counts.total, "row");
            pairs.push(("selection", Cell::text(format!("{}: {rows}", origin.selection.summary))));
        }
        pairs.extend(job.retry_of.map(|id| ("retry of", Cell::text(format!("job {id}")))));
        let retries: Vec<_> = self.retries.iter().map(|id| format!("job {id}")).collect();
        pairs.extend((!retries.is_empty()).then(|| ("retried by", Cell::text(retries.join(", ")))));
        let elsewhere = (job.project != DEFAULT).then(|| ("project", Cell::text(job.project.as_str())));
        pairs.extend(elsewhere);
        pairs.push(("created", Cell::Time(job.created_at)));
        pairs.extend(job.started_at.map(|at| ("started", Cell::Time(at))));
        pairs.extend(job.ended_at.map(|at| ("ended", Cell::Time(at))));
        pairs.extend(history::pruned(job).map(|why| ("pruned", Cell::text(why))));
        pairs.extend(self.rate.map(|rate| ("records/s", Cell::Real(rate))));
        pairs.extend(self.usage.iter().map(|usage| ("usage", Cell::text(told(usage)))));
        pairs.extend(job.reason.map(|reason| ("reason", Cell::Status(reason.name(), job.status.tone()))));
        pairs.extend(self.errors.iter().map(|error| ("error", Cell::text(error.message.as_str()))));
        pairs.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect()
    }
}

/// What `job.created` said.
fn origin(read: &dyn Read, job: JobId) -> Result<Option<JobCreated>, Error> {
    for segment in read.segments(Scope::Own(job), Cursor(0), 1)? {
        for entry in segment.entries()? {
            if let Event::JobCreated(created) = entry.event {
                return Ok(Some(*created));
            }
        }
    }
    Ok(None)
}

/// What the job itself failed of. It is in its last event, so only that is read through.
fn errors(read: &dyn Read, job: &Job) -> Result<Vec<ErrorInfo>, Error> {
    if job.reason.is_none() || job.ended_at.is_none() {
        return Ok(Vec::new());
    }
    let ends = [EventType::JobFailed, EventType::JobCanceled].map(|kind| format!("[{},", kind.code()));
    let mut errors = Vec::new();
    for segment in read.segments(Scope::Own(job.id), Cursor(0), u64::MAX)? {
        if !ends.iter().any(|end| segment.events.contains(end)) {
            continue;
        }
        for entry in segment.entries()? {
            if let Event::JobFailed(ended) | Event::JobCanceled(ended) = entry.event {
                errors = ended.errors;
            }
        }
    }
    Ok(errors)
}

/// Of a job that ran for less than a second it would say more of the clock than of the job.
fn rate(standing: &Standing, now: Timestamp) -> Option<f64> {
    let span = standing.duration(now).filter(|span| span.0 >= 1_000)?;
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let (ended, ms) = (standing.ended() as f64, span.0 as f64);
    Some(ended * 1_000.0 / ms).filter(|rate| *rate > 0.0)
}

fn top<'t>(tally: &'t [Tally], what: &'static str) -> impl Iterator<Item = (&'t str, u64)> {
    tally.iter().filter(move |tally| tally.what == what).take(TOP).map(|tally| (tally.key.as_str(), tally.n))
}

/// What each language model was used for, the most used first.
fn usage(tally: &[Tally]) -> Vec<Usage> {
    let mut all = Vec::new();
    for Tally { what, key, n } in tally {
        Usage::count(&mut all, what, key, *n);
    }
    all.sort_by(|a, b| (b.calls, &a.model).cmp(&(a.calls, &b.model)));
    all
}

fn used(usage: &Usage) -> serde_json::Value {
    let Usage { model, calls, input_tokens, output_tokens } = usage;
    json!({ "model": model, "calls": calls, "input_tokens": input_tokens, "output_tokens": output_tokens })
}

fn told(usage: &Usage) -> String {
    let (read, wrote) = (grouped(usage.input_tokens), grouped(usage.output_tokens));
    format!("{}, {read} tokens in, {wrote} out, {}", counted(usage.calls, "call"), usage.model)
}

/// `INDEX REASON`, or `- REASON` where no step failed, as the store counts them.
fn failure(job: &Job, key: &str, n: u64) -> Vec<Cell> {
    let (index, reason) = key.split_once(' ').unwrap_or(("-", key));
    let step = index.parse::<usize>().ok().and_then(|index| job.steps.get(index));
    let name = Cell::maybe(step, |step| Cell::text(step.name.as_str()));
    let shown = match step {
        Some(_) => name.clone(),
        None if reason == Reason::InvalidParams.name() => Cell::text("(params)"),
        None => Cell::text("(record)"),
    };
    vec![name, shown, Cell::text(reason), Cell::Count(n)]
}

fn counts(counts: &Counts) -> Vec<Vec<Cell>> {
    let each = [
        ("not started", Tone::Quiet, counts.not_started),
        ("queued", RecordStatus::Queued.tone(), counts.queued),
        ("running", RecordStatus::Running.tone(), counts.running),
        ("waiting", RecordStatus::Waiting.tone(), counts.waiting),
        ("sleeping", RecordStatus::Sleeping.tone(), counts.sleeping),
        ("completed", RecordStatus::Completed.tone(), counts.completed),
        ("failed", RecordStatus::Failed.tone(), counts.failed),
        ("canceled", RecordStatus::Canceled.tone(), counts.canceled),
    ];
    let some = each.into_iter().filter(|(_, _, n)| *n > 0);
    some.map(|(word, tone, n)| vec![Cell::Status(word, tone), Cell::Count(n)]).collect()
}

fn count_columns() -> Vec<Column> {
    vec![Column::new("status", "STATUS"), Column::new("records", "RECORDS")]
}

fn disposition_columns() -> Vec<Column> {
    vec![Column::new("disposition", "DISPOSITION").flexible(), Column::new("records", "RECORDS")]
}

fn failure_columns() -> Vec<Column> {
    vec![
        Column::new("step", "STEP").data_only(),
        Column::new("where", "STEP").flexible().table_only(),
        Column::new("reason", "REASON"),
        Column::new("records", "RECORDS"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_word_is_told_for_each_count() {
        let all =
            Counts { total: 36, not_started: 1, queued: 2, running: 3, waiting: 4, sleeping: 5, ..Counts::default() };
        assert_eq!(counts(&all).len(), 5);
        assert!(counts(&Counts::default()).is_empty());
    }
}
