//! The service that a step names: where it is, how fast it may be asked, what it wants to be told.

use crate::engine::Gate;
use crate::model::connection::Object;
use crate::model::document::Fields;
use crate::outside::http::origin;
use crate::steps::names::Names;

/// The service, or nothing in particular.
pub(super) struct Base {
    /// What calls pass.
    pub(super) gate: Gate,
    /// What a path is put behind.
    pub(super) url: Option<String>,
    /// Where calls must stay.
    pub(super) origin: Option<String>,
    /// Whether it may be at a private address.
    pub(super) allow_private: bool,
    /// The vault's name for the `Authorization` header.
    pub(super) authorization: Option<String>,
}

impl Base {
    pub(super) fn read(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Base> {
        let is_named = fields.has(Object::Integration.name());
        let found = names.connection(fields, Object::Integration, "http");
        if is_named && found.is_none() {
            return None;
        }
        let Some(found) = found else {
            let name = format!("step `{}`", names.spinner().steps[names.here()].name.value);
            let gate = Gate { name, rate: None, concurrency: None };
            return Some(Base { gate, url: None, origin: None, allow_private: false, authorization: None });
        };
        let gate = Gate { name: found.title(), rate: found.rate, concurrency: found.concurrency };
        let url = found.text("base_url").map(str::to_owned);
        let at = url.as_ref().map(|url| origin(url, found.allow_private)).transpose();
        let wrong = match &at {
            Err(fault) => Some(fault.what.clone()),
            Ok(_) if url.as_ref().is_some_and(|url| url.contains(['?', '#'])) => {
                Some("its `base_url` has a `?` or `#`, and a path cannot stand behind it".to_owned())
            }
            Ok(_) => None,
        };
        if let Some(what) = wrong {
            let hint = "mend its `base_url` in cxgear.toml, or set `allow_private = true` there".to_owned();
            fields.complaints.error(fields.spot, format!("{}: {what}", found.title()), Some(hint));
            return None;
        }
        let authorization = found.credential("authorization").map(str::to_owned);
        Some(Base { gate, url, origin: at.ok()?, allow_private: found.allow_private, authorization })
    }
}
