//! `run`: everything is checked, then the file is imported, the spinner published, the job made and driven.

use std::path::Path;

use super::args::Run as Args;
use super::context::{Context, PROJECT};
use super::drive::{self, drive};
use super::failure::Failure;
use super::{import, select, spinner, table};
use crate::engine::{Overrides, Pipeline};
use crate::ingest::{self, Reading};
use crate::model::document::{list, nearest};
use crate::model::id::JobId;
use crate::model::payload::{JobCreated, SelectionFact, Trigger};
use crate::model::report::{counted, pasted};
use crate::model::spinner::Spinner;
use crate::model::table::Table;
use crate::steps::{self, Known};
use crate::store::{self, Fresh, LoadMode, NewJob, Read, Selection, SqliteStore, Write as _};

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

/// The table that is to be run over, as it will be.
struct Target {
    name: String,
    columns: Vec<String>,
    fields: Vec<String>,
    /// Whether the fields are to be written down as its metadata.
    choose: bool,
    /// Whether they were never chosen.
    unchosen: bool,
    /// What is to be imported first.
    load: Option<(Reading, LoadMode)>,
}

/// `cxgear run`.
pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let there = if args.file.is_none() || context.has_database() { Some(context.reader()?) } else { None };
    let (read, origin) = source(context, there.as_ref(), &args.spinner)?;
    let target = target(there.as_ref(), args)?;
    let overrides =
        Overrides { concurrency: args.concurrency, rate: args.rate.clone(), max_failures: args.max_failures.clone() };
    overrides.over(read.spinner.limits).map_err(Failure::request)?;
    let facts = (target.name.as_str(), target.fields.as_slice(), target.columns.as_slice());
    let known = Known { table: Some(facts), project_type: Some(PROJECT.1) };
    let pipeline = read.build(context, Path::new(&args.spinner), &known)?;
    let selector = select::selector(args, &read.spinner.name)?;
    if let Some(condition) = &selector.condition {
        store::check_condition(&target.name, &target.columns, condition)?;
    }
    if let Some(job) = selector.failed_in {
        select::known_job(there.as_ref().map(|store| store as &dyn Read), job)?;
    }
    let plan = Plan { spinner: read.spinner, text: read.text, origin, pipeline, overrides };
    let fingerprint = select::fingerprint(&plan.spinner, &target.name, &target.fields, &selector, &plan.overrides);
    if let Some(done) = drive::keyed(context, there.as_ref(), args.idempotency_key.as_deref(), &fingerprint)? {
        // A queued job that is queued again is as it should be.
        return Ok(if args.detach && done == 4 { 0 } else { done });
    }
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
    if selection.total == 0 {
        context.say("no rows are selected, so no job is made");
        return Ok(0);
    }
    let job =
        new_job(&plan, &target, selection, select::summary(&selector), args.idempotency_key.as_ref(), fingerprint);
    if args.dry_run {
        return drive::rehearse(context, &store, &plan.pipeline, &job);
    }
    let id = commit(context, &mut store, &plan, job)?;
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

/// The table: the file's, the one that was named, or the only one.
fn target(there: Option<&SqliteStore>, args: &Args) -> Result<Target, Failure> {
    let Some(file) = &args.file else {
        let Some(store) = there else { return Err(Failure::request("there is no table")) };
        let table = match &args.table {
            Some(name) => table::known(store, name)?,
            None => only(store)?,
        };
        return Target::of(&table, args.metadata.as_deref(), None);
    };
    let name = import::table_name(file, args.table.as_deref())?;
    let reading = import::open(file, &args.load)?;
    let existing = there.map(|store| store.table(&name)).transpose()?.flatten();
    match &existing {
        Some(table) if !args.load.append && !args.load.replace && same_cells(table, file, args)? => {
            Target::of(table, args.metadata.as_deref(), None)
        }
        Some(_) | None => {
            let mode = import::plan_mode(&name, existing.as_ref(), &reading, &args.load)?;
            let after = Table {
                name,
                columns: match (mode, &existing) {
                    (LoadMode::Append, Some(table)) => table.columns.clone(),
                    (_, _) => reading.columns().to_vec(),
                },
                metadata: existing.and_then(|table| table.metadata),
                rows: 0,
                next_row: 1,
                sha256: None,
                updated_at: crate::model::time::Timestamp(0),
            };
            Target::of(&after, args.metadata.as_deref(), Some((reading, mode)))
        }
    }
}

/// Whether the table holds exactly the cells of the file; then a repeated command uses it as it is.
fn same_cells(table: &Table, file: &Path, args: &Args) -> Result<bool, Failure> {
    let Some(sha256) = &table.sha256 else { return Ok(false) };
    if !args.load.unique.is_empty() {
        return Ok(false);
    }
    Ok(ingest::fingerprint(&mut import::open(file, &args.load)?)? == *sha256)
}

fn only(store: &SqliteStore) -> Result<Table, Failure> {
    let mut tables = store.tables()?;
    match (tables.pop(), tables.len()) {
        (Some(table), 0) => Ok(table),
        (None, _) => Err(Failure::request("there is no table to run over").hint("`cxgear import FILE.csv` makes one")),
        (Some(last), _) => {
            let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).chain([last.name.as_str()]).collect();
            Err(Failure::request("there is more than one table")
                .hint(format!("name one with `--table`: {}", list(names))))
        }
    }
}

impl Target {
    fn of(table: &Table, chosen: Option<&[String]>, load: Option<(Reading, LoadMode)>) -> Result<Target, Failure> {
        let kept = table.metadata.as_ref().filter(|fields| fields.iter().all(|field| table.columns.contains(field)));
        let fields = match (chosen, kept) {
            (Some(chosen), _) => table::check(table, chosen)?,
            (None, Some(kept)) => kept.clone(),
            (None, None) => table.columns.clone(),
        };
        Ok(Target {
            name: table.name.clone(),
            columns: table.columns.clone(),
            choose: chosen.is_some() && kept != Some(&fields),
            unchosen: chosen.is_none() && kept.is_none(),
            fields,
            load,
        })
    }
}

/// Brings the table to what the target says it will be.
fn settle(context: &Context, store: &mut SqliteStore, mut target: Target, args: &Args) -> Result<Target, Failure> {
    if let Some((mut reading, mode)) = target.load.take() {
        import::load(context, store, &mut reading, &target.name, mode, &args.load)?;
    }
    if target.choose && !args.dry_run {
        store.set_metadata(context.now(), &target.name, Some(&target.fields))?;
    }
    Ok(target)
}

fn new_job(
    plan: &Plan,
    target: &Target,
    selection: Selection,
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
        total: selection.total,
        selection: SelectionFact { summary, sha256: select::ranges_sha256(&selection) },
        trigger: Trigger::RunNow,
        retry_of: None,
        idempotency_key: key.cloned(),
        input: None,
    };
    let settings = serde_json::to_string(&plan.overrides).unwrap_or_default();
    NewJob { created, selection, settings, fingerprint }
}

/// Publishes if that is needed, and makes the job.
fn commit(context: &Context, store: &mut SqliteStore, plan: &Plan, mut job: NewJob) -> Result<JobId, Failure> {
    if let Origin::File = plan.origin {
        let (version, fresh) = store.publish(context.now(), &plan.spinner.name, &plan.spinner.hash, &plan.text)?;
        if fresh == Fresh::New {
            context.say(&format!("published {}@{}", version.name, version.version));
        }
        (job.created.spinner, job.created.version) = (version.name, version.version);
    }
    Ok(store.create_job(context.now(), &job)?)
}
