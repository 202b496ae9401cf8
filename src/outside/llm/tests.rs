//! What goes to a provider and what comes back, as its published schema has it and as odd servers have it.

use std::sync::Arc;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::dialect::{Dialect, Form, Limit};
use super::line::{Asking, Endpoint, Gathered, Line};
use super::{Field, Help, Manner, Problem, Provider, Question, Said, Shape, Stop, Wrong, anthropic, openai, sse};
use crate::model::reason::Reason;
use crate::model::spinner::ParamKind;
use crate::model::time::{FixedClock, Millis, Timestamp};
use crate::outside::http::Web;

const DIALECT: Dialect = Dialect { form: Form::Schema, limit: Limit::Tokens, counts: true };

fn question(shape: Option<Shape>, wrong: Option<Wrong>) -> Question {
    let manner = Manner {
        model: "m-1".to_owned(),
        role: Some("You are brief.".to_owned()),
        temperature: Some(0.2),
        max_tokens: Some(50),
        shape,
    };
    Question { manner: Arc::new(manner), task: "Greet Ada".to_owned(), wrong }
}

fn mood() -> Shape {
    Shape::Fields(vec![Field { name: "mood".to_owned(), kind: ParamKind::Text, about: None }])
}

#[test]
fn chat_completions_are_asked_as_they_are_published() {
    let wanted = json!({
        "model": "m-1",
        "messages": [{ "role": "system", "content": "You are brief." }, { "role": "user", "content": "Greet Ada" }],
        "temperature": 0.2,
        "max_tokens": 50,
    });
    assert_eq!(openai::body(&question(None, None), DIALECT, false), wanted);
    let new = Dialect { limit: Limit::CompletionTokens, ..DIALECT };
    let body = openai::body(&question(Some(mood()), None), new, true);
    assert_eq!((&body["max_completion_tokens"], &body["max_tokens"]), (&json!(50), &Value::Null));
    assert_eq!((&body["stream"], &body["stream_options"]), (&json!(true), &json!({ "include_usage": true })));
    let format = &body["response_format"];
    assert_eq!((&format["type"], &format["json_schema"]["strict"]), (&json!("json_schema"), &json!(true)));
    assert_eq!(format["json_schema"]["schema"], mood().schema());
    assert!(
        body["messages"][0]["content"].as_str().unwrap().starts_with("You are brief.\n\nAnswer with one JSON object")
    );
    let object = openai::body(&question(Some(mood()), None), Dialect { form: Form::Object, ..DIALECT }, false);
    assert_eq!(object["response_format"], json!({ "type": "json_object" }));
    let words = Dialect { form: Form::Words, counts: false, ..DIALECT };
    let words = openai::body(&question(Some(mood()), None), words, true);
    assert!(words.get("response_format").is_none() && words.get("stream_options").is_none());
}

#[test]
fn messages_are_asked_as_they_are_published() {
    let wanted = json!({
        "model": "m-1",
        "max_tokens": 50,
        "system": "You are brief.",
        "messages": [{ "role": "user", "content": "Greet Ada" }],
        "temperature": 0.2,
    });
    assert_eq!(anthropic::body(&question(None, None), DIALECT, false), wanted);
    let body = anthropic::body(&question(Some(mood()), None), DIALECT, true);
    assert_eq!(body["output_config"], json!({ "format": { "type": "json_schema", "schema": mood().schema() } }));
    assert_eq!(body["stream"], true);
    let manner = Manner { model: "m".to_owned(), role: None, temperature: None, max_tokens: None, shape: None };
    let bare =
        anthropic::body(&Question { manner: Arc::new(manner), task: "x".to_owned(), wrong: None }, DIALECT, false);
    assert_eq!(bare, json!({ "model": "m", "max_tokens": 1024, "messages": [{ "role": "user", "content": "x" }] }));
}

#[test]
fn what_is_wrong_goes_back_with_the_answer() {
    let wrong = |answer: &str| Some(Wrong { answer: answer.to_owned(), why: "the key `mood` is missing".to_owned() });
    for (answer, shown) in [("{}", "{}"), (" ", "(nothing)")] {
        let body = openai::body(&question(Some(mood()), wrong(answer)), DIALECT, false);
        let turns = body["messages"].as_array().unwrap();
        assert_eq!(turns.len(), 4);
        assert_eq!(turns[2], json!({ "role": "assistant", "content": shown }));
        assert!(turns[3]["content"].as_str().unwrap().contains("the key `mood` is missing"));
        let body = anthropic::body(&question(Some(mood()), wrong(answer)), DIALECT, false);
        assert_eq!(body["messages"].as_array().unwrap().len(), 3);
    }
}

