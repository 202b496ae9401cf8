//! What a run needs of the vault: it is opened only when a step uses a credential, and before anything is written.

use super::key::Wanted;
use crate::cli::args::vault::KeyFile;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::engine::{Pipeline, Taken, Uses};
use crate::model::credential::Credential;
use crate::model::document::{list, nearest};
use crate::model::report::pasted;
use crate::model::secrets::Secrets;
use crate::outside::vault::Vault;
use crate::store::{Read as _, SqliteStore, Used, Write as _};

/// The names of what is in the vault; no key is needed to know them.
pub(in crate::cli) fn names(store: Option<&SqliteStore>) -> Result<Vec<String>, Failure> {
    let credentials = store.map(SqliteStore::credentials).transpose()?.unwrap_or_default();
    Ok(credentials.into_iter().map(|credential| credential.name).collect())
}

/// What the vault held when it was opened for a run; nothing, when the run needs none of it.
#[derive(Default)]
pub(in crate::cli) struct Opened {
    pub(in crate::cli) secrets: Secrets,
    pub(super) credentials: Vec<Credential>,
}

impl Opened {
    /// Refuses a pipeline that uses more than was there.
    pub(in crate::cli) fn has_all(&self, pipeline: &Pipeline) -> Result<(), Failure> {
        let names: Vec<_> = self.credentials.iter().map(|credential| credential.name.clone()).collect();
        held(&names, pipeline)
    }

    /// Writes down what became of the credentials that were used.
    pub(in crate::cli) fn judge(&self, context: &Context, store: &mut SqliteStore, uses: &Uses) -> Result<(), Failure> {
        for (name, taken) in uses.told() {
            let Some(known) = self.credentials.iter().find(|known| known.name.eq_ignore_ascii_case(&name)) else {
                continue;
            };
            let used = Used { name: &known.name, given_at: known.updated_at, taken: taken == Taken::Yes };
            store.judge_credential(context.now(), &used)?;
        }
        Ok(())
    }
}

/// What the vault holds, opened if a step of the pipeline uses any of it. All of it is opened then: whatever comes back
/// from outside is searched for every value.
pub(in crate::cli) fn open_for(
    context: &Context,
    store: Option<&SqliteStore>,
    pipeline: &Pipeline,
    key: &KeyFile,
) -> Result<Opened, Failure> {
    let needs = pipeline.credentials();
    let Some((first, step)) = needs.first() else { return Ok(Opened::default()) };
    held(&names(store)?, pipeline)?;
    let lock = store.map(SqliteStore::vault).transpose()?.flatten();
    let (Some(store), Some(lock)) = (store, lock) else {
        return Err(Failure::request("the vault is empty").hint(format!("`cxgear vault set {}`", pasted(first))));
    };
    let why = format!("step `{step}` uses its credential `{first}`");
    let vault = Vault::open(&lock, &Wanted::vault(key).find(context).map_err(|failure| failure.hint(why))?)?;
    Ok(Opened { secrets: vault.secrets(&store.sealed()?)?, credentials: store.credentials()? })
}

/// All values, if there is a vault and a key was given. Nobody is asked: whoever only looks can do without.
pub(in crate::cli) fn open_unasked(
    context: &Context,
    store: &SqliteStore,
    key: &KeyFile,
) -> Result<Option<Secrets>, Failure> {
    let Some(lock) = store.vault()? else { return Ok(None) };
    let Some(key) = Wanted::vault(key).given(context)? else { return Ok(None) };
    Ok(Some(Vault::open(&lock, &key)?.secrets(&store.sealed()?)?))
}

/// Refuses a pipeline that uses what is not there: it may have been deleted or renamed since the pipeline was published.
pub(in crate::cli) fn held(names: &[String], pipeline: &Pipeline) -> Result<(), Failure> {
    let is_there = |name: &str| names.iter().any(|there| there.eq_ignore_ascii_case(name));
    let mut missing = pipeline.credentials();
    missing.retain(|(name, _)| !is_there(name));
    let Some((first, step)) = missing.first() else { return Ok(()) };
    let what = match missing.len() {
        1 => format!("step `{step}` needs the credential `{first}`, which is not in the vault"),
        _ => {
            let all = list(missing.iter().map(|(name, _)| *name));
            format!("the steps need the credentials {all}, which are not in the vault")
        }
    };
    let failure = Failure::request(what).hint(format!("`cxgear vault set {}` keeps it", pasted(first)));
    Err(match nearest(first, names.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("there is `{near}`; `cxgear vault rename` gives it another name")),
        None => failure,
    })
}

/// What stands for the values in a dry run.
pub(in crate::cli) fn labels(pipeline: &Pipeline) -> Secrets {
    Secrets::labels(pipeline.credentials().into_iter().map(|(name, _)| name))
}
