//! The life of a child: started when there is something to do, fed, listened to, and buried. Whoever was first in line when
//! it died is to blame; all others never notice.
//!
//! Writing and reading are two threads, and neither holds the lock while it does so: a child that cannot write its answers
//! is always being read, so it never stops reading, and no pipe can fill up for ever. A third thread, the keeper, only waits,
//! so a child that does nothing at all is noticed.

use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{MutexGuard, PoisonError};
use std::thread::{self, Builder, Scope};
use std::time::{Duration, Instant};

use super::SUBCOMMAND;
use super::answer::{Fault, Hello};
use super::pending::Filled;
use super::sandbox::{Phase, Row, Shared, State};
use super::watchdog::OVERTIME;
use crate::model::reason::Reason;
use crate::model::time::Millis;

/// Requests that are written together.
const BATCH: usize = 64;

/// Requests that a child may have before it has answered the first: enough to keep it busy, few to hand to the next one.
const WINDOW: usize = 4 * BATCH;

/// Longer than any answer can be.
const LONGEST_LINE: u64 = 8 << 20;

/// How often a child may fail to come to life before it is given up.
const STILLBORN: u32 = 3;

/// How often a request may be first in line when its child dies of something that it need not have done.
const DEATHS: u32 = 2;

/// How often the keeper looks whether a child has fallen silent.
const LOOK: Duration = Duration::from_millis(100);

/// What can be seen of a sandbox's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// The process, while there is one.
    pub process: Option<u32>,
    /// How many there were so far.
    pub processes: u32,
}

/// How a child's life ended.
struct End {
    /// Whether it had read the script.
    ready: bool,
    /// Whether it was ended because it had fallen silent.
    silent: bool,
    how: io::Result<ExitStatus>,
}

impl End {
    /// It ended itself because the record took too long.
    fn overtime(&self) -> bool {
        self.how.as_ref().is_ok_and(|status| status.code() == Some(OVERTIME))
    }

    fn words(&self) -> String {
        match &self.how {
            Err(error) => error.to_string(),
            Ok(status) => told(*status),
        }
    }
}

#[cfg(unix)]
fn told(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal().map_or_else(|| status.to_string(), |signal| format!("signal {signal}"))
}

#[cfg(not(unix))]
fn told(status: ExitStatus) -> String {
    status.to_string()
}

/// The fault of a sandbox that there cannot be.
pub(super) fn unstarted(why: &str) -> Fault {
    Fault::new(Reason::StepFailed, format!("the sandbox does not start: {why}"))
}

/// Keeps a child while there is something to do, until nobody will ask any more.
pub(super) fn keep(shared: &Shared) {
    let mut stillborn = 0;
    while something_to_do(shared) {
        let end = match spawn(shared) {
            Ok(child) => live(shared, child),
            Err(error) => End { ready: false, silent: false, how: Err(error) },
        };
        stillborn = if end.ready { 0 } else { stillborn % STILLBORN + 1 };
        bury(shared, &end, stillborn);
    }
}

fn something_to_do(shared: &Shared) -> bool {
    let mut state = shared.locked();
    loop {
        match state.phase {
            Phase::Closed | Phase::Refused(_) => return false,
            Phase::Absent | Phase::Starting | Phase::Ready | Phase::Over if state.waiting.is_empty() => {}
            Phase::Absent | Phase::Starting | Phase::Ready | Phase::Over => {
                state.phase = Phase::Starting;
                return true;
            }
        }
        state = shared.news.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

/// The same program under a hidden word: with nothing of our environment, in a folder that says nothing, and out of reach
/// of what a terminal sends to its programs, so that Ctrl-C is ours to handle.
fn command(shared: &Shared) -> Command {
    let mut command = Command::new(&shared.spec.program);
    command.arg(SUBCOMMAND).env_clear().env("TZ", "UTC0");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.current_dir("/").process_group(0);
    }
    command
}

fn spawn(shared: &Shared) -> io::Result<Child> {
    command(shared).spawn()
}

/// Starts a child for its first answer alone.
pub(super) fn checked(shared: &Shared) -> Result<(), Fault> {
    let failed = |error: io::Error| unstarted(&error.to_string());
    let mut child = spawn(shared).map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        // One that does not read it says why by how it ends.
        drop(input.write_all(&shared.setup));
    }
    let hello = child.stdout.take().and_then(|output| hello(&mut BufReader::new(output)));
    let end = End { ready: hello.is_some(), silent: false, how: child.wait() };
    match hello {
        Some(Hello::Ready) => Ok(()),
        Some(Hello::Refused(fault)) => Err(fault),
        None if end.overtime() => Err(late_before_main(shared)),
        None => Err(unstarted(&end.words())),
    }
}

