//! The tool as its users meet it. Each `tests/cli/*.trycmd` is a story in a folder of its own, the README's tour is one
//! of them; what a story cannot say (pipes, standard input, bytes) is said here.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes what is printed now into the stories; read the difference before it
//! is kept. `cargo test --test cli stories -- trycmd=import` runs one.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

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
const UNSET: [&str; 11] = [
    "CXGEAR_DB",
    "CXGEAR_PROJECT",
    "CXGEAR_VAULT_KEY",
    "CXGEAR_VAULT_KEY_FILE",
    "CXGEAR_VAULT_NEW_KEY",
    "CXGEAR_VAULT_EXPORT_KEY",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "RUST_BACKTRACE",
    "RUST_LIB_BACKTRACE",
];

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
        again.args(["stories_are_as_told", "--exact"]).args(filters);
        let told = hermetic(&mut again).output().unwrap();
        let said = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success() && said.contains(" ... ok"), "a story is not as told\n{said}");
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

/// The commands of the README's tour, as a shell would split them.
fn tour() -> Vec<Vec<String>> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let lines = readme.lines().filter_map(|line| line.strip_prefix("$ cxgear "));
    lines.map(words).collect()
}

/// Words between spaces; what is in double quotes is one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, piece) in line.split('"').enumerate() {
        if place % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Every row of a query, as text.
fn rows(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut told = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let cells: Vec<Value> = (0..columns).map(|column| row.get(column).unwrap()).collect();
        told.push(format!("{cells:?}"));
    }
    told
}

/// Takes the tour: everything that was printed, then everything that was kept.
fn walk(place: &Path) -> Vec<String> {
    let mut told = Vec::new();
    for args in tour() {
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let Output { status, stdout, stderr } = cxgear(place, &args);
        told.push(format!("{args:?}: {status}"));
        told.extend([stdout, stderr].map(|said| String::from_utf8(said).unwrap()));
    }
    told.push(stdout(place, &["events", "--format", "ndjson", "--reveal"]));
    let database = Connection::open(place.join("cxgear.db")).unwrap();
    for sql in ["SELECT * FROM cx_segment ORDER BY cursor", "SELECT * FROM cx_seal ORDER BY upto_cursor"] {
        let rows = rows(&database, sql);
        assert!(rows.len() > 5, "{sql}: {} rows", rows.len());
        told.extend(rows);
    }
    told
}

#[test]
fn two_tours_are_the_same_to_the_byte() {
    assert!(tour().len() > 10, "the README has no tour");
    let (one, other) = (place(), place());
    let (first, second) = (walk(one.path()), walk(other.path()));
    for (line, again) in first.iter().zip(&second) {
        assert_eq!(line, again);
    }
    assert_eq!(first.len(), second.len());
    let made = |place: &Path| fs::read(place.join("done.csv")).unwrap();
    assert_eq!(made(one.path()), made(other.path()));
}

/// What the README says to type into `sqlite3` works, and finds something.
#[test]
fn queries_of_the_readme() {
    let place = place();
    walk(place.path());
    let database = Connection::open(place.path().join("cxgear.db")).unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let queries: Vec<_> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("sqlite3 cxgear.db \"").and_then(|rest| rest.strip_suffix('"')))
        .collect();
    assert!(queries.len() > 1, "the queries were not found");
    for query in queries {
        assert!(!rows(&database, query).is_empty(), "{query} finds nothing");
    }
}

