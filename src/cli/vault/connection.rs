//! What the trial of an integration or a channel needs of the vault, and what it tells of it.

use super::key::Wanted;
use super::open::{Opened, names};
use crate::cli::args::vault::KeyFile;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::connection::Connection;
use crate::model::report::pasted;
use crate::outside::vault::Vault;
use crate::store::{Read as _, SqliteStore, Used, Write as _};

/// What the vault holds, opened if an integration or a channel names any of it.
pub(in crate::cli) fn open_connection(
    context: &Context,
    store: Option<&SqliteStore>,
    connection: &Connection,
    key: &KeyFile,
) -> Result<Opened, Failure> {
    let Some(first) = connection.credentials().next() else { return Ok(Opened::default()) };
    let there = names(store)?;
    for name in connection.credentials() {
        if !there.iter().any(|there| there.eq_ignore_ascii_case(name)) {
            let what = format!("{} needs the credential `{name}`, which is not in the vault", connection.title());
            return Err(Failure::request(what).hint(format!("`cxgear vault set {}` keeps it", pasted(name))));
        }
    }
    let Some(store) = store else { return Ok(Opened::default()) };
    let Some(lock) = store.vault()? else { return Ok(Opened::default()) };
    let why = format!("{} uses the credential `{first}`", connection.title());
    let vault = Vault::open(&lock, &Wanted::vault(key).find(context).map_err(|failure| failure.hint(why))?)?;
    Ok(Opened { secrets: vault.secrets(&store.sealed()?)?, credentials: store.credentials()? })
}

impl Opened {
    /// Writes down whether the credentials of an integration or a channel were taken.
    pub(in crate::cli) fn judge_connection(
        &self,
        context: &Context,
        store: &mut SqliteStore,
        connection: &Connection,
        taken: bool,
    ) -> Result<(), Failure> {
        for name in connection.credentials() {
            if let Some(known) = self.credentials.iter().find(|known| known.name.eq_ignore_ascii_case(name)) {
                let used = Used { name: &known.name, given_at: known.updated_at, taken };
                store.judge_credential(context.now(), &used)?;
            }
        }
        Ok(())
    }
}
