//! Files that steps take and give: each kept once under the SHA-256 of its content, in `storage/` beside the database.
//! Deliberately absent: what they are called. The event that tells of a file says so.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The most bytes of one file: what a mail server takes at most, and far below what memory holds.
pub const LARGEST: u64 = 20 << 20;

/// The files of a workspace.
#[derive(Debug, Clone)]
pub struct Storage {
    workspace: PathBuf,
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is named by: the SHA-256 of its content, in hex.
    pub id: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether the same content was there before.
    pub there: bool,
}

/// Why a file is not kept or not there.
#[derive(Debug, thiserror::Error)]
pub enum StorageFault {
    /// It is too large.
    #[error("`{0}` is larger than 20 MB, the most that a file may be")]
    TooLarge(String),
    /// Its path leads out of the workspace, or to what is no one's business.
    #[error(
        "`{0}` is no file of the workspace that may be taken: name it relative to the database, without `..`, and no hidden file, database or settings"
    )]
    Outside(String),
    /// Nothing is kept under that id.
    #[error("nothing is kept under `{0}`")]
    Unknown(String),
    /// The content is not what the id says.
    #[error("what is kept under `{0}` was changed: its content is another")]
    Changed(String),
    /// It could not be read or written.
    #[error("`{0}`: {1}")]
    Io(String, #[source] io::Error),
}

impl Storage {
    /// The files beside the database of that folder.
    #[must_use]
    pub fn new(workspace: PathBuf) -> Storage {
        Storage { workspace }
    }

    /// Keeps a content. It is whole on the disk when this comes back.
    ///
    /// # Errors
    /// When it is too large or cannot be written.
    pub fn keep(&self, content: &[u8]) -> Result<Kept, StorageFault> {
        let size = content.len() as u64;
        let id = id(content);
        if size > LARGEST {
            return Err(StorageFault::TooLarge(id));
        }
        let path = self.path(&id);
        let wrong = |error| StorageFault::Io(path.display().to_string(), error);
        let there = path.try_exists().map_err(wrong)?;
        if !there {
            write(&path, content).map_err(wrong)?;
        }
        Ok(Kept { id, size, there })
    }

    /// The content that is kept under an id.
    ///
    /// # Errors
    /// When there is none, or it is not what it was.
    pub fn read(&self, id: &str) -> Result<Vec<u8>, StorageFault> {
        if !is_id(id) {
            return Err(StorageFault::Unknown(id.to_owned()));
        }
        let content = bounded(&self.path(id), id).map_err(|fault| match fault {
            StorageFault::Io(_, error) if error.kind() == io::ErrorKind::NotFound => {
                StorageFault::Unknown(id.to_owned())
            }
            fault @ (StorageFault::TooLarge(_)
            | StorageFault::Outside(_)
            | StorageFault::Unknown(_)
            | StorageFault::Changed(_)
            | StorageFault::Io(..)) => fault,
        })?;
        if self::id(&content) == id { Ok(content) } else { Err(StorageFault::Changed(id.to_owned())) }
    }

    /// The content of a file of the workspace, named relative to it.
    ///
    /// # Errors
    /// When the name or a link on its way leads elsewhere, or it cannot be read.
    pub fn take(&self, name: &str) -> Result<Vec<u8>, StorageFault> {
        let outside = || StorageFault::Outside(name.to_owned());
        if !may_be_taken(name) {
            return Err(outside());
        }
        let wrong = |error| StorageFault::Io(name.to_owned(), error);
        let home = self.workspace.canonicalize().map_err(wrong)?;
        let path = home.join(name).canonicalize().map_err(wrong)?;
        // A link may lead anywhere, to a hidden file included.
        let inside = path.strip_prefix(&home).ok().and_then(Path::to_str).ok_or_else(outside)?;
        if !may_be_taken(inside) {
            return Err(outside());
        }
        bounded(&path, name)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.workspace.join("storage").join(&id[..2]).join(id)
    }
}

/// Whether a text is the id of a content.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
}

/// Whether a name stays in the workspace, and is nothing that holds all of it or its keys.
#[must_use]
pub fn may_be_taken(name: &str) -> bool {
    let path = Path::new(name);
    let plain = |part: Component<'_>| match part {
        Component::Normal(part) => part.to_str().is_some_and(|part| !part.starts_with('.')),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => false,
    };
    let last = path.file_name().and_then(|last| last.to_str()).unwrap_or_default().to_ascii_lowercase();
    let whole = last == "cxgear.toml" || [".db", ".db-wal", ".db-shm", ".key"].iter().any(|end| last.ends_with(end));
    !name.is_empty() && !name.contains(['\\', '\0']) && path.components().all(plain) && !whole
}

