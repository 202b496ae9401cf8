//! Projects, and a plan that holds even where two processes want its last place.

use std::path::Path;
use std::sync::Barrier;

use super::*;
use crate::model::id::{Cursor, WorkspaceId};
use crate::model::payload::{Counts, JobEnded, Nothing, Trigger};
use crate::model::plan::Meter;
use crate::store::conformance::{load, new_job, queued, record};
use crate::store::{Access, Invocation, LoadMode, NextJob, Read as _, Scope, Selector, SqliteStore, Write as _};

const NOW: Timestamp = Timestamp(1_000);
const PEOPLE: [[&str; 2]; 3] = [["Ada", "007"], ["Bo", ""], ["Cy", "+49 1"]];

fn invocation() -> Invocation {
    Invocation { verb: "test".to_owned(), at: NOW, workspace: Some(WorkspaceId(7)) }
}

fn empty() -> SqliteStore {
    SqliteStore::in_memory(invocation()).unwrap()
}

fn limited(jobs: u64, records: u64) -> Plan {
    Plan { jobs: Some(jobs), records: Some(records), ..Plan::default() }
}

/// The types of the workspace's events, with what each says.
fn told(store: &SqliteStore) -> Vec<String> {
    let segments = store.segments(Scope::Workspace, Cursor(0), 99).unwrap();
    segments.into_iter().map(|segment| segment.events).collect()
}

