//! The vault in runs: it is opened only when a step uses it, before anything is written, and by nobody else; what is not
//! there is told by its name.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use misbehaving::{Manner, Server, answer, json};

#[expect(dead_code, reason = "other tests need more of it")]
mod misbehaving;

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
const OTHER: &str = "ff112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

/// Sends the token for each row.
const CALLS: &str = "name = \"s\"\n[[steps]]\nname = \"call\"\ntype = \"api_call\"\nintegration = \"crm\"\nmethod = \"PUT\"\nurl = \"/r/{{ n }}\"\n\
                     headers = { Authorization = \"Bearer {{ vault.crm_token }}\" }\n";

struct Place {
    folder: tempfile::TempDir,
    server: Server,
}

impl Place {
    fn new(behave: impl Fn(&misbehaving::Seen, usize) -> Manner + Send + Sync + 'static) -> Place {
        let server = Server::start(behave);
        let place = Place { folder: tempfile::tempdir().unwrap(), server };
        place.write("t.csv", "n\n1\n2\n3\n");
        place.write("s.toml", CALLS);
        let base = place.server.url("");
        place.write(
            "cxgear.toml",
            &format!("[integrations.crm]\nkind = 'http'\nbase_url = '{base}'\nallow_private = true\n"),
        );
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn command(&self, key: Option<&str>, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
        command.env_clear().envs(key.map(|key| ("CXGEAR_VAULT_KEY", key))).args(args).current_dir(self.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, key: Option<&str>, args: &[&str], stdin: &str) -> Output {
        let mut child = self.command(key, args).spawn().unwrap();
        drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
        child.wait_with_output().unwrap()
    }

    fn fine(&self, key: Option<&str>, args: &[&str], stdin: &str) -> Output {
        let output = self.run(key, args, stdin);
        assert!(output.status.success(), "{args:?}: {}", said(&output));
        output
    }

    fn keep(&self, name: &str, value: &str) {
        self.fine(Some(KEY), &["vault", "set", name], value);
    }

    fn view(&self, args: &[&str]) -> Value {
        serde_json::from_slice(&self.fine(None, &[args, &["--format", "json"]].concat(), "").stdout).unwrap()
    }

    /// How the only credential stands.
    fn status(&self) -> String {
        self.view(&["vault", "list"])[0]["status"].as_str().unwrap().to_owned()
    }

    /// What the log says of the workspace.
    fn events(&self) -> Vec<String> {
        let output = self.fine(None, &["events", "--format", "ndjson", "--reveal"], "");
        let lines = String::from_utf8(output.stdout).unwrap();
        let of = |line: &str| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_owned();
        lines.lines().map(of).collect()
    }

    /// Each file of the folder with its bytes, but for those of SQLite that only a reader makes.
    fn all(&self) -> Vec<(String, Vec<u8>)> {
        let files = fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut all: Vec<_> = files
            .filter(|path| !path.to_string_lossy().ends_with("-shm") && !path.to_string_lossy().ends_with("-wal"))
            .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
            .collect();
        all.sort();
        all
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn refused(output: &Output, why: &[&str]) {
    assert_eq!(output.status.code(), Some(2), "{}", said(output));
    for why in why {
        assert!(said(output).contains(why), "{why}: {}", said(output));
    }
}

fn fine(_: &misbehaving::Seen, _: usize) -> Manner {
    Manner::Answer(json("{}"))
}

#[test]
fn nothing_is_written_before_the_vault_is_open() {
    let place = Place::new(fine);
    // There is not even a vault: its names are known without a key, to whoever checks, publishes or runs.
    for args in [&["spinner", "check", "s.toml"][..], &["spinner", "publish", "s.toml"], &["run", "s.toml", "t.csv"]] {
        let what = "s.toml:8:40: this template needs the credential `crm_token`, which is not in the vault";
        refused(&place.run(Some(KEY), args, ""), &[what, "`cxgear vault set crm_token` keeps it"]);
    }
    assert!(!place.path().join("cxgear.db").exists());
    place.keep("crm-token", "another thing");
    refused(&place.run(Some(KEY), &["spinner", "check", "s.toml"], ""), &["did you mean `crm-token`?"]);
    place.keep("CRM_TOKEN", "s3cret-token");
    place.fine(None, &["spinner", "check", "s.toml"], "");
    let before = place.all();
    let no_key = ["the vault key is not given", "step `call` uses its credential `crm_token`", "CXGEAR_VAULT_KEY"];
    refused(&place.run(None, &["run", "s.toml", "t.csv"], ""), &no_key);
    refused(&place.run(Some(OTHER), &["run", "s.toml", "t.csv"], ""), &["the passphrase or key is wrong"]);
    refused(&place.run(None, &["run", "s.toml", "t.csv", "--key-file", "nowhere"], ""), &["`nowhere` does not exist"]);
    assert_eq!(place.all(), before, "nothing was written");
    assert_eq!(place.server.requests(), 0);
    // A key file will do.
    place.write("vault.key", KEY);
    let file = place.path().join("vault.key");
    #[cfg(unix)]
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    place.fine(None, &["run", "s.toml", "t.csv", "--key-file", file.to_str().unwrap()], "");
    let got = place.server.seen();
    assert_eq!(got.iter().filter(|seen| seen.header("authorization") == Some("Bearer s3cret-token")).count(), 3);
    place.fine(Some(KEY), &["verify"], "");
}

#[test]
fn whoever_needs_no_secret_is_asked_for_no_key() {
    let place = Place::new(fine);
    place.keep("crm_token", "s3cret-token");
    place.write("s.toml", &CALLS.replace("Bearer {{ vault.crm_token }}", "Bearer none"));
    place.fine(None, &["run", "s.toml", "t.csv"], "");
    // A wrong key is not looked at.
    place.fine(Some(OTHER), &["run", "s.toml"], "");
    assert_eq!(place.server.requests(), 6);
    assert_eq!(place.status(), "unverified");
}

#[test]
fn a_dry_run_opens_nothing_and_shows_names() {
    let place = Place::new(fine);
    // Even of what is not there.
    let output = place.fine(None, &["run", "s.toml", "t.csv", "--dry-run"], "");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("Authorization: Bearer [secret:crm_token]"), "{shown}");
    assert!(said(&output).contains("without `--dry-run` it is refused: step `call` needs the credential `crm_token`"));
    place.keep("crm_token", "s3cret-token");
    let before = place.all();
    let output = place.fine(Some(OTHER), &["run", "s.toml", "t.csv", "--dry-run"], "");
    assert!(!said(&output).contains("refused"), "{}", said(&output));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("s3cret"));
    // Scripts get the name too.
    let script = "name = \"f\"\n[[steps]]\nname = \"f\"\ntype = \"function\"\nvault = [\"crm_token\"]\nscript = '''\n\
                  function main(p, context) { return { a: context.vault(\"crm_token\") + \"!\" }; }\n'''\n";
    place.write("f.toml", script);
    let output = place.fine(None, &["run", "f.toml", "t.csv", "--dry-run"], "");
    assert!(String::from_utf8_lossy(&output.stdout).contains("[secret:crm_token]!"));
    assert_eq!(place.all().iter().filter(|(name, _)| !name.ends_with("f.toml")).count(), before.len());
    assert_eq!(place.server.requests(), 0);
}

#[test]
fn a_queued_job_is_opened_for_by_whoever_executes_it() {
    let place = Place::new(fine);
    place.keep("crm_token", "s3cret-token");
    place.fine(None, &["run", "s.toml", "t.csv", "--detach"], "");
    let before = place.events();
    refused(&place.run(None, &["resume", "1"], ""), &["the vault key is not given"]);
    // Taken away, or called otherwise, meanwhile.
    place.fine(Some(KEY), &["vault", "rename", "crm_token", "crm_tokens"], "");
    let gone = ["step `call` needs the credential `crm_token`, which is not in the vault", "there is `crm_tokens`"];
    refused(&place.run(Some(KEY), &["resume", "1"], ""), &gone);
    place.fine(None, &["vault", "rm", "crm_tokens"], "");
    refused(&place.run(Some(KEY), &["resume", "1"], ""), &gone[..1]);
    let own =
        |events: Vec<String>| events.into_iter().filter(|kind| !kind.starts_with("credential.")).collect::<Vec<_>>();
    assert_eq!(own(place.events()), own(before), "nothing was written");
    assert_eq!(place.server.requests(), 0);
    // Another value under the name will do; the job goes on with what is there now.
    place.keep("crm_token", "rotated-token");
    place.fine(Some(KEY), &["resume", "1"], "");
    assert!(place.server.seen().iter().all(|seen| seen.header("authorization") == Some("Bearer rotated-token")));
    // A job that nobody can execute any more can be canceled, whatever became of the vault and the settings.
    place.fine(None, &["run", "s", "--detach"], "");
    place.fine(None, &["vault", "rm", "crm_token"], "");
    place.write("cxgear.toml", "");
    let output = place.run(None, &["resume", "2"], "");
    refused(&output, &["s@1:5:15: there is no integration `crm`"]);
    place.fine(None, &["cancel", "2"], "");
    place.fine(None, &["verify"], "");
}

#[test]
fn what_became_of_a_credential_is_told_once() {
    let place = Place::new(|seen, _| match seen.header("authorization") {
        Some("Bearer good-token") => Manner::Answer(json("{}")),
        Some("Bearer busy-token") => Manner::Answer(answer("500 Internal Server Error", &[], b"")),
        Some("Bearer shy-token") => Manner::Answer(answer("403 Forbidden", &[], b"")),
        _ => Manner::Answer(answer("401 Unauthorized", &[], b"")),
    });
    place.write("s.toml", &format!("{CALLS}retry = {{ attempts = 1 }}\n"));
    let told = |since: usize| {
        let all = place.events().split_off(since);
        all.into_iter().filter(|kind| kind.starts_with("credential.")).collect::<Vec<_>>()
    };
    place.keep("crm_token", "good-token");
    let mut at = 0;
    for (value, code, status, events) in [
        ("", 0, "verified", &["credential.created", "credential.verified"][..]),
        ("", 0, "verified", &[]),
        ("bad-token", 1, "invalid", &["credential.unverified", "credential.invalid"]),
        ("", 1, "invalid", &[]),
        ("busy-token", 1, "unverified", &["credential.unverified"]),
        ("shy-token", 1, "invalid", &["credential.deleted", "credential.created", "credential.invalid"]),
        ("good-token", 0, "verified", &["credential.unverified", "credential.verified"]),
    ] {
        if !value.is_empty() {
            place.keep("crm_token", value);
        }
        let output = place.run(Some(KEY), &["run", "s.toml", "t.csv"], "");
        assert_eq!(output.status.code(), Some(code), "{value}: {}", said(&output));
        assert_eq!(
            (place.status().as_str(), told(at)),
            (status, events.iter().map(|kind| (*kind).to_owned()).collect()),
            "{value}"
        );
        at = place.events().len();
    }
    place.fine(Some(KEY), &["verify"], "");
}

#[test]
fn what_verify_must_not_find_it_finds() {
    let place = Place::new(fine);
    place.write("t.csv", "n\nsecret-in-a-cell\n");
    let text = "name = \"s\"\ndescription = \"secret-in-a-file\"\n[[steps]]\nname = \"say\"\ntype = \"log\"\nmessage = \"{{ n }} c2VjcmV0LWluLWEtbG9n\"\n";
    place.write("s.toml", text);
    place.fine(None, &["run", "s.toml", "t.csv"], "");
    for (name, value) in [
        ("cell", "secret-in-a-cell"),
        ("file", "secret-in-a-file"),
        ("log", "secret-in-a-log"),
        ("fine", "in nobody's way"),
    ] {
        place.keep(name, value);
    }
    // Nobody is asked, so without a key nothing is looked for.
    let output = place.fine(None, &["verify", "--format", "json"], "");
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["secrets"], Value::Null);
    refused(&place.run(Some(OTHER), &["verify"], ""), &["the passphrase or key is wrong"]);
    let output = place.run(Some(KEY), &["verify", "--format", "json"], "");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let breach = |breach: &Value| {
        assert_eq!(breach["rule"], "P4");
        format!(
            "{} {} {}",
            breach["object"].as_str().unwrap(),
            breach["what"].as_str().unwrap(),
            breach["cursor"].is_u64()
        )
    };
    let mut found: Vec<_> = told["breaches"].as_array().unwrap().iter().map(breach).collect();
    found.sort();
    // The text of a version holds all that its file does.
    let is_in = |object: &str, name: &str, at: bool| format!("{object} the value of credential `{name}` is in it {at}");
    assert_eq!(
        found,
        [
            is_in("cx_spinner", "file", false),
            is_in("cx_spinner", "log", false),
            is_in("record 1/1", "cell", true),
            is_in("record 1/1", "log", true)
        ]
    );
    assert_eq!(told["secrets"], 4);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("secret-in"), "the value is never told");
}
