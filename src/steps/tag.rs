//! `tag`: gives the record a disposition and tags.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::names::Names;
use super::template::Template;
use super::{Built, StepKind};
use crate::engine::{Done, Scope, Step, StepError};
use crate::model::document::Fields;
use crate::model::payload::Message;

pub(super) const KIND: StepKind = StepKind {
    name: "tag",
    about: "gives the record a `disposition` and `tags`",
    outcome_key: "tagged",
    example: "disposition = \"done\"\ntags = [\"first-run\"]\n",
    build,
};

struct Tag {
    disposition: Option<Template>,
    tags: Option<Vec<Template>>,
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let disposition = fields.text("disposition");
    let tags = fields.texts("tags");
    if disposition.is_none() && tags.is_none() {
        let what = format!("{} has neither `disposition` nor `tags`", fields.owner);
        fields.complaints.error(fields.spot, what, Some("add `disposition = \"…\"`".to_owned()));
        return None;
    }
    let mut compile = |text| Template::compile(&text, names, fields.complaints);
    let disposition = match disposition {
        None => None,
        Some(text) => Some(compile(text)?),
    };
    let tags = match tags {
        None => None,
        Some(tags) => Some(tags.value.into_iter().map(&mut compile).collect::<Option<_>>()?),
    };
    Some(Built::plain(Tag { disposition, tags }))
}

impl Step for Tag {
    fn run(&self, scope: &Arc<Scope>, _: &mut Vec<Message>) -> Result<Done, StepError> {
        let mut outcomes = Map::new();
        if let Some(disposition) = &self.disposition {
            outcomes.insert("disposition".to_owned(), Value::String(disposition.render(scope)?));
        }
        if let Some(tags) = &self.tags {
            let tags = tags.iter().map(|tag| tag.render(scope).map(Value::String));
            outcomes.insert("tags".to_owned(), tags.collect::<Result<_, _>>()?);
        }
        Ok(Done { outcomes, ..Done::default() })
    }
}
