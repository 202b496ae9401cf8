//! One failure, one match from its kind to an exit code. What is said about each error is decided here and nowhere else.

use std::path::Path;

use super::signals;
use crate::engine::run::Error as EngineError;
use crate::ingest::{self, ImportError};
use crate::model::plan::Excess;
use crate::model::report::pasted;
use crate::model::settings::FILE;
use crate::store::{self, Holdings, Trouble};
use crate::{ui, views};

/// Who can mend it (SPEC §2, exit codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The user: the request is wrong, and nothing was written.
    Request,
    /// The world: disk, permissions, a damaged file.
    World,
    /// Another process: it has the job.
    Held,
    /// Nobody: a signal came.
    Interrupted,
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    /// The other process, when one has the job.
    pub(super) held: Option<store::Holder>,
    pub(super) cause: anyhow::Error,
    pub(super) hints: Vec<String>,
}

impl Failure {
    /// The request is wrong.
    pub(super) fn request(what: impl Into<String>) -> Failure {
        Failure { kind: Kind::Request, held: None, cause: anyhow::Error::msg(what.into()), hints: Vec::new() }
    }

    /// The world is wrong.
    pub(super) fn world(cause: impl Into<anyhow::Error>) -> Failure {
        Failure { kind: Kind::World, held: None, cause: cause.into(), hints: Vec::new() }
    }

    /// A signal came, when so much was done.
    pub(super) fn interrupted(so_far: &str) -> Failure {
        let cause = anyhow::Error::msg(format!("interrupted: {so_far}"));
        Failure { kind: Kind::Interrupted, held: None, cause, hints: Vec::new() }
    }

    /// Adds a way to mend it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hints.push(hint.into());
        self
    }

    /// A job was made and stands: it is resumed, and not made again.
    pub(super) fn resumable(mut self, job: crate::model::id::JobId) -> Failure {
        if self.kind == Kind::World {
            for hint in &mut self.hints {
                *hint =
                    hint.replace("run the same command again: nothing is half done", &format!("`cxgear resume {job}`"));
            }
        }
        self
    }

    /// The exit code.
    pub(super) const fn code(&self) -> u8 {
        match self.kind {
            Kind::Request => 2,
            Kind::World => 3,
            Kind::Held => 4,
            Kind::Interrupted => 130,
        }
    }

    /// What happened, and the causes below it: all of them, or those that say something new.
    pub(super) fn told(&self, verbose: bool) -> (String, Vec<String>) {
        let what = self.cause.to_string();
        let mut causes: Vec<String> = Vec::new();
        for cause in self.cause.chain().skip(1).map(ToString::to_string) {
            // SQLite's own number for what was said already.
            let number = cause.starts_with("Error code ");
            if verbose || (!number && !what.contains(&cause) && !causes.contains(&cause)) {
                causes.push(cause);
            }
        }
        (what, causes)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        if let Some(Trouble::Full | Trouble::Closed | Trouble::Io(_)) = error.trouble()
            && signals::met_file_size_limit()
        {
            let cause = anyhow::Error::new(error).context("a file may not grow any larger: `ulimit -f` forbids it");
            return Failure { kind: Kind::World, held: None, cause, hints: vec![LIMITED.to_owned()] };
        }
        let (kind, hints) = judge(&error);
        let held = if let store::Error::Held { holder, .. } = &error { Some(holder.clone()) } else { None };
        let cause = if let store::Error::Condition(why) = error {
            anyhow::Error::msg(format!("`--where` cannot be used: {why}"))
        } else {
            error.into()
        };
        Failure { kind, held, cause, hints }
    }
}

