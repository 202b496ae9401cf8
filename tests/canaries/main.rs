//! Twelve canaries in the vault, sent through every field that may hold a secret to servers that echo them back in every
//! place that an answer has. Each must arrive, and be found nowhere else: in no file of the workspace and on no stream, as
//! it is, escaped, encoded, or cut.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

mod api;
#[cfg(target_os = "linux")]
mod child;
mod forms;
#[path = "../misbehaving/mod.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod misbehaving;
mod others;
mod scripts;

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

/// Names, and what no file and no stream may show.
fn canaries() -> Vec<(&'static str, String)> {
    let long: String = (0..315).map(|n| format!("Lk{n:03}-caN4ry,")).collect();
    assert_eq!(long.len(), 4_095);
    vec![
        ("short", "hUnt3r".to_owned()),
        ("quotes", "it's \"q\"uoted-caN4ry".to_owned()),
        ("lines", "first-caN4ry-line\nsecond-caN4ry-line".to_owned()),
        ("percent", "100%25-%41-caN4ry%".to_owned()),
        ("unicode", "schlüssel-鍵-🔑-caN4ry".to_owned()),
        ("json", r#"{"key":"json-caN4ry","n":[1,2]}"#.to_owned()),
        ("part", "caN4ry-part".to_owned()),
        ("url", "https://hooks.caN4ry-part.example/T0/B0?x=1&y=2#z".to_owned()),
        ("windows", r"C:\caN4ry\new\table".to_owned()),
        ("base64", "Y2FuYXJ5LWNhTjRyeS1iNjQ=".to_owned()),
        ("spaces", "  caN4ry with spaces  ".to_owned()),
        ("long", long),
    ]
}

/// A workspace whose vault holds all of them, and all that was ever said in it.
struct Place {
    folder: tempfile::TempDir,
    heard: Vec<(String, Vec<u8>)>,
    /// Reads all along, so that the WAL stays.
    reader: Option<rusqlite::Connection>,
}

impl Place {
    fn new(settings: &str) -> Place {
        let mut place = Place { folder: tempfile::tempdir().unwrap(), heard: Vec::new(), reader: None };
        place.write("t.csv", "n\n1\n");
        place.write("cxgear.toml", settings);
        for (name, value) in canaries() {
            place.fine(&["vault", "set", name], &value);
        }
        let reader = rusqlite::Connection::open(place.path().join("cxgear.db")).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM cx_segment").unwrap();
        place.reader = Some(reader);
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
        command.env_clear().env("CXGEAR_VAULT_KEY", KEY).args(args).current_dir(self.path());
        command
    }

    fn run(&mut self, args: &[&str], stdin: &str) -> Output {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who refuses before it reads has closed this.
        drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
        let output = child.wait_with_output().unwrap();
        self.heard.push((format!("stdout of {args:?}"), output.stdout.clone()));
        self.heard.push((format!("stderr of {args:?}"), output.stderr.clone()));
        output
    }

    fn fine(&mut self, args: &[&str], stdin: &str) -> Output {
        let output = self.run(args, stdin);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Runs a spinner; it may fail some records. What is shown of its job is heard too.
    fn job(&mut self, spinner: &str, args: &[&str]) -> u64 {
        let output = self.run(&[&["-v", "run", spinner, "--format", "json"], args].concat(), "");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{told}");
        let job: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}"));
        let id = job["id"].as_u64().unwrap();
        let (job, record) = (id.to_string(), format!("{id}/1"));
        for view in [
            &["job", &job][..],
            &["records", &job, "--format", "ndjson"],
            &["record", &record],
            &["journey", &record],
            &["journey", &record, "--format", "json"],
            &["-v", "journey", &record],
            &["events", "--reveal", "--format", "ndjson"],
            &["events", "--as", "run", "--format", "ndjson"],
            &["export", &job],
            &["status"],
        ] {
            self.fine(view, "");
        }
        id
    }

    /// The steps of a record: status, and the JSON of all.
    fn journey(&mut self, record: &str) -> serde_json::Value {
        let output = self.fine(&["journey", record, "--format", "json"], "");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Looks for every canary in every form in every file and on every stream; how often it looked.
    fn search(&mut self) -> usize {
        // The rules agree: what this test knows of forms is not what the tool knows of them.
        self.fine(&["verify"], "");
        let mut all = std::mem::take(&mut self.heard);
        assert!(fs::metadata(self.path().join("cxgear.db-wal")).unwrap().len() > 0, "the WAL is there");
        for path in files(self.path()) {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
        let mut looked = 0;
        for (name, value) in canaries() {
            for form in forms::all(&value) {
                let finder = memchr::memmem::Finder::new(&form);
                for (place, bytes) in &all {
                    let at = finder.find(bytes);
                    let around = at.map(|at| bytes[at.saturating_sub(60)..(at + 60).min(bytes.len())].escape_ascii());
                    assert!(at.is_none(), "`{name}` in {place}: {}", around.unwrap());
                    looked += 1;
                }
            }
        }
        looked
    }
}

/// Every file below a folder, whatever it is called.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
