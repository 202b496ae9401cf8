//! `records`, `record`, `journey`.

use serde_json::json;

use super::workspace::*;
use super::*;
use crate::model::event::Event;
use crate::model::fold::RecordFold;
use crate::model::id::{RecordId, RowId};
use crate::model::payload::Nothing;
use crate::model::report::{Beat, Timeline};
use crate::model::segment::Draft;
use crate::store::Write as _;

const KEYS: &str = "id, job, row, status, result, metadata, outcomes, attempt, failed_step, errors, started_at, \
                    ended_at, duration_ms";

#[test]
fn records_keep_their_promised_keys_and_values() {
    let store = workspace();
    let records = objects(list(&store, Form::Json, "records", &[("job", "1")]));
    assert_eq!(records.len(), 5);
    assert!(records.iter().all(|record| keys(record) == KEYS));
    let first = json!({
        "id": "1/1", "job": 1, "row": 1, "status": "completed", "result": "success",
        "metadata": { "name": "name1", "phone": "phone1" },
        "outcomes": { "disposition": "called", "tags": ["a", "b"] },
        "attempt": 1, "failed_step": null, "errors": [], "started_at": "2026-03-25T14:31:16.010Z",
        "ended_at": "2026-03-25T14:31:16.100Z", "duration_ms": 90
    });
    assert_eq!(records[0], first);
    assert_eq!(
        (&records[1]["failed_step"], &records[1]["errors"][0]["code"]),
        (&json!("done"), &json!("RENDER_FAILED"))
    );
    assert_eq!((&records[2]["result"], &records[2]["errors"][0]["message"]), (&json!("partial"), &json!("soft")));
    assert_eq!((&records[3]["failed_step"], &records[3]["outcomes"]), (&Json::Null, &json!({})));
    assert_eq!(object(&single(&store, "record", &[("record", "1/1")])), first);
}

#[test]
fn people_see_who_and_what_came_of_it() {
    let store = workspace();
    let records = people(list(&store, Form::Table, "records", &[("job", "1")]));
    let told: Vec<_> = records.iter().map(|row| (row[1].clone(), row[2].clone())).collect();
    let text = |text: &str| Cell::text(text);
    assert_eq!(told[0], (text("name1 · phone1"), text("called")));
    assert_eq!(told[1].1, text("RENDER_FAILED: done: no such field"));
    assert_eq!(records[0][4], text("03-25 14:31"));
    assert_eq!(told[3].1, text("INVALID_PARAMS: phone: the cell is empty"));
}

#[test]
fn csv_has_a_column_for_each_field_and_outcome() {
    let store = workspace();
    let records = list(&store, Form::Csv, "records", &[("job", "1")]);
    let flat = |key: &str| {
        let column = records.columns.iter().find(|column| column.key == key && column.shown == Shown::Data);
        column.and_then(|column| column.flatten.clone()).unwrap()
    };
    assert_eq!(
        (flat("metadata"), flat("outcomes")),
        (vec!["name".into(), "phone".into()], vec!["disposition".to_owned(), "tags".into()])
    );
}

