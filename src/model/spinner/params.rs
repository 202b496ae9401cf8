//! `[params]`: what the metadata fields must be.

use serde_json::Value;

use crate::model::document::{Complaints, Fields, Node, Placed, list, nearest};

/// What a metadata field must be.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamRule {
    /// Its type.
    pub kind: ParamKind,
    /// Whether an empty cell fails the record.
    pub required: bool,
    /// What an empty cell stands for.
    pub default: Option<Value>,
}

/// The type of a metadata field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// As it is.
    Text,
    /// Any finite number.
    Number,
    /// A whole number.
    Integer,
    /// A truth.
    Boolean,
    /// A calendar day, `2026-03-25`.
    Date,
}

impl ParamKind {
    const NAMES: [(&'static str, ParamKind); 5] = [
        ("text", ParamKind::Text),
        ("number", ParamKind::Number),
        ("integer", ParamKind::Integer),
        ("boolean", ParamKind::Boolean),
        ("date", ParamKind::Date),
    ];

    /// The type that a word names; a complaint when there is none.
    pub fn read(kind: &Placed<String>, complaints: &mut Complaints) -> Option<ParamKind> {
        param_kind(kind, complaints)
    }

    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        ParamKind::NAMES.iter().find(|(_, kind)| *kind == self).map_or("text", |(name, _)| name)
    }
}

/// Reads the table.
pub(super) fn read(node: Placed<Node>, complaints: &mut Complaints) -> Vec<(Placed<String>, ParamRule)> {
    let mut fields = Fields::of(node, "`[params]`", complaints);
    let entries = fields.rest();
    let mut rules = Vec::with_capacity(entries.len());
    for (name, node) in entries {
        let rule = match node.value {
            Node::Text(kind) => param_kind(&Placed { value: kind, spot: node.spot }, complaints)
                .map(|kind| ParamRule { kind, required: false, default: None }),
            Node::Table(_) => read_param(&name.value, node, complaints),
            Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::Date(_) | Node::Array(_) => {
                let what = format!("param `{}` must be a type or a table", name.value);
                complaints.error(
                    node.spot,
                    what,
                    Some("such as `\"number\"` or `{ type = \"number\", default = 0 }`".to_owned()),
                );
                None
            }
        };
        rules.extend(rule.map(|rule| (name, rule)));
    }
    rules
}

fn param_kind(kind: &Placed<String>, complaints: &mut Complaints) -> Option<ParamKind> {
    let names = || ParamKind::NAMES.iter().map(|(name, _)| *name);
    let found = ParamKind::NAMES.iter().find(|(name, _)| *name == kind.value).map(|(_, kind)| *kind);
    if found.is_none() {
        let hint = nearest(&kind.value, names())
            .map_or_else(|| format!("types: {}", list(names())), |near| format!("did you mean `{near}`?"));
        complaints.error(kind.spot, format!("there is no type `{}`", kind.value), Some(hint));
    }
    found
}

fn read_param(name: &str, node: Placed<Node>, complaints: &mut Complaints) -> Option<ParamRule> {
    let spot = node.spot;
    let mut fields = Fields::of(node, format!("param `{name}`"), complaints);
    let kind = fields.text("type");
    let required = fields.bool("required").is_some_and(|r| r.value);
    let default = fields.take("default");
    fields.finish();
    let kind = match kind {
        Some(kind) => param_kind(&kind, complaints)?,
        None => ParamKind::Text,
    };
    if required && default.is_some() {
        complaints.error(
            spot,
            format!("param `{name}` is required and has a default"),
            Some("keep one of the two".to_owned()),
        );
    }
    let default = match default {
        None => None,
        Some(node) => Some(default_value(name, kind, &node, complaints)?),
    };
    Some(ParamRule { kind, required, default })
}

fn default_value(name: &str, kind: ParamKind, node: &Placed<Node>, complaints: &mut Complaints) -> Option<Value> {
    let fits = match (&node.value, kind) {
        (Node::Text(_), ParamKind::Text) | (Node::Bool(_), ParamKind::Boolean) => true,
        (Node::Text(text) | Node::Date(text), ParamKind::Date) => text.parse::<jiff::civil::Date>().is_ok(),
        (Node::Integer(_), ParamKind::Integer | ParamKind::Number) => true,
        (Node::Float(n), ParamKind::Number) => n.is_finite(),
        (_, _) => false,
    };
    if !fits {
        complaints.error(node.spot, format!("the default of `{name}` is not of type {}", kind.name()), None);
        return None;
    }
    Some(node.value.canonical())
}
