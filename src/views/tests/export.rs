//! `export`.

use serde_json::json;

use super::super::export::{Cells, Columns, Which, export};
use super::workspace::*;
use super::*;
use crate::model::event::Event;
use crate::model::id::JobId;
use crate::model::payload::Nothing;
use crate::model::status::RecordStatus;
use crate::store::Write as _;

fn exported(store: &SqliteStore, job: u64, which: impl Into<Which>, columns: Columns) -> Vec<Json> {
    let job = store.job(JobId(job)).unwrap().unwrap();
    match export(store, &job, which, columns, Cells::Data).unwrap() {
        Report::List(list) => objects(list),
        Report::Single(_) | Report::Live(_) => panic!("an export is a list"),
    }
}

fn rows(lines: &[Json]) -> Vec<u64> {
    lines.iter().map(|line| line["cx_row"].as_u64().unwrap()).collect()
}

#[test]
fn every_selected_row_has_a_line() {
    let store = workspace();
    let all = exported(&store, 2, None, Columns::Table);
    assert_eq!(rows(&all), (1..=30).collect::<Vec<_>>());
    assert_eq!(all[0]["cx_status"], "waiting");
    let second = json!({
        "cx_row": 2, "name": "name2", "phone": "phone2", "country": "country2",
        "cx_status": "not_started", "cx_result": null, "cx_error": null
    });
    assert_eq!(all[1], second);
    assert_eq!(rows(&exported(&store, 2, Which::NotStarted, Columns::Table)), (2..=30).collect::<Vec<_>>());
    assert_eq!(rows(&exported(&store, 2, Some(RecordStatus::Waiting), Columns::Table)), [1]);
    let metadata = exported(&store, 3, None, Columns::Metadata);
    assert_eq!((rows(&metadata), &metadata[0]["phone"]), (vec![7, 8, 9], &json!("phone7")));
    let ended = exported(&store, 1, None, Columns::Metadata);
    assert_eq!((rows(&ended), &ended[0]["tags"]), (vec![1, 2, 3, 4, 5], &json!(["a", "b"])));
    assert!(exported(&store, 1, Which::NotStarted, Columns::Table).is_empty());
}

#[test]
fn what_never_started_is_told_without_its_table_too() {
    let mut store = empty();
    import(&mut store, "contacts", &["name", "phone"], 3);
    let job = create(&mut store, 1..=3);
    own(&mut store, job, 0, vec![Event::JobStarted(Nothing {})]);
    record(&mut store, job, 1, vec![vec![queued(1), started(), completed()]]);
    let counts = crate::model::payload::Counts { total: 3, not_started: 2, completed: 1, ..Default::default() };
    let ended = crate::model::payload::JobEnded { counts, reason_code: None, errors: Vec::new() };
    own(&mut store, job, 9_000, vec![Event::JobFailed(ended)]);
    store.drop_table(at(9_001), "contacts").unwrap();
    let lines = exported(&store, 1, None, Columns::Metadata);
    let told: Vec<_> = lines.iter().map(|line| json!([line["cx_status"], line["phone"]])).collect();
    let expected = [json!(["completed", "phone1"]), json!(["not_started", null]), json!(["not_started", null])];
    assert_eq!(told, expected);
}

#[test]
fn gaps_and_pages_lose_nothing() {
    let mut store = empty();
    import(&mut store, "contacts", &["name", "phone"], 3_000);
    // Rows in pairs, twenty apart, and a long stretch.
    let mut ranges: Vec<_> = (0..50).map(|n| 1 + n * 20..=2 + n * 20).collect();
    ranges.push(1_500..=3_000);
    let job = create_over(&mut store, ranges.clone());
    own(&mut store, job, 0, vec![Event::JobStarted(Nothing {})]);
    for row in [1, 21, 1_700, 2_400] {
        record(&mut store, job, row, vec![vec![queued(row), started(), completed()]]);
    }
    let lines = exported(&store, 1, None, Columns::Table);
    assert_eq!(rows(&lines), ranges.into_iter().flatten().collect::<Vec<_>>());
    assert!(lines.iter().all(|line| line["name"] == format!("name{}", line["cx_row"])));
    assert_eq!(lines.iter().filter(|line| line["cx_status"] == "completed").count(), 4);
    assert_eq!(exported(&store, 1, Which::NotStarted, Columns::Table).len(), lines.len() - 4);
}