#[test]
fn filters_choose_and_are_counted() {
    let store = workspace();
    let found = |given: &[(&str, &str)]| {
        let given: Vec<_> = [("job", "1")].into_iter().chain(given.iter().copied()).collect();
        objects(list(&store, Form::Json, "records", &given))
            .iter()
            .map(|r| r["row"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&[("status", "failed")]), [2, 4]);
    assert_eq!(found(&[("disposition", "called")]), [1, 3, 5]);
    assert_eq!(found(&[("where", "country in ('country2', 'country5', 'country9')")]), [2, 5]);
    assert_eq!(found(&[("where", "name <> 'name1'"), ("status", "completed"), ("offset", "1")]), [5]);
    assert_eq!(found(&[("limit", "2"), ("offset", "2")]), [3, 4]);
    let records = list(&store, Form::Table, "records", &[("job", "1"), ("status", "failed"), ("limit", "1")]);
    assert_eq!(records.note.as_deref(), Some("1 of 2; `--limit N` shows more"));
    let empty = |given: &[(&str, &str)]| {
        let given: Vec<_> = [("job", "1")].into_iter().chain(given.iter().copied()).collect();
        let records = list(&store, Form::Table, "records", &given);
        (records.empty, records.rows.count())
    };
    assert_eq!(empty(&[("where", "name = 'x'")]), ("no record of job 1 matches".to_owned(), 0));
    assert_eq!(empty(&[("status", "waiting")]), ("no record of job 1 is waiting".to_owned(), 0));
    assert_eq!(empty(&[("offset", "2000")]), ("no more than 2,000 records of job 1 match".to_owned(), 0));
    let unknown = "no record of job 1 has the disposition";
    assert_eq!(empty(&[("disposition", "caled")]).0, format!("{unknown} `caled`; did you mean `called`?"));
    assert_eq!(empty(&[("disposition", "zzz")]).0, format!("{unknown} `zzz`; it has `called`"));
    let both = [("disposition", "called"), ("status", "failed")];
    assert_eq!(empty(&both).0, "no record of job 1 matches");
    let (what, _) = refused(&store, "records", &[("job", "1"), ("where", "nmae = 'x'")]);
    assert!(what.contains("did you mean `name`"), "{what}");
}

#[test]
fn a_condition_needs_the_table_that_the_job_ran_over() {
    let mut store = empty();
    import(&mut store, "contacts", &["name", "phone"], 30);
    first_job(&mut store);
    let by_name = [("job", "1"), ("where", "name like 'name%'")];
    assert_eq!(objects(list(&store, Form::Json, "records", &by_name)).len(), 5);
    let says = |store: &SqliteStore, gone: &str| {
        let (what, hints) = refused(store, "records", &by_name);
        assert_eq!(what, format!("table `contacts` was {gone} since job 1 ran, so `--where` cannot look at its rows"));
        assert!(
            hints[0].contains("`--status`") && hints[0].contains("`cxgear export 1 --columns metadata`"),
            "{hints:?}"
        );
        assert_eq!(objects(list(store, Form::Json, "records", &[("job", "1"), ("status", "failed")])).len(), 2);
    };
    store.drop_table(at(9_000), "contacts").unwrap();
    says(&store, "dropped");
    import(&mut store, "contacts", &["name", "phone"], 30);
    says(&store, "replaced");
}

#[test]
fn a_long_job_is_read_in_pages_and_never_cut_for_programs() {
    let mut store = empty();
    import(&mut store, "contacts", &["name", "phone"], 1_300);
    let job = create(&mut store, 1..=1_300);
    own(&mut store, job, 0, vec![Event::JobStarted(Nothing {})]);
    let segments: Vec<_> = (1..=1_300_u64)
        .map(|row| {
            let mut draft = Draft::new(RecordId { job, row: RowId(row) }, RecordFold::default());
            [queued(row), started(), completed()].iter().for_each(|event| draft.push(NOW, event).unwrap());
            draft.seal().unwrap()
        })
        .collect();
    store.append(&segments).unwrap();
    let rows = |form, given: &[(&str, &str)]| {
        let given: Vec<_> = [("job", "1")].into_iter().chain(given.iter().copied()).collect();
        list(&store, form, "records", &given).rows.count()
    };
    assert_eq!(rows(Form::Ndjson, &[]), 1_300);
    assert_eq!(rows(Form::Csv, &[("where", "name <> 'name7'")]), 1_299);
    assert_eq!(rows(Form::Csv, &[("offset", "100"), ("limit", "1100")]), 1_100);
    assert_eq!(rows(Form::Table, &[]), 50);
    let note = list(&store, Form::Table, "records", &[("job", "1")]).note;
    assert_eq!(note.as_deref(), Some("50 of 1,300; `--limit N` shows more"));
    let events = list(&store, Form::Ndjson, "events", &[("job", "1")]).rows;
    assert_eq!(events.map(Result::unwrap).count(), 3 + 3 * 1_300);
}

#[test]
fn a_row_that_has_not_started_is_told_from_one_that_is_not_there() {
    let store = workspace();
    let waiting = single(&store, "record", &[("record", "3/8")]);
    let told = object(&waiting);
    assert_eq!((keys(&told).as_str(), &told["status"]), (KEYS, &json!("not_started")));
    assert_eq!(next(&waiting), "cxgear resume 3");
    for view in ["record", "journey"] {
        let (what, hints) = refused(&store, view, &[("record", "3/10")]);
        assert_eq!(what, "there is no record 3/10");
        assert_eq!(hints, ["job 3 has the rows 7-9 of table `contacts`"]);
        assert_eq!(refused(&store, view, &[("record", "9/1")]).0, "there is no job 9");
    }
    let journey = single(&store, "journey", &[("record", "3/8")]);
    for (told, title) in [(&waiting, "record 3/8"), (&journey, "journey 3/8")] {
        assert!(matches!(&told.blocks[0], Block::Title(cells) if cells[0] == Cell::text(title)), "{title}");
    }
    let journey = object(&journey);
    assert_eq!((&journey["status"], &journey["steps"]), (&json!("not_started"), &json!([])));
}

fn beats(store: &SqliteStore, record: &str) -> Vec<String> {
    let told = |beat: &Beat| {
        let notes: Vec<_> = beat.notes.iter().map(|note| note.text.as_str()).collect();
        let duration = beat.duration.map_or("-".to_owned(), |span| span.0.to_string());
        format!("+{} {duration} {}/{} x{} {}", beat.offset.0, beat.name, beat.outcome, beat.attempt, notes.join("|"))
    };
    let journey = single(store, "journey", &[("record", record)]);
    let timeline = journey.blocks.into_iter().find_map(|block| match block {
        Block::Timeline(Timeline { beats, .. }) => Some(beats),
        Block::Title(_) | Block::Pairs { .. } | Block::Table { .. } => None,
        Block::Verbatim { .. } | Block::Next(_) => None,
    });
    timeline.unwrap().iter().map(|beat| told(beat).trim_end().to_owned()).collect()
}

#[test]
fn a_journey_tells_steps_jumps_failures_and_interruptions() {
    let store = workspace();
    let jumped = ["+20 20 start/logged x1 Hello", "+50 10 route/branched · x x1 → done", "+80 10 done/tagged x1"];
    assert_eq!(beats(&store, "1/1"), jumped);
    assert_eq!(beats(&store, "1/2")[1], "+50 10 done/RENDER_FAILED x1 row 2, step `done`: no such field");
    let soft = ["+20 10 start/RENDER_FAILED x1 soft", "+40 - route/skipped x0", "+50 10 done/tagged x1"];
    assert_eq!(beats(&store, "1/3"), soft);
    assert_eq!(beats(&store, "1/4"), ["+20 - record/INVALID_PARAMS x1 row 4, column `phone`: the cell is empty"]);
    let again = [
        "+20 - start/INTERRUPTED x1",
        "+30 20 interrupted/INTERRUPTED x1 the process stopped here",
        "+50 - resumed/INTERRUPTED x1",
        "+70 20 start/logged x2 Hello",
        "+100 10 done/tagged x1",
    ];
    assert_eq!(beats(&store, "1/5"), again);
    assert_eq!(beats(&store, "2/1"), ["+20 - waiting/approval x1 go on?"]);
}

#[test]
fn a_journey_keeps_its_promised_keys() {
    let store = workspace();
    let journey = single(&store, "journey", &[("record", "1/5")]);
    let told = object(&journey);
    assert_eq!(keys(&told), "id, status, started_at, ended_at, duration_ms, result, reason, errors, steps, output");
    let step = json!({
        "index": 0, "name": "start", "type": "log", "attempt": 2, "status": "completed", "outcome_key": "logged",
        "started_at": "2026-03-25T14:31:20.070Z", "duration_ms": 20,
        "messages": [{ "level": "info", "text": "Hello" }], "output": {}, "errors": []
    });
    assert_eq!(told["steps"][1], step);
    assert_eq!(keys(&told["steps"][0]), keys(&step));
    assert_eq!(told["output"], json!({ "disposition": "called", "tags": ["a", "b"] }));
    let lines = objects(journey.lines.unwrap());
    assert_eq!(lines.len(), 3);
    assert!(
        keys(&lines[0]).starts_with("id, index, name, type, attempt, status, outcome_key, started_at, duration_ms")
    );
    let skipped = object(&single(&store, "journey", &[("record", "1/3")]));
    let skipped = &skipped["steps"][1];
    assert_eq!(
        (&skipped["status"], &skipped["attempt"], &skipped["started_at"]),
        (&json!("skipped"), &json!(0), &Json::Null)
    );
}

#[test]
fn a_journey_of_no_step_keeps_its_reason() {
    let store = workspace();
    let journey = single(&store, "journey", &[("record", "1/4")]);
    let told = object(&journey);
    let error =
        json!({ "type": "template", "code": "INVALID_PARAMS", "message": "row 4, column `phone`: the cell is empty" });
    assert_eq!((&told["result"], &told["reason"]), (&json!("failure"), &json!("INVALID_PARAMS")));
    assert_eq!((&told["errors"], &told["steps"]), (&json!([error]), &json!([])));
    let lines = objects(journey.lines.unwrap());
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["type"], &lines[0]["index"]), (&json!("record"), &Json::Null));
    assert_eq!((&lines[0]["outcome_key"], &lines[0]["errors"]), (&json!("INVALID_PARAMS"), &json!([error])));
    // A step that failed is its own line, and a success has no errors.
    let failed = single(&store, "journey", &[("record", "1/2")]);
    assert_eq!((&object(&failed)["reason"], failed.lines.unwrap().rows.count()), (&json!("RENDER_FAILED"), 2));
    let good = object(&single(&store, "journey", &[("record", "1/5")]));
    assert_eq!((&good["result"], &good["reason"], &good["errors"]), (&json!("success"), &Json::Null, &json!([])));
}
