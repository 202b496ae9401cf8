//! Every fault that a provider can make, and what comes of it.

use std::time::{Duration, Instant};

use cxgear::engine::{Again, Live, Strain};
use cxgear::model::payload::ToolOutcome;
use cxgear::model::reason::Reason;
use cxgear::model::time::Millis;
use serde_json::json;

use super::provider::{Does, Provider, chat, chat_events, fails, message, message_events, says};
use super::{Asked, KEY, done, failed, integration};

/// A fault: what the provider does in turn, and what comes of it.
struct Case {
    name: &'static str,
    protocol: &'static str,
    streams: bool,
    turns: Vec<Does>,
    reason: Reason,
    again: Again,
    strain: Strain,
    /// A piece of what the provider is quoted with.
    quoted: &'static str,
    requests: usize,
}

const FIELDS: &str = "task = \"About {{ name }}\"\nmode = \"fields\"\nfields = [\"mood\"]\nmodel = \"m\"";

const AFTER: Again = Again::After(Millis(0));

/// Most faults: at once, once, for a plain answer.
fn case(name: &'static str, does: Does, reason: Reason, again: Again, quoted: &'static str) -> Case {
    let (strain, turns) = (Strain::None, vec![does]);
    Case { name, protocol: "openai", streams: false, turns, reason, again, strain, quoted, requests: 1 }
}

