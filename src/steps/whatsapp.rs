//! `whatsapp`: sends a WhatsApp message: a text, or a template that Meta has approved.

use super::names::Names;
use super::send::{self, To, filled};
use super::template::Template;
use super::{Built, StepKind};
use crate::engine::{StepError, Task};
use crate::model::document::Fields;
use crate::model::time::Timestamp;
use crate::outside::channel::Message;
use crate::outside::meta::Content;

pub(super) const KIND: StepKind = StepKind {
    name: "whatsapp",
    about: "sends a WhatsApp message, a text or an approved template; without a channel, to the outbox",
    outcome_key: "whatsapp_sent",
    example: "to = \"+12055550141\"\ntext = \"Row {{ record.row }}\"\n",
    build,
};

struct WhatsApp {
    to: To,
    what: What,
}

enum What {
    Text(Box<Template>),
    Approved { name: String, language: String, parameters: Vec<Template> },
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let way = send::way(KIND.name, fields, names);
    let to = To::read(fields, names, way.as_ref().map(|(connection, _)| connection));
    let what = what(fields, names);
    Some(send::built(WhatsApp { to: to?, what: what? }, way?, names))
}

fn what(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<What> {
    let text = send::optional("text", fields, names);
    let (name, language, parameters) = (fields.text("template"), fields.text("language"), fields.texts("parameters"));
    let parameters: Option<Vec<_>> = parameters.map_or(Some(Vec::new()), |all| {
        // All are compiled, so that all complaints are told.
        let all: Vec<_> = all.value.iter().map(|text| Template::compile(text, names, fields.complaints)).collect();
        all.into_iter().collect()
    });
    let (what, hint) = match (text?, name, language, parameters?) {
        (Some(text), None, None, parameters) if parameters.is_empty() => return Some(What::Text(Box::new(text))),
        (None, Some(name), Some(language), parameters) => {
            return Some(What::Approved { name: name.value, language: language.value, parameters });
        }
        (None, Some(_), None, _) => ("has a `template` and no `language`", "add `language = \"en_US\"`"),
        (Some(_), ..) => (
            "has a `text`, and more that belongs to a template",
            "keep `text`, or `template` with `language` and `parameters`",
        ),
        (None, None, ..) => ("has neither `text` nor `template`", "add `text = \"…\"`, or `template = \"NAME\"`"),
    };
    fields.complaints.error(fields.spot, format!("{} {what}", fields.owner), Some(hint.to_owned()));
    None
}

impl send::Write for WhatsApp {
    fn write(&self, task: &Task, _: Timestamp) -> Result<Message, StepError> {
        let scope = &task.scope;
        let to = self.to.phone(scope)?;
        let content = match &self.what {
            What::Text(text) => Content::Text(filled("text", text.render(scope)?)?),
            What::Approved { name, language, parameters } => {
                // Meta refuses an empty one, and line breaks in any.
                let render = |text: &Template| filled("parameters", text.render(scope)?);
                let parameters = parameters.iter().map(render).collect::<Result<_, _>>()?;
                Content::Template { name: name.clone(), language: language.clone(), parameters }
            }
        };
        Ok(Message::WhatsApp { to, content })
    }
}
