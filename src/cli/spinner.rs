//! `spinner new`, `check` and `publish`, and reading a spinner's file for `run`.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::args::Spinner as Verb;
use super::context::Context;
use super::failure::{Failure, file};
use super::table::known;
use crate::model::document::{Complaint, Complaints, Gravity};
use crate::model::spinner::Spinner;
use crate::steps::{self, Known};
use crate::store::{Fresh, Read as _, Write as _};
use crate::ui::failure::error;

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
    if let Err(complaints) = Spinner::parse(&text) {
        return Err(refuse(context, path, complaints));
    }
    let mut made = fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            return Failure::request(format!("`{}` is there already", path.display()))
                .hint("give another: `--output FILE`");
        }
        file("write", path, error)
    })?;
    made.write_all(text.as_bytes()).map_err(|error| file("write", path, error))?;
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

/// A spinner's file, parsed; its complaints are told.
pub(super) fn read(context: &Context, path: &Path) -> Result<(Spinner, String), Failure> {
    let text = fs::read_to_string(path).map_err(|error| file("read", path, error))?;
    match Spinner::parse(&text) {
        Ok((spinner, complaints)) => {
            warn(context, path, &complaints);
            Ok((spinner, text))
        }
        Err(complaints) => Err(refuse(context, path, complaints)),
    }
}

/// Tells every complaint; the last error is the failure itself.
pub(super) fn refuse(context: &Context, path: &Path, complaints: Complaints) -> Failure {
    warn(context, path, &complaints);
    let mut errors: Vec<Complaint> =
        complaints.0.into_iter().filter(|complaint| complaint.gravity == Gravity::Error).collect();
    let last = errors.pop();
    for complaint in errors {
        error(&context.terminal, &told(path, &complaint), &[], complaint.hint.as_slice());
    }
    match last {
        None => Failure::request(format!("`{}` cannot be used", path.display())),
        Some(last) => {
            let failure = Failure::request(told(path, &last));
            match last.hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        }
    }
}

fn told(path: &Path, complaint: &Complaint) -> String {
    format!("{}:{}: {}", path.display(), complaint.spot, complaint.what)
}

pub(super) fn warn(context: &Context, path: &Path, complaints: &Complaints) {
    for complaint in complaints.0.iter().filter(|complaint| complaint.gravity == Gravity::Warning) {
        context.warn(&told(path, complaint), complaint.hint.as_slice());
    }
}

fn check(context: &Context, path: &Path, table: Option<&str>) -> Result<u8, Failure> {
    let (spinner, _) = read(context, path)?;
    let table = match table {
        Some(name) => Some(known(&context.reader()?, name)?),
        None if context.has_database() => {
            let mut tables = context.reader()?.tables()?;
            if tables.len() == 1 { tables.pop() } else { None }
        }
        None => None,
    };
    let facts = table.as_ref().map(|table| (table.name.as_str(), table.fields(), table.columns.as_slice()));
    match steps::build(&spinner, &Known { table: facts, project_type: Some(super::run::PROJECT.1) }) {
        Err(complaints) => Err(refuse(context, path, complaints)),
        Ok((pipeline, complaints)) => {
            warn(context, path, &complaints);
            let against = match &table {
                Some(table) => format!("fits table `{}`", table.name),
                None => "not held against a table (`--table NAME` does)".to_owned(),
            };
            let steps = crate::model::report::counted(pipeline.stages.len() as u64, "step");
            context.say(&format!("{}: `{}` is fine: {steps}, {against}", path.display(), spinner.name));
            Ok(0)
        }
    }
}

fn publish(context: &Context, path: &Path) -> Result<u8, Failure> {
    let (spinner, text) = read(context, path)?;
    if let Err(complaints) = steps::build(&spinner, &Known { table: None, project_type: Some(super::run::PROJECT.1) }) {
        return Err(refuse(context, path, complaints));
    }
    let mut store = context.creator()?;
    let (version, fresh) = store.publish(context.now(), &spinner.name, &spinner.hash, &text)?;
    let said = match fresh {
        Fresh::New => "published",
        Fresh::Same => "unchanged:",
    };
    context.say(&format!("{said} {}@{}", version.name, version.version));
    Ok(0)
}
