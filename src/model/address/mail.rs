//! Mail addresses: one address, perhaps with a name before it, that cannot become anything else in a header.

use std::fmt;

use email_address::EmailAddress;

use super::is_sign;

/// The longest address that a server must take (RFC 5321).
const LONGEST: usize = 254;

/// The longest part before the `@` (RFC 5321).
const LONGEST_LOCAL: usize = 64;

/// The longest name that stands before an address.
const LONGEST_NAME: usize = 200;

/// An address and the name of whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name, where one was given.
    pub name: Option<String>,
    /// What stands before the `@`.
    pub local: String,
    /// What stands behind it, as the domain name system has it: `xn--mnchen-3ya.example`.
    pub domain: String,
}

/// Why a text is no mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    /// There is nothing.
    #[error("the mail address is empty")]
    Empty,
    /// Something stands in it that could end a line or hide what it says.
    #[error("a mail address has no {0:?}")]
    Sign(char),
    /// There is no `@`.
    #[error("the mail address has no `@`")]
    NoAt,
    /// There is more than one.
    #[error("that is more than one mail address")]
    Several,
    /// Its name could be taken for another one.
    #[error("the name before the mail address has an `@`, as if it were another one")]
    Name,
    /// What stands before the `@` is nothing that a mailbox is called.
    #[error("what stands before the `@` of the mail address is no name of a mailbox")]
    Local,
    /// What stands behind the `@` is no domain.
    #[error("what stands behind the `@` of the mail address is no domain")]
    Domain,
    /// It is longer than an address may be.
    #[error("the mail address is too long")]
    TooLong,
}

impl Mailbox {
    /// Reads `ada@example.com` or `Ada Lovelace <ada@example.com>`.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Mailbox, MailFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(MailFault::Empty);
        }
        if let Some(sign) = text.chars().find(|c| is_sign(*c)) {
            return Err(MailFault::Sign(sign));
        }
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => (name.trim(), address.trim()),
            None => ("", text),
        };
        let (local, domain) = parts(address)?;
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        if name.contains('@') {
            return Err(MailFault::Name);
        }
        if name.len() > LONGEST_NAME {
            return Err(MailFault::TooLong);
        }
        Ok(Mailbox { name: (!name.is_empty()).then(|| name.to_owned()), local, domain })
    }

    /// The address alone.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }
}

fn parts(address: &str) -> Result<(String, String), MailFault> {
    if let Some(sign) = address.chars().find(|c| matches!(c, ',' | ';')) {
        return Err(if address.matches('@').count() > 1 { MailFault::Several } else { MailFault::Sign(sign) });
    }
    let (local, domain) = address.rsplit_once('@').ok_or(MailFault::NoAt)?;
    // What stands in quotes may be anything, an `@` and a space included. Nobody has such a mailbox.
    if local.contains('@') {
        return Err(MailFault::Several);
    }
    if local.contains(['"', ' ', '(', ')', '<', '>']) || !EmailAddress::is_valid_local_part(local) {
        return Err(if local.len() > LONGEST_LOCAL { MailFault::TooLong } else { MailFault::Local });
    }
    let domain = idna::domain_to_ascii_strict(domain).map_err(|_| MailFault::Domain)?;
    // One that ends without a dot is a slip of the hand: `ada@gmail`.
    let whole = domain.contains('.') || domain == "localhost";
    let of_digits = domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if !whole || of_digits || !EmailAddress::is_valid_domain(&domain) {
        return Err(MailFault::Domain);
    }
    if local.len() + domain.len() + 1 > LONGEST {
        return Err(MailFault::TooLong);
    }
    Ok((local.to_owned(), domain))
}

/// As people read it.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}@{}>", self.local, self.domain),
            None => write!(f, "{}@{}", self.local, self.domain),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, MailFault> {
        Mailbox::parse(text).map(|mailbox| mailbox.to_string())
    }

    #[test]
    fn addresses_are_read_with_and_without_a_name() {
        for (text, wanted) in [
            ("ada@example.com", "ada@example.com"),
            (" ada.l+x_y-z@mail.example.co.uk ", "ada.l+x_y-z@mail.example.co.uk"),
            ("O'Brien@Example.COM", "O'Brien@example.com"),
            ("<ada@example.com>", "ada@example.com"),
            ("Ada Lovelace <ada@example.com>", "Ada Lovelace <ada@example.com>"),
            ("\"Lovelace, Ada\" <ada@example.com>", "Lovelace, Ada <ada@example.com>"),
            ("<b>Bo\\ </b> <bo@example.com>", "<b>Bo\\ </b> <bo@example.com>"),
            ("Zoë 😀 <zoe@example.com>", "Zoë 😀 <zoe@example.com>"),
            ("info@münchen.example", "info@xn--mnchen-3ya.example"),
            ("info@例え.jp", "info@xn--r8jz45g.jp"),
            ("jörg@example.com", "jörg@example.com"),
            ("root@localhost", "root@localhost"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, fault) in [
            ("", MailFault::Empty),
            ("ada", MailFault::NoAt),
            ("Ada <>", MailFault::NoAt),
            ("ada@", MailFault::Domain),
            ("@example.com", MailFault::Local),
            ("ada@gmail", MailFault::Domain),
            ("ada@exa mple.com", MailFault::Domain),
            ("ada@example..com", MailFault::Domain),
            ("ada@-example.com", MailFault::Domain),
            ("ada@[127.0.0.1]", MailFault::Domain),
            ("ada@127.0.0.1", MailFault::Domain),
            ("a..da@example.com", MailFault::Local),
            (".ada@example.com", MailFault::Local),
            ("a da@example.com", MailFault::Local),
            ("\"a@b\"@example.com", MailFault::Several),
            ("ada(comment)@example.com", MailFault::Local),
            ("ada@example.com, eve@example.com", MailFault::Several),
            ("ada@example.com;eve@example.com", MailFault::Several),
            ("eve@example.com <ada@example.com>", MailFault::Name),
            ("ada@@example.com", MailFault::Several),
            ("ada,b@example.com", MailFault::Sign(',')),
            ("ada@example.com\r\nBcc: eve@example.com", MailFault::Sign('\r')),
            ("Ada\nBcc: eve@example.com <ada@example.com>", MailFault::Sign('\n')),
            ("Ada\0 <ada@example.com>", MailFault::Sign('\0')),
            ("\u{202e}moc <ada@example.com>", MailFault::Sign('\u{202e}')),
        ] {
            assert_eq!(read(text), Err(fault), "{text:?}");
        }
        assert_eq!(read(&format!("{}@example.com", "a".repeat(65))), Err(MailFault::TooLong));
        let long = format!("a@{}.example", ["a"; 130].join("."));
        assert_eq!(read(&long), Err(MailFault::Domain), "more than 253 characters of domain");
    }

    proptest! {
        /// Whatever a cell holds: it is no address, or one that reads back as itself and stays in its line.
        #[test]
        fn an_address_is_one_and_stays_in_its_line(
            text in "\\PC{0,40}|[a-z.@,;<>\" \r\n\t\0éü\u{202e}]{0,30}|[a-z]{1,5}( <)?[a-z.]{1,9}@[a-z.ü]{1,12}>?"
        ) {
            if let Ok(mailbox) = Mailbox::parse(&text) {
                let shown = mailbox.to_string();
                prop_assert!(!shown.chars().any(is_sign) && shown.matches('@').count() == 1, "{shown}");
                prop_assert!(mailbox.domain.is_ascii());
                prop_assert_eq!(Mailbox::parse(&shown), Ok(mailbox));
            }
        }
    }
}
