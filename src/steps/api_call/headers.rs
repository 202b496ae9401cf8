//! The headers of a request.

use std::sync::Arc;

use super::base::Base;
use super::text::Text;
use crate::engine::{Scope, StepError};
use crate::model::document::{Complaints, Node, Placed};
use crate::model::payload::ErrorInfo;
use crate::model::reason::Reason;
use crate::outside::http::{FRAMING, Request};
use crate::steps::names::Names;

/// What says that a request is the same one again.
pub(super) const KEY: &str = "Idempotency-Key";

/// The headers of a request, in the order of the file.
pub(super) struct Headers {
    fields: Vec<(String, Text)>,
    /// The vault's name for `Authorization`.
    authorization: Option<String>,
}

impl Headers {
    pub(super) fn read(
        node: Option<Placed<Node>>,
        base: &Base,
        names: &Names<'_>,
        complaints: &mut Complaints,
    ) -> Option<Headers> {
        let authorization = base.authorization.clone();
        let Some(node) = node else { return Some(Headers { fields: Vec::new(), authorization }) };
        let Node::Table(entries) = node.value else {
            complaints.error(node.spot, "`headers` must be a table, such as `headers = { Accept = \"…\" }`", None);
            return None;
        };
        let mut fields = Vec::with_capacity(entries.len());
        let mut sound = true;
        for (name, node) in entries {
            if let Some((what, hint)) = unfit(&name.value, authorization.is_some()) {
                complaints.error(name.spot, format!("header `{}` {what}", name.value.escape_debug()), hint);
                sound = false;
            }
            let text = Text::of(&format!("headers.{}", name.value), &node, names, complaints);
            sound &= text.is_some();
            fields.extend(text.map(|text| (name.value, text)));
        }
        sound.then_some(Headers { fields, authorization })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Puts them on a request.
    pub(super) fn put(&self, mut request: Request, scope: &Arc<Scope>) -> Result<Request, StepError> {
        for (name, text) in &self.fields {
            let value = text.render(scope)?;
            // Seen here, because here it can be said which header it is; the client refuses it too.
            if let Some(sign) = value.chars().find(|c| c.is_control() && *c != '\t') {
                let what = format!("header `{name}` would hold {}, which no header may hold", called(sign));
                return Err(error(what));
            }
            request = if text.is_private { request.private_header(name, value) } else { request.header(name, value) };
        }
        if let Some(name) = &self.authorization {
            let value = scope.job.secrets.value(name);
            let value = value.ok_or_else(|| error(format!("the vault has no `{name}`")))?;
            request = request.private_header("Authorization", value);
        }
        Ok(request)
    }
}

fn error(message: String) -> StepError {
    let (kind, code, field) = ("validation".to_owned(), Reason::RequestInvalid, Some("headers".to_owned()));
    StepError::new(code, vec![ErrorInfo { kind, code, field, message }])
}

fn called(sign: char) -> String {
    match sign {
        '\r' | '\n' => "a line break".to_owned(),
        '\0' => "a NUL".to_owned(),
        other => format!("the control character `{}`", other.escape_debug()),
    }
}

/// What is wrong with a header that a user sets, and how to mend it.
fn unfit(name: &str, authorized: bool) -> Option<(&'static str, Option<String>)> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let lower = name.to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(token) {
        return Some(("has a name that no header may have", None));
    }
    if lower == "idempotency-key" {
        let hint = "leave it out: it is the same on every try, after a crash, and in every retry";
        return Some(("is set by this step", Some(hint.to_owned())));
    }
    if lower == "accept-encoding" || FRAMING.contains(&lower.as_str()) {
        return Some(("is set by the client itself", Some("leave it out".to_owned())));
    }
    (lower == "authorization" && authorized)
        .then(|| ("is set by the integration", Some("remove it here, or `authorization` there".to_owned())))
}
