//! What the events of tools and files carry: that something outside of the engine was asked, and what came of it, in few
//! words (EVENTS §3).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::reason::Reason;
use crate::model::time::Millis;

/// `tool.invoked`. The call and its name are those of the step that is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolInvoked {
    /// What kind of tool.
    pub tool_kind: ToolKind,
    /// What came of it; `succeeded` is not stored.
    #[serde(default, skip_serializing_if = "ToolOutcome::is_succeeded")]
    pub tool_outcome: ToolOutcome,
    /// What it was given.
    #[serde(rename = "in", default, skip_serializing_if = "Summary::is_nothing")]
    pub tool_input_summary: Summary,
    /// What it gave.
    #[serde(rename = "out", default, skip_serializing_if = "Summary::is_nothing")]
    pub tool_output_summary: Summary,
    /// Why it was not let through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_reason_code: Option<Reason>,
    /// How long it took.
    #[serde(rename = "ms", default)]
    pub duration_ms: Millis,
}

/// What kind of tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolKind {
    /// The user's JavaScript.
    Function,
    /// A call of a service.
    Api,
    /// A language model.
    Ai,
    /// A message to somebody.
    Send,
    /// Speech to text.
    Stt,
}

/// What came of a tool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolOutcome {
    /// It did it.
    #[default]
    Succeeded,
    /// It did not.
    Failed,
    /// It took too long.
    Timeout,
    /// It may not.
    PolicyDenied,
}

impl ToolOutcome {
    fn is_succeeded(&self) -> bool {
        *self == ToolOutcome::Succeeded
    }
}

/// What a tool was given or gave, bounded and without what is nobody's business.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Its first characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    /// Some of its fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub highlights: Vec<Highlight>,
    /// How much there was.
    pub stats: Stats,
    /// Whether more was there than is told.
    #[serde(default, skip_serializing_if = "is_false")]
    pub truncated: bool,
}

/// One field of a summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Highlight {
    /// Its name.
    pub key: String,
    /// Its value; nothing when it is redacted.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub value: Value,
    /// Whether its value is left out.
    #[serde(default, skip_serializing_if = "is_false")]
    pub redacted: bool,
}

/// How much there was: fields, and bytes of canonical JSON. Stored as four numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u64; 4]", into = "[u64; 4]")]
pub struct Stats {
    /// Fields in all.
    pub fields_total: u64,
    /// Those whose value is left out.
    pub fields_redacted: u64,
    /// Bytes of all.
    pub bytes_before_redaction: u64,
    /// Bytes of what is left.
    pub bytes_after_redaction: u64,
}

impl From<[u64; 4]> for Stats {
    fn from([fields_total, fields_redacted, bytes_before_redaction, bytes_after_redaction]: [u64; 4]) -> Stats {
        Stats { fields_total, fields_redacted, bytes_before_redaction, bytes_after_redaction }
    }
}

impl From<Stats> for [u64; 4] {
    fn from(stats: Stats) -> [u64; 4] {
        [stats.fields_total, stats.fields_redacted, stats.bytes_before_redaction, stats.bytes_after_redaction]
    }
}

/// The longest preview, in characters.
const PREVIEW: usize = 240;

/// The most fields that are told.
const HIGHLIGHTS: usize = 10;

