//! The arguments of `integration` and `channel`, but for their views.

use clap::{Args, Subcommand};

use super::vault::KeyFile;

const CHANNEL_EXAMPLES: &str = "\
Examples:
  cxgear channel test mail                       sends nothing
  cxgear channel test mail --to ops@example.com  sends a message there

A mail server is asked to let us in, Twilio for the account, WhatsApp for the
number, and the folder of an outbox is written to. Exits with 0 when messages
would be taken, else with 1 and the provider's words.";

const INTEGRATION_EXAMPLES: &str = "\
Examples:
  cxgear integration test crm

A language model is asked which models it has, an HTTP service for its base
URL. Exits with 0 when it answers and lets us in, else with 1 and its words.";

/// `channel`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Channel {
    /// Find out whether a channel would take messages
    #[command(after_help = CHANNEL_EXAMPLES)]
    Test {
        #[command(flatten)]
        test: Tested,
        /// Send a test message there too
        #[arg(long, value_name = "ADDRESS")]
        to: Option<String>,
    },
}

/// `integration`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Integration {
    /// Find out whether an integration answers and lets us in
    #[command(after_help = INTEGRATION_EXAMPLES)]
    Test {
        #[command(flatten)]
        test: Tested,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Tested {
    /// Its name in cxgear.toml
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: String,
    #[command(flatten)]
    pub(in crate::cli) key: KeyFile,
}
