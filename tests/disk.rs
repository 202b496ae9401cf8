//! A disk that refuses: full, limited, broken. Whatever is refused and whenever, the command says so and
//! how to mend it, nothing is half done, and what it says to do finishes the work. Every fault that was met is counted.
//!
//! Without `strace` or without the right to mount a part falls out; it says so on stderr.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![expect(clippy::print_stderr, reason = "what could not be tried here must not look as if it had been")]
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::{Connection, OpenFlags};

/// Two commits of records, because a thousand share one.
const ROWS: i64 = 1_200;

const CXGEAR: &str = env!("CARGO_BIN_EXE_cxgear");

/// What is done to one command.
enum Fault {
    None,
    /// No file may grow beyond so many KiB.
    FileSize(u32),
    /// These system calls fail like this, from this one on in each thread, or this one alone (`3+`, `3`).
    Calls(&'static str, &'static str, String),
}

impl Fault {
    fn command(&self) -> Command {
        let mut command;
        match self {
            Fault::None => command = Command::new(CXGEAR),
            Fault::FileSize(kib) => {
                command = Command::new("bash");
                command.args(["-c", &format!("ulimit -f {kib}; exec \"$0\" \"$@\""), CXGEAR]);
            }
            Fault::Calls(calls, error, when) => {
                command = Command::new("strace");
                command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
                command.args(["-e", &format!("inject={calls}:error={error}:when={when}"), CXGEAR]);
            }
        }
        command
    }

