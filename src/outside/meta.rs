//! Meta's WhatsApp Cloud API: text and template messages. A request is made and an answer is read here.
//! Deliberately absent: the sockets between both, and whether it is tried again.

use serde_json::{Value, json};

use crate::model::address::Phone;
use crate::model::time::Timestamp;
use crate::outside::http::{Fault, Method, Request, Response, Sent};
use crate::outside::sending::{self, Accepted, Refused, Why};

const NAME: &str = "WhatsApp";

/// Whose number it is.
#[derive(Clone)]
pub struct Account {
    /// Where the API is, with its version and without a slash at the end.
    pub base_url: String,
    /// The number that messages come from, by its id.
    pub phone_number_id: String,
    /// What proves that it is ours.
    pub token: zeroize::Zeroizing<String>,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text: only to who wrote within the last day.
    Text(String),
    /// A message that Meta has approved, with what is put into it.
    Template {
        /// Its name.
        name: String,
        /// Its language, such as `en_US`.
        language: String,
        /// What its places are filled with, in order.
        parameters: Vec<String>,
    },
}

impl Account {
    /// A message.
    #[must_use]
    pub fn message(&self, to: &Phone, content: &Content, key: &str) -> Request {
        let mut body = json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": to.e164() });
        match content {
            Content::Text(text) => {
                body["type"] = "text".into();
                body["text"] = json!({ "preview_url": false, "body": text });
            }
            Content::Template { name, language, parameters } => {
                let mut template = json!({ "name": name, "language": { "code": language } });
                if !parameters.is_empty() {
                    let filled: Vec<_> =
                        parameters.iter().map(|text| json!({ "type": "text", "text": text })).collect();
                    template["components"] = json!([{ "type": "body", "parameters": filled }]);
                }
                body["type"] = "template".into();
                body["template"] = template;
            }
        }
        let request = Request::new(Method::POST, format!("{}/messages", self.path())).header("idempotency-key", key);
        self.authorized(request.body("application/json", body.to_string()))
    }

    /// Asks for the number itself: nothing is sent.
    #[must_use]
    pub fn look(&self) -> Request {
        self.authorized(Request::new(Method::GET, format!("{}?fields=verified_name,display_phone_number", self.path())))
    }

    fn path(&self) -> String {
        let id = url::form_urlencoded::byte_serialize(self.phone_number_id.as_bytes()).collect::<String>();
        format!("{}/{id}", self.base_url.trim_end_matches('/'))
    }

    fn authorized(&self, request: Request) -> Request {
        request.header("authorization", format!("Bearer {}", self.token.as_str())).header("accept", "application/json")
    }
}

/// What came of a message.
///
/// # Errors
/// When it was not taken, or nobody can tell.
pub fn read(answer: Result<Response, Fault>, now: Timestamp) -> Result<Accepted, Refused> {
    let response = answer?;
    let body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    if !(200..300).contains(&response.status) {
        return Err(refusal(&response, &body, now));
    }
    match body["messages"][0]["id"].as_str() {
        Some(id) => {
            let words = body["messages"][0]["message_status"].as_str().map(str::to_owned);
            Ok(Accepted { id: id.to_owned(), words })
        }
        None => Err(sending::nameless(NAME, &response)),
    }
}

/// What the number says about itself.
///
/// # Errors
/// When it does not let us in.
pub fn seen(answer: Result<Response, Fault>, now: Timestamp) -> Result<String, Refused> {
    let response = answer?;
    let body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    if !(200..300).contains(&response.status) {
        return Err(refusal(&response, &body, now));
    }
    match (body["display_phone_number"].as_str(), body["verified_name"].as_str()) {
        (Some(number), name) => Ok(format!("{number} {}", name.unwrap_or_default()).trim_end().to_owned()),
        (None, _) => Err(sending::nameless(NAME, &response)),
    }
}

