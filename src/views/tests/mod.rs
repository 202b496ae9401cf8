//! What each view says of a small workspace.

use serde_json::Value as Json;

use super::*;
use crate::model::report::{Block, Cell, List, Shown, Single};
use crate::store::SqliteStore;

mod export;
mod follow;
mod jobs;
mod log;
mod project;
mod records;
mod tables;
mod workspace;

use workspace::{at, empty};

/// Asks a view, arguments as they are typed.
fn ask<'a>(store: &'a SqliteStore, form: Form, name: &str, given: &[(&str, &str)]) -> Result<Report<'a>, Error> {
    let view = named(name).unwrap();
    let mut args = Args::new(form, at(60_000), jiff::tz::TimeZone::UTC);
    for (name, text) in given {
        let arg = view.args.iter().find(|arg| arg.name == *name).unwrap();
        args.read(arg, text).unwrap();
    }
    (view.report)(store, &args)
}

fn list<'a>(store: &'a SqliteStore, form: Form, name: &str, given: &[(&str, &str)]) -> List<'a> {
    match ask(store, form, name, given).unwrap() {
        Report::List(list) => list,
        Report::Single(_) | Report::Live(_) => panic!("`{name}` is no list"),
    }
}

fn single<'a>(store: &'a SqliteStore, name: &str, given: &[(&str, &str)]) -> Single<'a> {
    match ask(store, Form::Table, name, given).unwrap() {
        Report::Single(single) => single,
        Report::List(_) | Report::Live(_) => panic!("`{name}` is no single thing"),
    }
}

/// The objects that programs get.
fn objects(list: List<'_>) -> Vec<Json> {
    let columns = list.columns;
    list.rows.map(|row| cells::object(&columns, &row.unwrap())).collect()
}

/// The lines that people get, cell by cell.
fn people(list: List<'_>) -> Vec<Vec<Cell>> {
    let shown: Vec<bool> = list.columns.iter().map(|column| column.shown != Shown::Data).collect();
    let keep =
        |row: Vec<Cell>| row.into_iter().zip(&shown).filter(|(_, shown)| **shown).map(|(cell, _)| cell).collect();
    list.rows.map(|row| keep(row.unwrap())).collect()
}

fn object(single: &Single<'_>) -> Json {
    let columns: Vec<_> = single.object.iter().map(|(key, _)| crate::model::report::Column::new(*key, "")).collect();
    let row: Vec<_> = single.object.iter().map(|(_, cell)| cell.clone()).collect();
    cells::object(&columns, &row)
}

fn next(single: &Single<'_>) -> String {
    let last = single.blocks.last();
    if let Some(Block::Next(next)) = last { next.clone() } else { panic!("it does not say what to type next") }
}

fn keys(object: &Json) -> String {
    object.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(", ")
}

fn refused(store: &SqliteStore, name: &str, given: &[(&str, &str)]) -> (String, Vec<String>) {
    let error = ask(store, Form::Table, name, given).err().unwrap();
    (error.to_string(), error.hints())
}

#[test]
fn every_view_has_its_words_and_reads_its_own_examples() {
    for view in ALL {
        assert!(!view.about.is_empty() && !view.about.ends_with('.'), "{}", view.name);
        for example in view.examples.lines().map(str::trim) {
            assert!(example.starts_with(&format!("cxgear {}", view.name)), "{example}");
            for flag in example.split(' ').filter_map(|word| word.strip_prefix("--")).filter(|flag| *flag != "format") {
                assert!(view.args.iter().any(|arg| arg.name == flag), "{example}");
            }
        }
        let positional = |arg: &&Arg| matches!(arg.place, Place::Required | Place::Optional);
        assert!(view.args.iter().skip_while(positional).all(|arg| !positional(&arg)), "{}", view.name);
    }
}

#[test]
fn an_empty_workspace_says_what_to_type() {
    let store = empty();
    assert_eq!(next(&single(&store, "status", &[])), "cxgear import FILE.csv");
    for name in ["jobs", "table list", "spinner list"] {
        let list = list(&store, Form::Table, name, &[]);
        assert!(list.empty.contains("`cxgear "), "{name}");
        assert_eq!(list.rows.count(), 0);
    }
    assert_eq!(list(&store, Form::Json, "events", &[]).rows.count(), 0);
    let (what, hints) = refused(&store, "job", &[("job", "1")]);
    assert_eq!((what.as_str(), hints.len()), ("there is no job 1", 1));
}

#[test]
fn values_are_read_or_refused() {
    assert_eq!(Kind::Count(1).read("0"), Err("`0` is below 1".into()));
    assert!(Kind::Count(0).read("99999999999999999999").is_err() && Kind::Count(0).read("-1").is_err());
    assert_eq!(Kind::Names.read("a, b,"), Ok(Value::Texts(vec!["a".into(), "b".into()])));
    assert_eq!(Kind::Word(|| vec!["x", "y"]).read("z"), Err("`z` is not one of x, y".into()));
    assert!(Kind::Record.read("3").is_err());
}
