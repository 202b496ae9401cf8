//! Mail over SMTP: what a real server takes, and what can have been sent when one does not.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use cxgear::model::address::Mailbox;
use cxgear::outside::http::{Sent, Web};
use cxgear::outside::mail::{Attachment, Bcc, Login, Mail, Patience, Security, Server, Smtp};
use cxgear::outside::sending::Why;

use mock::{End, Mock, Place};
use real::Real;
use setup::{check, cxgear, login, mail, papers, send, server};
use trust::Leaf;

#[path = "smtp/mock.rs"]
mod mock;
#[path = "smtp/real.rs"]
mod real;
#[path = "smtp/setup.rs"]
mod setup;
#[path = "misbehaving/trust.rs"]
#[expect(dead_code, reason = "only certificates are needed here")]
mod trust;

#[test]
fn a_message_arrives_whole_over_each_way() {
    if real::is_missing() {
        return;
    }
    let papers = papers(Leaf::Good);
    for (name, security) in [("starttls", Security::StartTls), ("tls", Security::Tls), ("none", Security::None)] {
        let mut args = papers.args(name);
        args.push("--login");
        let real = Real::start(if name == "none" { &["--security", "none", "--login"] } else { &args });
        let smtp = Smtp::new(server(real.port, security), papers.web());
        let mut full = mail("Ada Lovelace <ada@example.org>");
        full.cc = vec![Mailbox::parse("\"Babbage, Ch.\" <ch@bücher.example>").unwrap()];
        full.bcc = vec![Mailbox::parse("boss@example.com").unwrap()];
        full.reply_to = Some(Mailbox::parse("answers@example.com").unwrap());
        full.html = Some("<p>Dear Ada &amp; all</p>".to_owned());
        full.attachments = vec![Attachment {
            name: "März.pdf".to_owned(),
            kind: "application/pdf".to_owned(),
            content: vec![0; 3_000],
        }];
        let accepted = send(&smtp, login(), &full).unwrap();
        assert_eq!(
            (accepted.id.as_str(), accepted.words.as_deref()),
            ("0abc-3-17-notify@example.com", Some("taken as number 1"))
        );
        let taken = real.taken(1).remove(0);
        assert_eq!(taken["to"], serde_json::json!(["ada@example.org", "ch@xn--bcher-kva.example", "boss@example.com"]));
        let header = |name: &str| taken["headers"][name].as_str().unwrap_or_default().to_owned();
        assert_eq!(header("Subject"), "Grüße, Ada");
        assert_eq!(header("Message-ID"), "<0abc-3-17-notify@example.com>");
        assert_eq!(header("Reply-To"), "answers@example.com");
        assert_eq!(header("Cc"), "\"Babbage, Ch.\" <ch@xn--bcher-kva.example>");
        assert_eq!((header("Bcc"), header("Date")), (String::new(), "Tue, 14 Nov 2023 22:13:20 +0000".to_owned()));
        let parts: Vec<_> =
            taken["parts"].as_array().unwrap().iter().map(|part| part["type"].as_str().unwrap()).collect();
        assert_eq!(parts, ["text/plain", "text/html", "application/pdf"]);
        let text = taken["parts"][0]["text"].as_str().unwrap().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), "Dear Ada,\n.\nfrom here");
        assert_eq!((&taken["parts"][2]["name"], &taken["parts"][2]["bytes"]), (&"März.pdf".into(), &3_000.into()));
        assert_eq!(taken["defects"], serde_json::json!([]));
        assert_eq!((&taken["tls"], &taken["login"]), (&(name != "none").into(), &"ada".into()));
        assert!(check(&smtp, login()).unwrap().contains("mail.test at 127.0.0.1"));
    }
}