impl Summary {
    /// A summary of fields, in their order; those that `hides` names are told without their value.
    #[must_use]
    pub fn of(fields: &Map<String, Value>, hides: impl Fn(&str) -> bool) -> Summary {
        let open: Map<_, _> =
            fields.iter().filter(|(key, _)| !hides(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
        let highlight = |(key, value): (&String, &Value)| {
            let redacted = hides(key);
            let (value, cut) = if redacted { (Value::Null, false) } else { shortened(value) };
            (Highlight { key: key.clone(), value, redacted }, cut)
        };
        let (highlights, cut): (Vec<_>, Vec<_>) = fields.iter().take(HIGHLIGHTS).map(highlight).unzip();
        let truncated = fields.len() > HIGHLIGHTS || cut.contains(&true);
        let count = |map: &Map<String, Value>| map.len() as u64;
        let stats = Stats {
            fields_total: count(fields),
            fields_redacted: count(fields) - count(&open),
            bytes_before_redaction: bytes(fields),
            bytes_after_redaction: bytes(&open),
        };
        Summary { preview: None, highlights, stats, truncated }
    }

    /// The same with the first characters of a text.
    #[must_use]
    pub fn with_preview(mut self, text: &str) -> Summary {
        let preview: String = text.chars().take(PREVIEW).collect();
        self.truncated |= preview.len() < text.len();
        self.preview = Some(preview);
        self
    }

    /// Numbers alone, for what is in the log already or is nobody's business: so many fields of so many bytes, of which
    /// none is told.
    #[must_use]
    pub fn counted(fields: usize, all: &impl Serialize) -> Summary {
        let fields = fields as u64;
        Summary { stats: [fields, fields, bytes(all), 0].into(), ..Summary::default() }
    }

    fn is_nothing(&self) -> bool {
        *self == Summary::default()
    }

    /// As it is told (`seeds/004`).
    #[must_use]
    pub fn told(&self) -> Value {
        let mut told = Map::from_iter([("schema_version".to_owned(), "v1".into())]);
        told.extend(self.preview.as_ref().map(|preview| ("preview".to_owned(), preview.clone().into())));
        if !self.highlights.is_empty() {
            let told_of = |h: &Highlight| serde_json::json!({ "key": h.key, "value": h.value, "redacted": h.redacted });
            told.insert("highlights".to_owned(), self.highlights.iter().map(told_of).collect());
        }
        let Stats { fields_total, fields_redacted, bytes_before_redaction, bytes_after_redaction } = self.stats;
        let stats = serde_json::json!({
            "fields_total": fields_total,
            "fields_redacted": fields_redacted,
            "bytes_before_redaction": bytes_before_redaction,
            "bytes_after_redaction": bytes_after_redaction,
        });
        told.insert("stats".to_owned(), stats);
        told.insert("truncated".to_owned(), self.truncated.into());
        Value::Object(told)
    }
}

/// A value that is short enough to be told, and whether it was longer.
fn shortened(value: &Value) -> (Value, bool) {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => return (value.clone(), false),
        Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let short: String = text.chars().take(PREVIEW).collect();
    let cut = short.len() < text.len();
    if cut || value.is_string() { (Value::String(short), cut) } else { (value.clone(), false) }
}

fn bytes(all: &impl Serialize) -> u64 {
    let mut counter = Counter(0);
    // What cannot be JSON is no summary's business.
    let written = serde_json::to_writer(&mut counter, all);
    if written.is_ok() { counter.0 } else { 0 }
}

/// Counts what is written, and keeps none of it.
struct Counter(u64);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// `storage.created`: a file that a step has produced. Kept by its content, beside the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// What steps name it by: the SHA-256 of its content, in hex.
    pub storage_id: String,
    /// What it is called.
    pub file_name: String,
    /// Its media type.
    pub file_type: String,
    /// Its size in bytes.
    pub file_size: u64,
    /// Whether the same content was there before.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deduplicated: bool,
}

fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &Value) -> Map<String, Value> {
        json.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_summary_tells_little_and_says_how_much_there_was() {
        let all = fields(&serde_json::json!({ "method": "POST", "body": "x".repeat(1_000), "n": [1, 2] }));
        let summary = Summary::of(&all, |key| key == "body");
        assert_eq!(summary.highlights.len(), 3);
        assert!(summary.highlights[1].redacted && summary.highlights[1].value.is_null() && !summary.truncated);
        let stats = summary.stats;
        assert_eq!((stats.fields_total, stats.fields_redacted), (3, 1));
        assert_eq!(stats.bytes_before_redaction, serde_json::to_string(&all).unwrap().len() as u64);
        assert_eq!(stats.bytes_after_redaction, r#"{"method":"POST","n":[1,2]}"#.len() as u64);
        assert!(!summary.told().to_string().contains("xx"));
    }

    #[test]
    fn nothing_is_told_past_its_bounds() {
        let many = (0..50).map(|n| (format!("k{n}"), Value::from("é".repeat(1_000)))).collect();
        let summary = Summary::of(&many, |_| false).with_preview(&"ü".repeat(1_000));
        assert!(summary.truncated && summary.highlights.len() == HIGHLIGHTS);
        assert_eq!(summary.preview.as_ref().map(|p| p.chars().count()), Some(PREVIEW));
        assert!(summary.highlights.iter().all(|h| h.value.as_str().is_some_and(|v| v.chars().count() == PREVIEW)));
    }

    #[test]
    fn what_is_stored_comes_back() {
        let summary = Summary::of(&fields(&serde_json::json!({ "a": 1, "b": "x" })), |key| key == "b");
        let stored = ToolInvoked {
            tool_kind: ToolKind::Api,
            tool_outcome: ToolOutcome::Timeout,
            tool_input_summary: summary,
            tool_output_summary: Summary::default(),
            policy_reason_code: None,
            duration_ms: Millis(12),
        };
        let text = serde_json::to_string(&stored).unwrap();
        assert_eq!(serde_json::from_str::<ToolInvoked>(&text).unwrap(), stored, "{text}");
        assert!(!text.contains("\"out\""), "{text}");
    }
}
