//! Driving a job to its end or to an interruption, and what is said about it. Shared by `run` and `resume`.

use std::path::Path;
use std::sync::Arc;

use super::args::vault::KeyFile;
use super::complaints::refuse;
use super::context::Context;
use super::failure::Failure;
use super::vault::{self, Opened};
use super::{heard, select, signals};
use crate::engine::run::{Ending, Run};
use crate::engine::{Interrupt, JobFacts, Live, Overrides, Pipeline, Sink, Uses};
use crate::model::id::{Cursor, JobId};
use crate::model::payload::Assumed;
use crate::model::project::{Project, ProjectType};
use crate::model::report::{counted, grouped};
use crate::model::secrets::Secrets;
use crate::model::segment::{Owner, Segment, StoredSegment};
use crate::model::spinner::{Limits, Spinner};
use crate::model::status::{JobStatus, RecordStatus};
use crate::model::time::Millis;
use crate::steps::{self, Known};
use crate::store::{Job, NewJob, Read, Selection, SqliteStore, Write as _};
use crate::ui::progress::Bar;
use crate::ui::stream::Bars;
use crate::views;

/// What a job's state means to a shell (SPEC §2).
pub(super) fn code(job: &Job) -> u8 {
    match job.status {
        JobStatus::Completed => u8::from(job.counts.failed > 0),
        JobStatus::Failed | JobStatus::Canceled => 1,
        JobStatus::Created
        | JobStatus::Queued
        | JobStatus::Running
        | JobStatus::Waiting
        | JobStatus::Stalled
        | JobStatus::Canceling => 4,
    }
}

/// `cxgear resume`.
pub(super) fn resume(context: &Context, id: JobId, key: &KeyFile) -> Result<u8, Failure> {
    let reader = context.reader()?;
    let job = select::known_job(Some(&reader), id)?;
    if job.status.is_terminal() {
        context.say(&format!("job {id} has ended"));
        show_job(context, &context.reader()?, id)?;
        return Ok(code(&job));
    }
    // Before anything is written, and before anybody else is kept from the job.
    let opened = vault::open_for(context, Some(&reader), &frozen(context, &reader, &job)?.pipeline, key)?;
    drop(reader);
    drive(context, &mut context.writer()?, id, &opened)
}

/// The job that an idempotency key made already: it is shown, and its code is the answer.
pub(super) fn keyed(
    context: &Context,
    store: Option<&SqliteStore>,
    key: Option<&str>,
    fingerprint: &str,
) -> Result<Option<u8>, Failure> {
    let (Some(store), Some(key)) = (store, key) else { return Ok(None) };
    let Some(job) = store.job_with_key(key)? else { return Ok(None) };
    if job.fingerprint != fingerprint {
        return Err(crate::store::Error::KeyTaken(job.id).into());
    }
    context.say(&format!("job {} was made with this key", job.id));
    show_job(context, store, job.id)?;
    Ok(Some(code(&job)))
}

/// Prints the view of a job.
pub(super) fn show_job(context: &Context, store: &SqliteStore, id: JobId) -> Result<(), Failure> {
    super::views::show(context, store, "job", &[("job", &id.to_string())])
}

