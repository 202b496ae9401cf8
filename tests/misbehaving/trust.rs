//! Certificates made for a test: a root that is trusted, and leaves that are good, too old, for another name, or of nobody.

use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What is wrong with a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    Good,
    Expired,
    WrongHost,
    SelfSigned,
}

/// A root of a test's own.
pub(crate) struct Root(CertifiedIssuer<'static, KeyPair>);

impl Root {
    pub(crate) fn new() -> Root {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "the root of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Root(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// As `SSL_CERT_FILE` holds it.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for 127.0.0.1 and localhost, and its key.
    pub(crate) fn leaf(&self, leaf: Leaf) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let names: &[&str] = if leaf == Leaf::WrongHost { &["other.test"] } else { &["127.0.0.1", "localhost"] };
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        if leaf == Leaf::Expired {
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        }
        let certificate = match leaf {
            Leaf::SelfSigned => params.self_signed(&key),
            Leaf::Good | Leaf::Expired | Leaf::WrongHost => params.signed_by(&key, &self.0),
        };
        (certificate.unwrap(), key)
    }

    /// A server's settings for 127.0.0.1 and localhost.
    pub(crate) fn server(&self, leaf: Leaf) -> rustls::ServerConfig {
        let (certificate, key) = self.leaf(leaf);
        let chain = vec![certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap()
    }
}
