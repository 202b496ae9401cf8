//! The body of a request.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::headers::Headers;
use super::text::{Pairs, Text, names_vault, only_expression};
use crate::engine::{Scope, StepError};
use crate::model::document::{Complaints, Fields, Node, Placed};
use crate::model::payload::ErrorInfo;
use crate::model::reason::Reason;
use crate::outside::http::Request;
use crate::steps::names::{Names, within};
use crate::steps::template::Expression;

/// The largest body, in bytes.
const LARGEST: usize = 16 << 20;

/// The body of a request.
pub(super) enum Content {
    None,
    Json(Tree),
    Form(Pairs),
    Text(Text),
}

/// JSON with texts in it.
pub(super) enum Tree {
    Fixed(Value),
    Text(Text),
    /// A string that is one expression: it keeps its type.
    Value(Expression),
    List(Vec<Tree>),
    Table(Vec<(String, Tree)>),
}

impl Content {
    pub(super) fn read(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Content> {
        let (json, form, body) = (fields.take("json"), fields.take("form"), fields.text("body"));
        let spot = body.as_ref().map(|body| body.spot).or(form.as_ref().map(|form| form.spot));
        if usize::from(json.is_some()) + usize::from(form.is_some()) + usize::from(body.is_some()) > 1 {
            let what = format!("{} has more than one of `json`, `form` and `body`", fields.owner);
            fields.complaints.error(spot.unwrap_or(fields.spot), what, Some("keep one of them".to_owned()));
            return None;
        }
        match (json, form, body) {
            (Some(json), ..) => Some(Content::Json(Tree::read("json", json, names, fields.complaints)?)),
            (_, Some(form), _) => Some(Content::Form(Pairs::read("form", form, names, fields.complaints)?)),
            (.., Some(body)) => Some(Content::Text(Text::compile(&body, names, fields.complaints)?)),
            (None, None, None) => Some(Content::None),
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Content::None)
    }

    /// Puts it on a request; its type too, unless the user has set that.
    pub(super) fn put(
        &self,
        mut request: Request,
        headers: &Headers,
        scope: &Arc<Scope>,
    ) -> Result<Request, StepError> {
        let (kind, bytes, is_private) = match self {
            Content::None => return Ok(request),
            Content::Json(tree) => ("application/json", tree.render(scope)?.to_string(), tree.is_private()),
            Content::Form(pairs) => ("application/x-www-form-urlencoded", pairs.render(scope)?, pairs.is_private()),
            Content::Text(text) => ("text/plain; charset=utf-8", text.render(scope)?, text.is_private),
        };
        if bytes.len() > LARGEST {
            let (code, message) = (Reason::LimitExceeded, format!("the body is larger than {LARGEST} bytes"));
            let info = ErrorInfo { kind: "limit".to_owned(), code, field: None, message };
            return Err(StepError::new(code, vec![info]));
        }
        request.private_body = is_private;
        if headers.has("content-type") {
            request.body = Some(bytes.into_bytes());
            return Ok(request);
        }
        Ok(request.body(kind, bytes))
    }
}

impl Tree {
    fn read(path: &str, node: Placed<Node>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Tree> {
        match node.value {
            Node::Text(value) => Tree::text(&Placed { value, spot: node.spot }, names, complaints),
            Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::Date(_) => {
                Some(Tree::Fixed(node.value.canonical()))
            }
            Node::Array(items) => {
                let read = |item| Tree::read(path, item, names, complaints);
                // All are read, so that all complaints are told.
                let items: Vec<_> = items.into_iter().map(read).collect();
                items.into_iter().collect::<Option<_>>().map(Tree::List)
            }
            Node::Table(entries) => {
                let mut read = |(name, node): (Placed<String>, _)| {
                    let tree = Tree::read(&format!("{path}.{}", name.value), node, names, complaints);
                    tree.map(|tree| (name.value, tree))
                };
                let entries: Vec<_> = entries.into_iter().map(&mut read).collect();
                entries.into_iter().collect::<Option<_>>().map(Tree::Table)
            }
        }
    }

    fn text(text: &Placed<String>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Tree> {
        match only_expression(&text.value) {
            Some((begin, expression)) if !names_vault(&text.value) => {
                // One before, because a place within a text is counted from the quote.
                let mut spot = within(text, begin);
                spot.column = spot.column.saturating_sub(1);
                let expression = Placed { value: expression.to_owned(), spot };
                Expression::compile(&expression, names, complaints).map(Tree::Value)
            }
            Some(_) | None => Text::compile(text, names, complaints).map(Tree::Text),
        }
    }

    fn is_private(&self) -> bool {
        match self {
            Tree::Fixed(_) | Tree::Value(_) => false,
            Tree::Text(text) => text.is_private,
            Tree::List(items) => items.iter().any(Tree::is_private),
            Tree::Table(entries) => entries.iter().any(|(_, tree)| tree.is_private()),
        }
    }

    fn render(&self, scope: &Arc<Scope>) -> Result<Value, StepError> {
        match self {
            Tree::Fixed(value) => Ok(value.clone()),
            Tree::Text(text) => text.render(scope).map(Value::String),
            Tree::Value(expression) => expression.value(scope),
            Tree::List(items) => items.iter().map(|item| item.render(scope)).collect(),
            Tree::Table(entries) => {
                let entries = entries.iter().map(|(name, tree)| Ok((name.clone(), tree.render(scope)?)));
                entries.collect::<Result<Map<_, _>, StepError>>().map(Value::Object)
            }
        }
    }
}
