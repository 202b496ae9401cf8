//! `run`: everything is checked, then the file is imported, the spinner published, the job made and driven.

use std::path::Path;

use super::args::Run as Args;
use super::context::Context;
use super::drive::{self, drive};
use super::failure::Failure;
use super::target::{self, Target, settle, target};
use super::vault::{self, Opened};
use super::{project, select, sent, spinner};
use crate::engine::{Overrides, Pipeline};
use crate::model::document::{list, nearest};
use crate::model::id::JobId;
use crate::model::payload::{JobCreated, SelectionFact, Trigger};
use crate::model::plan::{Meter, Usage};
use crate::model::report::{counted, pasted};
use crate::model::spinner::Spinner;
use crate::steps::{self, Known};
use crate::store::{self, Fresh, NewJob, NextJob, Read as _, Rows, Selector, SqliteStore, Write as _};

/// What is to be run: a spinner's text, and where it comes from.
struct Plan {
    spinner: Spinner,
    text: String,
    origin: Origin,
    pipeline: Pipeline,
    overrides: Overrides,
}

enum Origin {
    /// A file, to be published if it changed.
    File,
    /// A version that is there.
    Published(u32),
}

/// `cxgear run`.
pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    execute(context, args).map_err(fewer)
}

/// Of a run that is too large for the plan, how many rows there is room for.
fn fewer(mut failure: Failure) -> Failure {
    if let Some(store::Error::PlanLimit(excess)) = failure.cause.downcast_ref()
        && excess.meter == Meter::Records
        && excess.room() > 0
    {
        failure.hints.insert(0, format!("`--limit {}` stays within it", excess.room()));
    }
    failure
}

fn execute(context: &Context, args: &Args) -> Result<u8, Failure> {
    let there = if args.file.is_none() { Some(context.reader()?) } else { context.existing()? };
    let wanted = project::wanted(context, there.as_ref())?;
    let (read, origin) = source(context, there.as_ref(), &args.spinner)?;
    spinner::same_spelling(there.as_ref(), &read.spinner.name)?;
    let name = target::name(there.as_ref(), args, wanted.as_ref())?;
    let overrides = select::overrides(&args.limits);
    overrides.over(read.spinner.limits).map_err(Failure::request)?;
    let selector = select::selector(args, &read.spinner.name)?;
    let fingerprint = select::fingerprint(&read.spinner, &name, args.metadata.as_deref(), &selector, &overrides);
    // Looked up before the file is: a job that was made stays made, whatever has become of its table.
    if let Some(done) = drive::keyed(context, there.as_ref(), args.idempotency_key.as_deref(), &fingerprint)? {
        // A queued job that is queued again is as it should be.
        return Ok(if args.detach && done == 4 { 0 } else { done });
    }
    let target = target(context, there.as_ref(), name, args, wanted)?;
    let facts = (target.name.as_str(), target.fields.as_slice(), target.columns.as_slice());
    let credentials = vault::names(there.as_ref())?;
    let known = Known {
        table: Some(facts),
        project: Some((&target.project.name, target.project.kind)),
        // A dry run asks the vault for nothing.
        credentials: (!args.dry_run).then_some(credentials.as_slice()),
    };
    let pipeline = read.build(context, Path::new(&args.spinner), &known)?;
    if let Some(condition) = &selector.condition {
        store::check_condition(&target.name, &target.columns, condition)?;
    }
    let next = next_job(there.as_ref(), &selector, &read.spinner.name, &origin)?;
    make_room(context, there.as_ref(), &target, &next, args.dry_run)?;
    let plan = Plan { spinner: read.spinner, text: read.text, origin, pipeline, overrides };
    if target.unchosen {
        let columns = match target.columns.len() {
            1 => "its one column enters the run".to_owned(),
            more => format!("all {} enter the run", counted(more as u64, "column")),
        };
        let some: Vec<_> = target.columns.iter().take(2).map(String::as_str).collect();
        let hint =
            format!("`cxgear table metadata {} --set {}` chooses", pasted(&target.name), pasted(&some.join(",")));
        context.warn(&format!("the metadata fields of `{}` were never set: {columns}", target.name), &[hint]);
    }
    // A job that is only queued is opened for by whoever executes it.
    let opened = match args.dry_run || args.detach {
        true => Opened::default(),
        false => vault::open_for(context, there.as_ref(), &plan.pipeline, &args.key)?,
    };
    if args.dry_run {
        warn_of_missing(context, there.as_ref(), &plan.pipeline)?;
    }
    drop(there);
    let scratch = args.dry_run && target.load.is_some();
    let mut store = match (scratch, &target.load) {
        (true, _) => context.scratch()?,
        (false, Some(_)) => context.creator()?,
        (false, None) if args.dry_run => context.reader()?,
        (false, None) => context.writer()?,
    };
    if !scratch {
        store.terms.project = Some(target.project.name.clone());
        store.terms.next = Some(next);
    }
    let target = settle(context, &mut store, target, args)?;
    let selection = store.select(&target.name, &selector)?;
    if let Some(earlier) = selector.failed_in {
        sent::warn(context, &store, earlier, &selection)?;
    }
    let summary = select::summary(&selector);
    let mut job = new_job(&plan, &target, selector, summary, args.idempotency_key.as_ref(), fingerprint);
    let made = if selection.total == 0 {
        None
    } else if args.dry_run {
        job.created.total = selection.total;
        return drive::rehearse(context, &store, &plan.pipeline, &job, &selection, &target.project);
    } else {
        commit(context, &mut store, &plan, job)?
    };
    let Some(id) = made else {
        context.say("no rows are selected, so no job is made");
        return Ok(0);
    };
    if args.detach {
        context.say(&format!("job {id} is queued; `cxgear resume {id}` executes it"));
        drive::show_job(context, &store, id)?;
        return Ok(0);
    }
    drive(context, &mut store, id, &opened)
}

