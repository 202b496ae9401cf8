//! `run`: everything is checked, then the file is imported, the spinner published, the job made and driven.

use std::path::Path;

use super::args::Run as Args;
use super::context::{Context, PROJECT};
use super::drive::{self, drive};
use super::failure::Failure;
use super::target::{self, Target, settle, target};
use super::{select, spinner};
use crate::engine::{Overrides, Pipeline};
use crate::model::document::{list, nearest};
use crate::model::id::JobId;
use crate::model::payload::{JobCreated, SelectionFact, Trigger};
use crate::model::report::{counted, pasted};
use crate::model::spinner::Spinner;
use crate::steps::{self, Known};
use crate::store::{self, Fresh, NewJob, Read as _, Rows, Selector, SqliteStore, Write as _};

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
    let there = if args.file.is_none() { Some(context.reader()?) } else { context.existing()? };
    let (read, origin) = source(context, there.as_ref(), &args.spinner)?;
    spinner::same_spelling(there.as_ref(), &read.spinner.name)?;
    let name = target::name(there.as_ref(), args)?;
    let overrides =
        Overrides { concurrency: args.concurrency, rate: args.rate.clone(), max_failures: args.max_failures.clone() };
    overrides.over(read.spinner.limits).map_err(Failure::request)?;
    let selector = select::selector(args, &read.spinner.name)?;
    let fingerprint = select::fingerprint(&read.spinner, &name, args.metadata.as_deref(), &selector, &overrides);
    // Looked up before the file is: a job that was made stays made, whatever has become of its table.
    if let Some(done) = drive::keyed(context, there.as_ref(), args.idempotency_key.as_deref(), &fingerprint)? {
        // A queued job that is queued again is as it should be.
        return Ok(if args.detach && done == 4 { 0 } else { done });
    }
    let target = target(there.as_ref(), name, args)?;
    let facts = (target.name.as_str(), target.fields.as_slice(), target.columns.as_slice());
    let known = Known { table: Some(facts), project_type: Some(PROJECT.1) };
    let pipeline = read.build(context, Path::new(&args.spinner), &known)?;
    if let Some(condition) = &selector.condition {
        store::check_condition(&target.name, &target.columns, condition)?;
    }
    let plan = Plan { spinner: read.spinner, text: read.text, origin, pipeline, overrides };
    if target.unchosen {
        let columns = counted(target.columns.len() as u64, "column");
        let some: Vec<_> = target.columns.iter().take(2).map(String::as_str).collect();
        let hint =
            format!("`cxgear table metadata {} --set {}` chooses", pasted(&target.name), pasted(&some.join(",")));
        context.warn(
            &format!("the metadata fields of `{}` were never set: all {columns} enter the run", target.name),
            &[hint],
        );
    }
    drop(there);
    let scratch = args.dry_run && target.load.is_some();
    let mut store = match (scratch, &target.load) {
        (true, _) => context.scratch()?,
        (false, Some(_)) => context.creator()?,
        (false, None) if args.dry_run => context.reader()?,
        (false, None) => context.writer()?,
    };
    let target = settle(context, &mut store, target, args)?;
    let selection = store.select(&target.name, &selector)?;
    let summary = select::summary(&selector);
    let mut job = new_job(&plan, &target, selector, summary, args.idempotency_key.as_ref(), fingerprint);
    let made = if selection.total == 0 {
        None
    } else if args.dry_run {
        job.created.total = selection.total;
        return drive::rehearse(context, &store, &plan.pipeline, &job, &selection);
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
    drive(context, &mut store, id)
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
