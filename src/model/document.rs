//! TOML with a place for every value, and a reader that complains in one go about all that is wrong.

use std::fmt;

use serde_json::{Map, Number, Value};
use toml::de::{DeTable, DeValue};

/// A place in a text, counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Spot {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Spot {
    /// The place of a byte of `text`.
    #[must_use]
    pub fn of(text: &str, byte: usize) -> Spot {
        let mut end = byte.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Spot { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it begins.
    pub spot: Spot,
}

/// What is wrong, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Where.
    pub spot: Spot,
    /// What, as a lowercase fragment.
    pub what: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// Whether it forbids the run.
    pub gravity: Gravity,
}

/// Whether a complaint forbids the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// It does.
    Error,
    /// It is only worth a look.
    Warning,
}

/// All that was found wrong.
#[derive(Debug, Clone, Default)]
pub struct Complaints(pub Vec<Complaint>);

impl Complaints {
    /// Notes an error.
    pub fn error(&mut self, spot: Spot, what: impl Into<String>, hint: Option<String>) {
        self.0.push(Complaint { spot, what: what.into(), hint, gravity: Gravity::Error });
    }

    /// Notes a warning.
    pub fn warning(&mut self, spot: Spot, what: impl Into<String>, hint: Option<String>) {
        self.0.push(Complaint { spot, what: what.into(), hint, gravity: Gravity::Warning });
    }

    /// Whether the run is forbidden.
    #[must_use]
    pub fn forbid(&self) -> bool {
        self.0.iter().any(|complaint| complaint.gravity == Gravity::Error)
    }
}

/// A TOML value that owns itself and knows its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A date or time, as written.
    Date(String),
    /// A list.
    Array(Vec<Placed<Node>>),
    /// Named values in the order of the text.
    Table(Vec<(Placed<String>, Placed<Node>)>),
}

impl Node {
    const fn kind(&self) -> &'static str {
        match self {
            Node::Text(_) => "a string",
            Node::Integer(_) => "a whole number",
            Node::Float(_) => "a number",
            Node::Bool(_) => "true or false",
            Node::Date(_) => "a date",
            Node::Array(_) => "a list",
            Node::Table(_) => "a table",
        }
    }

    /// As JSON with sorted keys: the canonical form that is hashed, so that comments and spacing make no version.
    #[must_use]
    pub fn canonical(&self) -> Value {
        match self {
            Node::Text(text) | Node::Date(text) => Value::String(text.clone()),
            Node::Integer(n) => Value::Number((*n).into()),
            Node::Float(n) => Number::from_f64(*n).map_or(Value::Null, Value::Number),
            Node::Bool(b) => Value::Bool(*b),
            Node::Array(items) => items.iter().map(|item| item.value.canonical()).collect(),
            Node::Table(entries) => {
                let mut sorted: Vec<_> = entries.iter().collect();
                sorted.sort_by(|a, b| a.0.value.cmp(&b.0.value));
                Value::Object(sorted.iter().map(|(k, v)| (k.value.clone(), v.value.canonical())).collect::<Map<_, _>>())
            }
        }
    }
}

/// Reads TOML.
///
/// # Errors
/// The first thing that is not TOML, with its place.
pub fn parse(text: &str) -> Result<Placed<Node>, Complaint> {
    match DeTable::parse(text) {
        Ok(table) => Ok(Placed { value: from_table(text, table.get_ref()), spot: Spot { line: 1, column: 1 } }),
        Err(error) => Err(Complaint {
            spot: Spot::of(text, error.span().map_or(0, |span| span.start)),
            what: error.message().trim().to_owned(),
            hint: None,
            gravity: Gravity::Error,
        }),
    }
}

fn from_table(text: &str, table: &DeTable<'_>) -> Node {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let place = |(key, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &toml::Spanned<DeValue<'_>>)| {
        (
            Placed { value: key.get_ref().to_string(), spot: Spot::of(text, key.span().start) },
            Placed { value: from_value(text, value.get_ref()), spot: Spot::of(text, value.span().start) },
        )
    };
    Node::Table(entries.into_iter().map(place).collect())
}

fn from_value(text: &str, value: &DeValue<'_>) -> Node {
    match value {
        DeValue::String(s) => Node::Text(s.to_string()),
        DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).map_or(Node::Float(f64::NAN), Node::Integer),
        DeValue::Float(n) => Node::Float(n.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(b) => Node::Bool(*b),
        DeValue::Datetime(d) => Node::Date(d.to_string()),
        DeValue::Array(items) => Node::Array(
            items
                .iter()
                .map(|item| Placed { value: from_value(text, item.get_ref()), spot: Spot::of(text, item.span().start) })
                .collect(),
        ),
        DeValue::Table(table) => from_table(text, table),
    }
}

/// Takes the named values of one table, each at most once; what is left over is unknown.
#[derive(Debug)]
pub struct Fields<'c> {
    entries: Vec<(Placed<String>, Placed<Node>)>,
    known: Vec<&'static str>,
    /// Where the table begins.
    pub spot: Spot,
    /// What the table is, for messages: ``step `start` ``.
    pub owner: String,
    /// Where complaints go.
    pub complaints: &'c mut Complaints,
}

