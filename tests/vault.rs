//! The vault as its users, and those who get its file, meet it: real processes, and a file that was changed.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cxgear::model::time::Timestamp;
use cxgear::model::vault::Sealed;
use cxgear::outside::vault::{Key, Vault};
use cxgear::store::{self, Access, Clash, Error, Invocation, Read as _, Side, SqliteStore, Write as _};
use cxgear::views::verify::verify;
use rusqlite::Connection;
use zeroize::Zeroizing;

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
const OTHER: &str = "ff112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
const REFUSAL: &str = "the vault cannot be opened: the passphrase or key is wrong, or what it opens was changed";

/// What no file and no stream may show: short, with quotes, newlines, percents, beyond ASCII, JSON, one part of another.
const CANARIES: [(&str, &str); 12] = [
    ("short", "hUnt3r"),
    ("quotes", "it's \"q\"uoted-canary"),
    ("lines", "first-canary-line\nsecond-canary-line\n"),
    ("percent", "100%25-%41-canary%"),
    ("unicode", "schlüssel-鍵-🔑-canary"),
    ("json", r#"{"key":"json-canary","n":[1,2]}"#),
    ("part", "canary-part"),
    ("whole", "a-canary-part-of-more"),
    ("windows", r"C:\canary\new\table"),
    ("dashes", "--canary-dashes"),
    ("base64", "Y2FuYXJ5LWNhbmFyeQ=="),
    ("spaces", "  canary with spaces  "),
];

fn run(place: &Path, key: Option<&str>, args: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.env_clear().envs(key.map(|key| ("CXGEAR_VAULT_KEY", key))).args(args).current_dir(place);
    command.env("CXGEAR_VAULT_NEW_KEY", OTHER).env("CXGEAR_VAULT_EXPORT_KEY", OTHER);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who refuses before it reads has closed this.
    drop(child.stdin.take().unwrap().write_all(stdin));
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn fine(place: &Path, args: &[&str], stdin: &str) -> Output {
    let output = run(place, Some(KEY), args, stdin.as_bytes());
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    output
}

fn refused(output: &Output, why: &str) {
    assert_eq!((output.status.code(), said(output).contains(why)), (Some(2), true), "{}", said(output));
}

fn key(text: &str) -> Key {
    Key::read(Zeroizing::new(text.to_owned()))
}

fn open(path: &Path) -> SqliteStore {
    let invocation = Invocation { verb: "test".to_owned(), at: Timestamp(1_000), workspace: None };
    store::open(path, Access::Create(invocation)).unwrap()
}

/// All values, as a key opens them.
fn values(path: &Path, text: &str) -> Result<Vec<(String, String)>, cxgear::outside::vault::Error> {
    let store = store::open(path, Access::Read).unwrap();
    let vault = Vault::open(&store.vault().unwrap().unwrap(), &key(text))?;
    let open = |sealed: Sealed| Ok((sealed.name.clone(), vault.unseal(&sealed)?.to_string()));
    store.sealed().unwrap().into_iter().map(open).collect()
}

fn base64(bytes: &[u8], alphabet: &[u8]) -> Vec<u8> {
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect::<Vec<_>>();
    // What is left over at the end shares a character with whatever follows.
    bits.chunks_exact(6).map(|six| alphabet[six.iter().fold(0, |n, bit| n << 1 | usize::from(*bit))]).collect()
}

/// A value raw, and what of its base64 it alone decides, wherever it begins.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let letters: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').collect();
    let mut forms = vec![value.as_bytes().to_vec(), serde_json::to_string(value).unwrap().trim_matches('"').into()];
    for more in [b"+/", b"-_"] {
        let alphabet = [&letters[..], more].concat();
        for (before, drop) in [(0, 0), (1, 2), (2, 3)] {
            forms.push(base64(&[&[0; 2][..before], value.as_bytes()].concat(), &alphabet)[drop..].to_vec());
        }
    }
    forms
}

#[test]
fn no_value_is_ever_seen() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let mut streams = Vec::new();
    let mut hear = |output: Output| streams.extend([output.stdout, output.stderr]);
    hear(fine(place, &["vault", "set", "first"], "first-canary\n"));
    // Somebody reads the file all along, so the WAL stays.
    let reader = Connection::open(place.join("cxgear.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM cx_segment").unwrap();
    for (name, value) in CANARIES {
        hear(fine(place, &["-v", "vault", "set", name], &format!("{value}\n")));
        hear(run(place, Some(OTHER), &["-v", "vault", "set", name], value.as_bytes()));
        hear(run(place, None, &["vault", "set", name], value.as_bytes()));
        // As people try it; each is refused, and not repeated.
        for wrong in [&["vault", "set", name, value][..], &["vault", "set", &format!("{name}={value}")]] {
            let output = run(place, Some(KEY), wrong, b"");
            refused(&output, "takes a name and no value");
            assert!(said(&output).contains("shell's history"));
            hear(output);
        }
    }
    assert!(fs::metadata(place.join("cxgear.db-wal")).unwrap().len() > 0);
    // Again over a value that is there; then all that acts on all of them.
    hear(fine(place, &["vault", "set", "SHORT"], CANARIES[0].1));
    for args in [
        &["vault", "rename", "first", "second"][..],
        &["vault", "rm", "second"],
        &["vault", "export", "all.vault"],
        &["vault", "import", "all.vault", "--replace"],
        &["vault", "list", "--format", "json"],
        &["vault", "list"],
        &["events", "--reveal", "--format", "ndjson"],
        &["verify", "-v"],
        &["vault", "rotate-key"],
    ] {
        hear(fine(place, args, ""));
    }
    let mut expected = CANARIES.map(|(name, value)| (name.to_owned(), value.to_owned()));
    expected.sort();
    assert_eq!(values(&place.join("cxgear.db"), OTHER).unwrap(), expected, "each is kept to the byte");
    let mut places: Vec<_> =
        ["cxgear.db", "cxgear.db-wal", "all.vault"].map(|file| fs::read(place.join(file)).unwrap()).into();
    places.append(&mut streams);
    let mut looked = 0;
    for (_, value) in CANARIES {
        for form in forms(value) {
            assert!(form.len() >= 6, "{value}");
            for bytes in &places {
                assert!(!bytes.windows(form.len()).any(|part| part == form), "{value:?} as {:?}", form.escape_ascii());
                looked += 1;
            }
        }
    }
    // 12 values in 8 forms, in three files and two streams of 12 x 5 + 11 commands.
    assert_eq!(looked, 12 * 8 * (3 + 2 * 71));
    assert!(forms("first-canary").iter().any(|form| form == b"Zmlyc3QtY2FuYXJ5"), "the forms are forms");
}

#[test]
fn whatever_was_changed_is_one_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let passphrase = "correct horse battery staple";
    for (name, value) in [("a", "value of a"), ("b", "value of b")] {
        assert!(run(place, Some(passphrase), &["vault", "set", name], value.as_bytes()).status.success());
    }
    let whole = fs::read(place.join("cxgear.db")).unwrap();
    let wrong = run(place, Some("correct horse battery stapler"), &["vault", "export", "x"], b"");
    refused(&wrong, REFUSAL);
    // The last byte becomes another one, whatever it was.
    let flip = |column: &str| {
        let other = format!("CASE substr({column}, -1) WHEN x'00' THEN x'01' ELSE x'00' END");
        format!("{column} = CAST(substr({column}, 1, length({column}) - 1) || {other} AS BLOB)")
    };
    let swap = |column: &str| {
        format!("{column} = (SELECT o.{column} FROM cx_credential o WHERE o.name <> cx_credential.name)")
    };
    let changes = [
        format!("UPDATE cx_credential SET {} WHERE name = 'a'", flip("ciphertext")),
        "UPDATE cx_credential SET ciphertext = substr(ciphertext, 2) WHERE name = 'b'".to_owned(),
        format!("UPDATE cx_credential SET {} WHERE name = 'b'", flip("nonce")),
        "UPDATE cx_credential SET nonce = x'00' WHERE name = 'b'".to_owned(),
        "UPDATE cx_credential SET name = 'c' WHERE name = 'b'".to_owned(),
        "UPDATE cx_credential SET name = 'A' WHERE name = 'a'".to_owned(),
        // Whole entries, each under the other's name.
        "UPDATE cx_credential SET name = CASE name WHEN 'a' THEN 'x' ELSE 'y' END; \
         UPDATE cx_credential SET name = CASE name WHEN 'x' THEN 'b' ELSE 'a' END"
            .to_owned(),
        format!("UPDATE cx_credential SET {} WHERE name = 'a'", swap("ciphertext")),
        format!("UPDATE cx_credential SET {} WHERE name = 'a'", swap("nonce")),
        format!("UPDATE cx_vault SET {}", flip("id")),
        format!("UPDATE cx_vault SET {}", flip("salt")),
        format!("UPDATE cx_vault SET {}", flip("nonce")),
        format!("UPDATE cx_vault SET {}", flip("wrapped")),
        "UPDATE cx_vault SET wrapped = x''".to_owned(),
        "UPDATE cx_vault SET memory = 100 << 20".to_owned(),
        "UPDATE cx_vault SET memory = 1 << 40".to_owned(),
        "UPDATE cx_vault SET memory = -1".to_owned(),
        "UPDATE cx_vault SET memory = 65535".to_owned(),
        "UPDATE cx_vault SET passes = 4000000000".to_owned(),
        "UPDATE cx_vault SET passes = 2".to_owned(),
        "UPDATE cx_vault SET lanes = 0".to_owned(),
        "UPDATE cx_vault SET lanes = 2".to_owned(),
        "UPDATE cx_vault SET memory = NULL, passes = NULL, lanes = NULL, salt = NULL".to_owned(),
    ];
    let mut seen = 0;
    for sql in &changes {
        fs::write(place.join("cxgear.db"), &whole).unwrap();
        let db = Connection::open(place.join("cxgear.db")).unwrap();
        db.execute_batch(&format!("PRAGMA ignore_check_constraints = ON; {sql}")).unwrap();
        drop(db);
        let output = run(place, Some(passphrase), &["vault", "export", "x"], b"");
        assert_eq!((output.status.code(), said(&output)), (Some(2), said(&wrong)), "{sql}");
        assert!(!place.join("x").exists());
        seen += 1;
    }
    assert_eq!(seen, 23);
    fs::write(place.join("cxgear.db"), &whole).unwrap();
    assert!(run(place, Some(passphrase), &["vault", "export", "x"], b"").status.success());
    // From another vault of the same key, under the same name.
    let other = tempfile::tempdir().unwrap();
    let beside = other.path().join("other.db");
    let theirs = "UPDATE cx_credential SET (nonce, ciphertext) = (SELECT nonce, ciphertext FROM o.cx_credential)";
    let more = format!("ATTACH '{}' AS o; {theirs}", beside.display());
    fine(other.path(), &["vault", "set", "a"], "another value of a");
    fs::rename(other.path().join("cxgear.db"), &beside).unwrap();
    fine(other.path(), &["vault", "set", "a"], "value of a");
    Connection::open(other.path().join("cxgear.db")).unwrap().execute_batch(&more).unwrap();
    refused(&run(other.path(), Some(KEY), &["vault", "rename", "a", "b"], b""), REFUSAL);
}

