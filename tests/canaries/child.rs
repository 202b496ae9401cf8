//! The process that runs a script: its secrets come over its pipe, and by no other way.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Place, canaries, forms};

/// The children of a process, by what the system tells of all.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |id: &u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok()) == Some(parent)
    };
    ids.filter(is_child).collect()
}

#[test]
fn nobody_who_lists_processes_sees_one() {
    let place = Place::new("");
    let names: Vec<_> = canaries().iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let asked: String = canaries().iter().map(|(name, _)| format!("context.vault(\"{name}\");\n")).collect();
    place.write(
        "s.toml",
        &format!(
            "name = \"s\"\n[[steps]]\nname = \"f\"\ntype = \"function\"\nvault = [{}]\ntimeout = \"10m\"\nscript = '''\n\
             function main(params, context) {{\n{asked} for (;;);\n}}\n'''\n",
            names.join(", ")
        ),
    );
    let mut run = place.command(&["run", "s.toml", "t.csv"]);
    let mut run = run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    // One that has computed is one that was given its record. The spinner is tried in a child that ends soon.
    let child = loop {
        assert!(Instant::now() < patience, "no script runs");
        let worked = |id: &u32| {
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            let ticks: Option<u64> =
                stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(11)?.parse().ok());
            ticks.is_some_and(|ticks| ticks > 30)
        };
        match children(run.id()).into_iter().find(worked) {
            Some(child) => break child,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let read = |file: &str| fs::read(format!("/proc/{child}/{file}")).unwrap();
    let (words, environment) = (read("cmdline"), read("environ"));
    assert!(words.windows(9).any(|part| part == b"__sandbox"), "{}", words.escape_ascii());
    assert_eq!(environment.escape_ascii().to_string(), "TZ=UTC0\\x00", "nothing of ours, the key least of all");
    let own = fs::read(format!("/proc/{}/cmdline", run.id())).unwrap();
    let mut looked = 0;
    for (name, value) in canaries() {
        for form in forms::all(&value) {
            for bytes in [&words, &environment, &own] {
                assert!(!bytes.windows(form.len()).any(|part| part == form), "{name}");
                looked += 1;
            }
        }
    }
    assert!(looked > 300, "{looked}");
    run.kill().unwrap();
    run.wait().unwrap();
}
