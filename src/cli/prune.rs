//! `prune`: the events of jobs that ended long ago go, what the jobs came to stays.

use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::select::known_job;
use crate::model::id::JobId;
use crate::model::report::{Block, Cell, Column, List, Report, Single, Tone, counted, sized};
use crate::model::time::{Timestamp, duration};
use crate::store::{Prunable, Pruned, Read as _, SqliteStore, Write as _};

pub(super) const EXAMPLES: &str = "\
Examples:
  cxgear prune --older-than 90d --dry-run    what would go
  cxgear prune --older-than 90d
  cxgear prune --job 3 --vacuum              and give the room back to the disk

Journeys, metadata, outcomes and exports of pruned jobs are gone. Their counts
and how each record ended stay, so `--new`, `--failed-in` and idempotency keys
go on to work, and `verify` still holds.";

/// `prune`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only jobs that ended longer ago than this, such as 30d or 12h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    older_than: Option<crate::model::time::Millis>,
    /// Only this job, whenever it ended
    #[arg(long, value_name = "JOB", conflicts_with = "older_than")]
    job: Option<JobId>,
    /// Say what would go, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Give the room back to the disk; needs as much room again while it works
    #[arg(long, conflicts_with = "dry_run")]
    vacuum: bool,
}

/// What was done, or would be.
struct Done {
    dry_run: bool,
    jobs: Vec<(Prunable, Option<Pruned>)>,
    /// The size of the file before and after it was packed.
    vacuumed: Option<(u64, u64)>,
}

/// `cxgear prune`.
pub(super) fn prune(context: &Context, args: &Args) -> Result<u8, Failure> {
    let before = before(context.now(), args)?;
    // Looked up first: a request that is wrong leaves no trace.
    let reader = context.snapshot()?;
    if let Some(job) = args.job {
        may_go(context, &reader, job)?;
    }
    let (kept, ready): (Vec<_>, Vec<_>) =
        reader.prunable(before, args.job)?.into_iter().partition(|there| there.retried_by.is_some());
    drop(reader);
    for there in &kept {
        let (id, by) = (there.job.id, there.retried_by.unwrap_or_default());
        let what = format!("job {id} is kept: job {by} retries it and has not ended");
        if args.job.is_some() {
            return Err(Failure::request(what).hint(format!("finish it with `cxgear resume {by}`")));
        }
        context.say(&what);
    }
    let mut done = Done { dry_run: args.dry_run, jobs: Vec::with_capacity(ready.len()), vacuumed: None };
    if args.dry_run {
        done.jobs.extend(ready.into_iter().map(|there| (there, None)));
    } else if args.vacuum || !ready.is_empty() {
        let mut store = context.writer()?;
        for there in ready {
            // Nothing, when another process was faster.
            if let Some(pruned) = store.prune(context.now(), there.job.id)? {
                done.jobs.push((there, Some(pruned)));
            }
        }
        if args.vacuum {
            let pruned =
                |failure: Failure| failure.hint("what was to be pruned is pruned; only the file is as large as it was");
            done.vacuumed = Some(store.vacuum().map_err(|error| pruned(error.into()))?);
        }
    }
    context.show(done.report())?;
    Ok(0)
}

/// Jobs that ended up to here.
fn before(now: Timestamp, args: &Args) -> Result<Timestamp, Failure> {
    match (args.older_than, args.job) {
        (Some(age), _) => Ok(now.plus(i64::try_from(age.0).map_or(i64::MIN, |age| -age))),
        (None, Some(_)) => Ok(Timestamp(i64::MAX)),
        (None, None) => Err(Failure::request("`prune` needs to know how long ago a job must have ended")
            .hint("`cxgear prune --older-than 90d --dry-run` shows what would go")),
    }
}

