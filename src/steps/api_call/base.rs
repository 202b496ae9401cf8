//! The service that a step names: where it is, how fast it may be asked, what it wants to be told.

use crate::engine::Gate;
use crate::model::connection::{Connection, Object};
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
        match names.connection(fields, Object::Integration, "http") {
            Some(connection) => Some(Base::of(&connection)),
            None if is_named => None,
            None => {
                let name = format!("step `{}`", names.spinner().steps[names.here()].name.value);
                let gate = Gate { name, rate: None, concurrency: None };
                Some(Base { gate, url: None, origin: None, allow_private: false, authorization: None })
            }
        }
    }

    fn of(connection: &Connection) -> Base {
        let url = connection.text("base_url").unwrap_or_default();
        let allow_private = connection.allow_private;
        Base {
            gate: Gate { name: connection.title(), rate: connection.rate, concurrency: connection.concurrency },
            url: Some(url.trim_end_matches('/').to_owned()),
            origin: origin(url, allow_private).ok(),
            allow_private,
            authorization: connection.credential("authorization").map(str::to_owned),
        }
    }
}
