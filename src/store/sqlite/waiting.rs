//! Waiting for another process: as long as it takes, and not in silence (EVENTS §4).

use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

type Tell = Box<dyn Fn() + Send + Sync>;

static LONG_WAIT: OnceLock<Tell> = OnceLock::new();

/// Sets what is called once when this process has waited two seconds for another to finish writing.
pub fn on_long_wait(tell: impl Fn() + Send + Sync + 'static) {
    let _ = LONG_WAIT.set(Box::new(tell));
}

thread_local! {
    static WAITING: RefCell<Option<Instant>> = const { RefCell::new(None) };
}

/// Never gives up: "database is locked" never reaches a user.
pub(super) fn wait(tries: i32) -> bool {
    const PATIENCE: Duration = Duration::from_secs(2);
    let long = WAITING.with_borrow_mut(|since| {
        if tries == 0 {
            *since = Some(Instant::now());
        }
        since.take_if(|since| since.elapsed() > PATIENCE).is_some()
    });
    if let (true, Some(tell)) = (long, LONG_WAIT.get()) {
        tell();
    }
    std::thread::sleep(Duration::from_millis(if tries < 20 { 1 } else { 10 }));
    true
}