/// A job that is named must be one that can go.
fn may_go(context: &Context, reader: &SqliteStore, id: JobId) -> Result<(), Failure> {
    let job = known_job(Some(reader), id)?;
    if !job.status.is_terminal() {
        let what = format!("job {id} has not ended, so its events are needed");
        return Err(Failure::request(what).hint(format!("finish it with `cxgear resume {id}`")));
    }
    if job.pruned_at.is_some() {
        context.say(&format!("job {id} was pruned already"));
    }
    Ok(())
}

impl Done {
    fn events(&self) -> u64 {
        self.jobs.iter().map(|(there, pruned)| pruned.map_or(there.events, |pruned| pruned.events)).sum()
    }

    fn freed(&self) -> u64 {
        self.jobs.iter().filter_map(|(_, pruned)| pruned.map(|pruned| pruned.freed)).sum()
    }

    fn report(&self) -> Report<'static> {
        let (jobs, events, freed) = (self.jobs.len() as u64, self.events(), self.freed());
        let bytes = self.jobs.iter().map(|(there, _)| there.bytes).sum();
        let told: Value = self.jobs.iter().map(|(there, _)| data(there)).collect();
        let object = vec![
            ("dry_run", Cell::Bool(self.dry_run)),
            ("jobs", Cell::Json(told)),
            ("events", Cell::Count(events)),
            ("bytes", Cell::Count(bytes)),
            ("freed_bytes", Cell::maybe((!self.dry_run).then_some(freed), Cell::Count)),
            ("file_bytes", Cell::maybe(self.vacuumed.map(|(_, after)| after), Cell::Count)),
        ];
        let word = if self.dry_run { ("dry run", Tone::Quiet) } else { ("done", Tone::Good) };
        let mut title = vec![Cell::text("prune"), Cell::Status(word.0, word.1), Cell::text(counted(jobs, "job"))];
        title.push(Cell::text(counted(events, "event")));
        title.push(Cell::text(match (self.dry_run, self.vacuumed) {
            (true, _) => sized(bytes),
            (false, None) => format!("{} free for reuse", sized(freed)),
            (false, Some((before, after))) => format!("the file went from {} to {}", sized(before), sized(after)),
        }));
        let mut blocks = vec![Block::Title(title)];
        if !self.jobs.is_empty() {
            blocks.push(Block::Table { title: "", list: self.list() });
        }
        Report::Single(Single { object, blocks, lines: Some(self.list()) })
    }

    fn list(&self) -> List<'static> {
        let row = |(there, _): &(Prunable, Option<Pruned>)| {
            let job = &there.job;
            vec![
                Cell::Number(job.id.0),
                Cell::text(job.spinner.as_str()),
                Cell::Number(job.version.into()),
                Cell::text(format!("{}@{}", job.spinner, job.version)),
                Cell::text(job.table.as_str()),
                Cell::maybe(job.ended_at, Cell::Time),
                Cell::Count(there.events),
                Cell::Count(there.bytes),
                Cell::text(sized(there.bytes)),
            ]
        };
        let rows: Vec<_> = self.jobs.iter().map(row).collect();
        List {
            columns: vec![
                Column::new("id", "ID"),
                Column::new("spinner", "SPINNER").data_only(),
                Column::new("version", "VERSION").data_only(),
                Column::new("named", "SPINNER").flexible().table_only(),
                Column::new("table", "TABLE").flexible(),
                Column::new("ended_at", "ENDED"),
                Column::new("events", "EVENTS"),
                Column::new("bytes", "BYTES").data_only(),
                Column::new("size", "SIZE").table_only(),
            ],
            rows: Box::new(rows.into_iter().map(Ok)),
            empty: "no job ended so long ago".to_owned(),
            note: None,
            page: None,
        }
    }
}

fn data(there: &Prunable) -> Value {
    let job = &there.job;
    json!({
        "id": job.id.0, "spinner": job.spinner, "version": job.version, "table": job.table,
        "ended_at": job.ended_at.map(|at| at.to_string()), "events": there.events, "bytes": there.bytes,
    })
}
