//! `voice`: calls somebody, and reads a text aloud or does what a TwiML document says.

use super::names::Names;
use super::send::{self, To, filled};
use super::template::Template;
use super::{Built, StepKind};
use crate::engine::{StepError, Task};
use crate::model::document::Fields;
use crate::model::reason::Reason;
use crate::model::time::Timestamp;
use crate::outside::channel::Message;
use crate::outside::twilio::Speech;

pub(super) const KIND: StepKind = StepKind {
    name: "voice",
    about: "calls somebody and reads `say` aloud; without a channel, to the outbox",
    outcome_key: "call_placed",
    example: "to = \"+12055550141\"\nsay = \"This is row {{ record.row }}\"\n",
    build,
};

struct Voice {
    to: To,
    words: Words,
}

enum Words {
    Say { text: Template, language: Option<String>, voice: Option<String> },
    Url(Template),
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let way = send::way(KIND.name, fields, names);
    let to = To::read(fields, names, way.as_ref().map(|(connection, _)| connection));
    let words = words(fields, names);
    Some(send::built(Voice { to: to?, words: words? }, way?, names))
}

fn words(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Words> {
    let (say, url) = (send::optional("say", fields, names), send::optional("twiml_url", fields, names));
    let [language, voice] = ["language", "voice"].map(|key| fields.text(key));
    let what = match (say?, url?) {
        (Some(text), None) => {
            let [language, voice] = [language, voice].map(|text| text.map(|text| text.value));
            return Some(Words::Say { text, language, voice });
        }
        (None, Some(url)) => match language.or(voice) {
            None => return Some(Words::Url(url)),
            Some(_) => "has a `twiml_url`, which says its language and voice itself",
        },
        (Some(_), Some(_)) => "has both `say` and `twiml_url`",
        (None, None) => "has neither `say` nor `twiml_url`",
    };
    let what = format!("{} {what}", fields.owner);
    fields.complaints.error(fields.spot, what, Some("keep `say = \"…\"`, or `twiml_url = \"https://…\"`".to_owned()));
    None
}

impl send::Write for Voice {
    fn write(&self, task: &Task, _: Timestamp) -> Result<Message, StepError> {
        let to = self.to.phone(&task.scope)?;
        let speech = match &self.words {
            Words::Say { text, language, voice } => {
                let text = filled("say", text.render(&task.scope)?)?;
                Speech::Say { text, language: language.clone(), voice: voice.clone() }
            }
            Words::Url(url) => {
                let url = url.render(&task.scope)?;
                if !url.starts_with("https://") && !url.starts_with("http://") {
                    let what = "`twiml_url` is no address that begins with `https://`".to_owned();
                    return Err(send::invalid(Reason::RequestInvalid, "twiml_url", what));
                }
                Speech::Url(url)
            }
        };
        Ok(Message::Voice { to, speech })
    }
}
