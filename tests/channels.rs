//! Text messages, calls and WhatsApp through our own mock of their providers: no registry has a server that speaks the
//! schemas which Twilio and Meta publish. What each answer means, how many requests it costs, what a request holds.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;

use cxgear::model::address::Phone;
use cxgear::model::connection::Object;
use cxgear::model::secrets::Secrets;
use cxgear::model::settings::Settings;
use cxgear::model::time::{Clock, FixedClock, Millis, Timestamp};
use cxgear::outside::channel::{Channel, Message};
use cxgear::outside::http::{Sent, Web};
use cxgear::outside::meta::Content;
use cxgear::outside::sending::{Accepted, Refused, Why};
use cxgear::outside::twilio::Speech;
use misbehaving::{Manner, Server, answer, json};

#[expect(dead_code, reason = "another test needs the rest")]
mod misbehaving;

const KEY: &str = "0abc-3-17-notify";

fn settings(base_url: &str, allow_private: bool) -> Settings {
    let twilio = |name: &str| {
        format!(
            "[channels.{name}]\nkind = \"{name}\"\nprovider = \"twilio\"\nbase_url = \"{base_url}\"\naccount_sid = \"AC1\"\n\
             auth_token = \"vault:token\"\nfrom = \"+12055550100\"\nallow_private = {allow_private}\n"
        )
    };
    let meta = format!(
        "[channels.whatsapp]\nkind = \"whatsapp\"\nprovider = \"meta\"\nbase_url = \"{base_url}/v23.0\"\n\
         phone_number_id = \"106\"\naccess_token = \"vault:token\"\nallow_private = {allow_private}\n"
    );
    Settings::parse(&format!("{}{}{meta}", twilio("sms"), twilio("voice"))).unwrap()
}

fn out(settings: &Settings, name: &str) -> Channel {
    Channel::of(settings.find(Object::Channel, name).unwrap(), &Web::default(), Path::new("/nowhere")).unwrap()
}

fn secrets() -> Secrets {
    Secrets::new([("token".to_owned(), "s3cret-token".to_owned().into())])
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(FixedClock(Timestamp(1_700_000_000_000)))
}

fn message(name: &str) -> Message {
    let to = Phone::parse("+12055550141", None).unwrap();
    match name {
        "sms" => Message::Sms { to, text: "Hello & goodbye".to_owned() },
        "voice" => Message::Voice { to, speech: Speech::Say { text: "Hello".to_owned(), language: None, voice: None } },
        _ => Message::WhatsApp { to, content: Content::Text("Hello".to_owned()) },
    }
}

fn send(channel: &Channel, message: Message, secrets: &Secrets) -> Result<Accepted, Refused> {
    let (say, hear) = std::sync::mpsc::channel();
    channel.send(message, KEY, secrets, &clock(), move |came| say.send(came).unwrap());
    hear.recv().unwrap()
}

fn check(out: &Channel) -> Result<String, Refused> {
    let (say, hear) = channel();
    out.check(&secrets(), &clock(), move |came| say.send(came).unwrap());
    hear.recv().unwrap()
}

