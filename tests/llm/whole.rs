//! The whole tool against a provider: retries, usage, what is shown, what is kept, and the log that holds it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::KEY;
use super::provider::{Does, Provider, chat, chat_events, fails};

fn cxgear(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.current_dir(folder).args(args).env("NO_COLOR", "1").env("CXGEAR_VAULT_KEY", "open sesame").output().unwrap()
}

fn told(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn rows(folder: &Path, args: &[&str]) -> Vec<Value> {
    let (out, err) = told(&cxgear(folder, args));
    out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line} {err}"))).collect()
}

/// A workspace with a spinner of one question, and twenty rows.
fn workspace(port: u16, more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let csv: String = (1..=20).map(|n| format!("row {n}\n")).collect();
    write("t.csv", &format!("name\n{csv}"));
    write(
        "cxgear.toml",
        &format!(
            "[integrations.local]\nkind = \"llm\"\nprovider = \"openai\"\nbase_url = \"http://127.0.0.1:{port}/v1\"\n\
             allow_private = true\nmodel = \"llama\"\n{more}"
        ),
    );
    write(
        "s.toml",
        "name = \"s\"\n[[steps]]\nname = \"ask\"\ntype = \"ai_agent\"\ntask = \"Greet {{ name }}\"\n\
         retry = { attempts = 3, first = \"1ms\", max = \"2ms\" }\n",
    );
    folder
}

#[test]
fn a_job_comes_through_faults_and_tells_what_it_used() {
    // Every third is too much at once, every seventh is cut short.
    let provider = Provider::start(|_, nth| match nth {
        n if n % 7 == 6 => Does::HalfCloses("{".to_owned()),
        n if n % 3 == 2 => Does::Says(429, vec![("retry-after-ms", "5")], "{}".to_owned()),
        n => chat(&format!("Hi \u{1b}[31m{n}"), "stop"),
    });
    let folder = workspace(provider.port, "");
    let (out, err) = told(&cxgear(folder.path(), &["run", "s.toml", "t.csv", "-v"]));
    let job = &rows(folder.path(), &["job", "1", "--format", "ndjson"])[0];
    let asked = provider.seen().len() as u64;
    let faults = (0..asked).filter(|n| n % 7 == 6 || n % 3 == 2).count() as u64;
    assert!(faults > 5, "{faults} faults were produced");
    let (completed, failed) = (job["completed"].as_u64().unwrap(), job["failed"].as_u64().unwrap());
    assert_eq!(completed + failed, 20, "{out}{err}");
    assert_eq!(completed, asked - faults, "no success that was none, and none done twice");
    let usage = serde_json::json!([{ "model": "llama", "calls": completed, "input_tokens": completed * 11, "output_tokens": completed * 3 }]);
    assert_eq!(job["usage"], usage);
    assert!(
        out.contains(&format!(
            "usage      {completed} calls, {} tokens in, {} out, llama",
            completed * 11,
            completed * 3
        )),
        "{out}"
    );
    let (verified, _) = told(&cxgear(folder.path(), &["verify"]));
    assert!(verified.contains("whole"), "{verified}");
    // It was asked for in pieces and the server did not: nothing to show, and nothing raw.
    assert!(!err.contains('\u{1b}') && !out.contains('\u{1b}'));
}

#[test]
fn what_is_said_is_shown_with_v_and_kept_only_where_it_is_asked_for() {
    for (flags, more, shown, kept) in [
        (&["-v"][..], "", 40, 0),
        (&["-q", "-v"], "", 0, 0),
        (&[], "[log]\nkeep_deltas = true\n", 0, 40),
        (&[], "", 0, 0),
    ] {
        let wanted = !more.is_empty() || flags == ["-v"];
        let provider = Provider::start(move |seen, _| {
            assert_eq!(seen.body.get("stream").is_some(), wanted);
            Does::Streams(chat_events(&["One\u{1b}[31m.", "\nTwo"]))
        });
        let folder = workspace(provider.port, more);
        let args = [&["run", "s.toml", "t.csv"], flags].concat();
        let (out, err) = told(&cxgear(folder.path(), &args));
        if !wanted {
            continue;
        }
        assert!(out.contains("20/20"), "{out}{err}");
        let lines: Vec<_> = err.lines().filter(|line| line.starts_with("1/")).collect();
        assert_eq!(lines.len(), shown, "{err}");
        assert!(lines.iter().all(|line| line.ends_with(": One\\x1b[31m.") || line.ends_with(": Two")), "{err}");
        let deltas = rows(folder.path(), &["events", "--type", "step.progress", "--format", "ndjson"]);
        assert_eq!(deltas.len(), kept);
        assert!(told(&cxgear(folder.path(), &["verify"])).0.contains("whole"));
        let usage = &rows(folder.path(), &["job", "1", "--format", "ndjson"])[0]["usage"][0];
        assert_eq!((usage["calls"].as_u64(), usage["output_tokens"].as_u64()), (Some(20), Some(60)));
    }
}

