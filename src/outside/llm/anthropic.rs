//! Messages, as Anthropic publishes them.

use serde_json::{Map, Value, json};

use super::dialect::{Dialect, Form};
use super::line::Gathered;
use super::{Problem, Question, Said, Stop};

/// Where it goes, below the base.
pub(super) const PATH: &str = "/v1/messages";

/// The version of the protocol that is spoken.
pub(super) const VERSION: &str = "2023-06-01";

/// The longest answer when nobody says how long: the protocol asks for one.
const LONGEST: u32 = 1_024;

/// The body of a request.
pub(super) fn body(question: &Question, dialect: Dialect, streams: bool) -> Value {
    let manner = &question.manner;
    let turns = question.turns().into_iter();
    let messages: Vec<_> = turns.map(|(speaker, words)| json!({ "role": speaker.name(), "content": words })).collect();
    let mut body = Map::new();
    let mut set = |key: &str, value: Value| drop(body.insert(key.to_owned(), value));
    set("model", manner.model.as_str().into());
    set("max_tokens", manner.max_tokens.unwrap_or(LONGEST).into());
    if let Some(system) = manner.system() {
        set("system", system.into());
    }
    set("messages", messages.into());
    if let Some(temperature) = manner.temperature {
        set("temperature", temperature.into());
    }
    if let (Some(shape), Form::Schema) = (&manner.shape, dialect.form) {
        set("output_config", json!({ "format": { "type": "json_schema", "schema": shape.schema() } }));
    }
    if streams {
        set("stream", true.into());
    }
    Value::Object(body)
}

/// A whole answer.
pub(super) fn read(text: &str) -> Result<Said, Problem> {
    let garbled = |what: &str| Problem::garbled(what, text);
    let answer: Value = serde_json::from_str(text).map_err(|_| garbled("the answer is no JSON"))?;
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        return Err(Problem::told(error));
    }
    let content = answer.get("content").and_then(Value::as_array);
    let content = content.ok_or_else(|| garbled("the answer has no content"))?;
    let mut gathered = Gathered::default();
    count(&mut gathered, answer.get("usage"));
    stop(&mut gathered, &answer);
    gathered.said.model = answer.get("model").and_then(Value::as_str).map(str::to_owned);
    gathered.said.text = content.iter().filter_map(|block| block.get("text")?.as_str()).collect();
    gathered.whole = true;
    gathered.finish()
}

/// One event of a stream; what it adds to the answer.
pub(super) fn event(gathered: &mut Gathered, data: &str) -> Option<String> {
    let Ok(event) = serde_json::from_str::<Value>(data) else {
        gathered.fail(Problem::garbled("an event of the stream is no JSON", data));
        return None;
    };
    match event.get("type").and_then(Value::as_str)? {
        "message_start" => {
            let message = event.get("message")?;
            count(gathered, message.get("usage"));
            gathered.said.model = message.get("model").and_then(Value::as_str).map(str::to_owned);
        }
        "content_block_delta" => {
            let words = event.pointer("/delta/text").and_then(Value::as_str).filter(|words| !words.is_empty())?;
            gathered.said.text += words;
            return Some(words.to_owned());
        }
        "message_delta" => {
            count(gathered, event.get("usage"));
            stop(gathered, event.get("delta")?);
        }
        "message_stop" => gathered.whole = true,
        "error" => gathered.fail(Problem::told(event.get("error").unwrap_or(&event))),
        // There may be more kinds than are published today.
        _ => {}
    }
    None
}

/// What was read and written; a stream says it in two parts. What a cache held was read too.
fn count(gathered: &mut Gathered, usage: Option<&Value>) {
    let number = |key: &str| usage.and_then(|usage| usage.get(key)).and_then(Value::as_u64);
    let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"].into_iter().filter_map(number);
    let read = number("input_tokens").map(|fresh| cached.fold(fresh, u64::saturating_add));
    gathered.said.input_tokens = read.or(gathered.said.input_tokens);
    gathered.said.output_tokens = number("output_tokens").or(gathered.said.output_tokens);
}

fn stop(gathered: &mut Gathered, of: &Value) {
    match of.get("stop_reason").and_then(Value::as_str) {
        Some("max_tokens" | "model_context_window_exceeded") => gathered.said.stop = Stop::Length,
        Some("refusal") => {
            let words = of.pointer("/stop_details/explanation").and_then(Value::as_str).unwrap_or_default();
            gathered.said.stop = Stop::Refused(words.to_owned());
        }
        Some(_) | None => {}
    }
}