#[test]
fn connections_are_kept_and_have_their_limit() {
    if real::is_missing() {
        return;
    }
    let real = Real::start(&["--security", "none"]);
    let smtp = Smtp::new(server(real.port, Security::None), Web::default());
    let (say, hear) = channel();
    for row in 1..=60 {
        let say = say.clone();
        let mail = Mail { key: format!("0abc-1-{row}-a"), ..mail("ada@example.org") };
        smtp.send(None, mail.compose(Bcc::Hidden).unwrap(), move |came| say.send(came).unwrap());
    }
    drop(say);
    assert_eq!(hear.iter().filter(Result::is_ok).count(), 60);
    let taken = real.taken(60);
    let peers: std::collections::BTreeSet<_> = taken.iter().map(|one| one["peer"].as_u64().unwrap()).collect();
    assert!((1..=2).contains(&peers.len()), "{peers:?}");
    // One that was refused leaves the connection as good as it was.
    assert!(send(&smtp, None, &mail("rcpt-550@example.org")).is_err());
    assert!(send(&smtp, None, &mail("ada@example.org")).is_ok());
    let after = real.taken(61);
    assert!(peers.contains(&after[60]["peer"].as_u64().unwrap()));
}

#[test]
fn a_kept_connection_that_is_gone_costs_nothing() {
    if real::is_missing() {
        return;
    }
    let real = Real::start(&["--security", "none"]);
    let port = real.port;
    let smtp = Smtp::new(server(port, Security::None), Web::default());
    assert!(send(&smtp, None, &mail("dies@example.org")).is_err());
    assert!(send(&smtp, None, &mail("ada@example.org")).is_ok());
    drop(real);
    let refused = send(&smtp, None, &mail("ada@example.org")).unwrap_err();
    assert_eq!((refused.why, refused.sent), (Why::Unreachable, Sent::No), "{}", refused.what);
}

#[test]
fn what_a_real_server_refuses_was_not_sent() {
    if real::is_missing() {
        return;
    }
    let papers = papers(Leaf::Good);
    let real = Real::start(&papers.args("starttls"));
    let smtp = Smtp::new(server(real.port, Security::StartTls), papers.web());
    let mut faults = 0;
    for (to, from, why, words) in [
        ("rcpt-550@x.test", "a@x.test", Why::Permanent, "550 the rcpt said so, for rcpt-550@x.test"),
        ("rcpt-553@x.test", "a@x.test", Why::Permanent, "553 the rcpt said so, for rcpt-553@x.test"),
        ("rcpt-450@x.test", "a@x.test", Why::Later, "450 the rcpt said so, for rcpt-450@x.test"),
        ("rcpt-451@x.test", "a@x.test", Why::Later, "451 the rcpt said so, for rcpt-451@x.test"),
        ("rcpt-452@x.test", "a@x.test", Why::Later, "452 the rcpt said so, for rcpt-452@x.test"),
        ("rcpt-421@x.test", "a@x.test", Why::Busy(None), "421 the rcpt said so, for rcpt-421@x.test"),
        ("b@x.test", "mail-451@x.test", Why::Busy(None), "451 the mail said so, for mail-451@x.test"),
        ("b@x.test", "mail-452@x.test", Why::Busy(None), "452 the mail said so, for mail-452@x.test"),
        ("b@x.test", "mail-550@x.test", Why::Permanent, "550 the mail said so, for mail-550@x.test"),
        ("data-451@x.test", "a@x.test", Why::Busy(None), "451 the data said so, for data-451@x.test"),
        ("data-552@x.test", "a@x.test", Why::Permanent, "552 the data said so, for data-552@x.test"),
        ("data-554@x.test", "a@x.test", Why::Permanent, "554 the data said so, for data-554@x.test"),
    ] {
        let mail = Mail { from: Mailbox::parse(from).unwrap(), ..mail(to) };
        let refused = send(&smtp, None, &mail).unwrap_err();
        assert_eq!(
            (refused.why, refused.sent, refused.words.as_deref()),
            (why, Sent::No, Some(words)),
            "{}",
            refused.what
        );
        faults += 1;
    }
    assert_eq!(faults, 12);
    assert!(send(&smtp, None, &mail("ada@example.org")).is_ok());
    assert_eq!(real.taken(1).len(), 1, "none of what was refused was taken");
}

