//! Twilio's REST API, and those that speak it: text messages and calls. A request is made and an answer is read here.
//! Deliberately absent: the sockets between both, and whether it is tried again.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::model::address::Phone;
use crate::model::time::Timestamp;
use crate::outside::http::{Fault, Method, Request, Response};
use crate::outside::sending::{self, Accepted, Refused, Why};

const NAME: &str = "Twilio";

/// Whose account it is.
#[derive(Clone)]
pub struct Account {
    /// Where the API is, without a slash at the end.
    pub base_url: String,
    /// The account.
    pub sid: String,
    /// What proves that it is ours.
    pub token: zeroize::Zeroizing<String>,
}

/// What is said in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speech {
    /// A text, read aloud; in a language such as `de-DE`, by a voice, where they are given.
    Say {
        /// The text.
        text: String,
        /// The language.
        language: Option<String>,
        /// The voice.
        voice: Option<String>,
    },
    /// What the document at this URL says (TwiML).
    Url(String),
}

impl Account {
    /// A text message. `from` is a number, a name, or the SID of a messaging service.
    #[must_use]
    pub fn message(&self, from: &str, to: &Phone, text: &str, key: &str) -> Request {
        let sender = if from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        self.post("Messages.json", &[("To", to.e164()), (sender, from), ("Body", text)], key)
    }

    /// A call.
    #[must_use]
    pub fn call(&self, from: &str, to: &Phone, speech: &Speech, key: &str) -> Request {
        let (name, value) = match speech {
            Speech::Say { text, language, voice } => ("Twiml", say(text, language.as_deref(), voice.as_deref())),
            Speech::Url(url) => ("Url", url.clone()),
        };
        self.post("Calls.json", &[("To", to.e164()), ("From", from), (name, &value)], key)
    }

    /// Asks for the account itself: nothing is sent.
    #[must_use]
    pub fn look(&self) -> Request {
        self.authorized(Request::new(Method::GET, format!("{}.json", self.path())))
    }

    fn path(&self) -> String {
        let sid = url::form_urlencoded::byte_serialize(self.sid.as_bytes()).collect::<String>();
        format!("{}/2010-04-01/Accounts/{sid}", self.base_url.trim_end_matches('/'))
    }

    fn post(&self, what: &str, fields: &[(&str, &str)], key: &str) -> Request {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::new(Method::POST, format!("{}/{what}", self.path())).header("idempotency-key", key);
        self.authorized(request.body("application/x-www-form-urlencoded", form))
    }

    fn authorized(&self, request: Request) -> Request {
        let login = BASE64_STANDARD.encode(format!("{}:{}", self.sid, self.token.as_str()));
        request.header("authorization", format!("Basic {login}")).header("accept", "application/json")
    }
}

/// What came of a message or a call.
///
/// # Errors
/// When it was not taken, or nobody can tell.
pub fn read(answer: Result<Response, Fault>, now: Timestamp) -> Result<Accepted, Refused> {
    let response = answer?;
    let body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    if !(200..300).contains(&response.status) {
        return Err(sending::refusal(NAME, &response, words(&body), now));
    }
    match body["sid"].as_str() {
        Some(sid) => Ok(Accepted { id: sid.to_owned(), words: body["status"].as_str().map(str::to_owned) }),
        None => Err(sending::nameless(NAME, &response)),
    }
}

/// What the account says about itself.
///
/// # Errors
/// When it does not let us in.
pub fn seen(answer: Result<Response, Fault>, now: Timestamp) -> Result<String, Refused> {
    let response = answer?;
    let body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    let (name, status) = (body["friendly_name"].as_str(), body["status"].as_str());
    match (response.status, body["sid"].as_str()) {
        (200..300, Some(sid)) => {
            let (name, status) = (name.unwrap_or(sid), status.unwrap_or("there"));
            let told = format!("account {name} is {status}");
            let works = !matches!(status, "suspended" | "closed");
            if works { Ok(told) } else { Err(Refused::unsent(Why::Person, told)) }
        }
        (200..300, None) => Err(sending::nameless(NAME, &response)),
        _ => Err(sending::refusal(NAME, &response, words(&body), now)),
    }
}

/// `21211 The 'To' number … is not a valid phone number.`
fn words(body: &Value) -> Option<String> {
    let message = body["message"].as_str()?;
    Some(match body["code"].as_i64() {
        Some(code) => format!("{code} {message}"),
        None => message.to_owned(),
    })
}

fn say(text: &str, language: Option<&str>, voice: Option<&str>) -> String {
    let attribute = |name: &str, value: Option<&str>| value.map(|value| format!(" {name}=\"{}\"", xml(value)));
    let language = attribute("language", language).unwrap_or_default();
    let voice = attribute("voice", voice).unwrap_or_default();
    format!("<Response><Say{language}{voice}>{}</Say></Response>", xml(text))
}