/// The first of the README's two commands, as it is written there.
#[test]
fn the_main_job_without_any_choice() {
    let place = place();
    let output = cxgear(place.path(), &["run", "spinners/welcome.toml", "fixtures/contacts.csv"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("were never set: all 12 columns enter the run"), "{said}");
    assert!(said.contains("1,000 of 1,000 completed"), "{said}");
}

/// Terminal control in cells is kept to the byte, and reaches no terminal.
#[test]
fn escapes_stay_in_the_file() {
    let place = place();
    let file = "fixtures/escapes.csv";
    let bytes = fs::read_to_string(place.path().join(file)).unwrap();
    fs::write(place.path().join("say.toml"), SAY).unwrap();
    stdout(place.path(), &["run", "say.toml", file, "--metadata", "name,notes"]);
    for view in [
        &["table", "show", "escapes"][..],
        &["records", "1"],
        &["record", "1/1"],
        &["journey", "1/1"],
        &["journey", "1/2"],
        &["journey", "1/5"],
        &["job", "1"],
        &["events"],
        &["status"],
    ] {
        let shown = stdout(place.path(), view);
        let raw = shown.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(raw, None, "{view:?}: {shown:?}");
    }
    let back = stdout(place.path(), &["table", "show", "escapes", "--format", "json"]);
    let back: serde_json::Value = serde_json::from_str(&back).unwrap();
    let mut count = 0;
    for cell in back.as_array().unwrap().iter().filter_map(|row| row["name"].as_str()) {
        assert!(bytes.contains(cell), "{cell:?}");
        count += 1;
    }
    assert_eq!(count, 5);
    assert_eq!(back[0]["name"], "\u{1b}[31mFern\u{1b}[0m Alderby");
}

const SAY: &str = r#"
name = "say"
[[steps]]
name = "say"
type = "log"
message = "{{ name }}: {{ notes }}"
[[steps]]
name = "tag"
type = "tag"
disposition = "{{ name }}"
tags = ["{{ notes }}"]
"#;

/// Stories show `\` as `/` (trycmd), so cells with one are looked at here.
#[test]
fn backslashes_are_kept() {
    let place = place();
    stdout(place.path(), &["import", "fixtures/backslash.csv"]);
    let back: serde_json::Value =
        serde_json::from_str(&stdout(place.path(), &["table", "show", "backslash", "--format", "json"])).unwrap();
    assert_eq!(back[0]["notes"], "said \"call me after six\", then hung up");
    assert_eq!(back[2]["notes"], r"C:\calls\2026");
    let table = stdout(place.path(), &["table", "show", "backslash"]);
    assert!(table.contains(r"C:\calls\2026"), "{table}");
    let published = fs::read_to_string(place.path().join("spinners/welcome.toml")).unwrap();
    stdout(place.path(), &["spinner", "publish", "spinners/welcome.toml"]);
    let shown: serde_json::Value =
        serde_json::from_str(&stdout(place.path(), &["spinner", "show", "welcome", "--format", "json"])).unwrap();
    assert_eq!(shown["definition"], published);
}

/// `-` is standard input; it has no name, so the table's is given.
#[test]
fn standard_input() {
    let place = place();
    let mut child = command(place.path(), &["import", "-", "--table", "piped", "--format", "ndjson"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let file = fs::read(place.path().join("fixtures/pipe.csv")).unwrap();
    child.stdin.take().unwrap().write_all(&file).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "{\"table\":\"piped\",\"rows\":3,\"imported\":3,\"duplicates\":0,\"rejected\":0,\
         \"columns\":[\"name\",\"phone\",\"account_id\",\"amount_due\"],\"metadata_fields\":null}\n"
    );
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "standard input: utf-8, pipe, 4 columns -> table `piped`, 3 rows\n"
    );
}

/// `cxgear … | head` ends quietly, with success.
#[test]
fn a_reader_who_goes_away() {
    let place = place();
    stdout(place.path(), &["run", "spinners/welcome.toml", "fixtures/contacts.csv"]);
    for view in [
        &["events", "--format", "ndjson"][..],
        &["table", "show", "contacts", "--format", "csv"],
        &["records", "1", "--format", "json"],
        &["records", "1", "--limit", "1000"],
        &["export", "1"],
        &["completions", "zsh"],
        &["--help"],
    ] {
        let mut child = command(place.path(), view).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 8]).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{view:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{view:?}");
    }
}

/// Colours come when they are asked for and go when they are refused; what is between them is the same.
#[test]
fn colour_is_a_wish() {
    let place = place();
    stdout(place.path(), &["run", "spinners/welcome.toml", "fixtures/pipe.csv", "--rows", "1"]);
    let view = ["journey", "1/1"];
    let plain = stdout(place.path(), &view);
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let coloured = stdout(place.path(), &["journey", "1/1", "--color", "always"]);
    assert!(coloured.contains('\u{1b}'), "{coloured:?}");
    let mut bare = String::new();
    for (place, piece) in coloured.split("\u{1b}[").enumerate() {
        bare += if place == 0 { piece } else { piece.split_once('m').unwrap().1 };
    }
    assert_eq!(bare, plain);
    let forced = command(place.path(), &view).env("CLICOLOR_FORCE", "1").env("TERM", "xterm").output().unwrap();
    assert!(forced.stdout.contains(&0x1b));
    let refused = command(place.path(), &view)
        .envs([("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1"), ("TERM", "xterm")])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(refused.stdout).unwrap(), plain);
}
