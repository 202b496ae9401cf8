//! Who may lean on whom: the table of `src/lib.rs`, held against every line of the source. No dependency needed.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::path::{Path, PathBuf};

/// A floor: the floors and the outside crates that it may name besides itself, `std` and `core`.
struct Floor {
    name: &'static str,
    floors: &'static [&'static str],
    crates: &'static [&'static str],
}

const FLOORS: &[Floor] = &[
    Floor {
        name: "model",
        floors: &[],
        crates: &[
            "email_address",
            "idna",
            "jiff",
            "rlibphonenumber",
            "serde",
            "serde_json",
            "sha2",
            "strsim",
            "thiserror",
            "toml",
            "zeroize",
        ],
    },
    Floor { name: "store", floors: &["model"], crates: &["rusqlite", "serde", "serde_json", "sha2", "thiserror"] },
    Floor {
        name: "ingest",
        floors: &["model", "store"],
        crates: &["csv", "csv_core", "encoding_rs", "chardetng", "flate2", "memchr", "sha2", "thiserror"],
    },
    Floor { name: "engine", floors: &["model", "store"], crates: &["serde", "serde_json", "jiff", "thiserror"] },
    Floor {
        name: "outside",
        floors: &["model"],
        crates: &[
            "argon2",
            "base64",
            "chacha20poly1305",
            "flate2",
            "jiff",
            "lettre",
            "reqwest",
            "rquickjs",
            "rustix",
            "rustls",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "url",
            "webpki_roots",
            "zeroize",
        ],
    },
    Floor { name: "steps", floors: &["model", "engine", "outside"], crates: &["minijinja", "serde_json", "zeroize"] },
    Floor { name: "views", floors: &["model", "store"], crates: &["jiff", "serde_json", "thiserror"] },
    Floor {
        name: "ui",
        floors: &["model"],
        crates: &[
            "anstream",
            "anstyle",
            "comfy_table",
            "csv",
            "indicatif",
            "jiff",
            "serde",
            "serde_json",
            "terminal_size",
            "unicode_width",
        ],
    },
    Floor {
        name: "cli",
        floors: &["model", "store", "ingest", "engine", "outside", "steps", "views", "ui"],
        crates: &[
            "anyhow",
            "clap",
            "clap_complete",
            "clap_mangen",
            "csv",
            "jiff",
            "rpassword",
            "serde_json",
            "sha2",
            "tokio",
            "zeroize",
        ],
    },
];

/// Every outside crate of `Cargo.toml`, as code names it.
fn dependencies() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap().to_owned();
    section.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().replace('-', "_")).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file, each line with its number; comments and the tests below the code are left out.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(place, line)| (place + 1, line))
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]" || !text.contains("mod tests {"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The paths that a line names: `crate::x` and `x::` of an outside crate.
fn names<'l>(line: &'l str, outside: &'l [String]) -> Vec<(&'static str, &'l str)> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("crate::") {
        rest = &rest[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let inside = group.split('}').next().unwrap();
            found.extend(inside.split(',').map(|part| ("floor", part.trim().split("::").next().unwrap())));
        } else {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push(("floor", &rest[..end]));
        }
    }
    for name in outside {
        let starts = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let path = format!("{name}::");
        if line.match_indices(&path).any(|(at, _)| starts(at)) {
            found.push(("crate", name));
        }
    }
    found
}

fn breaches(file: &str, text: &str, floor: &Floor, outside: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in code(text) {
        for (kind, name) in names(line, outside) {
            let known = FLOORS.iter().any(|floor| floor.name == name);
            let fine = match kind {
                "floor" => !known || name == floor.name || floor.floors.contains(&name),
                _ => floor.crates.contains(&name),
            };
            if !fine {
                let path = if kind == "floor" { format!("crate::{name}") } else { name.to_owned() };
                found.push(format!("{file}:{number}: floor {} may not import {path}", floor.name));
            }
        }
        if floor.name != "store"
            && ["SELECT ", "INSERT INTO", "PRAGMA ", "UPDATE cx_", "DELETE FROM", "CREATE TABLE", "BEGIN IMMEDIATE"]
                .iter()
                .any(|sql| line.contains(sql))
        {
            found.push(format!("{file}:{number}: floor {} holds SQL", floor.name));
        }
    }
    found
}

#[test]
fn every_floor_keeps_to_its_own() {
    let outside = dependencies();
    assert!(outside.len() > 10, "Cargo.toml was not understood");
    let mut all = Vec::new();
    let mut looked = 0;
    for floor in FLOORS {
        let mut files = Vec::new();
        sources(&root().join("src").join(floor.name), &mut files);
        assert!(!files.is_empty(), "floor {} is gone", floor.name);
        for path in files {
            // A folder of tests, and the one shared by tests of a floor, are not the floor.
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            if name.contains("/tests/")
                || name.ends_with("conformance.rs")
                || name.ends_with("tests.rs")
                || name.ends_with("sample.rs")
            {
                continue;
            }
            looked += 1;
            all.extend(breaches(&name, &fs::read_to_string(&path).unwrap(), floor, &outside));
        }
    }
    assert!(looked > 50, "only {looked} files were looked at");
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

/// Whether an event is made at this place of a line, and not looked for: it is no part of a pattern.
fn is_made(line: &str, at: usize) -> bool {
    let before = line[..at].trim_end();
    let or = before == "|" || before.ends_with(" |");
    let pattern = or || before.ends_with("let") || before.ends_with("matches!(");
    !pattern && !line[at..].contains("=>") && !line[at..].contains(") = ")
}

/// `events --types` tells which types this version never writes. Both lists are held against the source.
#[test]
fn types_that_are_never_written_are_made_nowhere() {
    let mut made = std::collections::BTreeSet::new();
    for floor in ["store", "ingest", "engine", "steps", "cli"] {
        let mut files = Vec::new();
        sources(&root().join("src").join(floor), &mut files);
        files.retain(|path| !path.ends_with("conformance.rs") && !path.ends_with("tests.rs"));
        for path in files {
            let text = fs::read_to_string(path).unwrap();
            for (_, line) in code(&text) {
                let variants = line.match_indices("Event::").filter(|(at, _)| is_made(line, *at));
                let name = |at: usize| line[at + "Event::".len()..].split('(').next().unwrap().to_owned();
                made.extend(variants.map(|(at, _)| name(at)));
            }
        }
    }
    for kind in cxgear::model::event::EventType::ALL {
        let is_made = made.contains(&format!("{kind:?}"));
        let name = kind.name();
        assert_eq!(is_made, kind.is_written(), "{name}: see src/model/event/unwritten.rs");
    }
}

#[test]
fn every_folder_is_a_floor() {
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            let name = entry.file_name().into_string().unwrap();
            assert!(FLOORS.iter().any(|floor| floor.name == name), "`src/{name}` is not a floor of the table");
        }
    }
}

#[test]
fn a_breach_is_seen() {
    let outside = ["rusqlite".to_owned(), "serde".to_owned()];
    let text = "use crate::ui::Format;\n// use crate::cli::x;\nuse rusqlite::Row;\nlet a = \"SELECT 1\";\nuse my_rusqlite::x;\n";
    let model = FLOORS.iter().find(|floor| floor.name == "model").unwrap();
    let found = breaches("a.rs", text, model, &outside);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], "a.rs:1: floor model may not import crate::ui");
}
