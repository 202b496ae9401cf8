//! `journey 3/17`: everything that happened to one record, step by step: the debug view.

use serde_json::{Value, json};

use super::args::{Args, RECORD};
use super::cells::pairs;
use super::records::contact;
use super::standing::Standing;
use super::{Answer, View, history, record};
use crate::model::id::{JobId, RecordId, RowId};
use crate::model::journey::{Journey, StepAttempt};
use crate::model::payload::ErrorInfo;
use crate::model::report::{Block, Cell, Column, List, Report, Single, Timeline};
use crate::model::status::{RecordStatus, Verdict};
use crate::store::{Job, Read};

mod beats;

pub(super) const VIEW: View = View {
    name: "journey",
    about: "One record, step by step: messages, retries, interruptions, results",
    examples: "cxgear journey 3/17\ncxgear journey 3/17 --format json",
    args: &[RECORD],
    report,
};

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let id = args.record("record").unwrap_or(RecordId { job: JobId(0), row: RowId(0) });
    let job = history::job_of(read, id)?;
    history::whole(&job, &format!("`cxgear record {id}` shows how it ended"))?;
    let journey = history::journey(read, &job, id.row)?;
    if journey.fold.status.is_some() {
        return Ok(Report::Single(single(&job, id, &journey)));
    }
    let blank = record::not_started("journey", id, &Standing::of(read, job.clone())?);
    Ok(Report::Single(Single { blocks: blank.blocks, ..single(&job, id, &journey) }))
}

/// A journey as it is told; also of one that is in no log, such as a rehearsal's.
#[must_use]
pub fn single(job: &Job, id: RecordId, journey: &Journey) -> Single<'static> {
    let fold = &journey.fold;
    let object = vec![
        ("id", Cell::text(id.to_string())),
        ("status", Cell::text(fold.status.map_or("not_started", RecordStatus::name))),
        ("started_at", Cell::maybe(fold.started_at, Cell::Time)),
        ("ended_at", Cell::maybe(fold.ended_at, Cell::Time)),
        ("duration_ms", Cell::maybe(journey.duration(), Cell::Span)),
        ("result", Cell::maybe(fold.verdict(), |result| Cell::Status(result.name(), result.tone()))),
        ("reason", Cell::maybe(fold.reason, |reason| Cell::text(reason.name()))),
        ("errors", Cell::Json(json!(errors(journey)))),
        ("steps", Cell::Json(journey.attempts.iter().map(step).collect())),
        ("output", Cell::Json(journey.output.clone().into())),
    ];
    Single { object, blocks: blocks(job, id, journey), lines: Some(lines(id, journey)) }
}

/// What went wrong in the end; nothing where a later try went well.
fn errors(journey: &Journey) -> &[ErrorInfo] {
    if journey.fold.verdict() == Some(Verdict::Success) { &[] } else { &journey.fold.errors }
}

fn blocks(job: &Job, id: RecordId, journey: &Journey) -> Vec<Block<'static>> {
    let fold = &journey.fold;
    let partial = fold.verdict().filter(|verdict| *verdict == Verdict::Partial);
    let word = partial.map(|verdict| Cell::Status(verdict.name(), verdict.tone()));
    let word = word.or(fold.status.map(|status| Cell::Status(status.name(), status.tone())));
    let title = vec![
        Cell::text(format!("journey {id}")),
        word.unwrap_or(Cell::Null),
        Cell::maybe(journey.duration(), Cell::Span),
        Cell::text(format!("{}@{}", job.spinner, job.version)),
        Cell::text(journey.params.as_ref().map(contact).unwrap_or_default()),
    ];
    let total = journey.began.map(|began| fold.last_at.since(began)).unwrap_or_default();
    let mut blocks = vec![Block::Title(title), Block::Timeline(Timeline { total, beats: beats::of(journey) })];
    if !journey.output.is_empty() {
        blocks.push(Block::Pairs { title: "Output", pairs: pairs(&journey.output) });
    }
    let next = if fold.ended_at.is_some() { format!("cxgear record {id}") } else { format!("cxgear job {}", id.job) };
    blocks.push(Block::Next(next));
    blocks
}

fn step(attempt: &StepAttempt) -> Value {
    json!({
        "index": attempt.index,
        "name": attempt.name,
        "type": attempt.kind,
        "attempt": attempt.attempt,
        "status": attempt.status.name(),
        "outcome_key": attempt.outcome_key,
        "started_at": attempt.started_at().map(|at| at.to_string()),
        "duration_ms": attempt.duration,
        "messages": messages(attempt),
        "output": attempt.output,
        "errors": attempt.errors,
    })
}

fn messages(attempt: &StepAttempt) -> Value {
    attempt.messages.iter().map(|said| json!({ "level": said.level.name(), "text": said.text })).collect()
}

/// A line for each try at a step, and one for the record itself when it failed by itself.
fn lines(id: RecordId, journey: &Journey) -> List<'static> {
    let keys = [
        "id",
        "index",
        "name",
        "type",
        "attempt",
        "status",
        "outcome_key",
        "started_at",
        "duration_ms",
        "messages",
        "output",
        "errors",
    ];
    let line = |attempt: &StepAttempt| {
        vec![
            Cell::text(id.to_string()),
            Cell::Number(attempt.index.into()),
            Cell::text(attempt.name.as_str()),
            Cell::text(attempt.kind.as_str()),
            Cell::Number(attempt.attempt.into()),
            Cell::Status(attempt.status.name(), attempt.status.tone()),
            Cell::maybe(attempt.outcome_key.as_deref(), Cell::text),
            Cell::maybe(attempt.started_at(), Cell::Time),
            Cell::maybe(attempt.duration, Cell::Span),
            Cell::Json(messages(attempt)),
            Cell::Json(attempt.output.clone().into()),
            Cell::Json(json!(attempt.errors)),
        ]
    };
    let columns = keys.into_iter().map(|key| Column::new(key, key)).collect();
    let mut lines: Vec<_> = journey.attempts.iter().map(line).collect();
    if journey.fold.status == Some(RecordStatus::Failed) && journey.fold.failed_step.is_none() {
        lines.push(own_line(id, journey));
    }
    let rows = Box::new(lines.into_iter().map(Ok));
    List { columns, rows, empty: "no steps yet".to_owned(), note: None, page: None }
}

/// The record as a line among its steps: of no step, and with the reason where a step has its outcome key.
fn own_line(id: RecordId, journey: &Journey) -> Vec<Cell> {
    let fold = &journey.fold;
    vec![
        Cell::text(id.to_string()),
        Cell::Null,
        Cell::Null,
        Cell::text("record"),
        Cell::Number(fold.attempt.into()),
        Cell::Status(RecordStatus::Failed.name(), RecordStatus::Failed.tone()),
        Cell::maybe(fold.reason, |reason| Cell::text(reason.name())),
        Cell::maybe(fold.started_at, Cell::Time),
        Cell::maybe(journey.duration(), Cell::Span),
        Cell::Json(json!([])),
        Cell::Json(json!({})),
        Cell::Json(json!(fold.errors)),
    ]
}
