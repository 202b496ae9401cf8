//! `spinner new`, `check` and `publish`, and reading a spinner's file for `run`.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::args::Spinner as Verb;
use super::complaints::{refuse, warn};
use super::context::Context;
use super::failure::{Failure, file};
use super::table::known;
use super::{files, project, vault};
use crate::engine::Pipeline;
use crate::model::document::Complaints;
use crate::model::project::Project;
use crate::model::report::counted;
use crate::model::spinner::Spinner;
use crate::model::table::Table;
use crate::steps::{self, Known};
use crate::store::{Fresh, Read as _, SqliteStore, Write as _};

/// `cxgear spinner …`, but for its views.
pub(super) fn spinner(context: &Context, verb: &Verb) -> Result<u8, Failure> {
    match verb {
        Verb::New { name, output } => {
            let path = output.clone().unwrap_or_else(|| format!("{name}.toml").into());
            new(context, name, &path)
        }
        Verb::Check { file, table } => check(context, file, table.as_deref()),
        Verb::Publish { file } => publish(context, file),
    }
}

/// Writes a file to start from; never over another.
fn new(context: &Context, name: &str, path: &Path) -> Result<u8, Failure> {
    let text = starter(name);
    parse(context, path, text.clone())?.build(context, path, &Known::default())?;
    let mut made = fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            return Failure::request(format!("`{}` is there already", path.display()))
                .hint("give another: `--output FILE`");
        }
        file("write", path, error)
    })?;
    made.write_all(text.as_bytes()).map_err(|error| {
        // It is ours, and half of it would only be in the way.
        drop(fs::remove_file(path));
        file("write", path, error)
    })?;
    context.say(&format!("wrote `{}`; look at it, then `cxgear run {} --dry-run`", path.display(), path.display()));
    Ok(0)
}

fn starter(name: &str) -> String {
    let mut text = format!("name = \"{name}\"\ndescription = \"What it is for\"\n");
    text +=
        "\n# [params]                      # types of metadata fields; all others are text\n# amount = \"number\"\n";
    for kind in ["log", "tag"] {
        if let Some(kind) = steps::ALL.iter().find(|k| k.name == kind) {
            text += &format!(
                "\n[[steps]]                       # {}\nname = \"{}\"\ntype = \"{}\"\n{}",
                kind.about, kind.name, kind.name, kind.example
            );
        }
    }
    text
}

/// A spinner's text, parsed, with what is to be said about it so far.
pub(super) struct Read {
    pub(super) spinner: Spinner,
    pub(super) text: String,
    complaints: Complaints,
}

/// Reads a spinner's file, and what its steps read.
pub(super) fn read(context: &Context, path: &Path) -> Result<Read, Failure> {
    let text = fs::read_to_string(path).map_err(|error| file("read", path, error))?;
    let (text, missing) = files::inlined(path, text);
    let mut read = parse(context, path, text)?;
    read.spinner.files.extend(missing);
    Ok(read)
}

/// Reads a spinner's text; the path is what it is called in messages.
pub(super) fn parse(context: &Context, path: &Path, text: String) -> Result<Read, Failure> {
    match Spinner::parse(&text) {
        Ok((spinner, complaints)) => Ok(Read { spinner, text, complaints }),
        Err(complaints) => Err(refuse(&context.terminal, path, complaints)),
    }
}

impl Read {
    /// Builds the steps; tells all that is wrong with the file, and refuses it if that forbids the run.
    pub(super) fn build(&self, context: &Context, path: &Path, known: &Known<'_>) -> Result<Pipeline, Failure> {
        let mut all = self.complaints.clone();
        let built = match steps::build(&self.spinner, known, &context.tools(true)?) {
            Ok((pipeline, more)) => {
                all.0.extend(more.0);
                Some(pipeline)
            }
            Err(more) => {
                all.0.extend(more.0);
                None
            }
        };
        all.0.sort_by_key(|complaint| complaint.spot);
        match built.filter(|_| !all.forbid()) {
            None => Err(refuse(&context.terminal, path, all)),
            Some(pipeline) => {
                warn(&context.terminal, path, &all);
                Ok(pipeline)
            }
        }
    }
}

