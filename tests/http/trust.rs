//! TLS is verified, always.

use cxgear::outside::http::{FaultKind, Method, Proxies, Request, Sent, Web};

use crate::misbehaving::trust::{Leaf, Root};
use crate::misbehaving::{Manner, Server, json};
use crate::{ask, rules};

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
