//! What every command has: the two streams, the clock, and the way to the database.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::{Color, Global};
use super::failure::Failure;
use super::{env, settings};
use crate::model::report::Report;
use crate::model::settings::Settings;
use crate::model::time::{Clock, Timestamp};
use crate::outside::http::Web;
use crate::steps::Tools;
use crate::store::{self, Access, Invocation, SqliteStore};
use crate::ui::stream::{ColorChoice, Terminal, Wish};
use crate::ui::{self, failure};

/// What every command has.
pub(super) struct Context {
    pub(super) terminal: Terminal,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) zone: jiff::tz::TimeZone,
    format: Option<ui::Format>,
    database: PathBuf,
    project: Option<String>,
    verb: String,
    /// All sockets; none is opened before something is sent.
    web: Web,
}

/// The streams, before anything else can be said.
pub(super) fn terminal(global: &Global) -> Terminal {
    let look = env::look();
    Terminal::new(Wish {
        color: match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        },
        quiet: global.quiet,
        verbose: global.verbose,
        zone: env::zone(),
        no_color: look.no_color,
        clicolor_force: look.clicolor_force,
        term: look.term,
        columns: look.columns,
    })
}

impl Context {
    pub(super) fn new(global: &Global, terminal: Terminal, verb: String) -> Result<Context, Failure> {
        Ok(Context {
            terminal,
            clock: env::clock()?,
            zone: env::zone(),
            format: global.format.map(ui::Format::from),
            database: env::database(global.db.clone()),
            project: env::project(global.project.clone()),
            verb,
            web: Web::new(env::proxies(), env::path("SSL_CERT_FILE")),
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What steps need from outside of their spinner.
    pub(super) fn tools(&self, try_scripts: bool) -> Result<Tools, Failure> {
        let (settings, workspace) = (Arc::new(self.settings()?), self.workspace());
        let (clock, web) = (Arc::clone(&self.clock), self.web.clone());
        Ok(Tools { program: env::program(), clock, web, settings, workspace, try_scripts })
    }

    /// All sockets.
    pub(super) fn web(&self) -> Web {
        self.web.clone()
    }

    /// The folder that everything of this workspace is in.
    pub(super) fn workspace(&self) -> PathBuf {
        let folder = self.database.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(std::path::Path::new(".")).to_owned()
    }

    pub(super) fn format(&self) -> ui::Format {
        self.format.unwrap_or_default()
    }

    /// The format that was asked for, if one was.
    pub(super) fn wished_format(&self) -> Option<ui::Format> {
        self.format
    }

    /// The project that was asked for, as it was written.
    pub(super) fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    pub(super) fn database(&self) -> &std::path::Path {
        &self.database
    }

    /// To look, if there is a database yet.
    pub(super) fn existing(&self) -> Result<Option<SqliteStore>, Failure> {
        Ok(store::existing(&self.database)?)
    }

    pub(super) fn reader(&self) -> Result<SqliteStore, Failure> {
        Ok(store::open(&self.database, Access::Read)?)
    }

    /// To look at one moment, whatever is written meanwhile.
    pub(super) fn snapshot(&self) -> Result<SqliteStore, Failure> {
        Ok(store::open(&self.database, Access::Snapshot)?)
    }

    /// To change what is there.
    pub(super) fn writer(&self) -> Result<SqliteStore, Failure> {
        self.under_the_plan(Access::Write)
    }

    /// To change what is there, or make it.
    pub(super) fn creator(&self) -> Result<SqliteStore, Failure> {
        self.under_the_plan(Access::Create)
    }

    /// Whoever writes is held to the plan, whatever it is that is written.
    fn under_the_plan(&self, access: fn(Invocation) -> Access) -> Result<SqliteStore, Failure> {
        let settings = self.settings()?;
        let mut store = store::open(&self.database, access(self.invocation()?))?;
        store.terms.plan = settings.plan;
        store.terms.connections = Some(settings.connections.into());
        Ok(store)
    }

    /// The settings, as whoever writes needs them.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        settings::read(&self.terminal, &self.database)
    }

    /// The settings, as whoever only looks may use them.
    pub(super) fn look_at_settings(&self) -> Settings {
        settings::look(&self.terminal, &self.database)
    }

    /// A database that is gone when it is dropped.
    pub(super) fn scratch(&self) -> Result<SqliteStore, Failure> {
        Ok(SqliteStore::scratch(self.invocation()?)?)
    }

    fn invocation(&self) -> Result<Invocation, Failure> {
        Ok(Invocation { verb: self.verb.clone(), at: self.now(), workspace: env::workspace()? })
    }

    /// Prints a report on stdout.
    pub(super) fn show(&self, report: Report<'_>) -> Result<(), Failure> {
        self.show_as(report, self.format())
    }

    /// Prints a report on stdout in a format. A reader who went away has seen enough.
    pub(super) fn show_as(&self, report: Report<'_>, format: ui::Format) -> Result<(), Failure> {
        match ui::show(report, format, &self.terminal, &mut self.terminal.out()) {
            Ok(()) | Err(ui::Error::Closed) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// An empty line on stdout, between two reports.
    pub(super) fn blank_line(&self) -> Result<(), Failure> {
        use std::io::Write as _;
        let mut out = self.terminal.out();
        match writeln!(out).and_then(|()| out.flush()).map_err(ui::Error::from) {
            Ok(()) | Err(ui::Error::Closed) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn say(&self, text: &str) {
        failure::say(&self.terminal, text);
    }

    pub(super) fn warn(&self, text: &str, hints: &[String]) {
        failure::warning(&self.terminal, text, hints);
    }
}