fn check(context: &Context, path: &Path, table: Option<&str>) -> Result<u8, Failure> {
    let read = read(context, path)?;
    let there = if table.is_some() { Some(context.reader()?) } else { context.existing()? };
    let wanted = project::wanted(context, there.as_ref())?;
    let table = fitting(there.as_ref(), table, wanted.as_ref())?;
    let published = there.as_ref().map(|store| store.spinner(&read.spinner.name, None)).transpose()?.flatten();
    let home = match (&table, &wanted, &published) {
        (Some(table), ..) => Some(table.project.as_str()),
        (None, None, Some(version)) => Some(version.project.as_str()),
        (None, ..) => None,
    };
    let home = project::of(context, there.as_ref(), home, wanted)?;
    let facts = table.as_ref().map(|table| (table.name.as_str(), table.fields(), table.columns.as_slice()));
    let credentials = vault::names(there.as_ref())?;
    let project = Some((home.name.as_str(), home.kind));
    let pipeline = read.build(context, path, &Known { table: facts, project, credentials: Some(&credentials) })?;
    let against = match &table {
        Some(table) => format!("fits table `{}`", table.name),
        None => "not held against a table (`--table NAME` does)".to_owned(),
    };
    let steps = counted(pipeline.stages.len() as u64, "step");
    context.say(&format!("{}: `{}` is fine: {steps}, {against}", path.display(), read.spinner.name));
    Ok(0)
}

/// The table that a spinner is held against: the one that was named, or the only one.
fn fitting(
    there: Option<&SqliteStore>,
    name: Option<&str>,
    wanted: Option<&Project>,
) -> Result<Option<Table>, Failure> {
    let Some(store) = there else { return Ok(None) };
    if let Some(name) = name {
        let table = known(store, name)?;
        project::refuse_other(wanted, &table)?;
        return Ok(Some(table));
    }
    let mut tables = store.tables()?;
    tables.retain(|table| project::refuse_other(wanted, table).is_ok());
    Ok(if tables.len() == 1 { tables.pop() } else { None })
}

/// Two spinners whose names differ in case alone would be one to some and two to others.
pub(super) fn same_spelling(there: Option<&SqliteStore>, name: &str) -> Result<(), Failure> {
    let published = there.map(|store| store.spinner(name, None)).transpose()?.flatten();
    match published.filter(|version| version.name != name) {
        None => Ok(()),
        Some(version) => {
            let what =
                format!("the spinner `{}` is published, and `{name}` differs from it in case alone", version.name);
            Err(Failure::request(what).hint(format!("write `name = \"{}\"`, or choose another name", version.name)))
        }
    }
}

fn publish(context: &Context, path: &Path) -> Result<u8, Failure> {
    let read = read(context, path)?;
    let there = context.existing()?;
    let wanted = project::wanted(context, there.as_ref())?;
    let published = there.as_ref().map(|store| store.spinner(&read.spinner.name, None)).transpose()?.flatten();
    if let (Some(wanted), Some(version)) = (&wanted, &published)
        && !wanted.name.eq_ignore_ascii_case(&version.project)
    {
        let what = format!("spinner `{}` belongs to project `{}`", version.name, version.project);
        return Err(Failure::request(what).hint("leave `--project` out; any project of its type can run it"));
    }
    let home =
        project::of(context, there.as_ref(), published.as_ref().map(|version| version.project.as_str()), wanted)?;
    let credentials = vault::names(there.as_ref())?;
    let project = Some((home.name.as_str(), home.kind));
    read.build(context, path, &Known { table: None, project, credentials: Some(&credentials) })?;
    drop(there);
    let Read { spinner, text, .. } = read;
    let mut store = context.creator()?;
    store.terms.project = Some(home.name);
    same_spelling(Some(&store), &spinner.name)?;
    let (version, fresh) = store.publish(context.now(), &spinner.name, &spinner.hash, &text)?;
    let said = match fresh {
        Fresh::New => "published",
        Fresh::Same => "unchanged:",
    };
    context.say(&format!("{said} {}@{}", version.name, version.version));
    Ok(0)
}
