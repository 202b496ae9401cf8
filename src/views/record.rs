//! `record 3/17`: what went in, what came out, how it stands. Not the CSV row, not the journey (SPEC §6).

use serde_json::json;

use super::args::{Args, RECORD};
use super::cells::{fields, pairs};
use super::records::Told;
use super::standing::Standing;
use super::{Answer, View, history};
use crate::model::id::{JobId, RecordId, RowId};
use crate::model::report::{Block, Cell, Report, Single, Tone};
use crate::model::status::{JobStatus, Verdict};
use crate::store::{Job, Read};

pub(super) const VIEW: View = View {
    name: "record",
    about: "One record: its metadata, its outcomes, its status",
    examples: "cxgear record 3/17\ncxgear record 3/17 --format json",
    args: &[RECORD],
    report,
};

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let id = args.record("record").unwrap_or(RecordId { job: JobId(0), row: RowId(0) });
    let job = history::job_of(read, id)?;
    let Some(record) = read.record(id)? else {
        return Ok(Report::Single(not_started("record", id, &Standing::of(read, job)?)));
    };
    let told = Told::of(read, &job.steps.clone().into(), record, job.pruned_at.is_some())?;
    Ok(Report::Single(Single { object: told.data(), blocks: blocks(&told, &job), lines: None }))
}

fn blocks(told: &Told, job: &Job) -> Vec<Block<'static>> {
    let (record, id) = (&told.record, told.record.id);
    let word = match told.result() {
        // Completed, but not all of it went well.
        Some(Verdict::Partial) => Cell::Status(Verdict::Partial.name(), Verdict::Partial.tone()),
        Some(Verdict::Success | Verdict::Failure) | None => Cell::Status(record.status.name(), record.status.tone()),
    };
    let title = vec![Cell::text(format!("record {id}")), word, Cell::maybe(told.duration(), Cell::Span)];
    let mut blocks = vec![Block::Title(title)];
    let pruned = history::pruned(job);
    if pruned.is_none() {
        let metadata = told.journey.params.as_ref().map(|params| pairs(&fields(params))).unwrap_or_default();
        blocks.push(Block::Pairs { title: "Metadata (pipeline input)", pairs: metadata });
        blocks.push(Block::Pairs { title: "Outcomes", pairs: pairs(&told.journey.outcomes) });
    }
    let mut status =
        vec![("job", Cell::text(format!("{} · {}@{} over {}", job.id, job.spinner, job.version, job.table)))];
    status.extend((record.attempt > 1).then(|| ("attempt", Cell::Number(record.attempt.into()))));
    status.push(("started", Cell::maybe(record.started_at, Cell::Time)));
    status.push(("ended", Cell::maybe(record.ended_at, Cell::Time)));
    status.extend(told.failed_step().map(|step| ("failed step", Cell::text(step))));
    status.extend(record.reason.map(|reason| ("reason", Cell::Status(reason.name(), record.status.tone()))));
    status
        .extend(record.disposition.as_ref().filter(|_| pruned.is_some()).map(|said| ("disposition", Cell::text(said))));
    status.extend(told.errors().iter().map(|error| ("error", Cell::text(error.message.as_str()))));
    status.extend(pruned.as_ref().map(|why| ("pruned", Cell::text(why))));
    let pairs = status.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
    blocks.push(Block::Pairs { title: "Status", pairs });
    blocks.push(Block::Next(match &pruned {
        None => format!("cxgear journey {id}"),
        Some(_) => format!("cxgear job {}", job.id),
    }));
    blocks
}

/// A row that is selected, but is no record yet. `what` is what was asked for.
pub(super) fn not_started(what: &str, id: RecordId, standing: &Standing) -> Single<'static> {
    let object = vec![
        ("id", Cell::text(id.to_string())),
        ("job", Cell::Number(id.job.0)),
        ("row", Cell::Number(id.row.0)),
        ("status", Cell::text("not_started")),
        ("result", Cell::Null),
        ("metadata", Cell::Json(json!({}))),
        ("outcomes", Cell::Json(json!({}))),
        ("attempt", Cell::Number(0)),
        ("failed_step", Cell::Null),
        ("errors", Cell::Json(json!([]))),
        ("started_at", Cell::Null),
        ("ended_at", Cell::Null),
        ("duration_ms", Cell::Null),
    ];
    let word = Cell::Status("not started", Tone::Quiet);
    let (job, why) = (id.job, standing.word().0);
    let told = if standing.status.is_terminal() {
        format!("job {job} ended ({why}) before it came to this row")
    } else {
        format!("job {job} is {why} and has not come to this row yet")
    };
    let blocks = vec![
        Block::Title(vec![Cell::text(format!("{what} {id}")), word]),
        Block::Pairs { title: "", pairs: vec![("status".to_owned(), Cell::text(told))] },
        Block::Next(if standing.status == JobStatus::Running { format!("cxgear job {job}") } else { standing.next() }),
    ];
    Single { object, blocks, lines: None }
}
