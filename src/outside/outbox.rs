//! The outbox: where messages go when no channel is set up. Files that a person can read, one a message, each named by what
//! sent it. Deliberately absent: what a message says, and whether it may be sent.
//!
//! A file appears whole or not at all, and is never replaced: what was written once under a key is not written again, and
//! whoever asks is told so. The file is there before the answer is, so a process that dies loses none. The disk is told to
//! keep them once a second and at the end, not for each: a machine that loses its power may lose the files of the last
//! second, though the log calls them sent.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// So often the disk is told to keep what was written.
const KEEP: Duration = Duration::from_secs(1);

/// So much of a file is looked at for its key.
const HEAD: u64 = 4096;

/// A folder of messages. Its thread starts with the first of them, and ends with the last clone. Cheap to clone.
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    thread: OnceLock<Result<Running, String>>,
}

struct Running {
    work: Mutex<Option<Sender<Work>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A message as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The key of the call that sends it. It must stand in the first lines of the text.
    pub key: String,
    /// The ending of the file's name, for programs that open it.
    pub ending: &'static str,
    /// All that is in it.
    pub text: Vec<u8>,
}

/// What came of a message, with the name of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It was written.
    New(String),
    /// It was there: an earlier try wrote it.
    There(String),
}

type Then = Box<dyn FnOnce(Result<Put, String>) + Send>;
type Work = (Letter, Then);

impl Outbox {
    /// The outbox of a folder, which is made when the first message comes.
    #[must_use]
    pub fn new(folder: PathBuf) -> Outbox {
        Outbox(Arc::new(Inner { folder, thread: OnceLock::new() }))
    }

    /// Writes a message without waiting for anything. `then` is called once, on the thread of the outbox, with what came of
    /// it or why it could not be written.
    pub fn put(&self, letter: Letter, then: impl FnOnce(Result<Put, String>) + Send + 'static) {
        let running = match self.0.thread.get_or_init(|| start(self.0.folder.clone())) {
            Ok(running) => running,
            Err(why) => return then(Err(why.clone())),
        };
        let work = running.work.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(work) = work.as_ref() {
            // One that cannot be handed over is dropped, and whoever waits hears of it.
            let _ = work.send((letter, Box::new(then)));
        }
    }

    /// Whether the folder can be written.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn check(&self) -> Result<(), String> {
        let tried = self.0.folder.join(".check.tmp");
        let written = fs::create_dir_all(&self.0.folder)
            .and_then(|()| fs::write(&tried, b""))
            .and_then(|()| fs::remove_file(&tried));
        written.map_err(|error| told(&self.0.folder, &error))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let Some(Ok(running)) = self.thread.get() else { return };
        drop(running.work.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = running.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            let _ = thread.join();
        }
    }
}

fn start(folder: PathBuf) -> Result<Running, String> {
    let (work, taken) = channel();
    let thread = std::thread::Builder::new().name("cxgear-outbox".to_owned()).spawn(move || serve(&folder, &taken));
    let thread = thread.map_err(|error| format!("there can be no thread for the outbox: {error}"))?;
    Ok(Running { work: Mutex::new(Some(work)), thread: Mutex::new(Some(thread)) })
}

/// Writes what comes until nobody can send any more.
fn serve(folder: &Path, work: &Receiver<Work>) {
    let mut open: Option<Open> = None;
    loop {
        let left = open.as_ref().map(|open| KEEP.saturating_sub(open.since.elapsed()));
        let next = match left {
            Some(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
            Some(left) => work.recv_timeout(left),
            None => work.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok((letter, then)) => then(put(folder, &mut open, &letter).map_err(|error| told(folder, &error))),
            Err(RecvTimeoutError::Timeout) => keep(open.take()),
            Err(RecvTimeoutError::Disconnected) => return keep(open),
        }
    }
}

/// A folder in which something was written that the disk was not told to keep.
struct Open {
    folder: File,
    since: Instant,
}

fn told(folder: &Path, error: &io::Error) -> String {
    format!("the outbox `{}` cannot be written: {error}", folder.display())
}

/// Writes one file under a name that no other has. Opens the folder where it is not.
fn put(folder: &Path, open: &mut Option<Open>, letter: &Letter) -> io::Result<Put> {
    if open.is_none() {
        fs::create_dir_all(folder)?;
        *open = Some(Open { folder: File::open(folder)?, since: Instant::now() });
    }
    let unfinished = folder.join(format!(".{}.tmp", plain(&letter.key)));
    fs::write(&unfinished, &letter.text)?;
    let placed = place(folder, &unfinished, letter);
    if !matches!(placed, Ok(Put::New(_))) {
        fs::remove_file(&unfinished)?;
    }
    placed
}

/// Gives the file its name. One of another database may have the short one: then this one gets the whole key.
fn place(folder: &Path, unfinished: &Path, letter: &Letter) -> io::Result<Put> {
    for name in [short(&letter.key), plain(&letter.key)] {
        let name = format!("{name}.{}", letter.ending);
        let path = folder.join(&name);
        if rename(unfinished, &path)? {
            return Ok(Put::New(name));
        }
        if is_of(&path, &letter.key)? {
            return Ok(Put::There(name));
        }
    }
    let what = format!("`{}.{}` is there and is another message", plain(&letter.key), letter.ending);
    Err(io::Error::new(io::ErrorKind::AlreadyExists, what))
}

/// Whether a file is what was written under that key.
fn is_of(path: &Path, key: &str) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(String::from_utf8_lossy(&head).contains(key))
}