/// A change of the vault as the commands make it, with nothing between.
type Change = fn(&mut SqliteStore) -> store::Result<()>;

const CHANGES: [(&str, Change); 4] = [
    ("keep", |store| {
        let vault = Vault::open(&store.vault()?.unwrap(), &key(KEY)).unwrap();
        let sealed = [vault.seal("a", "another value").unwrap(), vault.seal("c", "value of c").unwrap()];
        store.keep_credentials(Timestamp(2_000), vault.lock(), &sealed, Clash::Replace)
    }),
    ("rename", |store| {
        let vault = Vault::open(&store.vault()?.unwrap(), &key(KEY)).unwrap();
        let before = store.sealed()?.remove(0);
        store.rename_credential(Timestamp(2_000), vault.lock(), &before, &vault.seal("z", "value of a").unwrap())
    }),
    ("delete", |store| store.delete_credential(Timestamp(2_000), "a")),
    ("rekey", |store| {
        let old = Vault::open(&store.vault()?.unwrap(), &key(KEY)).unwrap();
        let new = old.rekeyed(&key(OTHER)).unwrap();
        let reseal = |entry: Sealed| {
            let after = new.seal(&entry.name, &old.unseal(&entry).unwrap()).unwrap();
            (entry, after)
        };
        let pairs: Vec<_> = store.sealed()?.into_iter().map(reseal).collect();
        store.rekey_vault(old.lock(), new.lock(), &pairs)
    }),
];

