//! What an answer must be, besides text: told to the model in words and as a JSON schema, and held against what it says.

use serde_json::{Map, Value, json};

use crate::model::document::list;
use crate::model::spinner::ParamKind;

/// What an answer must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// One object with these keys, all of them and no others.
    Fields(Vec<Field>),
    /// One of these.
    Labels(Vec<String>),
    /// Any number of texts.
    List,
}

/// One key of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key.
    pub name: String,
    /// What its value must be.
    pub kind: ParamKind,
    /// What it is, for the model.
    pub about: Option<String>,
}

/// The key under which a label comes: what providers hold to a schema is an object.
const LABEL: &str = "label";

/// The key under which a list comes.
const ITEMS: &str = "items";

impl Shape {
    /// A JSON schema of the answer; every provider that takes one takes this much of the language.
    #[must_use]
    pub fn schema(&self) -> Value {
        let property = |field: &Field| {
            let about = match (&field.about, field.kind) {
                (Some(about), ParamKind::Date) => Some(format!("{about} ({DATE})")),
                (None, ParamKind::Date) => Some(DATE.to_owned()),
                (about, _) => about.clone(),
            };
            let mut property = Map::from_iter([("type".to_owned(), json_type(field.kind).into())]);
            property.extend(about.map(|about| ("description".to_owned(), about.into())));
            (field.name.clone(), Value::Object(property))
        };
        let properties: Map<String, Value> = match self {
            Shape::Fields(fields) => fields.iter().map(property).collect(),
            Shape::Labels(labels) => Map::from_iter([(LABEL.to_owned(), json!({ "type": "string", "enum": labels }))]),
            Shape::List => {
                Map::from_iter([(ITEMS.to_owned(), json!({ "type": "array", "items": { "type": "string" } }))])
            }
        };
        let required: Vec<_> = properties.keys().cloned().collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    /// The same in words, for models that are held to no schema.
    #[must_use]
    pub fn instruction(&self) -> String {
        match self {
            Shape::Fields(fields) => {
                let line = |field: &Field| {
                    let kind = if field.kind == ParamKind::Date { DATE } else { field.kind.name() };
                    let about = field.about.as_ref().map(|about| format!(": {about}")).unwrap_or_default();
                    format!("- {} ({kind}){about}", Value::from(field.name.as_str()))
                };
                let lines: Vec<_> = fields.iter().map(line).collect();
                let lines = lines.join("\n");
                format!("Answer with one JSON object and nothing else. It has exactly these keys:\n{lines}")
            }
            Shape::Labels(labels) => {
                let lines: Vec<_> = labels.iter().map(|label| format!("- {}", Value::from(label.as_str()))).collect();
                let lines = lines.join("\n");
                format!(
                    "Answer with one JSON object and nothing else: {{\"{LABEL}\": LABEL}}, where LABEL is one of:\n{lines}"
                )
            }
            Shape::List => {
                format!("Answer with one JSON object and nothing else: {{\"{ITEMS}\": [TEXT, …]}}, a list of texts.")
            }
        }
    }

    /// What an answer comes to: an object of fields, a label, or a list.
    ///
    /// # Errors
    /// What is wrong with it, in words that the model can mend it by.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        let text = unfenced(text);
        let parsed: Result<Value, _> = serde_json::from_str(text);
        match self {
            Shape::Fields(fields) => read_fields(fields, parsed.map_err(|error| no_json(&error))?),
            Shape::Labels(labels) => {
                let said = match parsed {
                    Ok(Value::Object(object)) => only(object, LABEL)?,
                    Ok(other) => other,
                    // A model that is held to no schema often says just the word.
                    Err(_) => Value::from(text.trim_end_matches('.')),
                };
                let told = || format!("the answer must be one of {}", list(labels.iter().map(String::as_str)));
                let said = said.as_str().ok_or_else(told)?.trim().to_lowercase();
                labels
                    .iter()
                    .find(|label| label.to_lowercase() == said)
                    .map(|label| label.clone().into())
                    .ok_or_else(told)
            }
            Shape::List => {
                let parsed = parsed.map_err(|error| no_json(&error))?;
                let items = if let Value::Object(object) = parsed { only(object, ITEMS)? } else { parsed };
                let texts = items.as_array().is_some_and(|items| items.iter().all(Value::is_string));
                texts.then_some(items).ok_or_else(|| "the answer must be a list of texts".to_owned())
            }
        }
    }
}

/// How a day is written.
const DATE: &str = "date as YYYY-MM-DD";

const fn json_type(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::Text | ParamKind::Date => "string",
        ParamKind::Number => "number",
        ParamKind::Integer => "integer",
        ParamKind::Boolean => "boolean",
    }
}

/// What stands in a code fence, where models that are held to no schema like to put JSON.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let inside = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inside.and_then(|inside| inside.split_once('\n')).map_or(text, |(_, inside)| inside.trim())
}

fn no_json(error: &serde_json::Error) -> String {
    format!("the answer is no JSON ({error})")
}

/// The value of the one key that an object may have.
fn only(mut object: Map<String, Value>, key: &str) -> Result<Value, String> {
    match object.remove(key) {
        Some(value) if object.is_empty() => Ok(value),
        Some(_) | None => Err(format!("the object must have the key `{key}` and no other")),
    }
}

