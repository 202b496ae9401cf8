//! A lock a job, on a file of its own: the operating system drops it with the process, however that ends.
//! The database file is never opened here, because closing it would drop SQLite's own locks (EVENTS §4).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::id::JobId;

/// The process that has a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process number, when its lock file says so.
    pub pid: Option<u32>,
}

impl Holder {
    pub(super) fn describe(&self) -> String {
        self.pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
    }
}

/// A job that this process has until it is dropped.
#[derive(Debug)]
pub struct JobLock {
    file: Option<File>,
    path: PathBuf,
}

/// Where the lock of a job stands: beside the database, under its name.
pub(super) fn place(database: &Path, job: JobId) -> PathBuf {
    beside(database, &format!("-job{job}.lock"))
}

fn beside(database: &Path, end: &str) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(end);
    database.with_file_name(name)
}

/// A lock is held for microseconds by whoever only looks; so a refusal is believed the tenth time.
const TRIES: u32 = 10;

impl JobLock {
    /// A lock for a database that no other process can see.
    pub(super) fn private() -> JobLock {
        JobLock { file: None, path: PathBuf::new() }
    }

    /// Takes the job, or says who has it.
    pub(super) fn take(database: &Path, job: JobId) -> io::Result<Result<JobLock, Holder>> {
        JobLock::at(place(database, job))
    }

    /// Takes the right to make the database, in the same way.
    pub(super) fn making(database: &Path) -> io::Result<Result<JobLock, Holder>> {
        JobLock::at(beside(database, "-new.lock"))
    }

    fn at(path: PathBuf) -> io::Result<Result<JobLock, Holder>> {
        let mut refusals = 0;
        loop {
            let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) if is_still(&file, &path) => {
                    file.set_len(0)?;
                    file.rewind()?;
                    write!(file, "{}", std::process::id())?;
                    return Ok(Ok(JobLock { file: Some(file), path }));
                }
                // The holder removed it between our opening and our locking: what we have is a file without a name.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if refusals == TRIES => return Ok(Err(read_holder(&mut file))),
                Err(TryLockError::WouldBlock) => {
                    refusals += 1;
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

impl Drop for JobLock {
    fn drop(&mut self) {
        // Removed while still locked, so that nobody can hold a lock on a file that is about to lose its name.
        if let Some(file) = self.file.take() {
            drop(fs::remove_file(&self.path));
            drop(file);
        }
    }
}

/// Who has the job, without taking it.
pub(super) fn holder(database: &Path, job: JobId) -> io::Result<Option<Holder>> {
    let mut file = match File::open(place(database, job)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(read_holder(&mut file))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn read_holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    Holder { pid: read.ok().and_then(|_| text.trim().parse().ok()) }
}

/// Whether the path still leads to this very file.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(named)) => (ours.dev(), ours.ino()) == (named.dev(), named.ino()),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_still(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_it_and_the_others_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let lock = JobLock::take(&database, JobId(3)).unwrap().unwrap();
        let refused = JobLock::take(&database, JobId(3)).unwrap().unwrap_err();
        assert_eq!(refused.pid, Some(std::process::id()));
        assert_eq!(holder(&database, JobId(3)).unwrap(), Some(refused));
        assert_eq!(holder(&database, JobId(4)).unwrap(), None);
        drop(lock);
        assert_eq!(holder(&database, JobId(3)).unwrap(), None);
        assert!(!place(&database, JobId(3)).exists());
        drop(JobLock::take(&database, JobId(3)).unwrap().unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_on_a_file_that_lost_its_name_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let old = File::create(&path).unwrap();
        assert!(is_still(&old, &path));
        // Moved, not removed: so the new file cannot get the number of the old one.
        fs::rename(&path, folder.path().join("b.lock")).unwrap();
        assert!(!is_still(&old, &path));
        let new = File::create(&path).unwrap();
        assert!(!is_still(&old, &path) && is_still(&new, &path));
    }
}
