//! `events`.

use serde_json::json;

use super::workspace::*;
use super::*;

const KEYS: &str = "seq, type, timestamp, payload, cursor, job, record, request_id";

fn events(store: &SqliteStore, form: Form, given: &[(&str, &str)]) -> Vec<Json> {
    objects(list(store, form, "events", given))
}

#[test]
fn the_stream_form_keeps_its_keys_and_hides_what_clients_supplied() {
    let store = workspace();
    let all = events(&store, Form::Ndjson, &[]);
    assert!(all.iter().all(|event| keys(event) == KEYS));
    let queued = all.iter().find(|event| event["type"] == "record.queued").unwrap();
    let payload = json!({
        "redacted": true,
        "value": { "from_status": null, "to_status": "queued", "reason_code": null, "row": 1 },
        "redacted_keys": ["params"]
    });
    assert_eq!(queued["payload"], payload);
    assert_eq!((&queued["job"], &queued["record"]), (&json!(1), &json!("1/1")));
    assert!(queued["request_id"].as_str().unwrap().starts_with("req_"));
    let hidden = serde_json::to_string(&all).unwrap();
    assert!(!hidden.contains("phone1"));
    let shown = events(&store, Form::Ndjson, &[("reveal", "")]);
    assert_eq!(shown.len(), all.len());
    let queued = shown.iter().find(|event| event["type"] == "record.queued").unwrap();
    assert_eq!(queued["payload"]["value"]["params"]["phone"], "phone1");
    assert_eq!(queued["payload"]["redacted"], false);
    let workspace = all.iter().find(|event| event["type"] == "table.imported").unwrap();
    assert_eq!((&workspace["job"], &workspace["record"]), (&Json::Null, &Json::Null));
}

#[test]
fn from_any_cursor_it_is_the_rest_of_the_log() {
    let store = workspace();
    let all = events(&store, Form::Ndjson, &[]);
    for (place, _) in all.iter().enumerate() {
        let after = all[place]["cursor"].to_string();
        assert_eq!(events(&store, Form::Ndjson, &[("after", &after)]), all[place + 1..], "after {after}");
    }
}

#[test]
fn scopes_and_types_choose() {
    let store = workspace();
    let all = events(&store, Form::Ndjson, &[]);
    let filtered = |fits: &dyn Fn(&Json) -> bool| all.iter().filter(|event| fits(event)).cloned().collect::<Vec<_>>();
    let named = |event: &Json, prefix: &str| event["type"].as_str().unwrap().starts_with(prefix);
    assert_eq!(events(&store, Form::Csv, &[("job", "2")]), filtered(&|event| event["job"] == 2));
    assert_eq!(events(&store, Form::Csv, &[("record", "1/5")]), filtered(&|event| event["record"] == "1/5"));
    assert_eq!(events(&store, Form::Csv, &[("type", "record.*")]), filtered(&|event| named(event, "record.")));
    let two = [("type", "job.*"), ("type", "step.failed")];
    assert_eq!(events(&store, Form::Csv, &two), filtered(&|e| named(e, "job.") || e["type"] == "step.failed"));
    // Ends of records whose earlier segments were passed over unread.
    let ends = [("type", "record.completed"), ("job", "1")];
    assert_eq!(events(&store, Form::Csv, &ends), filtered(&|event| event["type"] == "record.completed"));
    // Both ends of a record, and what lies between them passed over.
    let both = events(&store, Form::Csv, &[("type", "record.queued"), ("type", "record.completed")]);
    assert_eq!(both, filtered(&|e| e["type"] == "record.queued" || e["type"] == "record.completed"));
    assert!(events(&store, Form::Csv, &[("record", "3/8")]).is_empty());
    assert_eq!(events(&store, Form::Csv, &[("type", "*")]), all);
}

#[test]
fn a_page_says_where_the_next_begins() {
    let store = workspace();
    let all = events(&store, Form::Ndjson, &[]);
    let (mut after, mut seen) = ("0".to_owned(), Vec::new());
    loop {
        let page = list(&store, Form::Json, "events", &[("limit", "7"), ("after", &after)]);
        let end = page.page.clone().unwrap();
        let events = objects(page);
        assert!(events.len() <= 7);
        seen.extend(events);
        let end = *end.borrow();
        after = end.next_cursor.unwrap().0.to_string();
        if !end.has_more {
            break;
        }
    }
    assert_eq!(seen, all);
    // A filter that finds nothing still gets ahead.
    let page = list(&store, Form::Json, "events", &[("type", "job.canceled")]);
    let end = page.page.clone().unwrap();
    assert_eq!(page.rows.count(), 0);
    assert_eq!(end.borrow().next_cursor.unwrap().0, all.len() as u64);
}

#[test]
fn people_get_a_hundred_and_a_line_each() {
    let mut store = workspace();
    for _ in 0..60 {
        create(&mut store, 1..=1);
    }
    let table = list(&store, Form::Table, "events", &[]);
    let page = table.page.clone().unwrap();
    let rows = people(table);
    assert_eq!((rows.len(), page.borrow().has_more), (100, true));
    let detail = |kind: &str| rows.iter().find(|row| row[4] == Cell::text(kind)).unwrap()[5].clone();
    assert_eq!(detail("step.message"), Cell::text("start · Hello"));
    assert_eq!(
        detail("record.failed"),
        Cell::text("failure · running → failed · RENDER_FAILED · row 2, step `done`: no such field")
    );
    assert_eq!(detail("record.decision"), Cell::text("branch · done · BRANCH_TAKEN"));
    assert_eq!(detail("table.imported"), Cell::text("contacts · 30 rows · c.csv"));
}

#[test]
fn wrong_questions_are_answered_with_the_right_one() {
    let store = workspace();
    let (what, hints) = refused(&store, "events", &[("type", "record.complted")]);
    assert_eq!(what, "there is no event type `record.complted`");
    assert_eq!(hints, ["did you mean `record.completed`?"]);
    for pattern in ["recrod.*", "record", "records", "record."] {
        assert_eq!(refused(&store, "events", &[("type", pattern)]).1, ["did you mean `record.*`?"], "{pattern}");
    }
    assert_eq!(refused(&store, "events", &[("record", "1/99")]).0, "there is no record 1/99");
    assert_eq!(refused(&store, "events", &[("record", "1/1"), ("job", "2")]).1, ["leave out `--job`"]);
    assert_eq!(refused(&store, "events", &[("job", "7")]).0, "there is no job 7");
}