    fn run(&self, folder: &Path, args: &[&str]) -> Output {
        let mut command = self.command();
        command.args(args).current_dir(folder).env_clear().stdin(Stdio::null());
        // A fixed clock makes commits by count alone, so that two rounds write alike.
        command.env("PATH", "/usr/bin:/bin").env("SOURCE_DATE_EPOCH", "1774447200").output().unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn done(folder: &Path, args: &[&str]) {
    let output = Fault::None.run(folder, args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", said(&output));
}

fn number(folder: &Path, sql: &str) -> i64 {
    let db = Connection::open_with_flags(folder.join("cxgear.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// A command, what was done before it, and what it is for.
struct Scene {
    name: &'static str,
    before: &'static [&'static [&'static str]],
    args: &'static [&'static str],
    /// Records that are completed at the end.
    records: i64,
}

const IMPORT: &[&str] = &["import", "t.csv", "-q"];
const RUN: &[&str] = &["run", "s.toml", "-q"];

const SCENES: [Scene; 6] = [
    Scene { name: "first import", before: &[], args: IMPORT, records: 0 },
    Scene { name: "import", before: &[&["import", "o.csv"]], args: IMPORT, records: 0 },
    Scene { name: "first run", before: &[], args: &["run", "s.toml", "t.csv", "-q"], records: ROWS },
    Scene { name: "run", before: &[IMPORT], args: RUN, records: ROWS },
    Scene { name: "resume", before: &[IMPORT, &["run", "s.toml", "--detach"]], args: &["resume", "1"], records: ROWS },
    Scene { name: "metadata", before: &[IMPORT], args: &["table", "metadata", "t", "--set", "n"], records: 0 },
];

impl Scene {
    /// The folder as it is before the command.
    fn set(&self, folder: &Path) {
        let rows: String = (1..=ROWS).map(|n| format!("{n},row {n} of some length\n")).collect();
        fs::write(folder.join("t.csv"), format!("n,text\n{rows}")).unwrap();
        fs::write(folder.join("o.csv"), "n,text\n1,other\n").unwrap();
        let spinner = "name = \"s\"\n[[steps]]\nname = \"a\"\ntype = \"log\"\nmessage = \"{{ n }} {{ text }}\"\n\
                       [[steps]]\nname = \"b\"\ntype = \"tag\"\ndisposition = \"done\"\n";
        fs::write(folder.join("s.toml"), spinner).unwrap();
        for args in self.before {
            done(folder, args);
        }
    }

    /// Runs the command under the fault in a copy of the folder. Whether the fault was met; then all that must hold does.
    fn meets(&self, set: &Path, stage: &Path, fault: &Fault) -> bool {
        copy(set, stage);
        self.meets_here(stage, &fault.run(stage, self.args), || {})
    }

    /// Looks at what a command under a fault has left, mends the disk, and follows the hint to the end.
    fn meets_here(&self, stage: &Path, output: &Output, mend: impl Fn()) -> bool {
        let (code, told) = (output.status.code(), said(output));
        assert!(!told.contains("panicked") && !told.contains("locked"), "{}: {told}", self.name);
        assert!(code == Some(0) || code == Some(3), "{}: {code:?} {told}", self.name);
        assert_eq!(code == Some(3), told.contains("error: ") && told.contains("hint: "), "{}: {told}", self.name);
        mend();
        self.look(stage, &told);
        if code == Some(3) {
            // What the hint says: go on with the job that was made, or the same again.
            let resumes = told.contains("`cxgear resume 1`");
            let again: &[&str] = if resumes { &["resume", "1"] } else { self.args };
            let output = Fault::None.run(stage, again);
            // An import whose commit was not reported may yet have been made: then the same again says that it is there.
            let is_there = said(&output).contains("already has 1,200 rows");
            assert!(output.status.code() == Some(0) || is_there, "{}: {again:?}: {}", self.name, said(&output));
        }
        self.finished(stage);
        code == Some(3)
    }

    /// Nothing is half: a file that is whole, or none.
    fn look(&self, stage: &Path, told: &str) {
        if stage.join("cxgear.db").exists() {
            let verified = Fault::None.run(stage, &["verify"]);
            assert_eq!(verified.status.code(), Some(0), "{}: {told}\n{}", self.name, said(&verified));
            let rows = number(stage, "SELECT coalesce(sum(rows), 0) FROM cx_table WHERE name = 't'");
            assert!(rows == 0 || rows == ROWS, "{}: {rows} rows", self.name);
        } else {
            assert!(self.before.is_empty(), "{}: the file is gone: {told}", self.name);
        }
        let parts = files(stage).into_iter().filter(|path| path.to_string_lossy().ends_with(".part")).count();
        assert_eq!(parts, 0, "{}: {told}", self.name);
    }

    fn finished(&self, stage: &Path) {
        done(stage, &["verify"]);
        assert_eq!(number(stage, "SELECT count(*) FROM t"), ROWS, "{}", self.name);
        assert_eq!(number(stage, "SELECT count(*) FROM cx_record WHERE status = 7"), self.records, "{}", self.name);
        if self.name == "metadata" {
            assert_eq!(number(stage, "SELECT metadata = '[\"n\"]' FROM cx_table"), 1);
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

/// Makes one folder like another.
fn copy(from: &Path, to: &Path) {
    for path in files(to) {
        fs::remove_file(path).unwrap();
    }
    for path in files(from) {
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Runs every scene under every fault; how often each scene met one.
fn play(faults: &[Fault]) -> Vec<usize> {
    let play = |scene: &Scene| {
        let (set, stage) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        scene.set(set.path());
        faults.iter().filter(|fault| scene.meets(set.path(), stage.path(), fault)).count()
    };
    SCENES.iter().map(play).collect()
}

fn has(program: &str, args: &[&str]) -> bool {
    let there = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.is_ok_and(|status| status.success())
}

/// Whether calls can be made to fail here; a container may have `strace` and forbid it.
fn can_inject() -> bool {
    let can = has("strace", &["-f", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1", "true"]);
    if !can {
        eprintln!("left out: `strace` cannot be used here, so no system call was made to fail");
    }
    can
}

#[test]
fn a_limit_on_the_size_of_files_is_no_death() {
    // In KiB: nothing at all; less than the schema; in the middle of the rows; of the records; enough.
    let faults = [0, 8, 64, 120, 200, 400, 100_000].map(Fault::FileSize);
    let met = play(&faults);
    assert!(met.iter().all(|&met| (1..faults.len()).contains(&met)), "{met:?}");
    assert!(met.iter().sum::<usize>() >= 24, "{met:?}");
    let folder = tempfile::tempdir().unwrap();
    SCENES[3].set(folder.path());
    let told = said(&Fault::FileSize(64).run(folder.path(), RUN));
    assert!(told.contains("error: a file may not grow any larger: `ulimit -f` forbids it"), "{told}");
    assert!(told.contains("hint: raise the limit with `ulimit -f unlimited`, then "), "{told}");
}

#[test]
fn other_files_are_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    SCENES[3].set(folder.path());
    done(folder.path(), RUN);
    let twice: String = (1..=9_000).map(|n| format!("1,the same key again {n}\n")).collect();
    fs::write(folder.path().join("d.csv"), format!("n,text\n{twice}")).unwrap();
    let import: &[&str] = &["import", "d.csv", "--unique", "n", "--rejects", "r.csv", "-q"];
    let export: &[&str] = &["export", "1", "--output", "e.csv", "-q"];
    let mut faults = vec![Fault::FileSize(64)];
    if can_inject() {
        faults.push(Fault::Calls("fsync", "EIO", "1+".to_owned()));
    }
    let mut met = 0;
    for fault in &faults {
        // The second time over files that are there.
        for before in [None, Some("kept")] {
            for (args, name) in [(import, "r.csv"), (export, "e.csv")] {
                drop(fs::remove_file(folder.path().join(name)));
                if let Some(before) = before {
                    fs::write(folder.path().join(name), before).unwrap();
                }
                let output = fault.run(folder.path(), args);
                let told = said(&output);
                assert_eq!(output.status.code(), Some(3), "{told}");
                assert!(told.contains("hint: "), "{told}");
                assert_eq!(fs::read_to_string(folder.path().join(name)).ok().as_deref(), before, "{told}");
                assert!(!folder.path().join(format!("{name}.part")).exists(), "{told}");
                met += 1;
            }
        }
    }
    assert_eq!(met, 4 * faults.len());
    // So few that only the last word of it fails.
    fs::write(folder.path().join("few.csv"), "n,text\n1,a\n1,b\n").unwrap();
    let output = Fault::None.run(folder.path(), &["import", "few.csv", "--unique", "n", "--rejects", "/dev/full"]);
    let told = said(&output);
    assert!(output.status.code() == Some(3) && told.contains("hint: make room on the disk"), "{told}");
    assert_eq!(number(folder.path(), "SELECT count(*) FROM cx_table"), 1, "no import without its rejects");
    done(folder.path(), import);
    done(folder.path(), export);
    assert_eq!(fs::read_to_string(folder.path().join("r.csv")).unwrap().lines().count(), 9_000);
    assert_eq!(fs::read_to_string(folder.path().join("e.csv")).unwrap().lines().count() as i64, ROWS + 1);
    // Where nothing can be written at all, not even what is shown.
    for args in [&["export", "1", "--output", "/dev/full"][..], &["export", "1"], &["jobs"]] {
        let mut command = Fault::None.command();
        command.args(args).current_dir(folder.path()).env_clear().stdin(Stdio::null());
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        let told = said(&output);
        assert!(output.status.code() == Some(3) && told.contains("hint: make room on the disk"), "{args:?}: {told}");
    }
}

#[test]
fn a_disk_that_fills_at_any_write() {
    if !can_inject() {
        return;
    }
    let faults: Vec<_> = (0..9).map(|n| Fault::Calls("pwrite64", "ENOSPC", format!("{}+", 1 << n))).collect();
    let met = play(&faults);
    assert!(met.iter().all(|&met| met >= 3), "{met:?}");
    assert!(met.iter().sum::<usize>() >= 30, "{met:?}");
}

#[test]
fn a_disk_that_breaks_at_any_write() {
    if !can_inject() {
        return;
    }
    // For good, and once.
    let places = [1, 3, 9, 27, 81];
    let faults: Vec<_> = places
        .iter()
        .flat_map(|n| [format!("{n}+"), format!("{n}")])
        .map(|when| Fault::Calls("pwrite64", "EIO", when))
        .collect();
    let met = play(&faults);
    assert!(met.iter().all(|&met| met >= 4), "{met:?}");
}

#[test]
fn what_is_not_durable_is_not_done() {
    if !can_inject() {
        return;
    }
    // Nothing can be made durable, so nothing may be said to be.
    let met = play(&[Fault::Calls("fsync,fdatasync", "EIO", "1+".to_owned())]);
    assert_eq!(met, [1; SCENES.len()]);
    // One of them fails. Where that is after the commit, in bringing the WAL home, the command has done its work.
    let faults: Vec<_> = (1..=12).map(|n| Fault::Calls("fsync,fdatasync", "EIO", n.to_string())).collect();
    let met = play(&faults);
    assert!(met.iter().all(|&met| met >= 1), "{met:?}");
    assert!(met.iter().sum::<usize>() >= 18, "{met:?}");
    let folder = tempfile::tempdir().unwrap();
    SCENES[3].set(folder.path());
    let told = said(&Fault::Calls("fsync", "EIO", "1+".to_owned()).run(folder.path(), RUN));
    assert!(told.contains("hint: the disk refused to make it durable (fsync): look into the system's log"), "{told}");
}

/// Says that this process has a mount namespace of its own.
const INSIDE: &str = "CXGEAR_OWN_MOUNTS";

#[test]
fn a_full_disk() {
    if std::env::var_os(INSIDE).is_none() {
        if !has("unshare", &["--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]) {
            eprintln!("left out: nothing can be mounted here, so the full disk is the limit on file sizes alone");
            return;
        }
        let mut again = Command::new("unshare");
        again.args(["--map-root-user", "--mount"]).arg(std::env::current_exe().unwrap());
        let status = again.args(["a_full_disk", "--exact"]).env(INSIDE, "1").status().unwrap();
        assert!(status.success());
        return;
    }
    let disk = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(disk.path()).status();
    assert!(mounted.unwrap().success());
    let stage = disk.path();
    let ballast = stage.join("ballast");
    let mut met = Vec::new();
    for scene in &SCENES {
        let set = tempfile::tempdir().unwrap();
        scene.set(set.path());
        let mut times = 0;
        // In KiB: what is left of the disk.
        for left in [0, 16, 64, 160, 300, 500, 4_000] {
            copy(set.path(), stage);
            fill(stage, &ballast, left);
            let output = Fault::None.run(stage, scene.args);
            times += usize::from(scene.meets_here(stage, &output, || fs::remove_file(&ballast).unwrap()));
        }
        met.push(times);
    }
    assert!(met.iter().all(|&met| (1..7).contains(&met)), "{met:?}");
    assert!(met.iter().sum::<usize>() >= 20, "{met:?}");
}

/// Takes all room but so many KiB.
fn fill(disk: &Path, ballast: &Path, left: u64) {
    let free = Command::new("df").args(["--output=avail", "-k"]).arg(disk).output().unwrap();
    let free: u64 = String::from_utf8(free.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap();
    let bytes = usize::try_from((free - left) * 1024).unwrap();
    fs::write(ballast, vec![0; bytes]).unwrap();
}
