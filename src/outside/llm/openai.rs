//! Chat completions, as OpenAI publishes them and many others speak them.

use serde_json::{Map, Value, json};

use super::dialect::{Dialect, Form, Limit};
use super::line::Gathered;
use super::{Problem, Question, Said, Stop};

/// Where it goes, below the base.
pub(super) const PATH: &str = "/chat/completions";

/// The body of a request.
pub(super) fn body(question: &Question, dialect: Dialect, streams: bool) -> Value {
    let manner = &question.manner;
    let turn = |role: &str, content: String| json!({ "role": role, "content": content });
    let mut messages: Vec<_> = manner.system().map(|system| turn("system", system)).into_iter().collect();
    messages.extend(question.turns().into_iter().map(|(speaker, words)| turn(speaker.name(), words)));
    let mut body = Map::new();
    let mut set = |key: &str, value: Value| drop(body.insert(key.to_owned(), value));
    set("model", manner.model.as_str().into());
    set("messages", messages.into());
    if let Some(temperature) = manner.temperature {
        set("temperature", temperature.into());
    }
    if let Some(most) = manner.max_tokens {
        let key = match dialect.limit {
            Limit::Tokens => "max_tokens",
            Limit::CompletionTokens => "max_completion_tokens",
        };
        set(key, most.into());
    }
    match (&manner.shape, dialect.form) {
        (Some(shape), Form::Schema) => {
            let schema = json!({ "name": "answer", "strict": true, "schema": shape.schema() });
            set("response_format", json!({ "type": "json_schema", "json_schema": schema }));
        }
        (Some(_), Form::Object) => set("response_format", json!({ "type": "json_object" })),
        (Some(_), Form::Words) | (None, _) => {}
    }
    if streams {
        set("stream", true.into());
        if dialect.counts {
            set("stream_options", json!({ "include_usage": true }));
        }
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
    let choice = answer.pointer("/choices/0").ok_or_else(|| garbled("the answer has no choices"))?;
    let message = choice.get("message").ok_or_else(|| garbled("the answer has no message"))?;
    let mut gathered = Gathered::default();
    note(&mut gathered, &answer, choice);
    let text = message.get("content").map(words).unwrap_or_default();
    gathered.said.text = text;
    gathered.refusal = message.get("refusal").and_then(Value::as_str).unwrap_or_default().to_owned();
    gathered.whole = true;
    gathered.finish()
}

/// One event of a stream; what it adds to the answer.
pub(super) fn event(gathered: &mut Gathered, data: &str) -> Option<String> {
    if data.trim() == "[DONE]" {
        gathered.whole = true;
        return None;
    }
    let Ok(event) = serde_json::from_str::<Value>(data) else {
        gathered.fail(Problem::garbled("an event of the stream is no JSON", data));
        return None;
    };
    if let Some(error) = event.get("error").filter(|error| !error.is_null()) {
        gathered.fail(Problem::told(error));
        return None;
    }
    // The last one, which tells the tokens, has no choice.
    let nothing = Value::Null;
    let choice = event.pointer("/choices/0").unwrap_or(&nothing);
    note(gathered, &event, choice);
    let delta = choice.get("delta")?;
    gathered.refusal += delta.get("refusal").and_then(Value::as_str).unwrap_or_default();
    let words = delta.get("content").map(words).filter(|words| !words.is_empty())?;
    gathered.said.text += &words;
    Some(words)
}

/// What an answer and a stream's events tell alike.
fn note(gathered: &mut Gathered, answer: &Value, choice: &Value) {
    let said = &mut gathered.said;
    let count = |key: &str| answer.get("usage").and_then(|usage| usage.get(key)).and_then(Value::as_u64);
    said.input_tokens = count("prompt_tokens").or(said.input_tokens);
    said.output_tokens = count("completion_tokens").or(said.output_tokens);
    said.model = answer.get("model").and_then(Value::as_str).map(str::to_owned).or(said.model.take());
    match choice.get("finish_reason").and_then(Value::as_str) {
        None => return,
        Some("length") => said.stop = Stop::Length,
        Some("content_filter") => said.stop = Stop::Refused(String::new()),
        Some(_) => {}
    }
    gathered.whole = true;
}

/// Content is a text; some servers give it in parts.
fn words(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}
