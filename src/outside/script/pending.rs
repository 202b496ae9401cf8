//! A request under way: it can be waited for by a thread or by a task.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

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

#[derive(Debug, Default)]
struct State {
    filled: Option<Filled>,
    waker: Option<Waker>,
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
        state.filled = Some(filled);
        let waker = state.waker.take();
        drop(state);
        self.filled.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
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
}

impl Future for Pending {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let mut state = self.0.locked();
        match state.filled.take() {
            Some(filled) => {
                drop(state);
                Poll::Ready(read(filled))
            }
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
