//! The command tree: the verbs that change something. Views add themselves from their registry (`views.rs` here).

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::ui;

pub(super) mod connection;
mod job;
pub(super) mod project;
pub(super) mod vault;

pub(super) use job::{Assume, Export, ExportColumns, Limits, Resume, Retry, Run};

/// Run an automation pipeline over every row of a CSV, and keep a receipt for each row.
#[derive(Debug, Parser)]
#[command(name = "cxgear", version, disable_help_subcommand = true, after_help = EXAMPLES)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  cxgear import contacts.csv                a CSV becomes a table
  cxgear table metadata contacts --set name,phone
                                            choose what enters a run
  cxgear spinner new hello                  write a spinner to start from
  cxgear run hello.toml --table contacts    run it over every row
  cxgear journey 1/17                       see what happened to row 17

Exit codes:
  0 done                  3 the world is wrong: disk, rights, a damaged file
  1 some records failed   4 the job is not over, or another process holds it
  2 wrong request       130 interrupted: `cxgear resume` goes on";

/// Flags that every command has.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// The database file [env: CXGEAR_DB] [default: cxgear.db]
    #[arg(long, global = true, value_name = "PATH", help_heading = "Common options")]
    pub(super) db: Option<PathBuf>,
    /// Where new tables and spinners belong, and what lists show [env: CXGEAR_PROJECT]
    #[arg(long, global = true, value_name = "NAME", help_heading = "Common options")]
    pub(super) project: Option<String>,
    /// How results are printed [default: table]
    #[arg(long, global = true, value_enum, value_name = "FORMAT", help_heading = "Common options")]
    pub(super) format: Option<Format>,
    /// Whether colours are used
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Common options"
    )]
    pub(super) color: Color,
    /// Say nothing but warnings and errors
    #[arg(short, long, global = true, help_heading = "Common options")]
    pub(super) quiet: bool,
    /// Tell every cause of an error, and what models answer
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Common options")]
    pub(super) verbose: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// One array or object
    Json,
    /// One object a line
    Ndjson,
    /// Comma-separated, with a header
    Csv,
}

impl From<Format> for ui::Format {
    fn from(format: Format) -> ui::Format {
        match format {
            Format::Table => ui::Format::Table,
            Format::Json => ui::Format::Json,
            Format::Ndjson => ui::Format::Ndjson,
            Format::Csv => ui::Format::Csv,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal that has them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Load a CSV into a table
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(Import),
    /// Tables: list, show, choose metadata fields, drop
    #[command(subcommand, arg_required_else_help = true)]
    Table(Table),
    /// Spinners: new, check, publish, list, show
    #[command(subcommand, arg_required_else_help = true)]
    Spinner(Spinner),
    /// Projects: new, list, show, delete
    #[command(subcommand, arg_required_else_help = true)]
    Project(project::Project),
    /// Secrets: set, list, rm, rename, rotate-key, export, import
    #[command(subcommand, arg_required_else_help = true)]
    Vault(vault::Vault),
    /// Services that steps ask: list, test
    #[command(subcommand, arg_required_else_help = true)]
    Integration(connection::Integration),
    /// Ways out to people: list, test
    #[command(subcommand, arg_required_else_help = true)]
    Channel(connection::Channel),
    /// Create a job and execute it
    #[command(after_help = job::RUN_EXAMPLES)]
    Run(Box<Run>),
    /// Go on with a job that was interrupted or queued
    #[command(after_help = "Examples:\n  cxgear resume 3")]
    Resume(Resume),
    /// Stop a job for good; what is done stays done
    #[command(
        after_help = "Examples:\n  cxgear cancel 3        also from another terminal while it runs\n\nExits with 0 once the job is canceled."
    )]
    Cancel {
        /// The job
        #[arg(value_name = "JOB")]
        job: crate::model::id::JobId,
    },
    /// Make a job of the records that did not complete; each begins at the step that failed
    #[command(after_help = job::RETRY_EXAMPLES)]
    Retry(Retry),
    /// Write a job's outcomes back to CSV
    #[command(after_help = job::EXPORT_EXAMPLES)]
    Export(Export),
    /// Check the log against every rule of its contract
    #[command(
        after_help = "Examples:\n  cxgear verify\n  cxgear verify --job 3\n  cxgear verify --expect SEAL     the file still begins with what that seal was over\n\nWith the vault's key, given by a flag or in the environment and never asked\nfor, it also looks for every value of the vault in all that is stored.\n\nExits with 3 when a rule is broken."
    )]
    Verify {
        /// Only this job's stream, without the seals
        #[arg(long, value_name = "JOB", conflicts_with = "expect")]
        job: Option<crate::model::id::JobId>,
        /// A seal that was printed earlier and kept elsewhere
        #[arg(long, value_name = "SEAL")]
        expect: Option<String>,
        #[command(flatten)]
        key: vault::KeyFile,
    },
    /// Copy the database as it is at one moment, while others write to it
    #[command(after_help = super::backup::EXAMPLES)]
    Backup(super::backup::Args),
    /// Remove the events of jobs that ended long ago; their receipts stay
    #[command(after_help = super::prune::EXAMPLES)]
    Prune(super::prune::Args),
    /// Print the completions of a shell
    #[command(after_help = "Examples:\n  cxgear completions zsh > ~/.zfunc/_cxgear")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Examples:\n  cxgear man | man -l -")]
    Man,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  cxgear import contacts.csv                        a new table `contacts`
  cxgear import more.csv --table contacts --append  more rows, same columns
  cxgear import contacts.csv --replace              start afresh
  cxgear import list.csv --unique phone --rejects twice.csv
  zcat list.csv.gz | cxgear import - --table list";

