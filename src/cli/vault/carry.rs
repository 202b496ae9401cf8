//! `vault export` and `vault import`: all secrets in one encrypted file, for another workspace or another day.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::key::Wanted;
use super::{open, open_or_make, opened, spelled};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, file};
use crate::model::report::counted;
use crate::outside::vault::portable::{self, LARGEST, Unread};
use crate::store::{self, Clash, Read as _, Write as _};

pub(super) fn export(context: &Context, path: &Path, key: Wanted<'_>, own: Wanted<'_>) -> Result<(), Failure> {
    // Found before anything is asked; `create_new` below is what holds.
    if path.symlink_metadata().is_ok() {
        return Err(there_already(path));
    }
    let store = context.reader()?;
    let vault = open(context, &store, key)?;
    let values = opened(&vault, &store.sealed()?)?;
    let text = portable::write(&own.to_make().find(context)?, &values)?;
    write(path, &text).map_err(|error| {
        let taken = error.kind() == io::ErrorKind::AlreadyExists;
        if taken { there_already(path) } else { file("write", path, error) }
    })?;
    let count = counted(values.len() as u64, "credential");
    context.say(&format!("{count} in `{}`, under a key of its own", path.display()));
    Ok(())
}

fn there_already(path: &Path) -> Failure {
    Failure::request(format!("`{}` is there already, and no file is overwritten", path.display()))
        .hint("name another file, or move this one away")
}

/// The whole file or none.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(path)?;
    made.write_all(text.as_bytes()).and_then(|()| made.sync_all()).inspect_err(|_| drop(fs::remove_file(path)))
}

pub(super) fn import(
    context: &Context,
    path: &Path,
    clash: Clash,
    key: Wanted<'_>,
    own: Wanted<'_>,
) -> Result<(), Failure> {
    let text = read(path)?;
    let values = portable::read(&own.find(context)?, &text).map_err(|unread| shut(path, unread))?;
    if values.is_empty() {
        return Err(Failure::request(format!("`{}` has no credentials", path.display())));
    }
    let mut store = context.creator()?;
    let mut there = Vec::new();
    for (name, _) in &values {
        there.extend(spelled(&store, name)?);
    }
    if clash == Clash::Refuse && !there.is_empty() {
        let taken = Failure::from(store::Error::CredentialsTaken(there));
        return Err(taken.hint("`--replace` gives them the values of the file"));
    }
    let vault = open_or_make(context, &store, key)?;
    let mut sealed = Vec::with_capacity(values.len());
    for (name, value) in &values {
        let kept = there.iter().find(|there| there.eq_ignore_ascii_case(name)).unwrap_or(name);
        sealed.push(vault.seal(kept, value)?);
    }
    store.keep_credentials(context.now(), vault.lock(), &sealed, clash)?;
    let (count, replaced) = (counted(values.len() as u64, "credential"), there.len());
    let replaced = if replaced == 0 { String::new() } else { format!(", {replaced} with new values") };
    context.say(&format!("{count} from `{}`{replaced}", path.display()));
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let opened = fs::File::open(path).map_err(|error| file("read", path, error))?;
    match opened.take(LARGEST).read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(shut(path, Unread::Foreign)),
        Err(error) => Err(file("read", path, error)),
    }
}

fn shut(path: &Path, unread: Unread) -> Failure {
    match unread {
        Unread::Shut(error) => {
            let failure = Failure::from(error);
            let cause = failure.cause.context(format!("`{}` cannot be imported", path.display()));
            Failure { cause, hints: Vec::new(), ..failure }.hint("its key is the one that `vault export` was given")
        }
        Unread::Foreign => Failure::request(format!("`{}` is not a vault that was exported", path.display())),
        Unread::Newer(_) => {
            Failure::request(format!("`{}`: {unread}", path.display())).hint("install the newer cxgear")
        }
    }
}
