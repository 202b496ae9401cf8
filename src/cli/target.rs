//! The table of a run: which one it is, and what has to be done before it can be run over.

use std::path::Path;

use super::args::Run as Args;
use super::context::Context;
use super::failure::Failure;
use super::{import, project, select, signals, table};
use crate::ingest::{self, Reading};
use crate::model::document::list;
use crate::model::project::Project;
use crate::model::table::Table;
use crate::store::{LoadMode, Read, SqliteStore, Write as _};

/// The table that is to be run over, as it will be.
pub(super) struct Target {
    pub(super) name: String,
    pub(super) project: Project,
    pub(super) columns: Vec<String>,
    pub(super) fields: Vec<String>,
    /// Whether the fields are to be written down as its metadata.
    choose: bool,
    /// Whether they were never chosen.
    pub(super) unchosen: bool,
    /// What is to be imported first.
    pub(super) load: Option<(Reading, LoadMode)>,
}

/// The table: the file's, the one that was named, or the only one.
pub(super) fn target(
    context: &Context,
    there: Option<&SqliteStore>,
    name: String,
    args: &Args,
    wanted: Option<Project>,
) -> Result<Target, Failure> {
    let existing = match there {
        Some(store) if args.file.is_none() => Some(table::known(store, &name)?),
        Some(store) => store.table(&name)?,
        None => None,
    };
    if let Some(table) = &existing {
        project::refuse_other(wanted.as_ref(), table)?;
    }
    let home = project::of(context, there, existing.as_ref().map(|table| table.project.as_str()), wanted)?;
    let Some(file) = &args.file else {
        let Some(table) = existing else { return Err(Failure::request("there is no table")) };
        return Target::of(&table, home, args.metadata.as_deref(), None);
    };
    let reading = import::open(file, &args.load)?;
    match &existing {
        Some(table) if !args.load.append && !args.load.replace && same_cells(table, file, args)? => {
            Target::of(table, home, args.metadata.as_deref(), None)
        }
        Some(_) | None => {
            let mode = import::plan_mode(&name, existing.as_ref(), &reading, &args.load)?;
            let after = Table {
                name,
                project: home.name.clone(),
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
            Target::of(&after, home, args.metadata.as_deref(), Some((reading, mode)))
        }
    }
}

/// Whether the table holds exactly the cells of the file; then a repeated command uses it as it is. Standard input comes
/// once, so it can only be imported.
fn same_cells(table: &Table, file: &Path, args: &Args) -> Result<bool, Failure> {
    let Some(sha256) = table.sha256.as_ref().filter(|_| file != Path::new("-")) else { return Ok(false) };
    Ok(ingest::fingerprint(&mut import::open(file, &args.load)?, &args.load.unique)? == *sha256)
}

/// The name of the table: the file's, the one that was given, that of the job whose failures are meant, or the only one.
pub(super) fn name(there: Option<&SqliteStore>, args: &Args, wanted: Option<&Project>) -> Result<String, Failure> {
    let failed_in = match args.failed_in {
        None => None,
        Some(job) => Some(select::known_job(there.map(|store| store as &dyn Read), job)?),
    };
    let stated = match (&args.file, &args.table, &failed_in) {
        (Some(file), stated, _) => import::table_name(file, stated.as_deref())?,
        (None, Some(stated), _) => stated.clone(),
        (None, None, Some(job)) => job.table.clone(),
        (None, None, None) => match there {
            Some(store) => only(store, wanted)?.name,
            None => return Err(Failure::request("there is no table")),
        },
    };
    // Row numbers mean nothing in another table.
    match failed_in.filter(|job| !job.table.eq_ignore_ascii_case(&stated)) {
        None => Ok(stated),
        Some(job) => {
            let what = format!("job {} ran over table `{}`, not over `{stated}`", job.id, job.table);
            Err(Failure::request(what).hint("leave `--table` out"))
        }
    }
}

fn only(store: &SqliteStore, wanted: Option<&Project>) -> Result<Table, Failure> {
    let mut tables = store.tables()?;
    tables.retain(|table| project::refuse_other(wanted, table).is_ok());
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
    fn of(
        table: &Table,
        project: Project,
        chosen: Option<&[String]>,
        load: Option<(Reading, LoadMode)>,
    ) -> Result<Target, Failure> {
        let kept = table.metadata.as_ref().filter(|fields| fields.iter().all(|field| table.columns.contains(field)));
        let fields = match (chosen, kept) {
            (Some(chosen), _) => table::check(table, chosen)?,
            (None, Some(kept)) => kept.clone(),
            (None, None) => table.columns.clone(),
        };
        Ok(Target {
            name: table.name.clone(),
            project,
            columns: table.columns.clone(),
            choose: chosen.is_some() && kept != Some(&fields),
            unchosen: chosen.is_none() && kept.is_none(),
            fields,
            load,
        })
    }
}

/// Brings the table to what the target says it will be.
pub(super) fn settle(
    context: &Context,
    store: &mut SqliteStore,
    mut target: Target,
    args: &Args,
) -> Result<Target, Failure> {
    if let Some((mut reading, mode)) = target.load.take() {
        import::load(context, store, &mut reading, &target.name, mode, &args.load)?;
    }
    signals::leaves(context, "no job was started")?;
    if target.choose && !args.dry_run {
        store.set_metadata(context.now(), &target.name, Some(&target.fields))?;
    }
    Ok(target)
}
