//! The files of a mail: what was stored under an id, or a file of the workspace. A file of the workspace is stored when it is
//! sent, so that the log says for ever what it held.

use std::sync::Arc;

use crate::engine::{Scope, StepError};
use crate::model::document::{Fields, Placed};
use crate::model::payload::StoredFile;
use crate::model::reason::Reason;
use crate::outside::mail::Attachment;
use crate::outside::storage::{Storage, StorageFault, is_id, may_be_taken};
use crate::steps::names::Names;
use crate::steps::send::invalid;
use crate::steps::template::Template;

/// The key of a step.
const KEY: &str = "attachments";

/// The most files of a message.
const MOST: usize = 20;

/// Endings of names, and what they hold. What is not here is any file.
const KINDS: [(&str, &str); 16] = [
    ("csv", "text/csv"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("gif", "image/gif"),
    ("html", "text/html"),
    ("ics", "text/calendar"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("mp3", "audio/mpeg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("txt", "text/plain"),
    ("vcf", "text/vcard"),
    ("wav", "audio/wav"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("zip", "application/zip"),
];

/// What is attached.
pub(super) struct Files {
    names: Vec<(Template, From)>,
    storage: Storage,
}

/// Where a file comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// What is stored under an id, and only that: the text is one expression.
    Storage,
    /// A folder that the step names.
    Workspace,
}

impl Files {
    pub(super) fn read(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Files> {
        let storage = Storage::new(names.tools.workspace.clone());
        let Some(list) = fields.texts(KEY) else { return Some(Files { names: Vec::new(), storage }) };
        if list.value.len() > MOST {
            fields.complaints.error(list.spot, format!("`{KEY}` of {} holds more than {MOST}", fields.owner), None);
            return None;
        }
        let read: Vec<_> = list.value.iter().map(|text| one(text, fields, names)).collect();
        Some(Files { names: read.into_iter().collect::<Option<_>>()?, storage })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The files of one record by their names, which stand for their content until they are packed.
    pub(super) fn named(&self, scope: &Arc<Scope>) -> Result<Vec<Attachment>, StepError> {
        let name = |(template, from): &(Template, From)| {
            let name = template.render(scope)?;
            if is_id(&name) || (*from == From::Workspace && may_be_taken(&name)) {
                return Ok(Attachment { name, kind: String::new(), content: Vec::new() });
            }
            Err(refused(&StorageFault::Outside(name)))
        };
        self.names.iter().map(name).collect()
    }

    /// Reads and stores them.
    pub(super) fn pack(&self, attachments: &mut [Attachment]) -> Result<Vec<StoredFile>, StepError> {
        let mut stored = Vec::new();
        for attachment in attachments {
            if is_id(&attachment.name) {
                attachment.content = self.storage.read(&attachment.name).map_err(|fault| refused(&fault))?;
                attachment.kind = kind("").to_owned();
                continue;
            }
            attachment.content = self.storage.take(&attachment.name).map_err(|fault| refused(&fault))?;
            let kept = self.storage.keep(&attachment.content).map_err(|fault| refused(&fault))?;
            let last = attachment.name.rsplit('/').next().unwrap_or_default().to_owned();
            attachment.kind = kind(&last).to_owned();
            attachment.name = last;
            stored.push(StoredFile {
                storage_id: kept.id,
                file_name: attachment.name.clone(),
                file_type: attachment.kind.clone(),
                file_size: kept.size,
                deduplicated: kept.there,
            });
        }
        Ok(stored)
    }
}

/// A cell may choose a file of a folder, and never the folder: else whoever writes the CSV could have any file sent.
fn one(text: &Placed<String>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<(Template, From)> {
    let literal = &text.value[..text.value.find("{{").or(text.value.find("{%")).unwrap_or(text.value.len())];
    let fixed = literal.len() == text.value.len();
    let folder = literal.rsplit_once('/').map(|(folder, _)| folder);
    let from = if literal.is_empty() { From::Storage } else { From::Workspace };
    let alone = text.value.starts_with("{{") && text.value.ends_with("}}");
    let fine = if fixed { is_id(literal) || may_be_taken(literal) } else { folder.is_none_or(may_be_taken) };
    if !fine || (!fixed && folder.is_none() && !alone) {
        let what = format!("`{}` is no file of the workspace that may be attached", text.value);
        let hint = "name it relative to the database, with its folder in plain letters: \"invoices/{{ number }}.pdf\"";
        fields.complaints.error(text.spot, what, Some(hint.to_owned()));
        return None;
    }
    Some((Template::compile(text, names, fields.complaints)?, from))
}

fn kind(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let found = KINDS.iter().find(|(known, _)| *known == ending);
    found.map_or("application/octet-stream", |(_, kind)| kind)
}

fn refused(fault: &StorageFault) -> StepError {
    invalid(Reason::RequestInvalid, KEY, fault.to_string())
}
