//! `status`, `jobs`, `job`.

use serde_json::json;

use super::workspace::*;
use super::*;
use crate::model::event::Event;
use crate::model::payload::{Counts, JobEnded, Nothing};
use crate::model::reason::Reason;

#[test]
fn jobs_keep_their_promised_keys() {
    let store = workspace();
    let jobs = objects(list(&store, Form::Json, "jobs", &[]));
    assert_eq!(
        keys(&jobs[0]),
        "id, spinner, version, table, status, result, total, not_started, completed, failed, waiting, canceled, \
         started_at, ended_at, duration_ms, project"
    );
    let told: Vec<_> = jobs.iter().map(|job| json!([job["id"], job["status"], job["result"]])).collect();
    // Nobody holds job 2, whatever the log says of it.
    let expected = [json!([3, "queued", null]), json!([2, "stalled", null]), json!([1, "completed", "partial"])];
    assert_eq!(told, expected);
    assert_eq!((&jobs[1]["duration_ms"], &jobs[1]["waiting"]), (&Json::Null, &json!(1)));
    assert_eq!((&jobs[2]["duration_ms"], &jobs[2]["total"]), (&json!(7_500), &json!(5)));
    assert_eq!(jobs[2]["started_at"], "2026-03-25T14:31:15.500Z");
}

#[test]
fn people_are_told_partial_and_how_many_more_there_are() {
    let store = workspace();
    let statuses = |list| people(list).into_iter().map(|row| row[2].clone()).collect::<Vec<_>>();
    let words = statuses(list(&store, Form::Table, "jobs", &[]));
    assert!(matches!(words[2], Cell::Status("partial", _)), "{words:?}");
    let titles = "ID SPINNER STATUS PROGRESS FAIL WAIT TABLE STARTED TOOK";
    let jobs = list(&store, Form::Table, "jobs", &[("limit", "2")]);
    let shown = jobs.columns.iter().filter(|column| column.shown == Shown::Table).map(|column| &*column.title);
    assert_eq!(shown.collect::<Vec<_>>().join(" "), titles);
    assert_eq!(jobs.note.as_deref(), Some("2 of 3; `--limit N` shows more"));
    assert_eq!(jobs.rows.count(), 2);
    let found = [("partial", 1), ("completed", 1), ("stalled", 1), ("running", 0), ("failed", 0), ("failure", 0)];
    for (status, found) in found {
        assert_eq!(list(&store, Form::Csv, "jobs", &[("status", status)]).rows.count(), found, "{status}");
    }
}

#[test]
fn a_status_of_programs_is_never_the_word_of_a_table() {
    let mut store = workspace();
    let job = create(&mut store, 1..=1);
    own(&mut store, job, 10, vec![Event::JobStarted(Nothing {})]);
    record(&mut store, job, 1, vec![vec![queued(1), started(), Event::RecordFailed(invalid(1))]]);
    let counts = Counts { total: 1, failed: 1, ..Counts::default() };
    own(&mut store, job, 9_000, vec![Event::JobCompleted(JobEnded { counts, reason_code: None, errors: Vec::new() })]);
    for (status, people, programs) in [("failed", 1, 0), ("failure", 1, 1), ("completed", 2, 2), ("success", 0, 0)] {
        let found = |form| list(&store, form, "jobs", &[("status", status)]).rows.count();
        assert_eq!((found(Form::Table), found(Form::Csv)), (people, programs), "{status}");
    }
    let empty = list(&store, Form::Table, "jobs", &[("status", "success")]).empty;
    assert_eq!(empty, "no job has the status or result `success`");
    let told = object(&single(&store, "job", &[("job", "4")]));
    assert!(told["records_per_second"].is_number());
}

#[test]
fn a_job_of_less_than_a_second_has_no_rate() {
    let mut store = workspace();
    let job = create(&mut store, 1..=1);
    own(&mut store, job, 10_000, vec![Event::JobStarted(Nothing {})]);
    record(&mut store, job, 1, vec![vec![queued(1), started(), completed()]]);
    let counts = Counts { total: 1, completed: 1, ..Counts::default() };
    let ended = JobEnded { counts, reason_code: None, errors: Vec::new() };
    own(&mut store, job, 10_999, vec![Event::JobCompleted(ended)]);
    let told = object(&single(&store, "job", &[("job", "4")]));
    assert_eq!((&told["duration_ms"], &told["records_per_second"]), (&json!(999), &Json::Null));
}

