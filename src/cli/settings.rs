//! The settings file beside the database: without it nothing is limited; broken, it stops whoever would write.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::complaints::refuse;
use super::failure::{Failure, file};
use crate::model::settings::{FILE, Settings};
use crate::ui::failure::warning;
use crate::ui::stream::Terminal;

/// Where it is.
fn path(database: &Path) -> PathBuf {
    database.with_file_name(FILE)
}

/// For whoever writes.
pub(super) fn read(terminal: &Terminal, database: &Path) -> Result<Settings, Failure> {
    let path = path(database);
    match fs::read_to_string(&path) {
        Ok(text) => Settings::parse(&text).map_err(|complaints| refuse(terminal, &path, complaints)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Err(Failure::request(format!("`{}` is not UTF-8", path.display())).hint("save it as UTF-8"))
        }
        Err(error) => Err(file("read", &path, error)),
    }
}

/// For whoever only looks: goes on without settings that cannot be used.
pub(super) fn look(terminal: &Terminal, database: &Path) -> Settings {
    read(terminal, database).unwrap_or_else(|failure| {
        let (what, causes) = failure.told(false);
        let what = std::iter::once(what).chain(causes).collect::<Vec<_>>().join(": ");
        let on = "nothing is written until it is mended, and limits are not shown".to_owned();
        warning(terminal, &what, &failure.hints.into_iter().chain([on]).collect::<Vec<_>>());
        Settings::default()
    })
}
