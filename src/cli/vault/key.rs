//! Where a key is found: a file, the environment, a person; in this order, and said so where none of them has it.

use std::fs::File;
use std::path::Path;

use zeroize::Zeroizing;

use super::ask;
use crate::cli::args::vault::{ExportKeyFile, KeyFile};
use crate::cli::context::Context;
use crate::cli::env;
use crate::cli::failure::{Failure, file};
use crate::model::report::pasted;
use crate::outside::vault::{Key, KeyKind};

/// A key file is a line of text.
const LONGEST: usize = 4 * 1024;

/// Fewer characters can be guessed by a machine that has the file.
const GUESSED: usize = 12;

/// A key that is wanted.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    file: Option<&'a Path>,
    /// What it opens, in words.
    what: &'static str,
    flag: &'static str,
    variable: &'static str,
    /// The variable that names a file.
    file_variable: Option<&'static str>,
    use_of: Use,
}

/// What it is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Open,
    Make,
}

impl<'a> Wanted<'a> {
    /// The vault's.
    pub(super) fn vault(flag: &'a KeyFile) -> Wanted<'a> {
        Wanted {
            file: flag.key_file.as_deref(),
            what: "vault",
            flag: "--key-file",
            variable: "CXGEAR_VAULT_KEY",
            file_variable: Some("CXGEAR_VAULT_KEY_FILE"),
            use_of: Use::Open,
        }
    }

    /// The one that the vault is to get.
    pub(super) fn new(file: Option<&'a Path>) -> Wanted<'a> {
        let (flag, variable) = ("--new-key-file", "CXGEAR_VAULT_NEW_KEY");
        Wanted { file, what: "new vault", flag, variable, file_variable: None, use_of: Use::Make }
    }

    /// An exported file's.
    pub(super) fn export(flag: &'a ExportKeyFile) -> Wanted<'a> {
        let (flag, file) = ("--export-key-file", flag.export_key_file.as_deref());
        let variable = "CXGEAR_VAULT_EXPORT_KEY";
        Wanted { file, what: "export", flag, variable, file_variable: None, use_of: Use::Open }
    }

    /// The same, for something that is being made with it.
    pub(super) fn to_make(self) -> Wanted<'a> {
        Wanted { use_of: Use::Make, ..self }
    }

    /// Finds it, or asks for it.
    pub(super) fn find(self, context: &Context) -> Result<Key, Failure> {
        if let Some(key) = self.given(context)? {
            return Ok(key);
        }
        if ask::somebody() {
            return self.fitting(context, Key::read(self.ask()?));
        }
        Err(self.missing())
    }

    /// Finds it where it can be found without asking anybody.
    pub(super) fn given(self, context: &Context) -> Result<Option<Key>, Failure> {
        let key = if let Some(path) = self.file {
            from_file(path)?
        } else if let Some(text) = env::secret(self.variable)? {
            Key::read(text)
        } else if let Some(path) = self.file_variable.and_then(env::path) {
            from_file(&path)?
        } else {
            return Ok(None);
        };
        self.fitting(context, key).map(Some)
    }

    fn fitting(self, context: &Context, key: Key) -> Result<Key, Failure> {
        match key.kind() {
            KeyKind::Passphrase(0) => Err(Failure::request(format!("the {} passphrase is empty", self.what))),
            KeyKind::Passphrase(length) if self.use_of == Use::Make && length < GUESSED => {
                let text = format!("a passphrase of {length} characters can be guessed by whoever gets the file");
                context.warn(&text, &[MAKES_ONE.to_owned()]);
                Ok(key)
            }
            KeyKind::Passphrase(_) | KeyKind::Bytes => Ok(key),
        }
    }

    fn ask(self) -> Result<Zeroizing<String>, Failure> {
        let typed = ask::hidden(&format!("{} passphrase (not shown): ", self.what))?;
        // A slip in one that makes something would lock it for ever.
        if self.use_of == Use::Make && *ask::hidden("the same again: ")? != *typed {
            return Err(Failure::request("the two passphrases are not the same; nothing was changed"));
        }
        Ok(typed)
    }

    fn missing(self) -> Failure {
        let files = self.file_variable.map_or_else(String::new, |variable| format!(" or `{variable}`"));
        let what = format!("the {} key is not given, and there is no terminal to ask for a passphrase", self.what);
        let hint = format!("set `{}`, or name a key file with `{} PATH`{files}", self.variable, self.flag);
        let failure = Failure::request(what).hint(hint);
        if self.use_of == Use::Make { failure.hint(MAKES_ONE) } else { failure }
    }
}

const MAKES_ONE: &str = "`(umask 077; openssl rand -hex 32 > vault.key)` makes a key file";

fn from_file(path: &Path) -> Result<Key, Failure> {
    let opened = File::open(path).map_err(|error| file("read", path, error))?;
    refuse_readable_by_others(&opened, path)?;
    let text = ask::read(opened, LONGEST).map_err(|error| {
        if error.kind() == std::io::ErrorKind::InvalidData {
            return Failure::request(format!("`{}` is no key file: it is not UTF-8", path.display()));
        }
        file("read", path, error)
    })?;
    if text.is_empty() || text.len() == LONGEST {
        let what = if text.is_empty() { "it is empty" } else { "it is too long" };
        return Err(Failure::request(format!("`{}` is no key file: {what}", path.display())));
    }
    Ok(Key::read(text))
}

/// Looks at the file that was opened, not at its name: what a name means may change between two looks.
#[cfg(unix)]
fn refuse_readable_by_others(opened: &File, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = opened.metadata().map_err(|error| file("read", path, error))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let shown = path.display().to_string();
    Err(Failure::request(format!("`{shown}` is open to others (mode {:04o}), so it is no key file", mode & 0o7777))
        .hint(format!("`chmod 600 {}`", pasted(&shown))))
}

/// Rights are told in another way there.
#[cfg(not(unix))]
fn refuse_readable_by_others(_: &File, _: &Path) -> Result<(), Failure> {
    Ok(())
}
