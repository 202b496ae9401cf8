//! A file that appears under its name only when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::failure::{Failure, file};

/// A file that is being written. It is gone again when it is dropped without having got its name.
pub(super) struct Part {
    path: PathBuf,
    /// Where it is until then; nothing for a pipe or a device, which cannot be replaced.
    part: Option<PathBuf>,
}

impl Part {
    /// Begins it, beside the place where it is going to be.
    pub(super) fn create(path: &Path) -> Result<(Part, File), Failure> {
        // What a link leads to is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let before = fs::metadata(&path).ok();
        if before.as_ref().is_some_and(|about| !about.is_file()) {
            let made = File::options().write(true).open(&path).map_err(|error| file("write", &path, error))?;
            return Ok((Part { path, part: None }, made));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let made = File::create(&part).map_err(|error| file("write", &path, error))?;
        if let Some(before) = before {
            // As far as it goes: a file of someone else's can be replaced where its mode cannot be kept.
            drop(made.set_permissions(before.permissions()));
        }
        Ok((Part { path, part: Some(part) }, made))
    }

    /// Where it is now.
    pub(super) fn place(&self) -> &Path {
        self.part.as_deref().unwrap_or(&self.path)
    }

    /// Makes it durable; a device has nothing to keep.
    pub(super) fn keep(&self, file: &File) -> io::Result<()> {
        if self.part.is_some() { file.sync_all() } else { Ok(()) }
    }

    /// Gives it its name.
    pub(super) fn name(mut self) -> io::Result<()> {
        match self.part.take() {
            Some(part) => fs::rename(&part, &self.path),
            None => Ok(()),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            drop(fs::remove_file(part));
        }
    }
}
