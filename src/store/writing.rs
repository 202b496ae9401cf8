//! Who is writing to a database now, as the operating system knows it. The files are only looked up and never opened:
//! closing one would drop SQLite's own locks (EVENTS §4).

use std::path::Path;

/// A process that others wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// Its number.
    pub pid: u32,
    /// What it was started as, when it says so; cut where it is long.
    pub command: Option<String>,
    /// Whether it was stopped, so that nothing will come of waiting until it goes on.
    pub stopped: bool,
}

/// The process that has the right to write to a database, where the system tells.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn writing(_: &Path) -> Option<Writing> {
    None
}

/// The process that has the right to write to a database, where the system tells.
#[cfg(target_os = "linux")]
#[must_use]
pub fn writing(database: &Path) -> Option<Writing> {
    use std::fs;
    // SQLite names what is beside a file after the file itself, not after a link to it.
    let database = fs::canonicalize(database).ok()?;
    let mut shared = database.as_os_str().to_owned();
    shared.push("-shm");
    let files = [(database.as_path(), PENDING_TO_SHARED), (Path::new(&shared), WRITE_TO_RECOVER)];
    let files: Vec<_> = files.into_iter().filter_map(|(path, bytes)| linux::Locked::of(path, bytes)).collect();
    // The system tells its locks in portions and may pass one over when others come and go meanwhile: so it is asked again.
    let look = |_| linux::holder(&fs::read_to_string("/proc/locks").ok()?, &files, std::process::id());
    let pid = (0..5).find_map(look)?;
    let command = fs::read(format!("/proc/{pid}/cmdline")).ok().and_then(|line| linux::command(&line));
    let stopped = fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| linux::is_stopped(&stat));
    Some(Writing { pid, command, stopped })
}

/// The bytes of the database that are locked to write without a WAL (SQLite, `os.h`: `PENDING_BYTE` and on).
#[cfg(target_os = "linux")]
const PENDING_TO_SHARED: (u64, u64) = (0x4000_0000, 0x4000_01ff);

/// The bytes of the `-shm` file that are locked to write, to check point and to recover (SQLite, `wal.c`).
#[cfg(target_os = "linux")]
const WRITE_TO_RECOVER: (u64, u64) = (120, 122);

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    /// A file, and which of its bytes mean writing when somebody has them for himself.
    pub(super) struct Locked {
        pub(super) device: (u64, u64),
        pub(super) inode: u64,
        pub(super) bytes: (u64, u64),
    }

    impl Locked {
        pub(super) fn of(path: &Path, bytes: (u64, u64)) -> Option<Locked> {
            let about = fs::metadata(path).ok()?;
            // As `gnu_dev_major` and `gnu_dev_minor` take it apart.
            let dev = about.dev();
            let major = ((dev >> 8) & 0xfff) | ((dev >> 32) & !0xfff);
            let minor = (dev & 0xff) | ((dev >> 12) & !0xff);
            Some(Locked { device: (major, minor), inode: about.ino(), bytes })
        }
    }

    /// The process that holds one of the files, by `/proc/locks`:
    /// `7: POSIX  ADVISORY  WRITE 4711 fe:01:1835017 120 120`; one that waits has `->` after its number.
    /// Some file systems show another device there than to `stat`, so the number of the file alone is believed at last.
    pub(super) fn holder(locks: &str, files: &[Locked], own: u32) -> Option<u32> {
        let held = |line: &str| {
            let mut words = line.split_whitespace().skip(1);
            let (class, _, kind) = (words.next()?, words.next()?, words.next()?);
            let pid: u32 = words.next()?.parse().ok()?;
            let mut place = words.next()?.split(':');
            let mut hexadecimal = || u64::from_str_radix(place.next()?, 16).ok();
            let device = (hexadecimal()?, hexadecimal()?);
            let inode: u64 = place.next()?.parse().ok()?;
            let (first, last) = (words.next()?.parse::<u64>().ok()?, words.next()?);
            let last = last.parse().unwrap_or(u64::MAX);
            let writes = class == "POSIX" && kind == "WRITE" && pid != 0 && pid != own;
            let file = files.iter().find(|file| file.inode == inode && first <= file.bytes.1 && file.bytes.0 <= last);
            file.filter(|_| writes).map(|file| (file.device == device, pid))
        };
        locks.lines().filter_map(held).max_by_key(|(same_device, _)| *same_device).map(|(_, pid)| pid)
    }

    /// The longest command that is told, in characters.
    const LONG: usize = 80;

    /// The words of a command line, the program by its name alone.
    pub(super) fn command(line: &[u8]) -> Option<String> {
        let line = String::from_utf8_lossy(line);
        let (program, rest) = line.split_once('\0').unwrap_or((&line, ""));
        let program = Path::new(program).file_name()?.to_string_lossy().into_owned();
        let told = format!("{program} {}", rest.replace('\0', " "));
        let told = told.trim_end();
        match told.char_indices().nth(LONG) {
            None => Some(told.to_owned()),
            Some((end, _)) => Some(format!("{}…", &told[..end])),
        }
    }

    /// By the state that follows the name, which may hold anything, even `)`.
    pub(super) fn is_stopped(stat: &str) -> bool {
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['T', 't']))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        const LOCKS: &str = "\
            1: POSIX  ADVISORY  READ 11 fe:01:77 1073741826 1073742335\n\
            2: POSIX  ADVISORY  WRITE 12 fe:01:78 120 120\n\
            2: -> POSIX  ADVISORY  WRITE 13 fe:01:78 120 120\n\
            3: FLOCK  ADVISORY  WRITE 14 fe:01:77 0 EOF\n\
            4: POSIX  ADVISORY  WRITE 15 00:2b:79 0 EOF\n\
            5: OFDLCK ADVISORY  WRITE -1 fe:01:77 0 EOF\n\
            6: POSIX  ADVISORY  WRITE 16 fe:01:78 123 123\n";

        fn by(device: (u64, u64), inode: u64, bytes: (u64, u64)) -> Option<u32> {
            holder(LOCKS, &[Locked { device, inode, bytes }], 99)
        }

        #[test]
        fn only_who_writes_to_this_file_is_named() {
            let (shared, plain) = (super::super::WRITE_TO_RECOVER, super::super::PENDING_TO_SHARED);
            assert_eq!(by((0xfe, 1), 78, shared), Some(12));
            assert_eq!(by((0xfe, 1), 77, plain), None, "those that read, and locks that are not SQLite's");
            assert_eq!(by((0x1f, 3), 79, plain), Some(15), "the number of the file, when no device fits");
            assert_eq!(by((0xfe, 1), 80, shared), None);
            let file = Locked { device: (0xfe, 1), inode: 78, bytes: shared };
            assert_eq!(holder(LOCKS, &[file], 12), None, "oneself");
        }

        #[test]
        fn a_command_is_told_shortly() {
            assert_eq!(command(b"/usr/bin/cxgear\0import\0-\0").as_deref(), Some("cxgear import -"));
            assert_eq!(command(b"sleep").as_deref(), Some("sleep"));
            assert_eq!(command(b""), None);
            assert_eq!(command(&[b'x'; 200]).unwrap().chars().count(), LONG + 1);
        }

        #[test]
        fn a_stopped_process_is_known() {
            assert!(is_stopped("12 (a) b) T 1 12"));
            assert!(!is_stopped("12 (T) S 1 12"));
        }
    }
}
