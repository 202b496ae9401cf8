//! `events --types`: every type there is and what other systems call it, with what has no counterpart, on either side.

use serde_json::{Value, json};

use super::wanted::Wanted;
use crate::model::event::{EventType, Subject};
use crate::model::public::foreign::{COUNTERPARTS, Form, PRODUCT, Product, Sense};
use crate::model::report::{Block, Cell, Column, List, Report, Single, counted};
use crate::views::args::{self, Args};
use crate::views::{Answer, Error};

pub(super) fn report<'a>(args: &Args, wanted: &Wanted) -> Answer<'a> {
    let senseless = ["job", "record", "after", "limit", args::FOLLOW.name, "as", "reveal"];
    if let Some(name) = senseless.into_iter().find(|name| args.is_on(name)) {
        return Err(Error::Usage {
            what: format!("`--types` lists the types there are, and `--{name}` is about events"),
            hint: Some(format!("leave out `--{name}`")),
        });
    }
    let kinds = EventType::ALL.iter().copied().filter(|kind| wanted.kind(*kind));
    let others = PRODUCT.iter().filter(|thing| thing.ours.is_empty() && wanted.is_all());
    Ok(if args.is_data() {
        let rows: Vec<_> = kinds.map(known).chain(others.map(unknown)).collect();
        Report::List(List { columns: columns(), ..list(rows) })
    } else {
        Report::Single(Single { object: Vec::new(), blocks: blocks(kinds.collect(), others.collect()), lines: None })
    })
}

fn list<'a>(rows: Vec<Vec<Cell>>) -> List<'a> {
    let rows = Box::new(rows.into_iter().map(Ok));
    List { columns: Vec::new(), rows, empty: String::new(), note: None, page: None }
}

fn columns() -> Vec<Column> {
    let keys = ["type", "stream", "about", "to_status", "written", "task_run", "run", "product"];
    keys.into_iter().map(|key| Column::new(key, key)).collect()
}

/// A type of ours, for programs.
fn known(kind: EventType) -> Vec<Cell> {
    let stream = if is_workspace(kind) { "ws" } else { "job" };
    let named = |form: Form| {
        let rows = COUNTERPARTS.iter().filter(|row| row.form == form && row.ours == kind);
        Cell::Json(rows.map(|row| named(row.name, row.sense, row.note)).collect())
    };
    let product = PRODUCT.iter().filter(|thing| thing.ours.contains(&kind));
    vec![
        Cell::text(kind.name()),
        Cell::text(stream),
        Cell::text(kind.object()),
        Cell::maybe(kind.leads().status(), Cell::text),
        Cell::Bool(kind.is_written()),
        named(Form::TaskRun),
        named(Form::Run),
        Cell::Json(product.map(named_product).collect()),
    ]
}

/// A thing of theirs that is nothing here, for programs.
fn unknown(thing: &Product) -> Vec<Cell> {
    let nothing = || Cell::Json(json!([]));
    let product = Cell::Json(json!([named_product(thing)]));
    let mut row = vec![Cell::Null; 4];
    row.extend([Cell::Bool(false), nothing(), nothing(), product]);
    row
}

fn named_product(thing: &Product) -> Value {
    named(&format!("{}: {}", thing.area, thing.name), thing.sense(), thing.note)
}

fn named(name: &str, sense: Sense, note: &str) -> Value {
    json!({ "name": name, "sense": sense.name(), "note": Some(note).filter(|note| !note.is_empty()) })
}

fn blocks<'a>(kinds: Vec<EventType>, others: Vec<&'static Product>) -> Vec<Block<'a>> {
    let written = kinds.iter().filter(|kind| kind.is_written()).count();
    let count = counted(kinds.len() as u64, "type");
    let mut blocks = vec![Block::Title(vec![
        Cell::text(format!("{count} of events, {written} of them written by this version")),
        Cell::text("= the same, ~ the nearest there is; --format json says how"),
    ])];
    let sections = [
        ("In a job's stream", false, true),
        ("In a job's stream, never written by this version", false, false),
        ("In the workspace's stream", true, true),
        ("In the workspace's stream, never written by this version", true, false),
    ];
    for (title, workspace, written) in sections {
        let here = |kind: &&EventType| (is_workspace(**kind), kind.is_written()) == (workspace, written);
        let rows: Vec<_> = kinds.iter().filter(here).copied().flat_map(lines).collect();
        if !rows.is_empty() {
            let columns = vec![
                Column::new("type", "TYPE"),
                Column::new("as", "IN"),
                Column::new("name", "ITS NAME THERE").flexible(),
            ];
            blocks.push(Block::Table { title, list: List { columns, ..list(rows) } });
        }
    }
    if !others.is_empty() {
        let columns = vec![Column::new("name", "THERE"), Column::new("why", "WHY").flexible()];
        let rows = others.into_iter().map(|thing| vec![Cell::text(thing.name), Cell::text(thing.note)]).collect();
        blocks.push(Block::Table { title: "Without a meaning here", list: List { columns, ..list(rows) } });
    }
    blocks
}

fn is_workspace(kind: EventType) -> bool {
    kind.subject() == Subject::Workspace
}

/// A type for people: a line for each of its other names.
fn lines(kind: EventType) -> Vec<Vec<Cell>> {
    let theirs = COUNTERPARTS.iter().filter(|row| row.ours == kind);
    let mut names: Vec<_> = theirs.map(|row| (row.form.name(), format!("{} {}", row.sense.sign(), row.name))).collect();
    let product = PRODUCT.iter().filter(|thing| thing.ours.contains(&kind));
    names.extend(product.map(|thing| ("product", format!("{} {}", thing.sense().sign(), thing.name))));
    let own = match kind.leads().status() {
        Some(status) => format!("{} → {status}", kind.name()),
        None => kind.name().to_owned(),
    };
    if names.is_empty() {
        return vec![vec![Cell::text(own)]];
    }
    let mut own = Some(own);
    names
        .into_iter()
        .map(|(of, name)| vec![Cell::maybe(own.take(), Cell::text), Cell::text(of), Cell::text(name)])
        .collect()
}
