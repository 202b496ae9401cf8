//! Our own mock of a mail server, for what no honest server does: it says its lines and ends where a test wants it to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where a talk ends, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// It says this instead of its line.
    Says(&'static str),
    /// It closes the connection.
    Closes,
    /// It says nothing more until the other side leaves.
    Hangs,
    /// It says this, a byte now and then.
    Drips(&'static str),
}

/// A place of a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Greeting,
    Hello,
    Mail,
    Rcpt,
    Data,
    /// In the middle of the message.
    Body,
    /// When the message has ended.
    Dot,
}

/// A server that listens until the test ends.
pub(crate) struct Mock {
    pub(crate) port: u16,
    /// Messages whose end it saw.
    pub(crate) whole: Arc<AtomicUsize>,
    pub(crate) connections: Arc<AtomicUsize>,
}

impl Mock {
    pub(crate) fn start(place: Place, end: End) -> Mock {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (whole, connections) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (seen, came) = (Arc::clone(&whole), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                came.fetch_add(1, Ordering::SeqCst);
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || drop(talk(stream, place, end, &seen)));
            }
        });
        Mock { port, whole, connections }
    }
}

fn talk(stream: TcpStream, place: Place, end: End, whole: &AtomicUsize) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    // False when the talk is over.
    let mut say = |here: Place, usual: &str| -> std::io::Result<bool> {
        if here != place {
            out.write_all(usual.as_bytes())?;
            return Ok(true);
        }
        match end {
            End::Says(line) => out.write_all(line.as_bytes()).map(|()| true),
            End::Closes => Ok(false),
            End::Hangs => {
                std::thread::sleep(std::time::Duration::from_secs(600));
                Ok(false)
            }
            End::Drips(line) => {
                for byte in line.bytes() {
                    out.write_all(&[byte])?;
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                Ok(true)
            }
        }
    };
    if !say(Place::Greeting, "220 mock.test\r\n")? {
        return Ok(());
    }
    let mut line = String::new();
    let mut body = false;
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line.split([' ', '\r']).next().unwrap_or_default();
        let went_on = match word {
            "." if body => {
                whole.fetch_add(1, Ordering::SeqCst);
                body = false;
                say(Place::Dot, "250 taken\r\n")?
            }
            _ if body && place == Place::Body => return Ok(()),
            _ if body => true,
            "EHLO" => say(Place::Hello, "250-mock.test\r\n250 8BITMIME\r\n")?,
            "MAIL" => say(Place::Mail, "250 ok\r\n")?,
            "RCPT" => say(Place::Rcpt, "250 ok\r\n")?,
            "DATA" => {
                body = !(place == Place::Data);
                say(Place::Data, "354 go on\r\n")?
            }
            "QUIT" => return Ok(()),
            _ => say(Place::Greeting, "250 ok\r\n").map(|_| true)?,
        };
        if !went_on {
            return Ok(());
        }
    }
}
