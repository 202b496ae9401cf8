//! `import`, and the import that `run` does first.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::json;

use super::args::{Import, Loading, Ragged};
use super::context::Context;
use super::failure::{Failure, file};
use super::feed::{Feed, is_stream, standard_input};
use super::project;
use super::rejects::{Rejects, refuse_same};
use super::signals;
use crate::ingest::{self, Headers, Imported, Options, Reading, Source, column_diff};
use crate::model::document::{list, nearest};
use crate::model::report::{Block, Cell, Report, Single, Tone, counted, pasted};
use crate::model::table::Table;
use crate::store::{LoadMode, LoadPlan, Read as _, SqliteStore};
use crate::ui::progress::Bar;

/// `cxgear import`.
pub(super) fn import(context: &Context, args: &Import) -> Result<u8, Failure> {
    let name = table_name(&args.file, args.table.as_deref())?;
    let mut reading = open(&args.file, &args.load)?;
    // Checked before the database is made, so that a refused file leaves nothing behind.
    let there = context.existing()?;
    let wanted = project::wanted(context, there.as_ref())?;
    let existing = there.map(|store| store.table(&name)).transpose()?.flatten();
    if let Some(table) = &existing {
        project::refuse_other(wanted.as_ref(), table)?;
    }
    let mode = plan_mode(&name, existing.as_ref(), &reading, &args.load)?;
    let mut store = context.creator()?;
    store.terms.project = wanted.map(|project| project.name);
    let imported = load(context, &mut store, &mut reading, &name, mode, &args.load)?;
    context.show(describe(&imported))?;
    Ok(0)
}

/// Opens a file with the options of the flags.
pub(super) fn open(path: &Path, load: &Loading) -> Result<Reading, Failure> {
    if let Some(rejects) = &load.rejects {
        refuse_same("--rejects", rejects, path, "the file that is imported")?;
    }
    Ok(ingest::open(source(path)?, &options(load)?)?)
}

fn source(path: &Path) -> Result<Source, Failure> {
    if path == Path::new("-") {
        let name = "standard input";
        let failed = |error| file("read", Path::new(name), error);
        let input = standard_input().map_err(failed)?;
        let is_file = input.metadata().is_ok_and(|about| about.is_file());
        let reader: Box<dyn Read + Send> =
            if is_file { Box::new(input) } else { Box::new(Feed::new(|| Ok(input)).map_err(failed)?) };
        return Ok(Source::Stream { name: name.to_owned(), reader });
    }
    if is_stream(path) {
        let name = path.display().to_string();
        let path = path.to_owned();
        let reader = Box::new(Feed::new(|| File::open(path)).map_err(|error| file("read", Path::new(&name), error))?);
        return Ok(Source::Stream { name, reader });
    }
    Ok(Source::File(path.to_owned()))
}

fn options(load: &Loading) -> Result<Options, Failure> {
    let word = |unknown: ingest::Unknown| Failure::request(unknown.to_string());
    let comment = load
        .comment
        .map(|c| u8::try_from(c).map_err(|_| Failure::request(format!("the comment character `{c}` is not ASCII"))));
    Ok(Options {
        delimiter: load.delimiter.as_deref().map(ingest::delimiter).transpose().map_err(word)?,
        quote: load.quote.as_deref().map(str::parse).transpose().map_err(word)?,
        escape: load.escape.as_deref().map(str::parse).transpose().map_err(word)?,
        encoding: load.encoding.as_deref().map(str::parse).transpose().map_err(word)?,
        headers: match (load.headers, load.no_headers) {
            (true, _) => Headers::Present,
            (_, true) => Headers::Absent,
            (false, false) => Headers::Detect,
        },
        skip_lines: load.skip_lines,
        comment: comment.transpose()?,
        ragged: match load.ragged {
            Ragged::Stop => ingest::Ragged::Stop,
            Ragged::Pad => ingest::Ragged::Pad,
            Ragged::Reject => ingest::Ragged::Reject,
        },
    })
}

/// The table of a file: its stem, verbatim (SPEC §3).
pub(super) fn table_name(path: &Path, stated: Option<&str>) -> Result<String, Failure> {
    let name = match stated {
        Some(name) => name.to_owned(),
        None if path == Path::new("-") => {
            return Err(Failure::request("standard input has no name").hint("give the table's: `--table NAME`"));
        }
        None => {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bare = file.strip_suffix(".gz").unwrap_or(&file);
            Path::new(bare).file_stem().unwrap_or_default().to_string_lossy().into_owned()
        }
    };
    let lower = name.to_lowercase();
    if name.is_empty() || name.contains('\0') || lower.starts_with("cx_") || lower.starts_with("sqlite_") {
        let what = format!("`{name}` cannot be the name of a table: it is empty, or begins with `cx_` or `sqlite_`");
        return Err(Failure::request(what).hint("give another: `--table NAME`"));
    }
    Ok(name)
}

