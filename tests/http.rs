//! The HTTP client against a server that misbehaves: what each fault is told as, how many requests it costs, and that
//! nothing takes longer than it may.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use cxgear::model::time::Millis;
use cxgear::outside::http::{Client, Fault, FaultKind, Method, Proxies, Request, Response, Rules, Sent, Web};
use misbehaving::trust::{Leaf, Root};
use misbehaving::{Manner, Server, answer, gzip, json, redirect};

mod misbehaving;

const TOTAL: u64 = 1_500;

fn rules() -> Rules {
    Rules {
        allow_private: true,
        connect: Millis(500),
        first_byte: Millis(1_000),
        total: Millis(TOTAL),
        largest: 100_000,
        redirects: 5,
    }
}

/// Sends, and waits for the answer; never longer than the total timeout and a second.
fn ask(client: &Client, request: Request) -> Result<Response, Fault> {
    let (send, receive) = mpsc::channel();
    let began = Instant::now();
    client.send(request, move |answer| send.send(answer).unwrap());
    let answer = receive.recv_timeout(Duration::from_secs(20)).unwrap();
    let took = began.elapsed();
    assert!(took < Duration::from_millis(TOTAL + 1_000), "it took {took:?}: {answer:?}");
    answer
}

fn fetch(server: &Server) -> Result<Response, Fault> {
    ask(&Web::default().client(rules()), Request::new(Method::GET, server.url("/x?token=hunter22")))
}

struct Case {
    name: &'static str,
    manner: fn(usize) -> Manner,
    /// A status with a piece of the body, or a fault.
    wanted: Result<(u16, &'static str), (FaultKind, &'static str)>,
    requests: usize,
}

fn close(text: &str) -> Manner {
    Manner::Close(text.as_bytes().to_vec())
}

fn head(status: &str, rest: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{rest}\r\n")
}

const OK: &str = "200 OK";

