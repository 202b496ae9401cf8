//! `store`: an answer's body kept as a file, under the hash of its content.

use std::sync::Arc;

use crate::engine::{Scope, StepError};
use crate::model::document::Fields;
use crate::model::payload::{ErrorInfo, StoredFile};
use crate::model::reason::Reason;
use crate::model::secrets::Secrets;
use crate::outside::http::Response;
use crate::outside::storage::Storage;
use crate::steps::names::Names;
use crate::steps::template::Template;

/// The outcome that names the file.
pub(super) const KEY: &str = "file";

/// The longest name of a file, and of its type, in bytes.
const LONGEST: usize = 255;

/// Where bodies go, and what they are called there.
pub(super) struct Store {
    name: Template,
    storage: Storage,
}

impl Store {
    /// What the step says, if it says anything.
    pub(super) fn read(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Option<Store>> {
        let Some(name) = fields.text("store") else { return Some(None) };
        // No secret may be a name, so this is no text of the request.
        let name = Template::compile(&name, names, fields.complaints)?;
        Some(Some(Store { name, storage: Storage::new(names.tools.workspace.clone()) }))
    }

    /// The file's name for one record.
    pub(super) fn name(&self, scope: &Arc<Scope>) -> Result<String, StepError> {
        let name = self.name.render(scope)?;
        let odd = |c: char| c.is_control() || matches!(c, '/' | '\\');
        if name.trim().is_empty() || name.len() > LONGEST || name.contains(odd) {
            let message = format!("`{}` is no name for a file", name.escape_debug());
            let (code, field) = (Reason::RequestInvalid, Some("store".to_owned()));
            let info = ErrorInfo { kind: "validation".to_owned(), code, field, message };
            return Err(StepError::new(code, vec![info]));
        }
        Ok(name)
    }

    /// Keeps a body, or says why not. It blocks.
    pub(super) fn keep(&self, name: String, response: &Response, secrets: &Secrets) -> Result<StoredFile, String> {
        if let Some(secret) = secrets.found_in(&String::from_utf8_lossy(&response.body)) {
            return Err(format!("the answer holds the secret `{secret}`, so it is not kept as a file"));
        }
        let kept = self.storage.keep(&response.body).map_err(|fault| fault.to_string())?;
        let kind = response.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let fits = !kind.is_empty() && kind.len() <= LONGEST;
        Ok(StoredFile {
            storage_id: kept.id,
            file_name: name,
            file_type: if fits { kind.to_owned() } else { "application/octet-stream".to_owned() },
            file_size: kept.size,
            deduplicated: kept.there,
        })
    }
}
