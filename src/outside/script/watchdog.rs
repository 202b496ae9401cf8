//! Ends the process when a record has it computing for too long: some of the engine's own loops never ask whether they may
//! go on, `new Array(1e9) + ""` for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::clock;

/// What the process ends with then: the record that it was busy with is to blame.
pub(super) const OVERTIME: i32 = 99;

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(50);

/// What a script may take beyond its limit, so that whatever does ask is ended in the ordinary way.
const GRACE: Duration = Duration::from_millis(250);

/// Which record is being run; the only thing that running one costs.
pub(super) struct Watchdog {
    busy: Arc<AtomicU64>,
    begun: u64,
}

impl Watchdog {
    /// Starts the thread that looks.
    pub(super) fn start(limit: Duration) -> std::io::Result<Watchdog> {
        let busy = Arc::new(AtomicU64::new(0));
        let watched = Arc::clone(&busy);
        std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || watch(&watched, limit + GRACE))?;
        Ok(Watchdog { busy, begun: 0 })
    }

    /// Runs something that must end.
    pub(super) fn over<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.begun += 1;
        self.busy.store(self.begun, Ordering::Relaxed);
        let done = work();
        self.busy.store(0, Ordering::Relaxed);
        done
    }
}

fn watch(busy: &AtomicU64, limit: Duration) {
    let parent = parent();
    let (mut seen, mut since) = (0, Duration::ZERO);
    loop {
        std::thread::sleep(PERIOD);
        let now = busy.load(Ordering::Relaxed);
        if now != seen {
            // It began at most a period ago.
            (seen, since) = (now, clock::of_process());
        } else if now != 0 && clock::of_process().saturating_sub(since) > limit {
            end();
        }
        if self::parent() != parent {
            end();
        }
    }
}

#[expect(clippy::exit, reason = "the thread that is to be stopped cannot be asked to stop")]
fn end() {
    std::process::exit(OVERTIME)
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}
