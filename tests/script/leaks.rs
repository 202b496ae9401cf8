//! The first record leaves something, the second looks for it.

use serde_json::{Value, json};

use super::bare::Bare;
use super::{Attempt, TIGHT, ask, attempts, spec};
use cxgear::outside::script::Sandbox;

fn script(attempt: &Attempt) -> String {
    let Attempt { top, body, look, .. } = attempt;
    format!(
        "{top}\nfunction main(params, context) {{\nif (params.turn === 1) {{\n{body}\nreturn {{ planted: true }};\n}}\n\
         return {{ leaked: !!({}) }};\n}}\n",
        look.trim()
    )
}

/// What became of an attempt.
#[derive(Debug, PartialEq)]
enum End {
    Leaked,
    Nothing,
    /// The script is not taken at all.
    Refused,
}

fn in_the_sandbox(attempt: &Attempt) -> End {
    let sandbox = Sandbox::new(spec(&script(attempt), TIGHT));
    if sandbox.check().is_err() {
        return End::Refused;
    }
    drop(ask(&sandbox, json!({ "turn": 1 })));
    let second = ask(&sandbox, json!({ "turn": 2 }));
    let said = second.said.iter().any(|(_, text)| text.contains("LEAK"));
    let leaked = second.result.as_ref().is_ok_and(|result| result.get("leaked") == Some(&Value::Bool(true)));
    // Nothing else may be left either, as a result that it did not make.
    let odd = second.result.is_ok_and(|result| result.len() != 1 || !result.contains_key("leaked"));
    if said || leaked || odd { End::Leaked } else { End::Nothing }
}

fn in_a_bare_engine(attempt: &Attempt) -> End {
    let ends = Bare::new().run(&script(attempt), &["{\"turn\":1}", "{\"turn\":2}"]);
    let Some((result, said)) = ends.last() else { return End::Refused };
    let leaked = result.as_deref() == Some("{\"leaked\":true}");
    if leaked || said.contains("LEAK") { End::Leaked } else { End::Nothing }
}

#[test]
fn nothing_is_left_for_the_next_record() {
    let all = attempts(include_str!("leaks.txt"));
    let mut leaked = Vec::new();
    let mut refused = 0;
    for attempt in &all {
        match in_the_sandbox(attempt) {
            End::Leaked => leaked.push(&attempt.name),
            End::Nothing => {}
            End::Refused => refused += 1,
        }
    }
    assert!(leaked.is_empty(), "{leaked:?}");
    assert!(all.len() >= 130, "only {} attempts", all.len());
    assert!(refused <= 8, "{refused} attempts say nothing, because they are no scripts");
}

/// The attempts are worth something: where nobody stops them, most of them succeed.
#[test]
fn the_same_attempts_succeed_in_a_bare_engine() {
    let all = attempts(include_str!("leaks.txt"));
    let leaked: Vec<_> = all.iter().filter(|attempt| in_a_bare_engine(attempt) == End::Leaked).collect();
    assert!(leaked.len() >= 80, "only {} of {}", leaked.len(), all.len());
}
