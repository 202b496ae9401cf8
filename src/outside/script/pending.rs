//! A request under way: it can be waited for, or handed on when it is answered.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::answer::{Answer, Fault};

/// An answer that will come.
#[derive(Debug)]
pub struct Pending(Arc<Slot>);

/// Where it will be put.
#[derive(Debug, Default)]
pub(super) struct Slot {
    state: Mutex<State>,
    filled: Condvar,
}

#[derive(Default)]
struct State {
    filled: Option<Filled>,
    then: Option<Box<dyn FnOnce(Answer) + Send>>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("filled", &self.filled).finish_non_exhaustive()
    }
}

/// What came: read by whoever waits, so that the thread that hands out answers is not held up.
#[derive(Debug)]
pub(super) enum Filled {
    Line(Vec<u8>),
    Fault(Fault),
}

impl Slot {
    pub(super) fn fill(&self, filled: Filled) {
        let mut state = self.locked();
        match state.then.take() {
            None => state.filled = Some(filled),
            Some(then) => {
                drop(state);
                return then(read(filled));
            }
        }
        drop(state);
        self.filled.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(filled: Filled) -> Answer {
    match filled {
        Filled::Line(line) => Answer::read(&line),
        Filled::Fault(fault) => Answer::fault(fault),
    }
}

impl Pending {
    pub(super) fn new() -> (Pending, Arc<Slot>) {
        let slot = Arc::<Slot>::default();
        (Pending(Arc::clone(&slot)), slot)
    }

    /// Blocks until it is there.
    #[must_use]
    pub fn wait(self) -> Answer {
        let mut state = self.0.locked();
        loop {
            if let Some(filled) = state.filled.take() {
                drop(state);
                return read(filled);
            }
            state = self.0.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Hands it to `then` when it is there, on whatever thread that happens.
    pub fn then(self, then: impl FnOnce(Answer) + Send + 'static) {
        let mut state = self.0.locked();
        match state.filled.take() {
            None => state.then = Some(Box::new(then)),
            Some(filled) => {
                drop(state);
                then(read(filled));
            }
        }
    }
}