/// Every fault of an answer, each by its name.
const FAULTS: &[Case] = &[
    Case {
        name: "slow",
        manner: |_| Manner::Slow(Duration::from_millis(300), json("{}")),
        wanted: Ok((200, "{}")),
        requests: 1,
    },
    Case {
        name: "hang before the head",
        manner: |_| Manner::Hang(Vec::new()),
        wanted: Err((FaultKind::Timeout, "did not begin to answer in 1.0 s")),
        requests: 1,
    },
    Case {
        name: "hang within the body",
        manner: |_| Manner::Hang(head(OK, "Content-Length: 9\r\n").into_bytes()),
        wanted: Err((FaultKind::Timeout, "no whole answer in 1.5 s")),
        requests: 1,
    },
    Case {
        name: "drip of the head",
        manner: |_| Manner::Drip(b"HTTP/1.1 200 OK\r\nX: ".to_vec(), b"a".to_vec(), Duration::from_millis(50)),
        wanted: Err((FaultKind::Timeout, "did not begin to answer")),
        requests: 1,
    },
    Case {
        name: "drip of the body",
        manner: |_| {
            let first = head(OK, "Content-Length: 99999\r\n").into_bytes();
            Manner::Drip(first, b"a".to_vec(), Duration::from_millis(50))
        },
        wanted: Err((FaultKind::Timeout, "no whole answer")),
        requests: 1,
    },
    Case {
        name: "half close, answered before",
        manner: |_| Manner::HalfClose(json("{}")),
        wanted: Ok((200, "{}")),
        requests: 1,
    },
    Case {
        name: "half close, nothing answered",
        manner: |_| Manner::HalfClose(Vec::new()),
        wanted: Err((FaultKind::Broken, "connection closed")),
        requests: 1,
    },
    Case {
        name: "short body",
        manner: |_| close(&(head(OK, "Content-Length: 100\r\n") + "short")),
        wanted: Err((FaultKind::Broken, "broke off")),
        requests: 1,
    },
    Case { name: "reset", manner: |_| Manner::Reset, wanted: Err((FaultKind::Broken, "broke off")), requests: 1 },
    Case {
        name: "garbage",
        manner: |_| close("\0\x01\x02 not http at all\r\n\r\n"),
        wanted: Err((FaultKind::Broken, "broke off")),
        requests: 1,
    },
    Case {
        name: "bad chunk",
        manner: |_| close(&(head(OK, "Transfer-Encoding: chunked\r\n") + "zz\r\nabc\r\n0\r\n\r\n")),
        wanted: Err((FaultKind::Broken, "broke off")),
        requests: 1,
    },
    Case {
        name: "chunks without an end",
        manner: |_| close(&(head(OK, "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n")),
        wanted: Err((FaultKind::Broken, "broke off")),
        requests: 1,
    },
    Case {
        name: "huge body, announced",
        manner: |_| Manner::Hang(head(OK, "Content-Length: 99999999999\r\n").into_bytes()),
        wanted: Err((FaultKind::TooLarge, "larger than 100000 bytes")),
        requests: 1,
    },
    Case {
        name: "huge body, unannounced",
        manner: |_| Manner::Drip(head(OK, "").into_bytes(), vec![b'a'; 65_536], Duration::ZERO),
        wanted: Err((FaultKind::TooLarge, "larger than 100000 bytes")),
        requests: 1,
    },
    Case {
        name: "huge header",
        manner: |_| Manner::Answer(answer(OK, &[("X", &"a".repeat(100_000))], b"")),
        wanted: Err((FaultKind::TooLarge, "headers")),
        requests: 1,
    },
    Case {
        name: "header without an end",
        manner: |_| Manner::Drip(b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; 65_536], Duration::ZERO),
        wanted: Err((FaultKind::Broken, "broke off")),
        requests: 1,
    },
    Case {
        name: "a thousand headers",
        manner: |_| Manner::Answer(answer(OK, &[("X", "a"); 1_000], b"")),
        wanted: Err((FaultKind::Broken, "broke off")),
        requests: 1,
    },
    Case {
        name: "gzip",
        manner: |_| Manner::Answer(answer(OK, &[("Content-Encoding", "gzip")], &gzip(b"well packed"))),
        wanted: Ok((200, "well packed")),
        requests: 1,
    },
    Case {
        name: "gzip bomb",
        manner: |_| Manner::Answer(answer(OK, &[("Content-Encoding", "gzip")], &gzip(&vec![0; 50 << 20]))),
        wanted: Err((FaultKind::TooLarge, "larger than 100000 bytes")),
        requests: 1,
    },
    Case {
        name: "gzip that ends too early",
        manner: |_| {
            let whole = gzip(&b"a text that is long enough to be cut".repeat(9));
            Manner::Answer(answer(OK, &[("Content-Encoding", "gzip")], &whole[..whole.len() - 12]))
        },
        wanted: Err((FaultKind::Broken, "not packed as it says")),
        requests: 1,
    },
    Case {
        name: "gzip that is none",
        manner: |_| Manner::Answer(answer(OK, &[("Content-Encoding", "gzip")], b"plain")),
        wanted: Err((FaultKind::Broken, "not packed as it says")),
        requests: 1,
    },
    Case {
        name: "an encoding that was not asked for",
        manner: |_| Manner::Answer(answer(OK, &[("Content-Encoding", "br")], b"x")),
        wanted: Err((FaultKind::Broken, "packed as `br`")),
        requests: 1,
    },
    Case {
        name: "an error is an answer",
        manner: |_| Manner::Answer(answer("503 Busy", &[], b"later")),
        wanted: Ok((503, "later")),
        requests: 1,
    },
    Case {
        name: "redirect loop",
        manner: |_| Manner::Answer(redirect("302 Found", "/x")),
        wanted: Err((FaultKind::Refused, "redirects further after 5 redirects")),
        requests: 6,
    },
    Case {
        name: "redirect to a file",
        manner: |_| Manner::Answer(redirect("302 Found", "file:///etc/passwd")),
        wanted: Err((FaultKind::Refused, "`file` URLs are not opened")),
        requests: 1,
    },
    Case {
        name: "redirect to no URL",
        manner: |_| Manner::Answer(redirect("302 Found", "http://[:::]:99999/")),
        wanted: Err((FaultKind::Refused, "redirects to no URL")),
        requests: 1,
    },
    Case {
        name: "redirect without a place",
        manner: |_| Manner::Answer(answer("302 Found", &[], b"nowhere")),
        wanted: Ok((302, "nowhere")),
        requests: 1,
    },
    Case {
        name: "five redirects",
        manner: |nth| match nth {
            0..5 => Manner::Answer(redirect("307 Temporary Redirect", &format!("/hop{nth}?secret=1"))),
            _ => Manner::Answer(json("[]")),
        },
        wanted: Ok((200, "[]")),
        requests: 6,
    },
];

