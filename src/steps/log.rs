//! `log`: says a line in the journey.

use std::sync::Arc;

use super::names::Names;
use super::template::Template;
use super::{Built, StepKind};
use crate::engine::{Done, Scope, Step, StepError};
use crate::model::document::Fields;
use crate::model::payload::{Level, Message};

pub(super) const KIND: StepKind = StepKind {
    name: "log",
    about: "renders `message` into the journey",
    outcome_key: "logged",
    example: "message = \"Row {{ record.row }}\"\n",
    build,
};

/// The longest text that one message keeps (EVENTS §3).
const LONGEST: usize = 4096;

struct Log {
    message: Template,
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let message = fields.required_text("message")?;
    let message = Template::compile(&message, names, fields.complaints)?;
    Some(Built::plain(Log { message }))
}

impl Step for Log {
    fn run(&self, scope: &Arc<Scope>, say: &mut Vec<Message>) -> Result<Done, StepError> {
        say.push(message(Level::Info, self.message.render(scope)?));
        Ok(Done::default())
    }
}

/// A message as it may be kept.
pub(super) fn message(level: Level, mut text: String) -> Message {
    let truncated = text.len() > LONGEST;
    if truncated {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    Message { level, text, truncated }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let cut = message(Level::Info, "é".repeat(3000));
        assert!(cut.truncated && cut.text.len() <= LONGEST && cut.text.chars().all(|c| c == 'é'));
        assert!(!message(Level::Info, "é".to_owned()).truncated);
    }
}
