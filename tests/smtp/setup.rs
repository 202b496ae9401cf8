//! A mail, the ways to a server, certificates on the disk, the tool itself.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use cxgear::model::address::Mailbox;
use cxgear::model::time::Timestamp;
use cxgear::outside::http::{Proxies, Web};
use cxgear::outside::mail::{Bcc, Login, Mail, Patience, Security, Server, Smtp};
use cxgear::outside::sending::{Accepted, Refused};

use super::trust::{Leaf, Root};

pub(crate) fn server(port: u16, security: Security) -> Server {
    Server {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        allow_private: false,
        connections: 2,
        own: "example.com".to_owned(),
        patience: Patience::default(),
    }
}

pub(crate) fn mail(to: &str) -> Mail {
    let mailbox = |text| Mailbox::parse(text).unwrap();
    Mail {
        from: mailbox("Ops <ops@example.com>"),
        to: vec![mailbox(to)],
        cc: Vec::new(),
        bcc: Vec::new(),
        reply_to: None,
        subject: "Grüße, Ada".to_owned(),
        text: Some("Dear Ada,\n.\nfrom here\n".to_owned()),
        html: None,
        attachments: Vec::new(),
        key: "0abc-3-17-notify".to_owned(),
        at: Timestamp(1_700_000_000_000),
    }
}

pub(crate) fn send(smtp: &Smtp, login: Option<Login>, mail: &Mail) -> Result<Accepted, Refused> {
    let (say, hear) = channel();
    smtp.send(login, mail.compose(Bcc::Hidden).unwrap(), move |came| say.send(came).unwrap());
    hear.recv().unwrap()
}

pub(crate) fn check(smtp: &Smtp, login: Option<Login>) -> Result<String, Refused> {
    let (say, hear) = channel();
    smtp.check(login, move |came| say.send(came).unwrap());
    hear.recv().unwrap()
}

pub(crate) fn login() -> Option<Login> {
    Some(Login { username: "ada".to_owned(), password: "pass wordé".to_owned().into() })
}

/// Certificates on the disk, as a server and `SSL_CERT_FILE` want them.
pub(crate) struct Papers {
    _folder: tempfile::TempDir,
    pub(crate) root: PathBuf,
    certificate: String,
    key: String,
}

pub(crate) fn papers(leaf: Leaf) -> Papers {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new();
    let (certificate, key) = root.leaf(leaf);
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let path = write("root.pem", root.pem());
    let certificate = write("leaf.pem", certificate.pem()).display().to_string();
    let key = write("leaf.key", key.serialize_pem()).display().to_string();
    Papers { _folder: folder, root: path, certificate, key }
}

impl Papers {
    pub(crate) fn args<'p>(&'p self, security: &'p str) -> Vec<&'p str> {
        vec!["--security", security, "--certificate", &self.certificate, "--key", &self.key]
    }

    pub(crate) fn web(&self) -> Web {
        Web::new(Proxies::default(), Some(self.root.clone()))
    }
}

/// A command in a folder, with the vault's key and the certificates of a test.
pub(crate) fn cxgear(folder: &Path, papers: &Papers, args: &[&str], input: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
    command.args(args).current_dir(folder).env_clear().env("SSL_CERT_FILE", &papers.root);
    command.env("CXGEAR_VAULT_KEY", "a".repeat(64)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!told.contains("pass wordé"), "{told}");
    (output.status.code(), told)
}