#[test]
fn every_fault_of_an_answer_is_told() {
    let mut produced = 0;
    for case in FAULTS {
        let manner = case.manner;
        let server = Server::start(move |_, nth| manner(nth));
        let answer = fetch(&server);
        match (&answer, &case.wanted) {
            (Ok(answer), Ok((status, piece))) => {
                let body = String::from_utf8_lossy(&answer.body);
                assert!(answer.status == *status && body.contains(piece), "{}: {answer:?}", case.name);
            }
            (Err(fault), Err((kind, piece))) => {
                assert!(fault.kind == *kind && fault.what.contains(piece), "{}: {fault:?}", case.name);
                assert_eq!(fault.sent, Sent::Maybe, "{}", case.name);
                assert!(!fault.what.contains("hunter22") && !fault.what.contains("token"), "{fault:?}");
            }
            (_, _) => panic!("{}: {answer:?}", case.name),
        }
        assert_eq!(server.requests(), case.requests, "{}", case.name);
        produced += 1;
    }
    assert_eq!(produced, 28);
}

#[test]
fn what_cannot_be_reached_was_not_sent() {
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let client = Web::default().client(rules());
    // The second is a block for documentation: nobody answers there, or somebody says that there is no way.
    for url in [format!("http://127.0.0.1:{closed}/?a=hunter22"), "http://no-such-name.invalid/?a=hunter22".to_owned()]
    {
        let fault = ask(&client, Request::new(Method::POST, url)).unwrap_err();
        assert_eq!((fault.kind, fault.sent), (FaultKind::Connect, Sent::No), "{fault:?}");
        assert!(!fault.what.contains("hunter22"), "{fault:?}");
    }
    // A listener whose queue is full lets nobody in.
    let full = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let at = full.local_addr().unwrap();
    rustix::net::listen(&full, 0).unwrap();
    let held: Vec<_> = (0..4).map(|_| std::net::TcpStream::connect_timeout(&at, Duration::from_millis(100))).collect();
    let fault = ask(&client, Request::new(Method::POST, format!("http://{at}/"))).unwrap_err();
    assert_eq!((fault.kind, fault.sent), (FaultKind::Connect, Sent::No), "{fault:?}");
    assert!(fault.what.contains("in time"), "{fault:?}");
    drop(held);
}

#[test]
fn only_who_is_trusted_is_spoken_to() {
    let root = Root::new();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), root.pem()).unwrap();
    let (trusting, usual) = (Web::new(Proxies::default(), Some(file.path().to_owned())), Web::default());
    let mut refused = 0;
    for (leaf, web, told) in [
        (Leaf::Good, &trusting, None),
        (Leaf::Good, &usual, Some("UnknownIssuer")),
        (Leaf::Expired, &trusting, Some("expired")),
        (Leaf::WrongHost, &trusting, Some("not valid for")),
        (Leaf::SelfSigned, &trusting, Some("UnknownIssuer")),
    ] {
        let server = Server::secure(root.server(leaf), |_, _| Manner::Answer(json("{}")));
        let url = format!("https://127.0.0.1:{}/?a=hunter22", server.port);
        let answer = ask(&web.client(rules()), Request::new(Method::POST, url));
        match told {
            None => assert_eq!(answer.unwrap().status, 200),
            Some(told) => {
                let fault = answer.unwrap_err();
                assert_eq!((fault.kind, fault.sent), (FaultKind::Tls, Sent::No), "{fault:?}");
                assert!(fault.what.contains(told) && !fault.what.contains("hunter22"), "{fault:?}");
                assert_eq!(server.requests(), 0, "nothing is told to whoever is not trusted");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 4);
    // One that speaks no TLS at all.
    let plain = Server::start(|_, _| Manner::Answer(json("{}")));
    let url = format!("https://127.0.0.1:{}/", plain.port);
    let fault = ask(&trusting.client(rules()), Request::new(Method::POST, url)).unwrap_err();
    assert_eq!(fault.sent, Sent::No, "{fault:?}");
}

#[test]
fn a_file_of_certificates_that_is_none_stops_everything() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (text, told) in [("", "it holds none"), ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "")] {
        std::fs::write(file.path(), text).unwrap();
        let web = Web::new(Proxies::default(), Some(file.path().to_owned()));
        let server = Server::start(|_, _| Manner::Answer(json("{}")));
        let fault = ask(&web.client(rules()), Request::new(Method::GET, server.url("/"))).unwrap_err();
        assert!(fault.kind == FaultKind::Invalid && fault.what.contains(told), "{fault:?}");
        assert_eq!(server.requests(), 0);
    }
}

fn posting(url: String) -> Request {
    Request::new(Method::POST, url)
        .header("Authorization", "Bearer hunter22")
        .header("cookie", "session=hunter22")
        .private_header("X-Api-Key", "hunter22")
        .header("X-Plain", "kept")
        .body("application/json", "{\"a\":1}")
}