fn line(provider: Provider, base_url: &str) -> Line {
    let endpoint = Endpoint { provider, base_url: base_url.to_owned(), allow_private: false, timeout: Millis(60_000) };
    Line::new(endpoint, &Web::default(), Arc::new(FixedClock(Timestamp(0))))
}

#[test]
fn a_request_says_who_asks_and_which_question_it_is() {
    let asking = |wrong| Asking {
        question: question(None, wrong),
        secret: Some(Zeroizing::new("sk-1234".to_owned())),
        key: "k-1".to_owned(),
        hear: None,
    };
    let header = |request: &crate::outside::http::Request, name: &str| {
        request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let openai = line(Provider::OpenAi, "http://localhost:11434/v1/");
    let request = openai.request(&asking(None), DIALECT);
    assert_eq!(request.url, "http://localhost:11434/v1/chat/completions");
    assert_eq!(header(&request, "authorization").as_deref(), Some("Bearer sk-1234"));
    assert_eq!(header(&request, "idempotency-key").as_deref(), Some("k-1"));
    let wrong = Some(Wrong { answer: "x".to_owned(), why: "y".to_owned() });
    let again = openai.request(&asking(wrong), Dialect { form: Form::Words, ..DIALECT });
    assert_eq!(header(&again, "idempotency-key").as_deref(), Some("k-1-10-again"));
    for base in ["https://api.anthropic.com", "https://api.anthropic.com/", "https://api.anthropic.com/v1"] {
        let request = line(Provider::Anthropic, base).request(&asking(None), DIALECT);
        assert_eq!(request.url, "https://api.anthropic.com/v1/messages");
        assert_eq!(header(&request, "x-api-key").as_deref(), Some("sk-1234"));
        assert_eq!(header(&request, "anthropic-version").as_deref(), Some("2023-06-01"));
        assert!(request.private_headers.contains(&"x-api-key".to_owned()) && request.private_body);
    }
}

fn completion(message: &Value, finish: &str) -> String {
    json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m-1-2026",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 },
    })
    .to_string()
}

fn said(text: &str, stop: Stop) -> Said {
    let model = Some("m-1-2026".to_owned());
    Said { text: text.to_owned(), input_tokens: Some(9), output_tokens: Some(2), model, stop }
}

#[test]
fn chat_completions_are_understood_odd_ones_too() {
    let message = |content: Value| json!({ "role": "assistant", "content": content });
    for (answer, wanted) in [
        (completion(&message(json!("Hi")), "stop"), said("Hi", Stop::Done)),
        (completion(&message(json!("Hi")), "length"), said("Hi", Stop::Length)),
        (completion(&message(json!(null)), "stop"), said("", Stop::Done)),
        (completion(&message(json!([{ "type": "text", "text": "Hi" }])), "stop"), said("Hi", Stop::Done)),
        (completion(&message(json!("Hi")), "content_filter"), said("Hi", Stop::Refused(String::new()))),
        (
            completion(&json!({ "role": "assistant", "content": null, "refusal": "I will not" }), "stop"),
            said("", Stop::Refused("I will not".to_owned())),
        ),
    ] {
        assert_eq!(openai::read(&answer), Ok(wanted), "{answer}");
    }
    let bare = "{\"choices\": [{\"message\": {\"content\": \"Hi\"}}]}";
    assert_eq!(openai::read(bare), Ok(Said { text: "Hi".to_owned(), ..Said::default() }), "tokens are unknown, not 0");
    for text in ["", "null", "{}", "[]", "{\"choices\": []}", "{\"choices\": [{}]}", "{\"choices\": [", "<html>"] {
        let problem = openai::read(text).unwrap_err();
        assert_eq!((problem.reason, problem.help), (Reason::ResponseInvalid, Help::Again), "{text}");
        let problem = anthropic::read(text).unwrap_err();
        assert_eq!(problem.reason, Reason::ResponseInvalid, "{text}");
    }
    let told = openai::read("{\"error\": {\"message\": \"Overloaded\", \"type\": \"overloaded_error\"}}").unwrap_err();
    assert_eq!((told.reason, told.provider.as_deref()), (Reason::RateLimited, Some("Overloaded")));
}

#[test]
fn messages_are_understood_odd_ones_too() {
    let message = |content: Value, stop: &str| {
        json!({
            "id": "msg", "type": "message", "role": "assistant", "model": "m-1-2026", "content": content,
            "stop_reason": stop, "stop_sequence": null,
            "usage": { "input_tokens": 5, "cache_read_input_tokens": 4, "output_tokens": 2 },
        })
        .to_string()
    };
    let text = json!([{ "type": "thinking", "thinking": "hm" }, { "type": "text", "text": "Hi" }]);
    for (answer, wanted) in [
        (message(text.clone(), "end_turn"), said("Hi", Stop::Done)),
        (message(text.clone(), "max_tokens"), said("Hi", Stop::Length)),
        (message(text, "model_context_window_exceeded"), said("Hi", Stop::Length)),
        (message(json!([]), "refusal"), said("", Stop::Refused(String::new()))),
    ] {
        assert_eq!(anthropic::read(&answer), Ok(wanted), "{answer}");
    }
}

