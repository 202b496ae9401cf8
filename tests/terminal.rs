//! What is asked on a terminal, with somebody at it: a pseudo-terminal that `script` makes. Without `script` and `stty`
//! nothing is tested here, and that is said.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Somebody at a terminal.
struct Session {
    child: Child,
    seen: Arc<Mutex<Vec<u8>>>,
    /// The terminal's name, which the shell in it writes down.
    name: std::path::PathBuf,
    looked: usize,
}

impl Session {
    /// Types a command; nothing when there is no `script`.
    fn begin(place: &Path, command: &str, key: Option<&str>) -> Option<Session> {
        let name = place.join("tty");
        drop(fs::remove_file(&name));
        let inside = format!("tty > tty.new; mv tty.new tty; exec {} {command}", env!("CARGO_BIN_EXE_cxgear"));
        let mut script = Command::new("script");
        script.args(["-q", "-e", "-c", &inside, "/dev/null"]).current_dir(place);
        for variable in ["CXGEAR_VAULT_KEY", "CXGEAR_VAULT_KEY_FILE", "CXGEAR_VAULT_NEW_KEY", "CXGEAR_DB"] {
            script.env_remove(variable);
        }
        script.envs(key.map(|key| ("CXGEAR_VAULT_KEY", key))).env("SHELL", "/bin/sh");
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (mut out, shared) = (child.stdout.take()?, Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut bytes = [0; 512];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                shared.lock().unwrap().extend(&bytes[..count]);
            }
        });
        Some(Session { child, seen, name, looked: 0 })
    }

    fn seen(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }

    fn until(&self, what: &str, mut met: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !met() {
            assert!(Instant::now() < deadline, "no {what} in {:?}", self.seen());
            std::thread::yield_now();
        }
    }

    /// Waits for a question, and for the terminal to show nothing of the answer, then gives it.
    fn answer(&mut self, question: &str, answer: &str) {
        let from = self.looked;
        self.until(question, || self.seen().get(from..).is_some_and(|seen| seen.contains(question)));
        self.looked = self.seen().rfind(question).unwrap() + question.len();
        let name = fs::read_to_string(&self.name).unwrap();
        self.until("hidden terminal", || {
            let told = Command::new("stty").args(["-F", name.trim(), "-a"]).output().unwrap();
            String::from_utf8_lossy(&told.stdout).contains("-echo ")
        });
        self.child.stdin.as_mut().unwrap().write_all(answer.as_bytes()).unwrap();
    }

    /// Waits for its end; what was to be seen, and how it ended.
    fn end(mut self) -> (String, ExitStatus) {
        let mut ended = None;
        let deadline = Instant::now() + Duration::from_secs(60);
        while ended.is_none() {
            assert!(Instant::now() < deadline, "it does not end: {:?}", self.seen());
            ended = self.child.try_wait().unwrap();
            std::thread::yield_now();
        }
        (self.seen(), ended.unwrap())
    }
}

fn there(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
#[expect(clippy::print_stderr, reason = "what was not tested is said")]
fn secrets_are_asked_for_and_not_shown() {
    if !there("script") || !there("stty") {
        eprintln!("skipped: there is no `script` or no `stty`");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let begin = |command: &str, key: Option<&str>| Session::begin(place, command, key).unwrap();
    let mut seen = Vec::new();
    let mut expect = |session: Session, code: i32, told: &str| {
        let (shown, status) = session.end();
        assert!(shown.contains(told), "{shown:?}");
        assert_eq!(status.code(), Some(code), "{shown:?}");
        seen.push(shown);
    };
    // Ctrl-C leaves all as it was: here, no database.
    let mut session = begin("vault set crm", None);
    session.answer("vault passphrase (not shown): ", "can\u{3}");
    expect(session, 130, "interrupted; nothing was changed");
    assert!(!place.join("cxgear.db").exists());
    // A slip in the passphrase that makes the vault would lock it for ever.
    let mut session = begin("vault set crm", None);
    session.answer("vault passphrase (not shown): ", "canary-passphrase\n");
    session.answer("the same again: ", "canary-passphrasf\n");
    expect(session, 2, "the two passphrases are not the same");
    assert!(!place.join("cxgear.db").exists());
    let mut session = begin("vault set crm", None);
    session.answer("vault passphrase (not shown): ", "canary-passphrase\n");
    session.answer("the same again: ", "canary-passphrase\n");
    session.answer("value of `crm` (not shown): ", "canary-value\n");
    expect(session, 0, "credential `crm` is kept");
    // From now on it is asked for once.
    let mut session = begin("vault rename crm token", None);
    session.answer("vault passphrase (not shown): ", "canary-wrong\n");
    expect(session, 2, "the vault cannot be opened");
    let mut session = begin("vault rename crm token", None);
    session.answer("vault passphrase (not shown): ", "canary-passphrase\n");
    expect(session, 0, "credential `crm` is called `token` now");
    // A value from elsewhere, the passphrase from the person.
    let mut session = begin("vault set piped < tty", None);
    session.answer("vault passphrase (not shown): ", "canary-passphrase\n");
    expect(session, 0, "credential `piped` is kept");
    let mut session = begin("vault set token", Some("canary-passphrase"));
    session.answer("value of `token` (not shown): ", "\u{3}");
    expect(session, 130, "interrupted; nothing was changed");
    let mut session = begin("vault rotate-key", Some("canary-passphrase"));
    session.answer("new vault passphrase (not shown): ", "canary-new-one\n");
    session.answer("the same again: ", "canary-new-one\n");
    expect(session, 0, "2 credentials are sealed anew");
    assert_eq!(seen.len(), 8);
    for shown in seen {
        assert!(!shown.contains("canary"), "{shown:?}");
    }
}