#[test]
fn of_what_a_server_had_and_did_not_answer_nobody_knows() {
    if real::is_missing() {
        return;
    }
    let papers = papers(Leaf::Good);
    let real = Real::start(&papers.args("tls"));
    let patience = Patience { take: Duration::from_millis(700), ..Patience::default() };
    let smtp = Smtp::new(Server { patience, ..server(real.port, Security::Tls) }, papers.web());
    for (to, why) in [("dies@x.test", Why::Later), ("hangs@x.test", Why::Timeout)] {
        let refused = send(&smtp, None, &mail(to)).unwrap_err();
        assert_eq!((refused.why, refused.sent), (why, Sent::Maybe), "{}", refused.what);
    }
    // It has both.
    assert_eq!(real.taken(2).len(), 2);
}

#[test]
fn nothing_is_said_to_a_server_that_cannot_be_trusted() {
    if real::is_missing() {
        return;
    }
    let mut faults = 0;
    let mut closed = |smtp: &Smtp, login: Option<Login>, told: &str| {
        for refused in
            [send(smtp, login.clone(), &mail("ada@example.org")).unwrap_err(), check(smtp, login).unwrap_err()]
        {
            assert!(refused.what.contains(told), "{told}: {}", refused.what);
            let why = if told.starts_with("535") || told.starts_with("no login") {
                Why::Unauthorized
            } else {
                Why::Unreachable
            };
            assert_eq!((refused.why, refused.sent), (why, Sent::No), "{}", refused.what);
            faults += 1;
        }
    };
    for leaf in [Leaf::Expired, Leaf::WrongHost, Leaf::SelfSigned] {
        let papers = papers(leaf);
        for (name, security) in [("starttls", Security::StartTls), ("tls", Security::Tls)] {
            let real = Real::start(&papers.args(name));
            closed(&Smtp::new(server(real.port, security), papers.web()), login(), "ertificate");
            assert_eq!(real.taken(0).len(), 0);
        }
    }
    // A good certificate of a root that nobody has told us of.
    let good = papers(Leaf::Good);
    let real = Real::start(&good.args("tls"));
    closed(&Smtp::new(server(real.port, Security::Tls), Web::default()), None, "ertificate");
    // The offer of STARTTLS is taken out on the way: nothing goes over an open line.
    let open = Real::start(&["--security", "none", "--login"]);
    closed(&Smtp::new(server(open.port, Security::StartTls), good.web()), login(), "does not offer STARTTLS");
    closed(&Smtp::new(server(open.port, Security::Tls), good.web()), login(), "no connection to");
    let wrong = Login { username: "ada".to_owned(), password: "wrong".to_owned().into() };
    closed(&Smtp::new(server(open.port, Security::None), Web::default()), Some(wrong), "535 5.7.8 who are you");
    let none = Real::start(&["--security", "none"]);
    closed(&Smtp::new(server(none.port, Security::None), Web::default()), login(), "no login at");
    assert_eq!(faults, 22);
}

#[test]
fn an_open_line_leads_no_further_than_this_machine() {
    let far = Server { host: "192.0.2.1".to_owned(), ..server(25, Security::None) };
    let refused = send(&Smtp::new(far, Web::default()), None, &mail("ada@example.org")).unwrap_err();
    assert_eq!((refused.why, refused.sent), (Why::Policy, Sent::No));
    assert!(refused.what.contains("192.0.2.1"), "{}", refused.what);
}

