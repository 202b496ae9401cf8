//! Each fault through the whole tool, once for a request that must not be sent twice and once for one that may be.

use std::time::{Duration, Instant};

use crate::misbehaving::trust::{Leaf, Root};
use crate::misbehaving::{Manner, OK, Seen, Server, answer, close, gzip, head, json, redirect};
use crate::place::Place;

/// One try may take this long, and a second more.
const TIMEOUT: u64 = 600;

/// What a record comes to: so many requests, and a reason unless it completes.
type Outcome = (usize, Option<&'static str>);

struct Case {
    name: &'static str,
    manner: fn(usize) -> Manner,
    /// Of a request that must not be sent twice.
    once: Outcome,
    /// Of one that may be, in three tries.
    again: Outcome,
}

const UNKNOWN: Outcome = (1, Some("OUTCOME_UNKNOWN"));
const FINE: Outcome = (1, None);

const fn case(name: &'static str, manner: fn(usize) -> Manner, once: Outcome, again: Outcome) -> Case {
    Case { name, manner, once, again }
}

fn fine() -> Manner {
    Manner::Answer(json("{\"id\": \"a1\", \"n\": 1}"))
}

/// An error first, then success.
fn then_fine(nth: usize, status: &str, headers: &[(&str, &str)]) -> Manner {
    if nth == 0 { Manner::Answer(answer(status, headers, b"not now")) } else { fine() }
}

fn date(seconds: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

const FAULTS: &[Case] = &[
    case("none", |_| fine(), FINE, FINE),
    case("slow", |_| Manner::Slow(Duration::from_millis(100), json("{\"id\": 1}")), FINE, FINE),
    case("hang", |_| Manner::Hang(Vec::new()), UNKNOWN, (3, Some("TIMEOUT"))),
    case(
        "drip",
        |_| Manner::Drip(head(OK, "Content-Length: 999\r\n").into_bytes(), b"a".to_vec(), Duration::from_millis(20)),
        UNKNOWN,
        (3, Some("TIMEOUT")),
    ),
    case("half close", |_| Manner::HalfClose(Vec::new()), UNKNOWN, (3, Some("CONNECTION_LOST"))),
    case("short body", |_| close(&(head(OK, "Content-Length: 99\r\n") + "{}")), UNKNOWN, (3, Some("CONNECTION_LOST"))),
    case("reset", |_| Manner::Reset, UNKNOWN, (3, Some("CONNECTION_LOST"))),
    case("garbage", |_| close("no http\r\n\r\n"), UNKNOWN, (3, Some("CONNECTION_LOST"))),
    case(
        "bad chunk",
        |_| close(&(head(OK, "Transfer-Encoding: chunked\r\n") + "zz\r\n{}\r\n0\r\n\r\n")),
        UNKNOWN,
        (3, Some("CONNECTION_LOST")),
    ),
    case("500, then fine", |nth| then_fine(nth, "500 Oh", &[]), UNKNOWN, (2, None)),
    case("503, then fine", |nth| then_fine(nth, "503 Busy", &[]), UNKNOWN, (2, None)),
    case("503 that says when", |nth| then_fine(nth, "503 Busy", &[("Retry-After", "0")]), (2, None), (2, None)),
    case("500 always", |_| Manner::Answer(answer("500 Oh", &[], b"no")), UNKNOWN, (3, Some("HTTP_STATUS"))),
    case("408", |_| Manner::Answer(answer("408 Slow", &[], b"")), UNKNOWN, (3, Some("HTTP_STATUS"))),
    case("425, then fine", |nth| then_fine(nth, "425 Early", &[]), (2, None), (2, None)),
    case("429 in seconds", |nth| then_fine(nth, "429 Much", &[("Retry-After", "1")]), (2, None), (2, None)),
    case("429 by date", |nth| then_fine(nth, "429 Much", &[("Retry-After", &date(1))]), (2, None), (2, None)),
    case("429 in the past", |nth| then_fine(nth, "429 Much", &[("Retry-After", &date(-99))]), (2, None), (2, None)),
    case("429 negative", |nth| then_fine(nth, "429 Much", &[("Retry-After", "-5")]), (2, None), (2, None)),
    case("404", |_| Manner::Answer(answer("404 Not", &[], b"")), (1, Some("HTTP_STATUS")), (1, Some("HTTP_STATUS"))),
    case("410", |_| Manner::Answer(answer("410 Gone", &[], b"")), (1, Some("HTTP_STATUS")), (1, Some("HTTP_STATUS"))),
    case("422", |_| Manner::Answer(answer("422 No", &[], b"")), (1, Some("HTTP_STATUS")), (1, Some("HTTP_STATUS"))),
    case(
        "redirect loop",
        |_| Manner::Answer(redirect("307 T", "/again")),
        (6, Some("OUTCOME_UNKNOWN")),
        (6, Some("POLICY_DENIED")),
    ),
    case(
        "an error behind a redirect",
        |nth| match nth {
            0 => Manner::Answer(redirect("303 See", "/done")),
            _ => Manner::Answer(answer("404 Not", &[], b"")),
        },
        (2, Some("OUTCOME_UNKNOWN")),
        (2, Some("HTTP_STATUS")),
    ),
    case(
        "huge body",
        |_| Manner::Drip(head(OK, "").into_bytes(), vec![b'a'; 1 << 16], Duration::ZERO),
        UNKNOWN,
        (1, Some("LIMIT_EXCEEDED")),
    ),
    case(
        "huge header",
        |_| Manner::Answer(answer(OK, &[("X", &"a".repeat(100_000))], b"{}")),
        UNKNOWN,
        (1, Some("LIMIT_EXCEEDED")),
    ),
    case(
        "gzip bomb",
        |_| Manner::Answer(answer(OK, &[("Content-Encoding", "gzip")], &gzip(&vec![b' '; 20 << 20]))),
        UNKNOWN,
        (1, Some("LIMIT_EXCEEDED")),
    ),
    case(
        "wrong type",
        |_| Manner::Answer(answer(OK, &[("Content-Type", "text/html")], b"<html>Welcome</html>")),
        UNKNOWN,
        (1, Some("RESPONSE_INVALID")),
    ),
    case("broken JSON", |_| Manner::Answer(json("{\"id\": ")), UNKNOWN, (1, Some("RESPONSE_INVALID"))),
    case("other JSON", |_| Manner::Answer(json("[1, 2]")), UNKNOWN, (1, Some("RESPONSE_INVALID"))),
    case("NUL for JSON", |_| Manner::Answer(json("\0\0")), UNKNOWN, (1, Some("RESPONSE_INVALID"))),
    case("NUL in JSON", |_| Manner::Answer(json("{\"id\": \"a\\u0000b\"}")), FINE, FINE),
];

/// What one record comes to, and whether each try kept to its time.
fn outcome(case: &Case, idempotent: bool) -> (usize, Option<String>, Vec<Seen>) {
    let manner = case.manner;
    let server = Server::start(move |_, nth| manner(nth));
    let place = Place::new("n\n1\n", &server.url(""));
    place.step(&format!(
        "integration = \"api\"\nmethod = \"POST\"\nurl = \"/x?token=hunter22\"\njson = {{ n = \"{{{{ n }}}}\" }}\nsave = \
         {{ id = \"body.id\" }}\ntimeout = \"{TIMEOUT}ms\"\nmax_size = \"1MB\"\nidempotent = {idempotent}\nretry = {{ \
         attempts = 3, first = \"1ms\", max = \"2ms\" }}"
    ));
    let (code, told) = place.run(&[]);
    let record = place.view(&["record", "1/1"]);
    let tries = place.tries("1/1");
    for tried in &tries {
        let took = tried["duration_ms"].as_u64().unwrap();
        assert!(took <= TIMEOUT + 1_000, "{}: {tried}", case.name);
    }
    let completed = record["status"] == "completed";
    assert_eq!(code, i32::from(!completed), "{}: {told}", case.name);
    assert_eq!(completed, !record["outcomes"]["id"].is_null(), "{}: {record}", case.name);
    let reason = tries.last().unwrap()["errors"][0]["code"].as_str().map(str::to_owned);
    let all = format!("{tries:?}{told}{}", place.view(&["events"]));
    assert!(!all.contains("hunter22"), "{}: {all}", case.name);
    (server.requests(), reason, server.seen())
}

#[test]
fn every_fault_ends_a_record_as_it_should() {
    let mut produced = 0;
    for case in FAULTS {
        let (requests, reason, _) = outcome(case, false);
        assert_eq!((requests, reason.as_deref()), case.once, "{}, once", case.name);
        let (requests, reason, seen) = outcome(case, true);
        assert_eq!((requests, reason.as_deref()), case.again, "{}, again", case.name);
        let keys: std::collections::HashSet<_> = seen.iter().map(|seen| seen.header("idempotency-key")).collect();
        assert!(keys.len() == 1 && keys.iter().all(Option::is_some), "{}: {keys:?}", case.name);
        produced += 2;
    }
    assert_eq!(produced, 64);
}

#[test]
fn who_cannot_be_trusted_or_reached_is_told_nothing() {
    let root = Root::new();
    let mut produced = 0;
    for (leaf, reason) in [
        (Leaf::Good, None),
        (Leaf::Expired, Some("TLS_FAILED")),
        (Leaf::SelfSigned, Some("TLS_FAILED")),
        (Leaf::WrongHost, Some("TLS_FAILED")),
    ] {
        let server = Server::secure(root.server(leaf), |_, _| fine());
        let place = Place::new("n\n1\n", &format!("https://127.0.0.1:{}", server.port));
        place.write("root.pem", &root.pem());
        place.step("integration = \"api\"\nmethod = \"POST\"\nurl = \"/\"\nretry = { attempts = 3, first = \"1ms\" }");
        place.run(&[("SSL_CERT_FILE", "root.pem")]);
        let tries = place.tries("1/1");
        assert_eq!(tries.last().unwrap()["errors"][0]["code"].as_str(), reason, "{leaf:?}");
        assert_eq!((server.requests(), tries.len()), (usize::from(reason.is_none()), 1), "{leaf:?}");
        produced += 1;
    }
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let place = Place::new("n\n1\n", &format!("http://127.0.0.1:{closed}"));
    place.step("integration = \"api\"\nmethod = \"POST\"\nurl = \"/\"\nretry = { attempts = 3, first = \"1ms\" }");
    place.run(&[]);
    let tries = place.tries("1/1");
    assert!(tries.len() == 3 && tries.iter().all(|tried| tried["errors"][0]["code"] == "CONNECT_FAILED"), "{tries:?}");
    assert_eq!(produced + 1, 5);
}

#[test]
fn a_redirect_to_where_nothing_may_go_is_refused() {
    for to in
        ["http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/", "http://printer/", "gopher://x/"]
    {
        let proxy = Server::start(move |_, _| Manner::Answer(redirect("302 Found", to)));
        let place = Place::new("n\n1\n", "http://unused.example");
        place.step("url = \"http://api.example/{{ n }}\"\nheaders = { Authorization = \"Bearer hunter22\" }");
        let (code, _) = place.run(&[("http_proxy", &format!("http://127.0.0.1:{}", proxy.port))]);
        let tries = place.tries("1/1");
        assert_eq!((code, tries[0]["errors"][0]["code"].as_str()), (1, Some("POLICY_DENIED")), "{to}");
        assert_eq!(proxy.requests(), 1, "{to}");
        let tool = place.view(&["events", "--type", "tool.invoked"]);
        assert_eq!(tool["data"][0]["payload"]["value"]["tool_outcome"], "policy_denied", "{tool}");
    }
}

#[test]
fn authorization_is_not_carried_to_another_host() {
    let other = Server::start(|_, _| fine());
    let to = other.url("/there");
    let server = Server::start(move |_, _| Manner::Answer(redirect("307 T", &to)));
    let place = Place::new("n\n1\n", &server.url(""));
    let headers = "headers = { Authorization = \"Bearer hunter22\", Cookie = \"a=hunter22\", X = \"kept\" }";
    place.step(&format!("integration = \"api\"\nmethod = \"PUT\"\nurl = \"/\"\n{headers}"));
    assert_eq!(place.run(&[]).0, 0);
    let seen = &other.seen()[0];
    assert_eq!((seen.method.as_str(), seen.header("x")), ("PUT", Some("kept")));
    assert!(!format!("{seen:?}").contains("hunter22"), "{seen:?}");
    assert_eq!(server.seen()[0].header("authorization"), Some("Bearer hunter22"));
}

#[test]
fn a_huge_rest_is_asked_for_and_not_waited_out_by_the_call() {
    let server = Server::start(|_, nth| then_fine(nth, "429 Much", &[("Retry-After", "99999999999999999999")]));
    let place = Place::new("n\n1\n", &server.url(""));
    place.step("integration = \"api\"\nmethod = \"POST\"\nurl = \"/\"\nretry = { attempts = 2, first = \"1ms\" }");
    let mut run = place.start();
    let begun = Instant::now();
    while server.requests() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing was asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = rustix::process::Pid::from_child(&run);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let told = place.view(&["events", "--type", "step.retry_scheduled"]);
    let delay = told["data"][0]["payload"]["value"]["delay_ms"].as_u64().unwrap();
    assert_eq!((delay, server.requests()), (86_400_000, 1), "a day at most");
}

#[test]
fn a_body_is_kept_as_a_file() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        "/3" => Manner::Answer(answer("404 Not", &[], b"none")),
        "/4" => Manner::Answer(answer(OK, &[("Content-Type", "application/pdf; x=y")], b"%PDF\0another")),
        _ => Manner::Answer(answer(OK, &[("Content-Type", "application/pdf")], b"%PDF\0bytes")),
    });
    let place = Place::new("n\n1\n2\n3\n4\n5/..\n", &server.url(""));
    // One after the other, so that the second finds what the first has stored.
    let settings = std::fs::read_to_string(place.path().join("cxgear.toml")).unwrap();
    place.write("cxgear.toml", &(settings + "concurrency = 1\n"));
    place.step("integration = \"api\"\nmethod = \"POST\"\nurl = \"/{{ n }}\"\nstore = \"invoice-{{ n }}.pdf\"");
    assert_eq!(place.run(&[]).0, 1);
    let files = place.view(&["events", "--type", "storage.created"]);
    let told: Vec<_> =
        files["data"].as_array().unwrap().iter().map(|event| event["payload"]["value"].clone()).collect();
    assert_eq!(told.len(), 3, "{files}");
    let mut names: Vec<_> = told.iter().map(|file| file["file_name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["invoice-1.pdf", "invoice-2.pdf", "invoice-4.pdf"]);
    assert!(told.iter().all(|file| file["file_type"] == "application/pdf"), "{told:?}");
    assert_eq!(told.iter().filter(|file| file["deduplicated"] == true).count(), 1, "{told:?}");
    let id = place.view(&["record", "1/1"])["outcomes"]["file"].as_str().unwrap().to_owned();
    let kept = place.path().join("storage").join(&id[..2]).join(&id);
    assert_eq!(std::fs::read(kept).unwrap(), b"%PDF\0bytes");
    // A name that leads elsewhere is none, and nothing was asked for it.
    assert_eq!(place.tries("1/5")[0]["errors"][0]["code"], "REQUEST_INVALID");
    assert_eq!(server.requests(), 4);
}