/// Takes the job, drives it, and prints what it came to. The vault was opened before, if its steps use it.
pub(super) fn drive(context: &Context, store: &mut SqliteStore, id: JobId, opened: &Opened) -> Result<u8, Failure> {
    let lock = store.lock_job(context.now(), id)?;
    // Read after the lock: until then another process may have changed it.
    let job = select::known_job(Some(store), id)?;
    if job.status.is_terminal() {
        show_job(context, store, id)?;
        return Ok(code(&job));
    }
    let Frozen { pipeline, limits, assumed } = frozen(context, store, &job)?;
    opened.has_all(&pipeline)?;
    let interrupt = signals::asks(context)?;
    let reader = context.reader()?;
    let began = context.clock.ticks();
    let mut meter = Meter::new(context, &job);
    let live = heard::live(context, &meter.bar)?;
    let facts = facts(store, &job, views::project::find(store, &job.project)?.kind, opened.secrets.clone(), live)?;
    let uses = facts.uses.clone();
    let run = Run {
        job: &job,
        pipeline: &pipeline,
        limits,
        assumed,
        facts,
        reader: &reader,
        clock: context.clock.as_ref(),
        interrupt: &interrupt,
    };
    let ending = run.drive(store, &mut meter).map_err(|error| Failure::from(error).resumable(id))?;
    meter.bar.finish();
    opened.judge(context, store, &uses)?;
    drop(lock);
    let after = select::known_job(Some(store), id)?;
    let ran = context.clock.ticks().0.saturating_sub(began.0);
    if after.status == JobStatus::Canceled && job.status != JobStatus::Canceling {
        context.warn(&format!("job {id} was canceled by another process"), &[]);
    }
    if context.terminal.bars() == Bars::None {
        let new = (after.counts.completed + after.counts.failed) - (job.counts.completed + job.counts.failed);
        context.say(&summary(&after, new, ran));
    }
    show_job(context, store, id)?;
    match ending {
        Ending::Ended => Ok(code(&after)),
        Ending::Interrupted => {
            let ended = after.counts.completed + after.counts.failed;
            let (ended, total) = (grouped(ended), grouped(after.counts.total));
            let hint = format!("`cxgear resume {id}` goes on");
            context.warn(&format!("interrupted: {ended} of {total} records are done and kept"), &[hint]);
            Ok(130)
        }
        Ending::Unreachable(gate) => {
            let hints = [
                format!("`cxgear resume {id}` goes on when it can be reached"),
                format!("`cxgear records {id} --status stalled` lists who waits for it"),
            ];
            context.warn(&format!("nobody could be reached behind {gate}, so job {id} waits"), &hints);
            Ok(code(&after))
        }
    }
}

/// One line that says how it went.
fn summary(job: &Job, new: u64, ms: u64) -> String {
    let counts = job.counts;
    let mut line = format!("job {}: {} of {} completed", job.id, grouped(counts.completed), grouped(counts.total));
    if counts.canceled > 0 {
        line += &format!(", {} canceled", grouped(counts.canceled));
    }
    if counts.failed > 0 {
        line += &format!(", {} failed", grouped(counts.failed));
    }
    if counts.not_started > 0 {
        line += &format!(", {} not started", grouped(counts.not_started));
    }
    // A rate over less than a second says more about the start of a process than about the work.
    match ms {
        0 => {}
        1..1_000 => line += &format!(" in {}", Millis(ms)),
        1_000.. => line += &format!(" in {} ({}/s)", Millis(ms), grouped(new * 1_000 / ms)),
    }
    line
}

fn facts(
    store: &dyn Read,
    job: &Job,
    kind: ProjectType,
    secrets: Secrets,
    live: Live,
) -> Result<Arc<JobFacts>, Failure> {
    let mut first = job.id;
    let mut before = job.retry_of;
    while let Some(earlier) = before {
        first = earlier;
        before = store.job(earlier)?.and_then(|job| job.retry_of);
    }
    Ok(Arc::new(JobFacts {
        spinner: job.spinner.clone(),
        version: job.version,
        steps: job.steps.iter().map(|step| step.name.clone()).collect(),
        project: job.project.clone(),
        project_type: kind.name().to_owned(),
        workspace: store.workspace()?.to_string(),
        origin: format!("{}-{first}", store.workspace()?),
        secrets,
        uses: Uses::default(),
        live,
    }))
}

/// What a job was made with, whatever its spinner's file says today.
pub(super) struct Frozen {
    pub(super) pipeline: Pipeline,
    pub(super) limits: Limits,
    assumed: Option<Assumed>,
}

/// What a job was made with. One that is to stop begins nothing more, so its steps need nothing: whatever became of the
/// settings and the vault, it can be canceled.
pub(super) fn frozen(context: &Context, store: &SqliteStore, job: &Job) -> Result<Frozen, Failure> {
    if job.status == JobStatus::Canceling {
        let pipeline = steps::unbegun(&job.steps);
        return Ok(Frozen { pipeline, limits: Limits::default(), assumed: None });
    }
    let broken = || {
        let what = format!("the version {}@{} of job {} cannot be read any more", job.spinner, job.version, job.id);
        Failure::world(anyhow::Error::msg(what))
    };
    let version = store.spinner(&job.spinner, Some(job.version))?.ok_or_else(broken)?;
    let (spinner, _) = Spinner::parse(&version.definition).map_err(|_| broken())?;
    let called = format!("{}@{}", job.spinner, job.version);
    let fields = job.fields.as_slice();
    let known = Known { table: Some((&job.table, fields, fields)), ..Known::default() };
    let (pipeline, _) = steps::build(&spinner, &known, &context.tools(false)?)
        .map_err(|complaints| refuse(&context.terminal, Path::new(&called), complaints))?;
    let overrides: Overrides = serde_json::from_str(&job.settings).map_err(|_| broken())?;
    let limits = overrides.over(spinner.limits).map_err(|_| broken())?;
    Ok(Frozen { pipeline, limits, assumed: overrides.assumed })
}