#[test]
fn a_crash_at_either_side_of_a_commit_leaves_one_vault() {
    let folder = tempfile::tempdir().unwrap();
    fine(folder.path(), &["vault", "set", "a"], "value of a");
    fine(folder.path(), &["vault", "set", "b"], "value of b");
    let path = folder.path().join("crash.db");
    let mut crashes = 0;
    for (name, change) in CHANGES {
        for side in [Side::Before, Side::After] {
            fs::copy(folder.path().join("cxgear.db"), &path).unwrap();
            let before = values(&path, KEY).unwrap();
            let mut store = open(&path);
            store.break_with(Box::new(
                move |at| {
                    if at == side { Err(Error::Injected("the process dies here")) } else { Ok(()) }
                },
            ));
            let died = change(&mut store);
            assert!(matches!(died, Err(Error::Injected(_))), "{name} {side:?}: {died:?}");
            drop(store);
            let opens = if (name, side) == ("rekey", Side::After) { OTHER } else { KEY };
            let shut = if opens == KEY { OTHER } else { KEY };
            let after = values(&path, opens).unwrap();
            assert!(values(&path, shut).is_err(), "one key opens all of it, the other none");
            assert_eq!(after == before, name == "rekey" || side == Side::Before, "{name} {side:?}: {after:?}");
            let verified = verify(&store::open(&path, Access::Read).unwrap(), None, None).unwrap();
            assert!(verified.breaches.is_empty(), "{:?}", verified.breaches);
            crashes += 1;
        }
    }
    assert_eq!(crashes, 8);
}

