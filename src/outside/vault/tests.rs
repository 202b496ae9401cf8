//! Sealed is sealed: every byte of what is stored counts, and every refusal is the same.

use super::*;
use crate::model::vault::Stretch;

fn key(text: &str) -> Key {
    Key::read(Zeroizing::new(text.to_owned()))
}

fn hex_key(digit: char) -> Key {
    key(&digit.to_string().repeat(64))
}

const CANARIES: [&str; 6] = ["short!", "pa\"ss'wo\\rd", "a\nb\nc\nd", "100%25 sure", "schlüssel 鍵", r#"{"k":"v"}"#];

#[test]
fn what_is_sealed_comes_back_with_the_key_alone() {
    let mut nonces = std::collections::HashSet::new();
    for (text, wrong) in [("a long passphrase", "a long passphrasf"), (&"0f".repeat(32), &"0e".repeat(32))] {
        let made = Vault::make(&key(text)).unwrap();
        let opened = Vault::open(made.lock(), &key(text)).unwrap();
        for (name, value) in CANARIES.iter().enumerate().map(|(place, value)| (format!("c{place}"), value)) {
            let sealed = made.seal(&name, value).unwrap();
            assert!(nonces.insert(sealed.nonce.clone()), "a nonce is used once");
            assert!(!sealed.ciphertext.windows(6).any(|part| value.as_bytes().windows(6).any(|other| other == part)));
            assert_eq!(opened.unseal(&sealed).unwrap().as_str(), *value);
        }
        assert_eq!(Vault::open(made.lock(), &key(wrong)).err(), Some(Error::Refused));
    }
    assert_eq!(nonces.len(), 12);
}

#[test]
fn digits_are_a_key_and_all_else_is_a_passphrase() {
    let upper = "AB".repeat(32);
    let made = Vault::make(&key(&upper)).unwrap();
    assert!(made.lock().stretch.is_none() && Vault::open(made.lock(), &key(&upper.to_lowercase())).is_ok());
    assert_eq!(key(&upper).kind(), KeyKind::Bytes);
    for passphrase in
        ["é", &upper[1..], &format!("{upper}0"), &format!("g{}", &upper[1..]), &format!("+{}", &upper[1..])]
    {
        assert_eq!(key(passphrase).kind(), KeyKind::Passphrase(passphrase.chars().count()));
    }
    // A passphrase does not open what a key locks, nor the other way round.
    assert_eq!(Vault::open(made.lock(), &key("passphrase")).err(), Some(Error::Refused));
    let stretched = Vault::make(&key("passphrase")).unwrap();
    let Some(Stretch { memory, passes, lanes, .. }) = stretched.lock().stretch.clone() else { panic!("no stretch") };
    assert_eq!((memory, passes, lanes), (65_536, 3, 4));
    assert_eq!(Vault::open(stretched.lock(), &hex_key('a')).err(), Some(Error::Refused));
}

#[test]
fn every_bit_that_is_stored_counts() {
    let vault = Vault::make(&hex_key('1')).unwrap();
    let sealed = vault.seal("crm", "hunter2-canary").unwrap();
    let mut refused = 0;
    let mut refuse = |lock: &Lock, sealed: &Sealed| {
        let opened = Vault::open(lock, &hex_key('1')).and_then(|vault| vault.unseal(sealed));
        assert_eq!(opened.err(), Some(Error::Refused));
        refused += 1;
    };
    let flips = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let flip = |bit: usize| {
            let mut bytes = bytes.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        let shorter = bytes[1..].to_vec();
        let longer = [bytes, &[0]].concat();
        (0..bytes.len() * 8).map(flip).chain([shorter, longer, Vec::new()]).collect()
    };
    for nonce in flips(&sealed.nonce) {
        refuse(vault.lock(), &Sealed { nonce, ..sealed.clone() });
    }
    for ciphertext in flips(&sealed.ciphertext) {
        refuse(vault.lock(), &Sealed { ciphertext, ..sealed.clone() });
    }
    for name in ["cr", "crm2", "CRM", ""] {
        refuse(vault.lock(), &Sealed { name: name.to_owned(), ..sealed.clone() });
    }
    for id in flips(&vault.lock().id) {
        refuse(&Lock { id, ..vault.lock().clone() }, &sealed);
    }
    for nonce in flips(&vault.lock().nonce) {
        refuse(&Lock { nonce, ..vault.lock().clone() }, &sealed);
    }
    for wrapped in flips(&vault.lock().wrapped) {
        refuse(&Lock { wrapped, ..vault.lock().clone() }, &sealed);
    }
    // 24 + 30 + 16 + 24 + 48 bytes, three lengths each, four names.
    assert_eq!(refused, 142 * 8 + 15 + 4);
}

#[test]
fn what_another_vault_sealed_is_refused() {
    let (one, other) = (Vault::make(&hex_key('1')).unwrap(), Vault::make(&hex_key('1')).unwrap());
    let (a, b) = (one.seal("a", "value of a").unwrap(), one.seal("b", "value of b").unwrap());
    let swapped = Sealed { name: "a".to_owned(), ..b.clone() };
    for (vault, sealed) in [(&one, &swapped), (&other, &a), (&one.rekeyed(&hex_key('1')).unwrap(), &a)] {
        assert_eq!(vault.unseal(sealed).err(), Some(Error::Refused));
        assert_eq!(vault.secrets(std::slice::from_ref(sealed)).err(), Some(Error::Refused));
    }
    let secrets = one.secrets(&[a, b]).unwrap();
    assert_eq!((secrets.value("a"), secrets.value("b")), (Some("value of a"), Some("value of b")));
}

#[test]
fn a_lock_that_asks_for_too_much_is_refused_at_once() {
    let passphrase = || key("passphrase");
    let lock = Vault::make(&passphrase()).unwrap().lock().clone();
    let change = |change: fn(&mut Stretch)| {
        let mut lock = lock.clone();
        lock.stretch.iter_mut().for_each(change);
        Vault::open(&lock, &passphrase()).err()
    };
    let changes: [fn(&mut Stretch); 11] = [
        |stretch| stretch.memory = u32::MAX,
        |stretch| stretch.memory = 100 << 20,
        |stretch| stretch.memory = 512 * 1024 + 1,
        |stretch| stretch.memory = 0,
        |stretch| stretch.passes = 17,
        |stretch| stretch.passes = 0,
        |stretch| stretch.lanes = 17,
        |stretch| stretch.lanes = 0,
        |stretch| stretch.salt[0] ^= 1,
        |stretch| stretch.salt.clear(),
        // Cheaper for whoever tries passphrases: the data key is bound to how dear it was.
        |stretch| stretch.passes = 1,
    ];
    let refused = changes.into_iter().filter(|each| change(*each) == Some(Error::Refused)).count();
    assert_eq!(refused, 11);
    assert_eq!(change(|_| ()), None);
}

#[test]
fn a_file_of_its_own_comes_back_whole_or_not_at_all() {
    let values: Vec<_> = CANARIES
        .iter()
        .enumerate()
        .map(|(place, value)| (format!("name-{place}"), Zeroizing::new((*value).to_owned())))
        .collect();
    let text = portable::write(&hex_key('7'), &values).unwrap();
    assert!(!text.contains("name-") && !text.contains("short!"), "{text}");
    assert_eq!(portable::read(&hex_key('7'), &text).unwrap(), values);
    let shut = portable::Unread::Shut(Error::Refused);
    assert_eq!(portable::read(&hex_key('8'), &text).err(), Some(shut));
    let newer = text.replace("\"cxgear_vault\": 1", "\"cxgear_vault\": 2");
    assert_eq!(portable::read(&hex_key('7'), &newer).err(), Some(portable::Unread::Newer(2)));
    for foreign in ["", "{}", "[1]", "PK\u{3}", &text[..text.len() / 2], &text.replace("\"key\"", "\"kay\"")] {
        assert_eq!(portable::read(&hex_key('7'), foreign).err(), Some(portable::Unread::Foreign), "{foreign}");
    }
    // A digit here or there.
    let mut refused = 0;
    for (place, digit) in text.char_indices().filter(|(_, c)| c.is_ascii_hexdigit()).step_by(17) {
        let other = if digit == '0' { "1" } else { "0" };
        let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        refused += usize::from(portable::read(&hex_key('7'), &changed).is_err());
    }
    assert!(refused > 30, "{refused}");
}

#[test]
fn what_no_vault_would_keep_is_not_taken_from_a_file() {
    for (name, value) in [("a b", "abcdef"), ("", "abcdef"), ("a", "short"), ("a", "nul\0nul")] {
        let values = [(name.to_owned(), Zeroizing::new(value.to_owned()))];
        let text = portable::write(&hex_key('7'), &values).unwrap();
        let shut = portable::Unread::Shut(Error::Refused);
        assert_eq!(portable::read(&hex_key('7'), &text).err(), Some(shut));
    }
}
