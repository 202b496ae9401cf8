//! The files that a spinner's steps read: from the folder of the spinner and nowhere else, and put into its text, so that
//! what is published is whole.

use std::fs;
use std::path::{Component, Path};

use crate::model::spinner::{Spinner, StepFile, with_files};
use crate::steps;

/// The largest file that a step may read; it becomes a part of every version.
const LARGEST: u64 = 1 << 20;

/// The text with the files in it, and those that could not be read. A text that has files already is whole.
pub(super) fn inlined(path: &Path, text: String) -> (String, Vec<StepFile>) {
    let Ok((spinner, _)) = Spinner::parse(&text) else { return (text, Vec::new()) };
    if !spinner.files.is_empty() {
        return (text, Vec::new());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (mut found, mut missing) = (Vec::<(String, String)>::new(), Vec::new());
    for name in steps::files(&spinner) {
        match read(folder, &name.value) {
            _ if found.iter().any(|(other, _)| *other == name.value) => {}
            Ok(content) => found.push((name.value, content)),
            Err(why) => missing.push(StepFile { name: name.value, text: Err(why) }),
        }
    }
    (with_files(&text, &found), missing)
}

/// Reads a file that is in the folder, links followed.
fn read(folder: &Path, name: &str) -> Result<String, String> {
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if name.is_empty() || name.contains('\\') || !Path::new(name).components().all(inside) {
        return Err(format!("`{name}` leads out of the folder of the spinner file; only what is in it can be read"));
    }
    let failed = |error: std::io::Error| format!("cannot read `{name}`: {error}");
    let home = folder.canonicalize().map_err(failed)?;
    let file = home.join(name).canonicalize().map_err(failed)?;
    if !file.starts_with(&home) {
        return Err(format!("`{name}` is a link that leads out of the folder of the spinner file"));
    }
    let facts = fs::metadata(&file).map_err(failed)?;
    if !facts.is_file() {
        return Err(format!("`{name}` is not a file"));
    }
    if facts.len() > LARGEST {
        return Err(format!("`{name}` is {} KB, and {} KB are allowed", facts.len() >> 10, LARGEST >> 10));
    }
    let bytes = fs::read(&file).map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| format!("`{name}` is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_of_the_folder_is_read() {
        let place = tempfile::tempdir().unwrap();
        let home = place.path().join("home");
        fs::create_dir_all(home.join("sub")).unwrap();
        fs::write(home.join("a.js"), "a").unwrap();
        fs::write(home.join("sub/b.js"), "b").unwrap();
        fs::write(home.join("binary"), [0xff, 0xfe]).unwrap();
        fs::write(home.join("large"), vec![b' '; (LARGEST + 1) as usize]).unwrap();
        fs::write(place.path().join("secret"), "s").unwrap();
        #[cfg(unix)]
        for (target, link) in [("../secret", "out"), ("a.js", "in"), ("..", "up"), ("nowhere", "broken")] {
            std::os::unix::fs::symlink(target, home.join(link)).unwrap();
        }
        assert_eq!(read(&home, "a.js").unwrap(), "a");
        assert_eq!(read(&home, "./sub/b.js").unwrap(), "b");
        let absolute = home.join("a.js").display().to_string();
        let refused = ["", "../secret", "sub/../../secret", "sub/../a.js", &absolute, "/etc/passwd", "..\\secret"];
        for name in refused {
            assert!(read(&home, name).unwrap_err().contains("leads out of the folder"), "{name}");
        }
        for (name, told) in
            [("none.js", "cannot read"), ("sub", "not a file"), ("binary", "UTF-8"), ("large", "1024 KB")]
        {
            assert!(read(&home, name).unwrap_err().contains(told), "{name}");
        }
        #[cfg(unix)]
        {
            assert_eq!(read(&home, "in").unwrap(), "a");
            for name in ["out", "up/secret", "up/home/../secret"] {
                assert!(read(&home, name).unwrap_err().contains("leads out of the folder"), "{name}");
            }
            assert!(read(&home, "broken").unwrap_err().contains("cannot read"));
        }
    }
}
