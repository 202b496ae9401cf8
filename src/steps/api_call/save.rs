//! What of an answer becomes outcomes: `status`, `headers.NAME`, `body`, or a path into a body that is JSON.

use serde_json::{Map, Value};

use crate::model::document::{Complaints, Node, Placed};
use crate::outside::http::Response;

/// What of an answer becomes outcomes.
pub(super) struct Save(Vec<Saved>);

struct Saved {
    key: String,
    /// As it is written.
    path: String,
    from: From,
    /// Whether it may be missing.
    is_optional: bool,
}

enum From {
    Status,
    Header(String),
    Body,
    Inside(Vec<Part>),
}

/// A step down into JSON.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Key(String),
    Place(usize),
}

/// The largest value that is kept, in bytes of JSON.
const LARGEST: usize = 64 << 10;

/// So much of a body is shown, in characters.
const SHOWN: usize = 200;

impl Save {
    pub(super) fn read(node: Option<Placed<Node>>, complaints: &mut Complaints) -> Option<Save> {
        let Some(node) = node else { return Some(Save(Vec::new())) };
        let Node::Table(entries) = node.value else {
            complaints.error(node.spot, "`save` must be a table, such as `save = { id = \"body.id\" }`", None);
            return None;
        };
        let mut saved = Some(Vec::new());
        for (key, node) in entries {
            let one = read_one(&key, &node, complaints);
            saved = saved.zip(one).map(|(mut saved, one): (Vec<_>, _)| {
                saved.push(one);
                saved
            });
        }
        saved.map(Save)
    }

    /// Whether it keeps a value under that key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|saved| saved.key == key)
    }

    /// The values, or what is not as it should be.
    pub(super) fn take(&self, response: &Response) -> Result<Map<String, Value>, String> {
        let mut json = None;
        let mut values = Map::new();
        for saved in &self.0 {
            let found = match &saved.from {
                From::Status => Some(response.status.into()),
                From::Header(name) => response.header(name).map(Value::from),
                From::Body => Some(parse(response).unwrap_or_else(|_| String::from_utf8_lossy(&response.body).into())),
                From::Inside(parts) => {
                    if json.is_none() {
                        json = Some(parse(response).map_err(|why| unreadable(saved, response, &why))?);
                    }
                    json.as_ref().map(|json| step_down(json, parts)).transpose().or_else(|why| {
                        let optional = saved.is_optional.then_some(None);
                        optional
                            .ok_or_else(|| format!("`{}` is not in the answer: {why}; {}", saved.path, begin(response)))
                    })?
                }
            };
            match found {
                Some(value) if value.to_string().len() > LARGEST => {
                    return Err(format!("`{}` is larger than {LARGEST} bytes", saved.path));
                }
                Some(value) => drop(values.insert(saved.key.clone(), value)),
                None if saved.is_optional => {}
                None => return Err(format!("`{}` is not in the answer", saved.path)),
            }
        }
        Ok(values)
    }

    /// Texts that stand for the values when nothing is sent.
    pub(super) fn imagined(&self) -> Map<String, Value> {
        self.0.iter().map(|saved| (saved.key.clone(), format!("[{}]", saved.path).into())).collect()
    }
}

fn read_one(key: &Placed<String>, node: &Placed<Node>, complaints: &mut Complaints) -> Option<Saved> {
    let hint = "paths are `status`, `headers.NAME`, `body`, and into JSON `body.items.0.id` or `body[\"odd key\"]`; with a \
                `?` at the end it may be missing";
    let mut wrong = |spot, what: String, hint: Option<&str>| {
        complaints.error(spot, what, hint.map(str::to_owned));
        None
    };
    let Node::Text(path) = &node.value else {
        return wrong(node.spot, format!("`save.{}` must be a path in a string", key.value), Some(hint));
    };
    if !key.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') || key.value.is_empty() {
        return wrong(key.spot, format!("`{}` cannot be a key", key.value), Some("use letters, digits, `_` and `-`"));
    }
    let (inner, is_optional) = path.strip_suffix('?').map_or((path.as_str(), false), |inner| (inner, true));
    let from = match inner {
        "status" => Some(From::Status),
        "body" => Some(From::Body),
        _ => match inner.strip_prefix("headers.") {
            Some(name) if !name.is_empty() => Some(From::Header(name.to_ascii_lowercase())),
            Some(_) => None,
            None => inner.strip_prefix("body").and_then(parts).map(From::Inside),
        },
    };
    match from {
        Some(from) => Some(Saved { key: key.value.clone(), path: inner.to_owned(), from, is_optional }),
        None => wrong(node.spot, format!("`{path}` is no path into an answer"), Some(hint)),
    }
}

/// Reads `.items.0["odd key"]`.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let end = quoted.find("\"]")?;
            parts.push(Part::Key(quoted[..end].to_owned()));
            rest = &quoted[end + 2..];
            continue;
        }
        let plain = rest.strip_prefix('.')?;
        let end = plain.find(['.', '[']).unwrap_or(plain.len());
        let part = &plain[..end];
        if part.is_empty() {
            return None;
        }
        // `007` is a key.
        let place = part.parse::<usize>().ok().filter(|place| place.to_string() == part);
        parts.push(place.map_or_else(|| Part::Key(part.to_owned()), Part::Place));
        rest = &plain[end..];
    }
    Some(parts)
}