fn late_before_main(shared: &Shared) -> Fault {
    let limit = Millis(shared.spec.limits.timeout_ms);
    Fault::new(
        Reason::Timeout,
        format!("before `main` is called: the script computed longer than {limit}, its `timeout`"),
    )
}

fn live(shared: &Shared, mut child: Child) -> End {
    let mut state = shared.locked();
    state.process = Some(child.id());
    state.processes += 1;
    state.since = Instant::now();
    drop(state);
    let pipes = child.stdin.take().zip(child.stdout.take());
    let (ready, silent) = thread::scope(|threads| {
        let listener = pipes.and_then(|(input, output)| converse(shared, threads, input, output));
        let silent = listener.is_some() && watch(shared);
        over(shared);
        let dying = !silent && shared.locked().phase == Phase::Over;
        if !(dying && ends_by_itself(&mut child)) {
            drop(child.kill());
        }
        (listener.is_some_and(|listener| listener.join().unwrap_or(false)), silent)
    });
    End { ready, silent, how: child.wait() }
}

/// Whether a child that has said its last ends soon: how it ends is to be its own word, and not our kill.
fn ends_by_itself(child: &mut Child) -> bool {
    (0..10).any(|look| {
        let ended = matches!(child.try_wait(), Ok(Some(_)));
        if !ended {
            thread::sleep(Duration::from_millis(1 << look));
        }
        ended
    })
}

/// Starts the two that talk with the child. Whether it was ready is known by the one that listens.
fn converse<'scope, 'env>(
    shared: &'env Shared,
    threads: &'scope Scope<'scope, 'env>,
    input: ChildStdin,
    output: ChildStdout,
) -> Option<thread::ScopedJoinHandle<'scope, bool>> {
    let named = |name: &str| Builder::new().name(name.to_owned());
    named("sandbox-in").spawn_scoped(threads, move || write(shared, input)).ok()?;
    named("sandbox-out").spawn_scoped(threads, move || read(shared, output)).ok()
}

