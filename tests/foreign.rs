//! `events --as`: every name of both other systems, told from a log that has all of our types in it, against golden files.
//!
//! `CXGEAR_REGENERATE=1 cargo test --test foreign` writes them anew; read the difference before it is kept.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use cxgear::model::event::EventType;
use cxgear::model::public::foreign::{COUNTERPARTS, Form};
use serde_json::{Value, json};

#[path = "foreign/log.rs"]
mod log;

use log::prepare;

/// The rows of EVENTS §6, each with the names it is about: a file each.
const ROWS: &[(Form, &str, &[&str])] = &[
    (Form::TaskRun, "agent", &["agent.created", "agent.updated", "agent.deleted"]),
    (Form::TaskRun, "source", &["source.created", "source.updated", "source.deleted"]),
    (
        Form::TaskRun,
        "connection",
        &[
            "connection.connecting",
            "connection.connected",
            "connection.invalid",
            "connection.disconnected",
            "connection.terminated",
            "connection.interaction_required",
        ],
    ),
    (
        Form::TaskRun,
        "credential",
        &[
            "credential.created",
            "credential.unverified",
            "credential.verified",
            "credential.invalid",
            "credential.deleted",
        ],
    ),
    (
        Form::TaskRun,
        "session",
        &[
            "session.queued",
            "session.running",
            "session.idle",
            "session.completing",
            "session.completed",
            "session.failed",
        ],
    ),
    (Form::TaskRun, "task", &["task.created", "task.updated", "task.deleted"]),
    (
        Form::TaskRun,
        "task_run",
        &[
            "task_run.queued",
            "task_run.running",
            "task_run.completed",
            "task_run.failed",
            "task_run.canceling",
            "task_run.canceled",
        ],
    ),
    (Form::TaskRun, "task_run-waiting", &["task_run.pending", "task_run.interaction_required"]),
    (Form::TaskRun, "storage", &["storage.created", "storage.deleted"]),
    (
        Form::TaskRun,
        "workflow_run",
        &[
            "workflow_run.queued",
            "workflow_run.running",
            "workflow_run.completed",
            "workflow_run.failed",
            "workflow_run.canceled",
            "workflow_run.interaction_required",
        ],
    ),
    (Form::TaskRun, "workflow_run-sleeping", &["workflow_run.sleeping"]),
    (Form::TaskRun, "event_destination", &["event_destination.activated", "event_destination.deactivated"]),
    (Form::Run, "lifecycle", &["run.created", "run.worker.started", "run.worker.succeeded", "run.worker.failed"]),
    (Form::Run, "pauses", &["run.worker.stalled", "run.worker.retry_scheduled", "run.resumed", "run.cancelled"]),
    (Form::Run, "limit", &["run.limit_exceeded"]),
    (Form::Run, "progress", &["step.progress"]),
    (Form::Run, "done", &["step.done"]),
    (Form::Run, "tool", &["run.tool.invoked"]),
    (Form::Run, "decision", &["run.coordination.decision"]),
    (Form::Run, "input", &["run.awaiting_input", "run.signal_applied", "run.input_received"]),
];

