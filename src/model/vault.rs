//! The vault as it is stored: what needs a key to be read, and what the key is made with. Opening it is not done here.

/// What opens the vault once there is a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Which vault it is: part of what each value is bound to.
    pub id: Vec<u8>,
    /// How a passphrase becomes a key; nothing where a key comes as such.
    pub stretch: Option<Stretch>,
    /// Used once, for `wrapped`.
    pub nonce: Vec<u8>,
    /// The data key, encrypted.
    pub wrapped: Vec<u8>,
}

/// Argon2id, as it is to be run (RFC 9106).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// In KiB.
    pub memory: u32,
    /// How often it is gone over.
    pub passes: u32,
    /// How many parts it has.
    pub lanes: u32,
    /// Of this vault alone.
    pub salt: Vec<u8>,
}

/// A value, encrypted under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The credential's name: bound to the value, so that two cannot be swapped.
    pub name: String,
    /// Used once.
    pub nonce: Vec<u8>,
    /// What is encrypted, with its tag.
    pub ciphertext: Vec<u8>,
}
