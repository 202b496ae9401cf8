//! The child's life: killed, stopped, orphaned, flooded, asked by many at once.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cxgear::model::reason::Reason;
use cxgear::outside::script::{Limits, Pending, Sandbox, Spec};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::json;

use super::{TIGHT, ask, params, request, sandbox, spec};

const ECHO: &str = "function main(params) { return { n: params.n }; }";

/// Polls until it is so; a deadline says that it never was.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn pid(process: u32) -> Pid {
    Pid::from_raw(process.cast_signed()).unwrap()
}

fn is_gone(process: u32) -> bool {
    test_kill_process(pid(process)).is_err()
}

fn submit(sandbox: &Sandbox, n: u64) -> Pending {
    sandbox.submit(&request(&params(json!({ "n": n }))))
}

#[test]
fn one_of_sixty_four_that_never_asks_costs_one_record() {
    let script = "function main(params) { if (params.n === 17) new Array(1e9) + ''; return { n: params.n }; }";
    let sandbox = Sandbox::new(spec(script, TIGHT));
    let all: Vec<Pending> = (0..64).map(|n| submit(&sandbox, n)).collect();
    let mut fine = 0;
    for (n, pending) in (0..64_u64).zip(all) {
        match pending.wait().result {
            Ok(result) => {
                assert_eq!(result["n"], n);
                fine += 1;
            }
            Err(fault) => {
                assert_eq!((n, fault.reason), (17, Reason::Timeout));
                assert!(fault.what.contains("computed longer than 200 ms"), "{}", fault.what);
            }
        }
    }
    assert_eq!(fine, 63);
    assert_eq!(sandbox.watch().processes, 2);
}

#[test]
fn a_process_that_is_killed_from_outside_costs_nothing() {
    let sandbox = sandbox(ECHO);
    let mut kills = 0;
    for n in 0..30 {
        let pending = submit(&sandbox, n);
        if let Some(process) = sandbox.watch().process.filter(|_| n % 3 == 1) {
            kill_process(pid(process), Signal::KILL).unwrap();
            kills += 1;
        }
        assert_eq!(pending.wait().result.unwrap()["n"], n);
    }
    assert!(kills >= 8, "{kills}");
    let processes = until("as many processes as were killed, and one", || {
        let processes = sandbox.watch().processes;
        (processes >= kills).then_some(processes)
    });
    assert!(processes <= kills + 1, "{processes} for {kills}");
}

#[test]
fn a_record_over_which_two_processes_die_is_to_blame() {
    // It says that it has begun by being alone in the process; the killer waits for each.
    let script = "function main(params) { if (params.n === 1) for (;;); return { n: params.n }; }";
    let long = Limits { timeout_ms: 600_000, memory: 32 << 20 };
    let sandbox = Sandbox::new(spec(script, long));
    let all: Vec<Pending> = (0..3).map(|n| submit(&sandbox, n)).collect();
    for round in 1..=2 {
        let process = until("a process", || {
            let watch = sandbox.watch();
            watch.process.filter(|_| watch.processes == round)
        });
        // The first record is done before the second can be blamed.
        until("it computes", || (ticks(process)? > 5).then_some(()));
        kill_process(pid(process), Signal::KILL).unwrap();
    }
    let results: Vec<_> = all.into_iter().map(|pending| pending.wait().result).collect();
    assert!(results[0].is_ok() && results[2].is_ok(), "{results:?}");
    let fault = results[1].as_ref().unwrap_err();
    assert_eq!(
        (fault.reason, fault.what.as_str()),
        (Reason::StepFailed, "the process of the script died twice over this record (signal 9)")
    );
    assert_eq!(sandbox.watch().processes, 3);
}

/// What a process has computed, in ticks of the system.
fn ticks(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    fields.get(11)?.parse().ok()
}

#[test]
fn a_process_that_falls_silent_is_ended() {
    let mut spec = spec("function main(params) { if (params.n === 1) for (;;); return { n: params.n }; }", TIGHT);
    spec.limits.timeout_ms = 600_000;
    spec.patience = Duration::from_secs(2);
    let sandbox = Sandbox::new(spec);
    assert!(submit(&sandbox, 0).wait().result.is_ok());
    let stopped = sandbox.watch().process.unwrap();
    kill_process(pid(stopped), Signal::STOP).unwrap();
    // Stopped while it had nothing to do: the record has its second try.
    assert_eq!(submit(&sandbox, 2).wait().result.unwrap()["n"], 2);
    assert!(is_gone(stopped));
    let fault = submit(&sandbox, 1).wait().result.unwrap_err();
    assert_eq!(
        (fault.reason, fault.what.contains("gave no answer for 2.0 s")),
        (Reason::Timeout, true),
        "{}",
        fault.what
    );
}

