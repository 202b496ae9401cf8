//! What a run needs of the vault: it is opened only when a step uses a credential, and before anything is written.

use super::key::Wanted;
use crate::cli::args::vault::KeyFile;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::engine::Pipeline;
use crate::model::document::{list, nearest};
use crate::model::report::pasted;
use crate::model::secrets::Secrets;
use crate::outside::vault::Vault;
use crate::store::{Read as _, SqliteStore};

/// The names of what is in the vault; no key is needed to know them.
pub(in crate::cli) fn names(store: Option<&SqliteStore>) -> Result<Vec<String>, Failure> {
    let credentials = store.map(SqliteStore::credentials).transpose()?.unwrap_or_default();
    Ok(credentials.into_iter().map(|credential| credential.name).collect())
}

/// What the vault holds, opened if a step of the pipeline uses any of it. All of it is opened then: whatever comes back
/// from outside is searched for every value.
pub(in crate::cli) fn secrets(
    context: &Context,
    store: Option<&SqliteStore>,
    pipeline: &Pipeline,
    key: &KeyFile,
) -> Result<Secrets, Failure> {
    let needs = pipeline.credentials();
    let Some((first, step)) = needs.first() else { return Ok(Secrets::default()) };
    held(&names(store)?, pipeline)?;
    let lock = store.map(SqliteStore::vault).transpose()?.flatten();
    let (Some(store), Some(lock)) = (store, lock) else {
        return Err(Failure::request("the vault is empty").hint(format!("`cxgear vault set {}`", pasted(first))));
    };
    let why = format!("step `{step}` uses its credential `{first}`");
    let vault = Vault::open(&lock, &Wanted::vault(key).find(context).map_err(|failure| failure.hint(why))?)?;
    Ok(vault.secrets(&store.sealed()?)?)
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
