//! What a person sees when nobody can be reached, and when nobody can tell what was sent.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use misbehaving::{Manner, Server, json};

#[expect(dead_code, reason = "other tests need more of it")]
mod misbehaving;

/// A workspace with eight rows, whose one step posts each to a port.
struct World(tempfile::TempDir);

impl World {
    fn new(port: u16) -> World {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("t.csv", "n\n1\n2\n3\n4\n5\n6\n7\n8\n");
        write(
            "s.toml",
            "name = 's'\n[[steps]]\nname = 'send'\ntype = 'api_call'\nintegration = 'crm'\nmethod = 'POST'\n\
             url = '/send/{{ n }}'\nretry = { attempts = 3, first = '1ms' }\n\
             [[steps]]\nname = 'after'\ntype = 'tag'\ndisposition = 'sent'\n",
        );
        let url = format!("http://127.0.0.1:{port}");
        let integration = format!("[integrations.crm]\nkind = 'http'\nbase_url = '{url}'\nallow_private = true\n");
        write("cxgear.toml", &integration);
        World(folder)
    }

    fn run(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let Output { status, stdout, stderr } =
            Command::new(env!("CARGO_BIN_EXE_cxgear")).args(args).current_dir(self.0.path()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }
}

#[test]
fn a_job_waits_for_a_server_that_is_not_there() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let world = World::new(port);
    let (code, out, said) = world.run(&["run", "s.toml", "t.csv", "--metadata", "n"]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("nobody could be reached behind integration `crm`, so job 1 waits"), "{said}");
    assert!(said.contains("`cxgear resume 1` goes on"), "{said}");
    assert!(out.contains("waiting") && out.contains("next: cxgear resume 1"), "{out}");
    let (code, out, _) = world.run(&["status"]);
    assert!(code == Some(0) && out.contains("cxgear resume 1"), "{out}");
    let (_, out, _) = world.run(&["journey", "1/1"]);
    assert!(out.contains("CIRCUIT_OPEN") && out.contains("nobody could be reached"), "{out}");
    assert_eq!(world.run(&["verify"]).0, Some(0));
    let server = Server::start(|_, _| Manner::Answer(json("{}")));
    let settings = fs::read_to_string(world.0.path().join("cxgear.toml")).unwrap();
    let settings = settings.replace(&port.to_string(), &server.port.to_string());
    fs::write(world.0.path().join("cxgear.toml"), settings).unwrap();
    let (code, out, said) = world.run(&["resume", "1"]);
    assert_eq!(code, Some(0), "{out}{said}");
    assert_eq!(server.requests(), 8);
    assert_eq!(world.run(&["verify"]).0, Some(0));
}

#[test]
fn a_person_decides_what_may_have_been_sent() {
    // The odd ones are lost on their way back, but for the last of them.
    let server = Server::start(|seen, _| match seen.path.rsplit('/').next().unwrap().parse::<u32>().unwrap() {
        row @ (1 | 3 | 5) => Manner::Close(format!("HTTP/1.1 200 OK\r\ncontent-length: 9{row}\r\n\r\n{{").into_bytes()),
        7 => Manner::Answer(misbehaving::answer("422 No", &[], b"no")),
        _ => Manner::Answer(json("{}")),
    });
    let world = World::new(server.port);
    let (code, out, _) = world.run(&["run", "s.toml", "t.csv", "--metadata", "n"]);
    assert!(code == Some(1) && out.contains("OUTCOME_UNKNOWN"), "{out}");
    assert_eq!(server.requests(), 8, "none was sent twice");
    let (code, _, said) = world.run(&["retry", "1", "--failed"]);
    assert_eq!(code, Some(1), "the one that was refused is refused again: {said}");
    assert!(said.contains("3 records of job 1 may have been sent, so a person decides"), "{said}");
    assert!(said.contains("`cxgear retry 1 --assume not-sent` sends it now"), "{said}");
    assert_eq!(server.requests(), 9);
    for args in [vec!["retry", "1/3"], vec!["retry", "1", "--reason", "OUTCOME_UNKNOWN"]] {
        let (code, _, said) = world.run(&args);
        assert!(code == Some(2) && said.contains("nobody can tell whether"), "{said}");
        assert!(said.contains(&format!("`cxgear retry {} --assume sent`", args[1])), "{said}");
    }
    let (code, _, said) = world.run(&["retry", "1/2", "--assume", "sent"]);
    assert!(code == Some(2) && said.contains("only one that did not complete"), "{said}");
    let (code, out, said) = world.run(&["retry", "1/3", "--assume", "sent"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(server.requests(), 9, "what is assumed to be sent is not sent: {out}");
    let (_, out, _) = world.run(&["journey", "3/3"]);
    assert!(out.contains("assumed to be sent"), "{out}");
    let (_, _, said) = world.run(&["retry", "1", "--assume", "not-sent"]);
    assert!(said.contains("job 4 retries 2 records of job 1"), "{said}");
    assert_eq!(server.requests(), 11);
    let keys: Vec<_> = server.seen().iter().map(|seen| seen.header("idempotency-key").unwrap().to_owned()).collect();
    assert!(keys.iter().all(|key| key.contains("-1-") && key.ends_with("-send")), "{keys:?}");
    let (code, out, _) = world.run(&["run", "s", "--failed-in", "1", "--dry-run"]);
    assert!(code == Some(0) && out.contains("POST"), "{out}");
    let (_, _, said) = world.run(&["run", "s", "--failed-in", "1"]);
    assert!(said.contains("3 records of job 1 sent something already, or may have"), "{said}");
    assert_eq!(world.run(&["verify"]).0, Some(0));
}

#[test]
fn what_is_known_of_a_call_is_on_the_disk_while_it_rests() {
    let server = Server::start(|_, before| match before {
        0 => Manner::Answer(misbehaving::answer("429 Too Many Requests", &[("Retry-After", "4")], b"")),
        _ => Manner::Answer(json("{}")),
    });
    let world = World::new(server.port);
    fs::write(world.0.path().join("t.csv"), "n\n1\n").unwrap();
    let mut runner = Command::new(env!("CARGO_BIN_EXE_cxgear"))
        .args(["run", "s.toml", "t.csv", "--metadata", "n", "-q"])
        .current_dir(world.0.path())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !world.run(&["events", "--type", "step.*", "--format", "ndjson"]).1.contains("step.retry_scheduled") {
        assert!(Instant::now() < deadline, "the rest is never written");
    }
    runner.kill().unwrap();
    runner.wait().unwrap();
    let (code, out, said) = world.run(&["resume", "1"]);
    assert_eq!(code, Some(0), "{out}{said}");
    assert_eq!(server.requests(), 2, "it was refused, so it may be asked again");
    assert_eq!(world.run(&["verify"]).0, Some(0));
}
