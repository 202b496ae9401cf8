//! Bytes that come when they come: standard input and pipes, read on a thread of their own, so that a signal reaches
//! whoever waits for them.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::signals::{self, Ear};

/// As much as a pipe holds.
const PORTION: usize = 1 << 16;

/// How often one who waits for bytes looks whether it was asked to stop.
const LOOK: Duration = Duration::from_millis(20);

/// What comes through a pipe.
pub(super) struct Feed {
    portions: Receiver<io::Result<Vec<u8>>>,
    portion: Cursor<Vec<u8>>,
    /// Until the end of the bytes.
    ear: Option<Ear>,
}

impl Feed {
    /// Opened on the other thread too: to open a pipe that nobody writes to is to wait.
    pub(super) fn new<R: Read>(open: impl FnOnce() -> io::Result<R> + Send + 'static) -> io::Result<Feed> {
        let (sender, portions) = sync_channel(2);
        std::thread::Builder::new().name("feed".to_owned()).spawn(move || match open() {
            Ok(reader) => feed(reader, &sender),
            // Nobody listens any more when the import was given up; so below.
            Err(error) => drop(sender.send(Err(error))),
        })?;
        Ok(Feed { portions, portion: Cursor::default(), ear: Some(Ear::new()?) })
    }
}

fn feed(mut reader: impl Read, portions: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut portion = Vec::with_capacity(PORTION);
        let read = reader.by_ref().take(PORTION as u64).read_to_end(&mut portion);
        if portion.is_empty() && read.is_ok() || portions.send(read.map(|_| portion)).is_err() {
            return;
        }
    }
}

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.portion.read(into)?;
            if read > 0 {
                return Ok(read);
            }
            match self.portions.recv_timeout(LOOK) {
                Ok(portion) => self.portion = Cursor::new(portion?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    // Ctrl-C reaches everyone in a pipeline: the end of the bytes may be the end of who wrote them, and
                    // half a file must not be taken for a whole one.
                    if self.ear.take().is_some_and(|mut ear| ear.heard()) {
                        // The thread of the signals has heard the same.
                        while !signals::is_asked() {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                    }
                    return go_on().map(|()| 0);
                }
            }
            go_on()?;
        }
    }
}

fn go_on() -> io::Result<()> {
    if signals::is_asked() { Err(io::Error::other("interrupted")) } else { Ok(()) }
}

/// Standard input as a file, whatever it is.
pub(super) fn standard_input() -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
    }
    #[cfg(not(unix))]
    {
        use std::os::windows::io::AsHandle as _;
        Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
    }
}

/// Whether a path leads to bytes that come when they come.
pub(super) fn is_stream(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}
