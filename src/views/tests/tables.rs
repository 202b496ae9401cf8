//! `table list`, `table show`, `spinner list`, `spinner show`.

use serde_json::json;

use super::workspace::*;
use super::*;
use crate::store::Write as _;

#[test]
fn tables_tell_never_set_from_set_to_nothing() {
    let mut store = workspace();
    import(&mut store, "Empty one", &["row", "b"], 0);
    store.set_metadata(NOW, "contacts", Some(&[])).unwrap();
    let tables = objects(list(&store, Form::Json, "table list", &[]));
    assert_eq!(keys(&tables[0]), "name, rows, columns, metadata, updated_at, project");
    let told: Vec<_> = tables.iter().map(|table| json!([table["name"], table["rows"], table["metadata"]])).collect();
    assert_eq!(told, [json!(["contacts", 30, []]), json!(["Empty one", 0, null])]);
    let fields: Vec<_> =
        people(list(&store, Form::Table, "table list", &[])).into_iter().map(|row| row[3].clone()).collect();
    assert_eq!(fields, [Cell::text("none"), Cell::text("all (never set)")]);
}

#[test]
fn rows_come_in_pages_with_their_numbers() {
    let mut store = empty();
    import(&mut store, "contacts", &["name", "row"], 1_100);
    let rows = |form, given: &[(&str, &str)]| {
        let given: Vec<_> = [("table", "CONTACTS")].into_iter().chain(given.iter().copied()).collect();
        objects(list(&store, form, "table show", &given))
    };
    assert_eq!(rows(Form::Ndjson, &[]).len(), 1_100);
    assert_eq!(rows(Form::Table, &[]).len(), 20);
    assert_eq!(rows(Form::Csv, &[("where", "name like '%9'")]).len(), 110);
    // A column of that name keeps its key.
    assert_eq!(rows(Form::Json, &[("limit", "1")])[0], json!({ "cx_row": 1, "name": "name1", "row": "row1" }));
    let some = rows(Form::Json, &[("columns", "NAME"), ("limit", "1"), ("offset", "600")]);
    assert_eq!(some, [json!({ "row": 601, "name": "name601" })]);
    let note = list(&store, Form::Table, "table show", &[("table", "contacts"), ("where", "name like '%9'")]).note;
    assert_eq!(note.as_deref(), Some("20 of 110; `--limit N` shows more"));
    let beyond = list(&store, Form::Table, "table show", &[("table", "contacts"), ("offset", "2000")]);
    assert_eq!((beyond.empty.as_str(), beyond.rows.count()), ("table `contacts` has 1,100 rows", 0));
}

#[test]
fn wrong_names_are_met_with_the_likely_one() {
    let store = workspace();
    let (what, hints) = refused(&store, "table show", &[("table", "contacs")]);
    assert_eq!((what.as_str(), hints[0].as_str()), ("there is no table `contacs`", "did you mean `contacts`?"));
    let (what, hints) = refused(&store, "table show", &[("table", "contacts"), ("columns", "name,fone")]);
    assert_eq!(
        (what.as_str(), hints.last().unwrap().as_str()),
        ("there is no column `fone`", "columns of `contacts`: `name`, `phone` and `country`",)
    );
    let (what, _) = refused(&store, "table show", &[("table", "contacts"), ("where", "phone > 3")]);
    assert!(what.contains("num(phone)"), "{what}");
    assert_eq!(refused(&store, "spinner show", &[("name", "welcom")]).1[0], "did you mean `welcome`?");
    let (what, hints) = refused(&store, "spinner show", &[("name", "welcome"), ("version", "9")]);
    assert_eq!((what.as_str(), hints[0].as_str()), ("there is no spinner version `welcome@9`", "the latest is 2"));
}

#[test]
fn spinners_show_their_latest_version_and_any_other() {
    let store = workspace();
    let spinners = objects(list(&store, Form::Json, "spinner list", &[]));
    assert_eq!(spinners.len(), 1);
    assert_eq!(keys(&spinners[0]), "name, version, steps, description, hash, published_at, project");
    assert_eq!((&spinners[0]["version"], &spinners[0]["description"]), (&json!(2), &json!("Greets")));
    let latest = object(&single(&store, "spinner show", &[("name", "welcome")]));
    assert_eq!(keys(&latest), "name, version, latest, description, steps, hash, published_at, definition, project");
    assert!(latest["definition"].as_str().unwrap().contains("Hello"));
    let shown = single(&store, "spinner show", &[("name", "welcome")]).blocks;
    let whole = SPINNER.replace("Hi", "Hello");
    assert!(shown.iter().any(|block| matches!(block, Block::Verbatim { text, .. } if *text == whole)));
    let first = object(&single(&store, "spinner show", &[("name", "Welcome"), ("version", "1")]));
    assert_eq!((&first["version"], &first["latest"], &first["definition"]), (&json!(1), &json!(2), &json!(SPINNER)));
    assert_eq!(first["steps"], json!([{ "name": "start", "type": "log" }]));
}
