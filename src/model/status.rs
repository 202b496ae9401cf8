//! The states of EVENTS §2 and the edges between them. An edge that is not listed here cannot be stored.

use std::fmt;

use super::report::Tone;

macro_rules! statuses {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal, $tone:ident, -> [$($to:ident),*];)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All of them, in the order of their stored numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// Its word, the same everywhere.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }

            /// The status of that name.
            #[must_use]
            pub fn named(text: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|status| status.name() == text)
            }

            /// The number it is stored as: its place in `ALL`, which therefore only ever grows at the end.
            #[must_use]
            pub const fn code(self) -> u8 {
                self as u8
            }

            /// The status stored as this number.
            #[must_use]
            pub fn coded(code: u8) -> Option<$name> {
                $name::ALL.get(usize::from(code)).copied()
            }

            /// What may come next.
            #[must_use]
            pub const fn next(self) -> &'static [$name] {
                match self { $($name::$variant => &[$($name::$to),*]),* }
            }

            /// Whether nothing may come next.
            #[must_use]
            pub const fn is_terminal(self) -> bool {
                self.next().is_empty()
            }

            /// How it stands.
            #[must_use]
            pub const fn tone(self) -> Tone {
                match self { $($name::$variant => Tone::$tone),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

statuses! {
    /// Where a job stands.
    JobStatus {
        /// Written down, not yet accepted.
        Created = "created", Quiet, -> [Queued, Failed];
        /// Accepted, not yet begun.
        Queued = "queued", Quiet, -> [Running, Canceling, Failed];
        /// A process is at work on it.
        Running = "running", Busy, -> [Waiting, Stalled, Canceling, Completed, Failed];
        /// All that is left waits for a person, a clock or the outside world.
        Waiting = "waiting", Warn, -> [Running, Canceling, Failed];
        /// Its process stopped before it was done.
        Stalled = "stalled", Warn, -> [Running, Canceling, Failed];
        /// Asked to stop; records in flight are ending.
        Canceling = "canceling", Warn, -> [Canceled];
        /// Stopped by a person.
        Canceled = "canceled", Quiet, -> [];
        /// Every record has ended.
        Completed = "completed", Good, -> [];
        /// Ended by an error of its own.
        Failed = "failed", Bad, -> [];
    }
}

statuses! {
    /// Where a record stands.
    RecordStatus {
        /// Ready to be picked up.
        Queued = "queued", Quiet, -> [Running, Canceled];
        /// Picked up.
        Running = "running", Busy, -> [Completed, Failed, Waiting, Sleeping, Stalled, Queued, Canceling];
        /// A person must act.
        Waiting = "waiting", Warn, -> [Queued, Canceled];
        /// A clock must pass.
        Sleeping = "sleeping", Quiet, -> [Queued, Canceled];
        /// Its process stopped.
        Stalled = "stalled", Warn, -> [Queued, Canceled, Failed];
        /// Asked to stop while running.
        Canceling = "canceling", Warn, -> [Canceled, Completed, Failed];
        /// Stopped.
        Canceled = "canceled", Quiet, -> [];
        /// Done.
        Completed = "completed", Good, -> [];
        /// Gone wrong.
        Failed = "failed", Bad, -> [];
    }
}

statuses! {
    /// Where a worker session stands.
    SessionStatus {
        /// About to work.
        Queued = "queued", Quiet, -> [Running, Failed];
        /// Executing records.
        Running = "running", Busy, -> [Idle, Completing, Failed];
        /// Nothing to do at the moment.
        Idle = "idle", Quiet, -> [Running, Completing, Failed];
        /// Work is done, closing.
        Completing = "completing", Busy, -> [Completed, Failed];
        /// Closed.
        Completed = "completed", Good, -> [];
        /// Found dead.
        Failed = "failed", Bad, -> [];
    }
}

statuses! {
    /// Where a credential of the vault stands.
    CredentialStatus {
        /// Kept, and never used as it is now.
        Unverified = "unverified", Quiet, -> [Verified, Invalid, Deleted];
        /// Whoever it is for took it.
        Verified = "verified", Good, -> [Unverified, Invalid, Deleted];
        /// Whoever it is for refused it.
        Invalid = "invalid", Bad, -> [Unverified, Verified, Deleted];
        /// Gone; another may be kept under its name.
        Deleted = "deleted", Quiet, -> [];
    }
}

statuses! {
    /// Where an integration or a channel stands.
    ConnectionStatus {
        /// Set up, and never tried.
        Configured = "configured", Quiet, -> [Connecting, Terminated];
        /// Being tried.
        Connecting = "connecting", Busy, -> [Connected, Invalid, InteractionRequired, Terminated];
        /// It works.
        Connected = "connected", Good, -> [Connecting, Disconnected, Invalid, Terminated];
        /// It does not work as it is set up.
        Invalid = "invalid", Bad, -> [Connecting, Terminated];
        /// A person must do something first.
        InteractionRequired = "interaction_required", Warn, -> [Connecting, Disconnected, Terminated];
        /// It worked, and is not known to work any more.
        Disconnected = "disconnected", Warn, -> [Connecting, Terminated];
        /// Gone; another may be set up under its name.
        Terminated = "terminated", Quiet, -> [];
    }
}

/// How a record or job turned out, told apart from whether it ended (EVENTS §1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All went well.
    Success,
    /// Some of it went wrong.
    Partial,
    /// None of it went well.
    Failure,
}

impl Verdict {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Success => "success",
            Verdict::Partial => "partial",
            Verdict::Failure => "failure",
        }
    }

    /// How it stands.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Verdict::Success => Tone::Good,
            Verdict::Partial => Tone::Warn,
            Verdict::Failure => Tone::Bad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_read_back() {
        for &status in RecordStatus::ALL {
            assert_eq!(RecordStatus::coded(status.code()), Some(status));
            assert_eq!(RecordStatus::named(status.name()), Some(status));
        }
        assert_eq!(JobStatus::coded(99), None);
    }

    #[test]
    fn a_resumed_record_always_passes_through_queued() {
        let into_running: Vec<_> =
            RecordStatus::ALL.iter().filter(|from| from.next().contains(&RecordStatus::Running)).collect();
        assert_eq!(into_running, [&RecordStatus::Queued]);
    }

    #[test]
    fn only_the_ends_are_terminal() {
        let ends: Vec<_> = JobStatus::ALL.iter().filter(|s| s.is_terminal()).map(|s| s.name()).collect();
        assert_eq!(ends, ["canceled", "completed", "failed"]);
    }
}