/// Some of Meta's own codes say more than the status they come with.
fn refusal(response: &Response, body: &Value, now: Timestamp) -> Refused {
    let error = &body["error"];
    let code = error["code"].as_i64();
    let words = error["message"].as_str().map(|message| {
        let details = error["error_data"]["details"].as_str().filter(|details| *details != message);
        let details = details.map(|details| format!(" ({details})")).unwrap_or_default();
        format!("{}{message}{details}", code.map(|code| format!("{code} ")).unwrap_or_default())
    });
    let refused = sending::refusal(NAME, response, words, now);
    let why = match code {
        // Too many calls, messages or complaints in a short time.
        Some(4 | 80_007 | 130_429 | 131_048) => match refused.why {
            busy @ Why::Busy(_) => busy,
            Why::Permanent
            | Why::Later
            | Why::Unreachable
            | Why::Unauthorized
            | Why::Person
            | Why::Timeout
            | Why::Policy => Why::Busy(None),
        },
        // Too many to this one number.
        Some(131_056) => Why::Later,
        // The token is over or was never good.
        Some(0 | 190) => Why::Unauthorized,
        // The account is locked, or its bill is open.
        Some(131_031 | 131_042) => Why::Person,
        _ => return refused,
    };
    Refused { why, sent: Sent::No, ..refused }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Millis;

    fn account() -> Account {
        Account {
            base_url: "https://graph.example/v23.0".to_owned(),
            phone_number_id: "106".to_owned(),
            token: "s3cret".to_owned().into(),
        }
    }

    fn sent(content: &Content) -> Value {
        let request = account().message(&Phone::parse("+12055550141", None).unwrap(), content, "key-1");
        assert_eq!(request.url, "https://graph.example/v23.0/106/messages");
        assert!(request.headers.contains(&("authorization".to_owned(), "Bearer s3cret".to_owned())));
        assert!(request.headers.contains(&("idempotency-key".to_owned(), "key-1".to_owned())));
        serde_json::from_slice(&request.body.unwrap()).unwrap()
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Response, Fault> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Response { status, headers, body: body.as_bytes().to_vec(), url: String::new(), redirected: false })
    }

    #[test]
    fn texts_and_templates_have_their_form() {
        let head = json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+12055550141" });
        let mut text = head.clone();
        text["type"] = "text".into();
        text["text"] = json!({ "preview_url": false, "body": "a \"b\"\n" });
        assert_eq!(sent(&Content::Text("a \"b\"\n".to_owned())), text);
        let (name, language) = ("hello".to_owned(), "en_US".to_owned());
        let mut template = head;
        template["type"] = "template".into();
        template["template"] = json!({ "name": "hello", "language": { "code": "en_US" } });
        let bare = Content::Template { name: name.clone(), language: language.clone(), parameters: Vec::new() };
        assert_eq!(sent(&bare), template);
        template["template"]["components"] =
            json!([{ "type": "body", "parameters": [{ "type": "text", "text": "Ada" }] }]);
        assert_eq!(sent(&Content::Template { name, language, parameters: vec!["Ada".to_owned()] }), template);
    }

    #[test]
    fn an_answer_says_whether_it_can_have_been_sent() {
        let taken =
            r#"{"messaging_product":"whatsapp","contacts":[{"input":"+1","wa_id":"1"}],"messages":[{"id":"wamid.X"}]}"#;
        assert_eq!(read(answer(200, &[], taken), Timestamp(0)).unwrap().id, "wamid.X");
        let error = |code: i64| {
            format!(r#"{{"error":{{"message":"(#{code}) no","code":{code},"error_data":{{"details":"because"}}}}}}"#)
        };
        for (status, headers, body, why, sent, words) in [
            (400, &[][..], error(131_026), Why::Permanent, Sent::No, Some("131026 (#131026) no (because)")),
            (400, &[], error(131_056), Why::Later, Sent::No, Some("131056 (#131056) no (because)")),
            (400, &[], error(130_429), Why::Busy(None), Sent::No, Some("130429 (#130429) no (because)")),
            (
                429,
                &[("retry-after", "3")],
                error(4),
                Why::Busy(Some(Millis(3_000))),
                Sent::No,
                Some("4 (#4) no (because)"),
            ),
            (401, &[], error(190), Why::Unauthorized, Sent::No, Some("190 (#190) no (because)")),
            (500, &[], error(131_000), Why::Later, Sent::Maybe, Some("131000 (#131000) no (because)")),
            (503, &[], error(2), Why::Later, Sent::Maybe, Some("2 (#2) no (because)")),
            (502, &[], "<html>".to_owned(), Why::Later, Sent::Maybe, None),
            (200, &[], "{}".to_owned(), Why::Later, Sent::Maybe, Some("{}")),
        ] {
            let refused = read(answer(status, headers, &body), Timestamp(0)).unwrap_err();
            assert_eq!((refused.why, refused.sent, refused.words.as_deref()), (why, sent, words), "{status} {body}");
        }
    }

    #[test]
    fn a_number_is_looked_at() {
        assert!(account().look().url.ends_with("/v23.0/106?fields=verified_name,display_phone_number"));
        let body = r#"{"verified_name":"Acme","display_phone_number":"+1 205 555 0100","id":"106"}"#;
        assert_eq!(seen(answer(200, &[], body), Timestamp(0)).as_deref(), Ok("+1 205 555 0100 Acme"));
        assert!(seen(answer(200, &[], "hello"), Timestamp(0)).is_err());
    }
}
