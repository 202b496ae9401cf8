//! `backup`: whole copies while a job runs, and nothing left behind when there can be none.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use cxgear::model::id::JobId;
use cxgear::store::{self, Access, Read as _};
use cxgear::views::verify::verify;

const SPINNER: &str = "name = \"s\"\n[params]\nn = \"integer\"\n\
    [[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"row {{ n }}\"\n\
    [[steps]]\nname = \"b\"\ntype = \"tag\"\ndisposition = \"done\"\n";

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).current_dir(folder).env_clear();
    command
}

fn cxgear(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn code(folder: &Path, args: &[&str]) -> Option<i32> {
    cxgear(folder, args).status.code()
}

fn prepare(folder: &Path, rows: u64) {
    let rows: String = (1..=rows).map(|n| format!("{n},some text\n")).collect();
    fs::write(folder.join("t.csv"), format!("n,text\n{rows}")).unwrap();
    fs::write(folder.join("s.toml"), SPINNER).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with("cxgear.db-"));
    names.sort();
    names
}

/// Ends the process when the test does, however that is.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// How many records of job 1 the file has ended.
fn ended(path: &Path) -> u64 {
    let Ok(store) = store::open(path, Access::Read) else { return 0 };
    store.job(JobId(1)).ok().flatten().map_or(0, |job| job.counts.completed)
}

#[test]
fn copies_of_a_running_job_are_whole() {
    const ROWS: u64 = 60_000;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, ROWS);
    assert_eq!(code(folder, &["import", "t.csv"]), Some(0));
    let mut run = command(folder, &["run", "s.toml", "--table", "t"]);
    let mut run = Running(run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let deadline = Instant::now() + Duration::from_secs(120);
    while ended(&folder.join("cxgear.db")) == 0 {
        assert!(Instant::now() < deadline, "the job does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut taken: Vec<u64> = Vec::new();
    while run.0.try_wait().unwrap().is_none() && taken.len() < 5 {
        let name = format!("copy-{}.db", taken.len());
        let output = cxgear(folder, &["backup", &name, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let path = folder.join(&name);
        assert_eq!(told["bytes"], fs::metadata(&path).unwrap().len());
        let store = store::open(&path, Access::Snapshot).unwrap();
        let verified = verify(&store, None, told["seal"].as_str()).unwrap();
        assert_eq!(verified.breaches, [], "{name}");
        taken.push(store.job(JobId(1)).unwrap().unwrap().counts.completed);
    }
    assert!(taken.len() >= 3, "only {} copies were taken while the job ran", taken.len());
    assert!(taken.is_sorted() && taken[0] > 0 && taken[0] < ROWS, "{taken:?}");
    assert!(run.0.wait().unwrap().success());
    // In the copy the job was left by its process, and can be finished there.
    let view = cxgear(folder, &["job", "1", "--db", "copy-0.db", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&view.stdout).unwrap();
    assert_eq!(told["status"], "stalled");
    assert_eq!(code(folder, &["resume", "1", "--db", "copy-0.db", "-q"]), Some(0));
    assert_eq!(ended(&folder.join("copy-0.db")), ROWS);
    assert_eq!(code(folder, &["verify", "--db", "copy-0.db"]), Some(0));
}

#[test]
fn nothing_is_overwritten_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, 30);
    assert_eq!(code(folder, &["backup", "a.db"]), Some(2), "there is no database yet");
    assert_eq!(code(folder, &["run", "s.toml", "t.csv", "-q"]), Some(0));
    assert_eq!(code(folder, &["backup", "a.db"]), Some(0));
    let first = fs::read(folder.join("a.db")).unwrap();
    assert_eq!(code(folder, &["run", "s", "--table", "t", "-q"]), Some(0));
    assert_eq!(code(folder, &["backup", "a.db"]), Some(2));
    assert_eq!(fs::read(folder.join("a.db")).unwrap(), first);
    assert_eq!(code(folder, &["backup", "a.db", "--force"]), Some(0));
    assert_ne!(fs::read(folder.join("a.db")).unwrap(), first);
    // A view leaves an empty `a.db-wal`; that is nobody's.
    assert_eq!(code(folder, &["verify", "--db", "a.db"]), Some(0));
    assert_eq!(code(folder, &["backup", "a.db", "--force"]), Some(0));
    for ending in ["-wal", "-shm"] {
        drop(fs::remove_file(folder.join(format!("a.db{ending}"))));
    }
    let before = names(folder);
    fs::create_dir(folder.join("d")).unwrap();
    fs::write(folder.join("b.db-wal"), "of another b.db").unwrap();
    for refused in ["cxgear.db", "./cxgear.db", "d", "no/such/folder.db", "b.db"] {
        assert_eq!(code(folder, &["backup", refused, "--force"]), Some(2), "{refused}");
    }
    fs::remove_dir(folder.join("d")).unwrap();
    fs::remove_file(folder.join("b.db-wal")).unwrap();
    assert_eq!(names(folder), before, "what was refused left something");
    assert_eq!(code(folder, &["verify"]), Some(0));
}

/// The file may not grow beyond a limit, as on a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder, 3_000);
    assert_eq!(code(folder, &["run", "s.toml", "t.csv", "-q"]), Some(0));
    assert!(fs::metadata(folder.join("cxgear.db")).unwrap().len() > 500_000);
    let before = names(folder);
    let mut full = 0;
    for blocks in [100, 200, 400] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" backup a.db");
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_cxgear")])
            .current_dir(folder)
            .env_clear()
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.starts_with("error: "), "{said}");
        assert_eq!(names(folder), before, "{said}");
        full += 1;
    }
    assert_eq!(full, 3);
    assert_eq!(code(folder, &["backup", "a.db"]), Some(0));
}