#[test]
fn a_message_is_one_request_that_says_who_we_are() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        "/v23.0/106/messages" => Manner::Answer(json(r#"{"messages":[{"id":"wamid.1"}]}"#)),
        _ => Manner::Answer(answer("201 Created", &[], br#"{"sid":"SM1","status":"queued"}"#)),
    });
    let settings = settings(&server.url(""), true);
    for (name, id) in [("sms", "SM1"), ("voice", "SM1"), ("whatsapp", "wamid.1")] {
        assert_eq!(send(&out(&settings, name), message(name), &secrets()).unwrap().id, id);
    }
    let seen = server.seen();
    let told: Vec<_> =
        seen.iter().map(|one| (one.path.as_str(), String::from_utf8_lossy(&one.body).into_owned())).collect();
    let sms = "To=%2B12055550141&From=%2B12055550100&Body=Hello+%26+goodbye".to_owned();
    let call = "To=%2B12055550141&From=%2B12055550100&Twiml=%3CResponse%3E%3CSay%3EHello%3C%2FSay%3E%3C%2FResponse%3E";
    assert_eq!(told[0], ("/2010-04-01/Accounts/AC1/Messages.json", sms));
    assert_eq!(told[1], ("/2010-04-01/Accounts/AC1/Calls.json", call.to_owned()));
    assert_eq!(told[2].0, "/v23.0/106/messages");
    assert!(told[2].1.contains(r#""text":{"preview_url":false,"body":"Hello"}"#), "{}", told[2].1);
    for (one, login) in
        seen.iter().zip(["Basic QUMxOnMzY3JldC10b2tlbg==", "Basic QUMxOnMzY3JldC10b2tlbg==", "Bearer s3cret-token"])
    {
        assert_eq!((one.header("authorization"), one.header("idempotency-key")), (Some(login), Some(KEY)));
    }
}

/// An answer, and what it means for a message that must go out at most once.
struct Case(&'static str, fn() -> Manner, Why, Sent);

fn faults() -> Vec<Case> {
    use Sent::{Maybe, No};
    let busy = Why::Busy(Some(Millis(2_000)));
    vec![
        Case(
            "invalid number",
            || Manner::Answer(answer("400 Bad Request", &[], br#"{"code":21211,"message":"no"}"#)),
            Why::Permanent,
            No,
        ),
        Case("who are you", || Manner::Answer(answer("401 Unauthorized", &[], b"")), Why::Unauthorized, No),
        Case("pay first", || Manner::Answer(answer("402 Payment Required", &[], b"")), Why::Person, No),
        Case("not there", || Manner::Answer(answer("404 Not Found", &[], b"<html>")), Why::Permanent, No),
        Case("slow client", || Manner::Answer(answer("408 Request Timeout", &[], b"")), Why::Timeout, Maybe),
        Case("too early", || Manner::Answer(answer("425 Too Early", &[], b"")), Why::Busy(None), No),
        Case("too many", || Manner::Answer(answer("429 Too Many Requests", &[], b"")), Why::Busy(None), No),
        Case(
            "too many for 2 s",
            || Manner::Answer(answer("429 Too Many Requests", &[("Retry-After", "2")], b"")),
            busy,
            No,
        ),
        Case(
            "over for 2 s",
            || Manner::Answer(answer("503 Service Unavailable", &[("Retry-After", "2")], b"")),
            busy,
            No,
        ),
        Case("over", || Manner::Answer(answer("503 Service Unavailable", &[], b"")), Why::Later, Maybe),
        Case("broken", || Manner::Answer(answer("500 Internal Server Error", &[], b"{}")), Why::Later, Maybe),
        Case(
            "broken for 2 s",
            || Manner::Answer(answer("500 Internal Server Error", &[("Retry-After", "2")], b"{}")),
            Why::Later,
            Maybe,
        ),
        Case("bad gateway", || Manner::Answer(answer("502 Bad Gateway", &[], b"<html>")), Why::Later, Maybe),
        Case(
            "elsewhere",
            || Manner::Answer(answer("307 Temporary Redirect", &[("Location", "http://127.0.0.1:9/")], b"")),
            Why::Permanent,
            No,
        ),
        Case(
            "a login page",
            || Manner::Answer(answer("200 OK", &[("Content-Type", "text/html")], b"<html>Log in</html>")),
            Why::Later,
            Maybe,
        ),
        Case("nothing", || Manner::Answer(answer("200 OK", &[], b"")), Why::Later, Maybe),
        Case("no id", || Manner::Answer(json(r#"{"sid":7,"messages":[]}"#)), Why::Later, Maybe),
        Case(
            "half of it",
            || Manner::Close(b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"sid\":\"SM1\"".to_vec()),
            Why::Later,
            Maybe,
        ),
        Case("gone", || Manner::Close(Vec::new()), Why::Later, Maybe),
        Case("reset", || Manner::Reset, Why::Later, Maybe),
        Case("garbage", || Manner::Close(b"220 mail.test ESMTP\r\n".to_vec()), Why::Later, Maybe),
    ]
}

#[test]
fn every_answer_says_whether_it_may_be_sent_again() {
    let mut produced = 0;
    for name in ["sms", "voice", "whatsapp"] {
        for Case(what, manner, why, sent) in faults() {
            let server = Server::start(move |_, _| manner());
            let settings = settings(&server.url(""), true);
            let refused = send(&out(&settings, name), message(name), &secrets()).unwrap_err();
            assert_eq!((refused.why, refused.sent), (why, sent), "{name}, {what}: {}", refused.what);
            assert_eq!(server.requests(), 1, "{name}, {what}: sent once, whatever is answered");
            assert!(!format!("{refused:?}").contains("s3cret"), "{refused:?}");
            produced += 1;
        }
    }
    assert_eq!(produced, 63);
}

#[test]
fn nothing_is_sent_where_it_may_not_go() {
    let server = Server::start(|_, _| Manner::Answer(json(r#"{"sid":"SM1"}"#)));
    let private = settings(&server.url(""), false);
    let refused = send(&out(&private, "sms"), message("sms"), &secrets()).unwrap_err();
    assert_eq!((refused.why, refused.sent), (Why::Policy, Sent::No), "{}", refused.what);
    let nobody = settings("http://127.0.0.1:9", true);
    let refused = send(&out(&nobody, "sms"), message("sms"), &secrets()).unwrap_err();
    assert_eq!((refused.why, refused.sent), (Why::Unreachable, Sent::No), "{}", refused.what);
    let open = settings(&server.url(""), true);
    let refused = send(&out(&open, "whatsapp"), message("whatsapp"), &Secrets::default()).unwrap_err();
    assert_eq!((refused.what.as_str(), refused.sent), ("the vault has no `token`", Sent::No));
    let refused = send(&out(&open, "whatsapp"), message("sms"), &secrets()).unwrap_err();
    assert_eq!(refused.sent, Sent::No);
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_channel_is_tried_without_sending() {
    let server = Server::start(|seen, _| match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/2010-04-01/Accounts/AC1.json") => {
            Manner::Answer(json(r#"{"sid":"AC1","friendly_name":"Acme","status":"active"}"#))
        }
        ("GET", "/v23.0/106?fields=verified_name,display_phone_number") => Manner::Answer(answer(
            "401 Unauthorized",
            &[],
            br#"{"error":{"message":"Session has expired","code":190}}"#,
        )),
        _ => Manner::Answer(answer("500 Internal Server Error", &[], b"")),
    });
    let settings = settings(&server.url(""), true);
    assert_eq!(check(&out(&settings, "sms")).as_deref(), Ok("account Acme is active"));
    let refused = check(&out(&settings, "whatsapp")).unwrap_err();
    assert_eq!(refused.what, "WhatsApp answered 401: 190 Session has expired");
    assert!(server.seen().iter().all(|one| one.method == "GET"));
}
