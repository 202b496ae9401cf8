//! Files and folders that may not be written: they are read, and who wants to write is told what to mend.
//!
//! Where root cannot become somebody else this falls out; it says so on stderr.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![expect(clippy::print_stderr, reason = "what could not be tried here must not look as if it had been")]
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CXGEAR: &str = env!("CARGO_BIN_EXE_cxgear");

fn prepare(folder: &Path) {
    fs::write(folder.join("t.csv"), "n,text\n1,a\n2,b\n").unwrap();
    fs::write(folder.join("o.csv"), "n,text\n1,other\n").unwrap();
    let spinner = "name = \"s\"\n[[steps]]\nname = \"a\"\ntype = \"tag\"\ndisposition = \"done\"\n";
    fs::write(folder.join("s.toml"), spinner).unwrap();
    let args = ["run", "s.toml", "t.csv", "--metadata", "n", "--detach"];
    assert!(Command::new(CXGEAR).args(args).current_dir(folder).env_clear().output().unwrap().status.success());
}

fn has(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

/// Whoever may not write, which root always may: somebody else then.
struct Somebody {
    folder: PathBuf,
    cxgear: PathBuf,
    root: bool,
}

const NOBODY: &str = "65534";

impl Somebody {
    fn new(folder: &Path) -> Option<Somebody> {
        let root = String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap().trim() == "0";
        if !root {
            return Some(Somebody { folder: folder.to_owned(), cxgear: CXGEAR.into(), root });
        }
        // Where the program is may be closed to others.
        let cxgear = folder.join("program");
        fs::copy(CXGEAR, &cxgear).unwrap();
        assert!(has("chown", &["-R", NOBODY, &folder.display().to_string()]));
        let somebody = Somebody { folder: folder.to_owned(), cxgear, root };
        if somebody.command(&["--version"]).output().is_ok_and(|output| output.status.success()) {
            return Some(somebody);
        }
        eprintln!("left out: root may write everything, and `setpriv` cannot make it somebody else");
        None
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command;
        if self.root {
            command = Command::new("setpriv");
            command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(&self.cxgear);
        } else {
            command = Command::new(&self.cxgear);
        }
        command.args(args).current_dir(&self.folder).env_clear().env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> (Option<i32>, String) {
        let output = self.command(args).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn what_may_not_be_written_is_read_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let Some(somebody) = Somebody::new(folder.path()) else { return };
    let may = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let db = folder.path().join("cxgear.db");
    let writes: [&[&str]; 5] = [
        &["resume", "1"],
        &["run", "s.toml"],
        &["import", "o.csv"],
        &["table", "metadata", "t", "--set", "n"],
        &["export", "1", "--output", "e.csv"],
    ];
    let mut met = 0;
    for (file, place) in [(0o444, 0o755), (0o644, 0o555), (0o444, 0o555)] {
        may(&db, file);
        may(folder.path(), place);
        for args in writes {
            if args[0] == "export" && place == 0o755 {
                continue;
            }
            let (code, told) = somebody.run(args);
            assert_eq!(code, Some(3), "{file:o} {place:o} {args:?}: {told}");
            assert!(told.contains("hint: the file and its folder must be readable and writable by you"), "{told}");
            met += 1;
        }
        for args in [&["jobs"][..], &["table", "show", "t"], &["verify"]] {
            let (code, told) = somebody.run(args);
            assert_eq!(code, Some(0), "{file:o} {place:o} {args:?}: {told}");
        }
    }
    may(folder.path(), 0o555);
    let (code, told) = somebody.run(&["import", "t.csv", "--db", "new.db"]);
    assert!(code == Some(3) && told.contains("hint: the file and its folder must be"), "{told}");
    assert!(!folder.path().join("new.db").exists());
    assert_eq!(met + 1, 15);
    // As the hint says.
    may(folder.path(), 0o755);
    for path in files(folder.path()).iter().filter(|path| path.to_string_lossy().contains("cxgear.db")) {
        may(path, 0o644);
    }
    let (code, told) = somebody.run(&["resume", "1"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = somebody.run(&["verify"]);
    assert_eq!(code, Some(0), "{told}");
}