#[test]
fn a_tally_that_was_changed_is_a_breach() {
    let provider = Provider::doing(vec![chat("Hi", "stop")]);
    let folder = workspace(provider.port, "");
    told(&cxgear(folder.path(), &["run", "s.toml", "t.csv"]));
    let database = rusqlite::Connection::open(folder.path().join("cxgear.db")).unwrap();
    for what in ["ai_calls", "ai_input_tokens", "ai_output_tokens"] {
        let change = |by: i64| {
            let sql = format!("UPDATE cx_tally SET n = n + {by} WHERE what = '{what}'");
            assert_eq!(database.execute(&sql, []).unwrap(), 1);
        };
        change(1);
        let output = cxgear(folder.path(), &["verify"]);
        assert!(output.status.code() == Some(3) && told(&output).0.contains("F4"), "{what}: {:?}", told(&output));
        change(-1);
    }
    assert_eq!(cxgear(folder.path(), &["verify"]).status.code(), Some(0));
}

#[test]
fn a_wrong_key_fails_each_record_once_and_says_what_the_provider_said() {
    let provider = Provider::doing(vec![fails(401, "{\"error\": {\"message\": \"Incorrect API key\"}}")]);
    let folder = workspace(provider.port, "");
    let output = cxgear(folder.path(), &["run", "s.toml", "t.csv"]);
    assert_eq!((output.status.code(), provider.seen().len()), (Some(1), 20));
    let (journey, _) = told(&cxgear(folder.path(), &["journey", "1/1"]));
    assert!(journey.contains("Incorrect API key") && journey.contains("the credential is not accepted"), "{journey}");
    let job = &rows(folder.path(), &["job", "1", "--format", "ndjson"])[0];
    assert_eq!((&job["usage"], &job["failures"][0]["reason"]), (&serde_json::json!([]), &"UNAUTHORIZED".into()));
}

#[test]
fn a_key_of_the_vault_opens_the_door_and_is_written_nowhere() {
    // It is echoed in answers, and in errors of those that are refused.
    let provider = Provider::start(|seen, nth| match seen.header("authorization") {
        Some(key) if nth % 2 == 0 => chat(&format!("You said {key}"), "stop"),
        key => fails(400, &format!("not with {key:?}")),
    });
    let folder = workspace(provider.port, "api_key = \"vault:it_key\"\n");
    std::fs::write(folder.path().join("key"), KEY).unwrap();
    let mut set = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    set.current_dir(folder.path()).args(["vault", "set", "it_key"]).env("CXGEAR_VAULT_KEY", "open sesame");
    assert!(set.stdin(std::fs::File::open(folder.path().join("key")).unwrap()).status().unwrap().success());
    let (dry, _) = told(&cxgear(folder.path(), &["run", "s.toml", "t.csv", "--dry-run", "--limit", "1"]));
    assert!(dry.contains("authorization: Bearer [secret:it_key]"), "{dry}");
    assert_eq!(provider.seen().len(), 0);
    let (out, err) = told(&cxgear(folder.path(), &["run", "s.toml", "t.csv", "-v"]));
    assert!(provider.seen().iter().all(|seen| seen.header("authorization") == Some(&format!("Bearer {KEY}"))));
    assert_eq!(provider.seen().len(), 20, "{out}{err}");
    let (journeys, _) = told(&cxgear(folder.path(), &["events", "--format", "ndjson"]));
    assert!(journeys.matches("Bearer [secret:it_key]").count() >= 20, "{journeys}");
    let mut written = dry + &out + &err + &journeys;
    for name in ["cxgear.db", "cxgear.db-wal"] {
        written += &String::from_utf8_lossy(&std::fs::read(folder.path().join(name)).unwrap_or_default());
    }
    assert!(!written.contains(KEY) && !written.contains("sk-canary"), "the key was written");
}