/// `import`
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file, `.csv` or `.csv.gz`; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// The table's name [default: the file's name without its ending]
    #[arg(long, value_name = "NAME")]
    pub(super) table: Option<String>,
    #[command(flatten)]
    pub(super) load: Loading,
}

/// How a file is read and what happens to what is there: shared by `import` and `run`.
#[derive(Debug, Clone, Args)]
pub(super) struct Loading {
    /// Add the rows to the table; the columns must be the same, in any order
    #[arg(long, conflicts_with = "replace")]
    pub(super) append: bool,
    /// Start the table afresh
    #[arg(long)]
    pub(super) replace: bool,
    /// Set aside rows that repeat the values of these columns
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Rows")]
    pub(super) unique: Vec<String>,
    /// What to do with rows that are too short or too long
    #[arg(long, value_enum, value_name = "POLICY", default_value = "stop", help_heading = "Rows")]
    pub(super) ragged: Ragged,
    /// Where rows go that are set aside, with their line numbers
    #[arg(long, value_name = "FILE", help_heading = "Rows")]
    pub(super) rejects: Option<PathBuf>,
    /// The delimiter: comma, semicolon, tab, pipe or a character [default: detected]
    #[arg(long, value_name = "CHAR", help_heading = "Dialect (each is detected when not given)")]
    pub(super) delimiter: Option<String>,
    /// The quote: double, single, none or a character
    #[arg(long, value_name = "CHAR", help_heading = "Dialect (each is detected when not given)")]
    pub(super) quote: Option<String>,
    /// How a quote is written inside quotes: doubled or backslash
    #[arg(long, value_name = "HOW", help_heading = "Dialect (each is detected when not given)")]
    pub(super) escape: Option<String>,
    /// The encoding: utf-8, utf-16le, utf-16be, windows-1252 or another label of the web
    #[arg(long, value_name = "LABEL", help_heading = "Dialect (each is detected when not given)")]
    pub(super) encoding: Option<String>,
    /// The first row is data, not names
    #[arg(long, help_heading = "Dialect (each is detected when not given)", conflicts_with = "headers")]
    pub(super) no_headers: bool,
    /// The first row is names, whatever it looks like
    #[arg(long, help_heading = "Dialect (each is detected when not given)")]
    pub(super) headers: bool,
    /// Pass over so many lines before the header
    #[arg(long, value_name = "N", help_heading = "Dialect (each is detected when not given)", value_parser = whole)]
    pub(super) skip_lines: Option<u64>,
    /// Lines that begin with this character are no rows
    #[arg(long, value_name = "CHAR", help_heading = "Dialect (each is detected when not given)")]
    pub(super) comment: Option<char>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ragged {
    /// Stop, name the line, write nothing
    Stop,
    /// Fill short rows with empty cells; stop on long ones
    Pad,
    /// Set them aside, into `--rejects`
    Reject,
}

/// `table`
#[derive(Debug, Subcommand)]
pub(super) enum Table {
    /// Choose the columns that enter a run
    #[command(
        after_help = "Examples:\n  cxgear table metadata contacts --set name,phone\n  cxgear table metadata contacts --add email --remove phone"
    )]
    Metadata(Metadata),
    /// Drop a table and its rows; finished jobs keep what they used
    #[command(after_help = "Examples:\n  cxgear table drop contacts")]
    Drop {
        /// The table
        #[arg(value_name = "TABLE")]
        table: String,
    },
}

/// `table metadata`
#[derive(Debug, Args)]
pub(super) struct Metadata {
    /// The table
    #[arg(value_name = "TABLE")]
    pub(super) table: String,
    /// Exactly these columns
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with_all = ["add", "remove", "clear"])]
    pub(super) set: Option<Vec<String>>,
    /// These too
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "clear")]
    pub(super) add: Vec<String>,
    /// Not these
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "clear")]
    pub(super) remove: Vec<String>,
    /// Back to never set: a run uses all columns
    #[arg(long)]
    pub(super) clear: bool,
}

/// `spinner`
#[derive(Debug, Subcommand)]
pub(super) enum Spinner {
    /// Write a spinner file to start from
    #[command(after_help = "Examples:\n  cxgear spinner new hello        writes hello.toml")]
    New {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        /// Where to [default: NAME.toml]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Find mistakes without running
    #[command(after_help = "Examples:\n  cxgear spinner check welcome.toml --table contacts")]
    Check {
        /// The file
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        /// The table it will run over [default: the only one]
        #[arg(long, value_name = "NAME")]
        table: Option<String>,
    },
    /// Freeze a version; an unchanged file makes none
    #[command(after_help = "Examples:\n  cxgear spinner publish welcome.toml")]
    Publish {
        /// The file
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
    },
}

/// A whole number, in words that say so when it is none.
fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a whole number"))
}
