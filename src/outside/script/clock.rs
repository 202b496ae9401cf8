//! Computing time, and what the child gives up before it runs anything. By the clock on the wall a script would be blamed
//! for a machine that is busy or asleep.

use std::time::Duration;

/// What this thread has computed.
pub(super) fn of_thread() -> Duration {
    time(Which::Thread)
}

/// What all threads of this process have computed.
pub(super) fn of_process() -> Duration {
    time(Which::Process)
}

enum Which {
    Thread,
    Process,
}

#[cfg(unix)]
fn time(which: Which) -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let spent = clock_gettime(match which {
        Which::Thread => ClockId::ThreadCPUTime,
        Which::Process => ClockId::ProcessCPUTime,
    });
    let (seconds, nanos) = (u64::try_from(spent.tv_sec), u32::try_from(spent.tv_nsec));
    Duration::new(seconds.unwrap_or(0), nanos.unwrap_or(0))
}

#[cfg(not(unix))]
fn time(_: Which) -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

/// From here on nothing can be opened, no process or thread started, no core left behind: also not by a script that has
/// broken out of the engine.
pub(super) fn close_doors() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        // A descriptor's number must be below the limit, and these three are there.
        for (resource, most) in [(Resource::Nofile, 3), (Resource::Nproc, 0), (Resource::Core, 0)] {
            // A system that refuses one lacks a second fence, not the first.
            let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
        }
    }
}
