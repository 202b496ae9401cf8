//! What kind of answer a step takes, and the settings that go with every question.

use serde_json::{Map, Value};

use crate::model::document::{Fields, Node, Placed, list, nearest};
use crate::model::spinner::ParamKind;
use crate::model::time::{Millis, duration};
use crate::outside::llm::{Field, Manner, Shape};

/// What kind of answer is taken, and under which names.
pub(super) enum Mode {
    /// Words, under a name.
    Text(String),
    /// An object, each key under its own name.
    Fields(Vec<Field>),
    /// One of these, under a name.
    Classification(String, Vec<String>),
    /// Texts, under a name.
    List(String),
}

const MODES: [&str; 4] = ["text", "fields", "classification", "list"];

/// What an answer is called when the step does not say.
const RESULT: &str = "ai_response";

impl Mode {
    /// Reads the keys that belong to it, complaining about those that do not.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Mode> {
        let word = fields.text("mode");
        let field = fields.text("field");
        let (given, labels) = (fields.take("fields"), fields.texts("labels"));
        let mode = word.as_ref().map_or("text", |word| word.value.as_str());
        if let Some(word) = word.as_ref().filter(|word| !MODES.contains(&word.value.as_str())) {
            let hint = match nearest(&word.value, MODES) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("modes: {}", list(MODES)),
            };
            fields.complaints.error(word.spot, format!("there is no mode `{}`", word.value), Some(hint));
            return None;
        }
        let mut stray = |key: &str, spot, belongs: &str| {
            let what = format!("`{key}` of {} has no meaning in mode `{mode}`", fields.owner);
            fields.complaints.error(spot, what, Some(format!("remove it, or write `mode = \"{belongs}\"`")));
        };
        if let Some(given) = given.as_ref().filter(|_| mode != "fields") {
            stray("fields", given.spot, "fields");
        }
        if let Some(labels) = labels.as_ref().filter(|_| mode != "classification") {
            stray("labels", labels.spot, "classification");
        }
        if let Some(field) = field.as_ref().filter(|field| mode == "fields" || field.value.trim().is_empty()) {
            let what = format!("`field` of {} names one answer", fields.owner);
            let hint = "in mode `fields` each key is its own; else give it a name".to_owned();
            fields.complaints.error(field.spot, what, Some(hint));
            return None;
        }
        let name = field.map_or_else(|| RESULT.to_owned(), |field| field.value);
        match mode {
            "fields" => read_fields(given, fields).map(Mode::Fields),
            "classification" => read_labels(labels, fields).map(|labels| Mode::Classification(name, labels)),
            "list" => Some(Mode::List(name)),
            _ => Some(Mode::Text(name)),
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Mode::Text(_) => "text",
            Mode::Fields(_) => "fields",
            Mode::Classification(..) => "classification",
            Mode::List(_) => "list",
        }
    }

    /// What the answer must be, besides text.
    pub(super) fn shape(&self) -> Option<Shape> {
        match self {
            Mode::Text(_) => None,
            Mode::Fields(fields) => Some(Shape::Fields(fields.clone())),
            Mode::Classification(_, labels) => Some(Shape::Labels(labels.clone())),
            Mode::List(_) => Some(Shape::List),
        }
    }

    /// What an answer comes to.
    ///
    /// # Errors
    /// What is wrong with it, in words that the model can mend it by.
    pub(super) fn outcomes(&self, text: &str) -> Result<Map<String, Value>, String> {
        let value = match self.shape() {
            Some(shape) => shape.read(text)?,
            None if text.trim().is_empty() => return Err("the answer is empty".to_owned()),
            None => Value::from(text.trim()),
        };
        Ok(match (self, value) {
            (Mode::Fields(_), Value::Object(object)) => object,
            (Mode::Text(name) | Mode::Classification(name, _) | Mode::List(name), value) => {
                Map::from_iter([(name.clone(), value)])
            }
            (Mode::Fields(_), _) => Map::new(),
        })
    }
}

/// `fields = ["name", …]`, or a table of names with a type or `{ type, description }`.
fn read_fields(given: Option<Placed<Node>>, fields: &mut Fields<'_>) -> Option<Vec<Field>> {
    let Some(given) = given else {
        let what = format!("{} has no `fields`", fields.owner);
        fields.complaints.error(fields.spot, what, Some("add `fields = [\"…\"]`".to_owned()));
        return None;
    };
    let spot = given.spot;
    let entries = named(given);
    let mut read: Vec<Field> = Vec::with_capacity(entries.len());
    let (mut sound, count) = (true, entries.len());
    for (name, node) in entries {
        let twice = read.iter().any(|field| field.name == name.value);
        if twice || name.value.trim().is_empty() {
            let what = if twice {
                format!("the field `{}` is there twice", name.value)
            } else {
                "a field has no name".to_owned()
            };
            fields.complaints.error(name.spot, what, None);
        }
        match read_field(name.value, node, fields) {
            Some(field) if !twice => read.push(field),
            Some(_) | None => sound = false,
        }
    }
    if count == 0 {
        let what = format!("`fields` of {} must be names, or a table of names and types", fields.owner);
        let hint = "such as `[\"mood\"]`, or `{ mood = \"text\", score = \"number\" }`".to_owned();
        fields.complaints.error(spot, what, Some(hint));
    }
    (sound && count > 0).then_some(read)
}