#[test]
fn a_project_is_made_once_and_deleted_while_it_has_nothing() {
    let mut store = empty();
    assert_eq!(store.projects().unwrap().len(), 1);
    let made = store.create_project(NOW, "Zoë", ProjectType::CallAnalyzer).unwrap();
    store.create_project(NOW, "Calls", ProjectType::Outreach).unwrap();
    assert!(
        matches!(store.create_project(NOW, "CALLS", ProjectType::Outreach), Err(Error::ProjectTaken(name)) if name == "Calls")
    );
    assert!(matches!(store.create_project(NOW, "Default", ProjectType::Outreach), Err(Error::ProjectTaken(_))));
    let names: Vec<_> = store.projects().unwrap().into_iter().map(|project| project.name).collect();
    assert_eq!(names, ["default", "Calls", "Zoë"]);
    assert_eq!(store.project("zoë").unwrap(), Some(made));
    assert!(matches!(store.delete_project(NOW, "DEFAULT"), Err(Error::DefaultProject)));
    assert!(matches!(store.delete_project(NOW, "none"), Err(Error::NoProject(_))));
    store.delete_project(NOW, "calls").unwrap();
    assert_eq!(store.project("Calls").unwrap(), None);
    let log = told(&store);
    assert_eq!(log.len(), 3, "what was refused is not told");
    assert!(log[1].contains("[60,") && log[1].contains(r#"{"name":"Calls","type":"outreach"}"#), "{}", log[1]);
    assert!(log[2].contains("[62,") && log[2].contains(r#"{"name":"Calls","type":"outreach"}"#), "{}", log[2]);
}

#[test]
fn what_is_made_belongs_to_its_project() {
    let mut store = empty();
    store.create_project(NOW, "calls", ProjectType::CallAnalyzer).unwrap();
    store.terms.project = Some("CALLS".to_owned());
    load(&mut store, LoadMode::New, &PEOPLE).unwrap();
    store.publish(NOW, "s", &"a".repeat(64), "text").unwrap();
    store.terms.project = None;
    // A new version, more rows and a job of it: nobody says the project again.
    assert_eq!(store.publish(NOW, "s", &"b".repeat(64), "text").unwrap().0.project, "calls");
    load(&mut store, LoadMode::Append, &PEOPLE).unwrap();
    assert_eq!(store.table("people").unwrap().unwrap().project, "calls");
    let id = store.create_job(NOW, &new_job(1, None)).unwrap().unwrap();
    assert_eq!(store.job(id).unwrap().unwrap().project, "calls");
    let Err(Error::ProjectInUse { holdings, .. }) = store.delete_project(NOW, "calls") else { panic!("it is in use") };
    assert_eq!(holdings.to_string(), "1 table (people), 1 spinner (s) and 1 job (1)");
    store.terms.project = Some("default".to_owned());
    let refused = load(&mut store, LoadMode::Append, &PEOPLE);
    assert!(matches!(refused, Err(Error::OtherProject { project, .. }) if project == "calls"));
    assert_eq!(store.count_rows("people", None).unwrap(), 6);
    store.terms.project = Some("gone".to_owned());
    assert!(matches!(store.publish(NOW, "t", &"a".repeat(64), "text"), Err(Error::NoProject(_))));
}

#[test]
fn a_retry_over_a_table_that_is_gone_stays_in_its_project() {
    let mut store = empty();
    store.create_project(NOW, "calls", ProjectType::Outreach).unwrap();
    store.terms.project = Some("calls".to_owned());
    load(&mut store, LoadMode::New, &PEOPLE).unwrap();
    let id = store.create_job(NOW, &new_job(1, None)).unwrap().unwrap();
    end(&mut store, id, 0);
    store.drop_table(NOW, "people").unwrap();
    let mut retry = new_job(1, None);
    (retry.created.trigger, retry.created.retry_of) = (Trigger::Retry, Some(id.0));
    let id = store.create_job(NOW, &retry).unwrap().unwrap();
    assert_eq!(store.job(id).unwrap().unwrap().project, "calls");
}

/// Ends a job that was queued, after so many of its rows began.
fn end(store: &mut SqliteStore, id: crate::model::id::JobId, begun: u64) {
    let own = |event| Segment::job(id, NOW, vec![event]).unwrap();
    let ended = JobEnded { counts: Counts::default(), reason_code: None, errors: Vec::new() };
    let mut segments = vec![own(Event::JobStarted(Nothing {}))];
    segments.extend((1..=begun).map(|row| {
        record(id, row, vec![queued(), Event::RecordStarted(Nothing {}), Event::RecordCompleted(Nothing {})])
    }));
    segments.push(own(Event::JobFailed(ended)));
    store.append(&segments).unwrap();
}

#[test]
fn a_month_begins_at_midnight_utc() {
    let mut store = empty();
    load(&mut store, LoadMode::New, &PEOPLE).unwrap();
    let april = Timestamp(1_775_001_600_000);
    for at in [april.plus(-1), april, april.plus(1)] {
        store.create_job(at, &new_job(3, None)).unwrap();
    }
    let used = |at| {
        let used = store.usage(at).unwrap();
        (used.jobs, used.records)
    };
    assert_eq!((used(april.plus(-1)), used(april)), ((1, 3), (2, 6)));
    assert_eq!((used(april.plus(29 * 86_400_000)), used(april.plus(30 * 86_400_000))), ((2, 6), (0, 0)));
    // What an older month used is no obstacle in this one.
    store.terms.plan = limited(2, 9);
    assert!(matches!(store.create_job(april, &new_job(1, None)), Err(Error::PlanLimit(_))));
    assert!(store.create_job(april.plus(-1), &new_job(3, None)).is_ok());
}

#[test]
fn a_job_that_ended_gives_back_what_it_never_started() {
    let mut store = empty();
    load(&mut store, LoadMode::New, &PEOPLE).unwrap();
    let id = store.create_job(NOW, &new_job(3, None)).unwrap().unwrap();
    assert_eq!(store.usage(NOW).unwrap(), Usage { spinners: 0, jobs: 1, records: 3 });
    end(&mut store, id, 2);
    assert_eq!(store.usage(NOW).unwrap(), Usage { spinners: 0, jobs: 1, records: 2 });
}

#[test]
fn both_sides_of_a_limit_and_nothing_written_beyond_it() {
    let mut store = empty();
    load(&mut store, LoadMode::New, &PEOPLE).unwrap();
    store.terms.plan = Plan { spinners: Some(1), ..limited(2, 4) };
    store.publish(NOW, "s", &"a".repeat(64), "text").unwrap();
    store.create_job(NOW, &new_job(3, None)).unwrap();
    let before = store.segments(Scope::All, Cursor(0), 99).unwrap();
    let meter = |error: Error| if let Error::PlanLimit(excess) = error { excess.meter } else { panic!("{error}") };
    assert_eq!(meter(store.publish(NOW, "t", &"a".repeat(64), "text").unwrap_err()), Meter::Spinners);
    assert_eq!(meter(store.create_job(NOW, &new_job(2, None)).unwrap_err()), Meter::Records);
    assert_eq!(store.segments(Scope::All, Cursor(0), 99).unwrap(), before);
    store.create_job(NOW, &new_job(1, None)).unwrap();
    assert_eq!(meter(store.create_job(NOW, &new_job(1, None)).unwrap_err()), Meter::Jobs);
    // A version of a spinner that is there is no new spinner.
    store.publish(NOW, "S", &"b".repeat(64), "text").unwrap();
    assert_eq!(store.usage(NOW).unwrap(), Usage { spinners: 1, jobs: 2, records: 4 });
}

#[test]
fn an_import_is_undone_where_its_job_has_no_room() {
    let mut store = empty();
    store.terms.plan = limited(9, 2);
    let next = |condition: &str, limit| {
        let condition = Some(condition.to_owned()).filter(|text| !text.is_empty());
        Some(NextJob { selector: Selector { condition, limit, ..Selector::default() }, spinners: 0 })
    };
    for (next, fits) in [
        (next("", None), false),
        (next("", Some(3)), false),
        (next("phone <> '' or name = 'Bo'", None), false),
        (next("", Some(2)), true),
        (next("phone <> ''", None), true),
        (next("name = 'nobody'", None), true),
        (None, true),
    ] {
        store.terms.next.clone_from(&next);
        let loaded = load(&mut store, LoadMode::New, &PEOPLE);
        assert_eq!(loaded.is_ok(), fits, "{next:?}: {loaded:?}");
        assert_eq!(store.table("people").unwrap().is_some(), fits);
        if fits {
            store.drop_table(NOW, "people").unwrap();
        } else {
            assert!(matches!(loaded, Err(Error::PlanLimit(_))));
            assert_eq!(told(&store), Vec::<String>::new(), "nothing is told of an import that is undone");
        }
    }
    store.terms.next = next("json_extract(name, 'no path') = 1", None);
    let loaded = load(&mut store, LoadMode::New, &PEOPLE);
    assert!(matches!(loaded, Err(Error::Condition(_))), "{loaded:?}");
}

/// Eight stores on one file ask for the last places at once, again and again.
#[test]
fn a_limit_holds_where_many_ask_at_once() {
    const ROUNDS: u64 = 12;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let open = |path: &Path| SqliteStore::open(path, Access::Create(invocation())).unwrap();
    load(&mut open(&path), LoadMode::New, &PEOPLE).unwrap();
    let mut refused = 0;
    for round in 1..=ROUNDS {
        let barrier = Barrier::new(8);
        let ask = || {
            let mut store = open(&path);
            store.terms.plan = limited(round * 3, u64::MAX);
            barrier.wait();
            match store.create_job(NOW, &new_job(1, None)) {
                Ok(_) => 0,
                Err(Error::PlanLimit(excess)) => {
                    assert_eq!((excess.meter, excess.used), (Meter::Jobs, round * 3));
                    1
                }
                Err(error) => panic!("{error}"),
            }
        };
        refused += std::thread::scope(|threads| {
            let asked: Vec<_> = (0..8).map(|_| threads.spawn(ask)).collect();
            asked.into_iter().map(|thread| thread.join().unwrap()).sum::<u64>()
        });
    }
    assert_eq!((refused, open(&path).usage(NOW).unwrap().jobs), (ROUNDS * 5, ROUNDS * 3));
}
