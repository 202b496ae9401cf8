//! Every request held to the types that OpenAI and Anthropic publish, and every answer made of them: by their own Python
//! packages, which `.ci/run` installs under `target/peers`. Without them this is skipped, and says so.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use cxgear::engine::{Live, Show};
use serde_json::json;

use super::{Asked, Lines, done, integration, map};

/// The server; it ends with the test.
struct Peer(Child, u16);

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn peer() -> Option<Peer> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/peers/bin/python");
    if !python.exists() {
        return None;
    }
    let script = root.join("tests/llm/peer.py");
    let mut child = Command::new(python).arg("-I").arg(script).stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    Some(Peer(child, port.trim().parse().unwrap()))
}

#[test]
#[expect(clippy::print_stderr, reason = "whoever reads the tests is told what was not tested")]
fn requests_and_answers_are_as_they_are_published() {
    let Some(peer) = peer() else {
        eprintln!("skipped: there is no target/peers; `.ci/run` makes it");
        return;
    };
    let typed =
        "mode = \"fields\"\nfields = { a = \"text\", b = \"number\", c = \"integer\", d = \"boolean\", e = \"date\" }";
    let labels = "mode = \"classification\"\nlabels = [\"Hot\", \"Cold\"]";
    let fields = json!({ "a": "a word", "b": 1.5, "c": 7, "d": true, "e": "2026-03-25" });
    let mut held = 0;
    for (protocol, base, more) in [("openai", "/v1", "temperature = 0.5\n"), ("anthropic", "", "")] {
        for (mode, outcomes) in [
            ("", json!({ "ai_response": "Hello from the peer." })),
            (typed, fields.clone()),
            (labels, json!({ "ai_response": "Cold" })),
            ("mode = \"list\"", json!({ "ai_response": ["a word", "a word"] })),
        ] {
            for streams in [false, true] {
                let settings =
                    integration(protocol, peer.1).replace(&format!(":{}\"", peer.1), &format!(":{}{base}\"", peer.1));
                let step = format!(
                    "task = \"Greet {{{{ name }}}}\"\nrole = \"You are brief.\"\nmodel = \"m\"\nmax_tokens = 99\n{more}{mode}"
                );
                let lines = Arc::new(Lines::default());
                let show = streams.then(|| Arc::clone(&lines) as Arc<dyn Show>);
                let answer = Asked::followed(&settings, &step, Live { show, keep: false }).answer("Ada");
                let done = done(&answer);
                assert_eq!(done.outcomes, map(outcomes.clone()), "{protocol} {mode} {streams}");
                assert_eq!((&done.internal["input_tokens"], &done.internal["output_tokens"]), (&json!(21), &json!(5)));
                assert_eq!((&done.internal["repaired"], answer.tools.len()), (&json!(false), 1));
                assert_eq!(lines.0.lock().unwrap().is_empty(), !streams);
                held += 1;
            }
        }
    }
    assert_eq!(held, 16);
}
