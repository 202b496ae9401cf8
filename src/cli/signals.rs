//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop where it can be resumed, the second stops at once.
//! Whoever only looks is stopped by the first.

use std::time::Duration;

use crate::engine::Interrupt;

/// Listens from now on, for a run.
pub(super) fn listen() -> std::io::Result<Interrupt> {
    listen_with(|interrupt| {
        if !interrupt.raise() {
            leave();
        }
    })
}

/// Listens from now on, for somebody who only looks: asked first, so that a line that is being written is written to its
/// end, and then left, because its reader may never take it.
pub(super) fn listen_to_end() -> std::io::Result<Interrupt> {
    const GRACE: Duration = Duration::from_millis(200);
    listen_with(|interrupt| {
        interrupt.raise();
        std::thread::sleep(GRACE);
        leave();
    })
}

/// Listens on a thread of its own, so that a busy process never keeps a signal waiting.
fn listen_with(on: fn(&Interrupt)) -> std::io::Result<Interrupt> {
    let interrupt = Interrupt::default();
    let raised = interrupt.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    // Registered before the run begins: a signal that comes first must not find the default, which kills.
    let mut signals = runtime.block_on(async { Signals::register() })?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            loop {
                signals.next().await;
                on(&raised);
            }
        });
    })?;
    Ok(interrupt)
}

/// The log is whole at every moment, so leaving at once loses only what was not committed.
#[expect(clippy::exit, reason = "the second signal must end the process wherever it is")]
fn leave() -> ! {
    std::process::exit(130)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn register() -> std::io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn register() -> std::io::Result<Signals> {
        Ok(Signals)
    }

    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
