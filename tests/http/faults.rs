//! Every fault of an answer, each by its name.

use std::time::Duration;

use cxgear::outside::http::{Fault, FaultKind, Method, Request, Response, Sent, Web};

use crate::misbehaving::{Manner, OK, Server, answer, close, gzip, head, json, redirect};
use crate::{ask, rules};

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
fn redirects_share_one_time() {
    let server = Server::start(|_, _| Manner::Slow(Duration::from_millis(400), redirect("307 T", "/on")));
    let fault = fetch(&server).unwrap_err();
    assert_eq!((fault.kind, fault.sent), (FaultKind::Timeout, Sent::Maybe), "{fault:?}");
    assert!((2..=4).contains(&server.requests()), "{}", server.requests());
}