/// Names with what is said of each; nothing of what is neither a list of names nor a table.
fn named(given: Placed<Node>) -> Vec<(Placed<String>, Placed<Node>)> {
    let spot = given.spot;
    let text = || Placed { value: Node::Text("text".to_owned()), spot };
    let name = |item: Placed<Node>| {
        let Node::Text(value) = item.value else { return None };
        Some((Placed { value, spot: item.spot }, text()))
    };
    match given.value {
        Node::Table(entries) => entries,
        Node::Array(items) => items.into_iter().map(name).collect::<Option<_>>().unwrap_or_default(),
        Node::Text(_) | Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::Date(_) => Vec::new(),
    }
}

fn read_field(name: String, node: Placed<Node>, fields: &mut Fields<'_>) -> Option<Field> {
    if let Node::Text(kind) = node.value {
        let kind = ParamKind::read(&Placed { value: kind, spot: node.spot }, fields.complaints)?;
        return Some(Field { name, kind, about: None });
    }
    let mut own = Fields::of(node, format!("field `{name}`"), fields.complaints);
    let (kind, about) = (own.text("type"), own.text("description"));
    let kind = kind.map_or(Some(ParamKind::Text), |kind| ParamKind::read(&kind, own.complaints));
    own.finish();
    Some(Field { name, kind: kind?, about: about.map(|about| about.value) })
}

fn read_labels(labels: Option<Placed<Vec<Placed<String>>>>, fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let Some(labels) = labels.filter(|labels| labels.value.len() > 1) else {
        let what = format!("{} needs `labels`, at least two", fields.owner);
        fields.complaints.error(fields.spot, what, Some("add `labels = [\"…\", \"…\"]`".to_owned()));
        return None;
    };
    let mut read: Vec<String> = Vec::with_capacity(labels.value.len());
    for label in labels.value {
        let value = label.value.trim();
        if value.is_empty() || read.iter().any(|other| other.to_lowercase() == value.to_lowercase()) {
            let what = format!("the label `{value}` is empty or there twice; upper and lower case are alike");
            fields.complaints.error(label.spot, what, None);
            return None;
        }
        read.push(value.to_owned());
    }
    Some(read)
}

/// What goes with every question.
pub(super) struct Settings {
    pub(super) model: Option<String>,
    role: Option<String>,
    temperature: Option<f64>,
    max_tokens: Option<u32>,
    pub(super) timeout: Millis,
}

/// How long one answer may take.
const TIMEOUT: Millis = Millis(60_000);

/// The least and the most that `timeout` may be.
const TIMES: (u64, u64) = (100, 3_600_000);

/// Reads them.
pub(super) fn settings(fields: &mut Fields<'_>) -> Settings {
    let model = fields.text("model").map(|model| model.value).filter(|model| !model.trim().is_empty());
    let role = fields.text("role");
    if let Some(role) = role.as_ref().filter(|role| role.value.contains("{{") || role.value.contains("{%")) {
        let what = format!("`role` of {} is the same for every row, so it holds no template", fields.owner);
        fields.complaints.error(role.spot, what, Some("what comes from a row belongs into `task`".to_owned()));
    }
    let (temperature, max_tokens, timeout) = (temperature(fields), max_tokens(fields), timeout(fields));
    Settings { model, role: role.map(|role| role.value), temperature, max_tokens, timeout }
}

impl Settings {
    pub(super) fn manner(self, model: String, shape: Option<Shape>) -> Manner {
        let Settings { role, temperature, max_tokens, .. } = self;
        Manner { model, role, temperature, max_tokens, shape }
    }
}

fn temperature(fields: &mut Fields<'_>) -> Option<f64> {
    let given = fields.take("temperature")?;
    let number = match given.value {
        Node::Float(number) => Some(number),
        #[expect(clippy::cast_precision_loss, reason = "only 0, 1 and 2 pass")]
        Node::Integer(number) => Some(number as f64),
        Node::Text(_) | Node::Bool(_) | Node::Date(_) | Node::Array(_) | Node::Table(_) => None,
    };
    let fits = number.filter(|number| (0.0..=2.0).contains(number));
    if fits.is_none() {
        let what = format!("`temperature` of {} must be a number from 0 to 2", fields.owner);
        fields.complaints.error(given.spot, what, None);
    }
    fits
}

fn max_tokens(fields: &mut Fields<'_>) -> Option<u32> {
    let given = fields.integer("max_tokens")?;
    let fits = u32::try_from(given.value).ok().filter(|count| (1..=1_000_000).contains(count));
    if fits.is_none() {
        let what = format!("`max_tokens` of {} must be from 1 to 1000000", fields.owner);
        fields.complaints.error(given.spot, what, None);
    }
    fits
}

fn timeout(fields: &mut Fields<'_>) -> Millis {
    let Some(given) = fields.text("timeout") else { return TIMEOUT };
    let read = duration(&given.value).and_then(|time| match time.0 {
        ms if (TIMES.0..=TIMES.1).contains(&ms) => Ok(time),
        _ => Err(format!("`timeout` is `{}`, and must be between 100ms and 1h", given.value)),
    });
    read.unwrap_or_else(|what| {
        fields.complaints.error(given.spot, what, None);
        TIMEOUT
    })
}