impl<'c> Fields<'c> {
    /// Reads `node`, which must be a table.
    pub fn of(node: Placed<Node>, owner: impl Into<String>, complaints: &'c mut Complaints) -> Fields<'c> {
        let owner = owner.into();
        let spot = node.spot;
        let kind = node.value.kind();
        let entries = if let Node::Table(entries) = node.value {
            entries
        } else {
            complaints.error(spot, format!("{owner} must be a table, not {kind}"), None);
            Vec::new()
        };
        Fields { entries, known: Vec::new(), spot, owner, complaints }
    }

    /// Takes whatever stands under `key`.
    pub fn take(&mut self, key: &'static str) -> Option<Placed<Node>> {
        self.known.push(key);
        let place = self.entries.iter().position(|(name, _)| name.value == key)?;
        Some(self.entries.remove(place).1)
    }

    /// Takes all that is left, names chosen by the user.
    pub fn rest(&mut self) -> Vec<(Placed<String>, Placed<Node>)> {
        std::mem::take(&mut self.entries)
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl FnOnce(Node) -> Result<T, Node>,
    ) -> Option<Placed<T>> {
        let node = self.take(key)?;
        match read(node.value) {
            Ok(value) => Some(Placed { value, spot: node.spot }),
            Err(other) => {
                let what = format!("`{key}` of {} must be {wanted}, not {}", self.owner, other.kind());
                self.complaints.error(node.spot, what, None);
                None
            }
        }
    }

    /// Takes a string.
    pub fn text(&mut self, key: &'static str) -> Option<Placed<String>> {
        self.typed(key, "a string", |node| if let Node::Text(text) = node { Ok(text) } else { Err(node) })
    }

    /// Takes a string that must be there.
    pub fn required_text(&mut self, key: &'static str) -> Option<Placed<String>> {
        if !self.has(key) {
            let what = format!("{} has no `{key}`", self.owner);
            self.known.push(key);
            self.complaints.error(self.spot, what, Some(format!("add `{key} = \"…\"`")));
            return None;
        }
        self.text(key)
    }

    /// Takes a whole number.
    pub fn integer(&mut self, key: &'static str) -> Option<Placed<i64>> {
        self.typed(key, "a whole number", |node| if let Node::Integer(n) = node { Ok(n) } else { Err(node) })
    }

    /// Takes a truth.
    pub fn bool(&mut self, key: &'static str) -> Option<Placed<bool>> {
        self.typed(key, "true or false", |node| if let Node::Bool(b) = node { Ok(b) } else { Err(node) })
    }

    /// Takes a list.
    pub fn array(&mut self, key: &'static str) -> Option<Placed<Vec<Placed<Node>>>> {
        self.typed(key, "a list", |node| if let Node::Array(items) = node { Ok(items) } else { Err(node) })
    }

    /// Takes a list of strings.
    pub fn texts(&mut self, key: &'static str) -> Option<Placed<Vec<Placed<String>>>> {
        let list = self.array(key)?;
        let mut texts = Vec::with_capacity(list.value.len());
        for item in list.value {
            let kind = item.value.kind();
            if let Node::Text(value) = item.value {
                texts.push(Placed { value, spot: item.spot });
            } else {
                let what = format!("`{key}` of {} holds {kind}, not a string", self.owner);
                self.complaints.error(item.spot, what, None);
            }
        }
        Some(Placed { value: texts, spot: list.spot })
    }

    /// Whether `key` is still there.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name.value == key)
    }

    /// Complains about every name that nobody asked for.
    pub fn finish(self) {
        for (name, _) in &self.entries {
            let what = format!("{} has no key `{}`", self.owner, name.value);
            let hint = match nearest(&name.value, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it knows {}", list(self.known.iter().copied())),
            };
            self.complaints.error(name.spot, what, Some(hint));
        }
    }
}

/// The name that was most likely meant.
pub fn nearest<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = text.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// `` `a`, `b` and `c` ``.
pub fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_have_places_and_a_likely_name() {
        let text = "name = \"a\"\nmesage = 3\n";
        let mut complaints = Complaints::default();
        let mut fields = Fields::of(parse(text).unwrap(), "the spinner", &mut complaints);
        fields.text("name");
        fields.text("message");
        fields.finish();
        let found = &complaints.0[0];
        assert_eq!(found.spot, Spot { line: 2, column: 1 });
        assert_eq!(found.hint.as_deref(), Some("did you mean `message`?"));
    }

    #[test]
    fn broken_toml_has_a_place() {
        let complaint = parse("name = \"a\"\nx = = 3\n").unwrap_err();
        assert_eq!(complaint.spot.line, 2);
    }

    #[test]
    fn canonical_form_ignores_order_and_comments() {
        let a = parse("b = 1 # note\na = 'x'").unwrap().value.canonical();
        let b = parse("a = \"x\"\n\nb = 1").unwrap().value.canonical();
        assert_eq!(a.to_string(), b.to_string());
    }
}
