//! The tool as its users meet it. Each `tests/cli/*.trycmd` is a story in a folder of its own, the README's tour is one
//! of them; what a story cannot say (pipes, standard input, bytes) is said here.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes what is printed now into the stories; read the difference before it
//! is kept. `cargo test --test cli stories -- trycmd=import` runs one.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::Connection;
use rusqlite::types::Value;

const CXGEAR: &str = env!("CARGO_BIN_EXE_cxgear");

/// What makes two runs print the same: a clock, the ids, a terminal.
const SET: [(&str, &str); 6] = [
    ("SOURCE_DATE_EPOCH", "1774447200"),
    ("CXGEAR_WORKSPACE_ID", "CXGEAR"),
    ("COLUMNS", "80"),
    ("TERM", "dumb"),
    ("TZ", "UTC"),
    ("HOME", "/nonexistent"),
];

/// What whoever runs the tests may have set, and must not reach the tool.
const UNSET: [&str; 6] = ["CXGEAR_DB", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE", "RUST_LIB_BACKTRACE"];

/// Says that the environment is the one above.
const HERMETIC: &str = "CXGEAR_HERMETIC";

fn hermetic(command: &mut Command) -> &mut Command {
    for name in UNSET {
        command.env_remove(name);
    }
    command.envs(SET).env(HERMETIC, "1")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder, sorted, without those that Git reads.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'))
        .collect();
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in files(from) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// A folder with `fixtures/` and `spinners/` in it, as someone has who cloned the repository.
fn sandbox(folder: &Path) {
    drop(fs::remove_dir_all(folder));
    for name in ["fixtures", "spinners"] {
        copy(&root().join(name), &folder.join(name));
    }
}

/// A sandbox that is gone when it is dropped.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    sandbox(place.path());
    place
}

fn command(place: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(CXGEAR);
    hermetic(&mut command).args(args).current_dir(place).stdin(Stdio::null());
    command
}

fn cxgear(place: &Path, args: &[&str]) -> Output {
    command(place, args).output().unwrap()
}

/// What it prints on stdout when all is well.
fn stdout(place: &Path, args: &[&str]) -> String {
    let output = cxgear(place, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Where each story is, and where it is run: a copy, so that nothing is ever written beside the sources.
fn stories() -> Vec<(PathBuf, PathBuf)> {
    let stage = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stories");
    let of = |path: PathBuf| {
        let stage = stage.join(path.file_name().unwrap());
        (path, stage)
    };
    let is_story = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "trycmd");
    let stories = files(&root().join("tests/cli")).into_iter().filter(is_story);
    stories.chain([root().join("README.md")]).map(of).collect()
}

#[test]
fn stories_are_as_told() {
    // A story's own `COLUMNS=200 cxgear …` must win, and trycmd lets its defaults win: so what the commands inherit is
    // set for a process of our own.
    if std::env::var_os(HERMETIC).is_none() {
        let filters = std::env::args().filter(|arg| arg.starts_with("trycmd="));
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["stories_are_as_told", "--exact", "--nocapture"]).args(filters);
        assert!(hermetic(&mut again).status().unwrap().success(), "a story is not as told");
        return;
    }
    let stories = stories();
    let stage = stories[0].1.parent().unwrap();
    drop(fs::remove_dir_all(stage));
    for (story, staged) in &stories {
        let within = staged.with_extension("in");
        sandbox(&within);
        // Files of the story's own are in a folder of its name.
        let own = story.with_extension("");
        if own.is_dir() {
            copy(&own, &within);
        }
        // trycmd writes into `.in` unless there is an `.out`.
        fs::create_dir(staged.with_extension("out")).unwrap();
        fs::copy(story, staged).unwrap();
    }
    foreign_database(&stage.join("failures.in/foreign.db"));
    let cases = trycmd::TestCases::new();
    cases.register_bin("cxgear", trycmd::schema::Bin::Path(CXGEAR.into()));
    cases.register_bin("cat", viewer());
    cases.case(stage.join("*.trycmd")).case(stage.join("*.md"));
    cases.run();
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        for (story, staged) in &stories {
            fs::copy(staged, story).unwrap();
        }
    }
}

/// What shows a file in a story; where there is none, that line is passed over.
fn viewer() -> trycmd::schema::Bin {
    if cfg!(unix) { trycmd::schema::Bin::Path("/bin/cat".into()) } else { trycmd::schema::Bin::Ignore }
}

/// A database of SQLite's that is not ours.
fn foreign_database(path: &Path) {
    let database = Connection::open(path).unwrap();
    database.execute_batch("CREATE TABLE music (title TEXT); INSERT INTO music VALUES ('Kind of Blue')").unwrap();
}

#[test]
fn every_fixture_and_every_spinner_is_used() {
    let mut told: String = stories().iter().map(|(story, _)| fs::read_to_string(story).unwrap()).collect();
    told += &fs::read_to_string(root().join("tests/cli.rs")).unwrap();
    told += &fs::read_to_string(root().join("tests/generated.rs")).unwrap();
    let mut count = 0;
    for folder in ["fixtures", "spinners"] {
        for path in files(&root().join(folder)) {
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            assert!(name == "fixtures/README.md" || told.contains(&name), "no test uses {name}");
            count += 1;
        }
    }
    assert!(count > 30, "the folders were not found");
}
