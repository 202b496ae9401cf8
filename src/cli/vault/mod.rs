//! `vault …`: secrets are taken in where nobody sees them, and never given out.

use zeroize::Zeroizing;

use super::args::vault::Vault as Verb;
use super::context::Context;
use super::failure::{Failure, Kind};
use crate::model::credential::{check_name, check_value};
use crate::model::report::{counted, pasted};
use crate::outside::vault::{Error, Vault};
use crate::store::{self, Clash, Read as _, SqliteStore, Write as _};
use crate::views::vault_list::find;
use key::Wanted;

mod ask;
mod carry;
mod connection;
mod key;
mod open;

pub(super) use connection::open_connection;
pub(super) use open::{Opened, held, labels, names, open_for, open_unasked};

/// `cxgear vault …`, but for its view.
pub(super) fn vault(context: &Context, verb: &Verb) -> Result<u8, Failure> {
    match verb {
        Verb::Set { name, value, key } => {
            if !value.is_empty() || name.contains('=') {
                return Err(in_the_open());
            }
            set(context, name, Wanted::vault(key))?;
        }
        Verb::Rm { name } => rm(context, name)?,
        Verb::Rename { old, new, key } => rename(context, old, new, Wanted::vault(key))?,
        Verb::RotateKey { key, new_key_file } => {
            rotate(context, Wanted::vault(key), Wanted::new(new_key_file.as_deref()))?;
        }
        Verb::Export { file, key, export } => {
            carry::export(context, file, Wanted::vault(key), Wanted::export(export))?;
        }
        Verb::Import { file, replace, key, export } => {
            let clash = if *replace { Clash::Replace } else { Clash::Refuse };
            carry::import(context, file, clash, Wanted::vault(key), Wanted::export(export))?;
        }
    }
    Ok(0)
}

/// A value was given as an argument. It is not repeated, and the harm is told.
fn in_the_open() -> Failure {
    Failure::request("`vault set` takes a name and no value: an argument is seen by everybody, and nothing was kept")
        .hint("`cxgear vault set NAME` asks for the value, or reads it from standard input")
        .hint("what was typed is in the shell's history now: if it is a secret, take it out there and have it changed")
}

fn set(context: &Context, name: &str, wanted: Wanted<'_>) -> Result<(), Failure> {
    refuse_name(name)?;
    let mut store = context.creator()?;
    let vault = open_or_make(context, &store, wanted)?;
    let value = ask::value(name)?;
    check_value(&value).map_err(|why| {
        let failure = Failure::request(format!("the value of `{name}` cannot be kept: {why}"));
        failure.hint("a secret has 6 bytes to 64 KiB, so that it can be scrubbed from all that is written")
    })?;
    let there = spelled(&store, name)?;
    let sealed = vault.seal(there.as_deref().unwrap_or(name), &value)?;
    store.keep_credentials(context.now(), vault.lock(), &[sealed], Clash::Replace)?;
    match there {
        Some(name) => context.say(&format!("credential `{name}` has a new value")),
        None => context.say(&format!("credential `{name}` is kept")),
    }
    Ok(())
}

fn refuse_name(name: &str) -> Result<(), Failure> {
    check_name(name).map_err(|why| Failure::request(format!("this cannot be a credential's name: {why}")))
}

/// A credential's name as it is kept, when there is one.
fn spelled(store: &SqliteStore, name: &str) -> store::Result<Option<String>> {
    let all = store.credentials()?.into_iter();
    Ok(all.map(|credential| credential.name).find(|there| there.eq_ignore_ascii_case(name)))
}

fn rm(context: &Context, name: &str) -> Result<(), Failure> {
    let mut store = context.writer()?;
    let found = find(&store, name)?;
    store.delete_credential(context.now(), &found.name)?;
    context.say(&format!("credential `{}` is deleted", found.name));
    if store.vault()?.is_none() {
        context.say("the vault is empty; the next `vault set` makes a new one, under any key");
    }
    Ok(())
}

fn rename(context: &Context, old: &str, new: &str, wanted: Wanted<'_>) -> Result<(), Failure> {
    refuse_name(new)?;
    let mut store = context.writer()?;
    let found = find(&store, old)?;
    if found.name == new {
        return Err(Failure::request(format!("credential `{new}` is called so already")));
    }
    if let Some(there) = spelled(&store, new)?.filter(|there| *there != found.name) {
        let taken = Failure::from(store::Error::CredentialsTaken(vec![there]));
        return Err(taken.hint(format!("`cxgear vault rm {}` makes room", pasted(new))));
    }
    let vault = open(context, &store, wanted)?;
    let before = store.sealed()?.into_iter().find(|sealed| sealed.name == found.name);
    let before = before.ok_or(store::Error::VaultChanged)?;
    let after = vault.seal(new, &vault.unseal(&before)?)?;
    store.rename_credential(context.now(), vault.lock(), &before, &after)?;
    context.say(&format!("credential `{}` is called `{new}` now", found.name));
    Ok(())
}

fn rotate(context: &Context, wanted: Wanted<'_>, new: Wanted<'_>) -> Result<(), Failure> {
    let mut store = context.writer()?;
    let old = open(context, &store, wanted)?;
    let sealed = store.sealed()?;
    let values = opened(&old, &sealed)?;
    let new = old.rekeyed(&new.find(context)?)?;
    let mut pairs = Vec::with_capacity(sealed.len());
    for (before, (name, value)) in sealed.into_iter().zip(&values) {
        let after = new.seal(name, value)?;
        pairs.push((before, after));
    }
    store.rekey_vault(old.lock(), new.lock(), &pairs)?;
    let count = counted(pairs.len() as u64, "credential");
    context.say(&format!(
        "the vault has a new key, and {count} {} sealed anew",
        if pairs.len() == 1 { "is" } else { "are" }
    ));
    Ok(())
}

/// Names and values of all that was sealed.
fn opened(vault: &Vault, sealed: &[crate::model::vault::Sealed]) -> Result<Vec<(String, Zeroizing<String>)>, Failure> {
    sealed.iter().map(|entry| Ok((entry.name.clone(), vault.unseal(entry)?))).collect()
}

/// The vault, which must be there.
fn open(context: &Context, store: &SqliteStore, wanted: Wanted<'_>) -> Result<Vault, Failure> {
    let Some(lock) = store.vault()? else {
        return Err(Failure::request("the vault is empty").hint("`cxgear vault set NAME` keeps a secret"));
    };
    Ok(Vault::open(&lock, &wanted.find(context)?)?)
}

/// The vault, made if it is not there.
fn open_or_make(context: &Context, store: &SqliteStore, wanted: Wanted<'_>) -> Result<Vault, Failure> {
    match store.vault()? {
        Some(lock) => Ok(Vault::open(&lock, &wanted.find(context)?)?),
        None => Ok(Vault::make(&wanted.to_make().find(context)?)?),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let kind = match error {
            Error::Refused => Kind::Request,
            Error::Machine(_) => Kind::World,
        };
        let failure = Failure { kind, held: None, cause: error.into(), hints: Vec::new() };
        if kind == Kind::World {
            return failure;
        }
        failure.hint("a value whose key is lost is lost: `cxgear vault rm NAME`, then `cxgear vault set NAME`")
    }
}
