//! Known ways out of a sandbox: none of them reaches anything.

use serde_json::{Value, json};

use super::bare::Bare;
use super::{Attempt, TIGHT, ask, attempts, spec};
use cxgear::outside::script::Sandbox;

fn script(attempt: &Attempt) -> String {
    let (top, body) = (&attempt.top, attempt.body.trim());
    format!("{top}\nfunction main(params, context) {{ return {{ reached: !!({body}) }}; }}")
}

#[test]
fn nothing_is_reached() {
    let all = attempts(include_str!("escapes.txt"));
    let mut reached = Vec::new();
    for attempt in &all {
        let sandbox = Sandbox::new(spec(&script(attempt), TIGHT));
        // A script that is not taken reaches nothing, and proves nothing.
        sandbox.check().map_err(|fault| format!("{}: {}", attempt.name, fault.what)).unwrap();
        let answer = ask(&sandbox, json!({}));
        let told = answer.result.is_ok_and(|result| result.get("reached") != Some(&Value::Bool(false)));
        if told || answer.said.iter().any(|(_, text)| text.contains("REACHED")) {
            reached.push(&attempt.name);
        }
    }
    assert!(reached.is_empty(), "{reached:?}");
    assert!(all.len() >= 40, "only {}", all.len());
}

/// Many of them do reach something in an engine as it comes.
#[test]
fn a_bare_engine_has_ways_out() {
    let all = attempts(include_str!("escapes.txt"));
    let reached = all.iter().filter(|attempt| {
        let ends = Bare::new().run(&script(attempt), &["{}"]);
        ends.first().is_some_and(|(result, _)| result.as_deref() == Some("{\"reached\":true}"))
    });
    let reached = reached.count();
    assert!(reached >= 20, "only {reached}");
}