/// A key is workspace, job, row and step. `3-000017-notify` sorts by row and is all that a person needs.
fn short(key: &str) -> String {
    let mut parts = key.splitn(4, '-');
    let (_, job, row, step) = (parts.next(), parts.next(), parts.next(), parts.next());
    match (job.and_then(|job| job.parse().ok()), row.and_then(|row| row.parse().ok()), step) {
        (Some::<u64>(job), Some::<u64>(row), Some(step)) => plain(&format!("{job}-{row:06}-{step}")),
        _ => plain(key),
    }
}

/// What may be a part of a file's name everywhere.
fn plain(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
}

/// Gives a file a name, unless there is one of that name.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename(from: &Path, to: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => Ok(false),
        // Not every file system knows that; only this thread writes here.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_checked(from, to),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename(from: &Path, to: &Path) -> io::Result<bool> {
    rename_checked(from, to)
}

fn rename_checked(from: &Path, to: &Path) -> io::Result<bool> {
    if to.try_exists()? {
        return Ok(false);
    }
    fs::rename(from, to).map(|()| true)
}

/// Tells the disk to keep what was written. Nobody is helped by hearing that it cannot: the files are there.
fn keep(open: Option<Open>) {
    let Some(Open { folder, .. }) = open else { return };
    #[cfg(target_os = "linux")]
    let _ = rustix::fs::syncfs(&folder);
    #[cfg(not(target_os = "linux"))]
    let _ = folder.sync_all();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(key: &str, text: &str) -> Letter {
        let text = format!("Key: {key}\n\n{text}").into_bytes();
        Letter { key: key.to_owned(), ending: "txt", text }
    }

    fn put(outbox: &Outbox, letter: Letter) -> Result<Put, String> {
        let (send, receive) = channel();
        outbox.put(letter, move |put| send.send(put).unwrap());
        receive.recv().unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_message_is_written_once_and_named_by_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/outbox");
        let outbox = Outbox::new(path.clone());
        let name = "3-000017-notify.txt".to_owned();
        assert_eq!(put(&outbox, letter("0abc-3-17-notify", "first")), Ok(Put::New(name.clone())));
        assert_eq!(put(&outbox, letter("0abc-3-17-notify", "second")), Ok(Put::There(name.clone())));
        assert_eq!(fs::read_to_string(path.join(&name)).unwrap(), "Key: 0abc-3-17-notify\n\nfirst");
        // The same numbers in another database are another message.
        let other = "0xyz-3-17-notify.txt".to_owned();
        assert_eq!(put(&outbox, letter("0xyz-3-17-notify", "third")), Ok(Put::New(other.clone())));
        assert_eq!(put(&outbox, letter("0xyz-3-17-notify", "fourth")), Ok(Put::There(other.clone())));
        drop(outbox);
        assert_eq!(names(&path), [other, name]);
    }

    #[test]
    fn a_key_never_leaves_the_folder() {
        assert_eq!(short("0abc-12-3-a_b-c"), "12-000003-a_b-c");
        assert_eq!(short("../../../etc/passwd"), "_________etc_passwd");
        assert_eq!(short("0abc-1-2-../x"), "1-000002-___x");
        assert_eq!(short("x"), "x");
    }

    #[test]
    fn what_cannot_be_written_is_told_and_may_be_mended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox");
        fs::write(&path, "a file").unwrap();
        let outbox = Outbox::new(path.clone());
        let why = put(&outbox, letter("0abc-1-1-a", "x")).unwrap_err();
        assert!(why.contains("outbox") && outbox.check().is_err(), "{why}");
        fs::remove_file(&path).unwrap();
        assert_eq!(outbox.check(), Ok(()));
        assert!(put(&outbox, letter("0abc-1-1-a", "x")).is_ok());
        assert_eq!(names(&path), ["1-000001-a.txt"]);
    }

    #[test]
    fn all_that_was_handed_over_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(folder.path().to_owned());
        let (send, receive) = channel();
        for row in 1..=500 {
            let send = send.clone();
            outbox.put(letter(&format!("0abc-1-{row}-a"), "x"), move |put| send.send(put).unwrap());
        }
        drop((outbox, send));
        assert_eq!(receive.iter().filter(Result::is_ok).count(), 500);
        assert_eq!(names(folder.path()).len(), 500);
    }
}
