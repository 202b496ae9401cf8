//! Where a message goes: phone numbers and mail addresses, checked and brought into one form before anything is sent.
//! Deliberately absent: whether anybody is there. Only the other side knows that.

mod mail;
mod phone;

pub use mail::{MailFault, Mailbox};
pub use phone::{Country, Phone, PhoneFault};

/// Signs that are not text: they end lines, hide or turn what stands beside them.
fn is_sign(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
