//! The parent's side: requests go in from any number of threads, answers come back to whoever asked.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::answer::{Answer, Fault, Request, Setup};
use super::life;
use super::pending::{Filled, Pending, Slot};
use super::{Limits, Watch};
use crate::model::reason::Reason;

/// What a sandbox is made of.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The program that serves as the child.
    pub program: PathBuf,
    /// The script's text.
    pub script: String,
    /// What it may use.
    pub limits: Limits,
    /// The longest that nothing comes from the child while it has something to do, by the clock on the wall. It watches
    /// itself by computing time; this is for one that cannot.
    pub patience: Duration,
}

impl Spec {
    /// With the ordinary patience: long, because a machine that is busy or asleep is no script's fault.
    #[must_use]
    pub fn new(program: PathBuf, script: String, limits: Limits) -> Spec {
        let patience = Duration::from_secs(30) + Duration::from_millis(limits.timeout_ms) * 10;
        Spec { program, script, limits, patience }
    }
}

/// A script in a process of its own, kept over all records. The process is started with the first request, and again when
/// it died; it ends when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    keeper: Mutex<Option<JoinHandle<()>>>,
}

/// What the threads of a sandbox share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) spec: Spec,
    pub(super) setup: Vec<u8>,
    state: Mutex<State>,
    /// There is something for the writer.
    pub(super) work: Condvar,
    /// There is something for the keeper.
    pub(super) news: Condvar,
}

/// A request that has no answer yet.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: Vec<u8>,
    pub(super) slot: Arc<Slot>,
    /// Processes that died over it.
    pub(super) deaths: u32,
}

#[derive(Debug)]
pub(super) struct State {
    /// Not written yet.
    pub(super) waiting: VecDeque<Row>,
    /// Written, in the order in which answers will come.
    pub(super) flight: VecDeque<Row>,
    /// When the first of those became the first.
    pub(super) since: Instant,
    pub(super) phase: Phase,
    /// The process, while there is one.
    pub(super) process: Option<u32>,
    pub(super) processes: u32,
    pub(super) writer_waits: bool,
}

/// What the child is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// There is none.
    Absent,
    /// It has not said yet that it is ready.
    Starting,
    /// It answers.
    Ready,
    /// It will say nothing more.
    Over,
    /// No child will ever take this script.
    Refused(Fault),
    /// Nobody will ask any more.
    Closed,
}

impl Shared {
    pub(super) fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Nothing waits any more: all of it has this fault.
    pub(super) fn fail_all(&mut self, fault: &Fault) {
        for row in self.flight.drain(..).chain(self.waiting.drain(..)) {
            row.slot.fill(Filled::Fault(fault.clone()));
        }
    }
}

impl Sandbox {
    /// A sandbox whose process is not started yet.
    #[must_use]
    pub fn new(spec: Spec) -> Sandbox {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let setup = Setup { version, script: spec.script.clone(), limits: spec.limits };
        let state = State {
            waiting: VecDeque::new(),
            flight: VecDeque::new(),
            since: Instant::now(),
            phase: Phase::Absent,
            process: None,
            processes: 0,
            writer_waits: false,
        };
        let shared =
            Shared { setup: line(&setup), spec, state: Mutex::new(state), work: Condvar::new(), news: Condvar::new() };
        Sandbox { shared: Arc::new(shared), keeper: Mutex::new(None) }
    }

    /// Hands in a request. Answers are made in the order in which requests were handed in; nothing here waits for one.
    #[must_use]
    pub fn submit(&self, request: &Request<'_>) -> Pending {
        let (pending, slot) = Pending::new();
        let row = Row { line: line(request), slot, deaths: 0 };
        if let Err(error) = self.start() {
            row.slot.fill(Filled::Fault(life::unstarted(&error.to_string())));
            return pending;
        }
        let mut state = self.shared.locked();
        match &state.phase {
            Phase::Refused(fault) => row.slot.fill(Filled::Fault(fault.clone())),
            Phase::Absent | Phase::Starting | Phase::Ready | Phase::Over | Phase::Closed => {
                state.waiting.push_back(row)
            }
        }
        if state.writer_waits {
            self.shared.work.notify_one();
        }
        if state.phase == Phase::Absent {
            self.shared.news.notify_one();
        }
        drop(state);
        pending
    }

    /// Hands in a request and blocks until it is answered.
    #[must_use]
    pub fn call(&self, request: &Request<'_>) -> Answer {
        self.submit(request).wait()
    }

    /// Has a process of its own read the script, and blocks until it has.
    ///
    /// # Errors
    /// What is wrong with the script, or with the process.
    pub fn check(&self) -> Result<(), Fault> {
        life::checked(&self.shared)
    }

    /// What can be seen of the process from outside.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let state = self.shared.locked();
        Watch { process: state.process, processes: state.processes }
    }

    /// The thread that keeps the process, from the first use on.
    fn start(&self) -> std::io::Result<()> {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if keeper.is_none() {
            let shared = Arc::clone(&self.shared);
            let named = std::thread::Builder::new().name("sandbox".to_owned());
            *keeper = Some(named.spawn(move || life::keep(&shared))?);
        }
        Ok(())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let mut state = self.shared.locked();
        state.phase = Phase::Closed;
        state.fail_all(&Fault::new(Reason::Interrupted, "the sandbox was closed"));
        drop(state);
        self.shared.work.notify_all();
        self.shared.news.notify_all();
        let keeper = self.keeper.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        drop(keeper.map(JoinHandle::join));
    }
}

/// JSON in a line of its own. Nothing that is written here can fail to be JSON.
fn line(value: &impl serde::Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}