fn id(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bounded(path: &Path, name: &str) -> Result<Vec<u8>, StorageFault> {
    let wrong = |error| StorageFault::Io(name.to_owned(), error);
    let file = File::open(path).map_err(wrong)?;
    if !file.metadata().map_err(wrong)?.is_file() {
        return Err(StorageFault::Outside(name.to_owned()));
    }
    let mut content = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut content).map_err(wrong)?;
    if content.len() as u64 > LARGEST { Err(StorageFault::TooLarge(name.to_owned())) } else { Ok(content) }
}

/// Writes under a name that nobody else has, and gives it the right one when it is on the disk.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let thread = format!("{:?}", std::thread::current().id()).replace(['(', ')'], "-");
    let unfinished = path.with_extension(format!("{}-{thread}tmp", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_data()?;
    // Whoever was faster wrote the same.
    fs::rename(&unfinished, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage() -> (tempfile::TempDir, Storage) {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::new(folder.path().join("w"));
        fs::create_dir(folder.path().join("w")).unwrap();
        (folder, storage)
    }

    #[test]
    fn the_same_content_is_kept_once() {
        let (folder, storage) = storage();
        let first = storage.keep(b"abc").unwrap();
        assert_eq!(first.id, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((first.size, first.there), (3, false));
        assert!(storage.keep(b"abc").unwrap().there && !storage.keep(b"abd").unwrap().there);
        assert_eq!(storage.read(&first.id).unwrap(), b"abc");
        let path = folder.path().join("w/storage/ba").join(&first.id);
        assert!(path.is_file());
        fs::write(path, "abx").unwrap();
        assert!(matches!(storage.read(&first.id), Err(StorageFault::Changed(_))));
        assert!(matches!(storage.read(&"0".repeat(64)), Err(StorageFault::Unknown(_))));
        for id in ["", "..", "../../../../etc/passwd", &"Z".repeat(64), &"é".repeat(32)] {
            assert!(matches!(storage.read(id), Err(StorageFault::Unknown(_))), "{id}");
        }
    }

    #[test]
    fn nothing_is_too_large() {
        let (folder, storage) = storage();
        let large = vec![0; usize::try_from(LARGEST).unwrap() + 1];
        assert!(matches!(storage.keep(&large), Err(StorageFault::TooLarge(_))));
        fs::write(folder.path().join("w/large.bin"), &large).unwrap();
        assert!(matches!(storage.take("large.bin"), Err(StorageFault::TooLarge(_))));
        assert!(storage.keep(&large[1..]).is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn nothing_outside_of_the_workspace_is_taken() {
        use std::os::unix::fs::symlink;
        let (folder, storage) = storage();
        let home = folder.path().join("w");
        fs::write(folder.path().join("secret"), "secret").unwrap();
        for name in ["cxgear.db", "cxgear.DB", "cxgear.db-wal", "cxgear.toml", ".env", "vault.key"] {
            fs::write(home.join(name), "secret").unwrap();
        }
        fs::create_dir_all(home.join("a/.git")).unwrap();
        fs::write(home.join("a/.git/config"), "secret").unwrap();
        fs::write(home.join("a/terms.pdf"), "terms").unwrap();
        symlink("../secret", home.join("link")).unwrap();
        symlink(".env", home.join("hidden")).unwrap();
        symlink("..", home.join("up")).unwrap();
        symlink("a", home.join("b")).unwrap();
        let absolute = folder.path().join("secret").display().to_string();
        let refused = [
            "../secret",
            "a/../../secret",
            "./a/terms.pdf",
            "/etc/passwd",
            &absolute,
            "link",
            "hidden",
            "up/secret",
            "cxgear.db",
            "cxgear.DB",
            "cxgear.db-wal",
            "cxgear.toml",
            ".env",
            "a/.git/config",
            "vault.key",
            "a",
            "",
            "a\\terms.pdf",
            "a/terms.pdf\0",
        ];
        for name in refused {
            assert!(matches!(storage.take(name), Err(StorageFault::Outside(_))), "{name}");
        }
        assert_eq!(storage.take("a/terms.pdf").unwrap(), b"terms");
        assert_eq!(storage.take("b/terms.pdf").unwrap(), b"terms");
        assert!(matches!(storage.take("a/none.pdf"), Err(StorageFault::Io(..))));
    }
}
