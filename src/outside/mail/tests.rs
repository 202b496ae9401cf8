use proptest::prelude::*;

use super::*;

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

fn mail() -> Mail {
    Mail {
        from: mailbox("Ops <ops@example.com>"),
        to: vec![mailbox("Ada Lovelace <ada@example.org>")],
        cc: Vec::new(),
        bcc: vec![mailbox("boss@example.com")],
        reply_to: None,
        subject: "Hello".to_owned(),
        text: Some("Dear Ada\n.\nBye\n".to_owned()),
        html: None,
        attachments: Vec::new(),
        key: "0abc-3-17-notify".to_owned(),
        at: Timestamp(1_700_000_000_000),
    }
}

fn text(mail: &Mail, bcc: Bcc) -> String {
    String::from_utf8(mail.compose(bcc).unwrap().bytes).unwrap()
}

/// The names of the headers, in order.
fn headers(text: &str) -> Vec<&str> {
    let head = text.split("\r\n\r\n").next().unwrap();
    head.split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap())
        .collect()
}

#[test]
fn a_message_is_the_same_on_every_try() {
    let wanted = "Message-ID: <0abc-3-17-notify@example.com>\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n\
        From: Ops <ops@example.com>\r\nSubject: Hello\r\nTo: \"Ada Lovelace\" <ada@example.org>\r\n\
        Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 7bit\r\n\r\nDear Ada\r\n.\r\nBye\r\n\r\n";
    let composed = mail().compose(Bcc::Hidden).unwrap();
    assert_eq!(String::from_utf8(composed.bytes).unwrap(), wanted);
    assert_eq!(composed.id, "0abc-3-17-notify@example.com");
    let readers: Vec<_> = composed.envelope.to().iter().map(ToString::to_string).collect();
    assert_eq!(readers, ["ada@example.org", "boss@example.com"]);
    assert!(text(&mail(), Bcc::Shown).contains("\r\nBcc: boss@example.com\r\n"));
}

#[test]
fn text_html_and_files_are_parts() {
    let file = Attachment {
        name: "Rechnung \"März\".pdf\r\nX: 1".to_owned(),
        kind: "application/pdf".to_owned(),
        content: vec![0, 1, 2, 255],
    };
    let all = Mail { html: Some("<p>Dear Ada</p>".to_owned()), attachments: vec![file.clone()], ..mail() };
    let told = text(&all, Bcc::Hidden);
    for part in ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf", "AAEC/w=="] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(told.is_ascii() && !told.contains("\nX: 1"), "{told}");
    assert_eq!(told, text(&all, Bcc::Hidden), "the same on every try");
    let other = Attachment { kind: "no media type".to_owned(), ..file };
    let why = Mail { attachments: vec![other], ..mail() }.compose(Bcc::Hidden).unwrap_err();
    assert!(why.contains("`no media type`"), "{why}");
    let html = Mail { text: None, html: Some("<p>x</p>".to_owned()), ..mail() };
    assert!(text(&html, Bcc::Hidden).contains("Content-Type: text/html; charset=utf-8"));
}

#[test]
fn what_is_in_a_part_never_ends_it() {
    let first = Mail { html: Some("<p>x</p>".to_owned()), ..mail() };
    let boundary = first.boundary("alternative");
    let forged = format!("a\n--{boundary}\nContent-Type: text/html\n\nforged");
    let second = Mail { text: Some(forged), ..first };
    let told = text(&second, Bcc::Hidden);
    let other = second.boundary("alternative");
    assert_ne!(other, boundary);
    assert_eq!(told.matches(&format!("--{other}")).count(), 3, "{told}");
}

#[test]
fn a_subject_has_its_bound() {
    let long = Mail { subject: "x".repeat(901), ..mail() };
    assert!(long.compose(Bcc::Hidden).unwrap_err().contains("901"));
}

proptest! {
    /// Whatever cells hold, a message has the headers that it should have and no others, and no line is too long.
    #[test]
    fn no_cell_makes_a_header(
        subject in "[a-zA-Zäß\r\n:\t<>\"\\\\\u{2028}\0 ]{0,60}|\\PC{0,200}",
        name in "\\PC{0,60}",
        body in "(\\PC|\r|\n|\\.){0,300}",
    ) {
        let mut mail = mail();
        mail.subject = subject;
        mail.to[0].name = Some(one_line(&name)).filter(|name| !name.is_empty());
        mail.html = Some(body.clone());
        mail.text = Some(body);
        let told = text(&mail, Bcc::Hidden);
        let names = ["Message-ID", "Date", "From", "Subject", "To", "Auto-Submitted", "MIME-Version", "Content-Type"];
        let found = headers(&told);
        prop_assert_eq!(found.len(), found.iter().filter(|name| names.contains(name)).count(), "{:?}", found);
        prop_assert!(told.split("\r\n").all(|line| line.len() <= 998), "{}", told);
        prop_assert!(!told.replace("\r\n", "").contains(['\r', '\n']), "{:?}", told);
    }
}