/// A dry run opens nothing, and is told of what the run would miss.
fn warn_of_missing(context: &Context, there: Option<&SqliteStore>, pipeline: &Pipeline) -> Result<(), Failure> {
    if let Err(failure) = vault::held(&vault::names(there)?, pipeline) {
        context.warn(&format!("without `--dry-run` it is refused: {}", failure.cause), &failure.hints);
    }
    Ok(())
}

/// What the job will need of the plan.
fn next_job(
    there: Option<&SqliteStore>,
    selector: &Selector,
    spinner: &str,
    origin: &Origin,
) -> Result<NextJob, Failure> {
    let spinners = match (origin, there) {
        (Origin::Published(_), _) => 0,
        (Origin::File, None) => 1,
        (Origin::File, Some(store)) => u64::from(store.spinner(spinner, None)?.is_none()),
    };
    Ok(NextJob { selector: selector.clone(), spinners })
}

/// Refuses a run that the plan has no room for, before anything is written. Rows that are still to be imported are
/// counted by the import itself. A dry run needs no room, and is told of what the run would.
fn make_room(
    context: &Context,
    there: Option<&SqliteStore>,
    target: &Target,
    next: &NextJob,
    dry_run: bool,
) -> Result<(), Failure> {
    let plan = context.settings()?.plan;
    let (Some(store), None, false) = (there, &target.load, plan.is_unlimited()) else { return Ok(()) };
    let records = store.select(&target.name, &next.selector)?.total;
    if records == 0 {
        return Ok(());
    }
    let needs = Usage { spinners: next.spinners, jobs: 1, records };
    match plan.admit(store.usage(context.now())?, needs, context.now()) {
        Ok(()) => Ok(()),
        Err(excess) if dry_run => {
            context.warn(&format!("without `--dry-run` it is refused: {excess}"), &[]);
            Ok(())
        }
        Err(excess) => Err(store::Error::PlanLimit(Box::new(excess)).into()),
    }
}

/// The spinner: a file, or the latest published version of a name.
fn source(context: &Context, there: Option<&SqliteStore>, word: &str) -> Result<(spinner::Read, Origin), Failure> {
    if word.contains('/') || word.contains('\\') || word.ends_with(".toml") {
        return Ok((spinner::read(context, Path::new(word))?, Origin::File));
    }
    let published = there.map(|store| store.spinner(word, None)).transpose()?.flatten();
    let Some(version) = published else {
        let all = there.map(|store| store.spinners(None)).transpose()?.unwrap_or_default();
        let names = || all.iter().map(|version| version.name.as_str());
        let hint = match nearest(word, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if Path::new(&format!("{word}.toml")).exists() => format!("to run the file, write `{word}.toml`"),
            None if all.is_empty() => "none is published; `cxgear spinner publish FILE.toml` does".to_owned(),
            None => format!("published: {}", list(names())),
        };
        return Err(Failure::request(format!("there is no published spinner `{word}`")).hint(hint));
    };
    let read = spinner::parse(context, Path::new(word), version.definition)?;
    Ok((read, Origin::Published(version.version)))
}

fn new_job(
    plan: &Plan,
    target: &Target,
    selector: Selector,
    summary: String,
    key: Option<&String>,
    fingerprint: String,
) -> NewJob {
    let version = match plan.origin {
        Origin::Published(version) => version,
        Origin::File => 0,
    };
    let created = JobCreated {
        spinner: plan.spinner.name.clone(),
        version,
        hash: plan.spinner.hash.clone(),
        steps: steps::named(&plan.pipeline),
        table: target.name.clone(),
        metadata_fields: target.fields.clone(),
        total: 0,
        selection: SelectionFact { summary, sha256: String::new() },
        trigger: Trigger::RunNow,
        retry_of: None,
        idempotency_key: key.cloned(),
        input: None,
        settings: None,
        fingerprint: String::new(),
    };
    let settings = serde_json::to_string(&plan.overrides).unwrap_or_default();
    NewJob { created, rows: Rows::Chosen(selector), settings, fingerprint }
}

/// Publishes if that is needed, and makes the job.
fn commit(context: &Context, store: &mut SqliteStore, plan: &Plan, mut job: NewJob) -> Result<Option<JobId>, Failure> {
    if let Origin::File = plan.origin {
        let (version, fresh) = store.publish(context.now(), &plan.spinner.name, &plan.spinner.hash, &plan.text)?;
        if fresh == Fresh::New {
            context.say(&format!("published {}@{}", version.name, version.version));
        }
        (job.created.spinner, job.created.version) = (version.name, version.version);
    }
    Ok(store.create_job(context.now(), &job)?)
}
