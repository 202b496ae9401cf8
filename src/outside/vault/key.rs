//! Keys: a passphrase that is stretched, or 32 bytes that come as such.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Error, FOR_KEY, KEY, random, unhex};
use crate::model::vault::{Lock, Stretch};

/// The second choice of RFC 9106 §4, for machines whose memory others want too: a fifth of a second here, and 64 MiB for
/// whoever tries passphrases, each time.
const MEMORY: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
const SALT: usize = 16;

/// What a lock may ask for at most: room to grow, and no way for a hostile file to use up the machine.
const MOST_MEMORY: u32 = 512 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;

/// What opens a vault.
pub struct Key(Kind);

enum Kind {
    Passphrase(Zeroizing<String>),
    Bytes(Zeroizing<[u8; KEY]>),
}

/// What a key is, as far as it may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Of so many characters.
    Passphrase(usize),
    /// 32 bytes.
    Bytes,
}

impl Key {
    /// Reads a key: exactly 64 hexadecimal digits are its 32 bytes, anything else is a passphrase.
    #[must_use]
    pub fn read(text: Zeroizing<String>) -> Key {
        let bytes = unhex(&text).and_then(|bytes| bytes.as_slice().try_into().ok().map(Zeroizing::new));
        bytes.map_or_else(|| Key(Kind::Passphrase(text)), |bytes| Key(Kind::Bytes(bytes)))
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Kind::Passphrase(text) => KeyKind::Passphrase(text.chars().count()),
            Kind::Bytes(_) => KeyKind::Bytes,
        }
    }

    /// How this key is to be stretched in a vault that is being made.
    pub(super) fn new_stretch(&self) -> Result<Option<Stretch>, Error> {
        match self.0 {
            Kind::Bytes(_) => Ok(None),
            Kind::Passphrase(_) => {
                let salt = random::<SALT>()?.to_vec();
                Ok(Some(Stretch { memory: MEMORY, passes: PASSES, lanes: LANES, salt }))
            }
        }
    }

    /// The key that opens the data key of this lock.
    pub(super) fn outer(&self, lock: &Lock) -> Result<Zeroizing<[u8; KEY]>, Error> {
        match (&self.0, &lock.stretch) {
            (Kind::Bytes(bytes), None) => Ok(bytes.clone()),
            (Kind::Passphrase(text), Some(stretch)) => stretched(text.as_bytes(), stretch),
            (Kind::Bytes(_), Some(_)) | (Kind::Passphrase(_), None) => Err(Error::Refused),
        }
    }
}

/// What the data key is bound to: the vault, and all that its key is made with.
pub(super) fn bound(lock: &Lock) -> Vec<u8> {
    let mut bound = [FOR_KEY, &lock.id].concat();
    if let Some(Stretch { memory, passes, lanes, salt }) = &lock.stretch {
        for number in [memory, passes, lanes] {
            bound.extend(number.to_le_bytes());
        }
        bound.extend(salt);
    }
    bound
}

fn stretched(passphrase: &[u8], stretch: &Stretch) -> Result<Zeroizing<[u8; KEY]>, Error> {
    let Stretch { memory, passes, lanes, salt } = stretch;
    if *memory > MOST_MEMORY || *passes > MOST_PASSES || *lanes > MOST_LANES || salt.len() != SALT {
        return Err(Error::Refused);
    }
    let params = Params::new(*memory, *passes, *lanes, Some(KEY)).map_err(|_| Error::Refused)?;
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(params.block_count()).map_err(|_| Error::Machine("memory"))?;
    blocks.resize(params.block_count(), Block::default());
    let mut key = Zeroizing::new([0; KEY]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let done = argon2.hash_password_into_with_memory(passphrase, salt, key.as_mut_slice(), &mut blocks);
    // The crate wipes what it holds itself; this it was lent.
    blocks.zeroize();
    done.map_err(|_| Error::Refused)?;
    Ok(key)
}
