//! The settings file beside the database: without it nothing is limited; broken, it stops whoever would write.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::complaints::{refuse, soften};
use super::failure::{Failure, file};
use crate::model::document::Complaints;
use crate::model::settings::{FILE, Settings};
use crate::ui::failure::warning;
use crate::ui::stream::Terminal;

/// Why it cannot be used.
enum Broken {
    /// What it says.
    Text(Complaints),
    /// It cannot be read.
    File(Failure),
}

fn path(database: &Path) -> PathBuf {
    database.with_file_name(FILE)
}

fn load(path: &Path) -> Result<Settings, Broken> {
    match fs::read_to_string(path) {
        Ok(text) => Settings::parse(&text).map_err(Broken::Text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            let failure = Failure::request(format!("`{}` is not UTF-8", path.display()));
            Err(Broken::File(failure.hint("save it as UTF-8")))
        }
        Err(error) => Err(Broken::File(file("read", path, error))),
    }
}

/// For whoever writes.
pub(super) fn read(terminal: &Terminal, database: &Path) -> Result<Settings, Failure> {
    let path = path(database);
    load(&path).map_err(|broken| match broken {
        Broken::Text(complaints) => refuse(terminal, &path, complaints),
        Broken::File(failure) => failure,
    })
}

/// For whoever only looks: goes on without settings that cannot be used.
pub(super) fn look(terminal: &Terminal, database: &Path) -> Settings {
    let path = path(database);
    load(&path).unwrap_or_else(|broken| {
        match broken {
            Broken::Text(complaints) => soften(terminal, &path, &complaints),
            Broken::File(failure) => {
                let (what, causes) = failure.told(false);
                let what = std::iter::once(what).chain(causes).collect::<Vec<_>>().join(": ");
                warning(terminal, &what, &failure.hints);
            }
        }
        Settings::default()
    })
}