#[test]
fn a_failure_of_no_step_says_where_it_was() {
    let store = workspace();
    let job = single(&store, "job", &[("job", "1")]);
    let table = job.blocks.into_iter().find_map(|block| match block {
        Block::Table { title: "Failures", list } => Some(list),
        Block::Table { .. } | Block::Title(_) | Block::Pairs { .. } => None,
        Block::Timeline(_) | Block::Verbatim { .. } | Block::Next(_) => None,
    });
    let steps: Vec<_> = people(table.unwrap()).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(steps, [Cell::text("(params)"), Cell::text("done")]);
}

#[test]
fn many_jobs_are_read_in_pages() {
    let mut store = workspace();
    for _ in 0..600 {
        create(&mut store, 1..=1);
    }
    assert_eq!(list(&store, Form::Ndjson, "jobs", &[]).rows.count(), 603, "data is never cut");
    let jobs = list(&store, Form::Table, "jobs", &[]);
    assert_eq!(jobs.note.as_deref(), Some("20 of 603; `--limit N` shows more"));
    assert_eq!(jobs.rows.count(), 20);
}

#[test]
fn a_job_says_what_came_of_it_and_what_failed_where() {
    let store = workspace();
    let job = single(&store, "job", &[("job", "1")]);
    let told = object(&job);
    assert!(keys(&told).starts_with("id, spinner, version, table, status, result, total, not_started, completed"));
    assert_eq!(told["dispositions"], json!([{ "disposition": "called", "records": 3 }]));
    let failures = json!([
        { "step": null, "reason": "INVALID_PARAMS", "records": 1 },
        { "step": "done", "reason": "RENDER_FAILED", "records": 1 }
    ]);
    assert_eq!(told["failures"], failures);
    assert_eq!(told["selection"], "all rows");
    assert_eq!(told["counts"]["failed"], 2);
    assert!((told["records_per_second"].as_f64().unwrap() - 5.0 / 7.5).abs() < 1e-9);
    assert_eq!(next(&job), "cxgear retry 1 --failed");
    assert_eq!(next(&single(&store, "job", &[("job", "2")])), "cxgear resume 2");
    assert_eq!(next(&single(&store, "job", &[("job", "3")])), "cxgear resume 3");
    assert_eq!(refused(&store, "job", &[("job", "9")]).1, ["the latest is 3; `cxgear jobs` lists them"]);
}

#[test]
fn a_job_that_failed_by_itself_says_why() {
    let mut store = workspace();
    let job = create(&mut store, 1..=2);
    let errors = vec![error("3 records failed, and `max_failures` allows 2", Reason::LimitExceeded)];
    let counts = Counts { total: 2, not_started: 2, ..Counts::default() };
    let ended = JobEnded { counts, reason_code: Some(Reason::LimitExceeded), errors };
    own(&mut store, job, 10, vec![Event::JobFailed(ended)]);
    let told = object(&single(&store, "job", &[("job", "4")]));
    assert_eq!((&told["status"], &told["reason"]), (&json!("failed"), &json!("LIMIT_EXCEEDED")));
    assert_eq!(told["errors"][0]["message"], "3 records failed, and `max_failures` allows 2");
    assert_eq!((&told["duration_ms"], &told["records_per_second"]), (&Json::Null, &Json::Null));
}

#[test]
fn status_points_to_what_was_left_lying() {
    let store = workspace();
    let status = single(&store, "status", &[]);
    let told = object(&status);
    assert_eq!(keys(&told), "jobs, waiting, open, ended, tables, spinners, plan, next");
    assert_eq!(
        (&told["jobs"]["stalled"], &told["jobs"]["completed"], &told["waiting"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!((&told["open"][0]["id"], &told["ended"][0]["id"]), (&json!(3), &json!(1)));
    assert_eq!((&told["tables"][0]["rows"], &told["spinners"][0]["version"]), (&json!(30), &json!(2)));
    assert_eq!(next(&status), "cxgear resume 2");
    let titles = status.blocks.iter().filter_map(|block| match block {
        Block::Table { title, .. } => Some(*title),
        Block::Title(_) | Block::Pairs { .. } | Block::Timeline(_) => None,
        Block::Verbatim { .. } | Block::Next(_) => None,
    });
    assert_eq!(titles.collect::<Vec<_>>(), ["Open jobs", "Latest jobs", "Tables", "Spinners"]);
}