#[test]
fn secrets_stay_with_the_host_that_they_are_for() {
    for (status, method) in [("301 M", "GET"), ("302 F", "GET"), ("303 S", "GET"), ("307 T", "POST"), ("308 P", "POST")]
    {
        let other = Server::start(|_, _| Manner::Answer(json("{}")));
        let to = other.url("/there");
        let server = Server::start(move |_, _| Manner::Answer(redirect(status, &to)));
        assert_eq!(ask(&Web::default().client(rules()), posting(server.url("/"))).unwrap().status, 200);
        let seen = &other.seen()[0];
        assert_eq!(seen.method, method, "{status}");
        assert_eq!(seen.body, if method == "POST" { b"{\"a\":1}".to_vec() } else { Vec::new() });
        assert_eq!(seen.header("content-type").is_some(), method == "POST");
        assert_eq!(seen.header("x-plain"), Some("kept"));
        assert!(!format!("{seen:?}").contains("hunter22"), "{seen:?}");
        // On the same host all is kept.
        let server = Server::start(move |_, nth| match nth {
            0 => Manner::Answer(redirect(status, "/there")),
            _ => Manner::Answer(json("{}")),
        });
        ask(&Web::default().client(rules()), posting(server.url("/"))).unwrap();
        let seen = server.seen()[1].clone();
        assert_eq!(
            (seen.header("authorization"), seen.header("x-api-key")),
            (Some("Bearer hunter22"), Some("hunter22"))
        );
    }
}

#[test]
fn a_body_with_a_secret_goes_nowhere_else() {
    let other = Server::start(|_, _| Manner::Answer(json("{}")));
    let to = other.url("/there");
    let server = Server::start(move |_, _| Manner::Answer(redirect("307 T", &to)));
    let request = Request { private_body: true, ..posting(server.url("/")) };
    let fault = ask(&Web::default().client(rules()), request).unwrap_err();
    assert_eq!((fault.kind, other.requests()), (FaultKind::Refused, 0), "{fault:?}");
}

#[test]
fn private_addresses_are_refused_wherever_they_come_from() {
    let guarded = Web::default().client(Rules { allow_private: false, ..rules() });
    let server = Server::start(|_, _| Manner::Answer(json("{}")));
    let port = server.port;
    let mut refused = 0;
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "0x7f000001",
        "127.0.0.1.",
        "localhost",
        "LocalHost",
        "[::1]",
        "[::]",
        "0.0.0.0",
        "0",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "①②⑦.⓪.⓪.①",
        "%31%32%37.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fc00::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
    ] {
        let fault = ask(&guarded, Request::new(Method::GET, format!("http://{host}:{port}/"))).unwrap_err();
        assert_eq!((fault.kind, fault.sent), (FaultKind::Refused, Sent::No), "{host}: {fault:?}");
        assert!(fault.what.contains("may not be reached"), "{host}: {fault:?}");
        refused += 1;
    }
    assert_eq!((refused, server.requests()), (25, 0));
    for url in ["file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1/", "unix:/run/x"] {
        let fault = ask(&guarded, Request::new(Method::GET, url)).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused, "{url}: {fault:?}");
    }
}

/// A proxy that answers by itself, and keeps what it was asked.
fn proxied(allow_private: bool, no_proxy: Option<&str>, url: &str) -> (Result<Response, Fault>, Server) {
    let proxy = Server::start(|_, _| Manner::Answer(json("\"by proxy\"")));
    let at = Some(format!("http://user:hunter22@localhost:{}", proxy.port));
    let proxies = Proxies { http: at.clone(), https: at, no_proxy: no_proxy.map(str::to_owned) };
    let client = Web::new(proxies, None).client(Rules { allow_private, ..rules() });
    (ask(&client, Request::new(Method::GET, url)), proxy)
}

