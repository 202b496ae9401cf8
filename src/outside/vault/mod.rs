//! The vault, opened: a key opens the lock, the lock holds a data key, the data key seals values (SPEC §4, §5).
//! Deliberately absent: where keys come from and where anything is stored.
//!
//! ```text
//! passphrase ─ Argon2id ─┐
//!                        ├─ key ─ opens ─ data key (random) ─ seals ─ each value
//! 64 hexadecimal digits ─┘  bound to the vault's id and        bound to the vault's id
//!                           how the key is made                and the credential's name
//! ```
//!
//! All sealing is XChaCha20-Poly1305 with a nonce of its own, 24 random bytes. Whatever is wrong — the passphrase, a
//! number in the lock, a nonce, a value, a name — is one refusal in one form of words, so that it tells nothing to
//! whoever tries.

use chacha20poly1305::aead::{Aead as _, Generate as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::model::secrets::Secrets;
use crate::model::vault::{Lock, Sealed};

mod key;
pub mod portable;
#[cfg(test)]
mod tests;

pub use key::{Key, KeyKind};

/// Why the vault did not do it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The key is wrong or something was changed; which of them is not known, and could not be told if it were.
    #[error("the vault cannot be opened: the passphrase or key is wrong, or what it opens was changed")]
    Refused,
    /// The machine has no random numbers or no memory for it.
    #[error("the vault cannot be used: this machine has no {0} for it")]
    Machine(&'static str),
}

/// What was sealed, as it was before.
pub type Open = Zeroizing<String>;

/// So many bytes have keys.
const KEY: usize = 32;
const ID: usize = 16;
const NONCE: usize = 24;

/// Words that keep what is sealed for one purpose from being taken for another.
const FOR_KEY: &[u8] = b"cxgear vault 1 data key";
const FOR_VALUE: &[u8] = b"cxgear vault 1 value";

/// A vault that was opened. Its keys are wiped from memory when it is dropped.
pub struct Vault {
    lock: Lock,
    data: XChaCha20Poly1305,
}

impl Vault {
    /// Makes a vault that has nothing yet.
    ///
    /// # Errors
    /// When the machine cannot.
    pub fn make(key: &Key) -> Result<Vault, Error> {
        Vault::with_id(random::<ID>()?.to_vec(), key)
    }

    /// The same vault under another key, with another data key: what is sealed must be sealed anew.
    ///
    /// # Errors
    /// When the machine cannot.
    pub fn rekeyed(&self, key: &Key) -> Result<Vault, Error> {
        Vault::with_id(self.lock.id.clone(), key)
    }

    fn with_id(id: Vec<u8>, key: &Key) -> Result<Vault, Error> {
        let data = Zeroizing::new(random::<KEY>()?);
        let stretch = key.new_stretch()?;
        let mut lock = Lock { id, stretch, nonce: random::<NONCE>()?.to_vec(), wrapped: Vec::new() };
        let outer = cipher(&*key.outer(&lock)?);
        lock.wrapped = seal(&outer, &lock.nonce, data.as_slice(), &key::bound(&lock))?;
        Ok(Vault { lock, data: cipher(&data) })
    }

    /// Opens a vault.
    ///
    /// # Errors
    /// [`Error::Refused`], whatever the reason.
    pub fn open(lock: &Lock, key: &Key) -> Result<Vault, Error> {
        let whole = lock.id.len() == ID && lock.wrapped.len() == KEY + 16;
        if !whole {
            return Err(Error::Refused);
        }
        let outer = cipher(&*key.outer(lock)?);
        let data = open(&outer, &lock.nonce, &lock.wrapped, &key::bound(lock))?;
        let data = <&[u8; KEY]>::try_from(data.as_slice()).map_err(|_| Error::Refused)?;
        Ok(Vault { lock: lock.clone(), data: cipher(data) })
    }

    /// What opens it.
    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Seals a value under a name.
    ///
    /// # Errors
    /// When the machine cannot.
    pub fn seal(&self, name: &str, value: &str) -> Result<Sealed, Error> {
        let nonce = random::<NONCE>()?.to_vec();
        let ciphertext = seal(&self.data, &nonce, value.as_bytes(), &self.bound(name))?;
        Ok(Sealed { name: name.to_owned(), nonce, ciphertext })
    }

    /// Opens what was sealed.
    ///
    /// # Errors
    /// [`Error::Refused`], whatever the reason.
    pub fn unseal(&self, sealed: &Sealed) -> Result<Open, Error> {
        let bytes = open(&self.data, &sealed.nonce, &sealed.ciphertext, &self.bound(&sealed.name))?;
        std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| Error::Refused)
    }

    /// Opens all that was sealed, to be asked for by name and to be scrubbed.
    ///
    /// # Errors
    /// [`Error::Refused`], whatever the reason.
    pub fn secrets(&self, sealed: &[Sealed]) -> Result<Secrets, Error> {
        let opened = sealed.iter().map(|entry| Ok((entry.name.clone(), self.unseal(entry)?)));
        opened.collect::<Result<Vec<_>, Error>>().map(Secrets::new)
    }

    /// What a value is bound to. The name is last, so that no two pairs are the same bytes.
    fn bound(&self, name: &str) -> Vec<u8> {
        [FOR_VALUE, &self.lock.id, name.as_bytes()].concat()
    }
}

fn cipher(key: &[u8; KEY]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

fn seal(cipher: &XChaCha20Poly1305, nonce: &[u8], msg: &[u8], aad: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce = XNonce::try_from(nonce).map_err(|_| Error::Refused)?;
    cipher.encrypt(&nonce, Payload { msg, aad }).map_err(|_| Error::Machine("memory"))
}

fn open(cipher: &XChaCha20Poly1305, nonce: &[u8], msg: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let nonce = XNonce::try_from(nonce).map_err(|_| Error::Refused)?;
    cipher.decrypt(&nonce, Payload { msg, aad }).map(Zeroizing::new).map_err(|_| Error::Refused)
}

/// What hexadecimal digits say.
fn unhex(digits: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Long enough from the start: growing would leave parts of a key behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    for pair in digits.as_bytes().chunks(2) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(digit(0)? << 4 | digit(1)?);
    }
    Some(bytes)
}

/// Bytes from the operating system, as the cipher's own crate asks for them.
fn random<const N: usize>() -> Result<[u8; N], Error> {
    <[u8; N]>::try_generate().map_err(|_| Error::Machine("random numbers"))
}
