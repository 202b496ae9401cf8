//! A server that misbehaves: one thread a connection over std sockets, each answer as the test wants it, each request kept.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) mod trust;

/// A request as it was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// `GET`.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the server does with a request.
pub(crate) enum Manner {
    /// Writes this, and waits for the next request.
    Answer(Vec<u8>),
    /// Writes this, and closes.
    Close(Vec<u8>),
    /// Writes this, closes its writing half, and goes on reading.
    HalfClose(Vec<u8>),
    /// Writes this, and then nothing until the other side gives up.
    Hang(Vec<u8>),
    /// Writes the first at once, then the second again and again, with a pause after each.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// Writes this after a pause.
    Slow(Duration, Vec<u8>),
    /// Throws the connection away, so that the other side gets a reset.
    Reset,
}

/// A request is given with how many came before it.
type Behave = dyn Fn(&Seen, usize) -> Manner + Send + Sync;

/// The server. It listens until the test ends.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

/// What a request and its answer go over.
pub(crate) trait Line: Read + Write + Send {
    fn socket(&self) -> &TcpStream;
}

impl Line for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Line for rustls::StreamOwned<rustls::ServerConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }
}

impl Server {
    pub(crate) fn start(behave: impl Fn(&Seen, usize) -> Manner + Send + Sync + 'static) -> Server {
        Server::over(behave, |socket| Some(Box::new(socket)))
    }

    /// A server behind TLS.
    pub(crate) fn secure(
        config: rustls::ServerConfig,
        behave: impl Fn(&Seen, usize) -> Manner + Send + Sync + 'static,
    ) -> Server {
        let config = Arc::new(config);
        Server::over(behave, move |socket| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            Some(Box::new(rustls::StreamOwned::new(connection, socket)))
        })
    }

    fn over(
        behave: impl Fn(&Seen, usize) -> Manner + Send + Sync + 'static,
        line: impl Fn(TcpStream) -> Option<Box<dyn Line>> + Send + 'static,
    ) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let connections: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&connections);
        let (kept, behave): (_, Arc<Behave>) = (Arc::clone(&seen), Arc::new(behave));
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (kept, behave) = (Arc::clone(&kept), Arc::clone(&behave));
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = socket.set_nodelay(true);
                let Some(mut line) = line(socket) else { continue };
                // A fault that ends the connection ends its thread.
                std::thread::spawn(move || while serve(line.as_mut(), &kept, &*behave).is_some() {});
            }
        });
        Server { port, seen, connections }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// One request; nothing when the connection is over.
fn serve(line: &mut dyn Line, kept: &Mutex<Vec<Seen>>, behave: &Behave) -> Option<()> {
    let request = read(line)?;
    let nth = {
        let mut kept = kept.lock().unwrap();
        kept.push(request.clone());
        kept.len() - 1
    };
    match behave(&request, nth) {
        Manner::Answer(bytes) => {
            line.write_all(&bytes).ok()?;
            return line.flush().ok();
        }
        Manner::Close(bytes) => line.write_all(&bytes).ok()?,
        Manner::HalfClose(bytes) => {
            line.write_all(&bytes).ok()?;
            line.socket().shutdown(Shutdown::Write).ok()?;
            until_closed(line);
        }
        Manner::Hang(bytes) => {
            line.write_all(&bytes).ok()?;
            until_closed(line);
        }
        Manner::Drip(first, piece, pause) => {
            line.write_all(&first).ok()?;
            while line.write_all(&piece).is_ok() {
                std::thread::sleep(pause);
            }
        }
        Manner::Slow(pause, bytes) => {
            std::thread::sleep(pause);
            line.write_all(&bytes).ok()?;
            return line.flush().ok();
        }
        // A socket that lingers for no time is reset when it is closed.
        Manner::Reset => rustix::net::sockopt::set_socket_linger(line.socket(), Some(Duration::ZERO)).ok()?,
    }
    None
}

fn until_closed(line: &mut dyn Line) {
    let mut rest = [0; 4096];
    while line.read(&mut rest).is_ok_and(|count| count > 0) {}
}

fn read(line: &mut dyn Line) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if line.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let (method, path) = (first.next()?, first.next()?);
    let pair = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let mut seen = Seen { method, path, headers: lines.filter_map(pair).collect(), body: Vec::new() };
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    seen.body = vec![0; length];
    line.read_exact(&mut seen.body).ok()?;
    Some(seen)
}

/// The usual status.
pub(crate) const OK: &str = "200 OK";

/// The head of an answer, with its further lines.
pub(crate) fn head(status: &str, rest: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{rest}\r\n")
}

/// Writes this, and closes.
pub(crate) fn close(text: &str) -> Manner {
    Manner::Close(text.as_bytes().to_vec())
}

/// A whole answer.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        bytes += &format!("{name}: {value}\r\n");
    }
    [bytes.as_bytes(), b"\r\n", body].concat()
}

/// An answer of 200 with JSON.
pub(crate) fn json(body: &str) -> Vec<u8> {
    answer("200 OK", &[("Content-Type", "application/json")], body.as_bytes())
}

/// An answer that leads elsewhere.
pub(crate) fn redirect(status: &str, to: &str) -> Vec<u8> {
    answer(status, &[("Location", to)], b"")
}

/// Packed by gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}
