//! What can be looked at: the registry of views, one file each. A view asks the store and answers with a report.
//! Deliberately absent: printing, colour, writing, SQL, and how a command line is read.

use std::fmt;

use crate::model::report::Report;
use crate::model::segment::Damaged;
use crate::store::{self, Read};

mod args;
mod cells;
mod connection_list;
mod detail;
mod events;
pub mod export;
pub mod history;
mod job;
mod jobs;
pub mod journey;
mod log;
mod paged;
pub mod project;
mod project_list;
mod record;
mod records;
mod spinner_list;
mod spinner_show;
pub mod standing;
mod status;
mod table_list;
mod table_show;
#[cfg(test)]
mod tests;
pub mod vault_list;
pub mod verify;

pub use args::{Arg, Args, Form, Kind, Place, Source, Value};

/// A way to look at a workspace.
pub struct View {
    /// Its name, one or two words: `jobs`, `table list`.
    pub name: &'static str,
    /// What it shows, in a line.
    pub about: &'static str,
    /// Commands that a reader can copy, a line each.
    pub examples: &'static str,
    /// What it takes.
    pub args: &'static [Arg],
    /// Asks and answers. Rows of a list are read while they are shown.
    pub report: for<'a> fn(&'a dyn Read, &Args) -> Result<Report<'a>, Error>,
}

/// Every view there is.
pub const ALL: &[View] = &[
    status::VIEW,
    jobs::VIEW,
    job::VIEW,
    records::VIEW,
    record::VIEW,
    journey::VIEW,
    events::VIEW,
    table_list::VIEW,
    table_show::VIEW,
    spinner_list::VIEW,
    spinner_show::VIEW,
    project_list::VIEW,
    project::VIEW,
    vault_list::VIEW,
    connection_list::INTEGRATIONS,
    connection_list::CHANNELS,
];

/// The view of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static View> {
    ALL.iter().find(|view| view.name == name)
}

/// Why there is no report.
#[derive(Debug)]
pub enum Error {
    /// The store could not be read.
    Store(store::Error),
    /// There is nothing of that name.
    NoSuch {
        /// What kind of thing: `job`, `table`.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// What was likely meant.
        near: Option<String>,
        /// What to type, in words.
        hint: Option<String>,
    },
    /// It cannot be asked so.
    Usage {
        /// What is wrong.
        what: String,
        /// How to mend it.
        hint: Option<String>,
    },
}

impl Error {
    /// Ways to mend it, the likeliest first.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Error::Store(_) => Vec::new(),
            Error::NoSuch { near, hint, .. } => {
                let near = near.as_ref().map(|near| format!("did you mean `{near}`?"));
                near.into_iter().chain(hint.clone()).collect()
            }
            Error::Usage { hint, .. } => hint.iter().cloned().collect(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Store(error) => error.fmt(f),
            // Numbers speak for themselves; names are marked.
            Error::NoSuch { what: what @ ("job" | "record"), name, .. } => write!(f, "there is no {what} {name}"),
            Error::NoSuch { what, name, .. } => write!(f, "there is no {what} `{name}`"),
            Error::Usage { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Error {
        Error::Store(error)
    }
}

impl From<Damaged> for Error {
    fn from(error: Damaged) -> Error {
        Error::Store(error.into())
    }
}

type Answer<'a> = Result<Report<'a>, Error>;