#[test]
fn many_processes_and_one_vault() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    fine(place, &["vault", "set", "first"], "first value");
    std::thread::scope(|scope| {
        for n in 0..8 {
            scope.spawn(move || fine(place, &["vault", "set", &format!("n{n}")], &format!("value {n}")));
        }
    });
    assert_eq!(values(&place.join("cxgear.db"), KEY).unwrap().len(), 9);
    // A new key against whoever seals meanwhile: either may be told to come again, and all that is kept can be opened.
    let (mut kept, mut rotated, mut rounds, mut key) = (1, 0, 0, KEY);
    while rotated == 0 || kept < 5 {
        rounds += 1;
        assert!(rounds < 100, "{kept} kept, {rotated} new keys");
        let done: Vec<_> = std::thread::scope(|scope| {
            let set = |n| scope.spawn(move || run(place, Some(KEY), &["vault", "set", &format!("m{n}")], b"a value"));
            let setting: Vec<_> = (0..3).map(set).collect();
            let rotating = scope.spawn(move || run(place, Some(KEY), &["vault", "rotate-key"], b""));
            setting.into_iter().chain([rotating]).map(|thread| thread.join().unwrap()).collect()
        });
        for output in &done[..3] {
            let late = said(output).contains("changed by another process") || said(output).contains(REFUSAL);
            assert!(output.status.success() || late, "{}", said(output));
            kept += usize::from(output.status.success());
        }
        let won = done[3].status.success();
        rotated += usize::from(won);
        key = if won { OTHER } else { KEY };
        values(&place.join("cxgear.db"), key).unwrap();
        if won && kept < 5 {
            let back = Command::new(env!("CARGO_BIN_EXE_cxgear"))
                .args(["vault", "rotate-key"])
                .current_dir(place)
                .env_clear()
                .envs([("CXGEAR_VAULT_KEY", OTHER), ("CXGEAR_VAULT_NEW_KEY", KEY)])
                .output();
            assert!(back.unwrap().status.success());
            key = KEY;
        }
    }
    let output = run(place, Some(key), &["verify"], b"");
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn what_is_no_value_is_refused_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let long = "x".repeat(64 * 1024);
    for (value, why) in [
        (&b""[..], "shorter than 6 bytes"),
        (b"12345\n", "shorter than 6 bytes"),
        (b"a nul\0in it", "a NUL byte"),
        (b"not \xff utf-8", "is not UTF-8"),
        (format!("{long}y\n").as_bytes(), "longer than 64 KiB"),
    ] {
        refused(&run(place, Some(KEY), &["vault", "set", "a"], value), why);
        assert!(!place.join("cxgear.db").exists(), "a refused value makes no database");
    }
    for name in ["a b", "", "é", "a/b"] {
        refused(&run(place, Some(KEY), &["vault", "set", name], b"a value"), "cannot be a credential's name");
    }
    refused(&run(place, None, &["vault", "set", "a"], b"a value"), "there is no terminal to ask for a passphrase");
    fine(place, &["vault", "set", "a"], &format!("{long}\n"));
    assert_eq!(values(&place.join("cxgear.db"), KEY).unwrap(), [("a".to_owned(), long)]);
}

