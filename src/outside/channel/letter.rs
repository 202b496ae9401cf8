//! Messages as files of the outbox: a mail as any mail program opens it, all others as text with a head.

use super::Message;
use crate::model::address::Phone;
use crate::model::time::Timestamp;
use crate::outside::mail::Bcc;
use crate::outside::meta::Content;
use crate::outside::outbox::Letter;
use crate::outside::twilio::Speech;

/// The message's id and its file.
pub(super) fn letter(
    message: &Message,
    key: &str,
    channel: &str,
    from: Option<&str>,
    at: Timestamp,
) -> Result<(String, Letter), String> {
    let (kind, to, more, text) = match message {
        Message::Mail(mail) => {
            let composed = mail.compose(Bcc::Shown)?;
            return Ok((composed.id, Letter { key: key.to_owned(), ending: "eml", text: composed.bytes }));
        }
        Message::Sms { to, text } => ("sms", to, Vec::new(), text.clone()),
        Message::Voice { to, speech: Speech::Say { text, language, voice } } => {
            let more = [("Language", language.clone()), ("Voice", voice.clone())];
            ("voice", to, more.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(), text.clone())
        }
        Message::Voice { to, speech: Speech::Url(url) } => ("voice", to, vec![("Url", url.clone())], String::new()),
        Message::WhatsApp { to, content: Content::Text(text) } => ("whatsapp", to, Vec::new(), text.clone()),
        Message::WhatsApp { to, content: Content::Template { name, language, parameters } } => {
            let more = vec![("Template", name.clone()), ("Language", language.clone())];
            let place = |(place, text): (usize, &String)| format!("{{{{{}}}}} {text}", place + 1);
            ("whatsapp", to, more, parameters.iter().enumerate().map(place).collect::<Vec<_>>().join("\n"))
        }
    };
    let text = written(kind, key, channel, from, to, &more, &text, at);
    Ok((key.to_owned(), Letter { key: key.to_owned(), ending: "txt", text: text.into_bytes() }))
}

#[expect(clippy::too_many_arguments, reason = "they are the lines of the head, one after the other")]
fn written(
    kind: &str,
    key: &str,
    channel: &str,
    from: Option<&str>,
    to: &Phone,
    more: &[(&str, String)],
    text: &str,
    at: Timestamp,
) -> String {
    let mut head = vec![("Key", key.to_owned()), ("Kind", kind.to_owned()), ("Channel", channel.to_owned())];
    head.extend(from.map(|from| ("From", from.to_owned())));
    head.push(("To", to.to_string()));
    head.push(("Date", at.to_string()));
    head.extend(more.iter().cloned());
    let mut all: String =
        head.iter().map(|(name, value)| format!("{name}: {}\n", shown(value).replace('\n', " "))).collect();
    all.push('\n');
    all.push_str(&shown(text));
    if !all.ends_with('\n') {
        all.push('\n');
    }
    all
}

/// A text as a terminal may show it: whoever looks at an outbox must not be steered by what a cell holds.
fn shown(text: &str) -> String {
    let plain = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    text.replace("\r\n", "\n").chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &Message) -> String {
        let (id, letter) = letter(message, "0abc-3-17-notify", "texts", Some("+1205\n5550100"), Timestamp(0)).unwrap();
        assert_eq!((id.as_str(), letter.ending), ("0abc-3-17-notify", "txt"));
        String::from_utf8(letter.text).unwrap()
    }

    #[test]
    fn a_text_has_a_head_and_stays_readable() {
        let to = Phone::parse("+12055550141", None).unwrap();
        let sms = Message::Sms { to: to.clone(), text: "Hello\r\n\u{1b}[31mAda\u{7}".to_owned() };
        assert_eq!(
            text(&sms),
            "Key: 0abc-3-17-notify\nKind: sms\nChannel: texts\nFrom: +1205 5550100\nTo: +12055550141\n\
             Date: 1970-01-01T00:00:00.000Z\n\nHello\n\u{fffd}[31mAda\u{fffd}\n"
        );
        let (name, language) = ("hello".to_owned(), "en_US".to_owned());
        let parameters = vec!["Ada".to_owned(), "9 am".to_owned()];
        let content = Content::Template { name, language, parameters };
        let told = text(&Message::WhatsApp { to: to.clone(), content });
        assert!(told.ends_with("\nTemplate: hello\nLanguage: en_US\n\n{{1}} Ada\n{{2}} 9 am\n"), "{told}");
        let speech = Speech::Say { text: "Hi".to_owned(), language: Some("de-DE".to_owned()), voice: None };
        assert!(text(&Message::Voice { to, speech }).contains("\nLanguage: de-DE\n\nHi\n"));
    }
}
