//! A vault as a file of its own, under a key of its own: for another workspace, or to be kept somewhere safe. Names are
//! sealed with the values, all in one, so that nothing can be read in it, taken out or added.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Error, Key, Open, Vault, unhex};
use crate::model::credential::{check_name, check_value};
use crate::model::vault::{Lock, Sealed, Stretch};

/// What all of it is sealed under: no credential may be called so.
const ALL: &str = "*";

/// The form of the file.
const VERSION: u32 = 1;

/// A larger file is none of ours.
pub const LARGEST: u64 = 64 << 20;

/// Why a file was not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It is another kind of file, or half of one.
    #[error("it is not a vault that was exported")]
    Foreign,
    /// A later version wrote it.
    #[error("it was written by a newer cxgear (form {0}, this one knows {VERSION})")]
    Newer(u32),
    /// It is a vault, and stays shut.
    #[error(transparent)]
    Shut(#[from] Error),
}

/// The file, as JSON.
#[derive(Serialize, Deserialize)]
struct File {
    cxgear_vault: u32,
    id: Hex,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    argon2id: Option<Argon>,
    key_nonce: Hex,
    key: Hex,
    nonce: Hex,
    credentials: Hex,
}

#[derive(Serialize, Deserialize)]
struct Argon {
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: Hex,
}

/// Bytes as hexadecimal digits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Hex(Vec<u8>);

/// Writes credentials as a file.
///
/// # Errors
/// When the machine cannot.
pub fn write(key: &Key, values: &[(String, Open)]) -> Result<String, Error> {
    let vault = Vault::make(key)?;
    let plain: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // Long enough from the start: growing would leave parts of it behind in memory.
    let room = plain.iter().map(|(name, value)| name.len() + 6 * value.len() + 8).sum::<usize>() + 2;
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    serde_json::to_writer(&mut *text, &plain).map_err(|_| Error::Machine("memory"))?;
    let text = std::str::from_utf8(&text).map_err(|_| Error::Refused)?;
    let Sealed { nonce, ciphertext, .. } = vault.seal(ALL, text)?;
    let Lock { id, stretch, nonce: key_nonce, wrapped } = vault.lock().clone();
    let argon = |Stretch { memory, passes, lanes, salt }| Argon { memory, passes, lanes, salt: Hex(salt) };
    let file = File {
        cxgear_vault: VERSION,
        id: Hex(id),
        argon2id: stretch.map(argon),
        key_nonce: Hex(key_nonce),
        key: Hex(wrapped),
        nonce: Hex(nonce),
        credentials: Hex(ciphertext),
    };
    serde_json::to_string_pretty(&file).map(|text| text + "\n").map_err(|_| Error::Machine("memory"))
}

/// Reads what [`write()`] wrote.
///
/// # Errors
/// [`Unread`].
pub fn read(key: &Key, text: &str) -> Result<Vec<(String, Open)>, Unread> {
    #[derive(Deserialize)]
    struct Form {
        cxgear_vault: u32,
    }
    let Form { cxgear_vault: form } = serde_json::from_str(text).map_err(|_| Unread::Foreign)?;
    if form > VERSION {
        return Err(Unread::Newer(form));
    }
    let file: File = serde_json::from_str(text).map_err(|_| Unread::Foreign)?;
    let stretch = |Argon { memory, passes, lanes, salt }| Stretch { memory, passes, lanes, salt: salt.0 };
    let lock =
        Lock { id: file.id.0, stretch: file.argon2id.map(stretch), nonce: file.key_nonce.0, wrapped: file.key.0 };
    let all = Sealed { name: ALL.to_owned(), nonce: file.nonce.0, ciphertext: file.credentials.0 };
    let plain = Vault::open(&lock, key)?.unseal(&all)?;
    let pairs: Vec<(String, String)> = serde_json::from_str(&plain).map_err(|_| Error::Refused)?;
    let values: Vec<_> = pairs.into_iter().map(|(name, value)| (name, Zeroizing::new(value))).collect();
    // Whoever has the key may still have made it with another program.
    let fits = values.iter().all(|(name, value)| check_name(name).and_then(|()| check_value(value)).is_ok());
    let mut names: Vec<_> = values.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    if fits && names.len() == values.len() { Ok(values) } else { Err(Error::Refused.into()) }
}

impl From<Hex> for String {
    fn from(Hex(bytes): Hex) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Hex, &'static str> {
        unhex(&text).map(|bytes| Hex(bytes.to_vec())).ok_or("these are no hexadecimal digits")
    }
}
