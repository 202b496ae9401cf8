//! Answers that are followed while they are being said.

use std::sync::Arc;

use cxgear::engine::{Live, Show};
use serde_json::json;

use super::provider::{Does, Provider, chat, chat_events, message_events};
use super::{Asked, KEY, Lines, done, integration, map};

const STEP: &str = "task = \"Greet {{ name }}\"\nmodel = \"m\"\n";

fn followed(protocol: &str, provider: &Provider, keep: bool) -> (Asked, Arc<Lines>) {
    let lines = Arc::new(Lines::default());
    let show = Some(Arc::clone(&lines) as Arc<dyn Show>);
    (Asked::followed(&integration(protocol, provider.port), STEP, Live { show, keep }), lines)
}

#[test]
fn lines_are_shown_as_they_are_whole_and_kept_when_asked_for() {
    let pieces = ["Hel", "lo Ada.\nHow", " are you?\r\n", "Bye"];
    for (protocol, events) in [("openai", chat_events(&pieces)), ("anthropic", message_events(&pieces))] {
        for keep in [true, false] {
            let provider = Provider::doing(vec![Does::Streams(events.clone())]);
            let (asked, lines) = followed(protocol, &provider, keep);
            let answer = asked.answer("Ada");
            let text = "Hello Ada.\nHow are you?\r\nBye";
            assert_eq!(done(&answer).outcomes, map(json!({ "ai_response": text })));
            assert_eq!(
                (&done(&answer).internal["input_tokens"], &done(&answer).internal["output_tokens"]),
                (&json!(11), &json!(3))
            );
            assert_eq!(*lines.0.lock().unwrap(), ["3/17: Hello Ada.", "3/17: How are you?", "3/17: Bye"]);
            assert_eq!(answer.heard.concat(), if keep { text } else { "" });
            assert_eq!(provider.seen()[0].body["stream"], true);
        }
    }
}

#[test]
fn a_server_that_does_not_stream_is_understood_all_the_same() {
    let provider = Provider::doing(vec![chat("Hello Ada", "stop")]);
    let (asked, lines) = followed("openai", &provider, true);
    assert_eq!(done(&asked.answer("Ada")).outcomes, map(json!({ "ai_response": "Hello Ada" })));
    assert!(lines.0.lock().unwrap().is_empty());
}

#[test]
fn an_echoed_secret_is_shown_to_nobody() {
    let (front, back) = KEY.split_at(9);
    let long = "And so on, and so forth. ".repeat(30);
    let provider = Provider::doing(vec![Does::Streams(chat_events(&["Your key is ", front, back, ". ", &long]))]);
    let (asked, lines) = followed("openai", &provider, true);
    let answer = asked.answer("Ada");
    let shown = lines.0.lock().unwrap().concat() + &answer.heard.concat();
    assert!(!shown.contains("sk-") && !shown.contains(back), "{shown}");
}

#[test]
fn the_mock_can_be_followed_too() {
    let lines = Arc::new(Lines::default());
    let show = Some(Arc::clone(&lines) as Arc<dyn Show>);
    let answer = Asked::followed("", STEP, Live { show, keep: false }).answer("Ada");
    let said = done(&answer).outcomes["ai_response"].as_str().unwrap();
    assert_eq!(*lines.0.lock().unwrap(), [format!("3/17: {said}")]);
}
