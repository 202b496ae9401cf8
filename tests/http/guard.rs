//! What may not be reached is not, however it is spelled or led to; and what is for one host is not told to another.

use cxgear::outside::http::{Fault, FaultKind, Method, Proxies, Request, Response, Rules, Sent, Web};

use crate::misbehaving::{Manner, Server, json, redirect};
use crate::{ask, rules};

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
        assert!(fault.what.contains("may go there"), "{host}: {fault:?}");
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
