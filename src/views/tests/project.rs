//! `project list`, `project show`, and what the other views say of projects and of the plan.

use serde_json::json;

use super::workspace::*;
use super::*;
use crate::model::plan::{Plan, Preset};
use crate::model::project::ProjectType;
use crate::store::Write as _;

/// The workspace, with a project `calls` that has a table and a spinner.
fn two() -> SqliteStore {
    let mut store = workspace();
    store.create_project(at(1), "calls", ProjectType::CallAnalyzer).unwrap();
    store.terms.project = Some("calls".to_owned());
    import(&mut store, "march", &["name"], 2);
    store.publish(NOW, "score", &"e".repeat(64), SPINNER).unwrap();
    store
}

fn of<'a>(store: &'a SqliteStore, form: Form, name: &str, project: Option<&str>) -> Report<'a> {
    let mut args = Args::new(form, at(60_000), jiff::tz::TimeZone::UTC);
    args.project = project.map(str::to_owned);
    (named(name).unwrap().report)(store, &args).unwrap()
}

fn many<'a>(store: &'a SqliteStore, form: Form, name: &str, project: Option<&str>) -> List<'a> {
    match of(store, form, name, project) {
        Report::List(list) => list,
        Report::Single(_) | Report::Live(_) => panic!("`{name}` is no list"),
    }
}

#[test]
fn projects_say_how_much_they_have() {
    let store = two();
    let projects = objects(list(&store, Form::Json, "project list", &[]));
    assert_eq!(keys(&projects[0]), "name, type, tables, spinners, jobs, created_at");
    let each = projects.iter().map(|p| json!([p["name"], p["type"], p["tables"], p["spinners"], p["jobs"]]));
    let told: Vec<_> = each.collect();
    assert_eq!(told, [json!(["default", "outreach", 1, 1, 3]), json!(["calls", "call_analyzer", 1, 1, 0])]);
    let shown = single(&store, "project show", &[("name", "Calls")]);
    assert_eq!(object(&shown), projects[1], "a project is told alike in both views");
    assert_eq!(next(&shown), "cxgear run SPINNER --table march");
    assert_eq!(next(&single(&store, "project show", &[("name", "default")])), "cxgear jobs --project default");
    let (what, hints) = refused(&store, "project show", &[("name", "cals")]);
    assert_eq!((what.as_str(), hints[0].as_str()), ("there is no project `cals`", "did you mean `calls`?"));
}

#[test]
fn people_are_told_the_project_where_it_says_something() {
    let (one, two) = (workspace(), two());
    for name in ["jobs", "table list", "spinner list"] {
        let tells = |store, project| {
            let columns = many(store, Form::Table, name, project).columns;
            columns.iter().any(|column| column.title == "PROJECT" && column.shown != Shown::Data)
        };
        assert_eq!((tells(&one, None), tells(&two, None)), (false, true), "{name}");
        assert!(!tells(&two, Some("calls")), "{name}");
        for store in [&one, &two] {
            let all = objects(many(store, Form::Json, name, None));
            assert!(all.iter().all(|thing| thing["project"].is_string()), "programs are always told: {name}");
        }
        // As many cells as columns, whatever is told.
        for (store, project) in [(&one, None), (&two, None), (&two, Some("default"))] {
            let list = many(store, Form::Table, name, project);
            let width = list.columns.len();
            assert!(list.rows.map(|row| row.unwrap().len()).all(|cells| cells == width), "{name}");
        }
    }
}

#[test]
fn a_project_that_is_named_is_all_that_is_shown() {
    let store = two();
    let names = |view: &str, project, key: &str| -> Vec<Json> {
        objects(many(&store, Form::Json, view, project)).iter().map(|thing| thing[key].clone()).collect()
    };
    assert_eq!(names("table list", Some("CALLS"), "name"), [json!("march")]);
    assert_eq!(names("spinner list", Some("calls"), "name"), [json!("score")]);
    assert_eq!(names("spinner list", None, "project"), [json!("calls"), json!("default")]);
    assert_eq!(names("jobs", Some("default"), "id"), [json!(3), json!(2), json!(1)]);
    let none = many(&store, Form::Table, "jobs", Some("calls"));
    assert_eq!(
        (none.empty.as_str(), none.note.as_deref(), none.rows.count()),
        ("project `calls` has no jobs", None, 0)
    );
    let Report::Single(status) = of(&store, Form::Table, "status", Some("calls")) else { panic!("it is a single") };
    let told = object(&status);
    assert_eq!((&told["jobs"]["stalled"], &told["open"], &told["ended"]), (&json!(0), &json!([]), &json!([])));
    assert_eq!((&told["tables"][0]["name"], &told["spinners"][0]["name"]), (&json!("march"), &json!("score")));
}

#[test]
fn status_tells_the_meters_of_a_plan() {
    let store = workspace();
    let status = |plan| {
        let mut args = Args::new(Form::Table, at(60_000), jiff::tz::TimeZone::UTC);
        args.settings.plan = plan;
        let Report::Single(status) = (named("status").unwrap().report)(&store, &args).unwrap() else { panic!() };
        let pairs = status
            .blocks
            .iter()
            .find_map(|block| if let Block::Pairs { pairs, .. } = block { Some(pairs.clone()) } else { None });
        (object(&status)["plan"].clone(), pairs)
    };
    let (told, people) = status(Plan::default());
    let used = json!({ "name": null, "spinners": { "used": 1, "limit": null }, "jobs": { "used": 3, "limit": null },
        "records": { "used": 38, "limit": null } });
    assert_eq!((told, people), (used, None));
    let (told, people) = status(Plan { preset: Some(Preset::Trial), records: Some(1_000), ..Plan::default() });
    assert_eq!((&told["name"], &told["records"]), (&json!("trial"), &json!({ "used": 38, "limit": 1_000 })));
    let expected =
        [("spinners", "1/2 (trial)"), ("jobs", "3/50 this month (trial)"), ("records", "38/1,000 this month (trial)")];
    assert_eq!(people, Some(expected.map(|(name, text)| (name.to_owned(), Cell::text(text))).to_vec()));
    let (_, people) = status(Plan { jobs: Some(9), ..Plan::default() });
    assert_eq!(people, Some(vec![("jobs".to_owned(), Cell::text("3/9 this month (custom)"))]));
}
