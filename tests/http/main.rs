//! The HTTP client, and the `api_call` step through the whole tool, against a server that misbehaves: what each fault is
//! told as, how many requests it costs, and that nothing takes longer than it may.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]
#![cfg(unix)]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use cxgear::model::time::Millis;
use cxgear::outside::http::{Client, Fault, FaultKind, Method, Request, Response, Rules, Sent, Web};
use misbehaving::{Manner, OK, Server, head, json};

mod cells;
mod enrich;
mod faults;
mod guard;
#[path = "../misbehaving/mod.rs"]
mod misbehaving;
mod place;
mod steps;
mod trust;

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