/// A text as XML holds it; signs that it cannot hold become spaces.
fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Millis;
    use crate::outside::http::{FaultKind, Sent};

    fn account() -> Account {
        Account {
            base_url: "https://api.example/".to_owned(),
            sid: "AC1".to_owned(),
            token: "s3cret".to_owned().into(),
        }
    }

    fn phone() -> Phone {
        Phone::parse("+12055550141", None).unwrap()
    }

    fn body(request: &Request) -> String {
        String::from_utf8(request.body.clone().unwrap()).unwrap()
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Response, Fault> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Response { status, headers, body: body.as_bytes().to_vec(), url: String::new(), redirected: false })
    }

    #[test]
    fn a_message_is_a_form_under_the_account() {
        let request = account().message("+12055550100", &phone(), "1 & 2 = ä\nFrom=x", "key-1");
        assert_eq!(
            (request.method.as_str(), request.url.as_str()),
            ("POST", "https://api.example/2010-04-01/Accounts/AC1/Messages.json")
        );
        assert_eq!(body(&request), "To=%2B12055550141&From=%2B12055550100&Body=1+%26+2+%3D+%C3%A4%0AFrom%3Dx");
        let header =
            |name: &str| request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(header("authorization"), Some("Basic QUMxOnMzY3JldA=="));
        assert_eq!(header("idempotency-key"), Some("key-1"));
        assert_eq!(header("content-type"), Some("application/x-www-form-urlencoded"));
        let service = account().message("MG12", &phone(), "x", "k");
        assert!(body(&service).contains("MessagingServiceSid=MG12"));
    }

    #[test]
    fn what_is_said_in_a_call_stays_text() {
        let text = "Hello </Say><Dial>+1900</Dial> & \u{0}you".to_owned();
        let speech = Speech::Say { text, language: Some("de-DE\"><x".to_owned()), voice: None };
        let request = account().call("+12055550100", &phone(), &speech, "k");
        let pairs: Vec<_> = url::form_urlencoded::parse(request.body.as_ref().unwrap()).collect();
        let twiml = &pairs.iter().find(|(name, _)| name == "Twiml").unwrap().1;
        assert_eq!(
            twiml,
            "<Response><Say language=\"de-DE&quot;&gt;&lt;x\">Hello &lt;/Say&gt;&lt;Dial&gt;+1900&lt;/Dial&gt; &amp;  you</Say></Response>"
        );
        let url = account().call("+12055550100", &phone(), &Speech::Url("https://x.example/a?b=c&d".to_owned()), "k");
        assert!(body(&url).ends_with("&Url=https%3A%2F%2Fx.example%2Fa%3Fb%3Dc%26d"));
    }

    #[test]
    fn an_answer_says_whether_it_can_have_been_sent() {
        let taken = read(answer(201, &[], r#"{"sid":"SM1","status":"queued"}"#), Timestamp(0)).unwrap();
        assert_eq!((taken.id.as_str(), taken.words.as_deref()), ("SM1", Some("queued")));
        let invalid = r#"{"code":21211,"message":"The 'To' number is not valid","status":400}"#;
        for (given, why, sent, words) in [
            (answer(400, &[], invalid), Why::Permanent, Sent::No, Some("21211 The 'To' number is not valid")),
            (answer(401, &[], "no"), Why::Unauthorized, Sent::No, None),
            (answer(404, &[], "{}"), Why::Permanent, Sent::No, None),
            (answer(307, &[], ""), Why::Permanent, Sent::No, None),
            (answer(429, &[("retry-after", "7")], ""), Why::Busy(Some(Millis(7_000))), Sent::No, None),
            (answer(429, &[], ""), Why::Busy(None), Sent::No, None),
            (answer(425, &[], ""), Why::Busy(None), Sent::No, None),
            (answer(503, &[("retry-after", "1")], ""), Why::Busy(Some(Millis(1_000))), Sent::No, None),
            (answer(503, &[], ""), Why::Later, Sent::Maybe, None),
            (answer(500, &[("retry-after", "1")], ""), Why::Later, Sent::Maybe, None),
            (answer(408, &[], ""), Why::Timeout, Sent::Maybe, None),
            (answer(200, &[], "<html>Log in</html>"), Why::Later, Sent::Maybe, Some("<html>Log in</html>")),
            (answer(201, &[], "{\"sid\":null}"), Why::Later, Sent::Maybe, Some("{\"sid\":null}")),
            (
                Err(Fault { kind: FaultKind::Connect, what: "x".into(), sent: Sent::No }),
                Why::Unreachable,
                Sent::No,
                None,
            ),
            (
                Err(Fault { kind: FaultKind::Timeout, what: "x".into(), sent: Sent::Maybe }),
                Why::Timeout,
                Sent::Maybe,
                None,
            ),
        ] {
            let told = format!("{given:?}");
            let refused = read(given, Timestamp(0)).unwrap_err();
            assert_eq!((refused.why, refused.sent, refused.words.as_deref()), (why, sent, words), "{told}");
        }
    }

    #[test]
    fn an_account_is_looked_at() {
        assert_eq!(account().look().url, "https://api.example/2010-04-01/Accounts/AC1.json");
        let there = seen(answer(200, &[], r#"{"sid":"AC1","friendly_name":"Acme","status":"active"}"#), Timestamp(0));
        assert_eq!(there.as_deref(), Ok("account Acme is active"));
        let refused = seen(answer(401, &[], r#"{"code":20003,"message":"Authenticate"}"#), Timestamp(0)).unwrap_err();
        assert_eq!(
            (refused.what.as_str(), refused.why),
            ("Twilio answered 401: 20003 Authenticate", Why::Unauthorized)
        );
        let closed = seen(answer(200, &[], r#"{"sid":"AC1","status":"suspended"}"#), Timestamp(0)).unwrap_err();
        assert_eq!((closed.what.as_str(), closed.why), ("account AC1 is suspended", Why::Person));
        assert!(seen(answer(200, &[], "hello"), Timestamp(0)).is_err());
    }
}