/// What to do with what is there; refused when that was not said, or the columns differ.
pub(super) fn plan_mode(
    name: &str,
    existing: Option<&Table>,
    reading: &Reading,
    load: &Loading,
) -> Result<LoadMode, Failure> {
    for column in &load.unique {
        if load.unique.iter().filter(|other| *other == column).count() > 1 {
            return Err(Failure::request(format!("`--unique` names `{column}` twice")));
        }
        if !reading.columns().contains(column) {
            return Err(no_column(reading.name(), reading.columns(), column));
        }
    }
    match existing {
        None => Ok(LoadMode::New),
        Some(_) if load.replace => Ok(LoadMode::Replace),
        Some(table) if load.append => {
            let (missing, beside) = column_diff(&table.columns, reading.columns());
            if missing.is_empty() && beside.is_empty() {
                return Ok(LoadMode::Append);
            }
            let mut what = format!("`{}` does not have the columns of table `{name}`; nothing changed", reading.name());
            if !missing.is_empty() {
                what += &format!("\nonly in the table: {}", list(missing));
            }
            if !beside.is_empty() {
                what += &format!("\nonly in the file: {}", list(beside));
            }
            Err(Failure::request(what).hint("`--replace` starts the table afresh; `--table NAME` makes another"))
        }
        Some(table) if table.rows == 0 => Ok(LoadMode::Replace),
        Some(table) => Err(Failure::request(format!("table `{name}` already has {}", counted(table.rows, "row")))
            .hint("`--append` adds to them, `--replace` starts afresh, `--table NAME` makes another table")),
    }
}

/// A column that is not there, with the one that was likely meant.
pub(super) fn no_column(owner: &str, columns: &[String], column: &str) -> Failure {
    let names = || columns.iter().map(String::as_str);
    let hint = match nearest(column, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("columns: {}", list(names())),
    };
    Failure::request(format!("`{owner}` has no column `{column}`")).hint(hint)
}

/// Imports, with progress, warnings and one line at the end.
pub(super) fn load(
    context: &Context,
    store: &mut SqliteStore,
    reading: &mut Reading,
    name: &str,
    mode: LoadMode,
    load: &Loading,
) -> Result<Imported, Failure> {
    if let Some(rejects) = &load.rejects {
        refuse_same("--rejects", rejects, context.database(), "the database")?;
    }
    let progress = reading.progress();
    let bar = Bar::bytes(&context.terminal, "import", progress.total());
    for warning in reading.take_warnings() {
        bar.aside(|| context.warn(&format!("{}: {warning}", reading.name()), &[]));
    }
    let columns = reading.columns().to_vec();
    let plan = LoadPlan { table: name.to_owned(), columns, mode, unique: load.unique.clone(), at: context.now() };
    let mut rejects = Rejects::new(context, load.rejects.as_deref(), &plan.columns)?;
    let imported = ingest::import(reading, store, &plan, &mut rejects, &mut |rows| {
        if rows % 8192 == 0 {
            bar.at(progress.consumed());
        }
    });
    bar.finish();
    let imported = match imported {
        Err(_) if signals::interrupt().is_raised() => return Err(Failure::interrupted("nothing was imported")),
        imported => imported?,
    };
    rejects.finish()?;
    for warning in reading.take_warnings() {
        context.warn(&format!("{}: {warning}", reading.name()), &[]);
    }
    let mut line = format!("{}: {} -> table `{}`", reading.name(), reading.dialect(), imported.table.name);
    line += &format!(", {}", counted(imported.rows, "row"));
    for (n, what) in [(imported.duplicates, "duplicate"), (imported.rejected, "bad row")] {
        if n > 0 {
            line += &format!(", {} set aside", counted(n, what));
        }
    }
    context.say(&line);
    if imported.duplicates + imported.rejected > 0 && load.rejects.is_none() {
        context.warn(
            "rows that were set aside are not kept",
            &["`--rejects FILE` keeps them, with their lines".to_owned()],
        );
    }
    Ok(imported)
}

/// What an import came to, as the final view of the table.
fn describe(imported: &Imported) -> Report<'static> {
    let Imported { table, rows, duplicates, rejected } = imported;
    let metadata = table.metadata.as_ref();
    let fields = metadata.map_or_else(|| "never set: a run uses all columns".to_owned(), |fields| fields.join(", "));
    let next = if metadata.is_none() {
        let some: Vec<_> = table.columns.iter().take(2).map(String::as_str).collect();
        format!("cxgear table metadata {} --set {}", pasted(&table.name), pasted(&some.join(",")))
    } else {
        format!("cxgear run SPINNER --table {}", pasted(&table.name))
    };
    Report::Single(Single {
        object: vec![
            ("table", Cell::text(&table.name)),
            ("rows", Cell::Count(table.rows)),
            ("imported", Cell::Count(*rows)),
            ("duplicates", Cell::Count(*duplicates)),
            ("rejected", Cell::Count(*rejected)),
            ("columns", Cell::Json(json!(table.columns))),
            ("metadata_fields", Cell::Json(json!(metadata))),
        ],
        blocks: vec![
            Block::Title(vec![
                Cell::text(format!("table {}", table.name)),
                Cell::Status("imported", Tone::Good),
                Cell::text(counted(table.rows, "row")),
            ]),
            Block::Pairs {
                title: "",
                pairs: vec![
                    ("columns".to_owned(), Cell::text(table.columns.join(", "))),
                    ("metadata".to_owned(), Cell::text(fields)),
                ],
            },
            Block::Next(next),
        ],
        lines: None,
    })
}
