//! `spinners/outreach.toml` over the contacts: each gets one message, however often the process is killed, and each message
//! is a whole file.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rusqlite::Connection;

const ROWS: u64 = 1_000;

fn cxgear(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).current_dir(folder).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn told(folder: &Path, args: &[&str]) -> Output {
    cxgear(folder, args).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
}

/// A workspace with the contacts and a job over them that nobody has begun.
fn workspace() -> tempfile::TempDir {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["spinners/outreach.toml", "fixtures/contacts.csv"] {
        fs::copy(root.join(name), folder.path().join(name.rsplit('/').next().unwrap())).unwrap();
    }
    let args = ["run", "outreach.toml", "contacts.csv", "--metadata", "name,email,phone", "--detach"];
    let made = told(folder.path(), &args);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
}

fn count(folder: &Path, sql: &str) -> u64 {
    let db = Connection::open(folder.join("cxgear.db")).unwrap();
    db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned()
}

/// The messages by row, each held to be whole and to be the row's own.
fn messages(folder: &Path) -> BTreeMap<u64, String> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder.join("outbox")) else { return found };
    for entry in entries {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // What a death left unfinished has no name yet.
        if name.starts_with('.') {
            continue;
        }
        let text = fs::read_to_string(folder.join("outbox").join(&name)).unwrap();
        let mut parts = name.splitn(3, '-');
        let (job, row, step) = (parts.next().unwrap(), parts.next().unwrap().parse().unwrap(), parts.next().unwrap());
        assert_eq!(job, "1", "the key of a retry is the first job's: {name}");
        let key = format!("-1-{row}-{}", step.split('.').next().unwrap());
        assert!(text.lines().next().unwrap().contains(&key), "{name}: {text}");
        match step {
            "mail.eml" => {
                let boundary = text.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
                assert!(text.ends_with(&format!("--{boundary}--\r\n")), "{name} is not whole: {text}");
            }
            "text.txt" => assert!(text.ends_with("a person reads it.\n"), "{name} is not whole: {text}"),
            other => panic!("who wrote {other}?"),
        }
        assert!(found.insert(row, name).is_none(), "row {row} has two messages");
    }
    found
}

#[test]
fn each_contact_gets_one_message() {
    let folder = workspace();
    let ran = told(folder.path(), &["resume", "1"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let sent = messages(folder.path());
    let mails = sent.values().filter(|name| name.ends_with(".eml")).count();
    assert_eq!((mails, sent.len() - mails), (975, 23));
    let disposition =
        "SELECT count(*) FROM cx_events WHERE type = 'step.completed' AND instr(payload, 'look up by hand')";
    assert_eq!(count(folder.path(), disposition), 2, "the rows with neither address");
    let tools = "SELECT count(*) FROM cx_events WHERE type = 'tool.invoked' AND instr(payload, '\"send\"')";
    assert_eq!(count(folder.path(), tools), 998);
    // Done is done.
    assert!(told(folder.path(), &["resume", "1"]).status.success());
    assert_eq!(messages(folder.path()), sent);
}

/// Numbers that look random and are the same on every machine; the moments of the kills are random anyway.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Runs the job through deaths to its end, and then lets a person say that what is unsure was not sent: how many deaths.
fn through_deaths(dice: &mut Dice) -> u64 {
    let folder = workspace();
    let folder = folder.path();
    let mut kills = 0;
    loop {
        let mut child = cxgear(folder, &["resume", "1"]).spawn().unwrap();
        // The one sleep that is meant: a death at no moment in particular.
        std::thread::sleep(Duration::from_micros(dice.below(250_000)));
        drop(child.kill());
        let status = child.wait().unwrap();
        messages(folder);
        if status.signal() != Some(9) {
            assert!(matches!(status.code(), Some(0 | 1)), "{status}");
            break;
        }
        kills += 1;
        assert!(kills < 500, "the job never ends");
    }
    let verified = told(folder, &["verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let completed = count(folder, "SELECT count(*) FROM cx_record WHERE job = 1 AND status = 7");
    let unsafe_ones = count(folder, "SELECT count(*) FROM cx_record WHERE job = 1 AND reason = 'INTERRUPTED_UNSAFE'");
    let poisoned = count(folder, "SELECT count(*) FROM cx_record WHERE job = 1 AND reason = 'POISON'");
    assert_eq!(completed + unsafe_ones + poisoned, ROWS, "lost records");
    let sent = messages(folder);
    let mut by_hand = 0;
    let db = Connection::open(folder.join("cxgear.db")).unwrap();
    let mut done = db.prepare("SELECT row FROM cx_record WHERE job = 1 AND status = 7").unwrap();
    for row in done.query_map([], |row| row.get::<_, i64>(0)).unwrap() {
        by_hand += u64::from(!sent.contains_key(&row.unwrap().cast_unsigned()));
    }
    assert_eq!(by_hand, 2, "a record that completed and has no message");
    assert!(sent.len() as u64 <= completed + unsafe_ones, "a message of a record that never got there");
    if unsafe_ones > 0 {
        let again = told(folder, &["retry", "1", "--assume", "not-sent"]);
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    }
    // Whoever was wrong about it is told, and nothing was written over.
    let after = messages(folder);
    assert!(sent.iter().all(|(row, name)| after.get(row) == Some(name)));
    assert_eq!(after.len() as u64, 998 - poisoned);
    let there =
        count(folder, "SELECT count(*) FROM cx_events WHERE type = 'step.message' AND instr(payload, 'was there')");
    assert_eq!(after.len() as u64 - sent.len() as u64 + there, unsafe_ones);
    kills
}

#[test]
fn deaths_neither_lose_a_message_nor_send_one_twice() {
    let (mut dice, mut kills) = (Dice(3), 0);
    while kills < 40 {
        kills += through_deaths(&mut dice);
    }
    assert!(kills >= 40);
}
