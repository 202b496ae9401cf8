//! User JavaScript, one call a record: in a process of its own that can be killed, in an engine that keeps nothing from one
//! record to the next. Deliberately absent: where a script comes from, and what a record is.
//!
//! The parent keeps a [`Sandbox`] over all records. Its child is this same program under the word [`SUBCOMMAND`]; it reads
//! requests as lines of JSON and answers each in turn ([`serve`]). What a script can do to the engine is prevented there
//! (`prelude.js`), what it can do to the process ends that process, and then only the record is to blame that it was busy
//! with.

mod answer;
mod clock;
mod engine;
mod life;
mod pending;
mod program;
mod sandbox;
mod serve;
mod thrown;
mod watchdog;

pub use answer::{Answer, Fault, Place, Request};
pub use life::Watch;
pub use pending::Pending;
pub use sandbox::{Sandbox, Spec};
pub use serve::serve;

/// The word under which the program serves a sandbox instead of a user. Not a part of the command line that is told.
pub const SUBCOMMAND: &str = "__sandbox";

/// What a script may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Milliseconds of computing, for one record.
    pub timeout_ms: u64,
    /// Bytes that it may hold at once.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { timeout_ms: 1_000, memory: 32 << 20 }
    }
}

/// The deepest that calls may go, in bytes of stack.
const STACK: usize = 256 << 10;

/// The longest result, in bytes of JSON.
const LONGEST_RESULT: usize = 1 << 20;

/// All that one record may log: characters, and messages.
const LONGEST_LOG: f64 = 256.0 * 1_024.0;
const MOST_MESSAGES: usize = 1_000;

/// How deep a result may be nested; readers of JSON stop somewhere, and the log adds levels of its own.
const DEEPEST_RESULT: usize = 64;
