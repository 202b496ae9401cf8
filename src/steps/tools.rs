//! What steps need from outside of their spinner; whoever builds them has it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::settings::Settings;
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
    /// What the user set: integrations and channels are there.
    pub settings: Arc<Settings>,
    /// The folder of the workspace.
    pub workspace: PathBuf,
    /// Whether scripts are tried while the steps are built. What was tried when it was published needs it no more.
    pub try_scripts: bool,
}

/// Nothing, for steps that need nothing.
impl Default for Tools {
    fn default() -> Tools {
        let (clock, web) = (Arc::new(FixedClock(Timestamp(0))), Web::default());
        let (settings, workspace) = (Arc::default(), PathBuf::from("."));
        Tools { program: None, clock, web, settings, workspace, try_scripts: true }
    }
}