/// Requests and answers that do not fit into any pipe, both ways at once.
#[test]
fn full_pipes_do_not_lock() {
    let sandbox = sandbox("function main(params) { return { text: params.text }; }");
    let text = "x".repeat(200_000);
    let rows = params(json!({ "text": text }));
    let all: Vec<Pending> = (0..200).map(|_| sandbox.submit(&request(&rows))).collect();
    for pending in all {
        assert_eq!(pending.wait().result.unwrap()["text"], text);
    }
    assert_eq!(sandbox.watch().processes, 1);
}

#[test]
fn many_threads_ask_at_once() {
    let sandbox = sandbox(ECHO);
    thread::scope(|threads| {
        for thread in 0..8 {
            let sandbox = &sandbox;
            threads.spawn(move || {
                for n in (thread * 1_000..).take(250) {
                    assert_eq!(submit(sandbox, n).wait().result.unwrap()["n"], n);
                }
            });
        }
    });
    assert_eq!(sandbox.watch().processes, 1);
}

#[test]
fn an_answer_is_handed_on() {
    let sandbox = sandbox(ECHO);
    let (sender, answers) = std::sync::mpsc::channel();
    for n in 0..300 {
        let sender = sender.clone();
        submit(&sandbox, n).then(move |answer| sender.send(answer.result.unwrap()["n"].clone()).unwrap());
    }
    let told: Vec<_> = answers.iter().take(300).map(|n| n.as_u64().unwrap()).collect();
    assert!(told.iter().copied().eq(0..300), "in the order of the requests");
}

#[test]
fn the_process_ends_with_its_sandbox() {
    let sandbox = sandbox("function main(params) { if (params.n === 1) for (;;); return {}; }");
    assert!(submit(&sandbox, 0).wait().result.is_ok());
    let process = sandbox.watch().process.unwrap();
    let pending = submit(&sandbox, 1);
    drop(sandbox);
    assert!(is_gone(process));
    assert_eq!(pending.wait().result.unwrap_err().what, "the sandbox was closed");
}

/// A parent that is killed says nothing: the child sees it by itself, also while its script computes.
#[test]
fn the_process_ends_with_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let setup = json!({ "version": env!("CARGO_PKG_VERSION"), "script": "function main() { for (;;); }",
        "limits": { "timeout_ms": 600_000, "memory": 33_554_432 } });
    let request = json!({ "params": {}, "ids": ["1/1", 1, "a", "b"], "now": 0, "chance": 0 });
    fs::write(folder.path().join("in"), format!("{setup}\n{request}\n")).unwrap();
    let script = "\"$0\" __sandbox < in > out & echo $! > pid; until grep -qs ready out; do sleep 0.05; done";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_cxgear")]).current_dir(folder.path()).stdin(Stdio::null());
    assert!(shell.status().unwrap().success());
    let process = fs::read_to_string(folder.path().join("pid")).unwrap().trim().parse().unwrap();
    until("the orphan ends", || is_gone(process).then_some(()));
}

#[test]
fn a_sandbox_that_does_not_start_says_why() {
    for (program, told) in [("/nowhere/cxgear", "No such file"), ("/bin/false", "exit status: 1"), ("/bin/cat", "")] {
        if !Path::new(program).exists() && told != "No such file" {
            continue;
        }
        let sandbox = Sandbox::new(Spec::new(PathBuf::from(program), ECHO.to_owned(), Limits::default()));
        let fault = ask(&sandbox, json!({ "n": 1 })).result.unwrap_err();
        assert_eq!(fault.reason, Reason::StepFailed);
        assert!(fault.what.starts_with("the sandbox does not start: ") && fault.what.contains(told), "{}", fault.what);
        assert!(sandbox.check().is_err());
    }
}

/// Nothing of ours is in the child, and nothing can be opened there.
#[test]
#[cfg(target_os = "linux")]
fn the_process_has_nothing() {
    let sandbox = sandbox(ECHO);
    assert!(submit(&sandbox, 0).wait().result.is_ok());
    let proc = PathBuf::from(format!("/proc/{}", sandbox.watch().process.unwrap()));
    let read = |name: &str| fs::read_to_string(proc.join(name)).unwrap();
    assert_eq!(read("environ"), "TZ=UTC0\0");
    assert_eq!(fs::read_link(proc.join("cwd")).unwrap(), Path::new("/"));
    for entry in fs::read_dir(proc.join("fd")).unwrap() {
        let open = fs::read_link(entry.unwrap().path()).unwrap().display().to_string();
        assert!(open.starts_with("pipe:") || open == "/dev/null", "{open} is open");
    }
    // Ctrl-C in a terminal goes to a group of processes that it is not in.
    let stat = read("stat");
    let group = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(2).unwrap();
    assert_eq!(group, sandbox.watch().process.unwrap().to_string());
    let limits = read("limits");
    for (name, most) in [("Max open files", "3"), ("Max processes", "0"), ("Max core file size", "0")] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        let value = line[name.len()..].split_whitespace().next().unwrap();
        assert_eq!(value, most, "{line}");
    }
}