/// Who can mend an error of the store, and how.
fn judge(error: &store::Error) -> (Kind, Vec<String>) {
    use store::Error as E;
    let one = |hint: &str| vec![hint.to_owned()];
    match error {
        E::NoDatabase { .. } => (
            Kind::Request,
            vec![
                "`cxgear import FILE.csv` makes one here".to_owned(),
                "name another with `--db PATH` or `CXGEAR_DB`".to_owned(),
            ],
        ),
        E::NotOurs { .. } => (Kind::Request, one("name another file with `--db PATH`")),
        E::Newer { .. } => (Kind::Request, one("install the newer cxgear")),
        E::Sqlite(_) | E::Segment(_) => (Kind::World, advise(error)),
        E::Illegal(_) | E::Conflict(_) | E::JobConflict(_) | E::Json(_) | E::Injected(_) => (Kind::World, Vec::new()),
        E::Condition(_) => {
            (Kind::Request, one("a condition is SQL over the table's columns, such as \"country = 'DE'\""))
        }
        E::NoTable(_) => (Kind::Request, one("`cxgear table list` shows what there is")),
        E::TableInUse { job, .. } => (Kind::Request, vec![format!("finish it with `cxgear resume {job}`")]),
        E::NoProject(name) => (Kind::Request, vec![format!("`cxgear project new {}` makes it", pasted(name))]),
        E::ProjectTaken(_) => (Kind::Request, one("`cxgear project list` shows them; its type never changes")),
        E::ProjectInUse { holdings, .. } => (Kind::Request, empty(holdings)),
        E::DefaultProject => (Kind::Request, one("it takes whatever is not said to belong elsewhere")),
        E::OtherProject { project, .. } => (
            Kind::Request,
            vec![format!(
                "`--project {}` is where it is, or leave `--project` out; names are unique in the workspace",
                pasted(project)
            )],
        ),
        E::NoConnection { object, .. } => {
            (Kind::Request, one(&format!("`[{}.NAME]` in cxgear.toml sets one up", object.table())))
        }
        E::NoCredential(_) | E::CredentialsTaken(_) => (Kind::Request, one("`cxgear vault list` shows what there is")),
        E::VaultChanged => (Kind::World, one("run the same command again: nothing is half done")),
        E::PlanLimit(excess) => (Kind::Request, more_room(excess)),
        E::KeyTaken(job) => (
            Kind::Request,
            vec![format!("`cxgear job {job}` shows it; give another `--idempotency-key` for another job")],
        ),
        E::Held { job, .. } => (Kind::Held, vec![format!("`cxgear job {job}` shows how far it is")]),
        E::Backup { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
            (Kind::Request, one("make the folder first, or name another"))
        }
        E::Backup { .. } => (Kind::World, Vec::new()),
        E::BackupThere { path } if path.is_dir() => (Kind::Request, one("name a file in it")),
        E::BackupThere { .. } => (Kind::Request, one("name another file, or give `--force` to replace this one")),
        E::BackupBeside { .. } => (Kind::Request, one("name another file, or remove it once nobody has it open")),
        E::Lock { cause, .. } => (Kind::World, mend(cause).into_iter().collect()),
    }
}

/// How a project is emptied, as far as that goes.
fn empty(holdings: &Holdings) -> Vec<String> {
    let drop =
        holdings.tables.first.first().map(|table| format!("`cxgear table drop {}` drops a table", pasted(table)));
    let kept = holdings.spinners.count + holdings.jobs.count > 0;
    let stays = "published spinners and jobs are receipts: they stay, and so does their project".to_owned();
    if kept { vec![stays] } else { drop.into_iter().collect() }
}

/// Where the limit is set, and when its meter starts anew.
fn more_room(excess: &Excess) -> Vec<String> {
    let mut hints =
        vec![format!("`{}` in `[plan]` of `{FILE}`, beside the database, sets the limit", excess.meter.name())];
    hints.extend(excess.next.map(|next| format!("it starts anew on {} (UTC)", &next.to_string()[..10])));
    hints
}

/// What is said when a disk is full, of the database and of any other file.
const FULL: &str = "make room on the disk, then run the same command again: nothing is half done";

/// The same of a limit that stands for a disk.
const LIMITED: &str = "raise the limit with `ulimit -f unlimited`, \
                       then run the same command again: nothing is half done";

const BROKEN: &str =
    "the disk refused: look into the system's log, then run the same command again: nothing is half done";

