//! Texts of a request: most are the same for every row, the others are templates.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::engine::{Scope, StepError};
use crate::model::document::{Complaints, Node, Placed};
use crate::model::tokens::{Token, scan_template};
use crate::steps::guard::percent;
use crate::steps::names::Names;
use crate::steps::pieces::pieces;
use crate::steps::template::Template;

/// A text of a request.
pub(super) struct Text {
    kind: Kind,
    /// Whether it holds a secret.
    pub(super) is_private: bool,
}

enum Kind {
    Fixed(String),
    Filled(Box<Template>),
}

impl Text {
    /// A text that may hold secrets.
    pub(super) fn compile(text: &Placed<String>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Text> {
        if !text.value.contains('{') {
            return Some(Text { kind: Kind::Fixed(text.value.clone()), is_private: false });
        }
        let template = compile(text, names, complaints)?;
        Some(Text { kind: Kind::Filled(Box::new(template)), is_private: names_vault(&text.value) })
    }

    /// A text, or a number or truth that stands for itself.
    pub(super) fn of(key: &str, node: &Placed<Node>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Text> {
        let value = match &node.value {
            Node::Text(text) => text.clone(),
            Node::Integer(number) => number.to_string(),
            Node::Float(number) => number.to_string(),
            Node::Bool(truth) => truth.to_string(),
            Node::Date(date) => return Some(Text { kind: Kind::Fixed(date.clone()), is_private: false }),
            Node::Array(_) | Node::Table(_) => {
                complaints.error(node.spot, format!("`{key}` must be one value, such as a string"), None);
                return None;
            }
        };
        Text::compile(&Placed { value, spot: node.spot }, names, complaints)
    }

    pub(super) fn render(&self, scope: &Arc<Scope>) -> Result<String, StepError> {
        match &self.kind {
            Kind::Fixed(text) => Ok(text.clone()),
            Kind::Filled(template) => template.render(scope),
        }
    }
}

/// The one place where a template of this step is compiled: it may name `vault`.
pub(super) fn compile(text: &Placed<String>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Template> {
    Template::compile_with_vault(text, names, complaints)
}

/// Whether a template names `vault`, so that what it makes is nobody else's business.
pub(super) fn names_vault(text: &str) -> bool {
    let names = |piece: &str| {
        let tokens = scan_template(piece).unwrap_or_default();
        tokens.iter().any(|(_, token)| *token == Token::Word("vault"))
    };
    pieces(text).into_iter().any(|(_, piece)| names(piece))
}

/// Where the only expression of a text begins, and the expression, when the text is nothing else.
pub(super) fn only_expression(text: &str) -> Option<(usize, &str)> {
    let found = pieces(text);
    let [(begin, inside)] = found.as_slice() else { return None };
    let alone = text.starts_with("{{") && begin + inside.len() + 2 == text.len();
    let trimmed = inside.strip_suffix('-').unwrap_or(inside);
    alone.then_some((*begin, trimmed))
}

/// Names with texts, as they stand in a query or a form. A name may stand there more than once.
pub(super) struct Pairs(Vec<(String, Text)>);

impl Pairs {
    pub(super) fn read(key: &str, node: Placed<Node>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Pairs> {
        let Node::Table(entries) = node.value else {
            complaints.error(node.spot, format!("`{key}` must be a table, such as `{key} = {{ name = \"…\" }}`"), None);
            return None;
        };
        let mut pairs = Some(Vec::new());
        for (name, node) in entries {
            let path = format!("{key}.{}", name.value);
            let values = if let Node::Array(values) = node.value { values } else { vec![node] };
            for value in values {
                let text = Text::of(&path, &value, names, complaints);
                pairs = pairs.zip(text).map(|(mut pairs, text): (Vec<_>, _)| {
                    pairs.push((name.value.clone(), text));
                    pairs
                });
            }
        }
        pairs.map(Pairs)
    }

    pub(super) fn is_private(&self) -> bool {
        self.0.iter().any(|(_, text)| text.is_private)
    }

    pub(super) fn render(&self, scope: &Arc<Scope>) -> Result<String, StepError> {
        let mut out = String::new();
        for (name, text) in &self.0 {
            let value = text.render(scope)?;
            let begin = if out.is_empty() { "" } else { "&" };
            // Writing into a string cannot fail.
            let _ = out.write_str(begin).and_then(|()| percent(name, &mut out));
            let _ = out.write_char('=').and_then(|()| percent(&value, &mut out));
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_expression_and_nothing_else_is_seen() {
        assert_eq!(only_expression("{{ a.b }}"), Some((2, " a.b ")));
        assert_eq!(only_expression("{{- a -}}"), Some((3, " a ")));
        for text in ["a", "{{ a }} ", "x{{ a }}", "{{ a }}{{ b }}", "{% if a %}{% endif %}", "{{ a", "{# {{ a }} #}"] {
            assert_eq!(only_expression(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_is_seen_wherever_it_is_named() {
        for text in ["Bearer {{ vault.a }}", "{% if vault.a %}x{% endif %}", "{{ f(x, vault['a']) }}"] {
            assert!(names_vault(text), "{text}");
        }
        for text in ["vault.a", "{{ 'vault' }}", "{{ vaults }}", "{# {{ vault.a }} #}"] {
            assert!(!names_vault(text), "{text}");
        }
    }
}