#[test]
fn through_a_proxy_names_and_addresses_are_checked() {
    let (answer, proxy) = proxied(false, None, "http://example.com/a?b");
    assert_eq!(answer.unwrap().body, b"\"by proxy\"");
    let seen = &proxy.seen()[0];
    assert_eq!(seen.path, "http://example.com/a?b");
    assert!(seen.header("proxy-authorization").is_some_and(|value| value.starts_with("Basic ")));
    for host in [
        "127.0.0.1",
        "[::1]",
        "169.254.169.254",
        "localhost",
        "x.localhost.",
        "printer",
        "nas.local",
        "metadata.google.internal",
    ] {
        for scheme in ["http", "https"] {
            let (answer, proxy) = proxied(false, None, &format!("{scheme}://{host}/"));
            assert_eq!(answer.unwrap_err().kind, FaultKind::Refused, "{host}");
            assert_eq!(proxy.requests(), 0, "{host}");
        }
    }
    let (answer, proxy) = proxied(true, None, "http://printer/");
    assert_eq!((answer.unwrap().status, proxy.requests()), (200, 1));
    // The proxy may be anywhere, but what goes past it is guarded.
    let (answer, proxy) = proxied(false, Some("localhost"), "http://localhost:1/");
    assert_eq!((answer.unwrap_err().kind, proxy.requests()), (FaultKind::Refused, 0));
    // A proxy that lets nothing through has let nothing through.
    let (answer, proxy) = proxied(false, None, "https://example.com/");
    assert_eq!((answer.is_err(), proxy.seen()[0].method.as_str()), (true, "CONNECT"));
}

#[test]
fn a_proxy_that_is_no_url_is_told_without_its_password() {
    let proxies = Proxies { http: Some("http://user:hunter22@:::".to_owned()), ..Proxies::default() };
    let fault =
        ask(&Web::new(proxies, None).client(rules()), Request::new(Method::GET, "http://example.com/")).unwrap_err();
    assert!(fault.kind == FaultKind::Invalid && !fault.what.contains("hunter22"), "{fault:?}");
}

#[test]
fn a_request_is_what_was_asked_for_and_nothing_else() {
    let client = Web::default().client(rules());
    let server = Server::start(|_, _| Manner::Answer(json("{}")));
    for (name, value) in [
        ("X-A", "a\r\nX-B: b"),
        ("X-A", "a\0"),
        ("X-A", "\n"),
        ("X A", "a"),
        ("X:A", "a"),
        ("", "a"),
        ("Content-Length", "5"),
        ("transfer-encoding", "chunked"),
    ] {
        let request = Request::new(Method::GET, server.url("/")).header(name, value);
        let fault = ask(&client, request).unwrap_err();
        assert_eq!((fault.kind, fault.sent), (FaultKind::Invalid, Sent::No), "{name}: {fault:?}");
    }
    assert_eq!(server.requests(), 0);
    let request = Request::new(Method::GET, server.url("/p?q#fragment")).header("X-U", "grün");
    ask(&client, request).unwrap();
    let seen = server.seen()[0].clone();
    assert_eq!(
        (seen.path.as_str(), seen.header("x-u"), seen.header("accept-encoding")),
        ("/p?q", Some("grün"), Some("gzip"))
    );
    assert!(seen.header("user-agent").is_some_and(|agent| agent.starts_with("cxgear/")));
}

#[test]
fn connections_are_kept() {
    let client = Web::default().client(rules());
    let server = Server::start(|seen, _| Manner::Answer(json(&format!("\"{}\"", seen.path))));
    for n in 0..20 {
        let answer = ask(&client, Request::new(Method::GET, server.url(&format!("/{n}")))).unwrap();
        assert_eq!(answer.body, format!("\"/{n}\"").into_bytes());
    }
    assert_eq!((server.requests(), server.connections()), (20, 1));
}

#[test]
fn a_body_is_seen_as_it_comes() {
    let client = Web::default().client(rules());
    let server = Server::start(|_, _| {
        let first = head(OK, "Content-Encoding: identity\r\n") + "one";
        Manner::Slow(Duration::ZERO, [first.as_bytes(), b"two"].concat())
    });
    let (send, receive) = mpsc::channel();
    let done = send.clone();
    client.stream(
        Request::new(Method::GET, server.url("/")),
        move |piece| send.send(Some(piece.to_vec())).unwrap(),
        move |_| done.send(None).unwrap(),
    );
    let mut pieces = Vec::new();
    while let Some(piece) = receive.recv_timeout(Duration::from_secs(20)).unwrap() {
        pieces.extend(piece);
    }
    assert_eq!(pieces, b"onetwo");
}

#[test]
fn what_is_under_way_when_the_web_ends_is_let_go() {
    let server = Server::start(|_, _| Manner::Hang(Vec::new()));
    let (send, receive) = mpsc::channel::<()>();
    let web = Web::default();
    web.client(rules()).send(Request::new(Method::GET, server.url("/")), move |_| drop(send));
    drop(web);
    assert_eq!(receive.recv_timeout(Duration::from_secs(20)), Err(mpsc::RecvTimeoutError::Disconnected));
}
