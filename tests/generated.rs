//! Files in the repository that are made from the program: they must be what it would make today.
//!
//! `CXGEAR_REGENERATE=1 cargo test --test generated` writes them anew.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[path = "../fixtures/contacts.rs"]
mod contacts;

const REGENERATE: &str = "CXGEAR_REGENERATE";

/// The file is what it should be, or is made so when that was asked for.
fn fresh(file: &str, made: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os(REGENERATE).is_some() {
        fs::write(&path, made).unwrap();
    }
    let there = fs::read(&path).unwrap_or_default();
    assert!(there == made, "{file} is stale: `{REGENERATE}=1 cargo test --test generated` writes it anew");
}

fn printed(args: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_cxgear")).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty(), "{args:?} prints nothing");
    output.stdout
}

#[test]
fn completions() {
    for (shell, file) in [
        ("bash", "cxgear.bash"),
        ("zsh", "_cxgear"),
        ("fish", "cxgear.fish"),
        ("elvish", "cxgear.elv"),
        ("powershell", "_cxgear.ps1"),
    ] {
        fresh(&format!("completions/{file}"), &printed(&["completions", shell]));
    }
}

/// `fixtures/contacts.csv` is what `fixtures/contacts.rs` writes.
#[test]
fn the_outreach_list() {
    let mut made = Vec::new();
    contacts::write(1_000, &mut made).unwrap();
    fresh("fixtures/contacts.csv", &made);
}

/// The README names every command there is.
#[test]
fn commands_of_the_readme() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut count = 0;
    for group in ["", "table", "spinner", "project", "vault"] {
        let args: Vec<_> = [group, "-h"].into_iter().filter(|arg| !arg.is_empty()).collect();
        let help = String::from_utf8(printed(&args)).unwrap();
        let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        // A line that goes on is indented further.
        for command in commands.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' ')) {
            let name = command.split_whitespace().next().unwrap();
            let told = format!("`{group} {name}").replace("` ", "`");
            let is_group = ["table", "spinner", "project", "vault"].contains(&name);
            assert!(is_group || readme.contains(&told), "the README does not name {told}`");
            count += 1;
        }
    }
    assert!(count > 20, "{count} commands were found");
}