/// What a stream comes to, and the pieces that were heard.
fn streamed(event: fn(&mut Gathered, &str) -> Option<String>, events: &[&str]) -> (Result<Said, Problem>, Vec<String>) {
    let (mut parser, mut gathered, mut heard) = (sse::Events::default(), Gathered::default(), Vec::new());
    for data in events {
        let text = format!("event: e\ndata: {data}\n\n");
        parser.take(text.as_bytes(), |data| heard.extend(event(&mut gathered, data)));
    }
    (gathered.finish(), heard)
}

#[test]
fn a_stream_of_chat_completions_comes_to_the_same() {
    let begin = "{\"model\": \"m-1-2026\", \"choices\": [{\"index\": 0, \"delta\": {\"role\": \"assistant\", \"content\": \"\"}}]}";
    let one = "{\"choices\": [{\"delta\": {\"content\": \"H\"}}]}";
    let two = "{\"choices\": [{\"delta\": {\"content\": \"i\"}}]}";
    let end = "{\"choices\": [{\"delta\": {}, \"finish_reason\": \"stop\"}]}";
    let tokens = "{\"choices\": [], \"usage\": {\"prompt_tokens\": 9, \"completion_tokens\": 2}}";
    let all = [begin, one, two, end, tokens, "[DONE]"];
    assert_eq!(streamed(openai::event, &all), (Ok(said("Hi", Stop::Done)), vec!["H".to_owned(), "i".to_owned()]));
    // A server that names no reason ends it all the same; one that just stops does not.
    assert!(streamed(openai::event, &[begin, one, "[DONE]"]).0.is_ok());
    for cut in 0..3 {
        let problem = streamed(openai::event, &all[..cut]).0.unwrap_err();
        assert_eq!((problem.reason, problem.help), (Reason::ConnectionLost, Help::Again));
    }
    let broken = streamed(openai::event, &[begin, "{\"choices\": [", end]).0.unwrap_err();
    assert_eq!(broken.reason, Reason::ResponseInvalid);
    let error =
        streamed(openai::event, &[one, "{\"error\": {\"message\": \"boom\", \"code\": 500}}", "[DONE]"]).0.unwrap_err();
    assert_eq!((error.reason, error.provider.as_deref()), (Reason::ServerError, Some("boom")));
    let refusal = "{\"choices\": [{\"delta\": {\"refusal\": \"No.\"}, \"finish_reason\": \"stop\"}]}";
    assert_eq!(streamed(openai::event, &[refusal]).0.unwrap().stop, Stop::Refused("No.".to_owned()));
}

#[test]
fn a_stream_of_messages_comes_to_the_same() {
    let all = [
        "{\"type\": \"message_start\", \"message\": {\"model\": \"m-1-2026\", \"usage\": {\"input_tokens\": 9, \"output_tokens\": 1}}}",
        "{\"type\": \"content_block_start\", \"index\": 0, \"content_block\": {\"type\": \"text\", \"text\": \"\"}}",
        "{\"type\": \"ping\"}",
        "{\"type\": \"content_block_delta\", \"index\": 0, \"delta\": {\"type\": \"text_delta\", \"text\": \"H\"}}",
        "{\"type\": \"content_block_delta\", \"index\": 0, \"delta\": {\"type\": \"text_delta\", \"text\": \"i\"}}",
        "{\"type\": \"content_block_stop\", \"index\": 0}",
        "{\"type\": \"something_new\"}",
        "{\"type\": \"message_delta\", \"delta\": {\"stop_reason\": \"end_turn\"}, \"usage\": {\"output_tokens\": 2}}",
        "{\"type\": \"message_stop\"}",
    ];
    assert_eq!(streamed(anthropic::event, &all), (Ok(said("Hi", Stop::Done)), vec!["H".to_owned(), "i".to_owned()]));
    for cut in 0..all.len() {
        assert_eq!(streamed(anthropic::event, &all[..cut]).0.unwrap_err().reason, Reason::ConnectionLost, "{cut}");
    }
    let overloaded = "{\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"Overloaded\"}}";
    let problem = streamed(anthropic::event, &[all[0], overloaded]).0.unwrap_err();
    assert_eq!((problem.reason, problem.help), (Reason::RateLimited, Help::Rest(None)));
}