fn parse(response: &Response) -> Result<Value, String> {
    serde_json::from_slice(&response.body).map_err(|error| error.to_string())
}

/// Goes down, or says how far it came.
fn step_down(json: &Value, parts: &[Part]) -> Result<Value, String> {
    let mut at = json;
    let mut path = "body".to_owned();
    for part in parts {
        let next = match (part, at) {
            (Part::Key(key), Value::Object(object)) => object.get(key),
            // A number may be a key as well.
            (Part::Place(place), Value::Object(object)) => object.get(&place.to_string()),
            (Part::Place(place), Value::Array(items)) => items.get(*place),
            (..) => None,
        };
        at = next.ok_or_else(|| format!("`{path}` is {}", shape(at)))?;
        path += &match part {
            Part::Key(key) => format!(".{key}"),
            Part::Place(place) => format!(".{place}"),
        };
    }
    Ok(at.clone())
}

/// What a value is, in few words.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "a text".to_owned(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(object) => {
            let keys: Vec<_> = object.keys().take(8).map(|key| format!("`{}`", key.escape_debug())).collect();
            if keys.is_empty() { "an empty object".to_owned() } else { format!("an object with {}", keys.join(", ")) }
        }
    }
}

fn unreadable(saved: &Saved, response: &Response, why: &str) -> String {
    let kind = response.header("content-type").unwrap_or("no type");
    format!("`{}` was expected in JSON, and the answer is none ({kind}; {why}); {}", saved.path, begin(response))
}

/// How the body begins.
fn begin(response: &Response) -> String {
    if response.body.is_empty() {
        return "it is empty".to_owned();
    }
    let text = String::from_utf8_lossy(&response.body[..response.body.len().min(SHOWN * 4)]);
    let shown: String = text.chars().take(SHOWN).collect();
    // That it was cut is said, so that half of a secret is known for what it is.
    let cut = if shown.len() < text.len() { "…" } else { "" };
    format!("it begins `{}{cut}`", shown.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(body: &str) -> Response {
        let headers = vec![("x-id".to_owned(), "7".to_owned())];
        Response { status: 201, headers, body: body.into(), url: String::new(), redirected: false }
    }

    fn saved(path: &str, body: &str) -> Result<Value, String> {
        let mut complaints = Complaints::default();
        let spot = crate::model::document::Spot { line: 1, column: 1 };
        let text = |value: &str| Placed { value: value.to_owned(), spot };
        let node = Placed { value: Node::Text(path.to_owned()), spot };
        let one = read_one(&text("k"), &node, &mut complaints).ok_or_else(|| complaints.0[0].what.clone())?;
        let mut values = Save(vec![one]).take(&answered(body))?;
        Ok(values.remove("k").unwrap_or(Value::Null))
    }

    #[test]
    fn paths_lead_into_an_answer() {
        let body = r#"{"a": {"b": [1, {"c d": "x", "7": true}]}, "n": null, "": 1}"#;
        for (path, wanted) in [
            ("status", Value::from(201)),
            ("headers.X-Id", "7".into()),
            ("body.a.b.0", 1.into()),
            ("body.a.b.1[\"c d\"]", "x".into()),
            ("body.a.b.1.7", true.into()),
            ("body.n", Value::Null),
            ("body[\"\"]", 1.into()),
            ("body.nope?", Value::Null),
            ("headers.nope?", Value::Null),
        ] {
            assert_eq!(saved(path, body), Ok(wanted), "{path}");
        }
        assert_eq!(saved("body", "plain\0text"), Ok("plain\0text".into()));
        assert_eq!(saved("body", "[1]"), Ok(serde_json::json!([1])));
        for path in ["", "bod", "body.", "body..a", "body.a.", "body[a]", "headers.", "bodyx", "body[\"a", "?"] {
            assert!(saved(path, body).unwrap_err().contains("no path"), "{path}");
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        for (path, body, told) in [
            ("body.a.x", r#"{"a":{"b":1}}"#, "`body.a` is an object with `b`; it begins"),
            ("body.a.0", r#"{"a":[]}"#, "`body.a` is a list of 0"),
            ("body.a.b", r#"{"a":"text"}"#, "`body.a` is a text"),
            ("body.a", "<html>", "expected in JSON, and the answer is none (no type; expected value"),
            ("body.a", "", "it is empty"),
            ("body.a?", "{", "expected in JSON"),
            ("headers.y", "{}", "`headers.y` is not in the answer"),
            ("body", &format!("\"{}\"", "x".repeat(LARGEST)), "larger than 65536 bytes"),
        ] {
            let why = saved(path, body).unwrap_err();
            assert!(why.contains(told), "{path}: {why}");
            assert!(why.len() < 600, "{why}");
        }
    }
}