fn printed(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    let output = command.args(args).current_dir(folder).env_clear().output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn parsed(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The log as one of the other systems would tell it, as it is printed.
fn told(folder: &Path, form: Form) -> String {
    printed(folder, &["events", "--as", form.name(), "--format", "ndjson"])
}

fn golden(file: &Path, made: &str) {
    if std::env::var_os("CXGEAR_REGENERATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, made).unwrap();
    }
    let there = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(there, made, "{} is not what is printed", file.display());
}

#[test]
fn every_row_is_what_its_golden_file_says() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let mut covered = 0;
    for form in Form::ALL {
        let all = told(folder.path(), form);
        let mut unnamed: BTreeSet<_> = parsed(&all).iter().map(|event| event["type"].to_string()).collect();
        for (_, row, names) in ROWS.iter().filter(|(of, ..)| *of == form) {
            let mark = |name: &&str| format!("\"type\":\"{name}\"");
            let lines = all.lines().filter(|line| names.iter().any(|name| line.contains(&mark(name))));
            let lines: String = lines.map(|line| format!("{line}\n")).collect();
            for name in *names {
                assert!(lines.contains(&mark(name)), "nothing is told as `{name}`");
                assert!(unnamed.remove(&json!(name).to_string()), "`{name}` is in two rows");
            }
            let place = format!("tests/golden/{}/{row}.ndjson", form.name());
            golden(&Path::new(env!("CARGO_MANIFEST_DIR")).join(place), &lines);
            covered += 1;
        }
        assert!(unnamed.is_empty(), "in no row: {unnamed:?}");
    }
    assert_eq!(covered, 20, "12 rows of the first table and 8 of the second");
}

#[test]
fn every_line_of_the_table_is_met_and_everything_else_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let ours: BTreeMap<u64, EventType> = parsed(&printed(folder.path(), &["events", "--format", "ndjson"]))
        .iter()
        .map(|event| (event["cursor"].as_u64().unwrap(), EventType::named(event["type"].as_str().unwrap()).unwrap()))
        .collect();
    let mut met = 0;
    let mut names = BTreeSet::new();
    for form in Form::ALL {
        let told: BTreeSet<_> = parsed(&told(folder.path(), form))
            .iter()
            .map(|event| (ours[&event["cursor"].as_u64().unwrap()].name(), event["type"].as_str().unwrap().to_owned()))
            .collect();
        for row in COUNTERPARTS.iter().filter(|row| row.form == form) {
            assert!(told.contains(&(row.ours.name(), row.name.to_owned())), "{} as {}", row.ours.name(), row.name);
            names.insert((form.name(), row.name));
            met += 1;
        }
        for (kind, name) in &told {
            let known = COUNTERPARTS.iter().any(|row| row.form == form && row.ours.name() == *kind && row.name == name);
            assert!(known, "{kind} as {name}");
        }
        let kinds: BTreeSet<_> = told.iter().map(|(kind, _)| *kind).collect();
        for left_out in ["agent.created", "spinner.published", "channel.created", "destination.created", "job.created"]
        {
            assert!(ours.values().any(|kind| kind.name() == left_out), "{left_out} is not in the log");
            assert!(!kinds.contains(left_out), "{left_out} is told in {}", form.name());
        }
    }
    assert_eq!((names.len(), met), (45 + 16, COUNTERPARTS.len()), "the names of the three documents");
}

#[test]
fn what_clients_supplied_is_hidden_under_any_name() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    for form in Form::ALL {
        let all = told(folder.path(), form);
        assert!(!all.contains("PRIVATE"), "{}", form.name());
        let table = printed(folder.path(), &["events", "--limit", "999", "--as", form.name()]);
        assert!(!table.contains("PRIVATE"), "{table}");
    }
    let args = ["events", "--as", "run", "--type", "run.created", "--format", "ndjson"];
    let hidden = parsed(&printed(folder.path(), &args));
    assert_eq!(hidden.len(), 8);
    for event in &hidden {
        assert_eq!(event["payload"]["redacted"], true);
        assert_eq!(event["payload"]["redacted_keys"], json!(["input"]));
    }
    let shown = parsed(&printed(folder.path(), &[&args[..], &["--reveal"]].concat()));
    assert_eq!(shown[0]["payload"]["value"]["input"], json!({ "phone": "PRIVATE" }));
    assert_eq!(shown[0]["payload"]["redacted"], false);
}

/// Names may be asked for as they are shown, or as ours; a page counts what is shown.
#[test]
fn types_and_pages_are_of_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let types = |patterns: &[&str]| {
        let mut args = vec!["events", "--as", "task_run", "--format", "ndjson"];
        args.extend(patterns.iter().flat_map(|pattern| ["--type", pattern]));
        let told = parsed(&printed(folder.path(), &args));
        told.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(types(&["task_run.pending"]), ["task_run.pending"]);
    assert_eq!(types(&["record.waiting"]), ["task_run.pending", "task_run.interaction_required"]);
    assert_eq!(types(&["agent.*"]), ["agent.created", "agent.updated", "agent.deleted"]);
    let page = |after: &str| {
        let args =
            ["events", "--as", "run", "--type", "step.done", "--limit", "3", "--format", "json", "--after", after];
        serde_json::from_str::<Value>(&printed(folder.path(), &args)).unwrap()
    };
    let first = page("0");
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (3, &json!(true)));
    let second = page(&first["next_cursor"].to_string());
    assert_eq!((second["data"].as_array().unwrap().len(), &second["has_more"]), (1, &json!(false)));
}
