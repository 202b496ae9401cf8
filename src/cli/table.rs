//! `table metadata` and `table drop`.

use serde_json::json;

use super::args::{Metadata, Table as Verb};
use super::context::Context;
use super::failure::Failure;
use super::import::no_column;
use super::project;
use crate::model::document::{list, nearest};
use crate::model::report::{Block, Cell, Report, Single, counted};
use crate::model::table::Table;
use crate::store::{Read, Write as _};

/// `cxgear table …`, but for its views.
pub(super) fn table(context: &Context, verb: &Verb) -> Result<u8, Failure> {
    match verb {
        Verb::Metadata(args) => metadata(context, args),
        Verb::Drop { table } => {
            let mut store = context.writer()?;
            let found = known(&store, table)?;
            project::refuse_other(project::wanted(context, Some(&store))?.as_ref(), &found)?;
            store.drop_table(context.now(), &found.name)?;
            context.say(&format!("table `{}` is dropped, with {}", found.name, counted(found.rows, "row")));
            Ok(0)
        }
    }
}

/// The table of that name, or the one that was likely meant.
pub(super) fn known(store: &dyn Read, name: &str) -> Result<Table, Failure> {
    if let Some(table) = store.table(name)? {
        return Ok(table);
    }
    let tables = store.tables()?;
    let names = || tables.iter().map(|table| table.name.as_str());
    let hint = match nearest(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("tables: {}", list(names())),
    };
    Err(Failure::request(format!("there is no table `{name}`")).hint(hint))
}

fn metadata(context: &Context, args: &Metadata) -> Result<u8, Failure> {
    // Refused where there is none: to write is not to make it.
    drop(context.reader()?);
    let mut store = context.writer()?;
    let table = known(&store, &args.table)?;
    project::refuse_other(project::wanted(context, Some(&store))?.as_ref(), &table)?;
    let changes = args.set.is_some() || args.clear || !args.add.is_empty() || !args.remove.is_empty();
    if changes {
        let fields = choose(&table, args)?;
        store.set_metadata(context.now(), &table.name, fields.as_deref())?;
    }
    context.show(describe(&known(&store, &args.table)?))?;
    Ok(0)
}

/// What enters a run, as the final view of the table.
fn describe(table: &Table) -> Report<'static> {
    let said = match &table.metadata {
        None => format!("never set: a run uses all {}", counted(table.columns.len() as u64, "column")),
        Some(fields) if fields.is_empty() => "set to nothing: no column enters a run".to_owned(),
        Some(fields) => fields.join(", "),
    };
    let others: Vec<_> =
        table.columns.iter().filter(|name| !table.fields().contains(name)).map(String::as_str).collect();
    Report::Single(Single {
        object: vec![
            ("table", Cell::text(&table.name)),
            ("metadata_fields", Cell::Json(json!(table.metadata))),
            ("columns", Cell::Json(json!(table.columns))),
        ],
        blocks: vec![Block::Pairs {
            title: "",
            pairs: vec![
                ("table".to_owned(), Cell::text(&table.name)),
                ("metadata".to_owned(), Cell::text(said)),
                (
                    "others".to_owned(),
                    Cell::text(if others.is_empty() { "none".to_owned() } else { others.join(", ") }),
                ),
            ],
        }],
        lines: None,
    })
}

/// The fields after the flags: none to go back to never set.
fn choose(table: &Table, args: &Metadata) -> Result<Option<Vec<String>>, Failure> {
    if args.clear {
        return Ok(None);
    }
    let given = |names: &[String]| -> Vec<String> { names.iter().filter(|name| !name.is_empty()).cloned().collect() };
    let mut fields = match &args.set {
        Some(names) => check(table, &given(names))?,
        None => table.metadata.clone().unwrap_or_default(),
    };
    for name in check(table, &given(&args.add))? {
        if !fields.contains(&name) {
            fields.push(name);
        }
    }
    let removed = check(table, &given(&args.remove))?;
    // Taken from all columns when nothing was ever chosen: that is what a run would have used.
    if args.set.is_none() && args.add.is_empty() && table.metadata.is_none() {
        fields.clone_from(&table.columns);
    }
    fields.retain(|name| !removed.contains(name));
    Ok(Some(fields))
}

/// The columns of these names, each once.
pub(super) fn check(table: &Table, names: &[String]) -> Result<Vec<String>, Failure> {
    let mut fields: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        if !table.columns.contains(name) {
            return Err(no_column(&table.name, &table.columns, name));
        }
        if !fields.contains(name) {
            fields.push(name.clone());
        }
    }
    Ok(fields)
}
