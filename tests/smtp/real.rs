//! A real mail server, `aiosmtpd` of Python, that writes down what it took.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

const MISSING: &str = "these tests need Python 3 with aiosmtpd, a mail server: `apt-get install python3-aiosmtpd`, or `python3 -m pip install aiosmtpd`";

/// A mail server in a process of its own; it ends with the test.
pub(crate) struct Real {
    pub(crate) port: u16,
    child: Child,
    taken: Arc<Mutex<Vec<Value>>>,
}

/// Set where nothing may be skipped, as by `.ci/run`.
const DEMANDED: &str = "CXGEAR_TEST_PEERS";

/// Whether there is no such server here; said, so that nobody takes what was skipped for what has passed.
#[expect(clippy::print_stderr, reason = "whoever reads the tests is told what was not tested")]
pub(crate) fn is_missing() -> bool {
    let missing = python().is_none();
    assert!(!missing || std::env::var_os(DEMANDED).is_none(), "{MISSING}");
    if missing {
        eprintln!("skipped: {MISSING}");
    }
    missing
}

/// The Python that has it: perhaps the system's and not the first of the path.
fn python() -> Option<&'static str> {
    let has = |python: &&str| {
        let tried = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    ["python3", "/usr/bin/python3"].into_iter().find(has)
}

impl Real {
    pub(crate) fn start(args: &[&str]) -> Real {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/server.py");
        let mut child = Command::new(python().expect(MISSING))
            .arg(script)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().expect("the mail server did not start").unwrap().parse().unwrap();
        let taken = Arc::<Mutex<Vec<Value>>>::default();
        let kept = Arc::clone(&taken);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Real { port, child, taken }
    }

    /// What it took, once there are so many.
    pub(crate) fn taken(&self, count: usize) -> Vec<Value> {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let taken = self.taken.lock().unwrap().clone();
            if taken.len() >= count {
                assert_eq!(taken.len(), count, "{taken:?}");
                return taken;
            }
            assert!(Instant::now() < until, "{} messages and not {count}", taken.len());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