#[test]
fn addresses_beyond_ascii_need_a_server_that_knows_them() {
    if real::is_missing() {
        return;
    }
    let knows = Real::start(&["--security", "none"]);
    let smtp = Smtp::new(server(knows.port, Security::None), Web::default());
    assert!(send(&smtp, None, &mail("jörg@example.org")).is_ok());
    assert_eq!(knows.taken(1)[0]["to"][0], "jörg@example.org");
    let old = Real::start(&["--security", "none", "--no-utf8"]);
    let smtp = Smtp::new(server(old.port, Security::None), Web::default());
    let refused = send(&smtp, None, &mail("jörg@example.org")).unwrap_err();
    assert_eq!((refused.why, refused.sent), (Why::Permanent, Sent::No), "{}", refused.what);
    assert!(send(&smtp, None, &mail("ada@example.org")).is_ok(), "the connection is as good as before");
}

/// Our own mock, for what no honest server does.
#[test]
fn until_the_dot_nothing_was_sent_and_after_it_nobody_knows() {
    let long = "x".repeat(4 << 20);
    let mut faults = 0;
    for place in [Place::Greeting, Place::Hello, Place::Mail, Place::Rcpt, Place::Data, Place::Body, Place::Dot] {
        let ends = [
            End::Closes,
            End::Hangs,
            End::Drips("250 ok ............................................\r\n"),
            End::Says("what?\r\n"),
        ];
        for end in ends.into_iter().filter(|end| place != Place::Body || matches!(end, End::Closes)) {
            let mock = Mock::start(place, end);
            let quick = Duration::from_millis(500);
            let patience = Patience { begin: quick, answer: quick, take: Duration::from_millis(1_000) };
            let smtp = Smtp::new(Server { patience, ..server(mock.port, Security::None) }, Web::default());
            let begun = Instant::now();
            let refused = send(&smtp, None, &Mail { text: Some(long.clone()), ..mail("ada@example.org") }).unwrap_err();
            let took = begun.elapsed();
            let sent = if place == Place::Dot { Sent::Maybe } else { Sent::No };
            assert_eq!(refused.sent, sent, "{place:?} {end:?}: {}", refused.what);
            assert_eq!(mock.whole.load(Ordering::SeqCst), usize::from(place == Place::Dot), "{place:?} {end:?}");
            assert_eq!(mock.connections.load(Ordering::SeqCst), 1, "{place:?} {end:?}");
            assert!(took < Duration::from_secs(20), "{place:?} {end:?} took {took:?}");
            faults += 1;
        }
    }
    for (place, line, why) in [
        (Place::Greeting, "421 too many of you\r\n", Why::Busy(None)),
        (Place::Greeting, "554 not you\r\n", Why::Unreachable),
        (Place::Hello, "550 not you\r\n", Why::Unreachable),
        (Place::Data, "452 full\r\n", Why::Busy(None)),
        (Place::Data, "554 no\r\n", Why::Permanent),
        (Place::Dot, "451-later\r\n451 perhaps\r\n", Why::Busy(None)),
        (Place::Dot, "554 5.7.1 spam\r\n", Why::Permanent),
    ] {
        let mock = Mock::start(place, End::Says(line));
        let smtp = Smtp::new(server(mock.port, Security::None), Web::default());
        let refused = send(&smtp, None, &mail("ada@example.org")).unwrap_err();
        assert_eq!((refused.why, refused.sent), (why, Sent::No), "{place:?} {line:?}: {}", refused.what);
        assert!(refused.words.unwrap().starts_with(&line[..3]));
        faults += 1;
    }
    assert_eq!(faults, 32);
}