const FORBIDDEN: &str = "the file and its folder must be readable and writable by you";

fn advise(error: &store::Error) -> Vec<String> {
    let hint = match error.trouble() {
        None => return Vec::new(),
        Some(Trouble::Full) => FULL.to_owned(),
        // A look at a file that may not be written leaves these as they are, and they stay so when the file is mended.
        Some(Trouble::Forbidden) => format!("{FORBIDDEN}, and so must be its `-wal` and `-shm` where they are"),
        Some(Trouble::Closed) => format!("{FORBIDDEN}, and the disk must have room for a new one"),
        Some(Trouble::Damaged) => {
            "go back to a backup, or keep a copy and bring back what is whole with `sqlite3 FILE .dump` \
             (the README says how, under \"A damaged file\")"
                .to_owned()
        }
        Some(Trouble::Io(what)) => BROKEN.replace("refused", &format!("refused {what}")),
    };
    vec![hint]
}

/// How an error of a file is mended, where that is known.
pub(super) fn mend(error: &std::io::Error) -> Option<String> {
    use std::io::ErrorKind as K;
    // `EIO`, which has no kind.
    if error.raw_os_error() == Some(5) && cfg!(unix) {
        return Some(BROKEN.to_owned());
    }
    let known = [
        (K::StorageFull, FULL),
        (K::QuotaExceeded, FULL),
        (K::FileTooLarge, LIMITED),
        (K::PermissionDenied, FORBIDDEN),
        (K::ReadOnlyFilesystem, FORBIDDEN),
    ];
    known.into_iter().find(|(kind, _)| *kind == error.kind()).map(|(_, hint)| hint.to_owned())
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Illegal(_) | EngineError::Json(_) | EngineError::Thread(_) => Failure::world(error),
            EngineError::RowGone { .. } | EngineError::RecordGone { .. } => Failure::world(error),
        }
    }
}

impl From<ingest::Error> for Failure {
    fn from(error: ingest::Error) -> Failure {
        let hints = error.hint().into_iter().collect();
        let world = matches!(error, ingest::Error::Io { .. });
        let kind = if world { Kind::World } else { Kind::Request };
        Failure { kind, held: None, cause: error.into(), hints }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Failure {
        match error {
            ImportError::Read(error) => error.into(),
            ImportError::Store(error) => error.into(),
            ImportError::Aside(ref cause) => {
                let hints = mend(cause).into_iter().collect();
                Failure { kind: Kind::World, held: None, cause: error.into(), hints }
            }
        }
    }
}

impl From<ui::Error> for Failure {
    fn from(error: ui::Error) -> Failure {
        match error {
            ui::Error::Fault(fault) => match fault.downcast::<store::Error>() {
                Ok(error) => (*error).into(),
                Err(fault) => Failure {
                    kind: Kind::World,
                    held: None,
                    cause: anyhow::Error::from_boxed(fault),
                    hints: Vec::new(),
                },
            },
            ui::Error::Io(ref cause) => {
                let hints = mend(cause).into_iter().collect();
                Failure { kind: Kind::World, held: None, cause: error.into(), hints }
            }
            ui::Error::Closed => Failure::world(error),
        }
    }
}

impl From<views::Error> for Failure {
    fn from(error: views::Error) -> Failure {
        match error {
            views::Error::Store(error) => error.into(),
            views::Error::NoSuch { .. } | views::Error::Usage { .. } => {
                let hints = error.hints();
                Failure { kind: Kind::Request, held: None, cause: error.into(), hints }
            }
        }
    }
}

/// A file that could not be read or written, by its name.
pub(super) fn file(verb: &str, path: &Path, error: std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::NotFound && verb == "read" {
        return Failure::request(format!("`{}` does not exist", path.display()));
    }
    let kind = if error.kind() == std::io::ErrorKind::NotFound { Kind::Request } else { Kind::World };
    let hints = mend(&error).into_iter().collect();
    let cause = anyhow::Error::new(error).context(format!("cannot {verb} `{}`", path.display()));
    Failure { kind, held: None, cause, hints }
}
