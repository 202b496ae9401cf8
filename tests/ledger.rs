//! kill -9 at random moments, hundreds of times, while a job calls a server that keeps a ledger on the disk: no record is
//! lost, nothing is done twice that must not be, what may be asked for again keeps its key, and a retry does not do again
//! what was done (the promise, SPEC §5).
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use misbehaving::{Manner, Server};
use rusqlite::{Connection, OpenFlags};

#[expect(dead_code, reason = "other tests need more of it")]
mod misbehaving;

const ROWS: u64 = 400;

/// All kills of this file together.
const KILLS: u32 = 220;

const SPINNER: &str = "name = 's'\n[limits]\nconcurrency = 32\n\
    [[steps]]\nname = 'note'\ntype = 'api_call'\nintegration = 'ledger'\nmethod = 'PUT'\nurl = '/note/{{ n }}'\n\
    [[steps]]\nname = 'send'\ntype = 'api_call'\nintegration = 'ledger'\nmethod = 'POST'\nurl = '/send/{{ n }}'\n\
    json = { to = '{{ n }}' }\nsave = { id = 'body.id' }\n\
    [[steps]]\nname = 'done'\ntype = 'tag'\ndisposition = 'sent'\n";

/// A workspace, and the server that its jobs call.
struct World {
    folder: tempfile::TempDir,
    _server: Server,
    kills: u32,
}

/// Lines are `path key`, on the disk before they are answered.
fn ledger(path: &Path) -> Server {
    let file: Mutex<File> = Mutex::new(OpenOptions::new().append(true).create(true).open(path).unwrap());
    let refused = Arc::new(Mutex::new(Vec::new()));
    Server::start(move |seen, _| {
        let key = seen.header("idempotency-key").unwrap().to_owned();
        let row: u64 = seen.path.rsplit('/').next().unwrap().parse().unwrap();
        if seen.path.starts_with("/send") && row.is_multiple_of(10) {
            let mut refused = refused.lock().unwrap();
            if !refused.contains(&key) {
                refused.push(key);
                return Manner::Answer(answer("422 Unprocessable Content", "{\"error\":\"not today\"}"));
            }
        }
        let mut file = file.lock().unwrap();
        file.write_all(format!("{} {key}\n", seen.path).as_bytes()).unwrap();
        file.sync_data().unwrap();
        drop(file);
        Manner::Slow(Duration::from_millis(row % 4), answer("200 OK", "{\"id\":7}"))
    })
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let server = ledger(&folder.path().join("ledger"));
        let rows: String = (1..=ROWS).map(|n| format!("{n}\n")).collect();
        fs::write(folder.path().join("t.csv"), format!("n\n{rows}")).unwrap();
        fs::write(folder.path().join("s.toml"), SPINNER).unwrap();
        let settings = format!(
            "[integrations.ledger]\nkind = 'http'\nbase_url = 'http://127.0.0.1:{}'\nallow_private = true\n",
            server.port
        );
        fs::write(folder.path().join("cxgear.toml"), settings).unwrap();
        World { folder, _server: server, kills: 0 }
    }

    fn start(&self, args: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_cxgear"))
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// The first number of a query; nothing while there is no such thing.
    fn number(&self, sql: &str) -> Option<i64> {
        let path = self.folder.path().join("cxgear.db");
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        db.query_row(sql, [], |row| row.get(0)).ok()
    }

    fn rows(&self, sql: &str) -> Vec<u64> {
        let db = Connection::open(self.folder.path().join("cxgear.db")).unwrap();
        let mut rows = db.prepare(sql).unwrap();
        rows.query_map([], |row| row.get::<_, i64>(0)).unwrap().map(|row| row.unwrap().cast_unsigned()).collect()
    }

    /// Begins a job with `begin`, and kills whoever is at it until it has ended.
    fn through_deaths(&mut self, job: u32, begin: &[&str]) {
        for round in 0_u64.. {
            let there = self.number(&format!("SELECT count(*) FROM cx_job WHERE id = {job}")) == Some(1);
            let id = job.to_string();
            let mut child = if there { self.start(&["resume", &id]) } else { self.start(begin) };
            // A death at no moment in particular; later and later, so that a machine that is busy gets there too.
            std::thread::sleep(Duration::from_millis(30 + round * 17 % 61 + round / 2));
            drop(child.kill());
            let ended = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            if ended.status.signal() == Some(9) {
                self.kills += 1;
            } else {
                assert!(matches!(ended.status.code(), Some(0 | 1)), "{}: {said}", ended.status);
            }
            let verified = self.start(&["verify"]).wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&verified.stderr).into_owned();
            assert!(verified.status.success() || !there, "{told}");
            let over = format!("SELECT ended_at IS NOT NULL FROM cx_job WHERE id = {job}");
            if self.number(&over) == Some(1) {
                return;
            }
            assert!(round < 500, "the job never ends: {said}");
        }
    }

    /// How often each key was done, by the step's name.
    fn done(&self, step: &str) -> HashMap<String, u32> {
        let mut done = HashMap::new();
        for line in fs::read_to_string(self.folder.path().join("ledger")).unwrap().lines() {
            let (path, key) = line.split_once(' ').unwrap();
            let row = path.rsplit('/').next().unwrap();
            assert!(key.contains(&format!("-{row}-")), "the key is that of the row: {line}");
            if key.ends_with(&format!("-{step}")) {
                *done.entry(key.to_owned()).or_insert(0) += 1;
            }
        }
        done
    }
}

#[test]
fn nothing_is_lost_or_done_twice_whenever_it_dies() {
    let (mut kills, mut doubtful, mut repeated, mut retried) = (0, 0, 0, 0);
    while kills < KILLS {
        let mut world = World::new();
        world.through_deaths(1, &["run", "s.toml", "t.csv", "--metadata", "n"]);
        let notes = world.done("note");
        world.through_deaths(2, &["retry", "1", "--failed"]);
        let sent = world.done("send");
        let twice: Vec<_> = sent.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "sent twice: {twice:?}");
        // A row that was in flight at three deaths was set aside before it was noted, so its retry begins there.
        let poisoned = world.rows("SELECT row FROM cx_record WHERE job = 1 AND reason = 'POISON'");
        for (key, times) in world.done("note") {
            let before = notes.get(&key).copied().unwrap_or(0);
            let row = key.rsplit('-').nth(1).unwrap().parse().unwrap();
            assert!(times == before || poisoned.contains(&row), "a retry does again what was done: {key}");
        }
        assert_eq!(world.done("note").len() as u64, ROWS, "one key a row, whenever it was asked for");
        let count = |sql: &str| world.number(sql).unwrap().cast_unsigned();
        let completed = count("SELECT sum(completed) FROM cx_job");
        let unsafe_ones = count("SELECT count(*) FROM cx_record WHERE reason = 'INTERRUPTED_UNSAFE'");
        let failed = "SELECT count(*) FROM cx_record WHERE job = 2 AND reason = 'POISON'";
        assert_eq!(completed + unsafe_ones + count(failed), ROWS, "every row has its receipt");
        assert_eq!(count("SELECT completed + failed FROM cx_job WHERE id = 1"), ROWS, "lost");
        assert!(sent.len() as u64 >= completed, "completed, and never sent");
        kills += world.kills;
        doubtful += unsafe_ones;
        repeated += notes.values().filter(|times| **times > 1).count();
        retried += count("SELECT completed FROM cx_job WHERE id = 2");
    }
    assert!(doubtful > 0 && repeated > 0 && retried > 0, "{kills} kills: {doubtful} {repeated} {retried}");
}
