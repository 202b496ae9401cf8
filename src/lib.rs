//! cxgear runs an automation pipeline over every row of a CSV and keeps a receipt for each row.
//!
//! ```text
//!                        cli              composition, dispatch, exit codes: the only floor that sees all
//!          +--------------+------+-------+--------+
//!          |              |      |       |        |
//!        steps         ingest  views    ui        |   wings: none knows another
//!          +-- outside    |      |       |        |   sockets, providers, scripts in a process of their own, secrets; no store
//!          |              |      |       |        |
//!        engine           |      |       |        |   the run loop; owns the Step, Call and Sink seams
//!          |              |      |       |        |
//!          +--------------+------+       |        |
//!                       store            |        |   the only floor that knows a database
//!                         |              |        |
//!                       model -----------+--------+   values, events, fold: no I/O, clock, async or env
//! ```
//!
//! `tests/floors.rs` holds who may import whom and which outside crates each may name.
//!
//! # One row's way
//!
//! `ingest` turns bytes into cells, or says which line is no row. `store` writes them into a table of the file's own
//! name, one transaction for the whole file. `cli::run` reads a spinner (`model::spinner`), lets `steps` build it into
//! an `engine::Pipeline`, and freezes it as a version. `engine::run` admits rows in order: `engine::params` makes a row's
//! chosen columns into params, `engine::record` is the pure machine that says what happens next (a step here, or one that
//! is begun elsewhere and answers while other records go on), and every event it makes goes through `model::fold` before it can become a `model::segment`. A thousand records share a commit on the
//! writer's thread, the states in the same transaction as the log, one seal over it. `views` fold the log back into
//! reports, `ui` shows them. What goes on while it is looked at comes in rounds (`model::report::Live`): a view says what
//! is new, `ui` writes it, and only `cli` waits in between.
//!
//! # A call's way
//!
//! A step that acts on the world is an `engine::Call`. Its record knocks at a gate (`engine::gates`: the pace and the number
//! at once of its integration or channel), and what it means to do is committed as an intent under its idempotency key.
//! Only then does `engine::driver` begin it: `steps` render the request, `outside` sends it on threads of its own, and the
//! answer comes back to the run loop as what it said, the tools it used, and a result or an error that says whether another
//! try helps (`steps::verdict` is that table). Secrets are scrubbed there, before anything becomes an event.
//!
//! # A secret's way
//!
//! `cli::vault` reads a value where nobody sees it and a key from wherever it is, `outside::vault` seals the one under
//! the other, and `store` keeps what came of it: bytes that say nothing without the key. Back they come as
//! `model::secrets`, which hands a value to whoever may have it and scrubs it from all that is written.
//!
//! # What must never move
//!
//! - A segment cannot exist unless the fold allowed its events; the store refuses it again if the record changed since.
//! - A segment goes only where its tombstone stands, only by `prune`, and what its job came to never goes.
//! - Nothing is shown before it is durable: the sink is called after the commit.
//! - Nothing is done outside before its intent is durable; what must not be done twice is never begun a second time.
//! - The numbers of `model::event` and `model::status` are stored; they only ever grow.

pub mod cli;
pub mod engine;
pub mod ingest;
pub mod model;
pub mod outside;
pub mod steps;
pub mod store;
pub mod ui;
pub mod views;
