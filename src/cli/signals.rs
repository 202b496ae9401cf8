//! Ctrl-C, SIGTERM and SIGHUP: the first asks what is under way to stop where it is whole, the second stops at once.
//! Whoever only looks is stopped by the first. And SIGXFSZ, which would kill where a write that fails is enough.

use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::context::Context;
use super::failure::Failure;
use crate::engine::Interrupt;
use crate::ui::failure::warning;
use crate::ui::stream::Terminal;

/// What the first signal does now.
enum Stage {
    /// Nothing is under way that could be half done: the process ends, and says what was done until here.
    Leaves(&'static str),
    /// What is under way is asked to stop.
    Asks,
    /// Somebody only looks: a line that is being written is written to its end, and then the process ends, because its
    /// reader may never take it.
    Ends,
}

/// How long a line may take.
const GRACE: Duration = Duration::from_millis(200);

static INTERRUPT: LazyLock<Interrupt> = LazyLock::new(Interrupt::default);
static STAGE: Mutex<Stage> = Mutex::new(Stage::Asks);
static LISTENS: OnceLock<()> = OnceLock::new();

/// Raised once a signal has asked to stop.
pub(super) fn interrupt() -> Interrupt {
    INTERRUPT.clone()
}

/// Whether a signal has asked to stop. Does not return while the process is leaving because of it.
pub(super) fn is_asked() -> bool {
    INTERRUPT.is_raised() && {
        drop(stage());
        true
    }
}

/// From now on a first signal ends the process at once and says `so_far`.
///
/// # Errors
/// [`Failure::interrupted`], when it came while it could only ask.
pub(super) fn leaves(context: &Context, so_far: &'static str) -> Result<(), Failure> {
    *stage() = Stage::Leaves(so_far);
    listen(&context.terminal)?;
    if INTERRUPT.is_raised() { Err(Failure::interrupted(so_far)) } else { Ok(()) }
}

/// From now on a first signal only asks; who does this looks at the interrupt.
pub(super) fn asks(context: &Context) -> Result<Interrupt, Failure> {
    *stage() = Stage::Asks;
    listen(&context.terminal)?;
    Ok(interrupt())
}

/// From now on a first signal asks, and soon ends the process whatever it does.
pub(super) fn ends(context: &Context) -> Result<Interrupt, Failure> {
    *stage() = Stage::Ends;
    listen(&context.terminal)?;
    Ok(interrupt())
}

fn stage() -> MutexGuard<'static, Stage> {
    STAGE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens from now on, on a thread of its own, so that a busy run never keeps a signal waiting.
fn listen(terminal: &Terminal) -> Result<(), Failure> {
    if LISTENS.set(()).is_err() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(Failure::world)?;
    // Registered before the work begins: a signal that comes first must not find the default, which kills.
    let mut signals = runtime.block_on(async { Signals::register() }).map_err(Failure::world)?;
    let terminal = terminal.clone();
    let hear = move || {
        runtime.block_on(async {
            loop {
                signals.next().await;
                hear(&terminal);
            }
        });
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(hear).map_err(Failure::world)?;
    Ok(())
}

fn hear(terminal: &Terminal) {
    // Held until the process has ended, so that it does not go on to the next stage behind what is being said.
    let stage = stage();
    match (INTERRUPT.raise(), &*stage) {
        (true, Stage::Asks) => {}
        (true, Stage::Leaves(so_far)) => {
            warning(terminal, &format!("interrupted: {so_far}"), &[]);
            leave();
        }
        (_, Stage::Ends) => {
            std::thread::sleep(GRACE);
            leave();
        }
        (false, Stage::Asks | Stage::Leaves(_)) => leave(),
    }
}

/// The log is whole at every moment, so leaving at once loses only what was not committed.
#[expect(clippy::exit, reason = "the signal must end the process wherever it is")]
fn leave() -> ! {
    std::process::exit(130)
}

#[cfg(unix)]
use unix::Signals;
#[cfg(unix)]
pub(super) use unix::{Ear, met_file_size_limit, survive_file_size_limit};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::{Mutex, OnceLock};
    use std::time::Duration;

    use tokio::runtime::{Builder, Runtime};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The signals that ask to stop; none for one that whoever started this process wants to be ignored (`nohup`).
    pub(in crate::cli) struct Signals([Option<Signal>; 3]);

    impl Signals {
        pub(super) fn register() -> io::Result<Signals> {
            let ignored = ignored();
            let hear = |kind: SignalKind| {
                let is_ignored = ignored >> (kind.as_raw_value() - 1) & 1 == 1;
                (!is_ignored).then(|| signal(kind)).transpose()
            };
            let [interrupt, terminate, hangup] =
                [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(hear);
            Ok(Signals([interrupt?, terminate?, hangup?]))
        }

        pub(super) async fn next(&mut self) {
            let [interrupt, terminate, hangup] = &mut self.0;
            tokio::select! {
                () = heard(interrupt) => {}
                () = heard(terminate) => {}
                () = heard(hangup) => {}
            }
        }
    }

    async fn heard(signal: &mut Option<Signal>) {
        match signal {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }

    /// The signals that this process was started to ignore, a bit each; none where the system does not tell.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }

    /// Hears what the thread of the signals may be about to hear, without waiting for that thread.
    pub(in crate::cli) struct Ear<S = Signals> {
        runtime: Runtime,
        signals: S,
    }

    impl<S> Ear<S> {
        fn with(register: impl FnOnce() -> io::Result<S>) -> io::Result<Ear<S>> {
            let runtime = Builder::new_current_thread().enable_io().build()?;
            let signals = runtime.block_on(async { register() })?;
            Ok(Ear { runtime, signals })
        }

        /// Whether `next` is ready. The other thread may have the word and not have passed it on, so it is asked again.
        fn is_ready(&mut self, mut next: impl AsyncFnMut(&mut S)) -> bool {
            let Ear { runtime, signals } = self;
            (0..5).any(|tries| {
                std::thread::sleep(Duration::from_millis(tries));
                runtime.block_on(async {
                    // Lets the runtime look at what the signal's handler has left for it.
                    tokio::task::yield_now().await;
                    tokio::select! {
                        biased;
                        () = next(signals) => true,
                        () = std::future::ready(()) => false,
                    }
                })
            })
        }
    }

    impl Ear {
        pub(in crate::cli) fn new() -> io::Result<Ear> {
            Ear::with(Signals::register)
        }

        /// Whether there was a signal that asks to stop.
        pub(in crate::cli) fn heard(&mut self) -> bool {
            self.is_ready(async |signals| signals.next().await)
        }
    }

    static FILE_SIZE: OnceLock<Mutex<Ear<Signal>>> = OnceLock::new();

    /// Has a write beyond `ulimit -f` fail, and not kill. Costs less than 0.1 ms, once there is something to do.
    pub(in crate::cli) fn survive_file_size_limit() {
        let sigxfsz = if cfg!(any(target_arch = "mips", target_arch = "mips64")) { 31 } else { 25 };
        // Without it all is as it was: the signal kills, and the log is whole.
        if let Ok(ear) = Ear::with(|| signal(SignalKind::from_raw(sigxfsz))) {
            let _ = FILE_SIZE.set(Mutex::new(ear));
        }
    }

    /// Whether a write failed because of `ulimit -f`. SQLite does not tell it from other failures; the signal does.
    pub(in crate::cli) fn met_file_size_limit() -> bool {
        let Some(Ok(mut ear)) = FILE_SIZE.get().map(Mutex::lock) else { return false };
        ear.is_ready(async |signal| {
            signal.recv().await;
        })
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

#[cfg(not(unix))]
pub(super) struct Ear;

#[cfg(not(unix))]
impl Ear {
    pub(super) fn new() -> std::io::Result<Ear> {
        Ok(Ear)
    }

    pub(super) fn heard(&mut self) -> bool {
        false
    }
}

#[cfg(not(unix))]
pub(super) fn survive_file_size_limit() {}

#[cfg(not(unix))]
pub(super) fn met_file_size_limit() -> bool {
    false
}
