//! The arguments of `project`.

use clap::{Subcommand, ValueEnum};

/// `project`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Project {
    /// Make a project: one campaign or client
    #[command(
        after_help = "Examples:\n  cxgear project new spring\n  cxgear project new calls --type call_analyzer\n  cxgear run welcome.toml april.csv --project spring"
    )]
    New {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        /// What kind of work it holds; spinners may ask for one
        #[arg(long = "type", value_enum, value_name = "TYPE", default_value = "outreach")]
        kind: ProjectKind,
    },
    /// Delete a project that has nothing
    #[command(after_help = "Examples:\n  cxgear project delete spring")]
    Delete {
        /// The project
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProjectKind {
    /// Contacts are reached
    Outreach,
    /// Calls that were had are looked at
    #[value(name = "call_analyzer")]
    CallAnalyzer,
}