/// Progress as the log has it: moved only by what is durable.
struct Meter {
    bar: Bar,
    completed: u64,
    failed: u64,
    canceled: u64,
}

impl Meter {
    fn new(context: &Context, job: &Job) -> Meter {
        let label = format!("{}@{}", job.spinner, job.version);
        let bar = Bar::rows(&context.terminal, &label, job.counts.total);
        let counts = job.counts;
        Meter { bar, completed: counts.completed, failed: counts.failed, canceled: counts.canceled }
    }
}

impl Sink for Meter {
    fn on(&mut self, segments: &[Segment]) {
        for segment in segments {
            let Owner::Record(effect) = &segment.owner else { continue };
            match effect.after.status {
                Some(RecordStatus::Completed) => self.completed += 1,
                Some(RecordStatus::Failed) => self.failed += 1,
                Some(RecordStatus::Canceled) => self.canceled += 1,
                Some(
                    RecordStatus::Queued
                    | RecordStatus::Running
                    | RecordStatus::Waiting
                    | RecordStatus::Sleeping
                    | RecordStatus::Stalled
                    | RecordStatus::Canceling,
                )
                | None => {}
            }
        }
        self.bar.at(self.completed + self.failed + self.canceled);
        self.bar.counts(self.completed, self.failed);
    }
}

/// How many journeys a dry run shows.
const SHOWN: usize = 10;

/// Renders every selected row and performs nothing: the first journeys, then the counts.
pub(super) fn rehearse(
    context: &Context,
    store: &SqliteStore,
    pipeline: &Pipeline,
    new: &NewJob,
    selection: &Selection,
    project: &Project,
) -> Result<u8, Failure> {
    let job = imagined(new, context, project);
    let interrupt = Interrupt::default();
    let run = Run {
        job: &job,
        pipeline,
        limits: Limits::default(),
        assumed: None,
        facts: facts(store, &job, project.kind, vault::labels(pipeline), Live::default())?,
        reader: store,
        clock: context.clock.as_ref(),
        interrupt: &interrupt,
    };
    let bar = Bar::rows(&context.terminal, "dry run", job.counts.total);
    let (mut shown, mut completed, mut failed) = (Vec::new(), 0_u64, 0_u64);
    for range in &selection.ranges {
        run.rows(range, |row, params, errors| {
            let segment = run.row(row, params, errors)?;
            let Owner::Record(effect) = &segment.owner else { return Ok::<_, crate::engine::run::Error>(true) };
            // A record that would be tried again has failed this time.
            if effect.after.status == Some(RecordStatus::Completed) {
                completed += 1;
            } else {
                failed += 1;
            }
            if shown.len() < SHOWN {
                shown.push(stored(&segment));
            }
            bar.at(completed + failed);
            Ok(true)
        })?;
    }
    bar.finish();
    super::views::rehearsal(context, &job, &shown)?;
    let would = format!("{} would complete, {} would fail; nothing was written", grouped(completed), grouped(failed));
    context.say(&format!("dry run over {}: {would}", counted(job.counts.total, "row")));
    Ok(u8::from(failed > 0))
}

/// The job as it would be.
fn imagined(new: &NewJob, context: &Context, project: &Project) -> Job {
    let created = &new.created;
    let counts = crate::model::payload::Counts {
        total: created.total,
        not_started: created.total,
        ..crate::model::payload::Counts::default()
    };
    Job {
        id: JobId(0),
        spinner: created.spinner.clone(),
        version: created.version,
        table: created.table.clone(),
        project: project.name.clone(),
        fields: created.metadata_fields.clone(),
        steps: created.steps.clone(),
        settings: new.settings.clone(),
        status: JobStatus::Created,
        reason: None,
        counts,
        created_at: context.now(),
        started_at: None,
        ended_at: None,
        idempotency_key: None,
        fingerprint: new.fingerprint.clone(),
        ran: Millis(0),
        since: None,
        last_at: context.now(),
        retry_of: None,
        pruned_at: None,
    }
}

fn stored(segment: &Segment) -> StoredSegment {
    StoredSegment {
        cursor: Cursor(1),
        job: segment.stream(),
        row: segment.row(),
        seq: 1,
        n: segment.n,
        at: segment.at,
        events: segment.events.clone(),
    }
}
