//! From a path or a stream to plain bytes: opening, unpacking gzip, refusing what is no CSV.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::error::Error;
use super::foreign::Foreign;
use super::progress::Progress;

const GZIP: &[u8] = b"\x1F\x8B";
/// Enough for every magic number and for the part names at the head of an office file.
const HEAD: u64 = 4096;
/// Compressed bytes come in small portions from the decompressor, one system call for each would be most of the time.
const PACKED: usize = 128 * 1024;

/// Where a table comes from.
pub enum Source {
    /// A file; gzip when its name ends in `.gz`.
    File(PathBuf),
    /// Bytes that come once, such as standard input; gzip when they begin like it.
    Stream {
        /// What to call it in messages.
        name: String,
        /// The bytes.
        reader: Box<dyn Read + Send>,
    },
}

/// A source that was opened.
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) bytes: Box<dyn Read + Send>,
    pub(super) progress: Progress,
    /// Read errors then mean a damaged gzip stream more often than a damaged disk.
    pub(super) gzip: bool,
}

impl Opened {
    pub(super) fn unreadable(&self, source: io::Error) -> Error {
        let name = self.name.clone();
        if self.gzip { Error::Gzip { name, source } } else { Error::Io { name, source } }
    }
}

/// What the bytes are allowed to be, by what the source is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Either,
}

impl Source {
    pub(super) fn open(self) -> Result<Opened, Error> {
        match self {
            Source::File(path) => {
                let named_gz = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
                let packing = if named_gz { Packing::Gzip } else { Packing::Plain };
                let (file, total) = open_file(&path)?;
                unpack(path.display().to_string(), Box::new(file), total, packing)
            }
            Source::Stream { name, reader } => unpack(name, reader, None, Packing::Either),
        }
    }
}

fn open_file(path: &Path) -> Result<(File, Option<u64>), Error> {
    let failed = |source: io::Error| {
        if source.kind() == io::ErrorKind::NotFound {
            return Error::Missing { path: path.to_owned() };
        }
        Error::Io { name: path.display().to_string(), source }
    };
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        return Err(Error::Directory { path: path.to_owned() });
    }
    // A pipe or a device says 0 and means nothing by it.
    let total = about.is_file().then_some(about.len());
    Ok((file, total))
}

fn unpack(name: String, reader: Box<dyn Read + Send>, total: Option<u64>, packing: Packing) -> Result<Opened, Error> {
    let progress = Progress::of(total);
    let mut watched = progress.watch(reader);
    let head = head_of(&mut watched).map_err(|source| Error::Io { name: name.clone(), source })?;
    let is_gzip = head.starts_with(GZIP);
    if packing == Packing::Gzip && !is_gzip && !head.is_empty() {
        return Err(Error::NotGzip { name });
    }
    if packing == Packing::Plain && is_gzip {
        return Err(Error::Foreign { name, kind: Foreign::Gzip });
    }
    let whole = Cursor::new(head.clone()).chain(watched);
    if !is_gzip {
        refuse_foreign(&name, &head)?;
        return Ok(Opened { name, bytes: Box::new(whole), progress, gzip: false });
    }
    let mut plain = MultiGzDecoder::new(BufReader::with_capacity(PACKED, whole));
    let head = head_of(&mut plain).map_err(|source| Error::Gzip { name: name.clone(), source })?;
    refuse_foreign(&name, &head)?;
    Ok(Opened { name, bytes: Box::new(Cursor::new(head).chain(plain)), progress, gzip: true })
}

fn head_of(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn refuse_foreign(name: &str, head: &[u8]) -> Result<(), Error> {
    match Foreign::of_bytes(head) {
        Some(kind) => Err(Error::Foreign { name: name.to_owned(), kind }),
        None => Ok(()),
    }
}
