//! Being asked to stop: a flag that the run loop looks at between records.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Raised once, by a signal.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks to stop. Whether it is the first time.
    pub fn raise(&self) -> bool {
        !self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether it was asked.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
