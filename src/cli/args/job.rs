//! What acts on jobs: `run`, `resume`, `retry`, `export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::vault::KeyFile;
use super::{Loading, whole};
use crate::model::id::{JobId, RecordId, RowId};

pub(super) const RUN_EXAMPLES: &str = "\
Examples:
  cxgear run welcome.toml --table contacts   publish if changed, run over all
  cxgear run welcome.toml contacts.csv --metadata name,phone
                                             import, choose, publish, run
  cxgear run welcome --where \"country = 'DE'\" --limit 10
                                             the latest published version
  cxgear run welcome.toml --dry-run          show what would happen
  cxgear run welcome --new                   rows it has not run over yet";

/// `run`
#[derive(Debug, Args)]
pub(in crate::cli) struct Run {
    /// A spinner's name, or its file (with a `/` or ending in `.toml`), which is published if it changed
    #[arg(value_name = "SPINNER|FILE.toml")]
    pub(in crate::cli) spinner: String,
    /// Import this file first, into the table of its name
    #[arg(value_name = "FILE.csv")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// The table [default: the only one, or the file's name]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) table: Option<String>,
    /// Choose the table's metadata fields first
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(in crate::cli) metadata: Option<Vec<String>>,
    /// Only rows of these numbers, such as 1-100,205
    #[arg(long, value_name = "RANGES", help_heading = "Rows")]
    pub(in crate::cli) rows: Option<String>,
    /// Only rows where this SQL condition holds
    #[arg(long = "where", value_name = "CONDITION", help_heading = "Rows")]
    pub(in crate::cli) condition: Option<String>,
    /// Only the first so many
    #[arg(long, value_name = "N", help_heading = "Rows", value_parser = whole)]
    pub(in crate::cli) limit: Option<u64>,
    /// Only rows that this spinner has not run over yet
    #[arg(long, help_heading = "Rows")]
    pub(in crate::cli) new: bool,
    /// Only rows that failed in this job
    #[arg(long, value_name = "JOB", help_heading = "Rows")]
    pub(in crate::cli) failed_in: Option<JobId>,
    /// Render and perform nothing: the first ten journeys, then counts
    #[arg(long, conflicts_with_all = ["detach", "idempotency_key"])]
    pub(in crate::cli) dry_run: bool,
    /// Return the job that was made with this key, instead of making a second
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) idempotency_key: Option<String>,
    /// Only queue the job; `resume` executes it
    #[arg(long)]
    pub(in crate::cli) detach: bool,
    #[command(flatten)]
    pub(in crate::cli) key: KeyFile,
    #[command(flatten)]
    pub(in crate::cli) limits: Limits,
    #[command(flatten)]
    pub(in crate::cli) load: Loading,
}

/// Limits given for one job: shared by `run` and `retry`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Limits {
    /// Records in flight that wait on the outside world
    #[arg(long, value_name = "N", help_heading = "Limits (over the spinner's own)", value_parser = at_least_one)]
    pub(in crate::cli) concurrency: Option<u32>,
    /// Starts of outside calls, such as 80/s
    #[arg(long, value_name = "RATE", help_heading = "Limits (over the spinner's own)")]
    pub(in crate::cli) rate: Option<String>,
    /// More failed records than this (a count, or 5%) end the job
    #[arg(long, value_name = "N|N%", help_heading = "Limits (over the spinner's own)")]
    pub(in crate::cli) max_failures: Option<String>,
}

pub(super) const RETRY_EXAMPLES: &str = "\
Examples:
  cxgear retry 3 --failed                    all that failed, nothing that was canceled
  cxgear retry 3 --reason TIMEOUT --step call
  cxgear retry 3/17                          one record
  cxgear retry 3/17 --assume not-sent        one that may have been sent

What the earlier steps did is carried over and not done again. Records that
another job has retried already are passed over. So are those whose process
died, or whose answer never came, while something was sent: only a person can
find out, and says so with --assume.";

/// `retry`
#[derive(Debug, Args)]
pub(in crate::cli) struct Retry {
    /// The job, or one record of it
    #[arg(value_name = "JOB|JOB/ROW")]
    pub(in crate::cli) what: Retried,
    /// Only records that failed, none that was canceled
    #[arg(long, help_heading = "Records")]
    pub(in crate::cli) failed: bool,
    /// Only records that ended for this reason, such as TIMEOUT
    #[arg(long, value_name = "REASON", help_heading = "Records")]
    pub(in crate::cli) reason: Option<String>,
    /// Only records that failed at this step
    #[arg(long, value_name = "STEP", help_heading = "Records")]
    pub(in crate::cli) step: Option<String>,
    /// Only records of which nobody can tell whether they were sent, and what to take them for
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Records")]
    pub(in crate::cli) assume: Option<Assume>,
    /// Only queue the job; `resume` executes it
    #[arg(long)]
    pub(in crate::cli) detach: bool,
    #[command(flatten)]
    pub(in crate::cli) key: KeyFile,
    #[command(flatten)]
    pub(in crate::cli) limits: Limits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Assume {
    /// It was sent: go on with the step after it
    Sent,
    /// It was not: send it now
    NotSent,
}

/// A job, or a record of one.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Retried {
    pub(in crate::cli) job: JobId,
    pub(in crate::cli) row: Option<RowId>,
}

impl std::str::FromStr for Retried {
    type Err = String;

    fn from_str(text: &str) -> Result<Retried, String> {
        if text.contains('/') {
            let record: RecordId = text.parse()?;
            return Ok(Retried { job: record.job, row: Some(record.row) });
        }
        Ok(Retried { job: text.parse()?, row: None })
    }
}

fn at_least_one(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("`{text}` is not a whole number from 1"))
}

/// `resume`
#[derive(Debug, Args)]
pub(in crate::cli) struct Resume {
    /// The job
    #[arg(value_name = "JOB")]
    pub(in crate::cli) job: JobId,
    #[command(flatten)]
    pub(in crate::cli) key: KeyFile,
}

pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  cxgear export 3 > done.csv                         the table's columns, then the outcomes
  cxgear export 3 --columns metadata --output done.csv
  cxgear export 3 --status failed --format ndjson";

/// `export`
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// The job
    #[arg(value_name = "JOB")]
    pub(in crate::cli) job: JobId,
    /// Which columns go before the outcomes
    #[arg(long, value_enum, value_name = "WHICH", default_value = "table")]
    pub(in crate::cli) columns: ExportColumns,
    /// Only records in this status, or `not_started`
    #[arg(long, value_name = "STATUS")]
    pub(in crate::cli) status: Option<String>,
    /// Leave cells as they are that a spreadsheet would run as a formula
    #[arg(long)]
    pub(in crate::cli) raw: bool,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportColumns {
    /// All columns of the table, as imported
    Table,
    /// The metadata fields, as they entered the run
    Metadata,
}