fn cases() -> Vec<Case> {
    use Reason::{AnswerCut, AnswerRefused, ConnectionLost, RateLimited, RequestRefused, ResponseInvalid, ServerError};
    let anthropic = |case: Case| Case { protocol: "anthropic", ..case };
    let streamed = |case: Case| Case { streams: true, ..case };
    let busy = |rest: Option<u64>, case: Case| Case { strain: Strain::Busy(rest.map(Millis)), ..case };
    let error = |words: &str| format!("{{\"error\": {{\"message\": \"{words}\", \"type\": \"x\", \"code\": null}}}}");
    let refusal = says(
        &json!({ "choices": [{ "finish_reason": "stop", "message": { "content": null, "refusal": "I cannot" } }] }),
    );
    let with =
        |status, headers: &[(&'static str, &'static str)]| Does::Says(status, headers.to_vec(), error("slow down"));
    let begun = |events: Vec<String>, more: &str| [&events[..2], &[more.to_owned()]].concat();
    vec![
        Case {
            requests: 2,
            ..case("wrong shape twice", chat("no JSON", "stop"), ResponseInvalid, Again::No, "no JSON")
        },
        Case {
            requests: 2,
            turns: vec![message("{}", "end_turn"), message("{\"mood\": 3}", "end_turn")],
            ..anthropic(case("another wrong shape twice", Does::Hangs, ResponseInvalid, Again::No, "{\"mood\": 3}"))
        },
        case("refusal", refusal, AnswerRefused, Again::No, "I cannot"),
        case("filtered", chat("", "content_filter"), AnswerRefused, Again::No, ""),
        anthropic(case("refused message", message("", "refusal"), AnswerRefused, Again::No, "")),
        case("cut by length", chat("{\"mood\": \"goo", "length"), AnswerCut, Again::No, "goo"),
        anthropic(case("cut message", message("{\"mood\": \"goo", "max_tokens"), AnswerCut, Again::No, "goo")),
        case("broken JSON", fails(200, "{\"choices\": ["), ResponseInvalid, AFTER, "{\"choices\": ["),
        case("empty choices", says(&json!({ "choices": [] })), ResponseInvalid, AFTER, "[]"),
        case(
            "a page",
            Does::Says(200, vec![("Content-Type", "text/html")], "<html>".to_owned()),
            ResponseInvalid,
            AFTER,
            "<html>",
        ),
        anthropic(case("no content", says(&json!({ "type": "message" })), ResponseInvalid, AFTER, "message")),
        case("half closed", Does::HalfCloses("{\"choices\"".to_owned()), ConnectionLost, AFTER, ""),
        case("error with 200", fails(200, &error("out of memory")), ServerError, AFTER, "out of memory"),
        busy(None, case("429", fails(429, &error("slow down")), RateLimited, AFTER, "slow down")),
        busy(
            Some(2_000),
            case("429 and when", with(429, &[("Retry-After", "2")]), RateLimited, Again::After(Millis(2_000)), "slow"),
        ),
        busy(
            Some(1_500),
            case(
                "429 and when exactly",
                with(429, &[("retry-after-ms", "1500")]),
                RateLimited,
                Again::After(Millis(1_500)),
                "slow",
            ),
        ),
        busy(None, anthropic(case("overloaded", fails(529, &error("Overloaded")), RateLimited, AFTER, "Overloaded"))),
        case(
            "no more money",
            fails(429, "{\"error\": {\"code\": \"insufficient_quota\", \"message\": \"pay\"}}"),
            RateLimited,
            Again::No,
            "pay",
        ),
        case("unauthorized", fails(401, &error("no such key")), Reason::Unauthorized, Again::No, "no such key"),
        case("unknown model", fails(404, &error("no model m")), RequestRefused, Again::No, "no model m"),
        case("bad request", fails(400, &error("too long a prompt")), RequestRefused, Again::No, "too long"),
        case(
            "filter before it",
            fails(400, "{\"error\": {\"code\": \"content_filter\", \"message\": \"not this\"}}"),
            AnswerRefused,
            Again::No,
            "not this",
        ),
        case("500", fails(500, "oops"), ServerError, AFTER, "oops"),
        case(
            "elsewhere",
            Does::Says(307, vec![("Location", "http://localhost:1/")], String::new()),
            Reason::PolicyDenied,
            Again::No,
            "",
        ),
        case("nothing", Does::Hangs, Reason::Timeout, AFTER, ""),
        streamed(case(
            "broken event",
            Does::Streams(begun(chat_events(&["a", "b"]), "data: {\"cho\n\n")),
            ResponseInvalid,
            AFTER,
            "{\"cho",
        )),
        streamed(case(
            "half a stream",
            Does::BreaksOff(chat_events(&["a", "b"])[..2].to_vec()),
            ConnectionLost,
            AFTER,
            "",
        )),
        streamed(case(
            "a stream without an end",
            Does::Streams(chat_events(&["a"])[..1].to_vec()),
            ConnectionLost,
            AFTER,
            "",
        )),
        streamed(case(
            "error in a stream",
            Does::Streams(begun(chat_events(&["a", "b"]), &format!("data: {}\n\n", error("boom")))),
            ServerError,
            AFTER,
            "boom",
        )),
        streamed(anthropic(case(
            "half a message",
            Does::BreaksOff(message_events(&["a"])[..3].to_vec()),
            ConnectionLost,
            AFTER,
            "",
        ))),
        busy(
            None,
            streamed(anthropic(case(
                "overloaded in a stream",
                Does::Streams(begun(
                    message_events(&["a"]),
                    "event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"Overloaded\"}}\n\n",
                )),
                RateLimited,
                AFTER,
                "Overloaded",
            ))),
        ),
    ]
}

#[test]
fn each_fault_has_its_reason_and_costs_what_it_must() {
    let mut produced = 0;
    for Case { name, protocol, streams, turns, reason, again, strain, quoted, requests } in cases() {
        let provider = Provider::doing(turns);
        let step = format!("{FIELDS}\ntimeout = \"1s\"");
        let asked = Asked::followed(&integration(protocol, provider.port), &step, Live { show: None, keep: streams });
        let began = Instant::now();
        let answer = asked.answer("Ada");
        assert!(began.elapsed() < Duration::from_secs(3), "{name} took {:?}", began.elapsed());
        let error = failed(&answer);
        assert_eq!((error.reason, error.again, error.strain), (reason, again, strain), "{name}: {error:?}");
        let words = error.provider.clone().unwrap_or_default();
        assert!(words.contains(quoted) && words.is_empty() == quoted.is_empty(), "{name}: {words}");
        assert_eq!((provider.seen().len(), answer.tools.len()), (requests, requests), "{name}");
        assert!(answer.tools.iter().all(|tool| tool.tool_outcome != ToolOutcome::Succeeded), "{name}");
        assert!(!error.errors[0].message.is_empty() && error.errors.len() == 1, "{name}");
        produced += 1;
    }
    assert_eq!(produced, 31, "so many faults were produced");
}

