//! `events --follow` and `events --types`.

use serde_json::json;

use super::workspace::*;
use super::*;
use crate::model::event::{Event, EventType};
use crate::model::payload::{JobEnded, Nothing};
use crate::model::public::foreign::COUNTERPARTS;
use crate::model::report::{Live, Round, Then};
use crate::store::{self, Access, Invocation};

/// A file that one store writes and another reads.
fn pair() -> (tempfile::TempDir, SqliteStore, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let invocation = Invocation { verb: "test".into(), at: NOW, workspace: None };
    let mut writer = store::open(&path, Access::Create(invocation)).unwrap();
    import(&mut writer, "contacts", &["name", "phone", "country"], 30);
    let reader = store::open(&path, Access::Read).unwrap();
    (folder, writer, reader)
}

fn follow<'a>(store: &'a SqliteStore, given: &[(&str, &str)]) -> Live<'a> {
    let given: Vec<_> = given.iter().copied().chain([("follow", "")]).collect();
    match ask(store, Form::Ndjson, "events", &given).unwrap() {
        Report::Live(live) => live,
        Report::List(_) | Report::Single(_) => panic!("it is not followed"),
    }
}

fn round(live: &mut Live<'_>) -> (Vec<String>, Then) {
    let Round { rows, then } = (live.rounds)().unwrap();
    let word = |row: &Vec<Cell>| if let Cell::Text(name) = &row[1] { name.clone() } else { panic!("{row:?}") };
    (rows.iter().map(word).collect(), then)
}

#[test]
fn a_round_is_what_is_new_and_nothing_is_skipped_or_repeated() {
    let (_folder, mut writer, reader) = pair();
    let job = create(&mut writer, 1..=2);
    let mut live = follow(&reader, &[("job", "1")]);
    let mut only = follow(&reader, &[("job", "1"), ("type", "record.completed"), ("type", "step.failed")]);
    let mut some = follow(&reader, &[("limit", "5"), ("after", "1")]);
    let mut one = follow(&reader, &[("record", "1/2")]);
    assert_eq!(round(&mut live), (vec!["job.created".into(), "job.queued".into()], Then::Wait));
    assert_eq!(round(&mut live), (vec![], Then::Wait));
    assert_eq!(round(&mut only), (vec![], Then::Wait));
    assert_eq!(round(&mut some).0, ["table.imported", "job.created", "job.queued"]);
    // What is written elsewhere is passed over, and what comes after it is seen.
    let other = create(&mut writer, 1..=2);
    assert_eq!(round(&mut live), (vec![], Then::Wait));
    assert_eq!(round(&mut some), (vec!["job.created".into(), "job.queued".into()], Then::Enough));
    // One event alone, right after what was looked through.
    own(&mut writer, job, 500, vec![Event::JobStarted(Nothing {})]);
    own(&mut writer, other, 500, vec![Event::JobStarted(Nothing {})]);
    record(&mut writer, job, 1, vec![vec![queued(1), started()], vec![step(0)], vec![done(json!({}), json!({}))]]);
    assert_eq!(round(&mut live).0.join(" "), "job.started record.queued record.started step.started step.completed");
    assert_eq!(round(&mut one), (vec![], Then::Wait));
    record(&mut writer, job, 2, vec![vec![queued(2), started(), completed()]]);
    assert_eq!(round(&mut only), (vec!["record.completed".into()], Then::Wait));
    assert_eq!(round(&mut one).1, Then::Over, "a record ends by itself");
    let ended = JobEnded { counts: Default::default(), reason_code: None, errors: Vec::new() };
    own(&mut writer, job, 9_000, vec![Event::JobFailed(ended)]);
    assert_eq!(round(&mut live).1, Then::Over);
    assert_eq!(round(&mut only), (vec![], Then::Over), "an end that is not wanted ends it too");
    let mut late = follow(&reader, &[("job", "1"), ("after", "999999")]);
    assert_eq!(round(&mut late), (vec![], Then::Over));
    let mut never = follow(&reader, &[("record", "2/1")]);
    assert_eq!(round(&mut never), (vec![], Then::Wait));
    let ended = JobEnded { counts: Default::default(), reason_code: None, errors: Vec::new() };
    own(&mut writer, other, 9_000, vec![Event::JobFailed(ended)]);
    assert_eq!(round(&mut never), (vec![], Then::Over), "it never became a record");
}

#[test]
fn long_logs_come_in_rounds() {
    let (_folder, mut writer, reader) = pair();
    for _ in 0..700 {
        create(&mut writer, 1..=1);
    }
    let mut live = follow(&reader, &[]);
    let mut counts = Vec::new();
    loop {
        let (rows, then) = round(&mut live);
        counts.push(rows.len());
        if then != Then::Again {
            break;
        }
    }
    assert_eq!(counts, [1_000, 402]);
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let store = workspace();
    let error = ask(&store, Form::Json, "events", &[("follow", "")]).err().unwrap();
    assert_eq!(error.hints(), ["`--format ndjson` writes an event a line, as they come"]);
    assert_eq!(refused(&store, "events", &[("follow", ""), ("job", "7")]).0, "there is no job 7");
    assert_eq!(refused(&store, "events", &[("types", ""), ("job", "1")]).1, ["leave out `--job`"]);
    let (_, hints) = refused(&store, "events", &[("as", "run"), ("type", "run.worker.start")]);
    assert_eq!(hints, ["did you mean `run.worker.started`?"]);
}

#[test]
fn all_types_are_listed_with_all_their_names_and_what_means_nothing_here() {
    let store = empty();
    let all = objects(list(&store, Form::Ndjson, "events", &[("types", "")]));
    assert_eq!(keys(&all[0]), "type, stream, about, to_status, written, task_run, run, product");
    let named = |of: &str| all.iter().map(|row| row[of].as_array().unwrap().len()).sum::<usize>();
    assert_eq!(named("task_run") + named("run"), COUNTERPARTS.len());
    assert_eq!(named("product"), 11, "ten things, one of which is two of our types");
    let types: Vec<_> = all.iter().filter_map(|row| row["type"].as_str()).collect();
    assert_eq!(types, EventType::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>());
    let nothing: Vec<_> = all.iter().filter(|row| row["type"].is_null()).map(|row| &row["product"][0]).collect();
    let names: Vec<_> = nothing.iter().map(|thing| thing["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["auth: login", "auth: logout", "auth: password reset", "billing: plan change"]);
    assert!(nothing.iter().all(|thing| thing["sense"] == "none" && thing["note"].is_string()));
    let waiting = all.iter().find(|row| row["type"] == "record.waiting").unwrap();
    assert_eq!((&waiting["stream"], &waiting["to_status"]), (&json!("job"), &json!("waiting")));
    let near = json!({ "name": "task_run.pending", "sense": "near", "note": "when an approval is awaited" });
    assert_eq!(waiting["task_run"][0], near);
    let few = objects(list(&store, Form::Csv, "events", &[("types", ""), ("type", "tool.*")]));
    assert_eq!(few.len(), 1);
}
