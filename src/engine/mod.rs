//! The run loop: which records are left, what each does next, and how it becomes durable. Owns the Step and Sink seams.
//! Deliberately absent: SQL, printing, and any knowledge of what a kind of step does.

mod call;
mod driver;
mod ending;
mod flights;
mod gates;
pub mod interrupt;
mod live;
pub mod overrides;
pub mod params;
pub mod past;
pub mod record;
mod resting;
pub mod run;
pub mod step;
mod turn;
mod uses;
mod writer;

pub use call::{Answer, Call, Gate, Reply, Task};
pub use interrupt::Interrupt;
pub use live::{Live, Show};
pub use overrides::Overrides;
pub use step::{
    Again, Condition, Done, Effect, JobFacts, Pipeline, Results, Scope, Stage, Step, StepError, Strain, Work,
};
pub use uses::{Taken, Uses};
pub use writer::Sink;
