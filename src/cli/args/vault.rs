//! The arguments of `vault`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

const SET_EXAMPLES: &str = "\
Examples:
  cxgear vault set crm_token               asks for the value, and shows nothing
  cxgear vault set crm_token < token.txt   less the line end after it
  pass show crm | cxgear vault set crm_token --key-file vault.key
  (umask 077; openssl rand -hex 32 > vault.key)     makes a key file

A value is never an argument: those are kept in the shell's history and shown
to everybody by `ps`. The first one makes the vault, under the key that is
given then: in a file (`--key-file`), in CXGEAR_VAULT_KEY, in the file that
CXGEAR_VAULT_KEY_FILE names, or a passphrase that is asked for. 64 hexadecimal
digits are a key; anything else is a passphrase. Lost, nobody can read a value.";

/// `vault`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Vault {
    /// Keep a secret, or give it a new value
    #[command(after_help = SET_EXAMPLES)]
    Set {
        /// Its name: letters, digits, `_`, `-` and `.`
        #[arg(value_name = "NAME")]
        name: String,
        /// Taken to be refused in words.
        #[arg(hide = true, num_args = 0.., allow_hyphen_values = true)]
        value: Vec<OsString>,
        #[command(flatten)]
        key: KeyFile,
    },
    /// Delete a secret; needs no key
    #[command(after_help = "Examples:\n  cxgear vault rm crm_token")]
    Rm {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Give a secret another name
    #[command(after_help = "Examples:\n  cxgear vault rename crm_token crm")]
    Rename {
        /// Its name
        #[arg(value_name = "OLD")]
        old: String,
        /// What it is to be called
        #[arg(value_name = "NEW")]
        new: String,
        #[command(flatten)]
        key: KeyFile,
    },
    /// Put the vault under another key; every value is sealed anew
    #[command(
        name = "rotate-key",
        after_help = "Examples:\n  cxgear vault rotate-key\n  cxgear vault rotate-key --key-file old.key --new-key-file new.key\n\nThe new key is asked for, or is in CXGEAR_VAULT_NEW_KEY. All of it or nothing is done."
    )]
    RotateKey {
        #[command(flatten)]
        key: KeyFile,
        /// The file of the new key, mode 0600 [env: CXGEAR_VAULT_NEW_KEY]
        #[arg(long, value_name = "PATH")]
        new_key_file: Option<PathBuf>,
    },
    /// Write all secrets to a file, encrypted under a key of its own
    #[command(
        after_help = "Examples:\n  cxgear vault export secrets.vault\n\nThe file's own key is asked for, or is in CXGEAR_VAULT_EXPORT_KEY. No file is overwritten."
    )]
    Export {
        /// The file, which must not be there yet
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        key: KeyFile,
        #[command(flatten)]
        export: ExportKeyFile,
    },
    /// Keep all secrets of a file that `vault export` wrote
    #[command(
        after_help = "Examples:\n  cxgear vault import secrets.vault\n  cxgear vault import secrets.vault --replace\n\nThe file's own key is asked for, or is in CXGEAR_VAULT_EXPORT_KEY."
    )]
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Give secrets that are there the values of the file
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        key: KeyFile,
        #[command(flatten)]
        export: ExportKeyFile,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct KeyFile {
    /// The file of the vault's key, mode 0600 [env: CXGEAR_VAULT_KEY, CXGEAR_VAULT_KEY_FILE]
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) key_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportKeyFile {
    /// The file of the export's own key, mode 0600 [env: CXGEAR_VAULT_EXPORT_KEY]
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) export_key_file: Option<PathBuf>,
}