#[cfg(unix)]
#[test]
fn a_key_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    fine(place, &["vault", "set", "a"], "value of a");
    let file = place.join("the key");
    let with = |mode: u32, text: &str| {
        drop(fs::remove_file(&file));
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        drop(fs::remove_file(place.join("x")));
        run(place, Some(OTHER), &["vault", "export", "x", "--key-file", "the key"], b"")
    };
    for mode in [0o600, 0o400, 0o700] {
        let output = with(mode, &format!("{KEY}\n"));
        assert!(output.status.success(), "{mode:o}: {}", said(&output));
    }
    for mode in [0o644, 0o640, 0o604, 0o660, 0o601, 0o777] {
        let output = with(mode, KEY);
        refused(&output, &format!("(mode {mode:04o}), so it is no key file"));
        assert!(said(&output).contains("hint: `chmod 600 'the key'`"), "{}", said(&output));
    }
    refused(&with(0o600, "\n"), "it is empty");
    refused(&with(0o600, &"x".repeat(5_000)), "it is too long");
    refused(&with(0o600, OTHER), REFUSAL);
    // Named by the environment, it comes after the key itself.
    let by_name = |key: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
        command.env_clear().env("CXGEAR_VAULT_KEY_FILE", "the key").envs(key.map(|key| ("CXGEAR_VAULT_KEY", key)));
        command.args(["vault", "rename", "a", "b"]).current_dir(place).output().unwrap()
    };
    refused(&by_name(None), REFUSAL);
    assert!(by_name(Some(KEY)).status.success());
    // What is exported is its owner's alone too, and never written over what is there.
    fine(place, &["vault", "export", "mine"], "");
    assert_eq!(fs::metadata(place.join("mine")).unwrap().permissions().mode() & 0o777, 0o600);
    std::os::unix::fs::symlink("nowhere", place.join("dangling")).unwrap();
    for there in ["mine", "dangling", "."] {
        refused(&run(place, Some(KEY), &["vault", "export", there], b""), "no file is overwritten");
    }
}
