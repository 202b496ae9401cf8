//! A lock a job, on a file of its own: the operating system drops it with the process, however that ends.
//! The database file is never opened here, because closing it would drop SQLite's own locks (EVENTS §4).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::id::JobId;
use crate::model::time::Timestamp;

/// The process that has a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process number, when its lock file says so.
    pub pid: Option<u32>,
    /// Since when.
    pub since: Option<Timestamp>,
}

impl Holder {
    pub(super) fn describe(&self) -> String {
        match (self.pid, self.since) {
            (Some(pid), Some(since)) => format!(" (process {pid}, since {since})"),
            (Some(pid), None) => format!(" (process {pid})"),
            (None, _) => String::new(),
        }
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
    pub(super) fn take(database: &Path, at: Timestamp, job: JobId) -> io::Result<Result<JobLock, Holder>> {
        JobLock::at(place(database, job), at)
    }

    /// Takes the right to make the database, in the same way.
    pub(super) fn making(database: &Path) -> io::Result<Result<JobLock, Holder>> {
        JobLock::at(beside(database, "-new.lock"), Timestamp(0))
    }

    fn at(path: PathBuf, at: Timestamp) -> io::Result<Result<JobLock, Holder>> {
        let mut refusals = 0;
        loop {
            let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) if is_still(&file, &path) => {
                    file.set_len(0)?;
                    file.rewind()?;
                    write!(file, "{} {}", std::process::id(), at.0)?;
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
    let (pid, since) = text.split_once(' ').unwrap_or((&text, ""));
    let known = read.is_ok();
    Holder { pid: pid.parse().ok().filter(|_| known), since: since.parse().ok().filter(|_| known).map(Timestamp) }
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
        let take = || JobLock::take(&database, Timestamp(7), JobId(3)).unwrap();
        let lock = take().unwrap();
        let refused = take().unwrap_err();
        assert_eq!((refused.pid, refused.since), (Some(std::process::id()), Some(Timestamp(7))));
        assert_eq!(refused.describe(), format!(" (process {}, since 1970-01-01T00:00:00.007Z)", std::process::id()));
        assert_eq!(holder(&database, JobId(3)).unwrap(), Some(refused));
        assert_eq!(holder(&database, JobId(4)).unwrap(), None);
        drop(lock);
        assert_eq!(holder(&database, JobId(3)).unwrap(), None);
        assert!(!place(&database, JobId(3)).exists());
        drop(take().unwrap());
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
