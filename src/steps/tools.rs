//! What steps need from outside of their spinner; whoever builds them has it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::time::{Clock, FixedClock, Timestamp};
use crate::outside::http::Web;

/// What steps need from outside of their spinner.
#[derive(Clone)]
pub struct Tools {
    /// Where this program is: scripts run in another process of it.
    pub program: Option<PathBuf>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// All sockets.
    pub web: Web,
    /// Whether scripts are tried while the steps are built. What was tried when it was published needs it no more.
    pub try_scripts: bool,
}

/// Nothing, for steps that need nothing.
impl Default for Tools {
    fn default() -> Tools {
        Tools { program: None, clock: Arc::new(FixedClock(Timestamp(0))), web: Web::default(), try_scripts: true }
    }
}