#[test]
fn a_wrong_shape_is_sent_back_once_with_what_is_wrong() {
    for (protocol, first, second) in [
        ("openai", chat("{\"mod\": \"good\"}", "stop"), chat("{\"mood\": \"good\"}", "stop")),
        ("anthropic", message("Good!", "end_turn"), message("```json\n{\"mood\": \"good\"}\n```", "end_turn")),
    ] {
        let provider = Provider::doing(vec![first, second]);
        let answer = Asked::new(&integration(protocol, provider.port), FIELDS).answer("Ada");
        let done = done(&answer);
        assert_eq!(done.outcomes, super::map(json!({ "mood": "good" })));
        assert_eq!((&done.internal["repaired"], &done.internal["input_tokens"]), (&json!(true), &json!(22)));
        let seen = provider.seen();
        let turns = |nth: usize| seen[nth].body["messages"].as_array().unwrap().len();
        assert_eq!((seen.len(), turns(1) - turns(0)), (2, 2));
        let told = seen[1].body["messages"].to_string();
        assert!(told.contains("is missing") || told.contains("no JSON"), "{told}");
        let keys: Vec<_> = seen.iter().map(|seen| seen.header("idempotency-key").unwrap()).collect();
        assert_eq!(keys, ["k-17-ask", "k-17-ask-again"]);
        let outcomes: Vec<_> = answer.tools.iter().map(|tool| tool.tool_outcome).collect();
        assert_eq!(outcomes, [ToolOutcome::Failed, ToolOutcome::Succeeded]);
    }
}

#[test]
fn a_secret_that_is_echoed_is_scrubbed_before_it_is_cut() {
    // Once in the middle, and once where the quote is cut.
    for before in [20, 2_040] {
        let words = format!("{} {KEY} is no key {KEY}", "x".repeat(before));
        let provider = Provider::doing(vec![fails(401, &json!({ "error": { "message": words } }).to_string())]);
        let answer = Asked::new(&integration("openai", provider.port), FIELDS).answer("Ada");
        assert_eq!(provider.seen()[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        let quoted = failed(&answer).provider.clone().unwrap();
        assert!(quoted.len() <= 2_048 && quoted.contains("[sec") && !quoted.contains("sk-"), "{quoted}");
    }
    let provider = Provider::doing(vec![message("{}", "end_turn")]);
    Asked::new(&integration("anthropic", provider.port), FIELDS).answer("Ada");
    assert_eq!(provider.seen()[0].header("x-api-key"), Some(KEY));
}

#[test]
fn whoever_cannot_be_reached_or_may_not_be_is_not_asked() {
    let provider = Provider::doing(vec![chat("{\"mood\": \"x\"}", "stop")]);
    let private = integration("openai", provider.port).replace("allow_private = true\n", "");
    let answer = Asked::new(&private, FIELDS).answer("Ada");
    assert_eq!((failed(&answer).reason, failed(&answer).again), (Reason::PolicyDenied, Again::No));
    assert_eq!(answer.tools[0].policy_reason_code, Some(Reason::PolicyDenied));
    assert_eq!(provider.seen().len(), 0);
    let answer = Asked::new(&integration("openai", 1), FIELDS).answer("Ada");
    assert_eq!((failed(&answer).reason, failed(&answer).strain), (Reason::ConnectFailed, Strain::Unreachable));
    let unknown = integration("openai", provider.port).replace("vault:it_key", "vault:other_key");
    let answer = Asked::new(&unknown, FIELDS).answer("Ada");
    assert!(failed(&answer).errors[0].message.contains("`other_key`"));
    assert_eq!(provider.seen().len(), 0);
}