/// Waits until the child has said its last, and tells whether it was because it has fallen silent.
fn watch(shared: &Shared) -> bool {
    let mut state = shared.locked();
    loop {
        match state.phase {
            Phase::Over | Phase::Refused(_) | Phase::Closed => return false,
            Phase::Absent | Phase::Starting | Phase::Ready => {}
        }
        let owes = state.phase == Phase::Starting || !state.flight.is_empty();
        if owes && state.since.elapsed() > shared.spec.patience {
            return true;
        }
        state = shared.news.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// From here on nothing is written or read.
fn over(shared: &Shared) {
    let mut state = shared.locked();
    if let Phase::Absent | Phase::Starting | Phase::Ready = state.phase {
        state.phase = Phase::Over;
    }
    drop(state);
    shared.work.notify_all();
    shared.news.notify_all();
}

fn write(shared: &Shared, mut input: ChildStdin) {
    let mut batch = shared.setup.clone();
    // What cannot be written is in flight; the reader sees the end, and the keeper decides what becomes of it.
    while input.write_all(&batch).is_ok() {
        batch.clear();
        let Some(mut state) = next_work(shared) else { return };
        let count = state.waiting.len().min(BATCH);
        if state.flight.is_empty() {
            state.since = Instant::now();
        }
        let State { waiting, flight, .. } = &mut *state;
        for row in waiting.drain(..count) {
            batch.extend_from_slice(&row.line);
            flight.push_back(row);
        }
    }
}

/// Waits for something to write.
fn next_work(shared: &Shared) -> Option<MutexGuard<'_, State>> {
    let mut state = shared.locked();
    loop {
        match state.phase {
            Phase::Over | Phase::Refused(_) | Phase::Closed => return None,
            Phase::Absent | Phase::Starting | Phase::Ready => {}
        }
        if !state.waiting.is_empty() && state.flight.len() < WINDOW {
            return Some(state);
        }
        state.writer_waits = true;
        state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.writer_waits = false;
    }
}

/// Hands out answers until there are no more; whether the child was ready.
fn read(shared: &Shared, output: ChildStdout) -> bool {
    let mut output = BufReader::with_capacity(64 << 10, output);
    let ready = match hello(&mut output) {
        Some(Hello::Ready) => listen(shared, &mut output),
        Some(Hello::Refused(fault)) => {
            let mut state = shared.locked();
            if state.phase != Phase::Closed {
                state.phase = Phase::Refused(fault);
            }
            false
        }
        None => false,
    };
    over(shared);
    ready
}

fn listen(shared: &Shared, output: &mut impl BufRead) -> bool {
    let mut state = shared.locked();
    if state.phase == Phase::Starting {
        state.phase = Phase::Ready;
    }
    state.since = Instant::now();
    drop(state);
    while let Some(line) = next_line(output) {
        let mut state = shared.locked();
        // More answers than requests: not a child that can be talked with.
        let Some(row) = state.flight.pop_front() else { break };
        state.since = Instant::now();
        if state.writer_waits && !state.waiting.is_empty() && state.flight.len() <= WINDOW - BATCH {
            state.writer_waits = false;
            shared.work.notify_one();
        }
        drop(state);
        row.slot.fill(Filled::Line(line));
    }
    true
}

fn hello(output: &mut impl BufRead) -> Option<Hello> {
    next_line(output).and_then(|line| serde_json::from_slice(&line).ok())
}

/// A whole line; half of one was written by a child that died over it.
fn next_line(output: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    output.take(LONGEST_LINE).read_until(b'\n', &mut line).ok()?;
    (line.pop() == Some(b'\n')).then_some(line)
}

/// What becomes of what the child has not answered.
fn bury(shared: &Shared, end: &End, stillborn: u32) {
    let mut state = shared.locked();
    state.process = None;
    match state.phase.clone() {
        Phase::Closed => return state.fail_all(&unstarted("it was closed")),
        Phase::Refused(fault) => return state.fail_all(&fault),
        Phase::Absent | Phase::Starting | Phase::Ready | Phase::Over => state.phase = Phase::Absent,
    }
    let State { waiting, flight, .. } = &mut *state;
    if end.ready
        && let Some(mut row) = flight.pop_front()
    {
        row.deaths += 1;
        match blame(shared, end, &row) {
            Some(fault) => row.slot.fill(Filled::Fault(fault)),
            None => flight.push_front(row),
        }
    }
    for row in flight.drain(..).rev() {
        waiting.push_front(row);
    }
    if !end.ready && end.overtime() {
        let fault = late_before_main(shared);
        state.phase = Phase::Refused(fault.clone());
        state.fail_all(&fault);
    } else if stillborn == STILLBORN {
        state.fail_all(&unstarted(&end.words()));
    }
}

/// Whether the request that was first in line is to blame, and in which words. One that has computed too long is; any other
/// death may have come from outside, so the request has one more try: it is pure, no one can tell.
fn blame(shared: &Shared, end: &End, row: &Row) -> Option<Fault> {
    if end.overtime() {
        let limit = Millis(shared.spec.limits.timeout_ms);
        let what =
            format!("the script computed longer than {limit}, its `timeout`, in one piece; its process was ended");
        return Some(Fault::new(Reason::Timeout, what));
    }
    if row.deaths < DEATHS {
        return None;
    }
    if end.silent {
        let patience = Millis(u64::try_from(shared.spec.patience.as_millis()).unwrap_or(u64::MAX));
        let what = format!("the script gave no answer for {patience}, twice; its process was ended");
        return Some(Fault::new(Reason::Timeout, what));
    }
    Some(Fault::new(
        Reason::StepFailed,
        format!("the process of the script died twice over this record ({})", end.words()),
    ))
}
