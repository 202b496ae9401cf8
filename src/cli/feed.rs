//! Bytes that come when they come: standard input and pipes, read on a thread of their own, so that a signal reaches
//! whoever waits for them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::engine::Interrupt;

/// As much as a pipe holds.
const PORTION: usize = 1 << 16;

/// How often one who waits for bytes looks whether it was asked to stop.
const LOOK: Duration = Duration::from_millis(20);

/// What comes through a pipe.
pub(super) struct Feed {
    portions: Receiver<io::Result<Vec<u8>>>,
    portion: io::Cursor<Vec<u8>>,
    interrupt: Interrupt,
    ended: bool,
}

impl Feed {
    /// Opened on the other thread too: to open a pipe that nobody writes to is to wait.
    pub(super) fn new<R: Read>(open: impl FnOnce() -> io::Result<R> + Send + 'static, interrupt: Interrupt) -> Feed {
        let (sender, portions) = sync_channel(2);
        std::thread::spawn(move || {
            let mut reader = match open() {
                Ok(reader) => reader,
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let mut portion = Vec::with_capacity(PORTION);
                let read = reader.by_ref().take(PORTION as u64).read_to_end(&mut portion);
                let ended = portion.is_empty();
                // Nobody listens any more when the import was given up.
                if sender.send(read.map(|_| portion)).is_err() || ended {
                    return;
                }
            }
        });
        Feed { portions, portion: io::Cursor::default(), interrupt, ended: false }
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
                Ok(portion) => self.portion = io::Cursor::new(portion?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) if self.ended => return Ok(0),
                Err(RecvTimeoutError::Disconnected) => {
                    self.ended = true;
                    // Ctrl-C reaches everyone in a pipeline: the end of the bytes may be the end of who wrote them, and
                    // half a file must not be taken for a whole one. So the signal has a moment to arrive.
                    std::thread::sleep(LOOK);
                    return self.go_on().map(|()| 0);
                }
            }
            self.go_on()?;
        }
    }
}

impl Feed {
    fn go_on(&self) -> io::Result<()> {
        if self.interrupt.is_raised() { Err(io::Error::other("interrupted")) } else { Ok(()) }
    }
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
