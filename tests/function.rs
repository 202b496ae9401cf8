//! `function` steps through the whole tool: what is frozen with a version, what a script may cost, where it is refused.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

struct Place(tempfile::TempDir);

impl Place {
    /// A folder with a table's file in it: the column `n` from 1 to `rows`.
    fn new(rows: u64) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        let csv: String = (1..=rows).map(|n| format!("{n}\n")).collect();
        place.write("t.csv", &format!("n\n{csv}"));
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path().join(name).parent().unwrap()).unwrap();
        fs::write(self.path().join(name), text).unwrap();
    }

    /// A spinner of one step with this script, and more lines of it.
    fn script(&self, more: &str, script: &str) {
        let head = "name = \"s\"\n[params]\nn = \"integer\"\n[[steps]]\nname = \"f\"\ntype = \"function\"\n";
        self.write("s.toml", &format!("{head}{more}\nscript = '''\n{script}'''\n"));
    }

    fn cxgear(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
        for name in ["CXGEAR_DB", "CXGEAR_PROJECT", "SOURCE_DATE_EPOCH", "CXGEAR_WORKSPACE_ID"] {
            command.env_remove(name);
        }
        command.args(args).current_dir(self.path()).stdin(Stdio::null()).output().unwrap()
    }

    /// What a view says.
    fn view(&self, args: &[&str]) -> Value {
        let output = self.cxgear(&[args, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {}", told(&output)))
    }

    /// Runs, and hands back the exit code.
    fn run(&self, args: &[&str]) -> i32 {
        let output = self.cxgear(args);
        let code = output.status.code().unwrap();
        assert!(code <= 1, "{args:?}: {}", told(&output));
        code
    }

    /// The only error of a record.
    fn error(&self, record: &str) -> (String, String) {
        let record = self.view(&["journey", record]);
        let error = &record["steps"][0]["errors"][0];
        (error["code"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn each_record_has_its_own_scope_and_its_own_failure() {
    let place = Place::new(300);
    let script = "let seen = 0;
function main({ n }, context) {
  seen += 1;
  try { Object.prototype.seen = n; } catch {}
  if (n % 100 === 50) new Array(1e9) + '';
  if (n % 100 === 60) { const a = []; for (;;) a.push(new Uint8Array(1e6)); }
  if (n % 100 === 70) throw new RangeError('row');
  if (n % 100 === 80) return { n: 1n };
  return { seen, left: {}.seen ?? null, twice: n * 2, id: context.recordId };
}
";
    place.script("timeout = \"100ms\"", script);
    assert_eq!(place.run(&["run", "s.toml", "t.csv"]), 1);
    let records = place.view(&["records", "1"]);
    let (mut fine, mut failed) = (0, Vec::new());
    for (n, record) in (1..).zip(records.as_array().unwrap()) {
        if record["status"] == "completed" {
            let wanted = json!({ "seen": 1, "left": null, "twice": n * 2, "id": format!("1/{n}") });
            assert_eq!(record["outcomes"], wanted);
            fine += 1;
        } else {
            failed.push((n, record["errors"][0]["code"].as_str().unwrap().to_owned()));
        }
    }
    let reasons = [(50, "TIMEOUT"), (60, "LIMIT_EXCEEDED"), (70, "STEP_FAILED"), (80, "STEP_FAILED")];
    let wanted: Vec<_> =
        (0..3).flat_map(|hundred| reasons.map(|(n, reason)| (hundred * 100 + n, reason.to_owned()))).collect();
    assert_eq!((fine, failed), (288, wanted));
    assert_eq!(place.error("1/70").1, "s@1:15:33: RangeError: row");
    assert_eq!(place.run(&["verify"]), 0);
}

#[test]
fn limits_of_the_journey_and_the_result() {
    let place = Place::new(5);
    let script = "function main({ n }, context) {
  if (n === 1) context.log('é'.repeat(5000));
  if (n === 2) for (let i = 0; i <= 1000; i++) context.log(i);
  if (n === 3) { let a = 1; for (let i = 0; i < 64; i++) a = [a]; return { a }; }
  if (n === 4) return { a: 'x'.repeat(1 << 20) };
  if (n === 5) console.error('\\x1b[31m', new Error('e'));
  return {};
}
";
    place.script("", script);
    assert_eq!(place.run(&["run", "s.toml", "t.csv"]), 1);
    let message = |record: &str| place.view(&["journey", record])["steps"][0]["messages"].clone();
    let long = message("1/1")[0]["text"].as_str().unwrap().to_owned();
    assert!(long.starts_with("éé") && long.len() <= 4_100, "{}", long.len());
    assert_eq!(message("1/2").as_array().unwrap().len(), 1_000);
    assert_eq!(message("1/5")[0], json!({ "level": "error", "text": "\u{1b}[31m Error: e" }));
    for (record, told) in [
        ("1/2", "the script logged more than 1000 messages"),
        ("1/3", "what `main` returned is nested deeper than 64 levels"),
        ("1/4", "what `main` returned is 1024 KB of JSON, and 1024 KB are allowed"),
    ] {
        assert_eq!(place.error(record), ("LIMIT_EXCEEDED".to_owned(), told.to_owned()));
    }
    assert_eq!(place.view(&["record", "1/5"])["status"], "completed");
}

#[test]
fn a_whole_number_is_never_rounded() {
    let place = Place::new(0);
    place.write("t.csv", "n\n9007199254740992\n9007199254740993\n-9007199254740993\n");
    place.script("", "function main({ n }) { return { text: String(n) }; }");
    assert_eq!(place.run(&["run", "s.toml", "t.csv"]), 1);
    assert_eq!(place.view(&["record", "1/1"])["outcomes"], json!({ "text": "9007199254740992" }));
    for (record, number) in [("1/2", "9007199254740993"), ("1/3", "-9007199254740993")] {
        let (code, message) = place.error(record);
        assert_eq!(code, "INVALID_PARAMS");
        assert!(message.contains(&format!("`n` is {number}, which JavaScript cannot hold")), "{message}");
    }
}

const FROM_FILE: &str = "name = \"s\"\n[[steps]]\nname = \"f\"\ntype = \"function\"\nscript_file = \"lib/f.js\"\n";

fn returns(what: &str) -> String {
    format!(
        "function main({{ n }}) {{\n  if (n === '2') throw new Error('{what}');\n  return {{ what: '{what}' }};\n}}\n"
    )
}

/// A version is whole: what becomes of the file afterwards changes nothing for it.
#[test]
fn a_script_file_is_frozen_with_its_version() {
    let place = Place::new(3);
    place.write("s.toml", FROM_FILE);
    place.write("lib/f.js", &returns("first"));
    assert_eq!(place.run(&["run", "s.toml", "t.csv"]), 1);
    assert_eq!(place.error("1/2").1, "lib/f.js:2:28: Error: first");
    // Another content is another version, though the spinner's own file is the same.
    place.write("lib/f.js", &returns("second"));
    assert_eq!(place.run(&["run", "s.toml", "--table", "t"]), 1);
    assert_eq!(place.view(&["job", "2"])["version"], 2);
    assert_eq!(place.view(&["record", "2/1"])["outcomes"], json!({ "what": "second" }));
    // An earlier job goes on with what it was made with, also when the file is gone.
    fs::remove_file(place.path().join("lib/f.js")).unwrap();
    assert_eq!(place.run(&["retry", "1", "--failed"]), 1);
    assert_eq!(place.error("3/2").1, "lib/f.js:2:28: Error: first");
    assert_eq!(place.run(&["run", "s", "--table", "t", "--rows", "1"]), 0);
    assert_eq!(place.view(&["record", "4/1"])["outcomes"], json!({ "what": "second" }));
    // The file that was published can be had back, and is whole by itself.
    let definition = place.view(&["spinner", "show", "s"])["definition"].as_str().unwrap().to_owned();
    place.write("again/s.toml", &definition);
    let again = place.cxgear(&["spinner", "publish", "again/s.toml"]);
    assert!(told(&again).contains("unchanged: s@2"), "{}", told(&again));
    let gone = place.cxgear(&["run", "s.toml", "--table", "t"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(told(&gone).contains("s.toml:5:15: cannot read `lib/f.js`"), "{}", told(&gone));
    assert_eq!(place.run(&["verify"]), 0);
}

#[test]
#[cfg(unix)]
fn a_script_file_cannot_lead_out_of_its_folder() {
    let place = Place::new(1);
    place.write("secret.js", &returns("secret"));
    fs::create_dir(place.path().join("home")).unwrap();
    std::os::unix::fs::symlink("../secret.js", place.path().join("home/link.js")).unwrap();
    std::os::unix::fs::symlink("..", place.path().join("home/up")).unwrap();
    let absolute = place.path().join("secret.js").display().to_string();
    for name in ["link.js", "up/secret.js", "../secret.js", "up/../secret.js", &absolute, "/etc/hostname", "/dev/zero"]
    {
        place.write("home/s.toml", &FROM_FILE.replace("lib/f.js", name));
        for verb in [["spinner", "check"], ["spinner", "publish"]] {
            let refused = place.cxgear(&[verb[0], verb[1], "home/s.toml"]);
            assert_eq!(refused.status.code(), Some(2), "{name}");
            assert!(told(&refused).contains("leads out of the folder"), "{name}: {}", told(&refused));
        }
    }
    assert!(!place.path().join("cxgear.db").exists(), "nothing is written when a check fails");
}

/// The word that makes the program a sandbox is no part of its command line.
#[test]
fn the_sandbox_is_not_a_command() {
    let place = Place::new(1);
    for args in [&["__sandbox", "--help"][..], &["-q", "__sandbox"]] {
        assert_eq!(place.cxgear(args).status.code(), Some(2), "{args:?}");
    }
    let alone = place.cxgear(&["__sandbox"]);
    assert_eq!((alone.status.code(), alone.stdout.len(), alone.stderr.len()), (Some(3), 0, 0));
    for help in [&["--help"][..], &["man"], &["completions", "bash"]] {
        assert!(!String::from_utf8_lossy(&place.cxgear(help).stdout).contains("__sandbox"));
    }
}