fn read_fields(fields: &[Field], parsed: Value) -> Result<Value, String> {
    let Value::Object(mut object) = parsed else { return Err("the answer must be a JSON object".to_owned()) };
    let (mut values, mut wrong) = (Map::new(), Vec::new());
    for field in fields {
        let name = &field.name;
        match object.remove(name) {
            None => wrong.push(format!("the key `{name}` is missing")),
            Some(value) if !fits(field.kind, &value) => {
                let article = if field.kind == ParamKind::Integer { "an" } else { "a" };
                let kind = if field.kind == ParamKind::Date { DATE } else { field.kind.name() };
                wrong.push(format!("the value of `{name}` must be {article} {kind}"));
            }
            Some(value) => drop(values.insert(name.clone(), value)),
        }
    }
    let more: Vec<_> = object.keys().map(|key| shortened(key)).collect();
    if !more.is_empty() {
        wrong.push(format!("there must be no key {}", list(more.iter().map(String::as_str))));
    }
    if wrong.is_empty() { Ok(Value::Object(values)) } else { Err(wrong.join("; ")) }
}

fn fits(kind: ParamKind, value: &Value) -> bool {
    match kind {
        ParamKind::Text => value.is_string(),
        ParamKind::Number => value.is_number(),
        ParamKind::Integer => value.is_i64() || value.is_u64(),
        ParamKind::Boolean => value.is_boolean(),
        ParamKind::Date => {
            let date = |text: &str| text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text);
            value.as_str().is_some_and(date)
        }
    }
}

/// A key of the model's own, as far as it may be told.
fn shortened(key: &str) -> String {
    key.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Shape {
        let field = |name: &str, kind, about: Option<&str>| Field {
            name: name.to_owned(),
            kind,
            about: about.map(str::to_owned),
        };
        Shape::Fields(vec![
            field("mood", ParamKind::Text, Some("how they sound")),
            field("score", ParamKind::Number, None),
            field("calls", ParamKind::Integer, None),
            field("buys", ParamKind::Boolean, None),
            field("until", ParamKind::Date, None),
        ])
    }

    #[test]
    fn a_schema_names_all_keys_and_forbids_others() {
        let schema = fields().schema();
        assert_eq!(schema["required"], json!(["mood", "score", "calls", "buys", "until"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        assert_eq!(schema["properties"]["mood"], json!({ "type": "string", "description": "how they sound" }));
        assert_eq!(schema["properties"]["until"]["type"], "string");
        let labels = Shape::Labels(vec!["Hot".to_owned(), "cold".to_owned()]).schema();
        assert_eq!(labels["properties"]["label"], json!({ "type": "string", "enum": ["Hot", "cold"] }));
        assert_eq!(Shape::List.schema()["properties"]["items"]["items"]["type"], "string");
    }

    #[test]
    fn fields_are_all_there_and_of_their_types() {
        let right = json!({ "until": "2026-03-25", "mood": "ok", "score": 1.5, "calls": 2, "buys": true });
        let read = fields().read(&format!("```json\n{right}\n```\n")).unwrap();
        let keys: Vec<_> = read.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["mood", "score", "calls", "buys", "until"], "in the order of the file");
        for (key, value, told) in [
            ("mood", json!(7), "`mood` must be a text"),
            ("mood", json!(null), "`mood` must be a text"),
            ("score", json!("1.5"), "`score` must be a number"),
            ("calls", json!(1.5), "`calls` must be an integer"),
            ("buys", json!("yes"), "`buys` must be a boolean"),
            ("until", json!("25.3.2026"), "`until` must be a date as YYYY-MM-DD"),
            ("more", json!(1), "no key `more`"),
        ] {
            let mut wrong = right.clone();
            wrong[key] = value;
            let why = fields().read(&wrong.to_string()).unwrap_err();
            assert!(why.contains(told), "{why}");
        }
        let why = fields().read("{\"mood\": \"ok\"}").unwrap_err();
        assert_eq!(why.matches("is missing").count(), 4, "{why}");
        for text in ["", "mood: ok", "[1]", "{\"mood\"", "Here it is: {}", "nul\0"] {
            assert!(fields().read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_label_is_given_back_as_the_file_spells_it() {
        let labels = Shape::Labels(vec!["Very hot".to_owned(), "Straße".to_owned()]);
        for text in ["{\"label\": \"VERY HOT\"}", "very hot", " Very Hot.\n", "\"very hot\"", "```\nVery hot\n```"] {
            assert_eq!(labels.read(text), Ok("Very hot".into()), "{text}");
        }
        assert_eq!(labels.read("STRAßE"), Ok("Straße".into()));
        for text in
            ["hot", "{\"label\": 1}", "{\"label\": \"Very hot\", \"why\": \"\"}", "[\"Very hot\"]", "", "very hot!"]
        {
            assert!(labels.read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_holds_texts() {
        assert_eq!(Shape::List.read("{\"items\": [\"a\", \"b\"]}"), Ok(json!(["a", "b"])));
        assert_eq!(Shape::List.read("[]"), Ok(json!([])));
        for text in ["[1]", "{\"items\": \"a\"}", "{\"items\": [], \"n\": 0}", "a, b", "{}"] {
            assert!(Shape::List.read(text).is_err(), "{text}");
        }
    }
}