#[test]
fn a_job_mails_through_a_real_server() {
    if real::is_missing() {
        return;
    }
    let papers = papers(Leaf::Good);
    let mut args = papers.args("starttls");
    args.push("--login");
    let real = Real::start(&args);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let settings = format!(
        "[channels.mail]\nkind = \"email\"\nprovider = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nusername = \"ada\"\n\
         password = \"vault:smtp_password\"\nfrom = \"Ops <ops@example.com>\"\n",
        real.port
    );
    std::fs::write(folder.join("cxgear.toml"), settings).unwrap();
    let spinner = "name = \"s\"\n[[steps]]\nname = \"mail\"\ntype = \"email\"\nto = \"{{ email }}\"\nsubject = \"Hello\"\n\
        text = \"Hello\"\nretry = { attempts = 2, first = \"1ms\" }\n";
    std::fs::write(folder.join("s.toml"), spinner).unwrap();
    let rows = "email\nada@example.org\nrcpt-550@example.org\nrcpt-452@example.org\ndies@example.org\nno address\nbo@example.org\n";
    std::fs::write(folder.join("t.csv"), rows).unwrap();
    let run = |args: &[&str], input: &str| cxgear(folder, &papers, args, input);
    // Before a job depends on it the channel is tried, and the log keeps how it was found.
    assert_eq!(run(&["vault", "set", "smtp_password"], "another word\n").0, Some(0));
    let (code, told) = run(&["channel", "test", "mail", "--to", "ada@example.org", "--format", "json"], "");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("535 5.7.8 who are you") && told.contains("\"UNAUTHORIZED\""), "{told}");
    assert!(run(&["vault", "list"], "").1.contains("invalid"));
    assert_eq!(run(&["vault", "set", "smtp_password"], "pass wordé\n").0, Some(0));
    assert_eq!(run(&["channel", "test", "mail"], "").0, Some(0));
    assert!(run(&["vault", "list"], "").1.contains("verified"));
    assert_eq!(real.taken(0).len(), 0, "nothing was sent so far");
    assert_eq!(run(&["channel", "test", "mail", "--to", "ada@example.org"], "").0, Some(0));
    let wanted =
        ["channel.created", "channel.connecting", "channel.invalid", "channel.connecting", "channel.connected"];
    let (_, events) = run(&["events", "--type", "channel.*", "--format", "ndjson"], "");
    let types: Vec<_> = events.split("\"type\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(types[..5], wanted, "{events}");
    assert_eq!(run(&["run", "s.toml", "t.csv"], "").0, Some(1));
    let (_, records) = run(&["records", "1", "--format", "csv"], "");
    for (row, wanted) in [
        (1, "completed"),
        (2, "550 the rcpt said so"),
        (3, "452 the rcpt said so"),
        (4, "OUTCOME_UNKNOWN"),
        (5, "ADDRESS_INVALID"),
        (6, "completed"),
    ] {
        let told = format!("{}{records}", run(&["journey", &format!("1/{row}"), "--format", "ndjson"], "").1);
        assert!(told.contains(wanted), "row {row}: {told}");
    }
    let (_, tries) = run(&["events", "--record", "1/3", "--type", "step.*", "--format", "ndjson"], "");
    assert_eq!(tries.matches("\"step.started\"").count(), 2, "what may be taken later is tried again: {tries}");
    let (_, once) = run(&["events", "--record", "1/4", "--type", "step.*", "--format", "ndjson"], "");
    assert_eq!(once.matches("\"step.started\"").count(), 1, "{once}");
    let taken = real.taken(4);
    let key = |one: &serde_json::Value| one["headers"]["Message-ID"].as_str().unwrap().to_owned();
    assert_eq!(taken.iter().filter(|one| one["to"][0] == "dies@example.org").count(), 1);
    // A person says that it did not arrive: it goes out again, and is the same message to whoever has it already.
    assert_eq!(run(&["retry", "1/4", "--assume", "not-sent"], "").0, Some(1));
    let again = real.taken(5);
    let dies: Vec<_> = again.iter().filter(|one| one["to"][0] == "dies@example.org").map(key).collect();
    assert_eq!((dies.len(), &dies[0]), (2, &dies[1]));
    assert_eq!(run(&["verify"], "").0, Some(0));
    for name in ["cxgear.db", "cxgear.db-wal"] {
        let bytes = std::fs::read(folder.join(name)).unwrap_or_default();
        let found = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!found("pass wordé".as_bytes()) && !found(b"cGFzcyB3b3Jkw6k"), "the password is in {name}");
    }
}
